//! I5: what requests depend on is kept in one process, where the other replicas do not see it.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Holding, Model, Node, SharedState, words_of};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// Words in the names of state on which a later request depends.
const NEEDED: [&str; 27] = [
    "session",
    "user",
    "job",
    "task",
    "queue",
    "count",
    "counter",
    "rate",
    "limit",
    "conversation",
    "history",
    "histories",
    "file",
    "upload",
    "store",
    "pending",
    "token",
    "code",
    "otp",
    "login",
    "message",
    "chat",
    "thread",
    "order",
    "cart",
    "progress",
    "status",
];

/// Words in the names of what may be forgotten or may differ for a while.
const DISPENSABLE: [&str; 21] = [
    "active",
    "inflight",
    "flight",
    "cache",
    "cached",
    "memo",
    "registry",
    "seen",
    "warned",
    "logged",
    "metric",
    "stat",
    "timing",
    "client",
    "pool",
    "instance",
    "singleton",
    "mapping",
    "refcount",
    "lock",
    "reader",
];

/// Parameters that say whose state is meant.
const TOLD: [&str; 4] = ["session_id", "thread_id", "conversation_id", "user_id"];

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let states = model.shared_state();
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for found in states.iter().filter_map(judge) {
        // What is keyed alike, side by side, is one thing in several parts.
        match kept.iter_mut().find(|other| other.belongs_with(&found)) {
            Some(other) => other.join(found),
            None => kept.push(found),
        }
    }
    for found in &kept {
        report(found, &states, findings);
    }
    for (call, api) in model.known_calls() {
        if api.callable.crosses == Some(System::Cache)
            && !api.is_constructor
            && call.function().is_some_and(Node::serves_requests)
        {
            findings.conforms(call, "kept where all replicas look");
        }
    }
    for assignment in model.assignments().filter(|assignment| assignment.function().is_none()) {
        lock(assignment, findings);
    }
    for call in model.calls_named("write_text").chain(model.calls_named("write_bytes")) {
        file(call, findings);
    }
}

fn has_word(name: &str, words: &[&str]) -> bool {
    words_of(name)
        .iter()
        .any(|word| words.contains(&word.as_str()) || words.contains(&word.trim_end_matches('s')))
}

/// State on which later requests depend.
struct Kept<'m> {
    state: &'m SharedState<'m>,
    /// Others beside it that have the same keys.
    siblings: Vec<&'m SharedState<'m>>,
    changes: Vec<Node<'m>>,
    holding: Holding,
    severity: Severity,
}

impl<'m> Kept<'m> {
    fn belongs_with(&self, other: &Self) -> bool {
        self.holding == other.holding && are_keyed_alike(self.state, other.state)
    }

    fn join(&mut self, other: Self) {
        self.siblings.push(other.state);
        self.changes.extend(other.changes);
        self.severity = self.severity.min(other.severity);
    }
}

/// Whether two containers stand side by side and have the same keys.
fn are_keyed_alike(one: &SharedState<'_>, other: &SharedState<'_>) -> bool {
    let keys = one.keys();
    one.definition.file == other.definition.file
        && one.definition.owner() == other.definition.owner()
        && one.definition.function() == other.definition.function()
        && other.keys().iter().any(|key| keys.contains(key))
}

fn judge<'m>(state: &'m SharedState<'m>) -> Option<Kept<'m>> {
    let name = state.name();
    let kept_by = state.definition.class().map_or("", Node::name);
    if has_word(name, &DISPENSABLE) || has_word(kept_by, &DISPENSABLE) || is_about_code(name) {
        return None;
    }
    // A limiter's count is I2's.
    if state.limiter_change().is_some() {
        return None;
    }
    let changes: Vec<Node<'_>> =
        state.changes.iter().copied().filter(|change| is_by_request(*change)).collect();
    if changes.is_empty() {
        return None;
    }
    let holding = state.holding();
    if holding == Holding::PartsOfTheProcess || (holding == Holding::Values && state.is_read_through()) {
        return None;
    }
    let needed = has_word(name, &NEEDED);
    if !needed && !changes.iter().any(|change| keeps_what_was_sent(*change)) {
        return None;
    }
    // A cache with a size forgets by design; what was promised to a client it must not forget.
    let is_bounded = state.value.is(Kind::Call)
        && state.value.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::Cache));
    if is_bounded && !needed {
        return None;
    }
    let severity = match holding {
        Holding::Sockets | Holding::LiveObjects => Severity::Low,
        _ if needed => Severity::High,
        _ => Severity::Medium,
    };
    Some(Kept { state, siblings: Vec::new(), changes, holding, severity })
}

fn report(kept: &Kept<'_>, states: &[SharedState<'_>], findings: &mut Findings<'_>) {
    let state = kept.state;
    let names: Vec<String> =
        std::iter::once(&state).chain(&kept.siblings).map(|state| format!("`{}`", state.name())).collect();
    let (is, do_, it) = if names.len() > 1 { ("are", "know", "them") } else { ("is", "knows", "it") };
    let name = listed(&names);
    let message = match kept.holding {
        Holding::Sockets => format!(
            "{name} {do_} only the sockets of this process: an event that another replica takes does not reach them"
        ),
        Holding::LiveObjects => format!(
            "{name} {do_} only the live objects of this process: a request that comes to another replica does not find \
             them"
        ),
        _ => format!(
            "{name} {is} kept in this process: other replicas do not see {it}, and a restart forgets {it}"
        ),
    };
    // Where the same file speaks of a store that all replicas share, this is mostly what stands in for it; beside
    // live objects of the same keys, it mostly says something of these.
    let text = state.definition.source_file().text;
    let has_store = ["redis", "Redis", "valkey", "memcache"].iter().any(|word| text.contains(word));
    let of_live_objects = kept.holding == Holding::Values
        && states.iter().any(|other| are_keyed_alike(state, other) && other.holds_live_objects());
    let certainty = if has_store || of_live_objects { Certainty::Question } else { Certainty::Likely };
    let mut draft = findings
        .report(state.definition, kept.severity, certainty, message)
        .because(state.definition, "lives as long as the process, and only there");
    for sibling in &kept.siblings {
        draft = draft.because(sibling.definition, "so does this, with the same keys");
    }
    for (index, change) in kept.changes.iter().take(4).enumerate() {
        draft = draft.because(*change, if index == 0 { "a request changes it" } else { "so does this" });
    }
    draft.conforming(match kept.holding {
        Holding::Sockets => {
            "Keep the sockets here, and send events through a channel that all replicas hear: Redis pub/sub, or `LISTEN` / `NOTIFY`."
        }
        Holding::LiveObjects => {
            "Keep the objects here, and write where all replicas look which of them holds what: send a request to that \
             one, or let it take over what it does not have."
        }
        _ => {
            "Keep it where all replicas look: a table, or Redis with an expiry. What is only a cache, call one and bound it: `TTLCache(maxsize=1000, ttl=60)`."
        }
    });
}

/// `a`, `a and b`, `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// Whether a request decides what is changed: its own handler does it, or the key or the value is made of what it
/// brought.
fn is_by_request(change: Node<'_>) -> bool {
    let Some(function) = change.function().filter(|function| runs_for_requests(*function)) else {
        return false;
    };
    let is_own = [FunctionRole::Handler, FunctionRole::Dependency, FunctionRole::Middleware]
        .iter()
        .any(|&role| function.plays(role));
    if is_own || (change.is(Kind::AugAssign) && change.targets().any(|target| target.is(Kind::Name))) {
        return is_own;
    }
    let told = |node: Node<'_>| {
        node.comes_from_request()
            || node
                .descendants_of(Kind::Name)
                .any(|name| name.as_parameter().is_some_and(|parameter| TOLD.contains(&parameter.name())))
    };
    let keys = change.targets().filter_map(|target| target.child(Role::Index));
    let value = if change.is(Kind::Call) { None } else { change.child(Role::Value) };
    let inner = change
        .receiver()
        .filter(|receiver| receiver.is(Kind::Subscript))
        .and_then(|receiver| receiver.child(Role::Index));
    keys.chain(value).chain(change.positional()).chain(inner).any(told)
}

/// Whether what is put in is the request's own content, and not something that was computed or looked up for it.
fn keeps_what_was_sent(change: Node<'_>) -> bool {
    let value = if change.is(Kind::Call) { change.positional().last() } else { change.child(Role::Value) };
    value.is_some_and(|value| value.comes_from_request() || value.is_a(ClassTag::Upload))
        || change.function().is_some_and(|function| function.plays(FunctionRole::Handler))
}

/// What is known of the code itself, and is the same in each process sooner or later.
fn is_about_code(name: &str) -> bool {
    words_of(name).last().is_some_and(|word| {
        matches!(
            word.trim_end_matches('s'),
            "model"
                | "callback"
                | "plugin"
                | "tool"
                | "route"
                | "router"
                | "server"
                | "guardrail"
                | "prompt"
                | "provider"
                | "lock"
                | "semaphore"
                | "translation"
                | "requirement"
                | "module"
                | "transport"
        )
    })
}

/// A function that requests reach, directly or as work that they start; or one that is told whose session it is.
fn runs_for_requests(function: Node<'_>) -> bool {
    if function.is_startup() || function.name() == "__init__" {
        return false;
    }
    let told = function.parameters().any(|parameter| TOLD.contains(&parameter.name()));
    told || function.serves_requests()
}

/// A lock of this process around work on what all processes share.
fn lock(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = assignment.child(Role::Value).filter(|value| value.is(Kind::Call)) else { return };
    let is_lock = value.is_a(ClassTag::AsyncLock) || value.is_a(ClassTag::ThreadLock);
    let target =
        assignment.targets().find(|target| target.is(Kind::Name) && target.scope_of_name() == Some(0));
    let Some(target) = target.filter(|_| is_lock && !assignment.is_outside_production()) else { return };
    let guarded = assignment.at(0).within(&assignment.source_file().tree.withs).find_map(|with| {
        let taken = with
            .children()
            .filter(|item| item.is(Kind::WithItem))
            .filter_map(|item| item.child(Role::Context))
            .any(|context| {
                context.is(Kind::Name)
                    && context.symbol() == target.symbol()
                    && context.scope_of_name() == Some(0)
            });
        let writes = |call: &Node<'_>| call.does(Tag::Commits) || call.writes_by_sql();
        with.function()
            .filter(|function| taken && function.serves_requests())
            .and_then(|_| with.calls_within().find(writes))
    });
    let Some(work) = guarded else { return };
    findings
        .report(
            target,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` keeps out this process, and no other", target.name()),
        )
        .because(work, "what it guards is in the database, which every replica changes")
        .conforming("Let the database keep the others out: `with_for_update()` on the row, or `pg_advisory_xact_lock`.");
}

// Files

/// A file that one request writes and another reads, on the disk of this replica.
fn file(call: Node<'_>, findings: &mut Findings<'_>) {
    let writes = call.api().is_some_and(|api| api.callable.blocks == Some(System::File));
    let Some(function) = call.function().filter(|function| writes && function.serves_requests()) else {
        return;
    };
    if call.is_outside_production() {
        return;
    }
    let Some(folder) = call.receiver().and_then(folder_of) else { return };
    let model = call.model;
    let read = model.calls_named("read_text").chain(model.calls_named("read_bytes")).find(|read| {
        read.function().is_some_and(|reader| reader != function && reader.serves_requests())
            && read.receiver().and_then(folder_of) == Some(folder)
    });
    let Some(read) = read else { return };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("a file in `{folder}` is on the disk of one replica alone"),
        )
        .because(call, "a request writes it here")
        .because(read, "another request looks for it, and may come to another replica")
        .conforming("Keep it in an object store or in the database, or on a volume that all replicas mount.");
}

/// The folder that a path begins with, where the code says it.
fn folder_of<'m>(path: Node<'m>) -> Option<&'m str> {
    let made = path.unwrapped().resolved_value();
    let first = match made.kind() {
        Kind::Call => made.argument(0)?,
        Kind::BinOp => return folder_of(made.child(Role::Left)?),
        _ => made,
    };
    first.string().filter(|text| text.starts_with('/'))
}

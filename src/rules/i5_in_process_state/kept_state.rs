//! What a module or an application keeps in memory, and on which a later request depends.
//!
//! Quiet about caches, registries, what says only what this process is doing, and what is filled again from elsewhere.

use super::TOLD;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FunctionRole, Holding, Model, Node, SharedState, begins_with_word, words_of};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// Words in the names of state on which a later request depends.
const NEEDED: [&str; 40] = [
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
    "bucket",
    "hit",
    "attempt",
    "quota",
    "revoked",
    "blacklist",
    "blocklist",
    "denylist",
    "vote",
    "booking",
    "reservation",
    "inventory",
    "balance",
];

/// Words in the names of what may be forgotten or may differ for a while.
const DISPENSABLE: [&str; 26] = [
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
    // What a cache is held against.
    "updated",
    "accessed",
    "mtime",
    "etag",
    "checksum",
];

/// What is told condition by condition.
const KEPT: &str = "what requests depend on, kept in one process";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let states = model.shared_state();
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for state in &*states {
        let Some(found) = judge(state, findings) else { continue };
        // What is keyed alike, side by side, is one thing in several parts.
        match kept.iter_mut().find(|other| other.belongs_with(&found)) {
            Some(other) => {
                findings.asks(state.definition, KEPT, "it is told nowhere else", false, &|| {
                    format!("it is told with `{}`, which has the same keys", other.state.name())
                });
                other.join(found);
            }
            None => kept.push(found),
        }
    }
    for found in &kept {
        report(found, &states, findings);
    }
}

fn has_thing(name: &str, words: &[&str]) -> bool {
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

fn judge<'m>(state: &'m SharedState<'m>, findings: &mut Findings<'_>) -> Option<Kept<'m>> {
    let at = state.definition;
    let name = state.name();
    let needed = has_thing(name, &NEEDED);
    let kept_by = state.definition.class().map_or("", Node::name);
    // When something was last seen is no list of what was seen already.
    let is_moment = begins_with_word(name, &["last"]);
    let is_dispensable = (has_thing(name, &DISPENSABLE) && !is_moment)
        || has_thing(kept_by, &DISPENSABLE)
        || (!needed && at.source_file().is_a_cache());
    let spared = (is_dispensable && state.holding() != Holding::Sockets) || state.is_about_code();
    if !findings.asks(at, KEPT, "it may not differ between processes", !spared, &|| match spared {
        true => format!(
            "`{name}` or what it stands in is named as a cache, a registry or the like, or it holds what the code says"
        ),
        false => format!("`{name}` is not named as a cache or a registry"),
    }) {
        return None;
    }
    if let Some(change) = state.limiter_change() {
        let (holding, severity) = (Holding::Values, Severity::High);
        return Some(Kept { state, siblings: Vec::new(), changes: vec![change], holding, severity });
    }
    if let Some(change) = handed_out(state) {
        let (holding, severity) = (Holding::Values, Severity::High);
        return Some(Kept { state, siblings: Vec::new(), changes: vec![change], holding, severity });
    }
    let is_told = std::cell::LazyCell::new(|| needed || state.told_to_clients().is_some());
    let changes: Vec<Node<'_>> = state
        .changes
        .iter()
        .copied()
        .filter(|change| is_by_request(*change) || (is_told_by_request(*change) && *is_told))
        .collect();
    let by_request = !changes.is_empty();
    if !findings.asks(at, KEPT, "a request decides what is put in", by_request, &|| match changes.first() {
        Some(change) => format!("`{}` does ({})", change.excerpt(), change.whereabouts_from(at)),
        None => "no change of it, in the given files, is seen to come from a request".to_owned(),
    }) {
        return None;
    }
    let holding = state.holding();
    let is_elsewhere = state.only_spares_log_lines()
        || state.is_a_copy_of_rows()
        || holding == Holding::PartsOfTheProcess
        || (holding == Holding::Sockets && state.hears_others())
        || (holding == Holding::Values
            && (state.is_under_way() || state.is_read_through() || state.holds_views_of_its_keys()));
    if !findings.asks(at, KEPT, "nothing else has it", !is_elsewhere, &|| match is_elsewhere {
        true => "it is filled again from elsewhere, or is about this process alone".to_owned(),
        false => "nothing is seen to fill it again".to_owned(),
    }) {
        return None;
    }
    let keeps = needed || changes.iter().any(|change| keeps_what_was_sent(*change));
    let told = || state.told_to_clients().or_else(|| state.told_to_models());
    let matters = keeps || told().is_some();
    if !findings.asks(at, KEPT, "a later request needs it", matters, &|| match (needed, matters) {
        (true, _) => format!("`{name}` is named as what a later request asks for"),
        (_, true) if !keeps => "a client or a model is told what is in it".to_owned(),
        (_, true) => "it keeps what a request has sent".to_owned(),
        _ => "neither its name nor what is put in says so".to_owned(),
    }) {
        return None;
    }
    // A cache with a size forgets by design; what was promised to a client it must not forget.
    let is_sized = state.value.is(Kind::Call)
        && state.value.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::Cache));
    let is_bounded = is_sized || state.is_evicted_when_full();
    let forgets = (is_bounded || state.keeps_the_latest()) && !needed;
    if !findings.asks(at, KEPT, "it is not meant to forget", !forgets, &|| match forgets {
        true => "it is a cache with a size or a time".to_owned(),
        false => "it keeps what it has".to_owned(),
    }) {
        return None;
    }
    let severity = match holding {
        Holding::Sockets | Holding::LiveObjects => Severity::Low,
        _ if needed => Severity::High,
        _ => Severity::Medium,
    };
    Some(Kept { state, siblings: Vec::new(), changes, holding, severity })
}

/// A number that this process counts and gives away, as for an invoice: another replica gives the same one.
fn handed_out<'m>(state: &'m SharedState<'m>) -> Option<Node<'m>> {
    // Numbers by which people call things; others only tell objects of this process apart.
    const NUMBERS: [&str; 9] =
        ["number", "invoice", "order", "ticket", "receipt", "serial", "booking", "customer", "reference"];
    let name = state.name();
    let is_number = has_thing(name, &NUMBERS);
    state.changes.iter().copied().find(|change| {
        let Some(function) = change.function().filter(|function| runs_for_requests(*function)) else {
            return false;
        };
        if !is_number && !has_thing(function.name(), &NUMBERS) && !function.plays(FunctionRole::Handler) {
            return false;
        }
        let counts = change.is(Kind::AugAssign) && change.targets().any(|target| target.is(Kind::Name));
        let is_value = |node: Node<'m>| node.is(Kind::Name) && node.name() == name;
        // `number = _next_number`, then `return f"{number:06d}"`
        let is_taken = |node: Node<'m>| {
            is_value(node) || node.assigned_value().is_some_and(|value| value.descendants().any(is_value))
        };
        let returns_it = || {
            let returned = function.own_returns().filter_map(|node| node.child(Role::Value));
            returned.flat_map(Node::descendants).any(is_taken)
        };
        change.callee_name() == "next" || (counts && returns_it())
    })
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
    let names_store =
        |text: &str| ["redis", "Redis", "valkey", "memcache"].iter().any(|word| text.contains(word));
    let speaks_of_store = names_store(state.definition.source_file().text);
    // What a client is told of it, by code that speaks of no such store, stands in for none.
    let told = speaks_of_store.then(|| state.told_to_clients()).flatten();
    let is_replaced =
        kept.changes.iter().any(|change| change.targets().any(|target| !target.is(Kind::Subscript)));
    let stands_alone = told.filter(|_| !is_replaced).is_some_and(|told| {
        let around = kept.changes.iter().chain([&told]).filter_map(|at| at.function());
        around.into_iter().all(|function| !names_store(function.source()))
    });
    let has_store = speaks_of_store && !stands_alone;
    let of_live_objects = kept.holding == Holding::Values
        && states.iter().any(|other| {
            are_keyed_alike(state, other) && (other.holds_live_objects() || other.is_met_by_waiters())
        });
    let certainty = if has_store || of_live_objects || state.is_written_through() {
        Certainty::Question
    } else {
        Certainty::Likely
    };
    let mut draft = findings
        .report(state.definition, kept.severity, certainty, message)
        .because(state.definition, "lives as long as the process, and only there");
    for sibling in &kept.siblings {
        draft = draft.because(sibling.definition, "so does this, with the same keys");
    }
    for (index, change) in kept.changes.iter().take(4).enumerate() {
        draft = draft.because(*change, if index == 0 { "a request changes it" } else { "so does this" });
    }
    if let Some(told) = told {
        draft = draft.because(told, "a client is told what is in it");
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
    let is_own = [
        FunctionRole::Handler,
        FunctionRole::Dependency,
        FunctionRole::Middleware,
        FunctionRole::GraphNode,
        FunctionRole::Tool,
        FunctionRole::Listener,
    ]
    .iter()
    .any(|&role| function.plays(role));
    if is_own || (change.is(Kind::AugAssign) && change.targets().any(|target| target.is(Kind::Name))) {
        return is_own;
    }
    let is_told =
        |name: Node<'_>| name.as_parameter().is_some_and(|parameter| TOLD.contains(&parameter.name()));
    let told = |node: Node<'_>| {
        node.comes_from_request()
            || node.descendants_of(Kind::Name).any(|name| {
                // `key = f"{tenant_id}:{session_id}"`
                is_told(name)
                    || name
                        .assigned_value()
                        .is_some_and(|value| value.descendants_of(Kind::Name).any(is_told))
            })
    };
    let keys = change.targets().filter_map(|target| target.child(Role::Index));
    let value = if change.is(Kind::Call) { None } else { change.child(Role::Value) };
    let inner = change
        .receiver()
        .filter(|receiver| receiver.is(Kind::Subscript))
        .and_then(|receiver| receiver.child(Role::Index));
    keys.chain(value).chain(change.positional()).chain(inner).any(told)
}

/// Whether the key or the value is what a handler, dependency or middleware gives the function that changes it, and
/// no constant.
fn is_told_by_request(change: Node<'_>) -> bool {
    let Some(function) = change.function().filter(|function| runs_for_requests(*function)) else {
        return false;
    };
    let model = function.model;
    let asks = |call: &Node<'_>| {
        call.function().is_some_and(|caller| {
            [FunctionRole::Handler, FunctionRole::Dependency, FunctionRole::Middleware]
                .iter()
                .any(|&role| caller.plays(role))
        })
    };
    let calls = || model.callers_of(function.place()).iter().map(|&call| model.node(call)).filter(asks);
    let parts = || change.targets().filter_map(|target| target.child(Role::Index)).chain(change.positional());
    // The id that is made for it here goes back to whoever asked.
    let returned: Vec<_> = function.own_returns().filter_map(Node::value).collect();
    let is_handed_back = |part: Node<'_>| {
        part.is(Kind::Name) && part.is_made_at_random() && returned.iter().any(|value| value.reads_like(part))
    };
    if parts().any(is_handed_back) && calls().next().is_some() {
        return true;
    }
    parts().flat_map(|part| part.descendants_of(Kind::Name)).filter_map(Node::as_parameter).any(|parameter| {
        calls()
            .filter_map(|call| call.argument_for(function, parameter))
            .any(|given| !given.resolved_value().is_constant())
    })
}

/// Whether what is put in is the request's own content, and not something that was computed or looked up for it.
fn keeps_what_was_sent(change: Node<'_>) -> bool {
    let value = if change.is(Kind::Call) { change.positional().last() } else { change.child(Role::Value) };
    value.is_some_and(|value| value.comes_from_request() || value.is_a(ClassTag::Upload))
        || change.function().is_some_and(|function| function.plays(FunctionRole::Handler))
}

/// A function that requests reach, directly or as work that they start; or one that is told whose session it is.
fn runs_for_requests(function: Node<'_>) -> bool {
    if function.is_startup() || function.name() == "__init__" {
        return false;
    }
    let told = function.parameters().any(|parameter| TOLD.contains(&parameter.name()));
    told || function.serves_requests()
}

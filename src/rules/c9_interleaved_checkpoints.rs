//! C9: two turns of one conversation write its checkpoints at once, or several conversations share one.

use super::Findings;
use crate::report::{Certainty, FileKind, Severity};
use crate::semantic::{FunctionRole, Model, Node, ThreadName};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let serves = is_a_service(model);
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        if api.class.is_some_and(|class| class.has(ClassTag::Checkpointer)) {
            if api.is_constructor || api.has(Tag::GivesContext) {
                saver(call, serves, findings);
            }
            if api.has(Tag::DeletesThread) {
                deleted(call, findings);
            }
        }
        if api.has(Tag::Gathers) {
            gathered(call, findings);
        }
        if api.has(Tag::InvokesGraph) {
            turn(call, findings);
        }
    }
    for dictionary in model.dictionaries() {
        if !dictionary.is_outside_production() && !dictionary.source_file().is_script {
            thread_id(dictionary, findings);
        }
    }
}

/// Whether the given files are served to several users, perhaps by several processes.
fn is_a_service(model: &Model<'_>) -> bool {
    model.has_app()
        || model.functions().any(|function| function.plays(FunctionRole::Handler))
        || model
            .files
            .iter()
            .any(|file| matches!(file.kind, FileKind::Dockerfile | FileKind::Kubernetes | FileKind::Compose))
}

/// Where the checkpoints are kept.
fn saver(call: Node<'_>, serves: bool, findings: &mut Findings<'_>) {
    let Some(api) = call.api() else { return };
    let Some(class) = api.class else { return };
    let stored = class.has(ClassTag::InMemory) || class.has(ClassTag::SingleFile);
    if stored && (!serves || call.source_file().is_script) {
        return;
    }
    if class.has(ClassTag::InMemory) {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("`{}` keeps the conversations in this process alone", call.called()),
            )
            .because(call, "another replica does not have them, and a restart loses them")
            .conforming("Keep checkpoints in PostgreSQL: `AsyncPostgresSaver` over a connection pool, opened in the lifespan.");
    } else if class.has(ClassTag::SingleFile) {
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Sure,
                format!("`{}` keeps the conversations in a file of this machine", call.called()),
            )
            .because(call, "another replica does not have the file, and it takes one writer at a time")
            .conforming("Keep checkpoints in PostgreSQL: `AsyncPostgresSaver` over a connection pool, opened in the lifespan.");
    } else if api.has(Tag::GivesContext) && !is_entered(call) {
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Sure,
                format!(
                    "`{}` gives a context manager that nothing enters, not a checkpointer",
                    call.called()
                ),
            )
            .because(call, "compiling a graph with it fails at the first turn")
            .conforming(format!(
                "Enter it where the application starts: `async with {}(…) as saver:`.",
                call.called()
            ));
    } else {
        findings.conforms(call, "the checkpoints are kept where every replica sees them");
    }
}

/// `with x`, `stack.enter_async_context(x)`, `return x` and `yield from`-like uses hand the context on.
fn is_entered(call: Node<'_>) -> bool {
    match call.parent() {
        Some(parent) => match parent.kind() {
            Kind::WithItem | Kind::Return | Kind::Await => true,
            Kind::Call => true,
            Kind::Assign => {
                let Some(target) = parent.targets().next() else { return false };
                // `context = from_conn_string(…)` and later `async with context as saver`.
                parent.ancestors().last().is_some_and(|module| {
                    module.descendants().any(|node| {
                        node.reads_like(target)
                            && !node.data().is_store
                            && (node.role() == Role::Context
                                || node.parent().is_some_and(|use_| {
                                    use_.is(Kind::Attribute) && use_.name().ends_with("enter__")
                                        || use_.callee_name().starts_with("enter_")
                                }))
                    })
                })
            }
            _ => false,
        },
        None => false,
    }
}

/// A failed turn is no reason to forget a conversation.
fn deleted(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = call.enclosing_handler() else { return };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Sure,
            format!("`{}` deletes the whole conversation because a turn failed", call.called()),
        )
        .because(handler, "this runs when anything in the turn raises, a passing failure of the provider too")
        .conforming("Leave the checkpoints as they are and let the client try again; delete a thread only where its user asks for it.");
}

/// The identifier of the thread that a run's configuration names: the entry, and its value.
fn thread_of_config<'m>(config: Node<'m>) -> Option<Node<'m>> {
    let config = config.resolved_value();
    let configurable = match config.kind() {
        Kind::Dict => config.dictionary_value("configurable")?,
        Kind::Call => config.keyword("configurable")?,
        _ => return None,
    };
    configurable.resolved_value().dictionary_value("thread_id")
}

fn config_of(call: Node<'_>) -> Option<Node<'_>> {
    call.argument_or_keyword(1, "config")
}

/// The same thread twice in one gather.
fn gathered(call: Node<'_>, findings: &mut Findings<'_>) {
    let turns: Vec<Node<'_>> =
        call.positional().filter(|argument| argument.does(Tag::InvokesGraph)).collect();
    for (index, first) in turns.iter().enumerate() {
        let Some(config) = config_of(*first) else { continue };
        let again = turns[index + 1..]
            .iter()
            .find(|second| config_of(**second).is_some_and(|other| other.reads_like(config)));
        if let Some(second) = again {
            findings
                .report(call, Severity::High, Certainty::Sure, "two turns of one thread run at once")
                .because(*first, "this turn starts from the thread's last checkpoint")
                .because(*second, "so does this one, and each overwrites what the other has written")
                .conforming(
                    "Run the turns of one thread one after the other, or give each a thread of its own.",
                );
            return;
        }
    }
}

/// A turn: its thread, and whether another turn of the same thread can run beside it.
fn turn(call: Node<'_>, findings: &mut Findings<'_>) {
    if call.parent().is_some_and(|parent| parent.does(Tag::Gathers)) {
        return;
    }
    let graph = call.receiver().and_then(Node::constructed_by_any);
    let checkpointer = graph.and_then(|graph| graph.keyword("checkpointer"));
    let Some(config) = config_of(call) else {
        if let Some(checkpointer) = checkpointer.filter(|saver| !saver.is_none())
            && !call.has_hidden_arguments()
        {
            findings
                .report(
                    call,
                    Severity::Medium,
                    Certainty::Sure,
                    format!("`{}` runs a graph with a checkpointer and names no thread", call.called()),
                )
                .because(checkpointer, "the graph is compiled with a checkpointer")
                .because(call, "no `thread_id` is given, which raises `ValueError` at the first turn")
                .conforming("Name the conversation: `config={\"configurable\": {\"thread_id\": f\"thread_{agent_id}_{session_id}\"}}`.");
        }
        return;
    };
    if graph.is_some_and(|graph| graph.does(Tag::CompilesGraph) && checkpointer.is_none()) {
        return;
    }
    let Some(thread) = thread_of_config(config) else { return };
    let Some(function) = call.function() else { return };
    if is_fresh(thread) || !function.serves_requests() {
        return;
    }
    if let Some(lock) = distributed_lock(call, function, 0) {
        findings.conforms(lock, "turns of one thread wait for one another");
        return;
    }
    let local = call
        .enclosing_with_items()
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is_a(ClassTag::AsyncLock) || context.is_a(ClassTag::ThreadLock));
    let (severity, why) = match local {
        Some(_) => {
            (Severity::Low, "the lock is in this process alone: a second replica does not wait for it")
        }
        None => (Severity::Medium, "a second message of the same session starts from the same checkpoint"),
    };
    findings
        .report(
            call,
            severity,
            Certainty::Likely,
            format!("`{}` may run twice at once for one thread: nothing given serializes its turns", call.called()),
        )
        .because(thread, "the thread is the request's")
        .because(local.unwrap_or(call), why)
        .conforming(
            "Take a lock on the thread's id that all replicas respect, for the whole turn: `async with redis.lock(thread_id, timeout=120):`, \
             or `SELECT pg_advisory_xact_lock(hashtextextended(:thread, 0))`.",
        );
}

/// A lock that all replicas respect, around the call, before it, or in what leads to it.
fn distributed_lock<'m>(call: Node<'m>, function: Node<'m>, depth: u32) -> Option<Node<'m>> {
    let around = call
        .enclosing_with_items()
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is(Kind::Call) && context.takes_distributed_lock());
    let before = || function.own_calls().find(|other| other.id < call.id && other.takes_distributed_lock());
    if let Some(lock) = around.or_else(before) {
        return Some(lock);
    }
    if depth > 3 {
        return None;
    }
    let model = call.model;
    model.callers_of(function.place()).iter().find_map(|&caller| {
        let caller = model.node(caller);
        distributed_lock(caller, caller.function()?, depth + 1)
    })
}

/// A new identifier for each run: no two runs share the thread.
fn is_fresh(thread: Node<'_>) -> bool {
    thread.resolved_value().calls_within().any(|call| {
        matches!(
            call.callee_name(),
            "uuid4" | "uuid1" | "uuid7" | "token_hex" | "token_urlsafe" | "ulid" | "ULID"
        )
    })
}

/// `{"configurable": {"thread_id": …}}`: whose conversation it is.
fn thread_id(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some((entry, name)) = dictionary.thread_name() else { return };
    let (message, made, note) = match name {
        ThreadName::Own => return findings.conforms(entry, "each session has a thread of its own"),
        ThreadName::Constant(made) => (
            "all users share one conversation: the thread's id is a constant",
            made,
            "this is the same for every request",
        ),
        ThreadName::Wide(made) => (
            "users share one conversation: the thread's id names no session",
            made,
            "it is made of what many sessions have in common",
        ),
    };
    findings
        .report(entry, Severity::High, Certainty::Sure, message)
        .because(made, note)
        .conforming("Name the agent and the session in the thread's id: `f\"thread_{agent_id}_{session_id}\"`.");
}

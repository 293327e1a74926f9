//! F4: what is slow holds what others need: a database connection, the default threads, a semaphore.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Held, Model, Node, Place};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.source_file().is_script;
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for function in model.functions().filter(is_checked).filter(|f| f.is(Kind::FunctionDef)) {
        if function.is_startup() {
            continue;
        }
        let held_connections = function.held_connections();
        if held_connections.is_empty()
            && let Some((end, wait)) = function.released_connection()
        {
            findings.conforms(
                end,
                format!("the connection is given back before `{}` is waited for", wait.called()),
            );
        }
        for held in held_connections {
            let last = held.slow.last().map(|call| call.place());
            if last.is_some_and(|last| told.insert(last)) {
                connection(&held, findings);
            }
        }
    }
    threads(model, findings);
    for call in model.known_calls().map(|(call, _)| call).filter(is_checked) {
        if call.is_a(ClassTag::Semaphore) && call.api().is_some_and(|api| api.is_constructor) {
            semaphore(call, findings);
        }
        if call.does(Tag::AfterResponse) {
            after_response(call, findings);
        }
    }
}

// Connections

fn connection(held: &Held<'_>, findings: &mut Findings<'_>) {
    let Some((&call, way)) = held.slow.split_first() else { return };
    let last = way.last().copied().unwrap_or(call);
    let is_direct = way.is_empty() && held.taken.target().is_none();
    let certainty = if is_direct { Certainty::Sure } else { Certainty::Likely };
    let mut draft = findings
        .report(
            call,
            Severity::Medium,
            certainty,
            format!("a database connection is held while `{}` is waited for", last.called()),
        )
        .because(held.taken, "takes the connection, which the open transaction keeps");
    for step in way {
        draft = draft.because(*step, "waits within that call");
    }
    draft
        .because(call, "the connection sits idle meanwhile, and the pool has only so many")
        .conforming("Read what is needed, end the transaction (`await db.commit()`, or leave the session's `async with`), wait, and open the next transaction afterwards.");
}

// Threads

/// What a callable that is handed to a thread waits for there, if it is slow.
fn slow_work(callable: Node<'_>) -> Option<System> {
    let is_slow = |system: &System| {
        matches!(system, System::Http | System::Model | System::Subprocess | System::Cpu | System::Storage)
    };
    if let Some(system) = callable.api_when_called().and_then(|api| api.callable.blocks).filter(is_slow) {
        return Some(system);
    }
    let function = callable.model.function_named_by(callable)?;
    let chain = function.reaches(&|call| call.blocks_for().is_some_and(|system| is_slow(&system)))?;
    chain.last()?.blocks_for()
}

fn name_of(system: System) -> &'static str {
    match system {
        System::Http => "HTTP services",
        System::Model => "models",
        System::Subprocess => "other programs",
        System::Cpu => "computations",
        System::Storage => "the object store",
        System::Vector => "the vector store",
        System::Mcp => "MCP servers",
        System::Mail => "the mail server",
        _ => "another service",
    }
}

/// Whether a call takes a thread of the executor that everything shares.
fn takes_default_thread(call: Node<'_>) -> bool {
    call.does(Tag::Offloads)
        && call.api().is_some_and(|api| !api.is_constructor)
        && !call.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::Executor))
        && call.scheduled_callable().is_some_and(|callable| {
            // `run_in_executor(None, …)`: where the callable is not the first argument, the executor is.
            call.argument(0) == Some(callable) || call.argument(0).is_some_and(Node::is_none)
        })
}

/// Slow work of several kinds in the default executor; told once for all given files.
fn threads(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut kinds: Vec<(System, Node<'_>)> = Vec::new();
    let handed = model.calls_doing(Tag::Offloads);
    for call in handed.filter(|call| !call.is_outside_production() && takes_default_thread(*call)) {
        if call.source_file().is_script {
            continue;
        }
        if let Some(system) = call.scheduled_callable().and_then(slow_work)
            && !kinds.iter().any(|(known, _)| *known == system)
        {
            kinds.push((system, call));
        }
    }
    let [(_, first), rest @ ..] = kinds.as_slice() else { return };
    // Two short kinds of work get along with each other.
    let is_long = |system: &System| matches!(system, System::Subprocess | System::Model);
    if rest.is_empty() || !kinds.iter().any(|(system, _)| is_long(system)) {
        return;
    }
    let mut draft = findings.report(
        *first,
        Severity::Low,
        Certainty::Likely,
        "slow work of several kinds shares the default executor",
    );
    for (system, call) in &kinds {
        draft = draft.because(*call, format!("waits for {} in one of its threads", name_of(*system)));
    }
    draft.conforming(
        "Give heavy work an executor of its own: `conversions = ThreadPoolExecutor(max_workers=4)` and `loop.run_in_executor(conversions, …)`.",
    );
}

// Semaphores

/// One limit for several services: when one of them is slow, the calls of the other wait for a slot.
fn semaphore(made: Node<'_>, findings: &mut Findings<'_>) {
    let model = made.model;
    let mut kinds: Vec<(System, Node<'_>)> = Vec::new();
    for with in model.withs().filter(|with| with.file == made.file) {
        let enters = with.children().filter(|item| item.is(Kind::WithItem)).any(|item| {
            item.child(Role::Context)
                .filter(|context| context.is_a(ClassTag::Semaphore))
                .and_then(Node::constructed_by)
                .is_some_and(|built| built.place() == made.place())
        });
        let Some(body) = with.body().filter(|_| enters) else { continue };
        for call in body.calls_within().filter(|call| call.function() == with.function()) {
            if let Some(system) = call.crosses_outside()
                && !matches!(system, System::Cache | System::Database)
                && !kinds.iter().any(|(known, _)| *known == system)
            {
                kinds.push((system, call));
            }
        }
    }
    if kinds.len() < 2 {
        return;
    }
    let mut draft = findings.report(
        made,
        Severity::Low,
        Certainty::Likely,
        "one semaphore limits the calls of several services",
    );
    for (system, call) in &kinds {
        draft = draft.because(*call, format!("waits for {} with one of its slots", name_of(*system)));
    }
    draft.conforming("Make a semaphore for each service, as large as that service can take.");
}

// After the response

/// A plain function in `BackgroundTasks` takes a thread that all plain routes need.
fn after_response(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(callable) = call.scheduled_callable() else { return };
    let Some(function) = callable.model.function_named_by(callable) else { return };
    if function.is_async() {
        return;
    }
    // One short request is not worth a word; many of them, a model or another program are.
    let heavy = |inner: Node<'_>| match inner.blocks_for() {
        Some(System::Model | System::Subprocess) => true,
        Some(System::Http | System::Storage | System::Mail | System::Vector) => {
            inner.enclosing_loop().is_some()
        }
        _ => false,
    };
    let Some(chain) = function.reaches(&heavy) else { return };
    let Some(&last) = chain.last() else { return };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` takes a thread that all plain routes need", function.name()),
        )
        .because(function, "a plain function runs in the pool of forty threads that serves every `def` route")
        .because(last, "keeps its thread for long")
        .conforming("Hand long work to a worker process, or to an executor of its own.");
}

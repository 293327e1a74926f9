//! F4: what is slow holds what others need: a database connection, the default threads, a semaphore.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Held, Model, Node, Place};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// What is told condition by condition.
const HELD: &str = "a database connection that is held while something slow is waited for";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.source_file().is_script;
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for function in model.functions().filter(is_checked).filter(|f| f.is(Kind::FunctionDef)) {
        if function.is_startup() {
            continue;
        }
        let connections = function.connections();
        if let Some((end, wait)) = connections.given_back {
            findings.asks(wait, HELD, "a transaction keeps the connection meanwhile", false, &|| {
                format!("`{}` gives it back before ({})", end.excerpt(), end.whereabouts_from(wait))
            });
        }
        if let Some((end, wait)) = connections.given_back.filter(|_| connections.held.is_empty()) {
            findings.conforms(
                end,
                format!("the connection is given back before `{}` is waited for", wait.called()),
            );
        }
        for held in connections.held {
            let last = held.slow.last().map(|call| call.place());
            let is_new = last.is_some_and(|last| told.insert(last));
            if let Some(&call) = held.slow.first() {
                findings.asks(call, HELD, "a transaction keeps the connection meanwhile", true, &|| {
                    format!("`{}` takes it ({})", held.taken.excerpt(), held.taken.whereabouts_from(call))
                });
                findings.asks_alone(call, HELD, !is_new);
            }
            if is_new {
                connection(&held, findings);
            }
        }
    }
    threads(model, findings);
    clients(model, findings);
    for saver in model.checkpointers().filter(is_checked) {
        checkpointer(saver, findings);
    }
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
    // While the event loop itself is held nobody in this process can ask for the connection: that is told of the call.
    let last = way.last().copied().unwrap_or(call);
    let holds_loop = last.blocks_for().is_some()
        && held
            .slow
            .iter()
            .any(|step| step.on_event_loop().is_some() && (*step == last || step.blocking().is_some()));
    if !findings.asks_whether(
        call,
        HELD,
        "others could use the connection meanwhile",
        !holds_loop,
        ["the wait does not hold the event loop", "the wait holds the event loop itself"],
    ) {
        return;
    }
    let commit =
        if call.function().is_some_and(Node::is_async) { "await db.commit()" } else { "db.commit()" };
    let is_direct = way.is_empty() && held.taken.target().is_none();
    let is_known = last.is_surely_known() && held.taken.is_surely_known();
    let certainty = if is_direct && is_known { Certainty::Sure } else { Certainty::Likely };
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
    // A job has its process, and often its pool, for itself.
    let note = match call.function().is_some_and(|function| function.plays(FunctionRole::Job)) {
        true => "the transaction stays open and idle meanwhile, and keeps its locks and old versions of rows",
        false => "the connection sits idle meanwhile, and the pool has only so many",
    };
    draft
        .because(call, note)
        .conforming(match held.taken.receiver().is_some_and(Node::is_borrowed_connection) {
            true => "Read what is needed, leave the `with` that borrows the connection, wait, and borrow one again afterwards.".to_owned(),
            false => format!("Read what is needed, end the transaction (`{commit}`, or leave the session's `with`), wait, and open the next transaction afterwards."),
        });
}

// Threads

/// What a callable that is handed to a thread waits for there, if it is slow.
fn slow_work(callable: Node<'_>) -> Option<System> {
    let is_slow = |system: &System| {
        matches!(
            system,
            System::Http
                | System::Model
                | System::Subprocess
                | System::Cpu
                | System::Storage
                | System::Mail
                | System::Vector
                | System::Broker
        )
    };
    let callable = match callable.kind() {
        Kind::Call if callable.callee_name() == "partial" => callable.argument(0)?,
        _ => callable,
    };
    if waits_for_what_ended(callable) {
        return None;
    }
    if let Some(system) = callable.api_when_called().and_then(|api| api.callable.blocks).filter(is_slow) {
        return Some(system);
    }
    let function = callable.model.function_named_by(callable)?;
    let chain = function.reaches(&|call| call.blocks_for().is_some_and(|system| is_slow(&system)));
    match chain {
        Some(chain) => chain.last()?.blocks_for(),
        // A client of a library that the tables do not know, built with an address.
        None => function.reaches(&asks_a_stranger).map(|_| System::Socket),
    }
}

/// `to_thread(process.wait)` beside code that reads the output of the process: by then it has ended.
fn waits_for_what_ended(callable: Node<'_>) -> bool {
    callable.name() == "wait"
        && callable.receiver().is_some_and(|process| {
            let around = callable.class().or_else(|| callable.function());
            around.into_iter().flat_map(Node::descendants).any(|part| {
                part.name() == "stdout" && part.receiver().is_some_and(|other| other.reads_like(process))
            })
        })
}

/// Whether a call goes to an object that an unknown library made, and that was given the address of a service.
fn asks_a_stranger(call: Node<'_>) -> bool {
    let mut object = call.receiver();
    while let Some(inner) = object.filter(|object| object.is(Kind::Attribute)) {
        object = inner.receiver();
    }
    object.and_then(Node::constructed_by_any).is_some_and(|made| {
        made.is_unknown_function()
            && made
                .argument(0)
                .and_then(|first| first.resolved_value().string())
                .is_some_and(|text| text.contains("://"))
    })
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
        System::Broker => "the broker",
        _ => "another service",
    }
}

/// Whose threads a call takes.
#[derive(Clone, Copy, PartialEq)]
enum Threads<'m> {
    /// Those of the executor that everything shares.
    Default,
    /// Those of an executor that the given files make.
    Of(Node<'m>),
}

/// The executor that an expression stands for, where the given files make it.
fn executor_behind(given: Node<'_>) -> Option<Node<'_>> {
    given.is_a(ClassTag::Executor).then(|| given.constructed_by()).flatten()
}

fn threads_taken(call: Node<'_>) -> Option<Threads<'_>> {
    if !call.does(Tag::Offloads) || call.api().is_none_or(|api| api.is_constructor) {
        return None;
    }
    if let Some(receiver) = call.receiver().filter(|receiver| receiver.is_a(ClassTag::Executor)) {
        return executor_behind(receiver).map(Threads::Of);
    }
    let callable = call.scheduled_callable()?;
    // `run_in_executor(None, …)`: where the callable is not the first argument, the executor is.
    match call.argument(0) {
        Some(first) if first == callable || first.is_none() => Some(Threads::Default),
        Some(first) => executor_behind(first).map(Threads::Of),
        None => None,
    }
}

/// Threads, and the application in whose process they are, where the given files hold several.
type Pool<'m> = (Threads<'m>, Option<Place>);

/// Slow work of several kinds in one executor; the default one is told once for all given files.
fn threads(model: &Model<'_>, findings: &mut Findings<'_>) {
    // Of several applications each is a process of its own; which one runs what no route leads to is not known.
    let served = model.apps().nth(1).is_some().then(|| model.served_paths());
    let roots = || {
        let all = served.iter().flat_map(|served| &served.routes).filter_map(|route| route.root);
        all.filter(|&root| model.node(root).makes_app())
    };
    let has_several = roots().next().is_some_and(|first| roots().any(|other| other != first));
    let process_of = |call: Node<'_>| {
        let asked = call.function().filter(|_| has_several).and_then(Node::asked_by)?;
        served.as_ref()?.routes.iter().find(|route| route.handler == asked)?.root
    };
    let mut pools: Vec<(Pool<'_>, Vec<(System, Node<'_>)>)> = Vec::new();
    for call in model.calls_doing(Tag::Offloads) {
        if call.is_outside_production() || call.source_file().is_script {
            continue;
        }
        let Some(taken) = threads_taken(call) else { continue };
        let Some(system) = call.scheduled_callable().and_then(slow_work) else { continue };
        let pool = (taken, process_of(call));
        let index = pools.iter().position(|(known, _)| *known == pool).unwrap_or_else(|| {
            pools.push((pool, Vec::new()));
            pools.len() - 1
        });
        pools[index].1.push((system, call));
    }
    for ((taken, _), uses) in &pools {
        // Who may meet in an executor that each object has of its own: a class and those that it derives from.
        let classes = match taken {
            Threads::Of(made) if made.is_of_each_object() => {
                let mut classes: Vec<Option<Place>> =
                    uses.iter().map(|(_, call)| place_of_class(*call)).collect();
                classes.sort_unstable();
                classes.dedup();
                if classes.len() > 1 {
                    classes.retain(Option::is_some);
                }
                classes
            }
            _ => vec![None],
        };
        let kinds_for = |class: &Option<Place>| {
            let mut kinds: Vec<(System, Node<'_>)> = Vec::new();
            for &(system, call) in uses {
                let meets = match (*class, place_of_class(call)) {
                    (Some(class), Some(other)) => class == other || model.derives_from(class, other),
                    _ => true,
                };
                if meets && !kinds.iter().any(|(known, _)| *known == system) {
                    kinds.push((system, call));
                }
            }
            kinds
        };
        if let Some(kinds) = classes.iter().map(kinds_for).max_by_key(Vec::len) {
            several_kinds(*taken, &kinds, findings);
        }
    }
}

fn place_of_class(call: Node<'_>) -> Option<Place> {
    call.class().map(Node::place)
}

fn several_kinds(taken: Threads<'_>, kinds: &[(System, Node<'_>)], findings: &mut Findings<'_>) {
    let [(_, first), _, ..] = kinds else { return };
    // Short work of one's own gets along with anything.
    let remote = kinds.iter().filter(|(system, _)| *system != System::Cpu).count();
    let has_long = kinds.iter().any(|(system, _)| matches!(system, System::Subprocess | System::Model));
    if remote < 2 && !has_long {
        return;
    }
    let (at, message) = match taken {
        Threads::Default => (*first, "slow work of several kinds shares the default executor"),
        Threads::Of(made) => (made, "slow work of several kinds shares the threads of one executor"),
    };
    let mut draft = findings.report(at, Severity::Low, Certainty::Likely, message);
    for (system, call) in kinds {
        draft = draft.because(*call, format!("waits for {} in one of its threads", name_of(*system)));
    }
    draft.conforming(
        "Give heavy work an executor of its own: `conversions = ThreadPoolExecutor(max_workers=4)` and `loop.run_in_executor(conversions, …)`.",
    );
}

// Clients

/// One pool of connections for several services: when one of them is slow, its requests take those of the others.
fn clients(model: &Model<'_>, findings: &mut Findings<'_>) {
    let asked = model.services_by_client();
    for client in model.shared_clients() {
        let made = client.made;
        if made.keyword("base_url").is_some()
            || made.keyword("mounts").is_some()
            || made.has_hidden_arguments()
            || made.keyword("connector").is_some_and(keeps_hosts_apart)
        {
            continue;
        }
        let Some((_, services)) = asked.iter().find(|(known, _)| *known == made) else { continue };
        let [(_, first), (_, second), ..] = services.as_slice() else {
            if made.keyword("limits").is_some() {
                findings.conforms(
                    made,
                    format!("the connections of `{}` are for one service alone", client.shown),
                );
            }
            continue;
        };
        if first.function() == second.function() {
            continue;
        }
        let mut draft = findings.report(
            made,
            Severity::Low,
            Certainty::Likely,
            format!("the connections of `{}` are shared by several services", client.shown),
        );
        for (service, call) in services.iter().take(4) {
            draft =
                draft.because(*call, format!("asks `{service}`, and keeps a connection until it answers"));
        }
        let of = made.api().and_then(|api| api.class).map_or("", |class| class.name);
        draft.conforming(match of.split('.').next().unwrap_or_default() {
            "httpx" => "Make a client for each service, with limits of its own: `httpx.AsyncClient(limits=httpx.Limits(max_connections=20), timeout=10)`.",
            "aiohttp" => "Limit what one host may take, `aiohttp.TCPConnector(limit_per_host=20)`; or make a session for each service.",
            _ => "Make a client for each service, with a limit of its own on connections.",
        });
    }
}

/// Whether no host waits for the connections of another: the connector has a limit for each, or none at all, or its options
/// say so elsewhere.
fn keeps_hosts_apart(connector: Node<'_>) -> bool {
    let made = connector.resolved_value();
    let limit = |name: &str| made.keyword(name).map(|limit| limit.number() == Some(0.0) || limit.is_none());
    made.has_hidden_arguments() || limit("limit") == Some(true) || limit("limit_per_host") == Some(false)
}

// Checkpointers

/// One checkpointer that does one thing at a time, for graphs that have nothing to do with each other.
fn checkpointer(saver: Node<'_>, findings: &mut Findings<'_>) {
    let is_exclusive =
        saver.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::OneAtATime));
    let graphs = if is_exclusive { saver.given_to_graphs() } else { return };
    let [first, second, ..] = graphs.as_slice() else { return };
    findings
        .report(
            saver,
            Severity::Low,
            Certainty::Likely,
            format!("several graphs share one `{}`, which does one operation at a time", saver.called()),
        )
        .because(saver, "a lock stands around each of its operations, even over a pool")
        .because(*first, "the turns of this graph wait for it")
        .because(*second, "and so do those of this one")
        .conforming("Give each kind of traffic a checkpointer of its own, over a pool of its own.");
}

// Semaphores

/// One limit for several services: when one of them is slow, the calls of the other wait for a slot.
fn semaphore(made: Node<'_>, findings: &mut Findings<'_>) {
    let model = made.model;
    let mut kinds: Vec<(System, Option<&str>, Node<'_>)> = Vec::new();
    for with in model.withs().filter(|with| !with.is_outside_production()) {
        let enters = with.children().filter(|item| item.is(Kind::WithItem)).any(|item| {
            item.child(Role::Context)
                .filter(|context| context.is_a(ClassTag::Semaphore))
                .and_then(Node::constructed_by)
                .is_some_and(|built| built.place() == made.place())
        });
        let Some(body) = with.body().filter(|_| enters) else { continue };
        for call in body.calls_within().filter(|call| call.function() == with.function()) {
            let system = call.crosses_outside().or_else(|| call.unseen_service());
            let Some(system) = system else { continue };
            let service = call.service_asked().filter(|_| system == System::Http);
            let is_told = service.is_none() && system == System::Http;
            let handed = if is_told { call.services_handed() } else { Vec::new() };
            let asked: Vec<_> = match handed.is_empty() {
                true => vec![(service, call)],
                // What hands on an address asks nothing of its own.
                false => handed.into_iter().map(|(service, call)| (Some(service), call)).collect(),
            };
            for (service, call) in asked {
                let is_known = kinds.iter().any(|(known, named, _)| {
                    *known == system && (*named == service || named.is_none() || service.is_none())
                });
                if !matches!(system, System::Cache | System::Database) && !is_known {
                    kinds.push((system, service, call));
                }
            }
        }
    }
    if kinds.len() < 2 {
        if !kinds.is_empty() {
            findings.conforms(made, "its slots are for one service alone");
        }
        return;
    }
    let mut draft = findings.report(
        made,
        Severity::Low,
        Certainty::Likely,
        "one semaphore limits the calls of several services",
    );
    for (system, service, call) in &kinds {
        let waits = service.map_or_else(|| name_of(*system).to_owned(), |service| format!("`{service}`"));
        draft = draft.because(*call, format!("waits for {waits} with one of its slots"));
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
        Some(System::Model | System::Subprocess | System::Cpu) => true,
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

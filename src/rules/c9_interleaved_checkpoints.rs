//! C9: two turns of one conversation write its checkpoints at once, or several conversations share one.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Model, Node, ThreadName, has_word};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

/// What is told condition by condition.
const AT_ONCE: &str = "two turns of one conversation that run at once";
const ALONE: &str = "conversations that one process, or one connection, keeps";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let serves = model.is_a_service();
    for call in model.checkpointers() {
        saver(call, serves, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        if api.has(Tag::DeletesThread) {
            deleted(call, findings);
        }
        if api.has(Tag::Gathers) {
            gathered(call, findings);
        }
    }
    let mut told: Vec<Node<'_>> = Vec::new();
    for call in model.turns().filter(|call| !call.is_outside_production()) {
        turn(call, &mut told, findings);
    }
    for call in model.state_updates().filter(|call| !call.is_outside_production()) {
        if !told.iter().any(|turn| turn.function().map(Node::place) == call.function().map(Node::place)) {
            turn(call, &mut told, findings);
        }
    }
    for group in model.withs().filter(|with| !with.is_outside_production()) {
        grouped(group, findings);
    }
    for dictionary in model.dictionaries() {
        if !dictionary.is_outside_production() && !dictionary.source_file().is_script {
            thread_id(dictionary, findings);
        }
    }
    for assignment in model.assignments() {
        let named = assignment.thread_name_assigned().and_then(shared);
        if let Some(defect) = named.filter(|_| assignment.is_shared_code()) {
            report_shared(assignment, &defect, findings);
        }
    }
}

/// Where the checkpoints are kept.
fn saver(call: Node<'_>, serves: bool, findings: &mut Findings<'_>) {
    let Some(api) = call.api() else { return };
    let Some(class) = api.class else { return };
    if only_sets_up(call) {
        return;
    }
    let stored = class.has(ClassTag::InMemory) || class.has(ClassTag::SingleFile);
    let is_lost = api.has(Tag::GivesContext) && !is_entered(call);
    let is_alone = stored || is_lost || single_connection(call).is_some();
    let serves_here = is_lost || (serves && !(stored && call.source_file().is_script));
    let what = "one process, one machine or one connection has them";
    if findings.asks(
        call,
        ALONE,
        what,
        is_alone,
        &|| match (class.has(ClassTag::InMemory), stored, is_lost) {
            (true, ..) => format!("`{}` keeps them in memory", call.called()),
            (_, true, _) => format!("`{}` keeps them in a file of this machine", call.called()),
            (.., true) => "nothing enters what it gives".to_owned(),
            _ if is_alone => "it is given a single connection".to_owned(),
            _ => format!("`{}` keeps them where every replica sees them", call.called()),
        },
    ) {
        findings.asks(call, ALONE, "requests are served with it", serves_here, &|| match serves_here {
            true => "an application is among the given files".to_owned(),
            false => "this is a script, or no application is among the given files".to_owned(),
        });
    }
    if stored && !serves_here {
        return;
    }
    if class.has(ClassTag::InMemory) {
        // Where nobody has set up another one there may be a single process.
        let certainty =
            if call.stands_in_for_a_shared_saver() { Certainty::Question } else { Certainty::Sure };
        findings
            .report(
                call,
                Severity::High,
                certainty,
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
    } else if let Some(connection) = single_connection(call).filter(|_| serves) {
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Likely,
                format!("`{}` keeps all conversations over one connection", call.called()),
            )
            .because(connection, "a single connection, and no pool: all turns wait for one another")
            .because(call, "when the connection breaks, no turn works until the process starts again")
            .conforming(
                "Give it a pool: `AsyncConnectionPool(dsn, max_size=20, timeout=10, kwargs={\"autocommit\": True, \"prepare_threshold\": 0})`.",
            );
    } else {
        findings.conforms(call, "the checkpoints are kept where every replica sees them");
    }
}

/// Whether the checkpointer is made for nothing but its tables: `AsyncPostgresSaver(conn).setup()`. No turn runs with it.
fn only_sets_up(call: Node<'_>) -> bool {
    let sets_up = |used: Node<'_>| {
        used.parent().is_some_and(|method| {
            method.is(Kind::Attribute) && method.role() == Role::Callee && method.name() == "setup"
        })
    };
    let named = call.parent().filter(|statement| statement.is(Kind::Assign));
    let target = named.and_then(|statement| statement.targets().next()).filter(|it| it.is(Kind::Name));
    sets_up(call)
        || call.function().zip(target).is_some_and(|(function, target)| {
            let mut uses = function
                .descendants_of(Kind::Name)
                .filter(|used| used.id > target.id && used.name() == target.name())
                .peekable();
            uses.peek().is_some() && uses.all(sets_up)
        })
}

/// Whether a connection is taken from a pool for a while: `async with pool.connection() as connection:`. What a generator
/// takes lasts as long as the generator does.
fn is_borrowed(connection: Node<'_>) -> bool {
    connection.assigned_value().is_some_and(|from| {
        from.is(Kind::Call)
            && matches!(from.callee_name(), "connection" | "acquire" | "getconn")
            && from
                .receiver()
                .is_some_and(|pool| pool.is_a(ClassTag::ConnectionPool) || has_word(pool.name(), &["pool"]))
            && !connection.function().is_some_and(Node::is_generator)
    })
}

/// The one connection that a checkpointer is given, if no request opens it for itself.
fn single_connection(call: Node<'_>) -> Option<Node<'_>> {
    let connection = call.argument_or_keyword(0, "conn")?;
    let is_single = connection.instance_of().is_some_and(|class| {
        class.short_name().ends_with("Connection") && !class.has(ClassTag::ConnectionPool)
    });
    let is_kept = call.parent().is_some_and(|statement| {
        statement.is(Kind::Assign) && statement.targets().any(|target| target.is(Kind::Attribute))
    });
    let shared = call.function().is_none_or(|function| !function.serves_requests())
        && (is_kept || !is_borrowed(connection));
    (is_single && shared).then(|| connection.constructed_by_any().unwrap_or(connection))
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
            if call.is_surely_known() { Certainty::Sure } else { Certainty::Likely },
            format!("`{}` deletes the whole conversation because a turn failed", call.called()),
        )
        .because(handler, "this runs when anything in the turn raises, a passing failure of the provider too")
        .conforming("Leave the checkpoints as they are and let the client try again; delete a thread only where its user asks for it.");
}

/// The same thread twice at once: in one gather, in tasks of one group, or as the inputs of one call.
fn at_once(turns: &[Node<'_>], together: Node<'_>, findings: &mut Findings<'_>) {
    for (index, first) in turns.iter().enumerate() {
        let Some(config) = first.run_config() else { continue };
        let Some(thread) = config.thread_of_config().filter(|thread| !thread.is_made_at_random()) else {
            continue;
        };
        let again = turns[index + 1..].iter().find(|second| {
            second.run_config().is_some_and(|other| {
                other.reads_like(config)
                    || other.thread_of_config().is_some_and(|other| other.reads_like(thread))
            })
        });
        if let Some(second) = again {
            report_at_once(together, *first, *second, findings);
            return;
        }
    }
}

fn report_at_once(together: Node<'_>, first: Node<'_>, second: Node<'_>, findings: &mut Findings<'_>) {
    findings
        .report(together, Severity::High, Certainty::Sure, "two turns of one thread run at once")
        .because(first, "this turn starts from the thread's last checkpoint")
        .because(second, "so does this one, and each overwrites what the other has written")
        .conforming("Run the turns of one thread one after the other, or give each a thread of its own.");
}

fn gathered(gather: Node<'_>, findings: &mut Findings<'_>) {
    let coroutines: Vec<(Node<'_>, Option<Node<'_>>)> = gather
        .positional()
        .flat_map(Node::coroutines)
        .map(|(made, repeated)| (started(made), repeated))
        .collect();
    if let Some((turn, repeated)) = coroutines.iter().find_map(|(made, repeated)| {
        let repeated = (*repeated)?;
        Some((*made, repeated)).filter(|(made, _)| made.runs_turn())
    }) {
        many(turn, repeated, gather, findings);
        return;
    }
    let turns: Vec<Node<'_>> =
        coroutines.into_iter().map(|(made, _)| made).filter(|made| made.runs_turn()).collect();
    at_once(&turns, gather, findings);
}

/// The coroutine that a task is made of.
fn started(made: Node<'_>) -> Node<'_> {
    let inner = made.unwrapped();
    if inner.does(Tag::StartsTask) || inner.does(Tag::BoundsTime) {
        inner.scheduled_callable().or_else(|| inner.argument(0)).unwrap_or(inner)
    } else {
        inner
    }
}

/// The tasks of one group that are turns.
fn grouped(group: Node<'_>, findings: &mut Findings<'_>) {
    let Some(body) = group.body() else { return };
    let mut turns = Vec::new();
    for task in body.calls_within().filter(|call| call.callee_name() == "create_task") {
        if !task.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::TaskGroup)) {
            continue;
        }
        let made = started(task);
        if made.runs_turn() {
            if let Some(repeated) = task.enclosing_loop().filter(|repeated| group.contains(*repeated)) {
                many(made, repeated, task, findings);
            }
            turns.push(made);
        }
    }
    if let [first, ..] = turns.as_slice() {
        at_once(&turns, *first, findings);
    }
}

/// A turn that is made once an element, with the same thread each time.
fn many(turn: Node<'_>, repeated: Node<'_>, together: Node<'_>, findings: &mut Findings<'_>) {
    let Some(config) = turn.run_config() else { return };
    let Some(thread) = config.thread_of_config() else { return };
    let varies = thread.varies_in(repeated)
        || config.varies_in(repeated)
        || thread.resolved_value().varies_in(repeated);
    let is_fresh = thread.is_made_at_random() && repeated.contains(thread.resolved_value());
    if !varies && !is_fresh {
        report_at_once(together, turn, thread, findings);
    }
}

/// A turn: its thread, and whether another turn of the same thread can run beside it.
fn turn<'m>(call: Node<'m>, told: &mut Vec<Node<'m>>, findings: &mut Findings<'_>) {
    if call.parent().is_some_and(|parent| parent.does(Tag::Gathers)) {
        return;
    }
    let graph = call.receiver().and_then(Node::compiled_by);
    let checkpointer = graph.and_then(|graph| graph.keyword("checkpointer"));
    let Some(config) = call.run_config() else {
        // A graph that is handed in: whichever of the given files compiles one gives it a checkpointer. Within a node the
        // configuration of the turn around it holds.
        let handed_in = || {
            let is_strange = graph.is_none()
                && call.does(Tag::InvokesGraph)
                && call.receiver().is_some_and(|receiver| receiver.constructed_by_any().is_none())
                && !call.function().is_some_and(Node::belongs_to_a_graph);
            let compiled = call.model.always_checkpointed().filter(|_| is_strange)?;
            compiled.keyword("checkpointer")
        };
        let certainty = if checkpointer.is_some() { Certainty::Sure } else { Certainty::Likely };
        if let Some(checkpointer) = checkpointer.filter(|saver| !saver.is_none()).or_else(handed_in)
            && !call.has_hidden_arguments()
        {
            findings
                .report(
                    call,
                    Severity::Medium,
                    certainty,
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
    let Some(thread) = config.thread_of_config() else { return };
    let Some(function) = call.function() else { return };
    if call.does(Tag::ManyInputs) && !thread.is_made_at_random() {
        report_at_once(call, thread, call, findings);
        return;
    }
    let is_fresh = thread.is_made_at_random();
    if !findings.asks(call, AT_ONCE, "its thread is one that goes on", !is_fresh, &|| match is_fresh {
        true => format!("`{}` is a new thread each time", thread.excerpt()),
        false => format!("`{}` names it ({})", thread.excerpt(), thread.whereabouts_from(call)),
    }) {
        return;
    }
    let asked = function.serves_requests();
    // A job, or a service whose callers the files do not show, is told whose conversation it is.
    let is_callers = || {
        let named = thread.resolved_value().descendants_of(Kind::Name);
        named.filter_map(Node::as_parameter).any(|parameter| parameter.name() != "self")
            && ((function.owner().is_some() && function.may_serve_requests()) || function.is_queued())
            && !function.belongs_to_a_graph()
    };
    let serves = asked || is_callers();
    if !findings.asks(call, AT_ONCE, "requests run it", serves, &|| match (asked, serves) {
        (true, _) => format!("`{}` runs while a request is served", function.name()),
        (_, true) => format!("whoever calls `{}` says which thread, as often as they like", function.name()),
        _ => format!("no request is seen to lead to `{}`", function.name()),
    }) {
        return;
    }
    let serialized = distributed_lock(call, function, 0);
    findings.asks(
        call,
        AT_ONCE,
        "no lock of all replicas keeps the second waiting",
        serialized.is_none(),
        &|| match serialized {
            Some(lock) => format!("`{}` does ({})", lock.excerpt(), lock.whereabouts_from(call)),
            None => "none is taken on the way, as far as the given files show".to_owned(),
        },
    );
    if let Some(lock) = serialized {
        findings.conforms(lock, "turns of one thread wait for one another");
        return;
    }
    let local = call
        .enclosing_with_items()
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is_a(ClassTag::AsyncLock) || context.is_a(ClassTag::ThreadLock));
    let own = local.filter(|lock| lock.is_lock_of_one_call());
    let exclusive = call.exclusive_by().filter(|_| local.is_none());
    findings.asks(
        call,
        AT_ONCE,
        "nothing else runs them one by one",
        exclusive.is_none(),
        &|| match exclusive {
            Some(lock) => format!("`{}` does ({})", lock.excerpt(), lock.whereabouts_from(call)),
            None if local.is_some() => "the lock is in this process alone".to_owned(),
            None => "nothing does, as far as the given files show".to_owned(),
        },
    );
    if let Some(lock) = exclusive {
        findings.conforms(lock, "turns of one thread wait for one another");
        return;
    }
    // Of the branches of one `if` a single one runs.
    let is_told = told.iter().any(|other| {
        let graph = call.receiver().zip(other.receiver());
        graph.is_some_and(|(one, other)| one.reads_like(other)) && other.excludes(call)
    });
    if !findings.asks_alone(call, AT_ONCE, is_told) {
        return;
    }
    told.push(call);
    let (severity, why) = match local {
        Some(_) if own.is_some() => {
            (Severity::Medium, "the lock is made anew each time: nobody else waits for it")
        }
        Some(_) => {
            (Severity::Low, "the lock is in this process alone: a second replica does not wait for it")
        }
        None => (Severity::Medium, "a second message of the same session starts from the same checkpoint"),
    };
    // Between such a look and the turn another one may begin; whether it does depends on how both are done.
    let is_asked_before = refuses_while_busy(function)
        || function.is_only_called(|caller| caller.function().is_some_and(refuses_while_busy));
    let certainty = if is_asked_before { Certainty::Question } else { Certainty::Likely };
    findings
        .report(
            call,
            severity,
            certainty,
            match call.updates_state() {
                true => format!("`{}` may write while a turn of the thread runs: nothing given serializes them", call.called()),
                false => format!("`{}` may run twice at once for one thread: nothing given serializes its turns", call.called()),
            },
        )
        .because(thread, if asked { "the thread is the request's" } else { "the thread is the caller's" })
        .because(local.unwrap_or(call), why)
        .conforming(
            "Take a lock on the thread's id that all replicas respect, for the whole turn: `async with redis.lock(thread_id, timeout=120):`, \
             or `SELECT pg_advisory_xact_lock(hashtextextended(:thread, 0))`.",
        );
}

/// Whether a function turns away who comes while a turn is under way, by the state that it reads.
fn refuses_while_busy(function: Node<'_>) -> bool {
    function.own_ifs().any(|branch| {
        let says_busy = |text: Node<'_>| {
            matches!(text.name(), "running" | "busy" | "processing" | "in_progress" | "streaming")
        };
        branch.body().is_some_and(Node::leaves)
            && branch
                .child(Role::Test)
                .is_some_and(|test| test.is(Kind::Compare) && test.descendants_of(Kind::Str).any(says_busy))
    })
}

/// A lock that all replicas respect, or a row that is locked, around the call, before it, or in what leads to it.
fn distributed_lock<'m>(call: Node<'m>, function: Node<'m>, depth: u32) -> Option<Node<'m>> {
    let around = call
        .enclosing_with_items()
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is(Kind::Call) && context.takes_distributed_lock());
    let before = || {
        function.own_calls().find(|other| {
            other.id < call.id && (other.takes_distributed_lock() || other.locks_rows() || claims(*other))
        })
    };
    if let Some(lock) = around.or_else(before).or_else(|| held_by_dependency(function)) {
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

/// A lock in a dependency that yields while it holds it: the request is answered inside.
fn held_by_dependency<'m>(function: Node<'m>) -> Option<Node<'m>> {
    let model = function.model;
    function
        .parameters()
        .filter_map(Node::injected_by)
        .filter_map(|call| model.function_named_by(model.dependency_of(call)?))
        .flat_map(|dependency| dependency.descendants_of(Kind::Yield))
        .flat_map(Node::enclosing_with_items)
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is(Kind::Call) && context.takes_distributed_lock())
}

/// Whether a call claims the conversation for this turn, by its name: `if not await claim_conversation(…)`.
fn claims(call: Node<'_>) -> bool {
    has_word(call.callee_name(), &["claim", "acquire", "reserve", "lease", "enqueue"])
}

/// `{"configurable": {"thread_id": …}}`: whose conversation it is.
fn thread_id(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some((entry, name)) = dictionary.thread_name() else { return };
    if let Some(defect) = shared(name) {
        return report_shared(entry, &defect, findings);
    }
    // Whoever calls the function that makes the configuration may say it.
    let given = dictionary.thread_names_given();
    if given.is_empty() {
        findings.conforms(entry, "each session has a thread of its own");
    }
    for defect in given.into_iter().filter_map(shared) {
        if !findings.has_reported(defect.made) {
            report_shared(defect.made, &defect, findings);
        }
    }
}

/// An id that several sessions have.
struct SharedThread<'m> {
    message: &'static str,
    /// What the id is made of, and what is wrong with that.
    made: Node<'m>,
    note: &'static str,
}

fn shared(name: ThreadName<'_>) -> Option<SharedThread<'_>> {
    match name {
        ThreadName::Own => None,
        ThreadName::Constant(made) => Some(SharedThread {
            message: "all users share one conversation: the thread's id is a constant",
            made,
            note: "this is the same for every request",
        }),
        ThreadName::Wide(made) => Some(SharedThread {
            message: "users share one conversation: the thread's id names no session",
            made,
            note: "it is made of what many sessions have in common",
        }),
    }
}

fn report_shared(at: Node<'_>, defect: &SharedThread<'_>, findings: &mut Findings<'_>) {
    findings
        .report(at, Severity::High, Certainty::Sure, defect.message)
        .because(defect.made, defect.note)
        .conforming(
            "Name the agent and the session in the thread's id: `f\"thread_{agent_id}_{session_id}\"`.",
        );
}

//! What a process starts on a schedule: a scheduler with its jobs, a function that is repeated, a loop with a pause, a timer
//! that starts itself again.

use super::effects::effect_of;
use crate::semantic::{EntryPoints, Model, Node, has_word, words_of};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// Work that a process starts on a schedule.
pub struct Scheduled<'m> {
    /// The call or decorator that starts it.
    pub at: Node<'m>,
    pub what: String,
    /// The work itself, where the given files show it: a job's function, or the loop.
    pub jobs: Vec<Node<'m>>,
    /// A store of jobs that looks like a lock and is none.
    pub job_store: Option<Node<'m>>,
    /// The calls that hand the jobs to a scheduler.
    pub registered: Vec<Node<'m>>,
}

impl<'m> Scheduled<'m> {
    /// One job that is started without a scheduler.
    fn alone(at: Node<'m>, what: String, job: Node<'m>) -> Self {
        Self { at, what, jobs: vec![job], job_store: None, registered: Vec::new() }
    }

    /// Whether the given files show that it starts with the application, and not with some object at some time.
    pub fn surely_starts(&self) -> bool {
        self.at.function().is_none_or(|function| {
            let reached = function.entry_points();
            self.jobs.first().is_some_and(|job| job.is_function())
                || reached.includes(EntryPoints::STARTUP)
                || reached.includes(EntryPoints::BACKGROUND)
                || function.owner().is_none()
        })
    }
}

/// A program of its own is one process by intention; a test serves nobody; a task that a request starts is no
/// schedule.
pub fn runs_with_the_application(call: Node<'_>) -> bool {
    !call.is_outside_production()
        && !call.source_file().is_script
        && !call
            .function()
            .is_some_and(|function| function.serves_requests() || function.entry_points().are_commands())
}

/// Functions whose decorator repeats them.
pub fn decorated<'m>(model: &'m Model<'m>, scheduled: &mut Vec<Scheduled<'m>>) {
    for function in model.functions().filter(|function| function.is(Kind::FunctionDef)) {
        for decorator in function.decorators() {
            if decorator.does(Tag::RepeatsFunction) && runs_with_the_application(decorator) {
                let what = format!("`{}` repeats `{}`", decorator.called(), function.name());
                scheduled.push(Scheduled::alone(decorator, what, function));
            }
        }
    }
}

/// `scheduler.start()`, with the jobs that were registered with it.
pub fn scheduler(start: Node<'_>) -> Option<Scheduled<'_>> {
    // One that holds its thread is the program, not a part of an application.
    if start.blocks_for() == Some(System::Wait) {
        return None;
    }
    let model = start.model;
    let built = start.receiver().and_then(Node::constructed_by);
    let holder = start.receiver().map_or("", Node::name);
    // Where the code does not show which one it is, the name tells.
    let same = |receiver: Option<Node<'_>>| {
        let other = receiver.and_then(Node::constructed_by).map(Node::place);
        match built.map(Node::place).zip(other) {
            Some((one, other)) => one == other,
            None => receiver.is_some_and(|receiver| receiver.name() == holder),
        }
    };
    let registered: Vec<Node<'_>> =
        model.calls_doing(Tag::RegistersJob).filter(|call| same(call.receiver())).collect();
    let mut jobs: Vec<Node<'_>> =
        registered.iter().filter_map(|call| model.function_named_by(call.scheduled_callable()?)).collect();
    jobs.extend(model.functions().filter(|function| {
        function.decorators().any(|decorator| decorator.does(Tag::RegistersJob) && same(decorator.receiver()))
    }));
    let job_store = built.and_then(|call| call.keyword("jobstores")).filter(|store| {
        // A store in this process's memory deceives nobody.
        !store.calls_within().any(|call| call.callee_name().to_ascii_lowercase().contains("memory"))
    });
    if jobs.is_empty() && job_store.is_none() && built.is_some_and(is_idle) {
        return None;
    }
    Some(Scheduled {
        at: start,
        what: format!("`{}` starts a scheduler", start.called()),
        jobs,
        registered,
        job_store,
    })
}

/// Whether nothing is ever asked of a scheduler but to start and to end: it has no work, and is given to nobody.
fn is_idle(built: Node<'_>) -> bool {
    let model = built.model;
    let is_it = |value: Node<'_>| {
        matches!(value.kind(), Kind::Name | Kind::Attribute) && value.constructed_by() == Some(built)
    };
    let is_given = |call: Node<'_>| {
        call.positional().chain(call.keywords().filter_map(Node::value)).any(is_it)
            || (call.receiver().is_some_and(is_it)
                && !matches!(call.callee_name(), "start" | "shutdown" | "pause" | "resume" | "stop"))
    };
    let has_name = built.statement().targets().any(|target| target.is(Kind::Name));
    let returned = |value: Node<'_>| value.value().is_some_and(is_it);
    has_name
        && !model.calls().any(is_given)
        && !model.assignments().any(returned)
        && !model.functions().flat_map(Node::own_returns).any(returned)
        && !model
            .functions()
            .flat_map(Node::decorators)
            .any(|decorator| decorator.receiver().is_some_and(is_it))
}

/// `create_task(forever())`, where the function is a loop with a pause and an effect.
pub fn periodic_task(start: Node<'_>) -> Option<Scheduled<'_>> {
    let callable = start.scheduled_callable()?;
    let function = if callable.is(Kind::Call) {
        start.model.node(callable.target()?)
    } else {
        start.model.function_named_by(callable)?
    };
    let work = function.own_loops().find(|node| is_endless(*node) && is_periodic(*node))?;
    effect_of(work)?;
    let what = format!("`{}` starts the loop `{}`", start.called(), function.name());
    Some(Scheduled::alone(start, what, work))
}

/// `threading.Timer(60, job).start()` in `job` itself.
pub fn starts_itself_again(start: Node<'_>) -> Option<Scheduled<'_>> {
    let function = start.function().filter(|_| start.api().is_some_and(|api| api.is_constructor))?;
    let again = start.model.function_named_by(start.scheduled_callable()?)?;
    let has_interval = start
        .argument_or_keyword(0, "interval")
        .is_some_and(|first| Some(first) != start.scheduled_callable());
    if again != function || !has_interval || start.enclosing_handler().is_some() {
        return None;
    }
    effect_of(function)?;
    let what = format!("`{}` runs `{}` again and again", start.called(), function.name());
    Some(Scheduled::alone(start, what, function))
}

/// `while True`, or while nobody asks for an end.
fn is_endless(node: Node<'_>) -> bool {
    node.is(Kind::While)
        && node.child(Role::Test).is_some_and(|test| match test.kind() {
            Kind::True | Kind::Number => true,
            Kind::Name | Kind::Attribute => words_of(test.name()).iter().any(|word| word.starts_with("run")),
            Kind::UnaryOp => test.descendants().any(|inner| {
                inner.callee_name() == "is_set"
                    || has_word(
                        inner.name(),
                        &["stop", "stopped", "stopping", "shutdown", "closed", "cancelled"],
                    )
            }),
            _ => false,
        })
}

/// Whether each round waits for a time, and not for work that comes in.
fn is_periodic(work: Node<'_>) -> bool {
    let own = || work.calls_within().filter(|call| call.function() == work.function());
    let pauses = own().any(|call| {
        let sleeps = call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep);
        let waits_for_the_end =
            call.does(Tag::BoundsTime) && call.argument(0).is_some_and(|inner| inner.callee_name() == "wait");
        // A pause after a failure is no schedule; one below a second waits for something to happen.
        let short = call.argument(0).and_then(Node::number).is_some_and(|seconds| seconds < 1.0);
        (sleeps || waits_for_the_end) && !short && call.enclosing_handler().is_none()
    });
    pauses && !own().any(takes_work)
}

/// Whether the call takes an item from a queue, a socket or a stream.
fn takes_work(call: Node<'_>) -> bool {
    const TAKES: [&str; 16] = [
        "get_message",
        "listen",
        "receive",
        "receive_text",
        "receive_json",
        "receive_bytes",
        "recv",
        "recv_json",
        "xread",
        "xreadgroup",
        "xautoclaim",
        "brpop",
        "blpop",
        "lpop",
        "rpop",
        "poll",
    ];
    let name = call.callee_name();
    TAKES.contains(&name)
        || (matches!(name, "get" | "get_nowait")
            && call.receiver().is_some_and(|receiver| {
                receiver.is_a(ClassTag::Queue) || has_word(receiver.name(), &["queue"])
            }))
}

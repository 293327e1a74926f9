//! I3: what goes wrong for one tenant, job or request reaches all the others, or is seen by nobody.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    FunctionRole, Kept, Model, Node, Place, ProcessChange, has_word, names_tenants, thing_named,
};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// What is said of the call that ends a loop, where its failure is known and where its function was not given.
const KEPT_BY_NOTHING: &str = "nothing in the loop keeps its failure";
const NOT_GIVEN: &str = "its function was not given; unless that keeps its failures, they leave the loop";

/// What is told condition by condition.
const CHANGED: &str = "a change of the whole process while others run in it";
const STOPPED: &str = "a loop that its first failure ends for good";
const SWALLOWED: &str = "a clause that swallows a coroutine's cancellation";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.source_file().is_script;
    // Set on one branch and taken away on the other, a variable is one defect.
    let mut told: FxHashSet<(Option<Place>, &str)> = FxHashSet::default();
    for change in model.process_changes().iter().filter(|change| is_checked(&change.at)) {
        let key = change.key.map_or(change.at.source(), Node::source);
        // What an object sets when it is entered it takes away when it is left.
        let home = change.at.function().map(|function| function.owner().unwrap_or(function).place());
        if told.insert((home, key)) {
            changed(change, findings);
        }
    }
    for call in model.calls_doing(Tag::EndsProcess).filter(is_checked) {
        ended(call, findings);
    }
    for call in model.calls_doing(Tag::RunsCode).filter(is_checked) {
        ran_code(call, findings);
    }
    let mut dropped: Vec<Dropped<'_>> = Vec::new();
    for call in model.calls_doing(Tag::HeldWeakly).filter(is_checked) {
        if !call.is_dropped_task() {
            findings.conforms(call, "something holds the task until it has ended");
            continue;
        }
        let name = started_name(call);
        match dropped.iter_mut().rev().take_while(|d| d.calls[0].file == call.file).find(|d| d.name == name) {
            Some(known) => known.calls.push(call),
            None => dropped.push(Dropped { name, calls: vec![call] }),
        }
    }
    for tasks in &dropped {
        report_dropped(tasks, findings);
    }
    for call in model.calls_doing(Tag::RaisesFirst).filter(is_checked) {
        gathered(call, findings);
    }
    for call in model.calls_doing(Tag::StartsTask).filter(is_checked) {
        grouped(call, findings);
    }
    for around in model.loops().filter(|around| !around.is_outside_production()) {
        // What goes on for ever is a service, also where it is started by hand.
        worker(around, findings);
        if !around.is_run_by_hand() {
            tour(around, findings);
        }
    }
    // A job that a schedule or an orchestrator starts is cancelled as well.
    let is_no_tool = |node: &Node<'_>| !node.is_outside_production() && !node.is_run_by_hand();
    for left in model.ways_out_of_cleanup().filter(is_no_tool) {
        left_by_cleanup(left, findings);
    }
    for handler in model.handlers().filter(is_no_tool) {
        uncancellable(handler, findings);
    }
}

/// The function in which this runs while a request is served.
fn request_code(at: Node<'_>) -> Option<Node<'_>> {
    at.function().filter(|function| {
        !at.runs_at_startup() && function.serves_requests() && !function.runs_in_own_process()
    })
}

/// What is called on the way from a request may be called by a command line or another process as well.
fn certainty(function: Node<'_>) -> Certainty {
    let is_direct = [FunctionRole::Handler, FunctionRole::Dependency, FunctionRole::Middleware]
        .iter()
        .any(|&role| function.plays(role));
    if is_direct { Certainty::Sure } else { Certainty::Likely }
}

/// Who else runs in the process while it is changed.
struct Meanwhile<'m> {
    /// The code of requests, the tenant's value, or the start of tasks that shows it, and how.
    shown_by: Node<'m>,
    why: &'static str,
    when: &'static str,
    seen_by: &'static str,
    certainty: Certainty,
}

const SEEN_BY_REQUESTS: &str = "all requests of this process see the change, those of other tenants as well";

fn meanwhile<'m>(change: &ProcessChange<'m>) -> Option<Meanwhile<'m>> {
    if let Some(function) = request_code(change.at) {
        return Some(Meanwhile {
            shown_by: function,
            why: "runs while a request is served",
            when: "while a request is served",
            seen_by: SEEN_BY_REQUESTS,
            certainty: certainty(function),
        });
    }
    // Where no route is known to lead here, it is only known whose value it is.
    if let Some(tenant) = change.tenant.filter(|_| !change.at.runs_at_startup()) {
        return Some(Meanwhile {
            shown_by: tenant,
            why: "the value is one tenant's, and not the process's",
            when: "for one tenant",
            seen_by: SEEN_BY_REQUESTS,
            certainty: Certainty::Likely,
        });
    }
    Some(Meanwhile {
        shown_by: change.at.function().and_then(Node::started_several_times)?,
        why: "several tasks of one process come here at once",
        when: "while other tasks run in it",
        seen_by: "all tasks of this process see the change, in the middle of what they do",
        certainty: Certainty::Likely,
    })
}

fn changed(change: &ProcessChange<'_>, findings: &mut Findings<'_>) {
    // Where traces go is a matter of the rule about tracing.
    if change.is_about_tracing() {
        return;
    }
    // An object that stands for any variable: whoever uses it decides.
    let stands_for_any = change.key.is_some_and(|key| {
        key.is(Kind::Attribute) && key.receiver().is_some_and(|object| object.name() == "self")
    });
    let is_entered = change.at.function().is_some_and(|function| function.name().ends_with("enter__"));
    if stands_for_any && !is_entered {
        return;
    }
    // Without `force` logging is set up by the first call alone.
    let is_first_alone = change.at.does(Tag::ConfiguresLogging) && change.at.keyword("force").is_none();
    if !findings.asks(change.at, CHANGED, "it changes the process each time", !is_first_alone, &|| {
        match is_first_alone {
            true => "without `force` logging is set up by the first call alone".to_owned(),
            false => "what it sets belongs to the process".to_owned(),
        }
    }) {
        return;
    }
    let meanwhile = meanwhile(change);
    findings.asks(change.at, CHANGED, "others run in the process meanwhile", meanwhile.is_some(), &|| {
        match &meanwhile {
            Some(Meanwhile { shown_by, why, .. }) => format!(
                "`{}` {why}",
                if shown_by.is_function() { shown_by.name().to_owned() } else { shown_by.excerpt() }
            ),
            None => {
                "neither a route nor tasks that run side by side lead to it, or it runs before the first request"
                    .to_owned()
            }
        }
    });
    let Some(Meanwhile { shown_by, why, when, seen_by, certainty }) = meanwhile else { return };
    let what = if change.at.is(Kind::Call) {
        format!("`{}` changes the whole process", change.at.called())
    } else {
        format!("assigning to `{}` changes the whole process", change.at.excerpt())
    };
    // What an administrator sets for the whole process is no tenant's.
    let severity = match change.is_fixed {
        true if change.tenant.is_none() => Severity::Low,
        _ if shown_by.is_function() && shown_by.serves_administrators(Some(change.at)) => Severity::Medium,
        _ => Severity::High,
    };
    findings
        .report(change.at, severity, certainty, format!("{what} {when}"))
        .because(shown_by, why)
        .because(change.at, seen_by)
        .conforming(match change.at.callee_name() {
            "umask" => "Leave the mask of the process alone: make the file or folder, and then `chmod` it, or set the mask once, before the first request.",
            "chdir" | "fchdir" => "Build full paths, or hand the folder to what needs it: `cwd=…` of a subprocess, `root_dir=…` of `glob`.",
            _ => "Hand the value to the object that needs it, for example `ChatOpenAI(api_key=app.openai_api_key)`; set what belongs to the process once, before the first request.",
        });
}

fn ended(call: Node<'_>, findings: &mut Findings<'_>) {
    if !call.ends_own_process() {
        return;
    }
    let Some(function) = request_code(call) else { return };
    // The server ends what it is doing before it stops, as whoever asks for that wants: the question is who may.
    if call.asks_to_stop()
        && let Some(handler) = route_to_stop(function)
    {
        stopped_by_anybody(call, handler, findings);
        return;
    }
    // A thread that watches over the process, and ends it on purpose.
    let watches = function.plays(FunctionRole::Offloaded)
        && call.enclosing_loop().is_some_and(|around| around.is(Kind::While));
    if watches {
        return;
    }
    findings
        .report(
            call,
            Severity::High,
            certainty(function),
            format!("`{}` ends the process while it serves other requests", call.called()),
        )
        .because(function, "runs while a request is served")
        .because(call, "all other requests of this process end with it")
        .conforming("Raise an exception; whether the process is well is for the readiness endpoint to say.");
}

/// A route that is there to stop the process, for whoever calls it.
fn stopped_by_anybody(call: Node<'_>, handler: Node<'_>, findings: &mut Findings<'_>) {
    if handler.may_ask_who_calls() || handler.serves_administrators(Some(call)) {
        return;
    }
    findings
        .report(
            call,
            Severity::High,
            certainty(handler),
            format!("`{}` lets whoever calls this route end the process", call.called()),
        )
        .because(handler, "no dependency of the route asks who calls")
        .because(call, "the server answers what it has begun, and is gone for everybody else")
        .conforming("Leave stopping to the orchestrator, or let only operators in: `dependencies=[Depends(require_operator)]`.");
}

/// The handler around this function whose name or path says that it stops the process.
fn route_to_stop(function: Node<'_>) -> Option<Node<'_>> {
    let says =
        |text: &str| has_word(text, &["shutdown", "stop", "exit", "quit", "restart", "terminate", "kill"]);
    std::iter::successors(Some(function), |function| function.function())
        .filter(|handler| handler.route().is_some())
        .find(|handler| says(handler.name()) || says(&handler.full_route_path()))
}

fn ran_code(call: Node<'_>, findings: &mut Findings<'_>) {
    if !call.does(Tag::RunsCode) || call.argument(0).is_none_or(|code| code.string().is_some()) {
        return;
    }
    let Some(function) = request_code(call) else { return };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Question,
            format!("is what `{}` runs here fenced in?", call.called()),
        )
        .because(function, "runs while a request is served")
        .because(call, "the code has the rights of the process, and no limits that the given files show")
        .conforming("Run code of tenants in another process or container, with limits on time and memory.");
}

/// The tasks of one file that run the same coroutine function and that nothing holds: one defect.
struct Dropped<'m> {
    name: String,
    calls: Vec<Node<'m>>,
}

fn started_name(call: Node<'_>) -> String {
    call.scheduled_callable().map_or_else(
        || call.called(),
        |coroutine| if coroutine.is(Kind::Call) { coroutine.called() } else { coroutine.excerpt() },
    )
}

fn report_dropped(tasks: &Dropped<'_>, findings: &mut Findings<'_>) {
    let call = tasks.calls[0];
    let keeps = call
        .scheduled_callable()
        .and_then(|coroutine| coroutine.target())
        .is_some_and(|place| call.model.node(place).keeps_its_failures(Kept::Expected));
    let work = call.scheduled_callable().and_then(|coroutine| coroutine.target());
    let is_caught = keeps
        || work.is_some_and(|place| {
            let function = call.model.node(place);
            function.begins_with_a_net() || function.lets_no_work_fail()
        });
    // What an object does when it is thrown away has no owner left that could hold it.
    let is_last = call.function().is_some_and(|function| function.name() == "__del__");
    let severity = if keeps || is_last { Severity::Low } else { Severity::Medium };
    let name = &tasks.name;
    let message = match tasks.calls.len() {
        1 => format!("nothing holds the task that runs `{name}`"),
        count => format!("nothing holds the tasks that run `{name}`: {count} in this file"),
    };
    let mut draft = findings.report(call, severity, Certainty::Sure, message).because(
        call,
        if is_caught {
            "the event loop's own reference is weak, so that the task may be collected half done"
        } else {
            "the event loop's own reference is weak, so that the task may be collected half done, and no code handles its exception"
        },
    );
    for other in tasks.calls.iter().skip(1).take(9) {
        draft = draft.because(*other, "so is this one");
    }
    draft.conforming(
        "Keep it: `task = asyncio.create_task(…)`, `tasks.add(task)`, `task.add_done_callback(tasks.discard)`; or start it in an `asyncio.TaskGroup`.",
    );
}

/// A worker that its first bad job ends.
fn worker(around: Node<'_>, findings: &mut Findings<'_>) {
    // The loop of one connection ends with it.
    let mut functions = std::iter::successors(around.function(), |function| function.function());
    let serves_one = functions.any(|function| function.plays(FunctionRole::Handler));
    if serves_one {
        return;
    }
    let ending = around.ending_turn();
    if ending.is_some() || around.never_ends() {
        findings.asks(around, STOPPED, "it is meant to go on", true, &|| {
            "nothing but a failure, or whoever stops it, ends it".to_owned()
        });
        findings.asks(
            around,
            STOPPED,
            "a turn may fail, and nothing in it keeps that",
            ending.is_some(),
            &|| match &ending {
                Some((_, failing)) => format!("`{}` may fail", failing.chain[0].called()),
                None => "a `try` in the loop keeps each failure, or nothing that is known to fail is in it"
                    .to_owned(),
            },
        );
    }
    let Some((waits, failing)) = ending else {
        if around.never_ends() && around.descendants_of(Kind::Handler).any(Node::catches_everything) {
            findings.conforms(around, "a failure ends one turn and not the worker");
        }
        return;
    };
    let call = failing.chain[0];
    let certainty = if failing.is_known { Certainty::Sure } else { Certainty::Likely };
    let draft = findings
        .report(
            around,
            Severity::Medium,
            certainty,
            format!("the first `{}` that fails ends this loop for good", call.called()),
        )
        .because(waits, "the loop is meant to go on from here");
    draft.because_it_fails(&failing, KEPT_BY_NOTHING, NOT_GIVEN).conforming(
        "Put a `try` around one turn: `except Exception:`, `logger.exception(…)`, and go on. Cancellation is no `Exception` and still ends it.",
    );
}

/// A loop over tenants that the first failing one ends.
fn tour(around: Node<'_>, findings: &mut Findings<'_>) {
    if !around.is(Kind::For) || !goes_over_tenants(around) || request_code(around).is_some() {
        return;
    }
    let leaves = around.descendants().any(|node| {
        matches!(node.kind(), Kind::Return | Kind::Break | Kind::Yield)
            && node.function() == around.function()
    });
    // While the application starts, one tenant's failure keeps it from starting for all.
    let is_start = around.function().is_some_and(Node::is_startup);
    let is_round = is_start || around.function().is_some_and(makes_rounds);
    let failing = around.failing_turn().filter(|failing| is_round || !failing.of_object);
    let failing = failing.or_else(|| around.writing_turn().filter(|_| is_round));
    let Some(failing) = failing.filter(|_| !leaves) else { return };
    let call = failing.chain[0];
    // What runs beside the loop does not end it, and what only lets go of something is no tenant's work.
    if call.is_started_aside() || call.lets_go() || is_start && call.enclosing_handler().is_some() {
        return;
    }
    let draft = findings.report(
        around,
        if is_start { Severity::High } else { Severity::Medium },
        Certainty::Likely,
        match is_start {
            true => format!(
                "the first tenant for which `{}` fails keeps the application from starting",
                call.called()
            ),
            false => format!("the first tenant for which `{}` fails keeps it from all others", call.called()),
        },
    );
    draft.because_it_fails(&failing, KEPT_BY_NOTHING, NOT_GIVEN).conforming(
        "Put the `try` inside of the loop, around one tenant, and log the failure with the tenant's id.",
    );
}

/// Whether a function is there for all tenants in turn, by its name or since it runs beside the requests.
fn makes_rounds(function: Node<'_>) -> bool {
    const WORDS: [&str; 17] = [
        "run", "round", "rounds", "all", "each", "every", "job", "sweep", "tick", "cycle", "sync", "nightly",
        "daily", "weekly", "monthly", "hourly", "batch",
    ];
    !function.is_startup()
        && (function.runs_along() || function.is_queued() || has_word(function.name(), &WORDS))
}

fn goes_over_tenants(around: Node<'_>) -> bool {
    around.child(Role::Iterable).into_iter().flat_map(Node::descendants).chain(around.targets()).any(|node| {
        matches!(node.kind(), Kind::Name | Kind::Attribute)
            && (names_tenants(node.name()) || thing_named(node.name()).as_deref() == Some("account"))
    }) || around.turns_over_tenants()
}

/// Work for many tenants that runs at once, where the first failure passes the others over.
fn gathered(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((each, around)) = call.gathered_over() else { return };
    let keeps = call.keyword("return_exceptions").is_some_and(|kept| !kept.resolved_value().is(Kind::False));
    if keeps || call.is_contained() || request_code(call).is_some() || !around.is_some_and(goes_over_tenants)
    {
        return;
    }
    let Some(failing) = each.failing() else { return };
    let draft = findings.report(
        call,
        Severity::Medium,
        Certainty::Likely,
        format!("the first tenant for which `{}` fails hides what became of the others", each.called()),
    );
    draft.because_it_fails(
        &failing,
        "nothing keeps its failure from the others",
        "its function was not given; unless that keeps its failures, they come out here",
    ).conforming(
        "Keep each result: `results = await asyncio.gather(*work, return_exceptions=True)`, and log each failure with its tenant's id.",
    );
}

/// Tasks of one group for many tenants: the first that fails cancels the rest.
fn grouped(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((work, around)) = call.grouped_over() else { return };
    if request_code(call).is_some() || !around.is_some_and(goes_over_tenants) {
        return;
    }
    let Some(failing) = work.failing() else { return };
    let draft = findings.report(
        call,
        Severity::Medium,
        Certainty::Likely,
        format!("the first tenant for which `{}` fails cancels the work for all others", work.called()),
    );
    draft.because_it_fails(
        &failing,
        "nothing keeps its failure from the others",
        "its function was not given; unless that keeps its failures, they come out here",
    ).conforming(
        "Keep each tenant's failure in its own task: a `try` in the coroutine that logs it with the tenant's id.",
    );
}

/// Waiting for the end of something that was cancelled or is being closed: whatever comes is expected.
fn is_ending(awaited: Node<'_>) -> bool {
    let Some(value) = awaited.value() else { return false };
    match value.kind() {
        Kind::Name | Kind::Attribute => true,
        Kind::Call => value.lets_go(),
        _ => false,
    }
}

/// `return` in a `finally`: what was being raised, cancellation included, ends there.
fn left_by_cleanup(left: Node<'_>, findings: &mut Findings<'_>) {
    findings
        .report(
            left,
            Severity::Medium,
            Certainty::Sure,
            "leaving a `finally` this way swallows the coroutine's cancellation",
        )
        .because(
            left,
            "whatever was on its way through this `finally`, `CancelledError` as well, is dropped here",
        )
        .conforming("Clean up in the `finally` and let it end; return behind it.");
}

/// A clause that catches a coroutine's cancellation with everything else, and goes on.
fn uncancellable(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(attempt) = handler.parent() else { return };
    let awaits = attempt.child(Role::Body).is_some_and(|body| {
        body.descendants_of(Kind::Await)
            .filter(|node| node.function() == handler.function())
            .any(|node| !is_ending(node))
    });
    if handler.on_event_loop().is_none() || !awaits {
        return;
    }
    let catches = handler.catches_cancellation();
    if !findings.asks(handler, SWALLOWED, "it catches cancellation", catches, &|| match catches {
        true => "`CancelledError` comes into this clause".to_owned(),
        false => "`CancelledError` is none of what it catches: `Exception` leaves it alone".to_owned(),
    }) {
        return;
    }
    // It cleans up for a clause that raises in the end.
    let mut earlier = attempt.handlers().take_while(|other| *other != handler);
    let is_kept = !attempt.enclosing_handler().is_some_and(Node::raises_at_last)
        && !earlier.any(Node::catches_cancellation_alone)
        && !handler.hands_failure_on()
        && !handler.looks_at_failure();
    if !findings.asks(handler, SWALLOWED, "it does not hand it on", is_kept, &|| match is_kept {
        true => "the clause goes on as after any other failure".to_owned(),
        false => "it raises or looks at what came, or another clause takes the cancellation".to_owned(),
    }) {
        return;
    }
    findings
        .report(
            handler,
            Severity::Medium,
            Certainty::Sure,
            "this clause swallows the coroutine's cancellation",
        )
        .because(handler, "it catches `CancelledError` as well, so that neither a deadline nor a shutdown ends the coroutine")
        .conforming("Catch `Exception`, which leaves cancellation alone, or `raise` at the end of the clause.");
}

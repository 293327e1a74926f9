//! F6: an application that starts without what it needs, or stops without ending what it began.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Database, Lifespan, Model, Node, Opened, StopFault, UngracefulStop};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production();
    for lifespan in model.lifespans().filter(|lifespan| is_checked(&lifespan.function)) {
        started(lifespan, findings);
        stopped(lifespan, findings);
    }
    old_events(model, findings);
    for stop in model.ungraceful_stops() {
        deployed(model, stop, findings);
    }
    if !model.has_app() {
        return;
    }
    // One name may be given its pool in several branches.
    let mut told: Vec<(u32, &str)> = Vec::new();
    for made in model.module_pools().filter(is_checked) {
        let holder = made.parent().and_then(|statement| statement.targets().next());
        let key = (made.file, holder.map_or("", Node::source));
        if !made.source_file().is_script && !told.contains(&key) && module_pool(made, findings) {
            told.push(key);
        }
    }
    for call in model.calls().filter(is_checked) {
        if call.takes_stop_signal() && !call.source_file().is_script && builds_app(call) {
            signalled(call, findings);
        }
    }
}

fn started(lifespan: Lifespan<'_>, findings: &mut Findings<'_>) {
    for (handler, is_known) in lifespan.fails_open() {
        findings
            .report(
                handler,
                Severity::High,
                if is_known { Certainty::Sure } else { Certainty::Likely },
                "the application starts although its database does not answer",
            )
            .because(lifespan.function, "runs before the first request")
            .because(handler, "the failure is passed over, and the server reports that it has started")
            .conforming("Log it if you like, then `raise`: the rollout stops at this process, and the old ones go on.");
    }
}

fn stopped(lifespan: Lifespan<'_>, findings: &mut Findings<'_>) {
    let open = lifespan.left_open();
    for opened in &open {
        left_open(opened, lifespan, findings);
    }
    match (lifespan.yielded, lifespan.cleans_up_unprotected()) {
        (_, Some((yielded, cleaning))) => {
            findings
                .report(
                    yielded,
                    Severity::Low,
                    Certainty::Sure,
                    "what stands behind this `yield` is passed over when the lifespan is left by an error",
                )
                .because(cleaning, "ends what was opened, unless an exception comes first")
                .conforming(
                    "Put the `yield` into `try`, and the end into `finally`; or open with `async with`.",
                );
        }
        (Some(yielded), None) if open.is_empty() => {
            let ends = lifespan.function.own_calls().any(|call| call.id > yielded.id)
                || yielded.enclosing_with_items().next().is_some();
            if ends {
                findings.conforms(yielded, "what was opened is ended, whatever happens in between");
            }
        }
        _ => {}
    }
}

fn left_open(opened: &Opened<'_>, lifespan: Lifespan<'_>, findings: &mut Findings<'_>) {
    let name = opened.holder.excerpt();
    let (what, remedy) = if opened.is_task && opened.made.contains(opened.holder) {
        (
            format!("nothing stops the task that runs `{name}` when the application stops"),
            "Hold it, `task = asyncio.create_task(…)`, and after the `yield`, in `finally`: `task.cancel()`, and await it, so that it can end what it is doing.",
        )
    } else if opened.is_task {
        (
            format!("nothing stops the task in `{name}` when the application stops"),
            "After the `yield`, in `finally`: `task.cancel()`, and await it, so that it can end what it is doing.",
        )
    } else if opened.holder.is_a(ClassTag::Scheduler) || opened.made.is_a(ClassTag::Scheduler) {
        (
            format!("nothing shuts down the scheduler in `{name}` when the application stops"),
            "After the `yield`, in `finally`: `scheduler.shutdown()`, which waits for the jobs that are running.",
        )
    } else {
        (
            format!("nothing closes `{name}` when the application stops"),
            "Open it with `async with` around the `yield`, or close it in `finally` behind it.",
        )
    };
    findings
        .report(opened.made, Severity::Medium, Certainty::Likely, what)
        .because(opened.made, "is opened when the application starts")
        .because(lifespan.yielded.unwrap_or(lifespan.function), "nothing behind this place ends it")
        .conforming(remedy);
}

/// `@app.on_event(…)`: told once a file.
fn old_events(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut first: Option<Node<'_>> = None;
    for function in model.functions().filter(|f| f.is(Kind::FunctionDef) && !f.is_outside_production()) {
        let Some(decorator) = function.event().and_then(|event| event.parent()) else { continue };
        if first.is_some_and(|first| first.file == decorator.file) {
            continue;
        }
        // What only tells that it starts opens nothing, and nobody calls what nothing names.
        let opens = function.own_calls().any(|call| {
            let calls_nothing =
                call.target().is_some_and(|place| model.node(place).own_calls().next().is_none());
            !(call.is_harmless() || call.writes_log() || call.does(Tag::Prints) || calls_nothing)
        });
        if !opens || decorator.is_unused() {
            continue;
        }
        first = Some(decorator);
        findings
            .report(
                decorator,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` is deprecated, and parts a start from its end", decorator.called()),
            )
            .because(decorator, "what is opened here has to be closed in another function, or is forgotten")
            .conforming("Use one lifespan: `FastAPI(lifespan=lifespan)`, with the start before its `yield` and the end in `finally` behind it.");
    }
}

/// An engine of a module that no lifespan disposes of: whether that was told.
fn module_pool(made: Node<'_>, findings: &mut Findings<'_>) -> bool {
    let model = made.model;
    // What a function of another project's file ends cannot be seen.
    let ends_unseen = model.lifespans().filter_map(|lifespan| Some((lifespan, lifespan.yielded?))).any(
        |(lifespan, yielded)| {
            lifespan.function.own_calls().any(|call| call.id > yielded.id && call.is_unknown_function())
        },
    );
    if made.database() == Some(Database::Sqlite) || ends_unseen || model.closes_what(made) {
        return false;
    }
    let name = made.parent().and_then(|statement| statement.targets().next()).map_or("engine", Node::source);
    let end = made
        .closing_method()
        .map(|(method, is_awaited)| format!("`{}{name}.{method}()`", if is_awaited { "await " } else { "" }));
    let is_client = !(made.is_a(ClassTag::Engine) || made.is_a(ClassTag::ConnectionPool));
    let (what, why) = match is_client {
        true => (
            "client",
            "its connections, and what is on its way in them, are broken off when the process ends",
        ),
        false => ("pool", "its connections stay open until the database notices that the process has gone"),
    };
    findings
        .report(
            made,
            if is_client { Severity::Low } else { Severity::Medium },
            Certainty::Likely,
            format!("nothing closes the {what} that `{}` makes when the application stops", made.called()),
        )
        .because(made, why)
        .conforming(match is_client {
            true => "Make it in the application's lifespan, with `async with` around the `yield`; or close it in `finally` behind it.".to_owned(),
            false => format!(
                "Dispose of it in the application's lifespan, in `finally` behind the `yield`: {}.",
                end.as_deref().unwrap_or("`await engine.dispose()`")
            ),
        });
    true
}

/// Whether the application is made in the same file: elsewhere it may be another process.
fn builds_app(call: Node<'_>) -> bool {
    call.at(0)
        .calls_within()
        .any(|other| other.is_a(ClassTag::App) && other.api().is_some_and(|api| api.is_constructor))
}

/// A handler of SIGTERM in a process whose server handles it.
fn signalled(call: Node<'_>, findings: &mut Findings<'_>) {
    let chains = call.at(0).calls_within().any(|other| other.callee_name() == "getsignal");
    // A class that is derived from another one may be the server itself.
    let may_be_server =
        call.class().is_some_and(|class| class.children().any(|child| child.role() == Role::Base));
    if chains || may_be_server {
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` takes the stop signal away from the server", call.called()),
        )
        .because(call, "the server's own handler, which lets running requests finish, is replaced")
        .conforming(
            "Leave signals to the server, and end what was begun in the lifespan, behind its `yield`.",
        );
    let Some(function) = call.argument(1).and_then(|handler| call.model.function_named_by(handler)) else {
        return;
    };
    for exit in function.own_calls().filter(|inner| inner.ends_own_process()) {
        findings
            .report(
                exit,
                Severity::Medium,
                Certainty::Sure,
                format!("`{}` ends the process without letting requests finish", exit.called()),
            )
            .because(call, "runs when the process is told to stop")
            .because(exit, "breaks off answers, checkpoints and transactions at once")
            .conforming("Leave the end to the server; what has to be closed belongs into the lifespan.");
    }
}

/// What the deployment files say of the stop.
fn deployed(model: &Model<'_>, stop: UngracefulStop, findings: &mut Findings<'_>) {
    let (severity, certainty, message, because, remedy) = match stop.fault {
        StopFault::Shell => (
            Severity::Medium,
            Certainty::Sure,
            "a shell stands before the server and keeps the stop signal to itself",
            "the shell stays as process 1 and does not hand SIGTERM on, so that the server is killed at the end of the grace period",
            "Let the server be process 1: the exec form, `CMD [\"uvicorn\", \"app.main:app\", \"--timeout-graceful-shutdown\", \"25\"]`, or `exec` before it in the shell's line.",
        ),
        StopFault::UnlimitedDrain => (
            Severity::Low,
            Certainty::Sure,
            "the server waits for open connections without end when it is stopped",
            "a stream that does not end is ended by SIGKILL, and all that should come after it is passed over",
            "Give it less than the platform does: `--timeout-graceful-shutdown 25`.",
        ),
        StopFault::ShortGrace => (
            Severity::Low,
            Certainty::Likely,
            "the service is killed ten seconds after the stop signal",
            "that is the default where no `stop_grace_period` is given, and shorter than an answer of a model",
            "Give it time: `stop_grace_period: 30s`, a little more than the server's own limit.",
        ),
        StopFault::NoPause => (
            Severity::Low,
            Certainty::Likely,
            "new requests still arrive while the container is stopped",
            "the pod is taken out of its service while the signal is sent already: neither a `preStop` pause nor a grace period is given",
            "Pause before the signal, and allow for the server's own limit: `lifecycle.preStop` with `sleep 5`, and `terminationGracePeriodSeconds: 40`.",
        ),
    };
    let at = model.stretch(stop.at);
    findings.report(at, severity, certainty, message).because(at, because).conforming(remedy);
}

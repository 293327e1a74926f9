//! F6: an application that starts without what it needs, or stops without ending what it began.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Connecting, Database, Lifespan, Model, Node, Opened, Stop, StopFault};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

// What is told condition by condition.

const STARTS: &str = "an application that starts without its database";
const LEFT_OPEN: &str = "what is opened when the application starts, and never ended";
const PASSED_OVER: &str = "an end that an error passes over";
const OLD_EVENTS: &str = "a start in one function, and its end in another";
const MODULE_POOL: &str = "a pool or client that a module makes, and nothing closes";
const SIGNAL: &str = "a stop signal that is taken away from the server";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production();
    for lifespan in model.lifespans().filter(|lifespan| is_checked(&lifespan.function)) {
        started(lifespan, findings);
        stopped(lifespan, findings);
    }
    old_events(model, findings);
    for stop in model.stops() {
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
        if call.takes_stop_signal() && !call.source_file().is_script && takes_from_server(call, findings) {
            signalled(call, findings);
        }
    }
}

fn started(lifespan: Lifespan<'_>, findings: &mut Findings<'_>) {
    for Connecting { clause, is_known, goes_on } in lifespan.connecting() {
        findings.asks(clause, STARTS, "what is tried needs the database", true, &|| match is_known {
            true => "it connects to it, or asks it for nothing".to_owned(),
            false => "by its name; its function was not given".to_owned(),
        });
        if !findings.asks_whether(
            clause,
            STARTS,
            "the start goes on all the same",
            goes_on,
            [
                "the clause neither raises nor ends the process",
                "the clause raises, ends the process, or sets what is asked for later",
            ],
        ) {
            continue;
        }
        findings
            .report(
                clause,
                Severity::High,
                if is_known { Certainty::Sure } else { Certainty::Likely },
                "the application starts although its database does not answer",
            )
            .because(lifespan.function, "runs before the first request")
            .because(clause, "the failure is passed over, and the server reports that it has started")
            .conforming("Log it if you like, then `raise`: the rollout stops at this process, and the old ones go on.");
    }
}

fn stopped(lifespan: Lifespan<'_>, findings: &mut Findings<'_>) {
    let mut is_left_open = false;
    for opened in &lifespan.opens() {
        if is_never_ended(opened, findings) {
            is_left_open = true;
            left_open(opened, lifespan, findings);
        }
    }
    if let Some((yielded, cleaning)) =
        lifespan.function.own_yields().find_map(|yielded| Some((yielded, passed_over(yielded, findings)?)))
    {
        findings
            .report(
                yielded,
                Severity::Low,
                Certainty::Sure,
                "what stands behind this `yield` is passed over when the lifespan is left by an error",
            )
            .because(cleaning, "ends what was opened, unless an exception comes first")
            .conforming("Put the `yield` into `try`, and the end into `finally`; or open with `async with`.");
    } else if let Some(yielded) = lifespan.yielded.filter(|_| !is_left_open) {
        let ends = lifespan.function.own_calls().any(|call| call.id > yielded.id)
            || yielded.enclosing_with_items().next().is_some();
        if ends {
            findings.conforms(yielded, "what was opened is ended, whatever happens in between");
        }
    }
}

fn is_never_ended(opened: &Opened<'_>, findings: &mut Findings<'_>) -> bool {
    findings.asks(
        opened.made,
        LEFT_OPEN,
        "it is opened to be kept while the application runs",
        true,
        &|| format!("`{}` holds it", opened.holder.excerpt()),
    );
    findings.asks_whether(
        opened.made,
        LEFT_OPEN,
        "nothing ends it",
        !opened.is_ended,
        [
            "the half that stops the application, its stop handlers and what it is handed to don't",
            "the half that stops the application names it, or something that ends it is given it",
        ],
    )
}

/// The end behind this `yield` that an error passes over.
fn passed_over<'m>(yielded: Node<'m>, findings: &mut Findings<'_>) -> Option<Node<'m>> {
    let is_open = findings.asks_whether(
        yielded,
        PASSED_OVER,
        "an error here passes over what stands behind",
        !yielded.is_protected(),
        [
            "neither a `try` with `finally` nor a `with` is around it",
            "a `try` with `finally`, or a `with`, is around it",
        ],
    );
    if !is_open {
        return None;
    }
    let ended = yielded.ended_behind();
    findings.asks(yielded, PASSED_OVER, "something is ended behind it", ended.is_some(), &|| match ended {
        Some(call) => format!("`{}` does ({})", call.excerpt(), call.whereabouts_from(yielded)),
        None => "no call behind it closes, stops or cancels anything".to_owned(),
    });
    ended
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
        let opens = function.own_calls().find(|call| {
            let calls_nothing =
                call.target().is_some_and(|place| model.node(place).own_calls().next().is_none());
            !(call.is_harmless() || call.writes_log() || call.does(Tag::Prints) || calls_nothing)
        });
        let opens = findings.asks(
            decorator,
            OLD_EVENTS,
            "the function opens or ends something",
            opens.is_some(),
            &|| match opens {
                Some(call) => format!("`{}` may ({})", call.excerpt(), call.whereabouts_from(decorator)),
                None => "it only says that it runs".to_owned(),
            },
        );
        let is_used = opens
            && findings.asks_whether(
                decorator,
                OLD_EVENTS,
                "something makes the application that it belongs to",
                !decorator.is_unused(),
                ["nothing speaks against it", "nothing in the given files names the function around it"],
            );
        if !is_used {
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
    let is_sqlite = made.database() == Some(Database::Sqlite) || made.is_mostly_for_a_file();
    if !findings.asks_whether(
        made,
        MODULE_POOL,
        "a server keeps the other end of its connections",
        !is_sqlite,
        ["it is no file of SQLite", "its database is a file of SQLite"],
    ) {
        return false;
    }
    let is_closed = model.closes_what(made);
    if !findings.asks_whether(
        made,
        MODULE_POOL,
        "nothing closes it",
        !(ends_unseen || is_closed),
        [
            "no lifespan, and nothing else in the given files, does",
            match is_closed {
                true => "a call in the given files does",
                false => {
                    "a lifespan calls, behind its `yield`, a function that was not given and may close it"
                }
            },
        ],
    ) {
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

/// Whether a handler of SIGTERM stands in a process whose server handles it, and replaces the server's own.
fn takes_from_server(call: Node<'_>, findings: &mut Findings<'_>) -> bool {
    if !findings.asks_whether(
        call,
        SIGNAL,
        "a server runs in this process",
        builds_app(call),
        ["the application is made in this file", "no application is made in this file"],
    ) {
        return false;
    }
    let chains = call.at(0).calls_within().any(|other| other.callee_name() == "getsignal");
    if !findings.asks_whether(
        call,
        SIGNAL,
        "the server's own handler is lost",
        !chains,
        ["nothing asks for the handler before", "`getsignal` asks for the handler before, to go on with it"],
    ) {
        return false;
    }
    // A class that is derived from another one may be the server itself.
    let may_be_server =
        call.class().is_some_and(|class| class.children().any(|child| child.role() == Role::Base));
    findings.asks_whether(
        call,
        SIGNAL,
        "it is not the server that sets it",
        !may_be_server,
        ["no derived class is around it", "the class around it is derived from another one"],
    )
}

/// A handler of SIGTERM that replaces the server's own.
fn signalled(call: Node<'_>, findings: &mut Findings<'_>) {
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
fn deployed(model: &Model<'_>, stop: Stop, findings: &mut Findings<'_>) {
    let (about, condition, severity, certainty, message, because, remedy) = match stop.fault {
        StopFault::Shell => (
            "a shell that keeps the stop signal",
            "a shell stays in front of the server",
            Severity::Medium,
            Certainty::Sure,
            "a shell stands before the server and keeps the stop signal to itself",
            "the shell stays as process 1 and does not hand SIGTERM on, so that the server is killed at the end of the grace period",
            "Let the server be process 1: the exec form, `CMD [\"uvicorn\", \"app.main:app\", \"--timeout-graceful-shutdown\", \"25\"]`, or `exec` before it in the shell's line.",
        ),
        StopFault::UnlimitedDrain => (
            "a server that waits without end",
            "nothing limits how long it waits for open connections",
            Severity::Low,
            Certainty::Sure,
            "the server waits for open connections without end when it is stopped",
            "a stream that does not end is ended by SIGKILL, and all that should come after it is passed over",
            "Give it less than the platform does: `--timeout-graceful-shutdown 25`.",
        ),
        StopFault::ShortGrace => (
            "a service that is killed soon",
            "nothing says how long it has to stop",
            Severity::Low,
            Certainty::Likely,
            "the service is killed ten seconds after the stop signal",
            "that is the default where no `stop_grace_period` is given, and shorter than an answer of a model",
            "Give it time: `stop_grace_period: 30s`, a little more than the server's own limit.",
        ),
        StopFault::NoPause => (
            "a pod that gets requests while it stops",
            "neither a pause nor a grace period is given",
            Severity::Low,
            Certainty::Likely,
            "new requests still arrive while the container is stopped",
            "the pod is taken out of its service while the signal is sent already: neither a `preStop` pause nor a grace period is given",
            "Pause before the signal, and allow for the server's own limit: `lifecycle.preStop` with `sleep 5`, and `terminationGracePeriodSeconds: 40`.",
        ),
        StopFault::LostTrap => (
            "a trap that never runs",
            "`exec` ends the shell that has the trap",
            Severity::Medium,
            Certainty::Likely,
            "`exec` ends the shell, and with it the trap for what runs beside the server",
            "the signal reaches the server alone: what was started with `&` is not told, and is killed with the container",
            "Give each process a container of its own; or start the server with `&` as well, `wait` for it, and let the trap end both.",
        ),
        StopFault::EndlessWait => (
            "a start that waits for something else",
            "nothing ends the wait",
            Severity::Low,
            Certainty::Likely,
            "the start waits without end for what may never answer",
            "with a wrong address, or while the other is gone, the container neither works nor fails, and nobody is told",
            "Give up after a while, so that the platform sees it: `timeout 60 sh -c 'until pg_isready; do sleep 1; done'`.",
        ),
    };
    let at = model.stretch(stop.at);
    let facts = [because, stop.grace.unwrap_or_default()];
    if findings.asks_whether(at, about, condition, stop.grace.is_none(), facts) {
        findings.report(at, severity, certainty, message).because(at, because).conforming(remedy);
    }
}

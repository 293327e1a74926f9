//! F2: a retry that has no end, no growing pause or no choice of failures.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Attempts, Failures, Kept, Model, Node, Pause, Retry};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::Kind;

/// More attempts than these only prolong an outage.
const MANY: f64 = 10.0;

const BY_HAND: &str = "Count the attempts and raise after the last; catch what passes by itself (lost connections, timeouts, 429, 5xx); \
     wait longer each time, with jitter: `await asyncio.sleep(random.uniform(0, 2**attempt))`.";

/// One thing that is wrong about a retry.
struct Fault<'m> {
    severity: Severity,
    what: &'static str,
    at: Node<'m>,
    why: String,
}

/// The defect.
const CARELESS: &str = "a retry that chooses too little";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // Tuning that is repeated all over a file is told once, with its count.
    let mut tuning: Vec<Judged<'_>> = Vec::new();
    for retry in model.retries().filter(|retry| !retry.at.is_outside_production()) {
        if is_client(retry.at) {
            client(&retry, findings);
        } else {
            judge(retry, &mut tuning, findings);
        }
    }
    let in_server =
        |retry: &Retry<'_>| !retry.at.is_outside_production() && !retry.at.source_file().is_script;
    for retry in model.retry_loops().filter(in_server) {
        judge(retry, &mut tuning, findings);
    }
    for judged in &tuning {
        report(judged, findings);
    }
    for handler in model.handlers().filter(|h| !h.is_outside_production() && !h.source_file().is_script) {
        recursive(handler, findings);
    }
    for call in model.known_calls().map(|(call, _)| call).filter(|call| !call.is_outside_production()) {
        hides_failure(call, findings);
    }
}

/// A function that calls itself where it failed, and counts nothing.
fn recursive(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some((again, asked)) = handler.tries_again_by_itself() else { return };
    findings
        .report(
            again,
            Severity::High,
            Certainty::Sure,
            format!("`{}` calls itself after each failure, without an end", again.called()),
        )
        .because(asked, "as long as this fails, the function goes one level deeper")
        .because(again, "neither an argument nor a condition counts the attempts")
        .conforming(BY_HAND);
}

/// A client or model that tries again by itself.
fn is_client(at: Node<'_>) -> bool {
    [ClassTag::ChatModel, ClassTag::Embeddings, ClassTag::PooledClient].into_iter().any(|tag| at.is_a(tag))
        && at.api().is_some_and(|api| api.is_constructor)
}

/// A retry with what is wrong about it, and others of the same file of which the same is to be said.
struct Judged<'m> {
    retry: Retry<'m>,
    faults: Vec<Fault<'m>>,
    message: String,
    others: Vec<Node<'m>>,
}

fn judge<'m>(retry: Retry<'m>, tuning: &mut Vec<Judged<'m>>, findings: &mut Findings<'_>) {
    let never = matches!(retry.attempts, Attempts::Number(number, _) if number < 1.0);
    let again = "it tries again";
    if !findings.asks(retry.at, CARELESS, again, !never, &|| match never {
        true => "its number of attempts is 0".to_owned(),
        false => format!("{} does", name(&retry)),
    }) {
        return;
    }
    // A decorator sees only what comes out of its function.
    let repeats = retry.at.parent().filter(|around| around.is(Kind::Decorator)).and_then(Node::parent);
    let keeps = repeats.is_some_and(|function| function.keeps_its_failures(Kept::All));
    if !findings.asks(retry.at, CARELESS, "failures reach it", !keeps, &|| match keeps {
        true => "the function keeps all of its failures to itself, so that nothing is tried again".to_owned(),
        false => "nothing is seen to keep them from it".to_owned(),
    }) {
        return;
    }
    // Whoever runs the command has said how often and how long.
    if retry.at.is(Kind::Call)
        && ["stop", "wait"]
            .iter()
            .all(|name| retry.at.keyword(name).is_some_and(Node::comes_from_command_line))
    {
        return;
    }
    let mut faults = faults(&retry);
    faults.extend(multiplied(&retry));
    let has_fault = !faults.is_empty();
    let what = "its end, its pauses or its choice of failures is wrong";
    findings.asks(retry.at, CARELESS, what, has_fault, &|| {
        let all: Vec<String> =
            faults.iter().map(|fault| format!("it {}: {}", fault.what, fault.why)).collect();
        match all.is_empty() {
            true => "it says which failures are tried again, how often and how far apart".to_owned(),
            false => all.join("; "),
        }
    });
    // Whoever runs a script sees how long it waits.
    if retry.at.source_file().is_script || retry.is_about_conflicts || retry.is_local {
        faults.retain(|fault| fault.severity > Severity::Low);
    }
    if has_fault {
        let counts = !faults.is_empty();
        findings.asks(retry.at, CARELESS, "that matters here", counts, &|| match counts {
            true => "other machines compete for the other side, or the fault is a serious one".to_owned(),
            false => "it is a script, about conflicts in the database, or of this machine alone".to_owned(),
        });
    }
    let Some(severity) = faults.iter().map(|fault| fault.severity).max() else {
        findings.conforms(retry.at, "says which failures are tried again, how often and how far apart");
        return;
    };
    let what = match faults.as_slice() {
        [one] => one.what.to_owned(),
        [first, rest @ ..] => {
            let mut text = first.what.to_owned();
            for (index, fault) in rest.iter().enumerate() {
                text.push_str(if index + 1 == rest.len() { " and " } else { ", " });
                text.push_str(fault.what);
            }
            text
        }
        [] => return,
    };
    let message = format!("{} {what}", name(&retry));
    let known = tuning.iter_mut().rev().find(|known| {
        severity == Severity::Low && known.message == message && known.retry.at.file == retry.at.file
    });
    match known {
        Some(known) => known.others.push(retry.at),
        None => {
            let judged = Judged { retry, faults, message, others: Vec::new() };
            if severity == Severity::Low {
                tuning.push(judged);
            } else {
                report(&judged, findings);
            }
        }
    }
}

fn report(judged: &Judged<'_>, findings: &mut Findings<'_>) {
    let severity = judged.faults.iter().map(|fault| fault.severity).max().unwrap_or(Severity::Low);
    let mut message = judged.message.clone();
    if !judged.others.is_empty() {
        message.push_str(&format!(": {} in this file", judged.others.len() + 1));
    }
    let mut draft = findings.report(judged.retry.at, severity, Certainty::Sure, message);
    for fault in &judged.faults {
        draft = draft.because(fault.at, fault.why.clone());
    }
    for other in judged.others.iter().take(9) {
        draft = draft.because(*other, "so does this one");
    }
    let advice = advice(&judged.faults, judged.retry.at.on_event_loop().is_some());
    let lacks = lacking(&judged.faults);
    draft.conforming(match judged.retry.instead {
        _ if judged.retry.is_poll => "Give the waiting an end: stop after a time that the slowest run may take, and tell the caller that it was not done by then.".to_owned(),
        Some(instead) => format!("Say {lacks}: {instead}."),
        None => advice,
    });
}

/// What a loop written by hand lacks, and nothing that it has.
fn advice(faults: &[Fault<'_>], on_event_loop: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if has(faults, &["has no end"]) {
        parts.push("count the attempts and raise after the last".to_owned());
    }
    if has(faults, &["makes very many"]) {
        parts.push("make fewer attempts".to_owned());
    }
    if has(faults, &["repeats"]) {
        parts.push("catch what passes by itself (lost connections, timeouts, 429, 5xx)".to_owned());
    }
    if has(faults, &["waits", "does not wait"]) {
        let pause =
            "wait longer each time, with jitter: `await asyncio.sleep(random.uniform(0, 2**attempt))`";
        parts.push(match on_event_loop {
            true => pause.to_owned(),
            false => pause.replace("`await asyncio.sleep(", "`time.sleep("),
        });
    }
    let mut text = parts.join("; ");
    let Some(first) = text.get_mut(..1) else { return BY_HAND.to_owned() };
    first.make_ascii_uppercase();
    text + "."
}

/// What a retry of a library's does not say.
fn lacking(faults: &[Fault<'_>]) -> String {
    let parts: Vec<&str> = [
        ("which failures", &["repeats"][..]),
        ("how often", &["has no end", "makes very many"][..]),
        ("how far apart", &["waits", "does not wait"][..]),
    ]
    .into_iter()
    .filter(|(_, starts)| has(faults, starts))
    .map(|(text, _)| text)
    .collect();
    match parts.as_slice() {
        [] => "which failures, how often and how far apart".to_owned(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one}, {}", rest.join(" and ")),
    }
}

fn has(faults: &[Fault<'_>], starts: &[&str]) -> bool {
    faults.iter().any(|fault| starts.iter().any(|start| fault.what.starts_with(start)))
}

fn name(retry: &Retry<'_>) -> String {
    match retry.at.kind() {
        Kind::For | Kind::While => "this retry".to_owned(),
        Kind::Call => format!("`{}`", retry.at.called()),
        _ => format!("`{}`", retry.at.excerpt()),
    }
}

fn faults<'m>(retry: &Retry<'m>) -> Vec<Fault<'m>> {
    let mut faults = Vec::new();
    let mut add = |severity, what, at, why: &str| {
        faults.push(Fault { severity, what, at, why: why.to_owned() });
    };
    let is_loop = matches!(retry.at.kind(), Kind::For | Kind::While);
    let is_bare = !is_loop && retry.at.positional().next().is_none() && retry.at.keywords().next().is_none();
    // What runs beside the requests for as long as the process does has nobody to give up for.
    let runs_along = is_loop
        && retry
            .at
            .function()
            .is_some_and(|function| function.runs_along() || function.is_a_turn_of_a_loop());
    if retry.is_poll {
        if retry.attempts == Attempts::Unbounded {
            add(
                Severity::Medium,
                "has no end",
                retry.at,
                "it waits for something to be done, and nothing says how long at most",
            );
        }
        return faults;
    }
    if retry.attempts == Attempts::Unbounded && !runs_along {
        let why = if is_loop {
            "neither a counter nor a deadline ends it while the other side is down"
        } else if is_bare {
            "its defaults are any exception, at once, without end"
        } else {
            "nothing bounds the attempts or the time, and the default is to go on for ever"
        };
        let severity = if retry.only_loses_races { Severity::Low } else { Severity::High };
        add(severity, "has no end", retry.at, why);
    }
    match retry.pause {
        Pause::Never if is_bare && retry.attempts == Attempts::Unbounded => {
            add(Severity::Medium, "does not wait", retry.at, "the next attempt follows at once");
        }
        // One more attempt at once, after a failure that was looked at, is no burden.
        Pause::Never if is_loop && retry.failures == Failures::Chosen && is_second_chance(retry) => {}
        // A transaction that lost against another one is best repeated soon.
        Pause::Never if retry.is_about_conflicts => {}
        Pause::Never => {
            add(
                Severity::Medium,
                "does not wait between attempts",
                retry.at,
                "the next attempt follows at once",
            );
        }
        // A deadline in the loop's own test: it waits until something is there.
        Pause::Even(_) if retry.at.is(Kind::While) && retry.attempts != Attempts::Unbounded => {}
        Pause::Even(at) => {
            add(
                Severity::Low,
                "waits the same time each time",
                at,
                "a fixed pause neither grows nor spreads the clients that come back together",
            );
        }
        Pause::Longer(at) => {
            add(
                Severity::Low,
                "waits without jitter",
                at,
                "all clients that failed together come back together",
            );
        }
        Pause::Fine => {}
    }
    // A loop that waits until something is there expects every answer.
    let waits = retry.at.is(Kind::While) && retry.attempts == Attempts::Bounded && !retry.gives_result;
    match retry.failures {
        Failures::AnyStatus(_) if waits => {}
        Failures::Any(at) => add(
            Severity::Medium,
            "repeats every exception",
            at.unwrap_or(retry.at),
            "a validation error, a 4xx or a programming error is repeated like a lost connection",
        ),
        Failures::AnyStatus(at) if is_loop || decorated(retry.at).is_none_or(Node::raises_for_status) => add(
            Severity::Medium,
            "repeats client errors",
            at,
            "it is raised for a 404 as for a 503, and nothing looks at the status",
        ),
        Failures::AnyAnswer(at) => add(
            Severity::Medium,
            "repeats whatever is not a success",
            at,
            "a 400 will be a 400 the next time",
        ),
        _ => {}
    }
    if let Some(status) = repeated_client_error(retry.at) {
        add(
            Severity::Medium,
            "repeats client errors",
            status,
            "this status is the answer to the request, and will be the same next time",
        );
    }
    if let Attempts::Number(number, at) = retry.attempts
        && number > MANY
    {
        add(
            Severity::Low,
            "makes very many attempts",
            at,
            "after a few attempts the next one has no better odds",
        );
    }
    faults
}

fn is_second_chance(retry: &Retry<'_>) -> bool {
    matches!(retry.attempts, Attempts::Number(number, _) if number <= 2.0)
}

/// The function that a decorator stands at.
fn decorated(at: Node<'_>) -> Option<Node<'_>> {
    let decorator = at.parent().filter(|parent| parent.is(Kind::Decorator))?;
    decorator.parent().filter(|parent| parent.is(Kind::FunctionDef))
}

/// A retry around a client that tries again by itself.
fn multiplied<'m>(retry: &Retry<'m>) -> Option<Fault<'m>> {
    let repeats = |client: Node<'m>| {
        is_client(client)
            && client
                .retry()
                .is_some_and(|inner| !matches!(inner.attempts, Attempts::Number(number, _) if number < 1.0))
    };
    let client = match decorated(retry.at) {
        Some(function) => {
            let asks = |call: Node<'m>| {
                call.crosses_outside() == Some(System::Model)
                    && call.receiver().and_then(Node::constructed_by).is_some_and(repeats)
            };
            let chain = function.reaches(&asks)?;
            chain.last()?.receiver()?.constructed_by()?
        }
        None if retry.at.does(Tag::Wraps) => {
            retry.at.receiver()?.constructed_by().filter(|client| repeats(*client))?
        }
        None => return None,
    };
    Some(Fault {
        severity: Severity::Low,
        what: "multiplies the client's own retries",
        at: client,
        why: format!("`{}` tries again by itself, with growing pauses and jitter", client.called()),
    })
}

fn client(retry: &Retry<'_>, findings: &mut Findings<'_>) {
    let Attempts::Number(number, at) = retry.attempts else { return };
    if number > MANY {
        findings
            .report(
                retry.at,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` makes very many attempts", retry.at.called()),
            )
            .because(at, "after a few attempts the next one has no better odds")
            .conforming("Leave the client its default of two retries, or raise it by one or two.");
    } else if number == 0.0 && !retry.at.source_file().is_script && !is_taken_over(retry.at.model) {
        findings
            .report(
                retry.at,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` does not try again when a connection is lost", retry.at.called()),
            )
            .because(at, "the client's own retries, which know what passes by itself, are switched off")
            .conforming(
                "Leave the argument out: the client tries twice more, with growing pauses and jitter.",
            );
    }
}

/// Whether the given files try again, or ask another model, somewhere else: then a client without retries is wanted.
fn is_taken_over(model: &Model<'_>) -> bool {
    model.retries().any(|retry| !is_client(retry.at))
        || model.retry_loops().next().is_some()
        || model.calls_doing(Tag::FallsBack).next().is_some()
}

/// A middleware that makes an answer of the last failure.
fn hides_failure(call: Node<'_>, findings: &mut Findings<'_>) {
    if !call.does(Tag::HidesFailure) || call.has_hidden_arguments() {
        return;
    }
    let kept = call.keyword("on_failure");
    if kept.is_some_and(|value| value.string() != Some("continue")) {
        findings.conforms(call, "the last failure is told");
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` makes an answer of the last failure", call.called()),
        )
        .because(
            kept.unwrap_or(call),
            "after the last attempt the error becomes a message, and the agent goes on as if it had an answer",
        )
        .conforming("Let it be raised: `on_failure=\"error\"`, and handle it where the agent is run.");
}

/// A status in the list of those to repeat that will be the same the next time.
fn repeated_client_error(at: Node<'_>) -> Option<Node<'_>> {
    const PASSING: [f64; 3] = [408.0, 425.0, 429.0];
    at.keyword("status_forcelist")?.resolved_value().children().find(|status| {
        status.number().is_some_and(|number| (400.0..500.0).contains(&number) && !PASSING.contains(&number))
    })
}

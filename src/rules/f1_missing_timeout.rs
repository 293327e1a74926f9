//! F1: a call to another system may wait without end, or for minutes.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Deadline, Model, Node};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Role};

/// A library's own bound of this many seconds or more is worth a word: no user waits that long.
const LONG: f64 = 120.0;

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for call in model.calls() {
        if call.is_outside_production() {
            continue;
        }
        if is_fake(call, findings) {
            continue;
        }
        let Some(api) = call.api() else { continue };
        let Some(timeout) = &api.callable.timeout else { continue };
        // A method that waits as its object was built to: the object's construction is the place to report.
        let inherits = timeout.default == crate::stack::Bound::Receiver;
        let Some(deadline) = call.deadline() else { continue };
        match deadline {
            Deadline::Given(value) => findings.conforms(value, format!("`{}` has a time-out", call.called())),
            Deadline::Default(seconds) if !inherits && seconds >= LONG => implicit(call, seconds, findings),
            Deadline::Missing if !inherits => unbounded(call, findings),
            Deadline::Removed(value) if call.contains(value) => {
                report(call, Severity::High, Certainty::Sure, "turns the time-out off", findings)
                    .because(value, "`None` means to wait without end")
                    .conforming(pattern(call));
            }
            Deadline::Optional(parameter) => {
                report(
                    call,
                    Severity::Medium,
                    Certainty::Likely,
                    "has no time-out unless the caller gives one",
                    findings,
                )
                .because(
                    parameter,
                    format!(
                        "`{}` is `None` when it is not given, which turns the default off",
                        parameter.name()
                    ),
                )
                .conforming(pattern(call));
            }
            _ => {}
        }
    }
}

fn report<'f>(
    call: Node<'_>,
    severity: Severity,
    certainty: Certainty,
    what: &str,
    findings: &'f mut Findings<'_>,
) -> super::Draft<'f> {
    findings.report(call, severity, certainty, format!("`{}` {what}", call.called()))
}

fn unbounded(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(api) = call.api() else { return };
    if let Some(bounded) = call.bounded_by() {
        // Giving up on a call does not stop the thread that makes it.
        if api.callable.coroutine || call.is_awaited() {
            findings.conforms(bounded.by, format!("`{}` is given up after a while", call.called()));
            return;
        }
    }
    if is_adapted(call) {
        return;
    }
    let severity = match api.callable.crosses.or(api.callable.blocks) {
        Some(System::Subprocess | System::Wait | System::Cache) => Severity::Low,
        Some(System::Database | System::Broker | System::Socket | System::Mail) => Severity::Medium,
        _ => Severity::High,
    };
    let what = if api.is_constructor {
        "makes a client whose calls may wait without end"
    } else {
        "may wait without end"
    };
    report(call, severity, Certainty::Sure, &format!("{what}: it has no time-out"), findings)
        .because(call, "no argument bounds the wait, and the library's default is to wait for ever")
        .conforming(pattern(call));
}

fn implicit(call: Node<'_>, seconds: f64, findings: &mut Findings<'_>) {
    if call.bounded_by().is_some() {
        return;
    }
    report(
        call,
        Severity::Low,
        Certainty::Sure,
        &format!("relies on the library's time-out of {seconds} s, longer than anybody waits"),
        findings,
    )
    .because(call, format!("no argument bounds the wait; the library gives up after {seconds} s"))
    .conforming(pattern(call));
}

/// A session whose adapter or `request` was replaced brings its own time-out.
fn is_adapted(call: Node<'_>) -> bool {
    let Some(receiver) = call.receiver() else { return false };
    let Some(function) = call.function() else { return false };
    function.own_calls().any(|other| {
        other.callee_name() == "mount" && other.receiver().is_some_and(|mounted| mounted.reads_like(receiver))
    }) || function.own_assignments().flat_map(Node::targets).any(|target| {
        target.is(Kind::Attribute)
            && target.name() == "request"
            && target.receiver().is_some_and(|r| r.reads_like(receiver))
    })
}

/// `RunnableConfig(timeout=30)`, `chain.invoke(x, config={"timeout": 30})`: no such key exists, so nothing is bounded.
fn is_fake(call: Node<'_>, findings: &mut Findings<'_>) -> bool {
    let Some(value) = fake_bound(call) else { return false };
    report(call, Severity::High, Certainty::Sure, "is given a `timeout` that nothing reads", findings)
        .because(value, "a run's configuration has no `timeout`: the key is moved aside and ignored")
        .conforming("Put the time-out on the model (`timeout=30`), or around the call: `async with asyncio.timeout(30):`.");
    true
}

fn fake_bound(call: Node<'_>) -> Option<Node<'_>> {
    let api = call.api()?;
    if api.is_constructor && api.class?.short_name() == "RunnableConfig" {
        return call.keyword("timeout");
    }
    if !(api.has(Tag::InvokesModel) || api.has(Tag::InvokesGraph)) {
        return None;
    }
    let config = call.argument_or_keyword(1, "config")?.resolved_value();
    config.dictionary_value("timeout")
}

fn pattern(call: Node<'_>) -> String {
    let Some(timeout) = call.api().and_then(|api| api.callable.timeout.as_ref()) else {
        return String::new();
    };
    let argument = match (timeout.parameters.first(), timeout.dictionaries.first()) {
        (Some(name), _) => format!("`{}(…, {name}=10)`", call.called()),
        (None, Some(name)) => format!("`{}(…, {name}={{\"timeout\": 30}})`", call.called()),
        (None, None) => "`async with asyncio.timeout(10):` around the call".to_owned(),
    };
    let _ = Role::Value;
    format!("Say how long to wait: {argument}.")
}

//! What a handler, a tool or a stream gives back as it is: with an exception's text in it, or with a failure in it and the
//! status 200 around it.
//!
//! Quiet about protocols that have their errors in answers of status 200, and about extras that are not installed.

use super::leak_reports::report;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{ErrorText, Leak, Node, has_word};
use crate::syntax::{Kind, Role};

/// What a handler returns.
pub fn check(returned: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = returned.child(Role::Value) else { return };
    if value.resolved_value().response().is_some() {
        return;
    }
    if let Some(leak) = value.leak() {
        report(returned, &leak, None, findings);
    } else if let Some((assignment, leak)) = filled_in(value, function).filter(|(at, _)| at.id < returned.id)
    {
        if !findings.has_reported(assignment) {
            report(assignment, &leak, None, findings);
        }
    } else {
        check_handed_on(value, findings);
        check_status(returned, value, function, findings);
    }
}

/// What a tool of an MCP server returns. The text of an exception that it raises is sent by the server as well; a trace
/// is not.
pub fn check_tool(function: Node<'_>, findings: &mut Findings<'_>) {
    for returned in function.own_returns() {
        let leak = returned.value().and_then(Node::leak).filter(|leak| leak.text == ErrorText::Trace);
        if let Some(leak) = leak {
            report(returned, &leak, None, findings);
        }
    }
}

/// What a generator yields into a response.
pub fn check_stream(function: Node<'_>, findings: &mut Findings<'_>) {
    for sent in function.own_yields() {
        let leak = sent.child(Role::Value).and_then(|value| value.leak().or_else(|| handed_in(value)));
        if let Some(leak) = leak {
            report(sent, &leak, None, findings);
        }
    }
}

/// What is handed to a function that was not given, and whose result is sent: `yield event("error", str(error))`.
fn handed_in(value: Node<'_>) -> Option<Leak<'_>> {
    let call = Some(value).filter(|call| call.is(Kind::Call) && call.is_unknown_function())?;
    call.positional().chain(call.keywords().filter_map(Node::value)).find_map(Node::leak)
}

/// `result["error"] = str(error)`, and `return result`
fn filled_in<'m>(value: Node<'m>, function: Node<'m>) -> Option<(Node<'m>, Leak<'m>)> {
    function.own_assignments().find_map(|assignment| {
        let is_entry = |target: Node<'_>| {
            target.is(Kind::Subscript)
                && value.is(Kind::Name)
                && target.child(Role::Value).is_some_and(|table| table.reads_like(value))
        };
        let put = assignment.value().filter(|_| assignment.targets().any(is_entry))?;
        Some((assignment, put.leak()?))
    })
}

/// What another function answers is handed on as it is.
fn check_handed_on(value: Node<'_>, findings: &mut Findings<'_>) {
    let Some(place) = value.unwrapped().target() else { return };
    let inner = value.model.node(place);
    for passed in inner.own_returns().filter(|_| inner.route().is_none()) {
        if findings.has_reported(passed) {
            continue;
        }
        let shown = passed.value().filter(|value| value.resolved_value().response().is_none());
        match shown.and_then(Node::leak) {
            Some(leak) if leak.text >= ErrorText::Anything => report(passed, &leak, None, findings),
            Some(_) => {}
            None => {
                if let Some(shown) = shown {
                    check_status(passed, shown, inner, findings);
                }
            }
        }
    }
}

/// A body that tells of a failure, with the status 200 around it.
fn check_status(returned: Node<'_>, value: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let caught = returned.enclosing_handler();
    let Some(failed) = caught.or_else(|| returned.answer_found_bad()) else { return };
    // An extra that is not installed is a feature that is not there.
    let classes = caught.map(Node::caught_classes).unwrap_or_default();
    if classes.iter().any(|class| matches!(class.name(), "ImportError" | "ModuleNotFoundError")) {
        return;
    }
    let set: Vec<Option<u16>> = function
        .own_assignments()
        .filter(|assignment| assignment.targets().any(is_answered_status))
        .map(|assignment| assignment.value().and_then(Node::http_status))
        .collect();
    // A failure keeps the status of success that was set before.
    let is_success = |status: Option<u16>| status.is_some_and(|status| status < 300);
    let sets_status = !set.iter().copied().all(is_success);
    let status = set.iter().copied().flatten().next_back().unwrap_or(200);
    let body = value.resolved_value();
    if !sets_status && is_error_body(body) {
        findings
            .report(
                returned,
                Severity::Medium,
                Certainty::Likely,
                format!("`{}` answers a failure with status {status}", function.name()),
            )
            .because(
                failed,
                match caught {
                    Some(_) => "something has failed when this clause runs",
                    None => "the other system has failed where this holds",
                },
            )
            .because(body, "the body tells of the failure, but clients and dashboards go by the status")
            .conforming(
                "Raise it as what it is: `raise HTTPException(500, \"…\")`, with a sentence for the client.",
            );
    }
}

/// Whether a target is the status of what is answered. A response of which nothing is known is told by its name.
fn is_answered_status(target: Node<'_>) -> bool {
    let is_named = |response: Node<'_>| {
        response.instance_of().is_none() && has_word(response.name(), &["response", "resp"])
    };
    target.is_status_of_response()
        || (target.is(Kind::Attribute)
            && target.name() == "status_code"
            && target.receiver().is_some_and(is_named))
}

/// `{"error": …}`, `{"success": False, …}`. JSON-RPC has its errors in answers of status 200, and a check that finds
/// something wrong has succeeded.
fn is_error_body(body: Node<'_>) -> bool {
    if !body.is(Kind::Dict) || ["jsonrpc", "valid"].iter().any(|key| body.dictionary_value(key).is_some()) {
        return false;
    }
    let says_no = |name| body.dictionary_value(name).is_some_and(|value| value.is(Kind::False));
    let status = body.dictionary_value("status").and_then(Node::string).unwrap_or_default();
    says_no("success")
        || says_no("ok")
        || matches!(status, "error" | "failed" | "failure")
        || body.dictionary_value("error").is_some_and(|error| !error.is(Kind::None) && !error.is(Kind::False))
}

//! An exception's text that is sent to the client: in the text of a response, in a message, as the reason of an end.
//!
//! Quiet where the text was written for clients, where only the client's own input can be wrong, where the error never
//! reaches the client, and where a finding beside it says the same.

use super::leak_reports::{report, shown_text, weight};
use crate::rules::Findings;
use crate::semantic::{Leak, Node, Response, Type};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

/// The defects that are told condition by condition.
const SHOWS: &str = "an exception's text in an answer";

/// Whether a response or an error is sent: not after a connection was accepted, and not where every caller catches it.
pub fn reaches_client(call: Node<'_>, findings: &mut Findings<'_>) -> bool {
    if call.role() != Role::Exception {
        return true;
    }
    let is_late = call.comes_after_the_connection();
    if !findings.asks(call, SHOWS, "it is raised before the answer has begun", !is_late, &|| match is_late {
        true => "a connection was accepted before it: no status is sent any more".to_owned(),
        false => "no connection was accepted before it".to_owned(),
    }) {
        return false;
    }
    let is_caught = call.function().is_some_and(Node::callers_keep_http_errors);
    findings.asks(call, SHOWS, "it reaches the client", !is_caught, &|| match is_caught {
        true => "every caller of this function catches it".to_owned(),
        false => format!("`{}` is raised, and no caller is known to catch it", call.called()),
    })
}

/// `is_told` where what the client gets was reported with the error that it takes the place of.
pub fn check(response: &Response<'_>, is_told: bool, findings: &mut Findings<'_>) {
    let call = response.call;
    let leak = response.body.and_then(Node::leak).or_else(|| response.headers.and_then(Node::leak));
    findings.asks(call, SHOWS, "its text holds a part of an exception", leak.is_some(), &|| match (
        &leak,
        response.body,
    ) {
        (Some(leak), _) => format!("`{}` is {}", leak.shown.excerpt(), shown_text(leak.text)),
        (None, Some(body)) => {
            format!("`{}` holds no text of an exception that was not written for clients", body.excerpt())
        }
        (None, None) => "it has no text of its own".to_owned(),
    });
    match leak {
        Some(leak) => check_leak(response, &leak, is_told, findings),
        None if call.enclosing_handler().is_some()
            && !is_told
            && response.status.is_some_and(|code| code >= 400) =>
        {
            findings.conforms(call, "the exception stays inside: the client gets a sentence written for it");
        }
        None => {}
    }
}

/// An answer whose text holds a part of an exception.
fn check_leak(response: &Response<'_>, leak: &Leak<'_>, is_told: bool, findings: &mut Findings<'_>) {
    let call = response.call;
    // The text says what is wrong with what the client sent.
    let is_about_input = response.status.is_some_and(|code| code < 500) && only_validates(leak.caught);
    if !findings.asks(call, SHOWS, "it is not about the client's own input", !is_about_input, &|| {
        match is_about_input {
            true => "only the reading of the client's input can fail in this `try`".to_owned(),
            false => "something else than reading the input can fail there".to_owned(),
        }
    }) {
        return;
    }
    // Where the same clause swallows an error as well, that was reported with the text that is shown.
    let is_told = is_told || is_repeated_by_broad_clause(leak.caught);
    if !findings.asks_alone(call, SHOWS, is_told) {
        return;
    }
    let weighs = weight(leak.text, response.status).is_some();
    if findings.asks(call, SHOWS, "such a text is a leak in an answer of this status", weighs, &|| {
        let status =
            response.status.map_or("an unknown status".to_owned(), |status| format!("the status {status}"));
        format!("{} goes out with {status}", shown_text(leak.text))
    }) {
        report(call, leak, response.status, findings);
    }
}

/// `await websocket.send_text(str(error))`
pub fn check_sent(call: Node<'_>, findings: &mut Findings<'_>) {
    if let Some(leak) = call.argument(0).and_then(Node::leak) {
        report(call, &leak, None, findings);
    }
}

/// `await websocket.close(reason=str(error))`
pub fn check_end(call: Node<'_>, findings: &mut Findings<'_>) {
    let leak = call.keyword("reason").and_then(Node::leak);
    if let Some(leak) = leak.filter(|leak| !only_validates(leak.caught)) {
        report(call, &leak, None, findings);
    }
}

/// Whether nothing but the reading of a client's input can fail in the `try` of this clause.
pub(super) fn only_validates(handler: Node<'_>) -> bool {
    let Some(body) = handler.tried() else { return false };
    let mut calls = body.calls_within().peekable();
    handler.is(Kind::Handler)
        && calls.peek().is_some()
        && calls.all(|call| {
            let builds = call.callee().map(Node::ty);
            let model = call.model;
            call.does(Tag::Validates)
                || call.decodes_request()
                || builds.is_some_and(|class| {
                    matches!(class, Type::Class(_))
                        && model.type_has(model.instance_of_class(class), ClassTag::DataModel)
                })
        })
}

/// Whether a broad clause of the same `try` stands behind this narrow one and shows the text as well: the defect is
/// told there.
fn is_repeated_by_broad_clause(handler: Node<'_>) -> bool {
    let Some(attempt) =
        handler.parent().filter(|_| handler.is(Kind::Handler) && !handler.catches_everything())
    else {
        return false;
    };
    attempt
        .children()
        .filter(|other| other.is(Kind::Handler) && other.id > handler.id && other.catches_everything())
        .any(|broad| {
            broad
                .calls_within()
                .filter_map(Node::response)
                .any(|answer| answer.body.and_then(Node::leak).is_some_and(|leak| leak.caught == broad))
        })
}

//! HTTP errors that are raised in a `try` and taken by a broad clause of it: the client gets something else in their place.
//!
//! Quiet where the clause lets what it caught go on or looks at what it is, and where the client gets the same status.

use super::leak_reports::shown_text;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node};
use crate::syntax::{Kind, Role};

/// An HTTP error that a broad `except` clause of its own function catches.
pub struct Swallowed<'m> {
    raised: Node<'m>,
    status: Option<u16>,
    handler: Node<'m>,
    /// What the client gets in its place, and with which status.
    pub outcome: Node<'m>,
    new: Option<u16>,
}

/// Reports them, and gives them back: what the client gets in their place is told here.
pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) -> Vec<Swallowed<'m>> {
    let swallowed: Vec<Swallowed<'m>> = model
        .handlers()
        .filter(|handler| !handler.is_outside_production())
        .filter_map(swallowed_by)
        .collect();
    for lost in &swallowed {
        report(lost, findings);
    }
    swallowed
}

/// The HTTP error that is raised in the body of a `try` and caught by this broad clause of it.
fn swallowed_by(handler: Node<'_>) -> Option<Swallowed<'_>> {
    if !handler.catches_everything() || passes_on(handler) {
        return None;
    }
    let attempt = handler.parent()?;
    let earlier =
        attempt.children().filter(|child| child.is(Kind::Handler)).take_while(|other| *other != handler);
    if earlier.into_iter().any(Node::catches_http_errors) {
        return None;
    }
    let body = attempt.child(Role::Body)?;
    let outcome = handler.descendants().find(|node| {
        matches!(node.kind(), Kind::Raise | Kind::Return) && node.function() == handler.function()
    })?;
    let given = outcome.child(Role::Exception).or(outcome.child(Role::Value))?;
    let new = match given.response() {
        Some(new) => new.status,
        None if outcome.is(Kind::Return)
            && is_written_out(given)
            && handler.function()?.route().is_some() =>
        {
            Some(200)
        }
        // An error of another kind, or what a function makes of this one: the status is decided elsewhere.
        None => return None,
    };
    body.within(&body.source_file().tree.raises).find_map(|raised| {
        let error = raised.child(Role::Exception)?.unwrapped().response()?;
        let reaches = raised.function() == handler.function()
            && raised.enclosing_tries().find(|inner| *inner == attempt || stops_http_errors(*inner))
                == Some(attempt);
        (reaches && (error.status != new || new.is_none())).then_some(Swallowed {
            raised,
            status: error.status,
            handler,
            outcome,
            new,
        })
    })
}

/// A value that stands in the code, rather than what a function makes of the exception.
fn is_written_out(value: Node<'_>) -> bool {
    !matches!(value.kind(), Kind::Call | Kind::Await | Kind::Name | Kind::Attribute)
}

/// Whether a clause lets what it caught go on, or looks at what it is.
fn passes_on(handler: Node<'_>) -> bool {
    handler.descendants().any(|node| match node.kind() {
        Kind::Raise => node.child(Role::Exception).is_none_or(|raised| {
            raised.is(Kind::Name) && !handler.symbol().is_empty() && raised.symbol() == handler.symbol()
        }),
        Kind::Call => {
            matches!(node.callee_name(), "isinstance" | "getattr" | "hasattr")
                && node.argument(0).is_some_and(|asked| {
                    asked.descendants_of(Kind::Name).any(|name| name.caught_by() == Some(handler))
                })
        }
        Kind::Attribute => {
            node.name() == "status_code" && node.receiver().and_then(Node::caught_by) == Some(handler)
        }
        _ => false,
    })
}

fn stops_http_errors(attempt: Node<'_>) -> bool {
    attempt.handlers().any(Node::catches_http_errors)
}

fn report(lost: &Swallowed<'_>, findings: &mut Findings<'_>) {
    let what = lost.status.map_or("the HTTP error".to_owned(), |status| format!("the {status}"));
    let end = match lost.new {
        Some(status) => format!("becomes a {status}"),
        None => "never reaches the client".to_owned(),
    };
    let given = lost.outcome.child(Role::Exception).or(lost.outcome.child(Role::Value));
    let leak =
        given.and_then(|given| given.response().map_or(Some(given), |new| new.body)).and_then(Node::leak);
    let shown =
        leak.map_or(String::new(), |leak| format!(", and {} is sent to the client", shown_text(leak.text)));
    findings
        .report(
            lost.outcome,
            Severity::High,
            Certainty::Sure,
            format!("{what} that is raised in this `try` {end}{shown}"),
        )
        .because(lost.raised, format!("raises {what} for the client"))
        .because(lost.handler, "an `HTTPException` is an `Exception`: this clause takes it as well")
        .because(lost.outcome, "is what the client gets in its place")
        .conforming("Let it pass: put `except HTTPException: raise` before the broad clause.");
}

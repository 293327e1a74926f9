//! How bad it is that an exception's text is sent, and what is said of it.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{ErrorText, Leak, Node, begins_with_word};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

pub fn report(at: Node<'_>, leak: &Leak<'_>, status: Option<u16>, findings: &mut Findings<'_>) {
    let Some((mut severity, certainty)) = weight(leak.text, status) else { return };
    if at.is_of_a_local_app() {
        severity = Severity::Low;
    } else if severity == Severity::High && passes_answer_on(at, leak) {
        severity = Severity::Medium;
    }
    let administrators = at.function().is_some_and(|function| function.serves_administrators(Some(at)));
    if severity == Severity::High && administrators {
        severity = Severity::Medium;
    }
    // The text leaves only where an operator has switched that on, and a sentence in its place otherwise.
    let is_opted_in = at.is_chosen_by_a_setting(&|value| value.leak().is_some());
    // An administrator who tries a connection out wants to know why it fails.
    let is_trial =
        administrators && at.function().is_some_and(|function| begins_with_word(function.name(), &["test"]));
    let certainty = if is_opted_in || is_trial { Certainty::Question } else { certainty };
    let what = shown_text(leak.text);
    let reader = if administrators { "administrators" } else { "the client" };
    findings
        .report(at, severity, certainty, format!("{what} is sent to {reader}"))
        .because(leak.caught, caught_note(leak))
        .because(leak.shown, format!("{what} is taken here"))
        .because(at, "and leaves with the response")
        .conforming(remedy(at, leak, status));
}

/// Nothing where such a text may be shown with this status.
pub fn weight(text: ErrorText, status: Option<u16>) -> Option<(Severity, Certainty)> {
    let refusal = status.is_some_and(|status| (400..500).contains(&status));
    match (text, refusal) {
        (ErrorText::Harmless, _) | (ErrorText::Plain, true) => None,
        (ErrorText::Plain, false) => {
            status.filter(|&status| status >= 500).map(|_| (Severity::Medium, Certainty::Likely))
        }
        (ErrorText::Operator, true) => Some((Severity::Medium, Certainty::Likely)),
        (ErrorText::Operator, false) => Some((Severity::High, Certainty::Likely)),
        (ErrorText::Anything, true) => Some((Severity::Medium, Certainty::Sure)),
        (ErrorText::Anything | ErrorText::Trace, _) => Some((Severity::High, Certainty::Sure)),
    }
}

pub fn shown_text(text: ErrorText) -> &'static str {
    match text {
        ErrorText::Trace => "the stack trace",
        ErrorText::Anything => "the text of any exception",
        ErrorText::Operator => "an exception's text, written for operators,",
        ErrorText::Plain | ErrorText::Harmless => "an exception's text",
    }
}

pub fn caught_note(leak: &Leak<'_>) -> &'static str {
    match leak.text {
        ErrorText::Trace => "runs when something has failed",
        ErrorText::Anything => "takes every exception, whatever its text says",
        ErrorText::Operator if tells_answer(leak.caught) => {
            "the text of this exception is the other side's answer, or names hosts and addresses"
        }
        ErrorText::Operator => "the text of this exception holds statements, hosts or addresses",
        ErrorText::Plain | ErrorText::Harmless => "the text of this exception was not written for clients",
    }
}

/// Whether a clause takes exceptions that the answer of another system raises.
fn tells_answer(handler: Node<'_>) -> bool {
    let model = handler.model;
    handler.is(Kind::Handler)
        && handler
            .caught_classes()
            .iter()
            .any(|class| model.type_has(model.instance_of_class(class.ty()), ClassTag::StatusError))
}

/// Whether the answer has the status that the failed call had: what a proxy was told is handed on.
fn passes_answer_on(at: Node<'_>, leak: &Leak<'_>) -> bool {
    let status = at.argument_or_keyword(0, "status_code").filter(|_| leak.text == ErrorText::Operator);
    status.is_some_and(|status| {
        status.descendants_of(Kind::Name).any(|name| name.caught_by() == Some(leak.caught))
    })
}

fn remedy(at: Node<'_>, leak: &Leak<'_>, status: Option<u16>) -> String {
    let logged = leak.caught.calls_within().any(|call| {
        call.log_level().is_some_and(|level| level == "exception" || call.keyword("exc_info").is_some())
    });
    let log = if logged {
        "It is in the log already: answer"
    } else {
        "Log it with `logger.exception(…)` and answer"
    };
    if at.is(Kind::Return) && status.is_none() {
        return format!("{log} with a sentence written for the client in its place.");
    }
    let is_error = at.is(Kind::Call) && at.is_a(ClassTag::HttpError) && at.role() == Role::Exception;
    if !is_error {
        return format!("{log} with a fixed sentence or code.");
    }
    format!("{log} with a fixed sentence: `raise HTTPException({}, \"…\") from exc`.", status.unwrap_or(500))
}

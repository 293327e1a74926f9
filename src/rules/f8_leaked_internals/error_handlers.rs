//! An error of the project's own that is given the text of any exception, and whose handler shows that to the client.
//!
//! Quiet where it was looked at what the failure says, and where no request is waited for.

use super::leak_reports::{caught_note, shown_text};
use super::leaked_text::only_validates;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{ErrorText, Node, Type};
use crate::syntax::{Kind, Role};

pub fn check(raise: Node<'_>, findings: &mut Findings<'_>) {
    let Some(error) = raise.child(Role::Exception).filter(|error| error.is(Kind::Call)) else { return };
    if error.response().is_some() || !matches!(error.callee().map(Node::ty), Some(Type::Class(_))) {
        return;
    }
    let handed = error.positional().chain(error.keywords().filter_map(Node::value));
    let leak = handed.filter_map(Node::leak).max_by_key(|leak| leak.text);
    let Some(leak) = leak.filter(|leak| matches!(leak.text, ErrorText::Anything | ErrorText::Trace)) else {
        return;
    };
    // Behind a look at the failure it is known what it says.
    let is_sorted = leak.caught.looks_at_failure()
        && raise.surroundings().take_while(|around| *around != leak.caught).any(|around| around.is(Kind::If));
    // Who calls a function that nothing given calls is not known.
    let may_serve = raise.function().is_some_and(|function| {
        function.serves_requests() || raise.model.callers_of(function.place()).is_empty()
    });
    if is_sorted || !may_serve || only_validates(leak.caught) {
        return;
    }
    let Some(shown) = raise.model.shown_by_handler(error) else { return };
    findings
        .report(
            raise,
            Severity::Medium,
            Certainty::Likely,
            format!("{} is put into an error whose handler shows it to the client", shown_text(leak.text)),
        )
        .because(leak.caught, caught_note(&leak))
        .because(leak.shown, format!("{} is taken here", shown_text(leak.text)))
        .because(shown, "answers with what the error was given")
        .conforming("Give the error a sentence written for clients, and keep the cause beside it: `raise … from exc`; log it once.");
}

//! Any failure of what a `try` asks of another system, answered as if the client had made a mistake.
//!
//! Quiet where the clause catches certain exceptions alone or looks at the failure, and where the client said which address
//! is asked.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Response, has_word};
use crate::syntax::Kind;

const BLAMES: &str = "a failure of the server's own, told as the client's mistake";

pub fn check(response: &Response<'_>, findings: &mut Findings<'_>) {
    let Some(status) =
        response.status.filter(|status| matches!(status, 400 | 404 | 409 | 410 | 412 | 415 | 422))
    else {
        return;
    };
    let broad = response.call.enclosing_handler().filter(|handler| handler.catches_everything());
    findings.asks(
        response.call,
        BLAMES,
        "a clause that catches everything gives it",
        broad.is_some(),
        &|| match (broad, response.call.enclosing_handler()) {
            (Some(_), _) => format!("{status} is the answer to any exception"),
            (None, Some(narrow)) => format!(
                "the clause in {} catches certain exceptions alone",
                narrow.whereabouts_from(response.call)
            ),
            (None, None) => "it stands in no `except` clause".to_owned(),
        },
    );
    let Some(handler) = broad else { return };
    let is_last = handler.body().and_then(|body| body.children().last()).is_some_and(|last| {
        matches!(last.kind(), Kind::Raise | Kind::Return) && last.contains(response.call)
    });
    let serves = handler.function().is_some_and(Node::serves_requests);
    if !is_last || !serves || handler.looks_at_failure() || findings.has_reported(response.call) {
        return;
    }
    let Some(asked) = handler.tried().and_then(Node::asks_outside) else {
        return;
    };
    // An address that the client gave may well be wrong.
    let goes_where_told = asked.descendants().any(|part| {
        matches!(part.kind(), Kind::Name | Kind::Attribute)
            && has_word(part.name(), &["url", "uri", "endpoint", "host", "address"])
            && part.comes_from_request()
    });
    if goes_where_told {
        return;
    }
    findings
        .report(
            response.call,
            Severity::Medium,
            Certainty::Likely,
            format!("a failure of the server's own is answered with {status}, as the client's mistake"),
        )
        .because(asked, "may fail for reasons that the client has no part in")
        .because(handler, "whatever it is, the client is told that the request was wrong: it does not try again, and no alert sees a 5xx")
        .conforming("Catch what the client may cause, by its class, for this status; let the rest become a 500 or 503, logged once by the application's handler.");
}

//! Records that tell of a failure without its stack trace, or at a level that alerts nobody.
//!
//! Quiet where the exception goes further, where certain exceptions alone are caught, and where its text is kept back on
//! purpose.

use super::repeated::with_values_beside;
use crate::fixes::{Rewrite, with_keyword};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, words_of};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// The defect that is told condition by condition.
const TRACELESS: &str = "a failure without its stack trace";

/// What a fix does.
const TRACE: &str = "Log it with its stack trace";

/// Whether a record was reported.
pub fn check(call: Node<'_>, level: &str, findings: &mut Findings<'_>) -> bool {
    let lacks_trace = lacks_trace(call, level, findings);
    if lacks_trace {
        findings
            .report(
                call,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` tells that something failed, without its stack trace", call.called()),
            )
            .because(call.enclosing_handler().unwrap_or(call), "any exception ends here, and goes no further")
            .because(call, "the record has no stack trace, so nobody learns where it failed")
            .fix(&|| match level {
                "error" => {
                    let renamed = Rewrite::at(call, TRACE)?.renaming_method(call, "exception")?;
                    with_values_beside(renamed, call)?.done()
                }
                _ => with_keyword(call, TRACE, "exc_info", "True"),
            })
            .conforming("Log with the trace: `logger.exception(\"…\")`, or `exc_info=True`.");
    } else if told_as_news(call, level) {
        // What another way through the function answers as well may be expected here.
        let is_usual = level == "debug" && call.enclosing_handler().is_some_and(Node::answers_as_usual);
        let certainty = if is_usual { Certainty::Question } else { Certainty::Sure };
        findings
            .report(call, Severity::Low, certainty, format!("`{}` hides a failure at the level of {level}", call.called()))
            .because(call.enclosing_handler().unwrap_or(call), "any exception ends here")
            .because(call, if level == "debug" {
                "nobody is alerted by `debug`, and it is mostly not kept".to_owned()
            } else {
                format!("nobody is alerted by `{level}`")
            })
            .conforming(if call.keyword("exc_info").is_some() {
                "Raise the level: `logger.warning(…, exc_info=True)`. The trace is there already."
            } else {
                "Log a failure as one: `logger.exception(\"…\")`, or `logger.warning(…)` where it is expected."
            });
    } else {
        return false;
    }
    true
}

/// Whether a record tells of an unexpected failure without its stack trace.
fn lacks_trace(call: Node<'_>, level: &str, findings: &mut Findings<'_>) -> bool {
    let is_error = matches!(level, "error" | "critical" | "fatal");
    let what = "it tells of a failure at the level of an error";
    if !findings.asks(call, TRACELESS, what, is_error, &|| match level {
        "exception" => "its level is `exception`, which brings the stack trace".to_owned(),
        _ => format!("its level is `{level}`"),
    }) {
        return false;
    }
    let handler = call.enclosing_handler();
    let is_broad = handler.is_some_and(Node::catches_everything);
    let what = "it stands in a clause that catches everything";
    if !findings.asks(call, TRACELESS, what, is_broad, &|| match handler {
        Some(_) if is_broad => "any exception ends there".to_owned(),
        Some(_) => "the clause around it catches certain exceptions alone, which are expected".to_owned(),
        None => "it stands in no `except` clause".to_owned(),
    }) {
        return false;
    }
    let last = final_handler(call);
    findings.asks(call, TRACELESS, "the exception goes no further", last.is_some(), &|| match last {
        Some(_) => "it is neither raised again nor logged with its trace".to_owned(),
        None => "it is raised again, kept, or logged with its trace elsewhere in the clause".to_owned(),
    });
    let Some(last) = last else { return false };
    let keeps_back = keeps_text_back(call, last);
    let what = "its text is not kept back on purpose";
    findings.asks(call, TRACELESS, what, !keeps_back, &|| match keeps_back {
        true => "only the exception's class is told".to_owned(),
        false => "nothing shows that it is".to_owned(),
    })
}

/// The broad handler that this call ends: the exception is neither raised again nor logged with its trace.
fn final_handler(call: Node<'_>) -> Option<Node<'_>> {
    let handler = call.enclosing_handler().filter(|handler| handler.catches_everything())?;
    // Handed on or kept for later, the exception may still be raised or logged.
    let goes_on = handler.keeps_failure()
        || handler.is_raised_later()
        || handler.calls_within().any(|call| {
            call.callee_name() == "exception"
                || call.keyword("exc_info").is_some()
                || call.does(Tag::FormatsTraceback)
        });
    (!goes_on && !handler.never_catches()).then_some(handler)
}

/// Only the exception's class is told: its text, and so its trace, is kept out of the log on purpose.
fn keeps_text_back(call: Node<'_>, handler: Node<'_>) -> bool {
    let is_class = |node: Node<'_>| node.is(Kind::Call) && node.callee_name() == "type";
    let is_exception = |node: &Node<'_>| {
        node.is(Kind::Name) && !handler.symbol().is_empty() && node.symbol() == handler.symbol()
    };
    let shown = call.descendants().filter(is_exception).any(|name| !name.parent().is_some_and(is_class));
    let names_class = handler
        .calls_within()
        .any(|inner| is_class(inner) && inner.argument(0).is_some_and(|argument| is_exception(&argument)));
    names_class && !shown
}

/// Whether a record tells of a failure as if it were news.
fn told_as_news(call: Node<'_>, level: &str) -> bool {
    if !matches!(level, "info" | "debug") {
        return false;
    }
    let Some(handler) = call.enclosing_handler().filter(|handler| handler.catches_everything()) else {
        return false;
    };
    // It goes on, told here as if all were well.
    if level == "info" && says_failed(call) && handler.raises_at_last() {
        return true;
    }
    // A clause that gives an answer of its own has expected the failure.
    let answers = handler.descendants_of(Kind::Return).any(|node| {
        node.child(Role::Value).is_some_and(|value| match value.kind() {
            Kind::None | Kind::Number | Kind::Str => true,
            // Whether something was done is more than news.
            Kind::True | Kind::False => level == "debug",
            Kind::List | Kind::Dict | Kind::Tuple => value.children().next().is_none(),
            _ => false,
        })
    });
    if answers
        || (level == "debug" && handler.only_lets_go())
        || handler.tells_caller()
        || handler.is_told_later()
        || handler.gives_failure_to_another()
        || handler.never_catches()
    {
        return false;
    }
    // The exception, or its trace, is what the record is about.
    let about = (level == "info" && says_failed(call))
        || call.keyword("exc_info").is_some()
        || (!handler.symbol().is_empty() && call.mentions(handler.name()));
    let alone = !handler.descendants().any(|node| {
        node.is(Kind::Raise)
            || (node.is(Kind::Call)
                && node.log_level().is_some_and(|other| {
                    matches!(other, "warning" | "warn" | "error" | "critical" | "exception")
                }))
    });
    about && alone
}

/// Whether the message itself says that something went wrong, and not that it does not matter: it begins or ends with
/// that.
fn says_failed(call: Node<'_>) -> bool {
    const EXPECTED: [&str; 16] = [
        "ignore",
        "ignored",
        "ignoring",
        "skip",
        "skipping",
        "falling",
        "fallback",
        "proceeding",
        "continue",
        "continuing",
        "anyway",
        "restored",
        "expected",
        "retrying",
        "using",
        "force",
    ];
    let Some(message) = call.argument(0) else { return false };
    let texts: Vec<Vec<String>> =
        message.descendants().filter(|part| part.is(Kind::Str)).map(|text| words_of(text.name())).collect();
    let is_expected = texts.iter().flatten().any(|word| EXPECTED.contains(&word.as_str()));
    let begins = texts
        .first()
        .and_then(|words| words.first())
        .is_some_and(|first| matches!(first.as_str(), "failed" | "failure" | "error" | "unable" | "cannot"));
    let ends = texts
        .iter()
        .filter_map(|words| words.last())
        .any(|last| matches!(last.as_str(), "failed" | "failure" | "crashed"));
    (begins || ends) && !is_expected
}

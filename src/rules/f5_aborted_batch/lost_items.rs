//! An item that fails and is lost without a word: the clause, or `suppress`, that goes to the next one.
//!
//! Quiet where the clause catches what is wanted anyway, or values that don't fit.

use super::batches::goes_over_batch;
use super::ended_batches::looks_for_one;
use super::is_ending;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Failing, Node, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

const LOST: &str = "an item that fails and is lost without a word";

/// The call about the loop's element that a `try` or `with` protects; for whatever may come, any work on it.
fn protected<'m>(block: Node<'m>, around: Node<'m>, for_all: bool) -> Option<Failing<'m>> {
    let element = around.element_names();
    let about = || {
        block
            .calls_within()
            .filter(|call| call.function() == around.function())
            .filter(|call| call.concerns(&element) && !is_ending(*call) && !call.does(Tag::Responds))
    };
    let is_batch = || for_all && (goes_over_batch(around) || around.keeps_count());
    let works = |call: Node<'m>| {
        let fails = call.does(Tag::AddsRow)
            || (call.is_unknown_function() && has_word(call.callee_name(), &["validate"]));
        call.failing_anyhow()
            .or_else(|| call.works_by_name())
            .or_else(|| fails.then(|| Failing { chain: vec![call], is_known: false, of_object: false }))
    };
    let asks = |call: Node<'m>| call.failing().filter(|failing| !failing.of_object);
    about().find_map(asks).or_else(|| about().filter(|_| is_batch()).find_map(works))
}

pub fn silent(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(attempt) = handler.parent() else { return };
    let Some(around) = attempt.enclosing_loop().filter(|around| around.is(Kind::For)) else { return };
    let is_passed_over =
        handler.catches_cancellation_alone() || handler.is_silenced_elsewhere() || is_expected(handler);
    let goes_on = !is_passed_over && !handler.ends_surroundings() && !looks_for_one(around);
    if !findings.asks(
        handler,
        LOST,
        "after an unexpected failure the loop goes on to the next",
        goes_on,
        &|| match (goes_on, is_passed_over) {
            (true, _) => "the clause leaves neither the loop nor the function".to_owned(),
            (_, true) => {
                "the clause is about what is expected, or another checker is told to be quiet".to_owned()
            }
            _ => "the clause, or the loop, ends with one of them".to_owned(),
        },
    ) {
        return;
    }
    let failing = attempt.child(Role::Body).and_then(|body| {
        protected(body, around, handler.catches_everything() && loses(handler, attempt, around))
    });
    findings.asks(handler, LOST, "the `try` holds work on an item", failing.is_some(), &|| match &failing {
        Some(failing) => format!("`{}` may fail", failing.chain[0].called()),
        None => "nothing in it that is known to fail is given the item".to_owned(),
    });
    let Some(failing) = failing else { return };
    let is_wordless = handler.is_silent() || undoes_alone(handler);
    findings.asks(handler, LOST, "nothing tells which item failed", is_wordless, &|| match is_wordless {
        true => "the clause neither logs nor keeps it".to_owned(),
        false => "the clause does something with it".to_owned(),
    });
    if !is_wordless {
        findings.conforms(handler, "a failure is recorded, and the next item is tried");
        return;
    }
    // A value that does not parse is no failure of a call that leaves the process.
    let reads_a_value =
        failing.chain.first().is_some_and(|call| !call.is_awaited() && !call.is_started_aside());
    if (failing.is_known || reads_a_value) && catches_unfit_values(handler) {
        return;
    }
    report_silent(handler, &failing, findings);
}

/// Whether what went wrong leaves nothing behind: the clause goes to the next item, or what was done is noted in the `try`.
fn loses(handler: Node<'_>, attempt: Node<'_>, around: Node<'_>) -> bool {
    let ends_with = |block: Option<Node<'_>>, fits: &dyn Fn(Node<'_>) -> bool| {
        block.and_then(|block| block.children().last()).is_some_and(fits)
    };
    ends_with(handler.body(), &|last| last.is(Kind::Continue))
        || ends_with(around.body(), &|last| last == attempt)
        || attempt.child(Role::Body).is_some_and(|body| around.keeps_count_in(body))
}

/// Whether a clause undoes what was begun for the item, and says nothing of it.
fn undoes_alone(handler: Node<'_>) -> bool {
    let mut calls = handler.calls_within().peekable();
    calls.peek().is_some()
        && calls.all(|call| call.does(Tag::RollsBack))
        && handler.body().is_some_and(|body| {
            body.children().all(|statement| {
                matches!(statement.kind(), Kind::Pass | Kind::Continue | Kind::ExprStatement)
            })
        })
}

/// A narrow clause for what is wanted anyway.
fn is_expected(handler: Node<'_>) -> bool {
    const EXPECTED: [&str; 9] = [
        "FileNotFoundError",
        "FileExistsError",
        "ProcessLookupError",
        "KeyError",
        "IndexError",
        "StopIteration",
        "StopAsyncIteration",
        "QueueEmpty",
        "QueueFull",
    ];
    let classes = handler.caught_classes();
    !classes.is_empty()
        && classes.iter().all(|class| EXPECTED.contains(&class.name()) || class.name().contains("NotFound"))
}

/// A clause for values that do not fit, and for nothing that a connection may raise.
fn catches_unfit_values(handler: Node<'_>) -> bool {
    const UNFIT: [&str; 6] =
        ["ValueError", "TypeError", "AttributeError", "LookupError", "UnicodeDecodeError", "JSONDecodeError"];
    let classes = handler.caught_classes();
    !classes.is_empty() && classes.iter().all(|class| UNFIT.contains(&class.name()))
}

pub fn report_silent(at: Node<'_>, failing: &Failing<'_>, findings: &mut Findings<'_>) {
    let Some(&call) = failing.chain.first() else { return };
    findings
        .report(
            at,
            Severity::Medium,
            Certainty::Sure,
            format!("an item for which `{}` fails is lost without a word", call.called()),
        )
        .because(at, "neither a log record nor a list of what failed is left")
        .because(call, "the item's own work")
        .conforming(
            "Record it: `logger.exception(…)` with the item's id, a status on its row, or `failed.append(item)`.",
        );
}

pub fn suppressed(with: Node<'_>, findings: &mut Findings<'_>) {
    let Some(around) = with.enclosing_loop().filter(|around| around.is(Kind::For)) else { return };
    let context = with
        .children()
        .filter(|item| item.is(Kind::WithItem))
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.does(Tag::Suppresses));
    let Some(context) = context.filter(|context| context.positional().any(Node::names_every_exception))
    else {
        return;
    };
    if looks_for_one(around) {
        return;
    }
    let Some(failing) = with.body().and_then(|body| protected(body, around, true)) else { return };
    report_silent(context, &failing, findings);
}

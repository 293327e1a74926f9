//! Loops, and comprehensions in one line, that the first item that fails ends.
//!
//! Quiet where the loop looks for one item, where the items are parts of one whole, and where all or nothing is meant.

use super::batches::{goes_over_batch, is_batch, is_for_batches};
use super::{is_ending, is_on_purpose};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Failing, Node, begins_with_word, has_word, thing_named};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

const EACH: &str = "Put the `try` inside of the loop, around one item: `except Exception:`, `logger.exception(…)` with the item's id, \
     `failed.append(item)`; and tell the caller which items failed.";
/// What is told condition by condition.
const ENDED: &str = "a batch that its first failure ends";

pub fn aborted(around: Node<'_>, findings: &mut Findings<'_>) {
    if !around.is(Kind::For) {
        return;
    }
    let is_batch = goes_over_batch(around);
    if !findings.asks(around, ENDED, "it goes over things that stand for themselves", is_batch, &|| {
        match is_batch {
            true => "its names say so, and nothing says how many there are".to_owned(),
            false => {
                "its names tell of no files, pages, jobs or the like, or it goes over a fixed list".to_owned()
            }
        }
    }) {
        return;
    }
    let for_all = !looks_for_one(around);
    if !findings.asks(around, ENDED, "it works through all of them", for_all, &|| match for_all {
        true => "no `return`, `break` or `yield` ends a turn early".to_owned(),
        false => {
            "a `return`, `break` or `yield` in it: it looks for one, or gives them as they come".to_owned()
        }
    }) {
        return;
    }
    let apart = !is_on_purpose(around);
    if !findings.asks(around, ENDED, "they are not meant as all or nothing", apart, &|| match apart {
        true => "no clause around the loop raises or rolls back".to_owned(),
        false => "a clause around the loop raises, or rolls back what was done".to_owned(),
    }) {
        return;
    }
    // What runs beside the loop does not end it.
    let ends = |call: Node<'_>| !is_ending(call) && !call.is_started_aside();
    let is_told = |failing: &Failing<'_>| {
        !failing.of_object || (!around.is_async() && around.function().is_some_and(is_for_batches))
    };
    // What is compiled asks nobody, and a step in a fixed order may stop the others.
    let is_open = |call: Node<'_>| {
        !around.function().is_some_and(Node::is_compiled) && !call.is_stopped_with_a_record(around)
    };
    let failing = around
        .failing_turn()
        .filter(|failing| ends(failing.chain[0]) && is_told(failing) && is_open(failing.chain[0]));
    findings.asks(around, ENDED, "a turn may fail, and nothing in it keeps that", failing.is_some(), &|| {
        match &failing {
            Some(failing) => format!("`{}` may fail", failing.chain[0].called()),
            None => "a `try` in the loop sees to each failure, or nothing that is known to fail is in it"
                .to_owned(),
        }
    });
    let Some(failing) = failing else { return };
    // To leave out what failed would make the result wrong, and nothing that was done is lost with it.
    let call = failing.chain[0];
    let is_whole = around.gathers_a_whole()
        || around.is_one_job()
        || around.reads_piece_by_piece()
        || around.goes_over_parts_of_a_document()
        || sends_parts(call, around)
        || around.pumps_into(call);
    if !findings.asks(around, ENDED, "each is of use without the others", !is_whole, &|| match is_whole {
        true => {
            "they are parts of one whole or steps of one job, or go through one connection: without one the others are of \
             no use"
                .to_owned()
        }
        false => "nothing makes one thing of them".to_owned(),
    }) {
        return;
    }
    ended(around, call, &failing, findings);
}

/// A clause that logs what failed and leaves the loop: what was still to come is dropped, and nobody is told of it.
pub fn broken_off(handler: Node<'_>, findings: &mut Findings<'_>) {
    // Where the other side is gone, or has had enough, it is right to stop.
    const GONE: [&str; 14] = [
        "stop",
        "cancelled",
        "interrupt",
        "eof",
        "empty",
        "exit",
        "end",
        "exhausted",
        "closed",
        "disconnect",
        "limit",
        "quota",
        "timeout",
        "connection",
    ];
    let last = handler.body().and_then(|body| body.children().last());
    if !last.is_some_and(|last| last.is(Kind::Break)) {
        return;
    }
    let Some(around) = handler.enclosing_loop().filter(|around| around.is(Kind::For)) else { return };
    let of_many = |function: Node<'_>| function.name().ends_with('s') && is_batch(function.name());
    let over_batch = goes_over_batch(around) || around.function().is_some_and(of_many);
    let expects_end = handler
        .child(Role::Exception)
        .is_some_and(|caught| caught.descendants().any(|part| has_word(part.name(), &GONE)));
    let notes =
        handler.descendants().any(|part| matches!(part.kind(), Kind::Assign | Kind::AugAssign | Kind::If))
            || handler.calls_within().any(|call| call.log_level().is_none() && !call.does(Tag::Prints));
    let has_else = around.children().any(|part| part.role() == Role::Orelse);
    if !over_batch || expects_end || notes || has_else || looks_for_one(around) || is_on_purpose(around) {
        return;
    }
    let asked = handler.parent().and_then(|attempt| attempt.child(Role::Body)).and_then(Node::asks_outside);
    let Some(asked) = asked else { return };
    findings
        .report(
            handler,
            Severity::Medium,
            Certainty::Likely,
            format!("the first `{}` that fails ends the whole batch", asked.called()),
        )
        .because(asked, "may fail for one item and not for the others")
        .because(last.unwrap_or(handler), "what was still to come is left out, and the caller is not told")
        .conforming(EACH);
}

/// The first failure ends what `at` goes over.
pub fn ended(at: Node<'_>, call: Node<'_>, failing: &Failing<'_>, findings: &mut Findings<'_>) {
    let name = if call.is(Kind::Call) { call.called() } else { call.excerpt() };
    findings
        .report(
            at,
            Severity::Medium,
            Certainty::Likely,
            format!("the first `{name}` that fails ends the whole batch"),
        )
        .because_it_fails(
            failing,
            "no `try` keeps its failure from the items that follow",
            "its function was not given; unless that keeps its failures, they end the loop",
        )
        .conforming(EACH);
}

/// The parts of one message, of which none may be left out.
fn sends_parts(call: Node<'_>, around: Node<'_>) -> bool {
    let is_sent = begins_with_word(call.callee_name(), &["send", "reply"]);
    is_sent
        && around.targets().flat_map(Node::descendants).any(|target| {
            thing_named(target.name())
                .is_some_and(|thing| matches!(thing.as_str(), "chunk" | "part" | "piece" | "batch"))
        })
}

/// `[await load(url) for url in urls]`, `[s3.get_object(Key=key)["Body"] for key in keys]`: a loop in one line.
pub fn comprehended(call: Node<'_>, findings: &mut Findings<'_>) {
    let awaited = call.parent().filter(|parent| parent.is(Kind::Await)).unwrap_or(call);
    let Some(element) = std::iter::successors(Some(awaited), taken_out_of).last() else { return };
    let list = element.parent().filter(|list| matches!(list.kind(), Kind::ListComp | Kind::SetComp));
    let Some(list) = list.filter(|_| element.role() == Role::Value) else { return };
    if !list.child(Role::Clause).is_some_and(goes_over_batch) || is_on_purpose(call) || call.is_contained() {
        return;
    }
    let is_told = |failing: &Failing<'_>| {
        !failing.of_object && (awaited != call || (failing.is_known && call.runs_here()))
    };
    let Some(failing) = call.failing().filter(is_told) else { return };
    ended(call, call, &failing, findings);
}

/// What takes a part out of this value: `value["Body"]`, `value.read()`.
fn taken_out_of<'m>(value: &Node<'m>) -> Option<Node<'m>> {
    value.parent().filter(|outer| match outer.kind() {
        Kind::Attribute | Kind::Subscript => value.role() != Role::Index,
        Kind::Call => value.role() == Role::Callee,
        _ => false,
    })
}

/// Whether the loop ends by itself where one item was the right one, or gives its results as they come.
pub fn looks_for_one(around: Node<'_>) -> bool {
    around.descendants().any(|node| {
        matches!(node.kind(), Kind::Return | Kind::Break | Kind::Yield | Kind::YieldFrom)
            && node.function() == around.function()
            && node.enclosing_handler().is_none_or(|handler| !around.contains(handler))
    })
}

//! Threads, and pools of them, whose number the input or the number of calls decides.

use super::limits::limit_of;
use super::sources::{Bounded, Origin, is_bounded, iterable_of, origin_of, source_name, source_of};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FunctionRole, Node};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// `[Thread(target=fetch, args=(url,)) for url in urls]`: a thread for each element of what a request brings.
pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(around) = call.enclosing_loop() else { return };
    let iterable = match around.kind() {
        Kind::For => around.child(Role::Iterable),
        Kind::While => None,
        _ => iterable_of(around),
    };
    let Some(iterable) = iterable else { return };
    let source = source_of(iterable, 0);
    if !matches!(is_bounded(source, 0), Bounded::No) {
        return;
    }
    let work = call.scheduled_callable().and_then(|work| call.model.function_named_by(work));
    if let Some(bound) = work.and_then(|work| limit_of(work, 0)) {
        findings.conforms(bound, "at most so many run at once");
        return;
    }
    let joins_at_once = around.body().is_some_and(|body| {
        body.calls_within().any(|inner| inner.callee_name() == "join" && inner.positional().next().is_none())
    });
    if joins_at_once || !matches!(origin_of(source, source_name(iterable)), Origin::Request) {
        return;
    }
    findings
        .report(
            call,
            Severity::High,
            Certainty::Sure,
            format!("`{}` makes one thread for each element of `{}`", call.called(), iterable.excerpt()),
        )
        .because(source, "the request decides how many there are")
        .because(call, "nothing limits how many of them run at once")
        .conforming("Hand the work to a pool of a fixed size: `ThreadPoolExecutor(max_workers=8)`, made once and shared.");
}

/// A pool of threads for each call, without a size.
pub fn executor(call: Node<'_>, findings: &mut Findings<'_>) {
    let size = call.argument_or_keyword(0, "max_workers").or_else(|| call.keyword("processes"));
    let Some(function) = call.function() else { return };
    if let Some(counted) = size.filter(|size| size.callee_name() == "len").and_then(|size| size.argument(0)) {
        as_many_as(call, counted, findings);
        return;
    }
    // A program that does its work and ends has the machine for itself.
    if size.is_some_and(|size| !size.is_none())
        || call.has_hidden_arguments()
        || function.plays(FunctionRole::Lifespan)
        || function.entry_points().serve_nobody()
        || (call.source_file().is_script && !function.serves_requests())
    {
        return;
    }
    // What is kept for later calls is one pool, not one a call.
    let is_value = call
        .parent()
        .is_some_and(|parent| matches!(parent.kind(), Kind::Assign | Kind::BoolOp | Kind::Conditional));
    let kept = is_value
        && call
            .statement()
            .targets()
            .any(|target| target.is(Kind::Attribute) || target.scope_of_name() == Some(0));
    if kept || call.parent().is_some_and(|parent| parent.is(Kind::Return)) {
        return;
    }
    // One piece of work starts one thread.
    let repeats = function.own_calls().any(|work| {
        work.callee_name() == "map" || (work.does(Tag::Offloads) && work.enclosing_loop().is_some())
    });
    if !repeats {
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` makes a pool of its own for each call, without a size", call.called()),
        )
        .because(
            call,
            "each call of the function may start as many threads or processes as the default allows",
        )
        .conforming("Make one pool for the process, with `max_workers`, and share it.");
}

/// `ThreadPoolExecutor(max_workers=len(urls))`: as many threads as the request has elements.
fn as_many_as(call: Node<'_>, counted: Node<'_>, findings: &mut Findings<'_>) {
    let source = source_of(counted, 0);
    let is_sent = matches!(origin_of(source, source_name(counted)), Origin::Request);
    if is_sent && matches!(is_bounded(source, 0), Bounded::No) {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("`{}` has as many threads as `{}` has elements", call.called(), counted.excerpt()),
            )
            .because(source, "the request decides how many there are")
            .conforming("Give the pool a size of its own, `max_workers=8`, and share it among all calls.");
    }
}

//! Items that are worked on at once: gathered, in a task group, in a pool, or read as they are completed. The first failure
//! hides or cancels the others, or nobody reads what became of each.

use super::batches::{goes_over_batch, is_batch, is_for_batches, is_general};
use super::ended_batches::{ended, looks_for_one};
use super::lost_items::report_silent;
use super::{ENDINGS, is_ending, is_on_purpose};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Failing, FunctionRole, Kept, Node, has_word, thing_named};
use crate::syntax::{Kind, Role};

const READ: &str = "results that are read as they come";

pub fn gathered(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((each, around)) = call.gathered_over() else { return };
    // What is waited for on the way out has nobody left to hear of it.
    let on_the_way_out = call.surroundings().any(|node| node.is(Kind::Block) && node.role() == Role::Final);
    if is_ending(each) || on_the_way_out || call.function().is_some_and(ends_something) {
        return;
    }
    if let Some(handler) = lost_in_helper(each).filter(|_| around.is_some_and(goes_over_batch)) {
        let failing = handler.tried().and_then(Node::asks_outside);
        if let Some(failing) = failing {
            report_silent(
                handler,
                &Failing { chain: vec![failing], is_known: true, of_object: false },
                findings,
            );
        }
        return;
    }
    match call.keyword("return_exceptions") {
        Some(kept) if kept.is_true() => unread(call, each, findings),
        Some(_) => {}
        None => {
            if !around.is_some_and(goes_over_batch)
                || is_on_purpose(call)
                || call.is_contained()
                || call.is_one_item_of_its_callers()
                || around.is_some_and(|around| call.gathers_pieces(each, around))
            {
                return;
            }
            let Some(failing) = each.failing() else { return };
            let draft = findings.report(
                call,
                Severity::Medium,
                Certainty::Likely,
                format!("the first `{}` that fails hides what became of the others", each.called()),
            );
            draft.because_it_fails(
                &failing,
                "no `try` keeps its failure from the other items",
                "its function was not given; unless that keeps its failures, they come out here",
            ).conforming(
                "Keep each result: `results = await asyncio.gather(*work, return_exceptions=True)`, then look at each with `isinstance(result, BaseException)` and record it.",
            );
        }
    }
}

/// `chain.abatch([…])`: the first run of the model that fails raises, and what the others said is thrown away.
pub fn batched(call: Node<'_>, findings: &mut Findings<'_>) {
    match call.keyword("return_exceptions") {
        Some(kept) if kept.is_true() => return unread(call, call, findings),
        Some(_) => return,
        None => {}
    }
    let Some(inputs) = call.argument_or_keyword(0, "inputs").map(Node::resolved_value) else { return };
    let around = inputs.child(Role::Clause).unwrap_or(inputs);
    let source = around.child(Role::Iterable).map_or(inputs, Node::resolved_value);
    // What is written out is a fixed number of questions, and the parts of one text answer it together.
    let is_fixed = matches!(source.kind(), Kind::Tuple | Kind::List | Kind::Set | Kind::Dict);
    let is_part = |node: Node<'_>| {
        let is_word = |word: &String| {
            ["chunk", "part", "piece", "segment", "query", "question", "split", "section", "passage"]
                .contains(&word.as_str())
        };
        thing_named(node.name()).as_ref().is_some_and(is_word)
    };
    let names = around.child(Role::Iterable).into_iter().chain(around.targets()).chain([inputs, source]);
    let named =
        names.flat_map(Node::descendants).filter(|n| matches!(n.kind(), Kind::Name | Kind::Attribute));
    if is_fixed
        || call.function().is_none()
        || call.callee_name().ends_with("as_completed")
        || call.has_hidden_arguments()
        || is_on_purpose(call)
        || call.is_contained()
        || call.is_one_item_of_its_callers()
        || call.gathers_pieces(call, around)
        || named.into_iter().any(is_part)
    {
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("the first input of `{}` that fails takes the answers to the others with it", call.called()),
        )
        .because(inputs, "each of these is asked by itself")
        .because(call, "raises the first failure, and gives nothing of what the others said")
        .conforming(
            "Keep each result: `results = await chain.abatch(inputs, return_exceptions=True)`, then look at each with `isinstance(result, BaseException)` and record it.",
        );
}

/// Tasks of one group, of which the first that fails cancels the others.
pub fn grouped(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((work, around)) = call.grouped_over() else { return };
    // What answers a request as a whole is of no use in parts, and the failure is its answer.
    let answers = call.function().is_some_and(|function| function.plays(FunctionRole::Handler));
    if !around.is_some_and(goes_over_batch) || answers || is_on_purpose(call) || is_ending(work) {
        return;
    }
    if around.is_some_and(|around| call.gathers_pieces(work, around)) {
        return;
    }
    let is_for_many = || call.function().is_some_and(is_for_batches);
    let failing = work.failing().filter(|failing| !failing.of_object || is_for_many());
    let Some(failing) = failing else { return };
    let draft = findings.report(
        call,
        Severity::Medium,
        Certainty::Likely,
        format!("the first `{}` that fails cancels the others of the batch", work.called()),
    );
    draft.because_it_fails(
        &failing,
        "no `try` keeps its failure from the other items",
        "its function was not given; unless that keeps its failures, they end the group",
    ).conforming(
        "Keep each item's failure in its own task: a `try` in the coroutine that logs it with the item's id and notes it for the caller.",
    );
}

/// `pool.map(load, urls)`: the first failure comes out where the results are read, and the others are thrown away.
pub fn mapped(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(each) = call.scheduled_callable().filter(|_| call.mapped_items().is_some()) else { return };
    let over_batch = call.mapped_items().is_some_and(|items| {
        items.descendants().any(|part| is_batch(part.name()) || is_general(part.name()))
    });
    let Some(function) = call.model.function_named_by(each).filter(|_| over_batch) else { return };
    if is_on_purpose(call) || call.is_contained() || function.keeps_its_failures(Kept::Expected) {
        return;
    }
    let Some(failing) = function.own_calls().filter(|inner| !inner.is_contained()).find_map(Node::failing)
    else {
        return;
    };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("the first `{}` that fails hides what became of the others", each.excerpt()),
        )
        .because_it_fails(
            &failing,
            "nothing in the function keeps its failure from whoever reads the results",
            "its function was not given; unless that keeps its failures, they come out where the results are read",
        )
        .conforming("Submit each one, `futures = {pool.submit(load, url): url for url in urls}`, and look at each in `as_completed(futures)` with its own `try`.");
}

/// `for task in as_completed(tasks): pages.append(await task)`: a failure comes out where its result is read.
pub fn completed(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(around) = call.parent().filter(|around| around.is(Kind::For)) else { return };
    let list = call.argument(0).map(Node::resolved_value);
    let each = list.and_then(|list| match list.kind() {
        Kind::DictComp => list.child(Role::Key),
        Kind::ListComp | Kind::SetComp | Kind::Generator => list.child(Role::Value),
        _ => None,
    });
    let over_batch = list.and_then(|list| list.child(Role::Clause)).is_some_and(goes_over_batch);
    let Some(each) = each.filter(|each| over_batch && each.is(Kind::Call)) else { return };
    let (Some(target), Some(body)) = (around.targets().next(), around.body()) else { return };
    let reads = body.descendants_of(Kind::Name).filter(|name| name.symbol() == target.symbol()).any(|name| {
        let read = name.parent().is_some_and(|parent| {
            parent.is(Kind::Await) || (parent.is(Kind::Attribute) && parent.name() == "result")
        });
        read && !name.enclosing_tries().any(|attempt| around.contains(attempt))
    });
    if !reads || looks_for_one(around) || is_on_purpose(around) || around.is_contained() {
        return;
    }
    let work = each.scheduled_callable().unwrap_or(each);
    let failing = match call.model.function_named_by(work).filter(|_| !work.is(Kind::Call)) {
        Some(function) => function.own_calls().filter(|inner| !inner.is_contained()).find_map(Node::failing),
        None => work.failing(),
    };
    if let Some(failing) = failing {
        let fact = || format!("`{}` may fail, and no `try` is around the read", failing.chain[0].called());
        findings.asks(around, READ, "a failure comes out where the results are read", true, &fact);
        ended(around, work, &failing, findings);
    }
}

/// In the given function that works on one item: the clause that makes nothing of whatever failed, and tells nobody.
fn lost_in_helper(each: Node<'_>) -> Option<Node<'_>> {
    let function = each.model.node(each.target()?);
    let handlers = function.within(&function.source_file().tree.handlers);
    let makes_nothing = |handler: &Node<'_>| {
        let mut statements = handler.body().into_iter().flat_map(Node::children);
        let last = statements.next().filter(|last| last.is(Kind::Return) && statements.next().is_none());
        last.is_some_and(|last| last.child(Role::Value).is_none_or(|value| value.is(Kind::None)))
    };
    handlers
        .filter(|handler| handler.function() == Some(function) && !handler.is_silenced_elsewhere())
        .find(|handler| handler.catches_everything() && makes_nothing(handler))
}

/// Whether a function is there to end things, or cancels what it waits for.
fn ends_something(function: Node<'_>) -> bool {
    // `close_month` ends no connection.
    const TIMES: [&str; 6] = ["day", "week", "month", "quarter", "year", "period"];
    let has = |list: &[&str]| has_word(function.name(), list);
    (has(&ENDINGS) && !has(&TIMES)) || function.own_calls().any(|call| call.callee_name() == "cancel")
}

/// `return_exceptions=True` makes values of failures; here nobody looks at them.
fn unread(call: Node<'_>, each: Node<'_>, findings: &mut Findings<'_>) {
    let Some(result) = call.parent().filter(|parent| parent.is(Kind::Await)) else { return };
    let note = match result.parent() {
        Some(statement) if statement.is(Kind::ExprStatement) => {
            // What keeps its own failures leaves none in the results.
            let keeps =
                each.target().is_some_and(|place| each.model.node(place).keeps_its_failures(Kept::Expected));
            if keeps {
                return;
            }
            "its results are thrown away"
        }
        Some(statement) if statement.is(Kind::Assign) => {
            let mut targets = statement.targets();
            let Some(name) =
                targets.next().filter(|target| target.is(Kind::Name) && targets.next().is_none())
            else {
                return;
            };
            if name.is_read_only_for_its_length() {
                "its results are at most counted"
            } else if name.is_read_unasked() {
                "nothing that reads the results asks which of them are failures"
            } else {
                findings.conforms(call, "the failures are among the results, which are read");
                return;
            }
        }
        _ => return,
    };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Sure,
            format!("`{}` makes values of failures, and nobody looks for them", call.called()),
        )
        .because(call, note)
        .because(each, "may fail for one item and not for the others")
        .conforming(
            "Look at each result: `for item, result in zip(items, results): if isinstance(result, BaseException): logger.error(…, exc_info=result)`.",
        );
}

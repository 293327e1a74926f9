//! F5: the first failure ends a batch, or an item that failed is lost without a word.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Failing, FunctionRole, Kept, Model, Node, thing_named, words_of};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

const EACH: &str = "Put the `try` inside of the loop, around one item: `except Exception:`, `logger.exception(…)` with the item's id, \
     `failed.append(item)`; and tell the caller which items failed.";

/// What ends quietly is no loss: a connection that is closed, a task that is cancelled, a file that is removed.
const ENDINGS: [&str; 18] = [
    "close",
    "aclose",
    "cancel",
    "stop",
    "shutdown",
    "disconnect",
    "terminate",
    "kill",
    "unlink",
    "remove",
    "rmtree",
    "delete",
    "release",
    "cleanup",
    "dispose",
    "drain",
    "rollback",
    "teardown",
];

/// What is told condition by condition.
const ENDED: &str = "a batch that its first failure ends";
const READ: &str = "results that are read as they come";
const LOST: &str = "an item that fails and is lost without a word";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.is_run_by_hand();
    for around in model.loops().filter(is_checked) {
        aborted(around, findings);
    }
    for call in model.calls().filter(is_checked) {
        comprehended(call, findings);
    }
    for handler in model.handlers().filter(is_checked) {
        silent(handler, findings);
    }
    for with in model.withs().filter(is_checked) {
        suppressed(with, findings);
    }
    for call in model.calls_doing(Tag::RaisesFirst).filter(is_checked) {
        gathered(call, findings);
    }
    for call in model.calls_doing(Tag::StartsTask).filter(is_checked) {
        grouped(call, findings);
    }
    for call in model.calls_doing(Tag::Offloads).filter(is_checked) {
        mapped(call, findings);
    }
    for call in model.calls_doing(Tag::AsCompleted).filter(is_checked) {
        completed(call, findings);
    }
}

/// Whether a name is one of things that stand for themselves: one of them may fail without the others.
fn is_batch(name: &str) -> bool {
    const ITEMS: [&str; 26] = [
        "file",
        "document",
        "doc",
        "url",
        "page",
        "link",
        "upload",
        "attachment",
        "email",
        "mail",
        "recipient",
        "website",
        "site",
        "feed",
        "pdf",
        "article",
        "contract",
        "invoice",
        "batch",
        "job",
        "image",
        "video",
        "webhook",
        "notification",
        "source",
        "record",
    ];
    thing_named(name).is_some_and(|thing| ITEMS.contains(&thing.as_str()))
}

/// Whether a name is of things in general, which only a function that is there for many of them makes a batch.
fn is_general(name: &str) -> bool {
    const ITEMS: [&str; 22] = [
        "item",
        "chunk",
        "path",
        "row",
        "entry",
        "mailbox",
        "message",
        "contact",
        "subscription",
        "order",
        "product",
        "payment",
        "ticket",
        "repository",
        "repo",
        "dataset",
        "silo",
        "lead",
        "post",
        "event",
        "user",
        "scan",
    ];
    thing_named(name).is_some_and(|thing| ITEMS.contains(&thing.as_str()))
}

/// Whether a function works through many things, by its name or because nobody waits for it.
fn is_for_batches(function: Node<'_>) -> bool {
    const WORDS: [&str; 31] = [
        "batch",
        "bulk",
        "ingest",
        "index",
        "reindex",
        "import",
        "export",
        "sync",
        "upload",
        "crawl",
        "embed",
        "vectorize",
        "migrate",
        "backfill",
        "load",
        "send",
        "publish",
        "job",
        "push",
        "pull",
        "notify",
        "deliver",
        "archive",
        "dispatch",
        "refresh",
        "renew",
        "remind",
        "invite",
        "mail",
        "email",
        "charge",
    ];
    function.runs_along()
        || function.plays(FunctionRole::AfterResponse)
        || words_of(function.name()).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether a loop or comprehension goes over such things, and over as many as there happen to be.
fn goes_over_batch(around: Node<'_>) -> bool {
    let Some(iterable) = around.child(Role::Iterable) else { return false };
    let value = iterable.resolved_value();
    if matches!(value.kind(), Kind::Tuple | Kind::List | Kind::Set | Kind::Dict)
        || value.as_parameter().is_some_and(Node::receives_one)
    {
        return false;
    }
    let is_for_many = around.function().is_some_and(is_for_batches);
    if is_for_many && around.goes_over_records() {
        return true;
    }
    iterable
        .descendants()
        .chain(around.targets().flat_map(Node::descendants))
        // `table.items()` names no things.
        .filter(|node| matches!(node.kind(), Kind::Name | Kind::Attribute))
        .filter(|node| !(node.role() == Role::Callee && node.name() == "items"))
        .any(|node| is_batch(node.name()) || (is_for_many && is_general(node.name())))
}

fn is_ending(call: Node<'_>) -> bool {
    words_of(call.callee_name()).iter().any(|word| ENDINGS.contains(&word.as_str()))
}

// One failure ends the batch

fn aborted(around: Node<'_>, findings: &mut Findings<'_>) {
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
        || around.reads_piece_by_piece()
        || sends_parts(call, around)
        || around.pumps_into(call);
    if !findings.asks(around, ENDED, "each is of use without the others", !is_whole, &|| match is_whole {
        true => {
            "they are parts of one whole, or go through one connection: without one the others are of no use"
                .to_owned()
        }
        false => "nothing makes one thing of them".to_owned(),
    }) {
        return;
    }
    ended(around, call, &failing, findings);
}

/// The first failure ends what `at` goes over.
fn ended(at: Node<'_>, call: Node<'_>, failing: &Failing<'_>, findings: &mut Findings<'_>) {
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
    let is_sent =
        words_of(call.callee_name()).first().is_some_and(|verb| matches!(verb.as_str(), "send" | "reply"));
    is_sent
        && around.targets().flat_map(Node::descendants).any(|target| {
            thing_named(target.name())
                .is_some_and(|thing| matches!(thing.as_str(), "chunk" | "part" | "piece" | "batch"))
        })
}

/// `[await load(url) for url in urls]`: a loop in one line.
fn comprehended(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(awaited) = call.parent().filter(|parent| parent.is(Kind::Await)) else { return };
    let Some(list) = awaited.parent().filter(|list| matches!(list.kind(), Kind::ListComp | Kind::SetComp))
    else {
        return;
    };
    let over_batch = awaited.role() == Role::Value && list.child(Role::Clause).is_some_and(goes_over_batch);
    if !over_batch || is_on_purpose(call) || call.is_contained() {
        return;
    }
    let Some(failing) = call.failing().filter(|failing| !failing.of_object) else { return };
    ended(call, call, &failing, findings);
}

/// Whether the loop ends by itself where one item was the right one, or gives its results as they come.
fn looks_for_one(around: Node<'_>) -> bool {
    around.descendants().any(|node| {
        matches!(node.kind(), Kind::Return | Kind::Break | Kind::Yield | Kind::YieldFrom)
            && node.function() == around.function()
            && node.enclosing_handler().is_none_or(|handler| !around.contains(handler))
    })
}

/// All or nothing: the `try` around the loop undoes what was done, or raises.
fn is_on_purpose(around: Node<'_>) -> bool {
    around.enclosing_tries().any(|attempt| {
        attempt.handlers().any(|handler| {
            handler.raises_at_last() || handler.calls_within().any(|call| call.does(Tag::RollsBack))
        })
    })
}

// An item is lost in silence

/// The call about the loop's element that a `try` or `with` protects; for whatever may come, any work on it.
fn protected<'m>(block: Node<'m>, around: Node<'m>, for_all: bool) -> Option<Failing<'m>> {
    let about = || {
        block
            .calls_within()
            .filter(|call| call.function() == around.function())
            .filter(|call| call.concerns_element_of(around) && !is_ending(*call) && !call.does(Tag::Responds))
    };
    let is_batch = || for_all && (goes_over_batch(around) || around.keeps_count());
    let works = |call: Node<'m>| {
        let fails = call.does(Tag::AddsRow)
            || (call.is_unknown_function()
                && words_of(call.callee_name()).iter().any(|word| word == "validate"));
        call.failing_anyhow()
            .or_else(|| call.works_by_name())
            .or_else(|| fails.then(|| Failing { chain: vec![call], is_known: false, of_object: false }))
    };
    let asks = |call: Node<'m>| call.failing().filter(|failing| !failing.of_object);
    about().find_map(asks).or_else(|| about().filter(|_| is_batch()).find_map(works))
}

fn silent(handler: Node<'_>, findings: &mut Findings<'_>) {
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

fn report_silent(at: Node<'_>, failing: &Failing<'_>, findings: &mut Findings<'_>) {
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

fn suppressed(with: Node<'_>, findings: &mut Findings<'_>) {
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

// Coroutines that run together

fn gathered(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((each, around)) = call.gathered_over() else { return };
    // What is waited for on the way out has nobody left to hear of it.
    let on_the_way_out = call.surroundings().any(|node| node.is(Kind::Block) && node.role() == Role::Final);
    if is_ending(each) || on_the_way_out || call.function().is_some_and(ends_something) {
        return;
    }
    if let Some(handler) = lost_in_helper(each).filter(|_| around.is_some_and(goes_over_batch)) {
        let failing =
            handler.parent().and_then(|attempt| attempt.child(Role::Body)).and_then(Node::asks_outside);
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

/// Tasks of one group, of which the first that fails cancels the others.
fn grouped(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((work, around)) = call.grouped_over() else { return };
    // What answers a request as a whole is of no use in parts, and the failure is its answer.
    let answers = call.function().is_some_and(|function| function.plays(FunctionRole::Handler));
    if !around.is_some_and(goes_over_batch) || answers || is_on_purpose(call) || is_ending(work) {
        return;
    }
    if around.is_some_and(|around| call.gathers_pieces(work, around)) {
        return;
    }
    let Some(failing) = work.failing().filter(|failing| !failing.of_object) else { return };
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
fn mapped(call: Node<'_>, findings: &mut Findings<'_>) {
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
fn completed(call: Node<'_>, findings: &mut Findings<'_>) {
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
    let words = words_of(function.name());
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
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

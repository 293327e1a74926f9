//! What repeats a write by itself: decorators, loops, a mounted retry.

use rustc_hash::FxHashSet;

use super::keys::{KEYED, idempotency_key, is_made_anew};
use super::writes::writes;
use super::{KEY, REPEATED};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{AnswerLoop, AskedAgain, Model, Node, Place, Type, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// A decorator that runs the function again when it fails, or that lets a queue deliver it again.
pub fn repeats_on_failure(decorator: Node<'_>) -> bool {
    let made = decorator.made_decorator();
    decorator.decorator_api().is_some_and(|api| api.has(Tag::Retries))
        || made.keyword("autoretry_for").is_some()
        || made.keyword("acks_late").is_some_and(Node::is_true)
}

pub fn repeated(
    chain: &[Node<'_>],
    repeats: Node<'_>,
    function: Node<'_>,
    told: &mut FxHashSet<Place>,
    findings: &mut Findings<'_>,
) {
    let Some(&write) = chain.last() else { return };
    findings.asks(write, REPEATED, "something repeats it", true, &|| {
        format!(
            "`{}` runs `{}` again ({})",
            repeats.excerpt(),
            function.name(),
            repeats.whereabouts_from(write)
        )
    });
    let computes = write.does(Tag::WritesOutside) && write.only_computes(function, chain);
    if !findings.asks(write, REPEATED, "it changes something elsewhere", !computes, &|| match computes {
        true => "what it does is to compute an answer".to_owned(),
        false => format!("`{}` writes to another system, or inserts a row", write.called()),
    }) {
        return;
    }
    let key = idempotency_key(write);
    let lasting = key.filter(|key| !is_made_anew(*key, write, function));
    findings.asks(write, REPEATED, "no key tells the second from the first", lasting.is_none(), &|| match (
        lasting, key,
    ) {
        (Some(key), _) => format!("`{}` does", key.excerpt()),
        (None, Some(key)) => format!("`{}` is another one on each attempt", key.excerpt()),
        (None, None) => "no argument is an idempotency key".to_owned(),
    });
    if let Some(key) = lasting {
        findings.conforms(key, KEYED);
        return;
    }
    let asked = chain.iter().find_map(|step| asks_whether_it_was_done(*step));
    if !findings.asks(write, REPEATED, "nothing asks before whether it was done", asked.is_none(), &|| {
        match asked {
            Some(test) => format!("`{}` does ({})", test.excerpt(), test.whereabouts_from(write)),
            None => "no test on the way does".to_owned(),
        }
    }) || !told.insert(write.place())
    {
        return;
    }
    let message = match key {
        Some(_) => format!("`{}` is repeated on failure with a new key each time", write.called()),
        None => format!("`{}` is repeated on failure and takes effect each time", write.called()),
    };
    let is_tested = chain.iter().any(|step| is_behind_a_question(*step));
    let certainty = if is_tested { Certainty::Likely } else { Certainty::Sure };
    let mut draft = findings.report(write, Severity::High, certainty, message).because(
        repeats,
        format!("`{}` runs again when it fails, also when only the answer was lost", function.name()),
    );
    for step in &chain[..chain.len() - 1] {
        draft = draft.because(*step, "leads to the write");
    }
    draft
        .because(write, "nothing lets the other side tell the second attempt from a second write")
        .conforming(KEY);
}

/// Whether this is reached where a call has answered yes, which may have looked whether it was done before.
fn is_behind_a_question(step: Node<'_>) -> bool {
    tests_passed(step).any(|test| {
        // One of an object that was not given asks as well: `if task.is_open(session)`.
        let of_object = test.api().is_none() && test.receiver().is_some();
        test.is(Kind::Call) && (test.target().is_some() || of_object)
    })
}

/// The tests that have come out true where this is reached.
fn tests_passed(step: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    step.surroundings()
        .filter(move |node| node.is(Kind::If) && node.body().is_some_and(|body| body.contains(step)))
        .filter_map(|node| node.child(Role::Test))
}

/// The question on the way to this whether it is still to be done, by the name of what answers: `task.can_start(session)`.
fn asks_whether_it_was_done(step: Node<'_>) -> Option<Node<'_>> {
    tests_passed(step).flat_map(Node::calls_within).find(|call| {
        has_word(call.callee_name(), &["can", "already", "pending", "needs", "unsent", "exists"])
    })
}

/// The loop that tries this call again: it goes on where the call fails and ends where it succeeds.
pub fn attempt_loop(call: Node<'_>) -> Option<Node<'_>> {
    let around = call.enclosing_loop()?;
    // `async for attempt in AsyncRetrying(…)`
    let repeats = |made: Node<'_>| made.api().is_some_and(|api| api.callable.retry.is_some());
    if let Some(retry) =
        around.child(Role::Iterable).and_then(Node::constructed_by_any).filter(|made| repeats(*made))
    {
        return Some(retry);
    }
    let counts = match around.kind() {
        Kind::For => around.child(Role::Iterable)?.callee_name() == "range",
        Kind::While => true,
        _ => false,
    };
    let Some(attempt) = call.enclosing_tries().find(|attempt| around.contains(*attempt)) else {
        let repeats =
            |found: AnswerLoop<'_>| found.asked == call && found.asked_again != AskedAgain::NamedStatuses;
        return around.answer_loop().is_some_and(repeats).then_some(around);
    };
    if is_switched_off(around) {
        return None;
    }
    let has_handler = attempt.children().any(|child| child.is(Kind::Handler));
    let leaves = |block: Node<'_>| {
        block.descendants().any(|node| {
            node.id > call.id
                && matches!(node.kind(), Kind::Return | Kind::Break)
                && node.enclosing_handler().is_none_or(|handler| !attempt.contains(handler))
        })
    };
    let goes_on = attempt.children().filter(|child| child.is(Kind::Handler)).any(|handler| {
        handler
            .body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| !matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break))
    });
    (counts && has_handler && goes_on && around.body().is_some_and(leaves)).then_some(around)
}

/// `for attempt in range(retry + 1)` or `while count <= retry` where `retry` is 0 in each call in the given files.
fn is_switched_off(around: Node<'_>) -> bool {
    let Some(counted) = around.child(Role::Iterable).or_else(|| around.child(Role::Test)) else {
        return false;
    };
    let Some(parameter) = counted.descendants_of(Kind::Name).find_map(Node::as_parameter) else {
        return false;
    };
    parameter.constant_argument().and_then(Node::number) == Some(0.0)
}

/// What says which methods a retry repeats.
pub const WIDENING: [&str; 2] = ["allowed_methods", "method_whitelist"];

/// `Retry(allowed_methods=…)` that takes in POST: the value that says so.
pub fn widened_methods(call: Node<'_>) -> Option<Node<'_>> {
    let methods = WIDENING.iter().find_map(|name| call.keyword(name))?.resolved_value();
    let widened = matches!(methods.kind(), Kind::None | Kind::False)
        || methods.descendants_of(Kind::Str).any(|method| matches!(method.name(), "POST" | "PATCH"));
    widened.then_some(methods)
}

/// The writes on the sessions that a widened retry was mounted on.
pub fn mounted(
    model: &Model<'_>,
    retry: Node<'_>,
    widened: Node<'_>,
    told: &mut FxHashSet<Place>,
    findings: &mut Findings<'_>,
) {
    for mount in model.calls().filter(|call| call.file == retry.file && call.callee_name() == "mount") {
        let carries = mount
            .positional()
            .filter_map(Node::constructed_by)
            .filter_map(|adapter| adapter.keyword("max_retries"))
            .any(|value| value.resolved_value().place() == retry.place());
        let Some(session) = mount.receiver().and_then(Node::constructed_by).filter(|_| carries) else {
            continue;
        };
        let kind = session.ty();
        // All sessions of this class that the given files make are this one.
        let is_the_only_one = || {
            matches!(kind, Type::Instance(..))
                && model.known_calls().all(|(made, api)| {
                    !api.is_constructor
                        || made.place() == session.place()
                        || made.ty() != kind
                        || made.is_outside_production()
                })
        };
        for write in model.calls().filter(|call| writes(*call) && idempotency_key(*call).is_none()) {
            let Some(receiver) = write.receiver() else { continue };
            let certainty = match receiver.constructed_by() {
                Some(other) if other.place() == session.place() => Certainty::Sure,
                None if receiver.ty() == kind && is_the_only_one() => Certainty::Likely,
                _ => continue,
            };
            if told.insert(write.place()) {
                findings
                    .report(
                        write,
                        Severity::High,
                        certainty,
                        format!("`{}` is repeated on failure and takes effect each time", write.called()),
                    )
                    .because(
                        widened,
                        "the session repeats POST as well, which the library leaves alone unless told so",
                    )
                    .because(write, "nothing lets the other side tell the second attempt from a second write")
                    .conforming(KEY);
            }
        }
    }
}

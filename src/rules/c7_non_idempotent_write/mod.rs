//! C7: a write that takes effect twice when it is repeated: by a retry, by a client, by a sender of webhooks.
//!
//! `writes` says what takes effect each time, `keys` how the other side can tell a repeated write, `repetitions` what repeats
//! it by itself, and `endpoints` which handlers are asked again by their callers.

mod endpoints;
mod keys;
mod repetitions;
mod writes;

use rustc_hash::FxHashSet;

use super::Findings;
use crate::explanation::Answer;
use crate::semantic::{Model, Node, Place};
use crate::stack::Tag;
use crate::syntax::Kind;
use endpoints::endpoint;
use keys::{idempotency_key, is_made_anew, keyed};
use repetitions::{WIDENING, attempt_loop, mounted, repeated, repeats_on_failure, widened_methods};
use writes::{adds_row, writes};

const KEY: &str = "Send a key that is the same on each attempt (`headers={\"Idempotency-Key\": f\"order-{order_id}\"}`), made before the retries begin; \
     or make the write natural to repeat: an upsert, a PUT.";

/// The defects that are told condition by condition.
const REPEATED: &str = "a write that takes effect again when it is repeated";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // A write is one defect, however many ways lead to its repetition.
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for function in model.functions().filter(|function| function.is(Kind::FunctionDef)) {
        if function.is_outside_production() {
            continue;
        }
        if let Some(repeats) = function.decorators().find(|decorator| repeats_on_failure(*decorator)) {
            // A queue that delivers again has committed the first time.
            let delivers_again = repeats.made_decorator().keyword("acks_late").is_some_and(Node::is_true);
            let changes = |call: Node<'_>| writes(call) || (delivers_again && adds_row(call));
            for chain in function.all_reached(&changes) {
                // What is tried again is an answer that was not wanted, and not one that was lost.
                if chain.len() == 1 && chain[0].is_answered_before_a_retry(repeats) {
                    continue;
                }
                repeated(&chain, repeats, function, &mut told, findings);
            }
        }
        endpoint(function, &mut told, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        let repeated_functions = if api.has(Tag::RetriesTools) {
            call.tools_beside()
        } else if api.has(Tag::Retries) && !call.is_decorator() {
            call.receiver().map(Node::functions_run).unwrap_or_default()
        } else {
            continue;
        };
        for function in repeated_functions {
            for chain in function.all_reached(&writes) {
                repeated(&chain, call, function, &mut told, findings);
            }
        }
    }
    // Most files widen nothing, and all calls would be searched for it.
    let may_widen = WIDENING.iter().any(|name| model.symbol(name).is_some());
    for call in model.calls().filter(|call| !call.is_outside_production()) {
        if writes(call)
            && let Some(function) = call.function()
        {
            match attempt_loop(call) {
                Some(attempts) => repeated(&[call], attempts, function, &mut told, findings),
                None => keyed(call, function, findings),
            }
        }
        if may_widen && let Some(widened) = widened_methods(call) {
            mounted(model, call, widened, &mut told, findings);
        }
    }
    if findings.is_watched() {
        for call in model.calls().filter(|call| !call.is_outside_production()) {
            if (writes(call) || call.does(Tag::WritesOutside)) && !findings.has_asked(call) {
                ask(call, &told, findings);
            }
        }
    }
}

/// Tells, for whoever wants to know, what decides about a write that no retry was seen to lead to: [`repeated`] tells of
/// the others.
fn ask(call: Node<'_>, told: &FxHashSet<Place>, findings: &mut Findings<'_>) {
    let writes = writes(call);
    if !findings.asks(call, REPEATED, "it changes something elsewhere", writes, &|| match writes {
        true => format!("`{}` writes to another system, or inserts without a conflict clause", call.called()),
        false => "by its address it asks or stops something, or it exports telemetry".to_owned(),
    }) {
        return;
    }
    let key = idempotency_key(call);
    let function = call.function();
    let decorator = function.and_then(|function| function.decorators().find(|one| repeats_on_failure(*one)));
    let repeats = told.contains(&call.place()) || decorator.is_some() || attempt_loop(call).is_some();
    let answer = if repeats { Answer::Met } else { Answer::NotKnown };
    if !findings.asks(call, REPEATED, "something repeats it", answer, &|| match decorator {
        Some(decorator) => format!("`{}` runs the function again when it fails", decorator.excerpt()),
        None if repeats => "a retry, a loop or a client repeats it".to_owned(),
        None => {
            "no retry, no loop and no public endpoint or webhook in the given files leads to it".to_owned()
        }
    }) {
        return;
    }
    let lasting = key.filter(|key| !function.is_some_and(|function| is_made_anew(*key, call, function)));
    findings.asks(call, REPEATED, "no key tells the second from the first", lasting.is_none(), &|| match (
        lasting, key,
    ) {
        (Some(key), _) => format!("`{}` does", key.excerpt()),
        (None, Some(key)) => format!("`{}` is another one on each attempt", key.excerpt()),
        (None, None) => "no argument is an idempotency key".to_owned(),
    });
}

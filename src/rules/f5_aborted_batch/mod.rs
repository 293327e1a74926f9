//! F5: the first failure ends a batch, or an item that failed is lost without a word.
//!
//! `batches` says what a batch is. `ended_batches` looks at loops that the first failure ends, `lost_items` at failures that
//! nobody is told of, and `run_together` at coroutines, tasks and threads that run for all items at once.

mod batches;
mod ended_batches;
mod lost_items;
mod run_together;

use crate::rules::Findings;
use crate::semantic::{Model, Node, has_word};
use crate::stack::Tag;

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

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.is_run_by_hand();
    for around in model.loops().filter(is_checked) {
        ended_batches::aborted(around, findings);
    }
    for call in model.calls().filter(is_checked) {
        ended_batches::comprehended(call, findings);
    }
    for handler in model.handlers().filter(is_checked) {
        lost_items::silent(handler, findings);
        ended_batches::broken_off(handler, findings);
    }
    for with in model.withs().filter(is_checked) {
        lost_items::suppressed(with, findings);
    }
    for call in model.calls_doing(Tag::RaisesFirst).filter(is_checked) {
        run_together::gathered(call, findings);
    }
    for call in model.calls_doing(Tag::ManyInputs).filter(is_checked) {
        run_together::batched(call, findings);
    }
    for call in model.calls_doing(Tag::StartsTask).filter(is_checked) {
        run_together::grouped(call, findings);
    }
    for call in model.calls_doing(Tag::Offloads).filter(is_checked) {
        run_together::mapped(call, findings);
    }
    for call in model.calls_doing(Tag::AsCompleted).filter(is_checked) {
        run_together::completed(call, findings);
    }
}

fn is_ending(call: Node<'_>) -> bool {
    has_word(call.callee_name(), &ENDINGS)
}

/// All or nothing: the `try` around the loop undoes what was done, or raises.
fn is_on_purpose(around: Node<'_>) -> bool {
    around.enclosing_tries().any(|attempt| {
        attempt.handlers().any(|handler| {
            handler.raises_at_last() || handler.calls_within().any(|call| call.does(Tag::RollsBack))
        })
    })
}

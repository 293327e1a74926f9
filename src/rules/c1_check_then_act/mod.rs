//! C1: a shared value is read, something is decided or computed from it in Python, and the result is written back,
//! with room in between for somebody else to write too.
//!
//! Each way of it is a file of this folder; `decisions` says what a test decides about a place.

mod changed_rows;
mod decisions;
mod inserted_rows;
mod separate_calls;
mod shared_values;
mod stale_writes;

use rustc_hash::FxHashMap;

use crate::rules::Findings;
use crate::semantic::{Model, Node, Type, has_word, words_of};
use crate::syntax::Kind;

/// Words, without their plural, in the names of values that are billed, limited or sold.
const COUNTED: [&str; 19] = [
    "count",
    "counter",
    "usage",
    "quota",
    "balance",
    "credit",
    "stock",
    "used",
    "remaining",
    "token",
    "call",
    "limit",
    "view",
    "like",
    "seat",
    "wallet",
    "inventory",
    "spend",
    "budget",
];

/// What keeps two from inserting one too many.
const ONE_MORE: &str = "Take a lock that all who insert here take (`pg_advisory_xact_lock`, or `with_for_update()` on the \
     parent row), or keep the count in a row and raise it with one conditional UPDATE.";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for assignment in model.assignments().filter(|assignment| assignment.is_shared_code()) {
        changed_rows::check(assignment, findings);
        shared_values::shared_dictionary(assignment, findings);
        shared_values::shared_number(assignment, findings);
    }
    for call in model.calls_named("add").filter(|call| call.is_shared_code()) {
        shared_values::shared_set(call, findings);
    }
    let mut reported = Vec::new();
    for call in model.calls_named("setattr").filter(|call| call.is_shared_code()) {
        changed_rows::check(call, findings);
    }
    for (call, _) in model.known_calls() {
        if let Some(inserted) = call.inserted().filter(|_| call.is_shared_code()) {
            inserted_rows::check(inserted, &mut reported, findings);
        }
        if call.sums_in_database().is_some() && call.is_shared_code() {
            findings.conforms(call, "the database reads, adds and writes in one statement");
        }
    }
    for found in model.stale_writes() {
        stale_writes::check(&found, findings);
    }
    // A helper is asked about at each call of it.
    let mut changes = FxHashMap::default();
    for function in model.functions().filter(|function| function.is_shared_code()) {
        separate_calls::checked_elsewhere(function, &mut changes, &mut reported, findings);
    }
}

fn is_named(name: &str, known: &[&str]) -> bool {
    words_of(name).iter().any(|word| known.contains(&word.strip_suffix('s').unwrap_or(word)))
}

/// `session.refresh(row, with_for_update=True)`
fn locks(call: Node<'_>) -> bool {
    call.keyword("with_for_update").is_some_and(|value| !value.is(Kind::False) && !value.is_none())
}

fn shown(model: &Model<'_>, row: Type) -> String {
    let name = model.row_name(row);
    if name.is_empty() { "Model".to_owned() } else { name }
}

/// Whether the function prepares or repairs data once, by its name.
fn is_preparation(function: Node<'_>) -> bool {
    const ONCE: [&str; 7] = ["migrate", "migration", "seed", "backfill", "repair", "bootstrap", "upgrade"];
    has_word(function.name(), &ONCE)
}

fn locked_before(function: Node<'_>, at: Node<'_>) -> bool {
    function.own_calls().any(|call| call.id < at.id && call.locks_rows())
}

//! Columns that get another type: values that no longer fit, or that are read as something else, and rows that are all
//! written anew.

use super::{and_more, of_table};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Step, TypeChange};

const ANOTHER_COLUMN: &str = "Unless the table is small, add a column of the new type, fill it in batches, switch the application over, and drop the old one in a later release.";

/// Changes of types that cut values or may fail.
pub fn check(step: &Step<'_>, findings: &mut Findings<'_>) {
    let Some((new, change)) = step.changes_type() else { return };
    let column = of_table(step);
    let (certainty, message, note, instead) = match change {
        TypeChange::Narrower => (
            Certainty::Sure,
            format!("makes the type of {column} narrower"),
            "values that don't fit make the migration fail, or are cut",
            "Look for values that don't fit first, and say in the migration what becomes of them; or leave the type and check in the application.",
        ),
        TypeChange::Converted => (
            Certainty::Likely,
            format!("reads the values of {column} as another type"),
            "fails at the first value that can't be read so, and nobody may use the table while every row is written anew",
            ANOTHER_COLUMN,
        ),
        TypeChange::Rewritten => return,
    };
    findings.report(step.at(), Severity::Medium, certainty, message).because(new, note).conforming(instead);
}

/// Changes of types for which every row is written anew: told once.
pub fn rewritten(steps: &[&Step<'_>], findings: &mut Findings<'_>) {
    let mut changes = steps.iter().filter_map(|step| {
        step.changes_type().filter(|(_, change)| *change == TypeChange::Rewritten).map(|(new, _)| (step, new))
    });
    let Some((first, new)) = changes.next() else { return };
    let others: Vec<_> = changes.collect();
    let more = and_more(others.len());
    let mut draft = findings
        .report(
            first.at(),
            Severity::Low,
            Certainty::Likely,
            format!("nobody may use the table while the type of {}{more} changes", of_table(first)),
        )
        .because(new, "every row is written anew, and every index on it built anew, under a lock that keeps readers out as well");
    for (_, new) in others.into_iter().take(9) {
        draft = draft.because(new, "and so here");
    }
    draft.conforming(ANOTHER_COLUMN);
}

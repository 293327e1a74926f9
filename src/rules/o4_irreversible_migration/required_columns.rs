//! Columns that must have a value, where the rows that exist, or the old version of the application, have none: added,
//! made required, or added again by the way back.
//!
//! Quiet where the column has a default, where the rows are filled first, and where there are none.

use super::{and_more, named, of_table};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Step, StepKind};

/// Columns that existing rows and the old version of the application have no value for.
pub fn added(steps: &[&Step<'_>], up: &[Step<'_>], findings: &mut Findings<'_>) {
    let Some((first, nullable)) = steps.first().and_then(|step| Some((step, step.demands_value()?))) else {
        return;
    };
    let more = and_more(steps.len() - 1);
    let is_emptied = steps.iter().all(|step| {
        step.table.is_some_and(|table| up.iter().any(|other| other.is_before(step) && other.empties(table)))
    });
    let (severity, rows, why) = if is_emptied {
        (
            Severity::Medium,
            "the old version of the application",
            "the old version can't insert any more until the rollout is over",
        )
    } else {
        (
            Severity::High,
            "the rows that exist",
            "the database refuses it as soon as the table has a row, and the old version of the application can't insert any more",
        )
    };
    findings
        .report(first.at(), severity, Certainty::Sure, format!("adds the required column {}{more} without a value for {rows}", of_table(first)))
        .because(nullable, why)
        .conforming("Add it with `server_default=…`, or in three releases: nullable first, then filled in batches, then `NOT NULL`.");
}

/// A column that must have a value from now on, and nothing fills the rows that have none.
pub fn required(step: &Step<'_>, required: Node<'_>, findings: &mut Findings<'_>) {
    findings
        .report(step.at(), Severity::Medium, Certainty::Sure, format!("makes {} required, and nothing here fills the rows without a value", named(step.name)))
        .because(required, "fails at the first row without a value, and looks at the whole table under a lock")
        .conforming(match step.call.is_of_sqlite() {
            // It copies the table in a batch, and knows no `NOT VALID`.
            true => "Fill it first: `UPDATE … SET … WHERE … IS NULL`.",
            false => "Fill it first, in batches. For a large table add `CHECK (… IS NOT NULL) NOT VALID`, validate it, and only then say `NOT NULL`.",
        });
}

/// Columns that the way back makes again, and that existing rows have no value for.
pub fn added_again(down: &[Step<'_>], findings: &mut Findings<'_>) {
    let again = |step: &&Step<'_>| {
        step.demands_value().is_some()
            && !step.is_for_another_database()
            && !down.iter().any(|other| {
                other.is_before(step)
                    && (step.table.is_some_and(|table| other.empties(table))
                        || (other.kind == StepKind::CreateTable && other.has_table_of(step)))
            })
    };
    let mut steps = down.iter().filter(again);
    let Some((first, required)) = steps.next().and_then(|step| Some((step, step.demands_value()?))) else {
        return;
    };
    let others = and_more(steps.count());
    findings
        .report(
            first.at(),
            Severity::Medium,
            Certainty::Sure,
            format!("the way back fails as soon as there is a row: {}{others} must have a value", of_table(first)),
        )
        .because(required, "the rows that exist then have none, and the database refuses the column")
        .conforming("Give it one for them, `server_default=…`, or make it nullable, fill it from where the values went, and only then require it.");
}

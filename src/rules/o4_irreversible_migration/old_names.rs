//! Columns and tables that get another name while the old version of the application still asks for the old one.

use super::{and_more, named};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Step, StepKind};

/// A column that is renamed: told once, at the first of them. `new` is its new name.
pub fn column(step: &Step<'_>, new: Node<'_>, up: &[Step<'_>], findings: &mut Findings<'_>) {
    let renamed: Vec<&Step<'_>> =
        up.iter().filter(|step| step.renames_column().is_some() && !takes_place(step, up)).collect();
    if renamed.first().is_none_or(|first| first.call != step.call || first.name != step.name) {
        return;
    }
    let more = and_more(renamed.len() - 1);
    findings
        .report(
            step.at(),
            Severity::Medium,
            Certainty::Sure,
            format!("renames the column {}{more} while the old version still asks for it", named(step.name)),
        )
        .because(new, "until the rollout is over, both versions run, and only one of the names exists")
        .conforming("Add the new one, copy, switch, and drop the old one, over several releases.");
}

/// Whether the column was made here, and takes the place of another one, whose name stays.
fn takes_place(step: &Step<'_>, up: &[Step<'_>]) -> bool {
    up.iter().any(|other| {
        other.kind == StepKind::AddColumn
            && other.name.is_some()
            && other.name == step.name
            && other.has_table_of(step)
    })
}

pub fn table(step: &Step<'_>, findings: &mut Findings<'_>) {
    findings
        .report(step.at(), Severity::Medium, Certainty::Sure, format!("renames {} while the old version still asks for it", named(step.table)))
        .because(step.at(), "until the rollout is over, both versions run, and only one of the names exists")
        .conforming("Leave a view with the old name until the rollout is over, or add the new table, copy, switch, and drop the old one.");
}

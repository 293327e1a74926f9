//! What happens to those who use a table while a migration changes it: each step is handed to the defect that it may be.
//!
//! Quiet about tables that are new, or that hold no row.

use super::{Ways, enumeration_types, locked_tables, new_types, old_names, required_columns};
use crate::rules::Findings;
use crate::semantic::{Step, StepKind};

pub fn check(ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let Ways { migration, up, down, .. } = ways;
    // SQLite has one writer anyway, copies the table whatever is changed, and is small.
    let is_sqlite = migration.upgrade.is_of_sqlite();
    let commits = up.iter().any(|step| step.sql_has(&["COMMIT"]));
    let fills =
        up.iter().any(|step| step.sql_has(&["UPDATE ", "IS NULL"])) || migration.upgrade.works_on_rows();
    let mut indexes: Vec<&Step<'_>> = Vec::new();
    let mut required: Vec<&Step<'_>> = Vec::new();
    let mut values: Vec<&Step<'_>> = Vec::new();
    let mut checks: Vec<&Step<'_>> = Vec::new();
    let mut retypes: Vec<&Step<'_>> = Vec::new();
    for step in up.iter().filter(|step| !step.is_for_another_database()) {
        if step.is_refused_in_transaction() && !commits {
            locked_tables::in_transaction(step, findings);
            continue;
        }
        if step.kind != StepKind::Execute && is_on_new_table(step, ways) {
            continue;
        }
        match step.kind {
            StepKind::AddColumn if step.demands_value().is_some() => required.push(step),
            StepKind::Execute if step.adds_enumeration_value() => values.push(step),
            _ if step.renames_column().is_none() && has_no_rows(step, up) => {}
            StepKind::AlterColumn => {
                altered(step, up, fills, findings);
                retypes.extend(Some(step).filter(|_| !is_sqlite));
            }
            StepKind::RenameTable => old_names::table(step, findings),
            StepKind::CreateIndex if !step.is_concurrent() && !is_sqlite => indexes.push(step),
            StepKind::CreateForeignKey | StepKind::CreateCheck
                if !is_sqlite && step.is_checked_at_once(up) =>
            {
                checks.push(step);
            }
            _ => {}
        }
    }
    required_columns::added(&required, up, findings);
    if let Some(first) = values.first() {
        enumeration_types::added_value(first, ways, findings);
    }
    // Whoever speaks of the lock has thought of it.
    if migration.speaks_of_locks() {
        checks.clear();
        retypes.clear();
        indexes.clear();
    }
    locked_tables::checked(&checks, findings);
    new_types::rewritten(&retypes, findings);
    for step in down.iter().filter(|step| step.is_refused_in_transaction()) {
        locked_tables::in_transaction(step, findings);
    }
    required_columns::added_again(down, findings);
    locked_tables::indexed(&indexes, findings);
}

/// A column gets another name, must have a value from now on, or gets another type: one of them is told.
fn altered(step: &Step<'_>, up: &[Step<'_>], fills: bool, findings: &mut Findings<'_>) {
    if let Some((new, _)) = step.renames_column() {
        old_names::column(step, new, up, findings);
    } else if let Some(required) = step.requires().filter(|_| !fills) {
        required_columns::required(step, required, findings);
    } else {
        new_types::check(step, findings);
    }
}

/// Whether nobody may have used the table before.
fn is_on_new_table(step: &Step<'_>, ways: &Ways<'_, '_>) -> bool {
    let is_first = ways.migration.parents.is_empty();
    is_first
        || ways.up.iter().any(|other| {
            other.kind == StepKind::CreateTable
                && (step.table.is_none() || other.table.is_none() || other.table == step.table)
        })
}

/// Where a table was emptied, or got a column that no row could have, there is no row to wait for.
fn has_no_rows(step: &Step<'_>, up: &[Step<'_>]) -> bool {
    step.table.is_some_and(|table| {
        up.iter().filter(|other| other.is_before(step)).any(|other| {
            other.empties(table) || (other.table == Some(table) && other.demands_value().is_some())
        })
    })
}

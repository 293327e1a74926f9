//! Steps that throw rows or values away for good: tables and columns that are dropped, rows that are deleted.
//!
//! Quiet where the migration, or one before it, may copy them, where the way back fills them again, where the object is
//! temporary or was made here, and where a comment or a docstring says what becomes of them.

use super::{PLANNED, Ways, named, of_table};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Step, StepKind, has_word};

/// Each kind of step is told once.
pub fn check(ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let looks = ways.migration.upgrade.asks_for_connection();
    for kind in [StepKind::DropTable, StepKind::DropColumn, StepKind::Execute] {
        let lost: Vec<&Step<'_>> =
            ways.up.iter().filter(|step| step.kind == kind && throws_away(step, looks, ways)).collect();
        let Some(first) = lost.first() else { continue };
        // A plan that the docstring tells is one.
        let name = if kind == StepKind::DropColumn { first.name } else { first.table };
        if name.is_some_and(|name| ways.migration.words_about(name) >= PLANNED) {
            findings.conforms(first.call, "the docstring says what becomes of the data");
        } else if first.call.comment_tells_where_it_is() {
            findings.conforms(first.call, "the comment says where the data is now");
        } else {
            report(first, lost.len(), findings);
        }
    }
}

/// Whether what a step drops was there before, and is nowhere afterwards.
fn throws_away<'m>(step: &Step<'m>, looks: bool, ways: &Ways<'_, 'm>) -> bool {
    let is_new = ways.up.iter().any(|other| {
        other.kind == StepKind::CreateTable && other.table.is_some() && other.table == step.table
    });
    let is_temporary = step.table.is_some_and(is_temporary_name);
    // What is looked for first is a leftover.
    let is_leftover = looks && step.is_guarded();
    // What is computed again on the way back is not lost.
    let is_kept = || {
        ways.migration.refills(step, &ways.down)
            || ways.migration.is_copied_before(step, ways.all)
            || ways.migration.may_keep(step, &ways.up)
    };
    // What was emptied before is told there.
    let is_empty = || step.is_on_emptied_table(&ways.up);
    let throws = step.kind != StepKind::Execute || step.sql_throws_away();
    throws && !(is_new || is_temporary || is_leftover || is_empty() || is_kept())
}

/// `tmp_runs`, `_alembic_tmp_runs`: a word of it says so, which no word of `prompt_templates` does.
fn is_temporary_name(table: &str) -> bool {
    has_word(table, &["tmp", "temp", "temporary"])
}

/// `first` is the first of `count` steps of its kind.
fn report(first: &Step<'_>, count: usize, findings: &mut Findings<'_>) {
    let severity = if first.call.has_comment() { Severity::Medium } else { Severity::High };
    let more = match count {
        0 | 1 => String::new(),
        2 => ", and one more step does so".to_owned(),
        count => format!(", and {} more steps do so", count - 1),
    };
    let message = match first.kind {
        StepKind::DropTable => format!("throws the rows of {} away{more}", named(first.table)),
        StepKind::DropColumn => format!("throws the values of {} away{more}", of_table(first)),
        _ => format!("throws rows away{more}"),
    };
    findings
        .report(first.at(), severity, Certainty::Likely, message)
        .because(first.at(), "what it held doesn't come back with the schema, and nothing here copies it")
        .conforming("Stop using it one release earlier, and keep a copy: `op.execute(\"CREATE TABLE silos_legacy AS SELECT id, legacy_name FROM silos\")`. Or say in a comment where the copy is.");
}

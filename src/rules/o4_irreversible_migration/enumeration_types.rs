//! Types of enumerations in PostgreSQL: a value that can't be taken away again, and a type that stays when its table, or
//! what the way up made, goes.

use super::{EXPLAINED, Ways};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Step, StepKind};

fn drop_it(kind: Option<Node<'_>>) -> String {
    let name = kind.and_then(|kind| kind.resolved_value().keyword("name")?.string()).unwrap_or("…");
    format!("Drop it as well: `sa.Enum(name=\"{name}\").drop(op.get_bind(), checkfirst=True)`.")
}

/// `ALTER TYPE … ADD VALUE`. Quiet where the way back makes the type anew, or says what becomes of the value.
pub fn added_value(step: &Step<'_>, ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let is_rebuilt = ways.down.iter().any(|other| other.sql_has(&["CREATE TYPE", "DROP TYPE", "RENAME TO"]));
    if let Some(downgrade) = ways.migration.downgrade
        && (is_rebuilt || downgrade.words_of_explanation() >= EXPLAINED)
    {
        findings.conforms(downgrade, "says what becomes of the value that the enumeration keeps");
        return;
    }
    findings
        .report(
            step.at(),
            Severity::Medium,
            Certainty::Sure,
            "adds a value to an enumeration, which PostgreSQL can't take away again",
        )
        .because(step.at(), "the way back has to move the rows to another value, and the type keeps this one")
        .conforming(
            "Use a text column with a check constraint, or document in `downgrade` that the value stays.",
        );
}

/// A type that a column of a new table makes by itself, and that stays when the way back drops the table.
pub fn left_behind_by_table(ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let Ways { up, down, .. } = ways;
    let of_postgresql = |step: &&Step<'_>| !step.call.is_of_sqlite();
    let made = up.iter().filter(|step| step.kind == StepKind::CreateTable).filter(of_postgresql);
    let mut left = made.filter_map(|step| {
        let dropped = down.iter().find(|other| {
            step.table.is_some() && other.kind == StepKind::DropTable && other.table == step.table
        })?;
        let function = dropped.call.function()?;
        let kind = step.enumeration_type().filter(|kind| !drops_type(*kind, function, down))?;
        Some((step, kind, dropped))
    });
    let Some((first, kind, dropped)) = left.next() else { return };
    let others: Vec<_> = left.collect();
    let message = match others.len() {
        0 => "the type of the enumeration stays when the table is dropped".to_owned(),
        count => format!("the types of {} enumerations stay when their tables are dropped", count + 1),
    };
    let mut draft = findings
        .report(first.at(), Severity::Low, Certainty::Likely, message)
        .because(kind, "creates a type in PostgreSQL, beside the table")
        .because(dropped.call, "drops the table alone, so the next upgrade fails with *already exists*");
    for (_, kind, _) in others.into_iter().take(9) {
        draft = draft.because(kind, "so does this one");
    }
    draft.conforming(drop_it(Some(kind)));
}

/// A type that the way up makes by itself, and the way back doesn't take away.
pub fn left_behind(ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let migration = ways.migration;
    let Some(downgrade) = migration.downgrade.filter(|downgrade| !downgrade.does_nothing()) else { return };
    if downgrade.only_raises().is_some() {
        return;
    }
    let stays = |call: &Node<'_>| {
        let kind = call.receiver().filter(|_| call.creates_enumeration_type());
        kind.is_some_and(|kind| !drops_type(kind, downgrade, &ways.down))
    };
    let Some(made) = migration.upgrade.own_calls().find(stays) else { return };
    findings
        .report(
            made,
            Severity::Low,
            Certainty::Likely,
            "the type of the enumeration stays after the way back",
        )
        .because(made, "creates a type in PostgreSQL")
        .because(
            downgrade,
            "doesn't drop it, so the next upgrade fails with *already exists*, or meets other values",
        )
        .conforming(drop_it(made.receiver()));
}

/// Whether this function drops the type, or a step of the way back does, as far as both say which one.
fn drops_type(kind: Node<'_>, function: Node<'_>, down: &[Step<'_>]) -> bool {
    function.calls_within().any(|call| call.may_drop_type(kind))
        || down.iter().any(|step| step.sql_may_drop_type(kind))
}

//! Steps that lock a table while those who use it wait: an index that is built, a constraint that is checked for every row;
//! and `CONCURRENTLY`, which locks nothing, where PostgreSQL refuses it.

use super::named;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Step;

/// Indexes that are built in one go: told once for all of them.
pub fn indexed(steps: &[&Step<'_>], findings: &mut Findings<'_>) {
    // On two branches it is one index.
    let mut indexes: Vec<&Step<'_>> = Vec::new();
    for step in steps {
        let is_known =
            |known: &&Step<'_>| step.name.is_some() && known.name == step.name && known.table == step.table;
        if !indexes.iter().any(is_known) {
            indexes.push(step);
        }
    }
    let Some(first) = indexes.first() else { return };
    let what = match indexes.len() {
        1 => "an index".to_owned(),
        count => format!("{count} indexes"),
    };
    let tables = tables_of(&indexes);
    findings
        .report(first.at(), Severity::Low, Certainty::Sure, format!("builds {what} while nobody may write to {tables}"))
        .because(first.at(), "a plain `CREATE INDEX` locks the table against writes until it is built")
        .conforming("Build it beside them: `with op.get_context().autocommit_block(): op.create_index(…, postgresql_concurrently=True)`.");
}

/// The tables of some steps as a message lists them: two by name, then how many more there are.
fn tables_of(steps: &[&Step<'_>]) -> String {
    let mut tables: Vec<String> = Vec::new();
    for table in steps.iter().map(|step| named(step.table)) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    match tables.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, _] => format!("{one}, {two} and another table"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more tables", rest.len()),
    }
}

pub fn in_transaction(step: &Step<'_>, findings: &mut Findings<'_>) {
    findings
        .report(
            step.at(),
            Severity::High,
            Certainty::Sure,
            "always fails: PostgreSQL refuses `CONCURRENTLY` inside of a transaction",
        )
        .because(step.at(), "a migration runs in a transaction unless something leaves it")
        .conforming("Leave the transaction: `with op.get_context().autocommit_block():` around this step.");
}

/// Constraints that are checked for all rows at once: told once a table.
pub fn checked(steps: &[&Step<'_>], findings: &mut Findings<'_>) {
    for (index, first) in steps.iter().enumerate() {
        if steps[..index].iter().any(|earlier| earlier.table == first.table) {
            continue;
        }
        let others: Vec<&&Step<'_>> =
            steps[index + 1..].iter().filter(|step| step.table == first.table).collect();
        let count =
            if others.is_empty() { String::new() } else { format!(" for {} constraints", others.len() + 1) };
        let mut draft = findings
            .report(
                first.at(),
                Severity::Low,
                Certainty::Sure,
                format!("checks every row of {} under a lock{count}", named(first.table)),
            )
            .because(first.at(), "the constraint is added and validated in one step");
        for other in others.into_iter().take(9) {
            draft = draft.because(other.at(), "so is this one");
        }
        draft.conforming("Add it for new rows first, `postgresql_not_valid=True`, and check those that exist in a later migration, since one transaction keeps the lock: `op.execute(\"ALTER TABLE … VALIDATE CONSTRAINT …\")`.");
    }
}

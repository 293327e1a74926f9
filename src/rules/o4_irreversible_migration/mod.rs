//! O4: a migration can't be undone, loses data, or stops those who use the table.
//!
//! A migration is looked at with the steps of its two ways, `up` and `down`. Each defect that they may have is a file of
//! this folder; `meanwhile` goes through what happens to those who use a table while it is changed.

mod at_start;
mod drift;
mod enumeration_types;
mod heads;
mod imported_models;
mod locked_tables;
mod lost_data;
mod meanwhile;
mod new_types;
mod old_names;
mod required_columns;
mod unnamed_constraints;
mod way_back;

use super::Findings;
use crate::semantic::{Migration, Model, Node, Step};

/// A refusal with this many words says what to do instead.
const EXPLAINED: usize = 6;

/// A docstring that says this many words about a table or column, its title left out, tells a plan.
const PLANNED: usize = 12;

/// A migration with the steps of its two ways.
struct Ways<'o, 'm> {
    migration: &'o Migration<'m>,
    /// All given migrations, this one among them.
    all: &'o [Migration<'m>],
    up: Vec<Step<'m>>,
    down: Vec<Step<'m>>,
}

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let migrations = model.migrations();
    for migration in &migrations {
        let up = migration.upgrade.steps();
        let down = migration.downgrade.map(Node::steps).unwrap_or_default();
        let ways = Ways { migration, all: &migrations, up, down };
        way_back::check(&ways, findings);
        lost_data::check(&ways, findings);
        meanwhile::check(&ways, findings);
        unnamed_constraints::check(&ways.up, findings);
        unnamed_constraints::check(&ways.down, findings);
        enumeration_types::left_behind_by_table(&ways, findings);
        enumeration_types::left_behind(&ways, findings);
        imported_models::check(migration, findings);
    }
    heads::check(&migrations, findings);
    at_start::created(model, findings);
    at_start::migrated(model, findings);
    drift::check(model, &migrations, findings);
}

// How steps are named in messages

fn named(name: Option<&str>) -> String {
    name.map_or_else(|| "a table".to_owned(), |name| format!("`{name}`"))
}

/// The column with its table, as far as both are known.
fn of_table(step: &Step<'_>) -> String {
    match (step.table, step.name) {
        (Some(table), Some(name)) => format!("`{table}.{name}`"),
        _ => named(step.name),
    }
}

/// How a message goes on where it speaks of the first of several: ` and 2 more`.
fn and_more(others: usize) -> String {
    if others > 0 { format!(" and {others} more") } else { String::new() }
}

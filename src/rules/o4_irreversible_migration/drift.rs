//! Columns of models that no migration makes.
//!
//! Asked only where the chain of migrations was given from its first one on.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Migration, Model, Step, StepKind};

pub fn check(model: &Model<'_>, migrations: &[Migration<'_>], findings: &mut Findings<'_>) {
    let is_complete = migrations.iter().any(|one| one.parents.is_empty())
        && migrations.iter().all(|one| {
            one.parents.iter().all(|parent| migrations.iter().any(|other| other.revision == *parent))
        });
    if !is_complete {
        return;
    }
    let steps: Vec<Step<'_>> = migrations.iter().flat_map(|migration| migration.upgrade.steps()).collect();
    for class in model.classes().filter(|class| !class.is_outside_production()) {
        let Some(table) = model.table_name(class.place()) else { continue };
        let created = steps.iter().find(|step| {
            step.kind == StepKind::CreateTable && step.table == Some(table) && step.statement.is_none()
        });
        let Some(created) = created else { continue };
        let of_table = || steps.iter().filter(|step| step.table == Some(table) || step.table.is_none());
        for (field, name) in model.columns_of(class.place()) {
            let is_made = created.columns().contains(&name)
                || of_table().any(|step| {
                    (step.kind == StepKind::AddColumn && step.name.is_none_or(|known| known == name))
                        || step.renames_column().is_some_and(|(_, new)| new.is_none_or(|known| known == name))
                })
                || migrations.iter().any(|migration| migration.mentions(name));
            if !is_made {
                findings
                    .report(field, Severity::Medium, Certainty::Question, format!("no migration here makes the column `{table}.{name}`"))
                    .because(field, "the model has it")
                    .because(created.call, "creates the table without it, and no later step adds it")
                    .conforming(format!("Write its migration: `op.add_column(\"{table}\", sa.Column(\"{name}\", …, nullable=True))`."));
            }
        }
    }
}

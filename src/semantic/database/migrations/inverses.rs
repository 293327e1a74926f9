//! Which step undoes another one.

use super::{Step, StepKind};

impl Step<'_> {
    /// Whether it is about the same table as far as both say one.
    pub fn has_table_of(&self, other: &Step<'_>) -> bool {
        match (self.table, other.table) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            _ => true,
        }
    }

    /// Whether it is about the same object as far as both name one.
    fn has_name_of(&self, other: &Step<'_>) -> bool {
        match (self.name, other.name) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            _ => true,
        }
    }

    /// Whether it may undo another step: the inverse, the end of what the other is a part of, or SQL, which may do
    /// anything.
    pub fn may_undo(&self, other: &Step<'_>) -> bool {
        use StepKind::*;
        let same_table = self.has_table_of(other);
        let same = same_table && self.has_name_of(other);
        match (other.kind, self.kind) {
            (_, Execute | Other) | (Other, _) => true,
            (CreateTable, DropTable) | (DropTable, CreateTable) => same_table,
            (CreateTable, RenameTable) | (RenameTable, RenameTable) => true,
            (AddColumn, DropColumn) | (DropColumn, AddColumn) | (AlterColumn, AlterColumn) => {
                // A rename is undone from the new name.
                same || (other.kind == AlterColumn && same_table)
            }
            (AddColumn | AlterColumn, DropTable) | (DropColumn | AlterColumn, CreateTable) => same_table,
            (AlterColumn, DropColumn | AddColumn) => same_table,
            // Another column takes the name of the one that was dropped.
            (DropColumn, AlterColumn) => same_table && self.renames_column().is_some(),
            (CreateIndex, DropIndex) | (DropIndex, CreateIndex) => self.has_name_of(other),
            (CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint, DropConstraint) => {
                self.has_name_of(other)
            }
            (DropConstraint, CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint) => same_table,
            // A unique constraint and a unique index are one thing in PostgreSQL.
            (CreateUnique, DropIndex) | (CreateIndex, DropConstraint) => self.has_name_of(other),
            (DropConstraint, CreateIndex) | (DropIndex, CreateUnique) => same_table,
            // Indexes and constraints go with their table, and with their column.
            (CreateIndex | CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint, DropTable) => {
                same_table
            }
            (CreateIndex | CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint, DropColumn) => {
                same_table && self.name.is_none_or(|column| other.at().source().contains(column))
            }
            (DropIndex | DropConstraint, CreateTable | AddColumn) => same_table,
            (Execute | InsertRows, _) => true,
            _ => false,
        }
    }

    /// Whether it takes back, further on the same way, what a step made or dropped, or gives it another name.
    pub fn takes_back(&self, step: &Step<'_>) -> bool {
        matches!(
            (step.kind, self.kind),
            (StepKind::CreateTable, StepKind::DropTable)
                | (StepKind::AddColumn, StepKind::DropColumn)
                | (StepKind::CreateIndex, StepKind::DropIndex)
                | (StepKind::DropIndex, StepKind::CreateIndex)
                | (StepKind::AddColumn, StepKind::AlterColumn)
        ) && (self.kind != StepKind::AlterColumn || self.renames_column().is_some())
            && self.table.is_some()
            && self.has_table_of(step)
            && self.has_name_of(step)
    }
}

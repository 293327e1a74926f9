//! Alembic migrations: their revisions, and the steps of their two ways.

use super::types::Type;
use super::{Model, Node};
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role};

/// A module that takes the schema from one revision to the next and back.
pub struct Migration<'m> {
    pub revision: &'m str,
    /// The revisions that it follows; none for the first one, several for a merge.
    pub parents: Vec<&'m str>,
    /// The assignment of `down_revision`.
    pub parent_at: Node<'m>,
    /// Labels or dependencies of its own: branches that are meant to stay apart.
    pub is_labelled: bool,
    pub upgrade: Node<'m>,
    pub downgrade: Option<Node<'m>>,
}

impl<'m> Migration<'m> {
    /// The words in which its docstring speaks of a table or column that it names: what Alembic's template writes, and
    /// the title, are left out.
    pub fn words_about(&self, name: &str) -> usize {
        const TEMPLATE: [&str; 3] = ["Revision ID:", "Revises:", "Create Date:"];
        let module = self.upgrade.at(0);
        let docstring = |node: Node<'m>| {
            let first = node.children().next().filter(|first| first.is(Kind::ExprStatement));
            first.filter(|first| first.children().all(|value| value.is(Kind::Str)))
        };
        let texts = docstring(module.body().unwrap_or(module))
            .into_iter()
            .chain(self.upgrade.body().and_then(docstring));
        texts
            .map(|text| {
                let told: Vec<&str> = text
                    .source()
                    .lines()
                    .skip(1)
                    .filter(|line| !TEMPLATE.iter().any(|start| line.trim_start().starts_with(start)))
                    .flat_map(str::split_whitespace)
                    .collect();
                if told.iter().any(|word| word.contains(name)) { told.len() } else { 0 }
            })
            .sum()
    }

    /// Whether its text speaks of a column by name, between quotes or in SQL: it may be made in ways that no step
    /// shows.
    pub fn mentions(&self, column: &str) -> bool {
        let text = self.upgrade.source_file().text;
        let in_sql = ["ADD COLUMN ", "ADD COLUMN IF NOT EXISTS "];
        text.contains(&format!("\"{column}\""))
            || text.contains(&format!("'{column}'"))
            || in_sql.iter().any(|start| text.contains(&format!("{start}{column} ")))
    }
}

/// How deep helpers are followed, and how many steps are looked at.
const LONGEST_CHAIN: usize = 5;
const MOST_STEPS: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    CreateTable,
    DropTable,
    RenameTable,
    AddColumn,
    DropColumn,
    AlterColumn,
    CreateIndex,
    DropIndex,
    CreateUnique,
    CreateForeignKey,
    CreateCheck,
    CreateConstraint,
    DropConstraint,
    /// SQL that is written out.
    Execute,
    InsertRows,
    Other,
}

impl StepKind {
    fn of(name: &str) -> Self {
        match name {
            "create_table" => Self::CreateTable,
            "drop_table" => Self::DropTable,
            "rename_table" => Self::RenameTable,
            "add_column" => Self::AddColumn,
            "drop_column" => Self::DropColumn,
            "alter_column" => Self::AlterColumn,
            "create_index" => Self::CreateIndex,
            "drop_index" => Self::DropIndex,
            "create_unique_constraint" => Self::CreateUnique,
            "create_foreign_key" => Self::CreateForeignKey,
            "create_check_constraint" => Self::CreateCheck,
            "create_primary_key" | "create_exclude_constraint" => Self::CreateConstraint,
            "drop_constraint" => Self::DropConstraint,
            "execute" => Self::Execute,
            "bulk_insert" => Self::InsertRows,
            _ => Self::Other,
        }
    }

    /// Whether the object's name stands before the table's.
    fn names_object_first(self) -> bool {
        matches!(
            self,
            Self::CreateIndex
                | Self::DropIndex
                | Self::CreateUnique
                | Self::CreateForeignKey
                | Self::CreateCheck
                | Self::CreateConstraint
                | Self::DropConstraint
        )
    }
}

/// One change, in the order in which it is made.
pub struct Step<'m> {
    pub call: Node<'m>,
    /// The calls from `upgrade` or `downgrade` down to it, itself last.
    pub chain: Vec<Node<'m>>,
    pub kind: StepKind,
    /// Nothing where the code does not show it.
    pub table: Option<&'m str>,
    /// The column, index or constraint.
    pub name: Option<&'m str>,
}

impl<'m> Step<'m> {
    /// Where the migration makes it: the step itself, or the call of the helper in another file that does.
    pub fn at(&self) -> Node<'m> {
        let file = self.chain[0].file;
        self.chain.iter().rev().find(|call| call.file == file).copied().unwrap_or(self.call)
    }

    /// Whether it is made before another step of the same way.
    pub fn is_before(&self, other: &Step<'_>) -> bool {
        let place = |chain: &[Node<'_>]| chain.iter().map(|call| call.id).collect::<Vec<_>>();
        place(&self.chain) < place(&other.chain)
    }

    /// The SQL that it sends, as it is written, quotes included.
    pub fn sql(&self) -> &'m str {
        let text = self.call.argument(0).map(Node::resolved_value);
        text.filter(|_| self.kind == StepKind::Execute).map_or("", Node::source)
    }

    /// Whether its SQL, in whatever case, has one of these words.
    pub fn sql_has(&self, words: &[&str]) -> bool {
        let sql = self.sql().to_ascii_uppercase();
        words.iter().any(|word| sql.contains(word))
    }

    /// Whether it is made only where something holds: a drift is mended, a database is told from another.
    pub fn is_conditional(&self) -> bool {
        // A helper that looks first, and returns where nothing is to be done.
        let looks_first = |call: &Node<'m>| {
            call.function().is_some_and(|helper| {
                helper.own_ifs().any(|branch| branch.id < call.id && branch.body().is_some_and(Node::leaves))
            })
        };
        self.call.keyword("if_exists").is_some_and(Node::is_true)
            || self.chain.iter().any(|call| call.surroundings().any(|node| node.is(Kind::If)))
            || self.chain.iter().skip(1).any(looks_first)
    }

    /// Whether it is made for SQLite or MySQL alone: in the branch for one of them, or in the one beside PostgreSQL's.
    pub fn is_for_another_database(&self) -> bool {
        self.chain.iter().any(|call| {
            let mut below = *call;
            call.surroundings().any(|around| {
                let role = std::mem::replace(&mut below, around).role();
                let Some(test) = around.child(Role::Test).filter(|test| test.is(Kind::Compare)) else {
                    return false;
                };
                let names = |words: &[&str]| {
                    test.descendants_of(Kind::Str)
                        .any(|text| words.iter().any(|word| text.name().starts_with(word)))
                };
                let is_body = role == Role::Body;
                let is_equal = test.operator() == Operator::Equal;
                (names(&["sqlite", "mysql", "mariadb"]) && is_body && is_equal)
                    || (names(&["postgres"]) && role != Role::Test && is_body != is_equal)
            })
        })
    }

    /// Whether its SQL is put together where it stands, so that it may be something else.
    pub fn sql_is_made(&self) -> bool {
        self.call.argument(0).is_some_and(|sql| sql.resolved_value().is(Kind::FString))
    }

    /// Whether it runs outside of the migration's transaction.
    pub fn leaves_transaction(&self) -> bool {
        self.chain.iter().any(|call| {
            call.enclosing_with_items()
                .filter_map(|item| item.child(Role::Context))
                .any(|context| context.does(Tag::LeavesTransaction))
        })
    }

    /// Whether it leaves no row in its table: `DELETE FROM silos` without a condition, `TRUNCATE silos`.
    pub fn empties(&self, table: &str) -> bool {
        let sql = self.sql().to_ascii_uppercase();
        let about = self.sql().split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == table);
        about && ((sql.contains("DELETE FROM") && !sql.contains("WHERE")) || sql.contains("TRUNCATE"))
    }

    /// The `nullable=False` of a column that it adds without a value for existing rows: it succeeds only where there are
    /// none.
    pub fn demands_value(&self) -> Option<Node<'m>> {
        if self.kind != StepKind::AddColumn {
            return None;
        }
        let column = self.column()?;
        let has_value = ["server_default", "primary_key"].iter().any(|name| column.keyword(name).is_some())
            || column.has_hidden_arguments()
            || column.positional().any(|argument| {
                matches!(
                    argument.resolved_value().callee_name(),
                    "Computed" | "Identity" | "Sequence" | "FetchedValue"
                )
            });
        column.keyword("nullable").filter(|value| value.resolved_value().is(Kind::False) && !has_value)
    }

    /// The `Column(…)` that it adds.
    pub fn column(&self) -> Option<Node<'m>> {
        let columns = self.call.positional().chain(self.call.keyword("column"));
        columns
            .map(Node::resolved_value)
            .find(|value| value.is(Kind::Call) && value.callee_name() == "Column")
    }

    /// The columns of a table that it creates, by name.
    pub fn columns(&self) -> Vec<&'m str> {
        self.call
            .positional()
            .map(Node::resolved_value)
            .filter(|value| value.is(Kind::Call) && value.callee_name() == "Column")
            .filter_map(|column| column.argument(0)?.string())
            .collect()
    }

    /// Whether it is about the same table as far as both say one.
    pub fn has_table_of(&self, other: &Step<'_>) -> bool {
        match (self.table, other.table) {
            (Some(one), Some(two)) => one == two,
            _ => true,
        }
    }

    /// Whether it is about the same object as far as both name one.
    pub fn has_name_of(&self, other: &Step<'_>) -> bool {
        match (self.name, other.name) {
            (Some(one), Some(two)) => one == two,
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
            (DropColumn, AlterColumn) => same_table && self.call.keyword("new_column_name").is_some(),
            (CreateIndex, DropIndex) | (DropIndex, CreateIndex) => self.has_name_of(other),
            (CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint, DropConstraint) => {
                self.has_name_of(other)
            }
            (DropConstraint, CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint) => same_table,
            // A unique constraint and a unique index are one thing in PostgreSQL.
            (CreateUnique, DropIndex) | (CreateIndex, DropConstraint) => self.has_name_of(other),
            (DropConstraint, CreateIndex) | (DropIndex, CreateUnique) => same_table,
            // Indexes and constraints go with their table, and with their column.
            (
                CreateIndex | CreateUnique | CreateForeignKey | CreateCheck | CreateConstraint,
                DropTable | DropColumn,
            ) => same_table,
            (DropIndex | DropConstraint, CreateTable | AddColumn) => same_table,
            (Execute | InsertRows, _) => true,
            _ => false,
        }
    }
}

impl<'s> Model<'s> {
    /// All given migrations, ordered by their files.
    pub fn migrations(&self) -> Vec<Migration<'_>> {
        self.python().filter_map(|(file, _)| self.migration(file)).collect()
    }

    fn migration(&self, file: u32) -> Option<Migration<'_>> {
        let value_of = |name: &str| {
            let symbol = self.symbol(name)?;
            let tree = &self.files[file as usize].tree;
            let binding = tree.bindings_of(0, symbol).next()?;
            Some(self.node(super::Place { file, node: tree.bindings[binding as usize].node }))
        };
        let assigned = |name: &str| {
            let target = value_of(name)?;
            let statement =
                target.parent().filter(|parent| matches!(parent.kind(), Kind::Assign | Kind::AnnAssign))?;
            Some((statement, statement.value()?))
        };
        let (_, revision) = assigned("revision")?;
        let (parent_at, parent) = assigned("down_revision")?;
        let parents = match parent.kind() {
            Kind::Tuple | Kind::List => parent.children().filter_map(Node::string).collect(),
            _ => parent.string().into_iter().collect(),
        };
        let function = |name: &str| value_of(name).filter(|node| node.is(Kind::FunctionDef));
        let is_labelled = ["branch_labels", "depends_on"]
            .iter()
            .any(|name| assigned(name).is_some_and(|(_, value)| !value.is(Kind::None)));
        Some(Migration {
            revision: revision.string()?,
            parents,
            parent_at,
            is_labelled,
            upgrade: function("upgrade")?,
            downgrade: function("downgrade"),
        })
    }
}

impl<'m> Node<'m> {
    /// The steps that this function makes, by itself and in the functions of the same file that it calls.
    pub fn steps(self) -> Vec<Step<'m>> {
        let mut found = Vec::new();
        self.collect_steps(&mut Vec::new(), &mut found);
        found
    }

    /// A helper makes as many steps as it is called.
    fn collect_steps(self, chain: &mut Vec<Node<'m>>, found: &mut Vec<Step<'m>>) {
        let model: &'m Model<'m> = self.model;
        for call in self.own_calls() {
            if found.len() >= MOST_STEPS {
                return;
            }
            let target = call.target().filter(|_| chain.len() < LONGEST_CHAIN);
            let is_open =
                target.is_some_and(|target| chain.iter().any(|above| above.target() == Some(target)));
            chain.push(call);
            if call.does(Tag::ChangesSchema) {
                found.extend(step(chain.clone()));
            } else if let Some(target) = target.filter(|_| !is_open) {
                model.node(target).collect_steps(chain, found);
            }
            chain.pop();
        }
    }

    /// The names that this function's file imports from a module of the application's models, with their statements.
    pub fn imported_models(self) -> Vec<(Node<'m>, &'m str)> {
        let mut found = Vec::new();
        for &id in &self.source_file().tree.imports {
            let statement = self.at(id);
            let module = statement.name();
            let of_models = module.split('.').any(|part| matches!(part, "models" | "model"));
            if !statement.is(Kind::ImportFrom) || !of_models {
                continue;
            }
            for alias in statement.children().filter(|child| child.is(Kind::Alias)) {
                // A class of the models, and not a helper beside them.
                if alias.name().starts_with(|first: char| first.is_ascii_uppercase()) {
                    found.push((statement, alias.name()));
                }
            }
        }
        found
    }

    /// Whether this function, or one that it calls, asks for the connection, with which it may do anything to rows.
    pub fn works_on_rows(self) -> bool {
        self.reaches(&|call| matches!(call.callee_name(), "get_bind" | "update")).is_some()
    }

    /// Whether nothing is written in this function: `pass`, a docstring, `...`, a bare `return`.
    pub fn does_nothing(self) -> bool {
        self.body().is_none_or(|body| {
            body.children().all(|statement| match statement.kind() {
                Kind::Pass => true,
                Kind::Return => statement.value().is_none_or(|value| value.is(Kind::None)),
                Kind::ExprStatement => statement
                    .children()
                    .all(|value| matches!(value.kind(), Kind::Str | Kind::Ellipsis | Kind::FString)),
                _ => false,
            })
        })
    }

    /// The words of this function's docstring and comments, where they explain something: what a template wrote
    /// does not.
    pub fn words_of_explanation(self) -> usize {
        let docstring = self.body().and_then(|body| body.children().next()).filter(|first| {
            first.is(Kind::ExprStatement) && first.children().all(|value| value.is(Kind::Str))
        });
        let comments = self.source().lines().map(str::trim_start).filter(|line| line.starts_with('#'));
        docstring
            .map(Node::source)
            .into_iter()
            .chain(comments)
            .filter(|text| explains(text))
            .map(|text| text.split_whitespace().count())
            .sum()
    }

    /// Whether a comment of its own stands on the line before.
    pub fn has_comment(self) -> bool {
        let file = self.source_file();
        let start = file.lines.start_of(self.line().saturating_sub(1)).unwrap_or_default() as usize;
        let text = file.text.get(start..).unwrap_or_default().trim_start();
        text.starts_with('#') && !text.starts_with("# ###")
    }
}

/// Whether a text tells more than that this is the way up or down.
fn explains(text: &str) -> bool {
    const WORDS: [&str; 23] = [
        "irreversible",
        "cannot",
        "can't",
        "can not",
        "not possible",
        "impossible",
        "backup",
        "back up",
        "restore",
        "lost",
        "loss",
        "manual",
        "no-op",
        "noop",
        "not supported",
        "unsupported",
        "generally supported",
        "because",
        "since ",
        "keep",
        "don't",
        "won't",
        "intentional",
    ];
    let lower = text.to_ascii_lowercase();
    !text.starts_with("# ###") && WORDS.iter().any(|word| lower.contains(word))
}

/// What a value is in this chain of calls: a parameter is what the call that led here gives it, or its default.
fn given<'m>(value: Node<'m>, chain: &[Node<'m>]) -> Node<'m> {
    let mut value = value.resolved_value();
    for call in chain.iter().rev().skip(1) {
        let Some(parameter) = value.as_parameter() else { break };
        let Some(function) = parameter.parent() else { break };
        let argument = call.argument_for(function, parameter).or_else(|| parameter.child(Role::Default));
        match argument {
            Some(argument) => value = argument.resolved_value(),
            None => break,
        }
    }
    value
}

fn step(chain: Vec<Node<'_>>) -> Option<Step<'_>> {
    let call = *chain.last()?;
    let kind = StepKind::of(call.callee_name());
    let text = |index: usize, keyword: &str| {
        let value = given(call.argument_or_keyword(index, keyword)?, &chain);
        // `op.f("ix_silos_name")`
        if value.is(Kind::Call) { given(value.argument(0)?, &chain).string() } else { value.string() }
    };
    let batch = call.receiver().filter(|receiver| matches!(receiver.ty(), Type::Instance(..)));
    let (table, name) = match batch {
        // `with op.batch_alter_table("silos") as silos`: the table was named there.
        Some(batch) => {
            let opened = batch.assigned_value().and_then(|call| call.argument_or_keyword(0, "table_name"));
            (
                opened.and_then(|table| given(table, &chain).string()),
                text(0, "column_name").or_else(|| text(0, "index_name")),
            )
        }
        None if kind.names_object_first() => (
            text(1, "table_name").or_else(|| text(1, "source_table")),
            text(0, "index_name").or_else(|| text(0, "constraint_name")),
        ),
        None => (text(0, "table_name").or_else(|| text(0, "old_table_name")), text(1, "column_name")),
    };
    let column = (kind == StepKind::AddColumn).then(|| {
        let columns = call.positional().chain(call.keyword("column"));
        columns
            .map(|value| given(value, &chain))
            .find(|value| value.is(Kind::Call) && value.callee_name() == "Column")
    });
    let name = match column {
        Some(column) => column.and_then(|column| column.argument_or_keyword(0, "name")?.string()),
        None => name,
    };
    Some(Step { call, chain, kind, table, name })
}

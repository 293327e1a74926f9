//! The steps of a migration's two ways, those that are written as SQL included.

use super::sql::{Altered, Statement, statements};
use super::types::{TypeChange, type_change, type_change_to};
use crate::semantic::types::Type;
use crate::semantic::{Model, Node};
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role};

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
    /// Where it is written as SQL: the statement, and which one of its call.
    pub statement: Option<Statement<'m>>,
    index: usize,
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
        (place(&self.chain), self.index) < (place(&other.chain), other.index)
    }

    /// The SQL that it sends, as it is written, quotes included.
    pub fn sql(&self) -> &'m str {
        if let Some(statement) = &self.statement {
            return statement.text;
        }
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
        self.statement.is_some_and(|statement| statement.is_conditional)
            || self.call.keyword("if_exists").is_some_and(Node::is_true)
            || self.is_guarded()
    }

    /// Whether the code around it decides if it is made.
    pub fn is_guarded(&self) -> bool {
        // A helper that looks first, and returns where nothing is to be done.
        let looks_first = |call: &Node<'m>| {
            call.function().is_some_and(|helper| {
                helper.own_ifs().any(|branch| branch.id < call.id && branch.body().is_some_and(Node::leaves))
            })
        };
        self.chain.iter().any(|call| call.surroundings().any(|node| node.is(Kind::If)))
            || self.chain.iter().skip(1).any(looks_first)
    }

    /// Whether it is made for SQLite or MySQL alone: in the branch for one of them, in the one beside PostgreSQL's, or behind
    /// one for PostgreSQL that leaves.
    pub fn is_for_another_database(&self) -> bool {
        let is_behind = |call: &Node<'m>| {
            call.function().into_iter().flat_map(Node::own_ifs).any(|branch| {
                let test = branch.child(Role::Test).filter(|test| test.operator() == Operator::Equal);
                branch.id < call.id
                    && branch.body().is_some_and(|body| body.leaves() && !body.contains(*call))
                    && test.is_some_and(|test| {
                        test.descendants_of(Kind::Str).any(|text| text.name().starts_with("postgres"))
                    })
            })
        };
        self.chain.iter().any(|call| {
            if is_behind(call) {
                return true;
            }
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
        }) || self.call.function().is_some_and(|function| {
            // A connection whose isolation level is set so has no transaction.
            function.descendants_of(Kind::Str).any(|text| text.name().eq_ignore_ascii_case("autocommit"))
        })
    }

    /// Whether PostgreSQL refuses it, since it is to be done beside those who write, and stands in a transaction.
    pub fn is_refused_in_transaction(&self) -> bool {
        let by_sql = self.statement.is_none() && self.sql_has(&["CONCURRENTLY"]) && !self.sql_is_made();
        (self.is_concurrent() || by_sql) && !self.leaves_transaction()
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
        if let Some(statement) = &self.statement {
            return if statement.demands_value { self.call.argument(0) } else { None };
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

    /// Whether it builds or drops an index beside those who write.
    pub fn is_concurrent(&self) -> bool {
        match &self.statement {
            Some(statement) => statement.is_concurrent,
            None => self.call.keyword("postgresql_concurrently").is_some_and(Node::is_true),
        }
    }

    /// The place that makes a column required that was not, as far as the step shows.
    pub fn requires(&self) -> Option<Node<'m>> {
        let call = self.call;
        if let Some(statement) = &self.statement {
            let requires = statement.alters == Some(Altered::Required) && !self.is_filled_before();
            return if requires { call.argument(0) } else { None };
        }
        let required = call.keyword("nullable").filter(|value| value.resolved_value().is(Kind::False))?;
        // Columns of some databases are said anew as a whole: then nothing changes about this.
        let is_said_anew = call.keyword("type_").is_some() && call.keyword("existing_nullable").is_none();
        let was_required =
            call.keyword("existing_nullable").is_some_and(|value| value.resolved_value().is(Kind::False));
        let is_kept = is_said_anew || was_required || call.keyword("existing_server_default").is_some();
        // In two steps, as it should be: the revision before this one has filled it.
        (self.kind == StepKind::AlterColumn && !is_kept && !self.is_filled_before()).then_some(required)
    }

    /// The new name of a column that it renames, where it is written; the name itself where the code shows it.
    pub fn renames_column(&self) -> Option<(Node<'m>, Option<&'m str>)> {
        match (&self.statement, self.kind) {
            (Some(Statement { alters: Some(Altered::Name(name)), .. }), _) => {
                Some((self.call.argument(0)?, Some(name)))
            }
            (None, StepKind::AlterColumn) => {
                self.call.keyword("new_column_name").map(|name| (name, name.string()))
            }
            _ => None,
        }
    }

    /// What its change of a column's type means, and where the new type stands.
    pub fn changes_type(&self) -> Option<(Node<'m>, TypeChange)> {
        match (&self.statement, self.kind) {
            (Some(Statement { alters: Some(Altered::Type(new)), .. }), _) => {
                Some((self.call.argument(0)?, type_change_to(new)?))
            }
            (None, StepKind::AlterColumn) => {
                let new = self.call.keyword("type_")?;
                let old = self.call.keyword("existing_type");
                // Columns of some databases are said anew as a whole: the type may be what it was.
                if old.is_none() && self.call.keyword("nullable").is_some() {
                    return None;
                }
                let change = match type_change(old, new)? {
                    TypeChange::Converted if self.had_enumeration(new) => return None,
                    // Whoever says how to read the values has thought of it.
                    TypeChange::Converted if self.call.keyword("postgresql_using").is_some() => {
                        TypeChange::Rewritten
                    }
                    change => change,
                };
                Some((new, change))
            }
            _ => None,
        }
    }

    /// Whether the constraint that it adds is checked for new rows alone.
    pub fn is_not_valid(&self) -> bool {
        self.statement.is_some_and(|statement| statement.is_not_valid)
            || self.call.keyword("postgresql_not_valid").is_some_and(Node::is_true)
    }

    /// Whether the constraint that it adds is checked for all rows as soon as it is there, and is not known to hold.
    pub fn is_checked_at_once(&self, up: &[Step<'_>]) -> bool {
        let is_later = self.is_not_valid() || self.call.has_hidden_arguments();
        // A column that was added here has no values to check.
        let is_new_column = up.iter().any(|other| {
            other.kind == StepKind::AddColumn
                && other.has_table_of(self)
                && other.name.is_some_and(|name| self.is_about_column(name))
        });
        // What replaces a constraint of the same columns was valid before.
        let replaces =
            up.iter().any(|other| other.kind == StepKind::DropConstraint && other.has_table_of(self));
        !(is_later || is_new_column || replaces)
    }

    /// Whether the constraint that it adds is about a column, as far as the code shows it.
    fn is_about_column(&self, column: &str) -> bool {
        if let Some(statement) = &self.statement {
            return statement.text.contains(column);
        }
        let call = self.call;
        let about = match self.kind {
            StepKind::CreateForeignKey => {
                call.argument_or_keyword(if call.argument(4).is_some() { 3 } else { 2 }, "local_cols")
            }
            // In a batch the table isn't said again.
            StepKind::CreateUnique => call.argument(2).or_else(|| call.argument_or_keyword(1, "columns")),
            StepKind::CreateCheck => call.argument(2).or_else(|| call.argument_or_keyword(1, "condition")),
            _ => None,
        };
        about.is_some_and(|about| {
            about.descendants().any(|part| part.name() == column)
                || (self.kind == StepKind::CreateCheck && about.source().contains(column))
        })
    }

    /// What it does, as a person would say it: the function's name, or the keywords of its SQL.
    pub fn said(&self) -> &'m str {
        self.statement.map_or_else(|| self.call.callee_name(), |statement| statement.said())
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
                found.extend(steps_of(chain.clone()));
            } else if let Some((written, _)) = call.schema_sql() {
                let changes = written.into_iter().filter(|one| one.kind != StepKind::Execute);
                found.extend(changes.enumerate().map(|(at, one)| written_step(chain.clone(), at, one)));
            } else if let Some(target) = target.filter(|_| !is_open) {
                model.node(target).collect_steps(chain, found);
            }
            chain.pop();
        }
    }
}

impl<'m> Node<'m> {
    /// The statements that a connection is told to execute here, where any of them changes the schema, and whether none
    /// does anything else but look.
    pub(super) fn schema_sql(self) -> Option<(Vec<Statement<'m>>, bool)> {
        if !matches!(self.callee_name(), "execute" | "exec_driver_sql" | "scalar") {
            return None;
        }
        let written = statements(self.sql()?);
        let reads = |one: &Statement<'_>| {
            ["SELECT ", "SHOW ", "SET "]
                .iter()
                .any(|word| one.text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        };
        let only = written.iter().all(|one| one.kind != StepKind::Execute || reads(one));
        Some((written, only))
    }
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

fn written_step<'m>(chain: Vec<Node<'m>>, index: usize, statement: Statement<'m>) -> Step<'m> {
    let call = chain[chain.len() - 1];
    let Statement { kind, table, name, .. } = statement;
    Step { call, chain, kind, table, name, statement: Some(statement), index }
}

/// The steps of one call: one, or as many as its SQL has statements.
fn steps_of(chain: Vec<Node<'_>>) -> Vec<Step<'_>> {
    let sql = chain.last().filter(|call| call.callee_name() == "execute").and_then(|call| call.sql());
    let written = sql.map(statements).unwrap_or_default();
    if written.is_empty() {
        return step(chain).into_iter().collect();
    }
    written.into_iter().enumerate().map(|(at, one)| written_step(chain.clone(), at, one)).collect()
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
    Some(Step { call, chain, kind, table, name, statement: None, index: 0 })
}

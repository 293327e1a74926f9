//! What migrations do to rows: which of them are gone before a step, and which the way back makes again.

use crate::semantic::database::migrations::{Migration, Step, StepKind};
use crate::semantic::expressions::identifiers_in;
use crate::semantic::{Model, Node, Type};
use crate::syntax::Kind;

impl<'m> Migration<'m> {
    /// Whether a revision before this one selects the column that a step drops, from its table, and writes rows
    /// elsewhere: it is what copies the values.
    pub fn is_copied_before(&self, dropped: &Step<'_>, all: &[Migration<'m>]) -> bool {
        const FARTHEST: usize = 8;
        let (StepKind::DropColumn, Some(column), Some(table)) = (dropped.kind, dropped.name, dropped.table)
        else {
            return false;
        };
        let copies = |earlier: &Migration<'_>| {
            let texts = || earlier.upgrade.texts();
            let starts = |text: &str, verb: &str| {
                text.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic()).starts_with(verb)
            };
            let reads = |text: &str| text.contains("SELECT ") && names(text, column) && names(text, table);
            texts().any(reads)
                && texts().any(|text| {
                    ["INSERT ", "UPDATE "].iter().any(|verb| starts(text, verb) || text.contains(verb))
                })
        };
        self.earlier(all).take(FARTHEST).any(copies)
    }

    /// The revisions before this one, the nearest first, as far as they were given.
    fn earlier<'a>(&'a self, all: &'a [Migration<'m>]) -> impl Iterator<Item = &'a Migration<'m>> {
        // Revisions that follow each other in a circle have no first one.
        const LONGEST: usize = 64;
        let parent = |migration: &&'a Migration<'m>| {
            let parent = migration.parents.first()?;
            all.iter().find(|migration| migration.revision == *parent)
        };
        std::iter::successors(Some(self), parent).skip(1).take(LONGEST)
    }

    /// Whether the way back fills a column that this step drops: it adds the column again, and then writes it.
    pub fn refills(&self, dropped: &Step<'_>, down: &[Step<'_>]) -> bool {
        let (StepKind::DropColumn, Some(column), Some(downgrade)) =
            (dropped.kind, dropped.name, self.downgrade)
        else {
            return false;
        };
        let is_added = |step: &Step<'_>| {
            step.kind == StepKind::AddColumn && step.name == Some(column) && step.has_table_of(dropped)
        };
        let Some(added) = down.iter().find(|step| is_added(step)) else { return false };
        let by_sql = down
            .iter()
            .any(|step| added.is_before(step) && step.sql_has(&["UPDATE "]) && names(step.sql(), column));
        // `table.update().values(column=…)`
        let writes = |call: Node<'_>| {
            call.sets_column(column)
                && call
                    .receiver()
                    .is_some_and(|update| update.calls_within().any(|inner| inner.callee_name() == "update"))
        };
        by_sql || downgrade.own_calls().any(writes)
    }
}

impl<'m> Migration<'m> {
    /// Whether the way forward may keep what a step throws away: it inserts, updates or renames something, and that is
    /// about the table, or about the column that is dropped.
    pub fn may_keep(&self, lost: &Step<'m>, up: &[Step<'m>]) -> bool {
        let Some(table) = lost.loses_from() else {
            // What it takes the rows from is not known.
            return up.iter().any(Step::may_copy) || self.upgrade.works_on_rows();
        };
        let column = lost.name.filter(|_| lost.kind == StepKind::DropColumn);
        up.iter().any(|step| step.may_copy() && step.keeps(table, column))
            || (self.upgrade.works_on_rows() && self.code_speaks_of(table, column, lost, up))
    }

    /// Whether the code that works on rows may be about a table or a column: it names one of them, apart from the steps
    /// that change the schema and the way back, or it is in another file, or puts its statements together.
    fn code_speaks_of(&self, table: &str, column: Option<&str>, lost: &Step<'m>, up: &[Step<'m>]) -> bool {
        let is_step = |node: Node<'m>| {
            let is_of_schema = |step: &Step<'m>| step.kind != StepKind::Execute && !step.may_copy();
            up.iter()
                .filter(|step| is_of_schema(step) || step.call == lost.call)
                .any(|step| step.call.file == node.file && step.call.contains(node))
        };
        let is_way_back = |node: Node<'m>| self.downgrade.is_some_and(|downgrade| downgrade.contains(node));
        let speaks = |node: Node<'m>| match node.kind() {
            Kind::Str => {
                has_word(node.source(), table) || column.is_some_and(|it| has_word(node.source(), it))
            }
            // `Silo` is the class of `silos`.
            Kind::Name | Kind::Attribute | Kind::Keyword | Kind::ClassDef => {
                is_class_of(node.name(), table) || column == Some(node.name())
            }
            _ => false,
        };
        // Where a batch opens the table, or the schema is looked at, no row is meant.
        let is_schema = |node: Node<'m>| {
            node.parent().is_some_and(|call| {
                matches!(
                    call.callee_name(),
                    "batch_alter_table" | "has_table" | "get_columns" | "get_indexes"
                )
            })
        };
        let is_text = |node: Node<'m>| node.parent().is_some_and(|parent| parent.is(Kind::ExprStatement));
        let is_made = |call: Node<'m>| {
            call.positional().map(Node::resolved_value).any(|sql| {
                let inner = if sql.is(Kind::Call) { sql.argument(0).map(Node::resolved_value) } else { None };
                inner.unwrap_or(sql).is(Kind::FString)
            })
        };
        let elsewhere = |call: Node<'m>| call.target().is_some_and(|place| place.file != self.upgrade.file);
        let module = self.upgrade.at(0);
        module.descendants().any(|node| {
            speaks(node) && !is_text(node) && !is_schema(node) && !is_way_back(node) && !is_step(node)
        }) || self.upgrade.own_calls().any(|call| elsewhere(call) || is_made(call))
    }
}

/// Whether a text has a word, in whatever case.
pub(in crate::semantic) fn has_word(text: &str, wanted: &str) -> bool {
    identifiers_in(text).any(|word| word.eq_ignore_ascii_case(wanted))
}

/// Whether a text has a word in just this case: `type` is a column, and `TYPE` a part of SQL.
fn names(text: &str, wanted: &str) -> bool {
    identifiers_in(text).any(|word| word == wanted)
}

/// Whether a name may be that of a table, or of the class of its rows: `silo_files`, `SiloFile`, `SiloFileRow`.
fn is_class_of(name: &str, table: &str) -> bool {
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let table = plain(table);
    plain(name).starts_with(table.strip_suffix('s').unwrap_or(&table))
}

impl<'m> Step<'m> {
    /// The table from which it takes rows or values, where its code or its SQL shows one.
    fn loses_from(&self) -> Option<&'m str> {
        if self.kind != StepKind::Execute {
            return self.table;
        }
        let words = || {
            self.sql()
                .split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')))
                .filter(|word| !word.is_empty())
        };
        let verb = words().position(|word| {
            ["delete", "truncate", "drop"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
        })?;
        let skipped = ["from", "table", "only", "if", "exists"];
        words()
            .skip(verb + 1)
            .find(|word| !skipped.iter().any(|skipped| word.eq_ignore_ascii_case(skipped)))
            .map(|name| name.rsplit('.').next().unwrap_or(name))
            .filter(|name| !self.sql_is_made() && !name.eq_ignore_ascii_case("column"))
    }

    /// Whether it writes rows, or gives something another name.
    fn may_copy(&self) -> bool {
        self.kind == StepKind::InsertRows || self.sql_has(&["INSERT", "UPDATE ", "AS SELECT", "RENAME "])
    }

    /// Whether what it writes may be what a table, or a column of it, has held: its statement names them.
    fn keeps(&self, table: &str, column: Option<&str>) -> bool {
        if self.kind == StepKind::InsertRows {
            // Rows that are written out come from nowhere.
            let rows = self.call.argument_or_keyword(1, "rows").map(Node::resolved_value);
            let is_computed = rows.is_none_or(|rows| {
                !rows.is(Kind::List) || rows.children().any(|row| !row.resolved_value().is(Kind::Dict))
            });
            let into = self.call.argument(0).map(Node::resolved_value);
            return is_computed || into.is_some_and(|into| has_word(into.source(), table));
        }
        let sql = self.sql();
        // An update of other columns of the same table keeps nothing of this one.
        let is_update = self.sql_has(&["UPDATE "]) && !self.sql_has(&["INSERT", "AS SELECT", "RENAME "]);
        self.sql_is_made()
            || column.is_some_and(|column| has_word(sql, column))
            || (has_word(sql, table) && !(is_update && column.is_some()))
    }

    /// Whether it leaves tables as they are: it changes rows, replaces a function or grants a right.
    pub fn leaves_tables_alone(&self) -> bool {
        self.kind == StepKind::InsertRows
            || (self.kind == StepKind::Execute
                && (self.sql_has(&["CREATE OR REPLACE", "GRANT "])
                    || !self.sql_has(&["ALTER", "CREATE", "DROP", "TRUNCATE"])))
    }

    /// Whether its SQL deletes rows, or drops a table or a column.
    pub fn sql_throws_away(&self) -> bool {
        let sql = self.sql().to_ascii_uppercase();
        let sql = sql.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        ["DELETE ", "TRUNCATE", "DROP TABLE"].iter().any(|start| sql.starts_with(start))
            || sql.contains("DROP COLUMN")
    }

    /// Whether the way forward of a revision before this one, as far as they were given, is as asked for.
    pub(in crate::semantic) fn comes_after(&self, fits: &dyn Fn(Node<'m>) -> bool) -> bool {
        let model: &'m Model<'m> = self.chain[0].model;
        let all = model.migrations();
        let own = all.iter().find(|migration| migration.upgrade.file == self.chain[0].file);
        own.is_some_and(|own| own.earlier(&all).any(|earlier| fits(earlier.upgrade)))
    }

    /// Whether a revision before this one fills its column: `UPDATE projects SET owner_id = …`, or `values(owner_id=…)` of
    /// an update.
    pub(in crate::semantic) fn is_filled_before(&self) -> bool {
        let (Some(column), Some(table)) = (self.name, self.table) else { return false };
        let by_text = |text: &str| {
            text.to_ascii_uppercase().contains("UPDATE ") && names(text, column) && names(text, table)
        };
        self.comes_after(&|upgrade| {
            upgrade.texts().any(by_text) || upgrade.calls_within().any(|call| call.sets_column(column))
        })
    }

    /// Whether its table holds no row any more, since an earlier step of the same way, that is always made, has emptied
    /// it, perhaps under the name that it had then.
    pub fn is_on_emptied_table(&self, up: &[Step<'_>]) -> bool {
        let Some(table) = self.table.filter(|_| self.kind != StepKind::Execute) else { return false };
        let mut names = vec![table];
        for step in up.iter().rev().filter(|step| step.is_before(self)) {
            if step.kind == StepKind::RenameTable
                && step.name.is_some_and(|new| names.contains(&new))
                && let Some(old) = step.table
            {
                names.push(old);
            }
        }
        up.iter().any(|step| {
            step.is_before(self) && !step.is_conditional() && names.iter().any(|name| step.empties(name))
        })
    }

    /// Whether it only takes away what may be left from elsewhere: it drops it if it is there, and none of the given
    /// migrations makes it.
    pub fn cleans_up(&self, all: &[Migration<'_>]) -> bool {
        let (true, Some(name)) = (self.call.keyword("if_exists").is_some_and(Node::is_true), self.name)
        else {
            return false;
        };
        matches!(self.kind, StepKind::DropIndex | StepKind::DropConstraint)
            && !all.iter().flat_map(|migration| migration.upgrade.steps()).any(|step| {
                let makes = matches!(
                    step.kind,
                    StepKind::CreateIndex
                        | StepKind::CreateUnique
                        | StepKind::CreateForeignKey
                        | StepKind::CreateCheck
                        | StepKind::CreateConstraint
                );
                (makes && step.name == Some(name))
                    || step.call.descendants_of(Kind::Str).any(|text| {
                        step.call != self.call && step.kind == StepKind::CreateTable && text.name() == name
                    })
            })
    }
}

impl<'m> Node<'m> {
    /// The texts in this code, as they are written.
    fn texts(self) -> impl Iterator<Item = &'m str> {
        self.descendants().filter(|node| matches!(node.kind(), Kind::Str | Kind::FString)).map(Node::source)
    }

    /// Whether this is the `values(column=…)` of an update, or of an insertion.
    fn sets_column(self, column: &str) -> bool {
        self.callee_name() == "values"
            && (self.keyword(column).is_some()
                || self.argument(0).is_some_and(|values| values.dictionary_value(column).is_some()))
    }

    /// Whether a name that a migration imports from the application stands for a mapped class, as far as the given files
    /// show: a function, a constant, a type of columns or an enumeration has no columns.
    pub fn may_be_a_model(self) -> bool {
        match self.ty() {
            Type::Class(class) => self.model.is_orm_model(class) || has_columns(self.model.node(class)),
            Type::Path(_) | Type::Unknown | Type::Foreign(_) => {
                // `ID_LEN`, `COLLATION_ARGS`: a constant, by the way it is written.
                self.name().len() <= 4 || self.name().contains(char::is_lowercase)
            }
            _ => false,
        }
    }
}

/// Whether a class of which no base is known says its columns.
fn has_columns(class: Node<'_>) -> bool {
    class.calls_within().any(|call| matches!(call.callee_name(), "Column" | "mapped_column" | "relationship"))
}

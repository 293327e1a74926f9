//! Alembic migrations: their revisions, and the steps of their two ways.

mod enumerations;
mod heads;
mod inverses;
mod sql;
mod steps;
mod types;

use crate::semantic::{Model, Node, Place};
use crate::stack::Tag;
use crate::syntax::Kind;

pub use heads::{same_revisions, second_heads};
pub use steps::{Step, StepKind};
pub use types::TypeChange;

/// A module that takes the schema from one revision to the next and back.
pub struct Migration<'m> {
    pub revision: &'m str,
    /// The assignment of `revision`.
    pub revision_at: Node<'m>,
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
    /// Whether its file speaks of a lock; that a thing may be locked is something else.
    pub fn speaks_of_locks(&self) -> bool {
        self.upgrade.source_file().text.split(" lock").skip(1).any(|behind| {
            let end = behind.find(|character: char| !character.is_alphanumeric() && character != '_');
            matches!(&behind[..end.unwrap_or(behind.len())], "" | "s" | "ing")
        })
    }

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

impl<'s> Model<'s> {
    /// All given migrations, ordered by their files.
    pub fn migrations(&self) -> Vec<Migration<'_>> {
        self.python().filter_map(|(file, _)| self.migration(file)).collect()
    }

    /// Whether the migrations, or their environment, take a lock of the database that other processes respect: in SQL or
    /// by a call.
    pub fn locks_migrations(&self) -> bool {
        let locks = |call: Node<'_>| {
            let is_sent = |value: Node<'_>| {
                let value = value.resolved_value();
                matches!(value.kind(), Kind::Str | Kind::FString) && value.source().contains("advisory")
            };
            call.callee_name().contains("advisory")
                || call.takes_distributed_lock()
                || (call.positional().any(is_sent) && !call.writes_log() && !call.does(Tag::Prints))
        };
        self.python()
            .filter(|(_, file)| file.is_migration)
            .any(|(file, _)| self.node(Place { file, node: 0 }).calls_within().any(locks))
    }

    fn migration(&self, file: u32) -> Option<Migration<'_>> {
        let value_of = |name: &str| {
            let symbol = self.symbol(name)?;
            let tree = &self.files[file as usize].tree;
            let binding = tree.bindings_of(0, symbol).next()?;
            Some(self.node(Place { file, node: tree.bindings[binding as usize].node }))
        };
        let assigned = |name: &str| {
            let target = value_of(name)?;
            let statement =
                target.parent().filter(|parent| matches!(parent.kind(), Kind::Assign | Kind::AnnAssign))?;
            Some((statement, statement.value()?))
        };
        let (revision_at, revision) = assigned("revision")?;
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
            revision_at,
            parents,
            parent_at,
            is_labelled,
            upgrade: function("upgrade")?,
            downgrade: function("downgrade"),
        })
    }
}

impl<'m> Node<'m> {
    /// The names that this function's file imports from a module of the application's models, with their statements.
    pub fn imported_models(self) -> Vec<(Node<'m>, &'m str)> {
        let mut found = Vec::new();
        for &id in &self.source_file().tree.imports {
            let statement = self.at(id);
            let module = statement.name();
            let of_models = module.split('.').any(|part| matches!(part, "models" | "model"));
            if !statement.is(Kind::ImportFrom) {
                continue;
            }
            for alias in statement.children().filter(|child| child.is(Kind::Alias)) {
                // `from backend import models`
                if alias.name() == "models" && !module.is_empty() {
                    found.push((statement, alias.name()));
                }
                if !of_models {
                    continue;
                }
                // A class of the models, and not a helper beside them.
                if alias.name().starts_with(|first: char| first.is_ascii_uppercase()) {
                    found.push((statement, alias.name()));
                }
            }
        }
        found
    }

    /// Whether this function, or one that it calls, asks for the connection and may do anything to rows with it: more than
    /// to look at the schema, or to send a change of it that is written out.
    pub fn works_on_rows(self) -> bool {
        self.reaches(&|call| match call.callee_name() {
            "update" => true,
            "get_bind" => !call.connection_uses().all(Node::leaves_rows_alone),
            _ => false,
        })
        .is_some()
    }

    /// Whether this function, or one that it calls, asks for the connection.
    pub fn asks_for_connection(self) -> bool {
        self.reaches(&|call| call.callee_name() == "get_bind").is_some()
    }

    /// Where the connection goes that this call gives: the names that it is assigned to, or itself.
    fn connection_uses(self) -> impl Iterator<Item = Node<'m>> {
        let assignment = self.parent().filter(|parent| parent.is(Kind::Assign));
        let target = assignment.and_then(|assignment| assignment.targets().next());
        let named = target.filter(|target| target.is(Kind::Name));
        let uses = named.and_then(|target| Some((target, target.function()?))).map(|(target, function)| {
            function
                .descendants_of(Kind::Name)
                .filter(move |name| name.name() == target.name() && *name != target)
        });
        let itself = uses.is_none().then_some(self);
        uses.into_iter().flatten().chain(itself)
    }

    /// Whether a connection is asked about the schema here, or sends a change of it that is written out.
    fn leaves_rows_alone(self) -> bool {
        let Some(parent) = self.parent() else { return true };
        if parent.is(Kind::Attribute) {
            let call = parent.parent().filter(|call| call.is(Kind::Call) && call.callee() == Some(parent));
            return match (parent.name(), call) {
                ("dialect" | "engine", None) => true,
                (_, Some(call)) => call.schema_sql().is_some_and(|(_, only)| only),
                _ => false,
            };
        }
        // `inspect(bind)`, `kind.create(bind, checkfirst=True)`
        let call = if parent.is(Kind::Keyword) { parent.parent() } else { Some(parent) };
        call.is_some_and(|call| {
            matches!(call.callee_name(), "inspect" | "from_engine" | "reflect" | "create" | "drop")
        })
    }

    /// Whether nothing is written in this function: `pass`, a docstring, `...`, a bare `return`.
    pub fn does_nothing(self) -> bool {
        self.body().is_none_or(|body| {
            body.children().all(|statement| match statement.kind() {
                Kind::Pass => true,
                Kind::Return => statement.value().is_none_or(|value| value.is(Kind::None)),
                Kind::ExprStatement => statement.children().all(|value| {
                    matches!(value.kind(), Kind::Str | Kind::Ellipsis | Kind::FString)
                        || (value.is(Kind::Call) && (value.writes_log() || value.does(Tag::Prints)))
                }),
                _ => false,
            })
        })
    }

    /// The `raise` with which this function ends, where it makes no step: it refuses.
    pub fn only_raises(self) -> Option<Node<'m>> {
        let last = self.body()?.children().last()?;
        let changes = self.own_calls().any(|call| call.is_unknown_function()) || !self.steps().is_empty();
        (last.is(Kind::Raise) && !changes).then_some(last)
    }

    /// The words of this function's docstring and comments, where they explain something: what a template wrote
    /// does not.
    pub fn words_of_explanation(self) -> usize {
        let docstring = self.body().and_then(|body| body.children().next()).filter(|first| {
            first.is(Kind::ExprStatement) && first.children().all(|value| value.is(Kind::Str))
        });
        // What stands behind the last statement belongs to the function as well.
        let behind = self.source_file().text.get(self.data().stop as usize..).unwrap_or_default();
        let behind =
            behind.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with([' ', '\t']));
        let comments =
            self.source().lines().chain(behind).map(str::trim_start).filter(|line| line.starts_with('#'));
        docstring
            .map(Node::source)
            .into_iter()
            .chain(comments)
            .filter(|text| explains(text))
            .map(|text| text.split_whitespace().count())
            .sum()
    }

    /// The words of a refusal that say more than that it is one.
    pub fn words_of_refusal(self) -> usize {
        const OF_REFUSING: [&str; 30] = [
            "raise",
            "downgrade",
            "downgrading",
            "downgrades",
            "migration",
            "revision",
            "is",
            "are",
            "be",
            "not",
            "can",
            "cannot",
            "can't",
            "no",
            "way",
            "back",
            "supported",
            "unsupported",
            "possible",
            "implemented",
            "allowed",
            "irreversible",
            "reversible",
            "reversed",
            "undone",
            "for",
            "this",
            "the",
            "a",
            "of",
        ];
        let of_text = |text: &str| {
            text.split(|letter: char| {
                letter.is_whitespace() || matches!(letter, '"' | '(' | ')' | ',' | ';' | ':')
            })
            .filter(|word| !word.is_empty() && !word.ends_with("Error"))
            .filter(|word| {
                let lower = word.trim_end_matches('.').to_ascii_lowercase();
                !OF_REFUSING.contains(&lower.as_str())
            })
            .count()
        };
        of_text(self.source())
    }

    /// Whether a comment of its own stands on the line before.
    pub fn has_comment(self) -> bool {
        let file = self.source_file();
        let start = file.lines.start_of(self.line().saturating_sub(1)).unwrap_or_default() as usize;
        let text = file.text.get(start..).unwrap_or_default().trim_start();
        text.starts_with('#') && !text.starts_with("# ###")
    }
}

impl<'m> Node<'m> {
    /// Whether the comment right before this statement says where the data is that it takes away.
    pub fn comment_tells_where_it_is(self) -> bool {
        const SAYS: [&str; 11] = [
            "now in",
            "now part of",
            "moved to",
            "moved into",
            "copied to",
            "copied into",
            "migrated to",
            "still contain",
            "preserved in",
            "backed up",
            "backup in",
        ];
        let file = self.source_file();
        let mut line = self.statement().line();
        while line > 1 {
            line -= 1;
            let start = file.lines.start_of(line).unwrap_or_default() as usize;
            let text = file.text.get(start..).unwrap_or_default();
            let text = text.lines().next().unwrap_or_default().trim_start();
            if !text.starts_with('#') {
                return false;
            }
            let text = text.to_ascii_lowercase();
            if SAYS.iter().any(|words| text.contains(words)) {
                return true;
            }
        }
        false
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

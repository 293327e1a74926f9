//! O4: a migration can't be undone, loses data, or stops those who use the table.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Migration, Model, Node, Step, StepKind, TypeChange, same_revisions, second_heads};
use crate::stack::Tag;
use crate::syntax::Kind;

/// A refusal with this many words says what to do instead.
const EXPLAINED: usize = 6;

/// So do this many words of its message that aren't about refusing.
const REFUSAL_EXPLAINED: usize = 3;

/// A docstring that says this many words about a table or column, its title left out, tells a plan.
const PLANNED: usize = 12;

const ANOTHER_COLUMN: &str = "Unless the table is small, add a column of the new type, fill it in batches, switch the application over, and drop the old one in a later release.";

const BEFORE_THE_ROLLOUT: &str = "Migrate once, as a step of its own before the rollout: a Job, a Helm hook, or a one-shot service that the others wait for with `condition: service_completed_successfully`.";

/// What is told condition by condition.
const NO_WAY: &str = "a migration without a way back";
const REFUSED: &str = "a way back that is refused, without a word on what to do instead";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let migrations = model.migrations();
    for migration in &migrations {
        let up = migration.upgrade.steps();
        let down = migration.downgrade.map(Node::steps).unwrap_or_default();
        way_back(migration, &migrations, &up, &down, findings);
        losses(migration, &migrations, &up, &down, findings);
        locks(migration, &up, &down, findings);
        unnamed(&up, findings);
        unnamed(&down, findings);
        left_behind(&up, &down, findings);
        type_left_behind(migration, &down, findings);
        imports(migration, findings);
    }
    heads(&migrations, findings);
    created_at_start(model, findings);
    migrated_at_start(model, findings);
    drift(model, &migrations, findings);
}

// The way back

fn way_back(
    migration: &Migration<'_>,
    all: &[Migration<'_>],
    up: &[Step<'_>],
    down: &[Step<'_>],
    findings: &mut Findings<'_>,
) {
    let changes = !up.is_empty() || !migration.upgrade.does_nothing();
    if !changes {
        return;
    }
    // What adds a value to an enumeration is told there.
    if !up.is_empty() && up.iter().all(|step| step.sql_has(&["ADD VALUE"])) {
        return;
    }
    // What changes rows, replaces a function or grants a right leaves tables as they are.
    let only_data = !up.is_empty()
        && up.iter().all(|step| {
            step.kind == StepKind::InsertRows
                || (step.kind == StepKind::Execute
                    && (step.sql_has(&["CREATE OR REPLACE", "GRANT "])
                        || !step.sql_has(&["ALTER", "CREATE", "DROP", "TRUNCATE"])))
        });
    let way = migration.downgrade.unwrap_or(migration.upgrade);
    findings.asks(way, NO_WAY, "the migration changes something", true, &|| match up.first() {
        Some(step) => format!("{} ({})", what(step), step.at().whereabouts_from(way)),
        None => "`upgrade` is not empty".to_owned(),
    });
    let undoes = migration.downgrade.is_some_and(|downgrade| !downgrade.does_nothing());
    findings.asks(way, NO_WAY, "nothing undoes it", !undoes, &|| match migration.downgrade {
        None => "there is no `downgrade`".to_owned(),
        Some(_) if undoes => "`downgrade` does something; each step is looked at on its own".to_owned(),
        Some(_) => "`downgrade` does nothing".to_owned(),
    });
    let Some(downgrade) = migration.downgrade else {
        findings
            .report(migration.upgrade, Severity::High, Certainty::Sure, "this migration has no way back")
            .because(migration.upgrade, "changes the schema, and no `downgrade` undoes it")
            .conforming("Write `downgrade()` with the inverse of each step, in reverse order.");
        return;
    };
    if downgrade.does_nothing() && !up.is_empty() {
        let cleans = up.iter().all(|step| step.cleans_up(all));
        let is_explained = downgrade.words_of_explanation() >= EXPLAINED;
        let matters = !cleans && (!only_data || !is_explained);
        findings.asks(
            downgrade,
            NO_WAY,
            "there is something to undo",
            matters,
            &|| match (matters, cleans) {
                (true, _) => "the schema, or the rows, stay as the upgrade left them".to_owned(),
                (_, true) => {
                    "what is dropped is made by no migration, so nothing is to be made again".to_owned()
                }
                _ => "rows alone are changed, and a docstring says why they stay".to_owned(),
            },
        );
        if cleans {
            findings.conforms(
                downgrade,
                "what is dropped is made by no migration, so nothing is to be made again",
            );
            return;
        }
        let severity = match (only_data, is_explained) {
            (true, true) => return,
            (true, false) => Severity::Low,
            (false, true) => Severity::Low,
            (false, false) => Severity::High,
        };
        let certainty = if only_data { Certainty::Likely } else { Certainty::Sure };
        findings
            .report(downgrade, severity, certainty, "`downgrade` does nothing, and Alembic says that it succeeded")
            .because(up[0].at(), "is not undone")
            .because(downgrade, "leaves the schema as it is, while the version table says otherwise")
            .conforming("Undo each step in reverse order. What can't be undone raises, with a docstring that says how to recover.");
        return;
    }
    if let Some(raised) = only_raises(downgrade) {
        let is_explained = downgrade.words_of_explanation() >= EXPLAINED
            || raised.words_of_refusal() >= REFUSAL_EXPLAINED
            || up
                .iter()
                .filter_map(|step| step.name.or(step.table))
                .any(|name| migration.words_about(name) >= PLANNED);
        findings.asks(downgrade, REFUSED, "it refuses", true, &|| {
            format!("`{}` is its end ({})", raised.excerpt(), raised.whereabouts_from(downgrade))
        });
        findings.asks(downgrade, REFUSED, "nothing says what to do instead", !is_explained, &|| {
            match is_explained {
                true => "a docstring, or the message, says it".to_owned(),
                false => "neither a docstring nor the message has more than a few words on it".to_owned(),
            }
        });
        if !is_explained {
            findings
                .report(downgrade, Severity::Medium, Certainty::Sure, "`downgrade` refuses, and doesn't say what to do instead")
                .because(raised, "whoever needs the way back at night learns nothing from it")
                .conforming("Undo the steps, or say in a docstring how to recover: which backup, which command, which document.");
        } else {
            findings.conforms(downgrade, "it can't be undone, and says what to do instead");
        }
        return;
    }
    // What goes through a connection or an unknown function may be anything.
    let hides =
        downgrade.own_calls().any(|call| call.is_unknown_function() || call.callee_name() == "get_bind");
    if hides && down.is_empty() {
        return;
    }
    // Under another name nothing is found again.
    let renames = up.iter().chain(down).any(|step| step.kind == StepKind::RenameTable);
    let mut missing = up.iter().filter(|step| {
        let is_about_data = matches!(step.kind, StepKind::Execute | StepKind::InsertRows | StepKind::Other);
        let is_drop = matches!(
            step.kind,
            StepKind::DropTable | StepKind::DropColumn | StepKind::DropIndex | StepKind::DropConstraint
        );
        !is_about_data
            && (step.table.is_some() || step.name.is_some())
            && !(renames && step.kind != StepKind::AddColumn)
            && !(is_drop && step.is_conditional())
            && !down.iter().any(|other| other.may_undo(step))
            // What was made and dropped or renamed on the way up needs no way back.
            && !up.iter().any(|other| step.is_before(other) && undoes_on_the_way(other, step))
            && !(step.kind == StepKind::DropIndex
                && up.iter().any(|other| other.kind == StepKind::DropTable && other.has_table_of(step)))
    });
    let Some(first) = missing.next() else {
        if !up.is_empty() {
            findings.conforms(downgrade, "each step has its inverse");
        }
        return;
    };
    let more = missing.count();
    let others = if more > 0 { format!(", and {more} more are not either") } else { String::new() };
    findings
        .report(first.at(), Severity::Medium, Certainty::Sure, format!("{} is not undone by `downgrade`{others}", what(first)))
        .because(first.at(), "stays in the schema after the way back")
        .because(downgrade, "has no step that undoes it")
        .conforming("Write the inverse of each step, in reverse order: `drop_constraint` for a constraint, `drop_column` for a column.");
}

fn undoes_on_the_way(later: &Step<'_>, step: &Step<'_>) -> bool {
    matches!(
        (step.kind, later.kind),
        (StepKind::CreateTable, StepKind::DropTable)
            | (StepKind::AddColumn, StepKind::DropColumn)
            | (StepKind::CreateIndex, StepKind::DropIndex)
            | (StepKind::DropIndex, StepKind::CreateIndex)
            | (StepKind::AddColumn, StepKind::AlterColumn)
    ) && (later.kind != StepKind::AlterColumn || later.renames_column().is_some())
        && later.table.is_some()
        && later.has_table_of(step)
        && later.has_name_of(step)
}

/// The step as a person would say it.
fn what(step: &Step<'_>) -> String {
    let name = match (step.table, step.name) {
        (Some(table), Some(name)) if step.kind != StepKind::CreateTable => format!("`{table}.{name}`"),
        (Some(table), _) => format!("`{table}`"),
        (None, Some(name)) => format!("`{name}`"),
        (None, None) => "something".to_owned(),
    };
    format!("`{}` of {name}", step.said())
}

/// The `raise` with which a function ends that makes no step.
fn only_raises(function: Node<'_>) -> Option<Node<'_>> {
    let last = function.body()?.children().last()?;
    let changes = function.own_calls().any(|call| call.is_unknown_function()) || !function.steps().is_empty();
    (last.is(Kind::Raise) && !changes).then_some(last)
}

// The data

/// Steps that throw rows or values away, each kind once.
fn losses(
    migration: &Migration<'_>,
    all: &[Migration<'_>],
    up: &[Step<'_>],
    down: &[Step<'_>],
    findings: &mut Findings<'_>,
) {
    let copies = up.iter().any(|step| {
        step.kind == StepKind::InsertRows || step.sql_has(&["INSERT", "UPDATE ", "AS SELECT", "RENAME "])
    }) || migration.upgrade.works_on_rows();
    if copies {
        return;
    }
    let looks = migration.upgrade.asks_for_connection();
    let is_new = |step: &Step<'_>| {
        up.iter().any(|other| {
            other.kind == StepKind::CreateTable && other.table.is_some() && other.table == step.table
        })
    };
    let temporary =
        |step: &Step<'_>| step.table.is_some_and(|table| table.contains("tmp") || table.contains("temp"));
    for kind in [StepKind::DropTable, StepKind::DropColumn, StepKind::Execute] {
        let lost: Vec<&Step<'_>> = up
            .iter()
            .filter(|step| step.kind == kind && !is_new(step) && !temporary(step))
            // What is looked for first is a leftover.
            .filter(|step| !(looks && step.is_guarded()))
            // What is computed again on the way back is not lost, and what was emptied before is told there.
            .filter(|step| !migration.refills(step, down) && !step.is_on_emptied_table(up))
            .filter(|step| !migration.is_copied_before(step, all))
            .filter(|step| {
                kind != StepKind::Execute || {
                    let sql = step.sql().to_ascii_uppercase();
                    let sql = sql.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
                    sql.starts_with("DELETE ")
                        || sql.starts_with("TRUNCATE")
                        || sql.starts_with("DROP TABLE")
                        || sql.contains("DROP COLUMN")
                }
            })
            .collect();
        let Some(first) = lost.first() else { continue };
        // A plan that the docstring tells is one.
        let name = if kind == StepKind::DropColumn { first.name } else { first.table };
        if name.is_some_and(|name| migration.words_about(name) >= PLANNED) {
            findings.conforms(first.call, "the docstring says what becomes of the data");
            continue;
        }
        if first.call.comment_tells_where_it_is() {
            findings.conforms(first.call, "the comment says where the data is now");
            continue;
        }
        let explained = first.call.has_comment();
        let severity = if explained { Severity::Medium } else { Severity::High };
        let more = match lost.len() {
            0 | 1 => String::new(),
            2 => ", and one more step does so".to_owned(),
            count => format!(", and {} more steps do so", count - 1),
        };
        let message = match kind {
            StepKind::DropTable => format!("throws the rows of {} away{more}", named(first.table)),
            StepKind::DropColumn => format!("throws the values of {} away{more}", of_table(first)),
            _ => format!("throws rows away{more}"),
        };
        findings
            .report(first.at(), severity, Certainty::Likely, message)
            .because(first.at(), "what it held doesn't come back with the schema, and nothing here copies it")
            .conforming("Stop using it one release earlier, and keep a copy: `op.execute(\"CREATE TABLE silos_legacy AS SELECT id, legacy_name FROM silos\")`. Or say in a comment where the copy is.");
    }
}

fn named(name: Option<&str>) -> String {
    name.map_or_else(|| "a table".to_owned(), |name| format!("`{name}`"))
}

// Those who use the table meanwhile

fn locks(migration: &Migration<'_>, up: &[Step<'_>], down: &[Step<'_>], findings: &mut Findings<'_>) {
    let is_first = migration.parents.is_empty();
    let is_new = |step: &Step<'_>| {
        is_first
            || up.iter().any(|other| {
                other.kind == StepKind::CreateTable
                    && (step.table.is_none() || other.table.is_none() || other.table == step.table)
            })
    };
    let fills =
        up.iter().any(|step| step.sql_has(&["UPDATE ", "IS NULL"])) || migration.upgrade.works_on_rows();
    let commits = up.iter().any(|step| step.sql_has(&["COMMIT"]));
    // SQLite has one writer anyway, and copies the table in a batch.
    let is_sqlite = migration.upgrade.source_file().path.contains("sqlite");
    // Where it was emptied, or got a column that no row could have, there is no row to wait for.
    let has_no_rows = |step: &Step<'_>| {
        step.table.is_some_and(|table| {
            up.iter().filter(|other| other.is_before(step)).any(|other| {
                other.empties(table) || (other.table == Some(table) && other.demands_value().is_some())
            })
        })
    };
    let mut indexes: Vec<&Step<'_>> = Vec::new();
    let mut required: Vec<&Step<'_>> = Vec::new();
    let mut values: Vec<&Step<'_>> = Vec::new();
    let mut checks: Vec<&Step<'_>> = Vec::new();
    let mut retypes: Vec<&Step<'_>> = Vec::new();
    for step in up.iter().filter(|step| !step.is_for_another_database()) {
        if is_refused_in_transaction(step) && !commits {
            in_transaction(step, findings);
            continue;
        }
        if is_new(step) && step.kind != StepKind::Execute {
            continue;
        }
        match step.kind {
            StepKind::AddColumn if step.demands_value().is_some() => required.push(step),
            StepKind::Execute if step.sql_has(&["ADD VALUE"]) => values.push(step),
            _ if has_no_rows(step) && step.renames_column().is_none() => {}
            StepKind::AlterColumn => {
                altered(step, up, fills, findings);
                // SQLite copies the table whatever is changed, and is small.
                retypes.extend(Some(step).filter(|_| !is_sqlite));
            }
            StepKind::RenameTable => renamed(step, findings),
            // On two branches it is one index.
            StepKind::CreateIndex if !step.is_concurrent() && !is_sqlite => {
                let is_known = |known: &&Step<'_>| {
                    step.name.is_some() && known.name == step.name && known.table == step.table
                };
                if !indexes.iter().any(is_known) {
                    indexes.push(step);
                }
            }
            StepKind::CreateForeignKey | StepKind::CreateCheck if !is_sqlite && is_validated(step, up) => {
                checks.push(step);
            }
            _ => {}
        }
    }
    without_value(&required, up, findings);
    if let Some(first) = values.first() {
        added_value(first, migration, down, findings);
    }
    validated(&checks, findings);
    rewritten(&retypes, findings);
    for step in down.iter().filter(|step| is_refused_in_transaction(step)) {
        in_transaction(step, findings);
    }
    required_again(down, findings);
    let Some(first) = indexes.first() else { return };
    let mut tables: Vec<String> = Vec::new();
    for table in indexes.iter().map(|step| named(step.table)) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    let what = match indexes.len() {
        1 => "an index".to_owned(),
        count => format!("{count} indexes"),
    };
    let named_tables = match tables.as_slice() {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!(
            "{one}, {two} and {}",
            match rest.len() {
                1 => "another table".to_owned(),
                count => format!("{count} more tables"),
            }
        ),
        [] => return,
    };
    findings
        .report(first.at(), Severity::Low, Certainty::Sure, format!("builds {what} while nobody may write to {named_tables}"))
        .because(first.at(), "a plain `CREATE INDEX` locks the table against writes until it is built")
        .conforming("Build it beside them: `with op.get_context().autocommit_block(): op.create_index(…, postgresql_concurrently=True)`.");
}

/// Whether PostgreSQL won't do it where it stands.
fn is_refused_in_transaction(step: &Step<'_>) -> bool {
    let by_sql = step.statement.is_none() && step.sql_has(&["CONCURRENTLY"]) && !step.sql_is_made();
    (step.is_concurrent() || by_sql) && !step.leaves_transaction()
}

fn in_transaction(step: &Step<'_>, findings: &mut Findings<'_>) {
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

/// Columns that existing rows and the old version of the application have no value for.
fn without_value(steps: &[&Step<'_>], up: &[Step<'_>], findings: &mut Findings<'_>) {
    let Some((first, nullable)) = steps.first().and_then(|step| Some((step, step.demands_value()?))) else {
        return;
    };
    let more = if steps.len() > 1 { format!(" and {} more", steps.len() - 1) } else { String::new() };
    let is_emptied = steps.iter().all(|step| {
        step.table.is_some_and(|table| up.iter().any(|other| other.is_before(step) && other.empties(table)))
    });
    let (severity, rows, why) = if is_emptied {
        (
            Severity::Medium,
            "the old version of the application",
            "the old version can't insert any more until the rollout is over",
        )
    } else {
        (
            Severity::High,
            "the rows that exist",
            "the database refuses it as soon as the table has a row, and the old version of the application can't insert any more",
        )
    };
    findings
        .report(first.at(), severity, Certainty::Sure, format!("adds the required column {}{more} without a value for {rows}", of_table(first)))
        .because(nullable, why)
        .conforming("Add it with `server_default=…`, or in three releases: nullable first, then filled in batches, then `NOT NULL`.");
}

/// The column with its table, as far as both are known.
fn of_table(step: &Step<'_>) -> String {
    match (step.table, step.name) {
        (Some(table), Some(name)) => format!("`{table}.{name}`"),
        _ => named(step.name),
    }
}

fn altered(step: &Step<'_>, up: &[Step<'_>], fills: bool, findings: &mut Findings<'_>) {
    if let Some((new, _)) = step.renames_column() {
        // What was made here takes the place of another column, whose name stays.
        let takes_place = |step: &Step<'_>| {
            up.iter().any(|other| {
                other.kind == StepKind::AddColumn
                    && other.name.is_some()
                    && other.name == step.name
                    && other.has_table_of(step)
            })
        };
        let renamed: Vec<&Step<'_>> =
            up.iter().filter(|step| step.renames_column().is_some() && !takes_place(step)).collect();
        // Told once, at the first of them.
        if renamed.first().is_none_or(|first| first.call != step.call || first.name != step.name) {
            return;
        }
        let more = if renamed.len() > 1 { format!(" and {} more", renamed.len() - 1) } else { String::new() };
        findings
            .report(
                step.at(),
                Severity::Medium,
                Certainty::Sure,
                format!(
                    "renames the column {}{more} while the old version still asks for it",
                    named(step.name)
                ),
            )
            .because(new, "until the rollout is over, both versions run, and only one of the names exists")
            .conforming("Add the new one, copy, switch, and drop the old one, over several releases.");
    } else if let Some(required) = step.requires().filter(|_| !fills) {
        findings
            .report(step.at(), Severity::Medium, Certainty::Sure, format!("makes {} required, and nothing here fills the rows without a value", named(step.name)))
            .because(required, "fails at the first row without a value, and looks at the whole table under a lock")
            .conforming(match step.at().source_file().path.contains("sqlite") {
                // It copies the table in a batch, and knows no `NOT VALID`.
                true => "Fill it first: `UPDATE … SET … WHERE … IS NULL`.",
                false => "Fill it first, in batches. For a large table add `CHECK (… IS NOT NULL) NOT VALID`, validate it, and only then say `NOT NULL`.",
            });
    } else {
        retyped(step, findings);
    }
}

/// Changes of types that cut values or may fail.
fn retyped(step: &Step<'_>, findings: &mut Findings<'_>) {
    let Some((new, change)) = step.changes_type() else { return };
    let column = of_table(step);
    let (certainty, message, note, instead) = match change {
        TypeChange::Narrower => (
            Certainty::Sure,
            format!("makes the type of {column} narrower"),
            "values that don't fit make the migration fail, or are cut",
            "Look for values that don't fit first, and say in the migration what becomes of them; or leave the type and check in the application.",
        ),
        TypeChange::Converted => (
            Certainty::Likely,
            format!("reads the values of {column} as another type"),
            "fails at the first value that can't be read so, and nobody may use the table while every row is written anew",
            ANOTHER_COLUMN,
        ),
        TypeChange::Rewritten => return,
    };
    findings.report(step.at(), Severity::Medium, certainty, message).because(new, note).conforming(instead);
}

/// Changes of types for which every row is written anew: told once.
fn rewritten(up: &[&Step<'_>], findings: &mut Findings<'_>) {
    let mut steps = up.iter().filter_map(|step| {
        step.changes_type().filter(|(_, change)| *change == TypeChange::Rewritten).map(|(new, _)| (step, new))
    });
    let Some((first, new)) = steps.next() else { return };
    let others: Vec<_> = steps.collect();
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let mut draft = findings
        .report(
            first.at(),
            Severity::Low,
            Certainty::Likely,
            format!("nobody may use the table while the type of {}{more} changes", of_table(first)),
        )
        .because(new, "every row is written anew, and every index on it built anew, under a lock that keeps readers out as well");
    for (_, new) in others.into_iter().take(9) {
        draft = draft.because(new, "and so here");
    }
    draft.conforming(ANOTHER_COLUMN);
}

/// Columns that the way back makes again, and that existing rows have no value for.
fn required_again(down: &[Step<'_>], findings: &mut Findings<'_>) {
    let again = |step: &&Step<'_>| {
        step.demands_value().is_some()
            && !step.is_for_another_database()
            && !down.iter().any(|other| {
                other.is_before(step)
                    && (step.table.is_some_and(|table| other.empties(table))
                        || (other.kind == StepKind::CreateTable && other.has_table_of(step)))
            })
    };
    let mut steps = down.iter().filter(again);
    let Some((first, required)) = steps.next().and_then(|step| Some((step, step.demands_value()?))) else {
        return;
    };
    let more = steps.count();
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    findings
        .report(
            first.at(),
            Severity::Medium,
            Certainty::Sure,
            format!("the way back fails as soon as there is a row: {}{others} must have a value", of_table(first)),
        )
        .because(required, "the rows that exist then have none, and the database refuses the column")
        .conforming("Give it one for them, `server_default=…`, or make it nullable, fill it from where the values went, and only then require it.");
}

fn renamed(step: &Step<'_>, findings: &mut Findings<'_>) {
    findings
        .report(step.at(), Severity::Medium, Certainty::Sure, format!("renames {} while the old version still asks for it", named(step.table)))
        .because(step.at(), "until the rollout is over, both versions run, and only one of the names exists")
        .conforming("Leave a view with the old name until the rollout is over, or add the new table, copy, switch, and drop the old one.");
}

/// Whether a constraint is checked for all rows as soon as it is added, and not known to hold.
fn is_validated(step: &Step<'_>, up: &[Step<'_>]) -> bool {
    let call = step.call;
    let is_later = step.is_not_valid() || call.has_hidden_arguments();
    // A column that was added here has no values to check.
    let is_new_column = up.iter().any(|other| {
        other.kind == StepKind::AddColumn
            && other.has_table_of(step)
            && other.name.is_some_and(|name| step.is_about_column(name))
    });
    // What replaces a constraint of the same columns was valid before.
    let replaces = up.iter().any(|other| other.kind == StepKind::DropConstraint && other.has_table_of(step));
    !(is_later || is_new_column || replaces)
}

/// Constraints that are checked for all rows at once: told once a table.
fn validated(steps: &[&Step<'_>], findings: &mut Findings<'_>) {
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

fn added_value(step: &Step<'_>, migration: &Migration<'_>, down: &[Step<'_>], findings: &mut Findings<'_>) {
    let is_rebuilt = down.iter().any(|other| other.sql_has(&["CREATE TYPE", "DROP TYPE", "RENAME TO"]));
    if let Some(downgrade) = migration.downgrade
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

// Smaller things

/// Constraints that are dropped without a name: the first of them ends the migration.
fn unnamed(steps: &[Step<'_>], findings: &mut Findings<'_>) {
    let name = |step: &Step<'_>| {
        let name = step.call.argument_or_keyword(0, "constraint_name");
        name.filter(|name| step.kind == StepKind::DropConstraint && name.is(Kind::None)).map(Node::place)
    };
    let mut unnamed = steps.iter().filter(|step| name(step).is_some());
    let Some(first) = unnamed.next() else { return };
    let more = unnamed.count();
    let message = match more {
        0 => "drops a constraint without a name, which fails when it is run".to_owned(),
        _ => format!("drops {} constraints without a name, which fails when it is run", more + 1),
    };
    findings
        .report(first.at(), Severity::High, Certainty::Sure, message)
        .because(first.at(), "autogenerate writes `None` where it knows no name")
        .conforming(
            "Name your constraints through the metadata's `naming_convention`, and write the name here.",
        );
}

/// The type of an enumeration that stays when its table goes.
fn left_behind(up: &[Step<'_>], down: &[Step<'_>], findings: &mut Findings<'_>) {
    let drops_types = |step: &Step<'_>| step.sql_has(&["DROP TYPE"]);
    let of_postgresql = |step: &&Step<'_>| !step.call.source_file().path.contains("sqlite");
    for step in up.iter().filter(|step| step.kind == StepKind::CreateTable).filter(of_postgresql) {
        let dropped =
            down.iter().find(|other| other.kind == StepKind::DropTable && other.table == step.table);
        let Some(dropped) = dropped.filter(|_| step.table.is_some()) else { continue };
        let Some(function) = dropped.call.function() else { continue };
        let drops =
            function.calls_within().any(|call| call.callee_name() == "drop") || down.iter().any(drops_types);
        let kind =
            step.call.positional().map(Node::resolved_value).flat_map(|column| column.positional()).find_map(
                |kind| {
                    let kind = kind.resolved_value();
                    let is_type = kind.is(Kind::Call)
                        && matches!(kind.callee_name(), "Enum" | "ENUM")
                        && kind.keyword("name").is_some()
                        && !["native_enum", "create_type"].iter().any(|name| {
                            kind.keyword(name).is_some_and(|value| value.resolved_value().is(Kind::False))
                        });
                    is_type.then_some(kind)
                },
            );
        if let (Some(kind), false) = (kind, drops) {
            findings
                .report(
                    step.at(),
                    Severity::Low,
                    Certainty::Likely,
                    "the type of the enumeration stays when the table is dropped",
                )
                .because(kind, "creates a type in PostgreSQL, beside the table")
                .because(
                    dropped.call,
                    "drops the table alone, so the next upgrade fails with *already exists*",
                )
                .conforming(
                    "Drop it as well: `sa.Enum(name=\"silo_status\").drop(op.get_bind(), checkfirst=True)`.",
                );
        }
    }
}

/// A type that the way up makes by itself, and the way back doesn't take away.
fn type_left_behind(migration: &Migration<'_>, down: &[Step<'_>], findings: &mut Findings<'_>) {
    let Some(downgrade) = migration.downgrade.filter(|downgrade| !downgrade.does_nothing()) else { return };
    let drops = downgrade.calls_within().any(|call| call.callee_name() == "drop")
        || down.iter().any(|step| step.sql_has(&["DROP TYPE"]));
    if drops || only_raises(downgrade).is_some() {
        return;
    }
    let made = migration.upgrade.own_calls().find(|call| {
        call.callee_name() == "create"
            && call.receiver().map(Node::resolved_value).is_some_and(|kind| {
                kind.is(Kind::Call)
                    && matches!(kind.callee_name(), "Enum" | "ENUM")
                    && kind.keyword("name").is_some()
            })
    });
    let Some(made) = made else { return };
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
        .conforming("Drop it as well: `sa.Enum(name=\"silo_status\").drop(op.get_bind(), checkfirst=True)`.");
}

/// The application's models, which will have changed when this runs again.
fn imports(migration: &Migration<'_>, findings: &mut Findings<'_>) {
    for (statement, name) in migration.upgrade.imported_models() {
        let used = [Some(migration.upgrade), migration.downgrade]
            .into_iter()
            .flatten()
            .find_map(|function| function.descendants_of(Kind::Name).find(|node| node.name() == name));
        let Some(used) = used.filter(|used| used.may_be_a_model()) else { continue };
        findings
            .report(
                statement,
                Severity::Low,
                Certainty::Likely,
                format!("uses the application's `{name}`, which changes after this was written"),
            )
            .because(used, "does something else once the model has other columns")
            .conforming(
                "Say here what is needed of the table: `silos = sa.table(\"silos\", sa.column(\"status\"))`.",
            );
        return;
    }
}

// All migrations together

fn heads(migrations: &[Migration<'_>], findings: &mut Findings<'_>) {
    for (one, other) in same_revisions(migrations) {
        findings
            .report(
                other.revision_at,
                Severity::High,
                Certainty::Sure,
                format!(
                    "a second migration with the revision `{}`: one of the two never runs",
                    other.revision
                ),
            )
            .because(one.revision_at, "has the same revision")
            .because(other.revision_at, "Alembic knows a migration by this alone")
            .conforming("Give each migration a revision of its own, as `alembic revision` does.");
    }
    for (other, head) in second_heads(migrations) {
        findings
            .report(
                head.parent_at,
                Severity::High,
                Certainty::Sure,
                format!(
                    "`{}` is a second head beside `{}`: `upgrade head` doesn't know which",
                    head.revision, other.revision
                ),
            )
            .because(other.parent_at, "nothing follows this one")
            .because(head.parent_at, "and nothing follows this one")
            .conforming("Join them: `alembic merge heads`, or let the later one follow the earlier one.");
    }
}

/// Tables that the application makes when it starts, and migrations that it runs then.
fn created_at_start(model: &Model<'_>, findings: &mut Findings<'_>) {
    let starts = |call: Node<'_>| match call.function() {
        Some(function) => {
            function.is_startup()
                || model
                    .callers_of(function.place())
                    .iter()
                    .filter_map(|&caller| model.node(caller).function())
                    .any(Node::is_startup)
        }
        // Beside the application it runs whenever that is imported.
        None => {
            !call.surroundings().any(|node| node.is(Kind::If) && node.mentions("__name__"))
                && model.apps().any(|app| app.file == call.file)
        }
    };
    let of_application = |call: &Node<'_>| !call.is_outside_production() && !call.source_file().is_script;
    for call in model.calls_doing(Tag::Migrates).filter(|call| of_application(call) && starts(*call)) {
        findings
            .report(call, Severity::Medium, Certainty::Sure, "changes the schema whenever the application starts")
            .because(call, "a failure keeps every new replica from starting, replicas race each other, and the way back is no part of a rollback")
            .conforming(BEFORE_THE_ROLLOUT);
    }
    if model.symbol("create_all").is_none() {
        return;
    }
    for call in model.calls().filter(of_application) {
        let is_it = |node: Node<'_>| {
            node.is(Kind::Attribute)
                && node.name() == "create_all"
                && node.receiver().is_some_and(|metadata| metadata.name() == "metadata")
        };
        let handed = call
            .callee()
            .filter(|callee| is_it(*callee))
            .or_else(|| call.positional().find(|argument| is_it(*argument)));
        let Some(handed) = handed.filter(|_| starts(call)) else { continue };
        findings
            .report(call, Severity::Medium, Certainty::Sure, "makes the tables when the application starts")
            .because(handed, "creates what is missing and changes nothing, so the schema and the models drift apart")
            .conforming("Leave the schema to the migrations: `alembic upgrade head` in a job of its own, before the rollout.");
    }
}

/// Containers that migrate before they serve.
fn migrated_at_start(model: &Model<'_>, findings: &mut Findings<'_>) {
    for workload in model.workloads().iter().filter(|workload| !workload.runs_once()) {
        let is_partial = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for command in
            workload.commands.iter().filter(|command| !is_partial && command.migrates_then_serves())
        {
            findings
                .report(
                    model.stretch(command.at),
                    Severity::Medium,
                    Certainty::Likely,
                    "the schema changes whenever a container starts",
                )
                .because(
                    model.stretch(command.at),
                    "a migration that fails or waits for a lock keeps the service from starting, and the image of the last release finds the new schema",
                )
                .conforming(BEFORE_THE_ROLLOUT);
        }
    }
}

/// Columns of models that no migration makes.
fn drift(model: &Model<'_>, migrations: &[Migration<'_>], findings: &mut Findings<'_>) {
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

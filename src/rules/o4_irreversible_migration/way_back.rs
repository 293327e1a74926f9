//! A migration without a way back: there is no `downgrade`, it does nothing, it only refuses, or it leaves out a step.
//!
//! Quiet where nothing is changed, where rows alone are changed and a docstring says why they stay, and where a refusal says
//! what to do instead.

use super::{EXPLAINED, PLANNED, Ways};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Step, StepKind};

/// So do this many words of its message that aren't about refusing.
const REFUSAL_EXPLAINED: usize = 3;

/// What is told condition by condition.
const NO_WAY: &str = "a migration without a way back";
const REFUSED: &str = "a way back that is refused, without a word on what to do instead";

pub fn check(ways: &Ways<'_, '_>, findings: &mut Findings<'_>) {
    let Ways { migration, up, .. } = ways;
    let changes = !up.is_empty() || !migration.upgrade.does_nothing();
    // What adds a value to an enumeration is told there.
    let only_adds_values = !up.is_empty() && up.iter().all(Step::adds_enumeration_value);
    if !changes || only_adds_values {
        return;
    }
    let way = migration.downgrade.unwrap_or(migration.upgrade);
    findings.asks(way, NO_WAY, "the migration changes something", true, &|| match up.first() {
        Some(step) => format!("{} ({})", described(step), step.at().whereabouts_from(way)),
        None => "`upgrade` is not empty".to_owned(),
    });
    let undoes = migration.downgrade.is_some_and(|downgrade| !downgrade.does_nothing());
    findings.asks(way, NO_WAY, "nothing undoes it", !undoes, &|| match migration.downgrade {
        None => "there is no `downgrade`".to_owned(),
        Some(_) if undoes => "`downgrade` does something; each step is looked at on its own".to_owned(),
        Some(_) => "`downgrade` does nothing".to_owned(),
    });
    let Some(downgrade) = migration.downgrade else {
        absent(migration.upgrade, findings);
        return;
    };
    if downgrade.does_nothing() && !up.is_empty() {
        empty(ways, downgrade, findings);
    } else if let Some(raised) = downgrade.only_raises() {
        refused(ways, downgrade, raised, findings);
    } else {
        incomplete(ways, downgrade, findings);
    }
}

fn absent(upgrade: Node<'_>, findings: &mut Findings<'_>) {
    findings
        .report(upgrade, Severity::High, Certainty::Sure, "this migration has no way back")
        .because(upgrade, "changes the schema, and no `downgrade` undoes it")
        .conforming("Write `downgrade()` with the inverse of each step, in reverse order.");
}

/// A `downgrade` that does nothing, although there is something to undo.
fn empty(ways: &Ways<'_, '_>, downgrade: Node<'_>, findings: &mut Findings<'_>) {
    let up = &ways.up;
    let only_data = up.iter().all(Step::leaves_tables_alone);
    let cleans = up.iter().all(|step| step.cleans_up(ways.all));
    let is_explained = downgrade.words_of_explanation() >= EXPLAINED;
    let matters = !cleans && (!only_data || !is_explained);
    findings.asks(downgrade, NO_WAY, "there is something to undo", matters, &|| match (matters, cleans) {
        (true, _) => "the schema, or the rows, stay as the upgrade left them".to_owned(),
        (_, true) => "what is dropped is made by no migration, so nothing is to be made again".to_owned(),
        _ => "rows alone are changed, and a docstring says why they stay".to_owned(),
    });
    if cleans {
        findings
            .conforms(downgrade, "what is dropped is made by no migration, so nothing is to be made again");
        return;
    }
    let severity = match (only_data, is_explained) {
        (true, true) => return,
        (true, false) | (false, true) => Severity::Low,
        (false, false) => Severity::High,
    };
    let certainty = if only_data { Certainty::Likely } else { Certainty::Sure };
    findings
        .report(downgrade, severity, certainty, "`downgrade` does nothing, and Alembic says that it succeeded")
        .because(up[0].at(), "is not undone")
        .because(downgrade, match only_data {
            true => "leaves the rows as the upgrade made them, while the version table says otherwise",
            false => "leaves the schema as it is, while the version table says otherwise",
        })
        .conforming("Undo each step in reverse order. What can't be undone raises, with a docstring that says how to recover.");
}

/// A `downgrade` that only raises, and doesn't say what to do instead.
fn refused(ways: &Ways<'_, '_>, downgrade: Node<'_>, raised: Node<'_>, findings: &mut Findings<'_>) {
    let is_explained = downgrade.words_of_explanation() >= EXPLAINED
        || raised.words_of_refusal() >= REFUSAL_EXPLAINED
        || ways
            .up
            .iter()
            .filter_map(|step| step.name.or(step.table))
            .any(|name| ways.migration.words_about(name) >= PLANNED);
    findings.asks(downgrade, REFUSED, "it refuses", true, &|| {
        format!("`{}` is its end ({})", raised.excerpt(), raised.whereabouts_from(downgrade))
    });
    findings.asks(
        downgrade,
        REFUSED,
        "nothing says what to do instead",
        !is_explained,
        &|| match is_explained {
            true => "a docstring, or the message, says it".to_owned(),
            false => "neither a docstring nor the message has more than a few words on it".to_owned(),
        },
    );
    if is_explained {
        findings.conforms(downgrade, "it can't be undone, and says what to do instead");
        return;
    }
    findings
        .report(downgrade, Severity::Medium, Certainty::Sure, "`downgrade` refuses, and doesn't say what to do instead")
        .because(raised, "whoever needs the way back at night learns nothing from it")
        .conforming("Undo the steps, or say in a docstring how to recover: which backup, which command, which document.");
}

/// Steps that the way back leaves out: told once, at the first of them.
fn incomplete(ways: &Ways<'_, '_>, downgrade: Node<'_>, findings: &mut Findings<'_>) {
    let Ways { up, down, .. } = ways;
    // What goes through a connection or an unknown function may be anything.
    let hides =
        downgrade.own_calls().any(|call| call.is_unknown_function() || call.callee_name() == "get_bind");
    if hides && down.is_empty() {
        return;
    }
    let mut missing = up.iter().filter(|step| is_left_out(step, ways));
    let Some(first) = missing.next() else {
        if !up.is_empty() {
            findings.conforms(downgrade, "each step has its inverse");
        }
        return;
    };
    let others = match missing.count() {
        0 => String::new(),
        more => format!(", and {more} more are not either"),
    };
    findings
        .report(first.at(), Severity::Medium, Certainty::Sure, format!("{} is not undone by `downgrade`{others}", described(first)))
        .because(first.at(), "stays in the schema after the way back")
        .because(downgrade, "has no step that undoes it")
        .conforming("Write the inverse of each step, in reverse order: `drop_constraint` for a constraint, `drop_column` for a column.");
}

/// Whether no step of the way back may undo this one, and something of it stays in the schema.
fn is_left_out(step: &Step<'_>, ways: &Ways<'_, '_>) -> bool {
    let Ways { up, down, .. } = ways;
    let is_about_data = matches!(step.kind, StepKind::Execute | StepKind::InsertRows | StepKind::Other);
    let is_drop = matches!(
        step.kind,
        StepKind::DropTable | StepKind::DropColumn | StepKind::DropIndex | StepKind::DropConstraint
    );
    // Under another name nothing is found again.
    let renames = || up.iter().chain(down).any(|step| step.kind == StepKind::RenameTable);
    // What was made and dropped or renamed on the way up needs no way back.
    let is_passing = || up.iter().any(|other| step.is_before(other) && other.takes_back(step));
    // What is made anew under the name of what was dropped was there before.
    let is_made_anew = || {
        up.iter().any(|other| {
            matches!(other.kind, StepKind::DropIndex | StepKind::DropConstraint)
                && other.name.is_some_and(|name| step.name == Some(name))
                && other.is_before(step)
        })
    };
    let goes_with_its_table = || {
        step.kind == StepKind::DropIndex
            && up.iter().any(|other| other.kind == StepKind::DropTable && other.has_table_of(step))
    };
    !is_about_data
        && (step.table.is_some() || step.name.is_some())
        && (step.kind == StepKind::AddColumn || !renames())
        && !(is_drop && step.is_conditional())
        && !down.iter().any(|other| other.may_undo(step))
        && !is_passing()
        && !is_made_anew()
        && !goes_with_its_table()
}

/// The step as a person would say it.
fn described(step: &Step<'_>) -> String {
    let name = match (step.table, step.name) {
        (Some(table), Some(name)) if step.kind != StepKind::CreateTable => format!("`{table}.{name}`"),
        (Some(table), _) => format!("`{table}`"),
        (None, Some(name)) => format!("`{name}`"),
        (None, None) => "something".to_owned(),
    };
    format!("`{}` of {name}", step.said())
}

//! A row that was fetched, and is changed to what was computed from it in Python.

use super::{COUNTED, is_named, locks, shown};
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, RowChange, Type, ends_with_word, words_of};
use crate::syntax::Kind;

/// Words in the names of rows that one worker mostly has for itself.
const OWNED: [&str; 3] = ["job", "task", "run"];
/// The defects that are told condition by condition.
const LOST: &str = "a change that overwrites another one";
/// The first that is asked of a change.
const FETCHED: &str = "it changes a row that was fetched";

/// `usage.count += 1` on a row that was fetched before.
pub fn check(at: Node<'_>, findings: &mut Findings<'_>) {
    let Some(change) = at.row_change() else {
        // The change of a strange object's attribute may be that of a row.
        if at.is(Kind::AugAssign) && at.targets().any(|target| target.is(Kind::Attribute)) {
            findings.asks(at, LOST, FETCHED, Answer::NotKnown, &|| {
                "nothing in the given files shows that the object was fetched from a database".to_owned()
            });
        }
        return;
    };
    findings.asks(at, LOST, FETCHED, true, &|| {
        format!("`{}` was fetched ({})", change.row.name(), change.fetched.call.whereabouts_from(at))
    });
    let computed = "the new value is computed from the old one";
    if !findings.asks(at, LOST, computed, change.is_computed, &|| match change.is_computed {
        true => format!("`{}` takes what was there", at.excerpt()),
        false => format!("`{}` does not depend on what was there", change.value.excerpt()),
    }) {
        return;
    }
    let writes = at.function().is_some_and(Node::writes_back);
    if !findings.asks(at, LOST, "the function writes it back", writes, &|| match writes {
        true => "the session is committed or flushed there".to_owned(),
        false => "nothing there commits or flushes the session".to_owned(),
    }) {
        return;
    }
    let Some(function) = at.function() else { return };
    let is_moment = is_moment(&change);
    if !findings.asks(at, LOST, "it is no moment in time", !is_moment, &|| match is_moment {
        true => "of two moments the later one is right".to_owned(),
        false => "it is no time of which the later one is right".to_owned(),
    }) {
        return;
    }
    // What is added to a record when it is closed, whoever began it adds: nobody else ends it as well.
    let closes = change.value.is(Kind::Dict)
        && function.own_assignments().flat_map(Node::targets).any(|target| {
            let ends = |word: &String| matches!(word.as_str(), "end" | "ended" | "finished" | "completed");
            target.receiver().is_some_and(|row| row.reads_like(change.row))
                && words_of(target.name()).iter().any(ends)
                && target.name() != change.attribute
        });
    if !findings.asks(at, LOST, "the row is not closed with it", !closes, &|| match closes {
        true => "the function says when it ended".to_owned(),
        false => "the function does not say that it ended".to_owned(),
    }) {
        return;
    }
    let model = at.model;
    let kind = change.row.ty();
    let what = format!("{}.{}", change.row.name(), change.attribute);
    let locked_again = function.own_calls().find(|call| {
        call.id < at.id && locks(*call) && call.argument(0).is_some_and(|row| row.reads_like(change.row))
    });
    let lock = change.fetched.lock.or(locked_again);
    if !findings.asks(at, LOST, "the row was not locked", lock.is_none(), &|| match lock {
        Some(lock) => format!("it was, by `{}` ({})", lock.excerpt(), lock.whereabouts_from(at)),
        None => "it was fetched without a lock".to_owned(),
    }) {
        if let Some(lock) = change.fetched.lock {
            findings.conforms(lock, format!("the row is locked before `{what}` is computed"));
        }
        return;
    }
    let is_versioned = model.is_versioned(kind);
    if !findings.asks(at, LOST, "the model counts no versions", !is_versioned, &|| match is_versioned {
        true => "its `version_id_col` refuses a change of what was changed meanwhile".to_owned(),
        false => "it has no `version_id_col`, as far as its class was given".to_owned(),
    }) {
        findings.conforms(at, "a change of what was changed meanwhile is refused: the model counts versions");
        return;
    }
    let exclusive = at.exclusive_by();
    if !findings.asks(at, LOST, "no lock keeps others out", exclusive.is_none(), &|| match exclusive {
        Some(lock) => format!("`{}` does ({})", lock.excerpt(), lock.whereabouts_from(at)),
        None => "none is taken before it".to_owned(),
    }) {
        if let Some(lock) = exclusive {
            findings.conforms(lock, format!("one at a time reads and writes `{what}`"));
        }
        return;
    }
    let sums = at.is_beside_a_sum_in_the_database();
    if !findings.asks(at, LOST, "the database does no sum here", !sums, &|| match sums {
        true => "another branch of the same `if` lets the database do it".to_owned(),
        false => "no statement beside it lets the database do it".to_owned(),
    }) {
        return;
    }
    let fetching = change.fetched.call;
    findings
        .report(
            at,
            severity_of(&change, kind),
            if change.fetched.call.api().is_some() { Certainty::Sure } else { Certainty::Likely },
            format!("`{what}` is read, computed in Python and written back: a change made in between is lost"),
        )
        .because(fetching, "the row is fetched without a lock")
        .because(at, "the new value is computed from what was read then")
        .conforming(match change.value.resolved_value().kind() {
            Kind::List | Kind::Tuple | Kind::Set | Kind::Dict => format!(
                "Lock the row (C2): `select({}).where(…).with_for_update()`; or keep the entries as rows of their own.",
                shown(model, kind)
            ),
            _ => format!(
                "Let the database do the sum: `update({0}).where(…).values({1}={0}.{1} + …)`. Where Python has to \
                 compute, lock the row (C2): `select({0}).where(…).with_for_update()`.",
                shown(model, kind),
                change.attribute
            ),
        });
}

/// `row.updated_at = max(now, row.updated_at + 1)`: whoever is last has the last word, as a moment should.
fn is_moment(change: &RowChange<'_>) -> bool {
    change.value.is(Kind::Call) && ends_with_word(change.attribute, &["at"])
}

fn severity_of(change: &RowChange<'_>, kind: Type) -> Severity {
    let model = change.at.model;
    let class = model.row_name(kind);
    if model.settings.counter_models.contains(&class) {
        Severity::High
    } else if is_named(change.row.name(), &OWNED) || is_named(&class, &OWNED) {
        Severity::Low
    } else if is_named(change.attribute, &COUNTED) || is_named(&class, &COUNTED) {
        Severity::High
    } else {
        Severity::Medium
    }
}

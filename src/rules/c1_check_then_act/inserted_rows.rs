//! A row that is inserted because none was found, or because there were few enough.

use super::decisions::{Reason, decisions};
use super::{ONE_MORE, is_preparation, locked_before, shown};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{EntryPoints, FunctionRole, Inserted, Node};
use crate::syntax::Kind;

const TWICE: &str = "an insert that two requests may both do";
/// What to do where the code refuses a second row by itself.
const REFUSED: &str = "Handle `IntegrityError` where the row is written, and refuse there as the test does.";

/// Whether a row is inserted because none was found, or because there were few enough.
pub fn check<'m>(inserted: Inserted<'m>, reported: &mut Vec<Node<'m>>, findings: &mut Findings<'_>) {
    let at = inserted.at;
    let Some(function) = at.function() else { return };
    let decision = function
        .own_ifs()
        .filter(|node| node.id < at.id)
        .flat_map(|node| decisions(node, at))
        .find_map(|decision| Some((decision.test, decision.reason(inserted.row)?)));
    let test = decision.as_ref().map(|(test, _)| *test);
    // A helper that inserts is asked about where something was looked at before.
    if test.is_none() && at.target().is_some() {
        return;
    }
    findings.asks(at, TWICE, "a look at what is there decides about it", test.is_some(), &|| match test {
        Some(test) => format!("`{}` does ({})", test.excerpt(), test.whereabouts_from(at)),
        None => "no `if` in front of it asks for rows of this model, or counts them".to_owned(),
    });
    let Some((test, reason)) = decision else { return };
    // No constraint refuses one too many, unless what was counted becomes a part of the row.
    let is_numbered = || {
        let own = test.descendants_of(Kind::Name).filter(|name| name.as_parameter().is_none());
        own.into_iter().any(|name| at.statement().mentions(name.name()))
    };
    let is_limit = matches!(reason, Reason::Counted(_)) && !is_numbered();
    // What is refused can be undone by whoever called; a second row that nothing refuses cannot.
    let is_undone = || {
        let (Reason::Counted(fetching) | Reason::Absent(fetching)) = reason;
        function.is_undone_by_its_callers() && at.model.refuses_second_row(inserted.row, fetching).is_some()
    };
    let expects = !is_limit && (function.expects_conflict() || is_undone());
    findings.asks(at, TWICE, "nothing handles the refusal of a second row", !expects, &|| match expects {
        true => "the function handles the refusal".to_owned(),
        false => "neither `IntegrityError` nor a conflict clause is in the function".to_owned(),
    });
    if expects {
        findings.conforms(at, "a second row of the same key is refused, and the refusal is handled");
        return;
    }
    let is_locked = at.exclusive_by().is_some() || locked_before(function, at);
    if !findings.asks(at, TWICE, "no lock keeps others out", !is_locked, &|| match is_locked {
        true => "a lock is taken before".to_owned(),
        false => "none is taken before it".to_owned(),
    }) {
        return;
    }
    let prepares = is_preparation(function) || at.is_for_another_dialect();
    if !findings.asks(at, TWICE, "several may run it at once", !prepares, &|| match prepares {
        true => "it prepares data once, or is for a database with one writer".to_owned(),
        false => "nothing shows that it runs once".to_owned(),
    }) {
        return;
    }
    // Several inserts may hang on one check.
    let is_told = reported.contains(&test);
    if !findings.asks_alone(at, TWICE, is_told) {
        return;
    }
    reported.push(test);
    let name = shown(at.model, inserted.row);
    let (Reason::Counted(fetching) | Reason::Absent(fetching)) = reason;
    let unique = at.model.refuses_second_row(inserted.row, fetching);
    let reached = function.entry_points();
    // Replicas that start together run it side by side, and no request does.
    let (of_two, another) = match reached.serve_nobody() && reached.includes(EntryPoints::STARTUP) {
        true => ("replicas, starting together,", "replica"),
        false => ("requests", "request"),
    };
    // What refuses a second one by itself wants no other's row.
    let refuses = test
        .surroundings()
        .find(|node| node.is(Kind::If))
        .and_then(Node::body)
        .filter(|body| !body.contains(at))
        .and_then(|body| body.children().last())
        .is_some_and(|last| last.is(Kind::Raise));
    let (severity, message, pattern) = match reason {
        Reason::Counted(_) => (
            Severity::High,
            format!(
                "rows of `{name}` are counted{}, then one more is inserted: two requests can both pass the check",
                if test.children().any(|side| side.is(Kind::BinOp)) { " or summed up" } else { "" }
            ),
            ONE_MORE.to_owned(),
        ),
        Reason::Absent(_) if unique.is_some() => (
            Severity::Low,
            format!("`{name}` is looked for, then inserted: of two {of_two} that both find none, the second fails"),
            match refuses {
                true => REFUSED.to_owned(),
                false => format!(
                    "Let the database decide: `insert({name}).values(…).on_conflict_do_nothing()`, or handle \
                     `IntegrityError` and read the row that the other {another} wrote."
                ),
            },
        ),
        Reason::Absent(fetching) if at.model.keeps_second_null(inserted.row, fetching) => (
            Severity::Medium,
            format!("`{name}` is looked for, then inserted: two {of_two} can both find none and insert two"),
            "The column that is NULL here takes the row out of the unique key: add an index that covers such rows, \
             `Index(…, unique=True, postgresql_where=column.is_(None))`, or `postgresql_nulls_not_distinct=True`, and \
             handle the conflict."
                .to_owned(),
        ),
        Reason::Absent(_) => (
            // Of two rows that share the counting neither reaches the limit.
            if at.model.settings.counter_models.contains(&name) { Severity::High } else { Severity::Medium },
            format!("`{name}` is looked for, then inserted: two {of_two} can both find none and insert two"),
            match refuses {
                true => format!("Put a unique constraint on the key. {REFUSED}"),
                false => format!(
                    "Put a unique constraint on the key and use `insert({name}).values(…).on_conflict_do_nothing()`, \
                     or handle `IntegrityError` and read the row that the other {another} wrote."
                ),
            },
        ),
    };
    // Where administrators make rows one by one, or whoever types a command, the refusal hardly ever comes.
    let by_administrators = reached.includes(EntryPoints::ADMINISTRATOR) && reached.spare_users();
    // What one request has left behind works alone on what it was given.
    let beside = |call: Node<'_>| {
        std::iter::successors(call.function(), |inner| inner.function())
            .any(|function| function.plays(FunctionRole::AfterResponse))
    };
    let is_rare =
        unique.is_some() && (by_administrators || function.runs_offline() || function.is_only_called(beside));
    let certainty = if at.is_unused() || is_rare { Certainty::Question } else { Certainty::Likely };
    let mut draft = findings
        .report(at, severity, certainty, message)
        .because(fetching, "this sees what is there now")
        .because(test, "the decision rests on it")
        .because(at, format!("by now another {another} may have inserted the same"));
    if let Some(unique) = unique.filter(|_| matches!(reason, Reason::Absent(_))) {
        draft =
            draft.because(unique, "the database refuses a second one, and nothing here handles the refusal");
    }
    draft.conforming(pattern);
}

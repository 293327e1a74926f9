//! A check in one call and a change in another: each is fine, but others pass the check in between.

use rustc_hash::FxHashMap;

use super::decisions::{decisions, looks_for};
use super::{COUNTED, ONE_MORE, inserted_rows, is_named, locked_before, shown};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FunctionRole, Inserted, Node, Place, Type};
use crate::syntax::{Kind, Role};

/// What a helper does to rows whenever it is called.
#[derive(Clone, Copy)]
pub struct Changes<'m> {
    inserted: Option<Inserted<'m>>,
    changed: Option<(Node<'m>, Type)>,
}

/// No function that a person has written makes more; for one that a program has, each change is held against all calls
/// before it.
const MOST_CALLS: usize = 1000;

/// `check_quota(…)` reads and raises, `increment_usage(…)` adds: each is fine, but others pass the check in between.
pub fn checked_elsewhere<'m>(
    function: Node<'m>,
    changes: &mut FxHashMap<Place, Changes<'m>>,
    reported: &mut Vec<Node<'m>>,
    findings: &mut Findings<'_>,
) {
    let model = function.model;
    let matters = |call: &Node<'m>| call.target().is_some() || call.inserted().is_some();
    // What an inner function does, a stream for example, comes after the check as well.
    let calls: Vec<Node<'m>> = function.calls_within().filter(matters).take(MOST_CALLS).collect();
    for (index, &change) in calls.iter().enumerate() {
        let is_own = change.function() == Some(function);
        let known = change.target().map(|place| {
            *changes.entry(place).or_insert_with(|| {
                let helper = model.node(place);
                Changes { inserted: unconditional_insert(helper), changed: unconditional_change(helper) }
            })
        });
        let inserted = match known {
            Some(known) => known.inserted,
            None => change.inserted(),
        };
        if let Some(inserted) = inserted.filter(|inserted| is_own && inserted.at != change) {
            inserted_rows::check(Inserted { at: change, row: inserted.row }, reported, findings);
        }
        let added = inserted.map(|inserted| (inserted.at, inserted.row));
        let Some((statement, row)) = known.and_then(|known| known.changed).or(added) else { continue };
        let by_call = calls[..index].iter().find_map(|&check| {
            let asked = model.node(check.target()?);
            let (test, fetching) = limit_check(asked, row)
                .or_else(|| limit_answer(asked, row))
                .or_else(|| limit_number(asked, check, row))?;
            let is_before = check.function() == Some(function) && check.dominates(change);
            is_before.then_some((check, check.called(), test, fetching))
        });
        let before = || match is_own && function.plays(FunctionRole::Handler) {
            true => function.dependencies(),
            false => Vec::new(),
        };
        let by_dependency = || {
            before().into_iter().find_map(|(check, asked)| {
                let (test, fetching) = limit_check(asked, row)?;
                Some((check, asked.name().to_owned(), test, fetching))
            })
        };
        let Some((check, name, test, fetching)) = by_call.or_else(by_dependency) else { continue };
        if change.exclusive_by().is_some() || locked_before(function, change) {
            continue;
        }
        findings
            .report(
                change,
                Severity::High,
                Certainty::Likely,
                format!(
                    "`{}` checks the limit and `{}` uses it up in a second step: several requests can pass the check first",
                    name,
                    change.called()
                ),
            )
            .because(check, "the check is a statement of its own")
            .because(fetching, "it reads what is used now")
            .because(test, "and decides here")
            .because(statement, "what is used changes only now, whatever it has become")
            .conforming(match added {
                Some(_) => ONE_MORE.to_owned(),
                None => format!(
                    "Check and change in one statement: `update({0}).where({0}.used < limit).values(used={0}.used + 1)`, \
                     and refuse when `rowcount` is 0.",
                    shown(model, row)
                ),
            });
    }
}

/// The row that a helper inserts whenever it is called: nothing in it looks, and nothing in it expects a conflict.
fn unconditional_insert(function: Node<'_>) -> Option<Inserted<'_>> {
    let looks = |inserted: &Inserted<'_>| {
        let before = function.own_ifs().filter(|node| node.id < inserted.at.id);
        before.flat_map(|node| decisions(node, inserted.at)).any(|one| one.reason(inserted.row).is_some())
    };
    function
        .own_calls()
        .find_map(Node::inserted)
        .filter(|inserted| !inserted.at.is_on_a_branch() && inserted.at.exclusive_by().is_none())
        // One that is put back where it was found is no new one.
        .filter(|inserted| inserted.at.argument(0).is_none_or(|row| row.fetched().is_none()))
        .filter(|inserted| !looks(inserted) && !function.expects_conflict())
}

/// The statement by which a function adds to rows, whatever they hold: in the database, or in Python.
fn unconditional_change(function: Node<'_>) -> Option<(Node<'_>, Type)> {
    let summed = function.own_calls().find_map(|call| {
        let row = call.sums_in_database().filter(|_| !call.is_conditional())?;
        Some((call, row))
    });
    let computed = || {
        let changes =
            function.own_assignments().filter(|at| !at.is_on_a_branch()).filter_map(Node::row_change);
        let mut counted = changes.filter(|it| it.is_computed && is_named(it.attribute, &COUNTED));
        counted.next().map(|change| (change.at, change.row.ty()))
    };
    summed.or_else(computed)
}

/// The test by which a function leaves when a value of such rows is too high or too low.
fn limit_check(function: Node<'_>, row: Type) -> Option<(Node<'_>, Node<'_>)> {
    function.own_ifs().filter(|node| node.body().is_some_and(Node::leaves)).find_map(|node| {
        let test = node.child(Role::Test).filter(|test| test.compares_order())?;
        test.children().find_map(|side| {
            let value = if side.is(Kind::Attribute) { side.receiver()? } else { side };
            let fetched = value.fetched().filter(|fetched| fetched.lock.is_none())?;
            looks_for(value, row).then_some((test, fetched.call))
        })
    })
}

/// The number by which a function says how much is left, where its caller leaves when that is too little.
fn limit_number<'m>(function: Node<'m>, check: Node<'m>, row: Type) -> Option<(Node<'m>, Node<'m>)> {
    let name = check.statement().targets().find(|target| target.is(Kind::Name));
    let ifs = check.function()?.own_ifs().filter(|node| node.body().is_some_and(Node::leaves));
    let test = ifs.filter_map(|node| node.child(Role::Test)).find(|test| {
        let is_asked = || test.contains(check) || name.is_some_and(|name| test.mentions(name.name()));
        test.compares_order() && test.data().end > check.id && is_asked()
    })?;
    let told = function.own_returns().filter_map(Node::value);
    let mut parts = told.flat_map(|value| value.descendants_of(Kind::Attribute));
    let fetched = parts.find_map(|part| {
        let fetched = part.receiver()?.fetched().filter(|fetched| fetched.lock.is_none())?;
        (is_named(part.name(), &COUNTED) && looks_for(part.receiver()?, row)).then_some(fetched.call)
    })?;
    Some((test, fetched))
}

/// The comparison by which a function says whether there is something left, for its caller to decide.
fn limit_answer(function: Node<'_>, row: Type) -> Option<(Node<'_>, Node<'_>)> {
    function.own_returns().filter_map(|node| node.child(Role::Value)).find_map(|test| {
        let sides = || test.children().filter(|_| test.compares_order());
        sides().find_map(|side| {
            let value = if side.is(Kind::Attribute) { side.receiver()? } else { side };
            let fetched = value.fetched().filter(|fetched| fetched.lock.is_none())?;
            looks_for(value, row).then_some((test, fetched.call))
        })
    })
}

//! C1: a shared value is read, something is decided or computed from it in Python, and the result is written back,
//! with room in between for somebody else to write too.

use rustc_hash::FxHashMap;

use super::Findings;
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Inserted, Model, Node, Place, RowChange, StaleWrite, Type, words_of};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Role};

/// Words, without their plural, in the names of values that are billed, limited or sold.
const COUNTED: [&str; 19] = [
    "count",
    "counter",
    "usage",
    "quota",
    "balance",
    "credit",
    "stock",
    "used",
    "remaining",
    "token",
    "call",
    "limit",
    "view",
    "like",
    "seat",
    "wallet",
    "inventory",
    "spend",
    "budget",
];

/// Words in the names of rows that one worker mostly has for itself.
const OWNED: [&str; 3] = ["job", "task", "run"];

/// The defects that are told condition by condition.
const LOST: &str = "a change that overwrites another one";
const TWICE: &str = "an insert that two requests may both do";

/// What keeps two from inserting one too many.
const ONE_MORE: &str = "Take a lock that all who insert here take (`pg_advisory_xact_lock`, or `with_for_update()` on the \
     parent row), or keep the count in a row and raise it with one conditional UPDATE.";

/// What to do where the code refuses a second row by itself.
const REFUSED: &str = "Handle `IntegrityError` where the row is written, and refuse there as the test does.";

/// The first that is asked of a change.
const FETCHED: &str = "it changes a row that was fetched";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for assignment in model.assignments().filter(|assignment| assignment.is_shared_code()) {
        changed_row(assignment, findings);
        shared_dictionary(assignment, findings);
        shared_number(assignment, findings);
    }
    let mut reported = Vec::new();
    for call in model.calls_named("setattr").filter(|call| call.is_shared_code()) {
        changed_row(call, findings);
    }
    for (call, _) in model.known_calls() {
        if let Some(inserted) = call.inserted().filter(|_| call.is_shared_code()) {
            inserted_row(inserted, &mut reported, findings);
        }
        if call.sums_in_database().is_some() && call.is_shared_code() {
            findings.conforms(call, "the database reads, adds and writes in one statement");
        }
    }
    for found in model.stale_writes() {
        stale(&found, findings);
    }
    // A helper is asked about at each call of it.
    let mut changes = FxHashMap::default();
    for function in model.functions().filter(|function| function.is_shared_code()) {
        checked_elsewhere(function, &mut changes, &mut reported, findings);
    }
}

fn is_named(name: &str, known: &[&str]) -> bool {
    words_of(name).iter().any(|word| known.contains(&word.strip_suffix('s').unwrap_or(word)))
}

/// `usage.count += 1` on a row that was fetched before.
fn changed_row(at: Node<'_>, findings: &mut Findings<'_>) {
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

/// `UPDATE quota SET used = :used`, or `cache.set(key, count + 1)`, with what was computed from an earlier read.
fn stale(found: &StaleWrite<'_>, findings: &mut Findings<'_>) {
    let Some(function) = found.at.function().filter(|function| !locked_before(*function, found.at)) else {
        return;
    };
    if is_preparation(function) {
        return;
    }
    let what = found.what;
    let severity = match is_named(what, &COUNTED) || found.test.is_some() {
        true => Severity::High,
        false => Severity::Medium,
    };
    let message = match found.test {
        Some(_) => {
            format!("`{what}` is tested, and written in a second step: two requests can both pass the test")
        }
        None => {
            format!("`{what}` is read, computed in Python and written back: a change made in between is lost")
        }
    };
    let mut draft = findings
        .report(found.at, severity, Certainty::Likely, message)
        .because(found.read, "read here, and nothing keeps others from writing");
    if let Some(test) = found.test {
        draft = draft.because(test, "the decision rests on what was read");
    }
    draft.because(found.at, "written here, whatever it is by now").conforming(match (found.system, found.test) {
        (System::Cache, None) => "Let the server add: `await redis.incrby(key, amount)`.".to_owned(),
        (System::Cache, Some(_)) => "Decide by the answer of the command that writes: `n = await redis.incr(key)` and refuse when `n` is above the limit, or `set(key, value, nx=True)` and stop when it gives nothing.".to_owned(),
        _ => format!("Let the database do the sum: `SET {what} = {what} + …`, with the limit in the WHERE; or lock the row first (`FOR UPDATE`)."),
    });
}

/// `row.updated_at = max(now, row.updated_at + 1)`: whoever is last has the last word, as a moment should.
fn is_moment(change: &RowChange<'_>) -> bool {
    change.value.is(Kind::Call) && words_of(change.attribute).last().is_some_and(|word| word == "at")
}

/// `session.refresh(row, with_for_update=True)`
fn locks(call: Node<'_>) -> bool {
    call.keyword("with_for_update").is_some_and(|value| !value.is(Kind::False) && !value.is_none())
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

fn shown(model: &Model<'_>, row: Type) -> String {
    let name = model.row_name(row);
    if name.is_empty() { "Model".to_owned() } else { name }
}

// Look or count, then insert

/// Whether a row is inserted because none was found, or because there were few enough.
fn inserted_row<'m>(inserted: Inserted<'m>, reported: &mut Vec<Node<'m>>, findings: &mut Findings<'_>) {
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
    let expects = function.expects_conflict();
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
    if !findings.asks(at, TWICE, "it is told nowhere else", !is_told, &|| match is_told {
        true => "another insert under the same test has the finding".to_owned(),
        false => "it is the first insert under this test".to_owned(),
    }) {
        return;
    }
    reported.push(test);
    let name = shown(at.model, inserted.row);
    let (Reason::Counted(fetching) | Reason::Absent(fetching)) = reason;
    let unique = at.model.refuses_second_row(inserted.row, fetching);
    // Replicas that start together run it side by side, and no request does.
    let (of_two, another) = match function.entry_points().serve_nobody() {
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
            format!("rows of `{name}` are counted, then one more is inserted: two requests can both pass the check"),
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
    let mut draft = findings
        .report(at, severity, if at.is_unused() { Certainty::Question } else { Certainty::Likely }, message)
        .because(fetching, "this sees what is there now")
        .because(test, "the decision rests on it")
        .because(at, format!("by now another {another} may have inserted the same"));
    if let Some(unique) = unique.filter(|_| matches!(reason, Reason::Absent(_))) {
        draft =
            draft.because(unique, "the database refuses a second one, and nothing here handles the refusal");
    }
    draft.conforming(pattern);
}

/// Whether the function prepares or repairs data once, by its name.
fn is_preparation(function: Node<'_>) -> bool {
    const ONCE: [&str; 7] = ["migrate", "migration", "seed", "backfill", "repair", "bootstrap", "upgrade"];
    words_of(function.name()).iter().any(|word| ONCE.contains(&word.as_str()))
}

fn locked_before(function: Node<'_>, at: Node<'_>) -> bool {
    function.own_calls().any(|call| call.id < at.id && (call.does(Tag::LocksRows) || locks(call)))
}

/// A test on which it depends whether a place is reached.
struct Decision<'m> {
    test: Node<'m>,
    /// Whether the place is reached when the test holds.
    when: bool,
}

enum Reason<'m> {
    Counted(Node<'m>),
    Absent(Node<'m>),
}

/// What an `if` in front of a place, or around it, decides about it.
fn decisions<'m>(node: Node<'m>, at: Node<'m>) -> Vec<Decision<'m>> {
    let mut found = Vec::new();
    let Some(test) = node.child(Role::Test) else { return found };
    let body = node.body();
    if node.contains(at) {
        let when = body.is_some_and(|body| body.contains(at));
        found.extend(parts(test, when));
    } else if body.is_some_and(Node::leaves) && node.dominates(at) {
        found.extend(parts(test, false));
    }
    found
}

/// The tests that `and`, `or` and `not` put together.
fn parts(test: Node<'_>, when: bool) -> Vec<Decision<'_>> {
    match test.kind() {
        Kind::BoolOp => test.children().flat_map(|part| parts(part, when)).collect(),
        Kind::UnaryOp if test.operator() == crate::syntax::Operator::Not => {
            test.value().map_or_else(Vec::new, |inner| parts(inner, !when))
        }
        _ => vec![Decision { test, when }],
    }
}

impl<'m> Decision<'m> {
    fn reason(&self, row: Type) -> Option<Reason<'m>> {
        use crate::syntax::Operator::{Equal, Is, IsNot, NotEqual};
        if self.test.compares_order() {
            let counted = self.test.children().find_map(|side| counts(side, row))?;
            return Some(Reason::Counted(counted));
        }
        let (value, absent) = match self.test.kind() {
            Kind::Compare => {
                if !self.test.child(Role::Right)?.is(Kind::None) {
                    return None;
                }
                let absent = match self.test.operator() {
                    Is | Equal => self.when,
                    IsNot | NotEqual => !self.when,
                    _ => return None,
                };
                (self.test.child(Role::Left)?, absent)
            }
            Kind::Name | Kind::Named => (self.test, !self.when),
            Kind::Await | Kind::Call if is_fetch(self.test, row) => (self.test, !self.when),
            _ => return None,
        };
        let fetched = value.fetched()?;
        (absent && fetched.lock.is_none() && looks_for(value, row)).then_some(Reason::Absent(fetched.call))
    }
}

/// Whether the call itself gives the row, and not something about it.
fn is_fetch(value: Node<'_>, row: Type) -> bool {
    let call = value.unwrapped();
    call.does(Tag::Fetches) || call.does(Tag::Executes) || value.ty() == row
}

/// Whether the value was fetched from rows of this class.
fn looks_for(value: Node<'_>, row: Type) -> bool {
    value.ty() == row || value.origin(|call| call.does(Tag::BuildsStatement) && call.is_about(row)).is_some()
}

/// The query by which the value counts rows of this class.
fn counts<'m>(value: Node<'m>, row: Type) -> Option<Node<'m>> {
    let value = if value.is(Kind::Call) && value.callee_name() == "len" { value.argument(0)? } else { value };
    let fetched = value.fetched()?;
    let is_count = value.origin(|call| {
        call.callee_name() == "count" || call.calls_within().any(|inner| inner.callee_name() == "count")
    });
    (is_count.is_some() && looks_for(value, row)).then_some(fetched.call)
}

// A check and a change in two calls

/// What a helper does to rows whenever it is called.
#[derive(Clone, Copy)]
struct Changes<'m> {
    inserted: Option<Inserted<'m>>,
    changed: Option<(Node<'m>, Type)>,
}

/// `check_quota(…)` reads and raises, `increment_usage(…)` adds: each is fine, but others pass the check in between.
fn checked_elsewhere<'m>(
    function: Node<'m>,
    changes: &mut FxHashMap<Place, Changes<'m>>,
    reported: &mut Vec<Node<'m>>,
    findings: &mut Findings<'_>,
) {
    let model = function.model;
    let matters = |call: &Node<'m>| call.target().is_some() || call.inserted().is_some();
    let calls: Vec<Node<'m>> = function.own_calls().filter(matters).take(40).collect();
    for (index, &change) in calls.iter().enumerate() {
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
        if let Some(inserted) = inserted.filter(|inserted| inserted.at != change) {
            inserted_row(Inserted { at: change, row: inserted.row }, reported, findings);
        }
        let added = inserted.map(|inserted| (inserted.at, inserted.row));
        let Some((statement, row)) = known.and_then(|known| known.changed).or(added) else { continue };
        let by_call = calls[..index].iter().find_map(|&check| {
            let asked = model.node(check.target()?);
            let (test, fetching) = limit_check(asked, row).or_else(|| limit_answer(asked, row))?;
            (check.dominates(change)).then_some((check, check.called(), test, fetching))
        });
        let before =
            || if function.plays(FunctionRole::Handler) { function.dependencies() } else { Vec::new() };
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

/// The statement by which a function adds to rows, whatever they hold.
fn unconditional_change(function: Node<'_>) -> Option<(Node<'_>, Type)> {
    function.own_calls().find_map(|call| {
        let row = call.sums_in_database().filter(|_| !call.is_conditional())?;
        Some((call, row))
    })
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

// Dictionaries that all requests share

fn shared_dictionary(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(target) = assignment.targets().next().filter(|target| target.is(Kind::Subscript)) else {
        return;
    };
    let Some(table) = target.child(Role::Value) else { return };
    let Some(function) = assignment.function() else { return };
    let is_known = table.is_shared_dictionary();
    let is_counter = || is_count(assignment, table) && table.is_kept_by_strangers(target.child(Role::Index));
    if !(is_known || is_counter()) {
        return;
    }
    let Some(read) = reads_before(assignment, target, table, function).last().copied() else { return };
    let awaits = function.descendants_of(Kind::Await).find(|wait| {
        wait.function() == Some(function)
            && read.id < wait.id
            && wait.id < target.id
            && are_on_one_path(*wait, target)
    });
    if assignment.is_a_memo(target, read) {
        return;
    }
    // What is put back in a `finally` is what was there before.
    if assignment.surroundings().any(|node| node.is(Kind::Block) && node.role() == Role::Final) {
        return;
    }
    let counts = is_count(assignment, table);
    if awaits.is_none() && !(counts && function.runs_in_threads()) {
        return;
    }
    if let Some(lock) = assignment.exclusive_by() {
        findings.conforms(lock, format!("`{}` is read and changed under a lock", table.source()));
        return;
    }
    let message = match awaits {
        Some(_) => format!(
            "`{}` is read before an `await` and written after it: what others wrote meanwhile is lost",
            table.source()
        ),
        None => format!(
            "`{}` is read and written in two steps by functions that run in several threads",
            table.source()
        ),
    };
    let mut draft =
        findings.report(assignment, Severity::Medium, Certainty::Likely, message).because(read, "read here");
    if let Some(wait) = awaits {
        draft = draft.because(wait, "another request may run here");
    }
    draft.because(target, "written here").conforming(match awaits {
        Some(_) => "Hold an `asyncio.Lock` around both, or keep reading and writing free of an `await` between them. \
                    State that replicas share belongs in the database."
            .to_owned(),
        None => "Hold a `threading.Lock` around both.".to_owned(),
    });
}

/// `total += 1` on a number of the module, by functions that run in several threads.
fn shared_number(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = assignment.function().filter(|_| assignment.is(Kind::AugAssign)) else { return };
    let target =
        assignment.targets().next().filter(|name| name.is(Kind::Name) && name.scope_of_name() == Some(0));
    // What only says that something changed may lose a step.
    let counts = |name: &str| is_named(name, &COUNTED) || function.plays(FunctionRole::Handler);
    let Some(target) = target.filter(|target| counts(target.name()) && function.runs_in_threads()) else {
        return;
    };
    if let Some(lock) = assignment.exclusive_by() {
        findings.conforms(lock, format!("`{}` is changed under a lock", target.name()));
        return;
    }
    findings
        .report(
            assignment,
            Severity::Medium,
            Certainty::Likely,
            format!(
                "`{}` is read and written in two steps by functions that run in several threads",
                target.name()
            ),
        )
        .because(function, "a plain function: several requests run it at once, in threads")
        .because(assignment, "reads the number, adds, and writes it back")
        .conforming(
            "Hold a `threading.Lock` around it. A number that replicas share belongs in the database.",
        );
}

/// Whether both places are passed in one run: not where one is in the body of an `if` and the other in its `else`.
fn are_on_one_path(first: Node<'_>, second: Node<'_>) -> bool {
    first.surroundings().filter(|node| node.is(Kind::If) && node.contains(second)).all(|branching| {
        let part = |place: Node<'_>| branching.children().find(|child| child.contains(place)).map(Node::role);
        let (one, other) = (part(first), part(second));
        one == other || one == Some(Role::Test)
    })
}

/// The reads of the dictionary that decide whether it is written, or what: in the nearest such test around the
/// assignment, or in its value.
fn reads_before<'m>(
    assignment: Node<'m>,
    target: Node<'m>,
    table: Node<'m>,
    function: Node<'m>,
) -> Vec<Node<'m>> {
    let reads = |expression: Node<'m>| -> Vec<Node<'m>> {
        let mut found = Vec::new();
        for node in expression.descendants() {
            if node.reads_like(table) && node.kind() == table.kind() && node != table {
                found.push(node);
            } else if node.is(Kind::Name)
                && let Some(value) = node.assigned_value()
                && value.function() == Some(function)
            {
                found.extend(
                    value
                        .descendants()
                        .filter(|inner| inner.reads_like(table) && inner.kind() == table.kind()),
                );
            }
        }
        found
    };
    if let Some(value) = assignment.child(Role::Value) {
        let found = reads(value);
        if !found.is_empty() {
            return found;
        }
    }
    target
        .surroundings()
        .filter(|node| node.is(Kind::If) && is_for_absent(*node, target))
        .filter_map(|node| node.child(Role::Test))
        .map(reads)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Whether the assignment is reached because the test did not find something.
fn is_for_absent(node: Node<'_>, at: Node<'_>) -> bool {
    use crate::syntax::Operator::{Equal, In, Is, IsNot, NotEqual, NotIn};
    decisions(node, at).iter().any(|decision| match decision.test.operator() {
        NotIn | Is | Equal => decision.when,
        In | IsNot | NotEqual => !decision.when,
        _ => !decision.when || decision.test.is(Kind::Compare),
    })
}

/// Whether the entry becomes its old value and something more.
fn is_count(assignment: Node<'_>, table: Node<'_>) -> bool {
    let reads = |value: Node<'_>| value.descendants().any(|node| node.reads_like(table));
    assignment.is(Kind::AugAssign)
        || assignment.child(Role::Value).map(Node::resolved_value).is_some_and(|value| {
            value.is(Kind::BinOp)
                && value
                    .descendants()
                    .any(|node| node.reads_like(table) || node.assigned_value().is_some_and(reads))
        })
}

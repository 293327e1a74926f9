//! C2: a row that several requests may change at once is tested and set without a guard, or locked for too long.

use super::Findings;
use crate::fixes::{with_call_behind, with_keyword};
use crate::report::{Certainty, Fix, Severity};
use crate::semantic::{Claim, FunctionRole, Model, Node, RowChange, ends_with_word, has_word};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Role};

/// Words in the names of attributes that move from one state to the next.
const STATES: [&str; 4] = ["status", "state", "phase", "stage"];

/// What is told condition by condition.
const RACED: &str = "a row that is tested and set, while a second request may pass the test too";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut all: Vec<Raced<'_>> = Vec::new();
    for assignment in model.assignments().filter(|node| !node.is_outside_production()) {
        let is_shared = assignment.is_shared_code();
        if !is_shared && !assignment.is_code_of_a_worker() {
            continue;
        }
        // What is computed from the old value is C1's.
        let Some(change) = assignment.row_change().filter(|change| !change.is_computed) else { continue };
        if is_shared {
            if let Some(raced) = changed(&change, findings) {
                all.push(raced);
            }
        } else if takes_next(&change) && change.at.exclusive_by().is_none() {
            polled(&change, findings);
        }
    }
    for (index, raced) in all.iter().enumerate() {
        // Told once for the attribute and its function, where it weighs most.
        let mut others = all.iter().enumerate().filter(|(_, other)| raced.is_told_with(other));
        let is_told = others.any(|(at, other)| {
            other.weight() > raced.weight() || (at < index && other.weight() == raced.weight())
        });
        if findings.asks_alone(raced.change.at, RACED, is_told) {
            report_raced(raced, findings);
        }
    }
    for call in model.known_calls().map(|(call, _)| call).chain(model.calls_handing_sql()) {
        let is_shared = call.is_shared_code();
        if !is_shared && !call.is_code_of_a_worker() {
            continue;
        }
        if let Some(claim) = call.claim().filter(|claim| claim.at.exclusive_by().is_none()) {
            match claim.test {
                None => next_taken(claim.read, None, claim.at, claim.column, findings),
                Some(test) if is_shared => state_set(&claim, test, findings),
                Some(_) => {}
            }
        }
        if is_shared && call.expects_old_value() {
            findings.conforms(call, "the row changes only if it still has the expected value");
        }
    }
    if model.locks_rows() {
        for call in model.calls().filter(|node| node.is_shared_code()) {
            locked(call, findings);
        }
    }
}

fn is_state(attribute: &str) -> bool {
    ends_with_word(attribute, &STATES)
}

/// Whether the row is the next one in a state, and is set to another.
fn takes_next(change: &RowChange<'_>) -> bool {
    is_state(change.attribute) && change.row.takes_the_next() && change.row.selects_by(change.attribute)
}

// A row that is tested and set

/// A change that a second request may make as well.
struct Raced<'m> {
    change: RowChange<'m>,
    test: Node<'m>,
    /// What else happens twice.
    effect: Option<Node<'m>>,
    severity: Severity,
}

impl Raced<'_> {
    /// How much it matters. That it is over is the same for all who write it; who goes on to the next state does its work.
    fn weight(&self) -> (Severity, bool) {
        let value = self.change.value.resolved_value();
        let name = value.string().unwrap_or_else(|| value.name()).to_ascii_lowercase();
        (self.severity, !has_word(&name, &["completed", "failed", "finished", "done", "error"]))
    }

    fn is_told_with(&self, other: &Self) -> bool {
        self.change.at.function() == other.change.at.function()
            && self.change.at.file == other.change.at.file
            && self.change.attribute == other.change.attribute
            && self.change.row.symbol() == other.change.row.symbol()
    }
}

fn changed<'m>(change: &RowChange<'m>, findings: &mut Findings<'_>) -> Option<Raced<'m>> {
    let at = change.at;
    let function = at.function()?;
    let writes = function.writes_back();
    if !findings.asks(at, RACED, "the function writes it back", writes, &|| match writes {
        true => format!("`{}` commits or flushes what it changes", function.name()),
        false => format!("nothing in `{}` commits or flushes", function.name()),
    }) {
        return None;
    }
    let by_many = !function.serves_administrators(None) && !function.source_file().path.contains("admin");
    if !findings.asks(at, RACED, "not administrators alone do it", by_many, &|| match by_many {
        true => format!("`{}` is for everybody, as far as the given files show", function.name()),
        false => format!("`{}` is for administrators", function.name()),
    }) {
        return None;
    }
    let lock = at.exclusive_by();
    let is_versioned = at.model.is_versioned(change.row.ty());
    let is_kept = lock.is_some() || is_versioned;
    if !findings.asks(
        at,
        RACED,
        "neither a lock nor a version keeps the second out",
        !is_kept,
        &|| match lock {
            Some(lock) => format!("`{}` keeps others out ({})", lock.excerpt(), lock.whereabouts_from(at)),
            None if is_versioned => "its model counts versions: the second write is refused".to_owned(),
            None => "no lock is held here, and its model is not known to count versions".to_owned(),
        },
    ) {
        if tested(change, function).is_some() {
            let note = match lock {
                Some(_) => "one at a time tests and sets what is there",
                None => "of two that tested the same version, the second is refused",
            };
            findings.conforms(lock.unwrap_or(at), note);
        }
        return None;
    }
    if takes_next(change) {
        polled(change, findings);
        return None;
    }
    let test = tested(change, function);
    findings.asks(at, RACED, "a test of what was read decides about it", test.is_some(), &|| match test {
        Some(test) => format!("`{}` ({})", test.excerpt(), test.whereabouts_from(at)),
        None => format!("no test of `{}` is on the way to it, behind the read", change.attribute),
    });
    let test = test?;
    let what = format!("{}.{}", change.row.name(), change.attribute);
    let is_free = change.fetched.lock.is_none();
    findings.asks(at, RACED, "the row was not locked", is_free, &|| match change.fetched.lock {
        Some(lock) => format!("`{}` locks it ({})", lock.excerpt(), lock.whereabouts_from(at)),
        None => "it is read without `with_for_update`".to_owned(),
    });
    if let Some(lock) = change.fetched.lock {
        findings.conforms(lock, format!("the row is locked before `{what}` is tested"));
        return None;
    }
    let relocked = function.own_calls().any(|call| {
        call.id < at.id
            && (call.does(Tag::LocksRows) || call.keyword("with_for_update").is_some_and(Node::is_true))
    });
    if relocked {
        return None;
    }
    let effect = effect_beside(change, test, function);
    let moves = is_state(change.attribute)
        && !is_repeatable(change, test)
        && !is_decided_by_time(change)
        && !is_all_that_follows(change, test);
    let matters = effect.is_some() || moves;
    if !findings.asks(at, RACED, "it matters if it happens twice", matters, &|| match effect {
        Some(effect) => format!("`{}` happens with it", effect.excerpt()),
        None if matters => format!("`{}` moves from one state to the next", change.attribute),
        None => "doing it twice comes to the same, as far as the function shows".to_owned(),
    }) {
        return None;
    }
    // A second line in a record of what was done harms less than work that is done twice.
    let severity = match effect {
        Some(effect) if !is_a_note(effect) => Severity::High,
        _ => Severity::Medium,
    };
    Some(Raced { change: *change, test, effect, severity })
}

fn report_raced(raced: &Raced<'_>, findings: &mut Findings<'_>) {
    let Raced { change, test, effect, severity } = raced;
    let (at, test, effect) = (change.at, *test, *effect);
    let what = format!("{}.{}", change.row.name(), change.attribute);
    let mut draft = findings
        .report(at, *severity, Certainty::Likely, tested_and_set(&what))
        .because(change.fetched.call, "the row is fetched without a lock")
        .because(test, format!("`{what}` is tested as it was then"))
        .because(at, "and set, whatever it is by now");
    if let Some(effect) = effect.filter(|effect| *effect != at) {
        // What is written into the same row does not happen twice: the later one stands.
        let note = match effect.is(Kind::Call) {
            true => "so this can happen twice",
            false => "both are told that it is theirs, and the later one stands here",
        };
        draft = draft.because(effect, note);
    }
    draft.fix(&|| locking(change.fetched.call, "Lock the row before the test", "")).conforming(format!(
        "Lock the row before the test (`.with_for_update()`), or let one statement decide: \
         `update(…).where(…, {0} == expected).values({0}=…)`, and check `rowcount`.",
        change.attribute
    ));
}

fn tested_and_set(what: &str) -> String {
    format!("`{what}` is tested and then set, and nothing keeps a second request from passing the test too")
}

/// The test of the same attribute on which it depends whether the assignment is reached.
fn tested<'m>(change: &RowChange<'m>, function: Node<'m>) -> Option<Node<'m>> {
    let at = change.at;
    let matched = at.surroundings().filter(|node| node.is(Kind::Match));
    let subject = matched
        .filter_map(|node| node.child(Role::Subject))
        .find(|subject| reads(change, *subject).is_some());
    subject.or_else(|| compared(change, function))
}

/// The same in the test of an `if`.
fn compared<'m>(change: &RowChange<'m>, function: Node<'m>) -> Option<Node<'m>> {
    let at = change.at;
    let tests = function.own_ifs().filter(|node| node.id < at.id).filter_map(|node| {
        let test = node.child(Role::Test)?;
        let decides = if node.contains(at) {
            node.body().is_some_and(|body| body.contains(at))
        } else {
            node.body().is_some_and(Node::leaves) && node.dominates(at)
        };
        let fetched_before = change.fetched.call.file != at.file
            || change.fetched.call.id < test.id
            || change.fetched.call.function() != Some(function);
        (decides && fetched_before && reads(change, test).is_some()).then_some(test)
    });
    // The nearest one is what it depends on.
    tests.last()
}

/// The read of the changed attribute in an expression.
fn reads<'m>(change: &RowChange<'m>, expression: Node<'m>) -> Option<Node<'m>> {
    expression.descendants_of(Kind::Attribute).find(|read| {
        read.name() == change.attribute
            && read.receiver().is_some_and(|row| row.is(Kind::Name) && row.symbol() == change.row.symbol())
    })
}

/// Whether doing it twice comes to the same: the attribute is set because it does not have the value yet.
fn is_repeatable<'m>(change: &RowChange<'m>, test: Node<'m>) -> bool {
    let Some(read) = reads(change, test) else { return false };
    match read.parent() {
        Some(compare) if compare.is(Kind::Compare) => compare.child(Role::Right).is_some_and(|right| {
            right.reads_like(change.value) || change.value.resolved_value().reads_like(right.resolved_value())
        }),
        Some(not) if not.is(Kind::UnaryOp) => true,
        _ => false,
    }
}

/// Whether nothing hangs on having passed the test but what is set on the row, to what the code says: no call, no refusal, no
/// other branch. Whoever passes it as well leaves the same row.
fn is_all_that_follows<'m>(change: &RowChange<'m>, test: Node<'m>) -> bool {
    let is_said = |value: Node<'m>| {
        value.is_constant()
            || (value.is(Kind::Attribute)
                && value.receiver().is_some_and(|of| of.name().starts_with(char::is_uppercase)))
    };
    let is_of_row = |target: Node<'m>| {
        target.is(Kind::Attribute)
            && target.receiver().is_some_and(|row| row.is(Kind::Name) && row.symbol() == change.row.symbol())
    };
    let branch = test.surroundings().find(|around| around.is(Kind::If));
    let Some((branch, body)) = branch.and_then(|branch| Some((branch, branch.body()?))) else { return false };
    body.contains(change.at)
        && !branch.children().any(|part| part.role() == Role::Orelse || part.is(Kind::Clause))
        && body.children().all(|statement| {
            statement.is(Kind::Assign)
                && statement.value().is_some_and(is_said)
                && statement.targets().all(is_of_row)
        })
}

/// Whether an insert only notes what was done, by the name of what is inserted: `db.add(TaskActivity(…))`.
fn is_a_note(effect: Node<'_>) -> bool {
    let row = effect.inserted().map(|inserted| effect.model.row_name(inserted.row));
    row.is_some_and(|name| has_word(&name, &["log", "logs", "activity", "history", "audit", "changelog"]))
}

/// Whether the new state is one that comes with time, whoever notices it: all who pass the test write the same.
fn is_decided_by_time(change: &RowChange<'_>) -> bool {
    let value = change.value.resolved_value();
    let name = value.string().unwrap_or_else(|| value.name());
    has_word(name, &["expired", "stale", "overdue"])
}

/// Whether one caller gets what the others are refused: `if seat.taken_by is not None: raise`, then
/// `seat.taken_by = user.id`.
fn is_taken<'m>(change: &RowChange<'m>, test: Node<'m>) -> bool {
    let is_callers = change.value.as_parameter().is_some()
        || change.value.receiver().is_some_and(|owner| owner.as_parameter().is_some());
    let names_somebody = ends_with_word(change.attribute, &["by", "id", "to", "owner", "holder", "assignee"]);
    let asks_for_none = reads(change, test).is_some_and(|read| {
        read == test
            || read.parent().is_some_and(|around| {
                around.is(Kind::Compare) && around.child(Role::Right).is_some_and(Node::is_none)
            })
    });
    let refuses = test
        .parent()
        .and_then(Node::body)
        .and_then(|body| body.children().last())
        .is_some_and(|last| last.is(Kind::Raise));
    is_callers && names_somebody && asks_for_none && refuses
}

/// What else happens because the test was passed: another row, or something outside. For an attribute that is no
/// state, a flag or a moment has to be set for the first time.
fn effect_beside<'m>(change: &RowChange<'m>, test: Node<'m>, function: Node<'m>) -> Option<Node<'m>> {
    // Of two that put an end to something both get what they want, whoever is noted as the one who did it.
    const ENDS: [&str; 8] =
        ["deleted", "archived", "removed", "hidden", "revoked", "disabled", "deactivated", "dismissed"];
    let ends = has_word(change.attribute, &ENDS);
    if is_taken(change, test) {
        return Some(change.at);
    }
    if !is_state(change.attribute) {
        let is_flag = matches!(change.value.resolved_value().kind(), Kind::True | Kind::False)
            || change.attribute.ends_with("_at");
        if !is_flag {
            return None;
        }
    }
    let at = change.at;
    let block = at.statement().parent();
    let goes_along = |call: Node<'m>| {
        block.is_some_and(|block| block.contains(call))
            || if call.id < at.id { call.dominates(at) } else { at.dominates(call) }
    };
    // What this caller gets, and a second one would get as well.
    let given =
        function.own_assignments().filter(|other| goes_along(*other)).filter_map(Node::row_change).find(
            |other| {
                other.at != at
                    && other.row.symbol() == change.row.symbol()
                    && other.value.as_parameter().is_some()
                    && ends_with_word(other.attribute, &["id", "by"])
            },
        );
    if !is_state(change.attribute)
        && !ends
        && let Some(given) = given
    {
        return Some(given.at);
    }
    // What was done before the test does not depend on it.
    let behind = |call: &Node<'m>| call.file != test.file || call.id > test.id;
    let effects = function.own_calls().filter(|call| goes_along(*call) && behind(call)).filter(|call| {
        call.inserted().is_some()
            || call.does(Tag::WritesOutside)
            || call.does(Tag::AfterResponse)
            || call.api().is_some_and(|api| {
                matches!(api.callable.crosses, Some(System::Mail | System::Broker)) && !api.is_constructor
            })
    });
    let effects: Vec<Node<'m>> = effects.collect();
    effects.iter().find(|effect| !is_a_note(**effect)).or(effects.first()).copied()
}

/// What a fix does where workers look for their next row.
const SKIP: &str = "Take the next row that nobody holds";

/// The rows that a call fetches, locked: its statement, or the call that fetches one row by its key.
fn locking(fetching: Node<'_>, title: &str, options: &str) -> Option<Fix> {
    let statement =
        fetching.argument(0).map(Node::resolved_value).filter(|value| value.does(Tag::BuildsStatement));
    match statement {
        Some(statement) => with_call_behind(statement, title, &format!(".with_for_update({options})")),
        None => with_keyword(fetching, title, "with_for_update", "True"),
    }
}

/// A worker takes its next job.
fn polled(change: &RowChange<'_>, findings: &mut Findings<'_>) {
    let fetching = change.fetched.call;
    if change.fetched.skips_locked {
        findings.conforms(fetching, "workers skip the rows that others hold");
        return;
    }
    next_taken(fetching, change.fetched.lock, change.at, change.attribute, findings);
}

fn next_taken(
    read: Node<'_>,
    lock: Option<Node<'_>>,
    at: Node<'_>,
    attribute: &str,
    findings: &mut Findings<'_>,
) {
    let (severity, message, note) = match lock {
        Some(_) => (
            Severity::Medium,
            "all who look for their next row wait for the one that has locked the first",
            "the lock is held until the transaction ends",
        ),
        None => (
            Severity::High,
            "two that look for their next row can both take the same one",
            "nothing locks the row that is found",
        ),
    };
    findings
        .report(read, severity, Certainty::Likely, message)
        .because(lock.unwrap_or(read), note)
        .because(at, format!("`{attribute}` is set only after that"))
        .fix(&|| match lock.filter(|lock| lock.is(Kind::Call)) {
            Some(lock) => with_keyword(lock, SKIP, "skip_locked", "True"),
            None => locking(read, SKIP, "skip_locked=True"),
        })
        .conforming("Take the next row that nobody holds: `.limit(1).with_for_update(skip_locked=True)`, or `FOR UPDATE SKIP LOCKED`.");
}

/// The same in SQL: `SELECT status …`, a test of it, `UPDATE … SET status = …`.
fn state_set(claim: &Claim<'_>, test: Node<'_>, findings: &mut Findings<'_>) {
    let is_for_administrators = |function: Node<'_>| function.serves_administrators(None);
    if claim.at.function().is_none_or(is_for_administrators) {
        return;
    }
    let column = claim.column;
    findings
        .report(claim.at, Severity::Medium, Certainty::Likely, tested_and_set(column))
        .because(claim.read, "the row is fetched without a lock")
        .because(test, format!("`{column}` is tested as it was then"))
        .because(claim.at, "and set, whatever it is by now")
        .conforming(format!(
            "Let the statement decide: `UPDATE … SET {column} = … WHERE … AND {column} = …`, and look at how many rows it \
             changed; or lock the row before the test (`SELECT … FOR UPDATE`)."
        ));
}

// A row that is locked

fn locked(call: Node<'_>, findings: &mut Findings<'_>) {
    if !call.does(Tag::Executes) && call.target().is_none() {
        return;
    }
    let Some(function) = call.function() else { return };
    let lock = call.fetched().and_then(|fetched| fetched.lock);
    let Some(lock) = lock.filter(|lock| call.surely_locks(*lock)) else { return };
    let block = call.transaction_block();
    let slow = function
        .own_calls()
        .filter(|slow| slow.id > call.id && block.is_none_or(|block| block.contains(*slow)))
        .filter(|slow| !call.contains(*slow) && !slow.contains(call) && call.dominates(*slow))
        .filter(|slow| !function.own_calls().any(|release| is_release(release, call, *slow)))
        .filter_map(|slow| Some((slow, slow.slow_wait()?)))
        .find(|(_, chain)| !is_released_inside(chain));
    match slow {
        Some((slow, chain)) => held(slow, &chain, lock, findings),
        None => {
            needless(call, function, lock, findings);
            kept(call, function, lock, findings);
        }
    }
}

/// Whether a transaction that locked a row has ended by the time of the slow call.
fn is_release(release: Node<'_>, call: Node<'_>, slow: Node<'_>) -> bool {
    call.id < release.id && release.id < slow.id && release.ends_transaction() && release.dominates(slow)
}

/// Whether the functions on the way to the slow call end the transaction before they wait.
fn is_released_inside(chain: &[Node<'_>]) -> bool {
    chain[1..].iter().any(|step| {
        step.function().is_some_and(|function| {
            function
                .own_calls()
                .any(|call| call.id < step.id && call.ends_transaction() && call.dominates(*step))
        })
    })
}

fn held(slow: Node<'_>, chain: &[Node<'_>], lock: Node<'_>, findings: &mut Findings<'_>) {
    let mut draft = findings
        .report(
            slow,
            Severity::High,
            if chain.last().is_some_and(|last| last.api().is_some()) {
                Certainty::Sure
            } else {
                Certainty::Likely
            },
            format!(
                "`{}` waits while a row is locked: everybody else who needs the row waits as well",
                slow.called()
            ),
        )
        .because(lock, "the row is locked here, until the transaction ends");
    for pair in chain.windows(2) {
        let callee = pair[1].function().map_or("", Node::name);
        draft = draft.because(pair[0], format!("runs `{callee}` in the same transaction"));
    }
    if let Some(last) = chain.last() {
        draft = draft.because(*last, format!("`{}` waits while the lock is held", last.called()));
    }
    draft.conforming(
        "Call slow systems before taking the lock or after the commit. When work takes long, write that it is running \
         and commit; do the work; write the result in a second transaction.",
    );
}

/// A function that locks a row of somebody else's session, changes it, and leaves the end of the transaction to whoever
/// calls it: nobody, as far as the given files show.
fn kept(call: Node<'_>, function: Node<'_>, lock: Node<'_>, findings: &mut Findings<'_>) {
    let model = function.model;
    let changes =
        function.own_assignments().filter_map(Node::row_change).find(|change| change.fetched.lock.is_some());
    let is_open = call.does(Tag::Executes)
        && call.transaction_block().is_none()
        && model.callers_of(function.place()).is_empty()
        && function.parameters().all(|parameter| parameter.injected_by().is_none())
        && !function.own_calls().any(|other| {
            other.ends_transaction() || other.does(Tag::Flushes) || other.callee_name() == "begin"
        });
    let Some(change) = changes.filter(|_| is_open) else { return };
    let gives_row = function.own_returns().filter_map(|node| node.child(Role::Value)).any(|value| {
        // `return row.state` gives no row.
        value.descendants_of(Kind::Name).any(|name| {
            name.symbol() == change.row.symbol()
                && !name.parent().is_some_and(|parent| parent.is(Kind::Attribute))
        })
    });
    if gives_row {
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` locks a row, and nothing given ends the transaction", function.name()),
        )
        .because(lock, "the row is locked from here on")
        .because(change.at, "it is changed, and neither committed nor rolled back")
        .conforming("Keep lock and commit in one function: `async with session.begin():` around both.");
}

/// A handler that locks a row only to read it.
fn needless(call: Node<'_>, function: Node<'_>, lock: Node<'_>, findings: &mut Findings<'_>) {
    if !function.plays(FunctionRole::Handler) || !call.does(Tag::Executes) {
        return;
    }
    let changes = function.own_assignments().flat_map(Node::targets).any(|target| !target.is(Kind::Name))
        || function.own_calls().any(|other| {
            other.callee_name() == "begin"
                || other.target().is_some()
                || other.writes_by_sql()
                || [
                    Tag::Commits,
                    Tag::RollsBack,
                    Tag::Flushes,
                    Tag::AddsRow,
                    Tag::DeletesRow,
                    Tag::WritesStatement,
                    Tag::MakesSession,
                ]
                .iter()
                .any(|&tag| other.does(tag))
        })
        || function
            .own_returns()
            .any(|node| node.child(Role::Value).is_some_and(|value| value.is(Kind::Name)));
    if !changes {
        findings
            .report(
                call,
                Severity::Low,
                Certainty::Sure,
                "the row is locked but never changed, and the lock holds until the session is closed",
            )
            .because(lock, "the lock is taken here")
            .conforming("Read without a lock.");
    }
}

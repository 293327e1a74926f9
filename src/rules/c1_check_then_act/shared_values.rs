//! Dictionaries and numbers of a module that all requests, or several threads, share.

use super::decisions::decisions;
use super::{COUNTED, is_named};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FunctionRole, Node};
use crate::syntax::{Kind, Operator, Role};

pub fn shared_dictionary(assignment: Node<'_>, findings: &mut Findings<'_>) {
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

/// `if url in visited: return`, an `await`, then `visited.add(url)`: meanwhile another task passes the test as well.
pub fn shared_set(call: Node<'_>, findings: &mut Findings<'_>) {
    let (Some(set), Some(added), Some(function)) = (call.receiver(), call.argument(0), call.function())
    else {
        return;
    };
    if !set.is_set_of_module() || !function.is_async() {
        return;
    }
    let tests = function.own_ifs().filter(|node| node.id < call.id);
    let test = tests.filter_map(|node| Some((node, node.child(Role::Test)?))).find(|(node, test)| {
        let asks = test.child(Role::Left).is_some_and(|left| left.reads_like(added))
            && test.child(Role::Right).is_some_and(|right| right.reads_like(set));
        let is_in_body = node.body().is_some_and(|body| body.contains(call));
        asks && match test.operator() {
            Operator::In => !is_in_body && node.body().is_some_and(Node::leaves) && node.dominates(call),
            Operator::NotIn => is_in_body,
            _ => false,
        }
    });
    let Some((_, test)) = test else { return };
    let wait = function.descendants_of(Kind::Await).find(|wait| {
        wait.function() == Some(function)
            && test.id < wait.id
            && wait.id < call.id
            && are_on_one_path(*wait, call)
    });
    // One after the other is no race.
    let is_run_at_once = function.serves_requests() || function.repeated_by_callers().is_some();
    let Some(wait) = wait.filter(|_| is_run_at_once) else { return };
    if let Some(lock) = call.exclusive_by() {
        findings.conforms(lock, format!("`{}` is read and changed under a lock", set.source()));
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!(
                "what is in `{}` is asked before an `await` and noted after it: two do the same work",
                set.source()
            ),
        )
        .because(test, "asked here")
        .because(wait, "another task may ask here, before this one has noted anything")
        .because(call, "noted here")
        .conforming("Note it before the first `await`, and take it out again where the work fails.");
}

/// `total += 1` on a number of the module, by functions that run in several threads.
pub fn shared_number(assignment: Node<'_>, findings: &mut Findings<'_>) {
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

//! Limiters that limit nothing: open when their store fails, or counting for each process alone.

use super::is_checked;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, words_of};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

/// A limiter that lets everybody in when its store cannot be read.
pub fn fails_open(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = handler.function() else { return };
    let lets_pass = |value: Node<'_>| value.is(Kind::None) || value.is(Kind::True);
    // `return sent <= 15`, and `return True` where nothing could be counted
    let answers = || {
        let counts = |call: Node<'_>| {
            matches!(call.callee_name(), "incr" | "incrby" | "zcard")
                && call.api().is_some_and(|api| api.callable.crosses == Some(System::Cache))
        };
        let compares = |node: Node<'_>| node.child(Role::Value).is_some_and(Node::compares_order);
        function.own_calls().any(counts) && function.own_returns().any(compares)
    };
    if function.raises_too_many().is_none() && !answers() {
        return;
    }
    let broad = handler.catches_everything()
        || handler.caught_classes().iter().any(|class| {
            words_of(class.name())
                .iter()
                .any(|word| word == "redis" || word == "connection" || word == "timeout")
        });
    let Some(attempt) = handler.parent().filter(|_| broad) else { return };
    let asks = attempt.child(Role::Body).is_some_and(|body| {
        body.calls_within()
            .any(|call| call.api().is_some_and(|api| api.callable.crosses.is_some()) || call.is_awaited())
    });
    // What is given back to those who are let in lets in here as well.
    let is_usual = |value: Node<'_>| {
        let mut returns = function.own_returns().filter(|node| !handler.contains(*node));
        returns.any(|node| node.child(Role::Value).is_some_and(|other| other.reads_like(value)))
    };
    let refuses = handler.descendants().any(|node| {
        node.is(Kind::Raise)
            || (node.is(Kind::Return)
                && node.child(Role::Value).is_some_and(|value| !lets_pass(value) && !is_usual(value)))
    });
    // What is counted elsewhere instead is still a limit.
    let counts_elsewhere =
        handler.calls_within().any(|call| call.target().is_some() && call.is_limiter_by_name());
    if !asks || refuses || counts_elsewhere {
        return;
    }
    findings
        .report(
            handler,
            Severity::Medium,
            Certainty::Sure,
            format!("`{}` lets everybody in when the limit cannot be read", function.name()),
        )
        .because(attempt, "the limit is asked for here")
        .because(handler, "nobody is refused when that fails, which is when the load is highest")
        .conforming("Refuse for a moment: `raise HTTPException(503, \"try again soon\", headers={\"Retry-After\": \"5\"}) from error`; or count in this process until the store is back.");
}

/// Counts of requests that each process keeps for itself.
pub fn counted_in_process<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let processes = model.processes().filter(|processes| processes.count > 1);
    let severity = if processes.is_some() { Severity::High } else { Severity::Medium };
    let mut tell = |at: Node<'m>, message: String, change: Option<Node<'m>>, pattern: &str| {
        let mut draft = findings.report(at, severity, Certainty::Likely, message);
        draft = draft.because(at, "lives in one process, and is empty after each restart");
        if let Some(change) = change {
            draft = draft.because(change, "counts a request here");
        }
        if let Some(processes) = &processes {
            for (place, note) in &processes.because {
                draft = draft.because(*place, note);
            }
        }
        draft.conforming(pattern);
    };
    for state in model.shared_state() {
        if let Some(change) = state.limiter_change() {
            tell(
                state.definition,
                format!(
                    "`{}` counts requests in each process by itself: the real limit is as many times higher",
                    state.name()
                ),
                Some(change),
                "Count where all replicas count: `INCR` and `EXPIRE` in Redis, or one row and one conditional UPDATE.",
            );
        }
    }
    for (call, api) in model.known_calls().filter(|(call, _)| is_checked(*call)) {
        let counts = api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::CountsInMemory));
        let stored = ["storage_uri", "storage_options"].iter().any(|name| call.keyword(name).is_some());
        if counts && !stored && !call.has_hidden_arguments() {
            tell(
                call,
                format!(
                    "`{}` counts in the memory of each process: the real limit is as many times higher",
                    call.called()
                ),
                None,
                "Give it a store that all replicas share: `storage_uri=\"redis://…\"`.",
            );
        }
    }
}

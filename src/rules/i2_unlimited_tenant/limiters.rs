//! Limiters that limit nothing: open when their store fails, or counting for each process alone.

use super::is_checked;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, has_word, words_of};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Operator, Role};

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

/// A limit that all callers share, so that one of them uses it up for the others: its key names nobody.
pub fn counted_together(call: Node<'_>, findings: &mut Findings<'_>) {
    let counts = matches!(call.callee_name(), "incr" | "incrby")
        && call.api().is_some_and(|api| api.callable.crosses == Some(System::Cache));
    let Some(function) = call.function().filter(|_| counts) else { return };
    let (Some(key), Some(refusal)) = (call.argument_or_keyword(0, "name"), function.raises_too_many()) else {
        return;
    };
    // What is made of anything that the function is told may say who calls.
    let is_told = |part: Node<'_>| {
        part.is(Kind::Name) && part.as_parameter().is_some_and(|parameter| parameter.name() != "self")
            || part.is(Kind::Attribute) && part.receiver().is_some_and(|it| it.name() == "self")
    };
    if key.value_source(&is_told).is_some() || key.tenant_source().is_some() || key.caller_source().is_some()
    {
        return;
    }
    let Some(caller) = function.parameters().find(|parameter| parameter.injected_by().is_some()) else {
        return;
    };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!("`{}` counts all callers together: one uses up the limit of all", function.name()),
        )
        .because(key, "the key is the same for whoever calls")
        .because(caller, "the function is told more, and the key does not use it")
        .because(refusal, "refuses everybody from then on")
        .conforming(
            "Count each by itself: make the caller a part of the key, `f\"rate:{app.app_id}:{minute}\"`.",
        );
}

/// A header that any client may send, and with which the limit lets it pass.
pub fn let_past(branch: Node<'_>, findings: &mut Findings<'_>) {
    let Some(test) = branch.child(Role::Test).filter(|test| test.is(Kind::Compare)) else { return };
    let header = test.descendants_of(Kind::Attribute).find(|part| part.name() == "headers");
    let is_constant = test.children().any(|side| side.is(Kind::Str) || side.is(Kind::True));
    let Some(header) = header.filter(|_| is_constant && test.operator() == Operator::Equal) else { return };
    let passes = branch.body().and_then(|body| body.children().next()).filter(|first| {
        first.is(Kind::Return) && !first.calls_within().any(|call| call.response().is_some())
    });
    let Some((function, passes)) = branch.function().zip(passes) else { return };
    let Some(refusal) = function.refusals_of_too_many().next() else { return };
    findings
        .report(
            test,
            Severity::High,
            Certainty::Likely,
            format!("any client that sends this header is let past the limit of `{}`", function.name()),
        )
        .because(header, "the client writes it")
        .because(passes, "goes on without counting")
        .because(refusal, "others are refused here")
        .conforming("Tell internal calls by what clients cannot send: their network, a signed token, or a header that the proxy removes from outside and that you compare with a secret.");
}

/// A quota that is looked at, and whose end is only written down.
pub fn only_logged(branch: Node<'_>, findings: &mut Findings<'_>) {
    let Some(test) = branch.child(Role::Test).filter(|test| test.compares_order()) else { return };
    let has = |list: &[&str]| test.descendants().any(|part| has_word(part.name(), list));
    let is_quota = has(&["quota", "quotas", "allowance"])
        || has(&["limit"])
            && has(&["tier", "plan", "rate", "usage", "monthly", "daily", "calls", "requests"]);
    let logs = |statement: Node<'_>| {
        statement.calls_within().next().is_some_and(|call| call.log_level().is_some())
            && !matches!(statement.kind(), Kind::Raise | Kind::Return | Kind::Assign)
    };
    let body = branch.body().filter(|_| is_quota && branch.is(Kind::If));
    let is_only_logged = body.is_some_and(|body| body.children().all(logs))
        && !branch.children().any(|part| part.role() == Role::Clause);
    let Some(function) = branch.function().filter(|_| is_only_logged) else { return };
    // A share of it is a warning in time, and another test may refuse.
    let is_share = test.descendants().any(|part| part.is(Kind::BinOp));
    if is_share || function.refusals_of_too_many().next().is_some() || !function.serves_requests() {
        return;
    }
    findings
        .report(
            branch,
            Severity::High,
            Certainty::Likely,
            format!("`{}` sees that the quota is used up, and goes on", function.name()),
        )
        .because(test, "tells that the caller has had what it may have")
        .because(branch, "writes that down, and refuses nobody")
        .conforming("Refuse: `raise HTTPException(429, \"…\", headers={\"Retry-After\": \"…\"})`, before the work begins.");
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

//! A branch of a graph for each element.

use super::fan_outs::started_in_loop;
use super::limits::limit_in;
use super::sources::{Bounded, bound_of};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;

/// `[Send("write", {…}) for section in state["sections"]]`: a branch of the graph for each element.
pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    let model = call.model;
    let Some(fan_out) = started_in_loop(call) else { return };
    if !matches!(bound_of(fan_out.iterable), Bounded::No) || model.mentions_text("max_concurrency") {
        return;
    }
    // The node itself may let only a few through.
    let node = call.argument(0).and_then(Node::string);
    let limit = model
        .calls_named("add_node")
        .filter(|added| node.is_some() && added.argument(0).and_then(Node::string) == node)
        .filter_map(|added| added.argument_or_keyword(1, "action"))
        .find_map(|action| limit_in(action, 0));
    if let Some(limit) = limit {
        findings.conforms(limit, "at most so many run at once");
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("the graph runs one branch for each element of `{}`, all at once", fan_out.iterable.excerpt()),
        )
        .because(fan_out.iterable, "no limit on how many there are is in the given files")
        .because(call, "each becomes a run of its own, and no configuration sets `max_concurrency`")
        .conforming("Say how many at most where the graph is run: `await graph.ainvoke(state, {\"max_concurrency\": 8})`.");
}

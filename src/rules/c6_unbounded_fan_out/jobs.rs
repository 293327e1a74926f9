//! A group of jobs, one for each element.

use super::fan_outs::gathered;
use super::sources::{Bounded, Origin, is_bounded, origin_of, source_name, source_of};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;

/// A group of jobs, one for each element.
pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(fan_out) = gathered(call) else { return };
    let source = source_of(fan_out.iterable, 0);
    if !matches!(is_bounded(source, 0), Bounded::No) {
        return;
    }
    let certainty = match origin_of(source, source_name(fan_out.iterable)) {
        Origin::Request | Origin::Other | Origin::Answer => Certainty::Likely,
        Origin::Own | Origin::Handed | Origin::Unknown => Certainty::Question,
    };
    findings
        .report(
            call,
            Severity::Low,
            certainty,
            format!("`{}` queues one job for each element of `{}`, all at once", call.called(), fan_out.iterable.excerpt()),
        )
        .because(source, "no limit on how many there are is in the given files")
        .because(call, "all workers are busy with them, and what others queue waits behind")
        .conforming("Queue them in chunks: `task.chunks(arguments, 50)`, or refuse a longer list (`Field(max_length=100)`).");
}

//! Locks of this process around work on what all processes share.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

/// A lock of this process around work on what all processes share.
pub fn lock(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = assignment.child(Role::Value).filter(|value| value.is(Kind::Call)) else { return };
    let is_lock = value.is_a(ClassTag::AsyncLock) || value.is_a(ClassTag::ThreadLock);
    let target =
        assignment.targets().find(|target| target.is(Kind::Name) && target.scope_of_name() == Some(0));
    let Some(target) = target.filter(|_| is_lock && !assignment.is_outside_production()) else { return };
    let guarded = assignment.at(0).within(&assignment.source_file().tree.withs).find_map(|with| {
        let taken = with
            .children()
            .filter(|item| item.is(Kind::WithItem))
            .filter_map(|item| item.child(Role::Context))
            .any(|context| {
                context.is(Kind::Name)
                    && context.symbol() == target.symbol()
                    && context.scope_of_name() == Some(0)
            });
        let writes = |call: &Node<'_>| call.does(Tag::Commits) || call.writes_by_sql();
        with.function()
            .filter(|function| taken && function.serves_requests())
            .and_then(|_| with.calls_within().find(writes))
    });
    let Some(work) = guarded else { return };
    findings
        .report(
            target,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` keeps out this process, and no other", target.name()),
        )
        .because(work, "what it guards is in the database, which every replica changes")
        .conforming("Let the database keep the others out: `with_for_update()` on the row, or `pg_advisory_xact_lock`.");
}

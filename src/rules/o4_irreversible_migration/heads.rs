//! Several migrations that Alembic can't put into one order: one revision twice, or two that nothing follows.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Migration, same_revisions, second_heads};

pub fn check(migrations: &[Migration<'_>], findings: &mut Findings<'_>) {
    for (one, other) in same_revisions(migrations) {
        findings
            .report(
                other.revision_at,
                Severity::High,
                Certainty::Sure,
                format!(
                    "a second migration with the revision `{}`: one of the two never runs",
                    other.revision
                ),
            )
            .because(one.revision_at, "has the same revision")
            .because(other.revision_at, "Alembic knows a migration by this alone")
            .conforming("Give each migration a revision of its own, as `alembic revision` does.");
    }
    for (other, head) in second_heads(migrations) {
        findings
            .report(
                head.parent_at,
                Severity::High,
                Certainty::Sure,
                format!(
                    "`{}` is a second head beside `{}`: `upgrade head` doesn't know which",
                    head.revision, other.revision
                ),
            )
            .because(other.parent_at, "nothing follows this one")
            .because(head.parent_at, "and nothing follows this one")
            .conforming("Join them: `alembic merge heads`, or let the later one follow the earlier one.");
    }
}

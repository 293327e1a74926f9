//! Constraints that are dropped without a name: the first of them ends the migration.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Step, StepKind};
use crate::syntax::Kind;

pub fn check(steps: &[Step<'_>], findings: &mut Findings<'_>) {
    let is_unnamed = |step: &&Step<'_>| {
        step.kind == StepKind::DropConstraint
            && step.call.argument_or_keyword(0, "constraint_name").is_some_and(|name| name.is(Kind::None))
    };
    let mut unnamed = steps.iter().filter(is_unnamed);
    let Some(first) = unnamed.next() else { return };
    let more = unnamed.count();
    let message = match more {
        0 => "drops a constraint without a name, which fails when it is run".to_owned(),
        _ => format!("drops {} constraints without a name, which fails when it is run", more + 1),
    };
    findings
        .report(first.at(), Severity::High, Certainty::Sure, message)
        .because(first.at(), "autogenerate writes `None` where it knows no name")
        .conforming(
            "Name your constraints through the metadata's `naming_convention`, and write the name here.",
        );
}

//! An application in debug mode: it answers an unhandled exception with its stack trace.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;
use crate::stack::ClassTag;

pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    let makes_app = call
        .api()
        .is_some_and(|api| api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::App)));
    if !makes_app {
        return;
    }
    let Some(debug) = call.keyword("debug").filter(|debug| debug.is_true()) else { return };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Sure,
            "the application answers an unhandled exception with its stack trace",
        )
        .because(debug, "debug mode is on wherever this runs")
        .conforming("Take it from the settings: `debug=settings.debug`.");
}

//! Logging that is set up when a module is imported.
//!
//! Quiet in scripts, beside the application, and where the start of the process replaces it.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

/// `configured` has the calls that do so.
pub fn check(model: &Model<'_>, configured: &[Node<'_>], findings: &mut Findings<'_>) {
    if let Some((&first, others)) = configured.split_first()
        && !model.known_calls().any(|(call, api)| api.has(Tag::ConfiguresLogging) && configures_again(call))
    {
        let mut draft = findings
            .report(
                first,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` sets up logging when the module is imported", first.called()),
            )
            .because(first, "which module is imported first then decides how the whole process logs");
        for &other in others.iter().take(9) {
            draft = draft.because(other, "so does this");
        }
        draft.conforming("Set logging up once, where the process starts.");
    }
}

pub fn configures_at_import(call: Node<'_>) -> bool {
    let guarded = call.surroundings().any(|node| node.is(Kind::If));
    let builds_app = call
        .at(0)
        .calls_within()
        .any(|other| other.api().is_some_and(|api| api.is_constructor) && other.is_a(ClassTag::App));
    call.function().is_none() && !guarded && !call.source_file().is_script && !builds_app
}

/// Replaces whatever was set up before, when the process starts.
fn configures_again(call: Node<'_>) -> bool {
    call.keyword("force").is_some_and(Node::is_true) && call.function().is_some()
}

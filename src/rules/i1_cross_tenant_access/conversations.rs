//! Conversations of which the checkpointer keeps one for everybody.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, ThreadName};

/// The checkpointer keeps a conversation under its thread's id: one that names nobody is everybody's.
pub fn conversation(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some((entry, name)) = dictionary.thread_name() else { return };
    let (made, note) = match name {
        ThreadName::Constant(made) if dictionary.function().is_some() || dictionary.model.has_app() => {
            (made, "it is the same for every request")
        }
        ThreadName::Wide(made) => (made, "it names neither a user nor a session"),
        _ => return,
    };
    findings
        .report(
            entry,
            Severity::High,
            Certainty::Likely,
            "whoever asks goes on with the conversation of whoever asked before",
        )
        .because(made, note)
        .because(entry, "under this id the checkpointer keeps what was said")
        .conforming("Name whose conversation it is: `f\"thread_{agent_id}_{session_id}\"`, with a session that belongs to the caller.");
}

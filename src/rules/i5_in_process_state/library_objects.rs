//! What a library keeps in the memory of this process: conversations, counts.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Api, Node};
use crate::stack::ClassTag;
use crate::syntax::Kind;

/// What a library keeps in the memory of this process: conversations, counts.
pub fn in_memory(call: Node<'_>, api: &Api, serves: bool, findings: &mut Findings<'_>) {
    let Some(class) = api.class.filter(|class| !class.has(ClassTag::Cache)) else { return };
    let keeps = class.has(ClassTag::InMemory) && (class.has(ClassTag::Checkpointer) || lives_on(call));
    let counts = class.has(ClassTag::CountsInMemory)
        && !["storage_uri", "storage_options"].iter().any(|name| call.keyword(name).is_some())
        && !call.keyword("enabled").is_some_and(|enabled| enabled.resolved_value().is(Kind::False))
        && !call.has_hidden_arguments();
    if !(keeps || counts) || class.has(ClassTag::RateLimiter) != counts {
        return;
    }
    // Of code without an application nobody knows whether several copies of it will run, unless an object that is made once
    // keeps what is said to it.
    let is_kept = || {
        call.statement().targets().any(|target| target.is(Kind::Attribute))
            && call.class().is_some_and(is_made_once)
    };
    if !(serves || keeps && is_kept()) {
        return;
    }
    let what = if counts { "counts requests" } else { "keeps its state" };
    let certainty = if call.stands_in_for_a_shared_saver() { Certainty::Question } else { Certainty::Likely };
    findings
        .report(
            call,
            Severity::Medium,
            certainty,
            format!("`{}` {what} in the memory of this process", call.called()),
        )
        .because(call, "another replica does not see it, and a restart forgets it")
        .conforming(if counts {
            "Give it a store that all replicas share: `storage_uri=\"redis://…\"`."
        } else {
            "Keep it where all replicas look, in PostgreSQL or Redis: `AsyncPostgresSaver` for checkpoints, \
             `PostgresChatMessageHistory` for messages."
        });
}

/// Whether the one object of a class is made at import.
fn is_made_once(class: Node<'_>) -> bool {
    class.model.made_at_import(class.place()).is_some()
}

/// Whether an object is made at import, or when the application starts.
fn lives_on(call: Node<'_>) -> bool {
    call.function().is_none_or(Node::is_startup)
}

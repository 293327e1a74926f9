//! Caches of functions that keep what others change, or the state of a conversation.

use super::TOLD;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// What the database said once, kept until the process ends: a change reaches this process alone, if any.
fn read_once(function: Node<'_>, decorator: Node<'_>, findings: &mut Findings<'_>) {
    let forgets = decorator.keywords().any(|keyword| matches!(keyword.name(), "ttl" | "cache"))
        || decorator.positional().any(|argument| argument.is(Kind::Call));
    let of_whom = function.parameters().find(|parameter| !matches!(parameter.name(), "self" | "cls"));
    let read = function.own_calls().find(|call| {
        call.does(Tag::Executes)
            && call.api().is_some_and(|api| api.callable.crosses == Some(System::Database))
    });
    let Some((_, read)) = of_whom.zip(read).filter(|_| !forgets) else { return };
    let cleared = function
        .model
        .calls_named("cache_clear")
        .find(|call| call.receiver().is_some_and(|kept| kept.name() == function.name()));
    let mut draft = findings
        .report(
            decorator,
            Severity::Medium,
            Certainty::Likely,
            format!(
                "`{}` keeps what the database said, and other replicas learn of no change",
                function.name()
            ),
        )
        .because(read, "read once for each argument")
        .because(decorator, "keeps the answer as long as this process runs");
    if let Some(cleared) = cleared {
        draft = draft.because(cleared, "forgets it in the process that took the change, and in no other");
    }
    draft.conforming("Let it forget by itself (`TTLCache(maxsize=1000, ttl=60)`), or keep it in Redis, where the one who writes the row deletes the entry for all.");
}

/// A cache of functions that makes an object for each conversation, and so keeps it.
pub fn cached(function: Node<'_>, findings: &mut Findings<'_>) {
    const STATEFUL: [&str; 7] = ["memory", "history", "conversation", "session", "messages", "state", "cart"];
    let Some(decorator) = function.caching_decorator() else { return };
    read_once(function, decorator, findings);
    let Some(whose) = function.parameters().find(|parameter| TOLD.contains(&parameter.name())) else {
        return;
    };
    let made = function.own_returns().filter_map(|node| node.child(Role::Value)).find(|value| {
        let value = value.resolved_value();
        let is_named = || {
            value.is(Kind::Call)
                && value.callee_name().starts_with(char::is_uppercase)
                && has_word(value.callee_name(), &STATEFUL)
        };
        matches!(value.kind(), Kind::Dict | Kind::List) || value.is_a(ClassTag::InMemory) || is_named()
    });
    let Some(made) = made else { return };
    findings
        .report(
            decorator,
            Severity::Medium,
            Certainty::Likely,
            format!(
                "the cache of `{}` is where the state of each `{}` is kept",
                function.name(),
                whose.name()
            ),
        )
        .because(made, "made empty the first time, and filled by later requests")
        .because(decorator, "another replica has a cache of its own, and this one forgets what is too old")
        .conforming("Load it from a table or Redis for each request, and write it back.");
}

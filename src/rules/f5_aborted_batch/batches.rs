//! What a batch is: a loop or comprehension over things that stand for themselves.

use crate::semantic::{FunctionRole, Node, has_word, thing_named};
use crate::syntax::{Kind, Role};

/// Whether a name is one of things that stand for themselves: one of them may fail without the others.
pub fn is_batch(name: &str) -> bool {
    const ITEMS: [&str; 28] = [
        "phone",
        "subscriber",
        "file",
        "document",
        "doc",
        "url",
        "page",
        "link",
        "upload",
        "attachment",
        "email",
        "mail",
        "recipient",
        "website",
        "site",
        "feed",
        "pdf",
        "article",
        "contract",
        "invoice",
        "batch",
        "job",
        "image",
        "video",
        "webhook",
        "notification",
        "source",
        "record",
    ];
    thing_named(name).is_some_and(|thing| ITEMS.contains(&thing.as_str()))
}

/// Whether a name is of things in general, which only a function that is there for many of them makes a batch.
pub fn is_general(name: &str) -> bool {
    const ITEMS: [&str; 29] = [
        "name",
        "tenant",
        "account",
        "customer",
        "organization",
        "organisation",
        "workspace",
        "item",
        "chunk",
        "path",
        "row",
        "entry",
        "mailbox",
        "message",
        "contact",
        "subscription",
        "order",
        "product",
        "payment",
        "ticket",
        "repository",
        "repo",
        "dataset",
        "silo",
        "lead",
        "post",
        "event",
        "user",
        "scan",
    ];
    thing_named(name).is_some_and(|thing| ITEMS.contains(&thing.as_str()))
}

/// Whether a function works through many things, by its name or because nobody waits for it.
pub fn is_for_batches(function: Node<'_>) -> bool {
    const WORDS: [&str; 35] = [
        "drain",
        "consume",
        "digest",
        "digests",
        "batch",
        "bulk",
        "ingest",
        "index",
        "reindex",
        "import",
        "export",
        "sync",
        "upload",
        "crawl",
        "embed",
        "vectorize",
        "migrate",
        "backfill",
        "load",
        "send",
        "publish",
        "job",
        "push",
        "pull",
        "notify",
        "deliver",
        "archive",
        "dispatch",
        "refresh",
        "renew",
        "remind",
        "invite",
        "mail",
        "email",
        "charge",
    ];
    function.is_queued()
        || function.runs_along()
        || function.plays(FunctionRole::AfterResponse)
        || has_word(function.name(), &WORDS)
}

/// Whether a loop or comprehension goes over such things, and over as many as there happen to be.
pub fn goes_over_batch(around: Node<'_>) -> bool {
    let Some(iterable) = around.child(Role::Iterable) else { return false };
    let value = iterable.resolved_value();
    if matches!(value.kind(), Kind::Tuple | Kind::List | Kind::Set | Kind::Dict)
        || value.as_parameter().is_some_and(Node::receives_one)
    {
        return false;
    }
    let is_for_many = around.function().is_some_and(is_for_batches);
    // `for episode_id in episode_ids:`
    let goes_over_ids =
        || iterable.name().ends_with("_ids") && around.targets().any(|target| target.name().ends_with("_id"));
    if is_for_many && (goes_over_ids() || around.goes_over_records()) {
        return true;
    }
    iterable
        .descendants()
        .chain(around.targets().flat_map(Node::descendants))
        // `table.items()` names no things.
        .filter(|node| matches!(node.kind(), Kind::Name | Kind::Attribute))
        .filter(|node| !(node.role() == Role::Callee && node.name() == "items"))
        .any(|node| is_batch(node.name()) || (is_for_many && is_general(node.name())))
}

//! Idempotency keys: which there are, and whether they are the same on each attempt.

use super::writes::queues_job;
use crate::rules::Findings;
use crate::semantic::Node;
use crate::stack::System;
use crate::syntax::{Kind, Role};

/// What is said of a write with a key.
pub const KEYED: &str = "the other side can tell a repeated write by its key";

/// The idempotency key that a write is given: its value.
pub fn idempotency_key(call: Node<'_>) -> Option<Node<'_>> {
    // What a client is built with goes along with each of its requests.
    let of_client = call.receiver().and_then(Node::constructed_by).and_then(|made| {
        made.children().find(|argument| argument.is(Kind::Keyword) && argument.name() == "headers")
    });
    // A queue refuses a second job of the same name.
    let is_queue =
        queues_job(call) || call.api().is_some_and(|api| api.callable.crosses == Some(System::Broker));
    let names_job = |name: &str| is_queue && name == "task_id";
    call.children().skip(1).chain(of_client).find_map(|argument| {
        if argument.is(Kind::Keyword) && (is_key_name(argument.name()) || names_job(argument.name())) {
            return argument.child(Role::Value);
        }
        let value = if argument.is(Kind::Keyword) { argument.child(Role::Value)? } else { argument };
        value.resolved_value().descendants().find_map(|node| match node.kind() {
            Kind::DictItem => {
                let key = node.child(Role::Key)?;
                is_key_name(key.name()).then(|| node.child(Role::Value))?
            }
            Kind::Keyword if is_key_name(node.name()) => node.child(Role::Value),
            _ => None,
        })
    })
}

pub fn is_key_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("idempoten")
        || name == "dedup_id"
        || name == "deduplication_id"
        || name == "_job_id"
        || name == "messagededuplicationid"
        // The key of signed webhooks: it is the message's, on each attempt.
        || name == "webhook-id"
}

/// Whether a key is another one on each attempt of the function, which tells the other side nothing.
pub fn is_made_anew(key: Node<'_>, write: Node<'_>, function: Node<'_>) -> bool {
    key.is_made_at_random()
        && key.resolved_value().function() == write.function()
        && write.function() == Some(function)
}

/// A write that may be repeated, whoever does it.
pub fn keyed(write: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    if let Some(key) = idempotency_key(write).filter(|key| !is_made_anew(*key, write, function)) {
        findings.conforms(key, KEYED);
    }
}

//! Handlers whose callers repeat what they ask.

use rustc_hash::FxHashSet;

use super::REPEATED;
use super::keys::{idempotency_key, is_key_name};
use super::writes::{sums_by_text, unique_constraint, writes};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Place, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// Handlers whose callers repeat: public endpoints and webhooks.
pub fn endpoint(function: Node<'_>, told: &mut FxHashSet<Place>, findings: &mut Findings<'_>) {
    let listener = function.event_listener();
    let tool = function.mcp_tool().or(listener);
    let route = || function.route().filter(|decorator| decorator.callee_name() == "post");
    let Some(decorator) = tool.or_else(route) else { return };
    let path = function.full_route_path();
    let file = function.source_file().path;
    // One that receives events looks at their signature, which comes with the request itself; others manage or try out
    // webhooks of their own.
    let receives = path.contains("webhook")
        || function.name().contains("webhook")
        || has_word(&path, &["hook", "hooks"]);
    let checks: Vec<Node<'_>> = match receives {
        true => function
            .listed_dependencies()
            .flat_map(|list| list.descendants_of(Kind::Call))
            .filter_map(|call| function.model.function_named_by(function.model.dependency_of(call)?))
            .collect(),
        false => Vec::new(),
    };
    let asked = || std::iter::once(function).chain(checks.iter().copied());
    let names_event = || {
        asked()
            .flat_map(Node::descendants)
            .any(|node| has_word(node.name(), &["signature", "hmac", "event", "events", "delivery"]))
    };
    // Who manages webhooks adds to no account.
    let sums = || function.reaches(&|call| call.sums_in_database().is_some()).is_some();
    let is_webhook =
        listener.is_some() || receives && (asked().any(takes_raw_request) && names_event() || sums());
    // `/_internal/mcp/metric` is asked by parts of the same system.
    let is_internal = has_word(&path, &["internal"]);
    let by_path = || ["/public/", "/mcp/"].iter().any(|part| path.contains(part) || file.contains(part));
    let is_public = tool.is_some()
        || function.model.settings.public_prefixes.iter().any(|prefix| path.contains(prefix.as_str()))
        || (!is_internal && by_path());
    if !(is_webhook || is_public) {
        return;
    }
    let chains = function.all_reached(&|call| {
        call.does(Tag::AddsRow)
            || writes(call)
            || (is_webhook && call.sums_in_database().is_some())
            || (call.sends_sql() && call.sql().is_some_and(sums_by_text))
    });
    let has_none = |write: Node<'_>| idempotency_key(write).is_none_or(Node::is_made_at_random);
    let Some(chain) = chains.iter().find(|chain| chain.last().is_some_and(|write| has_none(*write))) else {
        return;
    };
    if knows_repetition(function, chain, is_webhook) {
        findings.conforms(decorator, "a repeated request is told from a new one");
        return;
    }
    let Some(&write) = chain.last() else { return };
    let unique = unique_constraint(write);
    let certainty = match (is_webhook, unique) {
        (_, Some(true)) => return,
        // A second row that a constraint refuses would have to be handled, and nothing here does.
        (true, _) | (false, Some(false) | None) => Certainty::Likely,
    };
    if !told.insert(write.place()) {
        return;
    }
    let sends = write.api().is_some_and(|api| api.callable.crosses == Some(System::Http));
    let who = if is_webhook {
        "the sender delivers an event again until it is told that it arrived"
    } else if tool.is_some() {
        "agents and their clients repeat calls that time out"
    } else {
        "clients repeat calls that time out"
    };
    // Where the write is a helper's, the route is the place to mend: it has to be told the key.
    let at = if chain.len() > 1 { decorator } else { write };
    if at != write {
        findings.asks(write, REPEATED, "it is told here, and not at its route", false, &|| {
            format!("a key has to come in by `{}` ({})", function.name(), decorator.whereabouts_from(write))
        });
    }
    findings
        .report(
            at,
            Severity::Medium,
            certainty,
            format!(
                "`{}` takes effect again when the {} `{}` is repeated",
                write.called(),
                if listener.is_some() {
                    "event for"
                } else if tool.is_some() {
                    "call of the tool"
                } else {
                    "request to"
                },
                function.name()
            ),
        )
        .because(decorator, who)
        .because(write, if sends {
            "nothing lets the other side tell the second attempt from a second write"
        } else if unique == Some(false) {
            "the model has no unique constraint that would refuse a second row"
        } else {
            "neither a key nor a conflict clause tells a second request; a unique constraint could, if there is one"
        })
        .conforming(if sends && !is_webhook {
            "Take a key from the caller and send it on: `headers={\"Idempotency-Key\": key}`."
        } else if is_webhook {
            "Insert the event's id under a unique constraint first, and stop where it is there already."
        } else if tool.is_some() {
            "Take a key from the caller as a parameter and store it under a unique constraint, or write by a natural key: `insert(…).on_conflict_do_nothing()`."
        } else {
            "Read an `Idempotency-Key` header and store it under a unique constraint, or write by a natural key: `insert(…).on_conflict_do_nothing()`."
        });
}

/// Whether a handler is given the request itself, or one of its headers.
fn takes_raw_request(function: Node<'_>) -> bool {
    function.parameters().any(|parameter| {
        let parts = || [Role::Default, Role::Annotation].into_iter().filter_map(|role| parameter.child(role));
        parts().any(|part| {
            part.descendants().any(|inner| {
                function.model.type_has(function.model.instance_of_class(inner.ty()), ClassTag::Request)
                    || matches!(inner.callee_name(), "Header" | "Body")
            })
        })
    })
}

/// Whether the handler, or what leads to the write, can tell a repeated request.
fn knows_repetition(function: Node<'_>, chain: &[Node<'_>], is_webhook: bool) -> bool {
    if chain.iter().any(|step| step.is_looked_for_before()) {
        return true;
    }
    let functions = std::iter::once(function).chain(chain.iter().filter_map(|call| call.function()));
    for function in functions {
        let told = function.descendants().any(|node| match node.kind() {
            // One that is made here is another one each time.
            Kind::Keyword => {
                is_key_name(node.name()) && !node.child(Role::Value).is_some_and(Node::is_made_at_random)
            }
            Kind::Str if is_webhook && matches!(node.name(), "event_id" | "client_msg_id") => {
                !node.surroundings().any(Node::writes_log)
            }
            Kind::Parameter | Kind::Name | Kind::Str => is_key_name(node.name()),
            Kind::Handler => node
                .child(Role::Exception)
                .is_some_and(|exception| exception.descendants().any(|name| name.name() == "IntegrityError")),
            Kind::Call => node.does(Tag::ResolvesConflict),
            // The event's own id is looked at.
            Kind::Attribute => {
                is_webhook
                    && node.name() == "id"
                    && node.receiver().is_some_and(|r| r.name() == "event")
                    && !node.surroundings().any(Node::writes_log)
            }
            Kind::Subscript => {
                let index = node.child(Role::Index);
                // What is in the event has ids of its own: `data = event["data"]["object"]`, then `data["id"]`.
                let of_a_part = || {
                    let of = node.child(Role::Value).map(|of| of.resolved_value().unwrapped());
                    of.is_some_and(|of| matches!(of.kind(), Kind::Subscript | Kind::Attribute))
                };
                is_webhook
                    && !node.surroundings().any(Node::writes_log)
                    && index.is_some_and(|index| index.is(Kind::Str) && index.name() == "id" && !of_a_part())
            }
            _ => false,
        });
        if told {
            return true;
        }
    }
    false
}

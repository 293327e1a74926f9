//! Secrets in answers: fields of the response model, or entries of the dictionary that is returned. A route that is named
//! after the secret is there to tell it.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Field, Node, Type, has_word, is_masking_name, is_secret_name, words_of};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

const ANSWERED: &str = "a secret in an answer";

/// Names of what a caller is meant to get: the tokens of a login are its purpose.
fn is_kept_secret(name: &str) -> bool {
    // A header is named, and `deleted_by_api_key` says who it was.
    is_secret_name(name) && !has_word(name, &["token", "jwt", "session", "header", "by"])
}

pub fn check(handler: Node<'_>, findings: &mut Findings<'_>) {
    // A key is told once when it is made; what reads it again later should not find it.
    let Some(decorator) = handler.route().filter(|route| route.callee_name() == "get") else { return };
    // A route that is named after the secret is there to tell it to its owner.
    let is_about_it = has_word(
        handler.route_path(),
        &["key", "keys", "secret", "secrets", "password", "credential", "credentials"],
    );
    if is_about_it && !findings.is_watched() {
        return;
    }
    let mut leaks = leaking_fields(handler);
    let returned = handler.answered_values().into_iter().map(|value| {
        // `return JSONResponse({…})`
        let builds = value.api().is_some_and(|api| {
            api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Response))
        });
        let content = value.argument_or_keyword(0, "content").filter(|_| builds);
        content.unwrap_or(value).resolved_value()
    });
    for item in returned
        .filter(|value| {
            matches!(value.kind(), Kind::Dict | Kind::List | Kind::ListComp) && value.function().is_some()
        })
        .flat_map(|value| value.descendants_of(Kind::DictItem))
    {
        let (Some(key), Some(value)) = (item.child(Role::Key), item.child(Role::Value)) else { continue };
        let is_secret = matches!(value.kind(), Kind::Attribute | Kind::Name | Kind::Subscript)
            && key.is(Kind::Str)
            && is_kept_secret(key.name())
            && !value.is_yes_or_no()
            && (value.is(Kind::Subscript) || is_kept_secret(value.name()));
        // A browser that signs in elsewhere is given both, and they are no secrets there.
        let is_for_a_browser = || {
            words_of(key.name()).ends_with(&["api".to_owned(), "key".to_owned()])
                && item.parent().is_some_and(|dictionary| dictionary.dictionary_value("client_id").is_some())
        };
        if is_secret && !is_for_a_browser() {
            leaks.push((item, key.name()));
        }
    }
    let Some(&(first, name)) = leaks.first() else {
        findings.asks(decorator, ANSWERED, "a part of the answer is a secret", false, &|| {
            "no part of it is one by its name, as far as its model or its values are known".to_owned()
        });
        return;
    };
    findings.asks(first, ANSWERED, "it is a secret, and a part of an answer", true, &|| {
        format!("`{}` answers with it ({})", handler.name(), decorator.whereabouts_from(first))
    });
    let is_told = findings.has_reported(first);
    if !findings.asks_whether(
        first,
        ANSWERED,
        "the route isn't there to tell it",
        !is_about_it,
        ["its path doesn't name it", "its path is named after the secret"],
    ) || is_told
    {
        return;
    }
    let for_admins = handler.serves_administrators(None);
    let (severity, who) = if for_admins {
        (Severity::Medium, "every administrator")
    } else {
        (Severity::High, "whoever may read this")
    };
    let more = if leaks.len() > 1 { format!(" and {} more are", leaks.len() - 1) } else { " is".to_owned() };
    let certainty = if handler.serves_machines() && is_connection(first) {
        Certainty::Question
    } else {
        Certainty::Likely
    };
    let mut draft = findings
        .report(first, severity, certainty, format!("`{name}`{more} sent to {who}"))
        .because(decorator, format!("`{}` answers with it", handler.name()));
    for (at, name) in leaks.iter().take(4) {
        draft = draft.because(*at, format!("`{name}` is a part of the answer"));
    }
    draft.conforming("Answer with a model of its own that says only that there is one: `has_api_key: bool`.");
}

/// Whether a field stands among all that is needed to connect: where to, who, and with which password. A program that
/// asks for that is to connect.
fn is_connection(field: Node<'_>) -> bool {
    let model = field.model;
    field.class().is_some_and(|class| {
        let fields = model.fields(class.place());
        let has = |names: &[&str]| fields.iter().any(|field| names.contains(&field.name));
        has(&["host", "hostname", "server", "address"])
            && has(&["login", "user", "username"])
            && has(&["port"])
    })
}

/// The fields of the answer's models that hold a secret as plain text.
fn leaking_fields(handler: Node<'_>) -> Vec<(Node<'_>, &str)> {
    let model = handler.model;
    let mut found: Vec<(Node<'_>, &str)> = Vec::new();
    // `"api_key": key[:4] + "*" * 8`, where the answer is put together.
    let is_masked_beside = |field: &Field<'_>| {
        let tree = &field.at.source_file().tree;
        field.at.at(0).within(&tree.dictionaries).any(|dictionary| {
            dictionary.dictionary_value(field.name).is_some_and(|value| {
                value.descendants_of(Kind::Str).any(|text| text.name().starts_with(['*', '•']))
            })
        })
    };
    for class in handler.response_models() {
        let is_rewritten = |field: &Field<'_>| {
            let mut calls = model.node(class).calls_within();
            let is_made = handler.own_calls().any(|call| {
                call.keyword(field.name).is_some_and(|value| value.resolved_value().is(Kind::Call))
            });
            is_made
                || calls.any(|call| call.positional().any(|argument| argument.string() == Some(field.name)))
        };
        // Every answer is built here, and none is given it: what is left is its default.
        let is_never_set = |field: &Field<'_>| {
            let mut values = handler.own_returns().filter_map(|node| node.child(Role::Value)).peekable();
            values.peek().is_some()
                && values.map(Node::resolved_value).all(|value| {
                    value.callee().is_some_and(|callee| callee.ty() == Type::Class(class))
                        && !value.has_hidden_arguments()
                        && value.positional().next().is_none()
                        && value.keyword(field.name).is_none()
                })
        };
        let leaks = |field: &Field<'_>| {
            is_kept_secret(field.name)
                && field.is_text()
                && !field.is_masked()
                && !is_masked_beside(field)
                && !field.options().and_then(|options| options.keyword("exclude")).is_some_and(Node::is_true)
        };
        let fields = model
            .all_fields(class)
            .into_iter()
            .filter(|field| leaks(field) && !is_rewritten(field) && !is_never_set(field));
        for field in fields {
            if !found.iter().any(|(at, _)| *at == field.at) {
                found.push((field.at, field.name));
            }
        }
    }
    // `mask_keys(rows)`: what is left of them is not known.
    if !found.is_empty() && handler.reaches(&|call| is_masking_name(call.callee_name())).is_some() {
        found.clear();
    }
    found
}

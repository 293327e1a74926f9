//! Links that are signed for whoever asks.

use super::key;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, has_word, words_of};
use crate::syntax::Kind;

/// A link to whatever object of the bucket the client names.
fn presigned(call: Node<'_>, object: Node<'_>, findings: &mut Findings<'_>) {
    for (handler, named) in object.named_by_clients() {
        let knows = call.model.knows_tenants() || handler.unused_tenant().is_some();
        if !knows || handler.serves_administrators(None) {
            continue;
        }
        let what = named.excerpt();
        findings
            .report(
                named,
                Severity::High,
                Certainty::Likely,
                format!("`{what}` names the object of the link, and another tenant's works as well"),
            )
            .because(call, "signs a link to it for whoever asks")
            .because(handler, "nothing here compares it with what belongs to the caller")
            .conforming(format!(
                "Find the object's row by its id and the caller's own `{0}`, and sign that row's key; or make the key of both, `f\"{{{0}}}/{{name}}\"`.",
                key(call)
            ));
    }
}

/// What is signed names a file, and nobody for whom it is.
pub fn signed(call: Node<'_>, findings: &mut Findings<'_>) {
    let options = call.keyword("Params").map(Node::resolved_value);
    if let Some(key) = options.and_then(|it| it.dictionary_value("Key")).or_else(|| call.keyword("Key")) {
        return presigned(call, key, findings);
    }
    let payload = call.api().and_then(|api| api.callable.parameters.iter().position(|name| *name == "msg"));
    let Some(payload) = call.argument_or_keyword(payload.unwrap_or(0), "msg").map(Node::resolved_value)
    else {
        return;
    };
    let says = |list: &'static [&'static str]| {
        move |part: Node<'_>| {
            matches!(part.kind(), Kind::Name | Kind::Str | Kind::Attribute) && has_word(part.name(), list)
        }
    };
    let names_file =
        payload.value_source(&says(&["file", "filename", "path", "document", "url", "blob", "object"]));
    let names_owner = payload.tenant_source().is_some()
        || payload.value_source(&says(&["user", "tenant", "silo", "app"])).is_some();
    let Some(file) = names_file.filter(|_| !names_owner) else { return };
    // Whoever checks a link signs it again: told once, where it is made.
    let checks = call
        .function()
        .is_some_and(|function| has_word(function.name(), &["verify", "check", "validate", "valid"]));
    if checks {
        return;
    }
    // A path may begin with its tenant.
    let is_known = call.model.knows_tenants()
        && words_of(file.name()).iter().all(|word| !matches!(word.as_str(), "path" | "url" | "object"));
    let (severity, certainty, message) = match is_known {
        true => (
            Severity::Medium,
            Certainty::Likely,
            "this signature holds for the file of the same name of every tenant",
        ),
        false => (
            Severity::Low,
            Certainty::Question,
            "for whom is this link, and who checks it when it is followed?",
        ),
    };
    findings
        .report(call, severity, certainty, message)
        .because(payload, "what is signed names a file, and neither a tenant nor a user")
        .conforming(format!(
            "Sign the tenant as well, `f\"{{{0}}}:{{filename}}:{{expires}}\"`, and compare it with the caller when the link is followed.",
            key(call)
        ));
}

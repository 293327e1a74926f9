//! A secret with a default that everybody can read: its absence is noticed by nobody.
//!
//! Quiet about an empty default, the word that stands for a missing key of a provider, and a key for a server of this
//! machine.

use super::{Told, optional_secrets};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{
    EnvironmentRead, Field, Node, has_word, is_connection_string_name, is_placeholder, names_secret,
    opens_something,
};
use crate::stack::ClassTag;
use crate::syntax::Kind;

/// What is told condition by condition.
const READABLE: &str = "a secret with a default that everybody can read";

/// The default of a variable that code reads.
pub fn of_read(read: EnvironmentRead<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    let is_secret = names_secret(read.name);
    if !findings.asks(read.at, READABLE, "the name is a secret's", is_secret, &|| match is_secret {
        true => format!("`{}` is", read.name),
        false => format!("`{}` is not known as one", read.name),
    }) {
        return;
    }
    let given = read.otherwise();
    let text = given.and_then(Node::string).filter(|text| opens_something(read.name, text, false));
    findings.asks(read.at, READABLE, "a default opens something", text.is_some(), &|| match (given, text) {
        (_, Some(_)) => "it is written here, and taken wherever the variable is missing".to_owned(),
        (Some(_), None) => "its default is empty, or the word that stands for a missing key".to_owned(),
        (None, None) => "it has none".to_owned(),
    });
    let Some((value, text)) = given.zip(text) else { return };
    if told.before(read.at.file, read.at.line()) {
        return;
    }
    let is_local = is_for_this_machine(read.at);
    if !findings.asks(read.at, READABLE, "it opens more than this machine", !is_local, &|| match is_local {
        true => "the client that is given it asks a server of this machine".to_owned(),
        false => "nothing shows that it is for a server of this machine".to_owned(),
    }) {
        return;
    }
    let instead = format!(
        "Let it fail: `os.environ[\"{}\"]`, or a field of the settings without a default.",
        read.name
    );
    report(read.at, read.name, value, text, instead, findings);
}

/// A field of the settings that holds a secret.
pub fn of_field(field: Field<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    let is_secret = (names_secret(field.name) || is_connection_string_name(field.name))
        && (field.is_text() || field.is_masked());
    if !findings.asks(field.at, READABLE, "the name is a secret's", is_secret, &|| match is_secret {
        true => format!("`{}` is, and it is a text", field.name),
        false => format!("`{}` is not known as one, or is no text", field.name),
    }) {
        return;
    }
    let Some(default) = field.default() else {
        findings.asks(field.at, READABLE, "a default opens something", false, &|| "it has none".to_owned());
        findings.conforms(field.at, format!("`{}` must be set, or the process doesn't start", field.name));
        return;
    };
    if default.is_none() {
        optional_secrets::check(field, findings);
        return;
    }
    let literal = match default.kind() {
        Kind::Call
            if default
                .api()
                .is_some_and(|api| api.class.is_some_and(|class| class.has(ClassTag::Secret))) =>
        {
            default.argument(0)
        }
        _ => Some(default),
    };
    let text = literal
        .and_then(Node::string)
        .filter(|text| names_secret(field.name) && opens_something(field.name, text, field.is_masked()));
    findings.asks(field.at, READABLE, "a default opens something", text.is_some(), &|| match text {
        Some(_) => "it is written here, and taken wherever the variable is missing".to_owned(),
        None => "its default is empty, computed, or the word that stands for a missing key".to_owned(),
    });
    let Some(text) = text.filter(|_| !told.before(field.at.file, field.at.line())) else { return };
    let instead = format!(
        "Leave the default out: `{}: SecretStr`. Then a missing variable ends the process with its name.",
        field.name
    );
    report(field.at, field.name, default, text, instead, findings);
}

/// `text` is what the default, `value`, says.
fn report(
    at: Node<'_>,
    name: &str,
    value: Node<'_>,
    text: &str,
    instead: String,
    findings: &mut Findings<'_>,
) {
    findings
        .report(
            at,
            severity_of_default(name, text),
            Certainty::Sure,
            format!("`{name}` has a default that everybody can read here"),
        )
        .because(value, "is taken wherever the variable is missing or misspelt, and nothing fails")
        .conforming(instead);
}

/// The word that stands for the password to another system opens that system only where it was left as it is.
fn severity_of_default(name: &str, text: &str) -> Severity {
    let is_own = has_word(name, &["secret", "signing", "jwt", "encryption"]);
    if is_placeholder(text) && !is_own { Severity::Medium } else { Severity::High }
}

/// Whether the key is handed to the client of a server that runs on this machine unless somebody says otherwise.
fn is_for_this_machine(read: Node<'_>) -> bool {
    let client = read.parent().filter(|keyword| keyword.is(Kind::Keyword)).and_then(Node::parent);
    let address = client
        .and_then(|client| ["base_url", "api_base", "host"].iter().find_map(|name| client.keyword(name)));
    address.is_some_and(|address| {
        address.told_by().iter().any(|part| {
            part.is(Kind::Str)
                && ["localhost", "127.0.0.1", "0.0.0.0"].iter().any(|host| part.name().contains(host))
        })
    })
}

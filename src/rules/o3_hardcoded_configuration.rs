//! O3: a secret is written down, has a default, or configuration is read here and there.

use std::cell::OnceCell;

use super::Findings;
use crate::report::{Certainty, FileKind, Severity};
use crate::semantic::{
    EnvironmentRead, Field, File, Model, Node, SetBy, SetVariable, Span, Type, connection_strings,
    is_connection_string_name, is_example, is_guessable, is_placeholder, looks_like_secret, names_secret,
    words_of, written_keys,
};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// From this many variables on a file is said to ask the environment by itself.
const SCATTERED: usize = 3;

const OUT_OF_CODE: &str = "Read it from the environment through the settings, `signing_secret: SecretStr` without a default, and change it: whoever has the repository has it too.";

/// What is told condition by condition.
const READABLE: &str = "a secret with a default that everybody can read";

pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    // Lines on which a secret was told already.
    let mut told: Vec<(u32, u32)> = Vec::new();
    by_form(model, &mut told, findings);
    for variable in model.set_variables() {
        set(model, &variable, &mut told, findings);
    }
    let reads = model.environment_reads();
    for read in reads.iter().filter(|read| is_production(read.at)) {
        default(*read, &mut told, findings);
    }
    for class in
        model.classes().filter(|class| is_production(*class) && model.is_settings_class(class.place()))
    {
        for field in model.fields(class.place()) {
            setting(field, &mut told, findings);
        }
    }
    literals(model, &mut told, findings);
    compared(model, &mut told, findings);
    scattered(model, &reads, findings);
    undocumented(model, &reads, findings);
    undocumented_by_compose(model, findings);
    copied(model, findings);
}

fn is_production(node: Node<'_>) -> bool {
    !node.source_file().is_test
}

/// Whether this line was told already; it is from now on.
fn is_told(told: &mut Vec<(u32, u32)>, file: u32, line: u32) -> bool {
    let known = told.contains(&(file, line));
    told.push((file, line));
    known
}

// By form

fn by_form(model: &Model<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    for (file, data) in (0..).zip(&model.files) {
        if data.is_test || data.kind == FileKind::Other {
            continue;
        }
        for key in written_keys(data.text) {
            let at = Span { file, start: key.start as u32, end: key.end as u32 };
            if is_told(told, file, data.lines.line(at.start)) {
                continue;
            }
            let what =
                if key.of.starts_with("a ") { key.of.to_owned() } else { format!("a key of {}", key.of) };
            findings
                .report(
                    model.stretch(at),
                    Severity::Critical,
                    Certainty::Sure,
                    format!("{what} is written down here"),
                )
                .because(
                    model.stretch(at),
                    "has the form of a real one, and is in every clone and every image",
                )
                .conforming(OUT_OF_CODE);
        }
        // What documents the variables shows the form of an address.
        let documents = data.kind == FileKind::Environment && is_example(data.path);
        for found in connection_strings(data.text) {
            let at = Span { file, start: found.start as u32, end: found.end as u32 };
            let is_code = data.kind != FileKind::Python
                || model.literal_at(file, at.start).is_some_and(|text| !is_comment(text));
            let is_help = data.kind == FileKind::Python
                && found.is_guessable
                && model.literal_at(file, at.start).is_some_and(is_printed_help);
            if documents
                || !is_code
                || is_help
                || shows_form(data, at.start)
                || is_told(told, file, data.lines.line(at.start))
            {
                continue;
            }
            let severity = match (found.is_guessable, found.is_for_this_machine) {
                (true, true) => Severity::Low,
                (true, false) => Severity::Medium,
                _ => Severity::High,
            };
            findings
                .report(model.stretch(at), severity, Certainty::Likely, "an address with its password is written down here")
                .because(model.stretch(at), "the password stands between the user and the `@`")
                .conforming("Read the whole address from the environment: `database_url: SecretStr`, without a default.");
        }
    }
}

/// Whether a text is printed, and the server that it speaks of is the reader's own machine.
fn is_printed_help(text: Node<'_>) -> bool {
    ["@localhost", "@127.0.0.1"].iter().any(|host| text.source().contains(host))
        && text.parent().is_some_and(|call| call.is(Kind::Call) && call.does(Tag::Prints))
}

/// Whether a value of a YAML file is the example in the description of a setting: nothing reads it.
fn shows_form(file: &File<'_>, offset: u32) -> bool {
    file.yaml.key_at(offset).is_some_and(|(description, key)| {
        matches!(key, "example" | "examples")
            && ["description", "type", "default"]
                .iter()
                .any(|beside| file.yaml.entry(description, beside).is_some())
    })
}

/// The variable from which a Compose file takes a value: `LETTA_PG_PASSWORD` in `${LETTA_PG_PASSWORD:-letta}`.
fn read_from(value: &str) -> Option<&str> {
    let inner = value.trim().strip_prefix("${")?.strip_suffix('}')?;
    inner.split([':', '-', '?']).next().filter(|name| !name.is_empty())
}

/// A text that stands alone, a docstring: it explains.
fn is_comment(text: Node<'_>) -> bool {
    text.parent().is_some_and(|parent| parent.is(Kind::ExprStatement))
}

// Deployment files

fn set(model: &Model<'_>, variable: &SetVariable, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    if variable.by == SetBy::Example {
        return;
    }
    let line = model.files[variable.at.file as usize].lines.line(variable.at.start);
    if is_of_compose(variable) && variable.value.contains("${") {
        let opens = !connection_strings(&variable.by_default).is_empty()
            && connection_strings(&variable.value).is_empty();
        if opens && !is_told(told, variable.at.file, line) {
            address(model, variable, findings);
            return;
        }
    }
    if !names_secret(&variable.name) {
        return;
    }
    if matches!(variable.by, SetBy::Image | SetBy::BuildArgument) && is_from_build(variable) {
        if !is_told(told, variable.at.file, line) {
            from_build(model, variable, findings);
        }
        return;
    }
    let (default, value) = match interpolated(&variable.value) {
        Some(default) => (true, default),
        None => (false, variable.value.as_str()),
    };
    // What is deployed with a word that anybody would try is open, however it was meant.
    let is_weak = is_guessable(value) || (is_of_compose(variable) && is_weak_word(value));
    let is_secret = value.len() >= (if default { 4 } else { 6 })
        && !is_placeholder(value)
        && !value.contains(['$', '{', '/']);
    // For a password, or what is signed with, any word does.
    let opens = (is_of_compose(variable) || matches!(variable.by, SetBy::Image | SetBy::BuildArgument))
        && is_default_secret(&variable.name, value, false)
        && !value.contains(['$', '{', '/']);
    if !is_weak && !is_secret && !opens {
        return;
    }
    if is_told(told, variable.at.file, line) {
        return;
    }
    let name = &variable.name;
    let read = read_from(&variable.value).unwrap_or(name);
    let (severity, message, instead) = match variable.by {
        SetBy::Compose | SetBy::ComposeArgument if default => (
            Severity::Medium,
            if read == name {
                format!("`{name}` is a word that everybody can read here, wherever it isn't set")
            } else {
                format!("`{name}` is a word that everybody can read here, wherever `{read}` isn't set")
            },
            format!("Demand it: `${{{read}:?must be set}}`."),
        ),
        SetBy::Compose | SetBy::ComposeArgument => (
            if is_weak { Severity::Medium } else { Severity::High },
            format!("`{name}` is written down here"),
            format!("Demand it from the environment, `${{{name}:?must be set}}`, or mount it as one of the service's `secrets:`."),
        ),
        SetBy::Image | SetBy::BuildArgument => (
            Severity::High,
            format!("`{name}` is a part of the image"),
            "Mount it where it is needed, `RUN --mount=type=secret,id=index_token …`, or set it when the container starts.".to_owned(),
        ),
        SetBy::Secret => (
            Severity::Medium,
            format!("`{name}` is in the repository, encoded at most"),
            "Keep it in a vault, or seal it: an ExternalSecret or a SealedSecret may be in the repository.".to_owned(),
        ),
        SetBy::ConfigMap | SetBy::Container => (
            Severity::High,
            format!("`{name}` is written down in the manifest"),
            "Refer to a Secret: `valueFrom: {secretKeyRef: {name: backend, key: database-password}}`.".to_owned(),
        ),
        SetBy::HelmValues => (
            Severity::Medium,
            format!("`{name}` is written down in the chart's values"),
            "Leave it empty and refer to a Secret that exists already: `existingSecret: backend`.".to_owned(),
        ),
        SetBy::EnvironmentFile | SetBy::Example => (
            Severity::High,
            format!("`{name}` has its value in a file that was given away"),
            "Keep `.env` out of the repository and the image (`.gitignore`, `.dockerignore`), and document the name in `.env.example`.".to_owned(),
        ),
    };
    let severity = if variable.is_for_development { Severity::Low } else { severity };
    findings
        .report(model.stretch(variable.at), severity, Certainty::Likely, message)
        .because(
            model.stretch(variable.at),
            "its name says that it is a secret, and its value stands beside it",
        )
        .conforming(instead);
}

fn is_of_compose(variable: &SetVariable) -> bool {
    matches!(variable.by, SetBy::Compose | SetBy::ComposeArgument)
}

/// An address whose password is a default.
fn address(model: &Model<'_>, variable: &SetVariable, findings: &mut Findings<'_>) {
    let severity = if variable.is_for_development { Severity::Low } else { Severity::Medium };
    findings
        .report(
            model.stretch(variable.at),
            severity,
            Certainty::Likely,
            format!(
                "`{}` has a password that everybody can read here, wherever its variables aren't set",
                variable.name
            ),
        )
        .because(model.stretch(variable.at), "the password's default stands between the user and the `@`")
        .conforming("Demand the password where it is used: `${POSTGRES_PASSWORD:?must be set}`.");
}

/// Whether what a build is given decides the value: `ARG INDEX_TOKEN`, `ENV INDEX_TOKEN=$INDEX_TOKEN`.
fn is_from_build(variable: &SetVariable) -> bool {
    match variable.by {
        SetBy::BuildArgument => variable.value.is_empty(),
        _ => variable.value.starts_with('$') && variable.by_default.starts_with('$'),
    }
}

fn from_build(model: &Model<'_>, variable: &SetVariable, findings: &mut Findings<'_>) {
    let (severity, message, note) = if variable.by == SetBy::Image {
        (
            Severity::High,
            format!("`{}` is kept in the image as it is built", variable.name),
            "whoever has the image reads it with `docker inspect`",
        )
    } else {
        (
            Severity::Medium,
            format!("`{}` stays in the history of the image", variable.name),
            "what a build argument was is read with `docker history`",
        )
    };
    let severity = if variable.is_for_development { Severity::Low } else { severity };
    findings
        .report(model.stretch(variable.at), severity, Certainty::Likely, message)
        .because(model.stretch(variable.at), note)
        .conforming("Mount it where it is needed, `RUN --mount=type=secret,id=index_token …`, or set it when the container starts.");
}

/// Files with secrets that become a part of an image.
fn copied(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, at) in model.copied_paths() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_environment = (name == ".env" || name.starts_with(".env.")) && !is_example(name);
        let is_key = matches!(name, "id_rsa" | "id_ed25519" | "service-account.json" | "credentials.json")
            || [".key", "-key.pem", "_key.pem", ".p12"].iter().any(|end| name.ends_with(end));
        if !is_environment && !is_key {
            continue;
        }
        findings
            .report(
                model.stretch(at),
                Severity::High,
                Certainty::Likely,
                format!("`{name}` and what it holds become a part of the image"),
            )
            .because(model.stretch(at), "whoever has the image has the file, even if a later step deletes it")
            .conforming("Leave it out, by `.dockerignore` as well, and hand it over when the container starts: `env_file:`, `secrets:`, or a mounted volume.");
    }
}

/// Variables without a default that Compose files take from their surroundings, and that `.env.example` doesn't know.
fn undocumented_by_compose(model: &Model<'_>, findings: &mut Findings<'_>) {
    let documented = model.documented_variables();
    let Some((_, example)) = documented.first() else { return };
    for demanded in model.demanded_variables() {
        let missing: Vec<&(&str, Span)> = demanded
            .iter()
            .filter(|(name, _)| !is_of_platform(name) && !documented.iter().any(|(known, _)| known == name))
            .collect();
        let Some((_, first)) = missing.first() else { continue };
        let names: Vec<String> = missing.iter().take(6).map(|(name, _)| format!("`{name}`")).collect();
        let more = if missing.len() > 6 { format!(" and {} more", missing.len() - 6) } else { String::new() };
        let mut draft = findings
            .report(
                model.stretch(*first),
                Severity::Low,
                Certainty::Sure,
                format!("`{}` doesn't document {}{more}", model.stretch(*example).path(), names.join(", ")),
            )
            .because(model.stretch(*example), "lists the variables, and lacks what is asked for here");
        for (name, at) in missing.iter().skip(1).take(5) {
            draft = draft.because(model.stretch(*at), format!("asks for `{name}`"));
        }
        draft.conforming("Add each of them with a word on what it is for, and without its value.");
    }
}

fn is_weak_word(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "password" | "secret" | "changeme" | "test" | "example")
}

/// The default of `${NAME:-default}`, where the whole value is that; empty for other variables.
fn interpolated(value: &str) -> Option<&str> {
    let inner = value.trim().strip_prefix("${")?.strip_suffix('}')?;
    let default = inner.split_once(":-").or_else(|| inner.split_once('-')).map_or("", |(_, default)| default);
    Some(if inner.contains(":?") { "" } else { default })
}

// Code

/// A secret whose absence nobody notices.
fn default(read: EnvironmentRead<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    let is_secret = names_secret(read.name);
    if !findings.asks(read.at, READABLE, "the name is a secret's", is_secret, &|| match is_secret {
        true => format!("`{}` is", read.name),
        false => format!("`{}` is not known as one", read.name),
    }) {
        return;
    }
    let given = read.otherwise();
    let text = given.and_then(Node::string).filter(|text| is_default_secret(read.name, text, false));
    findings.asks(read.at, READABLE, "a default opens something", text.is_some(), &|| match (given, text) {
        (_, Some(_)) => "it is written here, and taken wherever the variable is missing".to_owned(),
        (Some(_), None) => "its default is empty, or the word that stands for a missing key".to_owned(),
        (None, None) => "it has none".to_owned(),
    });
    let Some((value, text)) = given.zip(text) else { return };
    if is_told(told, read.at.file, read.at.line()) {
        return;
    }
    let is_local = is_for_this_machine(read.at);
    if !findings.asks(read.at, READABLE, "it opens more than this machine", !is_local, &|| match is_local {
        true => "the client that is given it asks a server of this machine".to_owned(),
        false => "nothing shows that it is for a server of this machine".to_owned(),
    }) {
        return;
    }
    findings
        .report(
            read.at,
            severity_of_default(read.name, text),
            Certainty::Sure,
            format!("`{}` has a default that everybody can read here", read.name),
        )
        .because(value, "is taken wherever the variable is missing or misspelt, and nothing fails")
        .conforming(format!(
            "Let it fail: `os.environ[\"{}\"]`, or a field of the settings without a default.",
            read.name
        ));
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

/// Whether a default opens something. The word that stands for a missing key of a provider opens nothing; for a
/// password, what tokens are signed with, or what is masked wherever it is printed, any word does, unless it says where the
/// real one is: `look_in_vault`.
fn is_default_secret(name: &str, text: &str, is_masked: bool) -> bool {
    let is_own = words_of(name)
        .last()
        .is_some_and(|last| matches!(last.as_str(), "secret" | "password" | "passwd" | "passphrase"))
        || matches!(words_of(name).as_slice(), [.., first, last] if matches!(first.as_str(), "secret" | "signing" | "jwt" | "encryption") && last == "key");
    let open = text.trim().is_empty()
        || text.starts_with(['<', '$', '{'])
        || matches!(text, "none" | "None" | "null")
        || is_pointer(text);
    !open
        && (is_own
            || (!is_placeholder(text)
                && text.len() >= 6
                && (is_masked || text.contains(|letter: char| letter.is_ascii_digit() || letter == '-'))))
}

/// Whether a text of several words names the place where the secret is kept.
fn is_pointer(text: &str) -> bool {
    let words = words_of(text);
    words.len() > 1
        && !text.contains(|letter: char| letter.is_ascii_digit())
        && words
            .iter()
            .any(|word| matches!(word.as_str(), "vault" | "env" | "environment" | "keychain" | "keyring"))
}

/// The word that stands for the password to another system opens that system only where it was left as it is.
fn severity_of_default(name: &str, text: &str) -> Severity {
    let is_own = words_of(name)
        .iter()
        .any(|word| matches!(word.as_str(), "secret" | "signing" | "jwt" | "encryption"));
    if is_placeholder(text) && !is_own { Severity::Medium } else { Severity::High }
}

/// A field of the settings that holds a secret.
fn setting(field: Field<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
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
        missing(field, findings);
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
        .filter(|text| names_secret(field.name) && is_default_secret(field.name, text, field.is_masked()));
    findings.asks(field.at, READABLE, "a default opens something", text.is_some(), &|| match text {
        Some(_) => "it is written here, and taken wherever the variable is missing".to_owned(),
        None => "its default is empty, computed, or the word that stands for a missing key".to_owned(),
    });
    let Some(text) = text.filter(|_| !is_told(told, field.at.file, field.at.line())) else { return };
    findings
        .report(
            field.at,
            severity_of_default(field.name, text),
            Certainty::Sure,
            format!("`{}` has a default that everybody can read here", field.name),
        )
        .because(default, "is taken wherever the variable is missing or misspelt, and nothing fails")
        .conforming(format!(
            "Leave the default out: `{}: SecretStr`. Then a missing variable ends the process with its name.",
            field.name
        ));
}

/// A secret that may be `None`, and is taken out without a look.
fn missing(field: Field<'_>, findings: &mut Findings<'_>) {
    let model = field.at.model;
    let taken = model
        .calls()
        .filter(|call| call.callee_name() == "get_secret_value" && is_production(*call))
        .filter_map(|call| call.receiver())
        .find(|receiver| receiver.is(Kind::Attribute) && receiver.name() == field.name);
    let Some(taken) = taken.or_else(|| handed_on(field)) else { return };
    let function = taken.function();
    // Any other mention beside it may be the question whether it is there.
    let is_asked = function.is_some_and(|function| {
        function.descendants_of(Kind::Attribute).any(|other| other != taken && other.name() == field.name)
    }) || taken
        .surroundings()
        .any(|node| matches!(node.kind(), Kind::If | Kind::Conditional | Kind::BoolOp));
    if !is_asked {
        findings
            .report(
                field.at,
                Severity::Low,
                Certainty::Likely,
                format!("`{}` may be missing, which is noticed only when it is needed", field.name),
            )
            .because(taken, "fails here, in the first request that needs it")
            .conforming(format!(
                "Let the process end at its start: `{}: SecretStr`, without a default.",
                field.name
            ));
    }
}

/// Where the field of a settings object is what a client of another system is made with.
fn handed_on(field: Field<'_>) -> Option<Node<'_>> {
    let class = field.at.class()?.place();
    // Where something asks for it, it is optional for a reason.
    let is_optional =
        |branch: Node<'_>| branch.child(Role::Test).is_some_and(|test| test.mentions(field.name));
    if field.at.model.ifs().any(is_optional) {
        return None;
    }
    let mut values = field
        .at
        .model
        .known_calls()
        .filter(|(call, api)| api.is_constructor && is_production(*call))
        // `SecretStr(settings.api_key)` is handed on in turn.
        .flat_map(|(call, _)| call.positional().chain(call.keywords().filter_map(Node::value)));
    values.find(|value| {
        value.is(Kind::Attribute)
            && value.name() == field.name
            && value.receiver().is_some_and(|settings| settings.ty() == Type::Object(class))
    })
}

/// A literal behind a name that tells of a secret.
fn written(
    at: Node<'_>,
    name: &str,
    value: Node<'_>,
    told: &mut Vec<(u32, u32)>,
    findings: &mut Findings<'_>,
) {
    // A literal alone: what a name stands for is told where it is assigned.
    if !value.is(Kind::Str)
        || !names_secret(name)
        || !looks_like_secret(name, value.name())
        || !is_production(at)
        || value.is_silenced_elsewhere()
        || is_told(told, at.file, value.line())
    {
        return;
    }
    findings
        .report(at, Severity::High, Certainty::Likely, format!("`{name}` is written down here"))
        .because(value, "its name says that it is a secret, and this is no placeholder")
        .conforming(OUT_OF_CODE);
}

fn is_plain_key(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
        || name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_header_of_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

/// `{"Authorization": "Bearer …"}`, written out.
fn bearer(entry: Node<'_>, value: Node<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    let Some((scheme, token)) = value.string().and_then(|text| text.split_once(' ')) else { return };
    let is_scheme = ["bearer", "basic", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_scheme
        || !value.is(Kind::Str)
        || !looks_like_secret("access_token", token.trim())
        || !is_production(entry)
        || is_told(told, entry.file, value.line())
    {
        return;
    }
    findings
        .report(
            entry,
            Severity::High,
            Certainty::Likely,
            "the credentials of this header are written down here",
        )
        .because(value, "what stands behind the scheme is no placeholder")
        .conforming(OUT_OF_CODE);
}

/// Whether a dictionary describes values, and holds none: a schema, a form, the example in a documentation.
fn is_described(dictionary: Node<'_>) -> bool {
    const DESCRIBING: [&str; 8] =
        ["type", "description", "example", "examples", "properties", "schema", "label", "placeholder"];
    let says = |name: &str| DESCRIBING.contains(&name) || name.contains("example") || name.contains("schema");
    DESCRIBING.iter().any(|name| dictionary.dictionary_value(name).is_some())
        || dictionary.surroundings().any(|around| match around.kind() {
            Kind::Keyword => says(around.name()),
            Kind::DictItem => around.child(Role::Key).and_then(Node::string).is_some_and(says),
            Kind::Assign | Kind::AnnAssign => {
                around.targets().any(|target| words_of(target.name()).iter().any(|word| says(word)))
            }
            _ => false,
        })
}

/// Whether all values of a dictionary are expressions of types, some of them Python's own: it says what fields there are.
fn is_table_of_types(dictionary: Node<'_>) -> bool {
    let of_python = |text: &str| {
        matches!(
            text,
            "str" | "int" | "float" | "bool" | "bytes" | "object" | "datetime" | "date" | "dict" | "list"
        )
    };
    let is_name = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    let is_applied = |text: &str| {
        text.split_once(['[', '(']).is_some_and(|(outer, rest)| {
            (of_python(outer) || is_name(outer)) && rest.ends_with([']', ')']) && !rest.contains("://")
        })
    };
    let mut some = false;
    let all = dictionary.children().all(|entry| {
        let text = entry.value().and_then(Node::string).unwrap_or_default();
        let is_sure = of_python(text) || is_applied(text);
        some |= is_sure;
        is_sure || is_name(text)
    });
    all && some
}

/// `if token != "…"`: what opens a door is in the code.
fn compared(model: &Model<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    let tests = model
        .ifs()
        .filter_map(|branch| branch.child(Role::Test))
        .flat_map(|test| test.descendants_of(Kind::Compare));
    for test in tests.filter(|test| matches!(test.operator(), Operator::Equal | Operator::NotEqual)) {
        let (Some(left), Some(right)) = (test.child(Role::Left), test.child(Role::Right)) else { continue };
        for (name, value) in [(left, right), (right, left)] {
            if matches!(name.kind(), Kind::Name | Kind::Attribute) {
                written(test, name.name(), value, told, findings);
            }
        }
    }
}

/// Literals behind names that tell of a secret.
fn literals(model: &Model<'_>, told: &mut Vec<(u32, u32)>, findings: &mut Findings<'_>) {
    for assignment in model.assignments() {
        let of_enumeration = assignment.class().is_some_and(|class| {
            class.children().any(|base| base.role() == Role::Base && base.name().ends_with("Enum"))
        });
        let Some(value) = assignment.value().filter(|_| !of_enumeration) else { continue };
        for target in assignment.targets() {
            match target.kind() {
                Kind::Name | Kind::Attribute => written(assignment, target.name(), value, told, findings),
                Kind::Subscript => {
                    if let Some(key) = target.child(Role::Index).filter(|key| key.is(Kind::Str)) {
                        written(assignment, key.name(), value, told, findings);
                    }
                }
                _ => {}
            }
        }
    }
    for call in model.calls() {
        for keyword in call.keywords() {
            if let Some(value) = keyword.value() {
                written(keyword, keyword.name(), value, told, findings);
            }
        }
    }
    // A function of the given files says what it takes.
    for call in model.calls().filter(|call| call.positional().any(|value| value.is(Kind::Str))) {
        let Some(function) = call.target().map(|place| model.node(place)) else { continue };
        for parameter in function.parameters().filter(|parameter| names_secret(parameter.name())) {
            if let Some(value) = call.argument_for(function, parameter) {
                written(value, parameter.name(), value, told, findings);
            }
        }
    }
    for (call, api) in model.known_calls().filter(|(call, _)| call.positional().next().is_some()) {
        for (name, value) in api.callable.parameters.iter().zip(call.positional()) {
            written(value, name, value, told, findings);
        }
    }
    for dictionary in model.dictionaries() {
        // Found out where an entry needs it, once for all of them.
        let described = OnceCell::new();
        let holds = || !*described.get_or_init(|| is_described(dictionary) || is_table_of_types(dictionary));
        for entry in dictionary.children().filter(|entry| entry.is(Kind::DictItem)) {
            let (Some(key), Some(value)) = (entry.child(Role::Key), entry.value()) else { continue };
            match key.string() {
                Some(name) if is_header_of_secret(name) => bearer(entry, value, told, findings),
                // What is neither a word in small letters nor one in capitals names something else.
                Some(name) if is_plain_key(name) && holds() => written(entry, name, value, told, findings),
                _ => {}
            }
        }
    }
    for function in model.functions() {
        for parameter in function.parameters() {
            if let Some(value) = parameter.child(Role::Default) {
                written(parameter, parameter.name(), value, told, findings);
            }
        }
    }
}

// One place for configuration

/// Whether a file is where configuration is read: the module that the settings name, or one named for it.
fn is_configuration(model: &Model<'_>, file: u32) -> bool {
    let path = model.files[file as usize].path;
    let module = model.settings.settings_module.replace('.', "/");
    let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".py");
    path.trim_end_matches(".py").ends_with(&module)
        || path.split('/').any(|part| matches!(part, "config" | "settings" | "configuration"))
        || name.ends_with("config")
        || words_of(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "config"
                    | "configs"
                    | "configuration"
                    | "conf"
                    | "settings"
                    | "setting"
                    | "env"
                    | "environment"
                    | "constants"
                    | "const"
                    | "defaults"
                    | "setup"
                    | "main"
            )
        })
}

/// A file that bears the name of the settings module, or of settings.
fn is_named_for_settings(model: &Model<'_>, file: u32) -> bool {
    let path = model.files[file as usize].path.trim_end_matches(".py");
    path.ends_with(&model.settings.settings_module.replace('.', "/"))
        || words_of(path.rsplit('/').next().unwrap_or(path))
            .iter()
            .any(|word| matches!(word.as_str(), "settings" | "config"))
}

fn is_of_constructor(at: Node<'_>) -> bool {
    at.function().is_some_and(|function| function.name() == "__init__")
}

/// `key or os.getenv("KEY")`: for what the caller left out.
fn stands_in(at: Node<'_>) -> bool {
    at.surroundings().any(|around| match around.kind() {
        Kind::BoolOp => {
            around.operator() == Operator::Or
                && around.children().next().is_some_and(|first| !first.contains(at))
        }
        Kind::Conditional | Kind::If => true,
        _ => false,
    })
}

fn scattered(model: &Model<'_>, reads: &[EnvironmentRead<'_>], findings: &mut Findings<'_>) {
    // Where there is no place for settings yet, or the program sets variables itself, it may be meant so.
    let has_settings = model.python().any(|(file, data)| !data.is_test && is_named_for_settings(model, file))
        || model
            .classes()
            .any(|class| !class.source_file().is_test && model.is_settings_class(class.place()));
    let is_written = model.process_changes().iter().any(|change| !change.at.is_outside_production());
    let alone = model.python().filter(|(_, file)| !file.is_test).count() <= 3;
    let certainty =
        if has_settings || (alone && !is_written) { Certainty::Sure } else { Certainty::Question };
    for (file, data) in model.python() {
        if data.is_test || data.is_migration || data.is_script || is_configuration(model, file) {
            continue;
        }
        let late = |read: &&EnvironmentRead<'_>| {
            read.at.file == file
                && !is_of_system(read.name)
                && !read.at.asks_whether_set()
                && !read.at.is_last_resort()
                // The default of a field is what its owner may give otherwise.
                && (read.at.function().is_some() || read.at.class().is_none())
                && !(is_of_constructor(read.at) && stands_in(read.at))
                && !read.at.class().is_some_and(|class| {
                    words_of(class.name())
                        .iter()
                        .any(|word| matches!(word.as_str(), "config" | "settings" | "options"))
                })
                // Without a place for settings, what a module asks for when it is imported at least shows at once.
                && read.at.function().map_or(has_settings, |function| {
                    // An object that asks when it is made, for what its caller left out, is made at the start.
                    (has_settings || function.name() != "__init__")
                        && !words_of(function.name()).iter().any(|word| {
                            matches!(word.as_str(), "config" | "settings" | "env" | "environment")
                        })
                })
        };
        let mut names: Vec<&str> = Vec::new();
        let mut places: Vec<Node<'_>> = Vec::new();
        for read in reads.iter().filter(late) {
            if !names.contains(&read.name) {
                names.push(read.name);
                places.push(read.at);
            }
        }
        if names.len() < SCATTERED {
            continue;
        }
        let mut draft = findings
            .report(
                places[0],
                Severity::Low,
                certainty,
                format!("this file asks the environment for {} variables by itself", names.len()),
            )
            .because(places[0], "a missing or a wrong value shows only when this runs");
        for place in places.iter().skip(1).take(4) {
            draft = draft.because(*place, "asks by itself as well");
        }
        draft.conforming(
            "Read them in the settings, `settings = Settings()` at import, and take them from there.",
        );
    }
}

/// Variables that the operating system or the user's session sets: they configure nothing of the application's own.
fn is_of_system(name: &str) -> bool {
    const NAMES: [&str; 19] = [
        "HOME",
        "PATH",
        "HOSTNAME",
        "COMPUTERNAME",
        "USER",
        "USERNAME",
        "LOGNAME",
        "LNAME",
        "USERPROFILE",
        "SHELL",
        "PWD",
        "TMPDIR",
        "TEMP",
        "TMP",
        "LANG",
        "TERM",
        "COLUMNS",
        "APPDATA",
        "LOCALAPPDATA",
    ];
    NAMES.contains(&name) || name.starts_with("XDG_")
}

/// Variables that the platform sets.
fn is_of_platform(name: &str) -> bool {
    const NAMES: [&str; 7] = ["PORT", "HOST", "TZ", "CI", "EDITOR", "VIRTUAL_ENV", "NO_COLOR"];
    const STARTS: [&str; 11] = [
        "PYTHON",
        "PYTEST",
        "KUBERNETES_",
        "AWS_",
        "OTEL_",
        "GITHUB_",
        "CUDA_",
        "OMP_",
        "NVIDIA_",
        "HTTP_PROXY",
        "SSL_",
    ];
    is_of_system(name) || NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

/// Variables that code reads and `.env.example` does not know.
fn undocumented<'m>(model: &'m Model<'m>, reads: &[EnvironmentRead<'m>], findings: &mut Findings<'_>) {
    let documented = model.documented_variables();
    let Some(example) = documented.first() else { return };
    let example = example.1;
    let knows = |name: &str| documented.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut missing: Vec<(String, Node<'m>)> = Vec::new();
    let mut add = |name: String, at: Node<'m>| {
        if !knows(&name) && !is_of_platform(&name) && !missing.iter().any(|(known, _)| *known == name) {
            missing.push((name, at));
        }
    };
    for class in
        model.classes().filter(|class| is_production(*class) && model.is_settings_class(class.place()))
    {
        let Some(prefix) = model.variable_prefix(class.place()) else { continue };
        for field in model.fields(class.place()) {
            if let Some(name) = field.variable_name(prefix) {
                add(name, field.at);
            }
        }
    }
    for read in reads.iter().filter(|read| is_production(read.at) && !read.at.source_file().is_script) {
        add(read.name.to_owned(), read.at);
    }
    let Some((_, first)) = missing.first() else { return };
    let names: Vec<String> = missing.iter().take(6).map(|(name, _)| format!("`{name}`")).collect();
    let more = if missing.len() > 6 { format!(" and {} more", missing.len() - 6) } else { String::new() };
    let mut draft = findings
        .report(
            *first,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` doesn't document {}{more}", model.stretch(example).path(), names.join(", ")),
        )
        .because(model.stretch(example), "lists the variables, and lacks what is read here");
    for (name, at) in missing.iter().take(6) {
        draft = draft.because(*at, format!("reads `{name}`"));
    }
    draft.conforming("Add each of them with a word on what it is for, and without its value.");
}

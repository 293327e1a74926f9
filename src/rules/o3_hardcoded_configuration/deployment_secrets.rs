//! Secrets in deployment files: a variable that is named as one, with its value beside it.
//!
//! Quiet about placeholders, about values that come from elsewhere, and about files that only document the variables.

use super::Told;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{
    Model, SetBy, SetVariable, connection_strings, is_guessable, is_random_key, is_set_secret, is_weak_word,
    names_secret,
};

const MOUNT_IT: &str = "Mount it where it is needed, `RUN --mount=type=secret,id=index_token …`, or set it when the container starts.";

pub fn check(model: &Model<'_>, variable: &SetVariable, told: &mut Told, findings: &mut Findings<'_>) {
    if variable.by == SetBy::Example {
        return;
    }
    let line = model.files[variable.at.file as usize].lines.line(variable.at.start);
    if is_address_by_default(variable) && !told.before(variable.at.file, line) {
        address(model, variable, findings);
        return;
    }
    if !names_secret(&variable.name) && !is_random_key(&variable.name, &variable.value) {
        return;
    }
    let written = written(variable);
    if !(variable.is_from_build() || written.is_some()) || told.before(variable.at.file, line) {
        return;
    }
    match written.filter(|_| !variable.is_from_build()) {
        Some(written) => report(model, variable, written, findings),
        None => from_build(model, variable, findings),
    }
}

/// A value that is a secret.
#[derive(Clone, Copy)]
struct Written {
    /// It is taken only where another variable is not set.
    is_default: bool,
    /// A word that anybody would try.
    is_weak: bool,
}

fn written(variable: &SetVariable) -> Option<Written> {
    let default = variable.interpolated_default();
    let is_default = default.is_some();
    let value = default.unwrap_or(&variable.value);
    // What is deployed with a word that anybody would try is open, however it was meant.
    let is_weak = is_guessable(value) || (variable.is_interpolated() && is_weak_word(value));
    let takes_any_word = variable.is_interpolated() || variable.is_of_image();
    (is_weak || is_set_secret(&variable.name, value, is_default, takes_any_word))
        .then_some(Written { is_default, is_weak })
}

fn report(model: &Model<'_>, variable: &SetVariable, written: Written, findings: &mut Findings<'_>) {
    let (severity, message, instead) = said_of(variable, written);
    let severity = if variable.is_for_development { Severity::Low } else { severity };
    findings
        .report(model.stretch(variable.at), severity, Certainty::Likely, message)
        .because(
            model.stretch(variable.at),
            "its name says that it is a secret, and its value stands beside it",
        )
        .conforming(instead);
}

/// How bad it is where such a variable is set, the message, and the advice.
fn said_of(variable: &SetVariable, written: Written) -> (Severity, String, String) {
    let Written { is_default, is_weak } = written;
    let name = &variable.name;
    let read = variable.read_from().unwrap_or(name);
    match variable.by {
        SetBy::Compose | SetBy::ComposeArgument | SetBy::Script if is_default => (
            Severity::Medium,
            if read == name {
                format!("`{name}` is a word that everybody can read here, wherever it isn't set")
            } else {
                format!("`{name}` is a word that everybody can read here, wherever `{read}` isn't set")
            },
            format!("Demand it: `${{{read}:?must be set}}`."),
        ),
        SetBy::Compose | SetBy::ComposeArgument | SetBy::Script => (
            if is_weak { Severity::Medium } else { Severity::High },
            format!("`{name}` is written down here"),
            format!("Demand it from the environment, `${{{name}:?must be set}}`, or mount it as one of the service's `secrets:`."),
        ),
        SetBy::Image | SetBy::BuildArgument => (
            Severity::High,
            format!("`{name}` is a part of the image"),
            MOUNT_IT.to_owned(),
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
    }
}

/// Whether it is an address whose password is a default: `postgresql://app:${PASSWORD:-letmein}@db/app`.
fn is_address_by_default(variable: &SetVariable) -> bool {
    variable.is_interpolated()
        && variable.value.contains("${")
        && !connection_strings(&variable.by_default).is_empty()
        && connection_strings(&variable.value).is_empty()
}

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

/// What a build is given, and the image or its history then holds.
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
        .conforming(MOUNT_IT);
}

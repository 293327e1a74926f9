//! Secrets that are known by their form, in whatever file: a provider's key, an address with its password.
//!
//! Quiet in tests, in comments, in files that document variables, in help that is printed, and in the example of a
//! described setting.

use super::{OUT_OF_CODE, Told};
use crate::report::{Certainty, FileKind, Severity};
use crate::rules::Findings;
use crate::semantic::{File, Model, Node, Span, connection_strings, is_example, written_keys};
use crate::stack::Tag;
use crate::syntax::Kind;

pub fn check(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for (file, data) in (0..).zip(&model.files) {
        if !data.is_test && data.kind != FileKind::Other {
            keys(model, file, data, told, findings);
            addresses(model, file, data, told, findings);
        }
    }
}

fn keys(model: &Model<'_>, file: u32, data: &File<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for key in written_keys(data.text) {
        let at = Span { file, start: key.start as u32, end: key.end as u32 };
        if told.before(file, data.lines.line(at.start)) {
            continue;
        }
        let what = match key.of.starts_with("a ") {
            true => key.of.to_owned(),
            false => format!("a key of {}", key.of),
        };
        findings
            .report(
                model.stretch(at),
                Severity::Critical,
                Certainty::Sure,
                format!("{what} is written down here"),
            )
            .because(model.stretch(at), "has the form of a real one, and is in every clone and every image")
            .conforming(OUT_OF_CODE);
    }
}

fn addresses(model: &Model<'_>, file: u32, data: &File<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    // What documents the variables shows the form of an address.
    if data.kind == FileKind::Environment && is_example(data.path) {
        return;
    }
    let is_python = data.kind == FileKind::Python;
    for found in connection_strings(data.text) {
        let at = Span { file, start: found.start as u32, end: found.end as u32 };
        let is_value = !is_python || model.literal_at(file, at.start).is_some_and(|text| !is_comment(text));
        let is_help =
            is_python && found.is_guessable && model.literal_at(file, at.start).is_some_and(is_printed_help);
        // The database that a pipeline starts for its tests is gone with the job.
        let is_passing = found.is_for_this_machine
            && data.yaml.documents().iter().any(|&root| data.yaml.get(root, "jobs").is_some());
        if !is_value
            || is_help
            || is_passing
            || shows_form(data, at.start)
            || told.before(file, data.lines.line(at.start))
        {
            continue;
        }
        let severity = match (found.is_guessable, found.is_for_this_machine) {
            (true, true) => Severity::Low,
            (true, false) => Severity::Medium,
            _ => Severity::High,
        };
        findings
            .report(
                model.stretch(at),
                severity,
                Certainty::Likely,
                "an address with its password is written down here",
            )
            .because(model.stretch(at), "the password stands between the user and the `@`")
            .conforming(
                "Read the whole address from the environment: `database_url: SecretStr`, without a default.",
            );
    }
}

/// A text that stands alone, a docstring: it explains.
fn is_comment(text: Node<'_>) -> bool {
    text.parent().is_some_and(|parent| parent.is(Kind::ExprStatement))
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

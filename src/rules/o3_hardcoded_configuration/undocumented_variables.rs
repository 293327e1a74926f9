//! Variables that code reads, or that a Compose file demands, and that `.env.example` doesn't know.
//!
//! Quiet where no such file was given, and about what the platform sets.

use super::{is_production, settings_classes};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{EnvironmentRead, Model, Node, Span, is_platform_variable};

/// So many are named.
const LISTED: usize = 6;

/// Variables that code reads and `.env.example` does not know.
pub fn read_by_code<'m>(model: &'m Model<'m>, reads: &[EnvironmentRead<'m>], findings: &mut Findings<'_>) {
    let documented = model.documented_variables();
    let Some(example) = documented.first() else { return };
    let example = example.1;
    let knows = |name: &str| documented.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut missing: Vec<(String, Node<'m>)> = Vec::new();
    let mut add = |name: String, at: Node<'m>| {
        if !knows(&name) && !is_platform_variable(&name) && !missing.iter().any(|(known, _)| *known == name) {
            missing.push((name, at));
        }
    };
    for class in settings_classes(model) {
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
    let names = listed(missing.iter().map(|(name, _)| name.as_str()).collect());
    let mut draft = findings
        .report(
            *first,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` doesn't document {names}", model.stretch(example).path()),
        )
        .because(model.stretch(example), "lists the variables, and lacks what is read here");
    for (name, at) in missing.iter().take(LISTED) {
        draft = draft.because(*at, format!("reads `{name}`"));
    }
    draft.conforming("Add each of them with a word on what it is for, and without its value.");
}

/// Variables without a default that Compose files take from their surroundings.
pub fn demanded_by_compose(model: &Model<'_>, findings: &mut Findings<'_>) {
    let documented = model.documented_variables();
    let Some((_, example)) = documented.first() else { return };
    for demanded in model.demanded_variables() {
        let missing: Vec<&(&str, Span)> = demanded
            .iter()
            .filter(|(name, _)| {
                !is_platform_variable(name) && !documented.iter().any(|(known, _)| known == name)
            })
            .collect();
        let Some((_, first)) = missing.first() else { continue };
        let names = listed(missing.iter().map(|(name, _)| *name).collect());
        let mut draft = findings
            .report(
                model.stretch(*first),
                Severity::Low,
                Certainty::Sure,
                format!("`{}` doesn't document {names}", model.stretch(*example).path()),
            )
            .because(model.stretch(*example), "lists the variables, and lacks what is asked for here");
        for (name, at) in missing.iter().skip(1).take(LISTED - 1) {
            draft = draft.because(model.stretch(*at), format!("asks for `{name}`"));
        }
        draft.conforming("Add each of them with a word on what it is for, and without its value.");
    }
}

/// The names as a message lists them: the first ones, then how many more there are.
fn listed(names: Vec<&str>) -> String {
    let first: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    first.join(", ") + &more
}

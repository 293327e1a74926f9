//! Small texts that several components say alike.

pub use crate::export::counted as count;
use crate::export::silenced_words;
use crate::notebook::cell_line;
use crate::report::{Certainty, Range, Report, Shape, Status};
use crate::ui::state::State;
use crate::worker::client::Failure;

/// `app/chat.py:13`, as an editor or a terminal links it.
pub fn place(path: &str, range: &Range) -> String {
    format!("{path}:{}", range.start.line)
}

/// The same, with the cell where the file is an open notebook: there its line means nothing to a person.
pub fn place_in(state: &State, path: &str, range: &Range) -> String {
    let notebook = state.notebooks.iter().find(|(of, _)| of == path);
    match notebook.and_then(|(_, lines)| cell_line(lines, range.start)) {
        Some(at) => format!("{}, cell {}, line {}", path, at.cell, at.line),
        None => place(path, range),
    }
}

/// A number with a comma between thousands.
pub fn grouped(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

/// The whole outcome in two sentences. It never says that all is well: rules that are not checked, and rules that
/// had nothing to see, are always counted, and so is what comments silence and what could not be read.
pub fn headline(report: &Report) -> (String, String) {
    let questions = report.findings.iter().filter(|finding| finding.certainty == Certainty::Question).count();
    let findings = report.findings.len() - questions;
    let seen = report.rules.len() - report.with_status(Status::NotSeen).len();
    let unread = report.unread();
    let first = match (findings, questions) {
        (0, 0) if !unread.is_empty() => "No findings in what could be read".to_owned(),
        (0, 0) => "No findings".to_owned(),
        (findings, 0) => count(findings, "finding"),
        (0, questions) => format!("No findings, {}", count(questions, "question")),
        (findings, questions) => format!("{}, {}", count(findings, "finding"), count(questions, "question")),
    };
    let mut second = format!("{} of 28 rules checked, {seen} with something to see", report.rules.len());
    second += &silenced_words(report);
    if !unread.is_empty() {
        second += &format!(", {} not read as it stands", count(unread.len(), "file"));
    }
    (first, second)
}

/// What a text was taken for that is no module as it stands.
pub fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Fragment => "a fragment of code",
        Shape::Session => "a session at the prompt",
        Shape::Markdown => "the Python of a Markdown text",
        Shape::Notebook => "a notebook's code cells",
    }
}

/// What happened to the checker, for somebody who only sees the page.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Unloadable(why) if why.is_empty() => {
            "The checker could not be loaded. Your text is safe; it is tried again at the next change."
                .to_owned()
        }
        Failure::Unloadable(why) => format!(
            "The checker could not be loaded: {why}. Your text is safe; it is tried again at the next change."
        ),
        Failure::Crashed(_) => "The checker stopped on this text and was restarted. Your text is untouched; \
                                it is checked again at the next change."
            .to_owned(),
        Failure::Stopped => "You stopped the check. It begins again at the next change.".to_owned(),
        Failure::TookTooLong(limit) => format!(
            "The checker took more than {} seconds for this text and was restarted. Your text is untouched; it is \
             checked again at the next change.",
            limit.div_ceil(1_000)
        ),
    }
}

//! A report in the forms that are taken away, one file a form. None of them knows the browser, and none reads a file.
//!
//! Texts of the report come from outside (paths, names in code): each form makes them harmless for whoever shows it.

pub mod audit;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod markdown;
pub mod sarif;
#[cfg(feature = "cli")]
pub mod text;
mod visible;

#[cfg(test)]
mod sample;

use crate::report::{Certainty, Finding, Report};

/// What of a whole a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// Of patches, what concerns the lines that they add, which are so many.
    AddedLines(usize),
    /// Some of the findings, chosen by somebody.
    Chosen,
}

/// The findings that count, and the questions apart from them, both in the report's order.
fn findings_and_questions(report: &Report) -> (Vec<&Finding>, Vec<&Finding>) {
    report.findings.iter().partition(|finding| finding.certainty != Certainty::Question)
}

/// `1 finding`, `2 findings`: the noun is given in the singular and takes an `s`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The rules by their ids: `C5 F1`.
fn ids(rules: Vec<crate::report::Rule>) -> String {
    let ids: Vec<&str> = rules.into_iter().map(crate::report::Rule::id).collect();
    ids.join(" ")
}

/// How many findings comments silence, as the end of a sentence that counts; nothing where they silence none.
pub fn silenced_words(report: &Report) -> String {
    match report.silenced.len() {
        0 => String::new(),
        1 => ", 1 silenced by a comment".to_owned(),
        count => format!(", {count} silenced by comments"),
    }
}

/// The address of a rule on a page of the playground, which is given without what stands behind its `#`.
fn rule_address(page: &str, rule: crate::report::Rule) -> String {
    let page = page.split('#').next().unwrap_or_default();
    format!("{page}#/rules/{rule}")
}

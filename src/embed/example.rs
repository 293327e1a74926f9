//! The pair of a rule with what the checker finds in it.

use crate::catalogue::{Entry, Example};
use crate::check::check;
use crate::report::{Certainty, Finding, Report};
use crate::settings::Settings;
use crate::source::Source;

/// One side of a pair, checked.
pub struct Side {
    /// `violating` or `conforming`.
    pub word: &'static str,
    pub files: Vec<Source>,
    pub report: Report,
}

impl Side {
    fn new(word: &'static str, examples: &[Example]) -> Self {
        let files: Vec<Source> = examples
            .iter()
            .map(|example| Source { path: example.path.clone(), text: example.text.clone() })
            .collect();
        let report = check(&files, &Settings::default());
        Self { word, files, report }
    }

    /// The findings of one file, in the order of the text.
    pub fn findings<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.report.findings.iter().filter(move |finding| finding.path == path)
    }

    /// `1 finding, 2 questions`.
    pub fn count(&self) -> String {
        let findings = &self.report.findings;
        let questions = findings.iter().filter(|finding| finding.certainty == Certainty::Question).count();
        let counted = crate::export::counted;
        match (findings.len() - questions, questions) {
            (0, 0) => "no findings".to_owned(),
            (findings, 0) => counted(findings, "finding"),
            (0, questions) => counted(questions, "question"),
            (findings, questions) => {
                format!("{}, {}", counted(findings, "finding"), counted(questions, "question"))
            }
        }
    }
}

/// Both sides of a rule's pair, checked.
pub fn pair(entry: &Entry) -> [Side; 2] {
    [Side::new("violating", entry.violating()), Side::new("conforming", entry.conforming())]
}

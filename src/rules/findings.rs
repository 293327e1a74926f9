//! Gathers what the rules report.

use crate::report::{Certainty, Evidence, Finding, Range, Rule, RuleStatus, Severity, Status};
use crate::semantic::{Model, Node};

/// More places than these are not listed for a rule that conforms.
const MOST_PLACES: usize = 50;

/// Where a rule puts its findings and the places that conform.
pub struct Findings<'m> {
    rule: Rule,
    found: Vec<Finding>,
    conforming: Vec<Evidence>,
    model: &'m Model<'m>,
}

/// A finding in the making: `findings.report(…).because(…).conforming(…)`. It is complete when it is dropped out of
/// the expression.
pub struct Draft<'f> {
    finding: &'f mut Finding,
}

impl<'m> Findings<'m> {
    pub fn new(rule: Rule, model: &'m Model<'m>) -> Self {
        Self { rule, found: Vec::new(), conforming: Vec::new(), model }
    }

    /// Reports a finding at an expression, statement or the heading of a definition. The message starts in lower
    /// case and ends without a full stop.
    pub fn report(
        &mut self,
        at: Node<'_>,
        severity: Severity,
        certainty: Certainty,
        message: impl Into<String>,
    ) -> Draft<'_> {
        let severity = self.model.settings.severity.get(&self.rule).copied().unwrap_or(severity);
        self.found.push(Finding {
            rule: self.rule,
            severity,
            certainty,
            message: message.into(),
            path: at.source_file().path.to_owned(),
            range: range_of(at),
            symbol: at.qualified_name(),
            because: Vec::new(),
            conforming: String::new(),
            fix: None,
        });
        Draft { finding: self.found.last_mut().expect("a finding was just pushed") }
    }

    /// Notes a place that does what the rule asks for.
    pub fn conforms(&mut self, at: Node<'_>, note: impl Into<String>) {
        if self.conforming.len() < MOST_PLACES {
            self.conforming.push(evidence(at, note.into()));
        }
    }

    /// What was reported, and the rule's status over the given files.
    pub fn finish(self) -> (Vec<Finding>, RuleStatus) {
        let violations: Vec<Evidence> = self
            .found
            .iter()
            .filter(|finding| finding.certainty != Certainty::Question)
            .map(|finding| Evidence {
                path: finding.path.clone(),
                range: finding.range,
                note: finding.message.clone(),
            })
            .collect();
        let (status, places) = if !violations.is_empty() {
            (Status::Violated, violations)
        } else if !self.conforming.is_empty() {
            (Status::Conforms, self.conforming)
        } else {
            (Status::NotSeen, Vec::new())
        };
        (self.found, RuleStatus { rule: self.rule, status, places })
    }
}

impl Draft<'_> {
    /// Adds a place that makes the finding true. They are read in the order in which they are added.
    pub fn because(self, at: Node<'_>, note: impl Into<String>) -> Self {
        self.finding.because.push(evidence(at, note.into()));
        self
    }

    /// Says the conforming pattern for this finding, as Markdown.
    pub fn conforming(self, pattern: impl Into<String>) -> Self {
        self.finding.conforming = pattern.into();
        self
    }
}

fn evidence(at: Node<'_>, note: String) -> Evidence {
    Evidence { path: at.source_file().path.to_owned(), range: range_of(at), note }
}

/// Definitions and clauses are marked by their first line, not by their whole body.
fn range_of(at: Node<'_>) -> Range {
    at.heading()
}

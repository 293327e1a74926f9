//! Gathers what the rules report.

use crate::report::{Certainty, Evidence, Finding, Range, Rule, RuleStatus, Severity, Status};
use crate::semantic::{Failing, Model, Node, Stretch};

/// More places than these are not listed for a rule that conforms.
const MOST_PLACES: usize = 50;

/// Where a rule puts its findings and the places that conform.
pub struct Findings<'m> {
    rule: Rule,
    found: Vec<Finding>,
    conforming: Vec<Evidence>,
    model: &'m Model<'m>,
}

/// A place that a finding or its evidence can point at, in code or in a deployment file.
pub struct Location {
    path: String,
    range: Range,
    symbol: String,
}

impl From<Node<'_>> for Location {
    /// Definitions and clauses are marked by their first line, not by their whole body.
    fn from(node: Node<'_>) -> Self {
        Self {
            path: node.source_file().path.to_owned(),
            range: node.heading(),
            symbol: node.qualified_name(),
        }
    }
}

impl From<Stretch<'_>> for Location {
    fn from(stretch: Stretch<'_>) -> Self {
        Self { path: stretch.path().to_owned(), range: stretch.range(), symbol: String::new() }
    }
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

    /// Reports a finding at an expression, statement, the heading of a definition, or in a deployment file. The message starts in lower
    /// case and ends without a full stop.
    pub fn report(
        &mut self,
        at: impl Into<Location>,
        severity: Severity,
        certainty: Certainty,
        message: impl Into<String>,
    ) -> Draft<'_> {
        let at = at.into();
        let severity = self.model.settings.severity.get(&self.rule).copied().unwrap_or(severity);
        self.found.push(Finding {
            rule: self.rule,
            severity,
            certainty,
            message: message.into(),
            path: at.path,
            range: at.range,
            symbol: at.symbol,
            because: Vec::new(),
            conforming: String::new(),
            fix: None,
        });
        Draft { finding: self.found.last_mut().expect("a finding was just pushed") }
    }

    /// Whether this rule has reported something at this place already, by way of another one that leads to it.
    pub fn has_reported(&self, at: impl Into<Location>) -> bool {
        let at = at.into();
        self.found.iter().any(|finding| finding.path == at.path && finding.range == at.range)
    }

    /// Notes a place that does what the rule asks for.
    pub fn conforms(&mut self, at: impl Into<Location>, note: impl Into<String>) {
        if self.conforming.len() < MOST_PLACES {
            self.conforming.push(evidence(at, note.into()));
        }
    }

    /// What was reported and is kept, and the rule's status over the given files.
    pub fn finish(mut self, keep: impl Fn(&Finding) -> bool) -> (Vec<Finding>, RuleStatus) {
        self.found.retain(keep);
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
    pub fn because(self, at: impl Into<Location>, note: impl Into<String>) -> Self {
        self.finding.because.push(evidence(at, note.into()));
        self
    }

    /// Adds the way to a call that may fail: what is said of the call where its failure is known, and where its function
    /// was not given.
    pub fn because_it_fails(mut self, failing: &Failing<'_>, known: &str, not_given: &str) -> Self {
        let Some((last, way)) = failing.chain.split_last() else { return self };
        for step in way {
            self = self.because(*step, "leads to the call that may fail");
        }
        self.because(*last, if failing.is_known { known } else { not_given })
    }

    /// Says the conforming pattern for this finding, as Markdown.
    pub fn conforming(self, pattern: impl Into<String>) -> Self {
        self.finding.conforming = pattern.into();
        self
    }
}

fn evidence(at: impl Into<Location>, note: String) -> Evidence {
    let at = at.into();
    Evidence { path: at.path, range: at.range, note }
}

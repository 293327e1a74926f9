//! Gathers what the rules report.

use crate::explanation::{Answer, Candidate, Condition};
use crate::ignores::Ignores;
use crate::report::{Certainty, Evidence, Finding, Fix, Range, Rule, RuleStatus, Severity, Status};
use crate::semantic::{Failing, Model, Node, Place, Span, Stretch};

/// More places than these are not listed for a rule that conforms.
const MOST_PLACES: usize = 50;

/// Where a rule puts its findings and the places that conform.
pub struct Findings<'m> {
    rule: Rule,
    found: Vec<Finding>,
    conforming: Vec<Evidence>,
    model: &'m Model<'m>,
    /// What the rule asks, where somebody wants to know.
    watch: Option<Watch>,
    /// Whether somebody wants to have the fixes that the rule can think of.
    pub proposes_fixes: bool,
}

/// Takes down what a rule asks about places, while it runs.
struct Watch {
    /// The one line that matters; all, if nothing is said.
    only: Option<(String, u32)>,
    /// With where it was asked, in the order of the questions.
    asked: Vec<(Written, &'static str, Candidate)>,
}

impl Watch {
    fn is_about(&self, at: &Location) -> bool {
        self.only.as_ref().is_none_or(|(path, line)| at.path == *path && is_on(at.range, *line))
    }
}

/// What a rule asked, and what it made of that.
pub struct Watched {
    pub candidates: Vec<Candidate>,
    pub conforming: Vec<Evidence>,
}

/// Whether a range has a part on the line.
fn is_on(range: Range, line: u32) -> bool {
    range.start.line <= line && line <= range.end.line
}

fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
    }
}

/// Where something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    InCode(Place),
    InDeployment(Span),
}

/// A place that a finding or its evidence can point at, in code or in a deployment file.
pub struct Location {
    path: String,
    range: Range,
    symbol: String,
    written: Written,
}

impl From<Node<'_>> for Location {
    /// Definitions and clauses are marked by their first line, not by their whole body.
    fn from(node: Node<'_>) -> Self {
        Self {
            path: node.source_file().path.to_owned(),
            range: node.heading(),
            symbol: node.qualified_name(),
            written: Written::InCode(node.place()),
        }
    }
}

impl From<Stretch<'_>> for Location {
    fn from(stretch: Stretch<'_>) -> Self {
        Self {
            path: stretch.path().to_owned(),
            range: stretch.range(),
            symbol: String::new(),
            written: Written::InDeployment(stretch.span),
        }
    }
}

/// A finding in the making: `findings.report(…).because(…).conforming(…)`. It is complete when it is dropped out of
/// the expression.
pub struct Draft<'f> {
    finding: &'f mut Finding,
    proposes_fixes: bool,
}

impl<'m> Findings<'m> {
    pub fn new(rule: Rule, model: &'m Model<'m>) -> Self {
        Self { rule, found: Vec::new(), conforming: Vec::new(), model, watch: None, proposes_fixes: false }
    }

    /// The same, with a record of what the rule asks: on one line of a file, or everywhere.
    pub fn watching(rule: Rule, model: &'m Model<'m>, only: Option<(&str, u32)>) -> Self {
        let only = only.map(|(path, line)| (path.to_owned(), line));
        Self { watch: Some(Watch { only, asked: Vec::new() }), ..Self::new(rule, model) }
    }

    /// Whether somebody wants to know what is asked about this place: only then is it worth finding out more than the
    /// rule needs.
    pub fn watches(&self, at: impl Into<Location>) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.is_about(&at.into()))
    }

    /// Whether somebody wants to know anything.
    pub fn is_watched(&self) -> bool {
        self.watch.is_some()
    }

    /// Whether anything was asked, and taken down, about this place.
    pub fn has_asked(&self, at: impl Into<Location>) -> bool {
        self.watch.as_ref().is_some_and(|watch| {
            let at = at.into();
            watch.asked.iter().any(|(asked, ..)| *asked == at.written)
        })
    }

    /// Asks whether a condition of the rule holds at a place, one after the other, and gives the answer back. `about`
    /// names the defect that is looked for; what holds, and the fact, are sentences in the manner of messages.
    pub fn asks(
        &mut self,
        at: impl Into<Location>,
        about: &'static str,
        what: &str,
        answer: impl Into<Answer>,
        fact: &dyn Fn() -> String,
    ) -> bool {
        let answer = answer.into();
        if self.watch.is_some() {
            self.take_down(&at.into(), about, what, answer, fact);
        }
        answer == Answer::Met
    }

    /// The same where the fact is one of two sentences: for what holds, and for what does not.
    pub fn asks_whether(
        &mut self,
        at: impl Into<Location>,
        about: &'static str,
        what: &str,
        holds: bool,
        [met, unmet]: [&str; 2],
    ) -> bool {
        self.asks(at, about, what, holds, &|| if holds { met } else { unmet }.to_owned())
    }

    /// Whether a defect is told here, and not with another one of which the same is to be said.
    pub fn asks_alone(&mut self, at: Node<'_>, defect: &'static str, is_told: bool) -> bool {
        let facts =
            ["no other place has this finding", "another place has the finding, and this is told with it"];
        self.asks_whether(at, defect, "it is told nowhere else", !is_told, facts)
    }

    #[inline(never)]
    fn take_down(
        &mut self,
        at: &Location,
        about: &'static str,
        what: &str,
        answer: Answer,
        fact: &dyn Fn() -> String,
    ) {
        let Some(watch) = self.watch.as_mut().filter(|watch| watch.is_about(at)) else { return };
        let condition = Condition { what: what.to_owned(), answer, fact: fact() };
        let known = watch
            .asked
            .iter_mut()
            .rev()
            .take(64)
            .find(|(asked, defect, _)| *asked == at.written && *defect == about);
        if let Some((_, _, candidate)) = known {
            // What several ways lead to is asked several times.
            if !candidate.conditions.contains(&condition) {
                candidate.conditions.push(condition);
            }
            return;
        }
        let candidate = Candidate {
            path: at.path.clone(),
            range: at.range,
            code: match at.written {
                Written::InCode(place) => self.model.node(place).excerpt(),
                Written::InDeployment(span) => self.model.stretch(span).excerpt(),
            },
            about: about.to_owned(),
            conditions: vec![condition],
            is_found: false,
        };
        watch.asked.push((at.written, about, candidate));
    }

    /// What was asked, once the rule has run. Where everything that was asked is met and nothing was found, something
    /// else speaks against it, which the rule does not tell.
    pub fn watched(&mut self, ignores: &Ignores) -> Watched {
        let mut candidates = Vec::new();
        for (_, _, mut candidate) in self.watch.take().map(|watch| watch.asked).unwrap_or_default() {
            let all_met = candidate.conditions.iter().all(|condition| condition.answer == Answer::Met);
            let mut found = self
                .found
                .iter()
                .filter(|finding| finding.path == candidate.path && finding.range == candidate.range);
            if all_met {
                let (what, fact) = match found.next() {
                    None => (
                        "nothing else speaks for the code",
                        "one of the exceptions that the rule makes holds here, which it does not tell one by one",
                    ),
                    Some(finding) if ignores.reason(finding).is_some() => {
                        ("no comment silences it", "a comment says why it may stay")
                    }
                    Some(_) => ("", ""),
                };
                candidate.is_found = what.is_empty();
                if !what.is_empty() {
                    candidate.conditions.push(Condition {
                        what: what.to_owned(),
                        answer: Answer::NotMet,
                        fact: fact.to_owned(),
                    });
                }
            }
            candidates.push(candidate);
        }
        Watched { candidates, conforming: self.conforming.clone() }
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
        let severity = self.model.settings.severity.get(&self.rule).copied().unwrap_or_else(|| {
            // What nobody's request waits for is less urgent; a secret in the code is as bad there as anywhere.
            let is_offline = || match at.written {
                Written::InCode(place) => self.model.node(place).runs_offline(),
                Written::InDeployment(_) => false,
            };
            if self.rule != Rule::O3 && is_offline() { milder(severity) } else { severity }
        });
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
            reason: String::new(),
        });
        Draft {
            finding: self.found.last_mut().expect("a finding was just pushed"),
            proposes_fixes: self.proposes_fixes,
        }
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
        } else if let Some((path, line)) = self.watch.as_ref().and_then(|watch| watch.only.as_ref()) {
            // Beyond the first ones only what was asked for.
            let place = evidence(at, note.into());
            if place.path == *path && is_on(place.range, *line) {
                self.conforming.push(place);
            }
        }
    }

    /// What was reported, what of it comments silence, and the rule's status over the given files.
    pub fn finish(self, ignores: &Ignores) -> (Vec<Finding>, Vec<Finding>, RuleStatus) {
        let (mut found, mut silenced) = (Vec::new(), Vec::new());
        for mut finding in self.found {
            let reason = ignores.reason(&finding).unwrap_or_default();
            reason.clone_into(&mut finding.reason);
            if reason.is_empty() { &mut found } else { &mut silenced }.push(finding);
        }
        let violations: Vec<Evidence> = found
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
        } else if !silenced.is_empty() {
            (Status::Silenced, Vec::new())
        } else {
            (Status::NotSeen, Vec::new())
        };
        (found, silenced, RuleStatus { rule: self.rule, status, places })
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

    /// Proposes edits that would remove the finding, where somebody asks for them. The page has no room for them yet: what
    /// they need is left out of its build.
    pub fn fix(self, propose: &dyn Fn() -> Option<Fix>) -> Self {
        if cfg!(feature = "cli") && self.proposes_fixes {
            self.finding.fix = propose();
        }
        self
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

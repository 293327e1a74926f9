//! The rules as a person reads them: titles, texts and examples, made from `rules/` at build time.
//!
//! It never imports the checker, so that the page can carry it without carrying the parser.

mod readings;

pub use readings::{Example, Reading, Readings, Sample, Text, provide, readings, samples};

use crate::report::{Rule, Severity};

/// One rule's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub rule: Rule,
    /// The folder's name, which is the module's name as well: `c5_blocked_event_loop`.
    pub name: &'static str,
    pub title: &'static str,
    /// The worst that a finding of this rule is; most contexts make it milder.
    pub severity: Severity,
    pub effort: Effort,
    pub needs: Needs,
    /// Whether the checker checks the rule at all.
    pub checked: bool,
    /// One sentence of Markdown.
    pub summary: &'static str,
    pub summary_html: &'static str,
    pub accuracy: Accuracy,
}

/// How much work it is to mend a violation, as a rule: a line or an argument, a function or two, a change of how parts
/// work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    Small,
    Medium,
    Large,
}

impl Effort {
    /// As the team's audits write it.
    pub const fn letter(self) -> char {
        match self {
            Effort::Small => 'S',
            Effort::Medium => 'M',
            Effort::Large => 'L',
        }
    }
}

/// How right the rule is on real packages, as `docs/accuracy.md` explains it: counted by people, written to
/// `rules/accuracy.toml` by `make accuracy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accuracy {
    /// Findings that were read one by one and still occur.
    pub right: u32,
    pub noisy: u32,
    pub arguable: u32,
    /// What readers of whole modules would raise under this rule, and how much of it the checker says.
    pub raised: u32,
    pub found: u32,
}

impl Accuracy {
    /// The figures in words, a sentence on what is said and one on what is missed.
    pub fn sentences(&self) -> [String; 2] {
        let Self { right, noisy, arguable, raised, found } = *self;
        let read = right + noisy + arguable;
        let said = if read == 0 {
            "None of its findings in real packages has been read by a person yet: that they are right rests on the \
             rule's test cases."
                .to_owned()
        } else {
            format!(
                "Of its findings in real packages, {read} were read one by one with their code: {right} right, {noisy} \
                 noise, {arguable} arguable. The rule was mended with them in view, so on code that nobody has looked at \
                 expect more noise."
            )
        };
        let missed = if raised == 0 {
            "People who read whole modules without knowing its findings raised nothing under this rule, so how much it \
             misses is not known."
                .to_owned()
        } else {
            format!(
                "People who read whole modules without knowing its findings raised {raised} places under this rule, the \
                 hard ones included: it finds {found} of them. No finding is no proof."
            )
        };
        [said, missed]
    }
}

/// What must be given before the rule can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Snippet,
    SeveralFiles,
    DeploymentFiles,
}

impl Needs {
    pub const ALL: [Needs; 3] = [Needs::Snippet, Needs::SeveralFiles, Needs::DeploymentFiles];

    /// As the rule's front matter writes it.
    pub const fn words(self) -> &'static str {
        match self {
            Needs::Snippet => "snippet",
            Needs::SeveralFiles => "several files",
            Needs::DeploymentFiles => "deployment files",
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

impl Entry {
    fn reading(&self) -> Option<&'static Reading> {
        readings()?.rules.get(ENTRIES.iter().position(|entry| entry.rule == self.rule)?)
    }

    /// What, why, what to do, what the checker cannot see, in this order.
    pub fn texts(&self) -> &'static [Text] {
        self.reading().map_or(&[], |reading| &reading.texts)
    }

    /// The files of the violating example.
    pub fn violating(&self) -> &'static [Example] {
        self.reading().map_or(&[], |reading| &reading.violating)
    }

    /// The files of the conforming example.
    pub fn conforming(&self) -> &'static [Example] {
        self.reading().map_or(&[], |reading| &reading.conforming)
    }

    /// The findings in the violating example, a line each, as `expected.txt` has them.
    pub fn expected(&self) -> &'static str {
        self.reading().map_or("", |reading| &reading.expected)
    }
}

/// The entry of a rule. Every rule has one: a test holds it.
pub fn entry(rule: Rule) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.rule == rule)
}

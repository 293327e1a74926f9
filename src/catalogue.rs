//! The rules as a person reads them: titles, texts and examples, made from `rules/` at build time.
//!
//! It never imports the checker, so that the page can carry it without carrying the parser.

use crate::report::{Rule, Severity};

/// One rule's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub rule: Rule,
    /// The folder's name, which is the module's name as well: `c5_blocked_event_loop`.
    pub name: &'static str,
    pub title: &'static str,
    /// The severity in the context that the rubric names; a finding may be milder.
    pub severity: Severity,
    pub needs: Needs,
    /// Whether the checker checks the rule at all.
    pub checked: bool,
    /// One sentence of Markdown.
    pub summary: &'static str,
    pub summary_html: &'static str,
    /// What, why, what to do, what the checker cannot see, in this order.
    pub texts: &'static [Text],
    pub violating: &'static [Example],
    pub conforming: &'static [Example],
    /// The findings in the violating example, a line each, as `expected.txt` has them. The page has no use for them.
    #[cfg(not(target_arch = "wasm32"))]
    pub expected: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub heading: &'static str,
    pub markdown: &'static str,
    /// Rendered when the crate was built, from our own files only: no user's text is ever in it.
    pub html: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    pub path: &'static str,
    pub text: &'static str,
}

/// Code to start from in the playground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub name: &'static str,
    pub title: &'static str,
    pub files: &'static [Example],
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

/// The entry of a rule. Every rule has one: a test holds it.
pub fn entry(rule: Rule) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.rule == rule)
}

//! What an exercise holds. The build makes it from Markdown, and the page reads it from JSON.

use serde::{Deserialize, Serialize};

use crate::report::Rule;
use crate::source::Source;

/// One exercise. All its texts are plain, with code between backticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// `c5-helper-that-waits`, or `mixed-billing`: it stands in links and in the kept progress, so it never changes.
    pub id: String,
    /// The rule in whose folder the exercise is; none for a mixed one.
    pub rule: Option<Rule>,
    pub kind: Kind,
    pub title: String,
    /// What the code is, and what is to be done.
    pub task: String,
    pub start: Vec<Source>,
    /// Every place where the start violates a rule.
    pub violations: Vec<Violation>,
    /// Lines of the start that look wrong and are not.
    pub traps: Vec<Trap>,
    /// Words of the code that an answer may not lose.
    pub keep: Vec<String>,
    /// Of two versions, whether the conforming one stands first.
    pub conforming_first: bool,
    /// Three steps, each closer to the answer.
    pub hints: Vec<String>,
    pub reason: String,
    pub solutions: Vec<Solution>,
    pub wrong_turns: Vec<WrongTurn>,
}

impl Exercise {
    /// The rules that the start violates, each once, in the order of the rubric.
    pub fn rules(&self) -> Vec<Rule> {
        let is_violated = |rule: &Rule| self.violations.iter().any(|violation| violation.rule == *rule);
        Rule::ALL.into_iter().filter(is_violated).collect()
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Edit the code until the rule conforms.
    Mend,
    /// Mark the lines, and name the rule.
    Find,
    /// Choose between two versions.
    Which,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Mend, Kind::Find, Kind::Which];

    /// As the front matter writes it.
    pub const fn words(self) -> &'static str {
        match self {
            Kind::Mend => "mend it",
            Kind::Find => "find it",
            Kind::Which => "which is right",
        }
    }
}

/// A line of the start on which a finding begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    pub path: String,
    pub line: u32,
    pub rule: Rule,
}

/// A line of the start that looks wrong, and why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    pub path: String,
    pub line: u32,
    pub hint: String,
}

/// A way to mend the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    pub title: String,
    pub text: String,
    /// All files, mended.
    pub files: Vec<Source>,
}

/// A tempting answer that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTurn {
    pub title: String,
    /// What is still wrong with it.
    pub hint: String,
    /// How it is recognized, whatever else an answer changes. All of them hold.
    pub signs: Vec<Sign>,
    /// All files as they are after the wrong turn; none where it is no edit.
    pub files: Vec<Source>,
}

/// What shows that an answer took a wrong turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// The rule is reported, with these words in its message.
    Found(Rule, String),
    /// The rule is reported, and was not in the start.
    New(Rule),
    /// A name or word that has to stay is gone.
    Lost(String),
    /// The code has this text, or has it not; space counts for nothing.
    Text(String),
    NoText(String),
    /// The rule was named for a line that violates another one.
    Named(Rule),
}

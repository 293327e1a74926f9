//! What is said where somebody asks 'why not?': plain data, the same in the page, on the command line and in JSON.

use serde::{Deserialize, Serialize};

use crate::report::{Evidence, FileKind, Range, Rule, Severity, Status};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Why nothing is found on a line, or nothing by one rule.
    Line {
        path: String,
        /// From 1.
        line: u32,
        rule: Option<Rule>,
    },
    /// Why a rule finds nothing, or nothing more, in all given files.
    Rule(Rule),
}

/// The answer: what the checker knows there, and which condition of each rule was not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub place: Place,
    /// What is known of the line, where one was asked for.
    pub line: Option<Line>,
    /// The rules that looked at something there, or the one that was asked for.
    pub rules: Vec<RuleAnswer>,
    /// The rules that look at nothing on this line.
    pub silent: Vec<Rule>,
}

/// What the checker knows of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    pub kind: Option<FileKind>,
    /// What keeps the line from being looked at: no such file, no such line, a syntax error.
    pub notes: Vec<String>,
    /// The functions and classes around it, the nearest first.
    pub within: Vec<Definition>,
    pub runs: Runs,
    /// Why it runs there.
    pub runs_because: String,
    pub calls: Vec<Call>,
    pub findings: Vec<Told>,
    /// The comments that silence findings there: which rules, and on which line the comment stands.
    pub silenced_by: Vec<Silence>,
}

/// A function or class around a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its dotted name.
    pub name: String,
    /// What it is: `async def`, `def`, `class`, with its role where it has one.
    pub what: String,
    pub line: u32,
}

/// Where code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runs {
    EventLoop,
    ThreadPool,
    ModuleLevel,
    /// A plain function: where its callers run.
    WithCallers,
    Unknown,
}

impl Runs {
    /// As a person reads it.
    pub const fn words(self) -> &'static str {
        match self {
            Runs::EventLoop => "on the event loop",
            Runs::ThreadPool => "in a thread pool",
            Runs::ModuleLevel => "at module level",
            Runs::WithCallers => "where its callers run",
            Runs::Unknown => "not known",
        }
    }
}

/// A call, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub text: String,
    pub range: Range,
    /// Whether it is known what is called.
    pub is_known: bool,
    /// What is called, or why that is not known.
    pub callee: String,
    pub is_awaited: bool,
    /// What the tables say of it, a sentence a fact.
    pub facts: Vec<String>,
}

/// A finding, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub rule: Rule,
    pub severity: Severity,
    pub message: String,
}

/// A comment that silences rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub rules: Vec<Rule>,
    pub line: u32,
}

/// What one rule makes of the line, or of all files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleAnswer {
    pub rule: Rule,
    /// Whether the settings switch it off; it was asked nevertheless.
    pub is_off: bool,
    /// Its status over all given files, as if it were on.
    pub status: Status,
    /// The answer in a sentence.
    pub answer: String,
    /// The kinds of code it looks at.
    pub looks_at: String,
    /// Whether the rule tells its conditions one by one.
    pub tells_conditions: bool,
    /// What it looked at, with its conditions; the first ones where all files were asked.
    pub candidates: Vec<Candidate>,
    /// How many places it looked at, those included that are not listed.
    pub looked_at: usize,
    /// Places that do what the rule asks for.
    pub conforming: Vec<Evidence>,
}

/// A place that a rule looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub path: String,
    pub range: Range,
    pub code: String,
    /// Which of the rule's defects was looked for.
    pub about: String,
    /// In the rule's order, up to the first that decides.
    pub conditions: Vec<Condition>,
    /// Whether the rule found it: all conditions are met.
    pub is_found: bool,
}

/// One thing that has to hold before a rule finds something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What has to hold.
    pub what: String,
    pub answer: Answer,
    /// What is known of it there.
    pub fact: String,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Met,
    NotMet,
    NotKnown,
}

impl Answer {
    /// As a person reads it.
    pub const fn words(self) -> &'static str {
        match self {
            Answer::Met => "met",
            Answer::NotMet => "not met",
            Answer::NotKnown => "not known",
        }
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Answer::Met } else { Answer::NotMet }
    }
}

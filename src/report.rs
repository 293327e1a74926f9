//! What a check returns: plain data, the same in the page, on the command line and in JSON.
//!
//! Lines and columns count from 1; columns count characters (Unicode code points), never bytes.
//! A range is half open: `end` is the position just behind the last character.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the JSON format, written into every report.
pub const SCHEMA: u32 = 1;

/// Everything that one check of a set of files has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub schema: u32,
    pub files: Vec<CheckedFile>,
    /// Ordered by path, then position, then rule.
    pub findings: Vec<Finding>,
    /// What comments silence, in the same order: none of it is among the findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silenced: Vec<Finding>,
    /// One entry a checked rule, in the order of [`Rule::ALL`]. A rule that is not listed is not checked.
    pub rules: Vec<RuleStatus>,
    /// What could not be read as it stands: syntax errors, files of an unknown kind, code nested too deeply.
    pub problems: Vec<Problem>,
    /// What the code does that others rely on; told of exercises alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

/// Something that code does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Whose it is: a function or class, or the path of a file for what stands outside of any.
    pub of: String,
    /// What follows 'it has to': "return a value". Empty where it is only said to be there.
    pub does: String,
    /// What follows 'it must not'.
    pub is_harm: bool,
}

impl Effect {
    /// What code does that loses an error without a word.
    pub const LOSES_ERROR: &str = "pass over an error";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedFile {
    pub path: String,
    pub kind: FileKind,
    pub lines: u32,
    /// How Python was read that is not a module as it stands; absent for one that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Names that nothing in the file binds, and that were taken for what a library calls so, in order: a function that
    /// was pasted without the imports of its file uses them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

/// What people paste besides whole modules. Positions are always those of the given text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Indented code, code with gaps, or the body of a function without its `def`.
    Fragment,
    /// What was typed at the prompts of Python or IPython; the output is left out.
    Session,
    /// The Python between the fences of a Markdown text.
    Markdown,
    /// The code cells of a notebook; a position is the one in its JSON text.
    Notebook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Python,
    Compose,
    Kubernetes,
    HelmTemplate,
    HelmValues,
    Yaml,
    Dockerfile,
    Caddyfile,
    Environment,
    /// A shell script, which is read for what it starts.
    Shell,
    /// A kind that no rule reads.
    Other,
}

/// One defect at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    pub certainty: Certainty,
    /// What is wrong, in one sentence that starts in lower case and ends without a full stop.
    pub message: String,
    pub path: String,
    pub range: Range,
    /// The enclosing function or class, dotted (`ChatService.reply`); empty at module level.
    pub symbol: String,
    /// The places that together make the finding true, in the order in which to read them.
    pub because: Vec<Evidence>,
    /// The conforming pattern, said for this finding.
    pub conforming: String,
    /// Edits that remove the finding. Absent in every report that is printed or shown: they are verified, and made, by
    /// `rubric check --fix` alone.
    pub fix: Option<Fix>,
    /// Why it may stay, where a comment silences it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Finding {
    /// Its severity, or that it is a question, in a word.
    pub fn level(&self) -> &'static str {
        match self.certainty {
            Certainty::Question => Certainty::Question.word(),
            Certainty::Sure | Certainty::Likely => self.severity.word(),
        }
    }

    /// Whether it stands against a release.
    pub fn blocks(&self) -> bool {
        self.certainty != Certainty::Question && self.severity >= Severity::High
    }
}

/// A place, and what it contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub path: String,
    pub range: Range,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub path: String,
    pub range: Range,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatus {
    pub rule: Rule,
    pub status: Status,
    /// Where the rule is violated or conformed to; empty when nothing was seen.
    pub places: Vec<Evidence>,
}

/// What can be said of a rule over all given files. Without a finding a rule is not 'ready': it conforms only
/// where a conforming place was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Violated,
    Conforms,
    /// All that it finds is silenced by comments.
    Silenced,
    NotSeen,
}

/// Something about the input that keeps a part of it from being checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub path: String,
    pub range: Range,
    pub message: String,
}

impl Problem {
    /// One of a whole file.
    pub fn of_file(path: String, message: String) -> Self {
        let start = Position { line: 1, column: 1 };
        Self { path, range: Range { start, end: start }, message }
    }

    /// Whether it is about a comment that silences, which keeps nothing from being read. All that `ignores` says
    /// of one names it so.
    pub fn is_about_ignore(&self) -> bool {
        self.message.contains("this ignore")
    }

    /// Whether something was not checked for it. What is of another encoding was read all the same.
    pub fn keeps_from_reading(&self) -> bool {
        !self.is_about_ignore() && !self.message.contains("read as Latin-1")
    }

    /// What it says of its place, as a title.
    pub fn title(&self) -> &'static str {
        if self.is_about_ignore() { "A comment that silences" } else { "Not read as it stands" }
    }
}

/// Lines and columns from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Half open: `end` is the position just behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Range {
    pub start: Position,
    pub end: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Named APIs, no unknowns.
    Sure,
    /// One step rests on something outside the given files, which the finding names.
    Likely,
    /// Only something unseen can decide. Shown apart, never counted, never changing the exit code.
    Question,
}

/// The part of the rubric that a rule belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Concurrency,
    FaultTolerance,
    Isolation,
    Operations,
}

macro_rules! rules {
    ($($name:ident)*) => {
        /// A rule of the rubric, by its identifier.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Rule { $($name),* }

        impl Rule {
            /// All rules in the order of the rubric.
            pub const ALL: [Rule; 28] = [$(Rule::$name),*];

            /// The identifier as the rubric writes it, for example `C5`.
            pub const fn id(self) -> &'static str {
                match self { $(Rule::$name => stringify!($name)),* }
            }
        }
    };
}

rules! {
    C1 C2 C3 C4 C5 C6 C7 C8 C9
    F1 F2 F3 F4 F5 F6 F7 F8
    I1 I2 I3 I4 I5 I6
    O1 O2 O3 O4 O5
}

impl Rule {
    pub fn section(self) -> Section {
        match self.id().as_bytes()[0] {
            b'C' => Section::Concurrency,
            b'F' => Section::FaultTolerance,
            b'I' => Section::Isolation,
            _ => Section::Operations,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Report {
    /// The rules that have this status. One of which nothing was seen but a question is none of the unseen ones: the code
    /// is about it.
    pub fn with_status(&self, status: Status) -> Vec<Rule> {
        self.rules
            .iter()
            .filter(|entry| entry.status == status)
            .map(|entry| entry.rule)
            .filter(|rule| status != Status::NotSeen || self.questions(*rule) == 0)
            .collect()
    }

    /// The rules about which there are questions, and neither a violation nor a conforming place.
    pub fn only_asked(&self) -> Vec<Rule> {
        let unseen = self.rules.iter().filter(|entry| entry.status == Status::NotSeen);
        unseen.map(|entry| entry.rule).filter(|rule| self.questions(*rule) > 0).collect()
    }

    /// Every finding with its evidence, the silenced ones as well.
    pub fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.findings.iter_mut().chain(&mut self.silenced)
    }

    /// After findings were taken out: a rule of which no violation is left counts as silenced, or as not seen, since of
    /// what is left nothing can be said, and the places of the others are those that are left.
    pub fn forget_what_is_not_shown(&mut self) {
        let Self { findings, rules, silenced, .. } = self;
        let could_change =
            |entry: &&mut RuleStatus| matches!(entry.status, Status::Violated | Status::Silenced);
        for entry in rules.iter_mut().filter(could_change) {
            let is_left = |place: &Evidence| {
                findings.iter().any(|finding| {
                    (finding.rule, finding.range) == (entry.rule, place.range) && finding.path == place.path
                })
            };
            entry.places.retain(is_left);
            if entry.places.is_empty() {
                let is_silenced = silenced.iter().any(|finding| finding.rule == entry.rule);
                entry.status = if is_silenced { Status::Silenced } else { Status::NotSeen };
            }
        }
    }

    /// How many findings of a rule comments silence.
    pub fn silenced(&self, rule: Rule) -> usize {
        self.silenced.iter().filter(|finding| finding.rule == rule).count()
    }

    /// The rules that were not asked: they are switched off, or others were selected.
    pub fn not_asked(&self) -> Vec<Rule> {
        let is_asked = |rule: &Rule| self.rules.iter().any(|entry| entry.rule == *rule);
        Rule::ALL.into_iter().filter(|rule| !is_asked(rule)).collect()
    }

    /// How many lines of a file could not be read.
    pub fn unreadable_lines(&self, path: &str) -> usize {
        let of_file =
            self.problems.iter().filter(|problem| problem.path == path && problem.keeps_from_reading());
        let mut lines: Vec<u32> = of_file.map(|problem| problem.range.start.line).collect();
        lines.dedup();
        lines.len()
    }

    /// The files that were not read as they stand, so that there may be more than was found; each path once.
    pub fn unread(&self) -> Vec<&str> {
        let problems = self.problems.iter().filter(|problem| problem.keeps_from_reading());
        let mut paths: Vec<&str> = problems.map(|problem| problem.path.as_str()).collect();
        // Those of a path stand together.
        paths.dedup();
        paths
    }

    /// How many questions there are about a rule.
    pub fn questions(&self, rule: Rule) -> usize {
        let is_question =
            |finding: &&Finding| finding.rule == rule && finding.certainty == Certainty::Question;
        self.findings.iter().filter(is_question).count()
    }
}

/// The text names no rule of the rubric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule(pub String);

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no rule `{}`: the rules are C1 to C9, F1 to F8, I1 to I6 and O1 to O5", self.0)
    }
}

impl std::error::Error for UnknownRule {}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// Upper or lower case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Rule::ALL
            .into_iter()
            .find(|rule| rule.id().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

impl Severity {
    /// The word that stands in the report.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl Status {
    /// The word that stands in the report.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Violated => "violated",
            Status::Conforms => "conforms",
            Status::Silenced => "silenced by comments",
            Status::NotSeen => "not seen",
        }
    }
}

impl Certainty {
    /// The word that stands in the report.
    pub const fn word(self) -> &'static str {
        match self {
            Certainty::Sure => "sure",
            Certainty::Likely => "likely",
            Certainty::Question => "question",
        }
    }
}

impl Section {
    pub const ALL: [Section; 4] =
        [Section::Concurrency, Section::FaultTolerance, Section::Isolation, Section::Operations];

    /// The section's title as a person reads it.
    pub const fn title(self) -> &'static str {
        match self {
            Section::Concurrency => "Concurrency",
            Section::FaultTolerance => "Fault tolerance",
            Section::Isolation => "Isolation",
            Section::Operations => "Operations",
        }
    }
}

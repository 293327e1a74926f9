//! What is said where somebody asks 'why not?': plain data, the same in the page, on the command line and in JSON.

use std::collections::BTreeMap;

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

// A patch

/// For each file that only a patch shows: which line of the file each line of the checked text is.
type Lines = BTreeMap<String, Vec<u32>>;

fn of_file(lines: &Lines, path: &str, line: u32) -> u32 {
    let known = lines.get(path).and_then(|lines| lines.get((line as usize).saturating_sub(1)));
    known.copied().unwrap_or(line)
}

impl Explanation {
    /// Gives an explanation of what a patch shows the lines that the files have.
    pub fn relocate(&mut self, lines: &Lines) {
        if lines.is_empty() {
            return;
        }
        let moved = |path: &str, range: &mut Range| {
            range.start.line = of_file(lines, path, range.start.line);
            range.end.line = of_file(lines, path, range.end.line);
        };
        let mut asked = String::new();
        if let Place::Line { path, line, .. } = &mut self.place {
            *line = of_file(lines, path, *line);
            asked.clone_from(path);
        }
        if let Some(line) = &mut self.line {
            for definition in &mut line.within {
                definition.line = of_file(lines, &asked, definition.line);
            }
            for silence in &mut line.silenced_by {
                silence.line = of_file(lines, &asked, silence.line);
            }
            let calls = line
                .calls
                .iter_mut()
                .flat_map(|call| std::iter::once(&mut call.callee).chain(&mut call.facts));
            let told = line.findings.iter_mut().map(|told| &mut told.message);
            let texts = line.notes.iter_mut().chain(calls).chain(told);
            for text in texts.chain(std::iter::once(&mut line.runs_because)) {
                renumber(text, &asked, lines);
            }
        }
        for rule in &mut self.rules {
            // It tells the fact that decides, of the line or of the first place.
            let path = rule.candidates.first().map_or(asked.as_str(), |candidate| candidate.path.as_str());
            renumber(&mut rule.answer, path, lines);
            for candidate in &mut rule.candidates {
                moved(&candidate.path, &mut candidate.range);
                for condition in &mut candidate.conditions {
                    renumber(&mut condition.fact, &candidate.path, lines);
                }
            }
            for place in &mut rule.conforming {
                moved(&place.path, &mut place.range);
                renumber(&mut place.note, &place.path, lines);
            }
        }
    }
}

/// The numbers in `line 4` of the text's own file, and in `app/a.py, line 4`.
fn renumber(text: &mut String, own: &str, lines: &Lines) {
    const LINE: &str = "line ";
    let mut done = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(LINE) {
        let (before, after) = rest.split_at(at + LINE.len());
        done.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = after.split_at(digits);
        let named = done.strip_suffix(", line ").and_then(|text| text.rsplit([' ', '(']).next());
        let path = named.filter(|path| path.contains('.')).unwrap_or(own);
        match number.parse() {
            Ok(line) => done.push_str(&of_file(lines, path, line).to_string()),
            Err(_) => done.push_str(number),
        }
        rest = behind;
    }
    done.push_str(rest);
    *text = done;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_sentences_are_those_of_the_file() {
        let lines = Lines::from([("app/a.py".to_owned(), vec![40, 41]), ("b.py".to_owned(), vec![7])]);
        for (given, expected) in [
            ("`load` is `def load` (line 2)", "`load` is `def load` (line 41)"),
            (
                "as its client was built (b.py, line 1), and line 1",
                "as its client was built (b.py, line 7), and line 40",
            ),
            ("as built (c.py, line 1)", "as built (c.py, line 1)"),
            ("a line of code, line", "a line of code, line"),
        ] {
            let mut text = given.to_owned();
            renumber(&mut text, "app/a.py", &lines);
            assert_eq!(text, expected);
        }
    }
}

//! `rubric why`: the explanation of a line or a rule, as text.

use std::fmt::Write as _;

use crate::catalogue;
use crate::explanation::{Answer, Candidate, Explanation, Line, Place, RuleAnswer};
use crate::report::{FileKind, Rule};

/// A place on the command line: `app/routes.py:14`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathAndLine {
    pub path: String,
    pub line: u32,
}

/// Reads `PATH:LINE`, or `PATH:LINE:COLUMN` as reports write it; nothing if there is no line behind a colon.
pub fn path_and_line(text: &str) -> Option<PathAndLine> {
    let split = |text: &str| {
        let (path, number) = text.rsplit_once(':')?;
        let number = number.parse().ok().filter(|_| !path.is_empty())?;
        Some(PathAndLine { path: path.to_owned(), line: number })
    };
    let found = split(text)?;
    Some(split(&found.path).unwrap_or(found))
}

/// The whole explanation.
pub fn text(explanation: &Explanation) -> String {
    let mut out = String::new();
    if let (Place::Line { path, line: number, .. }, Some(line)) = (&explanation.place, &explanation.line) {
        let _ = writeln!(out, "{path}:{number}: {}\n", line.text);
        of_line(&mut out, line);
    }
    for answer in &explanation.rules {
        of_rule(&mut out, answer, explanation.line.is_some());
    }
    if !explanation.silent.is_empty() {
        let ids: Vec<&str> = explanation.silent.iter().map(|rule| rule.id()).collect();
        let _ = writeln!(
            out,
            "Nothing on this line is of a kind that these rules look at: {}.\n'--rule {}' says what one of them looks at.",
            ids.join(", "),
            ids.first().unwrap_or(&"C5")
        );
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn of_line(out: &mut String, line: &Line) {
    for note in &line.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    for definition in &line.within {
        let _ = writeln!(out, "  in `{}` (line {}): {}", definition.name, definition.line, definition.what);
    }
    if line.kind == Some(FileKind::Python) {
        let _ = writeln!(out, "  runs: {}: {}", line.runs.words(), line.runs_because);
    }
    for call in &line.calls {
        let awaited = if call.is_awaited { ", awaited" } else { "" };
        let _ = writeln!(out, "  call: {}{awaited}", call.text);
        let _ = writeln!(out, "    {}", call.callee);
        for fact in &call.facts {
            let _ = writeln!(out, "    {fact}");
        }
    }
    for told in &line.findings {
        let _ = writeln!(out, "  found: {}[{}]: {}", told.severity.word(), told.rule, told.message);
    }
    for silence in &line.silenced_by {
        let rules: Vec<&str> = silence.rules.iter().map(|rule| rule.id()).collect();
        let _ = writeln!(out, "  silenced by the comment in line {}: {}", silence.line, rules.join(", "));
    }
    out.push('\n');
}

fn title(rule: Rule) -> &'static str {
    catalogue::entry(rule).map_or("", |entry| entry.title)
}

fn of_rule(out: &mut String, answer: &RuleAnswer, at_line: bool) {
    let _ = writeln!(out, "{}: {}", answer.rule, title(answer.rule));
    let _ = writeln!(out, "  {}.", answer.answer);
    for candidate in &answer.candidates {
        of_candidate(out, candidate, at_line);
    }
    if answer.looked_at > answer.candidates.len() {
        let _ = writeln!(out, "  … and {} more places", answer.looked_at - answer.candidates.len());
    }
    for place in &answer.conforming {
        let start = place.range.start;
        let _ = writeln!(out, "  conforms: {}:{}: {}", place.path, start.line, place.note);
    }
    let status = answer.status.word();
    let _ = writeln!(out, "  it looks at {}; over all given files: {status}", answer.looks_at);
    if answer.candidates.is_empty() {
        let blind = catalogue::entry(answer.rule).and_then(|entry| {
            entry.texts().iter().find(|text| text.heading == "What the checker cannot see")
        });
        if let Some(blind) = blind {
            let _ = writeln!(out, "  What the checker cannot see:");
            for text in blind.markdown.lines().filter(|text| !text.is_empty()) {
                let _ = writeln!(out, "    {text}");
            }
        }
    }
    out.push('\n');
}

fn of_candidate(out: &mut String, candidate: &Candidate, at_line: bool) {
    let start = candidate.range.start;
    let place = if at_line {
        format!("{}:{}", start.line, start.column)
    } else {
        format!("{}:{}", candidate.path, start.line)
    };
    let found = if candidate.is_found { " (found)" } else { "" };
    let _ = writeln!(out, "  {place}: {} · {}{found}", candidate.code, candidate.about);
    for condition in &candidate.conditions {
        let sign = match condition.answer {
            Answer::Met => '+',
            Answer::NotMet => '-',
            Answer::NotKnown => '?',
        };
        let _ =
            writeln!(out, "    {sign} {}: {}; {}", condition.what, condition.answer.words(), condition.fact);
    }
}

//! The report as text for a terminal: each finding with its code, its evidence and the conforming pattern.

use std::collections::HashMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::visible::visible;
use super::{counted, findings_and_questions, silenced_words};
use crate::check::Source;
use crate::report::{Certainty, Finding, Position, Problem, Range, Report, Rule, Severity, Status};

/// How the text is dressed.
#[derive(Clone, Debug, Default)]
pub struct Style {
    pub colour: bool,
    /// What stands before a path of the report to reach the file, with its `/`.
    pub folder: String,
}

/// Findings, then questions, then problems, then two lines that sum up.
pub fn report(report: &Report, sources: &[Source], style: &Style) -> String {
    let page = Page::new(sources, style);
    let (findings, questions) = findings_and_questions(report);
    let mut out = String::new();
    for finding in &findings {
        page.finding(finding, &mut out);
    }
    if !questions.is_empty() {
        out.push_str("Questions, which something outside the given files decides:\n\n");
        for question in &questions {
            page.finding(question, &mut out);
        }
    }
    for problem in &report.problems {
        page.problem(problem, &mut out);
    }
    if !report.silenced.is_empty() {
        out.push_str("Silenced by comments, and not counted:\n\n");
        for finding in &report.silenced {
            let (place, line) = (page.place(&finding.path), finding.range.start.line);
            let (message, reason) = (visible(&finding.message), visible(&finding.reason));
            let _ = writeln!(
                out,
                "{}[{}] {place}:{line}: {message}\n  = why: {reason}",
                finding.level(),
                finding.rule
            );
        }
        out.push('\n');
    }
    statuses(report, &mut out);
    summary(report, &findings, questions.len(), &mut out);
    out
}

/// Findings alone, for a list that stands apart.
pub fn findings(findings: &[Finding], sources: &[Source], style: &Style) -> String {
    let page = Page::new(sources, style);
    let mut out = String::new();
    for finding in findings {
        page.finding(finding, &mut out);
    }
    out
}

struct Page<'a> {
    texts: HashMap<&'a str, Text<'a>>,
    renderer: Renderer,
    folder: &'a str,
}

/// An underlined place of one file, and what is written beside it.
struct Mark {
    kind: AnnotationKind,
    range: Range,
    label: String,
}

impl<'a> Page<'a> {
    fn new(sources: &'a [Source], style: &'a Style) -> Self {
        Self {
            texts: sources.iter().map(|source| (source.path.as_str(), Text::new(&source.text))).collect(),
            renderer: if style.colour { Renderer::styled() } else { Renderer::plain() },
            folder: &style.folder,
        }
    }

    fn finding(&self, finding: &Finding, out: &mut String) {
        let (level, name) = match (finding.certainty, finding.severity) {
            (Certainty::Question, _) => (Level::HELP, "question"),
            (_, Severity::Critical | Severity::High) => (Level::ERROR, finding.severity.word()),
            (_, Severity::Medium) => (Level::WARNING, finding.severity.word()),
            (_, Severity::Low) => (Level::NOTE, finding.severity.word()),
        };
        let likely = if finding.certainty == Certainty::Likely { " (likely)" } else { "" };
        let title = format!("{}{likely}", finding.message);

        // The evidence, file by file, the finding's own file first.
        let mut marks: Vec<(&str, Vec<Mark>)> = vec![(
            &finding.path,
            vec![Mark { kind: AnnotationKind::Primary, range: finding.range, label: String::new() }],
        )];
        let numbered = finding.because.len() > 1;
        for (index, evidence) in finding.because.iter().enumerate() {
            let label =
                if numbered { format!("{}. {}", index + 1, evidence.note) } else { evidence.note.clone() };
            if evidence.path == finding.path
                && evidence.range == finding.range
                && marks[0].1[0].label.is_empty()
            {
                marks[0].1[0].label = label;
                continue;
            }
            let mark = Mark { kind: AnnotationKind::Context, range: evidence.range, label };
            match marks.iter_mut().find(|(path, _)| *path == evidence.path) {
                Some((_, list)) => list.push(mark),
                None => marks.push((&evidence.path, vec![mark])),
            }
        }
        let mut group = level
            .with_name(name)
            .primary_title(title.as_str())
            .id(finding.rule.id())
            .elements(marks.iter().filter_map(|(path, marks)| self.snippet(path, marks)));
        if !finding.symbol.is_empty() {
            group = group.element(Level::NOTE.with_name("in").message(finding.symbol.as_str()));
        }
        if !finding.conforming.is_empty() {
            group = group.element(Level::HELP.with_name("conforming").message(finding.conforming.as_str()));
        }
        self.render(group, out);
    }

    fn problem(&self, problem: &Problem, out: &mut String) {
        let mark = Mark { kind: AnnotationKind::Primary, range: problem.range, label: String::new() };
        let level = Level::WARNING.with_name("problem");
        match self.snippet(&problem.path, &[mark]) {
            Some(snippet) => {
                self.render(level.primary_title(problem.message.as_str()).element(snippet), out);
            }
            None => {
                let title = format!("{}: {}", self.place(&problem.path), problem.message);
                self.render(Group::with_title(level.primary_title(title.as_str())), out);
            }
        }
    }

    /// The lines from the first mark to the last; between marks that are far apart, lines are folded away.
    fn snippet(&self, path: &str, marks: &[Mark]) -> Option<Snippet<'_, annotate_snippets::Annotation<'_>>> {
        let text = self.texts.get(path)?;
        let first = marks.iter().map(|mark| mark.range.start.line).min()?;
        let last = marks.iter().map(|mark| mark.range.end.line).max()?;
        let start = text.line_start(first);
        let end = text.line_end(last).max(start);
        // A lone `\r` ends a line in Python, but not where the snippet is drawn.
        let source: String = text.lone_returns_replaced(start, end);
        let annotations: Vec<_> = marks
            .iter()
            .map(|mark| {
                let from = text.offset(mark.range.start).clamp(start, end);
                let mut to = text.offset(mark.range.end).clamp(from, end);
                if mark.kind == AnnotationKind::Context && mark.range.end.line > mark.range.start.line {
                    // Evidence names a place; its first line is enough.
                    to = text.line_end(mark.range.start.line).clamp(from, end);
                }
                let annotation = mark.kind.span(from - start..to - start);
                if mark.label.is_empty() { annotation } else { annotation.label(mark.label.clone()) }
            })
            .collect();
        Some(
            Snippet::source(source)
                .line_start(first.max(1) as usize)
                .path(self.place(path))
                .annotations(annotations),
        )
    }

    /// A path as the user can open it. Control characters could move the cursor of a terminal.
    fn place(&self, path: &str) -> String {
        format!("{}{path}", self.folder).replace(char::is_control, "\u{fffd}")
    }

    fn render(&self, group: Group<'_>, out: &mut String) {
        out.push_str(self.renderer.render(&[group]).trim_end());
        out.push_str("\n\n");
    }
}

/// A text and where its lines start; a line ends behind `\n`, `\r\n` or a lone `\r`, as the report counts them.
struct Text<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(at, &byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Of a line from 1; of a line behind the last, the end of the text.
    fn line_start(&self, line: u32) -> usize {
        self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// Without the line's end.
    fn line_end(&self, line: u32) -> usize {
        let (start, next) = (self.line_start(line), self.line_start(line + 1));
        start + self.text[start..next].trim_end_matches(['\n', '\r']).len()
    }

    fn offset(&self, position: Position) -> usize {
        let (start, end) = (self.line_start(position.line), self.line_end(position.line));
        let characters = (position.column as usize).saturating_sub(1);
        self.text[start..end].char_indices().nth(characters).map_or(end, |(at, _)| start + at)
    }

    fn lone_returns_replaced(&self, start: usize, end: usize) -> String {
        let mut characters = self.text[start..end].chars().peekable();
        let mut replaced = String::with_capacity(end - start);
        while let Some(character) = characters.next() {
            let lone = character == '\r' && characters.peek() != Some(&'\n');
            replaced.push(if lone { '\n' } else { character });
        }
        replaced
    }
}

/// No finding does not mean that a rule holds, so what was not seen is said.
fn statuses(report: &Report, out: &mut String) {
    let mut parts = Vec::new();
    for (word, rules) in [
        ("violated", report.with_status(Status::Violated)),
        ("conforming", report.with_status(Status::Conforms)),
        ("silenced by comments", report.with_status(Status::Silenced)),
        ("only asked about", report.only_asked()),
        ("not seen", report.with_status(Status::NotSeen)),
    ] {
        let ids: Vec<&str> = rules.into_iter().map(Rule::id).collect();
        if !ids.is_empty() {
            parts.push(format!("{word}: {}", ids.join(" ")));
        }
    }
    let not_asked = report.not_asked().len();
    if not_asked > 0 {
        parts.push(format!("not checked: {not_asked} of {}", Rule::ALL.len()));
    }
    if !parts.is_empty() {
        let _ = writeln!(out, "Rules {}", parts.join(" · "));
    }
}

fn summary(report: &Report, findings: &[&Finding], questions: usize, out: &mut String) {
    let mut line = format!("{}: {}", counted(report.files.len(), "file"), counted(findings.len(), "finding"));
    let by_severity: Vec<String> = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .map(|severity| (severity, findings.iter().filter(|finding| finding.severity == severity).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(severity, count)| format!("{count} {}", severity.word()))
        .collect();
    if !by_severity.is_empty() {
        let _ = write!(line, " ({})", by_severity.join(", "));
    }
    let _ = write!(line, ", {}", counted(questions, "question"));
    line += &silenced_words(report);
    if !report.problems.is_empty() {
        let _ = write!(line, ", {}", counted(report.problems.len(), "problem"));
    }
    out.push_str(&line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CheckedFile, Evidence, FileKind, Rule, RuleStatus, SCHEMA};

    fn range(start: (u32, u32), end: (u32, u32)) -> Range {
        let position = |(line, column)| Position { line, column };
        Range { start: position(start), end: position(end) }
    }

    fn sample(certainty: Certainty) -> Report {
        let file = |path: &str, lines| CheckedFile {
            path: path.to_owned(),
            kind: FileKind::Python,
            lines,
            shape: None,
            assumed: Vec::new(),
        };
        let evidence =
            |path: &str, range, note: &str| Evidence { path: path.to_owned(), range, note: note.to_owned() };
        Report {
            schema: SCHEMA,
            effects: Vec::new(),
            files: vec![file("app.py", 4), file("service.py", 2)],
            findings: vec![Finding {
                rule: Rule::C5,
                severity: Severity::High,
                certainty,
                message: "`load` blocks the event loop".to_owned(),
                path: "app.py".to_owned(),
                range: range((4, 12), (4, 21)),
                symbol: "reply".to_owned(),
                because: vec![
                    evidence("app.py", range((4, 12), (4, 21)), "calls `load`"),
                    evidence("service.py", range((2, 12), (2, 27)), "which waits for the answer"),
                    evidence("app.py", range((3, 1), (4, 21)), "on the event loop"),
                ],
                conforming: "await client.get(…) on an httpx.AsyncClient".to_owned(),
                fix: None,
                reason: String::new(),
            }],
            silenced: Vec::new(),
            rules: vec![
                RuleStatus { rule: Rule::C5, status: Status::Violated, places: Vec::new() },
                RuleStatus { rule: Rule::C6, status: Status::NotSeen, places: Vec::new() },
            ],
            problems: Vec::new(),
        }
    }

    fn sources() -> Vec<Source> {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        vec![
            source("app.py", "from service import load\r\n\rasync def reply(ü):\n    return load(\"é\")\n"),
            source("service.py", "def load(x):\n    return requests.get(x)\n"),
        ]
    }

    #[test]
    fn a_finding_shows_its_code_its_evidence_and_the_pattern() {
        let text = report(&sample(Certainty::Likely), &sources(), &Style::default());
        assert_eq!(
            text,
            "\
high[C5]: `load` blocks the event loop (likely)
 --> app.py:4:12
  |
3 | async def reply(ü):
  | ------------------- 3. on the event loop
4 |     return load(\"é\")
  |            ^^^^^^^^^ 1. calls `load`
  |
 ::: service.py:2:12
  |
2 |     return requests.get(x)
  |            --------------- 2. which waits for the answer
  |
  = in: reply
  = conforming: await client.get(…) on an httpx.AsyncClient

Rules violated: C5 · not seen: C6 · not checked: 26 of 28
2 files: 1 finding (1 high), 0 questions
"
        );
    }

    #[test]
    fn questions_stand_apart_and_are_not_counted() {
        let text = report(&sample(Certainty::Question), &sources(), &Style::default());
        assert!(text.starts_with("Questions, which"), "{text}");
        assert!(text.ends_with("2 files: 0 findings, 1 question\n"), "{text}");
    }

    #[test]
    fn colour_and_the_folder_are_added_on_demand_alone() {
        let style = Style { colour: true, folder: "src/".to_owned() };
        let coloured = report(&sample(Certainty::Sure), &sources(), &style);
        assert!(coloured.contains("\u{1b}[") && coloured.contains("src/app.py"), "{coloured}");
        assert!(!report(&sample(Certainty::Sure), &sources(), &Style::default()).contains('\u{1b}'));
    }

    #[test]
    fn no_range_is_too_odd_to_be_shown() {
        let places = [(0, 0), (1, 1), (2, 9), (4, 999), (99, 1), (4, 21)];
        for text in ["", "\r", "é", "a\u{0}b\n\tc\u{1b}[31m\r\nd", &"x".repeat(200_000)] {
            let sources = [Source { path: "app.py".to_owned(), text: text.to_owned() }];
            for start in places {
                for end in places {
                    let mut odd = sample(Certainty::Sure);
                    odd.findings[0].range = range(start, end);
                    odd.findings[0].because[2].range = range(end, start);
                    odd.problems.push(Problem {
                        path: "app.py".to_owned(),
                        range: range(end, start),
                        message: "odd".to_owned(),
                    });
                    let shown = super::report(&odd, &sources, &Style::default());
                    assert!(!shown.contains('\u{1b}'));
                }
            }
        }
    }
}

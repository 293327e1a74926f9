//! Comments that silence findings: `# rubric: ignore[C5] the file is tiny`.
//!
//! One at the end of a line speaks of what is found there; one that stands alone speaks of the next line, and above a
//! definition of all that is in it. The form is the same in every kind of file whose comments begin with `#`. A reason
//! is required, and an ignore that silences nothing is told, so that none outlives its cause.

use std::cell::Cell;

use crate::report::{Finding, Problem, Rule};
use crate::semantic::Model;

const MARK: &str = "rubric: ignore";

struct Ignore {
    path: String,
    /// The lines of which it speaks, from 1, both included.
    lines: (u32, u32),
    rules: Vec<(Rule, Cell<bool>)>,
    reason: String,
    /// Where the comment stands.
    start: u32,
    end: u32,
    file: usize,
}

/// All ignores of the given files.
pub struct Ignores {
    all: Vec<Ignore>,
    problems: Vec<(usize, u32, u32, String)>,
}

impl Ignores {
    pub fn new(model: &Model<'_>) -> Self {
        let mut ignores = Self { all: Vec::new(), problems: Vec::new() };
        for (index, file) in model.files.iter().enumerate() {
            for at in memchr::memmem::find_iter(file.text.as_bytes(), MARK.as_bytes()) {
                ignores.read(model, index, at);
            }
        }
        ignores
    }

    fn read(&mut self, model: &Model<'_>, index: usize, at: usize) {
        let file = &model.files[index];
        let text = file.text;
        let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
        let Some(hash) = text[line_start..at].rfind('#').map(|hash| line_start + hash) else { return };
        if !text[hash + 1..at].trim().is_empty() || model.is_in_string(index, hash as u32) {
            return;
        }
        let rest = &text[at + MARK.len()..line_end];
        let (start, end) = (hash as u32, line_end as u32);
        let mut problem = |message: String| self.problems.push((index, start, end, message));
        let parts = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((names, reason)) = parts else {
            problem("this ignore names no rule: write `# rubric: ignore[C5] why`".to_owned());
            return;
        };
        if reason.trim().is_empty() {
            problem(format!(
                "this ignore gives no reason, and so has no effect: write `# rubric: ignore[{names}] why`"
            ));
            return;
        }
        let mut rules = Vec::new();
        for name in names.split(',').map(str::trim) {
            match name.parse::<Rule>() {
                Ok(rule) => rules.push((rule, Cell::new(false))),
                Err(_) => problem(format!("`{name}` is no rule: this ignore has no effect on it")),
            }
        }
        let line = file.lines.line(start);
        let alone = text[line_start..hash].trim().is_empty();
        let lines = if alone { model.lines_below(index, line) } else { (line, line) };
        let (path, reason) = (file.path.to_owned(), reason.trim().to_owned());
        self.all.push(Ignore { path, lines, rules, reason, start, end, file: index });
    }

    /// Why this finding may stay, where a comment silences it; that comment is then known to be needed.
    pub fn reason(&self, finding: &Finding) -> Option<&str> {
        let (first, last) = (finding.range.start.line, finding.range.end.line);
        let mut reason = None;
        for ignore in self.all.iter().filter(|ignore| ignore.path == finding.path) {
            let on_its_lines = first <= ignore.lines.1 && ignore.lines.0 <= last;
            for (_, used) in ignore.rules.iter().filter(|(rule, _)| on_its_lines && *rule == finding.rule) {
                used.set(true);
                reason = reason.or(Some(ignore.reason.as_str()));
            }
        }
        reason
    }

    /// The comments that speak of a line: the rules they name, and the line on which each stands.
    pub fn on_line(&self, model: &Model<'_>, path: &str, line: u32) -> Vec<(Vec<Rule>, u32)> {
        self.all
            .iter()
            .filter(|ignore| ignore.path == path && ignore.lines.0 <= line && line <= ignore.lines.1)
            .map(|ignore| {
                let rules = ignore.rules.iter().map(|(rule, _)| *rule).collect();
                (rules, model.files[ignore.file].lines.line(ignore.start))
            })
            .collect()
    }

    /// What is wrong with the ignores, once all rules have run; `ran` says which did.
    pub fn problems(self, model: &Model<'_>, ran: impl Fn(Rule) -> bool) -> Vec<Problem> {
        let useless = self.all.iter().flat_map(|ignore| {
            ignore.rules.iter().filter(|(rule, used)| !used.get() && ran(*rule)).map(|(rule, _)| {
                let message =
                    format!("{} finds nothing here that this ignore could silence: take it away", rule.id());
                (ignore.file, ignore.start, ignore.end, message)
            })
        });
        self.problems
            .iter()
            .cloned()
            .chain(useless)
            .map(|(index, start, end, message)| {
                let file = &model.files[index];
                Problem {
                    path: file.path.to_owned(),
                    range: file.lines.range(file.text, start, end),
                    message,
                }
            })
            .collect()
    }
}

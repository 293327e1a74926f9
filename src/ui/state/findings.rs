//! The report: which findings are listed, and which one is selected.

use std::rc::Rc;

use super::{Reveal, State};
use crate::notebook::cell_lines;
use crate::report::{Certainty, Position, Problem, Range, Report, Rule};
use crate::ui::filters::{ListFilters, Order};
use crate::ui::route::SEVERITIES;
use crate::ui::words;

impl State {
    /// The indices of the findings that the lists show, in their order: findings, then questions.
    pub fn listed(&self) -> Vec<usize> {
        let Some(report) = &self.report else { return Vec::new() };
        let of = |question: bool| {
            report
                .findings
                .iter()
                .enumerate()
                .filter(move |(_, finding)| (finding.certainty == Certainty::Question) == question)
                .filter(|(_, finding)| self.rule.is_none_or(|rule| finding.rule == rule))
                .filter(|(_, finding)| self.filters.let_pass(finding))
                .map(|(index, _)| index)
        };
        let findings: Vec<usize> = of(false).collect();
        let findings = match self.order {
            Order::Place => findings,
            Order::Severity => {
                let with = |severity| {
                    let is_so = move |index: &usize| report.findings[*index].severity == severity;
                    findings.iter().copied().filter(is_so)
                };
                SEVERITIES.into_iter().flat_map(with).collect()
            }
        };
        findings.into_iter().chain(of(true)).collect()
    }

    pub(super) fn show(&mut self, path: &str, range: Range, focus: bool) {
        let (path, range) = self.patches.shown(path, range).unwrap_or((path.into(), range));
        let Some(index) = self.files.iter().position(|file| file.path == path) else { return };
        self.active = index;
        let serial = self.reveal.as_ref().map_or(0, |reveal| reveal.serial) + 1;
        self.reveal = Some(Reveal { serial, range, focus });
    }

    pub(super) fn select(&mut self, index: usize, focus: bool) {
        let Some(report) = self.report.clone() else { return };
        let Some(finding) = report.findings.get(index) else { return };
        self.selected = Some(index);
        if self.rule.is_some_and(|rule| rule != finding.rule) {
            self.rule = None;
        }
        if !self.filters.let_pass(finding) {
            self.filters = ListFilters::default();
        }
        self.show(&finding.path, finding.range, focus);
    }

    pub(super) fn walk(&mut self, step: i32) {
        let listed = self.listed();
        let Some(report) = self.report.clone() else { return };
        if listed.is_empty() {
            self.announcement = "There is no finding to go to".into();
            return;
        }
        let length = listed.len() as i32;
        let here = self.selected.and_then(|selected| listed.iter().position(|&index| index == selected));
        let next = match here {
            Some(here) => (here as i32 + step).rem_euclid(length),
            None if step > 0 => 0,
            None => length - 1,
        };
        let index = listed[next as usize];
        self.select(index, true);
        let finding = &report.findings[index];
        self.announcement = format!(
            "{} of {length}: {}, {}, line {}: {}",
            next + 1,
            finding.level(),
            finding.rule,
            finding.range.start.line,
            finding.message
        )
        .into();
    }

    pub(super) fn take_report(&mut self, report: Rc<Report>) {
        self.show_report(self.with_unchecked(report));
        if let Some(wanted) = self.wanted.take() {
            let findings = self.report.iter().flat_map(|report| &report.findings);
            if let Some(index) = findings.map(crate::link::word).position(|word| word == wanted) {
                self.select(index, false);
            }
        }
    }

    /// The report with a problem for each file that nobody could check.
    fn with_unchecked(&self, mut report: Rc<Report>) -> Rc<Report> {
        let fails = || "the checker fails on it, so it was not checked".to_owned();
        let failed = self.left_out.iter().map(|left| Problem::of_file(left.file.path.to_string(), fails()));
        let unchecked: Vec<Problem> = failed.chain(self.notes.missed.iter().cloned()).collect();
        if !unchecked.is_empty() {
            Rc::make_mut(&mut report).problems.extend(unchecked);
        }
        report
    }

    pub(super) fn show_report(&mut self, whole: Rc<Report>) {
        let counted = self.patches.narrowed(&whole);
        let report = if self.with_unchanged { whole.clone() } else { counted.clone() };
        // The same finding stays selected, wherever it has moved to.
        self.selected = self.selected.and_then(|index| {
            let former = self.report.as_ref()?.findings.get(index)?.clone();
            report
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| {
                    finding.rule == former.rule
                        && finding.path == former.path
                        && finding.message == former.message
                })
                .min_by_key(|(_, finding)| finding.range.start.line.abs_diff(former.range.start.line))
                .map(|(index, _)| index)
        });
        let (first, second) = words::headline(&counted);
        self.announcement = format!("{first}. {second}.").into();
        let notebooks = self.files.iter().filter(|file| file.path.ends_with(".ipynb"));
        self.notebooks = Rc::new(notebooks.map(|file| (file.path.clone(), cell_lines(&file.text))).collect());
        self.whole = Some(whole);
        self.counted = Some(counted);
        self.report = Some(report);
    }

    /// Selects the finding at the place of the caret: of several the one with the smallest range.
    pub(super) fn caret(&mut self, position: Position) {
        let found = self.report.as_ref().and_then(|report| {
            let path = &self.file().path;
            let report = self.patches.in_tab(report, path);
            report
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| finding.path == **path && contains(&finding.range, position))
                .min_by_key(|(_, finding)| {
                    let Range { start, end } = finding.range;
                    (end.line - start.line, end.column.abs_diff(start.column))
                })
                .map(|(index, finding)| (index, finding.rule))
        });
        if let Some((index, rule)) = found {
            self.selected = Some(index);
            if self.rule.is_some_and(|narrowed| narrowed != rule) {
                self.rule = None;
            }
            if !self.listed().contains(&index) {
                self.filters = ListFilters::default();
            }
        }
    }

    /// Narrows the list to a rule, and selects the first finding of it.
    pub(super) fn narrow(&mut self, rule: Option<Rule>) {
        self.rule = rule;
        let first = self.listed().first().copied();
        match (rule, first) {
            (Some(_), Some(index)) => self.select(index, false),
            (Some(_), None) => self.selected = None,
            (None, _) => {}
        }
    }

    /// Narrows the list, which may leave the selected finding out.
    pub(super) fn filter(&mut self, filters: ListFilters) {
        self.filters = filters;
        let listed = self.listed();
        if self.selected.is_some_and(|index| !listed.contains(&index)) {
            self.selected = None;
        }
    }
}

fn contains(range: &Range, position: Position) -> bool {
    range.start <= position && position <= range.end
}

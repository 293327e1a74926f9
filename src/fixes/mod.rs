//! Fixes: what a rule would write instead. They are offered only where that was verified.
//!
//! A rule proposes edits while it runs ([`Draft::fix`](crate::rules::Draft::fix)). Here they are made in copies of the
//! texts, and everything is checked again: a fix has to remove its finding, and to add neither a finding nor a problem.

mod applied;
mod rewrite;

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::check::{check_parsed, check_proposing};
use crate::report::{Finding, Fix, Report};
use crate::semantic::ParsedFiles;
use crate::settings::Settings;
use crate::source::Source;
pub use applied::apply;
pub use rewrite::{
    Rewrite, bounded_parameter, handed_to_thread, pausing_for_others, with_call_behind, with_keyword,
};

/// The fix of the one finding that stands at the same place with the same message, if there is one and it holds.
pub fn fix_of(sources: &[Source], settings: &Settings, wanted: &Finding) -> Option<Fix> {
    let mut trial = Trial::of(sources, settings);
    let mut proposed = trial.propose();
    let is_wanted = |finding: &Finding| {
        (finding.rule, finding.range) == (wanted.rule, wanted.range)
            && finding.path == wanted.path
            && finding.message == wanted.message
    };
    let index = proposed.findings.iter().position(is_wanted)?;
    let fix = proposed.findings[index].fix.take()?;
    let after = trial.check(apply(sources, &[&fix])?);
    Tally::of(&proposed).worse_in(&after, &[&proposed.findings[index]]).is_empty().then_some(fix)
}

/// Checks texts that are mostly the same again and again: only what has changed is read anew.
struct Trial<'s> {
    sources: Vec<Source>,
    parsed: ParsedFiles,
    settings: &'s Settings,
}

impl<'s> Trial<'s> {
    fn of(sources: &[Source], settings: &'s Settings) -> Self {
        Self { sources: sources.to_vec(), parsed: ParsedFiles::of(sources), settings }
    }

    fn propose(&self) -> Report {
        check_proposing(&self.sources, &self.parsed, self.settings)
    }

    /// The report of the same files with other texts.
    fn check(&mut self, texts: Vec<Source>) -> Report {
        let kept: Vec<Option<usize>> = (0..texts.len())
            .map(|index| (texts[index].text == self.sources[index].text).then_some(index))
            .collect();
        self.parsed.read(&texts, &kept, &mut |_, _| {});
        self.sources = texts;
        check_parsed(&self.sources, &self.parsed, self.settings, false, &mut |_, _| {})
    }
}

/// What all fixes that hold together make of the texts, and how many they are.
#[derive(Debug)]
pub struct Fixed {
    /// All given files, in their order, those without a fix as they were.
    pub sources: Vec<Source>,
    /// How many findings are gone by a fix.
    pub count: usize,
}

/// Makes all fixes that hold and do not overlap, the first of them where two do, in the files that may be written.
/// Deterministic, as all checks are.
pub fn fix_all(sources: &[Source], settings: &Settings, is_written: &dyn Fn(&str) -> bool) -> Fixed {
    let mut trial = Trial::of(sources, settings);
    let proposed = trial.propose();
    let before = Tally::of(&proposed);
    let has_fix = |finding: &&Finding| {
        finding.fix.as_ref().is_some_and(|fix| fix.edits.iter().all(|edit| is_written(&edit.path)))
    };
    let candidates: Vec<&Finding> = proposed.findings.iter().filter(has_fix).collect();
    let mut fixed = Fixed { sources: sources.to_vec(), count: 0 };
    let mut made: Vec<&Finding> = Vec::new();
    // Most often all of them hold at once. Where they don't, the others are tried without those of the files that got
    // worse, and these one a file at a time.
    let mut groups = VecDeque::from([candidates]);
    while let Some(group) = groups.pop_front() {
        let mut together = made.clone();
        for &finding in &group {
            together.push(finding);
            if apply(sources, &fixes(&together)).is_none() {
                together.pop();
            }
        }
        let Some(texts) = apply(sources, &fixes(&together)).filter(|_| together.len() > made.len()) else {
            continue;
        };
        let after = trial.check(texts);
        let worse = before.worse_in(&after, &together);
        if worse.is_empty() {
            fixed = Fixed { sources: trial.sources.clone(), count: together.len() };
            made = together;
            continue;
        }
        let is_suspect = |finding: &&Finding| worse.contains(finding.path.as_str());
        let (suspects, others): (Vec<_>, Vec<_>) = group.into_iter().partition(is_suspect);
        if suspects.is_empty() {
            // What is fixed in one file made another one worse: it is not worth finding out which.
            continue;
        }
        if !others.is_empty() {
            groups.push_front(others);
        }
        groups.extend(one_of_each_file(&suspects));
    }
    fixed
}

/// The findings in groups that have one of each file. A file that has only one is left out: its fix was tried, and does
/// not hold.
fn one_of_each_file<'f>(findings: &[&'f Finding]) -> Vec<Vec<&'f Finding>> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    for finding in findings {
        *seen.entry(&finding.path).or_default() += 1;
    }
    seen.retain(|_, count| *count > 1);
    seen.values_mut().for_each(|count| *count = 0);
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for &finding in findings {
        let Some(index) = seen.get_mut(finding.path.as_str()) else { continue };
        if *index == groups.len() {
            groups.push(Vec::new());
        }
        groups[*index].push(finding);
        *index += 1;
    }
    groups
}

fn fixes<'f>(findings: &[&'f Finding]) -> Vec<&'f Fix> {
    findings.iter().filter_map(|finding| finding.fix.as_ref()).collect()
}

/// What a report tells of each file: how often each thing is told, and how often each rule is violated.
struct Tally<'r> {
    told: FxHashMap<[&'r str; 4], usize>,
}

/// A finding, wherever its line has gone.
fn exactly(finding: &Finding) -> [&str; 4] {
    [&finding.path, finding.rule.id(), &finding.symbol, &finding.message]
}

/// All findings of a rule in a file. One may be told in other words when another one is gone.
fn of_rule(finding: &Finding) -> [&str; 4] {
    [&finding.path, finding.rule.id(), "", ""]
}

impl<'r> Tally<'r> {
    fn of(report: &'r Report) -> Self {
        let problems = report.problems.iter().map(|problem| [problem.path.as_str(), "", "", ""]);
        let findings = report.findings.iter().flat_map(|finding| [of_rule(finding), exactly(finding)]);
        let mut told = FxHashMap::default();
        for key in findings.chain(problems) {
            *told.entry(key).or_default() += 1;
        }
        Self { told }
    }

    fn count(&self, key: &[&str; 4]) -> usize {
        self.told.get(key).copied().unwrap_or_default()
    }

    /// The files for which a later report tells more than this one without the findings that should be gone: none, if
    /// those are gone and nothing came in their place.
    fn worse_in<'f>(&self, later: &'f Report, gone: &[&'f Finding]) -> FxHashSet<&'f str> {
        let mut allowed = self.told.clone();
        for finding in gone {
            for key in [exactly(finding), of_rule(finding)] {
                if let Some(left) = allowed.get_mut(&key) {
                    *left = left.saturating_sub(1);
                }
            }
        }
        let allowed = Tally { told: allowed };
        let later = Tally::of(later);
        let is_rule = |key: &[&str; 4]| key[3].is_empty();
        let more = later.told.iter().filter(|(key, count)| is_rule(key) && **count > allowed.count(key));
        let still = gone.iter().filter(|finding| {
            let key = exactly(finding);
            later.count(&key) > allowed.count(&key)
        });
        more.map(|([path, ..], _)| *path).chain(still.map(|finding| finding.path.as_str())).collect()
    }
}

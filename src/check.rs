//! The whole pipeline: sources in, report out.

use crate::breaks::breaks;
use crate::effects::effects;
use crate::ignores::Ignores;
use crate::report::{CheckedFile, Finding, Problem, Report, SCHEMA};
use crate::rules::{CHECKS, Findings};
use crate::semantic::{Model, ParsedFiles};
use crate::settings::Settings;
use crate::sorted::sorted;
pub use crate::source::Source;

/// Checks the given files together. Deterministic, without I/O, and without a panic on any input: what cannot be
/// read becomes a problem in the report.
pub fn check(sources: &[Source], settings: &Settings) -> Report {
    run(sources, &ParsedFiles::of(sources), settings, Asked::Findings, &mut |_, _| {})
}

/// The same, with what breaks when the code runs among the problems, and with what it does.
pub fn check_running(sources: &[Source], settings: &Settings) -> Report {
    run(sources, &ParsedFiles::of(sources), settings, Asked::Running, &mut |_, _| {})
}

/// The same as [`check`], with the fixes that the rules propose. Nobody has verified them: see [`crate::fixes`].
pub(crate) fn check_proposing(sources: &[Source], parsed: &ParsedFiles, settings: &Settings) -> Report {
    run(sources, parsed, settings, Asked::Fixes, &mut |_, _| {})
}

/// Checks files of which it is already known what each says by itself: `parsed` was read from `sources`. Before each
/// rule it tells how many were asked, and how many are.
pub fn check_parsed(
    sources: &[Source],
    parsed: &ParsedFiles,
    settings: &Settings,
    is_running: bool,
    told: &mut dyn FnMut(usize, usize),
) -> Report {
    run(sources, parsed, settings, if is_running { Asked::Running } else { Asked::Findings }, told)
}

/// What is asked for besides the findings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Findings,
    Fixes,
    /// What breaks when the code runs, and what it does.
    Running,
}

fn run(
    sources: &[Source],
    parsed: &ParsedFiles,
    settings: &Settings,
    wanted: Asked,
    told: &mut dyn FnMut(usize, usize),
) -> Report {
    // Names, types, calls and contexts of all files together.
    let model = Model::new(sources, parsed, settings);

    // Each rule is a query over those facts.
    let ignores = Ignores::new(&model);
    let (mut findings, mut silenced) = (Vec::new(), Vec::new());
    let mut rules = Vec::new();
    let asked: Vec<_> = CHECKS.iter().filter(|check| !settings.off.contains(&check.rule)).collect();
    for (number, check) in asked.iter().enumerate() {
        told(number, asked.len());
        let mut found = Findings::new(check.rule, &model);
        found.proposes_fixes = wanted == Asked::Fixes;
        (check.run)(&model, &mut found);
        let (reported, by_comments, status) = found.finish(&ignores);
        findings.extend(reported);
        silenced.extend(by_comments);
        rules.push(status);
    }
    let findings = sorted(findings, &order);
    let silenced = sorted(silenced, &order);

    let files = model
        .files
        .iter()
        .map(|file| CheckedFile {
            path: file.path.to_owned(),
            kind: file.kind,
            lines: file.lines.count(file.text),
            shape: file.tree.shape,
            assumed: model.assumed_names(file),
        })
        .collect();
    let mut problems = syntax_problems(&model);
    problems.extend(ignores.problems(&model, |rule| rules.iter().any(|status| status.rule == rule)));
    let mut problems = sorted(problems, &|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
    let is_running = wanted == Asked::Running;
    if is_running {
        problems.extend(breaks(&model));
    }
    let effects = if is_running { effects(sources, &model) } else { Vec::new() };
    Report { schema: SCHEMA, files, findings, silenced, rules, problems, effects }
}

fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    (&a.path, a.range, a.rule, &a.message).cmp(&(&b.path, b.range, b.rule, &b.message))
}

fn syntax_problems(model: &Model<'_>) -> Vec<Problem> {
    model
        .files
        .iter()
        .flat_map(|file| {
            file.tree.problems.iter().map(|problem| Problem {
                path: file.path.to_owned(),
                range: file.lines.range(file.text, problem.start, problem.end),
                message: problem.message.clone(),
            })
        })
        .collect()
}

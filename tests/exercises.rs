//! The exercises are a contract: the start violates exactly what it says, every listed solution is accepted, and every
//! wrong turn is refused with its own hint. The judge is the one of the page.
//!
//! `RUBRIC_EXERCISES=c5 cargo test --test exercises` looks at those alone whose id begins so.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rubric_playground::breaks::check_running;
use rubric_playground::catalogue::ENTRIES;
use rubric_playground::check::Source;
use rubric_playground::exercise::judge::{Marked, Outcome, Said, Verdict, judge, judge_marks};
use rubric_playground::exercise::read::read;
use rubric_playground::exercise::{Exercise, Kind};
use rubric_playground::report::{Certainty, Finding, Report, Rule};
use rubric_playground::settings::Settings;

/// How many mixed exercises there are at least.
const MIXED: usize = 8;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Every exercise, or what is wrong with its text.
fn exercises() -> Vec<Exercise> {
    let only = std::env::var("RUBRIC_EXERCISES").unwrap_or_default();
    let mut failures = String::new();
    let mut exercises = Vec::new();
    let folders = ENTRIES.iter().map(|entry| (Some(entry.rule), rules().join(entry.name).join("exercises")));
    for (rule, folder) in folders.chain([(None, rules().join("exercises"))]) {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            let id = format!("{}-{stem}", rule.map_or("mixed".to_owned(), |rule| rule.id().to_lowercase()));
            if !id.starts_with(&only) {
                continue;
            }
            match read(&id, rule, &fs::read_to_string(&file).unwrap()) {
                Ok(exercise) => exercises.push(exercise),
                Err((line, message)) => {
                    let _ = writeln!(failures, "{}:{line}: {message}", file.display());
                }
            }
        }
    }
    assert_none(&failures);
    exercises
}

/// Fails with everything that is wrong, not with the first of it.
fn assert_none(failures: &str) {
    assert!(failures.is_empty(), "\n\n{failures}");
}

fn report(files: &[Source]) -> Report {
    check_running(files, &Settings::default())
}

fn written(finding: &Finding) -> String {
    format!(
        "{}:{} {} {} {}",
        finding.path,
        finding.range.start.line,
        finding.rule,
        finding.certainty.word(),
        finding.message
    )
}

fn explained(verdict: &Verdict, report: &Report) -> String {
    let findings: String =
        report.findings.iter().map(|finding| format!("\n    {}", written(finding))).collect();
    format!("{verdict:?}{findings}")
}

#[test]
fn there_is_an_exercise_for_every_rule_and_enough_mixed_ones_of_every_kind() {
    if std::env::var_os("RUBRIC_EXERCISES").is_some() {
        return;
    }
    let exercises = exercises();
    let mut failures = String::new();
    for rule in Rule::ALL {
        if !exercises.iter().any(|exercise| exercise.rule == Some(rule)) {
            let _ = writeln!(failures, "{rule} has no exercise");
        }
    }
    let mixed = exercises.iter().filter(|exercise| exercise.rule.is_none()).count();
    if mixed < MIXED {
        let _ = writeln!(failures, "{mixed} mixed exercises, not {MIXED}");
    }
    for kind in Kind::ALL {
        let of_kind = exercises.iter().filter(|exercise| exercise.kind == kind).count();
        if of_kind * 5 < exercises.len() {
            let _ = writeln!(failures, "only {of_kind} of {}: '{}'", exercises.len(), kind.words());
        }
    }
    for exercise in &exercises {
        let same = |other: &&Exercise| other.id == exercise.id || other.title == exercise.title;
        if exercises.iter().filter(same).count() > 1 {
            let _ = writeln!(failures, "{}: its id or its title is another's too", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn the_start_violates_exactly_what_it_says() {
    let mut failures = String::new();
    for exercise in exercises() {
        let report = report(&exercise.start);
        for problem in &report.problems {
            let _ =
                writeln!(failures, "{}: line {}: {}", exercise.id, problem.range.start.line, problem.message);
        }
        let mut said: Vec<String> = exercise
            .violations
            .iter()
            .map(|violation| format!("{}:{} {} ", violation.path, violation.line, violation.rule))
            .collect();
        for finding in &report.findings {
            let written = written(finding);
            match said.iter().position(|said| written.starts_with(said)) {
                Some(index) if finding.certainty != Certainty::Question => {
                    said.remove(index);
                }
                _ => {
                    let _ = writeln!(failures, "{}: Noisy    {written}", exercise.id);
                }
            }
        }
        for said in said {
            let _ = writeln!(failures, "{}: Missing  {said}", exercise.id);
        }
        if let Some(rule) = exercise.rule.filter(|rule| exercise.rules() != [*rule]) {
            let _ = writeln!(failures, "{}: it violates another rule than {rule}", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn every_solution_is_accepted_and_there_are_two_of_them() {
    let mut failures = String::new();
    for exercise in exercises() {
        let before = report(&exercise.start);
        let mut seen: Vec<&[Source]> = Vec::new();
        for solution in &exercise.solutions {
            let after = report(&solution.files);
            let verdict = judge(&exercise, &before, &solution.files, &after);
            if verdict.outcome != Outcome::Accepted {
                let why = explained(&verdict, &after);
                let _ = writeln!(failures, "{}: '{}' is not accepted: {why}", exercise.id, solution.title);
            }
            seen.push(&solution.files);
        }
        if seen.len() < 2 || seen.iter().any(|one| seen.iter().filter(|other| *other == one).count() > 1) {
            let _ = writeln!(failures, "{}: it needs two different solutions", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn every_wrong_turn_is_refused_with_its_hint() {
    let mut failures = String::new();
    for exercise in exercises() {
        let before = report(&exercise.start);
        for (index, turn) in exercise.wrong_turns.iter().enumerate() {
            let fault = match exercise.kind {
                Kind::Mend => {
                    let after = report(&turn.files);
                    let verdict = judge(&exercise, &before, &turn.files, &after);
                    let refused = verdict.outcome == Outcome::Refused && verdict.wrong_turn == Some(index);
                    (!refused).then(|| explained(&verdict, &after))
                }
                Kind::Find => {
                    let hinted = exercise.violations.iter().any(|violation| {
                        Rule::ALL.into_iter().any(|rule| {
                            let (path, line) = (violation.path.clone(), violation.line);
                            let marks = [Marked { path, line, rule: Some(rule) }];
                            judge_marks(&exercise, &before, &marks).said == [Said::OtherRule(Some(index))]
                        })
                    });
                    (!hinted).then(|| "no named rule leads to it".to_owned())
                }
                // Choosing the start is this wrong turn, and there is nothing else to choose.
                Kind::Which => {
                    (exercise.wrong_turns.len() != 1).then(|| "there is one wrong side".to_owned())
                }
            };
            if let Some(fault) = fault {
                let _ = writeln!(failures, "{}: '{}': {fault}", exercise.id, turn.title);
            }
        }
        for (index, trap) in exercise.traps.iter().enumerate() {
            let marks =
                [Marked { path: trap.path.clone(), line: trap.line, rule: Some(exercise.rules()[0]) }];
            let said = judge_marks(&exercise, &before, &marks).said;
            if said != [Said::Trap(index)] {
                let _ = writeln!(failures, "{}: the trap in line {}: {said:?}", exercise.id, trap.line);
            }
        }
        let enough = match exercise.kind {
            Kind::Mend => !exercise.wrong_turns.is_empty(),
            Kind::Find => exercise.traps.len() >= 2,
            Kind::Which => exercise.wrong_turns.len() == 1,
        };
        if !enough {
            let _ = writeln!(failures, "{}: too few wrong turns or traps", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn marking_every_violation_finds_them_all() {
    let mut failures = String::new();
    for exercise in exercises().into_iter().filter(|exercise| exercise.kind == Kind::Find) {
        let before = report(&exercise.start);
        let marks: Vec<Marked> = exercise
            .violations
            .iter()
            .map(|violation| Marked {
                path: violation.path.clone(),
                line: violation.line,
                rule: Some(violation.rule),
            })
            .collect();
        if !judge_marks(&exercise, &before, &marks).is_right() {
            let _ = writeln!(failures, "{}: its own marks are not right", exercise.id);
        }
        if judge_marks(&exercise, &before, &marks[1..]).missed.len() != 1 {
            let _ = writeln!(failures, "{}: a mark too few goes unnoticed", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn throwing_the_code_away_is_no_solution() {
    let mut failures = String::new();
    for exercise in exercises().into_iter().filter(|exercise| exercise.kind == Kind::Mend) {
        let before = report(&exercise.start);
        let empty: Vec<Source> = exercise
            .start
            .iter()
            .map(|file| Source { path: file.path.clone(), text: String::new() })
            .collect();
        if judge(&exercise, &before, &empty, &report(&empty)).outcome != Outcome::Refused {
            let _ = writeln!(failures, "{}: an empty file is accepted: say what to 'keep:'", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn mixed_exercises_are_modules_with_several_violations() {
    let mut failures = String::new();
    for exercise in exercises().into_iter().filter(|exercise| exercise.rule.is_none()) {
        let lines: usize = exercise.start.iter().map(|file| file.text.lines().count()).sum();
        let wanted = if exercise.kind == Kind::Which { 1 } else { 2 };
        if !(40..=90).contains(&lines) || exercise.rules().len() < wanted {
            let rules = exercise.rules();
            let _ = writeln!(failures, "{}: {lines} lines, {rules:?}", exercise.id);
        }
    }
    assert_none(&failures);
}

#[test]
fn texts_are_short_and_whole() {
    let mut failures = String::new();
    for exercise in exercises() {
        let solutions = exercise.solutions.iter().map(|solution| &solution.text);
        let turns = exercise.wrong_turns.iter().map(|turn| &turn.hint);
        let traps = exercise.traps.iter().map(|trap| &trap.hint);
        let texts = [&exercise.task, &exercise.reason].into_iter().chain(&exercise.hints);
        for text in texts.chain(solutions).chain(turns).chain(traps) {
            let whole = text.ends_with(['.', '?']) && !text.starts_with(char::is_lowercase);
            if !whole || text.len() > 600 || text.matches('`').count() % 2 == 1 {
                let _ = writeln!(failures, "{}: {text}", exercise.id);
            }
        }
    }
    assert_none(&failures);
}

//! The exercises are a contract: the start violates exactly what it says, every listed solution is accepted, and every
//! wrong turn is refused with its own hint. The judge is the one of the page.
//!
//! `RUBRIC_EXERCISES=c5 cargo test --test exercises` looks at those alone whose id begins so.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rubric_playground::catalogue::ENTRIES;
use rubric_playground::check::{Source, check_running};
use rubric_playground::exercise::judge::{Marked, Outcome, Said, Verdict, judge, judge_marks};
use rubric_playground::exercise::read::read;
use rubric_playground::exercise::{Exercise, Kind, words};
use rubric_playground::report::{Certainty, Finding, Report, Rule};
use rubric_playground::settings::Settings;

/// How many mixed exercises there are at least.
const MIXED: usize = 8;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Every exercise, or what is wrong with its text.
fn exercises() -> Vec<Exercise> {
    written_exercises().into_iter().map(|(exercise, _)| exercise).collect()
}

/// Every exercise with its Markdown.
fn written_exercises() -> Vec<(Exercise, String)> {
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
            let text = fs::read_to_string(&file).unwrap();
            match read(&id, rule, &text) {
                Ok(exercise) => exercises.push((exercise, text)),
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

/// What is said of the listed solutions.
fn listed(exercise: &Exercise) -> Vec<Report> {
    exercise.solutions.iter().map(|solution| report(&solution.files)).collect()
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
            let verdict = judge(&exercise, &before, &listed(&exercise), &solution.files, &after);
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
                    let verdict = judge(&exercise, &before, &listed(&exercise), &turn.files, &after);
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
        if judge(&exercise, &before, &listed(&exercise), &empty, &report(&empty)).outcome != Outcome::Refused
        {
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

/// One answer to an exercise, right or wrong.
struct Answer {
    title: String,
    is_right: bool,
    /// What has to be a part of what is said of it.
    says: String,
    given: Given,
}

enum Given {
    Files(Vec<Source>),
    Marks(Vec<Marked>),
}

/// What people may answer to an exercise, besides what it lists: `tests/answers/README.md` has the format.
fn answers(exercise: &Exercise, source: &str) -> Result<Vec<Answer>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    let text =
        fs::read_to_string(folder.join(format!("{}.md", exercise.id))).map_err(|error| error.to_string())?;
    let heads = text.lines().filter_map(|line| {
        let (kind, title) = line.strip_prefix("## ")?.split_once(": ")?;
        Some((kind == "Right", title.to_owned()))
    });
    let says = |prose: &str| prose.split_once("Says: ").map_or("", |(_, part)| part.trim()).to_owned();
    if exercise.kind == Kind::Find {
        let parts = text.split("\n## ").skip(1);
        return heads
            .zip(parts)
            .map(|((is_right, title), part)| {
                let line = part.lines().find(|line| line.starts_with("Says: ")).unwrap_or_default();
                let marks = part.lines().filter_map(|line| line.strip_prefix("- "));
                let marks = marks.map(|mark| marked(exercise, mark)).collect::<Result<_, _>>()?;
                Ok(Answer { title, is_right, says: says(line), given: Given::Marks(marks) })
            })
            .collect();
    }
    // An answer is written as a solution is, and so it is read as one.
    let before = source.lines().count();
    let as_solutions =
        text.replace("\n## Right: ", "\n## Solution: ").replace("\n## Wrong: ", "\n## Solution: ");
    let (_, body) = as_solutions.split_once("\n\n").unwrap_or_default();
    let own = exercise.solutions.len();
    let read = read(&exercise.id, exercise.rule, &format!("{source}\n{body}"))
        .map_err(|(line, message)| format!("line {}: {message}", (line + 1).saturating_sub(before)))?;
    let given = read.solutions.into_iter().skip(own);
    Ok(heads
        .zip(given)
        .map(|((is_right, title), given)| Answer {
            title,
            is_right,
            says: says(&format!("{} ", given.text)),
            given: Given::Files(given.files),
        })
        .collect())
}

/// `C5 a part of the line`, with `  (2)` behind it for the second line that has it; `?` stands for no rule.
fn marked(exercise: &Exercise, mark: &str) -> Result<Marked, String> {
    let (rule, part) = mark.split_once(' ').ok_or("a mark is a rule and a part of a line")?;
    let (part, number) = match part.split_once("  (") {
        Some((part, number)) => (part, number.trim_end_matches(')').parse().map_err(|_| "no number")?),
        None => (part, 1_usize),
    };
    let lines = exercise
        .start
        .iter()
        .flat_map(|file| file.text.lines().zip(1..).map(move |(text, line)| (file.path.clone(), text, line)));
    let (path, _, line) = lines
        .filter(|(_, text, _)| text.contains(part))
        .nth(number - 1)
        .ok_or_else(|| format!("no line has '{part}'"))?;
    Ok(Marked { path, line, rule: rule.parse().ok() })
}

/// How many answers of each kind there are at least for an exercise: right ones that differ in kind from the listed
/// ones, and wrong ones.
const RIGHT: usize = 3;
const WRONG: usize = 4;

#[test]
fn every_answer_is_judged_rightly() {
    let mut failures = String::new();
    let (mut judged, mut wrongly, mut unsaid) = (0, 0, 0);
    for (exercise, source) in written_exercises() {
        let before = report(&exercise.start);
        let answers = match answers(&exercise, &source) {
            Ok(answers) => answers,
            Err(message) => {
                let _ = writeln!(failures, "{}: {message}", exercise.id);
                continue;
            }
        };
        let listed = listed(&exercise);
        let right = answers.iter().filter(|answer| answer.is_right).count();
        // Of some there is only one line to mark.
        let least = if exercise.kind == Kind::Find { 1 } else { RIGHT };
        if right < least || answers.len() - right < WRONG {
            let wrong = answers.len() - right;
            let _ = writeln!(failures, "{}: only {right} right and {wrong} wrong answers", exercise.id);
        }
        for answer in &answers {
            let (is_accepted, said) = match &answer.given {
                Given::Files(files) => {
                    let after = report(files);
                    let verdict = judge(&exercise, &before, &listed, files, &after);
                    let turn = verdict.wrong_turn.map(|index| exercise.wrong_turns[index].hint.clone());
                    let faults = verdict.faults.iter().map(|fault| words::fault(fault, &after));
                    let said: Vec<String> = turn.into_iter().chain(faults).collect();
                    (verdict.outcome == Outcome::Accepted, said.join("\n    "))
                }
                Given::Marks(marks) => {
                    let search = judge_marks(&exercise, &before, marks);
                    let said = marks.iter().zip(&search.said);
                    let said: Vec<String> = said
                        .map(|(mark, said)| words::said(&exercise, &before, &search, mark, said))
                        .collect();
                    (search.is_right(), said.join("\n    "))
                }
            };
            judged += 1;
            if is_accepted != answer.is_right {
                wrongly += 1;
                let word = if answer.is_right { "REFUSED " } else { "ACCEPTED" };
                let _ = writeln!(failures, "{}: {word} '{}':\n    {said}", exercise.id, answer.title);
            } else if !said.contains(&answer.says) || (!is_accepted && said.is_empty()) {
                unsaid += 1;
                let _ = writeln!(
                    failures,
                    "{}: UNSAID   '{}': {:?}:\n    {said}",
                    exercise.id, answer.title, answer.says
                );
            }
        }
    }
    println!("{judged} answers, {wrongly} judged wrongly, {unsaid} not told why");
    assert_none(&failures);
}

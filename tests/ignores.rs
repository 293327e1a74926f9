//! Comments that silence findings, in every kind of file, and what is said of those that are wrong.

use rubric_playground::check::{Source, check};
use rubric_playground::report::{Report, Rule, Status};
use rubric_playground::settings::Settings;

fn report(path: &str, text: &str) -> Report {
    check(&[Source { path: path.to_owned(), text: text.to_owned() }], &Settings::default())
}

/// What is told of a report, by its lines.
type Told<'r> = (Vec<(&'r str, u32)>, Vec<(u32, &'r str)>);

/// The rules and lines of the findings, and the lines and messages of the problems.
fn told(report: &Report) -> Told<'_> {
    (
        report.findings.iter().map(|found| (found.rule.id(), found.range.start.line)).collect(),
        report.problems.iter().map(|problem| (problem.range.start.line, problem.message.as_str())).collect(),
    )
}

#[test]
fn a_comment_silences_its_own_line() {
    let text = "import time\n\n\nasync def wait():\n    time.sleep(5)  # rubric: ignore[C5] a demonstration\n    time.sleep(6)\n";
    assert_eq!(told(&report("main.py", text)), (vec![("C5", 6)], vec![]));
}

#[test]
fn a_comment_on_its_own_line_silences_the_next() {
    let text = "import time\n\n\nasync def wait():\n    # rubric: ignore[c5, F1] a demonstration\n    # of two lines\n    time.sleep(5)\n    time.sleep(6)\n";
    let report = report("main.py", text);
    let (findings, problems) = told(&report);
    assert_eq!(findings, [("C5", 8)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].0, 5);
    assert!(problems[0].1.contains("F1 finds nothing here"), "{problems:?}");
}

#[test]
fn above_a_definition_it_silences_all_of_it() {
    let text = "import time\n\n\n# rubric: ignore[C5] these wait on purpose\n@decorated\nasync def wait():\n    time.sleep(5)\n    time.sleep(6)\n\n\nasync def other():\n    time.sleep(7)\n";
    assert_eq!(told(&report("main.py", text)), (vec![("C5", 12)], vec![]));
}

#[test]
fn a_silenced_rule_counts_as_not_violated() {
    let text =
        "import time\n\n\nasync def wait():\n    time.sleep(5)  # rubric: ignore[C5] a demonstration\n";
    let report = report("main.py", text);
    let status = report.rules.iter().find(|status| status.rule == Rule::C5).map(|status| status.status);
    assert_eq!(status, Some(Status::Silenced));
    assert!(!report.with_status(Status::NotSeen).contains(&Rule::C5));
}

#[test]
fn what_is_silenced_is_told_with_its_place_and_the_reason() {
    let text = "import time\n\n\nasync def wait():\n    time.sleep(5)  # rubric: ignore[C5] a demonstration\n    time.sleep(6)\n    # rubric: ignore[c5] and another\n    time.sleep(7)\n";
    let report = report("main.py", text);
    let told: Vec<_> = report
        .silenced
        .iter()
        .map(|finding| (finding.rule, finding.range.start.line, finding.reason.as_str()))
        .collect();
    assert_eq!(told, [(Rule::C5, 5, "a demonstration"), (Rule::C5, 8, "and another")]);
    assert_eq!(report.silenced(Rule::C5), 2);
    assert_eq!(report.with_status(Status::Violated), [Rule::C5]);
}

#[test]
fn an_ignore_needs_a_reason_and_a_known_rule() {
    let text = "import time\n\n\nasync def wait():\n    time.sleep(5)  # rubric: ignore[C5]\n    time.sleep(6)  # rubric: ignore\n    time.sleep(7)  # rubric: ignore[C99, C5] a demonstration\n";
    let report = report("main.py", text);
    let (findings, problems) = told(&report);
    assert_eq!(findings, [("C5", 5), ("C5", 6)]);
    let lines: Vec<u32> = problems.iter().map(|problem| problem.0).collect();
    assert_eq!(lines, [5, 6, 7], "{problems:?}");
    assert!(problems[0].1.contains("no reason"), "{problems:?}");
    assert!(problems[1].1.contains("names no rule"), "{problems:?}");
    assert!(problems[2].1.contains("`C99` is no rule"), "{problems:?}");
}

#[test]
fn text_in_a_string_is_no_comment() {
    let text = "import time\n\n\nasync def wait():\n    time.sleep(5); note = \"# rubric: ignore[C5] not a comment\"\n";
    assert_eq!(told(&report("main.py", text)), (vec![("C5", 5)], vec![]));
}

#[test]
fn a_rule_that_does_not_run_makes_no_ignore_useless() {
    let text =
        "import time\n\n\nasync def wait():\n    time.sleep(5)  # rubric: ignore[C5] a demonstration\n";
    let settings = Settings { off: vec![Rule::C5], ..Settings::default() };
    let report = check(&[Source { path: "main.py".to_owned(), text: text.to_owned() }], &settings);
    assert_eq!(told(&report), (vec![], vec![]));
}

#[test]
fn deployment_files_have_the_same_comment() {
    let compose = "services:\n  cache:\n    # rubric: ignore[O5] the newest is wanted here\n    image: redis:latest\n  queue:\n    image: rabbitmq:latest  # rubric: ignore[O5] here too\n  search:\n    image: opensearch:latest\n";
    let checked = report("compose.yaml", compose);
    let (findings, problems) = told(&checked);
    let images: Vec<_> = findings.iter().filter(|found| found.0 == "O5").collect();
    assert_eq!(images, [&("O5", 8)], "{findings:?}");
    assert!(problems.is_empty(), "{problems:?}");

    let dockerfile = "# rubric: ignore[O5] a base of our own\nFROM base:latest\nCOPY app /app\nCMD [\"python\", \"-m\", \"app\"]\n";
    let checked = report("Dockerfile", dockerfile);
    let (findings, problems) = told(&checked);
    assert!(!findings.contains(&("O5", 2)), "{findings:?}");
    assert!(problems.is_empty(), "{problems:?}");
}

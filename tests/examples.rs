//! The examples are a contract: what the page shows as violating is reported as `expected.txt` says, and nothing at
//! all is reported in what it shows as conforming.
//!
//! `RUBRIC_BLESS=1 cargo test --test examples` writes `expected.txt` anew. Read the difference before committing it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rubric_playground::catalogue::{ENTRIES, Entry, Example, samples};
use rubric_playground::check::{Source, check};
use rubric_playground::report::{Certainty, Finding, Report, Rule, Status};
use rubric_playground::settings::Settings;

fn report(examples: &[Example]) -> Report {
    let sources: Vec<Source> = examples
        .iter()
        .map(|example| Source { path: example.path.to_owned(), text: example.text.to_owned() })
        .collect();
    check(&sources, &Settings::default())
}

fn written(finding: &Finding) -> String {
    let (start, end) = (finding.range.start, finding.range.end);
    format!(
        "{}:{}:{}-{}:{} {} {} {} {}",
        finding.path,
        start.line,
        start.column,
        end.line,
        end.column,
        finding.rule,
        finding.severity.word(),
        finding.certainty.word(),
        finding.message
    )
}

fn expected_file(entry: &Entry) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(entry.name).join("expected.txt")
}

/// Fails with everything that is wrong, not with the first of it.
fn assert_none(failures: &str) {
    assert!(failures.is_empty(), "\n\n{failures}");
}

#[test]
fn the_catalogue_has_every_rule_in_order() {
    let rules: Vec<Rule> = ENTRIES.iter().map(|entry| entry.rule).collect();
    assert_eq!(rules, Rule::ALL);
}

#[test]
fn violating_examples_have_exactly_the_expected_findings() {
    let bless = std::env::var_os("RUBRIC_BLESS").is_some_and(|value| !value.is_empty());
    let mut failures = String::new();
    for entry in ENTRIES {
        let report = report(entry.violating());
        let found: Vec<String> = report.findings.iter().map(written).collect();
        let file = expected_file(entry);
        if bless {
            let text: String = found.iter().map(|line| format!("{line}\n")).collect();
            fs::write(&file, text).unwrap();
            continue;
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        let expected: Vec<&str> = text.lines().collect();
        for line in expected.iter().filter(|line| !found.iter().any(|found| found == *line)) {
            let _ = writeln!(failures, "{}: Missing  {line}", entry.name);
        }
        for line in found.iter().filter(|line| !expected.contains(&line.as_str())) {
            let _ = writeln!(failures, "{}: Noisy    {line}", entry.name);
        }
        if failures.is_empty() && found != expected {
            let _ = writeln!(
                failures,
                "{}: expected.txt is not in the report's order, or repeats itself",
                entry.name
            );
        }
    }
    assert_none(&failures);
}

#[test]
fn violating_examples_of_checked_rules_violate_their_own_rule() {
    let mut failures = String::new();
    for entry in ENTRIES.iter().filter(|entry| entry.checked) {
        let report = report(entry.violating());
        let own = |finding: &&Finding| finding.rule == entry.rule && finding.certainty != Certainty::Question;
        if !report.findings.iter().any(|finding| own(&finding)) {
            let _ = writeln!(
                failures,
                "{}: Missing  a finding of {} in its violating example",
                entry.name, entry.rule
            );
        }
    }
    assert_none(&failures);
}

#[test]
fn conforming_examples_have_no_finding_of_any_rule() {
    let mut failures = String::new();
    for entry in ENTRIES {
        for finding in report(entry.conforming()).findings {
            let _ = writeln!(failures, "{}: Noisy    {}", entry.name, written(&finding));
        }
    }
    assert_none(&failures);
}

#[test]
fn conforming_examples_of_checked_rules_are_seen_to_conform() {
    let mut failures = String::new();
    for entry in ENTRIES.iter().filter(|entry| entry.checked) {
        let report = report(entry.conforming());
        match report.rules.iter().find(|rule| rule.rule == entry.rule) {
            Some(rule) if rule.status == Status::Conforms && !rule.places.is_empty() => {}
            other => {
                let _ = writeln!(failures, "{}: the conforming example's status is {other:?}", entry.name);
            }
        }
    }
    assert_none(&failures);
}

#[test]
fn no_example_has_a_problem() {
    let mut failures = String::new();
    let pairs =
        ENTRIES.iter().flat_map(|entry| [(entry.name, entry.violating()), (entry.name, entry.conforming())]);
    for (name, examples) in
        pairs.chain(samples().iter().map(|sample| (sample.name.as_str(), sample.files.as_slice())))
    {
        for problem in report(examples).problems {
            let start = problem.range.start;
            let place = format!("{}:{}:{}", problem.path, start.line, start.column);
            let _ = writeln!(failures, "{name}: {place}: {}", problem.message);
        }
    }
    assert_none(&failures);
}

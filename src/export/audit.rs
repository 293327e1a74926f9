//! The team's audit format: a block a finding, then GO or NO-GO with what blocks. It reads as text and as Markdown.

use std::fmt::Write as _;

use super::markdown::{code, place, text};
use super::{counted, findings_and_questions};
use crate::catalogue::{self, Effort};
use crate::report::{Certainty, Finding, Report, Rule, Severity, Status};

/// How much work the cure of a finding is: what its rule says, one size more where the evidence leads through several
/// files.
fn effort(finding: &Finding) -> Effort {
    let first = finding.because.first();
    let leads_on = finding.because.iter().any(|step| first.is_some_and(|first| first.path != step.path));
    let one_file = catalogue::entry(finding.rule).map_or(Effort::Medium, |entry| entry.effort);
    match (one_file, leads_on) {
        (effort, false) => effort,
        (Effort::Small, true) => Effort::Medium,
        (Effort::Medium | Effort::Large, true) => Effort::Large,
    }
}

/// All findings, the worst first, then the questions that are open, then the verdict. Of a part of what was found there is
/// no GO: what blocks may be in the rest.
pub fn report(report: &Report, is_part: bool) -> String {
    let (all, questions) = findings_and_questions(report);
    let mut findings: Vec<&Finding> = Vec::with_capacity(all.len());
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        findings.extend(all.iter().filter(|finding| finding.severity == severity));
    }
    let mut out = String::new();
    for finding in &findings {
        block(&finding.severity.word().to_ascii_uppercase(), finding, &mut out);
    }
    for question in &questions {
        block("QUESTION", question, &mut out);
    }
    verdict(report, &findings, questions.len(), is_part, &mut out);
    out
}

fn block(level: &str, finding: &Finding, out: &mut String) {
    let entry = catalogue::entry(finding.rule);
    let title = entry.map(|entry| text(entry.title)).unwrap_or_default();
    let dimension = finding.rule.section().title().to_ascii_lowercase();
    let _ = writeln!(out, "[{level}] ({dimension}, effort {}) {title}\n", effort(finding).letter());
    let _ = writeln!(out, "- file: {}", code(&place(&finding.path, &finding.range)));
    let likely = if finding.certainty == Certainty::Likely { " (likely)" } else { "" };
    let _ = writeln!(out, "- problem: {}{likely}", text(&finding.message));
    for evidence in &finding.because {
        let _ =
            writeln!(out, "  - {}: {}", code(&place(&evidence.path, &evidence.range)), text(&evidence.note));
    }
    let standard = entry.map(|entry| entry.summary).unwrap_or_default();
    let _ = writeln!(out, "- standard: {}: {standard}", finding.rule);
    let _ = writeln!(out, "- fix: {}\n", text(&finding.conforming));
}

/// What is critical or high blocks. Where nothing blocks it is a GO for what was seen, and only for that.
fn verdict(report: &Report, findings: &[&Finding], questions: usize, is_part: bool, out: &mut String) {
    let blocking: Vec<&&Finding> =
        findings.iter().filter(|finding| finding.severity >= Severity::High).collect();
    let seen = report.rules.len() - report.with_status(Status::NotSeen).len();
    let mut reservations = vec![format!(
        "{seen} of {} rules had something to see in {}",
        Rule::ALL.len(),
        counted(report.files.len(), "file")
    )];
    if questions > 0 {
        reservations.push(format!("{} open", counted(questions, "question")));
    }
    if !report.problems.is_empty() {
        reservations.push(format!("{} not read as it stands", counted(report.problems.len(), "place")));
    }
    let reservations = reservations.join(", ");
    if !blocking.is_empty() {
        let _ = writeln!(
            out,
            "NO-GO: {} to resolve first ({reservations})\n",
            counted(blocking.len(), "blocking item")
        );
        for finding in blocking {
            let place = code(&place(&finding.path, &finding.range));
            let _ =
                writeln!(out, "- {} {} {place}", finding.severity.word().to_ascii_uppercase(), finding.rule);
        }
    } else if is_part || seen == 0 {
        let why = if is_part {
            "these are not all findings"
        } else {
            "nothing in what was given is about any rule"
        };
        let _ = writeln!(out, "GO / NO-GO: open, since {why} ({reservations})");
    } else {
        let _ = writeln!(out, "GO: nothing critical or high was found ({reservations})");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;

    #[test]
    fn a_finding_is_a_block_and_what_is_high_blocks() {
        let text = report(&sample::report(), false);
        let summary = catalogue::entry(Rule::C5).unwrap().summary;
        let expected = format!(
            "\
[HIGH] (concurrency, effort L) Never block the event loop

- file: `app/routes.py:10`
- problem: `load` holds the event loop of `async def feed`: it reaches `requests.get`
  - `app/routes.py:9`: `feed` runs on the event loop
  - `app/service.py:5`: `requests.get` waits for a response
- standard: C5: {summary}
- fix: `await client.get(url)` on a shared `httpx.AsyncClient`

[LOW] (operations, effort S) "
        );
        assert!(text.starts_with(&expected), "{text}");
        assert!(
            text.ends_with(
                "NO-GO: 1 blocking item to resolve first (4 of 28 rules had something to see in 3 files, 1 question \
                 open, 1 place not read as it stands)\n\n- HIGH C5 `app/routes.py:10`\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn without_what_blocks_it_is_a_go_with_its_reservations() {
        let mut mild = sample::report();
        mild.findings.remove(0);
        assert!(report(&mild, false).contains("\nGO: nothing critical or high was found (4 of 28 rules"));
        mild.findings.clear();
        mild.rules.clear();
        assert!(
            report(&mild, false).starts_with("GO / NO-GO: open, since nothing"),
            "{}",
            report(&mild, false)
        );
    }

    #[test]
    fn a_part_without_what_blocks_is_no_go() {
        let mut part = sample::report();
        assert!(report(&part, true).contains("\nNO-GO: 1 blocking item"));
        part.findings.remove(0);
        assert!(
            report(&part, true)
                .contains("\nGO / NO-GO: open, since these are not all findings (4 of 28 rules")
        );
    }

    #[test]
    fn the_worst_comes_first_and_a_question_never_blocks() {
        let mut mixed = sample::report();
        mixed.findings[1].severity = Severity::Critical;
        mixed.findings[2].severity = Severity::Critical;
        let text = report(&mixed, false);
        let levels: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with('['))
            .filter_map(|line| line.split(']').next())
            .collect();
        assert_eq!(levels, ["[CRITICAL", "[HIGH", "[QUESTION"]);
        assert!(text.contains("NO-GO: 2 blocking items"), "{text}");
    }

    #[test]
    fn no_text_makes_a_line_of_its_own() {
        let expected = report(&sample::hostile("a"), false).lines().count();
        for hostile in sample::HOSTILE {
            let text = report(&sample::hostile(hostile), false);
            assert_eq!(text.lines().count(), expected, "{hostile:?}: {text}");
            assert!(!text.contains("\n::") && !text.contains('\u{1b}'), "{text}");
        }
    }
}

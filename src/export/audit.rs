//! The team's audit format: a block a finding, then GO or NO-GO with what blocks. It reads as text and as Markdown.

use std::fmt::Write as _;

use super::markdown::{code, place, text};
use super::{Part, counted, findings_and_questions, ids};
use crate::catalogue::{self, Effort};
use crate::report::{Certainty, FileKind, Finding, Report, Severity, Status};

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

/// All findings, the worst first, then the questions that are open, then the verdict. Of some of what was found, or where
/// something could not be read, there is no GO: what blocks may be in the rest. `severities` is for how many rules the
/// settings have a severity of their own.
pub fn report(report: &Report, part: Part, severities: usize) -> String {
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
    verdict(report, &findings, questions.len(), part, severities, &mut out);
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

/// What is critical or high blocks. Where nothing blocks it is a GO for what was checked, and only for that: whatever the
/// check left out is told beside it.
fn verdict(
    report: &Report,
    findings: &[&Finding],
    questions: usize,
    part: Part,
    severities: usize,
    out: &mut String,
) {
    let blocking = findings.iter().filter(|finding| finding.blocks()).count();
    let silenced = report.silenced.iter().filter(|finding| finding.blocks()).count();
    let unread = report.unread().len();
    let foreign = report.files.iter().filter(|file| file.kind == FileKind::Other).count();
    let (asked, not_asked) = (report.rules.len(), report.not_asked());
    let seen = asked - report.with_status(Status::NotSeen).len();
    let open = match part {
        Part::Chosen => Some("these are not all findings"),
        Part::AddedLines(0) => Some("the patch adds nothing to what was checked"),
        _ if seen == 0 => Some("nothing in what was given is about any rule"),
        _ if unread > 0 => Some("not all of it could be read"),
        _ => None,
    };
    let is_narrow = part != Part::Whole || !not_asked.is_empty() || foreign > 0;
    let about = if is_narrow { " for what was checked" } else { "" };
    if blocking > 0 {
        let _ = write!(out, "NO-GO: {} to resolve first (", counted(blocking, "blocking item"));
    } else if let Some(why) = open {
        let _ = write!(out, "GO / NO-GO: open, since {why} (");
    } else if silenced > 0 {
        let items = counted(silenced, "blocking item");
        let _ = write!(
            out,
            "GO{about}, leaving out {items} silenced by comments: nothing else critical or high was found ("
        );
    } else {
        let _ = write!(out, "GO{about}: nothing critical or high was found (");
    }
    if let Part::AddedLines(lines) = part {
        let _ = write!(out, "of the patch only what concerns the {} that it adds, ", counted(lines, "line"));
    }
    let files = counted(report.files.len(), "file");
    if not_asked.is_empty() {
        let _ = write!(out, "{seen} of {asked} rules had something to see in {files}");
    } else {
        let _ = write!(out, "{asked} of 28 rules checked, {seen} of them with something to see in {files}");
    }
    for (count, noun, what) in [
        (questions, "question", "open"),
        (report.silenced.len(), "finding", "silenced by comments"),
        (unread, "file", "not read as it stands"),
        (foreign, "file", "of a kind that no rule reads"),
        (severities, "rule", "with a severity of your settings"),
    ] {
        if count > 0 {
            let _ = write!(out, ", {} {what}", counted(count, noun));
        }
    }
    out.push_str(")\n");

    if blocking > 0 {
        out.push('\n');
    }
    for finding in findings.iter().filter(|finding| finding.blocks()) {
        item(finding, out);
    }
    if !report.silenced.is_empty() {
        let items = counted(silenced, "blocking item");
        let _ = write!(out, "\nSilenced by comments, and left out of the verdict ({items} among them):\n\n");
    }
    for finding in &report.silenced {
        item(finding, out);
    }
    if unread > 0 {
        out.push_str("\nNot read as it stands:\n\n");
    }
    for problem in report.problems.iter().filter(|problem| problem.keeps_from_reading()) {
        let place = code(&place(&problem.path, &problem.range));
        let _ = writeln!(out, "- {place}: {}", text(&problem.message));
    }
    if !not_asked.is_empty() {
        let ids = ids(not_asked);
        let _ = write!(out, "\nNot checked, since they were switched off or not selected: {ids}\n");
    }
}

/// The finding as an item of a list, with the reason where a comment silences it.
fn item(finding: &Finding, out: &mut String) {
    let place = code(&place(&finding.path, &finding.range));
    let _ = write!(out, "- {} {} {place}", finding.level().to_ascii_uppercase(), finding.rule);
    if !finding.reason.is_empty() {
        let _ = write!(out, ": {}", text(&finding.reason));
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use crate::report::{Rule, RuleStatus};

    #[test]
    fn a_finding_is_a_block_and_what_is_high_blocks() {
        let text = report(&sample::report(), Part::Whole, 0);
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
                "NO-GO: 1 blocking item to resolve first (5 of 28 rules checked, 4 of them with something to see in 3 \
                 files, 1 question open, 1 finding silenced by comments, 1 file not read as it stands)

- HIGH C5 `app/routes.py:10`

Silenced by comments, and left out of the verdict (1 blocking item among them):

- HIGH F1 `app/service.py:3`: it answers at once

Not read as it stands:

- `broken.py:1`: syntax error: expected an expression

Not checked, since they were switched off or not selected: C1 C2 C3 C4 C6 C7 C8 C9 F3 F4 F5 F6 F7 F8 I1 I3 I4 I5 I6 O2 \
                 O3 O4 O5
"
            ),
            "{text}"
        );
    }

    /// A check of everything, in which nothing blocks and nothing was left out.
    fn mild() -> Report {
        let mut mild = sample::report();
        mild.findings.remove(0);
        mild.silenced.clear();
        mild.problems.clear();
        for rule in mild.not_asked() {
            mild.rules.push(RuleStatus { rule, status: Status::NotSeen, places: Vec::new() });
        }
        mild
    }

    fn verdict(given: &Report, part: Part) -> String {
        let text = report(given, part, 0);
        text.lines().find(|line| line.contains("GO")).unwrap().to_owned()
    }

    #[test]
    fn without_what_blocks_it_is_a_go_with_its_reservations() {
        assert_eq!(
            verdict(&mild(), Part::Whole),
            "GO: nothing critical or high was found (4 of 28 rules had something to see in 3 files, 1 question open)"
        );
        let mut nothing = mild();
        nothing.findings.clear();
        nothing.rules.iter_mut().for_each(|entry| entry.status = Status::NotSeen);
        assert!(verdict(&nothing, Part::Whole).starts_with("GO / NO-GO: open, since nothing"));
    }

    #[test]
    fn of_a_part_there_is_no_bare_go() {
        let go = "GO for what was checked: nothing critical or high was found (";
        let mut selected = mild();
        selected.rules.truncate(3);
        let expected = format!(
            "{go}3 of 28 rules checked, 2 of them with something to see in 3 files, 1 question open)"
        );
        assert_eq!(verdict(&selected, Part::Whole), expected);

        let added = verdict(&mild(), Part::AddedLines(2));
        assert!(
            added.starts_with(&format!("{go}of the patch only what concerns the 2 lines that it adds, ")),
            "{added}"
        );

        let none = verdict(&mild(), Part::AddedLines(0));
        assert!(
            none.starts_with("GO / NO-GO: open, since the patch adds nothing to what was checked ("),
            "{none}"
        );

        let mut foreign = mild();
        foreign.files[2].kind = FileKind::Other;
        let told = verdict(&foreign, Part::Whole);
        assert!(told.starts_with(go) && told.ends_with("1 file of a kind that no rule reads)"), "{told}");

        let mut silenced = mild();
        silenced.silenced = sample::report().silenced;
        let left_out =
            ", leaving out 1 blocking item silenced by comments: nothing else critical or high was found (";
        let told = verdict(&silenced, Part::Whole);
        assert!(told.starts_with(&format!("GO{left_out}")), "{told}");
        assert!(told.ends_with("1 finding silenced by comments)"), "{told}");
        let told = verdict(&silenced, Part::AddedLines(1));
        assert!(told.starts_with(&format!("GO for what was checked{left_out}")), "{told}");

        let told = report(&mild(), Part::Whole, 1);
        assert!(told.contains("1 rule with a severity of your settings)"), "{told}");
    }

    #[test]
    fn what_was_not_read_leaves_the_verdict_open() {
        let mut unread = mild();
        unread.problems = sample::report().problems;
        let told = verdict(&unread, Part::Whole);
        assert!(told.starts_with("GO / NO-GO: open, since not all of it could be read ("), "{told}");
        // What is wrong with a comment, and another encoding, keep nothing from being read.
        for harmless in ["this ignore names no rule", "is not UTF-8 (see line 1), so it was read as Latin-1"]
        {
            harmless.clone_into(&mut unread.problems[0].message);
            assert_eq!(verdict(&unread, Part::Whole), verdict(&mild(), Part::Whole));
        }
    }

    #[test]
    fn a_chosen_part_without_what_blocks_is_no_go() {
        let mut part = sample::report();
        assert!(verdict(&part, Part::Chosen).starts_with("NO-GO: 1 blocking item"));
        part.findings.remove(0);
        assert!(
            verdict(&part, Part::Chosen).starts_with("GO / NO-GO: open, since these are not all findings (")
        );
    }

    #[test]
    fn the_worst_comes_first_and_a_question_never_blocks() {
        let mut mixed = sample::report();
        mixed.findings[1].severity = Severity::Critical;
        mixed.findings[2].severity = Severity::Critical;
        let text = report(&mixed, Part::Whole, 0);
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
        let all = |given: &Report| report(given, Part::Whole, 0);
        let expected = all(&sample::hostile("a")).lines().count();
        for hostile in sample::HOSTILE {
            let text = all(&sample::hostile(hostile));
            assert_eq!(text.lines().count(), expected, "{hostile:?}: {text}");
            assert!(!text.contains("\n::") && !text.contains('\u{1b}'), "{text}");
        }
    }
}

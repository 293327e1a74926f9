//! GitLab's code quality report: JSON for the artifact `codequality`.

use serde::Serialize;

use super::counted;
use super::fingerprint::fingerprints;
use super::visible::visible;
use crate::catalogue;
use crate::report::{Certainty, Finding, Report, Severity};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// What the report has no place for, in a sentence; nothing where it has all there is.
pub fn left_out(report: &Report) -> Option<String> {
    let told = |count: usize, words: String| (count > 0).then_some(words);
    let (silenced, problems) = (report.silenced.len(), report.problems.len());
    let words = [
        told(silenced, format!("{} that comments silence", counted(silenced, "finding"))),
        told(problems, counted(problems, "problem")),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let has_some = !words.is_empty();
    has_some.then(|| format!("GitLab's report has findings alone, so it leaves out {}", words.join(" and ")))
}

/// An entry for every finding and question, and nothing else: it is an array, and each entry counts as something to mend.
/// What comments silence and what could not be read is told by [`left_out`].
pub fn report(report: &Report) -> String {
    let entries: Vec<Entry> = report
        .findings
        .iter()
        .zip(fingerprints(report))
        .map(|(finding, fingerprint)| {
            let begin = finding.range.start.line.max(1);
            Entry {
                description: description(finding),
                check_name: finding.rule.id(),
                fingerprint,
                severity: severity(finding),
                location: Location {
                    path: &finding.path,
                    lines: Lines { begin, end: finding.range.end.line.max(begin) },
                },
            }
        })
        .collect();
    // Plain data with text keys, for which serialisation cannot fail.
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}

/// GitLab shows it as text, in one line.
fn description(finding: &Finding) -> String {
    let title = catalogue::entry(finding.rule).map(|entry| entry.title).unwrap_or_default();
    let word = match finding.certainty {
        Certainty::Question => "question: ",
        Certainty::Likely => "likely: ",
        Certainty::Sure => "",
    };
    format!("{} {title}: {word}{}", finding.rule, visible(&finding.message))
}

/// In GitLab's words.
const fn severity(finding: &Finding) -> &'static str {
    match (finding.certainty, finding.severity) {
        (Certainty::Question, _) => "info",
        (_, Severity::Low) => "minor",
        (_, Severity::Medium) => "major",
        (_, Severity::High) => "critical",
        (_, Severity::Critical) => "blocker",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use serde_json::{Value, json};

    #[test]
    fn an_entry_has_what_gitlab_asks_for() {
        let text = report(&sample::report());
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(
            entries[0],
            json!({
                "description": "C5 Never block the event loop: `load` holds the event loop of `async def feed`: it \
                                reaches `requests.get`",
                "check_name": "C5",
                "fingerprint": entries[0]["fingerprint"],
                "severity": "critical",
                "location": {"path": "app/routes.py", "lines": {"begin": 10, "end": 10}},
            })
        );
        let severities: Vec<&str> = entries.iter().filter_map(|entry| entry["severity"].as_str()).collect();
        assert_eq!(severities, ["critical", "minor", "info"]);
    }

    #[test]
    fn what_has_no_place_in_it_is_told_beside_it() {
        let mut given = sample::report();
        assert_eq!(
            left_out(&given).as_deref(),
            Some(
                "GitLab's report has findings alone, so it leaves out 1 finding that comments silence and 1 problem"
            )
        );
        given.problems.clear();
        given.silenced.clear();
        assert_eq!(left_out(&given), None);
    }

    #[test]
    fn any_path_comes_out_as_it_went_in() {
        for path in sample::HOSTILE {
            let entries: Vec<Value> = serde_json::from_str(&report(&sample::hostile(path))).unwrap();
            assert_eq!(entries.len(), 3);
            assert!(entries.iter().all(|entry| entry["location"]["path"] == path));
        }
    }
}

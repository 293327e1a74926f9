//! Annotations of GitHub Actions: workflow commands, a line a finding.

use std::fmt::Write as _;

use super::visible::visible;
use crate::catalogue;
use crate::report::{Certainty, Finding, Range, Report, Severity};

/// A command for every finding, question and problem, and for what comments silence.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let command = match (finding.certainty, finding.severity) {
            (Certainty::Question, _) | (_, Severity::Low) => "notice",
            (_, Severity::Medium) => "warning",
            (_, Severity::High | Severity::Critical) => "error",
        };
        line(command, &finding.path, &finding.range, &title(finding), &message(finding), &mut out);
    }
    for problem in &report.problems {
        line("warning", &problem.path, &problem.range, problem.title(), &visible(&problem.message), &mut out);
    }
    for finding in &report.silenced {
        let message = format!("{}\nSilenced: {}", visible(&finding.message), visible(&finding.reason));
        let title = format!("Silenced by a comment: {}", title(finding));
        line("notice", &finding.path, &finding.range, &title, &message, &mut out);
    }
    out
}

fn title(finding: &Finding) -> String {
    let title = catalogue::entry(finding.rule).map(|entry| entry.title).unwrap_or_default();
    let question = if finding.certainty == Certainty::Question { "Question: " } else { "" };
    format!("{question}{} {title}", finding.rule)
}

fn message(finding: &Finding) -> String {
    let mut text = visible(&finding.message);
    if finding.certainty == Certainty::Likely {
        text.push_str(" (likely)");
    }
    for evidence in &finding.because {
        let place = format!("{}:{}", evidence.path, evidence.range.start.line);
        let _ = write!(text, "\n{}: {}", visible(&place), visible(&evidence.note));
    }
    if !finding.conforming.is_empty() {
        let _ = write!(text, "\nConforming: {}", visible(&finding.conforming));
    }
    text
}

fn line(command: &str, path: &str, range: &Range, title: &str, message: &str, out: &mut String) {
    let _ = write!(out, "::{command} file={},line={}", property(path), range.start.line.max(1));
    if range.end.line > range.start.line {
        let _ = write!(out, ",endLine={}", range.end.line);
    } else {
        // Columns are taken only where the range stays on its line.
        let column = range.start.column.max(1);
        let _ = write!(out, ",col={column},endColumn={}", range.end.column.max(column));
    }
    let _ = writeln!(out, ",title={}::{}", property(title), data(message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use proptest::prelude::*;

    #[test]
    fn a_finding_is_a_command_with_its_place() {
        let text = report(&sample::report());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "::error file=app/routes.py,line=10,col=12,endColumn=21,title=C5 Never block the event loop::`load` holds \
             the event loop of `async def feed`: it reaches `requests.get`%0Aapp/routes.py:9: `feed` runs on the event \
             loop%0Aapp/service.py:5: `requests.get` waits for a response%0AConforming: `await client.get(url)` on a \
             shared `httpx.AsyncClient`"
        );
        assert!(lines[1].starts_with("::notice file=app/service.py,line=2,"), "{}", lines[1]);
        assert!(lines[2].contains("title=Question%3A I2 "), "{}", lines[2]);
        assert_eq!(
            lines[3],
            "::warning file=broken.py,line=1,col=5,endColumn=6,title=Not read as it stands::syntax error: expected \
             an expression"
        );
        assert!(lines[4].contains("title=Silenced by a comment%3A F1 "), "{}", lines[4]);
        assert!(lines[4].ends_with("::no limit%0ASilenced: it answers at once"), "{}", lines[4]);
    }

    /// Reads the commands as the runner does: the path must come out as it went in.
    fn is_harmless(given: &str) {
        let text = report(&sample::hostile(given));
        assert_eq!(text.lines().count(), 5, "{given:?}: {text}");
        for line in text.lines() {
            let (properties, _) = line[2..].split_once("::").unwrap();
            let path = properties.split_once("file=").unwrap().1.split(',').next().unwrap();
            let read = path.replace("%3A", ":").replace("%2C", ",").replace("%0D", "\r").replace("%0A", "\n");
            assert_eq!(read.replace("%25", "%"), given);
        }
    }

    #[test]
    fn no_text_forges_a_command_or_a_property() {
        for text in sample::HOSTILE {
            is_harmless(text);
        }
    }

    proptest! {
        #[test]
        fn any_path_is_one_property(given in "[a-c%:,=\\r\\n0-9ADé]{0,24}") {
            is_harmless(&given);
        }
    }
}

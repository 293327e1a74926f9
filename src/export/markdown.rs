//! Review comments as Markdown, in the forms that GitHub and GitLab both render: no HTML, no tables, no extension.

use std::fmt::Write as _;

use super::visible::visible;
use super::{counted, findings_and_questions, ids, rule_address, silenced_words};
use crate::catalogue;
use crate::report::{Certainty, Evidence, Finding, Range, Report, Rule, Status};

/// One finding as a review comment. With the address of a page of the playground, the rule is a link.
pub fn finding(finding: &Finding, page: Option<&str>) -> String {
    let mut out = String::new();
    let level = match finding.certainty {
        Certainty::Question => "question".to_owned(),
        Certainty::Likely => format!("{}, likely", finding.severity.word()),
        Certainty::Sure => finding.severity.word().to_owned(),
    };
    let _ = writeln!(out, "**{}** ({level})\n", rule(finding.rule, page));
    let _ = write!(out, "{}", code(&place(&finding.path, &finding.range)));
    if !finding.symbol.is_empty() {
        let _ = write!(out, " in {}", code(&finding.symbol));
    }
    let _ = writeln!(out, ": {}", text(&finding.message));
    if !finding.because.is_empty() {
        out.push_str("\nBecause:\n\n");
        for (index, Evidence { path, range, note }) in finding.because.iter().enumerate() {
            let _ = writeln!(out, "{}. {}: {}", index + 1, code(&place(path, range)), text(note));
        }
    }
    if !finding.conforming.is_empty() {
        let _ = writeln!(out, "\nConforming: {}", text(&finding.conforming));
    }
    out
}

/// All findings, the questions apart, then what could not be read and what was not seen.
pub fn report(report: &Report, page: Option<&str>) -> String {
    let (findings, questions) = findings_and_questions(report);
    let mut out = format!(
        "## Rubric: {}, {}{}\n\n",
        counted(findings.len(), "finding"),
        counted(questions.len(), "question"),
        silenced_words(report)
    );
    let list = |title: &str, list: &[&Finding], out: &mut String| {
        if list.is_empty() {
            return;
        }
        let _ = writeln!(out, "### {title}\n");
        for each in list {
            out.push_str(&finding(each, page));
            out.push_str("\n---\n\n");
        }
    };
    list("Findings", &findings, &mut out);
    list("Questions, which something outside the given files decides", &questions, &mut out);
    if !report.silenced.is_empty() {
        out.push_str("### Silenced by comments, and not counted\n\n");
        for finding in &report.silenced {
            let place = code(&place(&finding.path, &finding.range));
            let (level, message) = (finding.level(), text(&finding.message));
            let _ = writeln!(
                out,
                "- {place}: {} ({level}) {message}. Why: {}",
                finding.rule,
                text(&finding.reason)
            );
        }
        out.push('\n');
    }
    if !report.problems.is_empty() {
        out.push_str("### Problems\n\n");
        for problem in &report.problems {
            let place = code(&place(&problem.path, &problem.range));
            let _ = writeln!(out, "- {place}: {}", text(&problem.message));
        }
        out.push('\n');
    }
    statuses(report, &mut out);
    out
}

/// Each status with its rules: which were violated, conform, are only asked about, and were not seen.
pub fn status_lines(report: &Report) -> Vec<String> {
    [
        ("Violated", report.with_status(Status::Violated)),
        ("Conforming places were seen for", report.with_status(Status::Conforms)),
        ("Only silenced findings of", report.with_status(Status::Silenced)),
        ("Only questions about", report.only_asked()),
        ("Nothing was seen about", report.with_status(Status::NotSeen)),
        ("Not checked", report.not_asked()),
    ]
    .into_iter()
    .filter(|(_, rules)| !rules.is_empty())
    .map(|(word, rules)| format!("{word}: {}", ids(rules)))
    .collect()
}

/// No finding does not mean that a rule holds, so what was not seen is said.
fn statuses(report: &Report, out: &mut String) {
    for line in status_lines(report) {
        let _ = writeln!(out, "- {line}");
    }
    let _ = writeln!(
        out,
        "- {} checked, {} of 28 rules",
        counted(report.files.len(), "file"),
        report.rules.len()
    );
}

/// The rule's id and title, as a link where there is a page to lead to.
pub(super) fn rule(rule: Rule, page: Option<&str>) -> String {
    let title = catalogue::entry(rule).map(|entry| text(entry.title)).unwrap_or_default();
    match page.and_then(|page| link(&rule_address(page, rule))) {
        Some(address) => format!("[{rule}]({address}) {title}"),
        None => format!("{rule} {title}"),
    }
}

/// What stands between the parentheses of a link; none for what is no address of the web.
fn link(address: &str) -> Option<String> {
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return None;
    }
    let mut out = String::new();
    for byte in address.bytes() {
        match byte {
            b'!' | b'#'..=b'\'' | b'*'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                out.push(byte as char);
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    Some(out)
}

pub(super) fn place(path: &str, range: &Range) -> String {
    format!("{path}:{}", range.start.line)
}

/// Text as code that no backtick within it can end.
pub(super) fn code(inner: &str) -> String {
    let inner = visible(inner);
    if inner.trim().is_empty() {
        return String::new();
    }
    let longest = inner.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A space that stands at both ends is taken away again by whoever renders it.
    let is_padded = inner.starts_with([' ', '`']) || inner.ends_with([' ', '`']);
    let pad = if is_padded { " " } else { "" };
    format!("{fence}{pad}{inner}{pad}{fence}")
}

/// Text of the report: what stands between backticks is code, and nothing else of it is Markdown.
pub(super) fn text(given: &str) -> String {
    let parts: Vec<&str> = given.split('`').collect();
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        let is_closed = index + 1 < parts.len();
        if index % 2 == 1 && is_closed {
            out.push_str(&code(part));
        } else {
            if index % 2 == 1 {
                out.push_str("\\`");
            }
            plain(&visible(part), &mut out);
        }
    }
    // White space at the start of a line is layout, and at its end a line break.
    out.trim().to_owned()
}

/// Escapes what Markdown, GitHub or GitLab would read as more than text: markup, HTML, mentions, references, addresses.
fn plain(part: &str, out: &mut String) {
    let mut rest = part;
    while let Some(character) = rest.chars().next() {
        // These are found in the rendered text as well, so that only code keeps them from being followed.
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let begins = !out.ends_with(|before: char| before.is_alphanumeric());
        let refers = matches!(character, '@' | '#' | '!' | '~' | '%' | '$' | '&')
            && word[character.len_utf8()..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let is_address = word.contains("://") || word.starts_with("www.");
        if begins && (refers || is_address) && !word.contains('`') {
            out.push_str(&code(word));
            rest = &rest[word.len()..];
            continue;
        }
        if matches!(character, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '$' | '^') {
            out.push('\\');
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn a_finding_is_a_comment_with_rule_evidence_and_pattern() {
        assert_eq!(
            finding(&sample::report().findings[0], Some("https://rubric.example/play/#/")),
            "\
**[C5](https://rubric.example/play/#/rules/C5) Never block the event loop** (high)

`app/routes.py:10` in `feed`: `load` holds the event loop of `async def feed`: it reaches `requests.get`

Because:

1. `app/routes.py:9`: `feed` runs on the event loop
2. `app/service.py:5`: `requests.get` waits for a response

Conforming: `await client.get(url)` on a shared `httpx.AsyncClient`
"
        );
    }

    #[test]
    fn a_report_keeps_questions_apart_and_says_what_was_not_seen() {
        let text = report(&sample::report(), None);
        assert!(text.starts_with("## Rubric: 2 findings, 1 question"), "{text}");
        let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle} in {text}"));
        assert!(
            at("**C5 ") < at("**O1 ")
                && at("**O1 ") < at("### Questions")
                && at("### Questions") < at("**I2 ")
        );
        assert!(text.contains("(low, likely)") && text.contains("(question)"), "{text}");
        assert!(text.contains("- `broken.py:1`: syntax error: expected an expression\n"), "{text}");
        assert!(text.contains(
            "- Violated: C5 O1\n- Conforming places were seen for: F1\n- Only questions about: I2\n- Nothing was seen about: F2\n"
        ));
        assert!(text.contains("## Rubric: 2 findings, 1 question, 1 silenced by a comment\n"), "{text}");
        assert!(
            text.contains("- `app/service.py:3`: F1 (high) no limit. Why: it answers at once\n"),
            "{text}"
        );
    }

    #[test]
    fn an_address_that_is_none_of_the_web_is_no_link() {
        let shown = finding(&sample::report().findings[0], Some("javascript:alert(1)"));
        assert!(shown.starts_with("**C5 Never"), "{shown}");
        let shown = finding(&sample::report().findings[0], Some("https://a.example/x) **y** (<z>\n"));
        assert!(
            shown.starts_with("**[C5](https://a.example/x%29%20**y**%20%28%3Cz%3E%0A#/rules/C5) "),
            "{shown}"
        );
    }

    /// Everything in a rendered text that is more than text and code, and the text itself.
    fn rendered(markdown: &str) -> (Vec<String>, String) {
        let (mut found, mut text) = (Vec::new(), String::new());
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_GFM
            | Options::ENABLE_MATH;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(
                    Tag::Paragraph | Tag::Strong | Tag::List(_) | Tag::Item | Tag::Heading { .. },
                )
                | Event::End(_)
                | Event::Rule
                | Event::SoftBreak => {}
                Event::Text(part) | Event::Code(part) => text.push_str(&part),
                other => found.push(format!("{other:?}")),
            }
        }
        (found, text)
    }

    fn is_harmless(given: &str) {
        let report = sample::hostile(given);
        let comment = super::report(&report, None);
        let (found, text) = rendered(&comment);
        assert!(found.is_empty(), "{given:?} renders {found:?} in {comment}");
        let shown = visible(given);
        if !shown.trim().is_empty() {
            assert!(text.contains(shown.trim()), "{given:?} is not shown in {text:?} of {comment}");
        }
        let headings = comment.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(headings, 5, "{given:?} makes a heading in {comment}");
    }

    #[test]
    fn hostile_texts_render_as_text() {
        for text in sample::HOSTILE {
            is_harmless(text);
        }
    }

    #[test]
    fn nobody_is_mentioned_and_no_address_is_followed() {
        let said = text("@somebody fixed #12 and group/project!3, see https://a.example, mail a@b.example");
        assert_eq!(
            said,
            "`@somebody` fixed `#12` and group/project!3, see `https://a.example,` mail a@b.example"
        );
    }

    proptest! {
        #[test]
        fn any_text_renders_as_text(given in "[ -~\\n\\t<>`*_\\[\\]()#@!|é\u{202e}-]{0,24}") {
            is_harmless(&given);
        }
    }
}

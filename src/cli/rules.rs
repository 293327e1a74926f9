//! The rules as the command line prints them.

use std::fmt::Write as _;

use serde::Serialize;

use crate::catalogue::{Accuracy, ENTRIES, Entry, Example};
use crate::report::{Rule, Section, Severity};

/// A rule as JSON: everything that its folder says.
#[derive(Serialize)]
struct Described {
    rule: Rule,
    name: &'static str,
    title: &'static str,
    section: Section,
    severity: Severity,
    needs: &'static str,
    checked: bool,
    summary: &'static str,
    texts: Vec<DescribedText>,
    violating: Vec<DescribedExample>,
    conforming: Vec<DescribedExample>,
    accuracy: DescribedAccuracy,
}

#[derive(Serialize)]
struct DescribedAccuracy {
    right: u32,
    noisy: u32,
    arguable: u32,
    raised: u32,
    found: u32,
}

#[derive(Serialize)]
struct DescribedText {
    heading: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct DescribedExample {
    path: &'static str,
    text: &'static str,
}

fn described(entry: &Entry) -> Described {
    let examples = |list: &'static [Example]| {
        list.iter().map(|example| DescribedExample { path: &example.path, text: &example.text }).collect()
    };
    let Accuracy { right, noisy, arguable, raised, found } = entry.accuracy;
    Described {
        rule: entry.rule,
        name: entry.name,
        title: entry.title,
        section: entry.rule.section(),
        severity: entry.severity,
        needs: entry.needs.words(),
        checked: entry.checked,
        summary: entry.summary,
        texts: entry
            .texts()
            .iter()
            .map(|text| DescribedText { heading: &text.heading, markdown: &text.markdown })
            .collect(),
        violating: examples(entry.violating()),
        conforming: examples(entry.conforming()),
        accuracy: DescribedAccuracy { right, noisy, arguable, raised, found },
    }
}

pub fn list_json() -> String {
    json(&ENTRIES.iter().map(described).collect::<Vec<_>>())
}

pub fn one_json(entry: &Entry) -> String {
    json(&described(entry))
}

fn json(value: &impl Serialize) -> String {
    // Plain data with text keys, for which serialisation cannot fail.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// A line a rule, by section.
pub fn list() -> String {
    let mut out = String::new();
    for section in Section::ALL {
        let _ = writeln!(out, "{}", section.title());
        for entry in ENTRIES.iter().filter(|entry| entry.rule.section() == section) {
            let not_yet = if entry.checked { "" } else { " (not checked yet)" };
            let _ = writeln!(out, "  {}  {:<8}  {}{not_yet}", entry.rule, entry.severity.word(), entry.title);
        }
        out.push('\n');
    }
    let checked = ENTRIES.iter().filter(|entry| entry.checked).count();
    let _ = writeln!(out, "{checked} of {} rules are checked. 'rubric rule C5' prints one.", ENTRIES.len());
    out
}

/// The rule's texts, which are Markdown that reads well as it is, and its pair of examples.
pub fn one(entry: &Entry) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}\n", entry.rule, entry.title);
    let checked = if entry.checked { "checked" } else { "not checked yet" };
    let _ = writeln!(
        out,
        "{} · up to {} · needs: {} · {checked}\n",
        entry.rule.section().title(),
        entry.severity.word(),
        entry.needs.words()
    );
    let _ = writeln!(out, "{}\n", entry.summary);
    for text in entry.texts() {
        let _ = writeln!(out, "{}\n\n{}\n", text.heading, text.markdown);
    }
    let [said, missed] = entry.accuracy.sentences();
    let _ = writeln!(out, "How right it is\n\n{said} {missed}\n");
    for (heading, examples) in [("Violating", entry.violating()), ("Conforming", entry.conforming())] {
        let _ = writeln!(out, "{heading}\n");
        for example in examples {
            let _ = writeln!(out, "{}:\n", example.path);
            for line in example.text.lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

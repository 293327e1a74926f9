//! What the element `<rubric-example>` shows of a rule before anything else is loaded: a JavaScript module a rule, which a
//! host's policy allows together with the element's script. `js/embed/example.mjs` says what is in it.

use serde::Serialize;

use super::drawing;
use super::example::{Side, pair};
use super::page::Page;
use crate::catalogue::{ENTRIES, Entry};

#[derive(Serialize)]
struct Fragment<'a> {
    rule: &'a str,
    title: &'a str,
    severity: &'a str,
    summary: &'a str,
    sides: Vec<FragmentSide<'a>>,
}

#[derive(Serialize)]
struct FragmentSide<'a> {
    side: &'a str,
    files: Vec<FragmentFile<'a>>,
    findings: Vec<FragmentFinding<'a>>,
}

#[derive(Serialize)]
struct FragmentFile<'a> {
    path: &'a str,
    code: String,
}

#[derive(Serialize)]
struct FragmentFinding<'a> {
    rule: &'a str,
    level: &'a str,
    message: &'a str,
    path: &'a str,
    line: u32,
}

/// A module for each rule.
pub fn fragments() -> Vec<Page> {
    ENTRIES.iter().map(|entry| Page::new(format!("{}.js", entry.rule), module(entry))).collect()
}

fn module(entry: &Entry) -> String {
    let pair = pair(entry);
    let fragment = Fragment {
        rule: entry.rule.id(),
        title: entry.title,
        severity: entry.severity.word(),
        summary: entry.summary,
        sides: pair.iter().map(side).collect(),
    };
    // Plain data with text keys, for which serialisation cannot fail. JSON is JavaScript.
    format!("export default {};\n", serde_json::to_string(&fragment).unwrap_or_default())
}

fn side(side: &Side) -> FragmentSide<'_> {
    let file = |file| drawing::code(file, side);
    FragmentSide {
        side: side.word,
        files: side.files.iter().map(|each| FragmentFile { path: &each.path, code: file(each) }).collect(),
        findings: side
            .report
            .findings
            .iter()
            .map(|finding| FragmentFinding {
                rule: finding.rule.id(),
                level: finding.level(),
                message: &finding.message,
                path: &finding.path,
                line: finding.range.start.line,
            })
            .collect(),
    }
}

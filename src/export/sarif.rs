//! SARIF 2.1.0, as GitHub's code scanning and other viewers take it.
//!
//! The few objects that are written are declared here: a crate for all of SARIF would weigh more than the rest of the
//! page's exports together. The end-to-end tests hold the result against the official schema.

use std::fmt::Write as _;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::visible::visible;
use super::{markdown, rule_address};
use crate::catalogue::{self, Entry};
use crate::report::{Certainty, Edit, Evidence, Finding, Range, Report, Rule, Severity};

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<String>,
    rules: Vec<Descriptor>,
}

/// A rule's metadata.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: MarkedText,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: DescriptorProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct DescriptorProperties {
    tags: [&'static str; 1],
    /// Read by GitHub.
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct MarkedText {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "rubric/v1")]
    first_version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: MarkedText,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
    properties: ResultProperties,
}

#[derive(Serialize)]
struct ResultProperties {
    severity: &'static str,
    certainty: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

/// One run with all rules that were checked. With the address of a page of the playground the rules lead there.
pub fn report(report: &Report, page: Option<&str>) -> String {
    let page = page.filter(|page| page.starts_with("https://") || page.starts_with("http://"));
    // A finding of a rule without a status would be a report that nothing here makes; its metadata is there all the same.
    let is_named = |rule: &Rule| {
        report.rules.iter().any(|status| status.rule == *rule)
            || report.findings.iter().any(|finding| finding.rule == *rule)
    };
    let rules: Vec<Rule> = Rule::ALL.into_iter().filter(is_named).collect();
    let results = report
        .findings
        .iter()
        .zip(fingerprints(report))
        .map(|(finding, fingerprint)| {
            let rule_index = rules.iter().position(|&rule| rule == finding.rule).unwrap_or_default();
            result(finding, rule_index, fingerprint)
        })
        .collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Rubric Playground",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: page.map(encoded),
                    rules: rules
                        .iter()
                        .filter_map(|&rule| catalogue::entry(rule))
                        .map(|entry| descriptor(entry, page))
                        .collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notifications(report),
            }],
            results,
            column_kind: "unicodeCodePoints",
        }],
    };
    // Plain data with text keys, for which serialisation cannot fail.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn descriptor(entry: &'static Entry, page: Option<&str>) -> Descriptor {
    let mut help = format!("{}\n", entry.summary);
    for text in entry.texts() {
        let _ = write!(help, "\n## {}\n\n{}\n", text.heading, text.markdown.trim_end());
    }
    // `c5_blocked_event_loop` as the identifier that SARIF asks for.
    let words = entry.name.split('_').skip(1);
    let name = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    Descriptor {
        id: entry.rule.id(),
        name,
        short_description: Text { text: entry.title.to_owned() },
        full_description: Text { text: entry.summary.to_owned() },
        help: MarkedText { text: entry.summary.to_owned(), markdown: help },
        help_uri: page.map(|page| encoded(&rule_address(page, entry.rule))),
        default_configuration: Configuration { level: level(entry.severity) },
        properties: DescriptorProperties {
            tags: [entry.rule.section().title()],
            severity: match level(entry.severity) {
                "note" => "recommendation",
                level => level,
            },
        },
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

fn result(finding: &Finding, rule_index: usize, fingerprint: String) -> SarifResult {
    // What only something unseen can decide is what SARIF calls open, and such a result has no level.
    let (kind, level) = match finding.certainty {
        Certainty::Question => ("open", "none"),
        Certainty::Sure | Certainty::Likely => ("fail", level(finding.severity)),
    };
    let mut location = location(&finding.path, &finding.range, None);
    if !finding.symbol.is_empty() {
        location.logical_locations.push(LogicalLocation { fully_qualified_name: visible(&finding.symbol) });
    }
    let mut text = message(&finding.message);
    let mut marked = markdown::text(&finding.message);
    if !finding.conforming.is_empty() {
        let _ = write!(text, ". Conforming: {}", message(&finding.conforming));
        let _ = write!(marked, "\n\nConforming: {}", markdown::text(&finding.conforming));
    }
    SarifResult {
        rule_id: finding.rule.id(),
        rule_index,
        kind,
        level,
        message: MarkedText { text, markdown: marked },
        locations: [location],
        related_locations: finding
            .because
            .iter()
            .enumerate()
            .map(|(index, Evidence { path, range, note })| Location {
                id: Some(index + 1),
                ..self::location(path, range, Some(note))
            })
            .collect(),
        partial_fingerprints: Fingerprints { first_version: fingerprint },
        fixes: finding
            .fix
            .iter()
            .map(|fix| SarifFix {
                description: Text { text: message(&fix.title) },
                artifact_changes: fix.edits.iter().map(change).collect(),
            })
            .collect(),
        properties: ResultProperties {
            severity: finding.severity.word(),
            certainty: finding.certainty.word(),
        },
    }
}

fn change(edit: &Edit) -> ArtifactChange {
    ArtifactChange {
        artifact_location: artifact(&edit.path),
        replacements: [Replacement {
            deleted_region: region(&edit.range),
            inserted_content: Text { text: edit.text.clone() },
        }],
    }
}

/// What could not be read, and what comments silence. As results, even as suppressed ones, the latter would be open alerts
/// of GitHub's.
fn notifications(report: &Report) -> Vec<Notification> {
    let notification = |level, text: &str, path, range| Notification {
        level,
        message: Text { text: message(text) },
        locations: [location(path, range, None)],
    };
    let problems = report
        .problems
        .iter()
        .map(|problem| notification("warning", &problem.message, &problem.path, &problem.range));
    let silenced = report.silenced.iter().map(|finding| {
        let text = format!(
            "{} is silenced by a comment: {}. Why: {}",
            finding.rule, finding.message, finding.reason
        );
        notification("note", &text, &finding.path, &finding.range)
    });
    problems.chain(silenced).collect()
}

fn location(path: &str, range: &Range, note: Option<&String>) -> Location {
    Location {
        id: None,
        physical_location: PhysicalLocation { artifact_location: artifact(path), region: region(range) },
        logical_locations: Vec::new(),
        message: note.map(|note| Text { text: message(note) }),
    }
}

fn region(range: &Range) -> Region {
    let start_line = range.start.line.max(1);
    Region {
        start_line,
        start_column: range.start.column.max(1),
        end_line: range.end.line.max(start_line),
        end_column: range.end.column.max(1),
    }
}

/// A path that is relative is one within the checked project, which a viewer knows under this name.
fn artifact(path: &str) -> ArtifactLocation {
    if path.starts_with('/') {
        ArtifactLocation { uri: format!("file://{}", path_encoded(path)), uri_base_id: None }
    } else {
        ArtifactLocation { uri: path_encoded(path), uri_base_id: Some("%SRCROOT%") }
    }
}

/// Percent encoding of all that is not a letter, a digit or one of `kept`.
fn percent(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn path_encoded(path: &str) -> String {
    percent(path, b"-._~/")
}

/// An address as a URI: what is encoded stays so.
fn encoded(address: &str) -> String {
    percent(address, b"-._~:/?#@!$&'()*+,;=%")
}

/// Text as SARIF's message: in it, brackets before parentheses are links and a number in braces is a placeholder.
fn message(text: &str) -> String {
    let mut text = visible(text);
    if text.contains("](") {
        text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('{') {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let digits =
            behind[1..].len() - behind[1..].trim_start_matches(|next: char| next.is_ascii_digit()).len();
        if digits > 0 && behind[1 + digits..].starts_with('}') {
            let _ = write!(out, "{{{{{}}}}}", &behind[1..=digits]);
            rest = &behind[digits + 2..];
        } else {
            out.push('{');
            rest = &behind[1..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn run(given: &Report, page: Option<&str>) -> Value {
        let mut log: Value = serde_json::from_str(&report(given, page)).unwrap();
        log["runs"][0].take()
    }

    #[test]
    fn a_result_has_its_rule_its_place_its_evidence_and_its_fix() {
        let run = run(&sample::report(), None);
        let region = |line: u32, start: u32, end: u32| json!({"startLine": line, "startColumn": start, "endLine": line, "endColumn": end});
        let place = |path: &str, region: Value| json!({"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}, "region": region});
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "C5");
        assert_eq!(
            run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize]["id"],
            "C5"
        );
        assert_eq!((&result["kind"], &result["level"]), (&json!("fail"), &json!("error")));
        assert_eq!(result["locations"][0]["physicalLocation"], place("app/routes.py", region(10, 12, 21)));
        assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "feed");
        assert_eq!(
            result["relatedLocations"][1],
            json!({
                "id": 2,
                "physicalLocation": place("app/service.py", region(5, 12, 40)),
                "message": {"text": "`requests.get` waits for a response"},
            })
        );
        assert_eq!(
            result["fixes"][0]["artifactChanges"][0]["replacements"][0],
            json!({"deletedRegion": region(10, 12, 12), "insertedContent": {"text": "await "}})
        );
        assert_eq!(run["results"][1]["level"], "note");
        assert_eq!(
            (&run["results"][2]["kind"], &run["results"][2]["level"]),
            (&json!("open"), &json!("none"))
        );
        let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(notification["message"]["text"], "syntax error: expected an expression");
        let notification = &run["invocations"][0]["toolExecutionNotifications"][1];
        assert_eq!(notification["level"], "note");
        assert_eq!(
            notification["message"]["text"],
            "F1 is silenced by a comment: no limit. Why: it answers at once"
        );
    }

    #[test]
    fn rules_carry_their_texts_and_lead_to_their_page() {
        let report = sample::report();
        let rules = run(&report, Some("https://rubric.example/play/"))["tool"]["driver"]["rules"].take();
        let rules = rules.as_array().unwrap();
        assert_eq!(rules.len(), sample::report().rules.len());
        assert_eq!(rules[0]["name"], "BlockedEventLoop");
        assert_eq!(rules[0]["helpUri"], "https://rubric.example/play/#/rules/C5");
        assert!(rules[0]["help"]["markdown"].as_str().unwrap().contains("## Why\n"));
        assert!(run(&report, Some("javascript:x"))["tool"]["driver"]["rules"][0]["helpUri"].is_null());
    }

    #[test]
    fn a_message_has_no_link_and_no_placeholder_of_its_own() {
        assert_eq!(message("[a](1) {0} {12} {name} {{x}} {"), "\\[a\\](1) {{0}} {{12}} {name} {{x}} {");
        assert_eq!(message("`x[0]` of \\n"), "`x[0]` of \\n");
    }

    proptest! {
        #[test]
        fn any_path_is_a_uri_that_reads_back(path in "\\PC{0,16}|[a-b/ %#?:\\n\\[\\]<>`\"]{0,16}") {
            let run = run(&sample::hostile(&path), None);
            let uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            prop_assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte)));
            let mut bytes = Vec::new();
            let mut rest = uri.strip_prefix("file://").unwrap_or(uri).bytes();
            while let Some(byte) = rest.next() {
                bytes.push(if byte == b'%' {
                    let digits: Vec<u8> = rest.by_ref().take(2).collect();
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                } else {
                    byte
                });
            }
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), path);
        }
    }
}

//! The literate cases of every rule: each `rules/<rule>/cases.md` says in its code what is found there.
//!
//! The format is described in CONTRIBUTING.md. `RUBRIC_CASES=C5 cargo test --test cases` runs one rule's cases alone.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rubric_playground::catalogue::{ENTRIES, Entry};
use rubric_playground::check::{Source, check};
use rubric_playground::explain::explain;
use rubric_playground::explanation::Place;
use rubric_playground::report::{Certainty, Finding, Range, Rule, Severity, Status};
use rubric_playground::secrets::suspects;
use rubric_playground::settings::Settings;

/// How many cases that must be found, and how many traps that must stay quiet, a checked rule has at least.
const ENOUGH: usize = 8;

/// One `## heading` of a file of cases.
struct Case {
    heading: String,
    line: usize,
    files: Vec<File>,
    settings: Settings,
    status: Option<Status>,
}

impl Case {
    fn sources(&self) -> Vec<Source> {
        self.files.iter().map(|file| Source { path: file.path.clone(), text: file.text.clone() }).collect()
    }
}

struct File {
    path: String,
    text: String,
    /// The line of cases.md at which the code starts.
    first_line: usize,
    expectations: Vec<Expectation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Expectation {
    /// The line of the code that it speaks of.
    line: u32,
    rule: Rule,
    severity: Option<Severity>,
    /// Without a certainty a finding is expected, sure or likely, but not a question.
    certainty: Option<Certainty>,
    message: Option<String>,
}

impl Expectation {
    fn is_met_by(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.line == finding.range.start.line
            && self.severity.is_none_or(|severity| severity == finding.severity)
            && match self.certainty {
                Some(certainty) => certainty == finding.certainty,
                None => finding.certainty != Certainty::Question,
            }
            && self.message.as_ref().is_none_or(|part| finding.message.contains(part))
    }

    /// The more it says, the fewer findings can meet it, so it is to choose first.
    fn demands(&self) -> usize {
        [self.severity.is_some(), self.certainty.is_some(), self.message.is_some()]
            .into_iter()
            .filter(|&given| given)
            .count()
    }

    fn written(&self) -> String {
        let mut words = vec![self.rule.id().to_owned()];
        words.extend(self.severity.map(|severity| severity.word().to_owned()));
        words.extend(self.certainty.map(|certainty| certainty.word().to_owned()));
        words.extend(self.message.as_ref().map(|part| format!("\"{part}\"")));
        words.join(" ")
    }
}

#[test]
fn every_case_reports_what_it_says() {
    let only = std::env::var("RUBRIC_CASES").ok();
    let mut failures = String::new();
    let mut summary = String::new();
    for entry in ENTRIES.iter().filter(|entry| entry.checked) {
        if only.as_deref().is_some_and(|only| !only.eq_ignore_ascii_case(entry.rule.id())) {
            continue;
        }
        let cases = match cases_of(entry) {
            Ok(cases) => cases,
            Err(message) => {
                let _ = writeln!(failures, "{message}\n");
                continue;
            }
        };
        let mut tally = Tally::default();
        for case in &cases {
            run(entry, case, &mut tally, &mut failures);
        }
        if tally.failed > 0 {
            let Tally { failed, missing, noisy } = tally;
            let _ = writeln!(
                summary,
                "{}: {failed} of {} cases fail ({missing} Missing, {noisy} Noisy)",
                entry.rule,
                cases.len()
            );
        }
    }
    assert!(failures.is_empty(), "\n\n{failures}{summary}");
}

#[test]
fn every_checked_rule_has_enough_cases() {
    let mut failures = Vec::new();
    for entry in ENTRIES {
        let has_file = folder(entry).join("cases.md").is_file();
        if !entry.checked && !has_file {
            continue;
        }
        match cases_of(entry) {
            Err(message) => failures.push(message),
            Ok(cases) if entry.checked => {
                let (found, traps): (Vec<&Case>, Vec<&Case>) = cases
                    .iter()
                    .partition(|case| case.files.iter().any(|file| !file.expectations.is_empty()));
                if found.len() < ENOUGH || traps.len() < ENOUGH {
                    failures.push(format!(
                        "{}: {} cases that must be found and {} traps; it needs at least {ENOUGH} of each",
                        shown(entry),
                        found.len(),
                        traps.len()
                    ));
                }
            }
            Ok(_) => {}
        }
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// These look for defects besides those whose conditions they tell, perhaps at the same place.
const TELLING_IN_PART: [Rule; 9] =
    [Rule::C3, Rule::C4, Rule::C9, Rule::F4, Rule::I1, Rule::I3, Rule::O1, Rule::O3, Rule::O4];

/// A rule tells its conditions while it runs, so that what it tells and what it finds agree: over all cases.
#[test]
fn a_rule_finds_where_it_says_that_its_conditions_are_met_and_nowhere_else() {
    let mut failures = String::new();
    for entry in ENTRIES {
        for case in cases_of(entry).unwrap_or_default() {
            let sources = case.sources();
            let report = check(&sources, &case.settings);
            let answers = explain(&sources, &case.settings, &Place::Rule(entry.rule)).rules;
            let candidates = answers.iter().flat_map(|answer| &answer.candidates);
            for candidate in candidates.clone() {
                let here = |path: &str, range: Range| path == candidate.path && range == candidate.range;
                let is_found = report
                    .findings
                    .iter()
                    .any(|finding| finding.rule == entry.rule && here(&finding.path, finding.range));
                // Several defects may be looked for at one place.
                let told = candidates.clone().any(|other| other.is_found && here(&other.path, other.range));
                let is_told_elsewhere = is_found && TELLING_IN_PART.contains(&entry.rule);
                if is_found != told && !is_told_elsewhere {
                    let _ = writeln!(failures, "{} {:?}: {candidate:#?}", shown(entry), case.heading);
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n\n{failures}");
}

/// A rule's page and `rubric rule` say up to which severity it finds.
#[test]
fn no_finding_is_worse_than_its_rule_says() {
    let mut failures = String::new();
    for case in ENTRIES.iter().flat_map(|entry| cases_of(entry).unwrap_or_default()) {
        for finding in check(&case.sources(), &case.settings).findings {
            let entry =
                ENTRIES.iter().find(|entry| entry.rule == finding.rule).expect("a finding names a rule");
            if finding.severity > entry.severity && !case.settings.severity.contains_key(&finding.rule) {
                let _ = writeln!(
                    failures,
                    "{}: {:?}: {} {}, and its rule.md says {}",
                    shown(entry),
                    case.heading,
                    finding.severity.word(),
                    finding.message,
                    entry.severity.word()
                );
            }
        }
    }
    assert!(failures.is_empty(), "\n\n{failures}");
}

#[derive(Default)]
struct Tally {
    failed: usize,
    missing: usize,
    noisy: usize,
}

fn run(entry: &Entry, case: &Case, tally: &mut Tally, failures: &mut String) {
    let sources = case.sources();
    let report = check(&sources, &case.settings);
    let mut lines = Vec::new();
    for file in &case.files {
        let mut reported: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == entry.rule && finding.path == file.path)
            .collect();
        let mut expected: Vec<&Expectation> = file.expectations.iter().collect();
        expected.sort_by_key(|expectation| (std::cmp::Reverse(expectation.demands()), expectation.line));
        let in_cases = |line: u32| file.first_line + line as usize - 1;
        for expectation in expected {
            match reported.iter().position(|finding| expectation.is_met_by(finding)) {
                Some(index) => {
                    reported.remove(index);
                }
                None => {
                    tally.missing += 1;
                    let line = expectation.line;
                    let at = in_cases(line);
                    let wanted = expectation.written();
                    lines.push(format!("  Missing  {}:{line} (line {at}): {wanted}", file.path));
                }
            }
        }
        for finding in reported {
            tally.noisy += 1;
            let start = finding.range.start;
            lines.push(format!(
                "  Noisy    {}:{}:{} (line {}): {} {} {} {}",
                file.path,
                start.line,
                start.column,
                in_cases(start.line),
                finding.rule,
                finding.severity.word(),
                finding.certainty.word(),
                finding.message
            ));
        }
    }
    if let Some(expected) = case.status {
        let status = report.rules.iter().find(|rule| rule.rule == entry.rule).map(|rule| rule.status);
        if status != Some(expected) {
            lines.push(format!("  Status   {status:?}, not {expected:?}"));
        }
    }
    if !lines.is_empty() {
        tally.failed += 1;
        let _ =
            writeln!(failures, "{}:{}: {}\n{}\n", shown(entry), case.line, case.heading, lines.join("\n"));
    }
}

fn folder(entry: &Entry) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(entry.name)
}

fn shown(entry: &Entry) -> String {
    format!("rules/{}/cases.md", entry.name)
}

fn cases_of(entry: &Entry) -> Result<Vec<Case>, String> {
    let text = fs::read_to_string(folder(entry).join("cases.md"))
        .map_err(|error| format!("{}: {error}", shown(entry)))?;
    parse(entry.rule, &text).map_err(|(line, message)| format!("{}:{line}: {message}", shown(entry)))
}

/// Reads a file of cases, or says what is wrong at which line.
fn parse(rule: Rule, text: &str) -> Result<Vec<Case>, (usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let title = lines.first().copied().unwrap_or_default();
    if !title.strip_prefix("# ").is_some_and(|rest| rest.starts_with(&format!("{rule}: "))) {
        return Err((1, format!("the first line must be a title '# {rule}: …'")));
    }
    let mut cases: Vec<Case> = Vec::new();
    // What the last line of prose says of the block that follows it.
    let mut path: Option<String> = None;
    let mut is_settings = false;
    let mut at = 1;
    while at < lines.len() {
        let line = lines[at];
        let number = at + 1;
        at += 1;
        if let Some(heading) = line.strip_prefix("## ") {
            close(cases.last())?;
            if cases.iter().any(|case| case.heading == heading) {
                return Err((number, format!("there is a case '{heading}' already")));
            }
            cases.push(Case {
                heading: heading.to_owned(),
                line: number,
                files: Vec::new(),
                settings: Settings::default(),
                status: None,
            });
            (path, is_settings) = (None, false);
        } else if line.starts_with('#') {
            return Err((number, "a case starts with '## '; there are no other headings".to_owned()));
        } else if let Some(language) = line.strip_prefix("```") {
            let first = at;
            while at < lines.len() && !lines[at].starts_with("```") {
                at += 1;
            }
            // The next block begins within this one: what stands between them would be no case.
            if lines.get(at) != Some(&"```") {
                return Err((number, "this block is not closed".to_owned()));
            }
            let code: String = lines[first..at].iter().map(|line| format!("{line}\n")).collect();
            at += 1;
            let case = cases.last_mut().ok_or((number, "code stands in a case, under '## '".to_owned()))?;
            if std::mem::take(&mut is_settings) {
                if language != "toml" {
                    return Err((number, "settings are written in a block of 'toml'".to_owned()));
                }
                case.settings = toml::from_str(&code).map_err(|error| {
                    let before = error.span().map_or(0, |span| code[..span.start].matches('\n').count());
                    (first + 1 + before, error.message().to_owned())
                })?;
                continue;
            }
            let default = default_path(language).ok_or_else(|| {
                (
                    number,
                    format!("a block of '{language}': it must be py, yaml, dockerfile, caddyfile, env or sh"),
                )
            })?;
            let path = path.take().unwrap_or_else(|| default.to_owned());
            if case.files.iter().any(|file| file.path == path) {
                return Err((
                    number,
                    format!("this case has a file {path} already: name the path above the block"),
                ));
            }
            let expectations =
                expectations(rule, &code).map_err(|(line, message)| (first + line as usize, message))?;
            case.files.push(File { path, text: code, first_line: first + 1, expectations });
        } else if let Some(name) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
            path = Some(name.to_owned());
        } else if line == "Settings:" {
            is_settings = true;
        } else if let Some(word) = line.strip_prefix("Status: ") {
            let case = cases.last_mut().ok_or((number, "a status belongs to a case".to_owned()))?;
            case.status = Some(match word {
                "conforms" => Status::Conforms,
                "violated" => Status::Violated,
                "not_seen" => Status::NotSeen,
                _ => return Err((number, format!("'{word}' is none of conforms, violated, not_seen"))),
            });
        } else if line.contains("expect:") {
            return Err((number, "an expectation stands in the code, as a comment".to_owned()));
        } else if !line.trim().is_empty() && (path.is_some() || is_settings) {
            return Err((number, "the block must follow the line that speaks of it".to_owned()));
        }
    }
    close(cases.last())?;
    Ok(cases)
}

fn close(case: Option<&Case>) -> Result<(), (usize, String)> {
    match case {
        Some(case) if case.files.is_empty() => Err((case.line, "this case has no code".to_owned())),
        _ => Ok(()),
    }
}

fn default_path(language: &str) -> Option<&'static str> {
    Some(match language {
        "py" => "main.py",
        "yaml" => "compose.yaml",
        "dockerfile" => "Dockerfile",
        "caddyfile" => "Caddyfile",
        "env" => ".env",
        "sh" => "docker-entrypoint.sh",
        _ => return None,
    })
}

/// The `# expect:` comments of a file. One that stands alone speaks of the next line that is not one itself.
fn expectations(rule: Rule, code: &str) -> Result<Vec<Expectation>, (u32, String)> {
    const MARK: &str = "# expect:";
    let lines: Vec<&str> = code.lines().collect();
    let alone = |line: &str| line.trim_start().starts_with(MARK);
    let mut expectations = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let number = index as u32 + 1;
        let Some((_, list)) = line.split_once(MARK) else {
            if line.contains("expect:") {
                return Err((number, format!("an expectation is written '{MARK} {rule}'")));
            }
            continue;
        };
        let target = if alone(line) {
            let behind = lines[index..].iter().position(|line| !alone(line));
            number + behind.ok_or((number, "no line follows that this could speak of".to_owned()))? as u32
        } else {
            number
        };
        for one in list.split(';') {
            let expectation = expectation(target, one.trim()).map_err(|message| (number, message))?;
            if expectation.rule != rule {
                return Err((
                    number,
                    format!("only {rule} is compared in its cases, not {}", expectation.rule),
                ));
            }
            expectations.push(expectation);
        }
    }
    Ok(expectations)
}

/// `C5`, `C5 high`, `C5 high sure`, `C5 question`, each perhaps with a quoted part of the message.
fn expectation(line: u32, text: &str) -> Result<Expectation, String> {
    let (words, message) = match text.split_once('"') {
        Some((words, quoted)) => {
            let part = quoted.strip_suffix('"').ok_or("the quoted part of the message is not closed")?;
            (words, Some(part.to_owned()))
        }
        None => (text, None),
    };
    let mut words = words.split_whitespace();
    let rule = words.next().unwrap_or_default().parse::<Rule>().map_err(|error| error.to_string())?;
    let mut expectation = Expectation { line, rule, severity: None, certainty: None, message };
    for word in words {
        let severity = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
            .into_iter()
            .find(|severity| severity.word() == word);
        let certainty = [Certainty::Sure, Certainty::Likely, Certainty::Question]
            .into_iter()
            .find(|certainty| certainty.word() == word);
        match (severity, certainty) {
            (Some(_), _) if expectation.severity.is_none() => expectation.severity = severity,
            (_, Some(_)) if expectation.certainty.is_none() => expectation.certainty = certainty,
            _ => return Err(format!("'{word}' is neither a severity nor a certainty, or one too many")),
        }
    }
    Ok(expectation)
}

/// What O3 says of a value that is written in the file itself. What only names one shows nothing.
const WRITTEN: [&str; 8] = [
    "written down",
    "is a part of the image",
    "encoded at most",
    "has its value in a file",
    "is a word that everybody can read here",
    "has a password that everybody can read here",
    "has a default that everybody can read here",
    "is kept in the image",
];

/// What opens nothing need not be asked about; and what a call's own parameter names is known to the checker alone, so that
/// the page takes it from the report.
const NOT_IN_TEXT: [&str; 6] = [
    "changeme",
    "\"placeholder\"",
    "\"password\"",
    "=$INDEX_TOKEN",
    "jwt.encode({",
    "connect(\"db\", \"Winter2024!x9\")",
];

/// Who shares is asked about everything that the rule finds in any case.
#[test]
fn what_o3_finds_is_asked_about_before_it_is_shared() {
    let (mut found, mut alarms, mut missed) = (0, 0, String::new());
    for entry in ENTRIES {
        for case in cases_of(entry).unwrap_or_default() {
            let sources = case.sources();
            let report = check(&sources, &case.settings);
            for source in &sources {
                let line = |at: usize| source.text[..at].matches('\n').count() as u32 + 1;
                let suspects = suspects(&source.path, &source.text);
                let o3: Vec<&Finding> = report
                    .findings
                    .iter()
                    .filter(|finding| finding.rule == Rule::O3 && finding.path == source.path)
                    .filter(|finding| WRITTEN.iter().any(|part| finding.message.contains(part)))
                    .collect();
                for finding in &o3 {
                    found += 1;
                    let lines = finding.range.start.line..=finding.range.end.line;
                    let text = source.text.lines().nth(finding.range.start.line as usize - 1);
                    let is_known =
                        text.is_some_and(|text| NOT_IN_TEXT.iter().any(|part| text.contains(part)));
                    if !is_known && !suspects.iter().any(|suspect| lines.contains(&line(suspect.start))) {
                        let _ = writeln!(
                            missed,
                            "{} “{}” {}:{}: {}\n    {}",
                            entry.rule,
                            case.heading,
                            source.path,
                            finding.range.start.line,
                            finding.message,
                            text.unwrap_or_default()
                        );
                    }
                }
                for suspect in suspects {
                    let at = line(suspect.start);
                    if !o3
                        .iter()
                        .any(|finding| (finding.range.start.line..=finding.range.end.line).contains(&at))
                    {
                        alarms += 1;
                        if std::env::var_os("RUBRIC_ALARMS").is_some() {
                            let text = source.text.lines().nth(at as usize - 1).unwrap_or_default();
                            println!(
                                "{} “{}” {}:{at}: {}: {text}",
                                entry.rule, case.heading, source.path, suspect.what
                            );
                        }
                    }
                }
            }
        }
    }
    println!("{found} found by O3, {alarms} suspected beside them");
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn the_format_is_read() {
    let text = "\
# C5: Never block the event loop

A word on all of them.

## Two files

Why this must be found.
Status: violated

Settings:
```toml
tenant_key = \"org_id\"
```

`app/a.py`:
```py
import time
x = time.sleep(1)  # expect: C5 high \"sleep\"; C5 question
```

```yaml
# expect: C5 likely
# expect: C5 low sure
services: {}
```

## A trap

```py
pass
```
";
    let cases = parse(Rule::C5, text).unwrap_or_else(|(line, message)| panic!("{line}: {message}"));
    let [first, trap] = cases.as_slice() else { panic!("two cases") };
    assert_eq!((first.heading.as_str(), first.line, first.status), ("Two files", 5, Some(Status::Violated)));
    assert_eq!(first.settings.tenant_key, "org_id");
    let [python, yaml] = first.files.as_slice() else { panic!("two files") };
    assert_eq!((python.path.as_str(), python.first_line), ("app/a.py", 17));
    assert_eq!((yaml.path.as_str(), yaml.first_line), ("compose.yaml", 22));
    let written = |file: &File| {
        file.expectations.iter().map(|one| format!("{} {}", one.line, one.written())).collect::<Vec<_>>()
    };
    assert_eq!(written(python), ["2 C5 high \"sleep\"", "2 C5 question"]);
    assert_eq!(written(yaml), ["3 C5 likely", "3 C5 low sure"]);
    assert!(trap.files[0].expectations.is_empty());
}

#[test]
fn a_wrong_format_is_refused_with_its_line() {
    let case = |body: &str| format!("# C5: T\n## A\n{body}");
    for (text, line, part) in [
        ("# C6: T\n".to_owned(), 1, "title"),
        ("# C5: T\n```py\n```\n".to_owned(), 2, "in a case"),
        (case(""), 2, "no code"),
        (case("```py\nx\n"), 3, "not closed"),
        (case("```py\nx\n\n## B\n```py\nx\n```\n"), 3, "not closed"),
        (case("```js\n```\n"), 3, "block of 'js'"),
        (case("```py\n```\n```py\n```\n"), 5, "main.py already"),
        (case("```py\n```\n## A\n"), 5, "already"),
        (case("```py\nx  # expect: C55\n```\n"), 4, "there is no rule"),
        (case("```py\nx  # expect: F1\n```\n"), 4, "only C5"),
        (case("```py\nx  # expect: C5 hihg\n```\n"), 4, "'hihg'"),
        (case("```py\nx  # expect: C5 high low\n```\n"), 4, "one too many"),
        (case("```py\nx  #expect: C5\n```\n"), 4, "is written"),
        (case("```py\n# expect: C5\n```\n"), 4, "no line follows"),
        (case("# expect: C5\n```py\n```\n"), 3, "no other headings"),
        (case("`a.py`:\nprose\n```py\n```\n"), 4, "must follow"),
        (case("Status: fine\n```py\n```\n"), 3, "none of"),
        (case("Settings:\n```toml\n\noops = 1\n```\n```py\n```\n"), 6, "oops"),
    ] {
        let Err((at, message)) = parse(Rule::C5, &text) else { panic!("accepted: {text}") };
        assert!(at == line && message.contains(part), "{text}\n{at}: {message}");
    }
}

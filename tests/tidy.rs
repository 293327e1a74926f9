//! The invariants of ARCHITECTURE.md, held by reading the source files as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rubric_playground::catalogue::{ENTRIES, Example};
use rubric_playground::check::{Source, check};
use rubric_playground::report::Rule;
use rubric_playground::rules::CHECKS;
use rubric_playground::settings::Settings;

/// What is not ours, or not source text.
const LEFT_OUT: [&str; 13] = [
    ".git",
    "target",
    "dist",
    "node_modules",
    "corpus",
    "test-results",
    "playwright-report",
    "editor.js",
    "device.js",
    "intake.js",
    "link.js",
    "built",
    ".docusaurus",
];

/// One source file, its path relative to the repository and with `/`.
struct File {
    path: String,
    text: String,
}

impl File {
    /// The code without comments, texts and what stands behind `#[cfg(test)]`.
    fn code(&self) -> String {
        self.parts().0
    }

    /// The texts between quotes in the code.
    fn literals(&self) -> Vec<String> {
        self.parts().1
    }

    fn parts(&self) -> (String, Vec<String>) {
        let text = self.text.split("#[cfg(test)]").next().unwrap_or_default();
        let bytes: Vec<char> = text.chars().collect();
        let (mut code, mut literals) = (String::new(), Vec::new());
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest.starts_with(&['/', '/']) {
                while at < bytes.len() && bytes[at] != '\n' {
                    at += 1;
                }
            } else if rest[0] == '\'' && rest.get(1) == Some(&'"') {
                at += 3;
            } else if rest[0] == '\'' && rest.get(1) == Some(&'\\') {
                at += 2;
                while at < bytes.len() && bytes[at] != '\'' {
                    at += 1;
                }
                at += 1;
            } else if rest[0] == '"' {
                let raw = matches!(code.chars().last(), Some('r' | '#'));
                let mut literal = String::new();
                at += 1;
                while at < bytes.len() && bytes[at] != '"' {
                    if bytes[at] == '\\' && !raw {
                        literal.push(bytes[at]);
                        at += 1;
                    }
                    literal.extend(bytes.get(at));
                    at += 1;
                }
                at += 1;
                literals.push(literal);
                code.push_str("\"\"");
            } else {
                code.push(rest[0]);
                at += 1;
            }
        }
        (code, literals)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file below one of the given paths.
fn files(below: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = below.iter().map(|path| root().join(path)).collect();
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path != root() && LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn rust(below: &[&str]) -> Vec<File> {
    let mut found = files(below);
    found.retain(|file| file.path.ends_with(".rs"));
    found
}

/// Whether a name stands in the code as a word of its own.
fn names(code: &str, name: &str) -> bool {
    let part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(name).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(part_of_word)
            && !code[at + name.len()..].chars().next().is_some_and(part_of_word)
    })
}

/// Fails with every breach, not with the first.
fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n  {}\n", breaches.join("\n  "));
}

fn breaches(files: &[File], forbidden: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = file.code();
        for name in forbidden {
            if names(&code, name) {
                found.push(format!("{} names {name}", file.path));
            }
        }
    }
    found
}

/// Yew compiles its machinery once for each type of component that is written as a tag: see src/ui/drawn.rs.
#[test]
fn components_are_drawn_through_the_one_that_stands_in_for_all() {
    let files = rust(&["src/ui"]);
    let mut components = Vec::new();
    for file in &files {
        for part in file.text.split("#[component]\n").skip(1) {
            let name = part.split_once("fn ").map_or("", |(_, name)| name);
            components.extend(name.split_once('(').map(|(name, _)| name));
        }
    }
    assert!(components.len() > 20, "{components:?}");
    let mut found = Vec::new();
    for file in &files {
        let code = file.code();
        for name in &components {
            if [" ", "\n", "/"].iter().any(|behind| code.contains(&format!("<{name}{behind}"))) {
                found.push(format!("{} has {name} as a tag: draw!({name} {{ .. }})", file.path));
            }
        }
    }
    assert_none(&found);
}

/// From `check` down.
const CORE: [&str; 17] = [
    "src/breaks.rs",
    "src/check.rs",
    "src/explain.rs",
    "src/explanation.rs",
    "src/report.rs",
    "src/settings.rs",
    "src/sorted.rs",
    "src/catalogue",
    "src/exercise",
    "src/patch",
    "src/notebook.rs",
    "src/secrets",
    "src/stack.rs",
    "src/stack",
    "src/syntax",
    "src/semantic",
    "src/rules",
];

fn core() -> Vec<File> {
    let below: Vec<&str> = CORE.into_iter().filter(|path| root().join(path).exists()).collect();
    rust(&below)
}

#[test]
fn the_core_knows_no_browser_no_clock_and_no_input_or_output() {
    let browser = ["yew", "yew_router", "web_sys", "wasm_bindgen", "js_sys", "gloo_timers", "gloo_events"];
    let system = ["fs", "time", "io", "env", "net", "process"];
    let mut found = breaches(&core(), &browser);
    found.extend(breaches(&core(), &["Instant", "SystemTime", "println", "eprintln", "dbg"]));
    for file in core() {
        // `use std::{fmt, io};` as well as `std::io`; `env!` is the compiler's.
        for (at, _) in file.code().match_indices("std::") {
            let code = file.code();
            let path = code[at + 5..].split(';').next().unwrap_or_default();
            let is_group = path.starts_with('{');
            for name in system {
                let named = if is_group {
                    names(path, name)
                } else {
                    path.split(|character: char| !character.is_alphanumeric() && character != '_').next()
                        == Some(name)
                };
                if named {
                    found.push(format!("{} names std::{name}", file.path));
                }
            }
        }
    }
    assert_none(&found);
}

#[test]
fn only_syntax_names_a_parser() {
    let mut others = rust(&["src"]);
    others.retain(|file| !file.path.starts_with("src/syntax/"));
    let mut found = Vec::new();
    for file in &others {
        if file.code().contains("ruff_") {
            found.push(format!("{} names a crate of Ruff", file.path));
        }
    }
    found.extend(breaches(
        &others,
        &["saphyr", "saphyr_parser", "marked_yaml", "yaml_rust2", "parse_dockerfile"],
    ));
    assert_none(&found);
}

#[test]
fn arrows_run_downwards_only() {
    let above_rules = ["check", "catalogue", "export", "cli", "ui", "worker"];
    let layers: [(&str, &[&str]); 11] = [
        // The page reads explanations and must not carry the checker.
        ("src/explanation.rs", &["rules", "semantic", "stack", "syntax", "settings"]),
        ("src/report.rs", &["check", "rules", "semantic", "stack", "syntax", "catalogue", "settings"]),
        ("src/catalogue", &["check", "rules", "semantic", "stack", "syntax", "export"]),
        // The page judges answers by the worker's reports.
        ("src/exercise", &["rules", "semantic", "stack", "syntax"]),
        // The page reads patches and must not carry the parser.
        ("src/patch", &["rules", "semantic", "stack", "syntax"]),
        // The page makes the code that embeds an example.
        ("src/embed/code.rs", &["check", "rules", "semantic", "stack", "syntax"]),
        ("src/syntax", &["rules", "semantic", "stack"]),
        ("src/stack", &["rules", "semantic"]),
        ("src/semantic", &["rules"]),
        ("src/rules", &[]),
        // The page must not carry the parser.
        ("src/ui", &["rules", "semantic", "stack", "syntax", "check::check"]),
    ];
    let mut found = Vec::new();
    for (below, forbidden) in layers {
        let mut layer = rust(&["src"]);
        layer.retain(|file| {
            file.path == below
                || file.path.starts_with(&format!("{below}/"))
                || file.path == format!("{below}.rs")
        });
        for file in &layer {
            let code = file.code();
            let is_core = below != "src/ui" && below != "src/catalogue";
            let more: &[&str] = if is_core { &above_rules } else { &[] };
            for name in forbidden.iter().chain(more) {
                if names(&code, &format!("crate::{name}")) {
                    found.push(format!("{} imports {name}", file.path));
                }
            }
        }
    }
    assert_none(&found);
}

/// The module below `src/rules` that a file is or belongs to: a rule is one file, or a folder with a file a sub-pattern.
fn rule_of(path: &str) -> &str {
    let below = path.trim_start_matches("src/rules/");
    below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
}

#[test]
fn rules_never_import_each_other() {
    let mut found = Vec::new();
    for file in rust(&["src/rules"]) {
        if file.path == "src/rules/mod.rs" {
            continue;
        }
        let code = file.code();
        for entry in ENTRIES {
            if rule_of(&file.path) != entry.name && names(&code, entry.name) {
                found.push(format!("{} names {}", file.path, entry.name));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn a_checked_rule_is_a_module_named_as_its_folder() {
    let checked: Vec<Rule> = CHECKS.iter().map(|check| check.rule).collect();
    let mut sorted = checked.clone();
    sorted.sort();
    assert_eq!(checked, sorted, "CHECKS is in the order of the rubric");
    let mut found = Vec::new();
    for entry in ENTRIES {
        let module = format!("src/rules/{}", entry.name);
        let exists =
            ["{}.rs", "{}/mod.rs"].iter().any(|form| root().join(form.replace("{}", &module)).is_file());
        if entry.checked != checked.contains(&entry.rule) {
            found.push(format!(
                "{}: rule.md says checked: {}, src/rules says otherwise",
                entry.name, entry.checked
            ));
        }
        if entry.checked != exists {
            found.push(format!("{module}: it must be there exactly where the rule is checked"));
        }
    }
    for file in rust(&["src/rules"]) {
        let name = rule_of(&file.path);
        let looks_like_a_rule =
            Rule::ALL.iter().any(|rule| name.starts_with(&format!("{}_", rule.id().to_lowercase())));
        if looks_like_a_rule && !ENTRIES.iter().any(|entry| entry.name == name) {
            found.push(format!("{}: there is no folder rules/{name}", file.path));
        }
        if looks_like_a_rule
            && !file.text.contains("#[cfg(test)]")
            && !root().join("rules").join(name).join("cases.md").is_file()
        {
            found.push(format!("{}: it has neither tests nor cases", file.path));
        }
    }
    assert_none(&found);
}

#[test]
fn rules_name_no_api() {
    let mut packages = BTreeSet::new();
    for file in files(&["rules/stack"]).iter().filter(|file| file.path.ends_with(".toml")) {
        let table: toml::Table = file.text.parse().unwrap();
        for kind in ["function", "class"] {
            let entries = table.get(kind).and_then(toml::Value::as_array).into_iter().flatten();
            for name in entries.flat_map(|entry| entry.get("names").and_then(toml::Value::as_array)).flatten()
            {
                if let Some((package, _)) = name.as_str().unwrap_or_default().split_once('.') {
                    packages.insert(package.to_owned());
                }
            }
        }
    }
    assert!(packages.contains("requests"), "the tables were read: {packages:?}");
    let mut found = Vec::new();
    for file in rust(&["src/rules"]) {
        for literal in file.literals() {
            let package = literal.split('.').next().unwrap_or_default();
            let names_a_member = literal.len() > package.len() + 1
                && literal[package.len() + 1..].starts_with(|character: char| character.is_alphabetic());
            if names_a_member && packages.contains(package) {
                found.push(format!("{}: \"{literal}\" belongs in rules/stack", file.path));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn messages_start_in_lower_case_and_end_without_a_full_stop() {
    let mut inputs: Vec<Vec<Source>> = Vec::new();
    for entry in ENTRIES {
        for side in [entry.violating(), entry.conforming()] {
            let source =
                |example: &Example| Source { path: example.path.clone(), text: example.text.clone() };
            inputs.push(side.iter().map(source).collect());
        }
        let cases = root().join("rules").join(entry.name).join("cases.md");
        for block in fs::read_to_string(cases).unwrap_or_default().split("```py\n").skip(1) {
            let text = block.split("```").next().unwrap_or_default().to_owned();
            inputs.push(vec![Source { path: "main.py".to_owned(), text }]);
        }
    }
    let mut found = BTreeSet::new();
    for sources in &inputs {
        for finding in check(sources, &Settings::default()).findings {
            let message = &finding.message;
            let texts = std::iter::once(message).chain(finding.because.iter().map(|evidence| &evidence.note));
            for text in texts {
                let capital = text.starts_with(char::is_uppercase);
                // A name from the code stands in backticks and keeps its case.
                if text.is_empty()
                    || capital
                    || text.ends_with('.')
                    || text.contains('\n')
                    || text.contains("  ")
                {
                    found.insert(format!("{}: {text:?}", finding.rule));
                }
            }
            if finding.conforming.is_empty() || finding.because.is_empty() {
                found.insert(format!("{}: {message:?} lacks its evidence or its pattern", finding.rule));
            }
        }
    }
    assert_none(&found.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_module_says_what_it_is() {
    let mut found = Vec::new();
    for file in rust(&["src", "build", "tests"]) {
        if !file.text.starts_with("//! ") {
            found.push(format!("{}: its first line must be '//! …'", file.path));
        }
    }
    assert_none(&found);
}

#[test]
fn no_test_is_switched_off() {
    let mut found = Vec::new();
    for file in files(&["src", "tests"]) {
        let marks: &[&str] = match file.path.rsplit('.').next() {
            Some("rs") => &[concat!("#[", "ignore")],
            Some("mjs" | "js" | "ts") => {
                &["test.skip(", "test.only(", "test.fixme(", "describe.skip(", "describe.only("]
            }
            _ => &[],
        };
        for mark in marks.iter().filter(|mark| file.text.contains(**mark)) {
            found.push(format!("{} has {mark}", file.path));
        }
    }
    assert_none(&found);
}

#[test]
fn no_file_names_a_machine() {
    let names = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/tmp/", "brief"),
        concat!("file:", "///"),
    ];
    let mut found = Vec::new();
    for file in files(&["."]) {
        for (line, text) in file.text.lines().enumerate() {
            for name in names.iter().filter(|name| text.contains(**name)) {
                // Paths of an image or of a script for any machine are no names of this one.
                found.push(format!("{}:{}: {name}", file.path, line + 1));
            }
            if file.path.ends_with("package-lock.json")
                && text.contains("\"resolved\": \"")
                && !text.contains("https://registry.npmjs.org/")
            {
                found.push(format!(
                    "{}:{}: a package from elsewhere than npm's registry",
                    file.path,
                    line + 1
                ));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn the_worker_uses_no_network() {
    let network = [
        "fetch",
        "fetch_with_str",
        "fetch_with_request",
        "XmlHttpRequest",
        "WebSocket",
        "WebTransport",
        "EventSource",
        "RtcPeerConnection",
        "import_scripts",
        "importScripts",
        "send_beacon",
        "sendBeacon",
        "eval",
        "Function",
    ];
    let mut found = breaches(&rust(&["src/worker", "src/bin/worker.rs"]), &network);
    found.extend(breaches(&core(), &network[..12]));
    // Nor do the frame that checks embedded examples, and the way to it.
    found.extend(breaches(&files(&["js/embed/live.source.mjs", "js/embed/checker.mjs"]), &network));
    // What web-sys is not asked for cannot be called, from the worker or from the page.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for feature in
        ["Request", "XmlHttpRequest", "WebSocket", "WebTransport", "EventSource", "RtcPeerConnection"]
    {
        if manifest.contains(&format!("\"{feature}\"")) {
            found.push(format!("Cargo.toml asks web-sys for {feature}"));
        }
    }
    assert_none(&found);
}

#[test]
fn nothing_is_unsafe() {
    assert_none(&breaches(&rust(&["src", "build", "tests"]), &[concat!("un", "safe")]));
}

#[test]
fn parts_of_a_file_are_told_apart() {
    let file = File {
        path: String::new(),
        text: "let a = \"x.y\"; // fetch\nlet q = '\"'; let n = '\\n'; f(r\"\\\", \"a\\\"b\")\n#[cfg(test)]\nmod tests {}".into(),
    };
    assert_eq!(file.literals(), ["x.y", "\\", "a\\\"b"]);
    assert!(!names(&file.code(), "fetch") && !names(&file.code(), "tests") && names(&file.code(), "let"));
    assert!(!names("prefetch(x)", "fetch") && names("window.fetch(x)", "fetch"));
}

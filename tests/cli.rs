//! The command line, run as its users run it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rubric_playground::check::{Source, check};
use rubric_playground::export::json;
use rubric_playground::report::{Report, Rule, Status};
use rubric_playground::settings::Settings;

const BLOCKED: &str = "import time\n\n\nasync def reply():\n    time.sleep(1)\n";

/// A folder of its own for a test, empty at first.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        self
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(
            Command::new(env!("CARGO_BIN_EXE_rubric")).args(arguments).current_dir(&self.0).output().unwrap(),
        )
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rubric"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("not ended by a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn exits_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    fn report(&self) -> Report {
        serde_json::from_str(&self.out).unwrap()
    }

    fn paths(&self) -> Vec<String> {
        self.report().files.into_iter().map(|file| file.path).collect()
    }
}

#[test]
fn findings_exit_with_1_and_are_shown_with_their_code() {
    let folder = Folder::new("findings").with("app.py", BLOCKED);
    let run = folder.run(&["check", "."]).exits_with(1);
    assert!(run.out.contains("[C5]: "), "{}", run.out);
    assert!(run.out.contains("--> app.py:5:5"), "{}", run.out);
    assert!(run.out.contains("5 |     time.sleep(1)\n  |     ^^^^^^^^^^"), "{}", run.out);
    assert!(run.out.contains("1 file: 1 finding (1 "), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "colour without a terminal: {}", run.out);
}

#[test]
fn nothing_found_exits_with_0_and_says_what_was_seen() {
    let folder = Folder::new("nothing").with("app.py", "x = 1\n");
    let run = folder.run(&["check", "app.py"]).exits_with(0);
    assert!(run.out.contains("not seen: C1 "), "{}", run.out);
    assert!(run.out.ends_with("1 file: 0 findings, 0 questions\n"), "{}", run.out);
}

#[test]
fn json_is_the_report_that_the_library_gives() {
    let folder = Folder::new("json").with("app.py", BLOCKED).with("deploy/compose.yaml", "services: {}\n");
    let run = folder.run(&["check", ".", "--format", "json"]).exits_with(1);
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let sources = [source("app.py", BLOCKED), source("deploy/compose.yaml", "services: {}\n")];
    assert_eq!(run.out, json::report(&check(&sources, &Settings::default())) + "\n");
}

#[test]
fn the_given_files_are_checked_together() {
    let folder = Folder::new("together")
        .with("app/__init__.py", "")
        .with(
            "app/service.py",
            "import requests\n\n\ndef load():\n    return requests.get(\"http://a\", timeout=5)\n",
        )
        .with("app/routes.py", "from app.service import load\n\n\nasync def reply():\n    return load()\n");
    let report = folder.run(&["check", ".", "--select", "C5", "--format", "json"]).exits_with(1).report();
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!((finding.path.as_str(), finding.range.start.line), ("app/routes.py", 5));
    assert!(finding.because.iter().any(|evidence| evidence.path == "app/service.py"), "{finding:?}");
}

#[test]
fn folders_are_walked_without_what_git_ignores_and_without_foreign_code() {
    let folder = Folder::new("walk")
        .with(".gitignore", "/build\n*.generated.py\n")
        .with("app/main.py", "")
        .with("app/api.generated.py", "")
        .with("build/lib/main.py", "")
        .with("Dockerfile", "FROM python:3.12\n")
        .with("deploy/compose.yml", "services: {}\n")
        .with("deploy/Caddyfile", "")
        .with(".env.example", "A=1\n")
        .with("notes.txt", "time.sleep(1)\n")
        .with("node_modules/x/x.py", "")
        .with(".hidden/x.py", "")
        .with(".github/workflows/release.yml", "")
        .with("environment/pyvenv.cfg", "")
        .with("environment/lib/x.py", "")
        .with("app/third_party/x.py", "")
        .with("app/vendor/__init__.py", "")
        .with("app/vendor/x/x.py", "")
        .with("app/shop/vendor/models.py", "");
    let run = folder.run(&["check", ".", "--format", "json"]).exits_with(0);
    let expected = [
        ".env.example",
        ".github/workflows/release.yml",
        "Dockerfile",
        "app/main.py",
        "app/shop/vendor/models.py",
        "deploy/Caddyfile",
        "deploy/compose.yml",
    ];
    assert_eq!(run.paths(), expected);
    assert!(run.err.contains("app/third_party was left out"), "{}", run.err);
    assert_eq!(folder.run(&["check", "app/vendor", "--format", "json"]).paths(), ["__init__.py", "x/x.py"]);
    // What the user names is read, whatever else says to leave it out.
    assert_eq!(folder.run(&["check", "build", "--format", "json"]).paths(), ["lib/main.py"]);
    assert_eq!(folder.run(&["check", ".hidden/x.py", "--format", "json"]).paths(), [".hidden/x.py"]);
}

#[test]
fn paths_are_relative_to_one_folder_and_as_given_otherwise() {
    let folder = Folder::new("paths").with("a/main.py", BLOCKED).with("b/main.py", "");
    let absolute = folder.0.join("a");
    let paths =
        |arguments: &[&str]| folder.run(&[&["check", "--format", "json"], arguments].concat()).paths();
    assert_eq!(paths(&["a"]), ["main.py"]);
    assert_eq!(paths(&["./a/"]), ["main.py"]);
    assert_eq!(paths(&[absolute.to_str().unwrap()]), ["main.py"]);
    assert_eq!(paths(&["a", "./b"]), ["a/main.py", "b/main.py"]);
    assert_eq!(paths(&["./a/main.py"]), ["a/main.py"]);
    assert_eq!(paths(&[".", "a"]), ["a/main.py", "b/main.py"], "no file twice");
    // The text is for opening the file, so it has the whole way.
    assert!(folder.run(&["check", "a"]).exits_with(1).out.contains("--> a/main.py:5:5"));
}

#[test]
fn a_file_to_which_two_paths_lead_is_checked_once() {
    let folder = Folder::new("twice").with("app/app.py", BLOCKED);
    let absolute = folder.0.join("app/app.py");
    let paths = ["app", absolute.to_str().unwrap(), "app/../app"];
    let run = folder.run(&[&["check", "--format", "json"], &paths[..]].concat()).exits_with(1);
    assert_eq!(run.paths(), ["app/app.py"]);
}

#[test]
fn the_standard_input_is_read() {
    let folder = Folder::new("stdin").with("other.py", "");
    let run = folder.run_with_input(&["check", "-"], BLOCKED).exits_with(1);
    assert!(run.out.contains("--> stdin.py:5:5"), "{}", run.out);
    let arguments = ["check", "-", "other.py", "--stdin-path", "app/chat.py", "--format", "json"];
    assert_eq!(folder.run_with_input(&arguments, BLOCKED).exits_with(1).paths(), ["app/chat.py", "other.py"]);
}

#[test]
fn an_input_that_is_no_code_is_told() {
    let folder = Folder::new("stdin-foreign").with("other.py", BLOCKED);
    let json = "{\n  \"name\": \"orders\",\n  \"replicas\": 2\n}\n";
    let run = folder.run_with_input(&["check", "-"], json).exits_with(2);
    assert!(
        run.err.contains("stdin.py: read as Python, but it looks like JSON, which is not checked"),
        "{}",
        run.err
    );
    folder.run_with_input(&["check", "-", "other.py"], json).exits_with(1);
    assert_eq!(folder.run_with_input(&["check", "-"], "LIMITS = {\"orders\": 2}\n").exits_with(0).err, "");
}

#[test]
fn unreadable_files_are_problems_and_the_rest_is_checked() {
    let folder = Folder::new("unreadable")
        .with("binary.py", b"\x00\x01\x02")
        .with("latin.py", b"import time\nname = '\xe9'\nasync def f():\n    time.sleep(1)\n")
        .with("notes.md", "```py\nx = = 1\n```\n")
        .with("app.py", BLOCKED);
    let run = folder.run(&["check", ".", "--format", "json"]).exits_with(1);
    assert_eq!(run.paths(), ["app.py", "latin.py"]);
    let problems: Vec<(String, String)> =
        run.report().problems.into_iter().map(|problem| (problem.path, problem.message)).collect();
    let expected = [
        ("binary.py", "is not text: it has a NUL byte, so it was not checked"),
        ("latin.py", "is not UTF-8 (see line 2), so it was read as Latin-1"),
    ];
    assert_eq!(problems, expected.map(|(path, message)| (path.to_owned(), message.to_owned())));
    let text = folder.run(&["check", "."]).exits_with(1).out;
    assert!(text.contains("problem: is not UTF-8") && text.contains("--> latin.py:1:1"), "{text}");
    assert!(text.contains("2 problems"), "{text}");
    assert!(text.contains("name = 'é'") || text.contains("time.sleep(1)"), "{text}");
}

#[test]
fn notebooks_are_read_in_folders_and_markdown_where_it_is_named() {
    let notebook = r#"{"cells": [{"cell_type": "code", "source": ["import requests\n", "requests.get('a')"]}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let markdown = "Do:\n\n```py\nimport requests\nrequests.get('a')\n```\n";
    let folder = Folder::new("shapes").with("a.ipynb", notebook).with("a.md", markdown);
    assert_eq!(folder.run(&["check", ".", "--format", "json"]).exits_with(1).paths(), ["a.ipynb"]);
    assert_eq!(folder.run(&["check", "a.md", "--format", "json"]).exits_with(1).paths(), ["a.md"]);
    let text = folder.run(&["check", "a.ipynb"]).exits_with(1).out;
    assert!(text.contains("--> a.ipynb:1:"), "{text}");
    let arguments = ["check", "-", "--format", "json"];
    assert!(folder.run_with_input(&arguments, markdown).exits_with(1).report().files[0].shape.is_some());
}

#[test]
fn a_syntax_error_is_a_problem_with_its_place() {
    let folder = Folder::new("syntax").with("app.py", "def broken(:\n    pass\n");
    // Nothing else is there, so that nothing was found is no pass.
    let run = folder.run(&["check", "."]).exits_with(2);
    assert!(run.out.contains("problem: "), "{}", run.out);
    assert!(run.out.contains("--> app.py:1:"), "{}", run.out);
    assert!(run.err.contains("no file could be read as it stands"), "{}", run.err);
    let folder = folder.with("other.py", "import os\n");
    let run = folder.run(&["check", "."]).exits_with(0);
    assert!(run.err.contains("1 of 2 files could not be read as they stand"), "{}", run.err);
    folder.with("other.py", BLOCKED).run(&["check", "."]).exits_with(1);
    let useless = Folder::new("useless").with("app.py", "x = 1  # rubric: ignore[C5] it is fast\n");
    useless.run(&["check", "."]).exits_with(0);
}

#[test]
fn a_named_file_that_cannot_be_checked_is_no_pass() {
    let folder = Folder::new("named").with("binary.py", b"\x00").with("app.py", "x = 1\n");
    let run = folder.run(&["check", "app.py", "binary.py"]).exits_with(2);
    assert!(run.out.contains("1 file: 0 findings"), "{}", run.out);
    assert!(run.err.contains("binary.py: the file is not text: it has a NUL byte"), "{}", run.err);
    // Beside others in a folder it is a problem.
    folder.run(&["check", "."]).exits_with(0);
    folder.with("app.py", BLOCKED).run(&["check", "app.py", "binary.py"]).exits_with(1);
}

#[test]
fn gitignore_files_are_read_as_git_reads_them() {
    let folder = Folder::new("gitignore")
        .with(".gitignore", "{b,c}.py\nCaSe.py\n/top/*\n!/top/kept\n[{x}].yaml\n\\{d}.py\n")
        .with(".ignore", "e.py\n")
        .with("build/b.py", "")
        .with("c.py", "")
        .with("{b,c}.py", "")
        .with("{d}.py", "")
        .with("d.py", "")
        .with("e.py", "")
        .with("case.py", "")
        .with("x.yaml", "")
        .with("top/out.py", "")
        .with("top/kept/.gitignore", "no.py\n!/yes/\n")
        .with("top/kept/no.py", "")
        .with("top/kept/yes/in.py", "")
        .with("part/.gitignore", "*.py\n")
        .with("part/in.py", "");
    let paths = |path: &str| folder.run(&["check", path, "--format", "json"]).paths();
    assert_eq!(paths("."), ["build/b.py", "c.py", "case.py", "d.py", "e.py", "top/kept/yes/in.py"]);
    // What stands above the named folder holds as well.
    assert_eq!(paths("top/kept"), ["yes/in.py"]);
}

#[test]
fn select_leaves_the_other_rules_out() {
    let folder = Folder::new("select").with("app.py", BLOCKED);
    let report = folder.run(&["check", ".", "--select", "c6,F1", "--format", "json"]).exits_with(0).report();
    assert_eq!(report.rules.iter().map(|rule| rule.rule).collect::<Vec<_>>(), [Rule::C6, Rule::F1]);
    let wrong = folder.run(&["check", ".", "--select", "C10"]).exits_with(2);
    assert!(wrong.err.contains("there is no rule `C10`: the rules are C1 to C9"), "{}", wrong.err);
}

#[test]
fn settings_switch_rules_off_and_select_has_the_last_word() {
    let folder = Folder::new("settings")
        .with("app.py", BLOCKED)
        .with("off.toml", "off = [\"C5\"]\n")
        .with("low.toml", "[severity]\nC5 = \"low\"\n");
    folder.run(&["check", "app.py", "--settings", "off.toml"]).exits_with(0);
    folder.run(&["check", "app.py", "--settings", "off.toml", "--select", "C5"]).exits_with(1);
    let low = folder.run(&["check", "app.py", "--settings", "low.toml"]).exits_with(1);
    assert!(low.out.contains("low[C5]"), "{}", low.out);
}

#[test]
fn the_nearest_settings_hold_within_the_repository() {
    let folder = Folder::new("nearest_settings")
        .with(".git/HEAD", "")
        .with("rubric.toml", "off = [\"C5\"]\n")
        .with("app/app.py", BLOCKED)
        .with("other/rubric.toml", "[severity]\nC5 = \"low\"\n")
        .with("other/app.py", BLOCKED)
        .with("vendored/.git/HEAD", "")
        .with("vendored/app.py", BLOCKED);
    folder.run(&["check", "app/app.py"]).exits_with(0);
    folder.run(&["check", "app"]).exits_with(0);
    let low = folder.run(&["check", "other"]).exits_with(1);
    assert!(low.out.contains("low[C5]"), "{}", low.out);
    folder.run(&["check", "vendored"]).exits_with(1);
}

#[test]
fn wrong_settings_are_refused_with_file_and_line() {
    let folder = Folder::new("wrong_settings")
        .with("app.py", "")
        .with("unknown.toml", "tenant_key = \"app_id\"\ntenantkey = \"x\"\n")
        .with("type.toml", "\n\noff = \"C5\"\n")
        .with("rule.toml", "off = [\"C5\",\n  \"C10\"]\n")
        .with("broken.toml", "off = [\n");
    let refused = |file: &str| folder.run(&["check", "app.py", "--settings", file]).exits_with(2).err;
    for (file, place, reason) in [
        ("unknown.toml", "unknown.toml:2:1: ", "tenantkey"),
        ("type.toml", "type.toml:3:7: ", "this must be a list, as in"),
        ("rule.toml", "rule.toml:2:3: ", "there is no rule `C10`: the rules are C1 to C9"),
        ("broken.toml", "broken.toml:", "array"),
        ("absent.toml", "absent.toml: the settings cannot be read", "No such file"),
    ] {
        let message = refused(file);
        assert!(
            message.starts_with("rubric: ") && message.contains(place) && message.contains(reason),
            "{message}"
        );
    }
}

#[test]
fn what_cannot_run_exits_with_2_and_says_what_to_do() {
    let folder = Folder::new("cannot_run").with("empty/notes.txt", "").with("binary/a.py", b"\x00");
    let absent = folder.run(&["check", "absent"]).exits_with(2);
    assert_eq!(absent.err, "rubric: absent: there is no such file or folder\n");
    let empty = folder.run(&["check", "empty"]).exits_with(2);
    assert!(empty.err.contains("nothing to check under empty: rules read Python"), "{}", empty.err);
    let binary = folder.run(&["check", "binary"]).exits_with(2);
    assert!(binary.err.contains("a.py: the file is not text"), "{}", binary.err);
    let foreign = folder.run(&["check", "empty/notes.txt"]).exits_with(2);
    assert!(foreign.err.contains("empty/notes.txt: no rule reads files of this kind"), "{}", foreign.err);
    let blank = folder.run_with_input(&["check", "-"], "\n").exits_with(2);
    assert_eq!(blank.err, "rubric: the standard input is empty, so there is nothing to check\n");
    let help = folder.run(&["check", "--help"]).exits_with(0).out;
    for part in
        ["0  nothing was found", "1  something was found", "2  it could not run", "a PATH is not there"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
    folder.run(&["check"]).exits_with(2);
    folder.run(&[]).exits_with(2);
    folder.run(&["chekc", "."]).exits_with(2);
}

#[test]
fn what_comments_silence_is_told_in_every_format_and_is_no_go() {
    let silenced = BLOCKED.replace("sleep(1)", "sleep(1)  # rubric: ignore[C5] it is a demonstration");
    let folder = Folder::new("silenced").with("app.py", silenced);
    let of = |format: &str| folder.run(&["check", ".", "--format", format]).exits_with(0).out;
    let text = of("text");
    assert!(text.contains("high[C5] app.py:5: `time.sleep`"), "{text}");
    assert!(text.contains("= why: it is a demonstration"), "{text}");
    assert!(text.contains("Rules silenced by comments: C5 · not seen: C1 "), "{text}");
    assert!(text.ends_with("1 file: 0 findings, 0 questions, 1 silenced by a comment\n"), "{text}");
    for format in ["json", "sarif", "github", "markdown", "audit"] {
        assert!(of(format).contains("it is a demonstration"), "{format}: {}", of(format));
    }
    // GitLab's document has findings alone.
    let gitlab = folder.run(&["check", ".", "--format", "gitlab"]).exits_with(0);
    assert_eq!(gitlab.out, "[]\n");
    assert!(gitlab.err.contains("it leaves out 1 finding that comments silence\n"), "{}", gitlab.err);
    let audit = of("audit");
    assert!(
        audit.starts_with("GO, leaving out 1 blocking item silenced by comments: nothing else"),
        "{audit}"
    );
    assert!(audit.contains("\n- HIGH C5 `app.py:5`: it is a demonstration\n"), "{audit}");
}

#[test]
fn an_audit_of_a_part_says_what_its_go_is_about() {
    let folder = Folder::new("part")
        .with("app.py", BLOCKED)
        .with("off.toml", "off = [\"C5\"]\n")
        .with("low.toml", "severity.C5 = \"low\"\n")
        .with(
            "broken/app.py",
            "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5)\n",
        )
        .with("broken/other.py", "def broken(:\n")
        .with(
            "binary/app.py",
            "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5)\n",
        )
        .with("binary/other.py", b"\x00");
    let verdict = |arguments: &[&str]| {
        let run = folder.run(&[&["check", "--format", "audit"], arguments].concat());
        run.out.lines().find(|line| line.contains("GO")).unwrap().to_owned()
    };
    assert!(verdict(&["app.py"]).starts_with("NO-GO: 1 blocking item"));
    let off = verdict(&["app.py", "--settings", "off.toml"]);
    assert!(off.starts_with("GO / NO-GO: open, since nothing in what was given"), "{off}");
    assert!(off.contains("27 of 28 rules checked"), "{off}");
    let low = verdict(&["app.py", "--settings", "low.toml"]);
    assert!(low.starts_with("GO: ") && low.contains("1 rule with a severity of your settings"), "{low}");
    let selected = verdict(&["binary/app.py", "--select", "F1,C5"]);
    assert!(selected.starts_with("GO for what was checked: "), "{selected}");
    assert!(selected.contains("2 of 28 rules checked, 1 of them"), "{selected}");
    for folder in ["broken", "binary"] {
        let told = verdict(&[folder]);
        assert!(told.starts_with("GO / NO-GO: open, since not all of it could be read ("), "{told}");
        assert!(told.contains("1 file not read as it stands"), "{told}");
    }
}

#[test]
fn rules_are_listed() {
    let folder = Folder::new("rules");
    let text = folder.run(&["rules"]).exits_with(0).out;
    let json = folder.run(&["rules", "--format", "json"]).exits_with(0).out;
    let listed: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(listed.len(), 28);
    for (rule, entry) in Rule::ALL.into_iter().zip(&listed) {
        assert_eq!(entry["rule"], rule.id());
        let title = entry["title"].as_str().unwrap();
        let line = text.lines().find(|line| line.trim_start().starts_with(rule.id())).unwrap();
        assert!(line.contains(title), "{line}");
        assert_eq!(line.contains("not checked yet"), entry["checked"] == false, "{line}");
        assert!(!entry["violating"][0]["text"].as_str().unwrap().is_empty());
        assert!(entry["accuracy"]["right"].is_u64(), "{line}");
    }
}

#[test]
fn one_rule_is_printed() {
    let folder = Folder::new("rule");
    let text = folder.run(&["rule", "c5"]).exits_with(0).out;
    for part in [
        "C5: ",
        "Concurrency · up to high",
        "Why\n",
        "What the checker cannot see\n",
        "How right it is\n",
        "Conforming\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(folder.run(&["rule", "X1"]).exits_with(2).err.contains("there is no rule `X1`"));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = Folder::new("pipe").with("app.py", BLOCKED.repeat(2_000));
    let mut child = Command::new(env!("CARGO_BIN_EXE_rubric"))
        .args(["check", "."])
        .current_dir(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Run::of(child.wait_with_output().unwrap()).exits_with(1);
}

#[test]
fn every_format_is_printed_with_paths_from_where_the_command_was_started() {
    let folder = Folder::new("formats").with("backend/app.py", BLOCKED);
    let run = |format: &str| {
        let arguments = ["check", "backend", "--format", format, "--page", "https://rubric.example/"];
        folder.run(&arguments).exits_with(1).out
    };
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "backend/app.py");
    let gitlab: serde_json::Value = serde_json::from_str(&run("gitlab")).unwrap();
    assert_eq!(gitlab[0]["location"]["path"], "backend/app.py");
    assert!(run("github").starts_with("::"), "{}", run("github"));
    assert!(run("github").contains(" file=backend/app.py,line=5,col=5,"), "{}", run("github"));
    assert!(run("markdown").contains("[C5](https://rubric.example/#/rules/C5)"), "{}", run("markdown"));
    assert!(run("markdown").contains("`backend/app.py:5` in `reply`"), "{}", run("markdown"));
    assert!(run("audit").contains("\n- file: `backend/app.py:5`\n"), "{}", run("audit"));
    let wrong = folder.run(&["check", "backend", "--page", "javascript:alert(1)"]).exits_with(2);
    assert!(wrong.err.contains("begins with https://"), "{}", wrong.err);
}

/// A repository with a patch applied: the added line 6 blocks as line 5 did before.
fn patched(test: &str) -> Folder {
    Folder::new(test)
        .with(".git/HEAD", "")
        .with("app/chat.py", format!("{BLOCKED}    time.sleep(2)\n    return 1\n"))
        .with("README.md", "Hello\n")
}

const PATCH: &str = "diff --git a/app/chat.py b/app/chat.py\nindex 1..2 100644\n--- a/app/chat.py\n+++ b/app/chat.py\n\
                     @@ -4,3 +4,4 @@ import time\n async def reply():\n     time.sleep(1)\n+    time.sleep(2)\n     return 1\n";

#[test]
fn a_diff_narrows_the_findings_to_the_lines_that_it_adds() {
    let folder = patched("diff").with("change.patch", PATCH);
    let run = folder.run(&["check", ".", "--diff", "change.patch"]).exits_with(1);
    assert!(run.out.contains("--> app/chat.py:6:5"), "{}", run.out);
    assert!(!run.out.contains("chat.py:5:5"), "{}", run.out);
    assert!(run.out.ends_with("\n1 finding on unchanged lines not shown; --all shows them\n"), "{}", run.out);

    let all = folder.run(&["check", "--all", "--diff", "change.patch"]).exits_with(1).out;
    let (first, rest) = all.split_once("\nOn lines that the patch does not add:\n").unwrap();
    assert!(first.contains("chat.py:6:5") && rest.contains("chat.py:5:5"), "{all}");

    let run = folder.run(&["check", "--diff", "change.patch", "--format", "json"]).exits_with(1);
    assert_eq!(run.report().findings.len(), 1);
    assert!(run.err.contains("1 finding on unchanged lines not shown"), "{}", run.err);
    let all = folder.run(&["check", "--all", "--diff", "change.patch", "--format", "json"]).exits_with(1);
    assert_eq!(all.report().findings.len(), 2);

    // A rule counts as violated where a finding of it is shown.
    let folder = patched("diff_statuses").with("change.patch", PATCH).with(
        "app/other.py",
        "from fastapi import FastAPI\nimport requests\n\napp = FastAPI()\n\n\n@app.get('/a')\ndef a():\n    return requests.get('http://b').json()\n",
    );
    let violated = |arguments: &[&str]| {
        let arguments = [&["check", ".", "--format", "json"], arguments].concat();
        let violated = |report: Report| report.with_status(Status::Violated);
        let rules: Vec<&str> = violated(folder.run(&arguments).report()).into_iter().map(Rule::id).collect();
        rules.join(" ")
    };
    assert!(violated(&[]).starts_with("C5 F1"), "{}", violated(&[]));
    assert_eq!(violated(&["--diff", "change.patch"]), "C5");
    assert_eq!(violated(&["--diff", "change.patch", "--all"]), violated(&[]));
    let text = folder.run(&["check", ".", "--diff", "change.patch"]).exits_with(1).out;
    assert!(text.contains("Rules violated: C5 · "), "{text}");
}

#[test]
fn an_audit_of_a_patch_is_of_the_lines_that_it_adds() {
    let folder = patched("diff_audit")
        .with("mild.patch", PATCH.replace("time.sleep(2)", "await wait()"))
        .with("app/chat.py", format!("{BLOCKED}    await wait()\n    return 1\n"));
    let verdict =
        |patch: &str| folder.run_with_input(&["check", ".", "--diff", "-", "--format", "audit"], patch);
    let mild = fs::read_to_string(folder.0.join("mild.patch")).unwrap();
    let run = verdict(&mild).exits_with(0);
    assert!(run.out.contains("of the patch only what concerns the 1 line that it adds"), "{}", run.out);
    assert!(!run.out.starts_with("GO: "), "{}", run.out);
    let none = verdict("").exits_with(0);
    assert!(none.out.starts_with("GO / NO-GO: open, since the patch adds nothing"), "{}", none.out);
    assert!(none.err.contains("the patch adds no line to the checked files"), "{}", none.err);
}

#[test]
fn a_diff_is_found_from_any_folder_with_and_without_prefixes_and_through_the_standard_input() {
    let folder = patched("diff_places");
    let without = PATCH.replace(" a/", " ").replace(" b/", " ");
    for patch in [PATCH.to_owned(), without.clone(), PATCH.replace('\n', "\r\n")] {
        let run = folder.run_with_input(&["check", ".", "--diff", "-"], &patch).exits_with(1);
        assert!(run.out.contains("chat.py:6:5") && !run.out.contains("chat.py:5:5"), "{}", run.out);
    }
    let inner = Folder(folder.0.join("app"));
    inner.run_with_input(&["check", ".", "--diff", "-"], PATCH).exits_with(1);
    let relative = without.replace("app/chat.py", "chat.py");
    inner.run_with_input(&["check", "chat.py", "--diff", "-"], &relative).exits_with(1);
    // Only the lines count: no context, and a patch of nothing that is checked.
    let bare = "--- a/app/chat.py\n+++ b/app/chat.py\n@@ -5,0 +6 @@\n+    time.sleep(2)\n";
    folder.run_with_input(&["check", "--diff", "-"], bare).exits_with(1);
    let other = "--- a/README.md\n+++ b/README.md\n@@ -0,0 +1 @@\n+Hello\n";
    let run = folder.run_with_input(&["check", ".", "--diff", "-"], other).exits_with(0);
    assert!(run.out.contains("2 findings on unchanged lines not shown"), "{}", run.out);
    folder.run_with_input(&["check", ".", "--diff", "-"], "").exits_with(0);
}

#[test]
fn a_finding_that_rests_on_an_added_line_is_one_of_the_patch() {
    let folder = Folder::new("diff_evidence")
        .with("a.py", "from b import load\n\n\nasync def reply():\n    return load()\n")
        .with("b.py", "import time\n\n\ndef load():\n    time.sleep(1)\n");
    let patch = "--- a/b.py\n+++ b/b.py\n@@ -4,2 +4,2 @@\n def load():\n-    pass\n+    time.sleep(1)\n";
    let run = folder.run_with_input(&["check", ".", "--diff", "-", "--select", "C5"], patch).exits_with(1);
    assert!(run.out.contains("--> a.py:5:12"), "{}", run.out);
}

#[test]
fn a_diff_of_renamed_new_and_deleted_files() {
    let folder = Folder::new("diff_files").with("new.py", BLOCKED).with("moved/to.py", BLOCKED);
    let added: String = BLOCKED.lines().map(|line| format!("+{line}\n")).collect();
    let patch = format!(
        "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,5 @@\n{added}\
         diff --git a/from.py b/moved/to.py\nsimilarity index 90%\nrename from from.py\nrename to moved/to.py\n\
         --- a/from.py\n+++ b/moved/to.py\n@@ -5 +5 @@ async def reply():\n-    time.sleep(9)\n+    time.sleep(1)\n\
         \\ No newline at end of file\n\
         diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    );
    let run = folder.run_with_input(&["check", ".", "--diff", "-", "--format", "json"], &patch).exits_with(1);
    let report = run.report();
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(found, ["moved/to.py", "new.py"]);
}

#[test]
fn a_diff_that_does_not_fit_says_what_to_do() {
    let folder = patched("diff_misfit");
    let refused =
        |patch: &str| folder.run_with_input(&["check", ".", "--diff", "-"], patch).exits_with(2).err;
    let other = refused(&PATCH.replace("sleep(2)", "sleep(3)"));
    assert!(
        other.contains("for app/chat.py:6 it says `time.sleep(3)`, but the file has `time.sleep(2)`"),
        "{other}"
    );
    assert!(other.contains("applied"), "{other}");
    let beyond = refused(&PATCH.replace("+4,4", "+400,4"));
    assert!(beyond.contains("app/chat.py:400") && beyond.contains("the file ends before it"), "{beyond}");
    let absent = refused(&PATCH.replace("chat.py", "chap.py"));
    assert!(absent.contains("app/chap.py: there is no such file: start the command where"), "{absent}");
    let unnamed = refused("@@ -1 +1,3 @@\n import time\n+x\n+\n");
    assert!(unnamed.contains("line 1 of the patch: what stands here names no file"), "{unnamed}");
    let reversed = format!("{PATCH}@@ -1 +1 @@\n-x\n+import time\n");
    assert!(
        refused(&reversed).contains("line 10 of the patch: this hunk begins before"),
        "{}",
        refused(&reversed)
    );
    let damaged = refused(&PATCH.replace("-4,3", "-a,b"));
    assert!(damaged.contains("line 5 of the patch: this heading of a hunk cannot be read"), "{damaged}");
    let context = refused("*** a/x.py\n--- b/x.py\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n");
    assert!(context.contains("line 1 of the patch: is a context diff"), "{context}");
    let cut = refused(&PATCH[..PATCH.len() - 14]);
    assert!(cut.contains("line 5 of the patch: the patch is cut here"), "{cut}");
    assert!(refused("x = 1\n").contains("no unified diff"), "{}", refused("x = 1\n"));
    let absent = folder.run(&["check", ".", "--diff", "absent.patch"]).exits_with(2).err;
    assert!(absent.contains("absent.patch: the patch cannot be read"), "{absent}");
    let twice = folder.run(&["check", "-", "--diff", "-"]).exits_with(2).err;
    assert!(twice.contains("standard input"), "{twice}");
    // A file that is there but was not given is said, and is no failure.
    let narrow = folder.run_with_input(&["check", "README.md", "--diff", "-"], PATCH);
    assert!(narrow.err.contains("app/chat.py is not among the checked files"), "{}", narrow.err);
}

// Why not?

const PLAIN: &str = "import time\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/a')\ndef report():\n    time.sleep(1)\n";

#[test]
fn why_explains_a_line_with_its_conditions() {
    let folder = Folder::new("why-line").with("app/main.py", PLAIN);
    let run = folder.run(&["why", "app/main.py:9"]).exits_with(0);
    for part in [
        "app/main.py:9: time.sleep(1)",
        "in `report` (line 8): def, route handler GET /a",
        "runs: in a thread pool",
        "+ the call waits, and holds its thread: met; `time.sleep` sleeps",
        "- it runs on the event loop: not met; `report` is a plain `def` route handler",
        "Nothing on this line is of a kind that these rules look at: C1,",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn why_takes_the_files_beside_the_line() {
    let folder = Folder::new("why-files")
        .with("app/main.py", "from app.work import load\n\n\nasync def feed():\n    return load()\n")
        .with("app/work.py", BLOCKED.replace("async ", "").replace("reply", "load"));
    let alone = folder.run(&["why", "app/main.py:5", "--rule", "C5"]).exits_with(0);
    assert!(alone.out.contains("that module was not given"), "{}", alone.out);
    for places in [["app/main.py:5", "."], ["app/main.py:5", "app"], ["./app/main.py:5", "."]] {
        let run = folder.run(&["why", places[0], places[1], "--rule", "C5"]).exits_with(0);
        assert!(
            run.out.contains("reaches `time.sleep` (app/work.py, line 5)")
                || run.out.contains("reaches `time.sleep` (work.py, line 5)"),
            "{}",
            run.out
        );
    }
}

#[test]
fn why_explains_a_rule_over_all_files() {
    let folder = Folder::new("why-rule").with("main.py", PLAIN);
    let run = folder.run(&["why", "--rule", "C5", "."]).exits_with(0);
    assert!(run.out.contains("main.py:9: time.sleep(1) · a call that holds the event loop"), "{}", run.out);
    let run = folder.run(&["why", "--rule", "O4", "."]).exits_with(0);
    assert!(run.out.contains("What the checker cannot see"), "{}", run.out);
}

#[test]
fn why_writes_the_explanation_as_json() {
    use rubric_playground::explanation::{Explanation, Runs};
    let folder = Folder::new("why-json").with("main.py", PLAIN);
    let run = folder.run(&["why", "main.py:9", "--format", "json"]).exits_with(0);
    let explanation: Explanation = serde_json::from_str(&run.out).unwrap();
    assert_eq!(explanation.line.unwrap().runs, Runs::ThreadPool);
}

#[test]
fn why_refuses_what_asks_nothing() {
    let folder = Folder::new("why-wrong").with("main.py", PLAIN).with("empty.py", "");
    assert!(folder.run(&["why", "main.py"]).exits_with(2).err.contains("say a line"));
    assert!(folder.run(&["why", "main.py:1", "main.py:2"]).exits_with(2).err.contains("one line"));
    folder.run(&["why", "gone.py:1"]).exits_with(2);
    for (place, told) in [
        ("main.py:999", "main.py has no line 999: its lines are 1 to 9"),
        ("main.py:10", "main.py has no line 10: its lines are 1 to 9"),
        ("main.py:0", "main.py has no line 0: its lines are 1 to 9"),
        ("empty.py:1", "empty.py is empty, so there is no line 1 to explain"),
        ("gone.py:1", "gone.py: there is no such file or folder"),
    ] {
        let run = folder.run(&["why", place]).exits_with(2);
        assert_eq!((run.err.as_str(), run.out.as_str()), (format!("rubric: {told}\n").as_str(), ""));
    }
    // A place is taken as reports write it.
    assert!(folder.run(&["why", "main.py:9:5"]).exits_with(0).out.contains("main.py:9: time.sleep(1)"));
    folder.run(&["why", "main.py:1", "--rule", "Z9"]).exits_with(2);
}

#[test]
fn fixes_are_written_into_the_files_and_the_report_is_of_what_they_are_then() {
    let folder = Folder::new("fixes")
        .with("app/load.py", "import requests\n\n\ndef load(url):\n    return requests.get(url)\n")
        .with("app/latin.py", b"import requests\n\n\ndef other(url):\n    return requests.get(url)  # \xe9\n")
        .with("app/clean.py", "x = 1\n");
    let run = folder.run(&["check", "app", "--select", "F1", "--fix"]);
    let read = |path: &str| fs::read(folder.0.join(path)).unwrap();
    assert_eq!(
        String::from_utf8(read("app/load.py")).unwrap(),
        "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=10)\n"
    );
    // What is not written back byte for byte is left as it is, and still reported.
    assert!(read("app/latin.py").ends_with(b"requests.get(url)  # \xe9\n"));
    assert!(run.err.contains("1 finding fixed in 1 file"), "{}", run.err);
    assert!(run.out.contains("latin.py") && !run.out.contains("load.py"), "{}", run.out);
    assert_eq!(run.code, 1);

    let again = folder.run(&["check", "app/load.py", "--select", "F1", "--fix"]);
    assert!(again.err.contains("nothing was fixed"), "{}", again.err);
    assert_eq!(again.code, 0);
}

#[test]
fn what_comes_from_the_standard_input_is_not_fixed_and_a_patch_is_refused() {
    let folder = Folder::new("fixes_of_input");
    let run = folder.run_with_input(
        &["check", "-", "--select", "F1", "--fix"],
        "import requests\n\n\ndef load(url):\n    return requests.get(url)\n",
    );
    assert!(run.err.contains("nothing was fixed"), "{}", run.err);
    assert_eq!(run.code, 1);
    assert_eq!(folder.run(&["check", ".", "--fix", "--diff", "-"]).code, 2);
}

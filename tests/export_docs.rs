//! `rubric export-docs`, run as its users run it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rubric_playground::report::{Rule, Section};

/// A folder of its own for a test, empty at first.
fn folder(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export-docs").join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubric"));
    command.arg("export-docs").args(arguments).current_dir(folder).output().unwrap()
}

#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refuses(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn every_rule_has_a_page_with_its_pair_and_its_findings() {
    let folder = folder("html");
    let said = succeeds(&folder, &["--output", "site", "--playground", "https://rubric.example/play/"]);
    assert_eq!(said, "30 files written to site\n");
    let site = folder.join("site");
    let index = fs::read_to_string(site.join("index.html")).unwrap();
    for section in Section::ALL {
        assert!(index.contains(&format!(">{}</h2>", section.title())));
    }
    for rule in Rule::ALL {
        assert!(index.contains(&format!("href=\"{rule}.html\"")), "{rule} is in the index");
        let page = fs::read_to_string(site.join(format!("{rule}.html"))).unwrap();
        let violating = page.split("side-violating").nth(1).unwrap();
        let (violating, conforming) = violating.split_once("side-conforming").unwrap();
        assert!(
            violating.contains("<mark class=\"finding-mark finding-"),
            "{rule} has its findings drawn in"
        );
        assert!(violating.contains(&format!("<b>{rule}</b>")), "{rule} has its findings told");
        assert!(!conforming.contains("<mark"), "nothing is found in what conforms to {rule}");
        assert!(page.contains(&format!("href=\"https://rubric.example/play/#/rules/{rule}\"")), "{rule}");
    }
}

#[test]
fn the_pages_are_the_same_every_time_and_those_of_an_earlier_run_are_replaced() {
    let folder = folder("again");
    succeeds(&folder, &["--format", "markdown", "--output", "pages"]);
    let page = folder.join("pages/C5.md");
    let first = fs::read_to_string(&page).unwrap();
    assert!(first.contains("^^^") && first.contains("1. **high** C5: "), "{first}");
    fs::write(folder.join("pages/mine.md"), "mine").unwrap();
    fs::write(&page, "old").unwrap();
    succeeds(&folder, &["--format", "markdown", "--output", "pages"]);
    assert_eq!(fs::read_to_string(&page).unwrap(), first);
    succeeds(&folder, &["--format", "html", "--output", "pages"]);
    assert!(!page.exists() && folder.join("pages/C5.html").exists(), "the other form takes its place");
    assert_eq!(fs::read_to_string(folder.join("pages/mine.md")).unwrap(), "mine");
}

#[test]
fn what_is_not_ours_is_never_touched() {
    let folder = folder("not-ours");
    fs::create_dir(folder.join("docs")).unwrap();
    fs::write(folder.join("docs/mine.md"), "mine").unwrap();
    let said = refuses(&folder, &["--output", "docs"]);
    assert!(said.contains("docs: the folder is not empty and was not written by"), "{said}");
    let said = refuses(&folder, &["--output", "docs/mine.md"]);
    assert!(said.contains("docs/mine.md: this is a file"), "{said}");
    assert_eq!(fs::read_dir(folder.join("docs")).unwrap().count(), 1);

    succeeds(&folder, &["--format", "markdown", "--output", "ours"]);
    fs::write(folder.join("ours/index.html"), "mine").unwrap();
    let said = refuses(&folder, &["--output", "ours"]);
    assert!(said.contains("a file index.html that 'rubric export-docs' did not write"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("ours/index.html")).unwrap(), "mine");
}

#[test]
fn what_cannot_be_written_is_said_with_its_place() {
    let folder = folder("unwritable");
    // A folder where a page has to go: this fails for every user, root included.
    fs::create_dir_all(folder.join("docs")).unwrap();
    fs::write(folder.join("docs/.rubric-docs.json"), "{\"rubric\":\"0\",\"files\":[\"C5.html\"]}").unwrap();
    fs::create_dir(folder.join("docs/C5.html")).unwrap();
    let said = refuses(&folder, &["--output", "docs"]);
    assert!(said.contains("docs/C5.html: cannot be written: "), "{said}");
    fs::write(folder.join("docs/.rubric-docs.json"), "{").unwrap();
    let said = refuses(&folder, &["--output", "docs"]);
    assert!(
        said.contains(".rubric-docs.json, which names what an earlier run wrote, cannot be read"),
        "{said}"
    );
    let said = refuses(&folder, &["--output", "new", "--playground", "rubric.example"]);
    assert!(said.contains("begins with https://"), "{said}");
    assert!(!folder.join("new").exists());
}

/// What a list of an earlier run names outside the folder stays.
#[test]
fn a_list_that_was_tampered_with_removes_nothing_outside() {
    let folder = folder("outside");
    fs::create_dir_all(folder.join("docs")).unwrap();
    fs::write(folder.join("mine"), "mine").unwrap();
    fs::write(folder.join("docs/.rubric-docs.json"), "{\"rubric\":\"0\",\"files\":[\"../mine\"]}").unwrap();
    succeeds(&folder, &["--output", "docs"]);
    assert!(folder.join("mine").exists());
}

#[test]
fn pages_that_lead_into_no_playground_are_told() {
    let folder = folder("no-playground");
    for format in ["html", "markdown"] {
        let output = run(&folder, &["--format", format, "--output", format]);
        assert!(output.status.success());
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "The pages lead into no playground: say where one is with '--playground URL'\n"
        );
        let output =
            run(&folder, &["--format", format, "--output", format, "--playground", "https://a.example/"]);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        let name = if format == "html" { "C5.html" } else { "C5.md" };
        let page = fs::read_to_string(folder.join(format).join(name)).unwrap();
        let link = match format {
            "html" => page
                .split("\">Try C5 in the playground</a>")
                .next()
                .and_then(|text| text.rsplit("href=\"").next()),
            _ => page.split("[Try C5 in the playground](").nth(1).and_then(|text| text.split(')').next()),
        };
        let link = link.unwrap();
        assert!(link.starts_with("https://a.example/#/link?1"), "what is to be tried is open there: {link}");
    }
}

//! Reads each rule's folder: `rule.md`, the violating and conforming examples, and the expected findings.
//!
//! What names a rule becomes a static table; what there is to read of it becomes JSON, which the page loads later.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    section: String,
    severity: String,
    effort: String,
    needs: String,
    checked: bool,
}

/// A rule's table in `accuracy.toml`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accuracy {
    right: u32,
    noisy: u32,
    arguable: u32,
    raised: u32,
    found: u32,
}

/// What becomes JSON has the fields of the types of the same names in `src/catalogue/readings.rs`.
#[derive(Serialize)]
struct Readings {
    rules: Vec<Reading>,
    samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Reading {
    texts: Vec<Text>,
    violating: Vec<Example>,
    conforming: Vec<Example>,
    expected: String,
}

#[derive(Serialize)]
struct Text {
    heading: String,
    markdown: String,
    html: String,
}

#[derive(Serialize)]
struct Example {
    path: String,
    text: String,
}

#[derive(Serialize)]
struct Sample {
    name: String,
    title: String,
    files: Vec<Example>,
}

/// The table of rules as Rust, and what there is to read as JSON.
pub struct Generated {
    pub code: String,
    pub json: String,
    /// What the page's copy of the JSON is called: by its content, so that no cache gives an older one.
    pub file_name: String,
    /// The rules' folders, in the rubric's order.
    pub folders: Vec<PathBuf>,
}

const HEADINGS: [&str; 4] = ["What", "Why", "What to do", "What the checker cannot see"];

pub fn generate(rules: &Path) -> Result<Generated, String> {
    let mut folders: Vec<PathBuf> =
        entries(rules)?.into_iter().filter(|path| path.join("rule.md").is_file()).collect();
    folders.sort_by_key(|path| order(&name(path)));
    let measured = rules.join("accuracy.toml");
    let accuracy: BTreeMap<String, Accuracy> =
        toml::from_str(&read(&measured)?).map_err(|error| format!("{}: {error}", measured.display()))?;
    let mut code = String::from("pub static ENTRIES: &[Entry] = &[\n");
    let mut readings = Readings { rules: Vec::new(), samples: Vec::new() };
    for folder in &folders {
        readings.rules.push(entry(folder, &accuracy, &mut code)?);
    }
    let samples = rules.join("samples");
    if samples.is_dir() {
        for folder in entries(&samples)?.into_iter().filter(|path| path.is_dir()) {
            let title = read(&folder.join("title.txt"))?.trim().to_owned();
            let files: Vec<PathBuf> =
                walk(&folder)?.into_iter().filter(|path| !path.ends_with("title.txt")).collect();
            readings.samples.push(Sample { name: name(&folder), title, files: examples(&folder, &files)? });
        }
    }
    let titles: Vec<&str> = readings.samples.iter().map(|sample| sample.title.as_str()).collect();
    let json = serde_json::to_string(&readings).map_err(|error| error.to_string())?;
    let file_name = crate::file_name("catalogue", &json);
    let _ = write!(
        code,
        "];\n\n/// The titles of the samples, in their order: the page names them before they are there to read.\n\
         pub static SAMPLE_TITLES: &[&str] = &{titles:?};\n\n\
         /// What the page's file with all there is to read is called, beside the page.\n\
         pub const FILE_NAME: &str = {file_name:?};\n"
    );
    Ok(Generated { code, json, file_name, folders })
}

/// The rubric's order: section C, F, I, O, then the number.
fn order(folder: &str) -> (u8, u32) {
    let digits: String = folder[1..].chars().take_while(char::is_ascii_digit).collect();
    (folder.as_bytes()[0], digits.parse().unwrap_or(u32::MAX))
}

fn entry(folder: &Path, accuracy: &BTreeMap<String, Accuracy>, code: &mut String) -> Result<Reading, String> {
    let path = folder.join("rule.md");
    let text = read(&path)?;
    let fail = |line: usize, message: &str| format!("{}:{line}: {message}", path.display());
    let rest =
        text.strip_prefix("---\n").ok_or_else(|| fail(1, "the front matter must start with a line '---'"))?;
    let (front, body) =
        rest.split_once("\n---\n").ok_or_else(|| fail(1, "the front matter must end with a line '---'"))?;
    // TOML would want quotes around every value; the front matter is plain `key: value` lines.
    let quoted: String = front
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((key, value)) if value == "true" || value == "false" => format!("{key} = {value}\n"),
            Some((key, value)) => format!("{key} = {value:?}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let front: FrontMatter = toml::from_str(&quoted).map_err(|error| {
        let line = error.span().map_or(1, |span| quoted[..span.start].lines().count().max(1));
        fail(line + 1, error.message())
    })?;
    let folder_name = name(folder);
    if folder_name.split('_').next() != Some(front.id.to_ascii_lowercase().as_str()) {
        return Err(fail(2, &format!("id {} does not match the folder {folder_name}", front.id)));
    }
    let one_of = |value: &str, allowed: &[&str]| {
        if allowed.contains(&value) {
            Ok(())
        } else {
            Err(fail(2, &format!("'{value}' is none of {}", allowed.join(", "))))
        }
    };
    one_of(&front.section, &["concurrency", "fault tolerance", "isolation", "operations"])?;
    one_of(&front.severity, &["low", "medium", "high", "critical"])?;
    one_of(&front.effort, &["small", "medium", "large"])?;
    one_of(&front.needs, &["snippet", "several files", "deployment files"])?;

    let mut parts = body.split("\n## ");
    let summary = parts.next().unwrap_or_default().trim().to_owned();
    if summary.is_empty() || summary.contains('\n') {
        return Err(fail(front_lines(&text), "one line that sums the rule up must follow the front matter"));
    }
    let parts: Vec<(&str, &str)> = parts.map(|part| part.split_once('\n').unwrap_or((part, ""))).collect();
    let headings: Vec<&str> = parts.iter().map(|(heading, _)| heading.trim()).collect();
    if headings != HEADINGS {
        return Err(fail(
            front_lines(&text),
            &format!("the headings must be {}, not {}", HEADINGS.join(", "), headings.join(", ")),
        ));
    }
    let texts = parts
        .iter()
        .map(|(heading, markdown)| Text {
            heading: heading.trim().to_owned(),
            markdown: markdown.trim().to_owned(),
            html: render(markdown),
        })
        .collect();
    let expected = folder.join("expected.txt");
    let expected = if expected.is_file() { read(&expected)? } else { String::new() };
    let Accuracy { right, noisy, arguable, raised, found } =
        accuracy.get(&front.id).cloned().unwrap_or_default();
    let _ = writeln!(
        code,
        "Entry {{ rule: Rule::{}, name: {folder_name:?}, title: {:?}, severity: Severity::{}, effort: Effort::{}, needs: Needs::{}, \
         checked: {}, summary: {summary:?}, summary_html: {:?}, accuracy: Accuracy {{ right: {right}, noisy: {noisy}, \
         arguable: {arguable}, raised: {raised}, found: {found} }} }},",
        front.id,
        front.title,
        upper_camel(&front.severity),
        upper_camel(&front.effort),
        upper_camel(&front.needs),
        front.checked,
        render(&summary),
    );
    Ok(Reading {
        texts,
        violating: side(folder, "violating")?,
        conforming: side(folder, "conforming")?,
        expected,
    })
}

fn front_lines(text: &str) -> usize {
    text.lines().skip(1).take_while(|line| *line != "---").count() + 3
}

/// The files of one side of the pair: a folder of that name, or one file with that stem.
fn side(folder: &Path, stem: &str) -> Result<Vec<Example>, String> {
    let inner = folder.join(stem);
    if inner.is_dir() {
        let files = walk(&inner)?;
        return examples(&inner, &files);
    }
    let files: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|path| {
            let name = name(path);
            path.is_file() && (name == stem || name.starts_with(&format!("{stem}.")))
        })
        .collect();
    if files.len() != 1 {
        return Err(format!(
            "{}: there must be one file or one folder called '{stem}', not {}",
            folder.display(),
            files.len()
        ));
    }
    examples(folder, &files)
}

fn examples(base: &Path, files: &[PathBuf]) -> Result<Vec<Example>, String> {
    files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(base).unwrap_or(file).to_string_lossy().replace('\\', "/");
            Ok(Example { path, text: read(file)? })
        })
        .collect()
}

fn walk(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(walk(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| error.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn upper_camel(words: &str) -> String {
    words.split(' ').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

fn render(markdown: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    out.trim().to_owned()
}

//! Reads the exercises of all rules: their list becomes a static table, the rest JSON, which the page loads later.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::report::Rule;

#[path = "../src/exercise/data.rs"]
#[allow(dead_code)]
mod data;
#[path = "../src/exercise/read.rs"]
mod read;

pub use data::*;

/// The list as Rust, and the exercises themselves in the same order as JSON.
pub struct Generated {
    pub code: String,
    pub json: String,
    /// What the page's copy of the JSON is called.
    pub file_name: String,
}

/// Reads `exercises/` in each of the rules' folders, which come in the rubric's order, then the mixed ones.
pub fn generate(rules: &Path, folders: &[PathBuf]) -> Result<Generated, String> {
    let mut exercises = Vec::new();
    for folder in folders {
        let id = folder.file_name().unwrap_or_default().to_string_lossy();
        let id = id.split('_').next().unwrap_or_default().to_owned();
        let rule: Rule = id.parse().map_err(|error| format!("{}: {error}", folder.display()))?;
        read_folder(&folder.join("exercises"), &id, Some(rule), &mut exercises)?;
    }
    read_folder(&rules.join("exercises"), "mixed", None, &mut exercises)?;
    let mut code =
        String::from("/// All exercises, in the order of the path.\npub static LISTED: &[Listed] = &[\n");
    for Exercise { id, rule, kind, title, .. } in &exercises {
        let rule = rule.map_or("None".to_owned(), |rule| format!("Some(Rule::{rule})"));
        let _ =
            writeln!(code, "Listed {{ id: {id:?}, rule: {rule}, kind: Kind::{kind:?}, title: {title:?} }},");
    }
    let json = serde_json::to_string(&exercises).map_err(|error| error.to_string())?;
    let file_name = crate::file_name("exercises", &json);
    let _ = write!(
        code,
        "];\n\n/// What the page's file with the exercises is called, beside the page.\npub const FILE_NAME: &str = {file_name:?};\n"
    );
    Ok(Generated { code, json, file_name })
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    rule: Option<Rule>,
    exercises: &mut Vec<Exercise>,
) -> Result<(), String> {
    if !folder.is_dir() {
        return Ok(());
    }
    let fail = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut files = fs::read_dir(folder)
        .and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
        })
        .map_err(|error| fail(folder, error))?;
    files.sort();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).map_err(|error| fail(&file, error))?;
        let exercise = read::read(&format!("{prefix}-{stem}"), rule, &text)
            .map_err(|(line, message)| format!("{}:{line}: {message}", file.display()))?;
        exercises.push(exercise);
    }
    Ok(())
}

//! Finds and reads the files to check.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

use crate::check::Source;
use crate::file_names::is_read_in_folders;
use crate::report::{Position, Problem, Range};

/// What was found under the given paths.
pub struct Files {
    /// Sorted by path.
    pub sources: Vec<Source>,
    /// One for each file that is there but is not text that can be read as it stands.
    pub problems: Vec<Problem>,
    /// What stands before a path of the report to reach the file from where the command was started.
    pub folder: String,
    /// Folders of other people's code that were left out, as they would be named.
    pub foreign: Vec<String>,
    /// Where on the disk each of the sources comes from, by its path in the report.
    pub origins: BTreeMap<String, PathBuf>,
}

/// Reads every file under the given paths. A file that is named is always read; in a folder, only files of a kind
/// that a rule may read.
///
/// The paths of a single folder are relative to it, so that a report does not depend on where the project lies.
/// Where several paths are given, only their own names keep the files apart: they stay as given.
pub fn read(paths: &[PathBuf], stdin_path: &str) -> Result<Files, String> {
    let root = match paths {
        [only] if only.is_dir() => Some(only.as_path()),
        _ => None,
    };
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    let mut foreign = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|error| format!("the standard input cannot be read: {error}"))?;
            let path = slashed(Path::new(stdin_path));
            match text(bytes) {
                Ok((text, note)) => {
                    problems.extend(note.map(|note| problem(path.clone(), note)));
                    sources.push(Source { path, text });
                }
                Err(message) => return Err(format!("the standard input {message}")),
            }
        } else if path.is_dir() {
            walk(path, root, &mut found, &mut problems, &mut foreign);
        } else if path.exists() {
            found.insert(slashed(path), path.clone());
        } else {
            return Err(format!("{}: there is no such file or folder", path.display()));
        }
    }
    for (name, file) in &found {
        let name = name.clone();
        let read = fs::read(file).map_err(|error| format!("cannot be read, so it was not checked: {error}"));
        match read.and_then(|bytes| text(bytes).map_err(|why| format!("{why}, so it was not checked"))) {
            Ok((text, note)) => {
                problems.extend(note.map(|note| problem(name.clone(), note)));
                sources.push(Source { path: name, text });
            }
            Err(message) => problems.push(problem(name, message)),
        }
    }
    if sources.is_empty() {
        let given: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let reasons: String = problems
            .iter()
            .map(|problem| format!("\n  {}: the file {}", problem.path, problem.message))
            .collect();
        return Err(format!(
            "nothing to check under {}: rules read Python, notebooks, YAML, Dockerfile, Caddyfile, shell and .env files{reasons}",
            given.join(" ")
        ));
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.dedup_by(|a, b| a.path == b.path);
    let folder = match root.map(slashed) {
        Some(folder) if folder.is_empty() => folder,
        Some(folder) if folder.ends_with('/') => folder,
        Some(folder) => folder + "/",
        None => String::new(),
    };
    foreign.sort();
    Ok(Files { sources, problems, folder, foreign, origins: found })
}

fn walk(
    folder: &Path,
    root: Option<&Path>,
    found: &mut BTreeMap<String, PathBuf>,
    problems: &mut Vec<Problem>,
    foreign: &mut Vec<String>,
) {
    let named = |path: &Path| slashed(root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path));
    // `.env` is a hidden file, so hidden files are walked, and `is_wanted` leaves hidden folders out.
    let left_out = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&left_out);
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .filter_entry(move |entry| {
            let is_foreign = is_folder(entry) && is_foreign(entry.path());
            if is_foreign && let Ok(mut noted) = noted.lock() {
                noted.push(slashed(entry.path()));
            }
            !is_foreign && is_wanted(entry)
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                if is_file && is_read_in_folders(&entry.path().to_string_lossy()) {
                    found.insert(named(entry.path()), entry.into_path());
                }
            }
            Err(error) => {
                let path = place(&error).map(named).unwrap_or_default();
                problems.push(problem(path, format!("cannot be walked, so it was not checked: {error}")));
            }
        }
    }
    if let Ok(mut left_out) = left_out.lock() {
        foreign.append(&mut left_out);
    }
}

/// Whether to enter a folder is asked of those below the one that was named.
fn is_folder(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether a folder holds copies of other people's code, by its name. `vendor` may be what an application is about:
/// then its own modules stand directly in it.
fn is_foreign(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match &*name {
        "third_party" | "thirdparty" | "third-party" | "_vendor" | "vendored" | "site-packages" => true,
        "vendor" => !fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".py") && name != "__init__.py"
        }),
        _ => false,
    }
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}

/// The hidden folders that hold a project's own files: what its forge runs.
const FORGES: [&str; 4] = [".github", ".gitlab", ".gitea", ".forgejo"];

/// Whether to enter a folder: not those that hold other people's code or a tool's own data.
fn is_wanted(entry: &DirEntry) -> bool {
    if !is_folder(entry) {
        return true;
    }
    let name = entry.file_name().to_string_lossy();
    let is_virtual_environment = entry.path().join("pyvenv.cfg").exists();
    (!name.starts_with('.') || FORGES.contains(&&*name))
        && name != "node_modules"
        && name != "__pycache__"
        && !is_virtual_environment
}

/// The bytes as text, and what to say of it. What is not UTF-8 is read as Latin-1, in which every byte is a character.
/// The error is the end of a sentence about the file.
pub fn text(bytes: Vec<u8>) -> Result<(String, Option<String>), String> {
    if bytes.contains(&0) {
        return Err("is not text: it has a NUL byte".to_owned());
    }
    String::from_utf8(bytes).map(|text| (text, None)).or_else(|error| {
        let (valid, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let line = bytes[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
        let text = bytes.iter().map(|&byte| char::from(byte)).collect();
        Ok((text, Some(format!("is not UTF-8 (see line {line}), so it was read as Latin-1"))))
    })
}

fn problem(path: String, message: String) -> Problem {
    let start = Position { line: 1, column: 1 };
    Problem { path, range: Range { start, end: start }, message }
}

/// A path as the report writes it: with `/` and without a leading `./`.
fn slashed(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() };
    let mut rest = path.as_str();
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter.trim_start_matches('/');
    }
    if rest == "." { String::new() } else { rest.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_alike() {
        for (given, written) in [(".", ""), ("./a/b.py", "a/b.py"), (".//a", "a"), ("a/", "a/"), ("/a", "/a")]
        {
            assert_eq!(slashed(Path::new(given)), written);
        }
    }
}

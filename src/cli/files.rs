//! Finds and reads the files to check.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match, WalkBuilder};

use crate::check::Source;
use crate::file_names::{Folder, folder as folder_named, is_read_in_folders};
use crate::report::Problem;

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
    /// Files that were named and not checked, with the reason.
    pub missed: Vec<String>,
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
    let mut named = BTreeSet::new();
    let mut missed = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|error| format!("the standard input cannot be read: {error}"))?;
            let path = slashed(Path::new(stdin_path));
            if bytes.trim_ascii().is_empty() {
                return Err("the standard input is empty, so there is nothing to check".to_owned());
            }
            match text(bytes) {
                Ok((text, note)) => {
                    problems.extend(note.map(|note| Problem::of_file(path.clone(), note)));
                    sources.push(Source { path, text });
                }
                Err(message) => return Err(format!("the standard input {message}")),
            }
        } else if path.is_dir() {
            walk(path, root, &mut found, &mut problems, &mut foreign);
        } else if path.exists() {
            named.insert(slashed(path));
            found.insert(slashed(path), path.clone());
        } else {
            return Err(format!("{}: there is no such file or folder", path.display()));
        }
    }
    if paths.len() > 1 {
        // A file to which two of the paths lead is one file; its shortest name stays.
        let mut names: Vec<String> = found.keys().cloned().collect();
        names.sort_by_key(String::len);
        let mut known = BTreeSet::new();
        for name in names {
            let real = found.get(&name).and_then(|file| fs::canonicalize(file).ok());
            if real.is_some_and(|real| !known.insert(real)) {
                found.remove(&name);
            }
        }
    }
    for (name, file) in &found {
        let name = name.clone();
        let read = fs::read(file).map_err(|error| format!("cannot be read, so it was not checked: {error}"));
        match read.and_then(|bytes| text(bytes).map_err(|why| format!("{why}, so it was not checked"))) {
            Ok((text, note)) => {
                problems.extend(note.map(|note| Problem::of_file(name.clone(), note)));
                sources.push(Source { path: name, text });
            }
            Err(message) => {
                if named.contains(&name) {
                    missed.push(format!("{name}: the file {message}"));
                }
                problems.push(Problem::of_file(name, message));
            }
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
    Ok(Files { sources, problems, folder, foreign, missed, origins: found })
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
    let ignored = Ignored::new(folder);
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        // Git and the page know of no `.ignore`, and `Ignored` reads each `.gitignore` as git does. What git keeps apart
        // from the tree, its `info/exclude` and the user's own list, still holds.
        .ignore(false)
        .git_ignore(false)
        .filter_entry(move |entry| {
            if ignored.names(entry) {
                return false;
            }
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
                problems.push(Problem::of_file(
                    path,
                    format!("cannot be walked, so it was not checked: {error}"),
                ));
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

/// Whether a folder holds copies of other people's code, by its name and what stands directly in it.
fn is_foreign(folder: &Path) -> bool {
    match folder_named(&folder.file_name().unwrap_or_default().to_string_lossy()) {
        Folder::Foreign => true,
        Folder::ForeignWithoutModules => !fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".py") && name != "__init__.py"
        }),
        Folder::Own | Folder::OfTool => false,
    }
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}

/// Whether to enter a folder: not those that hold a tool's own data.
fn is_wanted(entry: &DirEntry) -> bool {
    let is_of_tool = || folder_named(&entry.file_name().to_string_lossy()) == Folder::OfTool;
    !is_folder(entry) || (!is_of_tool() && !entry.path().join("pyvenv.cfg").exists())
}

/// What the `.gitignore` files in a walked folder, and above it within its repository, name.
///
/// The crate that walks would read them itself, but takes `{a,b}` for two alternatives, where git takes the characters.
struct Ignored {
    given: PathBuf,
    real: PathBuf,
    /// For each folder what its file names, and whether a repository begins there.
    known: Mutex<BTreeMap<PathBuf, (Gitignore, bool)>>,
}

impl Ignored {
    fn new(folder: &Path) -> Self {
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Self { given: folder.to_owned(), real, known: Mutex::default() }
    }

    fn names(&self, entry: &DirEntry) -> bool {
        let Ok(below) = entry.path().strip_prefix(&self.given) else { return false };
        let Ok(mut known) = self.known.lock() else { return false };
        if entry.depth() == 0 {
            return false;
        }
        let path = self.real.join(below);
        // The nearest file has the last word.
        for folder in path.ancestors().skip(1) {
            if !known.contains_key(folder) {
                known.insert(folder.to_owned(), (ignored_in(folder), folder.join(".git").exists()));
            }
            let (rules, is_root) = &known[folder];
            match rules.matched(&path, is_folder(entry)) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None if *is_root => return false,
                Match::None => {}
            }
        }
        false
    }
}

/// What the `.gitignore` of a folder names. A line that is no pattern names nothing, as with git.
fn ignored_in(folder: &Path) -> Gitignore {
    let mut rules = GitignoreBuilder::new(folder);
    let bytes = fs::read(folder.join(".gitignore")).unwrap_or_default();
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        let _ = rules.add_line(None, &without_alternatives(line));
    }
    rules.build().unwrap_or_else(|_| Gitignore::empty())
}

/// A pattern whose braces are characters.
fn without_alternatives(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut is_escaped, mut is_in_class) = (false, false);
    for letter in pattern.chars() {
        if matches!(letter, '{' | '}') && !is_escaped && !is_in_class {
            out.push('\\');
        }
        match letter {
            '[' if !is_escaped => is_in_class = true,
            ']' if !is_escaped => is_in_class = false,
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
        out.push(letter);
    }
    out
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

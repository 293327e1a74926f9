//! Writes the pages of `embed` into a folder, which is ours alone: what stands there and was not written by an earlier run
//! is never touched.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::embed::Page;

/// Names what an earlier run wrote, so that the next may replace it.
const WRITTEN: &str = ".rubric-docs.json";

#[derive(Default, Serialize, Deserialize)]
struct Written {
    /// The version that wrote them.
    rubric: String,
    files: BTreeSet<String>,
}

/// Writes all pages, and takes away those of an earlier run that are no longer made.
pub fn write(folder: &Path, pages: &[Page]) -> Result<(), String> {
    let earlier = earlier(folder)?;
    let shown = folder.display();
    for page in pages {
        if !earlier.files.contains(&page.path) && folder.join(&page.path).exists() {
            return Err(format!(
                "{shown}: there is a file {} that 'rubric export-docs' did not write. Move it, or name another folder",
                page.path
            ));
        }
    }
    fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    let written = Written {
        rubric: env!("CARGO_PKG_VERSION").to_owned(),
        files: pages.iter().map(|page| page.path.clone()).collect(),
    };
    // Before the pages: a run that breaks off can then be repeated.
    let both = Written { files: earlier.files.union(&written.files).cloned().collect(), ..written };
    write_file(folder, WRITTEN, &json(&both))?;
    for page in pages {
        write_file(folder, &page.path, &page.text)?;
    }
    let kept: BTreeSet<String> = pages.iter().map(|page| page.path.clone()).collect();
    for gone in earlier.files.difference(&kept).filter(|path| is_plain(path)) {
        let path = folder.join(gone);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(format!(
                    "{}: a page of an earlier run cannot be removed: {error}",
                    path.display()
                ));
            }
            _ => {}
        }
    }
    write_file(folder, WRITTEN, &json(&Written { files: kept, ..both }))
}

/// What an earlier run wrote into the folder, which must be ours, empty, or not there yet.
fn earlier(folder: &Path) -> Result<Written, String> {
    let shown = folder.display();
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Written::default()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(format!("{shown}: this is a file, and the pages go into a folder. Name another"));
        }
        Err(error) => return Err(format!("{shown}: the folder cannot be read: {error}")),
    };
    match fs::read_to_string(folder.join(WRITTEN)) {
        Ok(text) => serde_json::from_str(&text).map_err(|_| {
            format!("{shown}: {WRITTEN}, which names what an earlier run wrote, cannot be read. Remove the folder, or name another")
        }),
        Err(_) if entries.next().is_none() => Ok(Written::default()),
        Err(_) => Err(format!(
            "{shown}: the folder is not empty and was not written by 'rubric export-docs'. Empty it, or name another"
        )),
    }
}

/// Whether a name from the list of an earlier run stays within the folder.
fn is_plain(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn json(written: &Written) -> String {
    serde_json::to_string_pretty(written).unwrap_or_default() + "\n"
}

fn write_file(folder: &Path, path: &str, text: &str) -> Result<(), String> {
    let path = folder.join(path);
    fs::write(&path, text).map_err(|error| cannot_write(&path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("{}: cannot be written: {error}", path.display())
}

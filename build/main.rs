//! Turns the data under `rules/` into static tables: the catalogue of rules and what is known of each library.
//! Bad data fails the build with its file and line.

mod catalogue;
mod exercise;
#[path = "../src/report.rs"]
#[allow(dead_code)]
mod report;
#[path = "../src/source.rs"]
mod source;
mod stack;
#[path = "../src/stack/words.rs"]
mod words;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build");
    for read in ["exercise/data.rs", "exercise/read.rs", "report.rs", "source.rs", "stack/words.rs"] {
        println!("cargo::rerun-if-changed=src/{read}");
    }
    if let Err(message) = generate() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let out = std::env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let (root, out) = (Path::new(&root), Path::new(&out));
    let rules = root.join("rules");
    let catalogue = catalogue::generate(&rules)?;
    write(&out.join("catalogue.rs"), &catalogue.code)?;
    write(&out.join("catalogue.json"), &catalogue.json)?;
    let exercises = exercise::generate(&rules, &catalogue.folders)?;
    write(&out.join("exercises.rs"), &exercises.code)?;
    write(&out.join("exercises.json"), &exercises.json)?;
    let packed = stack::generate(&rules.join("stack"))?;
    write(&out.join("stack.numbers"), &packed.numbers)?;
    write(&out.join("stack.texts"), &packed.texts)?;
    // Trunk cannot know OUT_DIR, so what goes beside the page also lies where its hook finds it.
    let files = [(&catalogue.file_name, &catalogue.json), (&exercises.file_name, &exercises.json)];
    place(&root.join("target/page"), files)
}

/// A name that tells the content, so that no cache gives an older one.
fn file_name(stem: &str, text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{stem}-{:016x}.json", hasher.finish())
}

/// Puts each file into the folder in one step, since the page and its worker are built at the same time, and takes
/// away what an earlier build left.
fn place(folder: &Path, files: [(&String, &String); 2]) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(fail)?;
    for (file_name, text) in files {
        let part = folder.join(format!("{}.part", std::process::id()));
        write(&part, text)?;
        fs::rename(part, folder.join(file_name)).map_err(fail)?;
    }
    for entry in fs::read_dir(folder).map_err(fail)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".json") && files.iter().all(|(file_name, _)| **file_name != name) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

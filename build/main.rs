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
    write(&out.join("exercises.rs"), &catalogue.exercises)?;
    write(&out.join("catalogue.json"), &catalogue.json)?;
    write(&out.join("stack.rs"), &stack::generate(&rules.join("stack"))?)?;
    write(&out.join("packages.rs"), &stack::generate_packages(&rules.join("stack"))?)?;
    // Trunk cannot know OUT_DIR, so what goes beside the page also lies where its hook finds it.
    place(&root.join("target/page"), &catalogue.file_name, &catalogue.json)
}

/// Puts the file into the folder in one step, since the page and its worker are built at the same time, and takes
/// away what an earlier build left.
fn place(folder: &Path, file_name: &str, text: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(fail)?;
    let part = folder.join(format!("{}.part", std::process::id()));
    write(&part, text)?;
    fs::rename(part, folder.join(file_name)).map_err(fail)?;
    for entry in fs::read_dir(folder).map_err(fail)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().ends_with(".json") && name.to_string_lossy() != file_name {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

//! Turns the data under `rules/` into static tables: the catalogue of rules and what is known of each library.
//! Bad data fails the build with its file and line.

mod catalogue;
mod stack;
#[path = "../src/stack/words.rs"]
mod words;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/stack/words.rs");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let rules = Path::new(&root).join("rules");
    let tables = [
        ("catalogue.rs", catalogue::generate(&rules)),
        ("stack.rs", stack::generate(&rules.join("stack"))),
        ("packages.rs", stack::generate_packages(&rules.join("stack"))),
    ];
    for (name, code) in tables {
        let written = code.and_then(|code| {
            std::fs::write(Path::new(&out).join(name), code).map_err(|error| format!("{name}: {error}"))
        });
        if let Err(message) = written {
            println!("cargo::error={message}");
            std::process::exit(1);
        }
    }
}

//! Turns the data under `rules/` into static tables: the catalogue of rules and what is known of each library.
//! Bad data fails the build with its file and line.

mod catalogue;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let rules = Path::new(&root).join("rules");
    let written = catalogue::generate(&rules).and_then(|code| {
        std::fs::write(Path::new(&out).join("catalogue.rs"), code).map_err(|error| error.to_string())
    });
    if let Err(message) = written {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

//! What a check costs beside the bare parse of the same file as WebAssembly, in headless Chromium: `make bench-wasm`.
//!
//! It measures the text in the variable `RUBRIC_MEASURED` when this is compiled, or else files of about 1,000 lines that
//! the catalogue's examples make. It is compiled as the worker is.
#![cfg(target_arch = "wasm32")]

use std::hint::black_box;

use rubric_playground::catalogue::{ENTRIES, provide};
use rubric_playground::check::{Source, check};
use rubric_playground::settings::Settings;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Milliseconds of the fastest of many runs. A browser's clock is coarse, so that each run does the work often enough
/// to take some of its ticks.
fn fastest(mut work: impl FnMut()) -> f64 {
    const REPEATS: u32 = 10;
    let clock = web_sys::window().and_then(|window| window.performance()).expect("a browser has a clock");
    (0..30)
        .map(|_| {
            let start = clock.now();
            for _ in 0..REPEATS {
                work();
            }
            (clock.now() - start) / f64::from(REPEATS)
        })
        .fold(f64::INFINITY, f64::min)
}

#[wasm_bindgen_test]
fn a_check_beside_the_bare_parse() {
    provide(include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"))).unwrap();
    let examples = ENTRIES.iter().flat_map(|entry| entry.violating().iter().chain(entry.conforming()));
    let python: Vec<&str> = examples
        .filter(|example| example.path.ends_with(".py"))
        .map(|example| example.text.as_str())
        .collect();
    let texts: Vec<String> = match option_env!("RUBRIC_MEASURED") {
        Some(text) => vec![text.to_owned()],
        None => python.chunks(30).map(|chunk| chunk.join("\n\n")).collect(),
    };
    for text in texts {
        let lines = text.lines().count();
        let sources = [Source { path: "main.py".to_owned(), text }];
        let text = sources[0].text.as_str();
        let settings = Settings::default();
        let parsed = fastest(|| {
            let _ = black_box(ruff_python_parser::parse_module(black_box(text)));
        });
        let checked = fastest(|| {
            black_box(check(black_box(&sources), &settings));
        });
        console_log!(
            "{lines:>6} lines: parse {parsed:.2} ms, check {checked:.2} ms, {:.2} parses",
            checked / parsed
        );
    }
}

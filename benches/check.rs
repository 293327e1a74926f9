//! What a check costs beside the bare parse of the same file: `make bench`.
//!
//! A ratio needs no more than two minima, so there is no framework here.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rubric_playground::catalogue::ENTRIES;
use rubric_playground::check::{Source, check, check_parsed};
use rubric_playground::semantic::ParsedFiles;
use rubric_playground::settings::Settings;

/// The limits that the project sets itself.
const MOST_PARSES: f64 = 2.5;
const MOST_GROWTH: f64 = 11.0;

/// A file of at least so many lines: the catalogue's Python, over and over, with other names each time.
fn file(lines: usize) -> String {
    let mut text = String::new();
    let mut count = 0;
    for round in 0.. {
        for entry in ENTRIES {
            for example in entry.violating().iter().chain(entry.conforming()) {
                if !example.path.ends_with(".py") {
                    continue;
                }
                if count >= lines {
                    return text;
                }
                let renamed = renamed(&example.text, &format!("_{round}_{}", entry.rule.id().to_lowercase()));
                count += renamed.lines().count() + 2;
                text.push_str(&renamed);
                text.push_str("\n\n");
            }
        }
    }
    text
}

/// The same code with the names of its functions and classes made its own.
fn renamed(text: &str, suffix: &str) -> String {
    let defined: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let rest =
                ["async def ", "def ", "class "].into_iter().find_map(|word| line.strip_prefix(word))?;
            let name =
                rest.split(|character: char| !character.is_alphanumeric() && character != '_').next()?;
            (!name.starts_with("__")).then_some(name)
        })
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        out.push_str(&word);
        if defined.contains(&word.as_str()) {
            out.push_str(suffix);
        }
        word.clear();
        out.push(character);
    }
    out
}

/// The fastest of many runs: what the work takes when nothing else disturbs it.
fn fastest(runs: usize, mut work: impl FnMut()) -> Duration {
    work();
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// Measures one file and prints its line of the table: its lines, the seconds of a check, and their ratio to a parse.
fn measure(text: String) -> (f64, f64, f64) {
    let lines = text.lines().count();
    let sources = [Source { path: "main.py".to_owned(), text }];
    let text = sources[0].text.as_str();
    let settings = Settings::default();
    let runs = (400_000 / lines.max(1)).clamp(20, 2_000);
    let parsed = fastest(runs, || {
        let _ = black_box(ruff_python_parser::parse_module(black_box(text)));
    });
    let checked = fastest(runs, || {
        black_box(check(black_box(&sources), &settings));
    });
    let ratio = checked.as_secs_f64() / parsed.as_secs_f64();
    println!("{lines:>8}{parsed:>12.2?}{checked:>12.2?}{ratio:>8.2}");
    (lines as f64, checked.as_secs_f64(), ratio)
}

/// What a check costs after a letter was typed into one of many files, beside the check of all of them: both in seconds.
fn measure_again(files: usize) -> (f64, f64) {
    let text = file(files * 100);
    let lines: Vec<&str> = text.lines().collect();
    let mut sources: Vec<Source> = lines
        .chunks(lines.len().div_ceil(files))
        .enumerate()
        .map(|(number, lines)| Source { path: format!("app/part{number}.py"), text: lines.join("\n") })
        .collect();
    let settings = Settings::default();
    let checked = fastest(10, || {
        black_box(check(black_box(&sources), &settings));
    });
    let mut parsed = ParsedFiles::of(&sources);
    let mut kept: Vec<Option<usize>> = (0..sources.len()).map(Some).collect();
    kept[0] = None;
    let again = fastest(10, || {
        sources[0].text.push('x');
        parsed.read(&sources, &kept, &mut |_, _| {});
        black_box(check_parsed(black_box(&sources), &parsed, &settings, false, &mut |_, _| {}));
    });
    (checked.as_secs_f64(), again.as_secs_f64())
}

fn main() {
    println!("{:>8}{:>12}{:>12}{:>8}", "lines", "parse", "check", "ratio");
    // Files named on the command line are measured instead: `cargo bench --bench check -- app/main.py`.
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| argument.ends_with(".py")).collect();
    if !named.is_empty() {
        for path in named {
            match std::fs::read_to_string(&path) {
                Ok(text) => drop(measure(text)),
                Err(error) => eprintln!("{path}: {error}"),
            }
        }
        return;
    }
    let checks = [1_000, 10_000].map(|lines| measure(file(lines)));
    let lines = checks[1].0 / checks[0].0;
    // As if it were exactly ten times the lines.
    let growth = checks[1].1 / checks[0].1 * 10.0 / lines;
    println!("a check of 1,000 lines costs {:.2} parses (at most {MOST_PARSES} are wanted)", checks[0].2);
    println!("ten times the lines take {growth:.1} times as long (at most {MOST_GROWTH} are wanted)");
    let (whole, again) = measure_again(200);
    println!(
        "after a letter in one of 200 files a check takes {:.0} % of the {:.0} ms of the first",
        again / whole * 100.0,
        whole * 1_000.0
    );
}

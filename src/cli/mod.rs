//! The command line `rubric`: reads files, checks them all together, prints the report.
//!
//! It exits with 0 where nothing was found, with 1 where something was, and with 2 where it could not run, which
//! includes that there was nothing to check: a pipeline must not take that for a pass.

mod files;
mod rules;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::catalogue;
use crate::check::check;
use crate::export::{json, text};
use crate::report::{Certainty, Report, Rule};
use crate::settings::Settings;
use crate::settings_file;

const FOUND: u8 = 1;
const COULD_NOT_RUN: u8 = 2;

/// Check Python, and the deployment files beside it, against the 28 production standards of the rubric.
#[derive(Parser)]
#[command(name = "rubric", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check files and folders, all of them together
    #[command(
        after_help = "Exit status: 0 nothing was found, 1 something was (questions do not count), 2 it could \
                            not run.\nFolders are walked; what .gitignore names is left out."
    )]
    Check {
        /// Files and folders, or '-' for the standard input
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Check these rules alone, for example C5,F1
        #[arg(long, value_name = "RULES", value_delimiter = ',')]
        select: Vec<Rule>,
        /// A TOML file that says what is specific to your project [default: the nearest rubric.toml at or above the
        /// first path]
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,
        /// What the standard input is called in the report; its ending decides how it is read
        #[arg(long, value_name = "PATH", default_value = "stdin.py")]
        stdin_path: String,
    },
    /// List the rules
    Rules {
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print one rule: what it asks, why, and its examples
    Rule {
        /// For example C5
        rule: Rule,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            say(&message);
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn run(command: Command) -> Result<u8, String> {
    match command {
        Command::Check { paths, format, select, settings, stdin_path } => {
            let settings = settings.or_else(|| paths.first().and_then(|path| nearest_settings(path)));
            let settings = effective_settings(settings.as_deref(), &select)?;
            let files = files::read(&paths, &stdin_path)?;
            let mut report = check(&files.sources, &settings);
            report.problems.extend(files.problems);
            report.problems.sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
            print(&match format {
                Format::Json => json::report(&report) + "\n",
                Format::Text => text::report(
                    &report,
                    &files.sources,
                    &text::Style { colour: colour_is_wanted(), folder: files.folder },
                ),
            })?;
            Ok(if has_findings(&report) { FOUND } else { 0 })
        }
        Command::Rules { format } => {
            print(&match format {
                Format::Text => rules::list(),
                Format::Json => rules::list_json(),
            })?;
            Ok(0)
        }
        Command::Rule { rule, format } => {
            let entry =
                catalogue::entry(rule).ok_or_else(|| format!("{rule} has no entry in the catalogue"))?;
            print(&match format {
                Format::Text => rules::one(entry),
                Format::Json => rules::one_json(entry),
            })?;
            Ok(0)
        }
    }
}

/// The settings of the file, or the defaults, and what `--select` makes of them: it has the last word.
fn effective_settings(file: Option<&Path>, select: &[Rule]) -> Result<Settings, String> {
    let mut settings = match file {
        Some(path) => read_settings(path)?,
        None => Settings::default(),
    };
    if select.is_empty() {
        return Ok(settings);
    }
    let unchecked = |rule: &Rule| catalogue::entry(*rule).is_some_and(|entry| !entry.checked);
    let not_yet: Vec<&str> = select.iter().filter(|rule| unchecked(rule)).map(|rule| rule.id()).collect();
    if not_yet.len() == select.len() {
        return Err(format!(
            "nothing to check: {} cannot be checked yet ('rubric rules' lists what can)",
            not_yet.join(", ")
        ));
    }
    for rule in not_yet {
        say(&format!("{rule} cannot be checked yet and was left out"));
    }
    settings.off = Rule::ALL.into_iter().filter(|rule| !select.contains(rule)).collect();
    Ok(settings)
}

/// The nearest `rubric.toml` at or above a path, within its repository.
fn nearest_settings(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    for folder in path.ancestors() {
        let candidate = folder.join("rubric.toml");
        if candidate.is_file() {
            return Some(candidate);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn read_settings(path: &Path) -> Result<Settings, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{shown}: the settings cannot be read: {error}"))?;
    settings_file::read(&text)
        .map_err(|mistake| format!("{shown}:{}:{}: {}", mistake.line, mistake.column, mistake.message))
}

/// Questions never count.
fn has_findings(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.certainty != Certainty::Question)
}

fn colour_is_wanted() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    io::stdout().is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
fn print(text: &str) -> Result<(), String> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("the report cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

/// Nobody may be listening to the standard error either, so a failure to write there is left alone.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "rubric: {message}");
}

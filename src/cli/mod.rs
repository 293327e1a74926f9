//! The command line `rubric`: reads files, checks them all together, prints the report.
//!
//! It exits with 0 where nothing was found, with 1 where something was, and with 2 where it could not run, which
//! includes that there was nothing to check, that no file could be read as it stands, and that one which was named is no
//! text: a pipeline must not take that for a pass.

mod diff;
mod export_docs;
mod files;
mod fix;
mod rules;
mod why;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::catalogue;
use crate::check::check;
use crate::embed;
use crate::explain::explain;
use crate::explanation::Place;
use crate::export::{Part, audit, counted, github, gitlab, json, markdown, sarif, text};
use crate::pasted;
use crate::report::{Certainty, FileKind, Finding, Report, Rule};
use crate::settings::Settings;
use crate::settings_file;
use crate::syntax::LineIndex;

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
    #[command(after_help = "Exit status:\n  \
                      0  nothing was found: questions, and what comments silence, do not count\n  \
                      1  something was found\n  \
                      2  it could not run, or nothing can be said: a PATH is not there, a file that you named cannot \
                      be read, there is nothing to check (an empty folder, files of kinds that no rule reads), no file \
                      could be read as it stands, the settings are wrong, or the patch does not fit\n\n\
                      Folders are walked. What .gitignore names, hidden folders, virtual environments and other \
                      people's code are left out, and links are not followed. What cannot be read in a folder is a \
                      problem of the report, and does not change the status while another file can.")]
    Check(Check),
    /// Say why nothing is found: on a line, or by a rule
    #[command(
        after_help = "Exit status: 0 the question was answered, 2 it could not be.\nThe file of the line is read, and \
                      the PATHs beside it: what other files say decides much."
    )]
    Why(Why),
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
    /// Write the whole catalogue as static pages: each rule's pair with its findings drawn in, and an index by section
    ExportDocs {
        #[arg(long, value_enum, default_value_t = DocumentFormat::Html)]
        format: DocumentFormat,
        /// The folder to write into: a new or an empty one, or one that this command wrote before
        #[arg(long, value_name = "DIR")]
        output: PathBuf,
        /// The address of a page of the playground, into which the pages lead
        #[arg(long, value_name = "URL", value_parser = web_address)]
        playground: Option<String>,
    },
    /// Write what the element <rubric-example> shows of each rule; the page's build runs it
    #[command(hide = true)]
    ExportFragments {
        #[arg(long, value_name = "DIR")]
        output: PathBuf,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    /// Pages that can be served as they are
    Html,
    /// For a generator of documentation
    Markdown,
}

#[derive(Args)]
struct Check {
    /// Files and folders, or '-' for the standard input [default with --diff: the folder here]
    #[arg(required_unless_present = "diff", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
    /// Report only what concerns the lines that this patch adds; '-' reads it from the standard input. The files
    /// must be as they are with the patch applied
    #[arg(long, value_name = "PATCH")]
    diff: Option<PathBuf>,
    /// With --diff: report what is on unchanged lines as well, apart from the rest
    #[arg(long, requires = "diff")]
    all: bool,
    /// The address of a page of the playground, to which Markdown and SARIF link each rule
    #[arg(long, value_name = "ADDRESS", value_parser = web_address)]
    page: Option<String>,
    /// Check these rules alone, for example C5,F1
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<Rule>,
    /// A TOML file that says what is specific to your project [default: the nearest rubric.toml at or above the
    /// first path]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Write into the files what conforms, where that was verified: the finding is gone, and no other comes. The report is
    /// of the files as they are then
    #[arg(long, conflicts_with = "diff")]
    fix: bool,
    /// What the standard input is called in the report; its ending decides how it is read
    #[arg(long, value_name = "PATH", default_value = "stdin.py")]
    stdin_path: String,
}

#[derive(Args)]
struct Why {
    /// A line, as app/routes.py:14, and then files and folders; with --rule, files and folders may stand alone
    #[arg(required = true, value_name = "PATH:LINE|PATH")]
    places: Vec<String>,
    /// Only this rule, for example C5; it is asked even where the settings switch it off
    #[arg(long, value_name = "RULE")]
    rule: Option<Rule>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A TOML file that says what is specific to your project [default: the nearest rubric.toml at or above the
    /// first path]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For a terminal
    Text,
    /// The whole report, as the page has it too
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report: findings alone, and on the standard error how much that leaves out
    Gitlab,
    /// A review comment
    Markdown,
    /// An audit with its verdict, GO or NO-GO
    Audit,
}

fn web_address(text: &str) -> Result<String, String> {
    if text.starts_with("https://") || text.starts_with("http://") {
        Ok(text.to_owned())
    } else {
        Err("an address of the web begins with https:// or http://".to_owned())
    }
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
        Command::Check(given) => run_check(given),
        Command::Why(given) => run_why(given),
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
        Command::ExportDocs { format, output, playground } => {
            let pages = match format {
                DocumentFormat::Html => embed::html::pages(playground.as_deref()),
                DocumentFormat::Markdown => embed::markdown::pages(playground.as_deref()),
            };
            export_docs::write(&output, &pages)?;
            let written = counted(pages.len(), "file");
            print(&format!("{written} written to {}\n", output.display()))?;
            if playground.is_none() {
                // Nobody may listen; the pages are written.
                let _ = writeln!(
                    io::stderr(),
                    "The pages lead into no playground: say where one is with '--playground URL'"
                );
            }
            Ok(0)
        }
        Command::ExportFragments { output } => {
            export_docs::write(&output, &embed::fragments::fragments())?;
            Ok(0)
        }
    }
}

fn run_check(given: Check) -> Result<u8, String> {
    let Check { mut paths, format, diff, all, page, select, settings, fix, stdin_path } = given;
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let is_input = |path: &PathBuf| path.as_os_str() == "-";
    if diff.as_ref().is_some_and(is_input) && paths.iter().any(is_input) {
        return Err("--diff: the standard input cannot be the patch and a file to check at once".to_owned());
    }
    let settings = settings.or_else(|| paths.first().and_then(|path| nearest_settings(path)));
    let settings = effective_settings(settings.as_deref(), &select)?;
    let mut files = files::read(&paths, &stdin_path)?;
    for folder in &files.foreign {
        say(&format!("{folder} was left out, as other people's code: name it to have it checked"));
    }
    // A patch that does not fit is told before the time for the check is spent.
    let patch = diff.as_deref().map(diff::text).transpose()?;
    let diff = patch.as_deref().map(|patch| diff::Diff::of(patch, &files)).transpose()?;

    if fix {
        say(&fix::fix(&mut files, &settings)?);
    }
    let mut report = check(&files.sources, &settings);
    let foreign: Vec<_> = report.files.iter().filter(|file| file.kind == FileKind::Other).collect();
    for file in &foreign {
        say(&format!("{}: no rule reads files of this kind, so it was not checked", file.path));
    }
    let input = files.sources.iter().find(|source| paths.iter().any(is_input) && source.path == stdin_path);
    // A bot or a hook pipes what it has: what parses by chance must not pass for code that is right.
    let is_foreign_input = input.is_some_and(|source| {
        let kind = pasted::foreign(&source.text, report.unreadable_lines(&source.path));
        if let Some(kind) = kind {
            say(&format!("{stdin_path}: read as Python, but it looks like {}", kind.words()));
        }
        kind.is_some()
    });
    let is_all_foreign = foreign.len() + usize::from(is_foreign_input) == report.files.len();
    let unread = unread(&report);
    report.problems.extend(files.problems);
    report.problems.sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
    let mut unchanged = Vec::new();
    if let Some((diff, left_out)) = &diff {
        left_out.iter().for_each(|message| say(message));
        unchanged = diff.narrow(&mut report);
        if !all {
            report.forget_what_is_not_shown();
        }
    }
    // With `--all` nothing is left out.
    let part = match &diff {
        Some((diff, _)) if !all => Part::AddedLines(diff.added()),
        _ => Part::Whole,
    };
    if part == Part::AddedLines(0) {
        say("the patch adds no line to the checked files, so that nothing was found says nothing");
    }
    let code = if has_findings(&report.findings) {
        FOUND
    } else if is_all_foreign {
        COULD_NOT_RUN
    } else {
        without_findings(unread, report.files.len(), &files.missed)
    };

    let style = text::Style { colour: colour_is_wanted(), folder: files.folder };
    let note = on_unchanged_lines(&unchanged);
    if format == ReportFormat::Text {
        let mut out = text::report(&report, &files.sources, &style);
        if all && !unchanged.is_empty() {
            out += "\nOn lines that the patch does not add:\n\n";
            out += &text::findings(&unchanged, &files.sources, &style);
        } else if let Some(note) = note {
            out += &note;
            out.push('\n');
        }
        print(&out)?;
        return Ok(code);
    }
    if all {
        report.findings.append(&mut unchanged);
        report.findings.sort_by(|a, b| (&a.path, a.range, a.rule).cmp(&(&b.path, b.range, b.rule)));
    } else if let Some(note) = note {
        say(&note);
    }
    if format != ReportFormat::Json {
        // Whoever takes these in looks for the files from where the command was started.
        put_below(&style.folder, &mut report);
    }
    if format == ReportFormat::Gitlab
        && let Some(words) = gitlab::left_out(&report)
    {
        say(&words);
    }
    let page = page.as_deref();
    print(&match format {
        ReportFormat::Text | ReportFormat::Json => json::report(&report) + "\n",
        ReportFormat::Sarif => sarif::report(&report, page),
        ReportFormat::Github => github::report(&report),
        ReportFormat::Gitlab => gitlab::report(&report),
        ReportFormat::Markdown => markdown::report(&report, page),
        ReportFormat::Audit => audit::report(&report, part, settings.severity.len()),
    })?;
    Ok(code)
}

/// Explains a line or a rule. The line's own file is read whether or not the paths beside it have it.
fn run_why(given: Why) -> Result<u8, String> {
    let Why { places, rule, format, settings } = given;
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut asked: Option<why::PathAndLine> = None;
    for place in places {
        // A file may have a colon in its name.
        match why::path_and_line(&place).filter(|_| !Path::new(&place).exists()) {
            Some(_) if asked.is_some() => return Err("one line can be asked for at a time".to_owned()),
            Some(found) => asked = Some(found),
            None => paths.push(PathBuf::from(place)),
        }
    }
    if asked.is_none() && rule.is_none() {
        return Err("say a line, as app/routes.py:14, or a rule, as --rule C5".to_owned());
    }
    let file = asked.as_ref().map(|asked| PathBuf::from(&asked.path));
    let first = file.as_ref().or(paths.first());
    let settings = settings.or_else(|| first.and_then(|path| nearest_settings(path)));
    let settings = effective_settings(settings.as_deref(), &[])?;
    let mut files = files::read(if paths.is_empty() { file.as_slice() } else { &paths }, "stdin.py")?;
    let place = match (&asked, rule) {
        (Some(asked), rule) => {
            // Within one folder the paths are relative to it.
            let normal = |path: &str| path.trim_start_matches("./").replace('\\', "/");
            let wanted = normal(&asked.path);
            let folder = normal(&files.folder);
            let known = |path: &str| normal(path) == wanted || folder.clone() + &normal(path) == wanted;
            let path = match files.sources.iter().find(|source| known(&source.path)) {
                Some(source) => source.path.clone(),
                None => {
                    let own = files::read(file.as_slice(), "stdin.py")?;
                    files.problems.extend(own.problems);
                    files.sources.extend(own.sources);
                    asked.path.clone()
                }
            };
            let text = files.sources.iter().find(|source| source.path == path).map(|source| &source.text);
            let last = text.map_or(0, |text| LineIndex::new(text).count(text));
            if !(1..=last).contains(&asked.line) {
                let shown = &asked.path;
                return Err(match last {
                    0 => format!("{shown} is empty, so there is no line {} to explain", asked.line),
                    last => format!("{shown} has no line {}: its lines are 1 to {last}", asked.line),
                });
            }
            Place::Line { path, line: asked.line, rule }
        }
        (None, Some(rule)) => Place::Rule(rule),
        (None, None) => return Err("say a line or a rule".to_owned()),
    };
    for problem in &files.problems {
        say(&format!("{}: {}", problem.path, problem.message));
    }
    let explanation = explain(&files.sources, &settings, &place);
    print(&match format {
        Format::Text => why::text(&explanation),
        // Plain data with text keys, for which serialisation cannot fail.
        Format::Json => serde_json::to_string(&explanation).unwrap_or_default() + "\n",
    })?;
    Ok(0)
}

/// What is not shown, in a sentence.
fn on_unchanged_lines(findings: &[Finding]) -> Option<String> {
    let questions = findings.iter().filter(|finding| finding.certainty == Certainty::Question).count();
    let what = match (findings.len() - questions, questions) {
        (0, 0) => return None,
        (findings, 0) => counted(findings, "finding"),
        (0, questions) => counted(questions, "question"),
        (findings, questions) => {
            format!("{} and {}", counted(findings, "finding"), counted(questions, "question"))
        }
    };
    Some(format!("{what} on unchanged lines not shown; --all shows them"))
}

fn put_below(folder: &str, report: &mut Report) {
    let put = |path: &mut String| path.insert_str(0, folder);
    for finding in report.findings_mut() {
        finding.because.iter_mut().for_each(|evidence| put(&mut evidence.path));
        finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| put(&mut edit.path));
        put(&mut finding.path);
    }
    report.files.iter_mut().for_each(|file| put(&mut file.path));
    report.problems.iter_mut().for_each(|problem| put(&mut problem.path));
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

/// How many of the checked files could not be read as they stand.
fn unread(report: &Report) -> usize {
    let is_unread =
        |path: &str| report.problems.iter().any(|problem| problem.path == path && !problem.is_about_ignore());
    report.files.iter().filter(|file| is_unread(&file.path)).count()
}

/// The status where nothing was found: a pipeline must not take for a pass that nothing could be read.
fn without_findings(unread: usize, files: usize, missed: &[String]) -> u8 {
    missed.iter().for_each(|missed| say(missed));
    let is_all_unread = unread > 0 && unread == files;
    if is_all_unread {
        say("no file could be read as it stands, so that nothing was found says nothing");
    } else if unread > 0 {
        say(&format!(
            "{unread} of {files} files could not be read as they stand: there may be more than was found"
        ));
    }
    if is_all_unread || !missed.is_empty() { COULD_NOT_RUN } else { 0 }
}

/// Questions never count.
fn has_findings(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.certainty != Certainty::Question)
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

//! Shell scripts that start an application: what they do before.

use super::{Command, Runs, Span, Workload, compose};
use crate::semantic::File;

/// The commands of a script, each with its lines put together; what only says or defines something is left out.
pub(super) fn commands(file: u32, text: &str) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let mut is_open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let written = line.trim();
        let indent = (line.len() - line.trim_start().len()) as u32;
        let at = Span { file, start: start + indent, end: start + indent + written.len() as u32 };
        start += line.len() as u32;
        if written.is_empty() || written.starts_with('#') || written.starts_with("echo ") {
            is_open = false;
            continue;
        }
        let goes_on = written.ends_with('\\');
        let words = written.trim_end_matches('\\').trim_end();
        match found.last_mut().filter(|_| is_open) {
            Some(command) => {
                command.text.push(' ');
                command.text.push_str(words);
                command.at.end = at.end;
            }
            None => found.push(Command { text: words.to_owned(), at }),
        }
        is_open = goes_on;
    }
    found
}

/// A script that changes the schema and then starts a server, as the entry point of an image does; other scripts are
/// run by hand, by whoever knows when.
pub(super) fn workload(file: u32, data: &File<'_>) -> Option<Workload> {
    let (development, test) = compose::is_partial_file(data.path);
    if development || test {
        return None;
    }
    let mut start = 0;
    let mut found: Option<Command> = None;
    for line in data.text.split_inclusive('\n') {
        let written = line.trim();
        let indent = (line.len() - line.trim_start().len()) as u32;
        let at = Span { file, start: start + indent, end: start + indent + written.len() as u32 };
        start += line.len() as u32;
        // A comment, and what only defines or says something.
        if written.is_empty() || written.starts_with('#') || written.starts_with("echo ") {
            continue;
        }
        match &mut found {
            Some(command) => {
                command.text.push('\n');
                command.text.push_str(written);
            }
            None => {
                let command = Command { text: written.to_owned(), at };
                found = command.migrates().then_some(command);
            }
        }
    }
    let command = found.filter(|command| command.migrates_then_serves() && command.serves())?;
    let mut workload = Workload::new(Runs::Image, "script", "", command.at);
    workload.commands = vec![command];
    Some(workload)
}

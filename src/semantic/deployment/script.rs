//! Shell scripts that containers start with: what they do before the application runs, and beside it.

use super::{Command, Runs, Span, Workload, compose};
use crate::file_names::last_part;
use crate::report::FileKind;
use crate::secrets::names_secret;
use crate::semantic::{File, Model, is_connection_string_name};

/// What a script writes into the log of its container.
pub struct Printed<'m> {
    pub at: Span,
    /// The variable that is printed; nothing where all of them are.
    pub variable: Option<&'m str>,
    /// It is an address that may have a password in it, by its name alone.
    pub is_address: bool,
}

/// The lines of a script, each with its place.
pub(super) fn lines(file: u32, text: &str) -> impl Iterator<Item = (&str, Span)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let written = without_comment(line.trim());
        let from = start + (line.len() - line.trim_start().len()) as u32;
        start += line.len() as u32;
        (written, Span { file, start: from, end: from + written.len() as u32 })
    })
}

/// A line without the comment at its end.
fn without_comment(line: &str) -> &str {
    let is_code = |text: &str| ['"', '\''].iter().all(|quote| text.matches(*quote).count() % 2 == 0);
    match line.match_indices(" #").find(|(at, _)| is_code(&line[..*at])) {
        Some((at, _)) => line[..at].trim_end(),
        None => line,
    }
}

/// Whether a line of a script is empty, a comment, or only says something.
fn only_says(line: &str) -> bool {
    line.is_empty() || line.starts_with('#') || line.starts_with("echo ")
}

/// The commands of a script, each with its lines put together; what only says or defines something is left out.
pub(super) fn commands(file: u32, text: &str) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let mut is_open = false;
    for (written, at) in lines(file, text) {
        if only_says(written) {
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
/// run by hand, by whoever knows when. `is_started` says that a container starts with it, so that what it gives way to is
/// what the container is for, whatever its name.
pub(super) fn workload(file: u32, data: &File<'_>, is_started: bool) -> Option<Workload> {
    let (development, test) = compose::is_partial_file(data.path);
    if development || test {
        return None;
    }
    let mut found: Option<Command> = None;
    let mut gives_way = false;
    for (written, at) in lines(file, data.text).filter(|(written, _)| !only_says(written)) {
        match &mut found {
            Some(command) => {
                command.text.push('\n');
                command.text.push_str(written);
                gives_way |= is_started && gives_way_to(written).is_some();
            }
            None => {
                let command = Command { text: written.to_owned(), at };
                found = command.migrates().then_some(command);
            }
        }
    }
    let command =
        found.filter(|command| command.migrates_then_serves() && (gives_way || command.serves()))?;
    let mut workload = Workload::new(Runs::Image, "script", "", command.at);
    workload.commands = vec![command];
    Some(workload)
}

/// The program that takes the shell's place: `exec uvicorn …`, but not `exec 2>&1`.
fn gives_way_to(line: &str) -> Option<&str> {
    let program = line.strip_prefix("exec ")?.trim_start();
    (!program.starts_with(['>', '<', '&']) && !program.starts_with(|first: char| first.is_ascii_digit()))
        .then_some(program)
}

/// The `exec` of a script that has begun something beside itself and has a trap to end it, which dies with the shell.
pub(super) fn lost_trap(file: u32, text: &str) -> Option<Span> {
    let (mut has_trap, mut is_beside) = (false, false);
    lines(file, text).find_map(|(written, at)| {
        is_beside |= written.ends_with('&') && !written.ends_with("&&");
        has_trap |= written
            .strip_prefix("trap ")
            .is_some_and(|action| !action.starts_with('-') && !action.starts_with("''"));
        (has_trap && is_beside && gives_way_to(written).is_some()).then_some(at)
    })
}

/// The loops of a shell's line or script that ask until something answers, and never give up, as stretches of the text.
pub(super) fn endless_waits(text: &str) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    // What bounds a loop from outside, `timeout 60 sh -c '…'`, is not told from what bounds a single try.
    let is_bounded = |word: &str| word.trim_matches(['"', '\'']) == "timeout";
    if !text.contains("done") || text.split_whitespace().any(is_bounded) {
        return found;
    }
    // Standard streams that are joined are no commands of their own.
    let text = text.replace(">&", "> ");
    let mut start = None;
    let (mut is_body, mut sleeps) = (false, false);
    let mut at = 0;
    for part in text.split_inclusive(['\n', ';', '&', '|']) {
        let code = part.trim_end_matches(['\n', ';', '&', '|', ' ', '\r']);
        let code = match code.split_once(" -c ") {
            Some((_, script)) => script,
            None => code,
        };
        let code = code.trim_start_matches([' ', '\t', '"', '\'', '(', '{']);
        let from = at + part.find(code).unwrap_or_default();
        at += part.len();
        let mut words = code.split_whitespace();
        let mut first = words.next().unwrap_or_default();
        let asks = first == "until" || (first == "while" && words.clone().next() == Some("!"));
        if asks {
            (start, is_body, sleeps) = (Some(from), false, false);
        }
        let Some(began) = start else { continue };
        if first == "do" && !is_body {
            is_body = true;
            first = words.next().unwrap_or_default();
        }
        if !is_body {
            // A number of tries, or a time.
            let counts = |word: &str| matches!(word, "-lt" | "-le" | "-gt" | "-ge" | "-eq");
            if code.contains("((") || code.contains("SECONDS") || words.any(counts) {
                start = None;
            }
        } else if first.starts_with("done") {
            if sleeps {
                found.push((began as u32, (from + 4) as u32));
            }
            start = None;
        } else {
            sleeps |= first == "sleep";
            // Whatever else happens in it may count, or give up.
            if !matches!(first, "sleep" | "echo" | "printf" | ":" | ">" | "") {
                start = None;
            }
        }
    }
    found
}

/// The variables that a line prints as they are: neither their length, nor a part of them, nor whether they are set.
fn printed_variables(line: &str) -> Vec<&str> {
    let code = ["then ", "do ", "else "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    // What goes into a file or to another program is not printed.
    let is_printed = (code.starts_with("echo ") || code.starts_with("printf "))
        && !code.replace(">&2", "").contains(['>', '|', '`'])
        && !code.contains("$(");
    let mut found = Vec::new();
    // Between single quotes it is text.
    for part in code.split('\'').step_by(2).filter(|_| is_printed) {
        for rest in part.split('$').skip(1) {
            let inner = rest.strip_prefix('{').unwrap_or(rest);
            let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let (name, after) = inner.split_at(length.unwrap_or(inner.len()));
            let is_whole =
                inner.len() == rest.len() || after.starts_with(['}', '-']) || after.starts_with(":-");
            if is_whole {
                found.push(name);
            }
        }
    }
    found
}

/// A variable that a line sets: its name, and the value with its quotes.
pub(super) fn set_here(line: &str) -> Option<(&str, &str)> {
    // `: "${NAME:=default}"` sets what is not set yet.
    if let Some(default) = line.strip_prefix(": ") {
        let value = default.trim().trim_matches('"');
        return Some((value.strip_prefix("${")?.split_once(":=")?.0, value));
    }
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Behind it a command may follow, which alone is given it.
    let is_alone = !value.contains(' ') || value.starts_with('"') && value.ends_with('"');
    (is_name && is_alone).then(|| (name, value.trim_matches(['"', '\''])))
}

/// Whether an address has a place for a password: `postgresql://$USER:$PASSWORD@db/app`.
fn has_login(value: &str) -> bool {
    value
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'))
        .is_some_and(|(login, _)| login.contains(':'))
}

impl<'s> Model<'s> {
    /// The scripts that containers start with, with the command line that does; without one where no deployment file was
    /// given and the script's name says so.
    pub(super) fn start_scripts<'m>(
        &'m self,
        workloads: &'m [Workload],
    ) -> impl Iterator<Item = (u32, &'m File<'s>, Option<&'m str>)> {
        (0..).zip(&self.files).filter(|(_, data)| data.kind == FileKind::Shell).filter_map(
            move |(file, data)| {
                let (development, test) = compose::is_partial_file(data.path);
                let name = last_part(data.path);
                let mut lines = self.start_lines(workloads).peekable();
                let line = match lines.peek() {
                    None => name.contains("entrypoint").then_some(None),
                    Some(_) => lines.find(|line| line.contains(name)).map(Some),
                }?;
                (!development && !test).then_some((file, data, line))
            },
        )
    }

    /// What the scripts that containers start with write into their logs, of what nobody should read.
    pub fn printed_secrets(&self) -> Vec<Printed<'_>> {
        let mut found = Vec::new();
        for (file, data, _) in self.start_scripts(self.workloads()) {
            let value_of = |name: &str| {
                lines(file, data.text).filter_map(|(line, _)| set_here(line)).find(|(set, _)| *set == name)
            };
            for (line, at) in lines(file, data.text) {
                if matches!(line, "env" | "printenv" | "env | sort" | "printenv | sort") {
                    found.push(Printed { at, variable: None, is_address: false });
                }
                for name in printed_variables(line) {
                    let address =
                        value_of(name).map(|(_, value)| value).filter(|value| value.contains("://"));
                    let is_secret = names_secret(name) || address.is_some_and(has_login);
                    let is_address = !is_secret && address.is_none() && is_connection_string_name(name);
                    if is_secret || is_address {
                        found.push(Printed { at, variable: Some(name), is_address });
                        break;
                    }
                }
            }
        }
        found
    }

    /// Where a script that a container starts with runs a store that takes whoever reaches the container, without a password.
    pub fn open_stores(&self) -> Vec<Span> {
        let scripts = self.start_scripts(self.workloads());
        scripts
            .flat_map(|(file, data, _)| commands(file, data.text))
            .filter(Command::opens_store)
            .map(|command| command.at)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_that_never_give_up_are_told_from_the_others() {
        for text in [
            "until nc -z db 5432; do sleep 1; done",
            "sh -c \"until nc -z db 5432; do echo waiting; sleep 1; done; uvicorn app:app\"",
            "while ! pg_isready -h db > /dev/null 2>&1\ndo\n  >&2 echo waiting\n  sleep 2\ndone\n",
            "f() {\n    until redis-cli ping | grep -q PONG; do\n        sleep 1\n    done\n}",
        ] {
            assert_eq!(endless_waits(text).len(), 1, "{text}");
        }
        for text in [
            "until nc -z db 5432 || [ $n -ge 30 ]; do sleep 1; n=$((n + 1)); done",
            "until nc -z db 5432; do n=$((n + 1)); [ $n -gt 30 ] && exit 1; sleep 1; done",
            "timeout 60 sh -c 'until nc -z db 5432; do sleep 1; done'",
            "while true; do python -m app.poll; sleep 60; done",
            "while ! python -m app.run; do echo again; done",
            "echo until nc -z db 5432; sleep 1; echo done",
        ] {
            assert_eq!(endless_waits(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_printed_whole_is_told_from_the_rest() {
        assert_eq!(
            printed_variables("echo \"at $URI, ${A:-b} ${#LONG} ${SET:+yes} ${PART%%:*}\""),
            ["URI", "A"]
        );
        for line in ["echo $KEY > key.txt", "echo \"$KEY\" | base64 -d", "echo '$KEY'", "set -- $KEY"] {
            assert_eq!(printed_variables(line), [""; 0], "{line}");
        }
        assert_eq!(printed_variables("echo $KEY >&2"), ["KEY"]);
    }
}

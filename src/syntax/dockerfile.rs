//! Dockerfiles as instructions with positions. The only module that names the Dockerfile parser's crate.

use parse_dockerfile::{Command as Written, HealthcheckArguments, Instruction as Parsed, Source, parse_iter};

use super::{SyntaxProblem, Word};

/// `NAME=value` of an `ENV` or `ARG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub name: Word,
    pub value: Option<Word>,
}

/// What an instruction runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// Its words, joined by spaces; continued lines on one line.
    pub text: String,
    /// Written as a JSON list, so that no shell reads it.
    pub is_list: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstructionKind {
    From {
        image: Word,
        alias: Option<Word>,
    },
    Argument(Vec<Assignment>),
    Environment(Vec<Assignment>),
    Run(CommandLine),
    Command(CommandLine),
    Entrypoint(CommandLine),
    /// Nothing for `HEALTHCHECK NONE`.
    Healthcheck(Option<CommandLine>),
    /// What `COPY --from=…` or `RUN --mount=…,from=…` takes files out of: a stage, its number, or an image.
    TakesFrom(Word),
    /// What `COPY` or `ADD` takes out of the folder that is built.
    Copies(Vec<Word>),
    /// The ports that the image says it listens on.
    Expose(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub kind: InstructionKind,
    pub start: u32,
    pub end: u32,
}

/// Reads the instructions up to the first that is none.
pub fn read_dockerfile(text: &str) -> (Vec<Instruction>, Option<SyntaxProblem>) {
    // The parser leaves a byte order mark out and does not count it.
    let shift = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let body = &text[shift..];
    let mut found = Vec::new();
    let problem = |message: String, line: usize| {
        let start =
            shift + body.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let start = start.min(text.len()) as u32;
        Some(SyntaxProblem { start, end: start, message })
    };
    let parsed = match parse_iter(body) {
        Ok(parsed) => parsed,
        Err(error) => return (found, problem(told(&error.to_string()), error.line())),
    };
    for instruction in parsed {
        match instruction {
            Ok(instruction) => {
                found.extend(taken_from(&instruction, shift as u32));
                found.extend(lower(body, &instruction, shift as u32));
            }
            Err(error) => return (found, problem(told(&error.to_string()), error.line())),
        }
    }
    (found, None)
}

fn told(error: &str) -> String {
    let error = error.split(" at line").next().unwrap_or(error);
    format!("this is not a valid Dockerfile: {error}")
}

fn lower(text: &str, parsed: &Parsed<'_>, shift: u32) -> Option<Instruction> {
    let word = |word: &parse_dockerfile::UnescapedString<'_>| Word {
        text: (&*word.value).into(),
        start: word.span.start as u32 + shift,
        end: word.span.end as u32 + shift,
    };
    let (kind, keyword, end) = match parsed {
        Parsed::From(from) => {
            let alias = from.as_.as_ref().map(|(_, name)| word(name));
            let end = from.as_.as_ref().map_or(from.image.span.end, |(_, name)| name.span.end);
            (InstructionKind::From { image: word(&from.image), alias }, &from.from, end)
        }
        Parsed::Arg(arg) => {
            let span = arg.arguments.span.clone();
            (InstructionKind::Argument(assignments(text, span.clone(), shift)), &arg.arg, span.end)
        }
        Parsed::Env(env) => {
            let span = env.arguments.span.clone();
            (InstructionKind::Environment(assignments(text, span.clone(), shift)), &env.env, span.end)
        }
        Parsed::Run(run) => {
            let (mut line, end) = command_line(&run.arguments);
            for document in &run.here_docs {
                line.text.push(' ');
                line.text.push_str(&document.value);
            }
            (InstructionKind::Run(line), &run.run, end)
        }
        Parsed::Cmd(cmd) => {
            let (line, end) = command_line(&cmd.arguments);
            (InstructionKind::Command(line), &cmd.cmd, end)
        }
        Parsed::Entrypoint(entrypoint) => {
            let (line, end) = command_line(&entrypoint.arguments);
            (InstructionKind::Entrypoint(line), &entrypoint.entrypoint, end)
        }
        Parsed::Healthcheck(check) => match &check.arguments {
            HealthcheckArguments::Cmd { arguments, .. } => {
                let (line, end) = command_line(arguments);
                (InstructionKind::Healthcheck(Some(line)), &check.healthcheck, end)
            }
            HealthcheckArguments::None { none, .. } => {
                (InstructionKind::Healthcheck(None), &check.healthcheck, none.span.end)
            }
            _ => return None,
        },
        Parsed::Copy(copy) if !copy.options.iter().any(|option| &*option.name.value == "from") => {
            (InstructionKind::Copies(paths(&copy.src, &word)), &copy.copy, copy.dest.span.end)
        }
        Parsed::Add(add) => (InstructionKind::Copies(paths(&add.src, &word)), &add.add, add.dest.span.end),
        Parsed::Expose(expose) => {
            let end = expose.arguments.last()?.span.end;
            (InstructionKind::Expose(expose.arguments.iter().map(word).collect()), &expose.expose, end)
        }
        _ => return None,
    };
    let start = keyword.span.start as u32 + shift;
    Some(Instruction { kind, start, end: (end as u32 + shift).max(start) })
}

fn paths<'a>(
    sources: &[Source<'a>],
    word: &dyn Fn(&parse_dockerfile::UnescapedString<'a>) -> Word,
) -> Vec<Word> {
    let paths = sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(word(path)),
        _ => None,
    });
    paths.collect()
}

/// The stages and images that an instruction takes files out of, each where it begins.
fn taken_from(parsed: &Parsed<'_>, shift: u32) -> Vec<Instruction> {
    let (keyword, options) = match parsed {
        Parsed::Copy(copy) => (&copy.copy, &copy.options),
        Parsed::Run(run) => (&run.run, &run.options),
        _ => return Vec::new(),
    };
    let sources = options.iter().filter_map(|option| {
        let value = option.value.as_ref()?;
        let text = match &*option.name.value {
            "from" => &*value.value,
            "mount" => value.value.split(',').find_map(|part| part.strip_prefix("from="))?,
            _ => return None,
        };
        let (start, end) = (value.span.start as u32 + shift, value.span.end as u32 + shift);
        let start_of_all = keyword.span.start as u32 + shift;
        let kind = InstructionKind::TakesFrom(Word { text: text.into(), start, end });
        Some(Instruction { kind, start: start_of_all, end: end.max(start_of_all) })
    });
    sources.collect()
}

fn command_line(written: &Written<'_>) -> (CommandLine, usize) {
    match written {
        Written::Exec(list) => {
            let words: Vec<&str> = list.value.iter().map(|word| &*word.value).collect();
            (CommandLine { text: words.join(" "), is_list: true }, list.span.end)
        }
        Written::Shell(line) => {
            let mut text = String::new();
            for part in line.value.lines().map(str::trim).filter(|part| !part.starts_with('#')) {
                text.push_str(part.trim_end_matches('\\'));
                text.push(' ');
            }
            (CommandLine { text: text.trim().to_owned(), is_list: false }, line.span.end)
        }
        _ => (CommandLine { text: String::new(), is_list: false }, 0),
    }
}

/// `A=1 B="two words"`, or in the old form `A one value to the end of the line`.
fn assignments(text: &str, span: std::ops::Range<usize>, shift: u32) -> Vec<Assignment> {
    let Some(written) = text.get(span.clone()) else { return Vec::new() };
    let word = |from: usize, to: usize, value: String| Word {
        text: value.into(),
        start: (span.start + from) as u32 + shift,
        end: (span.start + to) as u32 + shift,
    };
    let bytes = written.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at] == b'\\' {
            at += 1;
            continue;
        }
        if bytes[at] == b'#' && written[..at].trim_end_matches([' ', '\t']).ends_with('\n') {
            at += written[at..].find('\n').unwrap_or(bytes.len() - at);
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at] != b'=' && !bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        let name = word(start, at, written[start..at].to_owned());
        if bytes.get(at) != Some(&b'=') {
            let rest = written[at..].trim();
            if found.is_empty() && !rest.is_empty() && !written.contains('=') {
                let from = at + (written[at..].len() - written[at..].trim_start().len());
                found.push(Assignment { name, value: Some(word(from, from + rest.len(), rest.to_owned())) });
                break;
            }
            found.push(Assignment { name, value: None });
            continue;
        }
        at += 1;
        let from = at;
        let mut value: Vec<u8> = Vec::new();
        let mut quote = None;
        while at < bytes.len() {
            match (bytes[at], quote) {
                (byte, Some(open)) if byte == open => quote = None,
                (b'"' | b'\'', None) => quote = Some(bytes[at]),
                (b'\\', _) if at + 1 < bytes.len() => {
                    at += 1;
                    if !matches!(bytes[at], b'\n' | b'\r') {
                        value.push(bytes[at]);
                    }
                }
                (byte, None) if byte.is_ascii_whitespace() => break,
                (byte, _) => value.push(byte),
            }
            at += 1;
        }
        let value = String::from_utf8_lossy(&value).into_owned();
        found.push(Assignment { name, value: Some(word(from, at.min(bytes.len()), value)) });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_have_their_places() {
        let text = "\u{feff}ARG BASE=python:3.13\nFROM ${BASE} AS build\n# note\nENV A=1 \\\n    B=\"two words\"\nENV OLD a value\nHEALTHCHECK --interval=5s CMD curl -f http://localhost/\nHEALTHCHECK NONE\nRUN <<EOF\npip install x\nEOF\nCMD [\"uvicorn\", \\\n \"a:b\"]\nCOPY --from=x/y:1 /a /b\nEXPOSE 80 81/tcp\n";
        let (found, problem) = read_dockerfile(text);
        assert_eq!(problem, None);
        let at = |index: usize| &text[found[index].start as usize..found[index].end as usize];
        assert_eq!(at(0), "ARG BASE=python:3.13");
        assert_eq!(at(1), "FROM ${BASE} AS build");
        let InstructionKind::Environment(set) = &found[2].kind else { panic!("{:?}", found[2]) };
        let pairs: Vec<_> =
            set.iter().map(|pair| (&*pair.name.text, &*pair.value.as_ref().unwrap().text)).collect();
        assert_eq!(pairs, [("A", "1"), ("B", "two words")]);
        let InstructionKind::Environment(set) = &found[3].kind else { panic!("{:?}", found[3]) };
        assert_eq!(&*set[0].value.as_ref().unwrap().text, "a value");
        assert!(
            matches!(&found[4].kind, InstructionKind::Healthcheck(Some(line)) if line.text.starts_with("curl"))
        );
        assert_eq!(found[5].kind, InstructionKind::Healthcheck(None));
        assert!(matches!(&found[6].kind, InstructionKind::Run(line) if line.text.contains("pip install x")));
        assert!(
            matches!(&found[7].kind, InstructionKind::Command(line) if line.text == "uvicorn a:b" && line.is_list)
        );
        assert_eq!(at(8), "COPY --from=x/y:1");
        assert!(matches!(&found[9].kind, InstructionKind::Expose(ports) if ports.len() == 2));
        let (found, _) = read_dockerfile("FROM a\nCOPY --chown=1 .env a /srv/\n");
        assert!(
            matches!(&found[1].kind, InstructionKind::Copies(paths) if &*paths[0].text == ".env" && paths.len() == 2)
        );
    }

    #[test]
    fn what_is_no_instruction_is_a_problem() {
        let (found, problem) = read_dockerfile("FROM a\nFOO bar\nCMD x\n");
        assert_eq!(found.len(), 1);
        assert_eq!(problem.unwrap().start, 7);
        assert!(read_dockerfile("").1.is_some());
    }
}

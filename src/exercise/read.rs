//! Reads the Markdown of an exercise; CONTRIBUTING.md describes the format. Used by the build and by the tests.

use crate::exercise::{Exercise, Kind, Sign, Solution, Trap, Violation, WrongTurn};
use crate::report::Rule;
use crate::source::Source;

/// What is wrong, and at which line.
type Fault = (usize, String);

/// Reads an exercise, or says what is wrong at which line.
pub fn read(id: &str, rule: Option<Rule>, text: &str) -> Result<Exercise, Fault> {
    let lines: Vec<&str> = text.lines().collect();
    let (front, body) = front_matter(&lines)?;
    let sections = sections(&lines, body)?;
    let mut exercise = Exercise {
        id: id.to_owned(),
        rule,
        kind: front.kind,
        title: front.title,
        task: String::new(),
        start: Vec::new(),
        violations: Vec::new(),
        traps: Vec::new(),
        keep: front.keep,
        conforming_first: front.conforming_first,
        hints: Vec::new(),
        reason: String::new(),
        solutions: Vec::new(),
        wrong_turns: Vec::new(),
    };
    for section in sections {
        let line = section.line;
        let heading = section.heading.clone();
        match heading.split_once(": ").unwrap_or((&heading, "")) {
            ("", _) => start(&mut exercise, section)?,
            ("Hints", "") => exercise.hints = hints(&section)?,
            ("Reason", "") => exercise.reason = section.prose(),
            ("Solution", title) if !title.is_empty() => {
                let files = section.edited(&exercise.start)?;
                let text = section.prose();
                exercise.solutions.push(Solution { title: title.to_owned(), text, files });
            }
            ("Wrong turn", title) if !title.is_empty() => {
                exercise.wrong_turns.push(wrong_turn(&exercise, title, section)?);
            }
            _ => {
                return Err((
                    line,
                    "a heading is Hints, Reason, 'Solution: …' or 'Wrong turn: …'".to_owned(),
                ));
            }
        }
    }
    let lacks = |what: &str| Err((lines.len(), format!("the exercise has no {what}")));
    match () {
        () if exercise.task.is_empty() => lacks("task above its code"),
        () if exercise.violations.is_empty() => lacks("line that violates a rule"),
        () if exercise.hints.is_empty() => lacks("hints"),
        () if exercise.reason.is_empty() => lacks("reason"),
        () if exercise.solutions.is_empty() => lacks("solution"),
        () if exercise.wrong_turns.is_empty() && exercise.traps.is_empty() => lacks("wrong turn"),
        () => Ok(exercise),
    }
}

struct FrontMatter {
    kind: Kind,
    title: String,
    keep: Vec<String>,
    conforming_first: bool,
}

/// The front matter, and the index of the line behind it.
fn front_matter(lines: &[&str]) -> Result<(FrontMatter, usize), Fault> {
    if lines.first() != Some(&"---") {
        return Err((1, "the front matter must start with a line '---'".to_owned()));
    }
    let mut kind = None;
    let mut title = String::new();
    let mut keep = Vec::new();
    let mut conforming = None;
    for (index, line) in lines.iter().enumerate().skip(1) {
        let number = index + 1;
        if *line == "---" {
            let kind = kind.ok_or((number, "the front matter has no 'kind: …'".to_owned()))?;
            if title.is_empty() {
                return Err((number, "the front matter has no 'title: …'".to_owned()));
            }
            if (kind == Kind::Which) != conforming.is_some() {
                return Err((
                    number,
                    "'conforming: first' or 'second' belongs to 'which is right' alone".to_owned(),
                ));
            }
            let conforming_first = conforming.unwrap_or_default();
            return Ok((FrontMatter { kind, title, keep, conforming_first }, index + 1));
        }
        match line.split_once(": ") {
            Some(("kind", words)) => {
                let known = Kind::ALL.into_iter().find(|kind| kind.words() == words);
                kind = Some(known.ok_or_else(|| {
                    let all = Kind::ALL.map(Kind::words).join(", ");
                    (number, format!("'{words}' is none of {all}"))
                })?);
            }
            Some(("title", words)) => title = words.to_owned(),
            Some(("keep", words)) => keep = words.split(", ").map(str::to_owned).collect(),
            Some(("conforming", "first")) => conforming = Some(true),
            Some(("conforming", "second")) => conforming = Some(false),
            _ => return Err((number, "the front matter has kind, title, keep and conforming".to_owned())),
        }
    }
    Err((1, "the front matter must end with a line '---'".to_owned()))
}

/// What stands under a heading; what stands before the first one has no heading.
struct Part {
    heading: String,
    line: usize,
    prose: Vec<(usize, String)>,
    blocks: Vec<Block>,
}

struct Block {
    path: Option<String>,
    language: String,
    /// The line of the Markdown at which the code starts.
    line: usize,
    lines: Vec<String>,
}

fn sections(lines: &[&str], from: usize) -> Result<Vec<Part>, Fault> {
    let part = |heading: &str, line| Part {
        heading: heading.to_owned(),
        line,
        prose: Vec::new(),
        blocks: Vec::new(),
    };
    let mut parts = vec![part("", from + 1)];
    let mut path = None;
    let mut at = from;
    while at < lines.len() {
        let (line, number) = (lines[at], at + 1);
        at += 1;
        let last = parts.last_mut().expect("there is a first part");
        if let Some(heading) = line.strip_prefix("## ") {
            parts.push(part(heading, number));
        } else if let Some(language) = line.strip_prefix("```") {
            let length = lines[at..].iter().position(|line| *line == "```");
            let length = length.ok_or_else(|| (number, "this block is not closed".to_owned()))?;
            last.blocks.push(Block {
                path: path.take(),
                language: language.to_owned(),
                line: at + 1,
                lines: lines[at..at + length].iter().map(|line| (*line).to_owned()).collect(),
            });
            at += length + 1;
        } else if let Some(name) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
            path = Some(name.to_owned());
        } else if path.is_some() && !line.is_empty() {
            return Err((number, "the block must follow the line with its path".to_owned()));
        } else {
            last.prose.push((number, line.to_owned()));
        }
    }
    Ok(parts)
}

impl Part {
    /// The prose, its lines joined: a paragraph may be broken anywhere.
    fn prose(&self) -> String {
        let lines: Vec<&str> = self.prose.iter().map(|(_, line)| line.trim()).collect();
        let paragraphs: Vec<String> = lines
            .split(|line| line.is_empty())
            .filter(|lines| !lines.is_empty())
            .map(|lines| lines.join(" "))
            .collect();
        paragraphs.join("\n")
    }

    /// The files of the start after the edits of this part.
    fn edited(&self, start: &[Source]) -> Result<Vec<Source>, Fault> {
        let mut files = start.to_vec();
        for block in &self.blocks {
            let path = match (&block.path, start) {
                (Some(path), _) => path.clone(),
                (None, [only]) => only.path.clone(),
                (None, _) => {
                    return Err((block.line, "name the file above the block: there are several".to_owned()));
                }
            };
            let known = files.iter().position(|file| file.path == path);
            if block.language == "diff" {
                let index = known.ok_or_else(|| (block.line, format!("the start has no file {path}")))?;
                files[index].text = edit(&files[index].text, block)?;
            } else {
                let text = joined(&block.lines);
                match known {
                    Some(index) => files[index].text = text,
                    None => files.push(Source { path, text }),
                }
            }
        }
        if files == start {
            return Err((self.line, "this changes nothing".to_owned()));
        }
        Ok(files)
    }
}

fn joined<Line: AsRef<str>>(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.as_ref())).collect()
}

/// Takes a patch without line numbers over into a text: each run of old lines must stand there exactly once.
fn edit(text: &str, block: &Block) -> Result<String, Fault> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut at = 0;
    for hunk in block.lines.split(|line| line.starts_with("@@")) {
        let number = block.line + at;
        at += hunk.len() + 1;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (index, line) in hunk.iter().enumerate() {
            match (line.chars().next(), line.get(1..).unwrap_or_default()) {
                (None, _) => {
                    old.push(String::new());
                    new.push(String::new());
                }
                (Some(' '), rest) => {
                    old.push(rest.to_owned());
                    new.push(rest.to_owned());
                }
                (Some('-'), rest) => old.push(rest.to_owned()),
                (Some('+'), rest) => new.push(rest.to_owned()),
                _ => return Err((number + index, "a line of a diff begins with ' ', '-' or '+'".to_owned())),
            }
        }
        if old.is_empty() {
            return Err((number, "a hunk needs lines that stand in the file".to_owned()));
        }
        let places: Vec<usize> = (0..(lines.len() + 1).saturating_sub(old.len()))
            .filter(|&place| lines[place..place + old.len()] == old[..])
            .collect();
        let [place] = places[..] else {
            return Err((number, format!("these lines stand {} times in the file, not once", places.len())));
        };
        lines.splice(place..place + old.len(), new);
    }
    Ok(joined(&lines))
}

/// The task, and the code with its comments on what is violated and what is a trap.
fn start(exercise: &mut Exercise, part: Part) -> Result<(), Fault> {
    exercise.task = part.prose();
    for block in part.blocks {
        let path = match (block.path, block.language.as_str()) {
            (Some(path), _) => path,
            (None, "py") => "main.py".to_owned(),
            (None, "yaml") => "compose.yaml".to_owned(),
            (None, "dockerfile") => "Dockerfile".to_owned(),
            (None, "caddyfile") => "Caddyfile".to_owned(),
            (None, "env") => ".env".to_owned(),
            (None, other) => {
                return Err((block.line - 1, format!("name the file above the block of '{other}'")));
            }
        };
        if exercise.start.iter().any(|file| file.path == path) {
            return Err((block.line - 1, format!("there is a file {path} already")));
        }
        let mut lines = Vec::new();
        for (index, line) in block.lines.iter().enumerate() {
            let (number, line_of_code) = (block.line + index, index as u32 + 1);
            if let Some((code, rules)) = line.split_once("# violates: ") {
                for rule in rules.split("; ") {
                    let rule = rule.trim().parse::<Rule>().map_err(|error| (number, error.to_string()))?;
                    exercise.violations.push(Violation { path: path.clone(), line: line_of_code, rule });
                }
                lines.push(code.trim_end());
            } else if let Some((code, hint)) = line.split_once("# trap: ") {
                let hint = hint.trim().to_owned();
                exercise.traps.push(Trap { path: path.clone(), line: line_of_code, hint });
                lines.push(code.trim_end());
            } else {
                lines.push(line);
            }
        }
        exercise.start.push(Source { path, text: joined(&lines) });
    }
    Ok(())
}

/// The numbered hints; a hint may go on in the lines below.
fn hints(part: &Part) -> Result<Vec<String>, Fault> {
    let mut hints: Vec<String> = Vec::new();
    for (number, line) in part.prose.iter().filter(|(_, line)| !line.trim().is_empty()) {
        let next = format!("{}. ", hints.len() + 1);
        match (line.strip_prefix(&next), hints.last_mut()) {
            (Some(text), _) => hints.push(text.trim().to_owned()),
            (None, Some(hint)) => {
                hint.push(' ');
                hint.push_str(line.trim());
            }
            (None, None) => return Err((*number, "the hints are a numbered list".to_owned())),
        }
    }
    if hints.len() == 3 {
        Ok(hints)
    } else {
        Err((part.line, format!("there are three hints, not {}", hints.len())))
    }
}

fn wrong_turn(exercise: &Exercise, title: &str, mut part: Part) -> Result<WrongTurn, Fault> {
    let mut signs = Vec::new();
    for (number, line) in &part.prose {
        if let Some(clauses) = line.strip_prefix("When: ") {
            for clause in clauses.split(" and ") {
                signs.push(sign(clause).map_err(|message| (*number, message))?);
            }
        } else if let Some(rule) = line.strip_prefix("Names: ") {
            signs.push(Sign::Named(rule.parse().map_err(|error| (*number, format!("{error}")))?));
        }
    }
    part.prose.retain(|(_, line)| !line.starts_with("When: ") && !line.starts_with("Names: "));
    let files = if part.blocks.is_empty() { Vec::new() } else { part.edited(&exercise.start)? };
    let hint = part.prose();
    let fault = |message: &str| Err((part.line, message.to_owned()));
    match exercise.kind {
        _ if hint.is_empty() => fault("a wrong turn has a hint"),
        Kind::Mend if signs.is_empty() || files.is_empty() => {
            fault("a wrong turn has a 'When: …' and an edit")
        }
        Kind::Find if signs.is_empty() => fault("a wrong turn has a 'Names: …'"),
        Kind::Which if !signs.is_empty() || !files.is_empty() => {
            fault("the wrong turn is the start itself: it has a hint and nothing else")
        }
        _ => Ok(WrongTurn { title: title.to_owned(), hint, signs, files }),
    }
}

/// `found C5 "part of the message"`, `new F1`, `lost feed`, `text "a"`, `no text "a"`.
fn sign(clause: &str) -> Result<Sign, String> {
    let wrong = || {
        format!(
            "'{clause}' is none of: found C5 \"words\", new C5, lost name, text \"code\", no text \"code\""
        )
    };
    let quoted =
        |text: &str| -> Option<String> { Some(text.trim().strip_prefix('"')?.strip_suffix('"')?.to_owned()) };
    let rule = |text: &str| text.parse::<Rule>().map_err(|error| error.to_string());
    if let Some(rest) = clause.strip_prefix("found ") {
        let (id, words) = rest.split_once(' ').unwrap_or((rest, "\"\""));
        return Ok(Sign::Found(rule(id)?, quoted(words).ok_or_else(wrong)?));
    }
    if let Some(rest) = clause.strip_prefix("new ") {
        return Ok(Sign::New(rule(rest)?));
    }
    if let Some(rest) = clause.strip_prefix("lost ") {
        return Ok(Sign::Lost(rest.to_owned()));
    }
    if let Some(rest) = clause.strip_prefix("no text ") {
        return Ok(Sign::NoText(quoted(rest).ok_or_else(wrong)?));
    }
    let text = clause.strip_prefix("text ").ok_or_else(wrong)?;
    Ok(Sign::Text(quoted(text).ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---
kind: find it
title: Two files
keep: a, b
---
The task,
in two lines.

`app/a.py`:
```py
x = 1  # violates: C5; F1
y = 2  # trap: it is fine
```

```yaml
services: {}
```

## Hints
1. one
   goes on
2. two
3. three

## Reason
Why.

Because.

## Solution: Both
`app/a.py`:
```diff
-x = 1
+x = 3
 y = 2
```
`new.py`:
```py
z = 1
```

## Wrong turn: Named wrongly
Names: C1
Not that.
";

    #[test]
    fn the_format_is_read() {
        let exercise =
            read("mixed-a", None, TEXT).unwrap_or_else(|(line, message)| panic!("{line}: {message}"));
        assert_eq!((exercise.kind, exercise.title.as_str()), (Kind::Find, "Two files"));
        assert_eq!(exercise.task, "The task, in two lines.");
        let paths: Vec<&str> = exercise.start.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["app/a.py", "compose.yaml"]);
        assert_eq!(exercise.start[0].text, "x = 1\ny = 2\n");
        assert_eq!(exercise.rules(), [Rule::C5, Rule::F1]);
        assert_eq!((exercise.traps[0].line, exercise.traps[0].hint.as_str()), (2, "it is fine"));
        assert_eq!(exercise.hints, ["one goes on", "two", "three"]);
        assert_eq!(exercise.reason, "Why.\nBecause.");
        assert_eq!(exercise.keep, ["a", "b"]);
        let mended = &exercise.solutions[0].files;
        assert_eq!(
            (mended.len(), mended[0].text.as_str(), mended[2].text.as_str()),
            (3, "x = 3\ny = 2\n", "z = 1\n")
        );
        assert_eq!(exercise.wrong_turns[0].signs, [Sign::Named(Rule::C1)]);
        assert_eq!(exercise.wrong_turns[0].hint, "Not that.");
    }

    #[test]
    fn a_wrong_format_is_refused_with_its_line() {
        for (from, to, line, part) in [
            ("kind: find it", "kind: guess", 2, "none of mend it"),
            ("title: Two files\n", "", 4, "no 'title"),
            ("keep: a, b", "conforming: first", 5, "belongs to"),
            ("; F1", "; F99", 11, "no rule"),
            ("3. three", "", 19, "three hints"),
            ("## Reason", "## Reasons", 25, "a heading is"),
            ("-x = 1", "-x = 9", 33, "0 times"),
            ("+x = 3", "x = 3", 34, "begins with"),
            ("Names: C1\n", "", 42, "Names"),
            ("Names: C1", "When: maybe", 43, "'maybe' is none of"),
        ] {
            let text = TEXT.replace(from, to);
            let Err((at, message)) = read("a", None, &text) else { panic!("accepted: {to}") };
            assert_eq!((at, message.contains(part)), (line, true), "{to}: {message}");
        }
    }

    #[test]
    fn signs_are_read() {
        assert_eq!(sign("found C5 \"a b\""), Ok(Sign::Found(Rule::C5, "a b".to_owned())));
        assert_eq!(sign("found C5"), Ok(Sign::Found(Rule::C5, String::new())));
        assert_eq!(sign("new F1"), Ok(Sign::New(Rule::F1)));
        assert_eq!(sign("no text \"x\""), Ok(Sign::NoText("x".to_owned())));
        assert!(sign("text x").is_err());
    }
}

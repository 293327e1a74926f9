//! What the text of an answer says: words that have to stay, and which lines belong together.

use crate::exercise::judge::Marked;
use crate::report::Finding;
use crate::source::Source;

/// Whether the word stands in the code, outside comments, not as a part of a longer name.
pub fn has_word(files: &[Source], word: &str) -> bool {
    files.iter().any(|file| {
        file.text.lines().map(without_comment).any(|line| {
            line.match_indices(word).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + word.len()..].chars().next();
                let goes_on = (word.starts_with(is_word) && before.is_some_and(is_word))
                    || (word.ends_with(is_word) && after.is_some_and(is_word));
                !goes_on
            })
        })
    })
}

/// Whether the code has the text, outside comments; space counts for nothing.
pub fn has_text(files: &[Source], text: &str) -> bool {
    let wanted = dense(text);
    files.iter().any(|file| dense(&file.text).contains(&wanted))
}

fn dense(text: &str) -> String {
    text.lines().flat_map(|line| without_comment(line).split_whitespace()).collect()
}

/// Whether a mark stands where a reviewer may well speak of a finding: on a part of its reason in the same Python file, on a
/// heading around it, such as `async with …:` or the name of a service, or below its own heading.
pub fn is_near(files: &[Source], finding: &Finding, mark: &Marked) -> bool {
    let Some(file) = files.iter().find(|file| file.path == finding.path && file.path == mark.path) else {
        return false;
    };
    let is_python = file.path.ends_with(".py");
    let line = finding.range.start.line;
    is_python
        && finding.because.iter().any(|place| place.path == mark.path && place.range.start.line == mark.line)
        || headings(&file.text, line, is_python).contains(&mark.line)
        || headings(&file.text, mark.line, is_python).contains(&line)
}

/// The lines under which a line is indented, up to the function around it; in other files than Python's, up to the top.
fn headings(text: &str, of: u32, is_python: bool) -> Vec<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    let Some(mut depth) = lines.get(of as usize - 1).map(|line| indent(line)) else { return found };
    for number in (1..of).rev() {
        let line = lines[number as usize - 1];
        let is_definition = is_python && is_definition(line);
        if line.trim().is_empty() || indent(line) >= depth {
            continue;
        }
        depth = indent(line);
        if depth == 0 || is_definition {
            break;
        }
        if line.trim_end().ends_with(':') {
            found.push(number);
        }
    }
    found
}

/// Whether a line begins a function or class.
pub fn is_definition(line: &str) -> bool {
    ["def ", "async def ", "class "].iter().any(|word| line.trim_start().starts_with(word))
}

/// A line up to the `#` that begins a comment: outside quotes, at the start or after a space.
pub fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '#') if before.is_whitespace() => return line[..at].trim_end(),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character && before != '\\' => quote = None,
            _ => {}
        }
        before = character;
    }
    line
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(text: &str) -> Vec<Source> {
        vec![Source { path: "app/a.py".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn words_count_outside_comments_and_longer_names() {
        let files = python("a = load(url)  # charge\nb = 'a # pay'\nreload_all()\n");
        assert!(has_word(&files, "load") && has_word(&files, "pay") && has_word(&files, "load("));
        assert!(!has_word(&files, "charge") && !has_word(&files, "reload"));
    }

    #[test]
    fn headings_lead_up_to_the_function() {
        let code = "async def f(\n    a,\n):\n    for b in a:\n        with c:\n            d()\n\n            e()\n";
        assert_eq!(headings(code, 8, true), [5, 4]);
        assert!(headings(code, 4, true).is_empty());
        assert_eq!(headings("services:\n  db:\n    ports:\n      - 5432\n", 4, false), [3, 2]);
    }

    #[test]
    fn text_is_compared_without_space() {
        let files = python("x = f(\n    1,  # one\n    2,\n)\n");
        assert!(has_text(&files, "f(1, 2") && !has_text(&files, "one"));
    }
}

//! What an answer must not lose: the functions and classes that others call, and words that the task names.

use crate::source::Source;

/// The names of the functions and classes of Python files that can be reached from outside: those at the top, and
/// the methods of classes. What begins with an underscore is nobody else's.
pub fn public(files: &[Source]) -> Vec<String> {
    let mut names = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".py")) {
        let mut in_class = false;
        for line in file.text.lines() {
            let indent = line.len() - line.trim_start().len();
            let Some((is_class, name)) = defined(line.trim_start()) else {
                in_class &= indent > 0 || line.trim().is_empty();
                continue;
            };
            let reached = indent == 0 || (in_class && indent == 4);
            if indent == 0 {
                in_class = is_class;
            }
            if reached && !name.starts_with('_') && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Whether a name is still defined, at whatever depth: a function may become a method or a class.
pub fn is_defined(files: &[Source], name: &str) -> bool {
    files.iter().any(|file| {
        file.text.lines().any(|line| {
            let line = line.trim_start();
            defined(line).is_some_and(|(_, found)| found == name)
                || line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
        })
    })
}

/// The name that a line of code defines, and whether it is a class.
fn defined(line: &str) -> Option<(bool, &str)> {
    let (is_class, rest) = match (line.strip_prefix("class "), line.strip_prefix("async ").unwrap_or(line)) {
        (Some(rest), _) => (true, rest),
        (None, line) => (false, line.strip_prefix("def ")?),
    };
    let end = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    (end > 0).then(|| (is_class, &rest[..end]))
}

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
    fn public_names_are_functions_classes_and_their_methods() {
        let files = python(
            "class Chat:\n    limit = 3\n\n    async def reply(self):\n        def inner(): ...\n\n    def _own(self): ...\n\n\nasync def feed():\n    def inner(): ...\n\n\n@app.get('/')\ndef plain(): ...\n",
        );
        assert_eq!(public(&files), ["Chat", "reply", "feed", "plain"]);
        assert!(is_defined(&files, "inner") && is_defined(&files, "limit") && !is_defined(&files, "Cha"));
    }

    #[test]
    fn words_count_outside_comments_and_longer_names() {
        let files = python("a = load(url)  # charge\nb = 'a # pay'\nreload_all()\n");
        assert!(has_word(&files, "load") && has_word(&files, "pay") && has_word(&files, "load("));
        assert!(!has_word(&files, "charge") && !has_word(&files, "reload"));
    }

    #[test]
    fn text_is_compared_without_space() {
        let files = python("x = f(\n    1,  # one\n    2,\n)\n");
        assert!(has_text(&files, "f(1, 2") && !has_text(&files, "one"));
    }
}

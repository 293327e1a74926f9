//! Caddyfiles as directives with positions.
//!
//! Written by hand: there is no crate that reads them. The grammar is small: words on lines, and blocks in braces.

use super::{SyntaxProblem, Word};

/// Blocks that are nested deeper were not written by a person.
const DEPTH: usize = 50;

/// One line of words: a site's addresses, an option, a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub words: Vec<Word>,
    /// The directive whose block this stands in, by its index.
    pub parent: Option<u32>,
    pub has_block: bool,
}

/// Reads all directives, each before those in its block. A brace too many, or one that is missing, is a problem.
pub fn read_caddyfile(text: &str) -> (Vec<Directive>, Option<SyntaxProblem>) {
    let mut found: Vec<Directive> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut problem = None;
    let told = |at: u32, message: &str| {
        Some(SyntaxProblem {
            start: at,
            end: at,
            message: format!("this is not a valid Caddyfile: {message}"),
        })
    };
    for token in Tokens::new(text) {
        match token {
            Token::Word(word) => words.push(word),
            Token::LineEnd => {
                let opens = words.last().is_some_and(|last| &*last.text == "{");
                if words.len() == 1 && &*words[0].text == "}" {
                    if open.pop().is_none() {
                        problem = problem.or_else(|| told(words[0].start, "this brace closes nothing"));
                    }
                    words.clear();
                    continue;
                }
                if words.is_empty() {
                    continue;
                }
                if opens {
                    words.pop();
                }
                let directive = Directive {
                    words: std::mem::take(&mut words),
                    parent: open.last().copied(),
                    has_block: opens,
                };
                let index = found.len() as u32;
                found.push(directive);
                if opens {
                    if open.len() >= DEPTH {
                        return (found, told(0, "its blocks are nested more than 50 levels deep"));
                    }
                    open.push(index);
                }
            }
        }
    }
    if !open.is_empty() && problem.is_none() {
        problem = told(text.len() as u32, "a brace is missing at the end");
    }
    (found, problem)
}

enum Token {
    Word(Word),
    LineEnd,
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
    ended: bool,
}

impl<'t> Tokens<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, ended: false }
    }

    fn word(&self, start: usize, end: usize, said: &str) -> Token {
        Token::Word(Word { text: said.into(), start: start as u32, end: end as u32 })
    }

    /// Between quotes, or from `<<NAME` to a line that is the name.
    fn enclosed(&mut self, start: usize) -> Option<Token> {
        let rest = &self.text[start..];
        if let Some(name) = rest.strip_prefix("<<").and_then(|rest| rest.split_whitespace().next()) {
            let body = start + rest.find('\n')? + 1;
            let mut at = body;
            for line in self.text[body..].split_inclusive('\n') {
                if line.trim() == name {
                    let said = &self.text[body..at];
                    self.at = at + line.trim_end().len();
                    return Some(self.word(start, self.at, said));
                }
                at += line.len();
            }
            return None;
        }
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '`'))?;
        let mut escaped = false;
        for (at, character) in rest.char_indices().skip(1) {
            match character {
                _ if escaped => escaped = false,
                '\\' if quote == '"' => escaped = true,
                _ if character == quote => {
                    self.at = start + at + 1;
                    return Some(self.word(start, self.at, &rest[1..at]));
                }
                _ => {}
            }
        }
        None
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = &self.text[self.at..];
            let Some(character) = rest.chars().next() else {
                // The last line may lack its end.
                return (!std::mem::replace(&mut self.ended, true)).then_some(Token::LineEnd);
            };
            if character == '\n' {
                self.at += 1;
                return Some(Token::LineEnd);
            }
            if character == '\\' && (rest.starts_with("\\\n") || rest.starts_with("\\\r\n")) {
                self.at += rest.find('\n').unwrap_or(0) + 1;
                continue;
            }
            if character.is_whitespace() || character == '\u{feff}' {
                self.at += character.len_utf8();
                continue;
            }
            if character == '#' {
                self.at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            let start = self.at;
            if let Some(token) = self.enclosed(start) {
                return Some(token);
            }
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            self.at += length;
            return Some(self.word(start, self.at, &rest[..length]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_nested() {
        let text = "{\n\tadmin off\n}\n\n:80, example.com {\n\theader X \"a b\" # note\n\thandle_path /v/* {\n\t\treverse_proxy {$HOST:qdrant}:6333 \\\n\t\t\tother:1\n\t}\n\trespond `{\"a\": 1}` 200\n}\n";
        let (found, problem) = read_caddyfile(text);
        assert_eq!(problem, None);
        let read: Vec<(Vec<&str>, Option<u32>)> =
            found.iter().map(|d| (d.words.iter().map(|word| &*word.text).collect(), d.parent)).collect();
        assert_eq!(
            read,
            [
                (vec![], None),
                (vec!["admin", "off"], Some(0)),
                (vec![":80,", "example.com"], None),
                (vec!["header", "X", "a b"], Some(2)),
                (vec!["handle_path", "/v/*"], Some(2)),
                (vec!["reverse_proxy", "{$HOST:qdrant}:6333", "other:1"], Some(4)),
                (vec!["respond", "{\"a\": 1}", "200"], Some(2)),
            ]
        );
        assert_eq!(&text[found[6].words[0].start as usize..found[6].words[0].end as usize], "respond");
    }

    #[test]
    fn braces_must_match() {
        assert!(read_caddyfile(":80 {\n").1.is_some());
        assert!(read_caddyfile("}\n").1.is_some());
        assert!(read_caddyfile(&"a {\n".repeat(1_000)).1.is_some());
        assert!(read_caddyfile("\"open {\n<<EOF\nx").1.is_some());
    }
}

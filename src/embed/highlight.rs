//! What each piece of a line of code is: a keyword, a string, a name. The grammars are those of `bat`, by way of
//! `two-face`; only what the page's editor tells apart is told apart.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// The beginnings of scopes, and the word that a style sheet has for them. The first that fits holds.
const KINDS: [(&str, Option<&str>); 20] = [
    ("comment", Some("comment")),
    // Code within a text: what surrounds it no longer counts.
    ("meta.interpolation", None),
    ("source.python.embedded", None),
    ("constant.numeric", Some("number")),
    ("constant.language", Some("number")),
    ("string", Some("string")),
    ("keyword", Some("keyword")),
    ("storage", Some("keyword")),
    ("variable.language", None),
    ("entity.name.function.decorator", Some("decorator")),
    ("variable.annotation", Some("decorator")),
    ("punctuation.definition.annotation", Some("decorator")),
    ("meta.annotation", Some("decorator")),
    ("entity.name.function", Some("function")),
    ("variable.function", Some("function")),
    ("support.function", Some("function")),
    ("entity.name.class", Some("type")),
    ("entity.other.inherited-class", Some("type")),
    ("support.type", Some("type")),
    ("entity.name.tag", Some("property")),
];

/// A piece of a line: from the byte where the one before ends up to `end`.
pub struct Piece {
    pub end: usize,
    pub kind: Option<&'static str>,
}

/// The pieces of every line of a text; each line is given with its line end.
pub fn highlight(path: &str, lines: &[&str]) -> Vec<Vec<Piece>> {
    let syntax = syntax_of(path);
    let kinds: Vec<(Scope, Option<&'static str>)> =
        KINDS.iter().filter_map(|&(text, kind)| Scope::new(text).ok().map(|scope| (scope, kind))).collect();
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    lines
        .iter()
        .map(|line| {
            let mut pieces = Vec::new();
            // A grammar that fails leaves the line plain: its text is what counts.
            for (at, operation) in state.parse_line(line, &SYNTAXES).unwrap_or_default() {
                push(&mut pieces, at, kind_of(&stack, &kinds));
                let _ = stack.apply(&operation);
            }
            push(&mut pieces, line.len(), kind_of(&stack, &kinds));
            // An operator is no keyword, unless it is a word.
            let mut start = 0;
            for piece in &mut pieces {
                let text = &line[start..piece.end];
                if piece.kind == Some("keyword") && !text.contains(char::is_alphabetic) {
                    piece.kind = None;
                }
                start = piece.end;
            }
            pieces
        })
        .collect()
}

fn push(pieces: &mut Vec<Piece>, end: usize, kind: Option<&'static str>) {
    match pieces.last_mut() {
        Some(last) if end <= last.end => {}
        Some(last) if last.kind == kind => last.end = end,
        None if end == 0 => {}
        _ => pieces.push(Piece { end, kind }),
    }
}

fn kind_of(stack: &ScopeStack, kinds: &[(Scope, Option<&'static str>)]) -> Option<&'static str> {
    stack.as_slice().iter().rev().find_map(|scope| {
        kinds.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, kind)| *kind)
    })?
}

fn syntax_of(path: &str) -> &'static SyntaxReference {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default();
    let ending = match ending {
        "tpl" => "yaml",
        other => other,
    };
    let by_name = if name.starts_with(".env") { SYNTAXES.find_syntax_by_extension("env") } else { None };
    by_name
        .or_else(|| SYNTAXES.find_syntax_by_extension(name))
        .or_else(|| SYNTAXES.find_syntax_by_extension(ending))
        .unwrap_or_else(|| SYNTAXES.find_syntax_plain_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(path: &str, text: &str) -> Vec<(String, &'static str)> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut found = Vec::new();
        for (line, pieces) in lines.iter().zip(highlight(path, &lines)) {
            let mut start = 0;
            for Piece { end, kind } in pieces {
                if let Some(kind) = kind {
                    found.push((line[start..end].trim().to_owned(), kind));
                }
                start = end;
            }
            assert_eq!(start, line.len(), "the pieces make up the line");
        }
        found
    }

    #[test]
    fn python_is_told_apart() {
        let found = kinds(
            "a.py",
            "@app.get(\"/x\")\nasync def reply(name: str):\n    return f\"a{name}\" or 1  # é\n",
        );
        for expected in [
            ("def", "keyword"),
            ("reply", "function"),
            ("return", "keyword"),
            ("or", "keyword"),
            ("1", "number"),
            ("# é", "comment"),
        ] {
            assert!(
                found.iter().any(|(text, kind)| text.ends_with(expected.0) && *kind == expected.1),
                "{expected:?} in {found:?}"
            );
        }
        assert!(found.iter().any(|(text, kind)| text.contains("/x") && *kind == "string"), "{found:?}");
        assert!(!found.iter().any(|(text, _)| text == "name"), "what stands in a text is code: {found:?}");
    }

    #[test]
    fn deployment_files_are_told_apart() {
        let found = kinds("compose.yaml", "services:  # all\n  web:\n    image: \"a:1\"\n");
        assert!(found.contains(&("services".to_owned(), "property")), "{found:?}");
        let found = kinds("Dockerfile", "FROM python:3.12\n# why\nRUN true\n");
        assert!(found.contains(&("FROM".to_owned(), "keyword")), "{found:?}");
        assert!(found.contains(&("# why".to_owned(), "comment")), "{found:?}");
        assert!(kinds("Caddyfile", "example.com {\n}\n").is_empty());
    }
}

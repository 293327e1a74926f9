//! What people paste that is not a module of Python as it stands: fragments, transcripts, texts with code in them,
//! notebooks.
//!
//! A shape becomes a text that the parser reads, and a [`Layout`] that leads each of its places back to the given text.
//! All positions of a tree are led back when it is made, so that nothing above knows of shapes.

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_text_size::Ranged;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A text for the parser, made of pieces of the given one.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub text: String,
    pieces: Vec<Piece>,
    /// The enclosing blocks that were put before the text, one in the other.
    pub levels: usize,
}

#[derive(Debug)]
struct Piece {
    start: u32,
    given: u32,
    /// What was not copied stands in no place of the given text: it is led back to the place it stands for.
    copied: bool,
}

impl Layout {
    fn copy(&mut self, given: &str, from: usize, to: usize) {
        if let Some(text) = given.get(from..to).filter(|text| !text.is_empty()) {
            self.pieces.push(Piece { start: self.text.len() as u32, given: from as u32, copied: true });
            self.text.push_str(text);
        }
    }

    fn insert(&mut self, text: &str, at: usize) {
        self.pieces.push(Piece { start: self.text.len() as u32, given: at as u32, copied: false });
        self.text.push_str(text);
    }

    fn led_back(&self, piece: usize, offset: u32) -> u32 {
        match piece.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(Piece { start, given, copied: true }) => given + (offset - start),
            Some(piece) => piece.given,
            None => 0,
        }
    }

    /// Where the given text has what starts here.
    pub fn start(&self, offset: u32) -> u32 {
        self.led_back(self.pieces.partition_point(|piece| piece.start <= offset), offset)
    }

    /// Where the given text has what ends here.
    pub fn end(&self, offset: u32) -> u32 {
        self.led_back(self.pieces.partition_point(|piece| piece.start < offset), offset)
    }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether the parser saw something begin here: not inside a string or a comment.
fn is_token_start(tokens: &Tokens, offset: usize) -> bool {
    let offset = offset as u32;
    let index = tokens.partition_point(|token| token.start().to_u32() < offset);
    tokens[index..]
        .iter()
        .take_while(|token| token.start().to_u32() == offset)
        .any(|token| !token.range().is_empty() && token.kind() != TokenKind::Comment)
}

// Fragments

/// The first token of each logical line.
fn line_starts(tokens: &Tokens) -> impl Iterator<Item = (usize, &Token)> {
    let mut is_start = true;
    tokens.iter().enumerate().filter(move |(_, token)| match token.kind() {
        TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::Indent | TokenKind::Dedent => false,
        TokenKind::Newline => {
            is_start = true;
            false
        }
        _ => std::mem::replace(&mut is_start, false),
    })
}

/// Puts enclosing blocks before code that begins indented, one for each level that it falls back to.
pub(super) fn indented(text: &str, tokens: &Tokens) -> Option<Layout> {
    let mut levels: Vec<&str> = Vec::new();
    for (_, token) in line_starts(tokens) {
        let start = token.start().to_usize();
        let before = text.get(..start)?;
        let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let before = before[line_start..].trim_start_matches('\u{feff}');
        if !before.trim_matches([' ', '\t']).is_empty() {
            continue;
        }
        // Where a line falls back to no known level, the token is the white space itself.
        let space = indentation(text[line_start..].trim_start_matches('\u{feff}'));
        if levels.last().is_none_or(|last| space.len() < last.len()) {
            levels.push(space);
        }
        if space.is_empty() {
            break;
        }
    }
    levels.first().filter(|first| !first.is_empty())?;
    if levels.last().is_some_and(|last| !last.is_empty()) {
        levels.push("");
    }
    let mut layout = Layout { levels: levels.len() - 1, ..Layout::default() };
    for level in levels.iter().skip(1).rev() {
        layout.insert(&format!("{level}if 1:\n"), 0);
    }
    let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    layout.copy(text, from, text.len());
    Some(layout)
}

/// Gives lines that say 'something was left out here' the indentation that their surroundings need.
pub(super) fn with_gaps(text: &str, tokens: &Tokens) -> Option<Layout> {
    let is_gap = |line: &str| matches!(line.trim(), "..." | "…" | "[...]" | "[…]" | "(...)" | "(…)");
    if !text.contains("...") && !text.contains('…') {
        return None;
    }
    let mut layout = Layout::default();
    let mut gaps = 0;
    let mut previous = ("", "");
    for (at, line) in lines(text) {
        let space = indentation(line);
        if !is_gap(line) || !is_token_start(tokens, at + space.len()) {
            layout.copy(text, at, at + line.len());
            if !line.trim().is_empty() {
                previous = (space, line.trim());
            }
            continue;
        }
        gaps += 1;
        let next =
            text[at + line.len()..].lines().take(20).find(|line| !line.trim().is_empty() && !is_gap(line));
        let next = next.map_or("", indentation);
        let opens = previous.1.ends_with(':');
        let (space, said) = if opens && next.len() <= previous.0.len() {
            (format!("{}    ", previous.0), "...")
        } else if !opens && next.len() > previous.0.len() && !previous.1.is_empty() {
            // What was left out has the heading of the block that goes on.
            (previous.0.to_owned(), "if ...:")
        } else if next.len() > space.len() {
            (next.to_owned(), "...")
        } else {
            (space.to_owned(), "...")
        };
        layout.insert(&format!("{space}{said}\n"), at + indentation(line).len());
    }
    (gaps > 0).then_some(layout)
}

// Transcripts

/// The code of an interactive session, without its prompts and what it printed.
pub(super) fn session(text: &str, tokens: &Tokens) -> Option<Layout> {
    let mut layout = Layout::default();
    let mut is_code = false;
    let mut prompts = 0;
    for (at, line) in lines(text) {
        let space = indentation(line).len();
        let rest = &line[space..];
        let behind = |prompt: &str| {
            let code = rest.strip_prefix(prompt)?;
            (code.trim().is_empty() || code.starts_with(' '))
                .then(|| at + space + prompt.len() + usize::from(code.starts_with(' ')))
        };
        let first = behind(">>>").filter(|_| is_token_start(tokens, at + space));
        prompts += usize::from(first.is_some());
        let code = first.or_else(|| behind("...").filter(|_| is_code));
        is_code = code.is_some();
        if let Some(from) = code {
            layout.copy(text, from, at + line.len());
        }
    }
    (prompts > 0).then_some(layout)
}

/// The same for IPython, whose prompts are `In [1]: ` and `   ...: `.
pub(super) fn ipython(text: &str) -> Option<Layout> {
    let mut layout = Layout::default();
    let mut is_code = false;
    let mut prompts = 0;
    for (at, line) in lines(text) {
        let rest = line.trim_start();
        let start = at + line.len() - rest.len();
        let first = rest.strip_prefix("In [").and_then(|rest| {
            let (number, code) = rest.split_once("]:")?;
            (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
        });
        prompts += usize::from(first.is_some());
        let code = first.or_else(|| rest.strip_prefix("...:").filter(|_| is_code));
        is_code = code.is_some();
        if let Some(code) = code {
            let behind = start + rest.len() - code.len();
            layout.copy(text, behind + usize::from(code.starts_with(' ')), at + line.len());
        }
    }
    (prompts > 0).then_some(layout)
}

/// Whether a text begins with a prompt of IPython. `In [1]: x = 1` is valid Python, so errors alone do not tell.
pub(super) fn begins_as_ipython(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix("In [");
    rest.and_then(|rest| rest.split_once("]: ")).is_some_and(|(number, _)| {
        !number.is_empty() && number.len() < 6 && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

// Texts with code in them

/// The Python between the fences of a Markdown text.
pub(super) fn fenced(text: &str, tokens: &Tokens) -> Option<Layout> {
    let mut layout = Layout::default();
    // The marks and the indentation of the open fence, and whether Python stands behind it.
    let mut open: Option<(&str, usize, bool)> = None;
    let mut fences = 0;
    for (at, line) in lines(text) {
        let space = indentation(line).len();
        let rest = line[space..].trim_end();
        let marks = rest.len() - rest.trim_start_matches(['`', '~']).len();
        let (marks, word) = rest.split_at(marks);
        match open {
            None if marks.starts_with("```") || marks.starts_with("~~~") => {
                let is_python = is_python_fence(word) && is_token_start(tokens, at + space);
                fences += usize::from(is_python);
                open = Some((marks, space, is_python));
            }
            Some((opening, _, _)) if marks.starts_with(opening) && word.is_empty() => {
                if !layout.text.is_empty() && !layout.text.ends_with('\n') {
                    layout.insert("\n", at);
                }
                open = None;
            }
            Some((_, indented, true)) => {
                layout.copy(text, at + space.min(indented), at + line.len());
            }
            _ => {}
        }
    }
    (fences > 0).then_some(layout)
}

fn is_python_fence(word: &str) -> bool {
    let language =
        word.trim().trim_start_matches('{').split([' ', ',', '}', '{', ':']).next().unwrap_or_default();
    let language = language.trim_start_matches('.').to_ascii_lowercase();
    matches!(language.as_str(), "py" | "python" | "python3" | "py3" | "pycon" | "ipython")
}

/// Whether a Markdown text has a fence with Python.
pub(super) fn has_python_fence(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        ["```", "~~~"]
            .iter()
            .any(|marks| line.starts_with(marks) && is_python_fence(line.trim_start_matches(['`', '~'])))
    })
}

// Notebooks

#[derive(Deserialize)]
struct Notebook<'t> {
    #[serde(borrow)]
    cells: Vec<Cell<'t>>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    language_info: Language,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Language {
    name: String,
}

#[derive(Deserialize)]
struct Cell<'t> {
    #[serde(default)]
    cell_type: String,
    #[serde(borrow, default)]
    source: Option<&'t RawValue>,
}

/// The code cells of a notebook in their order; each place is led back into the JSON text.
pub(super) fn notebook(text: &str) -> Option<Layout> {
    let rest = text.trim_start_matches('\u{feff}').trim_start();
    if !rest.starts_with('{') || !rest.contains("\"cells\"") || !rest.contains("\"nbformat\"") {
        return None;
    }
    let notebook: Notebook = serde_json::from_str(rest).ok()?;
    let mut layout = Layout::default();
    let language = notebook.metadata.language_info.name;
    if !language.is_empty() && !language.to_ascii_lowercase().contains("python") {
        return Some(layout);
    }
    for source in notebook.cells.iter().filter(|cell| cell.cell_type == "code").filter_map(|cell| cell.source)
    {
        let strings: Vec<&RawValue> = serde_json::from_str(source.get()).unwrap_or_else(|_| vec![source]);
        let first = strings.first().map_or("", |string| string.get().trim_start_matches('"'));
        if first.starts_with("%%") && !["%%time", "%%capture"].iter().any(|kept| first.starts_with(kept)) {
            continue;
        }
        let mut end = 0;
        for string in strings {
            // Both are slices of one text.
            let at = (string.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            end = at + string.get().len();
            copy_json(&mut layout, text, at, end);
        }
        layout.insert("\n", end);
    }
    Some(layout)
}

/// Copies what a string of JSON says, piece by piece between its escapes.
fn copy_json(layout: &mut Layout, text: &str, from: usize, to: usize) {
    let raw = text.get(from..to).unwrap_or_default();
    if raw.len() < 2 || !raw.starts_with('"') {
        return;
    }
    let (mut at, behind) = (from + 1, to - 1);
    while at < behind {
        let plain = text[at..behind].find('\\').map_or(behind, |length| at + length);
        layout.copy(text, at, plain);
        if plain == behind {
            return;
        }
        let mut length = if text[plain..behind].starts_with("\\u") { 6 } else { 2 };
        let mut said = text.get(plain..plain + length).and_then(unescaped);
        if said.is_none() && length == 6 {
            // A character beyond 16 bits is written as two escapes.
            length = 12;
            said = text.get(plain..plain + length).and_then(unescaped);
        }
        let Some(said) = said else { return };
        layout.insert(&said, plain);
        at = plain + length;
    }
}

fn unescaped(escape: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{escape}\"")).ok()
}

// Python 2

/// The first logical line that only Python 2 reads.
pub(super) fn python_2(text: &str, tokens: &Tokens) -> Option<(u32, u32, &'static str)> {
    line_starts(tokens).find_map(|(index, token)| {
        let line = &tokens[index..];
        let line =
            &line[..line.iter().position(|token| token.kind() == TokenKind::Newline).unwrap_or(line.len())];
        let next = line.get(1)?;
        let word = text.get(token.range().to_std_range())?;
        let is_value = matches!(
            next.kind(),
            TokenKind::String | TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::RightShift
        );
        let top_comma = |line: &[Token]| {
            let mut depth = 0;
            line.iter().position(|token| {
                match token.kind() {
                    TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
                    TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth -= 1,
                    _ => {}
                }
                depth == 0 && token.kind() == TokenKind::Comma
            })
        };
        let said = match word {
            "print" if is_value => "`print` is a statement here",
            "exec" if is_value => "`exec` is a statement here",
            "raise" if top_comma(line).is_some() => "`raise` names its message behind a comma",
            "except" => {
                let comma = top_comma(line)?;
                let name = line.get(comma + 1).and_then(|token| text.get(token.range().to_std_range()))?;
                let ends = line.get(comma + 2).is_some_and(|token| token.kind() == TokenKind::Colon);
                if !ends || !name.starts_with(|first: char| first.is_lowercase() || first == '_') {
                    return None;
                }
                "`except` names its variable behind a comma"
            }
            _ => return None,
        };
        let end = line.last()?.end().to_u32();
        Some((token.start().to_u32(), end, said))
    })
}

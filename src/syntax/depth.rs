//! Refuses text whose tree would be too deep for the stack of a browser's worker, before it is parsed.
//!
//! The parser and the drop of its tree recurse without a limit. A browser's worker holds some 1,000 levels; beyond
//! that the instance is lost. Python itself refuses more than 200 open brackets and 100 levels of indentation, so
//! nothing that Python runs is refused for those. Operators and attribute or call chains are counted together
//! between two commas, which is an upper bound of the depth they can make.
//!
//! Most statements are too short for that many. So the bytes of each are counted first, between brackets, strings and
//! line ends, and only a statement that has more of them than operators are allowed is read again, word by word.

use super::SyntaxProblem;

const BRACKETS: usize = 200;
const INDENTATION: usize = 100;
const OPERATORS: u32 = 400;
/// A text with more lambdas is read word by word throughout: commas do not end them, but end what bytes are counted.
const LAMBDAS: u32 = 50;
/// A statement with more bytes outside strings, since the last comma, is read word by word.
const BYTES_OF_STATEMENT: u32 = OPERATORS - LAMBDAS;
/// A longer file is not source code that a person wrote, and offsets are 32 bits wide.
const BYTES: usize = 64 << 20;

/// What surrounds the current byte: code, or the text of an f-string with its quote.
#[derive(Clone, Copy)]
enum Mode {
    /// Code inside a bracket, or inside the braces of an f-string.
    Code(Level),
    Interpolated {
        quote: u8,
        triple: bool,
    },
}

/// What was counted so far between two brackets. A comma ends operators, but not lambdas: `lambda a, b: lambda a, b: …`
/// nests across its commas.
#[derive(Clone, Copy, Default)]
struct Level {
    operators: u32,
    lambdas: u32,
}

/// What a byte means in code.
#[derive(Clone, Copy, PartialEq)]
enum Byte {
    /// Of an identifier, a keyword or a number; all of those beyond ASCII count.
    Word,
    Space,
    Newline,
    Quote,
    Comment,
    Backslash,
    Separator,
    Opening,
    Closing,
    Operator,
}

const BYTE: [Byte; 256] = {
    let mut table = [Byte::Operator; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 128.. => Byte::Word,
            b' ' | b'\t' | b'\x0c' => Byte::Space,
            b'\n' | b'\r' => Byte::Newline,
            b'"' | b'\'' => Byte::Quote,
            b'#' => Byte::Comment,
            b'\\' => Byte::Backslash,
            b',' | b';' => Byte::Separator,
            b'(' | b'[' | b'{' => Byte::Opening,
            b')' | b']' | b'}' => Byte::Closing,
            _ => Byte::Operator,
        };
        byte += 1;
    }
    table
};

/// Whether a byte neither opens nor closes anything, nor ends a line.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(BYTE[byte], Byte::Word | Byte::Space | Byte::Operator | Byte::Separator);
        byte += 1;
    }
    table
};

/// Whether it is a word that no expression contains: where a line starts with one, an unclosed bracket before it is an
/// error from which the parser recovers, and nothing before the line can be above it in the tree.
fn begins_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"assert"
            | b"class"
            | b"def"
            | b"del"
            | b"global"
            | b"import"
            | b"pass"
            | b"raise"
            | b"return"
            | b"try"
            | b"while"
            | b"with"
    )
}

/// Whether a byte may end a short string, or hide its end.
const ENDS_STRING: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'"' | b'\'' | b'\\' | b'\n' | b'\r');
        byte += 1;
    }
    table
};

/// The first place that is too deep, if there is one.
pub fn too_deep(text: &str) -> Option<SyntaxProblem> {
    let bytes = text.as_bytes();
    if bytes.len() > BYTES {
        return problem(0, "the file is larger than 64 MiB: check a part of it");
    }
    let lambdas = memchr::memmem::find_iter(bytes, b"lambda").take(LAMBDAS as usize + 1).count();
    scanned(bytes, lambdas > LAMBDAS as usize)
}

fn scanned(bytes: &[u8], is_always_exact: bool) -> Option<SyntaxProblem> {
    let mut scan = Scan {
        bytes,
        at: 0,
        outer: Vec::new(),
        mode: Mode::Code(Level::default()),
        total: 0,
        statement: 0,
        is_exact: is_always_exact,
        is_always_exact,
    };
    scan.run()
}

fn problem(at: usize, message: &str) -> Option<SyntaxProblem> {
    Some(SyntaxProblem { start: at as u32, end: at as u32 + 1, message: message.to_owned() })
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The innermost mode, and those around it.
    mode: Mode,
    outer: Vec<Mode>,
    /// The operators and lambdas of all open levels together.
    total: u32,
    /// Where the current statement began.
    statement: usize,
    /// Whether words and operators are counted, and not their bytes, which are at least as many.
    is_exact: bool,
    is_always_exact: bool,
}

const TOO_MANY_BRACKETS: &str = "more than 200 brackets are open, which Python refuses as well";

impl Scan<'_> {
    fn run(&mut self) -> Option<SyntaxProblem> {
        let bytes = self.bytes;
        let mut indentation: Vec<usize> = Vec::new();
        let mut line_start = true;
        let mut word_before = false;
        while let Some(&byte) = bytes.get(self.at) {
            let Mode::Code(level) = &mut self.mode else {
                self.interpolated();
                word_before = true;
                if self.outer.len() >= BRACKETS {
                    return problem(self.at, TOO_MANY_BRACKETS);
                }
                continue;
            };
            if line_start && self.outer.is_empty() {
                line_start = false;
                let start = self.at;
                self.skip_spaces();
                let blank = matches!(self.bytes.get(self.at), None | Some(b'\n' | b'\r' | b'#'));
                if !blank {
                    let width = self.at - start;
                    while indentation.last().is_some_and(|&outer| outer > width) {
                        indentation.pop();
                    }
                    if width > indentation.last().copied().unwrap_or(0) {
                        indentation.push(width);
                    }
                    if indentation.len() > INDENTATION {
                        return problem(
                            self.at,
                            "the code is indented more than 100 levels deep, which Python refuses as well",
                        );
                    }
                }
                continue;
            }
            let start = self.at;
            // One space is what mostly follows a word, an operator or a comma.
            let space_at = |at: usize| usize::from(bytes.get(at) == Some(&b' '));
            match BYTE[byte as usize] {
                _ if PLAIN[byte as usize] && !self.is_exact => {
                    let rest = &bytes[start..];
                    let length = rest.iter().position(|byte| !PLAIN[*byte as usize]).unwrap_or(rest.len());
                    self.at += length;
                    level.operators += length as u32;
                    self.total += length as u32;
                    // What was too much before the comma is read again.
                    if rest[length - 1] == b',' && self.total <= BYTES_OF_STATEMENT {
                        self.total -= level.operators;
                        level.operators = 0;
                    }
                    if matches!(bytes.get(self.at), Some(b'"' | b'\'')) {
                        let is_of_word = |byte: &&u8| BYTE[**byte as usize] == Byte::Word;
                        let mut word = rest[..length].iter().rev().take_while(is_of_word).take(3);
                        let is_prefix = word.clone().count() <= 2;
                        let is_formatted = word.any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
                        self.string(is_prefix && is_formatted);
                    }
                }
                Byte::Space => self.skip_spaces(),
                Byte::Word => {
                    let rest = &bytes[start..];
                    let length = rest.iter().position(|byte| BYTE[*byte as usize] != Byte::Word);
                    let word = &rest[..length.unwrap_or(rest.len())];
                    let end = start + word.len();
                    self.at = end;
                    match bytes.get(end) {
                        Some(b'"' | b'\'') if word.len() <= 2 => {
                            self.string(word.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T')));
                        }
                        _ => {
                            let lambda = u32::from(word.len() == 6 && word == b"lambda");
                            level.lambdas += lambda;
                            level.operators += u32::from(word_before);
                            self.total += lambda + u32::from(word_before);
                            self.at += space_at(end);
                        }
                    }
                    word_before = true;
                }
                Byte::Operator => {
                    level.operators += 1;
                    self.total += 1;
                    word_before = false;
                    self.at += 1;
                    if self.total <= OPERATORS {
                        self.at += space_at(self.at);
                    }
                }
                Byte::Separator => {
                    self.total -= level.operators;
                    level.operators = 0;
                    word_before = false;
                    self.at += 1 + space_at(start + 1);
                }
                Byte::Quote => {
                    self.string(false);
                    word_before = true;
                }
                Byte::Comment => self.skip_line(),
                Byte::Backslash => self.at += 2,
                Byte::Newline => {
                    self.at += 1;
                    if !self.outer.is_empty() && self.statement_follows() {
                        while !self.outer.is_empty() {
                            self.close();
                        }
                    }
                    if self.outer.is_empty() {
                        self.end_level();
                        word_before = false;
                        line_start = true;
                        self.statement = self.at;
                        self.is_exact = self.is_always_exact;
                    }
                }
                Byte::Opening => {
                    level.operators += 1;
                    self.total += 1;
                    self.open(Mode::Code(Level::default()));
                    word_before = false;
                    self.at += 1;
                    if self.outer.len() >= BRACKETS {
                        return problem(start, TOO_MANY_BRACKETS);
                    }
                }
                Byte::Closing => {
                    self.close();
                    word_before = true;
                    self.at += 1;
                }
            }
            if !self.is_exact && self.total > BYTES_OF_STATEMENT {
                self.at = self.statement;
                self.outer.clear();
                self.mode = Mode::Code(Level::default());
                self.total = 0;
                self.is_exact = true;
                word_before = false;
                line_start = true;
            }
            if self.total > OPERATORS {
                return problem(
                    self.at.saturating_sub(1),
                    "this expression chains more than 400 operators, calls or attributes: split it to have it checked",
                );
            }
        }
        None
    }

    fn skip_spaces(&mut self) {
        let rest = &self.bytes[self.at..];
        let spaces = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        self.at += spaces.unwrap_or(rest.len());
    }

    fn open(&mut self, mode: Mode) {
        self.outer.push(std::mem::replace(&mut self.mode, mode));
    }

    /// At the end of a statement or of a bracket.
    fn end_level(&mut self) {
        if let Mode::Code(level) = &mut self.mode {
            self.total -= level.operators + level.lambdas;
            *level = Level::default();
        }
    }

    fn close(&mut self) {
        if let Some(outer) = self.outer.pop() {
            self.end_level();
            self.mode = outer;
        }
    }

    fn statement_follows(&self) -> bool {
        // Lines between brackets mostly begin with a quote or a name.
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let indentation = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let rest = &rest[indentation.unwrap_or(rest.len())..];
        let length = rest.iter().position(|byte| !byte.is_ascii_lowercase());
        let (word, behind) = rest.split_at(length.unwrap_or(rest.len()));
        begins_statement(word)
            && !behind.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    fn skip_line(&mut self) {
        self.at = memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..])
            .map_or(self.bytes.len(), |found| self.at + found);
    }

    /// At the opening quote of a string.
    fn string(&mut self, formatted: bool) {
        let quote = self.bytes[self.at];
        let triple = self.bytes[self.at..].starts_with(&[quote, quote, quote]);
        self.at += if triple { 3 } else { 1 };
        if formatted {
            self.open(Mode::Interpolated { quote, triple });
            return;
        }
        while let Some(found) = self.string_landmark(quote, triple) {
            self.at += found;
            let byte = self.bytes[self.at];
            if byte == b'\\' {
                self.at += 2;
            } else if byte == quote && !triple {
                self.at += 1;
                return;
            } else if byte == quote && self.bytes[self.at..].starts_with(&[quote, quote, quote]) {
                self.at += 3;
                return;
            } else if byte == quote {
                self.at += 1;
            } else {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// How far it is to the next byte that can end a string or hide its end.
    fn string_landmark(&self, quote: u8, triple: bool) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        if triple {
            return memchr::memchr2(quote, b'\\', rest);
        }
        // Most of these strings are short: a plain loop is faster than a search.
        let is_other_quote = |byte: u8| byte != quote && matches!(byte, b'"' | b'\'');
        rest.iter().position(|&byte| ENDS_STRING[byte as usize] && !is_other_quote(byte))
    }

    /// Inside the text of an f-string, up to its end or its next brace.
    fn interpolated(&mut self) {
        let Mode::Interpolated { quote, triple } = self.mode else { return };
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'{' {
                if self.bytes.get(self.at + 1) == Some(&b'{') {
                    self.at += 2;
                    continue;
                }
                self.at += 1;
                self.open(Mode::Code(Level::default()));
                return;
            }
            let closes =
                byte == quote && (!triple || self.bytes[self.at..].starts_with(&[quote, quote, quote]));
            if closes || (!triple && matches!(byte, b'\n' | b'\r')) {
                if closes {
                    self.at += if triple { 3 } else { 1 };
                }
                self.close();
                return;
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{scanned, too_deep};

    /// Many ways to write a statement of about as many parts as are allowed.
    #[test]
    fn counting_bytes_first_refuses_the_same() {
        let units = [
            "a.",
            "a+",
            "a + ",
            "not ",
            "a if b else ",
            "f(a)",
            "f(",
            "[a,",
            "[a,\n",
            "{a: b},\n",
            "a,\n",
            "b'', ",
            "f'{a}'",
            "f'{a, b}' + ",
            "f'{",
            "rf\"{a}\"",
            "xyf'{'",
            "\\f'{'",
            "'a' ",
            "'''a\n''' ",
            "# (,\n",
            "a # b,\n",
            "return (\n",
            "a\n",
            ") + a(",
            ")(",
            "lambda a,\n b: ",
            "await a.b(c, d)[e].f ",
            "some_rather_long_name * ",
            "é = ",
            ";",
            "a; b",
            ",\n",
        ];
        for unit in units {
            for count in [1, 7, 40, 99, 133, 199, 200, 201, 399, 400, 401, 900] {
                for (before, behind) in [
                    ("", ""),
                    ("x = (", ")"),
                    ("f(\n    a,\n", "\n)\nb"),
                    ("if a:\n  ", "\n"),
                    ("'''", "'''"),
                    ("a.", ",\nb"),
                ] {
                    let one = format!("{before}{}{behind}", unit.repeat(count));
                    let two = format!("{one}\n{}", "a + ".repeat(count));
                    for text in [one, two] {
                        let exact = scanned(text.as_bytes(), true);
                        assert_eq!(too_deep(&text), exact, "{before:?} {count} times {unit:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ordinary_code_passes() {
        let long_table = format!("x = [{}]", "f(a.b + 1, not c), ".repeat(20_000));
        assert_eq!(too_deep(&long_table), None);
        let concatenation = format!("x = {}''", "'line' + ".repeat(300));
        assert_eq!(too_deep(&concatenation), None);
        let adjacent = format!("x = ({})", "f'{line}'\n    ".repeat(2_000));
        assert_eq!(too_deep(&adjacent), None);
        assert_eq!(too_deep("s = f\"{x['(((']} {{ { f'{y}' }\"\n# ((((\nz = '''(((('''\n"), None);
    }

    #[test]
    fn deep_code_is_refused() {
        for unit in [
            "(",
            "[",
            "f(",
            "not ",
            "-",
            "a.",
            "a+",
            "a**",
            "lambda: ",
            "lambda a, b: ",
            "a if b else ",
            "await ",
            "f'{",
        ] {
            assert!(too_deep(&unit.repeat(5_000)).is_some(), "{unit}");
        }
        let blocks: String = (0..150).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert!(too_deep(&blocks).is_some());
    }
}

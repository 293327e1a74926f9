//! Refuses text whose tree would be too deep for the stack of a browser's worker, before it is parsed.
//!
//! The parser and the drop of its tree recurse without a limit. A browser's worker holds some 1,000 levels; beyond
//! that the instance is lost. Python itself refuses more than 200 open brackets and 100 levels of indentation, so
//! nothing that Python runs is refused for those. Operators and attribute or call chains are counted together
//! between two commas, which is an upper bound of the depth they can make.

use super::SyntaxProblem;

const BRACKETS: usize = 200;
const INDENTATION: usize = 100;
const OPERATORS: u32 = 400;
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

/// Words that no expression contains: where a line starts with one, an unclosed bracket before it is an error from
/// which the parser recovers, and nothing before the line can be above it in the tree.
const STATEMENTS: [&[u8]; 12] = [
    b"assert", b"class", b"def", b"del", b"global", b"import", b"pass", b"raise", b"return", b"try",
    b"while", b"with",
];

/// The first place that is too deep, if there is one.
pub fn too_deep(text: &str) -> Option<SyntaxProblem> {
    let bytes = text.as_bytes();
    if bytes.len() > BYTES {
        return problem(0, "the file is larger than 64 MiB: check a part of it");
    }
    let mut scan = Scan { bytes, at: 0, outer: Vec::new(), mode: Mode::Code(Level::default()), total: 0 };
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
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let indentation = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &rest[indentation..];
        STATEMENTS.iter().any(|word| {
            rest.starts_with(word)
                && !rest.get(word.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        })
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
        rest.iter().position(|&byte| byte == quote || byte == b'\\' || byte == b'\n' || byte == b'\r')
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
    use super::too_deep;

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

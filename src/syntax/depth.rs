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

/// What surrounds the current byte.
enum Mode {
    /// Code inside a bracket, or inside the braces of an f-string; what was counted at this level so far. A comma
    /// ends operators, but not lambdas: `lambda a, b: lambda a, b: …` nests across its commas.
    Code { operators: u32, lambdas: u32 },
    /// An f-string with its quote.
    Interpolated { quote: u8, triple: bool },
}

/// The bytes of identifiers, keywords and numbers; all of those beyond ASCII count.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 128 || byte == b'_' as usize || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

const EMPTY: Mode = Mode::Code { operators: 0, lambdas: 0 };

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
    let mut scan = Scan { bytes, at: 0, modes: vec![EMPTY], total: 0 };
    scan.run()
}

fn problem(at: usize, message: &str) -> Option<SyntaxProblem> {
    Some(SyntaxProblem { start: at as u32, end: at as u32 + 1, message: message.to_owned() })
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    modes: Vec<Mode>,
    /// The operators of all open levels together.
    total: u32,
}

impl Scan<'_> {
    fn run(&mut self) -> Option<SyntaxProblem> {
        let mut indentation: Vec<usize> = Vec::new();
        let mut line_start = true;
        let mut word_before = false;
        while self.at < self.bytes.len() {
            if let Some(&Mode::Interpolated { quote, triple }) = self.modes.last() {
                self.interpolated(quote, triple);
                word_before = true;
                if self.modes.len() > BRACKETS {
                    return problem(self.at, "more than 200 brackets are open, which Python refuses as well");
                }
                continue;
            }
            if line_start && self.modes.len() == 1 {
                line_start = false;
                let start = self.at;
                while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\x0c')) {
                    self.at += 1;
                }
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
            let byte = self.bytes[self.at];
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 128.. => {
                    let start = self.at;
                    self.at += self.bytes[start..].iter().take_while(|&&byte| IN_WORD[byte as usize]).count();
                    if matches!(self.bytes.get(self.at), Some(b'"' | b'\'')) && self.at - start <= 2 {
                        let formatted =
                            self.bytes[start..self.at].iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
                        self.string(formatted);
                        word_before = true;
                        continue;
                    }
                    if word_before {
                        self.count(1);
                    }
                    if self.at - start == 6 && &self.bytes[start..self.at] == b"lambda" {
                        self.count_lambda();
                    }
                    word_before = true;
                }
                b'"' | b'\'' => {
                    self.string(false);
                    word_before = true;
                }
                b'#' => self.skip_line(),
                b'\\' => self.at += 2,
                b'\n' | b'\r' => {
                    self.at += 1;
                    if self.modes.len() > 1 && self.statement_follows() {
                        while self.modes.len() > 1 {
                            self.close();
                        }
                    }
                    if self.modes.len() == 1 {
                        self.end_level();
                        word_before = false;
                        line_start = true;
                    }
                }
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b',' | b';' => {
                    self.reset();
                    word_before = false;
                    self.at += 1;
                }
                b'(' | b'[' | b'{' => {
                    self.count(1);
                    self.modes.push(EMPTY);
                    word_before = false;
                    self.at += 1;
                    if self.modes.len() > BRACKETS {
                        return problem(
                            self.at - 1,
                            "more than 200 brackets are open, which Python refuses as well",
                        );
                    }
                }
                b')' | b']' | b'}' => {
                    self.close();
                    word_before = true;
                    self.at += 1;
                }
                _ => {
                    self.count(1);
                    word_before = false;
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

    fn count(&mut self, more: u32) {
        if let Some(Mode::Code { operators, .. }) = self.modes.last_mut() {
            *operators += more;
            self.total += more;
        }
    }

    fn count_lambda(&mut self) {
        if let Some(Mode::Code { lambdas, .. }) = self.modes.last_mut() {
            *lambdas += 1;
            self.total += 1;
        }
    }

    /// At a comma: what stood before it is no longer above what follows.
    fn reset(&mut self) {
        if let Some(Mode::Code { operators, .. }) = self.modes.last_mut() {
            self.total -= *operators;
            *operators = 0;
        }
    }

    /// At the end of a statement or of a bracket.
    fn end_level(&mut self) {
        self.reset();
        if let Some(Mode::Code { lambdas, .. }) = self.modes.last_mut() {
            self.total -= *lambdas;
            *lambdas = 0;
        }
    }

    fn close(&mut self) {
        if self.modes.len() > 1 {
            self.end_level();
            self.modes.pop();
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
            self.modes.push(Mode::Interpolated { quote, triple });
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
    fn interpolated(&mut self, quote: u8, triple: bool) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'{' {
                if self.bytes.get(self.at + 1) == Some(&b'{') {
                    self.at += 2;
                    continue;
                }
                self.at += 1;
                self.modes.push(EMPTY);
                return;
            }
            let closes =
                byte == quote && (!triple || self.bytes[self.at..].starts_with(&[quote, quote, quote]));
            if closes || (!triple && matches!(byte, b'\n' | b'\r')) {
                if closes {
                    self.at += if triple { 3 } else { 1 };
                }
                self.modes.pop();
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

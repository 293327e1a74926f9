//! Byte offsets to lines and columns.

use crate::report::{Position, Range};

/// Where the lines of a text start, and whether columns need counting character by character.
pub struct LineIndex {
    starts: Vec<u32>,
    ascii: bool,
}

impl LineIndex {
    /// A line ends behind `\n`, `\r\n` or a lone `\r`, as Python reads it.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts, ascii: text.is_ascii() }
    }

    /// How many lines the text has; an empty last line does not count.
    pub fn count(&self, text: &str) -> u32 {
        let ends_open = self.starts.last().is_some_and(|&start| (start as usize) < text.len());
        self.starts.len() as u32 - u32::from(!ends_open)
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The byte offset at which a line (from 1) starts.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }

    pub fn position(&self, text: &str, offset: u32) -> Position {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line(at as u32);
        let start = self.starts[line as usize - 1] as usize;
        let column = if self.ascii { at - start } else { text[start..at].chars().count() };
        Position { line, column: column as u32 + 1 }
    }

    /// The byte offset of a line and a column, if the text has them.
    pub fn offset(&self, text: &str, position: Position) -> Option<u32> {
        let start = self.start_of(position.line)?;
        let end = self.start_of(position.line + 1).unwrap_or(text.len() as u32);
        let line = text.get(start as usize..end as usize)?;
        let columns = position.column.checked_sub(1)? as usize;
        let mut offsets = line.char_indices().map(|(offset, _)| offset).chain([line.len()]);
        offsets.nth(columns).map(|offset| start + offset as u32)
    }

    pub fn range(&self, text: &str, start: u32, end: u32) -> Range {
        Range { start: self.position(text, start), end: self.position(text, end.max(start)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_as_in_python() {
        let text = "é = 1\r\n😀x\ry\n";
        let index = LineIndex::new(text);
        assert_eq!(index.count(text), 3);
        let at = |needle: &str| {
            let position = index.position(text, text.find(needle).unwrap() as u32);
            (position.line, position.column)
        };
        assert_eq!(at("="), (1, 3));
        assert_eq!(at("x"), (2, 2));
        assert_eq!(at("y"), (3, 1));
    }
}

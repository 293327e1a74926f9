//! Where in a notebook a place of its JSON text is: the cell, and the line of code in it, as a person counts them.

use crate::report::Position;

/// Where a line of a cell begins in the text of its notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLine {
    pub at: Position,
    /// The cell among all cells, those of text included, from 1.
    pub cell: u32,
    /// The line in the cell, from 1.
    pub line: u32,
}

/// The lines of all cells, in their order. It reads the text as JSON without a parser, which the page does not have: of
/// what is no notebook something is found, or nothing, and nothing breaks.
pub fn cell_lines(text: &str) -> Vec<CellLine> {
    let mut found = Vec::new();
    let mut at = Position { line: 1, column: 1 };
    let (mut depth, mut cell) = (0_u32, 0_u32);
    let (mut in_cells, mut in_source) = (false, false);
    // The text of the string that was read last: a key, once a colon follows.
    let (mut string, mut key) = (String::new(), String::new());
    let mut is_string = false;
    let mut line = 0;
    // A line of code that ends does not begin another one unless something follows.
    let mut begins = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let escaped = if is_string && letter == '\\' { letters.next() } else { None };
        if is_string {
            let ends = letter == '"';
            if in_source && begins && !ends {
                line += 1;
                found.push(CellLine { at, cell, line });
                begins = false;
            }
            begins |= escaped == Some('n');
            is_string = !ends;
            string.push(letter);
        } else {
            match letter {
                '"' => {
                    is_string = true;
                    string.clear();
                }
                ':' => {
                    key.clear();
                    key.push_str(string.strip_suffix('"').unwrap_or(&string));
                    if depth == 3 && in_cells {
                        in_source = key == "source";
                        begins = true;
                        line = 0;
                    }
                }
                ',' if depth == 3 => in_source = false,
                '[' | '{' => {
                    in_cells |= letter == '[' && depth == 1 && key == "cells";
                    depth += 1;
                    cell += u32::from(letter == '{' && depth == 3 && in_cells);
                }
                ']' | '}' => {
                    depth = depth.saturating_sub(1);
                    in_cells &= depth > 1;
                    in_source &= depth > 2;
                }
                _ => {}
            }
        }
        at.column += 1 + u32::from(escaped.is_some());
        if letter == '\n' {
            at = Position { line: at.line + 1, column: 1 };
        }
    }
    found
}

/// The line of a cell that a place of the text is on.
pub fn cell_line(lines: &[CellLine], place: Position) -> Option<CellLine> {
    let behind = lines.partition_point(|line| line.at <= place);
    lines.get(behind.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTEBOOK: &str = r##"{
 "metadata": {"cells": ["no \"cell\""], "source": "x"},
 "cells": [
  {
   "cell_type": "markdown",
   "source": ["# Title"]
  },
  {
   "cell_type": "code",
   "outputs": [{"text": ["a\n", "b"], "source": ["none"]}],
   "source": [
    "import time\n",
    "\n",
    "time.sleep(1)"
   ]
  },
  {"cell_type": "code", "source": "a = \"é\"\nb = 2\n"}
 ],
 "nbformat": 4
}"##;

    #[test]
    fn every_line_of_every_cell_has_its_place() {
        let lines: Vec<(u32, u32, u32, u32)> = cell_lines(NOTEBOOK)
            .into_iter()
            .map(|CellLine { at, cell, line }| (at.line, at.column, cell, line))
            .collect();
        assert_eq!(
            lines,
            [(6, 16, 1, 1), (12, 6, 2, 1), (13, 6, 2, 2), (14, 6, 2, 3), (17, 36, 3, 1), (17, 47, 3, 2)]
        );
    }

    #[test]
    fn a_place_is_on_the_last_line_that_begins_before_it() {
        let lines = cell_lines(NOTEBOOK);
        let of = |line, column| cell_line(&lines, Position { line, column }).map(|at| (at.cell, at.line));
        assert_eq!(of(14, 9), Some((2, 3)));
        assert_eq!(of(17, 46), Some((3, 1)));
        assert_eq!(of(17, 47), Some((3, 2)));
        assert_eq!(of(1, 1), None);
    }

    #[test]
    fn what_is_no_notebook_does_no_harm() {
        for text in ["", "{", "]}]}", "\"\\", "{\"cells\": [[{\"source\": \"a", "import os\n"] {
            let _ = cell_lines(text);
        }
    }
}

//! Code as HTML: a line an element, its pieces with their kind, and the findings marked. The text of the whole is the
//! text of the file, so nothing has to be sent twice.

use std::fmt::Write as _;

use super::escaped::escaped;
use super::example::Side;
use super::highlight::highlight;
use crate::report::{Finding, Range};
use crate::source::Source;

/// Worst first: the one that a mark shows where several meet.
const LEVELS: [&str; 5] = ["critical", "high", "medium", "low", "question"];

/// What stands inside `<pre><code>`: the file with the findings of its side marked.
pub fn code(file: &Source, side: &Side) -> String {
    let findings: Vec<&Finding> = side.findings(&file.path).collect();
    let lines: Vec<&str> = file.text.split_inclusive('\n').collect();
    let mut out = String::new();
    for (index, (line, pieces)) in lines.iter().zip(highlight(&file.path, &lines)).enumerate() {
        let marks = marks(line, index as u32 + 1, &findings);
        out.push_str("<span class=\"line\">");
        let mut start = 0;
        let mut open = Vec::new();
        let mut boundaries: Vec<usize> = pieces.iter().map(|piece| piece.end).collect();
        boundaries.extend(marks.iter().flat_map(|mark| [mark.from, mark.to]));
        boundaries.sort_unstable();
        boundaries.dedup();
        let mut kinds = pieces.iter().peekable();
        for end in boundaries.into_iter().filter(|end| *end > 0) {
            let covering: Vec<&Mark> =
                marks.iter().filter(|mark| mark.from <= start && end <= mark.to).collect();
            let names: Vec<usize> = covering.iter().map(|mark| mark.finding).collect();
            if names != open {
                if !open.is_empty() {
                    out.push_str("</mark>");
                }
                if let Some(worst) =
                    LEVELS.iter().find(|level| covering.iter().any(|mark| mark.level == **level))
                {
                    let _ = write!(out, "<mark class=\"finding-mark finding-{worst}\">");
                }
                open = names;
            }
            while kinds.peek().is_some_and(|piece| piece.end <= start) {
                kinds.next();
            }
            let text = escaped(&line[start..end]);
            match kinds.peek().and_then(|piece| piece.kind) {
                Some(kind) => {
                    let _ = write!(out, "<span class=\"{kind}\">{text}</span>");
                }
                None => out.push_str(&text),
            }
            start = end;
        }
        if !open.is_empty() {
            out.push_str("</mark>");
        }
        out.push_str("</span>");
    }
    out
}

/// A finding's part of a line, in bytes.
struct Mark {
    finding: usize,
    level: &'static str,
    from: usize,
    to: usize,
}

fn marks(line: &str, number: u32, findings: &[&Finding]) -> Vec<Mark> {
    findings
        .iter()
        .enumerate()
        .filter_map(|(index, finding)| {
            let (from, to) = covered(line, number, &finding.range)?;
            Some(Mark { finding: index, level: finding.level(), from, to })
        })
        .collect()
}

/// Which bytes of a line a range covers, without the white space around them.
pub fn covered(line: &str, number: u32, range: &Range) -> Option<(usize, usize)> {
    let Range { start, end } = range;
    if number < start.line || number > end.line {
        return None;
    }
    let text = line.trim_end();
    let byte = |column: u32| {
        text.char_indices().nth(column.saturating_sub(1) as usize).map_or(text.len(), |(at, _)| at)
    };
    let indent = text.len() - text.trim_start().len();
    let from = if number == start.line { byte(start.column) } else { 0 }.max(indent);
    let mut to = if number == end.line { byte(end.column) } else { text.len() };
    if start == end {
        // An empty range is widened to a character, so that it can be seen.
        to = byte(end.column + 1);
    }
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ENTRIES;
    use crate::embed::example::pair;
    use crate::report::Position;

    /// The text of HTML that this module writes.
    fn text_of(html: &str) -> String {
        let mut out = String::new();
        for part in html.split('<') {
            out.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
        }
        out.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    #[test]
    fn the_text_of_every_drawn_example_is_its_file() {
        for entry in ENTRIES {
            for side in pair(entry) {
                for file in &side.files {
                    let drawn = code(file, &side);
                    assert_eq!(text_of(&drawn), file.text, "{} {}", entry.rule, file.path);
                    let opened = drawn.matches("<mark").count();
                    assert_eq!(opened, drawn.matches("</mark>").count());
                    let found = side.findings(&file.path).count();
                    assert_eq!(opened > 0, found > 0, "{} {}: {found} findings", entry.rule, file.path);
                }
            }
        }
    }

    #[test]
    fn what_is_outside_a_line_is_not_marked() {
        let at = |line, column| Position { line, column };
        let range = Range { start: at(1, 5), end: at(2, 9) };
        assert_eq!(covered("x = [y,\n", 1, &range), Some((4, 7)));
        assert_eq!(covered("    zé]  \n", 2, &range), Some((4, 8)));
        assert_eq!(covered("after\n", 3, &range), None);
        assert_eq!(covered("\n", 2, &range), None);
        let empty = Range { start: at(1, 1), end: at(1, 1) };
        assert_eq!(covered("x\n", 1, &empty), Some((0, 1)));
    }
}

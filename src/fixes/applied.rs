//! Makes the edits of fixes in copies of the texts.

use crate::report::{Edit, Fix};
use crate::source::Source;
use crate::syntax::LineIndex;

/// The given files with these fixes made. Nothing where two edits overlap, or where an edit speaks of a place that is
/// not there. Edits that are the same, as two imports of one module are, are made once.
pub fn apply(sources: &[Source], fixes: &[&Fix]) -> Option<Vec<Source>> {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by(|a, b| (&a.path, a.range, &a.text).cmp(&(&b.path, b.range, &b.text)));
    edits.dedup();
    let mut fixed = Vec::with_capacity(sources.len());
    let mut made = 0;
    for source in sources {
        let own: Vec<&Edit> = edits.iter().copied().filter(|edit| edit.path == source.path).collect();
        made += own.len();
        fixed.push(Source { path: source.path.clone(), text: edited(&source.text, &own)? });
    }
    (made == edits.len()).then_some(fixed)
}

/// A text with edits made, which are in the order of their places.
fn edited(text: &str, edits: &[&Edit]) -> Option<String> {
    if edits.is_empty() {
        return Some(text.to_owned());
    }
    let lines = LineIndex::new(text);
    let mut out = String::with_capacity(text.len() + 64 * edits.len());
    let mut done = 0;
    let mut last_insertion: Option<(usize, &Edit)> = None;
    for edit in edits {
        let start = lines.offset(text, edit.range.start)? as usize;
        let end = lines.offset(text, edit.range.end)? as usize;
        // Two things put at one place have no order that anybody has thought about, unless they are lines: imports.
        let is_line = |edit: &Edit| edit.text.ends_with('\n');
        let before = last_insertion.filter(|(at, _)| *at == start).map(|(_, before)| before);
        let are_mixed = before.is_some_and(|before| !is_line(before) || !is_line(edit));
        if start < done || end < start || are_mixed {
            return None;
        }
        out.push_str(&text[done..start]);
        out.push_str(&edit.text);
        done = end;
        last_insertion = (start == end).then_some((start, *edit));
    }
    out.push_str(&text[done..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Position, Range};

    fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> Edit {
        let at = |(line, column)| Position { line, column };
        Edit {
            path: "a.py".to_owned(),
            range: Range { start: at(start), end: at(end) },
            text: text.to_owned(),
        }
    }

    fn applied(text: &str, edits: Vec<Edit>) -> Option<String> {
        let source = Source { path: "a.py".to_owned(), text: text.to_owned() };
        let fix = Fix { title: String::new(), edits };
        Some(apply(&[source], &[&fix])?.remove(0).text)
    }

    #[test]
    fn edits_are_made_where_they_point_also_behind_letters_of_several_bytes() {
        let edits = vec![edit((2, 5), (2, 6), "yy"), edit((1, 3), (1, 3), "_")];
        assert_eq!(applied("é😀c\r\nx = x\n", edits).as_deref(), Some("é😀_c\r\nx = yy\n"));
    }

    #[test]
    fn the_same_edit_is_made_once_and_what_overlaps_is_refused() {
        let import = || edit((1, 1), (1, 1), "import asyncio\n");
        assert_eq!(applied("x\n", vec![import(), import()]).as_deref(), Some("import asyncio\nx\n"));
        assert_eq!(applied("abc\n", vec![edit((1, 1), (1, 3), "x"), edit((1, 2), (1, 4), "y")]), None);
        assert_eq!(applied("abc\n", vec![edit((1, 1), (1, 1), "x"), edit((1, 1), (1, 1), "y")]), None);
    }

    #[test]
    fn an_edit_of_a_place_or_a_file_that_is_not_there_is_refused() {
        assert_eq!(applied("abc\n", vec![edit((7, 1), (7, 2), "x")]), None);
        assert_eq!(applied("abc\n", vec![edit((1, 9), (1, 9), "x")]), None);
        let mut elsewhere = edit((1, 1), (1, 1), "x");
        elsewhere.path = "b.py".to_owned();
        assert_eq!(applied("abc\n", vec![elsewhere]), None);
    }
}

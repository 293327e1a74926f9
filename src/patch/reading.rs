//! Reads a patch line by line, and takes what it can: what is pasted is often cut, or has lost white space on its way.
//!
//! The crates that parse patches give up a file, or all files, at the first line that is not as it should be, and none of
//! them tells at which line of the patch a line of a hunk stands, which is what the page has to point at.

use super::names::{is_same_file, unquoted, without_prefix};
use super::{Change, Hunk, Line, Patch, PatchProblem, PatchedFile, Side, lines};

/// Whether a text is a patch, and not code that has one in it: it begins as one, of whatever form. What can be read are
/// unified diffs alone; of the other forms a problem says what to do.
pub fn is_patch(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    // The heads of `git show`, `git format-patch`, `svn diff` and `diff -r`, behind which a patch has to come.
    let is_head = ["commit ", "From ", "Index: ", "diff "].iter().any(|head| first.starts_with(head));
    begins_patch(first, lines.next())
        || (is_head && text.lines().any(|line| hunk_header(line).is_some() || is_of_merge(line)))
        || is_context_diff(text)
        || indentation(text).is_some()
}

/// Whether the fences of a Markdown text hold patches, and no code of another kind that is read.
pub fn is_fenced(markdown: &str) -> bool {
    let (mut is_in_patch, mut has_patch) = (false, false);
    let mut fence = None;
    for line in markdown.lines() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark));
        match (mark, fence) {
            (Some(mark), None) => {
                fence = Some(mark);
                let word = line.trim_start_matches(['`', '~']).trim().to_ascii_lowercase();
                is_in_patch = word == "diff" || word == "patch";
                if ["py", "yaml", "yml", "docker"].iter().any(|kind| word.starts_with(kind)) {
                    return false;
                }
            }
            (Some(mark), Some(open)) if mark == open => (fence, is_in_patch) = (None, false),
            _ => has_patch |= is_in_patch && hunk_header(line).is_some(),
        }
    }
    has_patch
}

/// Whether a patch begins with these two lines.
fn begins_patch(first: &str, second: Option<&str>) -> bool {
    first.starts_with("diff --git ")
        || hunk_header(first).is_some()
        || is_of_merge(first)
        || (first.starts_with("--- ") && second.is_some_and(|second| second.starts_with("+++ ")))
}

/// A heading of what `git diff` makes of a merge.
fn is_of_merge(line: &str) -> bool {
    line.starts_with("@@@ -") || line.starts_with("diff --cc ") || line.starts_with("diff --combined ")
}

/// What `diff -c` writes: its headings have stars and dashes, and fifteen stars stand between them and the lines.
fn is_context_diff(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("*** ")).take(3);
    let mut next_is = |start: &str| lines.next().is_some_and(|line| line.starts_with(start));
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let begins = ["*** ", "diff ", "Index: "].iter().any(|start| first.starts_with(start));
    begins && next_is("*** ") && next_is("--- ") && next_is("***************")
}

/// How many characters stand before each line of a patch that was pasted with the indentation of what quotes it.
fn indentation(text: &str) -> Option<usize> {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    let first = lines.next()?;
    let code = first.trim_start_matches([' ', '\t']);
    let space = &first[..first.len() - code.len()];
    let second = lines.next().and_then(|line| line.strip_prefix(space));
    (!space.is_empty() && begins_patch(code, second)).then_some(space.len())
}

/// Reads a patch. What cannot be read is a problem; the rest is there all the same.
pub fn read(text: &str) -> Patch<'_> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        Reader { lines: lines(text), at: 0, patch: Patch::default(), open: None, is_told: false };
    let begin = reader.lines.iter().position(|line| !line.trim().is_empty()).unwrap_or_default() as u32 + 1;
    if is_context_diff(text) {
        reader.problem(
            begin,
            "is a context diff, which is not read: `git diff` or `diff -u` makes a unified one",
        );
        return reader.patch;
    }
    if let Some(width) = indentation(text) {
        let count = if width == 1 { "the character".to_owned() } else { format!("the {width} characters") };
        reader.problem(
            begin,
            format!("is an indented patch: take away {count} of white space before each line"),
        );
        return reader.patch;
    }
    while let Some(&line) = reader.lines.get(reader.at) {
        reader.line(line);
    }
    reader.close();
    reader.patch
}

/// The heading of a file, before its hunks are seen.
#[derive(Default)]
struct Heading<'t> {
    line: u32,
    git: Option<&'t str>,
    old: Option<String>,
    new: Option<String>,
    renamed_from: Option<String>,
    renamed_to: Option<String>,
    is_added: bool,
    is_deleted: bool,
    is_binary: bool,
    hunks: Vec<Hunk<'t>>,
    /// The first lines of both sides that the next hunk may have.
    next: (u64, u64),
}

struct Reader<'t> {
    lines: Vec<&'t str>,
    at: usize,
    patch: Patch<'t>,
    open: Option<Heading<'t>>,
    /// Of a merge, once for a file is enough.
    is_told: bool,
}

impl<'t> Reader<'t> {
    fn number(&self) -> u32 {
        self.at as u32 + 1
    }

    fn problem(&mut self, line: u32, message: impl Into<String>) {
        self.patch.problems.push(PatchProblem { line, message: message.into() });
    }

    /// The file whose heading is being read; one with hunks is complete.
    fn heading(&mut self) -> &mut Heading<'t> {
        let line = self.number();
        self.open.get_or_insert_with(|| Heading { line, ..Heading::default() })
    }

    fn line(&mut self, line: &'t str) {
        if line.starts_with("diff ") && (line.starts_with("diff --git ") || is_of_merge(line)) {
            self.close();
            self.is_told = false;
            if let Some(sides) = line.strip_prefix("diff --git ") {
                self.heading().git = Some(sides);
            }
        } else if let Some(HunkHeader { starts, counts, heading }) = hunk_header(line) {
            self.hunk(starts, counts, heading);
            return;
        } else if line.starts_with("@@@ ") {
            let number = self.number();
            if !self.is_told {
                self.is_told = true;
                self.problem(
                    number,
                    "is a diff of a merge, which has more than two sides: compare two commits instead",
                );
            }
        } else if self.open.is_some() && (line.starts_with("@@ ") || line == "@@") {
            let number = self.number();
            self.problem(
                number,
                "this heading of a hunk cannot be read, so neither can its lines: it has line numbers, as `@@ -1,2 +1,3 @@`",
            );
        } else if let Some(path) = line.strip_prefix("--- ") {
            let next_is_new = self.lines.get(self.at + 1).is_some_and(|next| next.starts_with("+++ "));
            if next_is_new {
                if self.open.as_ref().is_some_and(|open| !open.hunks.is_empty() || open.old.is_some()) {
                    self.close();
                }
                self.heading().old = Some(unquoted(path));
            }
        } else if let Some(path) = line.strip_prefix("+++ ") {
            let heading = self.heading();
            if heading.hunks.is_empty() {
                heading.new = Some(unquoted(path));
                self.expect_hunk(self.at + 1);
            }
        } else if self.open.as_ref().is_some_and(|open| open.hunks.is_empty() && open.git.is_some()) {
            self.extended(line);
        }
        self.at += 1;
    }

    /// Behind the heading of a file, and behind a hunk: lines that no heading of a hunk announces are not read.
    fn expect_hunk(&mut self, at: usize) {
        let Some(line) = self.lines.get(at) else { return };
        // A mail ends with the dashes of a signature.
        let is_of_hunk = line.starts_with(['+', '-', ' ']) && !line.trim_end().trim_matches('-').is_empty();
        if is_of_hunk && !self.is_heading(at) {
            self.problem(at as u32 + 1, "no heading of a hunk announces this line, so it is not read");
        }
    }

    /// Whether the two lines here name the two sides of a file.
    fn is_heading(&self, at: usize) -> bool {
        let begins = |at: usize, start: &str| self.lines.get(at).is_some_and(|line| line.starts_with(start));
        begins(at, "--- ") && begins(at + 1, "+++ ")
    }

    /// Whether the heading of the next file stands here, and not a removed line with an added one that look like it: a
    /// hunk begins behind it, and these two are not just what the hunk still lacks, unless they name the same file.
    fn is_next_file(&self, at: usize, left: (u32, u32)) -> bool {
        let has_hunk = self.lines.get(at + 2).is_some_and(|line| line.starts_with("@@ -"));
        if !has_hunk || !self.is_heading(at) {
            return false;
        }
        let (old, new) = (unquoted(&self.lines[at][4..]), unquoted(&self.lines[at + 1][4..]));
        let has_none = old == "/dev/null" || new == "/dev/null";
        left != (1, 1) || old == new || has_none || without_prefix(Some(&old), Some(&new), &new).is_some()
    }

    /// A line between `diff --git` and the first hunk.
    fn extended(&mut self, line: &'t str) {
        let heading = self.heading();
        if let Some(path) = line.strip_prefix("rename from ").or_else(|| line.strip_prefix("copy from ")) {
            heading.renamed_from = Some(unquoted(path));
        } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
            heading.renamed_to = Some(unquoted(path));
        } else if line.starts_with("new file mode ") {
            heading.is_added = true;
        } else if line.starts_with("deleted file mode ") {
            heading.is_deleted = true;
        } else if line.starts_with("Binary files ") || line == "GIT binary patch" {
            heading.is_binary = true;
        }
    }

    fn hunk(&mut self, starts: (u32, u32), (old_count, new_count): (u32, u32), heading: &'t str) {
        let (old_start, new_start) = starts;
        let line = self.number();
        self.at += 1;
        let (mut old_left, mut new_left) = (old_count, new_count);
        // Of a hunk without new lines, the start is the line before.
        let mut new_line = if new_count == 0 { new_start.saturating_add(1) } else { new_start.max(1) };
        let mut lines = Vec::new();
        while old_left > 0 || new_left > 0 {
            let Some(&given) = self.lines.get(self.at) else { break };
            if self.is_next_file(self.at, (old_left, new_left)) {
                break;
            }
            let (side, text) = match given.as_bytes().first() {
                Some(b'+') if new_left > 0 => (Side::Added, &given[1..]),
                Some(b'-') if old_left > 0 => (Side::Removed, &given[1..]),
                Some(b' ') if old_left > 0 && new_left > 0 => (Side::Unchanged, &given[1..]),
                Some(b'\\') => {
                    self.at += 1;
                    continue;
                }
                // Mail programs and editors take away the space of an empty line; the last of the text is none.
                None if old_left > 0 && new_left > 0 && self.at + 1 < self.lines.len() => {
                    (Side::Unchanged, "")
                }
                _ => break,
            };
            old_left -= u32::from(side != Side::Added);
            new_left -= u32::from(side != Side::Removed);
            lines.push(Line { side, text, line: self.number(), new_line });
            if side != Side::Removed {
                new_line = new_line.saturating_add(1);
            }
            self.at += 1;
        }
        if old_left > 0 || new_left > 0 {
            let missing = old_left.max(new_left);
            let lines = if missing == 1 { "line is" } else { "lines are" };
            self.problem(
                line,
                format!("the patch is cut here: {missing} {lines} missing of what this heading announces"),
            );
        }
        if self.lines.get(self.at).is_some_and(|line| line.starts_with('\\')) {
            self.at += 1;
        }
        if old_left == 0 && new_left == 0 {
            self.expect_hunk(self.at);
        }
        let open = self.open.get_or_insert_with(|| Heading { line, ..Heading::default() });
        // Of a hunk without lines of a side, the start is the line before.
        let first = |start: u32, count: u32| u64::from(start) + u64::from(count == 0);
        let (old_first, new_first) = (first(old_start, old_count), first(new_start, new_count));
        let is_in_order = old_first >= open.next.0 && new_first >= open.next.1;
        open.next = (old_first + u64::from(old_count), new_first + u64::from(new_count));
        if !is_in_order {
            self.patch.problems.push(PatchProblem {
                line,
                message:
                    "this hunk begins before the end of the one above it: those of a file stand in its order"
                        .to_owned(),
            });
        }
        open.hunks.push(Hunk { line, heading, new_start: new_start.max(1), lines });
    }

    fn close(&mut self) {
        let Some(heading) = self.open.take() else { return };
        if let Some(file) = heading.file() {
            self.patch.files.push(file);
        }
    }
}

impl<'t> Heading<'t> {
    fn file(self) -> Option<PatchedFile<'t>> {
        let (old, new) = (self.old.as_deref(), self.new.as_deref());
        let is_none = |path: Option<&str>| path == Some("/dev/null");
        let is_added = self.is_added || is_none(old);
        let is_deleted = self.is_deleted || is_none(new);
        // What `rename to` says has no prefix; `--- a/x` and `+++ b/x` have one if both agree on the rest.
        let (path, written) = if let Some(to) = self.renamed_to.clone() {
            let written = new.unwrap_or(&to).to_owned();
            (to, written)
        } else {
            let named = match (old, new) {
                (Some(old), _) if is_deleted => Some(old),
                (_, Some(new)) => Some(new),
                (Some(old), None) => Some(old),
                (None, None) => None,
            };
            match (named, self.git.and_then(is_same_file)) {
                (_, Some((path, written))) => (path, written),
                (Some(named), None) => {
                    (without_prefix(old, new, named).unwrap_or_else(|| named.to_owned()), named.to_owned())
                }
                (None, None) if self.hunks.is_empty() => return None,
                (None, None) => (String::new(), String::new()),
            }
        };
        let change = match self.renamed_from {
            _ if self.is_binary => Change::Binary,
            Some(from) => Change::Renamed(from),
            None if is_deleted => Change::Deleted,
            None if is_added => Change::Added,
            None => Change::Modified,
        };
        Some(PatchedFile { path, written, change, line: self.line, hunks: self.hunks })
    }
}

/// The numbers of one hunk's heading, of the old side and the new one, and the text behind `@@ -1,2 +3,4 @@`.
struct HunkHeader<'t> {
    starts: (u32, u32),
    counts: (u32, u32),
    heading: &'t str,
}

fn hunk_header(line: &str) -> Option<HunkHeader<'_>> {
    let rest = line.strip_prefix("@@ -")?;
    let (ranges, heading) = rest.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    };
    let (old_start, old_count): (u32, u32) = range(old)?;
    let (new_start, new_count): (u32, u32) = range(new)?;
    Some(HunkHeader {
        starts: (old_start, new_start),
        counts: (old_count, new_count),
        heading: heading.trim(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Position, Range};
    use proptest::prelude::*;

    fn only(text: &str) -> PatchedFile<'_> {
        let patch = read(text);
        assert_eq!(patch.problems, []);
        let [file] = <[PatchedFile; 1]>::try_from(patch.files).unwrap();
        file
    }

    /// The new side as `new line: text`, with a sign.
    fn lines(file: &PatchedFile) -> Vec<String> {
        let sign = |side| match side {
            Side::Added => '+',
            Side::Removed => '-',
            Side::Unchanged => ' ',
        };
        file.lines().map(|line| format!("{}{}:{}", sign(line.side), line.new_line, line.text)).collect()
    }

    #[test]
    fn a_git_diff_has_its_path_its_lines_and_their_places() {
        let text = "diff --git a/app/chat.py b/app/chat.py\nindex 1..2 100644\n--- a/app/chat.py\n+++ b/app/chat.py\n\
                    @@ -8,3 +8,4 @@ async def reply(text):\n a\n-b\n+c\n+d\n e\n";
        let file = only(text);
        assert_eq!((file.path.as_str(), &file.change, file.line), ("app/chat.py", &Change::Modified, 1));
        assert_eq!(file.hunks[0].heading, "async def reply(text):");
        assert_eq!(lines(&file), [" 8:a", "-9:b", "+9:c", "+10:d", " 11:e"]);
        assert_eq!(file.hunks[0].lines[2].line, 8, "where it stands in the patch");
        let adds = |first: u32, last: u32, column: u32| {
            let position = |line, column| Position { line, column };
            file.adds(Range { start: position(first, 1), end: position(last, column) })
        };
        assert!(adds(9, 9, 4) && adds(7, 10, 1) && adds(10, 12, 2) && !adds(8, 9, 1) && !adds(11, 11, 2));
    }

    #[test]
    fn paths_come_with_a_prefix_without_one_and_quoted() {
        for (heading, path) in [
            ("--- a/b/c.py\n+++ b/b/c.py\n", "b/c.py"),
            ("--- b/c.py\n+++ b/c.py\n", "b/c.py"),
            ("--- i/c.py\n+++ w/c.py\n", "c.py"),
            ("--- c.py\t2026-01-01 10:00:00\n+++ c.py\t2026-01-02\n", "c.py"),
            ("--- old/c.py\n+++ new/c.py\n", "new/c.py"),
            ("diff --git a/b c.py b/b c.py\n--- a/b c.py\n+++ b/b c.py\n", "b c.py"),
            ("diff --git c.py c.py\n--- c.py\n+++ c.py\n", "c.py"),
            ("--- \"a/\\303\\251\\\"\\t.py\"\n+++ \"b/\\303\\251\\\"\\t.py\"\n", "é\"\t.py"),
            ("--- /dev/null\n+++ b/c.py\n", "c.py"),
            ("diff --git b/c.py b/c.py\nnew file mode 100644\n--- /dev/null\n+++ b/c.py\n", "b/c.py"),
            ("Index: c.py\n=====\n--- c.py\n+++ c.py\n", "c.py"),
            ("", ""),
        ] {
            let text = format!("{heading}@@ -0,0 +1 @@\n+x\n");
            assert_eq!(only(&text).path, path, "{heading}");
        }
    }

    #[test]
    fn files_are_added_deleted_renamed_and_binary() {
        let text = "diff --git a/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 @@\n+a\n+b\n\
                    diff --git a/d.py b/d.py\ndeleted file mode 100644\n--- a/d.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                    diff --git a/o.py b/p/q.py\nsimilarity index 90%\nrename from o.py\nrename to p/q.py\n--- a/o.py\n\
                    +++ b/p/q.py\n@@ -1 +1 @@\n-x\n+y\n\
                    diff --git a/r.py b/s.py\nsimilarity index 100%\nrename from r.py\nrename to s.py\n\
                    diff --git a/i.png b/i.png\nBinary files a/i.png and b/i.png differ\n";
        let patch = read(text);
        assert_eq!(patch.problems, []);
        let found: Vec<(&str, &Change, usize)> =
            patch.files.iter().map(|file| (file.path.as_str(), &file.change, file.added())).collect();
        assert_eq!(
            found,
            [
                ("n.py", &Change::Added, 2),
                ("d.py", &Change::Deleted, 0),
                ("p/q.py", &Change::Renamed("o.py".to_owned()), 1),
                ("s.py", &Change::Renamed("r.py".to_owned()), 0),
                ("i.png", &Change::Binary, 0),
            ]
        );
    }

    #[test]
    fn without_context_with_crlf_and_without_a_last_line_end() {
        let text = "--- a/x.py\r\n+++ b/x.py\r\n@@ -3,0 +4,2 @@ def f():\r\n+a\r\n+b\r\n@@ -9 +10,0 @@\r\n-c\r\n\
                    @@ -12 +12 @@\r\n-d\r\n\\ No newline at end of file\r\n+e\r\n\\ No newline at end of file";
        assert_eq!(lines(&only(text)), ["+4:a", "+5:b", "-11:c", "-12:d", "+12:e"]);
    }

    #[test]
    fn lines_that_look_like_headings_are_lines_while_their_hunk_lasts() {
        let file_text = "--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n--- old\n+++ new\n @@ -1 +1 @@\n\n--- a/y.py\n+++ b/y.py\n\
                         @@ -1 +1 @@\n-a\n+b\n";
        let patch = read(file_text);
        assert_eq!(patch.problems, []);
        assert_eq!(lines(&patch.files[0]), ["-1:-- old", "+1:++ new", " 2:@@ -1 +1 @@", " 3:"]);
        assert_eq!(patch.files[1].path, "y.py");
    }

    #[test]
    fn what_is_cut_is_told_and_the_rest_is_read() {
        let patch = read(
            "--- a/x.py\n+++ b/x.py\n@@ -1,9 +1,9 @@\n a\n+b\ndiff --git a/y.py b/y.py\n--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-a\n+b\n",
        );
        assert_eq!(patch.problems[0].line, 3);
        assert!(patch.problems[0].message.contains("8 lines are missing"), "{:?}", patch.problems);
        assert_eq!(lines(&patch.files[0]), [" 1:a", "+2:b"]);
        assert_eq!(lines(&patch.files[1]), ["-1:a", "+1:b"]);
    }

    fn told(text: &str) -> Vec<(u32, String)> {
        let problems = read(text).problems.into_iter();
        problems
            .map(|problem| {
                (problem.line, problem.message.split_whitespace().take(5).collect::<Vec<_>>().join(" "))
            })
            .collect()
    }

    #[test]
    fn what_is_damaged_is_told_at_its_line() {
        let file = "--- a/x.py\n+++ b/x.py\n";
        let other = "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-a\n+b\n";
        let heading = (3, "this heading of a hunk".to_owned());
        let order = |line| (line, "this hunk begins before the".to_owned());
        let unannounced = |line| (line, "no heading of a hunk".to_owned());
        for wrong in
            ["@@ -a,b +c,d @@", "@@ -1,2 +99999999999999999999,3 @@", "@@ -1,2 @@", "@@", "@@ ... @@"]
        {
            assert_eq!(
                told(&format!("{file}{wrong}\n import time\n+x = 1\n")),
                std::slice::from_ref(&heading),
                "{wrong}"
            );
        }
        assert_eq!(told(&format!("{file} import time\n+x = 1\n")), [unannounced(3)]);
        // In reverse, overlapping, and one of them twice.
        let hunk = |old: u32, new: u32| format!("@@ -{old},2 +{new},3 @@\n a\n+b\n c\n");
        assert_eq!(told(&format!("{file}{}{}", hunk(10, 10), hunk(1, 1))), [order(7)]);
        assert_eq!(told(&format!("{file}{}{}", hunk(10, 10), hunk(11, 12))), [order(7)]);
        assert_eq!(told(&format!("{file}{}{}", hunk(10, 10), hunk(10, 10))), [order(7)]);
        assert_eq!(told(&format!("{file}{}{}{file}{}", hunk(10, 10), hunk(12, 13), hunk(1, 1))), []);
        assert_eq!(told(&format!("{file}@@ -4,0 +5 @@\n+a\n@@ -5 +6,0 @@\n-b\n@@ -9 +9 @@\n-c\n+d\n")), []);
        // Fewer lines are announced than there are.
        assert_eq!(told(&format!("{file}@@ -1 +1 @@\n-a\n+b\n+c\n{other}")), [unannounced(6)]);
        assert_eq!(told(&format!("{file}@@ -1 +1 @@\n-a\n+b\n-- \n2.40\n")), []);
    }

    #[test]
    fn the_heading_of_a_file_ends_a_hunk_that_announces_too_much() {
        for (count, other) in [(9, "y.py"), (2, "y.py")] {
            let text = format!(
                "--- a/x.py\n+++ b/x.py\n@@ -1,{count} +1,{count} @@\n-a\n+b\n--- a/{other}\n+++ b/{other}\n@@ -1 +1 @@\n-c\n+d\n"
            );
            let patch = read(&text);
            let found: Vec<(&str, Vec<String>)> =
                patch.files.iter().map(|file| (file.path.as_str(), lines(file))).collect();
            let expected = |text: [&str; 2]| text.map(str::to_owned).to_vec();
            assert_eq!(found, [("x.py", expected(["-1:a", "+1:b"])), (other, expected(["-1:c", "+1:d"]))]);
            assert_eq!(patch.problems.len(), 1, "{:?}", patch.problems);
        }
        // A removed and an added line that look like one, before the next hunk.
        let text = "--- a/x.sql\n+++ b/x.sql\n@@ -1 +1 @@\n--- old\n+++ new\n@@ -9 +9 @@\n-a\n+b\n";
        assert_eq!(lines(&only(text)), ["-1:-- old", "+1:++ new", "-9:a", "+9:b"]);
    }

    #[test]
    fn other_forms_are_known_and_told_what_to_do() {
        let merge = "diff --cc x.py\nindex 1,2..3\n--- a/x.py\n+++ b/x.py\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n++b\n@@@ -9,2 -9,2 +9,3 @@@\n  a\n++b\n";
        let context = "*** a/x.py\t2026-01-01\n--- b/x.py\t2026-01-02\n***************\n*** 1,2 ****\n  a\n! b\n--- 1,2 ----\n  a\n! c\n";
        let unified = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n";
        let indented: String = unified.lines().map(|line| format!("    {line}\n")).collect();
        for (text, line, what) in [
            (merge.to_owned(), 5, "a diff of a merge"),
            (format!("commit 12\nMerge: 3 4\n\n    Why\n\n{merge}"), 10, "a diff of a merge"),
            (context.to_owned(), 1, "a context diff"),
            (format!("diff -c a/x.py b/x.py\n{context}"), 1, "a context diff"),
            (format!("\n{indented}"), 2, "an indented patch: take away the 4 characters"),
        ] {
            assert!(is_patch(&text), "{text}");
            let patch = read(&text);
            let [problem] = patch.problems.as_slice() else { panic!("{patch:?}") };
            assert!(problem.line == line && problem.message.contains(what), "{problem:?}");
            assert!(patch.files.iter().all(|file| file.hunks.is_empty()), "{patch:?}");
        }
        for text in ["*** a\nb\n", "    --- a\n    b\n", "  @@ -x\n", "# A\n\n***\n---\n***************\n"] {
            assert!(!is_patch(text), "{text}");
        }
        let markdown = format!("# Change\n\nWhat it does:\n\n```diff\n{unified}```\n\nAnd more.\n");
        assert!(is_fenced(&markdown));
        assert_eq!(lines(&only(&markdown)), ["-1:a", "+1:b"]);
        assert!(!is_fenced(&format!("{markdown}```py\nimport os\n```\n")));
        assert!(!is_fenced("```diff\n-a\n+b\n```\n"));
        assert!(!is_fenced(&format!("```\n{unified}```\n")));
    }

    #[test]
    fn a_patch_is_told_from_code_that_has_one_in_it() {
        let hunk = "@@ -1 +1 @@\n-a\n+b\n";
        for head in [
            "",
            "\n\n",
            "--- a\n+++ b\n",
            "diff --git a/x b/x\n",
            "commit 1234\nAuthor: A\n\n    Why\n\n",
            "From 12 Mon\n",
        ] {
            assert!(is_patch(&format!("{head}{hunk}")), "{head}");
        }
        for text in [
            "",
            "x = 1\n",
            "--- a\nb\n",
            "From here on\n",
            "\"\"\"\n--- a\n+++ b\n@@ -1 +1 @@\n\"\"\"\n",
            "---\na: 1\n",
            "@@ -x +y @@\n",
        ] {
            assert!(!is_patch(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_every_line_is_one_of_the_text(
            text in "((diff --git a/x b/x|--- a/x|\\+\\+\\+ b/x|@@ -[0-9]{1,10}(,[0-9])? \\+[0-9]{1,9}(,[0-9]{1,2})? @@ ?d?|[+ -]?é{0,2}|\\\\ N|rename to \"\\\\3|new file mode )\r?\n){0,12}"
        ) {
            let given: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
            for file in read(&text).files {
                for line in file.lines() {
                    prop_assert!(given[line.line as usize - 1].ends_with(line.text));
                }
            }
        }
    }
}

//! What a patch alone shows of the new files, as texts for the checker, with the way back into the patch.

use super::{Change, Fitted, Hunk, Line, Patch, PatchProblem, PatchedFile, Side};
use crate::report::{Position, Range, Report};
use crate::source::Source;

/// The path of code in a patch that names no file.
const UNNAMED: &str = "unnamed.py";

/// A patch without its files, as something to check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub files: Vec<NewSide>,
    /// Files of which there is nothing to check, each with the reason.
    pub left_out: Vec<(String, &'static str)>,
    /// Open files that the patch does not fit, each with the path under which what it shows is checked instead.
    pub misfits: Vec<(String, String)>,
    pub problems: Vec<PatchProblem>,
}

/// The new side of a file's hunks as one text, with something in the place of what lies between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSide {
    pub path: String,
    pub text: String,
    /// Whether the text is all of the file.
    pub is_whole: bool,
    /// Of a file that is open itself, for each line of the text the line there. The patch shows only a part of the text.
    open: Option<Vec<Option<u32>>>,
    /// One for each line of the text.
    places: Vec<Place>,
}

/// Where a line of a new side comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In the new file, from 1. What stands for a gap has the line before the next hunk.
    pub new_line: u32,
    /// In the patch, from 1. What stands for a gap has the heading of the next hunk.
    pub patch_line: u32,
    /// Whether the patch adds the line; none of what stands for a gap, and of what the patch does not show.
    pub is_added: Option<bool>,
}

impl Reading {
    /// All that can be checked of a patch alone, whose unnamed hunks are taken for Python.
    pub fn of(patch: Patch<'_>) -> Self {
        Self::beside(patch, "", &|_| None)
    }

    /// All that can be checked of the patch of this name, with the files that are open beside it: those that it fits are
    /// checked as it leaves them. Of the others, what it shows is checked under a path of its own.
    pub fn beside<'t>(patch: Patch<'t>, name: &str, open: &dyn Fn(&str) -> Option<&'t str>) -> Self {
        let mut reading = Self { problems: patch.problems, ..Self::default() };
        let begins: Vec<u32> = patch.files.iter().skip(1).map(|file| file.line).chain([u32::MAX]).collect();
        let paths: Vec<String> = patch.files.iter().map(|file| file.path.clone()).collect();
        for (index, (mut file, next)) in patch.files.into_iter().zip(begins).enumerate() {
            if file.path.is_empty() {
                file.path = UNNAMED.to_owned();
            }
            let reason = match file.change {
                Change::Deleted => Some("deleted"),
                Change::Binary => Some("binary"),
                _ if file.hunks.is_empty() => {
                    let is_told = |problem: &PatchProblem| (file.line..next).contains(&problem.line);
                    Some(if reading.problems.iter().any(is_told) { "not read" } else { "no lines changed" })
                }
                _ => None,
            };
            if let Some(reason) = reason {
                reading.left_out.push((file.path, reason));
                continue;
            }
            // What is open is what a series of patches begins with or leads to, so the last change alone can fit.
            let open = if paths[index + 1..].contains(&file.path) { None } else { open(&file.path) };
            let side = match open.map(|text| file.fitted(text)) {
                Some(Ok(fitted)) => NewSide::fitted(&file, &fitted),
                Some(Err(misfit)) => {
                    let path = format!("{name}/{}", file.path);
                    let message = format!(
                        "does not apply to `{}`: for line {} {}",
                        file.path,
                        misfit.line,
                        misfit.words()
                    );
                    reading.problems.push(PatchProblem { line: misfit.patch_line, message });
                    reading.misfits.push((std::mem::replace(&mut file.path, path.clone()), path));
                    NewSide::of(&file)
                }
                None => NewSide::of(&file),
            };
            match reading.files.iter_mut().find(|known| known.path == side.path) {
                // A series of patches changes a file more than once, and only the last of them leads to what is now.
                Some(known) => {
                    let message =
                        format!("`{}` is changed more than once: the last change was read", side.path);
                    reading.problems.push(PatchProblem { line: file.line, message });
                    *known = side;
                }
                None => reading.files.push(side),
            }
        }
        reading
    }

    pub fn sources(&self) -> Vec<Source> {
        self.files.iter().map(|file| Source { path: file.path.clone(), text: file.text.clone() }).collect()
    }

    /// Gives a report on these texts the lines that the new files have. Those of open files are so already.
    pub fn relocate(&self, report: &mut Report) {
        let side = |path: &str| self.files.iter().find(|file| !file.is_open() && file.path == path);
        let move_range = |path: &str, range: &mut Range| {
            if let Some(side) = side(path) {
                *range = side.in_file(*range);
            }
        };
        for finding in report.findings_mut() {
            move_range(&finding.path, &mut finding.range);
            for evidence in &mut finding.because {
                if side(&evidence.path).is_some_and(|side| !side.shows(evidence.range.start.line)) {
                    evidence.note += "; the patch does not show the line, which is above this one";
                }
                move_range(&evidence.path, &mut evidence.range);
            }
            // An edit of a text with gaps is none of the file.
            if side(&finding.path).is_some() {
                finding.fix = None;
            }
        }
        for place in report.rules.iter_mut().flat_map(|status| &mut status.places) {
            move_range(&place.path, &mut place.range);
        }
        // What a hunk breaks off in the middle is an error of the patch's reader, and none of the file.
        report.problems.retain(|problem| {
            side(&problem.path).is_none_or(|side| side.is_whole || side.goes_on_behind(problem.range))
        });
        for problem in &mut report.problems {
            if let Some(side) = side(&problem.path) {
                problem.range = side.in_file(problem.range);
                if !side.is_whole {
                    problem.message += "; the patch has only parts of this file";
                }
            }
        }
    }

    /// The place in the patch of a place in a new file, as far as the patch shows it.
    pub fn in_patch(&self, path: &str, range: Range) -> Option<Range> {
        self.files.iter().find(|file| file.path == path)?.in_patch(range)
    }

    /// The place in the open file of a place in what the patch leaves of it; none of what it adds.
    pub fn in_open(&self, path: &str, range: Range) -> Option<Range> {
        let open = self.files.iter().find(|file| file.path == path)?.open.as_ref()?;
        let line = |position: Position| {
            let line = *open.get((position.line as usize).checked_sub(1)?)?;
            Some(Position { line: line?, ..position })
        };
        let start = line(range.start)?;
        Some(Range { start, end: line(range.end).unwrap_or(start).max(start) })
    }

    /// The line, in what the patch leaves of an open file, of a line of it; of one that is taken out, the next one.
    pub fn of_open(&self, path: &str, line: u32) -> Option<u32> {
        let open = self.files.iter().find(|file| file.path == path)?.open.as_ref()?;
        let known = (1..).zip(open).find(|(_, own)| own.is_some_and(|own| own >= line));
        Some(known.map_or(open.len() as u32, |(number, _)| number))
    }

    /// The new file and the place in it that a place in the patch shows.
    pub fn in_file(&self, position: Position) -> Option<(&str, Position)> {
        self.files.iter().find_map(|file| {
            let place = file
                .places
                .iter()
                .find(|place| place.is_added.is_some() && place.patch_line == position.line)?;
            let column = position.column.saturating_sub(1).max(1);
            Some((file.path.as_str(), Position { line: place.new_line, column }))
        })
    }

    /// The line of a new side's text that a line of the patch shows, with the path; where it shows none, the nearest one
    /// that does.
    pub fn in_text(&self, patch_line: u32) -> Option<(&str, u32)> {
        let shown =
            self.files.iter().flat_map(|file| (1..).zip(&file.places).map(move |place| (file, place)));
        shown
            .filter(|(_, (_, place))| place.is_added.is_some())
            .min_by_key(|(_, (_, place))| place.patch_line.abs_diff(patch_line))
            .map(|(file, (line, _))| (file.path.as_str(), line))
    }

    /// Whether a place in a new file is on a line that the patch adds. Of what the patch does not speak of, none is.
    pub fn is_added(&self, path: &str, range: Range) -> bool {
        self.files.iter().filter(|file| file.path == path).any(|file| {
            file.places.iter().any(|place| place.is_added == Some(true) && is_within(place.new_line, range))
        })
    }
}

/// Whether a range covers a part of a line: its end is the place behind its last character.
pub(super) fn is_within(line: u32, range: Range) -> bool {
    let last = if range.end.column <= 1 && range.end.line > range.start.line {
        range.end.line - 1
    } else {
        range.end.line
    };
    (range.start.line..=last.max(range.start.line)).contains(&line)
}

impl NewSide {
    fn of(file: &PatchedFile<'_>) -> Self {
        let mut builder =
            Builder { is_python: is_python(&file.path), text: String::new(), places: Vec::new() };
        let first = file.hunks.first().map_or(1, |hunk| hunk.new_start);
        let is_whole =
            file.change == Change::Added || (file.hunks.len() == 1 && first == 1 && has_no_old_side(file));
        let mut next = 1;
        for hunk in &file.hunks {
            if hunk.new_start > next {
                builder.gap(hunk);
            }
            for line in hunk.lines.iter().filter(|line| line.side != Side::Removed) {
                builder.line(line);
                next = line.new_line.saturating_add(1);
            }
        }
        Self { path: file.path.clone(), text: builder.text, is_whole, places: builder.places, open: None }
    }

    /// The whole of an open file as the patch leaves it.
    fn fitted(file: &PatchedFile<'_>, fitted: &Fitted<'_>) -> Self {
        let mut places: Vec<Place> = (1..)
            .take(fitted.lines.len())
            .map(|new_line| Place { new_line, patch_line: file.line, is_added: None })
            .collect();
        for line in file.lines().filter(|line| line.side != Side::Removed) {
            if let Some(place) = places.get_mut(line.new_line as usize - 1) {
                place.patch_line = line.line;
                place.is_added = Some(line.side == Side::Added);
            }
        }
        let text = fitted.lines.join("\n");
        Self { path: file.path.clone(), text, is_whole: true, places, open: Some(fitted.own.clone()) }
    }

    /// Whether it is an open file as the patch leaves it.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// For each line of the text its line in the new file.
    pub fn lines(&self) -> Vec<u32> {
        self.places.iter().map(|place| place.new_line).collect()
    }

    /// How many of its lines the patch adds.
    pub fn added(&self) -> usize {
        self.places.iter().filter(|place| place.is_added == Some(true)).count()
    }

    /// Whether the patch shows any line that it does not add.
    pub fn has_surroundings(&self) -> bool {
        self.places.iter().any(|place| place.is_added == Some(false))
    }

    /// Whether a line of the text is one of the patch, and does not stand for a gap.
    fn shows(&self, line: u32) -> bool {
        self.place(line).is_some_and(|place| place.is_added.is_some())
    }

    /// Whether the patch shows the end of a range and the line behind it.
    fn goes_on_behind(&self, range: Range) -> bool {
        let last = range.end.line;
        let shown = |line: u32| {
            self.places.get((line as usize).saturating_sub(1)).filter(|place| place.is_added.is_some())
        };
        match (shown(last), shown(last + 1)) {
            (Some(place), Some(next)) => next.new_line == place.new_line + 1,
            _ => false,
        }
    }

    fn place(&self, line: u32) -> Option<&Place> {
        self.places.get((line as usize).saturating_sub(1)).or(self.places.last())
    }

    fn in_file(&self, range: Range) -> Range {
        let moved = |position: Position| {
            let place = self.place(position.line);
            // Behind the last line is the start of a line that the patch does not have.
            let beyond = position.line.saturating_sub(self.places.len() as u32);
            let line = place.map_or(position.line, |place| place.new_line.saturating_add(beyond));
            let column =
                if place.is_some_and(|place| place.is_added.is_none()) { 1 } else { position.column };
            Position { line, column }
        };
        let start = moved(range.start);
        Range { start, end: moved(range.end).max(start) }
    }

    fn in_patch(&self, range: Range) -> Option<Range> {
        let shown =
            |line: u32| self.places.iter().find(|place| place.is_added.is_some() && place.new_line == line);
        let start = match shown(range.start.line) {
            Some(place) => Position { line: place.patch_line, column: range.start.column.saturating_add(1) },
            None if self.open.is_some() => return None,
            // What lies before a hunk is shown at its heading, what lies behind the last one at its last line.
            None => {
                let place = self.places.iter().find(|place| place.new_line >= range.start.line);
                let line = place.or(self.places.last()).map_or(1, |place| place.patch_line);
                return Some(Range {
                    start: Position { line, column: 1 },
                    end: Position { line, column: u32::MAX },
                });
            }
        };
        let end = match shown(range.end.line) {
            Some(place) => Position { line: place.patch_line, column: range.end.column.saturating_add(1) },
            None => {
                let last = self
                    .places
                    .iter()
                    .rev()
                    .find(|place| place.is_added.is_some() && place.new_line < range.end.line);
                Position { line: last.map_or(start.line, |place| place.patch_line), column: u32::MAX }
            }
        };
        Some(Range { start, end: end.max(start) })
    }
}

fn is_python(path: &str) -> bool {
    [".py", ".pyi", ".pyw"].iter().any(|ending| path.ends_with(ending))
}

fn has_no_old_side(file: &PatchedFile<'_>) -> bool {
    file.lines().all(|line| line.side == Side::Added)
}

struct Builder {
    is_python: bool,
    text: String,
    places: Vec<Place>,
}

impl Builder {
    fn line(&mut self, line: &Line<'_>) {
        self.text.push_str(line.text);
        self.text.push('\n');
        self.places.push(Place {
            new_line: line.new_line,
            patch_line: line.line,
            is_added: Some(line.side == Side::Added),
        });
    }

    fn between(&mut self, text: &str, hunk: &Hunk<'_>) {
        self.text.push_str(text);
        self.text.push('\n');
        let new_line = hunk.new_start.saturating_sub(1).max(1);
        self.places.push(Place { new_line, patch_line: hunk.line, is_added: None });
    }

    /// What lies before a hunk. In Python the blocks that it stands in are opened: the function that git names in the
    /// hunk's heading, and blocks of which nothing is known. Everything else that is read has comments.
    fn gap(&mut self, hunk: &Hunk<'_>) {
        if !self.is_python {
            self.between("# …", hunk);
            return;
        }
        self.between("...", hunk);
        let shown: Vec<&str> = hunk
            .lines
            .iter()
            .filter(|line| line.side != Side::Removed && !line.text.trim().is_empty())
            .map(|line| line.text)
            .collect();
        let Some(first) = shown.first().filter(|first| indentation(first) > 0) else { return };
        // The levels that the hunk falls back to, with the line that first does, the deepest first.
        let mut levels: Vec<(usize, &str)> = Vec::new();
        for line in &shown {
            let level = indentation(line);
            let is_comment = line.trim_start().starts_with('#');
            if level < levels.last().map_or(indentation(first), |last| last.0) && !is_comment {
                levels.push((level, line.trim_start()));
            }
        }
        if levels.last().is_none_or(|last| last.0 > 0) {
            levels.push((0, ""));
        }
        let function = heading(hunk.heading);
        let is_definition =
            |line: &str| ["def ", "async def ", "class ", "@"].iter().any(|word| line.starts_with(word));
        // The function is on the level of the next one, if that is in the hunk, and else outermost.
        let own = levels.iter().position(|(_, line)| is_definition(line)).unwrap_or(levels.len() - 1);
        for (index, (level, line)) in levels.iter().enumerate().rev() {
            let opener = match &function {
                Some(function) if index == own => function.as_str(),
                _ if line.starts_with("except") || line.starts_with("finally") => "try:",
                _ => "if ...:",
            };
            let space = &first[..*level];
            self.between(&format!("{space}{opener}"), hunk);
        }
    }
}

/// How many bytes of white space a line begins with.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The line that opens a function, from what git says of a hunk: it may be cut, or go on in the next line.
fn heading(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with("def ") && !text.starts_with("async def ") {
        return None;
    }
    if text.ends_with(':') {
        return Some(text.to_owned());
    }
    let (name, _) = text.split_once('(')?;
    Some(format!("{name}(*_, **__):"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::patch::read;
    use crate::settings::Settings;
    use proptest::prelude::*;

    fn range(start: (u32, u32), end: (u32, u32)) -> Range {
        let position = |(line, column)| Position { line, column };
        Range { start: position(start), end: position(end) }
    }

    fn checked(patch: &str) -> (Reading, Report) {
        let reading = Reading::of(read(patch));
        let mut report = check(&reading.sources(), &Settings::default());
        reading.relocate(&mut report);
        (reading, report)
    }

    const TWO_FILES: &str = "\
diff --git a/app/routes.py b/app/routes.py
--- a/app/routes.py
+++ b/app/routes.py
@@ -1,3 +1,4 @@
 from fastapi import FastAPI
 
+from app.service import load
 
@@ -30,7 +31,7 @@ async def feed(name: str):
     if name:
         name = name.strip()
     log(name)
-    data = None
+    data = load(name)
     return data
 
 
diff --git a/app/service.py b/app/service.py
new file mode 100644
--- /dev/null
+++ b/app/service.py
@@ -0,0 +1,5 @@
+import requests
+
+
+def load(name):
+    return requests.get(name, timeout=5).json()
";

    #[test]
    fn a_chain_through_two_files_is_found_and_led_back_into_the_patch() {
        let (reading, report) = checked(TWO_FILES);
        let finding = report.findings.iter().find(|finding| finding.rule.id() == "C5").unwrap();
        assert_eq!((finding.path.as_str(), finding.range), ("app/routes.py", range((34, 12), (34, 22))));
        assert!(reading.is_added(&finding.path, finding.range));
        let shown = reading.in_patch(&finding.path, finding.range).unwrap();
        assert_eq!(shown, range((14, 13), (14, 23)));
        let line = TWO_FILES.lines().nth(13).unwrap();
        assert_eq!(&line[12..22], "load(name)");
        assert_eq!(reading.in_file(shown.start), Some(("app/routes.py", finding.range.start)));
        // The function that git names in the heading.
        assert_eq!(finding.symbol, "feed");
        let opened = &finding.because[0];
        assert_eq!(reading.in_patch(&opened.path, opened.range).unwrap().start.line, 9);
        assert!(report.problems.is_empty(), "{:?}", report.problems);
    }

    #[test]
    fn what_stands_on_lines_that_were_there_before_is_told_apart() {
        let patch = "--- a/x.py\n+++ b/x.py\n@@ -1,5 +1,6 @@\n import time\n+\n async def wait():\n     time.sleep(1)\n+    time.sleep(2)\n     return 1\n";
        let (reading, report) = checked(patch);
        let found: Vec<(u32, bool)> = report
            .findings
            .iter()
            .filter(|finding| finding.rule.id() == "C5")
            .map(|finding| (finding.range.start.line, reading.is_added(&finding.path, finding.range)))
            .collect();
        assert_eq!(found, [(4, false), (5, true)]);
    }

    #[test]
    fn modules_that_the_patch_does_not_import_are_taken_for_what_they_are_called() {
        let patch = "--- a/x.py\n+++ b/x.py\n@@ -20,3 +20,4 @@ async def wait(url):\n     a = 1\n     b = 2\n+    requests.get(url, timeout=3)\n     return a\n";
        let (reading, report) = checked(patch);
        assert_eq!((reading.files.len(), &report.files[0].assumed), (1, &vec!["requests".to_owned()]));
        assert_eq!(report.findings[0].rule.id(), "C5");
        assert_eq!(report.findings[0].range.start, Position { line: 22, column: 5 });
        let bound = patch.replace("     a = 1", "     requests = client");
        assert!(checked(&bound).1.files[0].assumed.is_empty());
    }

    #[test]
    fn evidence_on_a_line_that_the_patch_does_not_show_says_so() {
        let (_, report) = checked(TWO_FILES);
        let finding = report.findings.iter().find(|finding| finding.rule.id() == "C5").unwrap();
        let notes: Vec<bool> = finding
            .because
            .iter()
            .map(|evidence| evidence.note.contains("the patch does not show"))
            .collect();
        // The function's heading comes from git; its call and what that leads to are in the hunks.
        assert_eq!(notes, [true, false, false], "{:?}", finding.because);
    }

    #[test]
    fn what_a_hunk_breaks_off_is_no_error_of_the_file_and_an_error_within_is() {
        let open = "--- a/x.py\n+++ b/x.py\n@@ -20,2 +20,3 @@ def f():\n     a = 1\n+    b = 2\n     try:\n";
        assert!(checked(open).1.problems.is_empty(), "{:?}", checked(open).1.problems);
        let wrong = "--- a/x.py\n+++ b/x.py\n@@ -20,3 +20,4 @@ def f():\n     a = 1\n+    b = = 2\n     c = 3\n     d = 4\n";
        let lines: Vec<u32> =
            checked(wrong).1.problems.iter().map(|problem| problem.range.start.line).collect();
        assert_eq!(lines, [21]);
    }

    #[test]
    fn hunks_that_begin_deep_inside_are_read_without_an_error() {
        for hunk in [
            "             x = 1\n         y = 2\n     z = 3\n+    await done()\n",
            "             await x()\n         except KeyError:\n             pass\n+        return 1\n",
            "         await x()\n+\n     async def other(self):\n         return 1\n",
            "     return 1\n+\n def other():\n     pass\n",
            "             # a comment\n         y = 2\n+    # lower\n             z = 3\n",
        ] {
            let count = hunk.lines().count();
            for heading in ["", " async def f(self, a,", " def g():", " class C:"] {
                let patch =
                    format!("--- a/x.py\n+++ b/x.py\n@@ -40,{} +40,{count} @@{heading}\n{hunk}", count - 1);
                let (_, report) = checked(&patch);
                let is_deep_comment = hunk.contains("# lower");
                assert!(is_deep_comment || report.problems.is_empty(), "{patch}{:?}", report.problems);
            }
        }
    }

    #[test]
    fn files_without_new_lines_are_left_out_with_the_reason() {
        let patch = "--- a/d.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\ndiff --git a/r.py b/s.py\nrename from r.py\nrename to s.py\n";
        let reading = Reading::of(read(patch));
        assert_eq!(reading.files, []);
        assert_eq!(
            reading.left_out,
            [("d.py".to_owned(), "deleted"), ("s.py".to_owned(), "no lines changed")]
        );
    }

    #[test]
    fn a_file_whose_hunks_cannot_be_read_is_not_one_without_changes() {
        let patch = "--- a/x.py\n+++ b/x.py\n@@ -a,b +c,d @@\n import time\n+x = 1\ndiff --git a/y.py b/y.py\nold mode 100644\nnew mode 100755\n";
        let reading = Reading::of(read(patch));
        assert_eq!(reading.problems[0].line, 3);
        assert_eq!(
            reading.left_out,
            [("x.py".to_owned(), "not read"), ("y.py".to_owned(), "no lines changed")]
        );
    }

    #[test]
    fn a_file_that_is_changed_twice_is_read_once() {
        let once = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n";
        let reading = Reading::of(read(&once.repeat(2)));
        assert_eq!((reading.files.len(), reading.problems.len()), (1, 1));
    }

    /// A patch beside the file that it is for, as it was before and as it is behind.
    #[test]
    fn an_open_file_is_checked_as_the_patch_leaves_it() {
        let old =
            "import time\n\n\nasync def feed():\n    time.sleep(1)\n\n\nasync def more():\n    return 1\n";
        let new = old.replace("    return 1", "    time.sleep(2)\n    return 1");
        let patch = "--- a/x.py\n+++ b/x.py\n@@ -8,2 +8,3 @@\n async def more():\n+    time.sleep(2)\n     return 1\n";
        for (open, shown) in [(old, 8), (new.as_str(), 9)] {
            let reading = Reading::beside(read(patch), "c.patch", &|path| (path == "x.py").then_some(open));
            assert_eq!((&reading.problems, &reading.misfits), (&vec![], &vec![]));
            assert_eq!(reading.sources(), [Source { path: "x.py".to_owned(), text: new.clone() }]);
            let mut report = crate::check::check(&reading.sources(), &crate::settings::Settings::default());
            reading.relocate(&mut report);
            let lines: Vec<u32> = report.findings.iter().map(|finding| finding.range.start.line).collect();
            assert_eq!(lines, [5, 9]);
            let [before, added] = [0, 1].map(|index| report.findings[index].range);
            assert!(!reading.is_added("x.py", before) && reading.is_added("x.py", added));
            assert_eq!(reading.in_patch("x.py", before), None);
            let place = reading.in_patch("x.py", added).unwrap();
            assert_eq!((place.start.line, place.start.column), (5, added.start.column + 1));
            assert_eq!(reading.in_open("x.py", before), Some(before));
            let is_there = reading.in_open("x.py", added).is_some();
            assert_eq!(is_there, open == new);
            assert_eq!(reading.of_open("x.py", shown), Some(if shown == 8 { 8 } else { 9 }));
        }
    }

    #[test]
    fn what_does_not_apply_says_where_and_is_checked_by_itself() {
        let patch =
            "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,3 @@\n import time\n async def more():\n+    time.sleep(2)\n";
        let open = "import os\n";
        let reading = Reading::beside(read(patch), "c.patch", &|path| (path == "x.py").then_some(open));
        let message =
            "does not apply to `x.py`: for line 1 it says `import time`, but the file has `import os`";
        assert_eq!(reading.problems, [PatchProblem { line: 4, message: message.to_owned() }]);
        assert_eq!(reading.files[0].path, "c.patch/x.py");
        assert!(!reading.files[0].is_open());
    }

    proptest! {
        #[test]
        fn every_place_of_a_report_is_led_to_a_line_of_the_patch(
            hunks in proptest::collection::vec(("[1-9][0-9]?", "( +(def f\\(\\):|x = requests.get\\(1\\)|await a|\\)|\"\"\"|else:)\n|\\+ {0,9}(return 1|if a:|import os)\n|\n){1,6}"), 1..4)
        ) {
            let mut patch = "--- a/x.py\n+++ b/x.py\n".to_owned();
            for (start, lines) in &hunks {
                let old = lines.lines().filter(|line| !line.starts_with('+')).count();
                patch += &format!("@@ -{start},{old} +{start},{} @@ async def f():\n{lines}", lines.lines().count());
            }
            let count = patch.lines().count() as u32;
            let (reading, report) = checked(&patch);
            let ranges = report.findings.iter().flat_map(|finding| {
                std::iter::once(finding.range).chain(finding.because.iter().map(|evidence| evidence.range))
            });
            for range in ranges.chain(report.problems.iter().map(|problem| problem.range)) {
                let shown = reading.in_patch("x.py", range).unwrap();
                prop_assert!(shown.start.line >= 1 && shown.end.line <= count && shown.start <= shown.end);
            }
        }
    }
}

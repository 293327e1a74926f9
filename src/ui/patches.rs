//! The open patches: each stands in a tab as it was given, and is checked as the files that it speaks of.
//!
//! The report speaks of those files, with their lines, as a reviewer does; only the editor shows a place in the patch.

use std::rc::Rc;

use yew::AttrValue;

use crate::explanation::Place;
use crate::file_names;
use crate::patch::{self, NewSide, Reading};
use crate::report::{Finding, Position, Problem, Range, Report};
use crate::ui::state::File;
use crate::worker::client::Text;

/// The open patches, by the paths of their tabs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patches(Rc<Vec<(AttrValue, Reading)>>);

impl Patches {
    /// The patches among the open files. A file that is open itself is checked as the patch leaves it, and of two patches
    /// of one file the first counts.
    pub fn of(files: &[File]) -> Self {
        let (patches, others): (Vec<&File>, Vec<&File>) =
            files.iter().partition(|file| file_names::is_patch(&file.path));
        let mut known: Vec<String> = Vec::new();
        let mut readings = Vec::new();
        let open = |path: &str| others.iter().find(|file| *file.path == *path).map(|file| &*file.text);
        for file in patches {
            let mut reading = Reading::beside(patch::read(&file.text), &file.path, &open);
            let (taken, rest) =
                std::mem::take(&mut reading.files).into_iter().partition(|side| known.contains(&side.path));
            reading.files = rest;
            let taken: Vec<NewSide> = taken;
            reading.left_out.extend(taken.into_iter().map(|side| (side.path, "in another patch as well")));
            known.extend(reading.files.iter().map(|side| side.path.clone()));
            readings.push((file.path.clone(), reading));
        }
        Self(Rc::new(readings))
    }

    /// What the checker is to read.
    pub fn texts(&self, files: &[File]) -> Vec<Text> {
        let is_patched = |file: &File| {
            file_names::is_patch(&file.path)
                || self.sides().any(|(_, _, side)| side.is_open() && side.path == *file.path)
        };
        let whole = files.iter().filter(|file| !is_patched(file));
        let whole = whole.map(|file| Text { path: file.path.clone(), text: file.text.clone() });
        let shown = self.0.iter().flat_map(|(_, reading)| reading.sources());
        whole.chain(shown.map(|file| Text { path: file.path.into(), text: file.text.into() })).collect()
    }

    /// A line that is asked about, as the checker knows it: a patch's line is one of a file.
    pub fn place(&self, place: &mut Place) {
        let Place::Line { path, line, .. } = place else { return };
        if let Some((file, known)) = self.reading(path).and_then(|reading| reading.in_text(*line)) {
            (*path, *line) = (file.to_owned(), known);
        } else if let Some(known) = self.0.iter().find_map(|(_, reading)| reading.of_open(path, *line)) {
            *line = known;
        }
    }

    /// How many lines the patches add; nothing where no file is read out of one.
    pub fn added(&self) -> Option<usize> {
        self.sides().next()?;
        Some(self.sides().map(|(.., side)| side.added()).sum())
    }

    /// Every file that is read out of a patch, with the patch and its tab.
    fn sides(&self) -> impl Iterator<Item = (&AttrValue, &Reading, &NewSide)> {
        self.0.iter().flat_map(|(tab, reading)| reading.files.iter().map(move |side| (tab, reading, side)))
    }

    /// As JSON: for each file that is read out of a patch, which of its lines each line of the text is.
    pub fn lines(&self) -> String {
        let mut json = String::new();
        for (.., side) in self.sides().filter(|(.., side)| !side.is_open()) {
            let path = serde_json::to_string(&side.path).unwrap_or_default();
            json.push(if json.is_empty() { '{' } else { ',' });
            json += &format!("{path}:{:?}", side.lines());
        }
        if json.is_empty() { "{}".to_owned() } else { json + "}" }
    }

    /// The patch in the tab of this path.
    pub fn reading(&self, tab: &str) -> Option<&Reading> {
        self.0.iter().find(|(path, _)| path == tab).map(|(_, reading)| reading)
    }

    /// A report on what the patches show, with the lines of the files that they speak of, and what could not be read of
    /// the patches themselves.
    pub fn relocated(&self, report: &Rc<Report>) -> Rc<Report> {
        if self.0.is_empty() {
            return report.clone();
        }
        let mut report = (**report).clone();
        for (tab, reading) in self.0.iter() {
            reading.relocate(&mut report);
            report.problems.extend(reading.problems.iter().map(|problem| {
                let position = Position { line: problem.line, column: 1 };
                let range = Range { start: position, end: position };
                Problem { path: tab.to_string(), range, message: problem.message.clone() }
            }));
        }
        Rc::new(report)
    }

    /// A report without what is on unchanged lines of patches; a rule of which nothing else was seen counts as not
    /// seen, since of the added lines nothing can be said.
    pub fn narrowed(&self, report: &Rc<Report>) -> Rc<Report> {
        if self.0.is_empty() {
            return report.clone();
        }
        let mut narrowed = (**report).clone();
        narrowed.findings.retain(|finding| !self.is_unchanged(finding));
        narrowed.silenced.retain(|finding| !self.is_unchanged(finding));
        narrowed.forget_what_is_not_shown();
        Rc::new(narrowed)
    }

    /// Whether a finding is in a patch and has nothing to do with the lines that it adds.
    pub fn is_unchanged(&self, finding: &Finding) -> bool {
        let in_patch = |path: &str| self.sides().any(|(.., side)| side.path == path);
        let is_added =
            |path: &str, range: Range| self.0.iter().any(|(_, reading)| reading.is_added(path, range));
        in_patch(&finding.path)
            && !is_added(&finding.path, finding.range)
            && !finding.because.iter().any(|evidence| is_added(&evidence.path, evidence.range))
    }

    /// The tab and the place in it that shows a place of the report, where that is in a patch.
    pub fn shown(&self, path: &str, range: Range) -> Option<(AttrValue, Range)> {
        self.sides().find(|(.., side)| side.path == path).and_then(|(tab, reading, _)| {
            match reading.in_patch(path, range) {
                Some(range) => Some((tab.clone(), range)),
                None => Some((path.to_owned().into(), reading.in_open(path, range)?)),
            }
        })
    }

    /// A report as the tab of this path shows it: what is in a patch has the patch's path and its lines there, and what is
    /// in a file that a patch changes has its lines before.
    pub fn in_tab(&self, report: &Rc<Report>, tab: &str) -> Rc<Report> {
        let is_patch = self.reading(tab).is_some();
        let changed = self.sides().find(|(.., side)| side.is_open() && side.path == tab);
        let Some(reading) = self.reading(tab).or(changed.map(|(_, reading, _)| reading)) else {
            return report.clone();
        };
        let mut shown = (**report).clone();
        let places = shown
            .findings
            .iter_mut()
            .flat_map(|finding| {
                let evidence = finding.because.iter_mut().map(|step| (&mut step.path, &mut step.range));
                std::iter::once((&mut finding.path, &mut finding.range)).chain(evidence)
            })
            .chain(shown.problems.iter_mut().map(|problem| (&mut problem.path, &mut problem.range)));
        for (path, range) in places {
            if is_patch && let Some(found) = reading.in_patch(path, *range) {
                *range = found;
                tab.clone_into(path);
            } else if let Some((patch, ..)) = changed.filter(|_| path == tab) {
                match reading.in_open(path, *range) {
                    Some(found) => *range = found,
                    // What the patch adds is shown there.
                    None => patch.as_str().clone_into(path),
                }
            }
        }
        Rc::new(shown)
    }
}

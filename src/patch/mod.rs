//! Unified diffs: what they say of each file, and where in the given text each line of it stands.
//!
//! It never imports the checker: the page reads a pasted patch with it, the command line the one of `--diff`.

mod fitting;
mod names;
mod new_side;
mod reading;

pub use fitting::{Fitted, Misfit};
pub use new_side::{NewSide, Place, Reading};
pub use reading::{is_fenced, is_patch, read};

use crate::report::Range;

/// A unified diff as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch<'t> {
    pub files: Vec<PatchedFile<'t>>,
    /// What could not be read of it, in its order.
    pub problems: Vec<PatchProblem>,
}

/// What a patch does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchedFile<'t> {
    /// The path behind the change (of a deleted file the one before it), without the prefix that git adds. Empty
    /// where the patch names no file.
    pub path: String,
    /// The same as it stands in the patch: without git's own header nothing tells a prefix from a folder.
    pub written: String,
    pub change: Change,
    /// The first line that speaks of the file, from 1.
    pub line: u32,
    pub hunks: Vec<Hunk<'t>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Modified,
    Added,
    Deleted,
    /// The path before.
    Renamed(String),
    /// Without lines to look at.
    Binary,
}

/// A run of changed lines with its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'t> {
    /// The line of the patch that begins it with `@@`.
    pub line: u32,
    /// What git writes behind the second `@@`: the line that opens the surrounding function.
    pub heading: &'t str,
    /// The first line of the new file, from 1.
    pub new_start: u32,
    pub lines: Vec<Line<'t>>,
}

/// A line of a hunk, without its sign and without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'t> {
    pub side: Side,
    pub text: &'t str,
    /// In the patch, from 1.
    pub line: u32,
    /// In the new file, from 1; of a removed line the place that it was taken from.
    pub new_line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Unchanged,
    Added,
    Removed,
}

/// A line of the patch, and what is wrong with it: a sentence that starts in lower case, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchProblem {
    pub line: u32,
    pub message: String,
}

/// The lines of a text, without their ends and without a mark before the first one.
fn lines(text: &str) -> Vec<&str> {
    text.trim_start_matches('\u{feff}')
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect()
}

impl<'t> PatchedFile<'t> {
    /// Whether a place in the new file covers any line that the patch adds.
    pub fn adds(&self, range: Range) -> bool {
        self.lines().any(|line| line.side == Side::Added && new_side::is_within(line.new_line, range))
    }

    /// How many lines the patch adds.
    pub fn added(&self) -> usize {
        self.lines().filter(|line| line.side == Side::Added).count()
    }

    /// The lines of all hunks.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'t>> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines)
    }
}

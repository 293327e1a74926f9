//! How far somebody has come: what is kept on the device, and what a file of it holds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::Source;

/// The format of the file. A file of any earlier number can still be read.
const VERSION: u32 = 1;

/// A larger file is none of ours.
const LARGEST_BYTES: usize = 2_000_000;

/// What was done, by exercise. An exercise that this build does not know is kept: another build may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(rename = "rubric_progress")]
    version: u32,
    #[serde(default)]
    exercises: Vec<Done>,
}

/// What was done of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// The exercise's id.
    id: String,
    pub solved: bool,
    /// How many hints were read.
    pub hints: u8,
    /// Whether the answer was shown before it was solved.
    pub answer: bool,
    /// The code as it was left; nothing where it is as it was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Source>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { version: VERSION, exercises: Vec::new() }
    }
}

/// A file is no progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Progress {
    /// What was done of an exercise.
    pub fn of(&self, id: &str) -> Done {
        let nothing = || Done { id: id.to_owned(), ..Done::default() };
        self.exercises.iter().find(|done| done.id == id).cloned().unwrap_or_else(nothing)
    }

    /// Notes what was done of an exercise.
    pub fn note(&mut self, id: &str, done: Done) {
        self.exercises.retain(|other| other.id != id);
        let done = Done { id: id.to_owned(), ..done };
        if done != (Done { id: id.to_owned(), ..Done::default() }) {
            self.exercises.push(done);
        }
    }

    /// Whether nothing was done yet.
    pub fn is_empty(&self) -> bool {
        self.exercises.is_empty()
    }

    /// Takes over what another device knows. Nothing that was done here is lost: what is solved stays solved, and code
    /// that was begun here stays.
    pub fn merge(&mut self, other: Progress) {
        for theirs in other.exercises {
            let mut own = self.of(&theirs.id);
            own.solved |= theirs.solved;
            own.answer |= theirs.answer;
            own.hints = own.hints.max(theirs.hints);
            if own.files.is_empty() {
                own.files = theirs.files;
            }
            self.note(&theirs.id, own);
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("progress is plain data")
    }

    /// Reads what [`Progress::to_json`] has written, or says why it is none.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        if json.len() > LARGEST_BYTES {
            return Err(Unreadable("It is too large for a file of progress."));
        }
        let progress: Self = serde_json::from_str(json)
            .map_err(|_| Unreadable("It is no file of progress: choose one that was exported here."))?;
        if progress.version > VERSION {
            return Err(Unreadable("It was written by a newer version of this page: reload the page first."));
        }
        Ok(progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(solved: bool, hints: u8) -> Done {
        Done { solved, hints, ..Done::default() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut progress = Progress::default();
        progress.note("c5-a", done(true, 2));
        assert_eq!(Progress::from_json(&progress.to_json()), Ok(progress.clone()));
        assert!(!progress.to_json().contains("files"));
        progress.note("c5-a", Done::default());
        assert!(progress.is_empty());
    }

    #[test]
    fn merging_loses_nothing() {
        let file = |text: &str| vec![Source { path: "a.py".to_owned(), text: text.to_owned() }];
        let mut own = Progress::default();
        own.note("c5-a", Done { files: file("mine"), ..done(true, 1) });
        let mut other = Progress::default();
        other.note("c5-a", Done { files: file("theirs"), ..done(false, 3) });
        other.note("gone-from-this-build", done(true, 0));
        own.merge(other);
        let merged = own.of("c5-a");
        assert_eq!((merged.solved, merged.hints, merged.files), (true, 3, file("mine")));
        assert!(own.of("gone-from-this-build").solved && !own.of("c6-a").solved);
    }

    #[test]
    fn what_is_no_progress_is_refused_with_what_to_do() {
        for (json, part) in [
            ("", "exported here"),
            ("{}", "exported here"),
            ("{\"rubric_progress\": 1, \"exercises\": {}}", "exported here"),
            ("{\"rubric_progress\": 9}", "newer"),
            (&"x".repeat(LARGEST_BYTES + 1), "too large"),
        ] {
            let Err(why) = Progress::from_json(json) else { panic!("accepted: {json}") };
            assert!(why.0.contains(part), "{why}");
        }
    }
}

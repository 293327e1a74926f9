//! What travels between page and worker.
//!
//! The page posts `[number, request]`, the request as JSON. The worker posts `null` once it listens, then for every
//! request `[number, milliseconds, report, …]`, a report a set, each the JSON that the command line prints.
//!
//! Where the request asks 'why not?', it is one explanation of the first set that is answered, in place of the reports.
//!
//! While an answer takes long, the worker posts how far it is, now and then, with `null` in place of the milliseconds:
//! `[number, null, whether the files are read, done, all, share]`, as [`Progress`] says.
//!
//! A text that has not changed since the request before is not sent again: typing into one of many files sends one.

use serde::{Deserialize, Serialize};

use crate::explanation::Place;
use crate::settings::Settings;

/// Sets of files, each checked on its own: the playground has one, a rule's page has its two sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub settings: Settings,
    pub sets: Vec<Vec<Sent>>,
    /// Whether what breaks when the code runs is told as well, among the problems of each report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    /// What is to be explained of the first set; then nothing is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Place>,
}

/// A file of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub path: String,
    /// Absent where it is the text that the last request had for this path in the same set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What takes less than this is over before anybody could read how far it is.
pub const SILENT_MILLISECONDS: f64 = 300.0;

/// How far an answer is: files are read first, those alone that have changed, then the rules are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Whether it is the rules that are counted.
    pub has_read: bool,
    pub done: usize,
    pub all: usize,
    /// The share of the whole work that is done.
    pub share: f64,
}

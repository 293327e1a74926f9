//! What travels between page and worker.
//!
//! The page posts `[number, request]`, the request as JSON. The worker posts `null` once it listens, then for every
//! request `[number, milliseconds, report, …]`, a report a set, each the JSON that the command line prints.

use serde::{Deserialize, Serialize};

use crate::check::Source;
use crate::settings::Settings;

/// Sets of files, each checked on its own: the playground has one, a rule's page has its two sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub settings: Settings,
    pub sets: Vec<Vec<Source>>,
}

//! The whole pipeline: sources in, report out.

use serde::{Deserialize, Serialize};

use crate::report::{CheckedFile, FileKind, Report, SCHEMA};
use crate::settings::Settings;

/// One given file. The path decides the kind; it need not exist anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Checks the given files together. Deterministic, without I/O, and without a panic on any input: what cannot be
/// read becomes a problem in the report.
pub fn check(sources: &[Source], _settings: &Settings) -> Report {
    Report {
        schema: SCHEMA,
        files: sources
            .iter()
            .map(|source| CheckedFile {
                path: source.path.clone(),
                kind: FileKind::Python,
                lines: source.text.lines().count() as u32,
            })
            .collect(),
        findings: Vec::new(),
        rules: Vec::new(),
        problems: Vec::new(),
    }
}

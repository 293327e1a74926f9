//! What the pages of `rubric export-docs` have in common.

use crate::catalogue::Needs;
use crate::report::Section;

/// A file that is to be written, its path relative to the folder that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub text: String,
}

impl Page {
    pub fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), text }
    }
}

/// A section's title as an anchor: `fault-tolerance`.
pub fn anchor(section: Section) -> String {
    section.title().to_lowercase().replace(' ', "-")
}

/// What a rule needs, behind the word 'needs'.
pub fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Snippet => "a snippet",
        Needs::SeveralFiles | Needs::DeploymentFiles => needs.words(),
    }
}

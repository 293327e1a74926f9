//! The catalogue as other sites show it: the pages of `rubric export-docs`, and what the element `<rubric-example>` shows
//! of a rule before anything is loaded. Both draw code with its findings by the same hand.

mod drawing;
mod example;
pub mod fragments;
mod highlight;
pub mod html;
mod link;
pub mod markdown;

use crate::catalogue::Needs;
use crate::report::Section;

/// A file that is to be written, its path relative to the folder that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub text: String,
}

impl Page {
    fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), text }
    }
}

/// A section's title as an anchor: `fault-tolerance`.
fn anchor(section: Section) -> String {
    section.title().to_lowercase().replace(' ', "-")
}

/// What a rule needs, behind the word 'needs'.
fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Snippet => "a snippet",
        Needs::SeveralFiles | Needs::DeploymentFiles => needs.words(),
    }
}

//! The addresses of the page, all behind the `#`: it can be served under any path by any static host.

use serde::{Deserialize, Serialize};
use yew_router::prelude::*;

use crate::catalogue::Needs;
use crate::report::{Rule, Section, Severity};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Routable)]
pub enum Route {
    #[at("/")]
    Playground,
    #[at("/rules")]
    Rules,
    #[at("/rules/:rule")]
    Rule { rule: Rule },
    #[at("/settings")]
    Settings,
    #[at("/private")]
    Private,
    /// What a share link holds, behind the `?`.
    #[at("/link")]
    Link,
    #[not_found]
    #[at("/not-found")]
    NotFound,
}

/// What the list of rules is narrowed to, as it stands behind the `?` of its address. Empty words narrow nothing;
/// so does a word that names nothing, so that an old or a mistyped address still shows the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub section: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub severity: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub needs: String,
}

/// All severities, the worst first.
pub const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

impl Filters {
    pub fn section(&self) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section_key(*section) == self.section)
    }

    pub fn severity(&self) -> Option<Severity> {
        SEVERITIES.into_iter().find(|severity| severity.word() == self.severity)
    }

    pub fn needs(&self) -> Option<Needs> {
        Needs::ALL.into_iter().find(|needs| needs_key(*needs) == self.needs)
    }
}

/// The section as a word of an address.
pub fn section_key(section: Section) -> String {
    section.title().to_ascii_lowercase().replace(' ', "-")
}

/// What a rule needs, as a word of an address.
pub fn needs_key(needs: Needs) -> String {
    needs.words().replace(' ', "-")
}

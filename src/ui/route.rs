//! The addresses of the page, all behind the `#`: it can be served under any path by any static host.

use web_sys::UrlSearchParams;
use yew_router::prelude::*;

use crate::catalogue::Needs;
use crate::exercise::listed::Number;
use crate::report::{Rule, Section, Severity};

/// What is shown.
#[derive(Clone, Debug, PartialEq, Routable)]
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
    /// The exercises; behind the `?` perhaps those of a set.
    #[at("/learn")]
    Learn,
    /// Of that name; the second module knows whether there is one.
    #[at("/learn/:exercise")]
    Exercise { exercise: String },
    /// What a share link holds, behind the `?`.
    #[at("/link")]
    Link,
    #[not_found]
    #[at("/not-found")]
    NotFound,
}

impl Route {
    /// The address, for a link: the browser's own links reach the router as well.
    pub fn address(&self) -> String {
        format!("#{}", self.to_path())
    }
}

/// What the list of rules is narrowed to, as it stands behind the `?` of its address. Empty words narrow nothing;
/// so does a word that names nothing, so that an old or a mistyped address still shows the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub search: String,
    pub section: String,
    pub severity: String,
    pub needs: String,
}

/// Exercises that somebody has chosen, as they stand behind the `?`. A link once given away must open for ever, so the
/// names of the fields never change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChosenSet {
    /// As `Chosen::read` reads it; empty for all exercises.
    pub set: String,
    pub name: String,
}

impl ChosenSet {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The set that an address names behind its `?`.
    pub fn read(query: &str) -> Self {
        let Ok(words) = UrlSearchParams::new_with_str(query) else { return Self::default() };
        let word = |name| words.get(name).unwrap_or_default();
        Self { set: word("set"), name: word("name") }
    }

    /// The address of an exercise that keeps the set.
    pub fn exercise(&self, number: Number) -> String {
        self.address(Route::Exercise { exercise: number.to_string() })
    }

    /// The address of a page that keeps the set, for a link.
    pub fn address(&self, route: Route) -> String {
        let address = route.address();
        if self.is_empty() { address } else { format!("{address}?{}", self.query()) }
    }

    /// What stands behind the `?`.
    pub fn query(&self) -> String {
        let name = String::from(js_sys::encode_uri_component(&self.name));
        if name.is_empty() { format!("set={}", self.set) } else { format!("set={}&name={name}", self.set) }
    }
}

/// All severities, the worst first.
pub const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

impl Filters {
    /// What an address narrows the list to behind its `?`.
    pub fn read(query: &str) -> Self {
        let Ok(words) = UrlSearchParams::new_with_str(query) else { return Self::default() };
        let word = |name| words.get(name).unwrap_or_default();
        Self {
            search: word("search"),
            section: word("section"),
            severity: word("severity"),
            needs: word("needs"),
        }
    }

    /// What stands behind the `?`.
    pub fn query(&self) -> String {
        let Ok(words) = UrlSearchParams::new() else { return String::new() };
        for (name, word) in [
            ("search", &self.search),
            ("section", &self.section),
            ("severity", &self.severity),
            ("needs", &self.needs),
        ] {
            if !word.is_empty() {
                words.set(name, word);
            }
        }
        words.to_string().into()
    }

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

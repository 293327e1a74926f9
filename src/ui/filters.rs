//! What the lists of findings are narrowed to, besides a rule.

use yew::AttrValue;

use crate::report::{Certainty, Finding, Section, Severity};

/// In which order findings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they stand in the files.
    #[default]
    Place,
    /// The most severe ones first, those of one severity as they stand in the files.
    Severity,
}

/// Nothing chosen narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilters {
    pub severity: Option<Severity>,
    pub certainty: Option<Certainty>,
    pub section: Option<Section>,
    pub path: Option<AttrValue>,
}

impl ListFilters {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is chosen, as the end of a sentence.
    pub fn words(&self) -> String {
        let chosen = [
            ("severity", self.severity.map(Severity::word)),
            ("certainty", self.certainty.map(Certainty::word)),
            ("section", self.section.map(Section::title)),
            ("file", self.path.as_deref()),
        ];
        let mut words = String::new();
        for (what, value) in chosen {
            let Some(value) = value else { continue };
            let comma = if words.is_empty() { "" } else { ", " };
            words += &format!("{comma}{what} “{value}”");
        }
        words
    }

    /// Whether a finding is in the narrowed list.
    pub fn let_pass(&self, finding: &Finding) -> bool {
        self.severity.is_none_or(|severity| {
            // A question has no severity that counts.
            finding.severity == severity && finding.certainty != Certainty::Question
        }) && self.certainty.is_none_or(|certainty| finding.certainty == certainty)
            && self.section.is_none_or(|section| finding.rule.section() == section)
            && self.path.as_ref().is_none_or(|path| finding.path == **path)
    }
}

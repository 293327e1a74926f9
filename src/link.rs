//! What a share link and a bundle carry, as JSON: the files, the settings where they are not the defaults, and what the
//! checker said of them. `js/link.source.mjs` turns it into the text of a link and back.
//!
//! A field is never renamed and never given another meaning: links of every version are read for ever.

use serde::{Deserialize, Serialize};

use crate::report::{Certainty, Finding, Report};
use crate::settings::Settings;
use crate::source::Source;

/// The version that stands before what a link carries, and within a bundle.
pub const VERSION: u32 = 1;
/// A longer address is cut by chats, mail and trackers: a bundle is offered instead.
pub const LONGEST_LINK: usize = 32 * 1024;
/// More text than this is opened from no link: it would be a bomb, since no link that is made can hold it.
pub const LARGEST_SHARED: usize = 8_000_000;
/// How the names of bundles end.
pub const BUNDLE_ENDING: &str = ".rubric.json";

/// The state of a playground as it is given to somebody else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// In a bundle, the version of its format; a link has it before the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rubric: Option<u32>,
    /// The version of the program that made it.
    #[serde(default)]
    pub made_by: String,
    pub files: Vec<Source>,
    /// The index of the file that is shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub active: usize,
    /// Absent for the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// The selected finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
    /// Every finding that was shown, in a word: `C5 high main.py:9:16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<String>>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Why something that was given as a link or a bundle is none, in a sentence for whoever opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Shared {
    /// What is given away: without settings that say nothing.
    pub fn new(files: Vec<Source>, active: usize, settings: &Settings) -> Self {
        let settings = (*settings != Settings::default()).then(|| settings.clone());
        Self { made_by: env!("CARGO_PKG_VERSION").to_owned(), files, active, settings, ..Self::default() }
    }

    /// With what the checker said, so that whoever opens it later learns where a newer one differs.
    pub fn with_findings(mut self, report: Option<&Report>, selected: Option<usize>) -> Self {
        if let Some(report) = report {
            self.selected = selected.and_then(|index| report.findings.get(index)).map(word);
            self.findings = Some(words(report));
        }
        self
    }

    /// The text of a link, before it is compressed.
    pub fn to_json(&self) -> String {
        // Plain data with text keys, for which serialisation cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The text of a bundle.
    pub fn to_bundle(&self) -> String {
        let bundle = Self { rubric: Some(VERSION), ..self.clone() };
        serde_json::to_string(&bundle).unwrap_or_default() + "\n"
    }

    /// Reads what a link carried.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let shared: Self = serde_json::from_str(json).map_err(|_| {
            Unreadable("What it carries cannot be read. It may have been changed on its way.".to_owned())
        })?;
        shared.checked()
    }

    /// Reads a bundle.
    pub fn from_bundle(text: &str) -> Result<Self, Unreadable> {
        /// The version alone: the rest of a newer bundle may not be what is known here.
        #[derive(Deserialize)]
        struct Head {
            rubric: Option<u32>,
        }
        let head: Head = serde_json::from_str(text).map_err(|_| {
            Unreadable("It is no bundle of the playground: it is not the JSON of one.".to_owned())
        })?;
        match head.rubric {
            Some(VERSION) => Self::from_json(text),
            Some(version) => Err(Unreadable(newer(version))),
            None => Err(Unreadable("It is no bundle of the playground.".to_owned())),
        }
    }

    fn checked(self) -> Result<Self, Unreadable> {
        if self.files.is_empty() {
            return Err(Unreadable("There is no file in it.".to_owned()));
        }
        Ok(self)
    }
}

/// What to say of a version that this program does not know.
pub fn newer(version: u32) -> String {
    format!(
        "It was made by a newer version of this page (format {version}, this page reads up to {VERSION}). Reload the page."
    )
}

/// A finding in a word: what two checks of the same text agree in.
pub fn word(finding: &Finding) -> String {
    let level = match finding.certainty {
        Certainty::Question => "question",
        Certainty::Sure | Certainty::Likely => finding.severity.word(),
    };
    let start = finding.range.start;
    format!("{} {level} {}:{}:{}", finding.rule, finding.path, start.line, start.column)
}

/// All findings of a report, each in a word.
pub fn words(report: &Report) -> Vec<String> {
    report.findings.iter().map(word).collect()
}

/// What a newer check finds that was not there, and what it finds no longer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub new: Vec<String>,
    pub gone: Vec<String>,
}

impl Difference {
    /// Between the findings that something shared came with and those of now; nothing where they agree.
    pub fn between(then: &[String], now: &[String]) -> Option<Self> {
        let without = |one: &[String], other: &[String]| {
            let mut rest: Vec<&String> = other.iter().collect();
            let mut only = Vec::new();
            for word in one {
                match rest.iter().position(|known| *known == word) {
                    Some(at) => drop(rest.swap_remove(at)),
                    None => only.push(word.clone()),
                }
            }
            only
        };
        let difference = Self { new: without(now, then), gone: without(then, now) };
        (difference != Self::default()).then_some(difference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;

    fn files() -> Vec<Source> {
        let text = "import time\n\n\nasync def reply():\n    time.sleep(1)\n";
        vec![Source { path: "main.py".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn what_is_shared_comes_back_and_defaults_are_left_out() {
        let report = check(&files(), &Settings::default());
        let shared = Shared::new(files(), 0, &Settings::default()).with_findings(Some(&report), Some(0));
        assert_eq!(shared.findings.as_deref().unwrap(), ["C5 high main.py:5:5"]);
        let json = shared.to_json();
        assert!(
            !json.contains("settings") && !json.contains("active") && !json.contains("rubric\""),
            "{json}"
        );
        assert_eq!(Shared::from_json(&json), Ok(shared.clone()));
        let bundle = Shared::from_bundle(&shared.to_bundle()).unwrap();
        assert_eq!((&bundle.files, &bundle.selected), (&shared.files, &shared.selected));
        let own = Settings { tenant_key: "tenant".to_owned(), ..Settings::default() };
        let shared = Shared::new(files(), 0, &own);
        assert_eq!(Shared::from_json(&shared.to_json()).unwrap().settings, Some(own));
    }

    /// Links that were given away: these never change.
    #[test]
    fn links_of_version_1_are_read_for_ever() {
        let least = Shared::from_json(r#"{"files":[{"path":"a.py","text":"x = 1\n"}]}"#).unwrap();
        assert_eq!(least.files[0].text, "x = 1\n");
        let all = r#"{"made_by":"0.1.0","files":[{"path":"a.py","text":""},{"path":"b.py","text":"é"}],"active":1,
            "settings":{"tenant_key":"tenant","off":["O1"],"severity":{"C4":"low"}},
            "selected":"C5 high b.py:9:16","findings":["C5 high b.py:9:16"],"something":"new"}"#;
        let all = Shared::from_json(all).unwrap();
        assert_eq!((all.active, all.files.len()), (1, 2));
        assert_eq!(all.settings.unwrap().tenant_key, "tenant");
        assert_eq!(all.selected.as_deref(), Some("C5 high b.py:9:16"));
    }

    #[test]
    fn what_is_none_says_so() {
        for text in ["", "{}", "[]", "{\"files\":[]}", "{\"files\":[{\"path\":1}]}", "\u{0}"] {
            assert!(Shared::from_json(text).is_err(), "{text}");
            assert!(Shared::from_bundle(text).is_err(), "{text}");
        }
        let newer = Shared::from_bundle("{\"rubric\":2,\"files\":5}").unwrap_err();
        assert!(newer.0.contains("newer version"), "{newer:?}");
    }

    #[test]
    fn a_difference_counts_findings_that_look_alike() {
        let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(Difference::between(&list(&["a", "b"]), &list(&["b", "a"])), None);
        let difference = Difference::between(&list(&["a", "a", "b"]), &list(&["a", "c"])).unwrap();
        assert_eq!((difference.new, difference.gone), (list(&["c"]), list(&["a", "b"])));
    }
}

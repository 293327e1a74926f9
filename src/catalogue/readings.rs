//! What there is to read of the rules: their texts, their examples, and the samples.
//!
//! It is most of what `rules/` says, so the page does not carry it: it loads it from a file of its own, which the
//! build script writes, once the first screen stands. Everything else has it compiled in.

use std::sync::OnceLock;

use serde::Deserialize;

/// One of a rule's texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Text {
    pub heading: String,
    pub markdown: String,
    /// Rendered when the crate was built, from our own files only: no user's text is ever in it.
    pub html: String,
}

/// A file of an example or a sample.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Example {
    pub path: String,
    pub text: String,
}

/// What there is to read of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reading {
    /// What, why, what to do, what the checker cannot see, in this order.
    pub texts: Vec<Text>,
    pub violating: Vec<Example>,
    pub conforming: Vec<Example>,
    /// The findings in the violating example, a line each, as `expected.txt` has them.
    pub expected: String,
}

/// Code to start from in the playground.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sample {
    pub name: String,
    pub title: String,
    pub files: Vec<Example>,
}

/// All there is to read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Readings {
    /// One for each of [`super::ENTRIES`], in the same order.
    pub rules: Vec<Reading>,
    pub samples: Vec<Sample>,
}

static READINGS: OnceLock<Readings> = OnceLock::new();

/// What there is to read; nothing in the page until [`provide`] was called.
pub fn readings() -> Option<&'static Readings> {
    #[cfg(not(feature = "browser"))]
    if READINGS.get().is_none() {
        let json = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
        // The build script wrote it from these very types' fields; a test reads it.
        let _ = provide(json);
    }
    READINGS.get()
}

/// Takes the text of the file [`super::FILE_NAME`]. What was provided once stays.
///
/// # Errors
///
/// When it is not the file that this build wrote: not JSON, other fields, or another number of rules.
pub fn provide(json: &str) -> Result<(), String> {
    let readings: Readings = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if readings.rules.len() != super::ENTRIES.len() {
        return Err(format!("it has {} rules, not {}", readings.rules.len(), super::ENTRIES.len()));
    }
    let _ = READINGS.set(readings);
    Ok(())
}

/// Code to start from in the playground; none in the page until the texts are there.
pub fn samples() -> &'static [Sample] {
    readings().map_or(&[], |readings| &readings.samples)
}

#[cfg(test)]
mod tests {
    use super::{provide, readings};

    #[test]
    fn what_the_build_wrote_can_be_read() {
        assert!(readings().is_some_and(|readings| !readings.samples.is_empty()));
    }

    #[test]
    fn another_file_is_refused() {
        assert!(provide("<!doctype html>").is_err());
        assert!(provide(r#"{"rules": [], "samples": []}"#).unwrap_err().contains("0 rules"));
    }
}

//! A report in the forms that are taken away: JSON, and text for a terminal.

pub mod json;
#[cfg(feature = "cli")]
pub mod text;

//! Checks Python, and the deployment files beside it, against the 28 production standards of the rubric.
//!
//! The modules in reading order: `check` is the whole pipeline on one page; what it returns is in `report`.

pub mod breaks;
pub mod catalogue;
pub mod check;
pub mod effects;
pub mod embed;
pub mod exercise;
pub mod explain;
pub mod explanation;
pub mod export;
pub mod file_names;
pub mod fixes;
mod ignores;
pub mod link;
pub mod notebook;
pub mod pasted;
pub mod patch;
pub mod report;
pub mod rules;
pub mod secrets;
pub mod semantic;
pub mod settings;
#[cfg(any(feature = "cli", feature = "browser"))]
pub mod settings_file;
pub mod sorted;
pub mod source;
pub mod stack;
pub mod syntax;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "browser")]
pub mod ui;
pub mod worker;

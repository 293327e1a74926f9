//! Exercises: what they hold, how their Markdown is read, and how an answer is judged.
//!
//! The build reads the Markdown (`read`) and writes what it says as JSON, which the page loads; the tests read the same
//! files. `judge` is the same code in both, and never checks anything itself: it is given reports.

mod data;
pub mod judge;
pub mod listed;
pub mod names;
pub mod progress;
#[cfg(not(target_arch = "wasm32"))]
pub mod read;
pub mod texts;
pub mod words;

pub use data::*;

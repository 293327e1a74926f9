//! The catalogue and a user's own code as other sites show them: the pages of `rubric export-docs`, what the element
//! `<rubric-example>` shows of a rule before anything is loaded, and the code that embeds one.

pub mod code;
mod escaped;

pub use escaped::escaped;

#[cfg(feature = "cli")]
mod drawing;
#[cfg(feature = "cli")]
mod example;
#[cfg(feature = "cli")]
pub mod fragments;
#[cfg(feature = "cli")]
mod highlight;
#[cfg(feature = "cli")]
pub mod html;
#[cfg(feature = "cli")]
mod link;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
mod page;

#[cfg(feature = "cli")]
pub use page::Page;

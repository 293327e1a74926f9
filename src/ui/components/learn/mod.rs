//! The parts of the exercises' pages, one a file.

pub mod answer;
pub mod choose_set;
pub mod code_files;
pub mod find_it;
pub mod hints;
pub mod mend_it;
pub mod progress_file;
pub mod row;
pub mod which_is_right;

use yew::prelude::*;

use crate::exercise::Exercise;
use crate::ui::components::with_code::with_code;
use crate::ui::hooks::Kept;

/// What every kind of exercise is given.
#[derive(Properties, PartialEq)]
pub struct ExerciseProps {
    pub exercise: &'static Exercise,
    pub kept: Kept,
}

/// Text with its paragraphs, and what stands between backticks as code.
pub fn paragraphs(text: &str) -> Html {
    text.lines().map(|line| html! { <p>{ with_code(line) }</p> }).collect()
}

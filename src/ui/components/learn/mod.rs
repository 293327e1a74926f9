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

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
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

/// Puts the focus on what has come in place of a button that goes away when it is pressed, once that is drawn.
pub fn focus_next(id: &'static str) {
    let focus = move || {
        let found = web_sys::window().and_then(|window| window.document()?.get_element_by_id(id));
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    };
    Timeout::new(0, focus).forget();
}

/// Text with its paragraphs, and what stands between backticks as code.
pub fn paragraphs(text: &str) -> Html {
    text.lines().map(|line| html! { <p>{ with_code(line) }</p> }).collect()
}

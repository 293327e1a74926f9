//! What is on lines of a patch that were there before: folded away under one line.

use yew::prelude::*;

use crate::report::Certainty;
use crate::ui::state::{Action, Store, press};
use crate::ui::words;

/// A line that opens the findings on unchanged lines, and the list of them.
pub fn unchanged(store: &Store, items: Html) -> Html {
    // There is always an element: what comes and goes as a whole leaves its neighbours in the page without their place.
    let Some(whole) = &store.whole else { return html! {} };
    let unchanged: Vec<Certainty> = whole
        .findings
        .iter()
        .filter(|finding| store.patches.is_unchanged(finding))
        .map(|finding| finding.certainty)
        .collect();
    if unchanged.is_empty() {
        return html! {};
    }
    let questions = unchanged.iter().filter(|certainty| **certainty == Certainty::Question).count();
    let findings = unchanged.len() - questions;
    let what = match (findings, questions) {
        (0, questions) => words::count(questions, "question"),
        (findings, 0) => words::count(findings, "finding"),
        (findings, questions) => {
            format!("{} and {}", words::count(findings, "finding"), words::count(questions, "question"))
        }
    };
    let open = store.with_unchanged;
    let toggle = press(store, Action::ShowUnchanged(!open));
    html! {
        <div>
            <button type="button" class="unchanged" aria-expanded={open.to_string()} onclick={toggle}>
                <span class="unchanged-mark" aria-hidden="true"></span>
                { format!("{what} on lines that the patch does not change") }
            </button>
            if open {
                <ol class="finding-list" aria-label="On unchanged lines">{ items }</ol>
            }
        </div>
    }
}

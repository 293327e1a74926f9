//! What the shown text was read as, where it is a patch.

use yew::prelude::*;

use crate::file_names;
use crate::pasted::Pasted;
use crate::patch::{NewSide, Reading, is_patch};
use crate::ui::components::read_as::{foreign_text, kinds};
use crate::ui::patches::Patches;
use crate::ui::state::{Action, use_store};
use crate::ui::words;

/// How a patch was read, and a way to have it read otherwise.
#[component]
pub fn PatchNotice() -> Html {
    let store = use_store();
    let file = store.file().clone();
    let patches = use_memo(store.files.clone(), |files| Patches::of(files));
    let unreadable = store.whole.as_ref().map_or(0, |report| report.unreadable_lines(&file.path));
    // Asked at every letter otherwise.
    let foreign = use_memo((file.path.clone(), file.text.clone(), unreadable), |(path, text, unreadable)| {
        foreign_text(path, text, *unreadable)
    });
    let read_as = |kind: Pasted| {
        let (dispatch, id) = (store.dispatcher(), file.id);
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::ReadAs { id, kind }))
    };
    if file.text.trim().is_empty() {
        return html! {};
    }
    match patches.reading(&file.path) {
        Some(reading) => html! {
            <div class="notice" data-testid="patch">
                <p>{ described(reading) }</p>
                { told(reading) }
                <button type="button" class="button" onclick={read_as(Pasted::Python)}>{ "Read it as Python" }</button>
            </div>
        },
        None if !file_names::is_patch(&file.path) && is_patch(&file.text) => html! {
            <div class="notice" data-testid="patch">
                <p>{ format!("It begins as a patch, and is read as {}.", file.path) }</p>
                <button type="button" class="button" onclick={read_as(Pasted::Patch)}>{ "Read it as a patch" }</button>
            </div>
        },
        None => match *foreign {
            Some(foreign) => html! {
                <div class="notice" data-testid="foreign">
                    <p>{ format!("Read as Python, but it looks like {}. Read it instead as", foreign.words()) }</p>
                    { kinds(&store, "Take") }
                </div>
            },
            None => html! {},
        },
    }
}

/// So many files are told of by name.
const LISTED: usize = 200;

fn described(reading: &Reading) -> String {
    let added: usize = reading.files.iter().map(|file| file.added()).sum();
    let mut text = if !reading.files.is_empty() {
        format!(
            "Read as a patch of {}: {} that it adds{}.",
            words::count(reading.files.len(), "file"),
            words::count(added, "line"),
            if reading.files.iter().any(NewSide::has_surroundings) {
                ", with their surroundings"
            } else {
                ""
            }
        )
    } else if !reading.problems.is_empty() {
        "Nothing of this patch could be read.".to_owned()
    } else if !reading.left_out.is_empty() {
        "Nothing of this patch is read.".to_owned()
    } else {
        "Read as a patch, but there is no change in it.".to_owned()
    };
    if !is_folded(reading) {
        for word in opened(reading) {
            text.push(' ');
            text += &word;
        }
        let left_out = left_out(reading);
        if !left_out.is_empty() {
            text += &format!(" Left out: {}.", left_out.join(", "));
        }
    } else if !reading.left_out.is_empty() {
        text += &format!(" {} left out.", words::count(reading.left_out.len(), "file"));
    }
    text
}

/// More files to be told of than these are folded away.
const TOLD_AT_ONCE: usize = 3;

fn is_folded(reading: &Reading) -> bool {
    let open = reading.files.iter().filter(|file| file.is_open()).count();
    open + reading.misfits.len() + reading.left_out.len() > TOLD_AT_ONCE
}

/// What is to be told of single files, a line each, where it is too much for the sentence.
fn told(reading: &Reading) -> Html {
    if !is_folded(reading) {
        return html! {};
    }
    let lines = [opened(reading), left_out(reading)].concat();
    html! {
        <details class="left-out">
            <summary>{ "What and why" }</summary>
            <ul class="left-out-paths">
                { for lines.iter().take(LISTED).map(|line| html! { <li>{ line.clone() }</li> }) }
                if lines.len() > LISTED {
                    <li>{ format!("and {} more", lines.len() - LISTED) }</li>
                }
            </ul>
        </details>
    }
}

/// A sentence for each file that is open beside the patch, and for each that it should have fitted.
fn opened(reading: &Reading) -> Vec<String> {
    let mut lines = Vec::new();
    for file in reading.files.iter().filter(|file| file.is_open()) {
        lines.push(format!("{} is open, and is checked as the patch leaves it.", file.path));
    }
    for (path, instead) in &reading.misfits {
        lines.push(format!("It does not apply to {path}: what it shows is checked by itself, as {instead}."));
    }
    lines
}

/// The files that are not read, each with its reason.
fn left_out(reading: &Reading) -> Vec<String> {
    reading.left_out.iter().map(|(path, why)| format!("{path} ({why})")).collect()
}

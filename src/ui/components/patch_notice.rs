//! What the shown text was read as, where it is a patch.

use yew::prelude::*;

use crate::file_names;
use crate::pasted::Pasted;
use crate::patch::{Reading, is_patch};
use crate::ui::patches::Patches;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// How a patch was read, and a way to have it read otherwise.
#[component]
pub fn PatchNotice() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let file = store.file().clone();
    let patches = use_memo(store.files.clone(), |files| Patches::of(files));
    let read_as = |kind: Pasted| {
        let (dispatch, id) = (store.dispatcher(), file.id);
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::ReadAs { id, kind }))
    };
    if file.text.trim().is_empty() {
        return html! { <div></div> };
    }
    match patches.reading(&file.path) {
        Some(reading) => html! {
            <div class="notice" data-testid="patch">
                <p>{ described(reading) }</p>
                <button type="button" class="button" onclick={read_as(Pasted::Python)}>{ "Read it as Python" }</button>
            </div>
        },
        None if !file_names::is_patch(&file.path) && is_patch(&file.text) => html! {
            <div class="notice" data-testid="patch">
                <p>{ format!("It begins as a patch, and is read as {}.", file.path) }</p>
                <button type="button" class="button" onclick={read_as(Pasted::Patch)}>{ "Read it as a patch" }</button>
            </div>
        },
        None => html! { <div></div> },
    }
}

fn described(reading: &Reading) -> String {
    let added: usize = reading.files.iter().map(|file| file.added()).sum();
    if reading.files.is_empty() && reading.left_out.is_empty() {
        let why =
            if reading.problems.is_empty() { "there is no change in it" } else { "not one that can be read" };
        return format!("Read as a patch, but {why}.");
    }
    let mut text = format!(
        "Read as a patch of {}: {} that it adds, with their surroundings.",
        words::count(reading.files.len(), "file"),
        words::count(added, "line")
    );
    for file in reading.files.iter().filter(|file| file.is_open()) {
        text += &format!(" {} is open, and is checked as the patch leaves it.", file.path);
    }
    for (path, instead) in &reading.misfits {
        text += &format!(" It does not apply to {path}: what it shows is checked by itself, as {instead}.");
    }
    if !reading.left_out.is_empty() {
        let left_out: Vec<String> =
            reading.left_out.iter().map(|(path, why)| format!("{path} ({why})")).collect();
        text += &format!(" Left out: {}.", left_out.join(", "));
    }
    text
}

//! Opening and dropping files.

use std::rc::Rc;

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::link::{BUNDLE_ENDING, Shared};
use crate::ui::state::{Action, Given, Store};
use crate::ui::words;

/// Larger files are no source code, and would only make the page slow.
const LARGEST_BYTES: f64 = 2_000_000.0;

/// Reads the files on this device and opens them beside what is there.
pub fn open(files: &FileList, store: &Store) {
    let dispatch = store.dispatcher();
    // Taken out at once: the list empties when its field does.
    let files: Vec<File> = (0..files.length()).filter_map(|index| files.get(index)).collect();
    spawn_local(async move {
        let mut given = Vec::new();
        let mut left_out = 0;
        let mut bundle = None;
        for file in files {
            let text =
                if file.size() > LARGEST_BYTES { None } else { JsFuture::from(file.text()).await.ok() };
            match text.and_then(|text| text.as_string()).filter(|text| !text.contains('\0')) {
                Some(text) if file.name().ends_with(BUNDLE_ENDING) => bundle = Some((file.name(), text)),
                Some(text) => given.push(Given { path: file.name(), text }),
                None => left_out += 1,
            }
        }
        if let Some((name, text)) = bundle {
            dispatch.dispatch(match Shared::from_bundle(&text) {
                Ok(shared) => Action::OpenShared(Rc::new(shared)),
                Err(why) => Action::Refused(Some(format!("{name} was not opened. {}", why.0).into())),
            });
            if given.is_empty() {
                return;
            }
        }
        let opened = given.len();
        if opened > 0 {
            dispatch.dispatch(Action::Add(given));
        }
        let mut said = format!("Opened {}", words::count(opened, "file"));
        if left_out > 0 {
            said = format!("{said}, left out {} that cannot be read as text", words::count(left_out, "file"));
        }
        dispatch.dispatch(Action::Announce(said.into()));
    });
}

/// A button that opens files of this device.
#[component]
pub fn OpenFiles() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let input = use_node_ref();
    let press = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let change = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(files) = input.files() {
            open(&files, &store);
        }
        // Choosing the same file again is a change again.
        input.set_value("");
    });
    html! {
        <>
            <button type="button" class="button" onclick={press}>{ "Open files" }</button>
            <input type="file" multiple=true hidden=true ref={input} onchange={change} aria-label="Files to open" />
        </>
    }
}

//! A button that reads one small text file.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A larger file is not read, in bytes.
const LARGEST: f64 = 1_000_000.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The id of the hidden field.
    pub id: &'static str,
    pub words: &'static str,
    /// What a screen reader calls the hidden field.
    pub label: &'static str,
    /// The endings and types that the browser offers.
    pub accept: &'static str,
    /// The file's name, and its text unless it is too large or cannot be read.
    pub on_read: Callback<(String, Option<String>)>,
}

/// The button, and the hidden field that opens the browser's own dialog.
#[component]
pub fn FileButton(props: &Props) -> Html {
    let input = use_node_ref();
    let press = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let change = {
        let on_read = props.on_read.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
            // Choosing the same file again is a change again.
            input.set_value("");
            let on_read = on_read.clone();
            spawn_local(async move {
                let text = if file.size() > LARGEST { None } else { JsFuture::from(file.text()).await.ok() };
                on_read.emit((file.name(), text.and_then(|text| text.as_string())));
            });
        })
    };
    html! {
        <>
            <button type="button" class="button" onclick={press}>{ props.words }</button>
            <input
                type="file"
                accept={props.accept}
                hidden=true
                id={props.id}
                ref={input}
                onchange={change}
                aria-label={props.label}
            />
        </>
    }
}

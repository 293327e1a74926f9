//! Progress as a file: out of this device, and into another.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::exercise::progress::Progress;
use crate::ui::download::download;
use crate::ui::hooks::Kept;
use crate::ui::state::{Action, Store};

const NAME: &str = "rubric-progress.json";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub kept: Kept,
}

/// Two buttons: export and import.
#[component]
pub fn ProgressFile(props: &Props) -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let input = use_node_ref();
    let export = {
        let (dispatch, kept) = (store.dispatcher(), props.kept.clone());
        Callback::from(move |_: MouseEvent| {
            download(NAME, "application/json", kept.progress.to_json(), &dispatch);
        })
    };
    let press = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let change = {
        let (dispatch, kept) = (store.dispatcher(), props.kept.clone());
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let file = input.files().and_then(|files| files.get(0));
            let (dispatch, kept) = (dispatch.clone(), kept.clone());
            if let Some(file) = file {
                spawn_local(async move {
                    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
                    let read = Progress::from_json(&text.unwrap_or_default());
                    dispatch.dispatch(match read {
                        Ok(progress) => {
                            kept.merge(progress);
                            Action::Announce(format!("Imported {}", file.name()).into())
                        }
                        Err(why) => {
                            Action::Refused(Some(format!("{} was not imported. {why}", file.name()).into()))
                        }
                    });
                });
            }
            // Choosing the same file again is a change again.
            input.set_value("");
        })
    };
    html! {
        <>
            <button type="button" class="button" disabled={props.kept.progress.is_empty()} onclick={export}>
                { "Export progress" }
            </button>
            <button type="button" class="button" onclick={press}>{ "Import progress" }</button>
            <input
                type="file"
                accept=".json,application/json"
                hidden=true
                ref={input}
                onchange={change}
                aria-label="File of progress"
            />
        </>
    }
}

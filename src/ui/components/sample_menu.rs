//! The menu of code to start from.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::catalogue::{ENTRIES, Example, SAMPLES};
use crate::report::Section;
use crate::ui::state::{Action, Given, Store};

/// The files of an example, as the playground takes them.
pub fn given(files: &[Example]) -> Vec<Given> {
    files.iter().map(|file| Given { path: file.path.to_owned(), text: file.text.to_owned() }).collect()
}

/// Code to start from: whole samples, and the violating example of every rule.
#[component]
pub fn SampleMenu() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let popover = use_node_ref();
    let load = |files: &'static [Example], title: String| {
        let (dispatch, popover) = (store.dispatcher(), popover.clone());
        Callback::from(move |_: MouseEvent| {
            let why = format!("Loaded the sample “{title}”.").into();
            dispatch.dispatch(Action::Replace { files: given(files), why });
            if let Some(popover) = popover.get().and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
                let _ = popover.hide_popover();
            }
        })
    };
    html! {
        <>
            <button type="button" class="button" popovertarget="samples">{ "Samples" }</button>
            <div class="menu" id="samples" popover="auto" ref={popover.clone()} role="group" aria-label="Samples">
                if !SAMPLES.is_empty() {
                    <h2 class="menu-title">{ "To start from" }</h2>
                    <ul>
                        { for SAMPLES.iter().map(|sample| html! {
                            <li>
                                <button
                                    type="button"
                                    class="menu-item"
                                    onclick={load(sample.files, sample.title.to_owned())}
                                >
                                    { sample.title }
                                </button>
                            </li>
                        }) }
                    </ul>
                }
                { for Section::ALL.into_iter().map(|section| html! {
                    <>
                        <h2 class="menu-title">{ section.title() }</h2>
                        <ul>
                            { for ENTRIES.iter().filter(|entry| entry.rule.section() == section).map(|entry| html! {
                                <li>
                                    <button
                                        type="button"
                                        class="menu-item"
                                        onclick={load(entry.violating, format!("{} {}", entry.rule, entry.title))}
                                    >
                                        <span class="menu-rule">{ entry.rule.id() }</span>
                                        { entry.title }
                                    </button>
                                </li>
                            }) }
                        </ul>
                    </>
                }) }
            </div>
        </>
    }
}

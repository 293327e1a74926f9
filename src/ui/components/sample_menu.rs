//! The menu of code to start from.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::catalogue::{ENTRIES, Entry, Example, SAMPLE_TITLES, samples};
use crate::report::Section;
use crate::ui::state::{Action, Given, Readable, use_store};

/// The files of an example, as the playground takes them.
pub fn given(files: &[Example]) -> Vec<Given> {
    files.iter().map(|file| Given { path: file.path.clone(), text: file.text.clone() }).collect()
}

/// The files of the sample at this place; none until they are there to read.
pub fn sample(index: usize) -> &'static [Example] {
    samples().get(index).map_or(&[], |sample| &sample.files)
}

fn violating(index: usize) -> &'static [Example] {
    ENTRIES.get(index).map_or(&[], Entry::violating)
}

/// Code to start from: whole samples, and the violating example of every rule.
#[component]
pub fn SampleMenu() -> Html {
    let store = use_store();
    let ready = store.readable == Readable::Ready;
    let popover = use_node_ref();
    let load = |files: fn(usize) -> &'static [Example], index: usize, title: String| {
        let (dispatch, popover) = (store.dispatcher(), popover.clone());
        Callback::from(move |_: MouseEvent| {
            let files = files(index);
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
                <h2 class="menu-title">{ "To start from" }</h2>
                <ul>
                    { for SAMPLE_TITLES.iter().enumerate().map(|(index, &title)| html! {
                        <li>
                            <button
                                type="button"
                                class="menu-item"
                                disabled={!ready}
                                onclick={load(sample, index, title.to_owned())}
                            >
                                { title }
                            </button>
                        </li>
                    }) }
                </ul>
                { for Section::ALL.into_iter().map(|section| html! {
                    <>
                        <h2 class="menu-title">{ section.title() }</h2>
                        <ul>
                            { for ENTRIES.iter().enumerate().filter(|(_, entry)| entry.rule.section() == section).map(|(index, entry)| html! {
                                <li>
                                    <button
                                        type="button"
                                        class="menu-item"
                                        disabled={!ready}
                                        onclick={load(violating, index, format!("{} {}", entry.rule, entry.title))}
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

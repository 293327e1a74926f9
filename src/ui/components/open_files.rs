//! Opening files, folders and archives of this device.

use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::ui::commands::{self, OPEN_FILES, OPEN_FOLDER};
use crate::ui::device;
use crate::ui::dialogs;
use crate::ui::intake;
use crate::ui::state::use_store;

/// A menu of what can be opened: files or an archive, a folder, a draft of the history.
#[component]
pub fn OpenFiles() -> Html {
    let store = use_store();
    let popover = use_node_ref();
    let hide = {
        let popover = popover.clone();
        move || {
            if let Some(popover) = popover.cast::<HtmlElement>() {
                let _ = popover.hide_popover();
            }
        }
    };
    let press = |id: &'static str| {
        let hide = hide.clone();
        Callback::from(move |_: MouseEvent| {
            hide();
            commands::press(id);
        })
    };
    let drafts = {
        let hide = hide.clone();
        Callback::from(move |_: MouseEvent| {
            hide();
            dialogs::open(dialogs::DRAFTS);
        })
    };
    let change = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(files) = input.files() {
            intake::open(device::chosen(&files), &store);
        }
        // Choosing the same file again is a change again.
        input.set_value("");
    });
    html! {
        <>
            <button type="button" class="button" popovertarget="open-menu">{ "Open" }</button>
            <div class="menu menu-narrow" id="open-menu" popover="auto" ref={popover} role="group" aria-label="Open">
                <ul>
                    <li>
                        <button type="button" class="menu-item" onclick={press(OPEN_FILES)}>
                            { "Files or a zip archive" }<kbd class="menu-keys">{ "Ctrl O" }</kbd>
                        </button>
                    </li>
                    <li>
                        <button type="button" class="menu-item" onclick={press(OPEN_FOLDER)}>{ "A folder" }</button>
                    </li>
                    <li>
                        <button type="button" class="menu-item" onclick={drafts}>{ "A draft of the history" }</button>
                    </li>
                </ul>
            </div>
            <input
                type="file"
                multiple=true
                hidden=true
                id={OPEN_FILES}
                onchange={change.clone()}
                aria-label="Files to open"
            />
            <input
                type="file"
                webkitdirectory=true
                hidden=true
                id={OPEN_FOLDER}
                onchange={change}
                aria-label="A folder to open"
            />
        </>
    }
}

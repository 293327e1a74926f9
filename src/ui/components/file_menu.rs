//! What can be done with the shown file, for a finger as for a key.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::state::{Action, press, use_store};

/// A button for a new file, and a menu with what can be done with the shown one.
#[component]
pub fn FileMenu() -> Html {
    let store = use_store();
    let popover = use_node_ref();
    let (id, active, last) = (store.file().id, store.active, store.files.len() - 1);
    let item = |words: String, keys: &'static str, disabled: bool, action: Action| {
        let (dispatch, popover) = (store.dispatcher(), popover.clone());
        let press = Callback::from(move |_: MouseEvent| {
            if let Some(popover) = popover.get().and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
                let _ = popover.hide_popover();
            }
            dispatch.dispatch(action.clone());
        });
        html! {
            <li>
                <button type="button" class="menu-item" {disabled} onclick={press}>
                    { words }
                    if !keys.is_empty() {
                        <kbd class="menu-keys">{ keys }</kbd>
                    }
                </button>
            </li>
        }
    };
    let closed = store.closed.last().map(|closed| closed.file.path.clone());
    let new = press(&store, Action::NewFile);
    html! {
        <>
            <button type="button" class="button button-sign" aria-label="New file" title="New file" onclick={new}>
                { "+" }
            </button>
            <button
                type="button"
                class="button button-sign"
                aria-label={format!("Actions for {}", store.file().path)}
                title="Rename, close, move"
                popovertarget="file-menu"
            >
                { "⋯" }
            </button>
            <div
                class="menu menu-narrow"
                id="file-menu"
                popover="auto"
                ref={popover.clone()}
                role="group"
                aria-label={format!("Actions for {}", store.file().path)}
            >
                <ul>
                    { item("Rename".to_owned(), "F2", false, Action::EditPath(Some(id))) }
                    { item("Close".to_owned(), "Delete", false, Action::Close(id)) }
                    { item(
                        closed.as_ref().map_or("Open a closed file again".to_owned(), |path| format!("Open {path} again")),
                        "",
                        closed.is_none(),
                        Action::Reopen,
                    ) }
                    { item(
                        "Move left".to_owned(),
                        "Ctrl Shift ←",
                        active == 0,
                        Action::Move { id, index: active.saturating_sub(1) },
                    ) }
                    { item(
                        "Move right".to_owned(),
                        "Ctrl Shift →",
                        active == last,
                        Action::Move { id, index: (active + 1).min(last) },
                    ) }
                </ul>
            </div>
        </>
    }
}

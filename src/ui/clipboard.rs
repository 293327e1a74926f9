//! Copying, and what to do where the browser does not allow it.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::UseReducerDispatcher;

use crate::ui::state::{Action, State};

/// Copies a text and says so; where that fails, the text is offered to be copied by hand.
pub fn copy(text: String, what: &str, dispatch: UseReducerDispatcher<State>) {
    let said = format!("Copied {what}");
    spawn_local(async move {
        let copied = write(&text).await;
        dispatch.dispatch(if copied {
            Action::Say(said.into())
        } else {
            Action::Uncopied(Some(text.into()))
        });
    });
}

/// Whether the browser has taken the text.
pub async fn write(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // Absent where the page was not loaded over a connection that the browser trusts.
    let is_there = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined() && !clipboard.is_null());
    is_there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

//! Keys that work wherever the focus is.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

/// Calls `press` for every key that nothing else has handled. The flag says whether it was typed into a field.
#[hook]
pub fn use_window_key(press: Callback<(KeyboardEvent, bool)>) {
    use_effect_with(press, |press| {
        let press = press.clone();
        let window = web_sys::window().expect("a page has a window");
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.default_prevented() {
                return;
            }
            let field =
                event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
                    element
                        .closest("input, textarea, select, [contenteditable=true]")
                        .is_ok_and(|found| found.is_some())
                });
            press.emit((event.clone(), field));
        });
        move || drop(listener)
    });
}

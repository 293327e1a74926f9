//! Puts menus below the buttons that open them.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Tells each menu, when it is about to open, where its button is; the style sheet places it there, within the window.
/// Style attributes are forbidden by the page's policy, properties that a script sets are not.
#[hook]
pub fn use_menu_places() {
    use_effect_with((), |()| {
        let document = web_sys::window().and_then(|window| window.document()).expect("a page has a document");
        // The event does not bubble.
        let capture = EventListenerOptions::run_in_capture_phase();
        let listener = EventListener::new_with_options(&document, "beforetoggle", capture, |event| {
            let menu = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            let Some(menu) = menu.filter(|menu| menu.class_name().starts_with("menu")) else { return };
            let button = menu.owner_document().and_then(|document| {
                document.query_selector(&format!("[popovertarget={}]", menu.id())).ok()?
            });
            let Some(button) = button else { return };
            let place = button.get_bounding_client_rect();
            for (name, pixels) in [("--menu-top", place.bottom() + 4.0), ("--menu-left", place.left())] {
                let _ = menu.style().set_property(name, &format!("{}px", pixels as i32));
            }
        });
        move || drop(listener)
    });
}

//! Puts a menu below the button that opens it.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The space that stays between a menu and the edge of the window.
const MARGIN_PIXELS: f64 = 12.0;

/// Places a popover below its button each time it opens, within the window. Style attributes are forbidden by the
/// page's policy, properties that a script sets are not.
#[hook]
pub fn use_menu_place(button: NodeRef, popover: NodeRef) {
    use_effect(move || {
        let listener = popover.cast::<HtmlElement>().map(|menu| {
            let target = menu.clone();
            EventListener::new(&target, "toggle", move |_| {
                let Some(button) = button.get().and_then(|node| node.dyn_into::<HtmlElement>().ok()) else {
                    return;
                };
                let Some(width) = web_sys::window()
                    .and_then(|window| window.inner_width().ok())
                    .and_then(|width| width.as_f64())
                else {
                    return;
                };
                let place = button.get_bounding_client_rect();
                let most = width - menu.get_bounding_client_rect().width() - MARGIN_PIXELS;
                let right = (width - place.right()).min(most).max(MARGIN_PIXELS);
                let style = menu.style();
                let _ = style.set_property("--menu-top", &format!("{}px", place.bottom() as i32 + 4));
                let _ = style.set_property("--menu-right", &format!("{}px", right as i32));
            })
        });
        move || drop(listener)
    });
}

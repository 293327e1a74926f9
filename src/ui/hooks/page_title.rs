//! The title of the page, by route.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Names the page, and after a change of route puts the reader at its start: scrolled to the top, with the focus on
/// the heading that the returned reference is given to.
#[hook]
pub fn use_page_title(title: String) -> NodeRef {
    let heading = use_node_ref();
    let target = heading.clone();
    use_effect_with(title, move |title| {
        let window = web_sys::window().expect("a page has a window");
        let document = window.document().expect("a window has a document");
        let first = document.title() == "Rubric Playground";
        document.set_title(&format!("{title} · Rubric Playground"));
        // On the first page of a visit the browser has put the reader at the start already.
        if !first {
            window.scroll_to_with_x_and_y(0.0, 0.0);
            if let Some(heading) = target.get().and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
                let _ = heading.focus();
            }
        }
    });
    heading
}

//! What somebody just asked for was done: said for a moment where it can be seen. `Announcer` tells a screen reader.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::state::use_store;

/// The sentence, which a style fades out.
#[component]
pub fn Said() -> Html {
    let store = use_store();
    let (serial, text) = &store.said;
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(*serial, move |&serial| {
            // Shown anew it lies over a dialog that was opened meanwhile.
            if let Some(popover) = node.cast::<HtmlElement>().filter(|_| serial > 0) {
                let _ = popover.hide_popover();
                let _ = popover.show_popover();
            }
        });
    }
    html! {
        // Another element each time, so that it fades anew.
        <div class="said" popover="manual" aria-hidden="true" ref={node}>
            if !text.is_empty() {
                <p key={*serial}>{ text.clone() }</p>
            }
        </div>
    }
}

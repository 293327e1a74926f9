//! What somebody just asked for was done: said for a moment where it can be seen. `Announcer` tells a screen reader.

use yew::prelude::*;

use crate::ui::state::Store;

/// The sentence, which a style fades out.
#[component]
pub fn Said() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let (serial, text) = &store.said;
    html! {
        // Another element each time, so that it fades anew.
        <div class="said" aria-hidden="true">
            if !text.is_empty() {
                <p key={*serial}>{ text.clone() }</p>
            }
        </div>
    }
}

//! Settings that came with the files, and what can be done with them.

use yew::prelude::*;

use crate::ui::state::{Action, Store, press};

/// Offers the settings of a `rubric.toml` among the opened files, as the command line takes the nearest one; once they
/// are used, those before them.
pub fn settings_notice(store: &Store) -> Html {
    let Some(offer) = &store.offer else { return html! {} };
    let (said, does) = if offer.used {
        (format!("The settings of {} hold now, and are kept on this device.", offer.path), "Undo")
    } else {
        (format!("{} has the project's own settings. They are not used yet.", offer.path), "Use them")
    };
    html! {
        <div class="notice" role="status" data-testid="offer">
            <p>{ said }</p>
            <button type="button" class="button" onclick={press(store, Action::SwapSettings)}>{ does }</button>
            <button type="button" class="button button-quiet" onclick={press(store, Action::Offer(None))}>
                { "Dismiss" }
            </button>
        </div>
    }
}

//! Places that explain something: each goes there.

use yew::prelude::*;

use crate::report::Range;
use crate::ui::components::with_code::with_code;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// An item of a list of places: where it is, and what is said of it.
#[inline(never)]
pub fn place(store: &Store, path: &str, range: Range, note: &str) -> Html {
    html! {
        <li>
            <button type="button" class="place" onclick={jump(store, path, range)}>
                <span class="place-at">{ words::place_in(store, path, &range) }</span>
                <span>{ with_code(note) }</span>
            </button>
        </li>
    }
}

/// Shows a place.
pub fn jump(store: &Store, path: &str, range: Range) -> Callback<MouseEvent> {
    let dispatch = store.dispatcher();
    let path = path.to_owned();
    Callback::from(move |_| dispatch.dispatch(Action::Jump { path: path.clone(), range }))
}

//! Asks before the code is thrown away.

use yew::prelude::*;

use crate::ui::components::dialog::Dialog;
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// A button that empties the playground, after asking. It can be undone all the same.
pub fn start_over(store: &Store) -> Html {
    let content = {
        let store = store.clone();
        Callback::from(move |()| {
            let files = words::count(store.files.len(), "file");
            let dispatch = store.dispatcher();
            let start_over = move |_: MouseEvent| {
                dialogs::close(dialogs::START_OVER);
                dispatch.dispatch(Action::StartOver);
            };
            html! {
                <>
                    <p>{ format!("This empties the playground ({files}). You can undo it.") }</p>
                    <div class="dialog-buttons">
                        <button
                            type="button"
                            class="button"
                            autofocus=true
                            onclick={|_| dialogs::close(dialogs::START_OVER)}
                        >
                            { "Keep my text" }
                        </button>
                        <button type="button" class="button button-main" onclick={start_over}>
                            { "Start over" }
                        </button>
                    </div>
                </>
            }
        })
    };
    html! {
        <>
            <button
                type="button"
                class="button"
                disabled={store.is_empty()}
                onclick={|_| dialogs::open(dialogs::START_OVER)}
            >
                { "Start over" }
            </button>
            { draw!(Dialog { id: dialogs::START_OVER, title: "Start over?", asks: true, content }) }
        </>
    }
}

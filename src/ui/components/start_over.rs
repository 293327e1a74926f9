//! Asks before the code is thrown away.

use yew::prelude::*;

use crate::ui::dialog;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// A button that empties the playground, after asking. It can be undone all the same.
#[component]
pub fn StartOver() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let dialog = use_node_ref();
    let ask = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            dialog::open(&dialog);
        })
    };
    let close = |action: Option<Action>| {
        let (dialog, dispatch) = (dialog.clone(), store.dispatcher());
        Callback::from(move |_: MouseEvent| {
            dialog::close(&dialog);
            if let Some(action) = action.clone() {
                dispatch.dispatch(action);
            }
        })
    };
    html! {
        <>
            <button type="button" class="button" disabled={store.is_empty()} onclick={ask}>{ "Start over" }</button>
            <dialog class="dialog" ref={dialog.clone()} aria-labelledby="start-over-title">
                <h2 id="start-over-title">{ "Start over?" }</h2>
                <p>
                    { format!("This empties the playground ({}). You can undo it.", words::count(store.files.len(), "file")) }
                </p>
                <div class="dialog-buttons">
                    <button type="button" class="button" onclick={close(None)}>{ "Keep my text" }</button>
                    <button type="button" class="button button-main" onclick={close(Some(Action::StartOver))}>
                        { "Start over" }
                    </button>
                </div>
            </dialog>
        </>
    }
}

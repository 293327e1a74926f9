//! A text to copy by hand.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::ui::dialog;
use crate::ui::state::{Action, Store};

/// Where the browser does not let the page copy, the text stands here, selected.
#[component]
pub fn UncopiedText() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let dialog = use_node_ref();
    let area = use_node_ref();
    {
        let (dialog, area) = (dialog.clone(), area.clone());
        use_effect_with(store.uncopied.clone(), move |text| {
            if text.is_some() {
                dialog::open(&dialog);
                if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                    let _ = area.focus();
                    area.select();
                }
            }
        });
    }
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            dialog::close(&dialog);
        })
    };
    let closed = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: Event| dispatch.dispatch(Action::Uncopied(None)))
    };
    html! {
        <dialog class="dialog dialog-wide" ref={dialog} aria-labelledby="uncopied-title" onclose={closed}>
            <h2 id="uncopied-title">{ "Copy it by hand" }</h2>
            <p>{ "The browser did not let the page copy. The text is selected: press Ctrl C or ⌘ C, or hold it and choose Copy." }</p>
            <textarea
                ref={area}
                class="field uncopied"
                readonly=true
                rows="10"
                aria-label="Text to copy"
                value={store.uncopied.clone().unwrap_or_default()}
            />
            <div class="dialog-buttons">
                <button type="button" class="button" onclick={close}>{ "Close" }</button>
            </div>
        </dialog>
    }
}

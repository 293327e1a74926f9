//! A text to copy by hand.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::ui::components::dialog::Dialog;
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::state::{Action, use_store};

/// Where the browser does not let the page copy or download, the text stands here, selected.
#[component]
pub fn UncopiedText() -> Html {
    let store = use_store();
    use_effect_with(store.uncopied.clone(), |text| {
        if text.is_some() {
            dialogs::open(dialogs::UNCOPIED);
        }
    });
    let on_close = use_callback(store.dispatcher(), |(), dispatch| dispatch.dispatch(Action::Uncopied(None)));
    let text = store.uncopied.clone().unwrap_or_default();
    let content = Callback::from(move |()| draw!(Text { text: text.clone() }));
    draw!(Dialog { id: dialogs::UNCOPIED, title: "Copy it by hand", class: "dialog-wide", content, on_close })
}

#[derive(Properties, PartialEq)]
struct Props {
    text: AttrValue,
}

#[component]
fn Text(props: &Props) -> Html {
    let area = use_node_ref();
    {
        let area = area.clone();
        use_effect_with((), move |()| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                let _ = area.focus();
                area.select();
            }
        });
    }
    html! {
        <>
            <p>
                { "The browser did not let the page do it. The text is selected: press Ctrl C or ⌘ C, or hold it and choose Copy." }
            </p>
            <textarea
                ref={area}
                class="field uncopied"
                readonly=true
                rows="10"
                aria-label="Text to copy"
                value={props.text.clone()}
            />
        </>
    }
}

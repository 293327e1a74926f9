//! A dialog that `ui::dialogs` opens by its name. What is in it is drawn only while it is open.

use gloo_events::EventListener;
use web_sys::{HtmlDialogElement, MouseEvent};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// One of the names in `ui::dialogs`.
    pub id: &'static str,
    pub title: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    /// What is in it.
    pub content: Callback<(), Html>,
}

/// A modal dialog with a title and a button that closes it. Escape and a press beside it close it as well.
#[component]
pub fn Dialog(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let node = use_node_ref();
    {
        let (node, open) = (node.clone(), open.setter());
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>().expect("the dialog is drawn");
            let opened = {
                let open = open.clone();
                EventListener::new(&dialog, "opened", move |_| open.set(true))
            };
            let closed = EventListener::new(&dialog, "close", move |_| open.set(false));
            move || drop((opened, closed))
        });
    }
    let close = {
        let node = node.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let beside = {
        let node = node.clone();
        Callback::from(move |event: MouseEvent| {
            let Some(dialog) = node.cast::<HtmlDialogElement>() else { return };
            let on_itself = event
                .target()
                .is_some_and(|target| target == *AsRef::<web_sys::EventTarget>::as_ref(&dialog));
            if on_itself {
                dialog.close();
            }
        })
    };
    let title_id = format!("{}-title", props.id);
    html! {
        <dialog
            id={props.id}
            class={classes!("dialog", "dialog-tall", props.class.clone())}
            ref={node}
            aria-labelledby={title_id.clone()}
            onclick={beside}
        >
            <div class="dialog-body">
                <div class="dialog-head">
                    <h2 id={title_id}>{ props.title.clone() }</h2>
                    <button type="button" class="button button-quiet" onclick={close}>{ "Close" }</button>
                </div>
                if *open {
                    { props.content.emit(()) }
                }
            </div>
        </dialog>
    }
}

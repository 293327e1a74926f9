//! A dialog that `ui::dialogs` opens by its name. What is in it is drawn only while it is open.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent,
    KeyboardEventInit, MouseEvent,
};
use yew::prelude::*;

use crate::ui::dialogs;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// One of the names in `ui::dialogs`.
    pub id: &'static str,
    pub title: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    /// Whether it asks something: then its answers close it, and there is no other button for that.
    #[prop_or_default]
    pub asks: bool,
    /// What is in it. The focus goes to what has `autofocus`.
    pub content: Callback<(), Html>,
    /// Called once it is closed, however that came.
    #[prop_or_default]
    pub on_close: Callback<()>,
}

/// A modal dialog with a title and a button that closes it. Escape and a press beside it close it as well.
#[component]
pub fn Dialog(props: &Props) -> Html {
    // Which opening it is that is drawn; each is drawn anew.
    let open = use_state_eq(|| None::<u32>);
    let count = use_mut_ref(|| 0_u32);
    let node = use_node_ref();
    let id = props.id;
    // What was typed since it was opened and until its field is drawn.
    let early = use_mut_ref(|| None::<String>);
    {
        let (node, open, early, count) = (node.clone(), open.setter(), early.clone(), count.clone());
        use_effect_with(props.on_close.clone(), move |on_close| {
            let dialog = node.cast::<HtmlDialogElement>().expect("the dialog is drawn");
            let opened = {
                let (open, early) = (open.clone(), early.clone());
                EventListener::new(&dialog, "opened", move |_| {
                    let mut early = early.borrow_mut();
                    let keys = early.get_or_insert_default();
                    if !keys.is_empty() {
                        keys.push(OPENED_AGAIN);
                    }
                    *count.borrow_mut() += 1;
                    open.set(Some(*count.borrow()));
                })
            };
            let on_close = on_close.clone();
            let target = dialog.clone();
            let closed = EventListener::new(&target, "close", move |_| {
                // The browser tells this a moment later, when it may have been opened again.
                if !dialog.open() {
                    open.set(None);
                    on_close.emit(());
                }
            });
            // Of the whole page: where a field that has the focus is drawn anew, no part of the dialog has it for a moment.
            let page = target.owner_document().expect("the dialog is in the page");
            let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
            let pressed = EventListener::new_with_options(&page, "keydown", options, {
                let (dialog, early) = (target.clone(), early.clone());
                move |event| {
                    if let Some(event) = event.dyn_ref::<KeyboardEvent>()
                        && dialog.open()
                    {
                        keep_key(event, &dialog, early.borrow_mut().as_mut());
                    }
                }
            });
            move || drop((opened, closed, pressed))
        });
    }
    {
        let (node, early) = (node.clone(), early);
        use_effect_with(*open, move |open| {
            // Yew lets the browser's events in between drawing and this: by now it may have been closed and opened again,
            // and the keys are for that opening.
            if *open != Some(*count.borrow()) {
                return;
            }
            let first = node
                .cast::<HtmlElement>()
                .and_then(|dialog| dialog.query_selector("[autofocus]").ok().flatten())
                .and_then(|element| element.dyn_into::<HtmlElement>().ok());
            let keys = early.take().unwrap_or_default();
            let (keys, later) = match keys.split_once(OPENED_AGAIN) {
                Some((keys, later)) => (keys, Some(later.to_owned())),
                None => (&*keys, None),
            };
            if let Some(first) = first {
                let _ = first.focus();
                if let Some(field) = first.dyn_ref::<HtmlInputElement>() {
                    enter(field, keys);
                }
            }
            if later.is_some() {
                dialogs::open(id);
                early.replace(later);
            }
        });
    }
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
    let title_id = format!("{id}-title");
    html! {
        <dialog
            {id}
            class={classes!("dialog", props.class.clone())}
            ref={node}
            aria-labelledby={title_id.clone()}
            onclick={beside}
        >
            <div class="dialog-body">
                <div class="dialog-head">
                    <h2 id={title_id}>{ props.title.clone() }</h2>
                    if !props.asks {
                        <button type="button" class="button button-quiet" onclick={move |_| dialogs::close(id)}>
                            { "Close" }
                        </button>
                    }
                </div>
                if let Some(opening) = *open {
                    <div class="dialog-content" key={opening}>{ props.content.emit(()) }</div>
                }
            </div>
        </dialog>
    }
}

/// Enter, among the keys that were pressed early.
const ENTER: char = '\n';

/// That the dialog was opened once more, among the keys that were pressed early.
const OPENED_AGAIN: char = '\u{b}';

/// A key for the field that the focus is on its way to. Yew draws the field, and more so sets the focus, a moment after the
/// dialog was opened, and until then the field of the opening before may still stand there: what is pressed meanwhile is
/// kept in `early`. Afterwards a letter takes the focus back to the field.
fn keep_key(event: &KeyboardEvent, dialog: &HtmlDialogElement, early: Option<&mut String>) {
    let key = event.key();
    let mut letters = key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none());
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    if let Some(early) = early {
        if let Some(letter) = letter.or((key == "Enter").then_some(ENTER)) {
            event.prevent_default();
            event.stop_propagation();
            early.push(letter);
        }
        return;
    }
    let in_content = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.closest(".dialog-content").is_ok_and(|found| found.is_some()));
    let field = dialog.query_selector("input[autofocus]").ok().flatten();
    // A space presses the button that has the focus.
    if letter.is_some_and(|letter| letter != ' ')
        && !in_content
        && let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
    {
        let _ = field.focus();
    }
}

/// Puts keys into a field as if they were pressed there.
fn enter(field: &HtmlInputElement, keys: &str) {
    let (letters, is_entered) = match keys.split_once(ENTER) {
        Some((letters, _)) => (letters, true),
        None => (keys, false),
    };
    if !letters.is_empty() {
        field.set_value(&(letters.to_owned() + &field.value()));
        let init = EventInit::new();
        init.set_bubbles(true);
        let event = Event::new_with_event_init_dict("input", &init);
        let _ = event.and_then(|event| field.dispatch_event(&event));
    }
    if is_entered {
        let init = KeyboardEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_key("Enter");
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init);
        let _ = event.and_then(|event| field.dispatch_event(&event));
    }
}

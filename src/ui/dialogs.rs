//! Dialogs by their names: a button, a key and the palette open the same one. `components::dialog` draws them.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlDialogElement};

pub const PALETTE: &str = "palette";
pub const HELP: &str = "help";
pub const FILES: &str = "files";
pub const DRAFTS: &str = "drafts";
pub const SHARE: &str = "share";
pub const EMBED: &str = "embed";
pub const START_OVER: &str = "start-over";
pub const CHOOSE_SET: &str = "choose-set";
pub const WHY: &str = "why";
pub const UNCOPIED: &str = "uncopied";

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Opens the dialog of this name, and closes any other.
pub fn open(id: &str) {
    let Some(document) = document() else { return };
    if let Ok(Some(other)) = document.query_selector("dialog[open]")
        && let Ok(other) = other.dyn_into::<HtmlDialogElement>()
    {
        other.close();
    }
    let dialog =
        document.get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog {
        let _ = dialog.show_modal();
        // `Dialog` draws what is in it once it hears of this.
        if let Ok(event) = web_sys::Event::new("opened") {
            let _ = dialog.dispatch_event(&event);
        }
    }
}

/// Closes the dialog of this name, if it is open.
pub fn close(id: &str) {
    let dialog =
        document().and_then(|document| document.get_element_by_id(id)?.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog {
        dialog.close();
    }
}

//! Dialogs that can be opened from everywhere: a button, a key, the palette. Each is drawn once, by the application.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

pub const PALETTE: &str = "palette";
pub const HELP: &str = "help";
pub const FILES: &str = "files";
pub const DRAFTS: &str = "drafts";

fn element(id: &str) -> Option<HtmlDialogElement> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Opens the dialog of this name, and closes any other.
pub fn open(id: &str) {
    for other in [PALETTE, HELP, FILES, DRAFTS] {
        close(other);
    }
    if let Some(dialog) = element(id) {
        let _ = dialog.show_modal();
        // `Dialog` draws what is in it once it hears of this.
        if let Ok(event) = web_sys::Event::new("opened") {
            let _ = dialog.dispatch_event(&event);
        }
    }
}

/// Closes the dialog of this name, if it is open.
pub fn close(id: &str) {
    if let Some(dialog) = element(id).filter(HtmlDialogElement::open) {
        dialog.close();
    }
}

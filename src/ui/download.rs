//! Files that the page makes and the browser keeps: nothing is asked of any server.

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
use yew::UseReducerDispatcher;

use crate::ui::state::{Action, State};

/// How long the browser may take to begin with the file.
const KEPT_MILLISECONDS: u32 = 10_000;

/// Downloads a text and says so; where that fails, the text is offered to be copied by hand.
pub fn download(name: &str, kind: &str, text: String, dispatch: &UseReducerDispatcher<State>) {
    download_part(name, kind, text, "", dispatch);
}

/// The same, with a word on what part of the whole it is.
pub fn download_part(
    name: &str,
    kind: &str,
    text: String,
    part: &str,
    dispatch: &UseReducerDispatcher<State>,
) {
    dispatch.dispatch(if save(name, kind, &text) {
        Action::Say(["Downloaded ", name, part].concat().into())
    } else {
        Action::Uncopied(Some(text.into()))
    });
}

/// Has the browser keep a text as a file; false where it does not.
fn save(name: &str, kind: &str, text: &str) -> bool {
    let begin = || {
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        let document = web_sys::window()?.document()?;
        let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        Timeout::new(KEPT_MILLISECONDS, move || {
            let _ = Url::revoke_object_url(&address);
        })
        .forget();
        Some(())
    };
    begin().is_some()
}

/// The address of this page, without what stands behind its `#`.
pub fn page_address() -> String {
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

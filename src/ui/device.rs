//! The functions of `js/device.source.mjs`, which `js/build.mjs` bundles into `js/device.js`.

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/device.js")]
extern "C" {
    /// What a drop holds, before it is read.
    #[wasm_bindgen(extends = Object)]
    pub type Dropped;

    /// What was read: the texts, and as JSON what was left out and what was read as Latin-1.
    #[wasm_bindgen(extends = Object)]
    pub type Taken;

    #[wasm_bindgen(method, getter)]
    pub fn texts(this: &Taken) -> Array;

    #[wasm_bindgen(method, getter)]
    pub fn skipped(this: &Taken) -> Array;

    /// What of it a rule would have read, and was not left out on purpose.
    #[wasm_bindgen(method, getter)]
    pub fn missed(this: &Taken) -> Array;

    #[wasm_bindgen(method, getter)]
    pub fn latin(this: &Taken) -> Array;

    /// The project's settings as a path and a text, if the files had some.
    #[wasm_bindgen(method, getter)]
    pub fn settings(this: &Taken) -> Array;

    /// Bundles of a playground, as names and texts.
    #[wasm_bindgen(method, getter)]
    pub fn bundles(this: &Taken) -> Array;

    /// A draft with its texts.
    #[wasm_bindgen(extends = Object)]
    pub type Draft;

    #[wasm_bindgen(method, getter)]
    pub fn id(this: &Draft) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn texts(this: &Draft) -> Array;

    #[wasm_bindgen(method, getter)]
    pub fn active(this: &Draft) -> u32;

    /// Whether it is a copy, since another tab of the browser has the draft itself open.
    #[wasm_bindgen(method, getter)]
    pub fn copied(this: &Draft) -> bool;

    /// What is told of its files: [`crate::ui::intake::Notes`].
    #[wasm_bindgen(method, getter)]
    pub fn notes(this: &Draft) -> String;

    /// A draft of the history, without its texts.
    #[derive(Clone, Debug, PartialEq)]
    #[wasm_bindgen(extends = Object)]
    pub type Kept;

    #[wasm_bindgen(method, getter)]
    pub fn id(this: &Kept) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn title(this: &Kept) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn facts(this: &Kept) -> String;

    /// Whether it is the one in the playground.
    #[wasm_bindgen(method, getter)]
    pub fn current(this: &Kept) -> bool;

    /// Whether another tab of the browser has it open.
    #[wasm_bindgen(method, getter)]
    pub fn elsewhere(this: &Kept) -> bool;

    #[wasm_bindgen(js_name = newDraftId)]
    pub fn new_draft_id() -> String;

    #[wasm_bindgen(js_name = openDraft)]
    pub async fn open_draft() -> JsValue;

    #[wasm_bindgen(js_name = holdDraft)]
    pub async fn hold_draft(id: &str) -> JsValue;

    #[wasm_bindgen(js_name = saveDraft)]
    pub async fn save_draft(
        id: &str,
        files: &str,
        active: u32,
        changed_ids: Array,
        changed_texts: Array,
    ) -> JsValue;

    #[wasm_bindgen(js_name = keepUnsaved)]
    pub fn keep_unsaved(id: &str, files: &str, active: u32, notes: Option<String>) -> bool;

    #[wasm_bindgen(js_name = listDrafts, catch)]
    pub async fn list_drafts() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = takeDraft, catch)]
    pub async fn take_draft(id: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = renameDraft, catch)]
    pub async fn rename_draft(id: &str, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = removeDraft, catch)]
    pub async fn remove_draft(id: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = restoreDraft, catch)]
    pub async fn restore_draft() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = forgetEverything, catch)]
    pub async fn forget_everything() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = loadIntake, catch)]
    pub async fn load_intake() -> Result<JsValue, JsValue>;

    /// The page's second module: src/bin/later.rs.
    #[wasm_bindgen(extends = Object)]
    pub type LaterModule;

    #[wasm_bindgen(method)]
    pub fn mount(
        this: &LaterModule,
        element: &web_sys::Element,
        view: &str,
        given: &str,
        page: &Object,
    ) -> Mounted;

    /// What looks like a secret in files, which are given as JSON, a line each as JSON.
    #[wasm_bindgen(method)]
    pub fn suspected(this: &LaterModule, files: &str) -> String;

    /// A view of the second module in the page.
    pub type Mounted;

    #[wasm_bindgen(method)]
    pub fn give(this: &Mounted, given: &str);

    #[wasm_bindgen(method)]
    pub fn unmount(this: &Mounted);

    #[wasm_bindgen(js_name = loadLater, catch)]
    pub async fn load_later() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = loadEmbed, catch)]
    pub async fn load_embed() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = readBeside, catch)]
    pub async fn read_beside(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = dropped)]
    pub fn dropped(transfer: &web_sys::DataTransfer) -> Dropped;

    #[wasm_bindgen(js_name = chosen)]
    pub fn chosen(files: &web_sys::FileList) -> Dropped;

    #[wasm_bindgen(js_name = takeIn, catch)]
    pub async fn take_in(given: Dropped, is_read: &Function, tell: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = readToml, catch)]
    pub async fn read_toml(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = cancelTakeIn)]
    pub fn cancel_take_in();

    #[wasm_bindgen(js_name = keepBuild)]
    pub async fn keep_build(tell: &Function);

    #[wasm_bindgen(js_name = takeNewer)]
    pub fn take_newer();
}

/// The strings of an array, by twos.
pub fn pairs(array: &Array) -> Vec<(String, String)> {
    let text = |index: u32| array.get(index).as_string().unwrap_or_default();
    (0..array.length() / 2).map(|pair| (text(2 * pair), text(2 * pair + 1))).collect()
}

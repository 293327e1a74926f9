//! The functions of `js/link.source.mjs`, which `js/build.mjs` bundles into `js/link.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/link.js")]
extern "C" {
    /// The text of a link behind its `?`.
    #[wasm_bindgen(catch)]
    pub async fn pack(text: &str) -> Result<JsValue, JsValue>;

    /// What a link carries, or a word that says why it carries nothing.
    #[wasm_bindgen(catch)]
    pub async fn unpack(code: &str, limit: u32) -> Result<JsValue, JsValue>;
}

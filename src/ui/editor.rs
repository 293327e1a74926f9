//! The functions of `js/editor.source.mjs`, which `js/build.mjs` bundles into `js/editor.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/editor.js")]
extern "C" {
    /// A CodeMirror view with what the page keeps beside it.
    pub type Editor;

    #[wasm_bindgen(js_name = createEditor)]
    pub fn create_editor(
        parent: &web_sys::Element,
        options: &str,
        tell: &Closure<dyn FnMut(String, String)>,
    ) -> Editor;

    #[wasm_bindgen(js_name = showDocument)]
    pub fn show_document(editor: &Editor, key: &str, path: &str, text: &str);

    #[wasm_bindgen(js_name = setFindings)]
    pub fn set_findings(editor: &Editor, json: &str, selected: Option<u32>);

    #[wasm_bindgen(js_name = setSelected)]
    pub fn set_selected(editor: &Editor, selected: Option<u32>);

    #[wasm_bindgen(js_name = setEvidence)]
    pub fn set_evidence(editor: &Editor, json: &str);

    #[wasm_bindgen(js_name = compareWith)]
    pub fn compare_with(editor: &Editor, text: Option<&str>, side: &str, aligned: bool);

    #[wasm_bindgen(js_name = reveal)]
    pub fn reveal(editor: &Editor, json: &str, focus: bool);

    #[wasm_bindgen(js_name = focusEditor)]
    pub fn focus_editor(editor: &Editor);

    #[wasm_bindgen(js_name = destroyEditor)]
    pub fn destroy_editor(editor: &Editor);
}

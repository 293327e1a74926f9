//! The page's second binary: the views that are loaded once the first screen stands. See src/ui/later.

fn main() {}

#[cfg(target_arch = "wasm32")]
mod exported {
    use rubric_playground::check::Source;
    use rubric_playground::ui::later::{self, Page, Props, Root, View};
    use wasm_bindgen::prelude::*;

    /// A view in the page.
    #[wasm_bindgen]
    pub struct Mounted {
        handle: yew::AppHandle<Root>,
        props: Props,
    }

    /// Draws the view of that name into an element; nothing where there is none.
    #[wasm_bindgen]
    pub fn mount(element: web_sys::Element, view: &str, given: String, page: Page) -> Option<Mounted> {
        let props = Props { view: View::of(view)?, given: given.into(), page };
        Some(Mounted { handle: later::mount(element, props.clone()), props })
    }

    /// What looks like a secret in files, which are given as JSON, a line each as JSON; nothing, and so no JSON, where they
    /// could not be looked through.
    #[wasm_bindgen]
    pub fn suspected(files: &str) -> String {
        serde_json::from_str::<Vec<Source>>(files)
            .and_then(|files| serde_json::to_string(&later::suspected(&files)))
            .unwrap_or_default()
    }

    #[wasm_bindgen]
    impl Mounted {
        /// Shows something else.
        pub fn give(&mut self, given: String) {
            self.props.given = given.into();
            self.handle.update(self.props.clone());
        }

        /// Takes the view out of the page.
        pub fn unmount(self) {
            self.handle.destroy();
        }
    }
}

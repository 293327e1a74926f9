//! What a view of the second module has of the page.

use js_sys::Object;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::check::Source;
use crate::report::{Range, Report};
use crate::settings::Settings;
use crate::worker::client::Failure;

#[wasm_bindgen]
extern "C" {
    /// The page's first module, as an object with two functions that `components::later` makes.
    #[derive(Clone, Debug, PartialEq)]
    #[wasm_bindgen(extends = Object)]
    pub type Page;

    #[wasm_bindgen(method, js_name = check, catch)]
    async fn ask(this: &Page, sets: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, js_name = tell)]
    fn tell_json(this: &Page, told: &str);
}

/// The settings that hold, and this device's own where those hold for what a link opened alone.
pub type Held = (Settings, Option<Settings>);

/// What a view tells the page, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// Something was done on request: show and tell it for a moment.
    Say(String),
    /// For a screen reader.
    Announce(String),
    /// A text that the browser would not copy.
    Uncopied(String),
    /// Show a place in the playground.
    Jump { path: String, range: Range },
    /// The settings as they are now.
    Settings(Box<Held>),
}

impl Page {
    /// Has sets of files checked, each on its own, with the settings' defaults. None where a newer request took the
    /// place of this one.
    pub async fn check(&self, sets: &[&[Source]]) -> Option<Result<Vec<Report>, Failure>> {
        let sets = serde_json::to_string(sets).ok()?;
        let answer = self.ask(&sets).await.ok()?.as_string()?;
        serde_json::from_str(&answer).ok()
    }

    /// Tells the page something.
    pub fn tell(&self, told: &Told) {
        if let Ok(json) = serde_json::to_string(told) {
            self.tell_json(&json);
        }
    }
}

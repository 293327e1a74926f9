//! The rules' texts and examples, loaded once the first screen stands.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;
use yew::prelude::*;

use crate::catalogue::{FILE_NAME, provide, readings};

/// Whether the rules' texts, examples and samples are there to read. Components get it from the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    Loading,
    Ready,
    /// Their file did not load, or is another build's.
    Failed,
}

/// Loads the texts, once; the application calls it, and provides what it says as a context.
#[hook]
pub fn use_catalogue() -> Readable {
    let state = use_state_eq(|| if readings().is_some() { Readable::Ready } else { Readable::Loading });
    {
        let state = state.setter();
        use_effect_with((), move |()| {
            if readings().is_none() {
                spawn_local(async move {
                    let loaded = match load().await {
                        Ok(json) => provide(&json).is_ok(),
                        Err(_) => false,
                    };
                    state.set(if loaded { Readable::Ready } else { Readable::Failed });
                });
            }
        });
    }
    *state
}

async fn load() -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response =
        JsFuture::from(window.fetch_with_str(&format!("./{FILE_NAME}"))).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or(JsValue::NULL)
}

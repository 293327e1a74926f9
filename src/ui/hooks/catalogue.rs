//! The rules' texts and examples, loaded once the first screen stands.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::catalogue::{FILE_NAME, provide, readings};
use crate::ui::device;

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
                    let json = device::read_beside(FILE_NAME).await.ok().and_then(|json| json.as_string());
                    let loaded = json.is_some_and(|json| provide(&json).is_ok());
                    state.set(if loaded { Readable::Ready } else { Readable::Failed });
                });
            }
        });
    }
    *state
}

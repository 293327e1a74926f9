//! The rules' texts and examples, and the exercises, loaded once the first screen stands.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::catalogue::{FILE_NAME, provide, readings};
use crate::exercise::{listed, texts};
use crate::ui::device;

/// Whether what a file beside the page holds is there to read: the rules' texts, examples and samples, or the exercises. Components get it from the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    Loading,
    Ready,
    /// Their file did not load, or is another build's.
    Failed,
}

/// Loads the rules' texts, once; the application calls it, and provides what it says as a context.
#[hook]
pub fn use_catalogue() -> Readable {
    use_file(FILE_NAME, || readings().is_some(), provide)
}

/// Loads the exercises likewise; the second module calls it.
#[hook]
pub fn use_exercises() -> Readable {
    use_file(listed::FILE_NAME, texts::are_there, texts::provide)
}

#[hook]
fn use_file(name: &'static str, is_there: fn() -> bool, provide: fn(&str) -> Result<(), String>) -> Readable {
    let state = use_state_eq(|| if is_there() { Readable::Ready } else { Readable::Loading });
    {
        let state = state.setter();
        use_effect_with((), move |()| {
            if !is_there() {
                spawn_local(async move {
                    let json = device::read_beside(name).await.ok().and_then(|json| json.as_string());
                    let loaded = json.is_some_and(|json| provide(&json).is_ok());
                    state.set(if loaded { Readable::Ready } else { Readable::Failed });
                });
            }
        });
    }
    *state
}

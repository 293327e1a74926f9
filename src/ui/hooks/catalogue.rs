//! The rules' texts and examples, and the exercises, loaded once the first screen stands.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::catalogue::{FILE_NAME, provide, readings};
use crate::exercise::{listed, texts};
use crate::ui::device;
use crate::ui::state::{Action, Readable, Store};

/// Loads the rules' texts, once; the application calls it, and the store says what became of it.
#[hook]
pub fn use_catalogue(store: &Store) {
    use_file(store, FILE_NAME, || readings().is_some(), provide);
}

/// Loads the exercises likewise; the second module calls it.
#[hook]
pub fn use_exercises(store: &Store) {
    use_file(store, listed::FILE_NAME, texts::are_there, texts::provide);
}

#[hook]
fn use_file(
    store: &Store,
    name: &'static str,
    is_there: fn() -> bool,
    provide: fn(&str) -> Result<(), String>,
) {
    let dispatch = store.dispatcher();
    use_effect_with((), move |()| {
        if is_there() {
            dispatch.dispatch(Action::Readable(Readable::Ready));
            return;
        }
        spawn_local(async move {
            let json = device::read_beside(name).await.ok().and_then(|json| json.as_string());
            let loaded = json.is_some_and(|json| provide(&json).is_ok());
            dispatch.dispatch(Action::Readable(if loaded { Readable::Ready } else { Readable::Failed }));
        });
    });
}

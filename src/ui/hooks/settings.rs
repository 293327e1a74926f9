//! The settings, kept on this device.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;
use yew::prelude::*;

use super::draft::storage;
use crate::settings::Settings;
use crate::ui::state::{Action, Store};

const KEY: &str = "rubric-playground.settings";

/// The settings of an earlier visit. What cannot be read is taken for the defaults.
pub fn load_settings() -> Settings {
    storage()
        .and_then(|storage| storage.get_item(KEY).ok().flatten())
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

/// Keeps the settings on this device, other than those that only hold for what a link opened, and takes over what another tab of the browser has made of them.
#[hook]
pub fn use_kept_settings(store: &Store) {
    let own = store.own_settings.clone().unwrap_or_else(|| store.settings.clone());
    use_effect_with(own, |settings: &Rc<Settings>| {
        let Some(storage) = storage() else { return };
        if **settings == Settings::default() {
            let _ = storage.remove_item(KEY);
        } else if let Ok(json) = serde_json::to_string(&**settings) {
            let _ = storage.set_item(KEY, &json);
        }
    });
    let dispatch = store.dispatcher();
    use_effect_with((), move |()| {
        let window = web_sys::window().expect("a page has a window");
        let listener = EventListener::new(&window, "storage", move |event| {
            let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
            if key.is_none_or(|key| key == KEY) {
                dispatch.dispatch(Action::OwnSettings(Rc::new(load_settings())));
            }
        });
        move || drop(listener)
    });
}

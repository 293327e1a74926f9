//! How many requests there were since the page was loaded.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit};
use yew::prelude::*;

/// How many requests the browser has counted since the page and its worker were loaded; none where it does not
/// count. It counts what the page asks for, whoever asks: its own code, an extension's script, a style.
#[hook]
pub fn use_request_count(loaded: bool) -> Option<u32> {
    let count = use_state(|| None);
    {
        let count = count.clone();
        use_effect_with(loaded, move |&loaded| {
            let watched = if loaded { watch(count) } else { None };
            move || {
                if let Some((observer, callback)) = watched {
                    observer.disconnect();
                    drop(callback);
                }
            }
        });
    }
    *count
}

type Observed = Closure<dyn FnMut(PerformanceObserverEntryList)>;

fn watch(count: UseStateHandle<Option<u32>>) -> Option<(PerformanceObserver, Observed)> {
    let started = web_sys::window()?.performance()?.now();
    let total = std::cell::Cell::new(0);
    let setter = count.setter();
    let callback = Closure::new(move |list: PerformanceObserverEntryList| {
        let fresh = list.get_entries().iter().filter(|entry| start_time(entry) > started).count() as u32;
        if fresh > 0 {
            total.set(total.get() + fresh);
            setter.set(Some(total.get()));
        }
    });
    let observer = PerformanceObserver::new(callback.as_ref().unchecked_ref()).ok()?;
    let kinds = Array::of1(&JsValue::from_str("resource"));
    observer.observe(&PerformanceObserverInit::new(&kinds));
    count.set(Some(0));
    Some((observer, callback))
}

fn start_time(entry: &JsValue) -> f64 {
    js_sys::Reflect::get(entry, &JsValue::from_str("startTime"))
        .ok()
        .and_then(|value| value.as_f64())
        .unwrap_or_default()
}

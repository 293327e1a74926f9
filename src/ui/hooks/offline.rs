//! Whether the page works without a network, and whether there is a newer build of it.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::exercise::listed;
use crate::ui::device;

/// What is known of the files of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The browser is still fetching them.
    Fetching,
    /// They are on this device: the page works without a network.
    Kept,
    /// This browser does not keep them.
    NotKept,
    /// A newer build is there and waits.
    Newer,
}

/// Has the browser keep the build, and fetches what is needed later. Both belong to loading the page: once the answer
/// is another one than [`Build::Fetching`], nothing is requested any more.
#[hook]
pub fn use_build(ready: bool) -> Build {
    let build = use_state_eq(|| Build::Fetching);
    {
        let build = build.setter();
        use_effect_with(ready, move |&ready| {
            if !ready {
                return;
            }
            spawn_local(async move {
                // What fails here is tried again when somebody wants it.
                let _ = device::load_intake().await;
                let _ = device::load_later().await;
                let _ = device::read_beside(listed::FILE_NAME).await;
                let _ = device::load_embed().await;
                let tell = Closure::<dyn Fn(String)>::new(move |said: String| {
                    build.set(match said.as_str() {
                        "kept" => Build::Kept,
                        "newer" => Build::Newer,
                        _ => Build::NotKept,
                    });
                });
                device::keep_build(tell.as_ref().unchecked_ref()).await;
                // It hears of newer builds as long as the page is there.
                tell.forget();
            });
        });
    }
    *build
}

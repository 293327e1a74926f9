//! Opens what a share link holds.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::link::{LARGEST_SHARED, Shared, newer};
use crate::ui::hooks::use_page_title;
use crate::ui::packing::unpack;
use crate::ui::route::Route;
use crate::ui::state::{Action, use_store};

/// No link that the page makes comes near it.
const LONGEST_READ: usize = 200_000;

/// Opens a link and goes on to the playground; of one that cannot be opened it says why, and nothing else changes.
#[component]
pub fn LinkPage() -> Html {
    let store = use_store();
    let navigator = use_navigator().expect("the application has a router");
    // A link that is pasted over another one shows the same page.
    let address = use_location().map(|_| hash());
    let refused = use_state_eq(|| None::<String>);
    let heading = use_page_title("A shared link".to_owned());
    {
        let (refused, dispatch) = (refused.setter(), store.dispatcher());
        use_effect_with(address, move |_| {
            refused.set(None);
            spawn_local(async move {
                match opened().await {
                    Ok(shared) => {
                        dispatch.dispatch(Action::OpenShared(Rc::new(shared)));
                        // A reload shows the draft, with what was changed in it, and not the link once more.
                        navigator.replace(&Route::Playground);
                    }
                    Err(why) => refused.set(Some(why)),
                }
            });
        });
    }
    html! {
        <main id="main" class="page">
            if let Some(why) = &*refused {
                <h1 class="loading-title" ref={heading} tabindex="-1">{ "This link cannot be opened" }</h1>
                <div class="prose">
                <p role="alert">{ why.clone() }</p>
                <p>{ "Ask for the link again, or for a file: the page that shares has both. Your own text is untouched." }</p>
                <p><a class="lone-link" href={Route::Playground.address()}>{ "Go to the playground" }</a></p>
                </div>
            } else {
                <h1 ref={heading} tabindex="-1">{ "Opening a shared link…" }</h1>
            }
        </main>
    }
}

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// What the address holds, or why it holds nothing, in sentences.
async fn opened() -> Result<Shared, String> {
    let hash = hash();
    let code = hash.split_once('?').map(|(_, code)| code).unwrap_or_default();
    if code.is_empty() {
        return Err("There is nothing in it: what stands behind the ? is missing.".to_owned());
    }
    if code.len() > LONGEST_READ {
        return Err(format!("It has {} characters, more than any link that this page makes.", hash.len()));
    }
    let unpacked = unpack(code, LARGEST_SHARED as u32).await;
    match unpacked.map(|text| text.as_string()) {
        Ok(Some(json)) => Shared::from_json(&json).map_err(|why| why.0),
        Ok(None) => Err("It is broken.".to_owned()),
        Err(why) => Err(match why.as_string().as_deref() {
            Some("large") => "It unpacks to more text than any link that this page makes.".to_owned(),
            Some(word) if word.starts_with("version ") => {
                newer(word["version ".len()..].parse().unwrap_or_default())
            }
            _ => "It is broken: some of it was cut or changed on its way.".to_owned(),
        }),
    }
}

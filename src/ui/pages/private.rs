//! What proves that nothing that is pasted leaves the page.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::ui::commands::FORGET;
use crate::ui::device;
use crate::ui::hooks::use_page_title;

/// Claims, and how to see for oneself that they hold.
#[component]
pub fn PrivatePage() -> Html {
    let heading = use_page_title("Private".to_owned());
    let asked = use_state_eq(|| false);
    let ask = {
        let asked = asked.setter();
        Callback::from(move |_: MouseEvent| asked.set(true))
    };
    let keep = {
        let asked = asked.setter();
        Callback::from(move |_: MouseEvent| asked.set(false))
    };
    let forget = Callback::from(|_: MouseEvent| {
        spawn_local(async {
            let _ = device::forget_everything().await;
            if let Some(window) = web_sys::window() {
                let _ = window.location().reload();
            }
        });
    });
    html! {
        <main id="main" class="page">
            <header class="page-head">
                <h1 ref={heading} tabindex="-1">{ "Nothing that you paste leaves this page" }</h1>
            </header>
            <div class="prose">
                { Html::from_html_unchecked(AttrValue::Static(include_str!("private.html"))) }
                if *asked {
                    <div class="notice" role="alert">
                        <p>{ "Every draft, the settings, the theme and what you solved in Learn are deleted. This cannot be undone." }</p>
                        <button type="button" class="button" onclick={keep}>{ "Keep them" }</button>
                        <button type="button" class="button button-danger" onclick={forget}>{ "Delete everything" }</button>
                    </div>
                } else {
                    <button id={FORGET} type="button" class="button" onclick={ask}>{ "Delete what this page keeps…" }</button>
                }
            </div>
        </main>
    }
}

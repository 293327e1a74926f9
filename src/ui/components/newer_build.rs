//! Offers to load a newer build of the page.

use yew::prelude::*;

use crate::ui::device;
use crate::ui::hooks::Build;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub build: Build,
}

/// A line above the page while a newer build waits. Nothing is lost by loading it: the draft is on the device.
#[component]
pub fn NewerBuild(props: &Props) -> Html {
    let dismissed = use_state_eq(|| false);
    if props.build != Build::Newer || *dismissed {
        return html! {};
    }
    let dismiss = {
        let dismissed = dismissed.setter();
        Callback::from(move |_: MouseEvent| dismissed.set(true))
    };
    html! {
        <aside class="notice newer" aria-label="A newer version">
            <p>{ "A newer version of this page is ready. Your text and your settings stay." }</p>
            <button type="button" class="button" onclick={|_| device::take_newer()}>{ "Load it" }</button>
            <button type="button" class="button button-quiet" onclick={dismiss}>{ "Later" }</button>
        </aside>
    }
}

//! Tells a screen reader, politely, what the findings are once typing rests.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// Typing changes what there is to say faster than it can be said: only what stands this long is announced.
const PAUSE_MILLISECONDS: u32 = 700;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub text: AttrValue,
}

/// Tells a screen reader politely what has changed.
#[component]
pub fn Announcer(props: &Props) -> Html {
    let said = use_state_eq(AttrValue::default);
    {
        let said = said.setter();
        use_effect_with(props.text.clone(), move |text| {
            let text = text.clone();
            let timer = Timeout::new(PAUSE_MILLISECONDS, move || said.set(text));
            move || drop(timer)
        });
    }
    html! { <p class="visually-hidden" role="status">{ (*said).clone() }</p> }
}

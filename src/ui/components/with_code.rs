//! Text of the report, with what stands between backticks as code.

use yew::prelude::*;

/// Text of the report in which what stands between backticks is code.
pub fn with_code(text: &str) -> Html {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 {
                html! { <code>{ part }</code> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}

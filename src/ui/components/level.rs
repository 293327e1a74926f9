//! A severity, by word and shape as well as by colour.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// A severity's word, or `question`, or `problem`.
    pub word: &'static str,
}

/// A severity, or that something is a question or a problem: by word and by shape, not by colour alone.
#[component]
pub fn Level(props: &Props) -> Html {
    html! {
        <span class={classes!("severity", format!("severity-{}", props.word))}>
            <span class={classes!("shape", format!("shape-{}", props.word))} aria-hidden="true"></span>
            { props.word }
        </span>
    }
}

//! One finding as a review comment.

use yew::prelude::*;

use crate::export::markdown;
use crate::report::Finding;
use crate::ui::clipboard::copy;
use crate::ui::download::page_address;
use crate::ui::state::Store;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub finding: Finding,
}

/// Copies a finding as Markdown that GitHub and GitLab render.
#[component]
pub fn CopyFinding(props: &Props) -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let press = {
        let finding = props.finding.clone();
        Callback::from(move |_: MouseEvent| {
            let text = markdown::finding(&finding, Some(&page_address()));
            copy(text, "the finding as a review comment", store.dispatcher());
        })
    };
    html! {
        <button type="button" class="button" onclick={press}>{ "Copy as review comment" }</button>
    }
}

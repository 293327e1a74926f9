//! One finding as a review comment.

use yew::prelude::*;

use crate::export::markdown;
use crate::report::Finding;
use crate::ui::clipboard::copy;
use crate::ui::commands::COPY_FINDING;
use crate::ui::download::page_address;
use crate::ui::state::Store;

/// Copies a finding as Markdown that GitHub and GitLab render.
pub fn copy_finding(store: &Store, finding: &Finding) -> Html {
    let press = {
        let (finding, dispatch) = (finding.clone(), store.dispatcher());
        Callback::from(move |_: MouseEvent| {
            let text = markdown::finding(&finding, Some(&page_address()));
            copy(text, "the finding as a review comment", dispatch.clone());
        })
    };
    html! {
        <button id={COPY_FINDING} type="button" class="button" onclick={press}>{ "Copy as review comment" }</button>
    }
}

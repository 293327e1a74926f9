//! What is shown for an address that leads nowhere.

use yew::prelude::*;

use crate::ui::hooks::use_page_title;
use crate::ui::route::Route;

/// What an address shows that is none of ours.
#[component]
pub fn NotFoundPage() -> Html {
    let heading = use_page_title("Not found".to_owned());
    html! {
        <main id="main" class="page">
            <h1 ref={heading} tabindex="-1">{ "There is no such page" }</h1>
            <p>
                { "The address may be mistyped. Go to the " }
                <a href={Route::Playground.address()}>{ "playground" }</a>
                { " or to " }
                <a href={Route::Rules.address()}>{ "the rules" }</a>
                { "." }
            </p>
        </main>
    }
}

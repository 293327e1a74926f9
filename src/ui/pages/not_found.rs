//! What is shown for an address that leads nowhere.

use yew::prelude::*;
use yew_router::prelude::*;

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
                <Link<Route> to={Route::Playground}>{ "playground" }</Link<Route>>
                { " or to " }
                <Link<Route> to={Route::Rules}>{ "the rules" }</Link<Route>>
                { "." }
            </p>
        </main>
    }
}

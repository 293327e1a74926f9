//! The application: the frame around the pages, the worker, and the state that they share.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::ui::components::announcer::Announcer;
use crate::ui::components::header::Header;
use crate::ui::components::status_line::StatusLine;
use crate::ui::hooks::{Readable, load_draft, use_catalogue, use_draft};
use crate::ui::pages::exercise::ExercisePage;
use crate::ui::pages::learn::LearnPage;
use crate::ui::pages::link::LinkPage;
use crate::ui::pages::not_found::NotFoundPage;
use crate::ui::pages::playground::PlaygroundPage;
use crate::ui::pages::rule::RulePage;
use crate::ui::pages::rules::RulesPage;
use crate::ui::route::Route;
use crate::ui::state::{Action, State, Store};
use crate::worker::client::{Client, LIMIT_MILLISECONDS};

/// Draws the application in place of the frame that `index.html` shows while it loads.
pub fn run() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("application"))
        .expect("index.html has the element");
    yew::Renderer::<App>::with_root(root).render();
}

#[component]
pub fn App() -> Html {
    let store: Store = use_reducer_eq(|| {
        let (files, active) = load_draft();
        State::new(files, active)
    });
    let loaded = use_state_eq(|| false);
    let client = {
        let dispatch = store.dispatcher();
        let loaded = loaded.setter();
        use_memo((), move |()| {
            let ready = Callback::from(move |()| {
                loaded.set(true);
                dispatch.dispatch(Action::Loaded);
            });
            Client::new("./worker_loader.js", LIMIT_MILLISECONDS, ready)
        })
    };
    use_draft(&store);
    let readable = use_catalogue();
    html! {
        <ContextProvider<Store> context={store.clone()}>
            <ContextProvider<Client> context={(*client).clone()}>
                <ContextProvider<Readable> context={readable}>
                    <HashRouter>
                        <Header />
                        <Switch<Route> render={page} />
                        <StatusLine loaded={*loaded && readable != Readable::Loading} />
                        <Announcer text={store.announcement.clone()} />
                    </HashRouter>
                </ContextProvider<Readable>>
            </ContextProvider<Client>>
        </ContextProvider<Store>>
    }
}

fn page(route: Route) -> Html {
    match route {
        Route::Playground => html! { <PlaygroundPage /> },
        Route::Rules => html! { <RulesPage /> },
        // A page for itself: nothing that was typed into one rule's pair shows up in the next one's.
        Route::Rule { rule } => html! { <RulePage key={rule.id()} {rule} /> },
        Route::Learn => html! { <LearnPage /> },
        // An exercise keeps its own draft and marks.
        Route::Exercise { exercise } => html! { <ExercisePage key={exercise.index()} {exercise} /> },
        Route::Link => html! { <LinkPage /> },
        Route::NotFound => html! { <NotFoundPage /> },
    }
}

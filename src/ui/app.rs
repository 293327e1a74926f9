//! The application: the frame around the pages, the worker, and the state that they share.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::ui::components::announcer::Announcer;
use crate::ui::components::header::Header;
use crate::ui::components::later::Later;
use crate::ui::components::newer_build::NewerBuild;
use crate::ui::components::palette::Palette;
use crate::ui::components::said::Said;
use crate::ui::components::status_line::StatusLine;
use crate::ui::components::uncopied::UncopiedText;
use crate::ui::drawn::{self, draw};
use crate::ui::hooks::{
    Build, Draft, load_draft, load_settings, use_build, use_catalogue, use_draft, use_kept_settings,
    use_menu_places, use_theme,
};
use crate::ui::intake::Outcome;
use crate::ui::later::View;
use crate::ui::pages::link::LinkPage;
use crate::ui::pages::not_found::NotFoundPage;
use crate::ui::pages::playground::PlaygroundPage;
use crate::ui::pages::private::PrivatePage;
use crate::ui::pages::rule::RulePage;
use crate::ui::pages::rules::RulesPage;
use crate::ui::route::Route;
use crate::ui::state::{Action, Readable, State, Store, use_store};
use crate::worker::client::{Client, LIMIT_MILLISECONDS};

/// Draws the application in place of the frame that `index.html` shows while it loads.
pub fn run() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("application"))
        .expect("index.html has the element");
    spawn_local(async move {
        let draft = Rc::new(load_draft().await);
        drawn::start::<App>(root, Props { draft });
    });
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What this tab of the browser goes on with.
    draft: Rc<Draft>,
}

#[component]
pub fn App(props: &Props) -> Html {
    let store: Store = use_reducer_eq(|| {
        let Draft { id, files, active, copied, notes } = (*props.draft).clone();
        let mut state = State::new(id.into(), files, active, load_settings());
        state.notes = notes;
        if copied {
            let left_out = state.notes.outcome.map(|outcome| outcome.left_out.clone()).unwrap_or_default();
            state.notes.outcome = Some(Rc::new(Outcome {
                said: "The draft is open in another tab of the browser: this is a copy of it.".to_owned(),
                left_out,
            }));
        }
        state
    });
    let (theme, choose_theme) = use_theme();
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
    use_kept_settings(&store);
    use_menu_places();
    use_catalogue(&store);
    // What is kept for use without a network is fetched last.
    let there = *loaded && store.readable != Readable::Loading;
    let build = use_build(there);
    html! {
        <ContextProvider<Store> context={store.clone()}>
            <ContextProvider<Client> context={(*client).clone()}>
                <HashRouter>
                    { draw!(Header { theme, choose_theme: choose_theme.clone() }) }
                    { draw!(NewerBuild { build }) }
                    { draw!(Shown) }
                    { draw!(StatusLine { loaded: *loaded, quiet: there && build != Build::Fetching, build }) }
                    { draw!(Palette { choose_theme }) }
                    { draw!(UncopiedText) }
                    { draw!(Said) }
                    { draw!(Announcer { text: store.announcement.clone() }) }
                </HashRouter>
            </ContextProvider<Client>>
        </ContextProvider<Store>>
    }
}

/// The page that the address names.
#[component]
fn Shown() -> Html {
    match use_route::<Route>().unwrap_or(Route::NotFound) {
        Route::Playground => draw!(PlaygroundPage),
        Route::Rules => draw!(RulesPage),
        // A page for itself: nothing that was typed into one rule's pair shows up in the next one's.
        Route::Rule { rule } => draw!(RulePage { rule }, key = rule.id()),
        Route::Settings => draw!(Settings),
        Route::Private => draw!(PrivatePage),
        Route::Learn | Route::Exercise { .. } => draw!(Learn),
        Route::Link => draw!(LinkPage),
        Route::NotFound => draw!(NotFoundPage),
    }
}

/// The exercises. The view reads what it shows from the address, which the second module has no router for.
#[component]
fn Learn() -> Html {
    let address = use_location().map(|location| format!("{}{}", location.path(), location.query_str()));
    draw!(Later { view: View::Learn, given: address.unwrap_or_default() }, key = View::Learn.word())
}

/// The settings' form.
#[component]
fn Settings() -> Html {
    let store = use_store();
    // The form begins with them and keeps its own.
    let held = use_memo((), |()| {
        let held = (&*store.settings, store.own_settings.as_deref());
        AttrValue::from(serde_json::to_string(&held).unwrap_or_default())
    });
    draw!(Later { view: View::Settings, given: (*held).clone() }, key = View::Settings.word())
}

//! What stands around each view: its state, the texts to read, and what it says to the page.

use std::rc::Rc;

use yew::prelude::*;
use yew_router::prelude::*;

use super::{Held, Page, Told, View};
use crate::exercise::listed::{Number, UnknownExercise};
use crate::settings::Settings;
use crate::ui::components::embed_code::{Choices, Embedding};
use crate::ui::components::why_answer::WhyAnswer;
use crate::ui::drawn::draw;
use crate::ui::hooks::{use_exercises, use_kept_settings};
use crate::ui::pages::exercise::ExercisePage;
use crate::ui::pages::learn::LearnPage;
use crate::ui::pages::settings::SettingsPage;
use crate::ui::route::{ChosenSet, Route};
use crate::ui::state::{State, Store, use_store};

#[derive(Clone, Properties, PartialEq)]
pub struct Props {
    pub view: View,
    /// What it shows, as the view has it.
    pub given: AttrValue,
    pub page: Page,
}

/// One view with its state.
#[component]
pub fn Root(props: &Props) -> Html {
    let store: Store = use_reducer_eq(|| {
        let (settings, own): Held = match props.view {
            View::Settings => serde_json::from_str(&props.given).unwrap_or_default(),
            View::Learn | View::Embed | View::Why => Held::default(),
        };
        let mut state = State::new(AttrValue::default(), Vec::new(), 0, settings);
        state.own_settings = own.map(Rc::new);
        state
    });
    use_telling(&store, &props.page);
    use_exercises(&store);
    html! {
        <ContextProvider<Store> context={store}>
            <ContextProvider<Page> context={props.page.clone()}>
                { match props.view {
                    View::Learn => learn(&props.given),
                    View::Embed => match serde_json::from_str::<Embedding>(&props.given) {
                        Ok(embedding) => draw!(Choices { embedding }),
                        Err(_) => html! {},
                    },
                    View::Settings => draw!(KeptSettings),
                    View::Why => draw!(WhyAnswer { given: props.given.clone() }),
                } }
            </ContextProvider<Page>>
        </ContextProvider<Store>>
    }
}

fn learn(address: &str) -> Html {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let set = ChosenSet::read(query);
    match Route::recognize(path) {
        Some(Route::Exercise { exercise }) => match exercise.parse::<Number>() {
            // An exercise keeps its own draft and marks.
            Ok(number) => draw!(ExercisePage { exercise: number, set }, key = number.index()),
            Err(UnknownExercise) => draw!(LearnPage { set, unknown: exercise }),
        },
        _ => draw!(LearnPage { set }),
    }
}

/// The form, which follows what another tab of the browser makes of the settings.
#[component]
fn KeptSettings() -> Html {
    let store = use_store();
    let page = use_context::<Page>().expect("the root provides the page");
    use_kept_settings(&store);
    let held = (store.settings.clone(), store.own_settings.clone());
    use_effect_with(held, move |(settings, own): &(Rc<Settings>, Option<Rc<Settings>>)| {
        page.tell(&Told::Settings(Box::new(((**settings).clone(), own.as_deref().cloned()))));
    });
    draw!(SettingsPage)
}

/// Hands on what the page shows for all of its parts.
#[hook]
fn use_telling(store: &Store, page: &Page) {
    let tell = |told: fn(String) -> Told| {
        let page = page.clone();
        move |text: &AttrValue| {
            if !text.is_empty() {
                page.tell(&told(text.to_string()));
            }
        }
    };
    let say = tell(Told::Say);
    use_effect_with(store.said.clone(), move |(_, text)| say(text));
    use_effect_with(store.announcement.clone(), tell(Told::Announce));
    use_effect_with(store.uncopied.clone().unwrap_or_default(), tell(Told::Uncopied));
}

/// A tree without anything in it.
#[component]
pub fn Nothing() -> Html {
    html! {}
}

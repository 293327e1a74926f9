//! 'Why not?': the buttons and the dialogs. The answer is the worker's, and the page's second module draws it.

use std::cell::Cell;

use yew::prelude::*;

use crate::explanation::Place;
use crate::report::Rule;
use crate::ui::commands::{WHY_NOT, open_soon};
use crate::ui::components::dialog::Dialog;
use crate::ui::components::later::Later;
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::later::View;
use crate::ui::patches::Patches;
use crate::ui::state::{Store, use_store};
use crate::ui::words;
use crate::worker::client::{Job, Reply, use_client};

thread_local! {
    /// The rule that is asked about; the line of the caret, if none.
    static ASKED: Cell<Option<Rule>> = const { Cell::new(None) };
}

/// The button that asks about the line of the caret, and the dialog for all answers.
pub fn line(store: &Store) -> Html {
    let path = store.file().path.to_string();
    let content = Callback::from(move |()| {
        let place = match ASKED.get() {
            Some(rule) => Place::Rule(rule),
            None => Place::Line { path: path.clone(), line: caret_line(), rule: None },
        };
        draw!(Asked { place })
    });
    html! {
        <>
            <button
                id={WHY_NOT}
                type="button"
                class="button"
                title="Why is nothing found on the line of the caret? (F9)"
                onclick={|_| open(None)}
            >
                { "Why not?" }
            </button>
            { draw!(Dialog { id: dialogs::WHY, title: "Why, or why not?", class: "why", content }) }
        </>
    }
}

/// The button that asks about a rule over all files.
pub fn rule(rule: Rule) -> Html {
    html! {
        <button
            type="button"
            class="button button-quiet"
            aria-label={format!("Why not? {rule} over all files")}
            onclick={move |_| open(Some(rule))}
        >
            { "Why not?" }
        </button>
    }
}

/// Asks about a rule over all files, once the playground is shown.
pub fn ask(rule: Rule) {
    ASKED.set(Some(rule));
    open_soon(dialogs::WHY);
}

fn open(rule: Option<Rule>) {
    ASKED.set(rule);
    dialogs::open(dialogs::WHY);
}

/// The line of the caret: the editor tells it to the page's style, whoever has moved the caret.
fn caret_line() -> u32 {
    web_sys::window()
        .and_then(|window| window.document()?.query_selector("#editor-panel [data-line]").ok()?)
        .and_then(|editor| editor.get_attribute("data-line")?.parse().ok())
        .unwrap_or(1)
}

#[derive(Properties, PartialEq)]
struct AskedProps {
    place: Place,
}

/// Asks once, and shows the answer when it is there.
#[component]
fn Asked(props: &AskedProps) -> Html {
    let store = use_store();
    let client = use_client();
    let given = use_state_eq(AttrValue::default);
    {
        let given = given.setter();
        let mut place = props.place.clone();
        use_effect_with((), move |()| {
            let patches = Patches::of(&store.files);
            patches.place(&mut place);
            let mut files = patches.texts(&store.files);
            files.retain(|file| !store.left_out.iter().any(|left| left.file == *file));
            let job = Job {
                settings: store.settings.clone(),
                sets: vec![files],
                why: Some(place),
                ..Job::default()
            };
            client.check(
                job,
                Callback::from(move |reply| {
                    let json = match reply {
                        Reply::Explanation(json) => format!("{{\"Answer\":[{json},{}]}}", patches.lines()),
                        Reply::Failed(failure) => {
                            let words = serde_json::to_string(&words::failure(&failure));
                            format!("{{\"Failed\":{}}}", words.unwrap_or_default())
                        }
                        Reply::Reports { .. } => return,
                    };
                    given.set(json.into());
                }),
            );
        });
    }
    draw!(Later { view: View::Why, given: (*given).clone() })
}

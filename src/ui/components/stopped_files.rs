//! The files that stop the checker: which, and a smaller text that does the same.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::ui::clipboard::copy;
use crate::ui::drawn::draw;
use crate::ui::rescue::{self, LeftOut};
use crate::ui::state::{Checker, Store, use_store};
use crate::ui::words;
use crate::worker::client::{Failure, use_client};

/// One notice a file that stops the checker.
pub fn stopped_files(store: &Store) -> Html {
    html! {
        { for store.left_out.iter().map(|left_out| draw!(StoppedFile {
            left_out: left_out.clone(),
            is_told: matches!(store.checker, Checker::Failed(_)),
            others: store.files.len().saturating_sub(store.left_out.len()),
        }, key = left_out.file.path.to_string())) }
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    left_out: LeftOut,
    /// How many files are checked all the same.
    others: usize,
    /// Whether the failure itself is told of already.
    is_told: bool,
}

/// What the search for a smaller text has come to.
#[derive(Clone, PartialEq)]
enum Search {
    Not,
    /// So many lines are left.
    Running(usize),
    Found(AttrValue),
}

#[component]
fn StoppedFile(props: &Props) -> Html {
    let store = use_store();
    let client = use_client();
    let search = use_state_eq(|| Search::Not);
    let LeftOut { file, failure } = &props.left_out;
    let why = match failure {
        Failure::TookTooLong(_) => "takes too long for the checker",
        _ => "stops the checker",
    };
    let begin = {
        let (search, client, settings, file) =
            (search.setter(), client.clone(), store.settings.clone(), file.clone());
        Callback::from(move |_: MouseEvent| {
            let (search, client, settings, file) =
                (search.clone(), client.clone(), settings.clone(), file.clone());
            search.set(Search::Running(file.text.lines().count()));
            spawn_local(async move {
                let tell = {
                    let search = search.clone();
                    Callback::from(move |lines| search.set(Search::Running(lines)))
                };
                let text = rescue::smaller(&client, &settings, &file, tell).await;
                search.set(Search::Found(text));
            });
        })
    };
    let stop = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.stop())
    };
    let copied = |text: AttrValue| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| copy(text.to_string(), "the smaller text", dispatch.clone()))
    };
    html! {
        <div class="notice notice-warning notice-tall" role={(!props.is_told).then_some("alert")}>
            <p>
                <code>{ file.path.clone() }</code>
                { if props.is_told { format!(" {why}. ") } else { format!(" {why} and was left out. ") } }
                { if props.others == 0 {
                    "It is checked again when its text changes.".to_owned()
                } else if props.others == 1 {
                    "The other file is checked.".to_owned()
                } else {
                    format!("The other {} files are checked.", props.others)
                } }
            </p>
            { match &*search {
                Search::Not => html! {
                    <button type="button" class="button" onclick={begin}>{ "Find a smaller text that does it" }</button>
                },
                Search::Running(lines) => html! {
                    <>
                        <p>{ format!("Making it smaller: {} left…", words::count(*lines, "line")) }</p>
                        <button type="button" class="button" onclick={stop}>{ "Stop" }</button>
                    </>
                },
                Search::Found(text) => html! {
                    <div class="reproduction">
                        <p>{ format!("{} of {} do the same. They help whoever mends the checker.",
                            words::count(text.lines().count(), "line"), file.text.lines().count()) }</p>
                        <pre tabindex="0">{ text.clone() }</pre>
                        <button type="button" class="button" onclick={copied(text.clone())}>{ "Copy it" }</button>
                    </div>
                },
            } }
        </div>
    }
}

/// Whether a failure is told of here, with the file that caused it.
pub fn tells(left_out: &Rc<Vec<LeftOut>>) -> bool {
    !left_out.is_empty()
}

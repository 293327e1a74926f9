//! Progress as a file: out of this device, and into another.

use yew::prelude::*;

use crate::exercise::progress::Progress;
use crate::ui::components::file_button::FileButton;
use crate::ui::download::download;
use crate::ui::drawn::draw;
use crate::ui::hooks::Kept;
use crate::ui::state::{Action, use_store};

const NAME: &str = "rubric-progress.json";

#[derive(Properties, PartialEq)]
pub struct Props {
    pub kept: Kept,
}

/// Two buttons: export and import.
#[component]
pub fn ProgressFile(props: &Props) -> Html {
    let store = use_store();
    let export = {
        let (dispatch, kept) = (store.dispatcher(), props.kept.clone());
        Callback::from(move |_: MouseEvent| {
            download(NAME, "application/json", kept.progress.to_json(), &dispatch);
        })
    };
    let take = {
        let (dispatch, kept) = (store.dispatcher(), props.kept.clone());
        Callback::from(move |(name, text): (String, Option<String>)| {
            dispatch.dispatch(match Progress::from_json(&text.unwrap_or_default()) {
                Ok(progress) => {
                    kept.merge(progress);
                    Action::Announce(format!("Imported {name}").into())
                }
                Err(why) => Action::Refused(Some(format!("{name} was not imported. {why}").into())),
            });
        })
    };
    html! {
        <>
            <button type="button" class="button" disabled={props.kept.progress.is_empty()} onclick={export}>
                { "Export progress" }
            </button>
            { draw!(FileButton {
                id: "progress-file",
                words: "Import progress",
                label: "File of progress",
                accept: ".json,application/json",
                on_read: take,
            }) }
        </>
    }
}

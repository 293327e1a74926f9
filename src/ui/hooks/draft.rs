//! The draft, kept on this device as it is typed.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use serde::{Deserialize, Serialize};
use web_sys::Storage;
use yew::prelude::*;

use crate::ui::state::{Action, File, Given, Store};

const KEY: &str = "rubric-playground.draft";
/// Typing is written down when it pauses for this long, and when the page is left.
const PAUSE_MILLISECONDS: u32 = 200;

#[derive(Serialize, Deserialize)]
struct Draft {
    files: Vec<Given>,
    active: usize,
}

/// The draft of an earlier visit. What cannot be read is taken for no draft.
pub fn load_draft() -> (Vec<Given>, usize) {
    storage()
        .and_then(|storage| storage.get_item(KEY).ok().flatten())
        .and_then(|json| serde_json::from_str::<Draft>(&json).ok())
        .map_or_else(|| (Vec::new(), 0), |draft| (draft.files, draft.active))
}

/// Keeps the files on this device as they are typed. Where the browser forbids that, the store is told once.
#[hook]
pub fn use_draft(store: &Store) {
    let dispatch = store.dispatcher();
    use_effect_with((store.files.clone(), store.active), move |(files, active)| {
        let (files, active) = (files.clone(), *active);
        let save = {
            let files = files.clone();
            move || {
                if save(&files, active).is_none() {
                    dispatch.dispatch(Action::NotKept);
                }
            }
        };
        let timer = Timeout::new(PAUSE_MILLISECONDS, save);
        let window = web_sys::window().expect("a page has a window");
        let leaving = EventListener::new(&window, "pagehide", move |_| {
            let _ = self::save(&files, active);
        });
        move || drop((timer, leaving))
    });
}

fn save(files: &[File], active: usize) -> Option<()> {
    let files =
        files.iter().map(|file| Given { path: file.path.to_string(), text: file.text.to_string() }).collect();
    let json = serde_json::to_string(&Draft { files, active }).ok()?;
    storage()?.set_item(KEY, &json).ok()
}

/// Absent where the browser forbids storage.
pub fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

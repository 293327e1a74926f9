//! The draft, kept on this device as it is typed.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::Storage;
use yew::prelude::*;

use crate::ui::device;
use crate::ui::intake::Notes;
use crate::ui::state::{Action, File, Given, Store};
use crate::worker::client::same_text;

/// Typing is written down when it pauses for this long, and when the page is left.
const PAUSE_MILLISECONDS: u32 = 200;

/// A draft as the device gives it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub id: String,
    pub files: Vec<Given>,
    pub active: usize,
    /// Whether it is a copy, since another tab of the browser has the draft itself open.
    pub copied: bool,
    pub notes: Notes,
}

impl From<device::Draft> for Draft {
    fn from(draft: device::Draft) -> Self {
        let given = |(path, text)| Given { path, text };
        Self {
            id: draft.id(),
            files: device::pairs(&draft.texts()).into_iter().map(given).collect(),
            active: draft.active() as usize,
            copied: draft.copied(),
            notes: Notes::from_text(&draft.notes()),
        }
    }
}

/// The draft of an earlier visit, or an empty one.
pub async fn load_draft() -> Draft {
    device::open_draft().await.unchecked_into::<device::Draft>().into()
}

/// What is kept of the playground.
#[derive(Clone, Default, PartialEq)]
struct Kept {
    draft: AttrValue,
    files: Vec<File>,
    active: usize,
    notes: Notes,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: u32,
    path: &'a str,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// Under this number the notes are written, as the text of a file is; files count from 1.
const NOTES: u32 = 0;

impl Kept {
    /// The files as JSON, with the texts of those that `is_written` does not know.
    fn entries(&self, is_written: impl Fn(&File) -> bool) -> Option<String> {
        let entries = self.files.iter().map(|file| Entry {
            id: file.id,
            path: &file.path,
            size: file.text.len(),
            text: (!is_written(file)).then_some(&*file.text),
        });
        serde_json::to_string(&entries.collect::<Vec<_>>()).ok()
    }

    fn has(&self, draft: &AttrValue, file: &File) -> bool {
        self.draft == *draft
            && self.files.iter().any(|kept| kept.id == file.id && same_text(&kept.text, &file.text))
    }

    fn has_notes(&self, draft: &AttrValue, notes: &Notes) -> bool {
        self.draft == *draft && self.notes == *notes
    }
}

/// What the device is known to have.
#[derive(Default)]
struct Written {
    kept: Kept,
    /// Counts the writes, so that an older one that fails late does not speak for a newer one.
    serial: u32,
}

/// Keeps the files on this device as they are typed. Where the browser forbids that, the store is told once.
#[hook]
pub fn use_draft(store: &Store) {
    let dispatch = store.dispatcher();
    let written: Rc<RefCell<Written>> = use_mut_ref(Written::default);
    // At once, and also where it is empty still: a reload shows this draft and no other.
    use_effect_with(store.draft.clone(), |draft| {
        let draft = draft.clone();
        spawn_local(async move {
            device::hold_draft(&draft).await;
        });
    });
    let now = Kept {
        draft: store.draft.clone(),
        files: store.files.clone(),
        active: store.active,
        notes: store.notes.clone(),
    };
    let keep = move |now: &Kept| {
        // An empty page is no draft; one that was emptied is another draft than the one before.
        let is_empty = now.files.iter().all(|file| file.text.trim().is_empty());
        if is_empty && written.borrow().kept.draft != now.draft {
            return None;
        }
        let save = {
            let (now, written) = (now.clone(), written.clone());
            move || save(now, written, dispatch)
        };
        let timer = Timeout::new(PAUSE_MILLISECONDS, save);
        let window = web_sys::window().expect("a page has a window");
        let now = now.clone();
        let leaving = EventListener::new(&window, "pagehide", move |_| {
            let kept = &written.borrow().kept;
            if *kept != now
                && let Some(json) = now.entries(|file| kept.has(&now.draft, file))
            {
                let notes = (!kept.has_notes(&now.draft, &now.notes)).then(|| now.notes.to_text());
                device::keep_unsaved(&now.draft, &json, now.active as u32, notes);
            }
        });
        Some((timer, leaving))
    };
    use_effect_with(now, move |now| {
        let waiting = keep(now);
        move || drop(waiting)
    });
}

fn save(now: Kept, written: Rc<RefCell<Written>>, dispatch: UseReducerDispatcher<crate::ui::state::State>) {
    let (ids, texts) = (Array::new(), Array::new());
    let serial = {
        let mut written = written.borrow_mut();
        for file in now.files.iter().filter(|file| !written.kept.has(&now.draft, file)) {
            ids.push(&file.id.into());
            texts.push(&(&*file.text).into());
        }
        if !written.kept.has_notes(&now.draft, &now.notes) {
            ids.push(&NOTES.into());
            texts.push(&now.notes.to_text().into());
        }
        written.serial += 1;
        written.serial
    };
    let Some(json) = now.entries(|_| true) else { return };
    spawn_local(async move {
        device::hold_draft(&now.draft).await;
        if device::save_draft(&now.draft, &json, now.active as u32, ids, texts).await.is_truthy() {
            let mut written = written.borrow_mut();
            if written.serial == serial {
                *written = Written { kept: now, serial };
            }
            return;
        }
        // Without a database the local storage has all of it.
        let notes = Some(now.notes.to_text());
        let kept = now
            .entries(|_| false)
            .is_some_and(|json| device::keep_unsaved(&now.draft, &json, now.active as u32, notes));
        if !kept {
            dispatch.dispatch(Action::NotKept);
        }
    });
}

/// Absent where the browser forbids storage.
pub fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

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
}

impl From<device::Draft> for Draft {
    fn from(draft: device::Draft) -> Self {
        let given = |(path, text)| Given { path, text };
        Self {
            id: draft.id(),
            files: device::pairs(&draft.texts()).into_iter().map(given).collect(),
            active: draft.active() as usize,
            copied: draft.copied(),
        }
    }
}

/// The draft of an earlier visit, or an empty one.
pub async fn load_draft() -> Draft {
    device::open_draft().await.unchecked_into::<device::Draft>().into()
}

#[derive(Serialize)]
struct Entry<'a> {
    id: u32,
    path: &'a str,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// What the device is known to have.
#[derive(Default)]
struct Written {
    draft: AttrValue,
    files: Vec<File>,
    active: usize,
    /// Counts the writes, so that an older one that fails late does not speak for a newer one.
    serial: u32,
}

impl Written {
    fn has(&self, draft: &AttrValue, file: &File) -> bool {
        self.draft == *draft
            && self.files.iter().any(|written| written.id == file.id && same_text(&written.text, &file.text))
    }

    fn is_up_to_date(&self, draft: &AttrValue, files: &[File], active: usize) -> bool {
        self.draft == *draft
            && self.active == active
            && self.files.len() == files.len()
            && self.files.iter().zip(files).all(|(written, file)| {
                written.id == file.id && written.path == file.path && same_text(&written.text, &file.text)
            })
    }
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
    let deps = (store.draft.clone(), store.files.clone(), store.active);
    let keep = move |draft: &AttrValue, files: &Vec<File>, active: &usize| {
        // An empty page is no draft; one that was emptied is another draft than the one before.
        let is_empty = files.iter().all(|file| file.text.trim().is_empty());
        if is_empty && written.borrow().draft != *draft {
            return None;
        }
        let save = {
            let (draft, files, active, written) = (draft.clone(), files.clone(), *active, written.clone());
            move || save(draft, files, active, written, dispatch)
        };
        let timer = Timeout::new(PAUSE_MILLISECONDS, save);
        let window = web_sys::window().expect("a page has a window");
        let (draft, files, active) = (draft.clone(), files.clone(), *active);
        let leaving = EventListener::new(&window, "pagehide", move |_| {
            let written = written.borrow();
            if !written.is_up_to_date(&draft, &files, active) {
                let entries = files.iter().map(|file| Entry {
                    id: file.id,
                    path: &file.path,
                    size: file.text.len(),
                    text: (!written.has(&draft, file)).then_some(&*file.text),
                });
                if let Ok(json) = serde_json::to_string(&entries.collect::<Vec<_>>()) {
                    device::keep_unsaved(&draft, &json, active as u32);
                }
            }
        });
        Some((timer, leaving))
    };
    use_effect_with(deps, move |(draft, files, active)| {
        let waiting = keep(draft, files, active);
        move || drop(waiting)
    });
}

fn save(
    draft: AttrValue,
    files: Vec<File>,
    active: usize,
    written: Rc<RefCell<Written>>,
    dispatch: UseReducerDispatcher<crate::ui::state::State>,
) {
    let (ids, texts) = (Array::new(), Array::new());
    let serial = {
        let mut written = written.borrow_mut();
        for file in files.iter().filter(|file| !written.has(&draft, file)) {
            ids.push(&file.id.into());
            texts.push(&(&*file.text).into());
        }
        written.serial += 1;
        written.serial
    };
    let entries: Vec<Entry<'_>> = files
        .iter()
        .map(|file| Entry { id: file.id, path: &file.path, size: file.text.len(), text: None })
        .collect();
    let Ok(json) = serde_json::to_string(&entries) else { return };
    spawn_local(async move {
        device::hold_draft(&draft).await;
        if device::save_draft(&draft, &json, active as u32, ids, texts).await.is_truthy() {
            let mut written = written.borrow_mut();
            if written.serial == serial {
                *written = Written { draft, files, active, serial };
            }
            return;
        }
        // Without a database the local storage has all of it.
        let whole: Vec<Entry<'_>> = files
            .iter()
            .map(|file| Entry {
                id: file.id,
                path: &file.path,
                size: file.text.len(),
                text: Some(&file.text),
            })
            .collect();
        let kept = serde_json::to_string(&whole)
            .is_ok_and(|json| device::keep_unsaved(&draft, &json, active as u32));
        if !kept {
            dispatch.dispatch(Action::NotKept);
        }
    });
}

/// Absent where the browser forbids storage.
pub fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

//! How far somebody has come with the exercises, kept on this device.

use std::cell::RefCell;

use yew::prelude::*;

use super::draft::storage;
use crate::exercise::progress::{Done, Progress};

const KEY: &str = "rubric-playground.learn";

thread_local! {
    /// Where the browser keeps nothing, progress lasts as long as the page is open.
    static UNKEPT: RefCell<Option<Progress>> = const { RefCell::new(None) };
}

/// The progress, and how it is changed.
#[derive(Clone, PartialEq)]
pub struct Kept {
    pub progress: Progress,
    /// False where the browser does not keep it.
    pub is_kept: bool,
    change: UseStateSetter<(Progress, bool)>,
}

impl Kept {
    /// Notes what was done of an exercise.
    pub fn note(&self, id: &str, change: impl FnOnce(&mut Done)) {
        self.change(|progress| {
            let mut done = progress.of(id);
            change(&mut done);
            progress.note(id, done);
        });
    }

    /// Takes over what a file holds.
    pub fn merge(&self, other: Progress) {
        self.change(|progress| progress.merge(other));
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        // Another tab may have come further since: what it wrote is changed, not what was drawn here.
        let mut progress = load();
        change(&mut progress);
        self.change.set((progress.clone(), save(&progress)));
    }
}

/// The progress as it is kept.
#[hook]
pub fn use_progress() -> Kept {
    let state = use_state_eq(|| (load(), storage().is_some()));
    let (progress, is_kept) = (*state).clone();
    Kept { progress, is_kept, change: state.setter() }
}

fn load() -> Progress {
    let unkept = UNKEPT.with_borrow(Clone::clone);
    unkept.or_else(|| Progress::from_json(&storage()?.get_item(KEY).ok()??).ok()).unwrap_or_default()
}

fn save(progress: &Progress) -> bool {
    let is_kept = storage().is_some_and(|storage| storage.set_item(KEY, &progress.to_json()).is_ok());
    UNKEPT.set((!is_kept).then(|| progress.clone()));
    is_kept
}

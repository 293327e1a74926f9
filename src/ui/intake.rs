//! Files and folders that somebody drops or picks, on their way into the playground.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::UseReducerDispatcher;

use crate::file_names::{self, Folder, is_read_in_folders};
use crate::link::Shared;
use crate::report::Problem;
use crate::settings::Settings;
use crate::settings_file::Mistake;
use crate::ui::device::{self, Dropped, Taken};
use crate::ui::settings_text;
use crate::ui::state::{Action, Given, State, Store};
use crate::ui::words;

/// How far the reading is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u32,
    /// Nothing while folders are still being walked.
    pub total: u32,
}

/// What became of a drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What happened, in a sentence.
    pub said: String,
    /// What was left out, by the reason.
    pub left_out: Vec<Reason>,
}

/// Why files were left out, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub words: String,
    pub paths: Vec<String>,
}

/// What is to be told of files that were opened, or were not. It is kept with the draft: a reload changes nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// What became of the last drop, until it is dismissed.
    pub outcome: Option<Rc<Outcome>>,
    /// Of the files that were opened with the others, those that could not be read.
    pub missed: Rc<Vec<Problem>>,
}

impl Notes {
    /// As the device keeps them: pieces with what they are in front, one character. The readers of serde for this alone would
    /// be a kilobyte of the page's first load.
    pub fn to_text(&self) -> String {
        let mut pieces = Vec::new();
        let mut put = |mark: &str, text: &str| pieces.push([mark, text].concat().replace('\0', "\u{fffd}"));
        if let Some(outcome) = &self.outcome {
            put("=", &outcome.said);
            for reason in &outcome.left_out {
                put("#", &reason.words);
                reason.paths.iter().for_each(|path| put("/", path));
            }
        }
        for problem in &*self.missed {
            put("!", &problem.path);
            put("?", &problem.message);
        }
        pieces.join("\0")
    }

    /// What [`Self::to_text`] gave; of anything else, what can be read of it.
    pub fn from_text(text: &str) -> Self {
        let (mut said, mut left_out, mut missed) = (None, Vec::<Reason>::new(), Vec::new());
        let mut path = String::new();
        for piece in text.split('\0') {
            let mut letters = piece.chars();
            let mark = letters.next();
            let text = letters.as_str().to_owned();
            match (mark, left_out.last_mut()) {
                (Some('='), _) => said = Some(text),
                (Some('#'), _) => left_out.push(Reason { words: text, paths: Vec::new() }),
                (Some('/'), Some(reason)) => reason.paths.push(text),
                (Some('!'), _) => path = text,
                (Some('?'), _) => missed.push(Problem::of_file(std::mem::take(&mut path), text)),
                _ => {}
            }
        }
        Self { outcome: said.map(|said| Rc::new(Outcome { said, left_out })), missed: Rc::new(missed) }
    }
}

/// Settings that came with files: `rubric.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub path: String,
    /// What can be put in the place of the settings that hold: the file's, and once those are used the ones before.
    pub settings: Rc<Settings>,
    pub used: bool,
}

/// Reads what was dropped or chosen and opens it beside what is there. What is left out is listed with its reason.
pub fn open(given: Dropped, store: &Store) {
    let dispatch = store.dispatcher();
    dispatch.dispatch(Action::Outcome(None));
    dispatch.dispatch(Action::Intake(Some(Progress { done: 0, total: 0 })));
    spawn_local(async move {
        let is_read = Closure::<dyn Fn(String) -> u8>::new(|path: String| is_read(&path));
        let tell = {
            let dispatch = dispatch.clone();
            Closure::<dyn Fn(u32, u32)>::new(move |done: u32, total: u32| {
                // Drawing every file would take longer than reading it.
                if done.is_multiple_of(25) || done == total {
                    dispatch.dispatch(Action::Intake(Some(Progress { done, total })));
                }
            })
        };
        let taken =
            device::take_in(given, is_read.as_ref().unchecked_ref(), tell.as_ref().unchecked_ref()).await;
        dispatch.dispatch(Action::Intake(None));
        let outcome = match taken {
            Ok(taken) if taken.is_null() => {
                Outcome { said: "Stopped. Nothing was opened.".to_owned(), left_out: Vec::new() }
            }
            Ok(taken) => {
                let taken: Taken = taken.unchecked_into();
                // Of several bundles the last one is open in the end, and the others are behind "Undo".
                let bundles = device::pairs(&taken.bundles());
                let is_alone = !bundles.is_empty();
                for (name, text) in bundles {
                    dispatch.dispatch(match Shared::from_bundle(&text) {
                        Ok(shared) => Action::OpenShared(Rc::new(shared)),
                        Err(why) => Action::Refused(Some(format!("{name} was not opened. {}", why.0).into())),
                    });
                }
                let files = files(&taken);
                let settings = device::pairs(&taken.settings()).into_iter().next();
                let has_nothing_else = files.is_empty() && taken.skipped().length() == 0;
                let is_done = has_nothing_else && (is_alone || settings.is_some());
                let outcome = outcome(&files, &taken);
                // Adding no files changes nothing.
                if !files.is_empty() {
                    dispatch.dispatch(Action::Add(files));
                    dispatch.dispatch(Action::Missed(missed(&taken)));
                }
                if let Some((path, text)) = settings {
                    offer(path, &text, &dispatch).await;
                }
                if is_done {
                    return;
                }
                outcome
            }
            Err(_) => Outcome {
                said: "The part of the page that reads files could not be loaded. Nothing was opened; try it again."
                    .to_owned(),
                left_out: Vec::new(),
            },
        };
        dispatch.dispatch(Action::Announce(outcome.said.clone().into()));
        let is_worth_telling = !outcome.left_out.is_empty() || !outcome.said.starts_with("Opened");
        dispatch.dispatch(Action::Outcome(is_worth_telling.then(|| outcome.into())));
    });
}

/// Whether a file is read, or a folder (its path ends with `/`) is walked: 0 for no, and 2 for a folder that is walked if
/// modules stand directly in it.
fn is_read(path: &str) -> u8 {
    let Some(folder) = path.strip_suffix('/') else { return u8::from(is_read_in_folders(path)) };
    match file_names::folder(folder) {
        Folder::Own => 1,
        Folder::OfTool | Folder::Foreign => 0,
        Folder::ForeignWithoutModules => 2,
    }
}

/// Offers the settings that came with the files, or says what is wrong with them.
async fn offer(path: String, text: &str, dispatch: &UseReducerDispatcher<State>) {
    dispatch.dispatch(match settings_text::read(text).await {
        Ok(settings) => {
            Action::Offer(Some(Rc::new(Offer { path, settings: Rc::new(settings), used: false })))
        }
        Err(Mistake { line, column, message }) => Action::Refused(Some(
            format!("The project's settings are not used. {path}:{line}:{column}: {message}.").into(),
        )),
    });
}

fn files(taken: &Taken) -> Vec<Given> {
    device::pairs(&taken.texts()).into_iter().map(|(path, text)| Given { path, text }).collect()
}

/// A problem for each file that a rule would have read.
#[inline(never)]
fn missed(taken: &Taken) -> Vec<Problem> {
    let missed = device::pairs(&taken.missed()).into_iter();
    missed.map(|(path, why)| Problem::of_file(path, format!("{why}, so it was not checked"))).collect()
}

fn outcome(files: &[Given], taken: &Taken) -> Outcome {
    let skipped = device::pairs(&taken.skipped());
    let latin: Vec<String> = taken.latin().iter().filter_map(|path| path.as_string()).collect();
    let count = skipped.len();
    let mut left_out: Vec<Reason> = Vec::new();
    for (path, words) in skipped {
        match left_out.iter_mut().find(|reason| reason.words == words) {
            Some(reason) => reason.paths.push(path),
            None => left_out.push(Reason { words, paths: vec![path] }),
        }
    }
    let mut said = match files.len() {
        0 => "Nothing was opened".to_owned(),
        opened => format!("Opened {}", words::count(opened, "file")),
    };
    if let ([], [reason]) = (files, &left_out[..])
        && let [path] = &reason.paths[..]
    {
        // One file and one reason need no list.
        said = format!("{path} was not opened: {}", reason.words);
        left_out.clear();
    } else if count > 0 {
        said = format!(
            "{said}, left out {}",
            if count == 1 { "1 file or folder".to_owned() } else { format!("{count} files and folders") }
        );
    }
    if !latin.is_empty() {
        left_out.push(Reason { words: "opened, but not UTF-8: read as Latin-1".to_owned(), paths: latin });
    }
    said.push('.');
    Outcome { said, left_out }
}

//! What the playground knows; what changes it stands in the modules below.

mod action;
mod files;
mod findings;

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use web_sys::MouseEvent;
use yew::{AttrValue, Callback, UseReducerHandle, hook, use_context};

pub use action::Action;

use crate::link::Shared;
use crate::notebook::CellLine;
use crate::report::{Range, Report, Rule};
use crate::settings::Settings;
use crate::ui::filters::{ListFilters, Order};
use crate::ui::intake::{Notes, Offer, Progress};
use crate::ui::patches::Patches;
use crate::ui::rescue::LeftOut;
use crate::worker::client::{Failure, same_text};

/// The state with its dispatcher, as components get it from the context.
pub type Store = UseReducerHandle<State>;

/// The state, for a component of the playground. Each of them would have a failure of its own otherwise.
#[hook]
pub fn use_store() -> Store {
    use_context::<Store>().expect("the application provides the store")
}

/// What a button does that is for one action.
pub fn press(store: &Store, action: Action) -> Callback<MouseEvent> {
    let dispatch = store.dispatcher();
    Callback::from(move |_| dispatch.dispatch(action.clone()))
}

/// The path of the file that an empty playground starts with.
pub const FIRST_PATH: &str = "main.py";

/// An open file.
#[derive(Clone, Debug)]
pub struct File {
    /// Never given twice, so that an editor can keep a file's undo history under it.
    pub id: u32,
    pub path: AttrValue,
    pub text: AttrValue,
    /// Counts the changes that did not come from the editor: at each the editor takes over the text.
    pub revision: u32,
    /// Whether somebody chose the path; otherwise what is pasted decides it.
    pub named: bool,
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.revision == other.revision
            && self.named == other.named
            && self.path == other.path
            && same_text(&self.text, &other.text)
    }
}

/// A file that was closed, and where it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    pub file: File,
    pub index: usize,
}

/// The files before they were replaced, to return to.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    pub files: Vec<File>,
    pub active: usize,
    pub draft: AttrValue,
    /// The settings that held for them alone, where they came from a link themselves.
    pub settings: Option<Rc<Settings>>,
    notes: Notes,
    /// What replaced them, in a sentence.
    pub why: AttrValue,
}

/// A place to scroll to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Another number is another request, even for the same place.
    pub serial: u32,
    pub range: Range,
    /// Whether the caret goes there too.
    pub focus: bool,
}

/// Whether what a file beside the page holds is there to read: the rules' texts, examples and samples, or the
/// exercises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readable {
    #[default]
    Loading,
    Ready,
    /// Their file did not load, or is another build's.
    Failed,
}

/// What the checker is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Checker {
    Loading,
    Ready,
    Checking,
    /// One of the files stops the checker: it looks which.
    Searching,
    Done {
        milliseconds: f64,
    },
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub files: Vec<File>,
    /// The index of the file that is shown.
    pub active: usize,
    /// What is shown: of patches, what concerns the lines that they add, unless all is asked for.
    pub report: Option<Rc<Report>>,
    /// The report with what is on unchanged lines of patches.
    pub whole: Option<Rc<Report>>,
    /// The report without what is on unchanged lines of patches: what is counted.
    pub counted: Option<Rc<Report>>,
    /// Where the lines of the cells are, for each notebook of the report.
    pub notebooks: Rc<Vec<(AttrValue, Vec<CellLine>)>>,
    /// How the report's files are read in the open patches.
    pub patches: Patches,
    /// Whether what is on unchanged lines of patches is shown.
    pub with_unchanged: bool,
    /// What was opened from a link or a bundle, as long as it is of interest.
    pub linked: Option<Rc<Shared>>,
    /// The finding that a link selects, until there is a report.
    wanted: Option<String>,
    /// A text that the browser would not copy.
    pub uncopied: Option<AttrValue>,
    /// Why something could not be opened, in a sentence.
    pub refused: Option<AttrValue>,
    /// The index of a finding in the report.
    pub selected: Option<usize>,
    /// The rule that the list is narrowed to.
    pub rule: Option<Rule>,
    /// What else the list is narrowed to.
    pub filters: ListFilters,
    /// In which order the findings are listed, and walked through.
    pub order: Order,
    pub reveal: Option<Reveal>,
    pub checker: Checker,
    /// Whether the texts of the rules, or of the exercises, are there.
    pub readable: Readable,
    pub former: Option<Former>,
    /// The file whose path is being edited.
    pub renaming: Option<u32>,
    /// The files that were closed, the last one at the end.
    pub closed: Vec<Closed>,
    /// Whether it is still news that the last of them was closed.
    pub tells_closed: bool,
    /// Under which the files are kept on this device.
    pub draft: AttrValue,
    /// What is specific to the project under check.
    pub settings: Rc<Settings>,
    /// The settings of this device, while those of a link hold for what it opened.
    pub own_settings: Option<Rc<Settings>>,
    /// How far the reading of dropped files is.
    pub intake: Option<Progress>,
    /// What became of the files that were opened.
    pub notes: Notes,
    /// Settings that came with the files, to be used or left alone.
    pub offer: Option<Rc<Offer>>,
    /// The files that stop the checker, and so were left out of the report.
    pub left_out: Rc<Vec<LeftOut>>,
    /// False once the browser has refused to keep the draft.
    pub kept: bool,
    /// What a screen reader is told next.
    pub announcement: AttrValue,
    /// What was done on request, to be seen for a moment; the number tells one from the next.
    pub said: (u32, AttrValue),
    next_id: u32,
}

/// A file's path and text, as they are stored and loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub path: String,
    pub text: String,
}

impl State {
    /// The state over the given files, or over an empty one.
    pub fn new(draft: AttrValue, files: Vec<Given>, active: usize, settings: Settings) -> Self {
        let mut state = Self {
            files: Vec::new(),
            active: 0,
            report: None,
            whole: None,
            counted: None,
            notebooks: Rc::default(),
            patches: Patches::default(),
            with_unchanged: false,
            linked: None,
            wanted: None,
            uncopied: None,
            refused: None,
            selected: None,
            rule: None,
            filters: ListFilters::default(),
            order: Order::default(),
            reveal: None,
            checker: Checker::Loading,
            readable: Readable::default(),
            former: None,
            renaming: None,
            closed: Vec::new(),
            tells_closed: false,
            draft: draft.clone(),
            settings: Rc::new(settings),
            own_settings: None,
            intake: None,
            notes: Notes::default(),
            offer: None,
            left_out: Rc::default(),
            kept: true,
            announcement: AttrValue::default(),
            said: (0, AttrValue::default()),
            next_id: 0,
        };
        state.set_files(files, false);
        state.active = active.min(state.files.len() - 1);
        state.draft = draft;
        state
    }
}

//! Every change that the page can ask for.

use std::rc::Rc;

use yew::{AttrValue, Reducible};

use super::{Checker, Given, Readable, State};
use crate::link::Shared;
use crate::pasted::Pasted;
use crate::report::{Position, Problem, Range, Report, Rule};
use crate::settings::Settings;
use crate::ui::filters::{ListFilters, Order};
use crate::ui::intake::{Notes, Offer, Outcome, Progress};
use crate::ui::patches::Patches;
use crate::ui::rescue::LeftOut;
use crate::worker::client::Failure;

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The editor says what a file's text is now.
    Typed {
        id: u32,
        text: AttrValue,
    },
    /// Show the file with this index.
    Show(usize),
    /// Replace all files; what was there can be returned to.
    Replace {
        files: Vec<Given>,
        why: AttrValue,
    },
    /// Add files beside the open ones; one with the same path is replaced.
    Add(Vec<Given>),
    /// Of what was added, the files that could not be read.
    Missed(Vec<Problem>),
    StartOver,
    /// Open an empty file.
    NewFile,
    /// Begin to edit the path of a file, or leave it as it is.
    EditPath(Option<u32>),
    /// Give a file another path; refused where [`State::objection`] has one.
    Rename {
        id: u32,
        path: String,
    },
    /// Give a file a path that makes it read as this kind.
    ReadAs {
        id: u32,
        kind: Pasted,
    },
    Close(u32),
    /// Open the file that was closed last.
    Reopen,
    /// That a file was closed is no news any more; it can be opened again all the same.
    ForgetClosed,
    /// Put a file to another place among the files.
    Move {
        id: u32,
        index: usize,
    },
    /// Show the next file, or the one before.
    Turn(i32),
    /// Go on with a draft of the history.
    OpenDraft {
        draft: String,
        files: Vec<Given>,
        active: usize,
        notes: Notes,
        why: AttrValue,
    },
    /// The settings that hold, and this device's own where those hold for what a link opened alone.
    Settings {
        settings: Rc<Settings>,
        own: Option<Rc<Settings>>,
    },
    /// What another tab of the browser has made of this device's own settings.
    OwnSettings(Rc<Settings>),
    Filter(ListFilters),
    /// List the findings in this order.
    Order(Order),
    /// Narrow the lists to nothing.
    ShowAll,
    Intake(Option<Progress>),
    Outcome(Option<Rc<Outcome>>),
    /// Settings came with the files, or the offer of them was dismissed.
    Offer(Option<Rc<Offer>>),
    /// Use the settings that are offered, or those before them again.
    SwapSettings,
    LeftOut(Rc<Vec<LeftOut>>),
    /// Return to the files before they were replaced.
    Undo,
    /// Keep the new files for good.
    ForgetFormer,
    Checker(Checker),
    /// No single file could be found that stops the checker.
    SearchFailed(Failure),
    /// What became of the texts that are loaded after the first screen.
    Readable(Readable),
    /// A worker is ready.
    Loaded,
    /// The report for the files as they are now.
    Report(Rc<Report>),
    /// Select a finding, and show its place.
    Select(usize),
    /// The caret went to a place in the shown file: select the finding there, if any.
    Caret(Position),
    /// Go to the next finding, or the one before.
    Walk(i32),
    /// Show a place.
    Jump {
        path: String,
        range: Range,
    },
    /// Narrow the list to a rule, or show all again.
    Narrow(Option<Rule>),
    /// How the files of the next report are read in the open patches.
    Patches(Patches),
    /// Show what is on unchanged lines of patches, or fold it away.
    ShowUnchanged(bool),
    /// Open what a link or a bundle holds; what was there can be returned to.
    OpenShared(Rc<Shared>),
    /// What was opened is of no interest any more.
    ForgetLinked,
    /// The browser would not copy this text, or it was seen to.
    Uncopied(Option<AttrValue>),
    /// Something could not be opened, or that was read.
    Refused(Option<AttrValue>),
    /// The browser does not keep the draft.
    NotKept,
    /// Tell a screen reader.
    Announce(AttrValue),
    /// Something was done on request that is seen nowhere else: show and tell it for a moment.
    Say(AttrValue),
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Typed { id, text } => state.typed(id, text),
            Action::Show(index) => {
                state.active = index.min(state.files.len() - 1);
                state.reveal = None;
            }
            Action::Replace { files, why } => {
                state.remember(why);
                state.set_files(files, true);
            }
            Action::Add(files) => state.add(files),
            Action::Missed(missed) => state.miss(&missed),
            Action::StartOver => {
                state.remember("Started over.".into());
                state.set_files(Vec::new(), false);
            }
            Action::NewFile => state.new_file(),
            Action::EditPath(id) => state.renaming = id,
            Action::Rename { id, path } => state.rename(id, &path),
            Action::ReadAs { id, kind } => state.read_as(id, kind),
            Action::Close(id) => state.close(id),
            Action::Reopen => state.reopen(),
            Action::ForgetClosed => state.tells_closed = false,
            Action::Move { id, index } => state.move_to(id, index),
            Action::Turn(step) => {
                let count = state.files.len() as i32;
                state.active = (state.active as i32 + step).rem_euclid(count) as usize;
                state.reveal = None;
                state.announcement = format!("{}", state.file().path).into();
            }
            Action::OpenDraft { draft, files, active, notes, why } => {
                state.remember(why);
                state.set_files(files, false);
                state.active = active.min(state.files.len() - 1);
                state.draft = draft.into();
                state.notes = notes;
            }
            Action::Settings { settings, own } => {
                state.settings = settings;
                state.own_settings = own;
            }
            Action::OwnSettings(settings) => match &mut state.own_settings {
                Some(own) => *own = settings,
                None => state.settings = settings,
            },
            Action::Filter(filters) => state.filter(filters),
            Action::Order(order) => state.order = order,
            Action::ShowAll => {
                state.rule = None;
                state.filters = ListFilters::default();
            }
            Action::Intake(progress) => state.intake = progress,
            Action::Outcome(outcome) => state.notes.outcome = outcome,
            Action::Offer(offer) => {
                // What holds already need not be offered.
                let is_news = |offer: &Rc<Offer>| offer.settings != state.settings;
                state.offer = offer.filter(is_news);
            }
            Action::SwapSettings => state.swap_settings(),
            Action::LeftOut(left_out) => state.left_out = left_out,
            Action::Undo => state.undo(),
            Action::ForgetFormer => state.former = None,
            // A worker that was restarted is ready again, which does not undo what is told of the one before.
            Action::Loaded if state.checker == Checker::Loading => state.checker = Checker::Ready,
            Action::Loaded => {}
            Action::Readable(readable) => state.readable = readable,
            Action::Checker(checker) => state.checker = checker,
            // A newer check may have begun meanwhile.
            Action::SearchFailed(failure) if state.checker == Checker::Searching => {
                state.checker = Checker::Failed(failure);
            }
            Action::SearchFailed(_) => {}
            Action::Report(report) => state.take_report(report),
            Action::Select(index) => state.select(index, false),
            Action::Caret(position) => state.caret(position),
            Action::Walk(step) => state.walk(step),
            Action::Jump { path, range } => state.show(&path, range, true),
            Action::Narrow(rule) => state.narrow(rule),
            Action::Patches(patches) => state.patches = patches,
            Action::ShowUnchanged(shown) => {
                state.with_unchanged = shown;
                if let Some(whole) = state.whole.clone() {
                    state.show_report(whole);
                }
            }
            Action::OpenShared(shared) => state.open_shared(shared),
            Action::ForgetLinked => state.linked = None,
            Action::Uncopied(text) => state.uncopied = text,
            Action::Refused(why) => state.refused = why,
            Action::NotKept => state.kept = false,
            Action::Announce(text) => state.announcement = text,
            Action::Say(text) => {
                state.said = (state.said.0 + 1, text.clone());
                state.announcement = text;
            }
        }
        Rc::new(state)
    }
}

//! What the playground knows, and every change to it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use web_sys::MouseEvent;
use yew::{AttrValue, Callback, Reducible, UseReducerHandle};

use crate::link::Shared;
use crate::pasted::{Pasted, recognise};
use crate::report::{Certainty, Position, Range, Report, Rule};
use crate::settings::Settings;
use crate::source::Source;
use crate::ui::device;
use crate::ui::filters::ListFilters;
use crate::ui::intake::{Outcome, Progress};
use crate::ui::patches::Patches;
use crate::ui::rescue::LeftOut;
use crate::ui::words;
use crate::worker::client::{Failure, same_text};

/// The state with its dispatcher, as components get it from the context.
pub type Store = UseReducerHandle<State>;

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

/// How many closed files can be opened again.
const CLOSED_FILES: usize = 20;

/// The files before they were replaced, to return to.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    pub files: Vec<File>,
    pub active: usize,
    pub draft: AttrValue,
    /// The settings, where they were replaced as well.
    pub settings: Option<Rc<Settings>>,
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
    pub reveal: Option<Reveal>,
    pub checker: Checker,
    pub former: Option<Former>,
    /// The file whose path is being edited.
    pub renaming: Option<u32>,
    /// The files that were closed, the last one at the end.
    pub closed: Vec<Closed>,
    /// Under which the files are kept on this device.
    pub draft: AttrValue,
    /// What is specific to the project under check.
    pub settings: Rc<Settings>,
    /// How far the reading of dropped files is.
    pub intake: Option<Progress>,
    /// What became of the last drop, until it is dismissed.
    pub outcome: Option<Rc<Outcome>>,
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
    /// Forget that a file was closed.
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
        why: AttrValue,
    },
    Settings(Rc<Settings>),
    Filter(ListFilters),
    /// Narrow the lists to nothing.
    ShowAll,
    Intake(Option<Progress>),
    Outcome(Option<Rc<Outcome>>),
    LeftOut(Rc<Vec<LeftOut>>),
    /// Return to the files before they were replaced.
    Undo,
    /// Keep the new files for good.
    ForgetFormer,
    Checker(Checker),
    /// No single file could be found that stops the checker.
    SearchFailed(Failure),
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

impl State {
    /// The state over the given files, or over an empty one.
    pub fn new(draft: AttrValue, files: Vec<Given>, active: usize, settings: Settings) -> Self {
        let mut state = Self {
            files: Vec::new(),
            active: 0,
            report: None,
            whole: None,
            patches: Patches::default(),
            with_unchanged: false,
            linked: None,
            wanted: None,
            uncopied: None,
            refused: None,
            selected: None,
            rule: None,
            filters: ListFilters::default(),
            reveal: None,
            checker: Checker::Loading,
            former: None,
            renaming: None,
            closed: Vec::new(),
            draft: draft.clone(),
            settings: Rc::new(settings),
            intake: None,
            outcome: None,
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

    /// The file that is shown.
    pub fn file(&self) -> &File {
        &self.files[self.active]
    }

    /// Whether nothing has been given to check.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.text.trim().is_empty())
    }

    /// The open files as they are shared and exported.
    pub fn sources(&self) -> Vec<Source> {
        let source = |file: &File| Source { path: file.path.to_string(), text: file.text.to_string() };
        self.files.iter().map(source).collect()
    }

    /// What speaks against calling a file so; nothing where nothing does.
    pub fn objection(&self, id: u32, path: &str) -> Option<String> {
        let path = tidy_path(path);
        if path.is_empty() {
            return Some("A file needs a path, for example app/main.py".to_owned());
        }
        if path.chars().any(char::is_control) {
            return Some("A path has no control characters".to_owned());
        }
        if self.files.iter().any(|file| file.id != id && *file.path == *path) {
            return Some(format!("{path} is taken by another open file"));
        }
        None
    }

    /// The path, or one like it that no other file has.
    fn free_path(&self, id: u32, wanted: &str) -> String {
        if self.objection(id, wanted).is_none() {
            return wanted.to_owned();
        }
        let name = wanted.rfind('/').map_or(0, |slash| slash + 1);
        let dot = wanted[name..].rfind('.').filter(|&dot| dot > 0).map_or(wanted.len(), |dot| name + dot);
        (2..)
            .map(|number| format!("{}-{number}{}", &wanted[..dot], &wanted[dot..]))
            .find(|path| self.objection(id, path).is_none())
            .unwrap_or_else(|| wanted.to_owned())
    }

    /// The indices of the findings that the lists show, in their order: findings, then questions.
    pub fn listed(&self) -> Vec<usize> {
        let Some(report) = &self.report else { return Vec::new() };
        let of = |question: bool| {
            report
                .findings
                .iter()
                .enumerate()
                .filter(move |(_, finding)| (finding.certainty == Certainty::Question) == question)
                .filter(|(_, finding)| self.rule.is_none_or(|rule| finding.rule == rule))
                .filter(|(_, finding)| self.filters.let_pass(finding))
                .map(|(index, _)| index)
        };
        of(false).chain(of(true)).collect()
    }

    /// Replaces the files. They are another draft: what was there stays in the history.
    fn set_files(&mut self, given: Vec<Given>, named: bool) {
        self.files.clear();
        self.draft = device::new_draft_id().into();
        for file in given {
            let named = named || !Pasted::ALL.iter().any(|kind| kind.path() == file.path);
            self.push(file, named);
        }
        if self.files.is_empty() {
            self.push(Given { path: FIRST_PATH.to_owned(), text: String::new() }, false);
        }
        self.active = 0;
        self.closed.clear();
        self.filters = ListFilters::default();
        self.forget_report();
        self.with_unchanged = false;
        self.linked = None;
        self.wanted = None;
        self.reveal = None;
    }

    fn forget_report(&mut self) {
        self.left_out = Rc::default();
        self.report = None;
        self.whole = None;
        self.patches = Patches::default();
        self.selected = None;
        self.rule = None;
    }

    fn push(&mut self, file: Given, named: bool) {
        self.next_id += 1;
        self.files.push(File {
            id: self.next_id,
            path: file.path.into(),
            text: normal(&file.text),
            revision: 0,
            named,
        });
    }

    /// The editor's new text of a file. A text that came in one piece and took the place of all that was there is a
    /// paste: it decides the path of a file that nobody named, and what it replaced stays in the history.
    fn typed(&mut self, id: u32, text: AttrValue) {
        let Some(index) = self.files.iter().position(|file| file.id == id) else { return };
        let was_empty = self.is_empty();
        let file = &self.files[index];
        let replaced = is_replaced(&file.text, &text);
        let lost = !was_empty && replaced && self.files.len() == 1 && file.text.lines().count() > 2;
        let pasted = if replaced && !file.named { recognise(&text) } else { None };
        if let Some(kind) = pasted {
            let path = self.free_path(id, kind.path());
            if *self.files[index].path != *path {
                self.announcement = format!("Read as {}: {path}", kind.word()).into();
                self.files[index].path = path.into();
            }
        }
        self.files[index].text = text;
        if self.is_empty() {
            self.forget_report();
        }
        if lost || (self.is_empty() && !was_empty) {
            self.draft = device::new_draft_id().into();
        }
    }

    fn close(&mut self, id: u32) {
        let Some(index) = self.files.iter().position(|file| file.id == id) else { return };
        let file = self.files.remove(index);
        self.announcement = format!("Closed {}", file.path).into();
        if !file.text.trim().is_empty() {
            self.closed.push(Closed { file, index });
            if self.closed.len() > CLOSED_FILES {
                self.closed.remove(0);
            }
        }
        if self.files.is_empty() {
            self.push(Given { path: FIRST_PATH.to_owned(), text: String::new() }, false);
            self.forget_report();
        }
        if index < self.active || self.active == self.files.len() {
            self.active = self.active.saturating_sub(1);
        }
        self.reveal = None;
    }

    fn reopen(&mut self) {
        let Some(Closed { mut file, index }) = self.closed.pop() else { return };
        if self.is_empty() && self.files.len() == 1 {
            self.files.clear();
        }
        file.path = self.free_path(file.id, &file.path).into();
        file.revision += 1;
        self.announcement = format!("Opened {} again", file.path).into();
        let index = index.min(self.files.len());
        self.files.insert(index, file);
        self.active = index;
        self.reveal = None;
    }

    fn as_former(&self, settings: Option<Rc<Settings>>, why: AttrValue) -> Former {
        Former { files: self.files.clone(), active: self.active, draft: self.draft.clone(), settings, why }
    }

    /// Remembers the files, unless there is nothing in them to lose.
    fn remember(&mut self, why: AttrValue) {
        if !self.is_empty() {
            self.former = Some(self.as_former(None, why));
        }
    }

    fn show(&mut self, path: &str, range: Range, focus: bool) {
        let (path, range) = self.patches.shown(path, range).unwrap_or((path.into(), range));
        let Some(index) = self.files.iter().position(|file| file.path == path) else { return };
        self.active = index;
        let serial = self.reveal.as_ref().map_or(0, |reveal| reveal.serial) + 1;
        self.reveal = Some(Reveal { serial, range, focus });
    }

    /// Takes over files and settings; where they are the ones that are open already, nothing is lost or gained.
    fn open_shared(&mut self, shared: Rc<Shared>) {
        let settings = Rc::new(shared.settings.clone().unwrap_or_default());
        if self.sources() != shared.files || self.settings != settings {
            let replaced = (self.settings != settings).then(|| self.settings.clone());
            if !self.is_empty() || replaced.is_some() {
                self.former = Some(self.as_former(replaced, "Opened what was shared.".into()));
            }
            let given = |source: &Source| Given { path: source.path.clone(), text: source.text.clone() };
            self.set_files(shared.files.iter().map(given).collect(), false);
            self.settings = settings;
        }
        self.active = shared.active.min(self.files.len() - 1);
        self.refused = None;
        self.announcement = format!("Opened {}", words::count(self.files.len(), "file")).into();
        self.wanted = shared.selected.clone();
        self.linked = Some(shared);
    }

    fn select(&mut self, index: usize, focus: bool) {
        let Some(report) = self.report.clone() else { return };
        let Some(finding) = report.findings.get(index) else { return };
        self.selected = Some(index);
        if self.rule.is_some_and(|rule| rule != finding.rule) {
            self.rule = None;
        }
        if !self.filters.let_pass(finding) {
            self.filters = ListFilters::default();
        }
        self.show(&finding.path, finding.range, focus);
    }

    fn walk(&mut self, step: i32) {
        let listed = self.listed();
        let Some(report) = self.report.clone() else { return };
        if listed.is_empty() {
            self.announcement = "There is no finding to go to".into();
            return;
        }
        let length = listed.len() as i32;
        let here = self.selected.and_then(|selected| listed.iter().position(|&index| index == selected));
        let next = match here {
            Some(here) => (here as i32 + step).rem_euclid(length),
            None if step > 0 => 0,
            None => length - 1,
        };
        let index = listed[next as usize];
        self.select(index, true);
        let finding = &report.findings[index];
        self.announcement = format!(
            "{} of {length}: {}, {}, line {}: {}",
            next + 1,
            words::level(finding),
            finding.rule,
            finding.range.start.line,
            finding.message
        )
        .into();
    }

    fn take_report(&mut self, whole: Rc<Report>) {
        let report = if self.with_unchanged { whole.clone() } else { self.patches.narrowed(&whole) };
        self.whole = Some(whole);
        self.show_report(report);
        if let Some(wanted) = self.wanted.take() {
            let findings = self.report.iter().flat_map(|report| &report.findings);
            if let Some(index) = findings.map(crate::link::word).position(|word| word == wanted) {
                self.select(index, false);
            }
        }
    }

    fn show_report(&mut self, report: Rc<Report>) {
        // The same finding stays selected, wherever it has moved to.
        self.selected = self.selected.and_then(|index| {
            let former = self.report.as_ref()?.findings.get(index)?.clone();
            report
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| {
                    finding.rule == former.rule
                        && finding.path == former.path
                        && finding.message == former.message
                })
                .min_by_key(|(_, finding)| finding.range.start.line.abs_diff(former.range.start.line))
                .map(|(index, _)| index)
        });
        let (first, second) = words::headline(&report);
        self.announcement = format!("{first}. {second}.").into();
        self.report = Some(report);
    }
}

/// Line ends as the editor has them; otherwise the caret would jump when a text comes back from it.
fn normal(text: &str) -> AttrValue {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        AttrValue::from(text.to_owned())
    }
}

/// A path as it is compared: with `/`, without `./` before it and without space around it.
fn tidy_path(path: &str) -> &str {
    let mut path = path.trim();
    while let Some(rest) = path.strip_prefix("./").or_else(|| path.strip_prefix('/')) {
        path = rest;
    }
    path
}

/// Whether next to nothing of a text is left in another one that came at once.
fn is_replaced(before: &str, after: &str) -> bool {
    if after.trim().len() < 8 {
        return false;
    }
    if before.trim().is_empty() {
        return true;
    }
    let start = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let most = before.len().min(after.len()) - start;
    let end = before
        .bytes()
        .rev()
        .zip(after.bytes().rev())
        .take(most)
        .take_while(|(one, other)| one == other)
        .count();
    (start + end) * 2 < before.len()
}

fn contains(range: &Range, position: Position) -> bool {
    range.start <= position && position <= range.end
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
            Action::Add(files) => {
                if files.is_empty() {
                    // Nothing of a drop could be read: what is there stays.
                } else if state.is_empty() {
                    state.set_files(files, true);
                } else {
                    state.remember(format!("Opened {}.", words::count(files.len(), "file")).into());
                    for file in files {
                        match state.files.iter().position(|open| open.path == file.path) {
                            Some(index) => {
                                state.files[index].text = normal(&file.text);
                                state.files[index].revision += 1;
                                state.active = index;
                            }
                            None => {
                                state.push(file, true);
                                state.active = state.files.len() - 1;
                            }
                        }
                    }
                    state.reveal = None;
                }
            }
            Action::StartOver => {
                state.remember("Started over.".into());
                state.set_files(Vec::new(), false);
            }
            Action::NewFile => {
                state.push(Given { path: String::new(), text: String::new() }, false);
                let file = state.files.len() - 1;
                let id = state.files[file].id;
                state.files[file].path = state.free_path(id, FIRST_PATH).into();
                state.active = file;
                state.reveal = None;
                state.announcement = format!("Opened the empty file {}", state.file().path).into();
            }
            Action::EditPath(id) => state.renaming = id,
            Action::Rename { id, path } => {
                state.renaming = None;
                let is_free = state.objection(id, &path).is_none();
                if let Some(file) = state.files.iter_mut().find(|file| is_free && file.id == id) {
                    file.path = tidy_path(&path).to_owned().into();
                    file.named = true;
                    state.announcement = format!("Renamed to {}", file.path).into();
                }
            }
            Action::ReadAs { id, kind } => {
                let path = state.free_path(id, kind.path());
                if let Some(file) = state.files.iter_mut().find(|file| file.id == id) {
                    file.path = path.into();
                    // The choice is about this text: what replaces it is read for what it is.
                    file.named = false;
                    state.announcement = format!("Read as {}: {}", kind.word(), file.path).into();
                }
            }
            Action::Close(id) => state.close(id),
            Action::Reopen => state.reopen(),
            Action::ForgetClosed => state.closed.clear(),
            Action::Move { id, index } => {
                if let Some(from) = state.files.iter().position(|file| file.id == id) {
                    let shown = state.file().id;
                    let file = state.files.remove(from);
                    let index = index.min(state.files.len());
                    state.announcement =
                        format!("{} is now file {} of {}", file.path, index + 1, state.files.len() + 1)
                            .into();
                    state.files.insert(index, file);
                    state.active = state.files.iter().position(|file| file.id == shown).unwrap_or_default();
                }
            }
            Action::Turn(step) => {
                let count = state.files.len() as i32;
                state.active = (state.active as i32 + step).rem_euclid(count) as usize;
                state.reveal = None;
                state.announcement = format!("{}", state.file().path).into();
            }
            Action::OpenDraft { draft, files, active, why } => {
                state.remember(why);
                state.set_files(files, false);
                state.active = active.min(state.files.len() - 1);
                state.draft = draft.into();
            }
            Action::Settings(settings) => state.settings = settings,
            Action::Filter(filters) => {
                state.filters = filters;
                let listed = state.listed();
                if state.selected.is_some_and(|index| !listed.contains(&index)) {
                    state.selected = None;
                }
            }
            Action::ShowAll => {
                state.rule = None;
                state.filters = ListFilters::default();
            }
            Action::Intake(progress) => state.intake = progress,
            Action::Outcome(outcome) => state.outcome = outcome,
            Action::LeftOut(left_out) => state.left_out = left_out,
            Action::Undo => {
                if let Some(former) = state.former.take() {
                    state.set_files(Vec::new(), false);
                    state.files = former.files;
                    state.active = former.active;
                    state.draft = former.draft;
                    if let Some(settings) = former.settings {
                        state.settings = settings;
                    }
                    // The editor takes each text over afresh.
                    for file in &mut state.files {
                        file.revision += 1;
                    }
                    state.announcement = "Your former text is back".into();
                }
            }
            Action::ForgetFormer => state.former = None,
            // A worker that was restarted is ready again, which does not undo what is told of the one before.
            Action::Loaded if state.checker == Checker::Loading => state.checker = Checker::Ready,
            Action::Loaded => {}
            Action::Checker(checker) => state.checker = checker,
            // A newer check may have begun meanwhile.
            Action::SearchFailed(failure) if state.checker == Checker::Searching => {
                state.checker = Checker::Failed(failure);
            }
            Action::SearchFailed(_) => {}
            Action::Report(report) => state.take_report(report),
            Action::Select(index) => state.select(index, false),
            Action::Caret(position) => {
                let found = state.report.as_ref().and_then(|report| {
                    let path = &state.file().path;
                    let report = state.patches.in_tab(report, path);
                    report
                        .findings
                        .iter()
                        .enumerate()
                        .filter(|(_, finding)| finding.path == **path && contains(&finding.range, position))
                        .min_by_key(|(_, finding)| {
                            let Range { start, end } = finding.range;
                            (end.line - start.line, end.column.abs_diff(start.column))
                        })
                        .map(|(index, finding)| (index, finding.rule))
                });
                if let Some((index, rule)) = found {
                    state.selected = Some(index);
                    if state.rule.is_some_and(|narrowed| narrowed != rule) {
                        state.rule = None;
                    }
                    if !state.listed().contains(&index) {
                        state.filters = ListFilters::default();
                    }
                }
            }
            Action::Walk(step) => state.walk(step),
            Action::Jump { path, range } => state.show(&path, range, true),
            Action::Narrow(rule) => {
                state.rule = rule;
                let first = state.listed().first().copied();
                match (rule, first) {
                    (Some(_), Some(index)) => state.select(index, false),
                    (Some(_), None) => state.selected = None,
                    (None, _) => {}
                }
            }
            Action::Patches(patches) => state.patches = patches,
            Action::ShowUnchanged(shown) => {
                state.with_unchanged = shown;
                if let Some(whole) = state.whole.clone() {
                    state.take_report(whole);
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

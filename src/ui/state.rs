//! What the playground knows, and every change to it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew::{AttrValue, Reducible, UseReducerHandle};

use crate::check::Source;
use crate::link::Shared;
use crate::report::{Certainty, Position, Range, Report, Rule};
use crate::settings::Settings;
use crate::ui::patches::Patches;
use crate::ui::words;
use crate::worker::client::Failure;

/// The state with its dispatcher, as components get it from the context.
pub type Store = UseReducerHandle<State>;

/// The path of the file that an empty playground starts with.
pub const FIRST_PATH: &str = "main.py";
/// The path that a pasted patch gets.
pub const PATCH_PATH: &str = "changes.patch";

/// An open file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Never given twice, so that an editor can keep a file's undo history under it.
    pub id: u32,
    pub path: AttrValue,
    pub text: AttrValue,
    /// Counts the changes that did not come from the editor: at each the editor takes over the text.
    pub revision: u32,
}

/// The files before they were replaced, to return to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    pub files: Vec<File>,
    pub active: usize,
    pub settings: Rc<Settings>,
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
    Done { milliseconds: f64 },
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub files: Vec<File>,
    /// The index of the file that is shown.
    pub active: usize,
    pub settings: Rc<Settings>,
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
    pub reveal: Option<Reveal>,
    pub checker: Checker,
    pub former: Option<Former>,
    /// False once the browser has refused to keep the draft.
    pub kept: bool,
    /// What a screen reader is told next.
    pub announcement: AttrValue,
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
    /// Return to the files before they were replaced.
    Undo,
    /// Keep the new files for good.
    ForgetFormer,
    Checker(Checker),
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
    /// Give a file another path, which decides how it is read.
    ReadUnder {
        id: u32,
        path: AttrValue,
    },
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
    Announce(AttrValue),
}

impl State {
    /// The state over the given files, or over an empty one.
    pub fn new(files: Vec<Given>, active: usize) -> Self {
        let mut state = Self {
            files: Vec::new(),
            active: 0,
            settings: Rc::default(),
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
            reveal: None,
            checker: Checker::Loading,
            former: None,
            kept: true,
            announcement: AttrValue::default(),
            next_id: 0,
        };
        state.set_files(files);
        state.active = active.min(state.files.len() - 1);
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

    /// What the checker is to read.
    pub fn sources(&self) -> Vec<Source> {
        self.files
            .iter()
            .map(|file| Source { path: file.path.to_string(), text: file.text.to_string() })
            .collect()
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
                .map(|(index, _)| index)
        };
        of(false).chain(of(true)).collect()
    }

    fn set_files(&mut self, given: Vec<Given>) {
        self.files.clear();
        for file in given {
            self.push(file);
        }
        if self.files.is_empty() {
            self.push(Given { path: FIRST_PATH.to_owned(), text: String::new() });
        }
        self.active = 0;
        self.forget_report();
        self.with_unchanged = false;
        self.linked = None;
        self.wanted = None;
        self.reveal = None;
    }

    fn forget_report(&mut self) {
        self.report = None;
        self.whole = None;
        self.patches = Patches::default();
        self.selected = None;
        self.rule = None;
    }

    fn push(&mut self, file: Given) {
        self.next_id += 1;
        self.files.push(File {
            id: self.next_id,
            path: file.path.into(),
            text: normal(&file.text),
            revision: 0,
        });
    }

    /// Remembers the files, unless there is nothing in them to lose.
    fn remember(&mut self, why: AttrValue) {
        if !self.is_empty() {
            let (files, settings) = (self.files.clone(), self.settings.clone());
            self.former = Some(Former { files, active: self.active, settings, why });
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
            self.remember("Opened what was shared.".into());
            let given = |source: &Source| Given { path: source.path.clone(), text: source.text.clone() };
            self.set_files(shared.files.iter().map(given).collect());
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

fn contains(range: &Range, position: Position) -> bool {
    range.start <= position && position <= range.end
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Typed { id, text } => {
                let is_patch = crate::patch::is_patch(&text);
                let is_open = |path: &str| state.files.iter().any(|file| file.path == path);
                let (has_patch, has_first) = (is_open(PATCH_PATH), is_open(FIRST_PATH));
                if let Some(file) = state.files.iter_mut().find(|file| file.id == id) {
                    // A file without a name of its own is called by what is pasted into it.
                    if is_patch != crate::patch::is_patch(&file.text) {
                        if is_patch && !has_patch && file.path == FIRST_PATH {
                            file.path = PATCH_PATH.into();
                        } else if !is_patch && !has_first && file.path == PATCH_PATH {
                            file.path = FIRST_PATH.into();
                        }
                    }
                    file.text = text;
                }
                if state.is_empty() {
                    state.forget_report();
                }
            }
            Action::Show(index) => {
                state.active = index.min(state.files.len() - 1);
                state.reveal = None;
            }
            Action::Replace { files, why } => {
                state.remember(why);
                state.set_files(files);
            }
            Action::Add(files) => {
                if state.is_empty() {
                    state.set_files(files);
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
                                state.push(file);
                                state.active = state.files.len() - 1;
                            }
                        }
                    }
                    state.reveal = None;
                }
            }
            Action::StartOver => {
                state.remember("Started over.".into());
                state.set_files(Vec::new());
            }
            Action::Undo => {
                if let Some(former) = state.former.take() {
                    state.set_files(Vec::new());
                    state.files = former.files;
                    state.active = former.active;
                    state.settings = former.settings;
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
            Action::ReadUnder { id, path } => {
                if let Some(file) = state.files.iter_mut().find(|file| file.id == id) {
                    state.announcement = format!("Read as {path}").into();
                    file.path = path;
                }
            }
            Action::OpenShared(shared) => state.open_shared(shared),
            Action::ForgetLinked => state.linked = None,
            Action::Uncopied(text) => state.uncopied = text,
            Action::Refused(why) => state.refused = why,
            Action::NotKept => state.kept = false,
            Action::Announce(text) => state.announcement = text,
        }
        Rc::new(state)
    }
}

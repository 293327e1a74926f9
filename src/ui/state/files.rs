//! The open files: which there are, what they are called, and what replaces them.

use std::rc::Rc;

use yew::AttrValue;

use super::{Closed, FIRST_PATH, File, Former, Given, State};
use crate::link::Shared;
use crate::pasted::{Pasted, recognise};
use crate::report::Problem;
use crate::source::Source;
use crate::ui::device;
use crate::ui::filters::ListFilters;
use crate::ui::intake::{Notes, Offer};
use crate::ui::patches::Patches;
use crate::ui::words;

/// As long as a path may be on most devices.
const LONGEST_PATH: usize = 255;

/// How many closed files can be opened again.
const CLOSED_FILES: usize = 20;

impl State {
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
        let Some(tidy) = within(path) else {
            return Some("The path leads out of what is open".to_owned());
        };
        if tidy.is_empty() {
            return Some("A file needs a path, for example app/main.py".to_owned());
        }
        if tidy.chars().any(char::is_control) {
            return Some("A path has no control characters".to_owned());
        }
        if path.trim().ends_with(['/', '\\']) {
            return Some("A path ends with the name of a file".to_owned());
        }
        if tidy.chars().count() > LONGEST_PATH {
            return Some(format!("A path has at most {LONGEST_PATH} characters"));
        }
        self.is_taken(id, &tidy).then(|| format!("{tidy} is taken by another open file"))
    }

    fn is_taken(&self, id: u32, path: &str) -> bool {
        self.files.iter().any(|file| file.id != id && *file.path == *path)
    }

    /// The path, or one like it that no other file has.
    pub(super) fn free_path(&self, id: u32, wanted: &str) -> String {
        if !self.is_taken(id, wanted) {
            return wanted.to_owned();
        }
        let name = wanted.rfind('/').map_or(0, |slash| slash + 1);
        let dot = wanted[name..].rfind('.').filter(|&dot| dot > 0).map_or(wanted.len(), |dot| name + dot);
        (2..)
            .map(|number| format!("{}-{number}{}", &wanted[..dot], &wanted[dot..]))
            .find(|path| !self.is_taken(id, path))
            .unwrap_or_else(|| wanted.to_owned())
    }

    /// Replaces the files. They are another draft: what was there stays in the history.
    pub(super) fn set_files(&mut self, given: Vec<Given>, named: bool) {
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
        self.notes = Notes::default();
        self.refused = None;
        self.offer = None;
        self.filters = ListFilters::default();
        self.forget_report();
        self.with_unchanged = false;
        self.linked = None;
        self.wanted = None;
        self.reveal = None;
        // What came with a link held for what it opened.
        if let Some(own) = self.own_settings.take() {
            self.settings = own;
        }
    }

    pub(super) fn forget_report(&mut self) {
        self.left_out = Rc::default();
        self.report = None;
        self.whole = None;
        self.counted = None;
        self.notebooks = Rc::default();
        self.patches = Patches::default();
        self.selected = None;
        self.rule = None;
    }

    pub(super) fn push(&mut self, file: Given, named: bool) {
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
    pub(super) fn typed(&mut self, id: u32, text: AttrValue) {
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
        // What was said of something before is no news any more.
        self.refused = None;
        self.tells_closed = false;
        if self.is_empty() {
            self.forget_report();
        }
        if lost || (self.is_empty() && !was_empty) {
            self.draft = device::new_draft_id().into();
            self.notes = Notes::default();
        }
    }

    pub(super) fn close(&mut self, id: u32) {
        let Some(index) = self.files.iter().position(|file| file.id == id) else { return };
        let file = self.files.remove(index);
        // How many were opened is true no more, and only counted.
        if let Some(former) = self.former.as_mut().filter(|former| former.why.starts_with("Opened ")) {
            former.why = AttrValue::default();
        }
        self.announcement = format!("Closed {}", file.path).into();
        if !file.text.trim().is_empty() {
            self.closed.push(Closed { file, index });
            self.tells_closed = true;
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

    pub(super) fn reopen(&mut self) {
        let Some(Closed { mut file, index }) = self.closed.pop() else { return };
        self.tells_closed = false;
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

    fn as_former(&self, why: AttrValue) -> Former {
        let settings = self.own_settings.as_ref().map(|_| self.settings.clone());
        let notes = self.notes.clone();
        Former {
            files: self.files.clone(),
            active: self.active,
            draft: self.draft.clone(),
            settings,
            notes,
            why,
        }
    }

    /// Remembers the files, unless there is nothing in them to lose.
    pub(super) fn remember(&mut self, why: AttrValue) {
        if !self.is_empty() {
            self.former = Some(self.as_former(why));
        }
    }

    /// Takes over files and settings; where they are the ones that are open already, nothing is lost or gained.
    pub(super) fn open_shared(&mut self, shared: Rc<Shared>) {
        let settings = Rc::new(shared.settings.clone().unwrap_or_default());
        if self.sources() != shared.files || self.settings != settings {
            let are_its_own = *self.own_settings.as_ref().unwrap_or(&self.settings) != settings;
            if !self.is_empty() || are_its_own {
                let why = if are_its_own {
                    "Opened what was shared. Its settings hold for it alone; yours are kept."
                } else {
                    "Opened what was shared."
                };
                self.former = Some(self.as_former(why.into()));
            }
            let given = |source: &Source| Given { path: source.path.clone(), text: source.text.clone() };
            self.set_files(shared.files.iter().map(given).collect(), false);
            self.part_paths();
            if self.settings != settings {
                self.own_settings = Some(std::mem::replace(&mut self.settings, settings));
            }
        }
        self.active = shared.active.min(self.files.len() - 1);
        self.refused = None;
        self.announcement = format!("Opened {}", words::count(self.files.len(), "file")).into();
        self.wanted = shared.selected.clone();
        self.linked = Some(shared);
    }

    /// Gives every file a path of its own: a link that was written by hand may have anything for one. Of a path that
    /// leads outside the name is kept.
    fn part_paths(&mut self) {
        for index in 0..self.files.len() {
            let File { id, path, .. } = &self.files[index];
            let (id, path) = (*id, path.replace(char::is_control, ""));
            let name = || path.rsplit(['/', '\\']).next().and_then(within);
            let mut path = within(&path).or_else(name).unwrap_or_default();
            if path.is_empty() {
                path = FIRST_PATH.to_owned();
            }
            // Those behind give way to those before.
            if self.files[..index].iter().any(|file| *file.path == *path) {
                path = self.free_path(id, &path);
            }
            self.files[index].path = path.into();
        }
    }

    /// Opens files beside those that are there; one with the same path takes its place.
    pub(super) fn add(&mut self, files: Vec<Given>) {
        if files.is_empty() {
            // Nothing of a drop could be read: what is there stays.
        } else if self.is_empty() {
            self.set_files(files, true);
        } else {
            self.remember(format!("Opened {}.", words::count(files.len(), "file")).into());
            self.forget_missed(&files);
            for file in files {
                match self.files.iter().position(|open| open.path == file.path) {
                    Some(index) => {
                        self.files[index].text = normal(&file.text);
                        self.files[index].revision += 1;
                        self.active = index;
                    }
                    None => {
                        self.push(file, true);
                        self.active = self.files.len() - 1;
                    }
                }
            }
            self.reveal = None;
        }
    }

    /// Notes files that could not be read.
    #[inline(never)]
    pub(super) fn miss(&mut self, missed: &[Problem]) {
        self.notes.missed = Rc::new([&self.notes.missed, missed].concat());
    }

    /// What could not be read before is there now.
    #[inline(never)]
    fn forget_missed(&mut self, files: &[Given]) {
        let is_there = |problem: &Problem| files.iter().any(|file| file.path == problem.path);
        Rc::make_mut(&mut self.notes.missed).retain(|problem| !is_there(problem));
    }

    /// Opens an empty file.
    pub(super) fn new_file(&mut self) {
        self.push(Given { path: String::new(), text: String::new() }, false);
        let file = self.files.len() - 1;
        let id = self.files[file].id;
        self.files[file].path = self.free_path(id, FIRST_PATH).into();
        self.active = file;
        self.reveal = None;
        self.announcement = format!("Opened the empty file {}", self.file().path).into();
    }

    /// Gives a file another path, where nothing speaks against it.
    pub(super) fn rename(&mut self, id: u32, path: &str) {
        self.renaming = None;
        let is_free = self.objection(id, path).is_none();
        if let Some(file) = self.files.iter_mut().find(|file| is_free && file.id == id) {
            file.path = within(path).unwrap_or_default().into();
            file.named = true;
            self.announcement = format!("Renamed to {}", file.path).into();
        }
    }

    /// Gives a file a path that makes it read as this kind.
    pub(super) fn read_as(&mut self, id: u32, kind: Pasted) {
        let path = self.free_path(id, kind.path());
        if let Some(file) = self.files.iter_mut().find(|file| file.id == id) {
            file.path = path.into();
            // The choice is about this text: what replaces it is read for what it is.
            file.named = false;
            self.announcement = format!("Read as {}: {}", kind.word(), file.path).into();
        }
    }

    /// Puts a file to another place among the files.
    pub(super) fn move_to(&mut self, id: u32, index: usize) {
        if let Some(from) = self.files.iter().position(|file| file.id == id) {
            let shown = self.file().id;
            let file = self.files.remove(from);
            let index = index.min(self.files.len());
            self.announcement =
                format!("{} is now file {} of {}", file.path, index + 1, self.files.len() + 1).into();
            self.files.insert(index, file);
            self.active = self.files.iter().position(|file| file.id == shown).unwrap_or_default();
        }
    }

    /// Uses the settings that are offered, or those before them again. They are this device's from then on: what came
    /// with a link held for that alone.
    pub(super) fn swap_settings(&mut self) {
        let Some(offer) = self.offer.take() else { return };
        let before = self.own_settings.take().unwrap_or_else(|| self.settings.clone());
        self.settings = offer.settings.clone();
        let used = !offer.used;
        self.announcement = if used {
            format!("The settings of {} hold", offer.path).into()
        } else {
            "Your former settings hold again".into()
        };
        self.offer = Some(Rc::new(Offer { path: offer.path.clone(), settings: before, used }));
    }

    /// Brings back the files that were replaced.
    pub(super) fn undo(&mut self) {
        if let Some(former) = self.former.take() {
            self.set_files(Vec::new(), false);
            self.files = former.files;
            self.notes = former.notes;
            self.active = former.active;
            self.draft = former.draft;
            if let Some(settings) = former.settings {
                self.own_settings = Some(std::mem::replace(&mut self.settings, settings));
            }
            // The editor takes each text over afresh.
            for file in &mut self.files {
                file.revision += 1;
            }
            self.announcement = "Your former text is back".into();
        }
    }
}

/// Line ends as the editor has them; otherwise the caret would jump when a text comes back from it.
pub(super) fn normal(text: &str) -> AttrValue {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        AttrValue::from(text.to_owned())
    }
}

/// A path without empty, `.` and `..` steps, as an archive's are read; nothing where it leads outside.
pub(super) fn within(path: &str) -> Option<String> {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split(['/', '\\']) {
        match step.trim() {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// Whether next to nothing of a text is left in another one that came at once.
pub(super) fn is_replaced(before: &str, after: &str) -> bool {
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

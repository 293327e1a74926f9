//! Everything that can be done, with its key: the palette, the help sheet and the keys themselves come from this list.

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlSelectElement, KeyboardEvent};

use crate::catalogue::{ENTRIES, SAMPLE_TITLES};
use crate::pasted::Pasted;
use crate::report::Rule;
use crate::ui::components::export_menu::EXPORTS;
use crate::ui::components::sample_menu::{given, sample};
use crate::ui::dialogs;
use crate::ui::hooks::Theme;
use crate::ui::route::Route;
use crate::ui::state::{Action, State};

/// What a command does.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    Do(Action),
    /// Something in the playground, which is shown first.
    DoThere(Action),
    Go(Route),
    Open(&'static str),
    /// Presses the element with this id in the playground: only a person's own press may open the browser's dialogs.
    Press(&'static str),
    /// Presses one on another page.
    PressOn(Route, &'static str),
    /// Asks about a rule over all files.
    Why(Rule),
    Theme(Theme),
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    pub words: String,
    /// The key as a person reads it; empty where there is none.
    pub keys: &'static str,
    pub group: &'static str,
    pub run: Run,
}

pub const OPEN_FILES: &str = "open-files";
pub const OPEN_FOLDER: &str = "open-folder";
pub const WHY_NOT: &str = "why-not";
pub const COPY_FINDING: &str = "copy-finding";
pub const SHARE: &str = "share-files";
pub const EMBED: &str = "embed-files";
pub const FILTER: &str = "filter-findings";
pub const OPEN_SETTINGS: &str = "settings-file";
pub const SAVE_SETTINGS: &str = "save-settings";
pub const DEFAULT_SETTINGS: &str = "default-settings";
pub const FORGET: &str = "forget-everything";

/// The commands that make sense now.
pub fn commands(state: &State) -> Vec<Command> {
    let mut all = Vec::new();
    let mut add = |group: &'static str, words: String, keys: &'static str, run: Run| {
        all.push(Command { words, keys, group, run });
    };
    let id = state.file().id;
    let last = state.files.len() - 1;

    add("Findings", "Next finding".to_owned(), "F8", Run::DoThere(Action::Walk(1)));
    add("Findings", "Previous finding".to_owned(), "Shift F8", Run::DoThere(Action::Walk(-1)));
    if state.report.is_some() {
        add("Findings", "Why is nothing found on this line?".to_owned(), "F9", Run::Press(WHY_NOT));
    }
    if state.selected.is_some() {
        add(
            "Findings",
            "Copy the selected finding as a review comment".to_owned(),
            "",
            Run::Press(COPY_FINDING),
        );
    }
    if state.report.is_some() {
        for (id, words) in EXPORTS {
            add("Findings", words.to_owned(), "", Run::Press(id));
        }
        add("Findings", "Share".to_owned(), "", Run::Press(SHARE));
        add("Findings", "Embed: the code for another page".to_owned(), "", Run::Press(EMBED));
    }
    if state.report.as_ref().is_some_and(|report| report.findings.len() > 1) {
        add("Findings", "Filter the findings".to_owned(), "", Run::Press(FILTER));
    }
    if state.rule.is_some() || !state.filters.is_empty() {
        add("Findings", "Show all findings".to_owned(), "", Run::DoThere(Action::ShowAll));
    }

    add("Files", "New file".to_owned(), "", Run::DoThere(Action::NewFile));
    add("Files", "Open files or a zip archive".to_owned(), "Ctrl O", Run::Press(OPEN_FILES));
    add("Files", "Open a folder".to_owned(), "", Run::Press(OPEN_FOLDER));
    add("Files", format!("Rename {}", state.file().path), "F2", Run::DoThere(Action::EditPath(Some(id))));
    add("Files", format!("Close {}", state.file().path), "", Run::DoThere(Action::Close(id)));
    if let Some(closed) = state.closed.last() {
        add("Files", format!("Open {} again", closed.file.path), "", Run::DoThere(Action::Reopen));
    }
    if last > 0 {
        add("Files", "Next file".to_owned(), "Alt PageDown", Run::DoThere(Action::Turn(1)));
        add("Files", "Previous file".to_owned(), "Alt PageUp", Run::DoThere(Action::Turn(-1)));
        add("Files", "Find an open file".to_owned(), "Alt P", Run::Open(dialogs::FILES));
    }
    let moved = |index| Run::DoThere(Action::Move { id, index });
    if state.active > 0 {
        add("Files", format!("Move {} to the left", state.file().path), "", moved(state.active - 1));
    }
    if state.active < last {
        add("Files", format!("Move {} to the right", state.file().path), "", moved(state.active + 1));
    }
    add("Files", "Drafts: the history".to_owned(), "", Run::Open(dialogs::DRAFTS));
    if !state.is_empty() {
        for kind in Pasted::ALL {
            let words = format!("Read {} as {}", state.file().path, kind.word());
            add("Files", words, "", Run::DoThere(Action::ReadAs { id, kind }));
        }
        add("Files", "Start over".to_owned(), "", Run::DoThere(Action::StartOver));
    }
    if state.former.is_some() {
        add("Files", "Undo: bring the former text back".to_owned(), "", Run::DoThere(Action::Undo));
    }

    add("Pages", "Playground".to_owned(), "", Run::Go(Route::Playground));
    add("Pages", "All rules".to_owned(), "", Run::Go(Route::Rules));
    add("Pages", "Learn".to_owned(), "", Run::Go(Route::Learn));
    add("Pages", "Settings".to_owned(), "", Run::Go(Route::Settings));
    for (words, id) in [
        ("Open rubric.toml", OPEN_SETTINGS),
        ("Save as rubric.toml", SAVE_SETTINGS),
        ("Settings: back to the defaults", DEFAULT_SETTINGS),
    ] {
        add("Settings", words.to_owned(), "", Run::PressOn(Route::Settings, id));
    }
    let forget = Run::PressOn(Route::Private, FORGET);
    add("Settings", "Delete what this page keeps…".to_owned(), "", forget);
    add("Pages", "What proves that nothing is sent".to_owned(), "", Run::Go(Route::Private));
    add("Pages", "Keys".to_owned(), "?", Run::Open(dialogs::HELP));

    for theme in Theme::ALL {
        add("Theme", format!("Theme: {}", theme.word()), "", Run::Theme(theme));
    }
    for (index, title) in SAMPLE_TITLES.iter().enumerate() {
        // Their texts may still be on their way.
        let files = given(sample(index));
        if !files.is_empty() {
            let why = format!("Loaded the sample “{title}”.").into();
            add(
                "Samples",
                format!("Load the sample: {title}"),
                "",
                Run::DoThere(Action::Replace { files, why }),
            );
        }
    }
    for entry in ENTRIES {
        add(
            "Rules",
            format!("{}: {}", entry.rule, entry.title),
            "",
            Run::Go(Route::Rule { rule: entry.rule }),
        );
    }
    for entry in ENTRIES.iter().filter(|_| state.report.is_some()) {
        add("Findings", format!("Why, or why not? {} over all files", entry.rule), "", Run::Why(entry.rule));
    }
    all
}

/// Keys that are no command of the palette, for the help sheet.
pub const OTHER_KEYS: [(&str, &str); 9] = [
    ("Actions", "Ctrl K"),
    ("Leave the editor", "Esc then Tab"),
    ("Search in the editor", "Ctrl F"),
    ("From tab to tab, with the focus on the tabs", "← →"),
    ("Move the tab, with the focus on the tabs", "Ctrl Shift ← →"),
    ("Close the tab, with the focus on the tabs", "Delete"),
    ("From cell to cell, with the focus on the scorecard", "← → ↑ ↓"),
    ("Search the rules, on their page", "/"),
    ("Undo in the editor", "Ctrl Z"),
];

/// The command that a key stands for.
pub fn of_key(event: &KeyboardEvent, in_field: bool, state: &State) -> Option<Run> {
    let main = event.ctrl_key() || event.meta_key();
    let key = event.key();
    match key.as_str() {
        "k" | "K" if main && !event.shift_key() => Some(Run::Open(dialogs::PALETTE)),
        "o" | "O" if main && !event.shift_key() => Some(Run::Press(OPEN_FILES)),
        "?" if !in_field && !main => Some(Run::Open(dialogs::HELP)),
        "F8" => Some(Run::Do(Action::Walk(if event.shift_key() { -1 } else { 1 }))),
        "F9" => Some(Run::Press(WHY_NOT)),
        "F2" => Some(Run::DoThere(Action::EditPath(Some(state.file().id)))),
        "PageDown" if event.alt_key() => Some(Run::DoThere(Action::Turn(1))),
        "PageUp" if event.alt_key() => Some(Run::DoThere(Action::Turn(-1))),
        "p" | "P" if event.alt_key() && !main => Some(Run::Open(dialogs::FILES)),
        _ => None,
    }
}

/// How often something is looked for that a page which was just opened has yet to draw, and how long between.
const TRIES: u32 = 60;
const BETWEEN_MILLISECONDS: u32 = 50;

/// Presses an element as a person would, as soon as it is there. A choice gets the focus.
pub fn press(id: &'static str) {
    when_there(id, TRIES, |element| {
        let Ok(element) = element.dyn_into::<HtmlElement>() else { return };
        if element.has_type::<HtmlSelectElement>() {
            let _ = element.focus();
        } else {
            element.click();
        }
    });
}

/// Opens a dialog as soon as it is there.
pub fn open_soon(id: &'static str) {
    when_there(id, TRIES, |element| dialogs::open(&element.id()));
}

fn when_there(id: &'static str, tries: u32, then: fn(Element)) {
    match web_sys::window().and_then(|window| window.document()?.get_element_by_id(id)) {
        Some(element) => then(element),
        None if tries > 0 => {
            Timeout::new(BETWEEN_MILLISECONDS, move || when_there(id, tries - 1, then)).forget();
        }
        None => {}
    }
}

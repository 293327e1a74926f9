//! With many files: which one is shown, and a list of all that can be searched.

use yew::prelude::*;

use crate::report::Certainty;
use crate::sorted::sorted;
use crate::ui::components::chooser::{Choice, Chooser};
use crate::ui::components::rename_field::RenameField;
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// The name of the shown file, which opens the list of all files; those with most findings come first.
pub fn file_list(store: &Store) -> Html {
    let file = store.file();
    if store.renaming == Some(file.id) {
        return draw!(RenameField { id: file.id, path: file.path.clone() });
    }
    html! {
        <button
            type="button"
            class="button file-list-button"
            aria-haspopup="dialog"
            onclick={|_| dialogs::open(dialogs::FILES)}
        >
            <span class="file-list-path">{ file.path.clone() }</span>
            <span class="file-list-count">
                { format!("{} of {} files", store.active + 1, store.files.len()) }
            </span>
        </button>
    }
}

/// All open files, with how much was found in each.
pub fn file_chooser(store: &Store) -> Html {
    // The findings come ordered by path.
    let mut counts: Vec<(&str, (usize, usize))> = Vec::new();
    for finding in store.report.iter().flat_map(|report| &report.findings) {
        if counts.last().is_none_or(|(path, _)| *path != finding.path) {
            counts.push((&finding.path, (0, 0)));
        }
        let Some((_, count)) = counts.last_mut() else { continue };
        if finding.certainty == Certainty::Question {
            count.1 += 1;
        } else {
            count.0 += 1;
        }
    }
    let of_file: Vec<(usize, usize)> = store
        .files
        .iter()
        .map(|file| counts.iter().find(|(path, _)| *path == &*file.path).map_or((0, 0), |(_, count)| *count))
        .collect();
    let of = |index: usize| of_file[index];
    let order = sorted((0..store.files.len()).collect(), &|&one, &other| {
        of(other).cmp(&of(one)).then_with(|| store.files[one].path.cmp(&store.files[other].path))
    });
    let choices = order
        .iter()
        .map(|&index| {
            let detail = match of(index) {
                (0, 0) => String::new(),
                (0, questions) => words::count(questions, "question"),
                (findings, _) => words::count(findings, "finding"),
            };
            Choice {
                label: store.files[index].path.clone(),
                detail: detail.into(),
                words: AttrValue::default(),
                current: index == store.active,
            }
        })
        .collect::<Vec<_>>();
    let choose = {
        let dispatch = store.dispatcher();
        Callback::from(move |line: usize| {
            dialogs::close(dialogs::FILES);
            dispatch.dispatch(Action::Show(order[line]));
        })
    };
    draw!(Chooser {
        id: "files-chooser",
        label: "Find a file",
        placeholder: "Part of its path…",
        noun: "file",
        choices,
        on_choose: choose,
    })
}

//! What the shown file is read as, and a way to say otherwise.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::file_names::{Named, is_patch, named};
use crate::pasted::{Foreign, Pasted, foreign};
use crate::report::FileKind;
use crate::ui::state::{Action, Store};
use crate::ui::words;

/// What a report says that a file was read as.
fn kind_words(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Python => "Python",
        FileKind::Compose => "a Compose file",
        FileKind::Kubernetes => "a Kubernetes manifest",
        FileKind::HelmTemplate => "a Helm template",
        FileKind::HelmValues => "Helm values",
        FileKind::Yaml => "YAML",
        FileKind::Dockerfile => "a Dockerfile",
        FileKind::Caddyfile => "a Caddyfile",
        FileKind::Environment => "an environment file",
        FileKind::Shell => "a shell script",
        FileKind::Other => "nothing that a rule reads",
    }
}

/// The kind that a path stands for, as far as the menu tells kinds apart.
fn kind_of_path(path: &str) -> Option<Pasted> {
    let lower = path.to_ascii_lowercase();
    match named(path) {
        Named::Python if lower.ends_with(".ipynb") => Some(Pasted::Notebook),
        Named::Python => Some(Pasted::Python),
        Named::Markdown => Some(Pasted::Markdown),
        Named::Dockerfile => Some(Pasted::Dockerfile),
        Named::Caddyfile => Some(Pasted::Caddyfile),
        Named::Environment => Some(Pasted::Environment),
        Named::Yaml => Pasted::ALL.into_iter().find(|kind| path == kind.path()).or(Some(Pasted::Yaml)),
        Named::Other if is_patch(path) => Some(Pasted::Patch),
        Named::Shell => Some(Pasted::Shell),
        Named::Other => None,
    }
}

/// The part of the status line about the shown file.
pub fn read_as(store: &Store) -> Html {
    if store.is_empty() {
        return html! {};
    }
    let file = store.file().clone();
    let checked = store
        .report
        .as_ref()
        .and_then(|report| report.files.iter().find(|checked| checked.path == *file.path));
    let is_left_out = store.left_out.iter().any(|left| left.file.path == file.path);
    let words = match checked {
        Some(checked) => checked.shape.map_or_else(|| kind_words(checked.kind), words::shape),
        None if is_patch(&file.path) => "a patch",
        None if is_left_out => "nothing: the checker fails on it",
        None => "…",
    };
    // Only a module is what anybody expects.
    let is_plain = checked.is_some_and(|checked| checked.shape.is_none() && checked.kind == FileKind::Python);
    html! {
        <span class="read-as">
            <span data-testid={if is_plain { "kind" } else { "shape" }}>
                // The choice beside it has the word already.
                { if is_plain { "read as".to_owned() } else { format!("read as {words}") } }
            </span>
            { kinds(store, "Read") }
        </span>
    }
}

/// What the shown text is, where it is read as Python and plainly is none; so many of its lines could not be read.
pub fn foreign_text(path: &str, text: &str, unreadable: usize) -> Option<Foreign> {
    (kind_of_path(path) == Some(Pasted::Python)).then(|| foreign(text, unreadable))?
}

/// The choice of what the shown file is read as; `verb` tells two of them apart for a screen reader.
pub fn kinds(store: &Store, verb: &str) -> Html {
    let file = store.file();
    let kind = kind_of_path(&file.path);
    let change = {
        let store = store.clone();
        let id = file.id;
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some(kind) = Pasted::ALL.into_iter().find(|kind| kind.word() == select.value()) {
                store.dispatch(Action::ReadAs { id, kind });
            }
        })
    };
    html! {
            <label>
                <span class="visually-hidden">{ format!("{verb} {} as", file.path) }</span>
                <select class="select read-as-select" ~value={kind.map_or("", Pasted::word)} onchange={change}>
                    if kind.is_none() {
                        <option value="" selected=true>{ "as its name says" }</option>
                    }
                    { for Pasted::ALL.into_iter().map(|each| html! {
                        <option value={each.word()} selected={Some(each) == kind}>{ each.word() }</option>
                    }) }
                </select>
            </label>
    }
}

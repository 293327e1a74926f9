//! The files of an exercise, one of them shown.

use std::rc::Rc;

use yew::prelude::*;

use crate::check::Source;
use crate::report::{Position, Report};
use crate::ui::components::editor_pane::{Comparison, EditorPane, Listeners, Mark, Side, marks};
use crate::ui::components::file_tabs::FileTabs;
use crate::ui::drawn::draw;
use crate::ui::state::Reveal;

/// The other files that are compared with, and which side these are.
#[derive(Clone, PartialEq)]
pub struct Compared {
    pub others: Rc<Vec<Source>>,
    pub side: Side,
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What a screen reader calls the code.
    pub label: AttrValue,
    /// Begins the editors' documents.
    pub name: AttrValue,
    pub files: Rc<Vec<Source>>,
    /// Counts the changes that did not come from the editor.
    #[prop_or_default]
    pub revision: u32,
    /// The findings to be shown.
    #[prop_or_default]
    pub report: Option<Rc<Report>>,
    /// Other marks, by path, in place of findings.
    #[prop_or_default]
    pub own_marks: Option<Rc<Vec<(String, Mark)>>>,
    #[prop_or_default]
    pub compared: Option<Compared>,
    /// Who types what. Without it the code can only be read.
    #[prop_or_default]
    pub on_typed: Option<Callback<(String, AttrValue)>>,
    /// The caret went to a line of a file.
    #[prop_or_default]
    pub on_line: Callback<(String, u32)>,
    /// A place to go to, with the file that it is in.
    #[prop_or_default]
    pub reveal: Option<(String, Reveal)>,
    /// The id of the element that explains the keys.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
}

/// A code pane, with a tab for each file where there are several.
#[component]
pub fn CodeFiles(props: &Props) -> Html {
    let active = use_state_eq(|| 0_usize);
    let walked = use_state(|| None::<Reveal>);
    let lines = use_mut_ref(Vec::<(String, u32)>::new);
    {
        let active = active.setter();
        let files = props.files.clone();
        use_effect_with(props.reveal.clone(), move |reveal| {
            let index =
                reveal.as_ref().and_then(|(path, _)| files.iter().position(|file| file.path == *path));
            if let Some(index) = index {
                active.set(index);
            }
        });
    }
    let index = (*active).min(props.files.len().saturating_sub(1));
    let file = props.files.get(index);
    let shown = {
        let path = file.map(|file| file.path.clone()).unwrap_or_default();
        use_memo((props.report.clone(), props.own_marks.clone(), path), |(report, own, path)| {
            match (own, report) {
                (Some(own), _) => {
                    own.iter().filter(|(of, _)| of == path).map(|(_, mark)| mark.clone()).collect()
                }
                (None, Some(report)) => marks(report, path),
                (None, None) => Vec::new(),
            }
        })
    };
    let Some(file) = file else { return html! {} };
    let path = file.path.clone();
    let typed = {
        let (on_typed, path) = (props.on_typed.clone(), path.clone());
        Callback::from(move |text: AttrValue| {
            if let Some(on_typed) = &on_typed {
                on_typed.emit((path.clone(), text));
            }
        })
    };
    let caret = {
        let (on_line, path, lines) = (props.on_line.clone(), path.clone(), lines.clone());
        Callback::from(move |position: Position| {
            let mut known = lines.borrow_mut();
            known.retain(|(other, _)| *other != path);
            known.push((path.clone(), position.line));
            drop(known);
            on_line.emit((path.clone(), position.line));
        })
    };
    let walk = {
        let (shown, walked) = (shown.clone(), walked.clone());
        Callback::from(move |step: i32| {
            if shown.is_empty() {
                return;
            }
            let last =
                walked.as_ref().and_then(|reveal| shown.iter().position(|mark| mark.range == reveal.range));
            let length = shown.len() as i32;
            let next = last.map_or(if step > 0 { 0 } else { length - 1 }, |last| {
                (last as i32 + step).rem_euclid(length)
            });
            let serial = walked.as_ref().map_or(0, |reveal| reveal.serial) + 1;
            walked.set(Some(Reveal { serial, range: shown[next as usize].range, focus: true }));
        })
    };
    let asked = props.reveal.as_ref().filter(|(of, _)| *of == path).map(|(_, reveal)| reveal.clone());
    let comparison = props.compared.as_ref().and_then(|Compared { others, side }| {
        let other = others.iter().find(|other| other.path == path)?;
        Some(Comparison { other: other.text.clone().into(), side: *side, aligned: true })
    });
    let show = {
        let (active, lines) = (active.setter(), lines.clone());
        let (files, on_line) = (props.files.clone(), props.on_line.clone());
        Callback::from(move |index: usize| {
            active.set(index);
            if let Some(file) = files.get(index) {
                // The editor keeps the caret of each file.
                let line =
                    lines.borrow().iter().rfind(|(path, _)| *path == file.path).map_or(1, |(_, line)| *line);
                on_line.emit((file.path.clone(), line));
            }
        })
    };
    html! {
        <div class="exercise-code">
            if props.files.len() > 1 {
                { draw!(FileTabs {
                    label: format!("Files of {}", props.label),
                    paths: props.files.iter().map(|file| AttrValue::from(file.path.clone())).collect::<Vec<_>>(),
                    active: index,
                    on_show: show,
                }) }
            }
            { draw!(EditorPane {
                label: format!("{}, {}", props.label, path),
                described_by: props.described_by.clone(),
                document: format!("{}/{}", props.name, path),
                path: path.clone(),
                text: file.text.clone(),
                revision: props.revision,
                marks: shown,
                comparison,
                reveal: asked.or_else(|| (*walked).clone()),
                read_only: props.on_typed.is_none(),
                listeners: Listeners { typed, caret, walk, ..Listeners::default() },
            }) }
        </div>
    }
}

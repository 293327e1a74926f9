//! A code pane: CodeMirror, its text, its marks and its selection.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::Closure;
use web_sys::Element;
use yew::prelude::*;

use crate::report::{Position, Range, Report};
use crate::ui::editor::{self, Editor};
use crate::ui::state::Reveal;

/// A finding or a problem as the editor marks it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The index of the finding in its report. Problems are counted on behind the findings.
    pub index: usize,
    /// A severity's word, or `question`, or `problem`.
    pub level: &'static str,
    /// The rule's id; empty for a problem.
    pub rule: &'static str,
    pub message: String,
    pub range: Range,
}

/// The marks of one file: its findings, then what of it could not be read.
pub fn marks(report: &Report, path: &str) -> Vec<Mark> {
    let findings = report.findings.iter().map(|finding| {
        let mark = Mark {
            index: 0,
            level: finding.level(),
            rule: finding.rule.id(),
            message: finding.message.clone(),
            range: finding.range,
        };
        (&finding.path, mark)
    });
    let problems = report.problems.iter().map(|problem| {
        let message = problem.message.clone();
        (&problem.path, Mark { index: 0, level: "problem", rule: "", message, range: problem.range })
    });
    findings
        .chain(problems)
        .enumerate()
        .filter(|(_, (of, _))| *of == path)
        .map(|(index, (_, mark))| Mark { index, ..mark })
        .collect()
}

/// A place that the selected finding rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its number among the finding's evidence, from 1.
    pub step: usize,
    pub range: Range,
}

/// The evidence of the selected finding that is in the file of this path.
pub fn steps(report: &Report, selected: Option<usize>, path: &str) -> Vec<Step> {
    let finding = selected.and_then(|index| report.findings.get(index));
    finding
        .into_iter()
        .flat_map(|finding| (1..).zip(&finding.because))
        .filter(|(_, evidence)| evidence.path == path)
        .map(|(step, evidence)| Step { step, range: evidence.range })
        .collect()
}

/// Which side of a pair an editor shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Violating,
    Conforming,
}

impl Side {
    pub const fn word(self) -> &'static str {
        match self {
            Side::Violating => "violating",
            Side::Conforming => "conforming",
        }
    }
}

/// The other text of a pair, for marking what differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub other: AttrValue,
    pub side: Side,
    /// Whether lines are kept level with the other side's by empty space.
    pub aligned: bool,
}

/// What the editor tells. All parts may be left out.
#[derive(Clone, Default, PartialEq)]
pub struct Listeners {
    pub typed: Callback<AttrValue>,
    pub caret: Callback<Position>,
    /// A finding's mark in the gutter was pressed.
    pub finding: Callback<usize>,
    /// F8 or Shift-F8 was pressed.
    pub walk: Callback<i32>,
    /// What was pasted or typed would make the text too large.
    pub refused: Callback<()>,
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What a screen reader calls the editor.
    pub label: AttrValue,
    /// The id of the element that explains how to leave the editor.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    /// What an empty editor shows.
    #[prop_or_default]
    pub placeholder: Option<AttrValue>,
    /// The document: its undo history is kept under this key.
    pub document: AttrValue,
    pub path: AttrValue,
    pub text: AttrValue,
    /// At a change of it, and only then, the editor takes over `text`: what is typed is the editor's own.
    #[prop_or_default]
    pub revision: u32,
    #[prop_or_default]
    pub marks: Rc<Vec<Mark>>,
    #[prop_or_default]
    pub selected: Option<usize>,
    /// What the selected finding rests on here.
    #[prop_or_default]
    pub evidence: Rc<Vec<Step>>,
    #[prop_or_default]
    pub comparison: Option<Comparison>,
    #[prop_or_default]
    pub reveal: Option<Reveal>,
    #[prop_or_default]
    pub read_only: bool,
    #[prop_or_default]
    pub wrap: bool,
    /// Under which the documents are kept, with what can be undone in them, while another page is shown.
    #[prop_or_default]
    pub kept: Option<&'static str>,
    #[prop_or_default]
    pub listeners: Listeners,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'a> {
    label: &'a str,
    described_by: Option<&'a str>,
    placeholder: Option<&'a str>,
    read_only: bool,
    wrap: bool,
    kept: Option<&'a str>,
}

/// A CodeMirror editor. Every code pane of the page is one of these.
#[component]
pub fn EditorPane(props: &Props) -> Html {
    let host = use_node_ref();
    let view = use_mut_ref(|| None::<Rc<Editor>>);
    // The newest listeners, for a closure that is made once.
    let listeners: Rc<RefCell<Listeners>> = use_mut_ref(Listeners::default);
    *listeners.borrow_mut() = props.listeners.clone();

    {
        let (host, view, listeners) = (host.clone(), view.clone(), listeners.clone());
        let options = Options {
            label: &props.label,
            described_by: props.described_by.as_deref(),
            placeholder: props.placeholder.as_deref(),
            read_only: props.read_only,
            wrap: props.wrap,
            kept: props.kept,
        };
        let options = serde_json::to_string(&options).expect("options are plain data");
        use_effect_with((), move |()| {
            let tell = Closure::new(move |kind: String, value: String| {
                let listeners = listeners.borrow().clone();
                match kind.as_str() {
                    "change" => listeners.typed.emit(value.into()),
                    "select" => {
                        if let Ok(position) = serde_json::from_str(&value) {
                            listeners.caret.emit(position);
                        }
                    }
                    "finding" => {
                        if let Ok(index) = value.parse() {
                            listeners.finding.emit(index);
                        }
                    }
                    "refused" => listeners.refused.emit(()),
                    _ => {
                        if let Ok(step) = value.parse() {
                            listeners.walk.emit(step);
                        }
                    }
                }
            });
            let parent: Element = host.cast().expect("the host is drawn");
            *view.borrow_mut() = Some(Rc::new(editor::create_editor(&parent, &options, &tell)));
            move || {
                if let Some(view) = view.borrow_mut().take() {
                    editor::destroy_editor(&view);
                }
                drop(tell);
            }
        });
    }
    // Effects run in this order after each drawing. The view is cloned out of its cell before CodeMirror is called,
    // since a call can come back into the closure above.
    let current = {
        let view = view.clone();
        move || view.borrow().clone()
    };
    let shown = (props.document.clone(), props.revision);
    {
        let (current, path, text) = (current.clone(), props.path.clone(), props.text.clone());
        use_effect_with((shown.clone(), path.clone()), move |((document, _), _)| {
            if let Some(view) = current() {
                editor::show_document(&view, document, &path, &text);
            }
        });
    }
    {
        let (current, selected) = (current.clone(), props.selected);
        use_effect_with((props.marks.clone(), shown.clone()), move |(marks, _)| {
            if let Some(view) = current() {
                let json = serde_json::to_string(&**marks).expect("marks are plain data");
                editor::set_findings(&view, &json, selected.map(|index| index as u32));
            }
        });
    }
    {
        let current = current.clone();
        use_effect_with(props.selected, move |selected| {
            if let Some(view) = current() {
                editor::set_selected(&view, selected.map(|index| index as u32));
            }
        });
    }
    {
        let current = current.clone();
        // With the marks: a new report may have the same evidence, and what was typed has moved it.
        use_effect_with((props.evidence.clone(), props.marks.clone(), shown.clone()), move |(steps, ..)| {
            if let Some(view) = current() {
                editor::set_evidence(&view, &serde_json::to_string(&**steps).expect("steps are plain data"));
            }
        });
    }
    {
        let current = current.clone();
        use_effect_with((props.comparison.clone(), shown), move |(comparison, _)| {
            let Some(view) = current() else { return };
            match comparison {
                Some(Comparison { other, side, aligned }) => {
                    editor::compare_with(&view, Some(other), side.word(), *aligned);
                }
                None => editor::compare_with(&view, None, "", false),
            }
        });
    }
    use_effect_with(props.reveal.clone(), move |reveal| {
        if let (Some(view), Some(reveal)) = (current(), reveal) {
            let json = serde_json::to_string(&reveal.range).expect("a range is plain data");
            editor::reveal(&view, &json, reveal.focus);
        }
    });

    html! { <div class="editor" ref={host}></div> }
}

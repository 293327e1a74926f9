//! 'Mend it': the code is edited until the checker agrees.

use std::rc::Rc;

use yew::prelude::*;

use super::code_files::CodeFiles;
use super::{ExerciseProps, focus_next};
use crate::check::Source;
use crate::exercise::Exercise;
use crate::exercise::judge::{Outcome, Verdict, judge};
use crate::exercise::words::{self, achieved, listed};
use crate::ui::components::learn::paragraphs;
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::hooks::{Judged, use_judging};
use crate::ui::words::count;

/// The code as it stands, and how often it was replaced other than by typing.
#[derive(Clone, PartialEq)]
struct Draft {
    files: Rc<Vec<Source>>,
    revision: u32,
}

enum Change {
    Typed { path: String, text: AttrValue },
    Replaced(Vec<Source>),
}

impl Reducible for Draft {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        Rc::new(match change {
            Change::Typed { path, text } => {
                let mut files = (*self.files).clone();
                if let Some(file) = files.iter_mut().find(|file| file.path == path) {
                    file.text = text.to_string();
                }
                Draft { files: Rc::new(files), revision: self.revision }
            }
            Change::Replaced(files) => Draft { files: Rc::new(files), revision: self.revision + 1 },
        })
    }
}

/// An editor over the start, and what is still wrong with it.
#[component]
pub fn MendIt(props: &ExerciseProps) -> Html {
    let exercise = props.exercise;
    let draft = use_reducer_eq(|| {
        let files = props.kept.progress.of(&exercise.id).files;
        let same_paths = files.iter().map(|file| &file.path).eq(exercise.start.iter().map(|file| &file.path));
        let files = if same_paths { files } else { exercise.start.clone() };
        Draft { files: Rc::new(files), revision: 0 }
    });
    // What a reset has thrown away, to take it back.
    let thrown = use_state(|| None::<Rc<Vec<Source>>>);
    let judged = use_judging(exercise, draft.files.clone());
    let verdict = judged
        .as_ref()
        .map(|Judged { before, listed, files, report }| judge(exercise, before, listed, files, report));
    let is_accepted = verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Accepted);
    {
        let kept = props.kept.clone();
        use_effect_with(is_accepted, move |&is_accepted| {
            if is_accepted {
                kept.note(&exercise.id, |done| done.solved = true);
            }
        });
    }
    {
        let kept = props.kept.clone();
        use_effect_with(draft.files.clone(), move |files| {
            let files = if **files == exercise.start { Vec::new() } else { (**files).clone() };
            if kept.progress.of(&exercise.id).files != files {
                kept.note(&exercise.id, |done| done.files = files);
            }
        });
    }
    let on_typed = {
        let (dispatch, thrown) = (draft.dispatcher(), thrown.clone());
        Callback::from(move |(path, text)| {
            thrown.set(None);
            dispatch.dispatch(Change::Typed { path, text });
        })
    };
    let reset = {
        let (dispatch, files, thrown) = (draft.dispatcher(), draft.files.clone(), thrown.clone());
        Callback::from(move |_: MouseEvent| {
            thrown.set(Some(files.clone()));
            dispatch.dispatch(Change::Replaced(exercise.start.clone()));
            focus_next("undo-reset");
        })
    };
    let take_back = {
        let (dispatch, thrown) = (draft.dispatcher(), thrown.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(files) = &*thrown {
                dispatch.dispatch(Change::Replaced((**files).clone()));
            }
            thrown.set(None);
            focus_next("reset");
        })
    };
    let report = judged.as_ref().map(|judged| judged.report.clone());
    html! {
        <>
            <div class="exercise-frame">
                <div class="example-head">
                    <h2 class="example-title">{ "The code" }</h2>
                    <div class="example-buttons">
                        if thrown.is_some() {
                            <button type="button" class="button" id="undo-reset" onclick={take_back}>{ "Undo reset" }</button>
                        }
                        <button
                            type="button"
                            class="button"
                            id="reset"
                            disabled={*draft.files == exercise.start}
                            onclick={reset}
                        >
                            { "Reset" }
                        </button>
                    </div>
                </div>
                { draw!(CodeFiles {
                    label: "Code to mend",
                    name: exercise.id.clone(),
                    files: draft.files.clone(),
                    revision: draft.revision,
                    report: report.clone(),
                    on_typed,
                    described_by: "exercise-keys",
                }) }
                <p class="hint" id="exercise-keys">
                    <kbd>{ "Ctrl Z" }</kbd>{ " undoes, " }<kbd>{ "F8" }</kbd>{ " goes to the next finding, " }
                    <kbd>{ "Esc" }</kbd>{ " then " }<kbd>{ "Tab" }</kbd>{ " leaves the editor" }
                </p>
            </div>
            <div class="verdict" role="status">
                {
                    match (&verdict, &judged) {
                        (Some(verdict), Some(judged)) => said(exercise, verdict, judged),
                        _ => html! { <p class="verdict-none">{ "The checker is reading…" }</p> },
                    }
                }
            </div>
        </>
    }
}

fn said(exercise: &Exercise, verdict: &Verdict, Judged { before, report, .. }: &Judged) -> Html {
    match verdict.outcome {
        Outcome::Untouched => {
            let places = count(exercise.violations.len(), "place");
            html! {
                <p class="verdict-none">
                    { format!("{places} to mend. Edit the code: the checker reads along, and every right way counts.") }
                </p>
            }
        }
        Outcome::Accepted => html! {
            <p class="verdict-right">
                { format!("Mended: nothing of {} left, and nothing else broke.", listed(&exercise.rules())) }
            </p>
        },
        Outcome::Refused => {
            let turn = verdict.wrong_turn.and_then(|index| exercise.wrong_turns.get(index));
            html! {
                <div class="verdict-wrong">
                    if let Some(turn) = turn {
                        <p class="verdict-head">{ format!("{}: not yet.", turn.title) }</p>
                        { paragraphs(&turn.hint) }
                    } else {
                        <p class="verdict-head">{ achieved(exercise, verdict, before, report) }</p>
                    }
                    <ul class="faults">
                        { for verdict.faults.iter().map(|fault| html! { <li>{ with_code(&words::fault(fault, report)) }</li> }) }
                    </ul>
                </div>
            }
        }
    }
}

//! 'Find it': the lines are marked and the rule is named before the answer is shown.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

use super::code_files::CodeFiles;
use super::{ExerciseProps, focus_next};
use crate::catalogue::ENTRIES;
use crate::exercise::Exercise;
use crate::exercise::judge::{Marked, Said, Search, judge_marks};
use crate::exercise::words;
use crate::report::{Position, Range, Report, Rule, Section};
use crate::ui::components::editor_pane::Mark;
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::hooks::use_judging;
use crate::ui::state::Reveal;
use crate::ui::words::count;

/// The marks as they stand, and what was said of them when they were last looked at.
#[derive(Clone, Default, PartialEq)]
struct Marks {
    list: Vec<Marked>,
    search: Option<Search>,
}

enum Change {
    /// Mark the line, or take its marks away.
    Toggle(String, u32),
    /// Mark the same line once more: it may break two rules.
    Again(usize),
    Name(usize, Option<Rule>),
    Remove(usize),
    Looked(Search),
}

impl Reducible for Marks {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut marks = (*self).clone();
        match change {
            Change::Looked(search) => {
                marks.search = Some(search);
                return Rc::new(marks);
            }
            Change::Toggle(path, line) => {
                let count = marks.list.len();
                marks.list.retain(|mark| mark.path != path || mark.line != line);
                if marks.list.len() == count {
                    let is_before = |mark: &Marked| (&mark.path, mark.line) < (&path, line);
                    let index = marks.list.partition_point(is_before);
                    marks.list.insert(index, Marked { path, line, rule: None });
                }
            }
            Change::Again(index) => {
                if let Some(mark) = marks.list.get(index) {
                    let mark = Marked { rule: None, ..mark.clone() };
                    marks.list.insert(index + 1, mark);
                }
            }
            Change::Name(index, rule) => {
                if let Some(mark) = marks.list.get_mut(index) {
                    mark.rule = rule;
                }
            }
            Change::Remove(index) => {
                marks.list.remove(index);
            }
        }
        // What was said belongs to the marks as they were.
        marks.search = None;
        Rc::new(marks)
    }
}

/// The code to look through, and the list of what was marked in it.
#[component]
pub fn FindIt(props: &ExerciseProps) -> Html {
    let exercise = props.exercise;
    let marks = use_reducer_eq(Marks::default);
    let here = use_state_eq(|| (exercise.start[0].path.clone(), 1_u32));
    let reveal = use_state(|| None::<(String, Reveal)>);
    let start = use_memo((), |()| exercise.start.clone());
    let judged = use_judging(exercise, start.clone());
    let done = props.kept.progress.of(&exercise.id);
    let is_known = done.solved || done.answer;

    let own_marks = use_memo((marks.list.clone(), is_known), |(list, _)| {
        list.iter()
            .enumerate()
            .map(|(index, mark)| (mark.path.clone(), shown(exercise, index, mark)))
            .collect()
    });
    let on_line = {
        let here = here.setter();
        Callback::from(move |place| here.set(place))
    };
    let toggle = {
        let (dispatch, here) = (marks.dispatcher(), (*here).clone());
        Callback::from(move |()| dispatch.dispatch(Change::Toggle(here.0.clone(), here.1)))
    };
    let press = {
        let toggle = toggle.clone();
        Callback::from(move |event: KeyboardEvent| {
            let in_code = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .is_some_and(|element| element.closest(".cm-content").ok().flatten().is_some());
            if in_code && event.key() == "Enter" {
                event.prevent_default();
                toggle.emit(());
            }
        })
    };
    let look = {
        let (dispatch, list, kept, judged) =
            (marks.dispatcher(), marks.list.clone(), props.kept.clone(), judged.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(judged) = &judged else { return };
            let search = judge_marks(exercise, &judged.before, &list);
            if search.is_right() {
                kept.note(&exercise.id, |done| done.solved = true);
            }
            dispatch.dispatch(Change::Looked(search));
        })
    };
    let is_marked = marks.list.iter().any(|mark| mark.path == here.0 && mark.line == here.1);
    let before = judged.as_ref().map(|judged| judged.before.clone());
    html! {
        <>
            <div class="exercise-frame" onkeydown={press}>
                <div class="example-head">
                    <h2 class="example-title">{ "The code" }</h2>
                    <div class="example-buttons">
                        <button type="button" class="button" onclick={toggle.reform(|_: MouseEvent| ())}>
                            { format!("{} line {}", if is_marked { "Unmark" } else { "Mark" }, here.1) }
                        </button>
                    </div>
                </div>
                { draw!(CodeFiles {
                    label: "Code to look through",
                    name: exercise.id.clone(),
                    files: start,
                    report: before.clone().filter(|_| is_known),
                    own_marks: (!is_known).then_some(own_marks),
                    on_line,
                    reveal: (*reveal).clone(),
                    described_by: "exercise-keys",
                }) }
                <p class="hint" id="exercise-keys">
                    { "Go to a line with a click or the arrow keys, mark it with " }<kbd>{ "Enter" }</kbd>
                    { " or the button above" }
                </p>
            </div>
            <section class="marks" aria-labelledby="marks-title">
                <h2 id="marks-title" tabindex="-1">{ "What you found" }</h2>
                if marks.list.is_empty() {
                    <p class="hints-none">{ "Nothing is marked yet." }</p>
                }
                <ul class="mark-list">
                    { for (0..marks.list.len()).map(|index| {
                        row(exercise, &marks, index, before.as_deref(), &reveal)
                    }) }
                </ul>
                <button
                    type="button"
                    class="button button-main"
                    disabled={marks.list.is_empty() || judged.is_none()}
                    onclick={look}
                >
                    { "Check my marks" }
                </button>
                <div class="verdict" role="status">
                    {
                        match &marks.search {
                            Some(search) => outcome(search),
                            None if is_known => html! {
                                <p class="verdict-right">
                                    { "You have the answer: the findings are in the code." }
                                </p>
                            },
                            None => html! {},
                        }
                    }
                </div>
            </section>
        </>
    }
}

/// A mark as the editor shows it: the whole line.
fn shown(exercise: &Exercise, index: usize, mark: &Marked) -> Mark {
    let file = exercise.start.iter().find(|file| file.path == mark.path);
    let text = file.and_then(|file| file.text.lines().nth(mark.line as usize - 1)).unwrap_or_default();
    let indent = text.chars().take_while(|character| character.is_whitespace()).count() as u32;
    let at = |column| Position { line: mark.line, column };
    Mark {
        index,
        level: "marked",
        rule: mark.rule.map_or("", Rule::id),
        message: "You have marked this line.".to_owned(),
        range: Range { start: at(indent + 1), end: at(text.chars().count() as u32 + 1) },
    }
}

fn row(
    exercise: &'static Exercise,
    marks: &UseReducerHandle<Marks>,
    index: usize,
    before: Option<&Report>,
    reveal: &UseStateHandle<Option<(String, Reveal)>>,
) -> Html {
    let mark = &marks.list[index];
    let dispatch = marks.dispatcher();
    let is_again = index > 0 && {
        let above = &marks.list[index - 1];
        (&above.path, above.line) == (&mark.path, mark.line)
    };
    let name = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            dispatch.dispatch(Change::Name(index, select.value().parse().ok()));
        })
    };
    let go = {
        let (reveal, path) = (reveal.clone(), mark.path.clone());
        let range = shown(exercise, index, mark).range;
        Callback::from(move |_: MouseEvent| {
            let serial = reveal.as_ref().map_or(0, |(_, reveal)| reveal.serial) + 1;
            reveal.set(Some((path.clone(), Reveal { serial, range, focus: true })));
        })
    };
    let mut place = if exercise.start.len() > 1 {
        format!("{}, line {}", mark.path, mark.line)
    } else {
        format!("Line {}", mark.line)
    };
    if is_again {
        place.push_str(" again");
    }
    let is_last = index + 1 == marks.list.len();
    let button = |words: &'static str, what: &str, change: fn(usize) -> Change| {
        let dispatch = dispatch.clone();
        let press = Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(change(index));
            // Further up, the button of the next mark is now where this one was.
            if is_last && words == "Remove" {
                focus_next("marks-title");
            }
        });
        let label = format!("{place}: {what}");
        html! { <button type="button" class="button button-quiet" aria-label={label} onclick={press}>{ words }</button> }
    };
    html! {
        <li class="mark" key={index}>
            <div class="mark-line">
                <button type="button" class="button mark-place" onclick={go}>{ &place }</button>
                <select
                    class="select mark-rule"
                    aria-label={format!("{place}: the rule")}
                    ~value={mark.rule.map_or("", |rule| rule.id())}
                    onchange={name}
                >
                    <option value="" selected={mark.rule.is_none()}>{ "Which rule?" }</option>
                    { for Section::ALL.into_iter().map(|section| html! {
                        <optgroup label={section.title()}>
                            { for ENTRIES.iter().filter(|entry| entry.rule.section() == section).map(|entry| html! {
                                <option value={entry.rule.id()} selected={mark.rule == Some(entry.rule)}>
                                    { format!("{} {}", entry.rule, entry.title) }
                                </option>
                            }) }
                        </optgroup>
                    }) }
                </select>
                if mark.rule.is_some() {
                    { button("One more rule", "one more rule", Change::Again) }
                }
                { button("Remove", "remove the mark", Change::Remove) }
            </div>
            if let (Some(search), Some(before)) = (&marks.search, before) {
                if let Some(said) = search.said.get(index) {
                    <p class={if matches!(said, Said::Right(_)) { "mark-right" } else { "mark-wrong" }}>
                        { with_code(&words::said(exercise, before, search, mark, said)) }
                    </p>
                }
            }
        </li>
    }
}

fn outcome(search: &Search) -> Html {
    if search.is_right() {
        return html! { <p class="verdict-right">{ "Found, all of it, and nothing else." }</p> };
    }
    let right = search.said.iter().filter(|said| matches!(said, Said::Right(_))).count();
    let wrong = search.said.len() - right;
    let mut parts = vec![format!("{right} right")];
    if wrong > 0 {
        parts.push(format!("{wrong} not"));
    }
    if !search.missed.is_empty() {
        parts.push(format!("{} still to find", count(search.missed.len(), "violation")));
    }
    html! { <p class="verdict-wrong">{ format!("{}.", parts.join(", ")) }</p> }
}

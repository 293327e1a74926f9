//! An exercise in a list.

use yew::prelude::*;

use crate::exercise::Kind;
use crate::exercise::listed::Number;
use crate::exercise::progress::Done;
use crate::ui::route::ChosenSet;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub number: Number,
    pub done: Done,
    /// The set that it is shown in, which its address keeps.
    pub set: ChosenSet,
}

/// How far somebody has come with an exercise, in a word and a sign.
pub fn state(done: &Done) -> (&'static str, &'static str) {
    if done.solved && done.answer {
        ("solved", "solved, with the answer")
    } else if done.solved {
        ("solved", "solved")
    } else if done.answer {
        ("begun", "answer seen")
    } else if done.hints > 0 || !done.files.is_empty() {
        ("begun", "begun")
    } else {
        ("open", "not yet")
    }
}

/// Its title, what is asked for, and how far it has come.
#[component]
pub fn ExerciseRow(props: &Props) -> Html {
    let listed = props.number.listed();
    let (sign, word) = state(&props.done);
    // To name the rule is a part of finding it.
    let rule = listed.rule.filter(|_| listed.kind != Kind::Find || props.done.solved || props.done.answer);
    html! {
        <li class="exercise-row">
            <span class={classes!("exercise-sign", format!("exercise-{sign}"))} aria-hidden="true"></span>
            <span class="exercise-title">
                <a href={props.set.exercise(props.number)} class="exercise-link">
                    { listed.title }
                </a>
                if let Some(rule) = rule { <span class="exercise-rule">{ rule.id() }</span> }
            </span>
            <span class="exercise-kind">{ listed.kind.words() }</span>
            <span class="exercise-state">{ word }</span>
        </li>
    }
}

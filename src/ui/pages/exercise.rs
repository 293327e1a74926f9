//! One exercise.

use yew::prelude::*;

use crate::exercise::listed::{Chosen, Number};
use crate::exercise::{Exercise, Kind, texts};
use crate::ui::components::learn::answer::Answer;
use crate::ui::components::learn::find_it::FindIt;
use crate::ui::components::learn::hints::Hints;
use crate::ui::components::learn::mend_it::MendIt;
use crate::ui::components::learn::paragraphs;
use crate::ui::components::learn::row::state;
use crate::ui::components::learn::which_is_right::WhichIsRight;
use crate::ui::components::notices::failure_notice;
use crate::ui::drawn::draw;
use crate::ui::hooks::{use_page_title, use_progress};
use crate::ui::route::{ChosenSet, Route};
use crate::ui::state::{Readable, use_store};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub exercise: Number,
    /// The set that it is shown in.
    pub set: ChosenSet,
}

/// An exercise: its task, its code, its hints, and its answer once it is solved or asked for.
#[component]
pub fn ExercisePage(props: &Props) -> Html {
    let number = props.exercise;
    let listed = number.listed();
    let store = use_store();
    let readable = store.readable;
    let heading = use_page_title(listed.title.to_owned());
    let set = &props.set;
    let exercise = texts::exercise(number);
    html! {
        <main id="main" class="page exercise-page">
            <p class="crumbs">
                <a href={set.address(Route::Learn)}>
                    { if set.name.is_empty() { "Learn".to_owned() } else { set.name.clone() } }
                </a>
                { " / " }{ listed.section().map_or("Mixed", |section| section.title()) }
            </p>
            <div class="page-head">
                <h1 ref={heading} tabindex="-1">{ listed.title }</h1>
                <p class="page-count">{ listed.kind.words() }</p>
            </div>
            { failure_notice(&store) }
            if let Some(exercise) = exercise {
                { draw!(Body { exercise }) }
            } else {
                <p class="rule-unread" role="status">
                    { if readable == Readable::Failed {
                        "The exercise could not be loaded. Check the connection and load the page again."
                    } else {
                        "Loading the exercise…"
                    } }
                </p>
            }
            { neighbours(number, set) }
        </main>
    }
}

#[derive(Properties, PartialEq)]
struct BodyProps {
    exercise: &'static Exercise,
}

#[component]
fn Body(props: &BodyProps) -> Html {
    let exercise = props.exercise;
    let kept = use_progress();
    let done = kept.progress.of(&exercise.id);
    let is_known = done.solved || done.answer;
    html! {
        <>
            <div class="exercise-task">{ paragraphs(&exercise.task) }</div>
            <p class="visually-hidden" role="status">{ state(&done).1 }</p>
            {
                match exercise.kind {
                    Kind::Mend => draw!(MendIt { exercise, kept: kept.clone() }),
                    Kind::Find => draw!(FindIt { exercise, kept: kept.clone() }),
                    Kind::Which => draw!(WhichIsRight { exercise, kept: kept.clone() }),
                }
            }
            { draw!(Hints { exercise, kept: kept.clone() }) }
            if is_known {
                { draw!(Answer { exercise }) }
            }
        </>
    }
}

/// The exercises before and after, within the set or along the path.
fn neighbours(number: Number, set: &ChosenSet) -> Html {
    let chosen = Chosen::read(&set.set).numbers;
    let is_in_set = chosen.contains(&number);
    let numbers: Vec<Number> = if is_in_set { chosen } else { Number::all().collect() };
    let here = numbers.iter().position(|other| *other == number);
    let set = if is_in_set { set.clone() } else { ChosenSet::default() };
    let link = |to: Option<&Number>, label: &'static str, class: &'static str| {
        to.map(|&to| {
            html! {
                <a href={set.exercise(to)} class={classes!("neighbour", class)}>
                    <span class="neighbour-label">{ label }</span>
                    { to.listed().title }
                </a>
            }
        })
    };
    let before = here.and_then(|here| here.checked_sub(1)).and_then(|index| numbers.get(index));
    let after = here.and_then(|here| numbers.get(here + 1));
    html! {
        <nav class="neighbours" aria-label="Previous and next exercise">
            { for link(before, "Previous", "neighbour-before") }
            { for link(after, "Next", "neighbour-after") }
        </nav>
    }
}

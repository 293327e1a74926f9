//! The path through the exercises.

use yew::prelude::*;

use crate::exercise::listed::{Chosen, Number};
use crate::report::Section;
use crate::ui::components::learn::choose_set::ChooseSet;
use crate::ui::components::learn::progress_file::ProgressFile;
use crate::ui::components::learn::row::ExerciseRow;
use crate::ui::components::notices::failure_notice;
use crate::ui::drawn::draw;
use crate::ui::hooks::{Kept, use_page_title, use_progress};
use crate::ui::route::{ChosenSet, Route};
use crate::ui::state::use_store;
use crate::ui::words;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub set: ChosenSet,
    /// The name in the address, where no exercise has it.
    #[prop_or_default]
    pub unknown: Option<AttrValue>,
}

/// All exercises by section, or those of a set that a link names.
#[component]
pub fn LearnPage(props: &Props) -> Html {
    let set = props.set.clone();
    let store = use_store();
    let kept = use_progress();
    let chosen = Chosen::read(&set.set);
    let is_set = !chosen.numbers.is_empty();
    let title = match (is_set, set.name.as_str()) {
        (false, _) => "Learn".to_owned(),
        (true, "") => "Chosen exercises".to_owned(),
        (true, name) => name.to_owned(),
    };
    let heading = use_page_title(title.clone());
    let numbers: Vec<Number> = if is_set { chosen.numbers.clone() } else { Number::all().collect() };
    let solved = numbers.iter().filter(|number| kept.progress.of(number.listed().id).solved).count();
    let next = numbers.iter().copied().find(|number| !kept.progress.of(number.listed().id).solved);
    html! {
        <main id="main" class="page learn-page">
            <div class="page-head">
                <h1 ref={heading} tabindex="-1">{ title }</h1>
                <p class="page-count">{ format!("{solved} of {} solved", words::count(numbers.len(), "exercise")) }</p>
            </div>
            { failure_notice(&store) }
            if !kept.is_kept {
                <div class="notice notice-warning" role="status">
                    <p>
                        { "This browser keeps nothing for this page, so your progress ends when you close it. \
                           Export it before, and import it the next time." }
                    </p>
                </div>
            }
            if let Some(unknown) = &props.unknown {
                <div class="notice notice-warning" role="status">
                    <p>{ format!("There is no exercise {unknown} here. All that there are stand below.") }</p>
                </div>
            }
            if !chosen.unknown.is_empty() {
                <div class="notice notice-warning" role="status">
                    <p>
                        { format!(
                            "The link names what is no exercise here: {}. {}",
                            chosen.unknown.join(", "),
                            if is_set { "The others are below." } else { "All exercises are below." }
                        ) }
                    </p>
                </div>
            }
            <p class="learn-lead">
                if is_set {
                    { "Somebody has chosen these for you. " }
                    <a href={ChosenSet::default().address(Route::Learn)}>{ "All exercises" }</a>
                } else {
                    { "Code that breaks one rule of the rubric, for you to mend, to find, or to tell from what is \
                       right. The checker is the judge, so every right answer counts." }
                }
            </p>
            <div class="learn-actions">
                if let Some(next) = next {
                    <a href={set.exercise(next)} class="button button-main">
                        { if solved == 0 { "Begin" } else { "Go on" } }
                        <span class="visually-hidden">{ format!(": {}", next.listed().title) }</span>
                    </a>
                }
                { draw!(ProgressFile { kept: kept.clone() }) }
                { draw!(ChooseSet) }
            </div>
            if is_set {
                { list(&chosen.numbers, &kept, &set) }
            } else {
                { for Section::ALL.into_iter().map(|section| part(section.title(), Some(section), &kept)) }
                { part("Mixed: reviews of a whole module", None, &kept) }
            }
        </main>
    }
}

fn part(title: &'static str, section: Option<Section>, kept: &Kept) -> Html {
    let numbers: Vec<Number> = Number::all().filter(|number| number.listed().section() == section).collect();
    let solved = numbers.iter().filter(|number| kept.progress.of(number.listed().id).solved).count();
    html! {
        <section class="learn-section" key={title}>
            <h2>{ title }<span class="learn-count">{ format!("{solved} of {}", numbers.len()) }</span></h2>
            { list(&numbers, kept, &ChosenSet::default()) }
        </section>
    }
}

fn list(numbers: &[Number], kept: &Kept, set: &ChosenSet) -> Html {
    html! {
        <ul class="exercise-rows">
            { for numbers.iter().map(|&number| draw!(ExerciseRow {
                number,
                done: kept.progress.of(number.listed().id),
                set: set.clone(),
            }, key = number.listed().id)) }
        </ul>
    }
}

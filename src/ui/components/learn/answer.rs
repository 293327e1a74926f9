//! The answer: the ways to do it, word by word, and the reason.

use yew::prelude::*;

use crate::catalogue;
use crate::check::Source;
use crate::exercise::Exercise;
use crate::ui::components::learn::paragraphs;
use crate::ui::components::rule_pair::{PairFile, RulePair};
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::route::{ChosenSet, Route};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub exercise: &'static Exercise,
}

/// The start beside a solution, the words that differ marked. Every listed solution can be chosen.
#[component]
pub fn Answer(props: &Props) -> Html {
    let exercise = props.exercise;
    let chosen = use_state_eq(|| 0_usize);
    let Some(solution) = exercise.solutions.get(*chosen) else { return html! {} };
    // Files that a solution leaves alone would only be in the way.
    let changed = |file: &&Source| !exercise.start.contains(file) || !solution.files.contains(file);
    let files = |files: &[Source]| -> Vec<PairFile> {
        files
            .iter()
            .filter(changed)
            .map(|file| PairFile { path: file.path.clone().into(), text: file.text.clone().into() })
            .collect()
    };
    html! {
        <section class="answer" aria-labelledby="answer-title">
            <h2 id="answer-title" tabindex="-1">{ "Why" }</h2>
            <div class="prose">{ paragraphs(&exercise.reason) }</div>
            <h2>{ "Ways to do it" }</h2>
            <div class="tabs answer-tabs" role="group" aria-label="Solutions">
                { for exercise.solutions.iter().enumerate().map(|(index, solution)| {
                    let chosen = chosen.clone();
                    html! {
                        <button
                            key={index}
                            type="button"
                            class="tab answer-tab"
                            aria-pressed={(index == *chosen).to_string()}
                            onclick={move |_: MouseEvent| chosen.set(index)}
                        >
                            { &solution.title }
                        </button>
                    }
                }) }
            </div>
            <p class="answer-text">{ with_code(&solution.text) }</p>
            <div class="answer-pair">
                { draw!(RulePair {
                    name: format!("answer/{}/{}", exercise.id, *chosen),
                    violating: files(&exercise.start),
                    conforming: files(&solution.files),
                }, key = *chosen) }
            </div>
            <p class="answer-rules">
                { "More on " }
                { for exercise.rules().into_iter().enumerate().map(|(index, rule)| html! {
                    <>
                        if index > 0 { { ", " } }
                        <a href={ChosenSet::default().address(Route::Rule { rule })}>
                            { format!("{rule} {}", catalogue::entry(rule).map_or("", |entry| entry.title)) }
                        </a>
                    </>
                }) }
            </p>
        </section>
    }
}

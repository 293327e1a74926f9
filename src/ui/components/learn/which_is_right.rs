//! 'Which is right': two versions, one of which conforms.

use std::rc::Rc;

use yew::prelude::*;

use super::ExerciseProps;
use super::code_files::{CodeFiles, Compared};
use crate::check::Source;
use crate::ui::components::editor_pane::Side;
use crate::ui::components::learn::paragraphs;
use crate::ui::drawn::draw;

/// Two versions side by side, the words that differ marked, and a button below each.
#[component]
pub fn WhichIsRight(props: &ExerciseProps) -> Html {
    let exercise = props.exercise;
    // Whether the first side was chosen; nothing before a choice.
    let chosen = use_state_eq(|| None::<bool>);
    let sides = use_memo((), |()| {
        let wrong = Rc::new(exercise.start.clone());
        let right =
            Rc::new(exercise.solutions.first().map(|solution| solution.files.clone()).unwrap_or_default());
        if exercise.conforming_first { [right, wrong] } else { [wrong, right] }
    });
    let done = props.kept.progress.of(&exercise.id);
    let is_known = done.solved || done.answer;
    let side = |first: bool, files: &Rc<Vec<Source>>, others: &Rc<Vec<Source>>| {
        let word = if first { "First" } else { "Second" };
        let conforms = first == exercise.conforming_first;
        let known = is_known.then_some(if conforms { "conforming" } else { "violating" });
        let choose = {
            let (chosen, kept) = (chosen.clone(), props.kept.clone());
            Callback::from(move |_: MouseEvent| {
                chosen.set(Some(first));
                if conforms {
                    kept.note(&exercise.id, |done| done.solved = true);
                }
            })
        };
        html! {
            <section
                class={classes!("which-side", known.map(|word| format!("pair-{word}")))}
                aria-label={format!("{word} version")}
            >
                <h2 class="pair-title">
                    if known.is_some() { <span class="pair-mark" aria-hidden="true"></span> }
                    { format!("{word} version") }
                    if let Some(known) = known { <span>{ format!(": {known}") }</span> }
                </h2>
                { draw!(CodeFiles {
                    label: format!("{word} version"),
                    name: format!("{}/{word}", exercise.id),
                    files: files.clone(),
                    compared: Compared {
                        others: others.clone(),
                        side: if first { Side::Violating } else { Side::Conforming },
                    },
                }) }
                <div class="which-choose">
                    <button
                        type="button"
                        class="button"
                        aria-pressed={(*chosen == Some(first)).to_string()}
                        onclick={choose}
                    >
                        { format!("The {} is right", word.to_lowercase()) }
                    </button>
                </div>
            </section>
        }
    };
    let [first, second] = &*sides;
    html! {
        <>
            <div class="which-sides">
                { side(true, first, second) }
                { side(false, second, first) }
            </div>
            <div class="verdict" role="status">
                {
                    match *chosen {
                        Some(choice) if choice == exercise.conforming_first => html! {
                            <p class="verdict-right">{ "Right: this one conforms." }</p>
                        },
                        Some(_) => html! {
                            <div class="verdict-wrong">
                                <p class="verdict-head">{ "Not this one." }</p>
                                { for exercise.wrong_turns.first().map(|turn| paragraphs(&turn.hint)) }
                            </div>
                        },
                        None if is_known => html! {
                            <p class="verdict-right">{ "You have seen the answer to this one." }</p>
                        },
                        None => html! { <p class="verdict-none">{ "What differs is marked. Choose one of the two." }</p> },
                    }
                }
            </div>
        </>
    }
}

//! Three hints, one at a time, then the answer.

use yew::prelude::*;

use super::{ExerciseProps, focus_next};
use crate::ui::components::with_code::with_code;

/// The hints that were asked for, and a button for the next step.
#[component]
pub fn Hints(props: &ExerciseProps) -> Html {
    let exercise = props.exercise;
    let done = props.kept.progress.of(&exercise.id);
    let shown = usize::from(done.hints).min(exercise.hints.len());
    let list = use_node_ref();
    // Behind the last hint there is no button where the answer is known.
    let is_last = shown + 1 == exercise.hints.len() && (done.answer || done.solved);
    let more = {
        let kept = props.kept.clone();
        Callback::from(move |_: MouseEvent| {
            kept.note(&exercise.id, |done| {
                if shown < exercise.hints.len() {
                    done.hints = shown as u8 + 1;
                } else {
                    done.answer = true;
                }
            });
            if shown == exercise.hints.len() {
                focus_next("answer-title");
            } else if is_last {
                focus_next("hints-title");
            }
        })
    };
    html! {
        <section class="hints" aria-labelledby="hints-title">
            <div class="hints-head">
                <h2 id="hints-title" tabindex="-1">{ "Hints" }</h2>
                if shown < exercise.hints.len() {
                    <button type="button" class="button" onclick={more}>
                        { format!("Show hint {} of {}", shown + 1, exercise.hints.len()) }
                    </button>
                } else if !done.answer && !done.solved {
                    <button type="button" class="button" onclick={more}>{ "Show the answer" }</button>
                }
            </div>
            <ol class="hint-list" ref={list} aria-live="polite">
                { for exercise.hints.iter().take(shown).enumerate().map(|(index, hint)| html! {
                    <li key={index}>{ with_code(hint) }</li>
                }) }
            </ol>
            if shown == 0 && !done.solved {
                <p class="hints-none">{ "Three steps, each closer to the answer. Try it without them first." }</p>
            }
        </section>
    }
}

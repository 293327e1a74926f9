//! How far the reading of files is, and what was left out.

use yew::prelude::*;

use crate::ui::device;
use crate::ui::state::{Action, Store, press};
use crate::ui::words;

/// So many paths of one reason are listed.
const LISTED: usize = 200;

/// The reading of files while it lasts, then what became of it.
pub fn intake_notice(store: &Store) -> Html {
    let dismiss = press(store, Action::Outcome(None));
    html! {
        <>
            if let Some(progress) = &store.intake {
                <div class="notice">
                    <label class="progress">
                        { if progress.total == 0 && progress.done == 0 {
                            "Looking through the files…".to_owned()
                        } else if progress.total == 0 {
                            format!("Looking through the files: {} so far…", words::grouped(progress.done as usize))
                        } else {
                            format!("Reading {} of {} files…", progress.done, progress.total)
                        } }
                        if progress.total == 0 {
                            <progress></progress>
                        } else {
                            <progress max={progress.total.to_string()} value={progress.done.to_string()}></progress>
                        }
                    </label>
                    <button type="button" class="button" onclick={|_| device::cancel_take_in()}>{ "Stop" }</button>
                </div>
            }
            if let Some(outcome) = &store.notes.outcome {
                <div class="notice notice-tall" data-testid="outcome">
                    <p>{ outcome.said.clone() }</p>
                    <button type="button" class="button button-quiet" onclick={dismiss}>{ "Dismiss" }</button>
                    if !outcome.left_out.is_empty() {
                        <details class="left-out">
                            <summary>{ "What and why" }</summary>
                            { for outcome.left_out.iter().map(|reason| html! {
                                <>
                                    <p class="left-out-reason">
                                        { format!("{} ({})", reason.words, reason.paths.len()) }
                                    </p>
                                    <ul class="left-out-paths">
                                        { for reason.paths.iter().take(LISTED).map(|path| html! { <li>{ path.clone() }</li> }) }
                                        if reason.paths.len() > LISTED {
                                            <li>{ format!("and {} more", reason.paths.len() - LISTED) }</li>
                                        }
                                    </ul>
                                </>
                            }) }
                        </details>
                    }
                </div>
            }
        </>
    }
}

//! What happened and can be undone or dismissed.

use yew::prelude::*;

use crate::ui::components::intake_notice::intake_notice;
use crate::ui::components::settings_notice::settings_notice;
use crate::ui::components::stopped_files::{stopped_files, tells};
use crate::ui::state::{Action, Checker, Store, press, use_store};
use crate::ui::words;

/// What has just happened and can be taken back, and what has gone wrong.
#[component]
pub fn Notices() -> Html {
    let store = use_store();
    let act = |action: Action| press(&store, action);
    html! {
        <>
            { failure_notice(&store) }
            if !store.kept {
                <div class="notice notice-warning" data-testid="not-kept">
                    <p>{ "This browser does not let the page keep your text: a reload loses it." }</p>
                </div>
            }
            if tells(&store.left_out) {
                { stopped_files(&store) }
            }
            { intake_notice(&store) }
            { settings_notice(&store) }
            if let Some(closed) = store.closed.last().filter(|_| store.tells_closed) {
                <div class="notice">
                    <p>{ format!("Closed {}.", closed.file.path) }</p>
                    <button type="button" class="button" onclick={act(Action::Reopen)}>{ "Undo" }</button>
                    <button type="button" class="button button-quiet" onclick={act(Action::ForgetClosed)}>
                        { "Dismiss" }
                    </button>
                </div>
            }
            if let Some(former) = &store.former {
                <div class="notice">
                    <p>{ format!("{} Your former text is kept until you dismiss this.", former.why).trim().to_owned() }</p>
                    <button type="button" class="button" onclick={act(Action::Undo)}>{ "Undo" }</button>
                    <button type="button" class="button button-quiet" onclick={act(Action::ForgetFormer)}>
                        { "Dismiss" }
                    </button>
                </div>
            }
        </>
    }
}

/// What has gone wrong: that the checker failed, and what was refused.
pub fn failure_notice(store: &Store) -> Html {
    html! {
        <>
            if let Checker::Failed(failure) = &store.checker {
                <div class="notice notice-warning" role="alert">
                    <p>{ words::failure(failure) }</p>
                </div>
            }
            <div>
                if let Some(refused) = &store.refused {
                    <div class="notice notice-warning" role="alert">
                        <p>{ refused.clone() }</p>
                        <button type="button" class="button button-quiet" onclick={press(store, Action::Refused(None))}>
                            { "Dismiss" }
                        </button>
                    </div>
                }
            </div>
        </>
    }
}

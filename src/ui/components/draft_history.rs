//! The drafts that this device keeps: open, name, delete.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::device::{self, Kept};
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::hooks::Draft;
use crate::ui::state::{Action, use_store};

/// The last twenty drafts. What was replaced, emptied or left is among them.
#[component]
pub fn DraftHistory() -> Html {
    let store = use_store();
    let drafts = use_state_eq(|| None::<Result<Vec<Kept>, ()>>);
    let deleted = use_state_eq(|| None::<String>);
    let renaming = use_state_eq(|| None::<String>);
    let refresh = {
        let drafts = drafts.setter();
        Callback::from(move |()| {
            let drafts = drafts.clone();
            spawn_local(async move {
                let listed = device::list_drafts().await.map_err(|_| ());
                let kept = |listed| js_sys::Array::from(&listed).iter().map(JsCast::unchecked_into).collect();
                drafts.set(Some(listed.map(kept)));
            });
        })
    };
    {
        let refresh = refresh.clone();
        use_effect_with((), move |()| refresh.emit(()));
    }
    let open = |kept: &Kept| {
        let (dispatch, kept) = (store.dispatcher(), kept.clone());
        Callback::from(move |_: MouseEvent| {
            let (dispatch, kept) = (dispatch.clone(), kept.clone());
            spawn_local(async move {
                let taken = device::take_draft(&kept.id()).await;
                let Ok(draft) = taken.map(|draft| Draft::from(draft.unchecked_into::<device::Draft>()))
                else {
                    dispatch.dispatch(Action::Say("This draft is no longer there".into()));
                    return;
                };
                dialogs::close(dialogs::DRAFTS);
                let what = if draft.copied { "a copy of the draft" } else { "the draft" };
                let why = format!("Opened {what} “{}”.", kept.title()).into();
                dispatch.dispatch(Action::OpenDraft {
                    draft: draft.id,
                    files: draft.files,
                    active: draft.active,
                    notes: draft.notes,
                    why,
                });
            });
        })
    };
    let delete = |kept: &Kept| {
        let (deleted, refresh, kept) = (deleted.setter(), refresh.clone(), kept.clone());
        Callback::from(move |_: MouseEvent| {
            let (deleted, refresh, kept) = (deleted.clone(), refresh.clone(), kept.clone());
            spawn_local(async move {
                if device::remove_draft(&kept.id()).await.is_ok() {
                    deleted.set(Some(kept.title()));
                }
                refresh.emit(());
            });
        })
    };
    let restore = {
        let (deleted, refresh) = (deleted.setter(), refresh.clone());
        Callback::from(move |_: MouseEvent| {
            let (deleted, refresh) = (deleted.clone(), refresh.clone());
            spawn_local(async move {
                let _ = device::restore_draft().await;
                deleted.set(None);
                refresh.emit(());
            });
        })
    };
    let edit = |id: &str| {
        let (renaming, id) = (renaming.setter(), id.to_owned());
        Callback::from(move |_: MouseEvent| renaming.set(Some(id.clone())))
    };
    let rename = |id: &str| {
        let (renaming, refresh, id) = (renaming.setter(), refresh.clone(), id.to_owned());
        Callback::from(move |name: Option<String>| {
            renaming.set(None);
            let Some(name) = name else { return };
            let (refresh, id) = (refresh.clone(), id.clone());
            spawn_local(async move {
                let _ = device::rename_draft(&id, name.trim()).await;
                refresh.emit(());
            });
        })
    };
    html! {
        <>
            if !matches!(*drafts, Some(Err(()))) {
                <p class="help-words">
                    { "This device keeps the last 20 drafts, also those that were replaced or emptied; the ones with a \
                       name of their own longest. They never leave it." }
                </p>
            }
            if let Some(title) = &*deleted {
                <div class="notice" role="status">
                    <p>{ format!("Deleted “{title}”.") }</p>
                    <button type="button" class="button" onclick={restore}>{ "Undo" }</button>
                </div>
            }
            { match &*drafts {
                None => html! { <p class="help-words">{ "Looking…" }</p> },
                Some(Err(())) => html! {
                    <p class="help-words" role="alert">{ "This browser does not let the page keep drafts." }</p>
                },
                Some(Ok(drafts)) if drafts.is_empty() => html! {
                    <p class="help-words">{ "No draft yet: what you type or open is kept here." }</p>
                },
                Some(Ok(drafts)) => html! {
                    <ul class="drafts" aria-label="Drafts">
                        { for drafts.iter().map(|kept| html! {
                            <li class="draft" key={kept.id()}>
                                <div class="draft-about">
                                    if renaming.as_deref() == Some(kept.id().as_str()) {
                                        { draw!(NameField { name: kept.title(), done: rename(&kept.id()) }) }
                                    } else {
                                        <span class="draft-title">{ kept.title() }</span>
                                    }
                                    <span class="draft-facts">{ kept.facts() }</span>
                                </div>
                                <div class="draft-buttons">
                                    <button type="button" class="button" disabled={kept.current()} onclick={open(kept)}
                                        aria-label={format!("Open {}", kept.title())}>{ "Open" }</button>
                                    if renaming.as_deref() == Some(kept.id().as_str()) {
                                        // The field takes the name as soon as it loses the focus.
                                        <button key="named" type="button" class="button button-main">{ "Keep the name" }</button>
                                    } else {
                                        <button key="name" type="button" class="button" onclick={edit(&kept.id())}
                                            aria-label={format!("Name {}", kept.title())}>{ "Name" }</button>
                                    }
                                    <button type="button" class="button" disabled={kept.current() || kept.elsewhere()}
                                        onclick={delete(kept)}
                                        aria-label={format!("Delete {}", kept.title())}>{ "Delete" }</button>
                                </div>
                            </li>
                        }) }
                    </ul>
                },
            } }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct NameProps {
    name: String,
    /// Called with the new name, or nothing where it stays.
    done: Callback<Option<String>>,
}

#[component]
fn NameField(props: &NameProps) -> Html {
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
                input.select();
            }
        });
    }
    // The field loses the focus when it goes, which must not take what Escape has just refused.
    let finished = use_mut_ref(|| false);
    let finish = {
        let (done, input) = (props.done.clone(), input.clone());
        move |keep: bool| {
            if !std::mem::replace(&mut *finished.borrow_mut(), true) {
                done.emit(input.cast::<HtmlInputElement>().filter(|_| keep).map(|input| input.value()));
            }
        }
    };
    let press = {
        let finish = finish.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" => finish(true),
            "Escape" => {
                // The dialog stays open.
                event.prevent_default();
                finish(false);
            }
            _ => {}
        })
    };
    let blur = {
        let (input, former) = (input.clone(), props.name.clone());
        // What is left as it was gets no name of its own.
        Callback::from(move |_: FocusEvent| {
            finish(input.cast::<HtmlInputElement>().is_some_and(|input| input.value() != former));
        })
    };
    html! {
        <input class="field" ref={input} aria-label="Name of the draft" maxlength="80" value={props.name.clone()} onkeydown={press}
            onblur={blur} />
    }
}

//! Editing the path of a file in its place.

use web_sys::{FocusEvent, HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::ui::components::open_tabs::tab_id;
use crate::ui::state::{Action, use_store};

/// How wide a field has to be at least, at the right end of the tabs.
const LEAST_PIXELS: f64 = 180.0;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: u32,
    pub path: AttrValue,
}

/// A field with the path. Enter takes it, Escape leaves it as it was; a path that cannot be is refused with a word.
#[component]
pub fn RenameField(props: &Props) -> Html {
    let store = use_store();
    let (place, input) = (use_node_ref(), use_node_ref());
    let value = use_state_eq(|| props.path.to_string());
    {
        let (place, input, path, id) = (place.clone(), input.clone(), props.path.clone(), props.id);
        use_effect_with((), move |()| {
            lay_over_tab(&place, id);
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
                // The name without its folder and its ending is what most people want to change.
                let start = path.rfind('/').map_or(0, |slash| slash + 1);
                let end =
                    path[start..].rfind('.').filter(|&dot| dot > 0).map_or(path.len(), |dot| start + dot);
                let units = |to: usize| path[..to].encode_utf16().count() as u32;
                let _ = input.set_selection_range(units(start), units(end));
            }
        });
    }
    // The field loses the focus when it goes, which must not take what Escape has just refused.
    let finished = use_mut_ref(|| false);
    let id = props.id;
    let objection = store.objection(id, &value);
    let finish = {
        let (dispatch, value, former) = (store.dispatcher(), value.clone(), props.path.clone());
        let refused = objection.is_some();
        move |keep: bool| {
            if std::mem::replace(&mut *finished.borrow_mut(), true) {
                return;
            }
            if keep && !refused && **value != *former {
                dispatch.dispatch(Action::Rename { id, path: (*value).clone() });
            } else {
                dispatch.dispatch(Action::EditPath(None));
            }
        }
    };
    let press = {
        let (finish, refused) = (finish.clone(), objection.is_some());
        Callback::from(move |event: KeyboardEvent| {
            // The keys of the tabs around it are not for the field.
            event.stop_propagation();
            match event.key().as_str() {
                "Enter" if !refused => finish(true),
                "Escape" => {
                    event.prevent_default();
                    finish(false);
                }
                _ => {}
            }
        })
    };
    let typed = {
        let value = value.setter();
        Callback::from(move |event: InputEvent| {
            value.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    html! {
        <span class="rename" ref={place}>
            <input
                class="field rename-field"
                ref={input}
                aria-label={format!("Path of {}", props.path)}
                aria-invalid={objection.is_some().then_some("true")}
                aria-describedby="rename-objection"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                size={(value.chars().count() + 2).clamp(10, 40).to_string()}
                value={(*value).clone()}
                oninput={typed}
                onkeydown={press}
                onblur={move |_: FocusEvent| finish(true)}
            />
            <span class="rename-objection" id="rename-objection" role="alert">{ objection.unwrap_or_default() }</span>
        </span>
    }
}

/// Puts the field where the tab is. A list of tabs may hold nothing but tabs, so it cannot stand among them.
fn lay_over_tab(place: &NodeRef, id: u32) {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(tab) = document.and_then(|document| document.get_element_by_id(&tab_id(id))) else { return };
    let Some(place) = place.cast::<HtmlElement>() else { return };
    let Some(files) = place.parent_element().map(|files| files.get_bounding_client_rect()) else { return };
    let most = (files.width() - LEAST_PIXELS).max(0.0);
    let left = (tab.get_bounding_client_rect().left() - files.left()).clamp(0.0, most);
    let _ = place.style().set_property("--rename-left", &format!("{}px", left as i32));
}

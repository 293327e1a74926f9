//! The open files of the playground: tabs, or with many files a list that can be searched.

use wasm_bindgen::JsCast;
use web_sys::{DragEvent, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::ui::components::file_list::file_list;
use crate::ui::components::file_menu::FileMenu;
use crate::ui::components::rename_field::RenameField;
use crate::ui::drawn::draw;
use crate::ui::state::{Action, File, Store, use_store};

/// More files than these are a list.
const MOST_TABS: usize = 8;

/// The open files and what can be done with them. Arrow keys go from tab to tab, with Control and Shift they move the
/// tab, F2 edits its path and Delete closes it; the menu beside them has the same for a finger.
#[component]
pub fn OpenTabs() -> Html {
    let store = use_store();
    let strip = use_node_ref();
    let was_renaming = use_mut_ref(|| false);
    {
        let strip = strip.clone();
        let active = store.file().id;
        use_effect_with((active, store.active, store.renaming), move |(active, _, renaming)| {
            let was_renaming = was_renaming.replace(renaming.is_some());
            let Some(strip) = strip.cast::<HtmlElement>() else { return };
            let document = web_sys::window().and_then(|window| window.document());
            let tab = document.as_ref().and_then(|document| document.get_element_by_id(&tab_id(*active)));
            let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) else { return };
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            tab.scroll_into_view_with_scroll_into_view_options(&options);
            // The focus follows where it was among the tabs, or on the field that has just gone.
            let focused = document.as_ref().and_then(|document| document.active_element());
            if renaming.is_none() && (was_renaming || strip.contains(focused.as_deref())) {
                let _ = tab.focus();
            }
        });
    }
    if store.files.len() > MOST_TABS {
        return html! {
            <div class="open-files">
                { file_list(&store) }
                { draw!(FileMenu) }
            </div>
        };
    }
    let press = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let last = store.files.len() - 1;
            let (active, id) = (store.active, store.file().id);
            let moves = event.ctrl_key() && event.shift_key();
            let to = match event.key().as_str() {
                "ArrowRight" if moves => {
                    return take(&event, &store, Action::Move { id, index: (active + 1).min(last) });
                }
                "ArrowLeft" if moves => {
                    return take(&event, &store, Action::Move { id, index: active.saturating_sub(1) });
                }
                "Delete" => return take(&event, &store, Action::Close(id)),
                "F2" => return take(&event, &store, Action::EditPath(Some(id))),
                "ArrowRight" if active == last => 0,
                "ArrowRight" => active + 1,
                "ArrowLeft" if active == 0 => last,
                "ArrowLeft" => active - 1,
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            take(&event, &store, Action::Show(to));
        })
    };
    html! {
        <div class="open-files">
            <div class="tabs" role="tablist" aria-label="Files" ref={strip} onkeydown={press}>
                { for store.files.iter().enumerate().map(|(index, file)| tab(&store, index, file)) }
            </div>
            // Beside the tabs: a list of tabs may hold nothing else.
            if let Some(file) = store.files.iter().find(|file| store.renaming == Some(file.id)) {
                { draw!(RenameField { id: file.id, path: file.path.clone() }, key = file.id) }
            }
            { draw!(FileMenu) }
        </div>
    }
}

fn take(event: &KeyboardEvent, store: &Store, action: Action) {
    event.prevent_default();
    store.dispatch(action);
}

/// The id of the tab of a file.
pub fn tab_id(id: u32) -> String {
    format!("file-tab-{id}")
}

/// What a dragged tab carries.
const DRAGGED: &str = "application/x-rubric-tab";

fn tab(store: &Store, index: usize, file: &File) -> Html {
    let (id, path) = (file.id, file.path.clone());
    let (folder, name) =
        path.rsplit_once('/').map_or(("", &*path), |(_, name)| (&path[..path.len() - name.len()], name));
    let act = |action: Action| {
        let dispatch = store.dispatcher();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            dispatch.dispatch(action.clone());
        })
    };
    let drag = Callback::from(move |event: DragEvent| {
        if let Some(data) = event.data_transfer() {
            let _ = data.set_data(DRAGGED, &id.to_string());
        }
    });
    let over = Callback::from(|event: DragEvent| {
        if event.data_transfer().is_some_and(|data| data.types().includes(&DRAGGED.into(), 0)) {
            event.prevent_default();
        }
    });
    let drop = {
        let dispatch = store.dispatcher();
        Callback::from(move |event: DragEvent| {
            let dragged = event.data_transfer().and_then(|data| data.get_data(DRAGGED).ok());
            if let Some(id) = dragged.and_then(|id| id.parse().ok()) {
                event.prevent_default();
                event.stop_propagation();
                dispatch.dispatch(Action::Move { id, index });
            }
        })
    };
    let shown = index == store.active;
    html! {
        <button
            key={id}
            id={tab_id(id)}
            type="button"
            // The field for its path lies over it meanwhile.
            class={classes!("tab", (store.renaming == Some(id)).then_some("tab-renamed"))}
            role="tab"
            aria-selected={shown.to_string()}
            aria-controls="editor-panel"
            tabindex={if shown { "0" } else { "-1" }}
            draggable="true"
            title={format!("{path}\nF2 renames, Delete closes, Ctrl Shift arrow moves")}
            onclick={act(Action::Show(index))}
            ondblclick={act(Action::EditPath(Some(id)))}
            ondragstart={drag}
            ondragover={over}
            ondrop={drop}
        >
            <span class="tab-path">
                <bdi dir="ltr"><span class="tab-folder">{ folder.to_owned() }</span>{ name.to_owned() }</bdi>
            </span>
            <span class="tab-close" aria-hidden="true" onclick={act(Action::Close(id))}>{ "×" }</span>
        </button>
    }
}

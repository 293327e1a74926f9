//! The playground: code, scorecard, findings and detail.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::catalogue::SAMPLE_TITLES;
use crate::report::Report;
use crate::ui::components::editor_pane::{EditorPane, Listeners, marks, steps};
use crate::ui::components::finding_detail::finding_detail;
use crate::ui::components::finding_list::FindingList;
use crate::ui::components::link_notice::link_notice;
use crate::ui::components::notices::Notices;
use crate::ui::components::open_files::OpenFiles;
use crate::ui::components::open_tabs::OpenTabs;
use crate::ui::components::patch_notice::PatchNotice;
use crate::ui::components::sample_menu::{SampleMenu, given, sample};
use crate::ui::components::scorecard::Scorecard;
use crate::ui::components::start_over::start_over;
use crate::ui::device;
use crate::ui::drawn::draw;
use crate::ui::hooks::{use_check, use_page_title};
use crate::ui::intake;
use crate::ui::patches::Patches;
use crate::ui::state::{Action, Readable, Store, use_store};
use crate::worker::client::Text;

/// Code on one side, what the rubric says of it on the other.
#[component]
pub fn PlaygroundPage() -> Html {
    let store = use_store();
    let ready = store.readable == Readable::Ready;
    let heading = use_page_title("Playground".to_owned());
    let over = use_state_eq(|| false);
    let patches = use_memo(store.files.clone(), |files| Patches::of(files));
    let sources =
        use_memo(
            store.files.clone(),
            |files| {
                if store.is_empty() { Vec::new() } else { vec![patches.texts(files)] }
            },
        );
    let reports = use_check(sources.clone());
    {
        let dispatch = store.dispatcher();
        // The newest report as it came, and the sources that it is about.
        let newest = use_mut_ref(|| None::<(Rc<Report>, Rc<Vec<Vec<Text>>>)>);
        let answer = reports.as_ref().and_then(|reports| reports.first()).cloned();
        // Which answer it is, and not what it says: it may say the same of other files, which nothing was said of yet.
        let which = answer.as_ref().map(Rc::as_ptr);
        use_effect_with((which, sources, patches), move |(_, sources, patches)| {
            let Some(report) = &answer else { return };
            let mut newest = newest.borrow_mut();
            // Another patch may show the same files, and have other problems.
            let about = newest.as_ref().filter(|(known, _)| Rc::ptr_eq(known, report));
            if about.is_none_or(|(_, known)| known == sources) {
                dispatch.dispatch(Action::Patches((**patches).clone()));
                dispatch.dispatch(Action::Report(patches.relocated(report)));
            }
            if about.is_none() {
                *newest = Some((report.clone(), sources.clone()));
            }
        });
    }
    let file = store.file().clone();
    let shown = use_memo((store.report.clone(), file.path.clone()), |(report, path)| {
        report.as_ref().map(|report| marks(&store.patches.in_tab(report, path), path)).unwrap_or_default()
    });
    let evidence =
        use_memo((store.report.clone(), store.selected, file.path.clone()), |(report, selected, path)| {
            report
                .as_ref()
                .map(|report| steps(&store.patches.in_tab(report, path), *selected, path))
                .unwrap_or_default()
        });
    let listeners = {
        let id = file.id;
        let [typed, caret, finding, walk, refused] = std::array::from_fn(|_| store.dispatcher());
        Listeners {
            typed: Callback::from(move |text| typed.dispatch(Action::Typed { id, text })),
            caret: Callback::from(move |position| caret.dispatch(Action::Caret(position))),
            finding: Callback::from(move |index| finding.dispatch(Action::Select(index))),
            walk: Callback::from(move |step| walk.dispatch(Action::Walk(step))),
            refused: Callback::from(move |()| {
                let why = "This would make the text larger than 2 MB, so it was not taken in. What was there is kept.";
                refused.dispatch(Action::Refused(Some(why.into())));
            }),
        }
    };
    let drag_over = {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            if event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0)) {
                event.prevent_default();
                over.set(true);
            }
        })
    };
    let drag_leave = {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            // From one part of the page to the next it is told as well.
            let into = event.related_target().and_then(|target| target.dyn_into::<Element>().ok());
            if !into.is_some_and(|part| part.closest("#main").is_ok_and(|main| main.is_some())) {
                over.set(false);
            }
        })
    };
    let drop = {
        let (over, store) = (over.setter(), store.clone());
        Callback::from(move |event: DragEvent| {
            over.set(false);
            let data = event.data_transfer().filter(|data| data.types().includes(&"Files".into(), 0));
            if let Some(data) = data {
                event.prevent_default();
                intake::open(device::dropped(&data), &store);
            }
        })
    };
    html! {
        <main
            id="main"
            class={classes!(
                "playground",
                store.is_empty().then_some("playground-empty"),
                (*over).then_some("playground-drop"),
            )}
            ondragover={drag_over}
            ondragleave={drag_leave}
            ondrop={drop}
        >
            <h1 class="visually-hidden" ref={heading} tabindex="-1">{ "Playground" }</h1>
            <div class="code" id="code" tabindex="-1">
                <div class="toolbar">
                    { draw!(OpenTabs) }
                    <div class="toolbar-buttons">
                        { draw!(SampleMenu) }
                        { draw!(OpenFiles) }
                        { start_over(&store) }
                    </div>
                </div>
                { draw!(Notices) }
                { link_notice(&store) }
                { draw!(PatchNotice) }
                <div class="editor-panel" id="editor-panel" role="tabpanel" aria-label={file.path.clone()}>
                    { draw!(EditorPane {
                        label: format!("Code of {}", file.path),
                        described_by: "editor-hint",
                        kept: Some("playground"),
                        placeholder: "Paste Python here, or drop files",
                        document: file.id.to_string(),
                        path: file.path.clone(),
                        text: file.text.clone(),
                        revision: file.revision,
                        marks: shown,
                        selected: store.selected,
                        evidence,
                        reveal: store.reveal.clone(),
                        listeners,
                    }) }
                </div>
                <p class="hint" id="editor-hint">
                    <kbd>{ "F8" }</kbd>{ " next finding, " }
                    <span class="hint-more"><kbd>{ "Shift F8" }</kbd>{ " previous, " }</span>
                    <kbd>{ "Esc" }</kbd>{ " then " }<kbd>{ "Tab" }</kbd>{ " leaves the editor, " }<kbd>{ "?" }</kbd>{ " all keys" }
                </p>
            </div>
            <div class="outcome">
                { draw!(Scorecard) }
                if store.is_empty() {
                    { welcome(&store, ready) }
                } else {
                    { draw!(FindingList) }
                    { finding_detail(&store, ready) }
                }
            </div>
            { jump_bar() }
        </main>
    }
}

/// What somebody sees who has given nothing to check yet.
fn welcome(store: &Store, ready: bool) -> Html {
    html! {
        <section class="welcome" id="findings" aria-label="How to start" tabindex="-1">
            <h2>{ "Which production standards does your code keep?" }</h2>
            <p>
                { "Paste Python into the editor, or drop files on this page: FastAPI code, and the Dockerfile, \
                   Compose, Helm or Caddy files beside it. Each finding names its rule, why it is one, and the \
                   conforming form." }
            </p>
            <p>{ "Everything is checked inside this page. Nothing that you paste leaves it." }</p>
            <ul class="welcome-samples">
                { for SAMPLE_TITLES.iter().enumerate().map(|(index, title)| {
                    let dispatch = store.dispatcher();
                    let load = move |_: MouseEvent| {
                        let why = format!("Loaded the sample “{title}”.").into();
                        dispatch.dispatch(Action::Replace { files: given(sample(index)), why });
                    };
                    html! {
                        <li>
                            <button type="button" class="button button-main" disabled={!ready} onclick={load}>
                                { format!("Try the sample: {title}") }
                            </button>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

/// On a narrow screen the parts stand below one another: this goes from one to the other.
fn jump_bar() -> Html {
    let go = |id: &'static str| {
        Callback::from(move |_: MouseEvent| {
            let target = web_sys::window()
                .and_then(|window| window.document()?.get_element_by_id(id))
                .and_then(|element| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(element).ok());
            if let Some(target) = target {
                // What loses the focus may change its height, so the place is sought afterwards.
                let _ = target.focus();
                Timeout::new(0, move || target.scroll_into_view()).forget();
            }
        })
    };
    html! {
        <nav class="jump-bar" aria-label="Parts of this page">
            <button type="button" onclick={go("code")}>{ "Code" }</button>
            <button type="button" onclick={go("scorecard")}>{ "Scorecard" }</button>
            <button type="button" onclick={go("findings")}>{ "Findings" }</button>
            <button type="button" onclick={go("detail")}>{ "Detail" }</button>
        </nav>
    }
}

//! A link or a file that holds the playground as it is.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::link::{BUNDLE_ENDING, LONGEST_LINK, Shared};
use crate::report::{Report, Rule};
use crate::ui::clipboard::copy;
use crate::ui::commands::SHARE;
use crate::ui::components::dialog::Dialog;
use crate::ui::components::with_code::with_code;
use crate::ui::device;
use crate::ui::dialogs;
use crate::ui::download::{download, page_address};
use crate::ui::drawn::draw;
use crate::ui::packing::pack;
use crate::ui::state::{Store, use_store};
use crate::ui::words;

/// How many suspects are listed.
const LISTED: usize = 12;

/// What is to be shared, as far as it was made.
#[derive(Clone, PartialEq)]
struct Made {
    shared: Shared,
    /// What somebody should look at first, a line each; none while it is looked for.
    suspects: Option<Vec<String>>,
    /// None while it is being made.
    link: Option<AttrValue>,
    /// Whether it may be seen: nothing was suspected, or it was looked at.
    seen: bool,
}

/// Makes a link to all that is open, or a bundle where that is too long.
#[component]
pub fn Share() -> Html {
    let store = use_store();
    let input = use_node_ref();
    let made = use_state_eq(|| None::<Made>);
    let open = {
        let (made, store) = (made.clone(), store.clone());
        Callback::from(move |_: MouseEvent| {
            let shared = Shared::new(store.sources(), store.active, &store.settings)
                .with_findings(store.report.as_deref(), store.selected);
            let started = Made { seen: false, shared, suspects: None, link: None };
            made.set(Some(started.clone()));
            dialogs::open(dialogs::SHARE);
            let (made, report) = (made.setter(), store.whole.clone());
            spawn_local(async move {
                let mut suspects = suspected(&started.shared).await;
                add_found(&mut suspects, report.as_deref());
                let code = pack(&started.shared.to_json()).await.ok().and_then(|code| code.as_string());
                // A browser that cannot compress makes bundles all the same.
                let link = code.map(|code| format!("{}#/link?{code}", page_address())).unwrap_or_default();
                made.set(Some(Made {
                    seen: suspects.is_empty(),
                    suspects: Some(suspects),
                    link: Some(link.into()),
                    shared: started.shared,
                }));
            });
        })
    };
    let on_close = use_callback(made.setter(), |(), made| made.set(None));
    let look = {
        let made = made.clone();
        Callback::from(move |_: MouseEvent| {
            made.set((*made).clone().map(|made| Made { seen: true, ..made }));
        })
    };
    {
        // The link is selected as soon as it can be seen.
        let input = input.clone();
        let shown = made.as_ref().is_some_and(|made| made.seen && made.link.is_some());
        use_effect_with(shown, move |shown| {
            if let (true, Some(input)) = (*shown, input.cast::<HtmlInputElement>()) {
                let _ = input.focus();
                input.select();
            }
        });
    }
    let content = {
        let (made, store, input) = ((*made).clone(), store.clone(), input.clone());
        Callback::from(move |()| match &made {
            Some(made) if made.seen => self::made(made, &store, input.clone()),
            Some(Made { suspects: Some(suspects), .. }) => suspicion(suspects, look.clone()),
            Some(_) => html! { <p role="status">{ "Looking for secrets…" }</p> },
            None => Html::default(),
        })
    };
    html! {
        <div>
            <button id={SHARE} type="button" class="button" onclick={open}>{ "Share" }</button>
            { draw!(Dialog { id: dialogs::SHARE, title: "Share", class: "dialog-wide", content, on_close }) }
        </div>
    }
}

/// What looks like a secret: whoever gets the link gets it.
fn suspicion(suspects: &[String], look: Callback<MouseEvent>) -> Html {
    let more = suspects.len().saturating_sub(LISTED);
    html! {
        <div role="alert">
            <p>{ "Whoever gets the link can read all of it, and some of this looks like a secret:" }</p>
            <ul class="suspects">
                { for suspects.iter().take(LISTED).map(|suspect| {
                    // The value at its end stays in one piece.
                    let (what, value) = suspect.rsplit_once(' ').unwrap_or(("", suspect));
                    html! { <li>{ with_code(what) }{ " " }<span class="suspect-value">{ value.to_owned() }</span></li> }
                }) }
                if more > 0 {
                    <li>{ format!("and {more} more") }</li>
                }
            </ul>
            <p>
                <button type="button" class="button" onclick={look}>{ "They are no secrets, share all the same" }</button>
            </p>
        </div>
    }
}

fn made(made: &Made, store: &Store, input: NodeRef) -> Html {
    let Some(link) = made.link.clone() else {
        return html! { <p role="status">{ "Making the link…" }</p> };
    };
    let bundle = {
        let (dispatch, shared) = (store.dispatcher(), made.shared.clone());
        Callback::from(move |_: MouseEvent| {
            let name = format!("playground{BUNDLE_ENDING}");
            download(&name, "application/json", shared.to_bundle(), &dispatch);
        })
    };
    let files = words::count(made.shared.files.len(), "file");
    let is_short = !link.is_empty() && link.len() <= LONGEST_LINK;
    let copied = {
        let (dispatch, link) = (store.dispatcher(), link.clone());
        Callback::from(move |_: MouseEvent| copy(link.to_string(), "the link", dispatch.clone()))
    };
    html! {
        if is_short {
            <p>
                { format!("The link holds {files}{} and what was found. All of it stands behind its #, which browsers \
                           send to no server.", if made.shared.settings.is_some() { ", the settings" } else { "" }) }
            </p>
            <input ref={input} class="field" type="text" readonly=true aria-label="Link" value={link} />
            <div class="dialog-actions">
                <button type="button" class="button button-main" onclick={copied}>{ "Copy the link" }</button>
                <button type="button" class="button" onclick={bundle}>{ "Download as a file" }</button>
            </div>
        } else {
            <p>
                if link.is_empty() {
                    { "This browser cannot make a link. A file holds the same, and this page opens it again." }
                } else {
                    { format!("This would be a link of {} characters; chats and mail cut links over {}. A file holds \
                               the same, and this page opens it again.", words::grouped(link.len()), words::grouped(LONGEST_LINK)) }
                }
            </p>
            <div class="dialog-actions">
                <button type="button" class="button button-main" onclick={bundle}>{ "Download as a file" }</button>
            </div>
        }
    }
}

/// Adds what the rule about secrets finds and no text shows by itself: what a call is handed, by its parameter's name.
fn add_found(suspects: &mut Vec<String>, report: Option<&Report>) {
    let Some(report) = report else { return };
    for finding in report.findings.iter().chain(&report.silenced) {
        let place = format!("{}: ", words::place(&finding.path, &finding.range));
        let is_written = finding.rule == Rule::O3 && finding.message.ends_with("is written down here");
        if is_written && !suspects.iter().any(|suspect| suspect.starts_with(&place)) {
            let name = finding.message.split('`').nth(1).unwrap_or_default();
            suspects.push(format!("{place}the value of `{name}`, …"));
        }
    }
}

/// Where each suspect stands and what it seems to be. The second module looks: it knows what secrets look like.
async fn suspected(shared: &Shared) -> Vec<String> {
    let files = serde_json::to_string(&shared.files).unwrap_or_default();
    let module = device::load_later().await.ok();
    module
        .and_then(|module| serde_json::from_str(&device::LaterModule::from(module).suspected(&files)).ok())
        .unwrap_or_else(|| {
            vec!["nothing was looked for, since a part of the page could not be loaded".to_owned()]
        })
}

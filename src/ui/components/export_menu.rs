//! The menu of what can be taken away.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::export::{audit, json, markdown, sarif};
use crate::report::Report;
use crate::ui::clipboard::copy;
use crate::ui::components::printed_report::PrintedReport;
use crate::ui::download::{download, page_address};
use crate::ui::drawn::draw;
use crate::ui::state::Store;

type Written = fn(&Report) -> String;

fn as_markdown(report: &Report) -> String {
    markdown::report(report, Some(&page_address()))
}

fn as_sarif(report: &Report) -> String {
    sarif::report(report, Some(&page_address()))
}

/// The items' ids, with what the palette calls them.
pub const EXPORTS: [(&str, &str); 7] = [
    ("copy-markdown", "Copy all findings as Markdown"),
    ("copy-audit", "Copy all findings as an audit"),
    ("save-markdown", "Download the report as Markdown"),
    ("save-audit", "Download the audit"),
    ("save-sarif", "Download the report as SARIF"),
    ("save-json", "Download the report as JSON"),
    ("print-report", "Print the report"),
];

/// The item's id and what it says, what is copied in words, and how it is written.
const COPIES: [(&str, &str, &str, Written); 2] = [
    (EXPORTS[0].0, "As Markdown", "the findings as Markdown", as_markdown),
    (EXPORTS[1].0, "As an audit", "the audit", audit::report),
];

/// The item's id and what it says, the file's name, its type, and how it is written.
const FILES: [(&str, &str, &str, &str, Written); 4] = [
    (EXPORTS[2].0, "Markdown", "rubric-report.md", "text/markdown", as_markdown),
    (EXPORTS[3].0, "Audit", "rubric-audit.md", "text/markdown", audit::report),
    (EXPORTS[4].0, "SARIF", "rubric-report.sarif", "application/sarif+json", as_sarif),
    (EXPORTS[5].0, "JSON", "rubric-report.json", "application/json", json::report),
];

/// Copies or keeps the shown report in a form, or prints it.
#[component]
pub fn ExportMenu() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let (button, popover) = (use_node_ref(), use_node_ref());
    let printed = use_state_eq(|| 0_u32);
    let Some(report) = store.report.clone() else { return html! { <div></div> } };
    let close = {
        let (popover, button) = (popover.clone(), button.clone());
        move || {
            if let Some(popover) = popover.get().and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
                let _ = popover.hide_popover();
            }
            if let Some(button) = button.cast::<HtmlElement>() {
                let _ = button.focus();
            }
        }
    };
    let copied = |(id, title, what, written): (&'static str, &'static str, &'static str, Written)| {
        let (dispatch, report, close) = (store.dispatcher(), report.clone(), close.clone());
        let press = Callback::from(move |_: MouseEvent| {
            close();
            copy(written(&report), what, dispatch.clone());
        });
        html! { <li key={title}><button {id} type="button" class="menu-item" onclick={press}>{ title }</button></li> }
    };
    let kept = |(id, title, name, kind, written): (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        Written,
    )| {
        let (dispatch, report, close) = (store.dispatcher(), report.clone(), close.clone());
        let press = Callback::from(move |_: MouseEvent| {
            close();
            download(name, kind, written(&report), &dispatch);
        });
        html! {
            <li key={title}>
                <button {id} type="button" class="menu-item" onclick={press}>
                    { title }<span class="menu-file">{ name }</span>
                </button>
            </li>
        }
    };
    let print = {
        let (printed, close) = (printed.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            close();
            printed.set(*printed + 1);
        })
    };
    html! {
        <div>
            <button type="button" class="button" popovertarget="export" ref={button}>{ "Export" }</button>
            <div class="menu menu-small" id="export" popover="auto" ref={popover} role="group" aria-label="Export">
                <h2 class="menu-title">{ "Copy all findings" }</h2>
                <ul>{ for COPIES.into_iter().map(copied) }</ul>
                <h2 class="menu-title">{ "Download" }</h2>
                <ul>{ for FILES.into_iter().map(kept) }</ul>
                <h2 class="menu-title">{ "Print" }</h2>
                <ul>
                    <li><button id={EXPORTS[6].0} type="button" class="menu-item" onclick={print}>{ "Printable page" }</button></li>
                </ul>
            </div>
            { draw!(PrintedReport { report, asked: *printed }) }
        </div>
    }
}

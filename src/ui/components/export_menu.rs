//! The menu of what can be taken away.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::export::{Part, audit, json, markdown, sarif};
use crate::report::Report;
use crate::ui::clipboard::copy;
use crate::ui::components::printed_report::PrintedReport;
use crate::ui::download::{download_part, page_address};
use crate::ui::drawn::draw;
use crate::ui::state::{State, use_store};
use crate::ui::words;

/// Writes what is taken away.
type Written = fn(&Taken) -> String;

const AS_MARKDOWN: Written = |taken| markdown::report(&taken.report, Some(&page_address()));
const AS_AUDIT: Written = |taken| audit::report(&taken.report, taken.told, taken.severities);
const AS_SARIF: Written = |taken| sarif::report(&taken.report, Some(&page_address()));
const AS_JSON: Written = |taken| json::report(&taken.report);

const MARKDOWN: &str = "text/markdown";

/// The items' ids, with what the palette calls them.
pub const EXPORTS: [(&str, &str); 7] = [
    ("copy-markdown", "Copy the findings as Markdown"),
    ("copy-audit", "Copy the findings as an audit"),
    ("save-markdown", "Download the report as Markdown"),
    ("save-audit", "Download the audit"),
    ("save-sarif", "Download the report as SARIF"),
    ("save-json", "Download the report as JSON"),
    ("print-report", "Print the report"),
];

/// The item's id and what it says, what is copied in words, and how it is written.
const COPIES: [(&str, &str, &str, Written); 2] = [
    (EXPORTS[0].0, "As Markdown", "the findings as Markdown", AS_MARKDOWN),
    (EXPORTS[1].0, "As an audit", "the audit", AS_AUDIT),
];

/// The item's id and what it says, the file's name, its type, and how it is written.
const FILES: [(&str, &str, &str, &str, Written); 4] = [
    (EXPORTS[2].0, "Markdown", "rubric-report.md", MARKDOWN, AS_MARKDOWN),
    (EXPORTS[3].0, "Audit", "rubric-audit.md", MARKDOWN, AS_AUDIT),
    (EXPORTS[4].0, "SARIF", "rubric-report.sarif", "application/sarif+json", AS_SARIF),
    (EXPORTS[5].0, "JSON", "rubric-report.json", "application/json", AS_JSON),
];

/// What is taken away: the report, and what of the whole it is where that is a part, `3 of 12 findings`.
#[derive(Clone, PartialEq)]
struct Taken {
    report: Rc<Report>,
    part: Option<String>,
    told: Part,
    /// For how many rules the settings have a severity.
    severities: usize,
}

impl Taken {
    /// The listed findings alone, or all of them.
    fn of(store: &State, whole: &Rc<Report>, listed: &[usize], all: bool) -> Self {
        let severities = store.settings.severity.len();
        if all || listed.len() == whole.findings.len() {
            let told = match store.patches.added() {
                Some(lines) if !store.with_unchanged => Part::AddedLines(lines),
                _ => Part::Whole,
            };
            return Self { report: whole.clone(), part: None, told, severities };
        }
        let mut is_listed = vec![false; whole.findings.len()];
        listed.iter().for_each(|&index| is_listed[index] = true);
        let mut is_listed = is_listed.into_iter();
        let mut report = (**whole).clone();
        report.findings.retain(|_| is_listed.next() == Some(true));
        let part = format!("{} of {}", listed.len(), words::count(whole.findings.len(), "finding"));
        Self { report: Rc::new(report), part: Some(part), told: Part::Chosen, severities }
    }

    /// As a form writes it; what a person reads says that it is a part.
    fn written(&self, form: Written, is_read: bool) -> String {
        let text = form(self);
        match &self.part {
            Some(part) if is_read => format!("{}\n\nThis is a part: {part}.\n", text.trim_end()),
            _ => text,
        }
    }
}

/// Copies or keeps the listed findings or the whole report in a form, or prints it.
#[component]
pub fn ExportMenu() -> Html {
    let store = use_store();
    let (button, popover) = (use_node_ref(), use_node_ref());
    let printed = use_state_eq(|| 0_u32);
    let all = use_state_eq(|| false);
    let listed = store.listed();
    let (count, total) = (listed.len(), store.report.as_ref().map_or(0, |report| report.findings.len()));
    let taken =
        use_memo((store.report.clone(), listed, *all, store.settings.clone()), |(whole, listed, all, _)| {
            whole.as_ref().map(|whole| Taken::of(&store, whole, listed, *all))
        });
    let Some(taken) = (*taken).clone() else { return html! {} };
    let report = taken.report.clone();
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
        let (dispatch, taken, close) = (store.dispatcher(), taken.clone(), close.clone());
        let press = Callback::from(move |_: MouseEvent| {
            close();
            let said = taken.part.as_ref().map(|part| format!("{what}: {part}"));
            copy(taken.written(written, true), said.as_deref().unwrap_or(what), dispatch.clone());
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
        let (dispatch, taken, close) = (store.dispatcher(), taken.clone(), close.clone());
        let press = Callback::from(move |_: MouseEvent| {
            close();
            let part = taken.part.as_ref().map_or_else(String::new, |part| format!(": {part}"));
            let text = taken.written(written, kind == MARKDOWN);
            download_part(name, kind, text, &part, &dispatch);
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
                { choice(count, total, &all) }
                <h2 class="menu-title">{ "Copy" }</h2>
                <ul>{ for COPIES.into_iter().map(copied) }</ul>
                <h2 class="menu-title">{ "Download" }</h2>
                <ul>{ for FILES.into_iter().map(kept) }</ul>
                <h2 class="menu-title">{ "Print" }</h2>
                <ul>
                    <li><button id={EXPORTS[6].0} type="button" class="menu-item" onclick={print}>{ "Printable page" }</button></li>
                </ul>
            </div>
            { draw!(PrintedReport { report, part: taken.part.clone(), asked: *printed }) }
        </div>
    }
}

/// Says what is taken away; where the lists are narrowed, there is a choice.
fn choice(listed: usize, total: usize, all: &UseStateHandle<bool>) -> Html {
    if listed == total {
        return html! { <p class="menu-about">{ format!("All of it: {}.", words::count(total, "finding")) }</p> };
    }
    let option = |words: String, chosen: bool, value: bool| {
        let all = all.setter();
        let choose = move |_: Event| all.set(value);
        html! {
            <label class="menu-choice">
                <input type="radio" name="exported" checked={chosen} onchange={choose} />{ words }
            </label>
        }
    };
    html! {
        <fieldset class="menu-choices">
            <legend class="menu-title">{ "Which findings" }</legend>
            { option(format!("The {listed} listed"), !**all, false) }
            { option(format!("All {total}"), **all, true) }
        </fieldset>
    }
}

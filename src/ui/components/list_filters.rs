//! Narrows the lists of findings by severity, certainty, section and file.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::report::{Certainty, Section};
use crate::ui::commands::FILTER;
use crate::ui::filters::{ListFilters as Filters, Order};
use crate::ui::route::{SEVERITIES, section_key};
use crate::ui::state::{Action, Store, press};

const CERTAINTIES: [Certainty; 3] = [Certainty::Sure, Certainty::Likely, Certainty::Question];

/// Four choices, a button that takes them back, and the order.
pub fn list_filters(store: &Store) -> Html {
    let Some(report) = store.report.clone() else { return html! {} };
    let filters = store.filters.clone();
    if report.findings.len() < 2 && filters.is_empty() {
        return html! {};
    }
    let mut paths: Vec<String> = report.findings.iter().map(|finding| finding.path.clone()).collect();
    paths.dedup();
    let choice = |label: &'static str,
                  current: String,
                  options: Vec<(String, String)>,
                  put: fn(&mut Filters, String)| {
        let (filters, dispatch) = (filters.clone(), store.dispatcher());
        let change = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let mut filters = filters.clone();
            put(&mut filters, select.value());
            dispatch.dispatch(Action::Filter(filters));
        });
        html! {
            <select
                id={(label == "Severity").then_some(FILTER)}
                class={classes!("select", "list-filter", (!current.is_empty()).then_some("list-filter-set"))}
                aria-label={format!("{label} of the listed findings")}
                ~value={current.clone()}
                onchange={change}
            >
                <option value="" selected={current.is_empty()}>{ format!("{label}: any") }</option>
                { for options.into_iter().map(|(value, words)| {
                    let selected = value == current;
                    // What is chosen stands alone in the closed choice.
                    let words = if selected { format!("{label}: {words}") } else { words };
                    html! { <option {value} {selected}>{ words }</option> }
                }) }
            </select>
        }
    };
    let ordered = {
        let dispatch = store.dispatcher();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let order = if select.value().is_empty() { Order::Place } else { Order::Severity };
            dispatch.dispatch(Action::Order(order));
        })
    };
    let by_severity = store.order == Order::Severity;
    let clear = press(store, Action::Filter(Filters::default()));
    let same = |word: &str| (word.to_owned(), word.to_owned());
    html! {
        <div class="list-filters" role="group" aria-label="Narrow and order the lists">
            { choice(
                "Severity",
                filters.severity.map(|severity| severity.word().to_owned()).unwrap_or_default(),
                SEVERITIES.iter().map(|severity| same(severity.word())).collect(),
                |filters, value| {
                    filters.severity = SEVERITIES.into_iter().find(|severity| severity.word() == value);
                },
            ) }
            { choice(
                "Certainty",
                filters.certainty.map(|certainty| certainty.word().to_owned()).unwrap_or_default(),
                CERTAINTIES.iter().map(|certainty| same(certainty.word())).collect(),
                |filters, value| {
                    filters.certainty = CERTAINTIES.into_iter().find(|certainty| certainty.word() == value);
                },
            ) }
            { choice(
                "Section",
                filters.section.map(section_key).unwrap_or_default(),
                Section::ALL.iter().map(|section| (section_key(*section), section.title().to_owned())).collect(),
                |filters, value| {
                    filters.section = Section::ALL.into_iter().find(|section| section_key(*section) == value);
                },
            ) }
            if paths.len() > 1 || filters.path.is_some() {
                { choice(
                    "File",
                    filters.path.as_ref().map(ToString::to_string).unwrap_or_default(),
                    paths.iter().map(|path| same(path)).collect(),
                    |filters, value| filters.path = (!value.is_empty()).then(|| value.into()),
                ) }
            }
            // It keeps its room, so that nothing jumps.
            <button
                type="button"
                class={classes!("button", "button-quiet", filters.is_empty().then_some("invisible"))}
                onclick={clear}
            >
                { "Clear" }
            </button>
            <select class="select list-filter list-order" aria-label="Order of the listed findings" onchange={ordered}>
                <option value="" selected={!by_severity}>{ "Order: place" }</option>
                <option value="severity" selected={by_severity}>{ "Order: severity" }</option>
            </select>
        </div>
    }
}

//! Search and filters of the gallery.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::catalogue::Needs;
use crate::report::Section;
use crate::ui::route::{Filters, SEVERITIES, needs_key, section_key};

/// Narrows the list of rules by words, section, severity and what a rule needs.
pub fn rule_filters(filters: &Filters, on_change: &Callback<Filters>, search: NodeRef) -> Html {
    let typed = {
        let (filters, on_change) = (filters.clone(), on_change.clone());
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            on_change.emit(Filters { search: input.value(), ..filters.clone() });
        })
    };
    let choice = |label: &'static str,
                  current: String,
                  options: Vec<(String, &'static str)>,
                  put: fn(&mut Filters, String)| {
        let (filters, on_change) = (filters.clone(), on_change.clone());
        let change = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let mut filters = filters.clone();
            put(&mut filters, select.value());
            on_change.emit(filters);
        });
        html! {
            <label class="filter">
                <span class="filter-label">{ label }</span>
                <select class="select" ~value={current.clone()} onchange={change}>
                    <option value="" selected={current.is_empty()}>{ "any" }</option>
                    { for options.into_iter().map(|(value, words)| {
                        let selected = value == current;
                        html! { <option {value} {selected}>{ words }</option> }
                    }) }
                </select>
            </label>
        }
    };
    html! {
        <form class="filters" role="search" onsubmit={|event: SubmitEvent| event.prevent_default()}>
            <label class="filter filter-search">
                <span class="filter-label">{ "Search " }<kbd>{ "/" }</kbd></span>
                <input
                    class="field"
                    type="search"
                    ref={search}
                    value={filters.search.clone()}
                    oninput={typed}
                    placeholder="timeout, session, C5…"
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            { choice(
                "Section",
                filters.section().map(section_key).unwrap_or_default(),
                Section::ALL.map(|section| (section_key(section), section.title())).to_vec(),
                |filters, value| filters.section = value,
            ) }
            { choice(
                "Severity",
                filters.severity().map(|severity| severity.word().to_owned()).unwrap_or_default(),
                SEVERITIES.map(|severity| (severity.word().to_owned(), severity.word())).to_vec(),
                |filters, value| filters.severity = value,
            ) }
            { choice(
                "Needs",
                filters.needs().map(needs_key).unwrap_or_default(),
                Needs::ALL.map(|needs| (needs_key(needs), needs.words())).to_vec(),
                |filters, value| filters.needs = value,
            ) }
        </form>
    }
}

//! The gallery of all rules.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;
use yew_router::prelude::*;
use yew_router::query::Raw;

use crate::catalogue::{ENTRIES, Entry};
use crate::report::Section;
use crate::ui::components::rule_card::rule_card;
use crate::ui::components::rule_filters::rule_filters;
use crate::ui::hooks::{use_page_title, use_window_key};
use crate::ui::route::{Filters, Route};
use crate::ui::state::Store;
use crate::ui::words;

/// All rules, narrowed by what stands in the address.
#[component]
pub fn RulesPage() -> Html {
    let heading = use_page_title("Rules".to_owned());
    let navigator = use_navigator().expect("the application has a router");
    let location = use_location();
    let filters = location.map(|location| Filters::read(location.query_str())).unwrap_or_default();
    // The search also reads the texts, so the list is narrowed anew when they are there.
    let _ = use_context::<Store>();
    let search = use_node_ref();
    {
        let search = search.clone();
        let press = use_callback((), move |(event, field): (KeyboardEvent, bool), ()| {
            if event.key() == "/" && !field && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
                event.prevent_default();
                if let Some(input) = search.cast::<HtmlInputElement>() {
                    let _ = input.focus();
                    input.select();
                }
            }
        });
        use_window_key(press);
    }
    let change = Callback::from({
        let navigator = navigator.clone();
        move |filters: Filters| {
            let _ = navigator.replace_with_query(&Route::Rules, Raw(filters.query()));
        }
    });
    let clear = Callback::from(move |_: MouseEvent| navigator.replace(&Route::Rules));
    let shown: Vec<&'static Entry> = ENTRIES.iter().filter(|entry| matches(entry, &filters)).collect();
    let outcome = if filters == Filters::default() {
        let checked = ENTRIES.iter().filter(|entry| entry.checked).count();
        if checked == ENTRIES.len() {
            format!("{}, all of them checked", words::count(checked, "rule"))
        } else {
            format!("{}, {checked} of them checked", words::count(ENTRIES.len(), "rule"))
        }
    } else {
        format!("{} of {}", shown.len(), words::count(ENTRIES.len(), "rule"))
    };
    html! {
        <main id="main" class="page rules-page">
            <div class="page-head">
                <h1 ref={heading} tabindex="-1">{ "Rules" }</h1>
                <p class="page-count" role="status">{ outcome }</p>
            </div>
            { rule_filters(&filters, &change, search) }
            if shown.is_empty() {
                <div class="nothing">
                    <p>{ "No rule is like that." }</p>
                    <button type="button" class="button" onclick={clear}>{ "Show all rules" }</button>
                </div>
            }
            { for Section::ALL.into_iter().map(|section| {
                let mut cards = shown.iter().filter(|entry| entry.rule.section() == section).peekable();
                if cards.peek().is_none() {
                    return html! {};
                }
                html! {
                    <section class="rules-section" key={section.title()}>
                        <h2>{ section.title() }</h2>
                        <ul class="cards">
                            { for cards.map(|&entry| rule_card(entry)) }
                        </ul>
                    </section>
                }
            }) }
        </main>
    }
}

fn matches(entry: &Entry, filters: &Filters) -> bool {
    filters.section().is_none_or(|section| entry.rule.section() == section)
        && filters.severity().is_none_or(|severity| entry.severity == severity)
        && filters.needs().is_none_or(|needs| entry.needs == needs)
        && filters.search.split_whitespace().all(|word| {
            let word = word.to_ascii_lowercase();
            let has = |text: &str| text.to_ascii_lowercase().contains(&word);
            entry.rule.id().eq_ignore_ascii_case(&word)
                || has(entry.title)
                || has(entry.summary)
                || entry.texts().iter().any(|text| has(&text.markdown))
        })
}

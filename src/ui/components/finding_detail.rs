//! The selected finding: its evidence, its pattern, and the pair of its rule.

use yew::prelude::*;

use crate::catalogue;
use crate::report::{Certainty, Finding};
use crate::ui::components::copy_finding::copy_finding;
use crate::ui::components::level::Level;
use crate::ui::components::places::place;
use crate::ui::components::rule_pair::{RulePair, pair_files};
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::route::Route;
use crate::ui::state::Store;

/// All about the selected finding: why the checker thinks so, what to write instead, and its rule's pair.
pub fn finding_detail(store: &Store, readable: bool) -> Html {
    let selected = store.report.as_ref().zip(store.selected);
    let Some(finding) = selected.and_then(|(report, index)| report.findings.get(index)) else {
        return html! {
            <section class="detail detail-empty" id="detail" aria-label="Selected finding" tabindex="-1">
                if store.report.as_ref().is_some_and(|report| !report.findings.is_empty()) {
                    <p>{ "Select a finding to see why it is one, and the conforming form. F8 goes to the next one." }</p>
                }
            </section>
        };
    };
    let entry = catalogue::entry(finding.rule);
    html! {
        <section class="detail" id="detail" aria-label="Selected finding" tabindex="-1">
            <header class="detail-head">
                <h2 class="detail-title">
                    <span class="rule-id">{ finding.rule.id() }</span>
                    { entry.map(|entry| entry.title).unwrap_or_default() }
                </h2>
                <div class="detail-actions">
                    { copy_finding(store, finding) }
                    <a class="detail-link" href={Route::Rule { rule: finding.rule }.address()}>
                        { format!("All about {}", finding.rule) }
                    </a>
                </div>
            </header>
            <p class="detail-message">
                { draw!(Level { word: finding.level() }) }
                { " " }
                { sentence(&finding.message) }
                if finding.certainty == Certainty::Likely {
                    <span class="certainty">{ " Likely, not sure: one step rests on something outside these files." }</span>
                }
                if !finding.symbol.is_empty() {
                    <span class="symbol">{ " In " }<code>{ finding.symbol.clone() }</code>{ "." }</span>
                }
            </p>
            { evidence(store, finding) }
            <h3 class="detail-part">{ "What conforms" }</h3>
            <p class="detail-conforming">{ with_code(&finding.conforming) }</p>
            if let Some(entry) = entry.filter(|_| readable) {
                <h3 class="detail-part">{ format!("{} by example", finding.rule) }</h3>
                { draw!(RulePair {
                    name: format!("detail/{}", entry.name),
                    violating: pair_files(entry.violating()),
                    conforming: pair_files(entry.conforming()),
                }, key = entry.name) }
            }
        </section>
    }
}

/// The evidence as steps: each goes to its place.
fn evidence(store: &Store, finding: &Finding) -> Html {
    if finding.because.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3 class="detail-part">{ "Because" }</h3>
            <ol class="places evidence">
                { for finding.because.iter().map(|step| place(store, &step.path, step.range, &step.note)) }
            </ol>
        </>
    }
}

/// A message of the report as a sentence of a page.
fn sentence(message: &str) -> Html {
    let mut characters = message.chars();
    let text = match characters.next() {
        // A name at the start keeps its case: `requests.get`, `db`.
        Some(first)
            if message.split(' ').next().is_some_and(|word| word.chars().all(char::is_alphabetic)) =>
        {
            std::iter::once(first.to_ascii_uppercase()).chain(characters).collect::<String>()
        }
        _ => message.to_owned(),
    };
    with_code(&format!("{text}."))
}

//! One rule in the gallery.

use yew::prelude::*;

use crate::catalogue::Entry;
use crate::ui::components::level::Level;
use crate::ui::drawn::draw;
use crate::ui::route::Route;

/// A rule in the list of rules.
pub fn rule_card(entry: &Entry) -> Html {
    html! {
        <li class="card" key={entry.rule.id()}>
            <h3 class="card-title">
                <span class="rule-id">{ entry.rule.id() }</span>
                <a class="card-link" href={Route::Rule { rule: entry.rule }.address()}>{ entry.title }</a>
            </h3>
            <div class="card-text">{ Html::from_html_unchecked(entry.summary_html.into()) }</div>
            { facts(entry) }
        </li>
    }
}

/// How severe a rule is, what it needs, and whether it is checked at all.
pub fn facts(entry: &Entry) -> Html {
    html! {
        <p class="card-facts">
            { draw!(Level { word: entry.severity.word() }) }
            <span class="fact">{ format!("needs {}", needs(entry)) }</span>
            if !entry.checked {
                <span class="fact fact-unchecked">{ "not checked yet" }</span>
            }
        </p>
    }
}

/// What a rule needs, in a phrase that follows 'needs'.
fn needs(entry: &Entry) -> &'static str {
    use crate::catalogue::Needs;
    match entry.needs {
        Needs::Snippet => "a snippet",
        Needs::SeveralFiles => "several files",
        Needs::DeploymentFiles => "deployment files",
    }
}

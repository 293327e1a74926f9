//! 'Why not?': the answer, as the second module draws it.

use std::collections::BTreeMap;

use serde::Deserialize;
use yew::prelude::*;

use crate::catalogue;
use crate::explanation::{Answer, Candidate, Condition, Explanation, Line, Place, RuleAnswer};
use crate::report::{Evidence, FileKind, Range, Rule};
use crate::ui::components::with_code::with_code;
use crate::ui::later::{Page, Told};
use crate::ui::route::{ChosenSet, Route};
use crate::ui::words;

/// What the page hands on once there is an answer.
#[derive(Clone, Debug, Deserialize)]
pub enum Given {
    /// With the lines of the files that are read out of patches.
    Answer(Box<Explanation>, BTreeMap<String, Vec<u32>>),
    /// Why there is none, in a sentence.
    Failed(String),
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// A [`Given`] as JSON, or nothing as long as there is none.
    pub given: AttrValue,
}

/// The line with what is known of it, then the rules with their conditions.
#[component]
pub fn WhyAnswer(props: &Props) -> Html {
    let page = use_context::<Page>().expect("the root provides the page");
    if props.given.is_empty() {
        return html! { <p role="status">{ "Asking the checker…" }</p> };
    }
    match serde_json::from_str::<Given>(&props.given) {
        Ok(Given::Answer(mut explanation, lines)) => {
            explanation.relocate(&lines);
            explained(&explanation, &page)
        }
        Ok(Given::Failed(why)) => html! { <p class="notice notice-warning" role="alert">{ why }</p> },
        // Only a kept worker of another release can say what this page cannot read.
        Err(_) => html! {
            <p class="notice notice-warning" role="alert">
                { "The checker belongs to another version of this page. Reload it." }
            </p>
        },
    }
}

fn explained(explanation: &Explanation, page: &Page) -> Html {
    let is_line = explanation.line.is_some();
    html! {
        <div class="why-answer" tabindex="0" role="region" aria-label="The answer">
            if let (Place::Line { path, line: number, .. }, Some(line)) = (&explanation.place, &explanation.line) {
                { of_line(path, *number, line) }
            }
            if is_line && explanation.rules.is_empty() {
                <p>{ "No rule looks at anything on this line." }</p>
            }
            { for explanation.rules.iter().map(|answer| of_rule(answer, is_line, page)) }
            if !explanation.silent.is_empty() {
                <details class="why-silent">
                    <summary>
                        { format!("{} look at nothing on this line", words::count(explanation.silent.len(), "rule")) }
                    </summary>
                    <ul>
                        { for explanation.silent.iter().map(|&rule| html! { <li>{ title(rule) }</li> }) }
                    </ul>
                </details>
            }
        </div>
    }
}

fn title(rule: Rule) -> Html {
    html! {
        <>
            <span class="rule-id">{ rule.id() }</span>
            { " " }
            <a href={ChosenSet::default().address(Route::Rule { rule })}>
                { catalogue::entry(rule).map_or("", |entry| entry.title) }
            </a>
        </>
    }
}

fn of_line(path: &str, number: u32, line: &Line) -> Html {
    let is_python = line.kind == Some(FileKind::Python);
    html! {
        <section class="why-line" aria-label="The line">
            <p class="why-place">{ format!("{path}:{number}") }</p>
            if !line.text.is_empty() {
                <pre class="why-code" tabindex="0"><code>{ line.text.clone() }</code></pre>
            }
            { for line.notes.iter().map(|note| html! { <p class="why-note">{ sentence(note) }</p> }) }
            <dl class="why-facts">
                { for line.within.iter().map(|definition| html! {
                    <>
                        <dt>{ "In" }</dt>
                        <dd>
                            <code>{ definition.name.clone() }</code>
                            { format!(", line {}: {}", definition.line, definition.what) }
                        </dd>
                    </>
                }) }
                if is_python {
                    <dt>{ "Runs" }</dt>
                    <dd>{ format!("{}: ", line.runs.words()) }{ with_code(&line.runs_because) }</dd>
                }
                { for line.calls.iter().map(|call| html! {
                    <>
                        <dt>{ "Calls" }</dt>
                        <dd>
                            <code>{ call.text.clone() }</code>
                            { if call.is_awaited { ", awaited" } else { "" } }
                            <ul>
                                <li>{ with_code(&call.callee) }</li>
                                { for call.facts.iter().map(|fact| html! { <li>{ with_code(fact) }</li> }) }
                            </ul>
                        </dd>
                    </>
                }) }
                { for line.findings.iter().map(|told| html! {
                    <>
                        <dt>{ "Found" }</dt>
                        <dd>{ format!("{} ({}): ", told.rule, told.severity.word()) }{ with_code(&told.message) }</dd>
                    </>
                }) }
                { for line.silenced_by.iter().map(|silence| {
                    let rules: Vec<&str> = silence.rules.iter().map(|rule| rule.id()).collect();
                    html! {
                        <>
                            <dt>{ "Silenced" }</dt>
                            <dd>{ format!("{}, by the comment in line {}", rules.join(", "), silence.line) }</dd>
                        </>
                    }
                }) }
            </dl>
        </section>
    }
}

/// A clause of the checker's as a sentence.
fn sentence(clause: &str) -> Html {
    let mut text = clause.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    with_code(&text)
}

fn of_rule(answer: &RuleAnswer, is_line: bool, page: &Page) -> Html {
    let status = answer.status.word();
    let more = answer.looked_at - answer.candidates.len();
    html! {
        <section class="why-rule" aria-label={format!("What {} makes of it", answer.rule)}>
            <h3>{ title(answer.rule) }</h3>
            <p>{ sentence(&answer.answer) }</p>
            { for answer.candidates.iter().map(|candidate| of_candidate(candidate, is_line, page)) }
            if more > 0 {
                <p class="why-note">{ format!("And {} more.", words::count(more, "place")) }</p>
            }
            if !answer.conforming.is_empty() {
                <ul class="why-conforming" aria-label="Places that conform">
                    { for answer.conforming.iter().map(|place| conforming(place, page)) }
                </ul>
            }
            <p class="why-note">
                { format!("{} looks at {}. Over all files: {status}.", answer.rule, answer.looks_at.replace('`', "")) }
                if answer.candidates.is_empty() {
                    { " Its page says what the checker cannot see." }
                }
            </p>
        </section>
    }
}

fn jump(page: &Page, path: &str, range: Range) -> Html {
    let (page, told) = (page.clone(), Told::Jump { path: path.to_owned(), range });
    html! {
        <button type="button" class="place why-jump" onclick={move |_: MouseEvent| page.tell(&told)}>
            <span class="place-at">{ words::place(path, &range) }</span>
        </button>
    }
}

fn conforming(place: &Evidence, page: &Page) -> Html {
    html! {
        <li>
            <span class="why-sign why-met" aria-hidden="true">{ "✓" }</span>
            <span>
                { "conforms: " }{ with_code(&place.note) }
                { jump(page, &place.path, place.range) }
            </span>
        </li>
    }
}

fn of_candidate(candidate: &Candidate, is_line: bool, page: &Page) -> Html {
    html! {
        <div class="why-candidate">
            <p>
                <code>{ candidate.code.clone() }</code>
                { format!(": {}{}", candidate.about, if candidate.is_found { ", found" } else { "" }) }
                if !is_line {
                    { jump(page, &candidate.path, candidate.range) }
                }
            </p>
            <ol class="why-conditions">
                { for candidate.conditions.iter().map(of_condition) }
            </ol>
        </div>
    }
}

fn of_condition(condition: &Condition) -> Html {
    let (class, sign) = match condition.answer {
        Answer::Met => ("why-met", "✓"),
        Answer::NotMet => ("why-not-met", "✗"),
        Answer::NotKnown => ("why-not-known", "?"),
    };
    html! {
        <li>
            <span class={classes!("why-sign", class)} aria-hidden="true">{ sign }</span>
            <span>
                { with_code(&condition.what) }{ ": " }
                <strong class={class}>{ condition.answer.words() }</strong>
                { ". " }{ sentence(&condition.fact) }
            </span>
        </li>
    }
}

//! The list of findings, and apart from it that of questions and problems.

use yew::prelude::*;

use crate::catalogue;
use crate::embed::code::Side;
use crate::report::{Certainty, Finding, Report, Rule, Status};
use crate::ui::components::embed_code::EmbedCode;
use crate::ui::components::export_menu::ExportMenu;
use crate::ui::components::level::Level;
use crate::ui::components::list_filters::list_filters;
use crate::ui::components::places::{self, jump};
use crate::ui::components::scorecard::Cell;
use crate::ui::components::seen::seen;
use crate::ui::components::share::Share;
use crate::ui::components::unchanged::unchanged as folded_away;
use crate::ui::components::why;
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::route::Route;
use crate::ui::state::{Action, Store, press, use_store};
use crate::ui::words;

/// So many lines are drawn at once.
const LINES: usize = 200;

/// The outcome in words, the findings, the questions apart from them, and what could not be read.
#[component]
pub fn FindingList() -> Html {
    let store = use_store();
    // Thousands of lines would take seconds to draw at every change.
    let more = use_state_eq(|| LINES);
    let Some(report) = store.report.clone() else { return html! {} };
    let counted = store.counted.clone().unwrap_or_else(|| report.clone());
    let (first, second) = words::headline(&counted);
    let listed = store.listed();
    let (unchanged, listed): (Vec<usize>, Vec<usize>) =
        listed.into_iter().partition(|&index| store.patches.is_unchanged(&report.findings[index]));
    let shown = listed.len();
    let show_more = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(*more + LINES))
    };
    let of_rule = |finding: &Finding| store.rule.is_none_or(|rule| finding.rule == rule);
    let hidden = report.findings.iter().filter(|finding| of_rule(finding)).count() - shown - unchanged.len();
    let cut = shown.saturating_sub(*more);
    let listed: Vec<usize> = listed
        .into_iter()
        .enumerate()
        .filter(|(line, index)| *line < *more || store.selected == Some(*index))
        .map(|(_, index)| index)
        .collect();
    let (questions, findings): (Vec<usize>, Vec<usize>) =
        listed.into_iter().partition(|&index| report.findings[index].certainty == Certainty::Question);
    html! {
        <section class="findings" id="findings" aria-label="Findings" tabindex="-1">
            <div class="headline">
                <h2 class="headline-main">{ first }</h2>
                <p class="headline-more">{ second }</p>
                <div class="headline-buttons">
                    { draw!(ExportMenu) }
                    { draw!(Share) }
                    { draw!(EmbedCode { sides: open_files(&store), own: true }) }
                    { why::line(&store) }
                </div>
            </div>
            { seen(&store) }
            { silenced(&store, &counted) }
            { list_filters(&store) }
            if let Some(rule) = store.rule {
                { narrowed(&store, &counted, rule) }
            }
            if hidden > 0 {
                <p class="list-hidden">
                    { format!("{shown} shown, {hidden} hidden by {}. ", store.filters.words()) }
                    <button type="button" class="button button-quiet" onclick={press(&store, Action::ShowAll)}>
                        { "Show all findings" }
                    </button>
                </p>
            }
            if !findings.is_empty() {
                <ol class="finding-list" aria-label="Findings">
                    { for findings.into_iter().map(|index| item(&store, &report, index)) }
                </ol>
            }
            if !questions.is_empty() {
                <h3 class="list-title">{ "Questions: something outside these files decides" }</h3>
                <ol class="finding-list" aria-label="Questions">
                    { for questions.into_iter().map(|index| item(&store, &report, index)) }
                </ol>
            }
            if cut > 0 {
                <button type="button" class="button list-more" onclick={show_more}>
                    { format!("Show more: {cut} are not shown yet") }
                </button>
            }
            { folded_away(&store, unchanged.into_iter().map(|index| item(&store, &report, index)).collect()) }
            if !report.problems.is_empty() && store.rule.is_none() {
                <h3 class="list-title">{ "Problems" }</h3>
                <ol class="finding-list" aria-label="Problems">
                    { for report.problems.iter().take(LINES).map(|problem| {
                        let jump = jump(&store, &problem.path, problem.range);
                        let at = words::place_in(&store, &problem.path, &problem.range);
                        let line = line("problem", None, &problem.message, at, false, jump);
                        html! { <li>{ line }</li> }
                    }) }
                </ol>
            }
        </section>
    }
}

/// What comments silence, under a line that opens it; of the rule alone that the lists are narrowed to.
fn silenced(store: &Store, report: &Report) -> Html {
    let is_shown = |finding: &&Finding| store.rule.is_none_or(|rule| finding.rule == rule);
    let shown: Vec<&Finding> = report.silenced.iter().filter(is_shown).collect();
    if shown.is_empty() {
        return html! {};
    }
    html! {
        <details class="seen silenced" open={store.rule.is_some()}>
            <summary>{ format!("{} silenced by comments", words::count(shown.len(), "finding")) }</summary>
            <ul class="places" aria-label="Silenced by comments">
                { for shown.into_iter().take(LINES).map(|finding| {
                    let Finding { rule, message, reason, .. } = finding;
                    let note = format!("{rule} ({}) {message}. Why: {reason}", finding.level());
                    places::place(store, &finding.path, finding.range, &note)
                }) }
            </ul>
        </details>
    }
}

/// What the lists are narrowed to: the rule, what can be said of it here, and where it is conformed to.
fn narrowed(store: &Store, report: &Report, rule: Rule) -> Html {
    let cell = Cell::of(Some(report), rule);
    let status = report.rules.iter().find(|status| status.rule == rule);
    let all = press(store, Action::Narrow(None));
    let explanation = match cell {
        Cell::NotSeen => "Nothing in these files is about this rule, for better or worse.",
        Cell::NotChecked => "The checker does not check this rule yet. Read it and look for yourself.",
        Cell::Conforms => "No violation was seen, and these places conform:",
        Cell::Silenced => "All that was found of this rule is silenced by comments, which say why.",
        Cell::Violated { .. } | Cell::Asked { .. } | Cell::Waiting => "",
    };
    html! {
        <div class="narrowed">
            <div class="narrowed-head">
                <span class="rule-id">{ rule.id() }</span>
                <a class="narrowed-title" href={Route::Rule { rule }.address()}>
                    { catalogue::entry(rule).map(|entry| entry.title).unwrap_or("Its page") }
                </a>
                <span class="narrowed-words">{ cell.words(Some(report), rule) }</span>
                { why::rule(rule) }
                <button type="button" class="button button-quiet" onclick={all}>{ "Show all" }</button>
            </div>
            if !explanation.is_empty() {
                <p class="narrowed-text">{ explanation }</p>
            }
            if let Some(status) = status.filter(|status| status.status == Status::Conforms) {
                <ul class="places">
                    { for status.places.iter().map(|at| places::place(store, &at.path, at.range, &at.note)) }
                </ul>
            }
        </div>
    }
}

fn item(store: &Store, report: &Report, index: usize) -> Html {
    let finding = &report.findings[index];
    let selected = store.selected == Some(index);
    let select = press(store, Action::Select(index));
    let at = words::place_in(store, &finding.path, &finding.range);
    html! {
        <li key={index}>
            { line(finding.level(), Some(finding.rule), &finding.message, at, selected, select) }
        </li>
    }
}

/// A line of a list: what it is, of which rule, what it says and where.
#[inline(never)]
fn line(
    level: &'static str,
    rule: Option<Rule>,
    message: &str,
    at: String,
    selected: bool,
    press: Callback<MouseEvent>,
) -> Html {
    html! {
        <button type="button" class="finding" aria-current={selected.then_some("true")} onclick={press}>
            <span class={classes!("finding-level", rule.is_none().then_some("problem"))}>
                { draw!(Level { word: level }) }
            </span>
            if let Some(rule) = rule {
                <span class="finding-rule">{ rule.id() }</span>
            }
            <span class="finding-message">{ with_code(message) }</span>
            // Cut at the front where it is long: the name and the line are at its end.
            <span class="finding-place" title={at.clone()}><bdi dir="ltr">{ at }</bdi></span>
        </button>
    }
}

/// What is open, as it would be embedded.
fn open_files(store: &Store) -> Callback<(), Vec<Side>> {
    let store = store.clone();
    Callback::from(move |()| {
        let report = store.report.as_ref();
        let findings = report.map(|report| report.findings.clone());
        let problems = report.map(|report| report.problems.clone()).unwrap_or_default();
        vec![Side { word: "".into(), files: store.sources(), findings, problems }]
    })
}

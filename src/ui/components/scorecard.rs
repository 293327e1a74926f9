//! All rules by section, each with its status.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};
use yew::prelude::*;

use crate::catalogue;
use crate::report::{Certainty, Report, Rule, Section, Status};
use crate::ui::state::{Action, Store, press, use_store};
use crate::ui::words;

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Violated {
        findings: usize,
    },
    Conforms,
    /// All that was found is silenced by comments.
    Silenced,
    /// There are questions, and nothing else to say.
    Asked {
        questions: usize,
    },
    NotSeen,
    NotChecked,
    /// Nothing has been given yet.
    Waiting,
}

impl Cell {
    /// What can be said of a rule over a report.
    pub fn of(report: Option<&Report>, rule: Rule) -> Self {
        if !catalogue::entry(rule).is_some_and(|entry| entry.checked) {
            return Cell::NotChecked;
        }
        let Some(report) = report else { return Cell::Waiting };
        match report.rules.iter().find(|status| status.rule == rule).map(|status| status.status) {
            None => Cell::NotChecked,
            Some(Status::Conforms) => Cell::Conforms,
            Some(Status::Silenced) => Cell::Silenced,
            Some(Status::NotSeen) => match report.questions(rule) {
                0 => Cell::NotSeen,
                questions => Cell::Asked { questions },
            },
            Some(Status::Violated) => Cell::Violated {
                findings: report
                    .findings
                    .iter()
                    .filter(|finding| finding.rule == rule && finding.certainty != Certainty::Question)
                    .count(),
            },
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Cell::Violated { .. } => "cell-violated",
            Cell::Conforms => "cell-conforms",
            Cell::Silenced => "cell-silenced",
            Cell::Asked { .. } => "cell-asked",
            Cell::NotSeen => "cell-not-seen",
            Cell::NotChecked => "cell-not-checked",
            Cell::Waiting => "cell-waiting",
        }
    }

    /// The cell in words, with what else comments silence of the rule.
    pub fn words(self, report: Option<&Report>, rule: Rule) -> String {
        let silenced = report.map_or(0, |report| report.silenced(rule));
        let mut words = match self {
            Cell::Violated { findings } => format!("violated, {}", words::count(findings, "finding")),
            Cell::Conforms => "conforms".to_owned(),
            Cell::Silenced => return format!("{silenced} silenced by comments"),
            Cell::Asked { questions } => words::count(questions, "question"),
            Cell::NotSeen => "not seen".to_owned(),
            Cell::NotChecked => "not checked yet".to_owned(),
            Cell::Waiting => "nothing to check yet".to_owned(),
        };
        if silenced > 0 {
            words += &format!(", {silenced} silenced by comments");
        }
        words
    }

    /// The sign in the cell: every state has its own, so that none needs its colour.
    fn sign(self) -> String {
        match self {
            // There is room for three characters; the label has the number.
            Cell::Violated { findings: findings @ 1000.. } => format!("{}k+", (findings / 1000).min(9)),
            Cell::Violated { findings } => findings.to_string(),
            Cell::Conforms => "✓".to_owned(),
            Cell::Silenced => "#".to_owned(),
            Cell::Asked { .. } => "?".to_owned(),
            Cell::NotSeen | Cell::Waiting => "·".to_owned(),
            Cell::NotChecked => String::new(),
        }
    }
}

/// All 28 rules by section, each a button that narrows the lists to its rule. It is one stop of the Tab key: arrow keys
/// go from cell to cell as they lie on the screen, Home and End to the ends of a section.
#[component]
pub fn Scorecard() -> Html {
    let store = use_store();
    // The cell that the Tab key goes to.
    let stop = use_state_eq(|| Rule::ALL[0]);
    let press = {
        let stop = *stop;
        Callback::from(move |event: KeyboardEvent| {
            if let Some(cell) = neighbour(stop, &event.key()).and_then(element) {
                event.prevent_default();
                // The cell notes that it has the focus.
                let _ = cell.focus();
            }
        })
    };
    let draw_cell = |rule| cell(&store, rule, &stop);
    html! {
        <section class="scorecard" id="scorecard" aria-label="Scorecard" tabindex="-1">
            <div class="sections" role="grid" aria-label="Rules by section" onkeydown={press}>
                { for Section::ALL.into_iter().map(|section| html! {
                    <div class="section" role="row" aria-label={section.title()}>
                        <span class="section-title" role="rowheader">{ section.title() }</span>
                        <div class="cells" role="none">
                            { for Rule::ALL
                                .into_iter()
                                .filter(|rule| rule.section() == section)
                                .map(draw_cell) }
                        </div>
                    </div>
                }) }
            </div>
            <ul class="legend" aria-label="Signs">
                <li><span class="key cell-violated" aria-hidden="true">{ "2" }</span>{ "violated" }</li>
                <li><span class="key cell-conforms" aria-hidden="true">{ "✓" }</span>{ "conforms" }</li>
                <li><span class="key cell-asked" aria-hidden="true">{ "?" }</span>{ "questions" }</li>
                <li><span class="key cell-silenced" aria-hidden="true">{ "#" }</span>{ "silenced" }</li>
                <li><span class="key cell-not-seen" aria-hidden="true">{ "·" }</span>{ "not seen" }</li>
                if !catalogue::ENTRIES.iter().all(|entry| entry.checked) {
                    <li><span class="key cell-not-checked" aria-hidden="true"></span>{ "not checked yet" }</li>
                }
            </ul>
        </section>
    }
}

fn cell(store: &Store, rule: Rule, stop: &UseStateHandle<Rule>) -> Html {
    let report = store.counted.as_deref();
    let cell = Cell::of(report, rule);
    let chosen = store.rule == Some(rule);
    let title = catalogue::entry(rule).map(|entry| entry.title).unwrap_or_default();
    let label = format!("{rule} {title}: {}", cell.words(report, rule));
    let focused = {
        let stop = stop.setter();
        Callback::from(move |_: FocusEvent| stop.set(rule))
    };
    let narrow = press(store, Action::Narrow((!chosen).then_some(rule)));
    html! {
        <div key={rule.id()} role="gridcell">
            <button
                id={cell_id(rule)}
                type="button"
                class={classes!("cell", cell.class())}
                tabindex={if **stop == rule { "0" } else { "-1" }}
                onfocus={focused}
                aria-pressed={chosen.to_string()}
                aria-label={label.clone()}
                title={label}
                onclick={narrow}
            >
                <span class="cell-rule">{ rule.id() }</span>
                <span class="cell-sign">{ cell.sign() }</span>
            </button>
        </div>
    }
}

fn cell_id(rule: Rule) -> String {
    format!("cell-{rule}")
}

fn element(rule: Rule) -> Option<HtmlElement> {
    let document: Document = web_sys::window()?.document()?;
    document.get_element_by_id(&cell_id(rule))?.dyn_into().ok()
}

/// The rule whose cell a key leads to. Where there is none in that direction, it is the cell itself.
fn neighbour(from: Rule, key: &str) -> Option<Rule> {
    let index = Rule::ALL.iter().position(|rule| *rule == from)?;
    let in_section = || Rule::ALL.into_iter().filter(|rule| rule.section() == from.section());
    match key {
        "ArrowRight" => Some(Rule::ALL[(index + 1).min(Rule::ALL.len() - 1)]),
        "ArrowLeft" => Some(Rule::ALL[index.saturating_sub(1)]),
        "Home" => in_section().next(),
        "End" => in_section().next_back(),
        "ArrowDown" => Some(across(from, 1.0)),
        "ArrowUp" => Some(across(from, -1.0)),
        _ => None,
    }
}

/// The nearest cell of the next row on the screen, below for 1 and above for -1: how the sections wrap depends on the
/// width.
fn across(from: Rule, direction: f64) -> Rule {
    let place = |rule| element(rule).map(|cell| cell.get_bounding_client_rect());
    let Some(here) = place(from) else { return from };
    let mut nearest = (f64::INFINITY, from);
    for rule in Rule::ALL {
        let Some(there) = place(rule) else { continue };
        let rows = (there.top() - here.top()) * direction;
        // A row away counts more than any distance within one.
        let distance = rows * 1000.0 + (there.left() - here.left()).abs();
        if rows > 1.0 && distance < nearest.0 {
            nearest = (distance, rule);
        }
    }
    nearest.1
}

//! All rules by section, each with its status.

use yew::prelude::*;

use crate::catalogue;
use crate::report::{Certainty, Report, Rule, Section, Status};
use crate::ui::state::{Action, Store, press};
use crate::ui::words;

/// What a cell shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Violated {
        findings: usize,
    },
    Conforms,
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
            Cell::Asked { .. } => "cell-asked",
            Cell::NotSeen => "cell-not-seen",
            Cell::NotChecked => "cell-not-checked",
            Cell::Waiting => "cell-waiting",
        }
    }

    /// The cell in words.
    pub fn words(self) -> String {
        match self {
            Cell::Violated { findings } => format!("violated, {}", words::count(findings, "finding")),
            Cell::Conforms => "conforms".to_owned(),
            Cell::Asked { questions } => words::count(questions, "question"),
            Cell::NotSeen => "not seen".to_owned(),
            Cell::NotChecked => "not checked yet".to_owned(),
            Cell::Waiting => "nothing to check yet".to_owned(),
        }
    }

    /// The sign in the cell: every state has its own, so that none needs its colour.
    fn sign(self) -> String {
        match self {
            Cell::Violated { findings } => findings.to_string(),
            Cell::Conforms => "✓".to_owned(),
            Cell::Asked { .. } => "?".to_owned(),
            Cell::NotSeen | Cell::Waiting => "·".to_owned(),
            Cell::NotChecked => String::new(),
        }
    }
}

/// All 28 rules by section, each a button that narrows the lists to its rule.
pub fn scorecard(store: &Store) -> Html {
    html! {
        <section class="scorecard" id="scorecard" aria-label="Scorecard" tabindex="-1">
            <div class="sections">
                { for Section::ALL.into_iter().map(|section| html! {
                    <div class="section" role="group" aria-label={section.title()}>
                        <span class="section-title" aria-hidden="true">{ section.title() }</span>
                        <div class="cells">
                            { for Rule::ALL
                                .into_iter()
                                .filter(|rule| rule.section() == section)
                                .map(|rule| cell(store, rule)) }
                        </div>
                    </div>
                }) }
            </div>
            <ul class="legend" aria-label="Signs">
                <li><span class="key cell-violated" aria-hidden="true">{ "2" }</span>{ "violated" }</li>
                <li><span class="key cell-conforms" aria-hidden="true">{ "✓" }</span>{ "conforms" }</li>
                <li><span class="key cell-asked" aria-hidden="true">{ "?" }</span>{ "questions" }</li>
                <li><span class="key cell-not-seen" aria-hidden="true">{ "·" }</span>{ "not seen" }</li>
                if !catalogue::ENTRIES.iter().all(|entry| entry.checked) {
                    <li><span class="key cell-not-checked" aria-hidden="true"></span>{ "not checked yet" }</li>
                }
            </ul>
        </section>
    }
}

fn cell(store: &Store, rule: Rule) -> Html {
    let cell = Cell::of(store.report.as_deref(), rule);
    let chosen = store.rule == Some(rule);
    let title = catalogue::entry(rule).map(|entry| entry.title).unwrap_or_default();
    let label = format!("{rule} {title}: {}", cell.words());
    let narrow = press(store, Action::Narrow((!chosen).then_some(rule)));
    html! {
        <button
            key={rule.id()}
            type="button"
            class={classes!("cell", cell.class())}
            aria-pressed={chosen.to_string()}
            aria-label={label.clone()}
            title={label}
            onclick={narrow}
        >
            <span class="cell-rule">{ rule.id() }</span>
            <span class="cell-sign">{ cell.sign() }</span>
        </button>
    }
}

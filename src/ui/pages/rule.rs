//! A rule: its text, and its pair, live.

use std::rc::Rc;

use yew::prelude::*;
use yew_router::prelude::*;

use crate::catalogue::{self, Entry};
use crate::check::Source;
use crate::embed::code;
use crate::report::{Rule, Status};
use crate::ui::components::editor_pane::Side;
use crate::ui::components::embed_code::EmbedCode;
use crate::ui::components::notices::Notices;
use crate::ui::components::rule_card::facts;
use crate::ui::components::rule_pair::{PairFile, RulePair, pair_files};
use crate::ui::drawn::draw;
use crate::ui::hooks::{use_check, use_page_title};
use crate::ui::pages::not_found::NotFoundPage;
use crate::ui::route::Route;
use crate::ui::state::{Action, Given, Readable, Store, use_store};
use crate::worker::client::Text;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub rule: Rule,
}

/// A rule: its texts, and its pair to play with.
#[component]
pub fn RulePage(props: &Props) -> Html {
    let readable = use_context::<Store>().map_or(Readable::Loading, |store| store.readable);
    match catalogue::entry(props.rule) {
        Some(entry) if readable == Readable::Ready => draw!(EntryPage { entry }),
        Some(entry) => draw!(UnreadPage { entry, failed: readable == Readable::Failed }),
        None => draw!(NotFoundPage),
    }
}

/// The two sides as they stand now.
#[derive(Clone, PartialEq)]
struct Pair {
    violating: Vec<PairFile>,
    conforming: Vec<PairFile>,
    /// Counts the resets.
    revision: u32,
}

enum Change {
    Typed { side: Side, path: AttrValue, text: AttrValue },
    Reset(&'static Entry),
}

impl Pair {
    fn new(entry: &'static Entry, revision: u32) -> Self {
        Self {
            violating: pair_files(entry.violating()),
            conforming: pair_files(entry.conforming()),
            revision,
        }
    }
}

impl Reducible for Pair {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        Rc::new(match change {
            Change::Reset(entry) => Pair::new(entry, self.revision + 1),
            Change::Typed { side, path, text } => {
                let mut pair = (*self).clone();
                let files = match side {
                    Side::Violating => &mut pair.violating,
                    Side::Conforming => &mut pair.conforming,
                };
                if let Some(file) = files.iter_mut().find(|file| file.path == path) {
                    file.text = text;
                }
                pair
            }
        })
    }
}

fn texts(files: &[PairFile]) -> Vec<Text> {
    files.iter().map(|file| Text { path: file.path.clone(), text: file.text.clone() }).collect()
}

fn sources(files: &[PairFile]) -> Vec<Source> {
    files.iter().map(|file| Source { path: file.path.to_string(), text: file.text.to_string() }).collect()
}

/// What the page itself knows of a rule: its title, its facts, its sentence.
fn head(entry: &Entry, heading: &NodeRef) -> Html {
    html! {
        <>
            <p class="crumbs">
                <a href={Route::Rules.address()}>{ "Rules" }</a>
                { " / " }{ entry.rule.section().title() }
            </p>
            <div class="page-head">
                <h1 ref={heading} tabindex="-1">
                    <span class="rule-id">{ entry.rule.id() }</span>{ entry.title }
                </h1>
                { facts(entry) }
            </div>
            <div class="rule-summary">{ Html::from_html_unchecked(entry.summary_html.into()) }</div>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct UnreadProps {
    entry: &'static Entry,
    /// Whether the texts did not load, rather than not yet.
    failed: bool,
}

/// A rule whose texts are not there to read.
#[component]
fn UnreadPage(props: &UnreadProps) -> Html {
    let heading = use_page_title(format!("{} {}", props.entry.rule, props.entry.title));
    let words = if props.failed {
        "The rule's texts and example could not be loaded. Check the connection and load the page again: your code \
         in the playground is kept."
    } else {
        "Loading the rule's texts and example…"
    };
    html! {
        <main id="main" class="page rule-page">
            { head(props.entry, &heading) }
            <p class="rule-unread" role="status">{ words }</p>
        </main>
    }
}

#[derive(Properties, PartialEq)]
struct EntryProps {
    entry: &'static Entry,
}

#[component]
fn EntryPage(props: &EntryProps) -> Html {
    let entry = props.entry;
    let store = use_store();
    let navigator = use_navigator().expect("the application has a router");
    let heading = use_page_title(format!("{} {}", entry.rule, entry.title));
    let pair = use_reducer_eq(|| Pair::new(entry, 0));
    let sets = use_memo((*pair).clone(), |pair| vec![texts(&pair.violating), texts(&pair.conforming)]);
    let reports = use_check(sets);
    let report = |index: usize| reports.as_ref().and_then(|reports| reports.get(index)).cloned();
    let on_typed = {
        let dispatch = pair.dispatcher();
        Callback::from(move |(side, path, text)| dispatch.dispatch(Change::Typed { side, path, text }))
    };
    let reset = {
        let dispatch = pair.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Change::Reset(entry)))
    };
    let take = {
        // What somebody edited is what they want to go on with.
        let original = Pair::new(entry, pair.revision);
        let is_conforming = pair.conforming != original.conforming && pair.violating == original.violating;
        let (word, files) = match is_conforming {
            true => ("conforming", pair.conforming.clone()),
            false => ("violating", pair.violating.clone()),
        };
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| {
            let files = files
                .iter()
                .map(|file| Given { path: file.path.to_string(), text: file.text.to_string() })
                .collect();
            let why = format!("Opened the {word} example of {}.", entry.rule).into();
            dispatch.dispatch(Action::Replace { files, why });
            navigator.push(&Route::Playground);
        })
    };
    let original = Pair::new(entry, pair.revision);
    let status = |index: usize| {
        report(index)?.rules.iter().find(|status| status.rule == entry.rule).map(|status| status.status)
    };
    let sides = {
        let (pair, reports) = (pair.clone(), reports.clone());
        Callback::from(move |()| {
            let side = |word: &'static str, files: &[PairFile], index: usize| {
                let report = reports.as_ref().and_then(|reports| reports.get(index));
                let findings = report.map(|report| report.findings.clone());
                let problems = report.map(|report| report.problems.clone()).unwrap_or_default();
                code::Side { word: word.into(), files: sources(files), findings, problems }
            };
            vec![side("violating", &pair.violating, 0), side("conforming", &pair.conforming, 1)]
        })
    };
    let place = Rule::ALL.iter().position(|&rule| rule == entry.rule).unwrap_or_default();
    let neighbour = |offset: isize| {
        let index = place.checked_add_signed(offset)?;
        Rule::ALL.get(index).copied().and_then(catalogue::entry)
    };
    html! {
        <main id="main" class="page rule-page">
            { head(entry, &heading) }
            { draw!(Notices) }
            <section class="rule-example" aria-labelledby="example-title">
                <div class="example-head">
                    <h2 id="example-title">{ "By example" }</h2>
                    <p class="example-status" role="status">
                        { verdict(entry, status(0), status(1)) }
                    </p>
                    <div class="example-buttons">
                        <button type="button" class="button" disabled={*pair == original} onclick={reset}>
                            { "Reset" }
                        </button>
                        <button type="button" class="button" onclick={take}>{ "Open in the playground" }</button>
                        { draw!(EmbedCode { rule: entry.rule, title: entry.title, sides, own: *pair != original }) }
                    </div>
                </div>
                { draw!(RulePair {
                    name: entry.name,
                    violating: pair.violating.clone(),
                    conforming: pair.conforming.clone(),
                    revision: pair.revision,
                    violating_report: report(0),
                    conforming_report: report(1),
                    on_typed,
                }) }
                <p class="hint" id="editor-hint">
                    { "Both sides can be edited. " }<kbd>{ "F8" }</kbd>{ " next finding, " }
                    <kbd>{ "Esc" }</kbd>{ " then " }<kbd>{ "Tab" }</kbd>{ " leaves the editor" }
                </p>
            </section>
            <div class="rule-texts">
                { for entry.texts().iter().map(|text| html! {
                    <section class="rule-text" key={text.heading.as_str()}>
                        <h2>{ &text.heading }</h2>
                        <div class="prose">{ Html::from_html_unchecked(text.html.as_str().into()) }</div>
                    </section>
                }) }
                if entry.checked {
                    <section class="rule-text">
                        <h2>{ "How right it is" }</h2>
                        <div class="prose">
                            { for entry.accuracy.sentences().map(|sentence| html! { <p>{ sentence }</p> }) }
                        </div>
                    </section>
                }
            </div>
            <nav class="neighbours" aria-label="Previous and next rule">
                if let Some(before) = neighbour(-1) {
                    <a class="neighbour neighbour-before" href={Route::Rule { rule: before.rule }.address()}>
                        <span class="neighbour-label">{ "Previous" }</span>
                        { format!("{} {}", before.rule, before.title) }
                    </a>
                }
                if let Some(after) = neighbour(1) {
                    <a class="neighbour neighbour-after" href={Route::Rule { rule: after.rule }.address()}>
                        <span class="neighbour-label">{ "Next" }</span>
                        { format!("{} {}", after.rule, after.title) }
                    </a>
                }
            </nav>
        </main>
    }
}

/// What the checker says of the rule on each side, as the text stands now.
fn verdict(entry: &Entry, violating: Option<Status>, conforming: Option<Status>) -> String {
    if !entry.checked {
        return format!("The checker does not check {} yet.", entry.rule);
    }
    let word = |status: Option<Status>| status.map_or("…", Status::word);
    format!(
        "{} in the violating code: {}, in the conforming code: {}",
        entry.rule,
        word(violating),
        word(conforming)
    )
}

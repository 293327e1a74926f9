//! The violating and the conforming side of a rule, live and editable.

use std::rc::Rc;

use yew::prelude::*;

use crate::catalogue::Example;
use crate::report::{Certainty, Report};
use crate::ui::components::editor_pane::{Comparison, EditorPane, Listeners, Side, marks};
use crate::ui::components::file_tabs::FileTabs;
use crate::ui::components::level::Level;
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::state::Reveal;
use crate::ui::words;

/// One file of a side, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairFile {
    pub path: AttrValue,
    pub text: AttrValue,
}

/// The files of a side as the catalogue has them.
pub fn pair_files(examples: &'static [Example]) -> Vec<PairFile> {
    examples
        .iter()
        .map(|example| PairFile { path: example.path.as_str().into(), text: example.text.as_str().into() })
        .collect()
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Begins the editors' documents, so that each pair has its own undo history.
    pub name: AttrValue,
    pub violating: Vec<PairFile>,
    pub conforming: Vec<PairFile>,
    /// Counts the resets.
    #[prop_or_default]
    pub revision: u32,
    #[prop_or_default]
    pub violating_report: Option<Rc<Report>>,
    #[prop_or_default]
    pub conforming_report: Option<Rc<Report>>,
    /// Who types what. Without it the pair can only be read.
    #[prop_or_default]
    pub on_typed: Option<Callback<(Side, AttrValue, AttrValue)>>,
}

/// Violating beside conforming, the words that differ marked, the findings in both shown.
#[component]
pub fn RulePair(props: &Props) -> Html {
    let shown = use_state_eq(|| 0_usize);
    let single = props.violating.len() == 1 && props.conforming.len() == 1;
    let mut paths: Vec<AttrValue> = Vec::new();
    for file in props.violating.iter().chain(&props.conforming) {
        if !single && !paths.contains(&file.path) {
            paths.push(file.path.clone());
        }
    }
    let index = (*shown).min(paths.len().saturating_sub(1));
    let pick = |files: &[PairFile]| -> Option<PairFile> {
        if single {
            files.first().cloned()
        } else {
            files.iter().find(|file| file.path == paths[index]).cloned()
        }
    };
    let (violating, conforming) = (pick(&props.violating), pick(&props.conforming));
    let show = {
        let shown = shown.setter();
        Callback::from(move |index| shown.set(index))
    };
    html! {
        <div class="pair">
            if !single {
                { draw!(FileTabs { label: "Files of the example", paths, active: index, on_show: show }) }
            }
            <div class="pair-sides">
                { draw!(PairSide {
                    name: props.name.clone(),
                    side: Side::Violating,
                    file: violating.clone(),
                    other: conforming.clone(),
                    revision: props.revision,
                    report: props.violating_report.clone(),
                    on_typed: props.on_typed.clone(),
                }) }
                { draw!(PairSide {
                    name: props.name.clone(),
                    side: Side::Conforming,
                    file: conforming,
                    other: violating,
                    revision: props.revision,
                    report: props.conforming_report.clone(),
                    on_typed: props.on_typed.clone(),
                }) }
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SideProps {
    name: AttrValue,
    side: Side,
    file: Option<PairFile>,
    other: Option<PairFile>,
    revision: u32,
    report: Option<Rc<Report>>,
    on_typed: Option<Callback<(Side, AttrValue, AttrValue)>>,
}

#[component]
fn PairSide(props: &SideProps) -> Html {
    let reveal = use_state(|| None::<Reveal>);
    let walked = use_mut_ref(|| None::<usize>);
    let side = props.side;
    let live = props.on_typed.is_some();
    let path = props.file.as_ref().map(|file| file.path.clone()).unwrap_or_default();
    let shown = {
        let path = path.clone();
        use_memo((props.report.clone(), path), |(report, path)| {
            report.as_ref().map(|report| marks(report, path)).unwrap_or_default()
        })
    };
    let walk = {
        let (shown, reveal, walked) = (shown.clone(), reveal.clone(), walked.clone());
        Callback::from(move |step: i32| {
            if shown.is_empty() {
                return;
            }
            let length = shown.len() as i32;
            let next = match *walked.borrow() {
                Some(here) => (here as i32 + step).rem_euclid(length),
                None if step > 0 => 0,
                None => length - 1,
            } as usize;
            *walked.borrow_mut() = Some(next);
            let serial = reveal.as_ref().map_or(0, |reveal| reveal.serial) + 1;
            reveal.set(Some(Reveal { serial, range: shown[next].range, focus: true }));
        })
    };
    let typed = {
        let (on_typed, path) = (props.on_typed.clone(), path.clone());
        Callback::from(move |text: AttrValue| {
            if let Some(on_typed) = &on_typed {
                on_typed.emit((side, path.clone(), text));
            }
        })
    };
    let listeners = Listeners { typed, walk, ..Listeners::default() };
    html! {
        <section class={classes!("pair-side", format!("pair-{}", side.word()))} aria-label={side.word()}>
            <h3 class="pair-title">
                <span class="pair-mark" aria-hidden="true"></span>
                { side.word() }
                if let Some(report) = &props.report {
                    <span class="pair-count">{ summary(report) }</span>
                }
            </h3>
            if let Some(file) = &props.file {
                { draw!(EditorPane {
                    label: format!("{} example, {}", side.word(), file.path),
                    described_by: live.then(|| AttrValue::from("editor-hint")),
                    document: format!("{}/{}/{}", props.name, side.word(), file.path),
                    path: file.path.clone(),
                    text: file.text.clone(),
                    revision: props.revision,
                    marks: shown.clone(),
                    comparison: props.other.as_ref().map(|other| Comparison {
                        other: other.text.clone(),
                        side,
                        aligned: live,
                    }),
                    reveal: (*reveal).clone(),
                    read_only: !live,
                    wrap: !live,
                    listeners,
                }) }
                if live && !shown.is_empty() {
                    <ul class="pair-findings">
                        { for shown.iter().map(|mark| {
                            let (reveal, walked) = (reveal.clone(), walked.clone());
                            let range = mark.range;
                            let position = shown.iter().position(|other| other == mark);
                            let jump = move |_: MouseEvent| {
                                *walked.borrow_mut() = position;
                                let serial = reveal.as_ref().map_or(0, |reveal| reveal.serial) + 1;
                                reveal.set(Some(Reveal { serial, range, focus: true }));
                            };
                            html! {
                                <li key={mark.index}>
                                    <button type="button" class="pair-finding" onclick={jump}>
                                        { draw!(Level { word: mark.level }) }
                                        <b>{ mark.rule }</b>
                                        <span class="pair-line">{ format!("line {}", mark.range.start.line) }</span>
                                        <span>{ with_code(&mark.message) }</span>
                                    </button>
                                </li>
                            }
                        }) }
                    </ul>
                }
            } else {
                <p class="pair-absent">{ "This side has no such file." }</p>
            }
        </section>
    }
}

fn summary(report: &Report) -> String {
    let questions = report.findings.iter().filter(|finding| finding.certainty == Certainty::Question).count();
    match report.findings.len() - questions {
        0 => "no findings".to_owned(),
        findings => words::count(findings, "finding"),
    }
}

//! The report on paper.

use std::rc::Rc;

use gloo_events::EventListener;
use yew::prelude::*;

use crate::catalogue;
use crate::export::markdown::status_lines;
use crate::report::{Certainty, Finding, Report};
use crate::ui::components::level::Level;
use crate::ui::components::with_code::with_code;
use crate::ui::drawn::draw;
use crate::ui::words;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub report: Rc<Report>,
    /// What of the whole it is, where it is a part.
    pub part: Option<String>,
    /// Another number asks for another print.
    pub asked: u32,
}

/// The whole report with all of its evidence, drawn while the browser prints and at no other time. It stands beside the
/// application, which the print style sheet hides meanwhile.
#[component]
pub fn PrintedReport(props: &Props) -> Html {
    let drawn = use_state_eq(|| false);
    {
        let drawn = drawn.setter();
        use_effect_with((), move |()| {
            let window = web_sys::window().expect("a page has a window");
            let (before, after) = (drawn.clone(), drawn);
            let before = EventListener::new(&window, "beforeprint", move |_| before.set(true));
            let after = EventListener::new(&window, "afterprint", move |_| after.set(false));
            move || drop((before, after))
        });
    }
    {
        let drawn = drawn.setter();
        use_effect_with(props.asked, move |asked| {
            if *asked > 0 {
                drawn.set(true);
            }
        });
    }
    let printed = use_mut_ref(|| 0_u32);
    use_effect_with((*drawn, props.asked), move |&(drawn, asked)| {
        // Once for each press, when it is drawn; the browser's own command prints by itself.
        if drawn && asked > *printed.borrow() {
            *printed.borrow_mut() = asked;
            if let Some(window) = web_sys::window() {
                let _ = window.print();
            }
        }
    });
    let body = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body());
    html! {
        <div hidden=true>
            if let (true, Some(body)) = (*drawn, body) {
                { create_portal(page(&props.report, props.part.as_deref()), body.into()) }
            }
        </div>
    }
}

fn page(report: &Report, part: Option<&str>) -> Html {
    let (first, second) = words::headline(report);
    let (questions, findings): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.certainty == Certainty::Question);
    let list = |title: &str, list: Vec<&Finding>| {
        if list.is_empty() {
            return html! {};
        }
        html! { <><h2>{ title.to_owned() }</h2>{ for list.into_iter().map(block) }</> }
    };
    html! {
        <article class="printed" aria-label="Report to print">
            <h1>{ "Rubric report" }</h1>
            <p>{ format!("{first}. {second}.") }</p>
            if let Some(part) = part {
                <p>{ format!("This is a part: {part}.") }</p>
            }
            <ul>
                { for status_lines(report).into_iter().map(|line| html! { <li>{ line }</li> }) }
            </ul>
            { list("Findings", findings) }
            { list("Questions: something outside these files decides", questions) }
            if !report.problems.is_empty() {
                <h2>{ "Not read as it stands" }</h2>
                <ul>
                    { for report.problems.iter().map(|problem| html! {
                        <li>
                            <code>{ words::place(&problem.path, &problem.range) }</code>
                            { ": " }{ with_code(&problem.message) }
                        </li>
                    }) }
                </ul>
            }
        </article>
    }
}

fn block(finding: &Finding) -> Html {
    let title = catalogue::entry(finding.rule).map(|entry| entry.title).unwrap_or_default();
    html! {
        <section class="printed-finding">
            <h3>{ draw!(Level { word: words::level(finding) }) }{ format!(" {} {title}", finding.rule) }</h3>
            <p><code>{ words::place(&finding.path, &finding.range) }</code>{ ": " }{ with_code(&finding.message) }</p>
            <ol>
                { for finding.because.iter().map(|evidence| html! {
                    <li>
                        <code>{ words::place(&evidence.path, &evidence.range) }</code>
                        { ": " }{ with_code(&evidence.note) }
                    </li>
                }) }
            </ol>
            <p>{ "Conforming: " }{ with_code(&finding.conforming) }</p>
        </section>
    }
}

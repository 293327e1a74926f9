//! The report on paper.

use std::rc::Rc;

use gloo_events::EventListener;
use web_sys::Element;
use yew::prelude::*;

use crate::catalogue;
use crate::embed::code::message;
use crate::embed::escaped;
use crate::export::markdown::status_lines;
use crate::report::{Certainty, Evidence, Finding, Report};
use crate::ui::words;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub report: Rc<Report>,
    /// What of the whole it is, where it is a part.
    pub part: Option<String>,
    /// Another number asks for another print.
    pub asked: u32,
}

/// The whole report with all of its evidence, in the document while the browser prints and at no other time. It stands
/// beside the application, which the print style sheet hides meanwhile.
///
/// It is written by hand and not drawn: Firefox copies the document for its printer as soon as `beforeprint` was told,
/// before anything is drawn.
#[component]
pub fn PrintedReport(props: &Props) -> Html {
    let drawn = use_mut_ref(|| None::<Element>);
    let printed = use_mut_ref(|| 0_u32);
    let given = (props.report.clone(), props.part.clone());
    use_effect_with((given, props.asked), move |((report, part), asked)| {
        let window = web_sys::window().expect("a page has a window");
        let before = {
            let (drawn, report, part) = (drawn.clone(), report.clone(), part.clone());
            EventListener::new(&window, "beforeprint", move |_| {
                drawn.borrow_mut().get_or_insert_with(|| put(&report, part.as_deref()));
            })
        };
        let after = {
            let drawn = drawn.clone();
            EventListener::new(&window, "afterprint", move |_| take_away(drawn.borrow_mut().take()))
        };
        // Once for each press; the browser's own command prints by itself.
        if *asked > *printed.borrow() {
            *printed.borrow_mut() = *asked;
            drawn.borrow_mut().get_or_insert_with(|| put(report, part.as_deref()));
            let _ = window.print();
        }
        move || {
            drop((before, after));
            take_away(drawn.borrow_mut().take());
        }
    });
    html! {}
}

fn put(report: &Report, part: Option<&str>) -> Element {
    let document = web_sys::window().and_then(|window| window.document()).expect("a page has a document");
    let article = document.create_element("article").expect("an article is an element");
    article.set_class_name("printed");
    let _ = article.set_attribute("aria-label", "Report to print");
    article.set_inner_html(&page(report, part));
    if let Some(body) = document.body() {
        let _ = body.append_child(&article);
    }
    article
}

fn take_away(drawn: Option<Element>) {
    if let Some(article) = drawn {
        article.remove();
    }
}

fn page(report: &Report, part: Option<&str>) -> String {
    let (first, second) = words::headline(report);
    let (questions, findings): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.certainty == Certainty::Question);
    let mut out = format!("<h1>Rubric report</h1><p>{}. {}.</p>", escaped(&first), escaped(&second));
    if let Some(part) = part {
        out += &format!("<p>This is a part: {}.</p>", escaped(part));
    }
    out += "<ul>";
    for line in status_lines(report) {
        out += &format!("<li>{}</li>", escaped(&line));
    }
    out += "</ul>";
    list(&mut out, "Findings", &findings);
    list(&mut out, "Questions: something outside these files decides", &questions);
    let silenced: Vec<&Finding> = report.silenced.iter().collect();
    list(&mut out, "Silenced by comments, and not counted", &silenced);
    if !report.problems.is_empty() {
        out += "<h2>Problems</h2><ul>";
        for problem in &report.problems {
            out += "<li>";
            at(&mut out, &words::place(&problem.path, &problem.range), &problem.message);
            out += "</li>";
        }
        out += "</ul>";
    }
    out
}

/// The title stays with the first of the list: Firefox would leave it alone at the end of a page.
fn list(out: &mut String, title: &str, list: &[&Finding]) {
    for (index, finding) in list.iter().enumerate() {
        if index == 0 {
            *out += &format!("<div class=\"printed-together\"><h2>{title}</h2>");
        }
        block(out, finding);
        if index == 0 {
            *out += "</div>";
        }
    }
}

fn block(out: &mut String, finding: &Finding) {
    let title = catalogue::entry(finding.rule).map(|entry| entry.title).unwrap_or_default();
    let level = finding.level();
    *out += &format!(
        "<section class=\"printed-finding\"><h3><span class=\"severity severity-{level}\"><span class=\"shape \
         shape-{level}\"></span>{level}</span> {} {}</h3><p>",
        finding.rule,
        escaped(title)
    );
    at(out, &words::place(&finding.path, &finding.range), &finding.message);
    *out += "</p><ol>";
    for Evidence { path, range, note } in &finding.because {
        *out += "<li>";
        at(out, &words::place(path, range), note);
        *out += "</li>";
    }
    *out += "</ol><p>Conforming: ";
    *out += &message(&finding.conforming);
    if !finding.reason.is_empty() {
        *out += "</p><p>Silenced: ";
        *out += &escaped(&finding.reason);
    }
    *out += "</p></section>";
}

fn at(out: &mut String, place: &str, text: &str) {
    *out += &format!("<code>{}</code>: ", escaped(place));
    *out += &message(text);
}

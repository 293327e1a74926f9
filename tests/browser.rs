//! What only a browser can show: the worker's answers as WebAssembly, the client and the components in a page.
//!
//!   cargo test --test native_reports
//!   npm --prefix js run build
//!   cargo test --target wasm32-unknown-unknown --features browser --test browser
#![cfg(target_arch = "wasm32")]

#[path = "examples_of_the_catalogue/mod.rs"]
mod examples_of_the_catalogue;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
use rubric_playground::catalogue;
use rubric_playground::check::Source;
use rubric_playground::link::Shared;
use rubric_playground::report::{Position, Problem, Range, Report, Rule};
use rubric_playground::settings::Settings;
use rubric_playground::ui::components::editor_pane::{EditorPane, Mark, Props};
use rubric_playground::ui::intake::{Notes, Outcome, Reason};
use rubric_playground::ui::state::{Action, File, Given, State};
use rubric_playground::worker::client::{Client, Failure, Job, Reply};
use rubric_playground::worker::protocol::{Request, Sent};
use rubric_playground::worker::server::Server;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::{Callback, Reducible};

wasm_bindgen_test_configure!(run_in_browser);

// ---- The worker's answers ------------------------------------------------------------------------------------------

/// Written by `tests/native_reports.rs`.
const NATIVE: &str = include_str!("generated/native_reports.json");

/// The page loads the catalogue's texts; a test has them compiled in.
fn with_catalogue() {
    catalogue::provide(include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"))).unwrap();
}

fn answers(sets: Vec<Vec<Source>>) -> Vec<String> {
    let sent = |source: Source| Sent { path: source.path, text: Some(source.text) };
    let sets = sets.into_iter().map(|set| set.into_iter().map(sent).collect()).collect();
    let request = Request { settings: Settings::default(), sets, running: false, why: None };
    Server::default().answer(&serde_json::to_string(&request).unwrap(), &mut |_| {}).unwrap()
}

#[wasm_bindgen_test]
fn the_worker_reports_every_example_byte_for_byte_as_natively() {
    with_catalogue();
    let native: BTreeMap<String, String> = serde_json::from_str(NATIVE).unwrap();
    let (names, sets): (Vec<String>, Vec<Vec<Source>>) =
        examples_of_the_catalogue::sets().into_iter().unzip();
    assert_eq!(
        names.len(),
        native.len(),
        "tests/native_reports.rs was run on another catalogue: run it again"
    );
    for (name, report) in names.iter().zip(answers(sets)) {
        assert_eq!(Some(&report), native.get(name), "{name}");
    }
}

#[wasm_bindgen_test]
fn what_is_nested_too_deeply_is_a_problem_and_no_trap() {
    let deep = [
        "(".repeat(50_000),
        "not ".repeat(100_000),
        format!("x = a{}\n", ".a".repeat(50_000)),
        format!("x = {}1\n", "-".repeat(50_000)),
        (0..3_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect(),
    ];
    for text in deep {
        let start: String = text.chars().take(20).collect();
        let source = Source { path: "deep.py".to_owned(), text };
        let report: Report = serde_json::from_str(&answers(vec![vec![source]])[0]).unwrap();
        assert!(!report.problems.is_empty(), "{start}…");
    }
}

// ---- The client ----------------------------------------------------------------------------------------------------

#[wasm_bindgen_test]
async fn a_worker_that_is_not_there_fails_the_request() {
    let replies = Rc::new(RefCell::new(Vec::new()));
    let client = Client::new("./no-such-worker.js", 1_000, Callback::noop());
    let reply = {
        let replies = replies.clone();
        Callback::from(move |reply| replies.borrow_mut().push(reply))
    };
    client.check(Job::default(), reply);
    for _ in 0..100 {
        if !replies.borrow().is_empty() {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(matches!(replies.borrow().as_slice(), [Reply::Failed(Failure::Unloadable(_))]), "{replies:?}");
}

// ---- The state -----------------------------------------------------------------------------------------------------

fn given(path: &str, text: &str) -> Given {
    Given { path: path.to_owned(), text: text.to_owned() }
}

fn state(files: Vec<Given>) -> Rc<State> {
    Rc::new(State::new("draft".into(), files, 0, Settings::default()))
}

fn sources(state: &State) -> Vec<Source> {
    let source = |file: &File| Source { path: file.path.to_string(), text: file.text.to_string() };
    state.files.iter().map(source).collect()
}

fn with_report(state: Rc<State>) -> Rc<State> {
    let report: Report = serde_json::from_str(&answers(vec![sources(&state)])[0]).unwrap();
    state.reduce(Action::Report(Rc::new(report)))
}

const TWICE: &str =
    "import time\n\n\nasync def one():\n    time.sleep(1)\n\n\nasync def two():\n    time.sleep(2)\n";

#[wasm_bindgen_test]
fn line_ends_become_those_of_the_editor() {
    let state = state(vec![given("a.py", "\u{feff}one\r\ntwo\rthree\n")]);
    assert_eq!(state.file().text, "one\ntwo\nthree\n");
}

#[wasm_bindgen_test]
fn what_was_replaced_comes_back_at_undo() {
    let before = state(vec![given("a.py", "x = 1\n"), given("b.py", "y = 2\n")]).reduce(Action::Show(1));
    let after = before.clone().reduce(Action::StartOver);
    assert!(after.is_empty());
    let back = after.reduce(Action::Undo);
    assert_eq!(sources(&back), sources(&before));
    assert_eq!(back.active, 1);
    assert!(back.former.is_none());
}

#[wasm_bindgen_test]
fn an_empty_text_that_is_replaced_leaves_nothing_to_undo() {
    let state = state(vec![]).reduce(Action::Replace { files: vec![given("a.py", "x\n")], why: "".into() });
    assert!(state.former.is_none());
}

/// What a link carries, with settings that name this tenant key.
fn shared(tenant_key: &str) -> Rc<Shared> {
    let settings = Settings { tenant_key: tenant_key.to_owned(), ..Settings::default() };
    let source = Source { path: format!("{tenant_key}.py"), text: "x = 1\n".to_owned() };
    Rc::new(Shared { files: vec![source], settings: Some(settings), ..Shared::default() })
}

#[wasm_bindgen_test]
fn the_settings_of_links_never_become_those_of_the_device() {
    let keys = |state: &State| {
        let own = state.own_settings.as_ref().map(|own| own.tenant_key.clone());
        (state.settings.tenant_key.clone(), own)
    };
    let mine = Settings { tenant_key: "mine".to_owned(), ..Settings::default() };
    let state = Rc::new(State::new("draft".into(), vec![given("a.py", "x\n")], 0, mine));
    let one = state.reduce(Action::OpenShared(shared("one")));
    assert_eq!(keys(&one), ("one".to_owned(), Some("mine".to_owned())));
    let two = one.reduce(Action::OpenShared(shared("two")));
    assert_eq!(keys(&two), ("two".to_owned(), Some("mine".to_owned())));
    // What another tab makes of the device's own leaves the link's alone.
    let other = Settings { tenant_key: "other".to_owned(), ..Settings::default() };
    let two = two.reduce(Action::OwnSettings(Rc::new(other)));
    assert_eq!(keys(&two), ("two".to_owned(), Some("other".to_owned())));
    let back = two.reduce(Action::Undo);
    assert_eq!(keys(&back), ("one".to_owned(), Some("other".to_owned())));
    assert_eq!(keys(&back.reduce(Action::StartOver)), ("other".to_owned(), None));
}

#[wasm_bindgen_test]
fn files_of_a_link_have_paths_of_their_own() {
    let source = |path: &str| Source { path: path.to_owned(), text: "x = 1\n".to_owned() };
    let files = ["a.py", "./a.py", "\u{0}", "", "../../app/b.py", "app/../c.py"].map(source).to_vec();
    let opened = state(vec![]).reduce(Action::OpenShared(Rc::new(Shared { files, ..Shared::default() })));
    let paths: Vec<&str> = opened.files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths, ["a.py", "a-2.py", "main.py", "main-2.py", "b.py", "c.py"]);
}

#[wasm_bindgen_test]
fn walking_goes_round_both_ways() {
    let state = with_report(state(vec![given("a.py", TWICE)]));
    let listed = state.listed();
    assert!(listed.len() >= 2, "{:?}", state.report);
    let first = state.clone().reduce(Action::Walk(1));
    assert_eq!(first.selected, Some(listed[0]));
    let last = first.reduce(Action::Walk(-1));
    assert_eq!(last.selected, listed.last().copied());
    assert_eq!(last.reduce(Action::Walk(1)).selected, Some(listed[0]));
}

#[wasm_bindgen_test]
fn the_selected_finding_stays_selected_while_lines_are_added_above_it() {
    let state = with_report(state(vec![given("a.py", TWICE)]));
    let index =
        state.report.as_ref().unwrap().findings.iter().position(|finding| finding.range.start.line == 9);
    let state = state.reduce(Action::Select(index.unwrap()));
    let id = state.file().id;
    let state = with_report(state.reduce(Action::Typed { id, text: format!("# one more\n{TWICE}").into() }));
    let selected = &state.report.as_ref().unwrap().findings[state.selected.unwrap()];
    assert_eq!(selected.range.start.line, 10);
}

#[wasm_bindgen_test]
fn narrowing_to_a_rule_lists_its_findings_alone() {
    let state = with_report(state(vec![given("a.py", TWICE)])).reduce(Action::Narrow(Some(Rule::F7)));
    assert_eq!((state.listed(), state.selected), (vec![], None));
    let state = state.reduce(Action::Narrow(Some(Rule::C5)));
    assert_eq!(state.listed().len(), 2);
    assert_eq!(state.selected, Some(state.listed()[0]));
}

#[wasm_bindgen_test]
fn a_file_with_a_known_path_is_replaced_and_others_are_added() {
    let state = state(vec![given("a.py", "old\n")]);
    let state = state.reduce(Action::Add(vec![given("a.py", "new\n"), given("b.py", "more\n")]));
    assert_eq!(state.files.len(), 2);
    assert_eq!(state.files[0].text, "new\n");
    assert_eq!(state.active, 1);
}

#[wasm_bindgen_test]
fn a_closed_file_comes_back_where_it_was() {
    let state = state(vec![given("a.py", "a\n"), given("b.py", "b\n"), given("c.py", "c\n")]);
    let id = state.files[1].id;
    let closed = state.reduce(Action::Close(id));
    assert_eq!(closed.files.len(), 2);
    let back = closed.reduce(Action::Reopen);
    assert_eq!(back.files[1].path, "b.py");
    assert_eq!((back.active, back.closed.len()), (1, 0));
}

#[wasm_bindgen_test]
fn closing_the_last_file_leaves_an_empty_one() {
    let state = state(vec![given("a.py", "a\n")]);
    let id = state.file().id;
    let closed = state.reduce(Action::Close(id));
    assert!(closed.is_empty() && closed.files.len() == 1);
    let back = closed.reduce(Action::Reopen);
    assert_eq!((back.files.len(), &*back.file().path), (1, "a.py"));
}

#[wasm_bindgen_test]
fn a_taken_or_empty_path_is_refused_and_dots_before_it_do_not_count() {
    let state = state(vec![given("app/a.py", "a\n"), given("b.py", "b\n")]);
    let id = state.files[1].id;
    for path in ["app/a.py", " ./app/a.py", "", " ", "./", "a\nb"] {
        assert!(state.objection(id, path).is_some(), "{path:?}");
        let refused = state.clone().reduce(Action::Rename { id, path: path.to_owned() });
        assert_eq!(refused.files[1].path, "b.py");
    }
    let renamed = state.reduce(Action::Rename { id, path: "./app/b.py".to_owned() });
    assert_eq!(renamed.files[1].path, "app/b.py");
}

#[wasm_bindgen_test]
fn moving_a_file_keeps_the_shown_one_shown() {
    let state = state(vec![given("a.py", "a\n"), given("b.py", "b\n"), given("c.py", "c\n")]);
    let shown = state.file().id;
    let id = state.files[2].id;
    let moved = state.reduce(Action::Move { id, index: 0 });
    assert_eq!(moved.files[0].path, "c.py");
    assert_eq!(moved.file().id, shown);
}

#[wasm_bindgen_test]
fn a_text_that_is_emptied_or_replaced_becomes_another_draft() {
    let state = state(vec![given("main.py", "import os\nx = 1\ny = 2\n")]);
    let id = state.file().id;
    let typed = state.clone().reduce(Action::Typed { id, text: "import os\nx = 1\ny = 23\n".into() });
    assert_eq!(typed.draft, state.draft);
    assert_ne!(typed.clone().reduce(Action::Typed { id, text: "".into() }).draft, state.draft);
    let pasted = typed.reduce(Action::Typed { id, text: "FROM python:3.12\nRUN pip install a\n".into() });
    assert_ne!(pasted.draft, state.draft);
    assert_eq!(pasted.file().path, "Dockerfile");
}

// ---- The editor ----------------------------------------------------------------------------------------------------

fn host() -> Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let host = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&host).unwrap();
    host
}

fn props(text: &str, marks: Vec<Mark>, revision: u32) -> Props {
    yew::props!(Props {
        label: "Code",
        document: "a",
        path: "a.py",
        text: text.to_owned(),
        marks: Rc::new(marks),
        revision,
    })
}

fn mark(start: (u32, u32), end: (u32, u32)) -> Mark {
    let position = |(line, column)| Position { line, column };
    Mark {
        index: 0,
        level: "high",
        rule: Rule::C5.id(),
        message: "it blocks".to_owned(),
        range: Range { start: position(start), end: position(end) },
    }
}

fn marked(host: &Element) -> Vec<String> {
    let found = host.query_selector_all(".cm-finding").unwrap();
    (0..found.length()).filter_map(|index| found.get(index)?.text_content()).collect()
}

#[wasm_bindgen_test]
async fn the_editor_marks_columns_counted_in_code_points() {
    let host = host();
    let text = "x = '🙂🙂'; bad()\nlast";
    let handle = yew::Renderer::<EditorPane>::with_root_and_props(
        host.clone(),
        props(text, vec![mark((1, 11), (1, 16))], 0),
    )
    .render();
    sleep(Duration::from_millis(50)).await;
    assert_eq!(marked(&host), ["bad()"]);
    handle.destroy();
}

#[wasm_bindgen_test]
async fn an_empty_range_and_one_behind_the_text_are_shown_all_the_same() {
    let host = host();
    let marks = vec![mark((2, 5), (2, 5)), mark((9, 1), (9, 4))];
    let handle =
        yew::Renderer::<EditorPane>::with_root_and_props(host.clone(), props("first\nlast", marks, 0))
            .render();
    sleep(Duration::from_millis(50)).await;
    assert_eq!(marked(&host), ["t", "t"]);
    handle.destroy();
}

#[wasm_bindgen_test]
async fn the_editor_takes_a_text_over_only_with_a_new_revision() {
    let host = host();
    let mut handle =
        yew::Renderer::<EditorPane>::with_root_and_props(host.clone(), props("one", vec![], 0)).render();
    sleep(Duration::from_millis(50)).await;
    let shown = || {
        let content = host.query_selector(".cm-content").unwrap().unwrap();
        content.unchecked_into::<HtmlElement>().inner_text()
    };
    assert_eq!(shown(), "one");
    handle.update(props("two", vec![], 0));
    sleep(Duration::from_millis(50)).await;
    assert_eq!(shown(), "one");
    handle.update(props("two", vec![], 1));
    sleep(Duration::from_millis(50)).await;
    assert_eq!(shown(), "two");
    handle.destroy();
}

#[wasm_bindgen_test]
fn notes_of_a_draft_are_read_as_they_were_written() {
    let reason = |words: &str, paths: &[&str]| Reason {
        words: words.to_owned(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
    };
    let left_out = vec![reason("larger than 2 MB", &["/a b.py", "=c\n.py", ""]), reason("none", &[])];
    let outcome = Some(Rc::new(Outcome { said: "Opened 1 file.".to_owned(), left_out }));
    let missed = Rc::new(vec![Problem::of_file("?d.py".to_owned(), "not text".to_owned())]);
    for notes in [
        Notes { outcome: outcome.clone(), missed: missed.clone() },
        Notes { outcome, missed: Rc::default() },
        Notes { outcome: None, missed },
        Notes::default(),
    ] {
        assert_eq!(Notes::from_text(&notes.to_text()), notes);
    }
    for text in ["/a", "?b", "#c\0\0x", "\u{fffd}", "é"] {
        Notes::from_text(text);
    }
}

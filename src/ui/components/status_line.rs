//! The line at the bottom: files, time, requests since loading.

use yew::prelude::*;

use crate::ui::hooks::use_request_count;
use crate::ui::state::{Checker, Store};
use crate::ui::words;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether the page and its worker have been loaded.
    pub loaded: bool,
}

/// The line at the bottom: what the checker does, and that nothing is sent.
#[component]
pub fn StatusLine(props: &Props) -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let requests = use_request_count(props.loaded);
    let checker = match &store.checker {
        _ if !props.loaded && !matches!(store.checker, Checker::Failed(_)) => {
            "loading the checker…".to_owned()
        }
        Checker::Loading | Checker::Checking => "checking…".to_owned(),
        Checker::Ready => "ready".to_owned(),
        Checker::Done { milliseconds } if *milliseconds < 1.0 => "checked in under 1 ms".to_owned(),
        Checker::Done { milliseconds } => format!("checked in {milliseconds:.0} ms"),
        Checker::Failed(_) => "not checked".to_owned(),
    };
    // With several files the list of files would have to say it; one pasted text is what this is for.
    let shape = match store.report.as_deref().map(|report| report.files.as_slice()) {
        Some([file]) => file.shape,
        _ => None,
    };
    html! {
        <footer class="status">
            <span>{ words::count(store.files.len(), "file") }</span>
            <span data-testid="checker">{ checker }</span>
            if let Some(shape) = shape {
                <span data-testid="shape">{ format!("read as {}", words::shape(shape)) }</span>
            }
            if let Some(requests) = requests {
                <span
                    data-testid="requests"
                    title="What the browser has asked any server for since this page was loaded, counted by the browser"
                >
                    { format!("{} since loading", words::count(requests as usize, "request")) }
                </span>
            }
            if !store.kept {
                <span class="status-warning">
                    { "this browser does not let the page keep your text: a reload loses it" }
                </span>
            }
        </footer>
    }
}

//! The line at the bottom: files, time, requests since loading.

use yew::prelude::*;

use crate::ui::components::read_as::read_as;
use crate::ui::hooks::{Build, use_request_count};
use crate::ui::route::Route;
use crate::ui::state::{Checker, use_store};
use crate::ui::words;
use crate::worker::client::use_client;
use crate::worker::protocol::{Progress, SILENT_MILLISECONDS};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether the page and its worker have been loaded.
    pub loaded: bool,
    /// Whether nothing is fetched any more, not even for later.
    pub quiet: bool,
    pub build: Build,
}

/// The line at the bottom: what the checker does, and that nothing is sent.
#[component]
pub fn StatusLine(props: &Props) -> Html {
    let store = use_store();
    let client = use_client();
    let requests = use_request_count(props.quiet);
    let progress = use_state_eq(|| None);
    {
        let (client, progress) = (client.clone(), progress.setter());
        use_effect_with((), move |()| {
            client.watch(Callback::from(move |told: Option<Progress>| progress.set(told)));
        });
    }
    let progress = (*progress).filter(|_| store.checker == Checker::Checking);
    // A screen reader is told where a long check begins and where it ends, not the numbers between.
    let announced = match &store.checker {
        Checker::Checking if progress.is_some() => "Checking all files",
        Checker::Done { milliseconds } if *milliseconds > SILENT_MILLISECONDS => "All files are checked",
        _ => "",
    };
    let checker = match &store.checker {
        _ if !props.loaded && !matches!(store.checker, Checker::Failed(_)) => {
            "loading the checker…".to_owned()
        }
        Checker::Loading | Checker::Checking => match progress {
            Some(Progress { has_read: false, done, all, .. }) => {
                format!("checking: {done} of {}", words::count(all, "file"))
            }
            Some(Progress { done, all, .. }) => format!("checking: rule {} of {all}", done + 1),
            None => "checking…".to_owned(),
        },
        Checker::Searching => "looking for the file that stops the checker…".to_owned(),
        Checker::Ready => "ready".to_owned(),
        Checker::Done { milliseconds } if *milliseconds < 1.0 => "checked in under 1 ms".to_owned(),
        Checker::Done { milliseconds } => format!("checked in {} ms", milliseconds.round() as u32),
        Checker::Failed(_) => "not checked".to_owned(),
    };
    let stop = Callback::from(move |_: MouseEvent| client.stop());
    html! {
        <footer class="status">
            <span>{ words::count(store.files.len(), "file") }</span>
            <span data-testid="checker" class={classes!((store.files.len() > 1).then_some("status-checker"))}>
                { checker }
            </span>
            if matches!(store.checker, Checker::Checking | Checker::Searching) && store.files.len() > 1 {
                <button type="button" class="button button-quiet status-button" onclick={stop}>{ "Stop" }</button>
            }
            if let Some(Progress { share, .. }) = progress {
                <progress class="status-progress" aria-label="Progress of the check" value={share.to_string()}></progress>
            }
            <span class="visually-hidden" role="status">{ announced }</span>
            { read_as(&store) }
            if !store.settings.off.is_empty() {
                <a class="status-link" href={Route::Settings.address()}>
                    { format!("{} off", words::count(store.settings.off.len(), "rule")) }
                </a>
            }
            if let Some(requests) = requests {
                <a class="status-link" href={Route::Private.address()}>
                    <span
                        data-testid="requests"
                        title="What the browser has asked any server for since this page was loaded, counted by the browser"
                    >
                        { format!("{} since loading", words::count(requests as usize, "request")) }
                    </span>
                </a>
            }
            if matches!(props.build, Build::Kept | Build::Newer) {
                <span data-testid="offline" title="The files of this page are on this device">{ "works offline" }</span>
            }
        </footer>
    }
}

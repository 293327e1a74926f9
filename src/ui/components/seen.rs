//! What a report rests on: which rules had something to see, and which could not.

use yew::prelude::*;

use crate::catalogue::{self, Needs};
use crate::report::{FileKind, Report, Rule, Status};
use crate::sorted::sorted;
use crate::ui::route::Route;
use crate::ui::state::Store;
use crate::ui::words;

/// What could not be seen: never is 'no findings' said to be more than it is.
pub fn seen(store: &Store) -> Html {
    let Some(report) = store.counted.clone() else { return html! {} };
    let unseen = report.with_status(Status::NotSeen);
    let unread: Vec<&str> = report
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Other)
        .map(|file| file.path.as_str())
        .collect();
    let assumed = report.files.iter().flat_map(|file| &file.assumed).map(String::as_str).collect();
    let mut assumed = sorted(assumed, &|one: &&str, other| one.cmp(other));
    assumed.dedup();
    let off = &store.settings.off;
    if unseen.is_empty()
        && unread.is_empty()
        && assumed.is_empty()
        && off.is_empty()
        && store.left_out.is_empty()
    {
        return html! {};
    }
    html! {
        <details class="seen">
            <summary>{ "What could not be seen" }</summary>
            if !unseen.is_empty() {
                <p>
                    { format!("Nothing in {} is about ", words::count(report.files.len(), "file")) }
                    { rules(&unseen) }
                    { ": that is no pass." }
                </p>
            }
            { for lacking(&report, &unseen).into_iter().map(|words| html! { <p>{ words }</p> }) }
            if !assumed.is_empty() {
                <p>
                    { format!("Imports are not shown: {} taken for what libraries call so.", assumed.join(", ")) }
                </p>
            }
            if !off.is_empty() {
                <p>{ "Switched off in the settings: " }{ rules(off) }{ "." }</p>
            }
            if !unread.is_empty() {
                <p>{ format!("Of a kind that no rule reads: {}.", unread.join(", ")) }</p>
            }
            if !store.left_out.is_empty() {
                <p>
                    { "Not checked, since the checker fails on it: " }
                    { store.left_out.iter().map(|left| left.file.path.to_string()).collect::<Vec<_>>().join(", ") }
                    { "." }
                </p>
            }
        </details>
    }
}

fn rules(rules: &[Rule]) -> Html {
    html! {
        { for rules.iter().enumerate().map(|(index, &rule)| html! {
            <>
                if index > 0 {
                    { ", " }
                }
                <a href={Route::Rule { rule }.address()}>{ rule.id() }</a>
            </>
        }) }
    }
}

/// The kinds of files that rules need and that were not given.
fn lacking(report: &Report, unseen: &[Rule]) -> Vec<String> {
    let needing = |needs: Needs| {
        let ids: Vec<&str> = unseen
            .iter()
            .filter(|rule| catalogue::entry(**rule).is_some_and(|entry| entry.needs == needs))
            .map(|rule| rule.id())
            .collect();
        ids.join(", ")
    };
    let has_deployment =
        report.files.iter().any(|file| !matches!(file.kind, FileKind::Python | FileKind::Other));
    Needs::ALL
        .into_iter()
        .filter_map(|needs| {
            let ids = needing(needs);
            let lacks = match needs {
                Needs::DeploymentFiles if !has_deployment => {
                    "No deployment file was given, so nothing can be said of"
                }
                Needs::SeveralFiles if report.files.len() < 2 => {
                    "One file was given, so little can be said of"
                }
                _ => return None,
            };
            (!ids.is_empty()).then(|| format!("{lacks} {ids}."))
        })
        .collect()
}

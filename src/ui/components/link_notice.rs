//! What a newer checker says otherwise of something that was shared.

use yew::prelude::*;

use crate::link::{Difference, words};
use crate::ui::state::{Action, Store, press};
use crate::ui::words::count;

/// Says where the findings differ from those that a link came with, as long as its text is the one that is shown.
pub fn link_notice(store: &Store) -> Html {
    let (Some(linked), Some(report)) = (&store.linked, &store.report) else { return html! {} };
    let Some(then) = linked.findings.as_ref().filter(|_| linked.files == store.sources()) else {
        return html! {};
    };
    let Some(difference) = Difference::between(then, &words(report)) else { return html! {} };
    let forget = press(store, Action::ForgetLinked);
    let part = |list: &[String], what: &str| match list {
        [] => String::new(),
        list => format!(" {} {what}: {}.", count(list.len(), "finding"), list.join(", ")),
    };
    let version = if linked.made_by.is_empty() {
        "another version".to_owned()
    } else {
        format!("version {}", linked.made_by)
    };
    html! {
        <div class="notice" role="status" data-testid="link-differs">
            <p>
                { format!("When this was shared ({version}), the checker judged it differently.") }
                { part(&difference.new, "new since then") }
                { part(&difference.gone, "no longer found") }
            </p>
            <button type="button" class="button button-quiet" onclick={forget}>{ "Dismiss" }</button>
        </div>
    }
}

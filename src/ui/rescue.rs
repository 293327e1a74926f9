//! A file that stops the checker is found, left out, and made smaller, so that the others are checked all the same.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use yew::{AttrValue, Callback};

use crate::settings::Settings;
use crate::worker::client::{Client, Failure, Job, Reply, Text};

/// A file that stops the checker.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    pub file: Text,
    pub failure: Failure,
}

/// More files than this are not looked for one by one: then it is no single file's fault.
const MOST_LEFT_OUT: usize = 5;
/// Each try may cost a worker.
const MOST_TRIES: usize = 120;

/// Asks the checker; nothing where a newer request took the place of this one.
pub async fn ask(client: &Client, settings: &Rc<Settings>, files: Vec<Text>) -> Option<Reply> {
    let (sender, receiver) = oneshot::channel();
    let sender = RefCell::new(Some(sender));
    let reply = Callback::from(move |reply| {
        if let Some(sender) = sender.borrow_mut().take() {
            let _ = sender.send(reply);
        }
    });
    client.check(Job { settings: settings.clone(), sets: vec![files], ..Job::default() }, reply);
    receiver.await.ok()
}

/// Whether the checker fails on these files, and how.
async fn fails(client: &Client, settings: &Rc<Settings>, files: &[Text]) -> Option<Option<Failure>> {
    match ask(client, settings, files.to_vec()).await? {
        Reply::Reports { .. } | Reply::Explanation(_) => Some(None),
        // Neither says anything about the files.
        Reply::Failed(Failure::Stopped | Failure::Unloadable(_)) => None,
        Reply::Failed(failure) => Some(Some(failure)),
    }
}

/// Finds the files that stop the checker, by halves, until the others pass; with the answer for the others. Nothing
/// where that cannot be found out: each file alone passes, there are too many, or the files have changed meanwhile.
pub async fn find(client: &Client, settings: &Rc<Settings>, files: &[Text]) -> Option<(Vec<LeftOut>, Reply)> {
    let mut rest = files.to_vec();
    let mut found: Vec<LeftOut> = Vec::new();
    while found.len() < MOST_LEFT_OUT && !rest.is_empty() {
        let mut group = rest.clone();
        let mut failure = None;
        while group.len() > 1 {
            let second = group.split_off(group.len() / 2);
            failure = fails(client, settings, &group).await?;
            if failure.is_none() {
                failure = fails(client, settings, &second).await?;
                // Only both halves together stop it.
                failure.as_ref()?;
                group = second;
            }
        }
        if failure.is_none() {
            failure = fails(client, settings, &group).await?;
        }
        let file = group.pop()?;
        rest.retain(|other| *other != file);
        found.push(LeftOut { file, failure: failure? });
        if rest.is_empty() {
            return None;
        }
        match ask(client, settings, rest.clone()).await? {
            reply @ Reply::Reports { .. } => return Some((found, reply)),
            Reply::Failed(Failure::Stopped | Failure::Unloadable(_)) => return None,
            Reply::Failed(_) | Reply::Explanation(_) => {}
        }
    }
    None
}

/// Takes lines out of a file as long as the checker still fails on it. `tell` hears how many lines are left. The last
/// text that it fails on is the answer, also where a newer request ended the search.
pub async fn smaller(
    client: &Client,
    settings: &Rc<Settings>,
    file: &Text,
    tell: Callback<usize>,
) -> AttrValue {
    let mut lines: Vec<&str> = file.text.split_inclusive('\n').collect();
    let mut parts = 2;
    let mut tries = 0;
    'again: while lines.len() > 1 && tries < MOST_TRIES {
        tell.emit(lines.len());
        let size = lines.len().div_ceil(parts);
        let mut start = 0;
        while start < lines.len() && tries < MOST_TRIES {
            let end = (start + size).min(lines.len());
            let without: Vec<&str> = [&lines[..start], &lines[end..]].concat();
            tries += 1;
            let text = without.concat().into();
            match fails(client, settings, &[Text { path: file.path.clone(), text }]).await {
                None => break 'again,
                Some(Some(_)) => {
                    lines = without;
                    parts = parts.saturating_sub(1).max(2);
                    continue 'again;
                }
                Some(None) => start = end,
            }
        }
        if size == 1 {
            break;
        }
        parts = (parts * 2).min(lines.len());
    }
    lines.concat().into()
}

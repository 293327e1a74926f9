//! What the checker says of an exercise and of an answer to it.

use std::rc::Rc;

use yew::prelude::*;

use crate::check::Source;
use crate::report::Report;
use crate::ui::state::{Action, Checker, Store};
use crate::worker::client::{Client, Job, Reply, Text};

/// The report of the start, and that of the answer with the very files that it speaks of.
#[derive(Clone, PartialEq)]
pub struct Judged {
    pub before: Rc<Report>,
    pub files: Rc<Vec<Source>>,
    pub report: Rc<Report>,
}

/// Has the start and the answer checked whenever the answer changes. Exercises know no settings: what somebody has
/// switched off in the playground is asked for here all the same.
#[hook]
pub fn use_judging(start: Rc<Vec<Source>>, files: Rc<Vec<Source>>) -> Option<Judged> {
    let client = use_context::<Client>().expect("the application provides the client");
    let store = use_context::<Store>().expect("the application provides the store");
    let judged = use_state_eq(|| None);
    {
        let judged = judged.setter();
        let dispatch = store.dispatcher();
        use_effect_with((start, files), move |(start, files)| {
            let texts = |files: &[Source]| {
                let text =
                    |file: &Source| Text { path: file.path.clone().into(), text: file.text.clone().into() };
                files.iter().map(text).collect()
            };
            let job = Job { settings: Rc::default(), sets: vec![texts(start), texts(files)] };
            dispatch.dispatch(Action::Checker(Checker::Checking));
            let files = files.clone();
            let reply = Callback::from(move |reply| match reply {
                Reply::Reports { reports, milliseconds } => {
                    dispatch.dispatch(Action::Checker(Checker::Done { milliseconds }));
                    if let [before, report] = &reports[..] {
                        let (before, report) = (before.clone(), report.clone());
                        judged.set(Some(Judged { before, files: files.clone(), report }));
                    }
                }
                Reply::Failed(failure) => dispatch.dispatch(Action::Checker(Checker::Failed(failure))),
            });
            client.check(job, reply);
        });
    }
    (*judged).clone()
}

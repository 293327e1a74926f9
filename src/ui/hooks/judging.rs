//! What the checker says of an exercise and of an answer to it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::check::Source;
use crate::report::Report;
use crate::ui::later::Page;
use crate::ui::state::{Action, Checker, Store};

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
    let page = use_context::<Page>().expect("the root provides the page");
    let store = use_context::<Store>().expect("the application provides the store");
    let judged = use_state_eq(|| None);
    {
        let judged = judged.setter();
        let dispatch = store.dispatcher();
        use_effect_with((start, files), move |(start, files)| {
            let (start, files) = (start.clone(), files.clone());
            spawn_local(async move {
                match page.check(&[&start, &files]).await.map(|answer| answer.map(<[Report; 2]>::try_from)) {
                    Some(Ok(Ok([before, report]))) => {
                        dispatch.dispatch(Action::Checker(Checker::Ready));
                        judged.set(Some(Judged { before: Rc::new(before), files, report: Rc::new(report) }));
                    }
                    Some(Err(failure)) => dispatch.dispatch(Action::Checker(Checker::Failed(failure))),
                    // A newer request took the place of this one.
                    Some(Ok(Err(_))) | None => {}
                }
            });
        });
    }
    (*judged).clone()
}

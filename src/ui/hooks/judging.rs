//! What the checker says of an exercise, of its listed solutions and of an answer to it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::check::Source;
use crate::exercise::Exercise;
use crate::report::Report;
use crate::ui::later::Page;
use crate::ui::state::{Action, Checker, use_store};

/// The reports of the start, of the listed solutions and of the answer, with the very files that this one speaks of.
#[derive(Clone, PartialEq)]
pub struct Judged {
    pub before: Rc<Report>,
    pub listed: Rc<Vec<Report>>,
    pub files: Rc<Vec<Source>>,
    pub report: Rc<Report>,
}

/// Has all of them checked whenever the answer changes; what has not changed is not sent again. Exercises know no
/// settings: what somebody has switched off in the playground is asked for here all the same.
#[hook]
pub fn use_judging(exercise: &'static Exercise, files: Rc<Vec<Source>>) -> Option<Judged> {
    let page = use_context::<Page>().expect("the root provides the page");
    let store = use_store();
    let judged = use_state_eq(|| None);
    {
        let judged = judged.setter();
        let dispatch = store.dispatcher();
        use_effect_with(files, move |files| {
            let files = files.clone();
            spawn_local(async move {
                let mut sets: Vec<&[Source]> = vec![&files, &exercise.start];
                sets.extend(exercise.solutions.iter().map(|solution| &solution.files[..]));
                match page.check(&sets).await {
                    Some(Ok(mut reports)) if reports.len() == sets.len() => {
                        dispatch.dispatch(Action::Checker(Checker::Ready));
                        let listed = Rc::new(reports.split_off(2));
                        let [report, before] = [reports.swap_remove(0), reports.swap_remove(0)].map(Rc::new);
                        judged.set(Some(Judged { before, listed, files, report }));
                    }
                    Some(Err(failure)) => dispatch.dispatch(Action::Checker(Checker::Failed(failure))),
                    // A newer request took the place of this one.
                    Some(Ok(_)) | None => {}
                }
            });
        });
    }
    (*judged).clone()
}

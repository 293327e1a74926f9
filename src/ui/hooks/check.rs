//! The newest report of a text, by way of the worker.

use std::rc::Rc;

use yew::prelude::*;

use crate::check::Source;
use crate::report::Report;
use crate::ui::state::{Action, Checker, Store};
use crate::worker::client::{Client, Reply};
use crate::worker::protocol::Request;

/// The newest reports, one a set; none before the first answer.
pub type Check = Option<Vec<Rc<Report>>>;

/// Has the sets checked whenever they or the settings change, and says in the store how that goes.
#[hook]
pub fn use_check(sets: Rc<Vec<Vec<Source>>>) -> Check {
    let client = use_context::<Client>().expect("the application provides the client");
    let store = use_context::<Store>().expect("the application provides the store");
    let reports = use_state(|| None);
    {
        let reports = reports.setter();
        let dispatch = store.dispatcher();
        use_effect_with((sets, store.settings.clone()), move |(sets, settings)| {
            if sets.is_empty() {
                // What is in flight answers for a text that is gone.
                client.forget();
                dispatch.dispatch(Action::Checker(Checker::Ready));
                reports.set(None);
                return;
            }
            let request = Request { settings: (**settings).clone(), sets: (**sets).clone() };
            dispatch.dispatch(Action::Checker(Checker::Checking));
            let reply = Callback::from(move |reply| match reply {
                Reply::Reports { reports: newest, milliseconds } => {
                    dispatch.dispatch(Action::Checker(Checker::Done { milliseconds }));
                    reports.set(Some(newest));
                }
                Reply::Failed(failure) => dispatch.dispatch(Action::Checker(Checker::Failed(failure))),
            });
            client.check(&request, reply);
        });
    }
    (*reports).clone()
}

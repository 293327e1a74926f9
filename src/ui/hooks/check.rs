//! The newest report of a text, by way of the worker.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::report::Report;
use crate::settings::Settings;
use crate::ui::rescue::{self, LeftOut};
use crate::ui::state::{Action, Checker, use_store};
use crate::worker::client::{Client, Failure, Job, Reply, Text, use_client};

/// The newest reports, one a set; none before the first answer.
pub type Check = Option<Vec<Rc<Report>>>;

/// More text than this is checked when typing pauses, not at every letter.
const MUCH_TEXT_BYTES: usize = 500_000;
const PAUSE_MILLISECONDS: u32 = 400;

/// Has the sets checked whenever they or the settings change, and says in the store how that goes. A file that stops
/// the checker is left out of a single set, and the others are checked without it.
#[hook]
pub fn use_check(sets: Rc<Vec<Vec<Text>>>) -> Check {
    let client = use_client();
    let store = use_store();
    let reports = use_state(|| None);
    let left_out = use_mut_ref(Vec::<LeftOut>::new);
    {
        let reports = reports.setter();
        let dispatch = store.dispatcher();
        let begin = move |sets: &Rc<Vec<Vec<Text>>>, settings: &Rc<Settings>| {
            if sets.is_empty() {
                // What is in flight answers for a text that is gone.
                client.forget();
                dispatch.dispatch(Action::Checker(Checker::Ready));
                reports.set(None);
                return None;
            }
            // A file that has not changed since it stopped the checker would stop it again.
            let mut job = Job { settings: settings.clone(), sets: (**sets).clone(), ..Job::default() };
            left_out.borrow_mut().retain(|left| sets.iter().flatten().any(|file| *file == left.file));
            if let [files] = job.sets.as_mut_slice() {
                files.retain(|file| !left_out.borrow().iter().any(|left| left.file == *file));
                if files.is_empty() {
                    left_out.borrow_mut().clear();
                    files.clone_from(&sets[0]);
                }
            }
            dispatch.dispatch(Action::Checker(Checker::Checking));
            let bytes: usize = job.sets.iter().flatten().map(|file| file.text.len()).sum();
            let ask = {
                let client = client.clone();
                move || {
                    let outcome =
                        Outcome { dispatch, reports, left_out, client: client.clone(), job: job.clone() };
                    client.check(job, Callback::from(move |reply| outcome.clone().take(reply)));
                }
            };
            if bytes < MUCH_TEXT_BYTES {
                ask();
                return None;
            }
            Some(Timeout::new(PAUSE_MILLISECONDS, ask))
        };
        use_effect_with((sets, store.settings.clone()), move |(sets, settings)| {
            let waiting = begin(sets, settings);
            move || drop(waiting)
        });
    }
    (*reports).clone()
}

/// What is to be done with an answer.
#[derive(Clone)]
struct Outcome {
    dispatch: UseReducerDispatcher<crate::ui::state::State>,
    reports: UseStateSetter<Check>,
    left_out: Rc<std::cell::RefCell<Vec<LeftOut>>>,
    client: Client,
    job: Job,
}

impl Outcome {
    fn take(self, reply: Reply) {
        match reply {
            Reply::Reports { reports, milliseconds } => {
                self.tell_left_out(self.left_out.borrow().clone());
                self.dispatch.dispatch(Action::Checker(Checker::Done { milliseconds }));
                self.reports.set(Some(reports));
            }
            Reply::Failed(failure @ (Failure::Crashed(_) | Failure::TookTooLong(_))) => {
                match self.job.sets.as_slice() {
                    [files] if files.len() > 1 => self.search(failure),
                    [files] => {
                        let found =
                            files.iter().map(|file| LeftOut { file: file.clone(), failure: failure.clone() });
                        self.tell_left_out(self.left_out.borrow().iter().cloned().chain(found).collect());
                        self.fail(failure);
                    }
                    _ => self.fail(failure),
                }
            }
            Reply::Failed(failure) => self.fail(failure),
            // Nothing was to be explained.
            Reply::Explanation(_) => {}
        }
    }

    fn search(self, failure: Failure) {
        self.dispatch.dispatch(Action::Checker(Checker::Searching));
        spawn_local(async move {
            match rescue::find(&self.client, &self.job.settings, &self.job.sets[0]).await {
                Some((found, reply)) => {
                    self.left_out.borrow_mut().extend(found);
                    self.take(reply);
                }
                None => self.fail_if_searching(failure),
            }
        });
    }

    fn fail(self, failure: Failure) {
        self.dispatch.dispatch(Action::Checker(Checker::Failed(failure)));
    }

    fn fail_if_searching(self, failure: Failure) {
        self.dispatch.dispatch(Action::SearchFailed(failure));
    }

    fn tell_left_out(&self, left_out: Vec<LeftOut>) {
        self.dispatch.dispatch(Action::LeftOut(Rc::new(left_out)));
    }
}

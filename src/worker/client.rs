//! The page's side of the worker: one request in flight, the newest waits, and a worker that dies or hangs is
//! replaced. An explanation that is asked for waits until there is nothing to check.
//!
//! A request that the worker failed on is not sent again; a newer one is. A worker that was never ready is started
//! again only for the next request, so that a broken deployment does not loop.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use js_sys::{Array, JsString};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::{AttrValue, Callback, hook, use_context};

use crate::explanation::Place;
use crate::report::Report;
use crate::settings::Settings;
use crate::worker::protocol::{Progress, Request, Sent};

/// How long one request may take before the worker counts as hung.
pub const LIMIT_MILLISECONDS: u32 = 5_000;
/// Much text may take longer: this much for every thousand bytes.
const LIMIT_MILLISECONDS_PER_KILOBYTE: usize = 4;
/// How long the worker may take to load.
const START_LIMIT_MILLISECONDS: u32 = 30_000;

/// A file to check.
#[derive(Clone, Debug)]
pub struct Text {
    pub path: AttrValue,
    pub text: AttrValue,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && same_text(&self.text, &other.text)
    }
}

/// Whether two texts are equal. Most often they are the same one, which is seen without reading megabytes.
pub fn same_text(one: &AttrValue, other: &AttrValue) -> bool {
    (one.len() == other.len() && std::ptr::eq(one.as_ptr(), other.as_ptr())) || one == other
}

/// What is to be checked: sets of files, each on its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    pub settings: Rc<Settings>,
    pub sets: Vec<Vec<Text>>,
    /// Whether what breaks when the code runs is told as well.
    pub running: bool,
    /// What is to be explained of the first set, where it is not to be checked.
    pub why: Option<Place>,
}

impl Job {
    fn bytes(&self) -> usize {
        self.sets.iter().flatten().map(|file| file.text.len()).sum()
    }

    /// The request, without the texts that a worker has from the request before.
    fn request(&self, known: &[Vec<Text>]) -> Request {
        let sets = self.sets.iter().enumerate().map(|(number, set)| {
            let known = known.get(number).map(Vec::as_slice).unwrap_or_default();
            let sent = |(index, file): (usize, &Text)| {
                let has = |known: &Text| known == file;
                let is_known = known.get(index).is_some_and(has) || known.iter().any(has);
                Sent { path: file.path.to_string(), text: (!is_known).then(|| file.text.to_string()) }
            };
            set.iter().enumerate().map(sent).collect()
        });
        Request {
            settings: (*self.settings).clone(),
            sets: sets.collect(),
            running: self.running,
            why: self.why.clone(),
        }
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A report a set, and what the check itself took.
    Reports {
        reports: Vec<Rc<Report>>,
        milliseconds: f64,
    },
    /// An explanation, as JSON.
    Explanation(String),
    Failed(Failure),
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The worker's files did not load or did not start.
    Unloadable(String),
    /// It stopped while working, and was restarted.
    Crashed(String),
    /// It took longer than so many milliseconds, and was restarted.
    TookTooLong(u32),
    /// Somebody did not want to wait any longer.
    Stopped,
}

struct Live {
    worker: Worker,
    ready: bool,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// A request and who waits for its answer.
struct Asked {
    job: Job,
    reply: Callback<Reply>,
}

struct Inner {
    path: String,
    limit: u32,
    ready: Callback<()>,
    live: Option<Live>,
    /// The number of the newest request.
    number: u32,
    /// Counts the workers, so that a late event of a dead one does not touch its successor.
    generation: u32,
    /// The texts that the worker has.
    known: Vec<Vec<Text>>,
    in_flight: Option<Asked>,
    waiting: Option<Asked>,
    /// An explanation that is asked for: nothing that is to be checked waits for it.
    aside: Option<Asked>,
    timer: Option<Timeout>,
    /// Who wants to know how far the request is that is being answered.
    watcher: Callback<Option<Progress>>,
}

/// A handle on the worker; clones share it.
#[derive(Clone)]
pub struct Client(Rc<RefCell<Inner>>);

/// The worker, for a component of the page.
#[hook]
pub fn use_client() -> Client {
    use_context::<Client>().expect("the application provides the client")
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Client {
    /// Starts loading the worker from `path`, relative to the page. `ready` is called each time one is ready.
    pub fn new(path: &str, limit: u32, ready: Callback<()>) -> Self {
        let client = Self(Rc::new(RefCell::new(Inner {
            path: path.to_owned(),
            limit,
            ready,
            live: None,
            number: 0,
            generation: 0,
            known: Vec::new(),
            in_flight: None,
            waiting: None,
            aside: None,
            timer: None,
            watcher: Callback::noop(),
        })));
        client.start();
        client
    }

    /// Asks for reports, or for an explanation once there is nothing to check. An older request that was not yet sent is dropped, and so is the answer to one that was:
    /// its callback is never called.
    pub fn check(&self, job: Job, reply: Callback<Reply>) {
        let dead = {
            let mut inner = self.0.borrow_mut();
            let asked = Some(Asked { job, reply });
            match asked.as_ref().is_some_and(|asked| asked.job.why.is_some()) {
                true => inner.aside = asked,
                false => inner.waiting = asked,
            }
            inner.live.is_none()
        };
        if dead {
            self.start();
        }
        self.send();
    }

    /// Drops the request that waits and the answer to the one that was sent.
    pub fn forget(&self) {
        let mut inner = self.0.borrow_mut();
        inner.waiting = None;
        if let Some(asked) = &mut inner.in_flight {
            asked.reply = Callback::noop();
        }
    }

    /// Ends the request that is being answered, and with it the worker; another one is started.
    pub fn stop(&self) {
        let generation = {
            let mut inner = self.0.borrow_mut();
            if inner.in_flight.is_none() {
                return;
            }
            inner.waiting = None;
            inner.generation
        };
        self.fail(generation, Failure::Stopped);
    }

    /// Tells how far the request is that is being answered, if that takes long, and nothing once it is over.
    pub fn watch(&self, watcher: Callback<Option<Progress>>) {
        self.0.borrow_mut().watcher = watcher;
    }

    /// Tells whoever watches.
    fn tell(&self, progress: Option<Progress>) {
        let watcher = self.0.borrow().watcher.clone();
        watcher.emit(progress);
    }

    fn weak(&self) -> Weak<RefCell<Inner>> {
        Rc::downgrade(&self.0)
    }

    fn start(&self) {
        let (path, generation) = {
            let mut inner = self.0.borrow_mut();
            inner.generation += 1;
            inner.known.clear();
            (inner.path.clone(), inner.generation)
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = match Worker::new_with_options(&path, &options) {
            Ok(worker) => worker,
            Err(error) => {
                self.fail_soon(generation, Failure::Unloadable(format!("{error:?}")));
                return;
            }
        };
        let weak = self.weak();
        let message = Closure::new(move |event: MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                Client(inner).receive(generation, &event.data());
            }
        });
        let weak = self.weak();
        let error = Closure::new(move |event: Event| {
            event.prevent_default();
            let Some(inner) = weak.upgrade() else { return };
            let text = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            let ready = inner.borrow().live.as_ref().is_some_and(|live| live.ready);
            let failure = if ready { Failure::Crashed(text) } else { Failure::Unloadable(text) };
            Client(inner).fail_soon(generation, failure);
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        let timer = self.timer(
            generation,
            START_LIMIT_MILLISECONDS,
            Failure::Unloadable("it took too long to load".to_owned()),
        );
        let mut inner = self.0.borrow_mut();
        inner.live = Some(Live { worker, ready: false, _message: message, _error: error });
        inner.timer = Some(timer);
    }

    fn timer(&self, generation: u32, limit: u32, failure: Failure) -> Timeout {
        let weak = self.weak();
        Timeout::new(limit, move || {
            if let Some(inner) = weak.upgrade() {
                Client(inner).fail(generation, failure);
            }
        })
    }

    /// Posts the waiting request if the worker is ready and idle.
    fn send(&self) {
        let failed = {
            let mut inner = self.0.borrow_mut();
            if inner.in_flight.is_some() || !inner.live.as_ref().is_some_and(|live| live.ready) {
                return;
            }
            let next = inner.waiting.take();
            let Some(asked) = next.or_else(|| inner.aside.take()) else { return };
            inner.number += 1;
            let request = asked.job.request(&inner.known);
            let json = serde_json::to_string(&request).expect_throw("a request is plain data");
            let message = Array::of2(&inner.number.into(), &json.into());
            let more = asked.job.bytes() / 1_000 * LIMIT_MILLISECONDS_PER_KILOBYTE;
            inner.known = asked.job.sets.clone();
            inner.in_flight = Some(asked);
            let limit = inner.limit.saturating_add(more as u32);
            inner.timer = Some(self.timer(inner.generation, limit, Failure::TookTooLong(limit)));
            let live = inner.live.as_ref().expect_throw("it was just seen to be ready");
            live.worker.post_message(&message).is_err().then_some(inner.generation)
        };
        if let Some(generation) = failed {
            self.fail_soon(generation, Failure::Crashed("the text could not be sent to it".to_owned()));
        }
    }

    fn receive(&self, generation: u32, data: &JsValue) {
        if self.0.borrow().generation != generation {
            return;
        }
        if data.is_null() {
            let ready = {
                let mut inner = self.0.borrow_mut();
                inner.timer = None;
                if let Some(live) = &mut inner.live {
                    live.ready = true;
                }
                inner.ready.clone()
            };
            self.send();
            ready.emit(());
            return;
        }
        let data: &Array = data.unchecked_ref();
        let number = data.get(0).as_f64().map(|number| number as u32);
        if number != Some(self.0.borrow().number) {
            return;
        }
        if data.get(1).is_null() {
            let count = |index| data.get(index).as_f64().unwrap_or_default();
            let (done, all) = (count(3) as usize, count(4) as usize);
            self.tell(Some(Progress { has_read: data.get(2).is_truthy(), done, all, share: count(5) }));
            return;
        }
        self.tell(None);
        let (reply, stale) = {
            let mut inner = self.0.borrow_mut();
            let Some(asked) = inner.in_flight.take() else { return };
            inner.timer = None;
            if asked.job.why.is_some() {
                let json = data.get(2).as_string().unwrap_or_default();
                drop(inner);
                self.send();
                asked.reply.emit(Reply::Explanation(json));
                return;
            }
            (asked.reply, inner.waiting.is_some())
        };
        // The next request goes out first: the worker works while the page draws.
        self.send();
        if stale {
            return;
        }
        let milliseconds = data.get(1).as_f64().unwrap_or_default();
        let reports: Result<Vec<Rc<Report>>, _> = data
            .iter()
            .skip(2)
            .map(|json| serde_json::from_str(&String::from(json.unchecked_ref::<JsString>())).map(Rc::new))
            .collect();
        reply.emit(match reports {
            Ok(reports) => Reply::Reports { reports, milliseconds },
            // Only a cached worker of another release can say what this page cannot read.
            Err(error) => Reply::Failed(Failure::Unloadable(format!(
                "it belongs to another version of this page; reload it ({error})"
            ))),
        });
    }

    /// Fails after the current event: failing drops the very closure that reports the error.
    fn fail_soon(&self, generation: u32, failure: Failure) {
        let weak = self.weak();
        Timeout::new(0, move || {
            if let Some(inner) = weak.upgrade() {
                Client(inner).fail(generation, failure);
            }
        })
        .forget();
    }

    fn fail(&self, generation: u32, failure: Failure) {
        let (failed, again) = {
            let mut inner = self.0.borrow_mut();
            if inner.generation != generation {
                return;
            }
            inner.timer = None;
            let again = inner.live.take().is_some_and(|live| live.ready);
            let mut failed: Vec<Asked> = inner.in_flight.take().into_iter().collect();
            // The text that the worker failed on is not sent to the next one, even where it was asked for twice. A
            // worker that never loaded fails whatever waits for it.
            let same = |asked: &Asked| failed.first().is_some_and(|first| first.job == asked.job);
            if !again || inner.waiting.as_ref().is_some_and(same) {
                failed.extend(inner.waiting.take());
            }
            failed.extend(inner.aside.take());
            (failed, again)
        };
        if again {
            self.start();
        }
        self.tell(None);
        for asked in failed {
            asked.reply.emit(Reply::Failed(failure.clone()));
        }
    }
}

//! What leaves the process and may fail there, and how far a failure gets: the way from a call to what fails.

use crate::semantic::{Node, Place, ends_with_word, has_word, words_of};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, NodeId, Role};

/// How deep a chain of calls is followed to the one that may fail.
pub(in crate::semantic) const LONGEST_CHAIN: usize = 5;

/// Verbs of functions that do more than to look at what they are handed.
const WORK: [&str; 49] = [
    "create",
    "send",
    "mail",
    "email",
    "notify",
    "import",
    "index",
    "reindex",
    "process",
    "handle",
    "save",
    "store",
    "upload",
    "download",
    "fetch",
    "extract",
    "convert",
    "run",
    "sync",
    "charge",
    "embed",
    "vectorize",
    "ingest",
    "publish",
    "push",
    "pull",
    "crawl",
    "scrape",
    "ocr",
    "transcribe",
    "summarize",
    "classify",
    "parse",
    "write",
    "insert",
    "upsert",
    "refund",
    "bill",
    "migrate",
    "export",
    "post",
    "submit",
    "enqueue",
    "generate",
    "renew",
    "archive",
    "deliver",
    "pay",
    "translate",
];

/// Verbs of methods that move something, also of an object of which nothing is known.
const MOVES: [&str; 16] = [
    "upload", "download", "fetch", "send", "index", "embed", "ingest", "process", "import", "sync", "crawl",
    "scrape", "publish", "upsert", "save", "store",
];

/// Further verbs of methods that ask another system, of an object whose class comes from elsewhere.
const ASKS: [&str; 7] = ["render", "put", "add", "update", "call", "request", "query"];

/// The names of the element that a loop goes over: those that the loop binds, and those made from them in its body, each
/// with the assignment before which it is none.
pub struct ElementNames<'m> {
    names: Vec<(Option<NodeId>, &'m str)>,
}

/// A call whose failure nothing keeps from its surroundings.
#[derive(Clone, Debug)]
pub struct Failing<'m> {
    /// The call itself, and what it leads to down to the one that leaves the process.
    pub chain: Vec<Node<'m>>,
    /// Whether the given files show that it leaves the process; otherwise its function was not given.
    pub is_known: bool,
    /// Whether what fails is a method of an object whose class was not given: only its verb, or the time that it is told,
    /// says that it asks another system.
    pub of_object: bool,
}

impl<'m> Node<'m> {
    /// Whether a failure of this call stays within its function.
    pub fn is_contained(self) -> bool {
        self.enclosing_tries().any(Node::keeps_failures)
            || self
                .enclosing_with_items()
                .filter_map(|item| item.child(Role::Context))
                .any(|context| context.does(Tag::Suppresses))
    }

    /// The way from this call to one that waits for another system, if a failure there comes out here.
    pub fn failing(self) -> Option<Failing<'m>> {
        self.failing_at(&|system| !matches!(system, System::Database | System::Cache | System::Socket))
    }

    /// The same for any system outside the process, the database included.
    pub fn failing_anyhow(self) -> Option<Failing<'m>> {
        self.failing_at(&|_| true)
    }

    /// The same for a deadline that this call sets, or one that it leads to, and that raises once it is over.
    pub fn overdue(self) -> Option<Failing<'m>> {
        let raises = |call: Node<'m>, _| call.callee_name() == "wait_for" && call.does(Tag::BoundsTime);
        let chain = self.way_out(&raises, &|call| !call.is_contained(), &mut Vec::new(), 0)?;
        Some(Failing { chain, is_known: true, of_object: false })
    }

    /// A plain call of a function that was not given, whose name says that it does more than to look at what it is
    /// handed: nobody else knows whether it keeps its failures.
    pub fn works_by_name(self) -> Option<Failing<'m>> {
        let verb = words_of(self.callee_name()).into_iter().next().unwrap_or_default();
        let is_strange =
            self.is_awaited() && self.receiver().is_some() && self.api().is_none() && self.target().is_none();
        let works = ((self.is_unknown_function() && WORK.contains(&verb.as_str()))
            || (is_strange && MOVES.contains(&verb.as_str()) && !self.is_on_connection()))
            && !self.callee_name().starts_with(char::is_uppercase)
            && !self.writes_log();
        works.then(|| Failing { chain: vec![self], is_known: false, of_object: false })
    }

    fn failing_at(self, fits: &dyn Fn(System) -> bool) -> Option<Failing<'m>> {
        let is_outside = |call: Node<'m>, _| call.crosses_outside().is_some_and(fits);
        let is_let_out = |call: Node<'m>| !call.is_contained();
        if let Some(chain) = self.way_out(&is_outside, &is_let_out, &mut Vec::new(), 0) {
            return Some(Failing { chain, is_known: true, of_object: false });
        }
        // An element of what is gathered is awaited there.
        let runs = self.is_awaited()
            || self.parent().is_some_and(|p| {
                matches!(p.kind(), Kind::ListComp | Kind::Generator) || p.callee_name() == "append"
            })
            || self.is_started_aside();
        if (runs && self.asks_unseen() || self.is_told_how_long()) && !self.writes_log() {
            let of_object = !self.is_unknown_function();
            return Some(Failing { chain: vec![self], is_known: false, of_object });
        }
        if !runs {
            return None;
        }
        // An awaited call of a function that was not given, further down.
        let is_unknown = |call: Node<'m>, depth| {
            depth > 0 && call.is_awaited() && call.asks_unseen() && !call.writes_log()
        };
        // What is done about a failure may fail itself: nobody expects that.
        let is_let_out = |call: Node<'m>| !call.is_contained() && call.enclosing_handler().is_none();
        let chain = self.way_out(&is_unknown, &is_let_out, &mut Vec::new(), 0)?;
        let of_object = chain.last().is_some_and(|last| !last.is_unknown_function());
        Some(Failing { chain, is_known: false, of_object })
    }

    /// Whether it runs code that was not given and that asks another system: a function, or a method by its verb.
    fn asks_unseen(self) -> bool {
        let has_verb = || {
            words_of(self.callee_name()).first().is_some_and(|verb| {
                [&WORK[..], &MOVES, &ASKS].into_iter().any(|verbs| verbs.contains(&verb.as_str()))
            })
        };
        let is_queue = || self.receiver().is_some_and(|object| has_word(object.name(), &["queue"]));
        self.is_unknown_function()
            || (self.runs_unseen_code() && has_verb() && !is_queue() && !self.is_on_connection())
    }

    /// Whether it asks a database over a connection, by the name of what it is called on: what fails there ends the
    /// transaction, and so the work on all the others.
    fn is_on_connection(self) -> bool {
        self.receiver().is_some_and(|object| {
            ends_with_word(object.name(), &["conn", "connection", "cursor", "cur", "tx"])
        })
    }

    /// Whether a call of which nothing is known is told how long it may take, so that it asks another system:
    /// `client.contacts.update(contact, request_timeout=10)`. What waits for a thread or a queue is told so as well.
    fn is_told_how_long(self) -> bool {
        const WAITS: [&str; 11] = [
            "join",
            "wait",
            "result",
            "results",
            "get",
            "put",
            "acquire",
            "poll",
            "select",
            "exception",
            "communicate",
        ];
        self.keywords().any(|keyword| ends_with_word(keyword.name(), &["timeout"]))
            && self.api().is_none()
            && self.target().is_none()
            && !has_word(self.callee_name(), &WAITS)
    }

    /// The way from this call to one that `ends` it, through calls that the functions on the way make and that `leaves`
    /// lets out of them. `ends` is told how many functions lie between.
    fn way_out(
        self,
        ends: &dyn Fn(Node<'m>, usize) -> bool,
        leaves: &dyn Fn(Node<'m>) -> bool,
        seen: &mut Vec<Place>,
        depth: usize,
    ) -> Option<Vec<Node<'m>>> {
        if ends(self, depth) {
            return Some(vec![self]);
        }
        // `await to_thread(load, url)` runs `load`.
        let offloaded = || {
            let runs = self.is_awaited() && self.does(Tag::Offloads);
            let function = self.model.function_named_by(self.scheduled_callable().filter(|_| runs)?)?;
            Some(function.place())
        };
        let place = self.target().or_else(offloaded)?;
        if depth >= LONGEST_CHAIN || seen.len() > 40 || seen.contains(&place) {
            return None;
        }
        seen.push(place);
        let function: Node<'m> = self.model.node(place);
        let mut calls = function.own_calls().filter(|call| leaves(*call));
        let mut chain = calls.find_map(|call| call.way_out(ends, leaves, seen, depth + 1))?;
        chain.insert(0, self);
        Some(chain)
    }

    /// Whether the call is made to its end here, and not only a coroutine of it.
    pub fn runs_here(self) -> bool {
        let makes_coroutine = self.api().is_some_and(|api| api.callable.coroutine)
            || self.target().is_some_and(|place| {
                let function: Node<'m> = self.model.node(place);
                function.is_async()
            })
            || self.parent().is_some_and(|parent| parent.callee_name() == "append");
        !makes_coroutine
            || self.parent().is_some_and(|parent| {
                matches!(parent.kind(), Kind::Await | Kind::WithItem | Kind::For | Kind::Comprehension)
            })
    }

    /// What one turn of this `for` does with its element and what, failing, ends the whole loop: the first such call.
    pub fn failing_turn(self) -> Option<Failing<'m>> {
        self.turn_that(&|call| call.failing().or_else(|| call.works_by_name()))
    }

    /// The same for a given function that changes rows of the database for the element.
    pub fn writing_turn(self) -> Option<Failing<'m>> {
        let writes = |call: Node<'m>| {
            call.writes_by_sql()
                || [Tag::AddsRow, Tag::DeletesRow, Tag::Flushes, Tag::Commits]
                    .iter()
                    .any(|&tag| call.does(tag))
        };
        let leaves = |inner: Node<'m>| !inner.is_contained();
        self.turn_that(&|call| {
            let chain =
                call.way_out(&|inner, depth| depth > 0 && writes(inner), &leaves, &mut Vec::new(), 0)?;
            Some(Failing { chain, is_known: true, of_object: false })
        })
    }

    fn turn_that(self, fails: &dyn Fn(Node<'m>) -> Option<Failing<'m>>) -> Option<Failing<'m>> {
        let body = self.body().filter(|_| self.is(Kind::For))?;
        let element = self.element_names();
        body.calls_within()
            .filter(|call| call.function() == self.function() && call.enclosing_loop() == Some(self))
            .filter(|call| call.concerns(&element) && call.runs_here())
            .filter(|call| !call.is_kept_within(self, &|handler| !handler.ends_loop()))
            .find_map(fails)
    }

    /// Whether the failure of this call stays within a loop: a clause there that keeps it, or a `suppress(…)`.
    pub(in crate::semantic) fn is_kept_within(
        self,
        around: Node<'m>,
        keeps: &dyn Fn(Node<'m>) -> bool,
    ) -> bool {
        let kept = self
            .enclosing_tries()
            .filter(|attempt| around.contains(*attempt))
            .any(|attempt| attempt.handlers().any(keeps));
        let mut items = self.enclosing_with_items().filter(|item| around.contains(*item));
        kept || items
            .any(|item| item.child(Role::Context).is_some_and(|context| context.does(Tag::Suppresses)))
    }

    /// Whether an `except` clause leaves the loop without saying more: a clause that raises has been thought about.
    fn ends_loop(self) -> bool {
        self.body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| matches!(last.kind(), Kind::Return | Kind::Break))
    }

    /// Whether this expression is about the element of a turn of a loop: one of the names of the element stands in it.
    pub fn concerns_element_of(self, around: Node<'m>) -> bool {
        self.concerns(&around.element_names())
    }

    /// Whether a name of a loop's element stands in this expression.
    pub fn concerns(self, element: &ElementNames<'m>) -> bool {
        element.names.iter().any(|(bound, name)| *bound <= Some(self.id) && self.mentions(name))
    }

    /// The names of the element of this loop.
    pub fn element_names(self) -> ElementNames<'m> {
        let mut names: Vec<(Option<NodeId>, &str)> = self
            .targets()
            .flat_map(|target| target.descendants_of(Kind::Name))
            .map(|name| (None, name.name()))
            .collect();
        for assignment in self.within(&self.source_file().tree.assignments) {
            if names.len() > 32 {
                break;
            }
            let Some(value) = assignment.value() else { continue };
            if names.iter().any(|(_, name)| value.mentions(name)) {
                let made = assignment.targets().filter(|target| target.is(Kind::Name));
                names.extend(made.map(|target| (Some(assignment.id), target.name())));
            }
        }
        ElementNames { names }
    }

    /// The call in this block that leaves the process and may fail there, through given functions as well.
    pub fn asks_outside(self) -> Option<Node<'m>> {
        let home = if self.is_function() { Some(self) } else { self.function() };
        self.calls_within()
            .filter(|call| call.function() == home && call.runs_here())
            .find(|call| call.failing_anyhow().is_some_and(|failing| failing.is_known))
    }
}

//! What a function does, its callees included.

use std::cell::Cell;

use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// How deep a chain of calls is followed.
const LONGEST_CHAIN: usize = 5;

/// Why calling a function holds its thread.
#[derive(Clone, Debug)]
pub struct Blocking {
    pub system: System,
    /// The calls from the function down to the one that waits.
    pub chain: Vec<ChainStep>,
}

#[derive(Clone, Copy, Debug)]
pub struct ChainStep {
    pub call: Place,
}

/// What a coroutine spends its waiting on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Waiting<'m> {
    /// It awaits nothing, or only tasks and events of this process.
    Nothing,
    /// Only for a thread of a pool; the call that hands its work there.
    Threads(Node<'m>),
    /// For another system, or for what is not known.
    Outside,
}

impl<'m> Node<'m> {
    /// What the coroutine that this expression makes or names waits for, its callees included.
    pub fn waiting(self) -> Waiting<'m> {
        self.waiting_within(&mut Vec::new())
    }

    fn waiting_within(self, seen: &mut Vec<Place>) -> Waiting<'m> {
        if self.is(Kind::Call)
            && let Some(api) = self.api()
        {
            // `wait(tasks)`, `event.wait()`, `queue.put(…)`: what runs already, in this process.
            let within_process = api.callable.crosses.is_none()
                && (api.has(Tag::AwaitsTasks) || api.class.is_some_and(|class| class.has(ClassTag::Queue)));
            return match api.has(Tag::Offloads) {
                true => Waiting::Threads(self),
                false if within_process => Waiting::Nothing,
                false => Waiting::Outside,
            };
        }
        let place = match self.ty() {
            Type::Function(place) | Type::Method(place) => Some(place),
            _ => self.target(),
        };
        let function = place.map(|place| self.model.node(place)).filter(|function| !function.is_stub());
        let Some(function) = function else { return Waiting::Outside };
        if seen.len() > 20 || seen.contains(&function.place()) {
            return Waiting::Nothing;
        }
        seen.push(function.place());
        let returned = function
            .own_returns()
            .filter_map(|node| node.child(Role::Value))
            .filter(|value| !function.is_async() && value.is(Kind::Call));
        let entered = function.descendants().filter(|node| node.is_async() && *node != function);
        if entered.count() > 0 {
            return Waiting::Outside;
        }
        let awaited = function
            .descendants_of(Kind::Await)
            .filter(|node| node.function() == Some(function))
            .filter_map(|node| node.child(Role::Value));
        let mut found = Waiting::Nothing;
        for value in awaited.chain(returned) {
            match value.waiting_within(seen) {
                Waiting::Outside => return Waiting::Outside,
                Waiting::Threads(at) => found = Waiting::Threads(at),
                Waiting::Nothing => {}
            }
        }
        found
    }

    /// What this call makes its thread wait for, directly or through given functions that it runs to their end.
    pub fn blocking(self) -> Option<Blocking> {
        let step = ChainStep { call: self.place() };
        if let Some(system) = self.blocks_for() {
            return (!self.is_switched_off()).then(|| Blocking { system, chain: vec![step] });
        }
        // `fetch = partial(requests.get, timeout=5)`
        if self.target().is_none() {
            let blocks = self.partial_of()?.api_when_called().filter(|api| !api.callable.coroutine);
            if let Some(system) = blocks.and_then(|api| api.callable.blocks).filter(|_| !self.is_awaited()) {
                return Some(Blocking { system, chain: vec![step] });
            }
        }
        let mut inner = self.run_functions().find_map(|run| self.model.function_blocking(run))?;
        if inner.chain.len() >= LONGEST_CHAIN || self.is_switched_off() {
            return None;
        }
        inner.chain.insert(0, step);
        self.model.is_walked(&inner.chain).then_some(inner)
    }

    /// The given functions that may run when this is called, directly or by way of a `partial`.
    fn run_functions(self) -> impl Iterator<Item = Node<'m>> {
        let target = self.target();
        let partial = || self.model.function_named_by(self.partial_of()?);
        let partial = if target.is_none() { partial() } else { None };
        // An awaited method has only coroutines in its place, whatever they look like; and who has a synchronous twin chooses.
        let is_its_own = move |function: &Node<'m>| {
            let is_twin = || function.owner().is_some_and(|class| has_word(class.name(), &["sync"]));
            Some(function.place()) == target || !(self.is_awaited() || is_twin())
        };
        self.may_run().filter(is_its_own).chain(partial)
    }

    /// The callable that runs when the result of `functools.partial` is called, here by a name it was given.
    fn partial_of(self) -> Option<Node<'m>> {
        if !self.model.may_do(Tag::Wraps) {
            return None;
        }
        let callee = self.callee().filter(|callee| callee.is(Kind::Name))?;
        let made = callee.made_decorator();
        (made != callee && made.callee_name() == "partial" && made.does(Tag::Wraps))
            .then(|| made.argument(0))?
    }

    /// The first of this function's own calls, or of what they run, that fits; callables that are handed to another
    /// thread or started as a task are not followed, nested functions are where they are called.
    pub fn reaches(self, fits: &dyn Fn(Node<'m>) -> bool) -> Option<Vec<Node<'m>>> {
        self.reaches_through(fits, &|_| true)
    }

    /// The same by those calls alone that `enters` lets pass.
    fn reaches_through(
        self,
        fits: &dyn Fn(Node<'m>) -> bool,
        enters: &dyn Fn(Node<'m>) -> bool,
    ) -> Option<Vec<Node<'m>>> {
        // What only a base class declares is looked into where nothing else leads there.
        let declared = Cell::new(false);
        let within = |declared| self.reaches_within(fits, enters, &mut Vec::new(), declared);
        within(Some(&declared)).or_else(|| declared.get().then(|| within(None)).flatten())
    }

    /// With `declared` no calls through a base class are followed, and it is told whether there are any.
    fn reaches_within(
        self,
        fits: &dyn Fn(Node<'m>) -> bool,
        enters: &dyn Fn(Node<'m>) -> bool,
        seen: &mut Vec<Place>,
        declared: Option<&Cell<bool>>,
    ) -> Option<Vec<Node<'m>>> {
        if seen.len() > 40 || seen.contains(&self.place()) {
            return None;
        }
        seen.push(self.place());
        if let Some(call) = self.own_calls().find(|&call| fits(call) && enters(call)) {
            return Some(vec![call]);
        }
        for call in self.own_calls().filter(|call| !call.is_left_running()) {
            let target = call.target();
            let follows = |function: &Node<'m>| match declared {
                Some(declared) if Some(function.place()) != target => {
                    declared.set(true);
                    false
                }
                _ => true,
            };
            // Of several classes all have to lead there: which one it is nobody sees.
            let chains: Option<Vec<_>> = call
                .may_run()
                .filter(follows)
                .map(|function| function.reaches_within(fits, enters, seen, declared))
                .collect();
            // Asked last: it looks at more than the call.
            let chain = chains.and_then(|chains| chains.into_iter().next()).filter(|_| enters(call));
            if let Some(mut chain) = chain {
                chain.insert(0, call);
                return Some(chain);
            }
        }
        None
    }

    /// Whether only the first call of its function comes here: behind `if _client is None:`, or `if _client: return _client`,
    /// with a `global` that the function then sets.
    fn runs_once(self) -> bool {
        let Some(function) = self.function() else { return false };
        let is_set = |kept: Node<'m>| {
            function.own_assignments().flat_map(Node::targets).any(|target| target.reads_like(kept))
        };
        function.own_ifs().filter(|test| test.id < self.id).any(|decides| {
            let Some((test, body)) = decides.child(Role::Test).zip(decides.body()) else { return false };
            let kept = match test.kind() {
                Kind::Compare if test.child(Role::Right).is_some_and(Node::is_none) => test.child(Role::Left),
                Kind::UnaryOp => test.value(),
                _ => Some(test),
            };
            (body.contains(self) || body.leaves() && decides.dominates(self))
                && kept.is_some_and(|kept| {
                    kept.is(Kind::Name) && kept.scope_of_name() == Some(0) && is_set(kept)
                })
        })
    }

    /// The calls from this one down to one that waits for a network service, a model, another process or a pause;
    /// waiting for the database does not count, nor does what only the first call waits for.
    pub fn slow_wait(self) -> Option<Vec<Node<'m>>> {
        if self.waits_slowly() {
            return Some(vec![self]);
        }
        // A coroutine that is not awaited is started beside.
        let runs = |function: &Node<'m>| !function.is_async() || self.is_awaited() || self.is_entered();
        let enters = |call: Node<'m>| !call.runs_once();
        let chains: Option<Vec<_>> = self
            .may_run()
            .filter(runs)
            .map(|function| function.reaches_through(&|call| call.waits_slowly(), &enters))
            .collect();
        let mut chain = chains?.into_iter().next()?;
        chain.insert(0, self);
        Some(chain)
    }

    /// The same for a generator of its own with which this call feeds a response: `StreamingResponse(tokens(question))`.
    pub(in crate::semantic) fn slow_feed(self) -> Option<Vec<Node<'m>>> {
        let outer = self.parent().filter(|around| around.is(Kind::Keyword)).unwrap_or(self);
        let feeds = outer.parent().is_some_and(|around| around.callee_name().ends_with("Response"));
        let function = self.model.node(self.target().filter(|_| feeds)?);
        let mut chain = function.reaches(&|call| call.waits_slowly()).filter(|_| function.is_generator())?;
        chain.insert(0, self);
        Some(chain)
    }

    fn waits_slowly(self) -> bool {
        let Some(api) = self.api() else {
            return self.waits_for_unseen_service() || self.blocks_unseen().is_some();
        };
        let is_slow = |system: System| {
            matches!(
                system,
                System::Http
                    | System::Model
                    | System::Mcp
                    | System::Vector
                    | System::Storage
                    | System::Mail
                    | System::Sleep
                    | System::Subprocess
            )
        };
        if let Some(system) = self.blocks_for() {
            return is_slow(system);
        }
        api.callable.coroutine
            && (self.is_awaited() || self.is_entered())
            && (api.has(Tag::Pauses) || api.callable.crosses.is_some_and(is_slow))
    }

    /// Whether the function may run to its end without coming here.
    pub fn is_on_a_branch(self) -> bool {
        self.surroundings().any(|node| matches!(node.kind(), Kind::If | Kind::Clause | Kind::Handler))
    }

    /// How long this call sleeps or waits at most, in seconds, where a literal says it: `sleep(0.01)`,
    /// `thread.join(timeout=0.5)`.
    pub fn longest_pause(self) -> Option<f64> {
        self.argument_or_keyword(0, "timeout")?.number()
    }

    /// Whether a `with` enters it or a `for` runs over it.
    fn is_entered(self) -> bool {
        self.parent()
            .is_some_and(|parent| matches!(parent.kind(), Kind::WithItem | Kind::For | Kind::Comprehension))
    }

    /// All calls that fit among this function's own and those of what it runs, each with the chain that leads to it
    /// from here (the call itself last).
    pub fn all_reached(self, fits: &dyn Fn(Node<'m>) -> bool) -> Vec<Vec<Node<'m>>> {
        let mut found = Vec::new();
        self.collect_reached(fits, &mut Vec::new(), &mut Vec::new(), &mut found);
        found
    }

    fn collect_reached(
        self,
        fits: &dyn Fn(Node<'m>) -> bool,
        seen: &mut Vec<Place>,
        chain: &mut Vec<Node<'m>>,
        found: &mut Vec<Vec<Node<'m>>>,
    ) {
        if seen.len() > 40 || chain.len() >= LONGEST_CHAIN || seen.contains(&self.place()) {
            return;
        }
        seen.push(self.place());
        for call in self.own_calls() {
            chain.push(call);
            if fits(call) {
                found.push(chain.clone());
            } else {
                for target in call.may_run() {
                    target.collect_reached(fits, seen, chain, found);
                }
            }
            chain.pop();
        }
    }

    /// Whether this call takes a lock that other processes respect, itself or in what it runs.
    pub fn takes_distributed_lock(self) -> bool {
        const LOCKS: [&str; 4] = ["ADVISORY", "LOCK TABLE", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"];
        let locks = |sql: &str| {
            let sql = sql.to_ascii_uppercase();
            LOCKS.iter().any(|lock| sql.contains(lock))
        };
        let takes = |call: Node<'m>| {
            call.does(Tag::TakesDistributedLock)
                || (call.sends_sql_by_name() && call.sql().is_some_and(locks))
        };
        takes(self) || self.target().is_some_and(|place| self.model.node(place).reaches(&takes).is_some())
    }

    /// Whether it sends a statement, by what is known of the callee or by the usual names where nothing is.
    pub(in crate::semantic) fn sends_sql_by_name(self) -> bool {
        self.does(Tag::Executes)
            || (matches!(self.callee_name(), "execute" | "scalar" | "fetchval" | "fetchrow" | "fetch")
                && self.api().is_none())
    }

    /// Whether the call or what it runs does what the tag says.
    pub fn leads_to(self, tag: Tag) -> bool {
        self.does(tag)
            || self
                .target()
                .is_some_and(|place| self.model.node(place).reaches(&|call| call.does(tag)).is_some())
    }
}

/// Whether a caller is told of it. A look at one entry of the file system is over at once, unless it is done in a
/// loop of the caller's own; starting a loop inside a loop raises at once, so code that works has a branch for it.
fn is_carried_up(blocking: &Blocking) -> bool {
    match blocking.system {
        System::Metadata | System::Loop | System::Input => false,
        // What a helper computes is seen in the helper; further down it is one of many things that are done.
        System::Cpu => blocking.chain.len() <= 1,
        System::File => blocking.chain.len() <= 2,
        _ => true,
    }
}

/// A function whose calls are being looked at for what holds their thread.
struct Summing<'m> {
    function: Node<'m>,
    calls: Vec<Node<'m>>,
    /// The index of the call to look at next.
    next: usize,
    /// With its rank: the lowest tells most.
    found: Option<((bool, bool), Blocking)>,
}

impl<'m> Summing<'m> {
    /// Takes in what a call waits for. What waits for the network tells more than what reads a file or computes, and
    /// what always runs more than what may.
    fn take(&mut self, call: Node<'m>) {
        self.next += 1;
        let Some(blocking) = call.blocking().filter(is_carried_up).filter(|_| !call.runs_once()) else {
            return;
        };
        let is_local = matches!(blocking.system, System::File | System::Cpu);
        let rank = (is_local, call.is_on_a_branch());
        // A file that may be read somewhere further down is mostly not.
        if rank == (true, true) && blocking.chain.len() > 1 {
            return;
        }
        if self.found.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.found = Some((rank, blocking));
        }
        if rank == (false, false) {
            self.next = self.calls.len();
        }
    }
}

impl<'s> Model<'s> {
    /// Why running a given plain function to its end holds its thread. What it calls is looked at first, on a stack of
    /// its own: a chain of calls may be longer than the thread's stack is deep.
    fn function_blocking<'m>(&'m self, function: Node<'m>) -> Option<Blocking> {
        let mut under_way: Vec<Summing<'m>> = Vec::new();
        self.begin_summing(function, &mut under_way);
        while let Some(top) = under_way.last_mut() {
            if let Some(&call) = top.calls.get(top.next) {
                let follows = call.blocks_for().is_none();
                if !(follows && call.run_functions().any(|run| self.begin_summing(run, &mut under_way)))
                    && let Some(top) = under_way.last_mut()
                {
                    top.take(call);
                }
            } else if let Some(done) = under_way.pop() {
                let place = done.function.place();
                self.visiting.borrow_mut().remove(&place);
                self.blocking.borrow_mut().insert(place, done.found.map(|(_, blocking)| blocking));
            }
        }
        self.blocking.borrow().get(&function.place()).cloned().flatten()
    }

    /// Begins to find out what this function waits for, where that is neither known nor being found out.
    fn begin_summing<'m>(&'m self, function: Node<'m>, under_way: &mut Vec<Summing<'m>>) -> bool {
        // A coroutine function only makes a coroutine; a generator runs when it is iterated.
        let runs = function.is(Kind::FunctionDef) && !function.is_async() && !function.is_generator();
        // What is kept for ever after the first call holds the loop once in the life of the process.
        if !runs || (function.parameters().next().is_none() && function.is_cached()) {
            return false;
        }
        let place = function.place();
        if self.blocking.borrow().contains_key(&place) || !self.visiting.borrow_mut().insert(place) {
            return false;
        }
        under_way.push(Summing { function, calls: function.own_calls().collect(), next: 0, found: None });
        true
    }

    /// Whether a value of this type is a database session, and whether it is an asynchronous one.
    pub fn session_kind(&self, kind: Type) -> Option<bool> {
        if self.type_has(kind, ClassTag::AsyncSession) {
            Some(true)
        } else if self.type_has(kind, ClassTag::SyncSession) {
            Some(false)
        } else {
            None
        }
    }
}

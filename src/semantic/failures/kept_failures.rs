//! What code keeps its failures to itself, as far as calls and `raise` statements show.

use crate::semantic::Node;
use crate::semantic::failures::failing::LONGEST_CHAIN;
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// Which exceptions have to be taken for code to count as one that keeps its failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// All of them.
    All,
    /// Those that somebody has thought about, by a `try` or a `suppress` of whatever classes.
    Expected,
}

impl<'m> Node<'m> {
    /// Whether a given function lets no failure out, as far as calls and `raise` statements show: each of them is kept
    /// inside, is known to do no harm, or leads to given functions of which the same holds.
    pub fn keeps_its_failures(self, kept: Kept) -> bool {
        self.keeps_within(kept, 0)
    }

    fn keeps_within(self, kept: Kept, depth: usize) -> bool {
        let key = (self.place(), kept);
        if let Some(&known) = self.model.keeping.borrow().get(&key) {
            return known;
        }
        if depth >= LONGEST_CHAIN || self.is_stub() {
            return false;
        }
        // Who comes here again meanwhile has a chain that calls itself: it says nothing.
        self.model.keeping.borrow_mut().insert(key, false);
        let keeps = !self.lets_out(kept, depth);
        self.model.keeping.borrow_mut().insert(key, keeps);
        keeps
    }

    /// Whether the first statement of a function is a `try` that catches whatever goes wrong in it.
    pub fn begins_with_a_net(self) -> bool {
        let is_text = |statement: &Node<'m>| {
            statement.is(Kind::ExprStatement) && statement.children().all(|value| value.is(Kind::Str))
        };
        let first = self.body().and_then(|body| body.children().find(|statement| !is_text(statement)));
        first
            .filter(|first| first.is(Kind::Try))
            .is_some_and(|attempt| attempt.handlers().any(Node::catches_everything))
    }

    /// Whether all work that this function does for others keeps its failures: no call in it that waits for another system
    /// lets one out, and it raises none of its own.
    pub fn lets_no_work_fail(self) -> bool {
        let mut works = false;
        self.own_raises().next().is_none()
            && self.own_calls().filter(|call| !call.writes_log()).all(|call| {
                let is_kept = call.is_contained() || call.failing_anyhow().is_none();
                works |= call.is_awaited() && call.target().is_some();
                is_kept && (!call.is_awaited() || call.target().is_some() || call.is_contained())
            })
            && works
    }

    /// Whether nothing in the `try` of this clause can fail, as far as it was given: what it calls keeps its own failures.
    pub fn never_catches(self) -> bool {
        self.tried().is_some_and(Node::only_calls_what_keeps_its_failures)
    }

    /// Whether nothing comes out of this code since the given functions that it calls keep their own failures.
    fn only_calls_what_keeps_its_failures(self) -> bool {
        let calls_given = self.calls_within().any(|call| {
            (call.target().is_some() || call.runs_given_elsewhere().is_some()) && !call.writes_log()
        });
        calls_given && !self.lets_out(Kept::All, 0)
    }

    fn lets_out(self, kept: Kept, depth: usize) -> bool {
        let home = if self.is_function() { Some(self) } else { self.function() };
        // A clause that deals with a failure may fail itself: nobody expects that.
        let is_unexpected = |node: &Node<'m>| {
            kept == Kept::Expected && node.enclosing_handler().is_some_and(|h| self.contains(h))
        };
        let is_open =
            |node: &Node<'m>| node.function() == home && !node.is_kept_in(self, kept) && !is_unexpected(node);
        let tree = &self.source_file().tree;
        let raises = self.within(&tree.raises).any(|raise| {
            is_open(&raise) && !raise.enclosing_handler().is_some_and(Node::catches_cancellation_alone)
        });
        let may_fail = |node: &Node<'m>| match node.kind() {
            Kind::Await => !node.value().is_some_and(|value| value.is(Kind::Call)),
            Kind::Subscript => {
                let is_type =
                    || std::iter::once(*node).chain(node.ancestors()).any(|a| a.role() == Role::Annotation);
                kept == Kept::All && !node.data().is_store && !is_type()
            }
            Kind::Import => kept == Kept::All,
            Kind::ImportFrom => {
                let module = self.model.absolute_module(self.source_file(), node.name());
                kept == Kept::All && self.model.module_file(&module, self.file).is_none()
            }
            Kind::Assert => true,
            _ => false,
        };
        raises
            || self.descendants().any(|node| may_fail(&node) && is_open(&node))
            || self.calls_within().any(|call| is_open(&call) && call.may_raise(kept, depth))
    }

    /// Whether a `try` or a `suppress` between this place and the code around it takes what fails here.
    fn is_kept_in(self, around: Node<'m>, kept: Kept) -> bool {
        let takes = |attempt: Node<'m>| match kept {
            Kept::All => attempt.handlers().any(Node::catches_everything),
            Kept::Expected => attempt.keeps_failures() || attempt.handlers().any(Node::catches_everything),
        };
        let suppresses = |context: Node<'m>| {
            context.does(Tag::Suppresses)
                && (kept == Kept::Expected || context.positional().any(Node::names_every_exception))
        };
        self.enclosing_tries().take_while(|attempt| around.contains(*attempt)).any(takes)
            || self
                .enclosing_with_items()
                .take_while(|item| around.contains(*item))
                .filter_map(|item| item.child(Role::Context))
                .any(suppresses)
    }

    /// The given function that this call runs in a thread, and whose failure comes out here: `to_thread(load, path)`, or
    /// `run_in_executor(None, call)` where `call = partial(load, path)`.
    fn runs_given_elsewhere(self) -> Option<Node<'m>> {
        let callable = self.scheduled_callable().filter(|_| self.does(Tag::Offloads))?.resolved_value();
        let is_partial = callable.is(Kind::Call)
            && callable.callee().is_some_and(|callee| callee.names("functools.partial"));
        self.model.function_named_by(if is_partial { callable.argument(0)? } else { callable })
    }

    /// Whether a failure may come out of this call, by what is known of its callee.
    fn may_raise(self, kept: Kept, depth: usize) -> bool {
        if self.writes_log() || self.is_harmless() {
            return false;
        }
        if let Some(function) = self.runs_given_elsewhere() {
            return !function.keeps_within(kept, depth + 1);
        }
        // What is only put together runs later.
        if self.callee().is_some_and(|callee| callee.names("functools.partial")) {
            return false;
        }
        if let Some(place) = self.target() {
            let function: Node<'m> = self.model.node(place);
            // A coroutine that is only made does nothing yet.
            let is_made = function.is_async() && !self.is_awaited();
            return !is_made && !function.keeps_within(kept, depth + 1);
        }
        self.api().is_none_or(|api| {
            ![Tag::Pauses, Tag::StartsTask, Tag::Suppresses].into_iter().any(|tag| api.has(tag))
        })
    }

    /// Whether the callee is one of Python's own that fails in ordinary use only if its caller is wrong: a clock, a
    /// question about a type, what a list or dictionary does without looking for an element.
    pub fn is_harmless(self) -> bool {
        const FUNCTIONS: [&str; 31] = [
            "abs",
            "all",
            "any",
            "max",
            "min",
            "round",
            "sum",
            "bool",
            "callable",
            "dict",
            "enumerate",
            "frozenset",
            "getattr",
            "hasattr",
            "id",
            "isinstance",
            "issubclass",
            "len",
            "list",
            "print",
            "range",
            "repr",
            "reversed",
            "set",
            "sorted",
            "str",
            "super",
            "tuple",
            "type",
            "vars",
            "zip",
        ];
        const PATHS: [&str; 9] = [
            "asyncio.get_event_loop",
            "asyncio.get_running_loop",
            "asyncio.current_task",
            "time.time",
            "time.monotonic",
            "time.perf_counter",
            "time.time_ns",
            "time.perf_counter_ns",
            "datetime.datetime.now",
        ];
        let Some(callee) = self.callee() else { return false };
        if let Some(path) = callee.path() {
            let of_python = path.strip_prefix("builtins.").is_some_and(|name| FUNCTIONS.contains(&name));
            if of_python || PATHS.contains(&&*path) {
                return true;
            }
        }
        let Some(receiver) = self.receiver() else { return false };
        // `loop.time()`, and what a value of Python's own does.
        (callee.name() == "time" && receiver.is(Kind::Call) && receiver.is_harmless())
            || (!["pop", "popitem", "remove", "index", "decode", "encode", "format"].contains(&callee.name())
                && receiver.instance_of().is_some_and(|class| {
                    matches!(class.short_name(), "list" | "dict" | "set" | "str" | "tuple" | "bytes" | "int")
                }))
    }
}

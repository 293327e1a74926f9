//! What code does to the process that all requests share: its environment, its loop, its tasks, its end.

use crate::semantic::{Failing, Model, Node, Place, has_word, words_of};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{BindingKind, Kind, Operator, Role};

/// A change of something that the process has only one of.
#[derive(Clone, Debug)]
pub struct ProcessChange<'m> {
    /// The assignment's target, or the call.
    pub at: Node<'m>,
    /// The environment variables that are changed, as far as the code names them.
    pub variables: Vec<&'m str>,
    /// The variable, or what else names what is changed.
    pub key: Option<Node<'m>>,
    /// The value is the same whoever asks: it is written out, or comes from the process's own settings.
    pub is_fixed: bool,
    /// Where the value comes from one tenant or user, as far as its own function shows.
    pub tenant: Option<Node<'m>>,
}

impl ProcessChange<'_> {
    /// Whether it decides to whom runs of models are traced.
    pub fn is_about_tracing(&self) -> bool {
        self.variables.iter().any(|name| is_tracing_variable(name))
    }
}

/// Whether an environment variable decides whether, and to whom, runs of models are traced.
pub fn is_tracing_variable(name: &str) -> bool {
    ["LANGSMITH_", "LANGCHAIN_", "LANGFUSE_", "OTEL_"].iter().any(|prefix| name.starts_with(prefix))
}

impl<'s> Model<'s> {
    /// What the given files change of the process itself.
    pub fn process_changes(&self) -> Vec<ProcessChange<'_>> {
        let mut found = Vec::new();
        for target in self.process_wide_targets().iter().map(|&place| self.node(place)) {
            let value = target.parent().and_then(Node::value);
            // `os.environ |= {"NAME": value}`
            let merged = value.filter(|_| !target.is(Kind::Subscript)).map(Node::resolved_value);
            found.push(ProcessChange {
                at: target,
                key: target.child(Role::Index),
                variables: match target.child(Role::Index) {
                    Some(index) => index.string().into_iter().collect(),
                    None => merged.into_iter().flat_map(Node::written_keys).collect(),
                },
                is_fixed: value.is_some_and(|value| !value.comes_from_caller() && !value.is_of_an_object()),
                tenant: value.and_then(Node::tenant_source),
            });
        }
        for call in self.calls_doing(Tag::ChangesProcess) {
            let entries = call.argument(0).map(Node::resolved_value).filter(|value| value.is(Kind::Dict));
            let variables = match entries {
                Some(entries) => entries.written_keys(),
                None => call
                    .argument(0)
                    .and_then(Node::string)
                    .into_iter()
                    .chain(call.keywords().map(Node::name).filter(|name| !name.is_empty()))
                    .collect(),
            };
            let is_fixed = call.callee_name() == "setdefault"
                && call.argument_or_keyword(1, "default").is_some_and(|value| !value.comes_from_caller());
            let tenant = call.positional().chain(call.keywords()).find_map(Node::tenant_source);
            found.push(ProcessChange { at: call, variables, key: call.argument(0), is_fixed, tenant });
        }
        found
    }

    /// The targets of assignments that are something of which the process has only one. Several rules ask for them.
    fn process_wide_targets(&self) -> &[Place] {
        self.process_wide_targets.get_or_init(|| {
            let is_shared = |target: &Node<'_>| {
                let named = match target.kind() {
                    Kind::Subscript => target.child(Role::Value),
                    // What an object keeps for itself is the most frequent target, and never the process's.
                    Kind::Attribute => Some(*target).filter(|target| {
                        !target
                            .child(Role::Value)
                            .is_some_and(|value| value.is(Kind::Name) && value.name() == "self")
                    }),
                    _ => None,
                };
                named.and_then(Node::api_when_called).is_some_and(|api| api.has(Tag::ProcessWide))
            };
            self.assignments().flat_map(Node::targets).filter(is_shared).map(Node::place).collect()
        })
    }
}

impl<'s> Model<'s> {
    /// The `return` statements of coroutines that stand in a `finally` and drop what was being raised.
    pub fn ways_out_of_cleanup(&self) -> impl Iterator<Item = Node<'_>> {
        self.returns().filter(|left| left.is_in_finally() && left.on_event_loop().is_some())
    }
}

impl<'m> Node<'m> {
    /// Whether what is put into a value comes from whoever called the function, so that it may be another one with
    /// each request: one of its parameters, or the variable of a loop.
    fn comes_from_caller(self) -> bool {
        let tree = &self.source_file().tree;
        self.ingredients().into_iter().flat_map(|part| part.descendants_of(Kind::Name)).any(|name| {
            if let Some(parameter) = name.as_parameter() {
                return !matches!(parameter.name(), "self" | "cls");
            }
            name.reaching_bindings().into_iter().any(|binding| {
                matches!(
                    tree.bindings[binding as usize].kind,
                    BindingKind::Loop | BindingKind::Comprehension | BindingKind::Named
                )
            })
        })
    }

    /// Whether a value is what `self` was told when it was made, and one is made for each use: `self._proxy`.
    fn is_of_an_object(self) -> bool {
        let is_told = |attribute: Node<'m>| {
            let class =
                attribute.class().filter(|_| attribute.receiver().is_some_and(|it| it.name() == "self"));
            class.filter(|class| self.model.made_at_import(class.place()).is_none()).is_some_and(|class| {
                self.model.self_assignments(class.place(), attribute.symbol()).into_iter().any(|target| {
                    let value = target.parent().and_then(Node::value);
                    target.function().is_some_and(|function| function.name() == "__init__")
                        && value.is_some_and(|value| value.as_parameter().is_some())
                })
            })
        };
        self.descendants_of(Kind::Attribute).any(is_told)
    }

    /// The keys of a dictionary display that are written out.
    fn written_keys(self) -> Vec<&'m str> {
        self.children().filter_map(|entry| entry.child(Role::Key)).filter_map(Node::string).collect()
    }

    fn is_in_finally(self) -> bool {
        std::iter::once(self).chain(self.surroundings()).any(|node| node.role() == Role::Final)
    }

    /// Whether this starts a task that nothing holds: the loop's own reference is weak.
    pub fn is_dropped_task(self) -> bool {
        let Some(parent) = self.parent().filter(|_| self.does(Tag::HeldWeakly)) else { return false };
        if self.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::TaskGroup)) {
            return false;
        }
        match parent.kind() {
            Kind::ExprStatement => true,
            Kind::Assign => {
                let mut targets = parent.targets();
                let Some(name) = targets.next().filter(|_| targets.next().is_none()) else { return false };
                name.is(Kind::Name) && name.function().is_some() && !name.is_read_later()
            }
            _ => false,
        }
    }

    /// Whether this call ends the process that makes it: also by a signal that it sends to itself.
    pub fn ends_own_process(self) -> bool {
        let Some(api) = self.api().filter(|api| api.has(Tag::EndsProcess)) else { return false };
        if api.callable.parameters.first() != Some(&"pid") {
            return true;
        }
        self.argument(0).is_some_and(|id| {
            let own = id.resolved_value();
            own.callee_name() == "getpid" || own.number() == Some(0.0)
        })
    }

    /// Whether this sends a signal on which a server answers what it has begun, and then ends.
    pub fn asks_to_stop(self) -> bool {
        let signal = self.argument(1).map(Node::resolved_value);
        signal.is_some_and(|signal| {
            matches!(signal.name(), "SIGTERM" | "SIGINT") || signal.number() == Some(15.0)
        })
    }

    /// Whether the name that is assigned here is read anywhere in its function, nested functions included.
    fn is_read_later(self) -> bool {
        let home = self.function().unwrap_or(self.at(0));
        let tree = &self.source_file().tree;
        // A `global` or `nonlocal` name outlives the function.
        tree.declared.contains_key(&(self.data().scope, self.symbol()))
            || home
                .descendants_of(Kind::Name)
                .any(|name| name.symbol() == self.symbol() && !name.data().is_store)
    }

    /// Whether this loop goes on for as long as the process does: until a failure, or until it is told to stop.
    pub fn never_ends(self) -> bool {
        self.is(Kind::While)
            && self.child(Role::Test).is_some_and(Node::holds_until_stopped)
            && !self.descendants().any(|node| {
                node.function() == self.function()
                    && match node.kind() {
                        Kind::Yield => true,
                        Kind::Return | Kind::Raise => !node.is_way_out(self),
                        Kind::Break => node.enclosing_loop() == Some(self) && !node.is_way_out(self),
                        _ => false,
                    }
            })
    }

    /// `True`, `not self._stopping.is_set()`, `self.running`.
    fn holds_until_stopped(self) -> bool {
        match self.kind() {
            Kind::True => true,
            Kind::Number => self.name() == "1",
            Kind::UnaryOp => self.value().is_some_and(Node::tells_of_end),
            _ => self.tells_of_end(),
        }
    }

    /// A flag or an event by whose name something is told to stop, or goes on.
    fn tells_of_end(self) -> bool {
        const WORDS: [&str; 12] = [
            "stop", "stopped", "stopping", "shutdown", "running", "closing", "closed", "alive", "active",
            "exit", "quit", "shutting",
        ];
        let flag = match self.kind() {
            Kind::Call if self.callee_name() == "is_set" => self.receiver(),
            Kind::Name | Kind::Attribute => Some(self),
            _ => None,
        };
        flag.is_some_and(|flag| has_word(flag.name(), &WORDS))
    }

    /// Whether a statement that leaves a loop is the way out of it that is meant: after a failure, at the value that
    /// says that nothing more comes, or when it was told to stop.
    fn is_way_out(self, around: Node<'m>) -> bool {
        self.enclosing_handler().is_some_and(|handler| around.contains(handler))
            || self.ancestors().take_while(|node| *node != around).filter(|node| node.is(Kind::If)).any(
                |branch| {
                    branch.child(Role::Test).is_some_and(|test| {
                        test.descendants().any(|part| {
                            part.tells_of_end()
                                || (part.is(Kind::Compare)
                                    && matches!(part.operator(), Operator::Is | Operator::Equal)
                                    && part.child(Role::Right).is_some_and(|right| {
                                        right.is(Kind::None)
                                            || has_word(
                                                right.name(),
                                                &["sentinel", "stop", "done", "end", "poison"],
                                            )
                                    }))
                        })
                    })
                },
            )
    }

    /// Whether this call waits for the next piece of work: by the queue's type, or by the names of what is asked and
    /// of what it is asked for.
    fn asks_for_work(self) -> bool {
        const ASKS: [&str; 25] = [
            "get",
            "pop",
            "receive",
            "recv",
            "dequeue",
            "consume",
            "claim",
            "lease",
            "next",
            "poll",
            "fetch",
            "reserve",
            "take",
            "blpop",
            "brpop",
            "bzpopmin",
            "bzpopmax",
            "blmove",
            "brpoplpush",
            "xread",
            "xreadgroup",
            "getone",
            "getmany",
            "acquire",
            "read",
        ];
        const WORK: [&str; 19] = [
            "queue",
            "queues",
            "job",
            "jobs",
            "task",
            "tasks",
            "message",
            "messages",
            "inbox",
            "broker",
            "consumer",
            "stream",
            "work",
            "event",
            "events",
            "subscription",
            "pubsub",
            "mailbox",
            "outbox",
        ];
        if self.callee_name() == "get" && self.receiver().is_some_and(|object| object.is_a(ClassTag::Queue)) {
            return true;
        }
        let is_kept =
            self.statement().targets().next().is_some() || self.ancestors().any(|a| a.is(Kind::Named));
        let mut words = words_of(self.callee_name());
        let asks = words.first().is_some_and(|word| ASKS.contains(&word.as_str()));
        // A list of Redis is read with a verb that says so.
        if asks && words.first().is_some_and(|word| word.starts_with('b') || word.starts_with('x')) && is_kept
        {
            return true;
        }
        words.extend(self.receiver().map(|object| words_of(object.name())).unwrap_or_default());
        asks && is_kept && words.iter().any(|word| WORK.contains(&word.as_str()))
    }

    /// What a turn of a loop that goes on for as long as the process does waits for first: the next piece of work, or
    /// the time of the next turn.
    fn waits_for_turn(self) -> Option<Node<'m>> {
        if self.is(Kind::For) {
            let source = self.child(Role::Iterable).filter(|_| self.is_async())?;
            let leaves = self.descendants().any(|node| {
                matches!(node.kind(), Kind::Yield | Kind::Break | Kind::Return)
                    && node.function() == self.function()
                    && !node.is_way_out(self)
            });
            // `async with queue.iterator() as messages:`
            let binds = |item: &Node<'m>| {
                item.descendants_of(Kind::Name)
                    .any(|name| name.data().is_store && name.symbol() == source.symbol())
            };
            let context = self
                .enclosing_with_items()
                .filter(|item| source.is(Kind::Name) && binds(item))
                .find_map(|item| item.child(Role::Context));
            let is_endless =
                source.descendants().chain(context.into_iter().flat_map(Node::descendants)).any(|part| {
                    has_word(
                        part.name(),
                        &["consumer", "listen", "subscribe", "subscription", "pubsub", "queue"],
                    )
                });
            return (is_endless && !leaves).then_some(source);
        }
        if !self.never_ends() {
            return None;
        }
        let own = |call: &Node<'m>| call.function() == self.function();
        self.body()?.calls_within().filter(own).find(|call| {
            call.does(Tag::Pauses)
                || call.blocks_for() == Some(crate::stack::System::Sleep)
                || call.asks_for_work()
        })
    }

    /// A plain call of a function that was not given, on what a worker in a thread has just waited for.
    fn works_on_what_came(self, waits: Node<'m>) -> Option<Failing<'m>> {
        let in_thread = self.function().is_some_and(|function| !function.is_async());
        let is_work =
            in_thread && self.is_unknown_function() && !self.writes_log() && self.is_about_result_of(waits);
        is_work.then(|| Failing { chain: vec![self], is_known: false, of_object: false })
    }

    /// Whether a call is about what another one gave: a name to which its statement assigns stands in it.
    fn is_about_result_of(self, other: Node<'m>) -> bool {
        let statement = other.statement();
        let named =
            other.ancestors().take_while(|around| statement.contains(*around)).filter(|a| a.is(Kind::Named));
        named
            .chain([statement])
            .flat_map(Node::targets)
            .flat_map(|target| target.descendants_of(Kind::Name))
            .any(|name| self.mentions(name.name()))
    }

    /// Whether the loop in this function is begun again by whoever calls it, or belongs to one connection.
    fn is_begun_again(self, waits: Node<'m>) -> bool {
        let is_of_connection = waits.descendants().any(|part| {
            matches!(part.kind(), Kind::Name | Kind::Attribute)
                && has_word(part.name(), &["websocket", "ws", "client", "peer", "connection"])
        });
        is_of_connection || self.is_only_called(|call| call.is_contained() && call.enclosing_loop().is_some())
    }

    /// What one turn of a worker's loop does that, failing, ends the worker; and what the turn waits for first.
    pub fn ending_turn(self) -> Option<(Node<'m>, Failing<'m>)> {
        if self.enclosing_loop().is_some() {
            return None;
        }
        let waits = self.waits_for_turn()?;
        let body = self.body()?;
        let is_periodic = waits.does(Tag::Pauses) || waits.blocks_for() == Some(crate::stack::System::Sleep);
        let is_own = |failing: &Failing<'m>| {
            !failing.of_object
                || ((is_periodic || failing.chain[0].is_about_result_of(waits))
                    && !self.function().is_some_and(|function| function.is_begun_again(waits)))
        };
        let own = |call: &Node<'m>| call.function() == self.function();
        let failing = body
            .calls_within()
            .filter(own)
            .filter(|call| *call != waits && !call.does(Tag::Pauses))
            // What is done about a failure, or at the end, is not the turn's work.
            .filter(|call| call.enclosing_handler().is_none() && !call.is_in_finally())
            .filter(|call| {
                !call.is_kept_within(self, &|handler| !handler.raises_at_last()) && call.runs_here()
            })
            .find_map(|call| {
                let failing = call.failing_anyhow().filter(is_own);
                let overdue = || call.overdue().filter(|_| !self.is_contained());
                failing.or_else(overdue).or_else(|| call.works_on_what_came(waits))
            })?;
        Some((waits, failing))
    }
}

impl<'m> Node<'m> {
    /// The call that starts this function, or one that leads to it, as a task several times: in a loop.
    pub fn started_several_times(self) -> Option<Node<'m>> {
        self.started_within(&mut Vec::new())
    }

    fn started_within(self, seen: &mut Vec<Place>) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        if seen.len() > 20 || seen.contains(&self.place()) || self.runs_in_own_process() {
            return None;
        }
        seen.push(self.place());
        model.callers_of(self.place()).iter().map(|&call| model.node(call)).find_map(|call| {
            let function = call.function().filter(|_| !call.is_outside_production())?;
            let start = call.parent().filter(|_| call.is_started_aside());
            match start {
                Some(start) => start.enclosing_loop().map(|_| start),
                None => function.started_within(seen),
            }
        })
    }

    /// Whether this function only runs in processes that are started for it, as the target of one, the work of a pool of
    /// processes or what each of them does first; or is called by nothing but such functions.
    pub fn runs_in_own_process(self) -> bool {
        self.in_own_process_within(0)
    }

    fn in_own_process_within(self, depth: u32) -> bool {
        let model: &'m Model<'m> = self.model;
        let is_of_process = |call: Node<'m>| {
            call.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::OwnProcess))
        };
        let mut calls = model.callers_of(self.place()).iter().map(|&call| model.node(call)).peekable();
        depth < 6
            && calls.peek().is_some()
            && calls.all(|call| match call.target() == Some(self.place()) {
                true => call.function().is_some_and(|caller| caller.in_own_process_within(depth + 1)),
                false => is_of_process(call),
            })
    }
}

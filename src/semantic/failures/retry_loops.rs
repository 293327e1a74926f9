//! Loops written by hand that try again what failed.

use crate::semantic::failures::retries::{Attempts, Failures, Pause, Retry};
use crate::semantic::{Model, Node};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// The retry that this loop is: what it tries reaches another system, a failure lets it go on, and success ends
    /// it. A consumer goes on because it succeeded, and is none.
    pub fn retry_loop(self) -> Option<Retry<'m>> {
        let counted = match self.kind() {
            Kind::For => {
                let counts = self.child(Role::Iterable)?;
                if !counts.callee()?.names("builtins.range") {
                    return None;
                }
                Some(counts)
            }
            Kind::While => None,
            _ => return None,
        };
        let handlers: Vec<Node<'m>> = self
            .within(&self.source_file().tree.handlers)
            .filter(|handler| handler.goes_on_in(self))
            .collect();
        let attempt = handlers.first()?.parent()?;
        let handlers: Vec<Node<'m>> =
            handlers.into_iter().filter(|handler| handler.parent() == Some(attempt)).collect();
        if attempt.enclosing_loop() != Some(self) || !self.ends_with_success_of(attempt, &handlers) {
            return None;
        }
        let body = attempt.child(Role::Body)?;
        // Another name, another part: what is tried next is not what has failed.
        if handlers.iter().all(|handler| handler.tries_something_else(body)) {
            return None;
        }
        let mut systems = body.systems_reached();
        if systems.is_empty() {
            systems = body.systems_of_callables();
        }
        // Somebody sits before it who gives another answer each time.
        let asks_somebody = self.calls_within().any(|call| {
            let asks = |call: Node<'m>| call.blocks_for() == Some(System::Input);
            asks(call)
                || call.target().is_some_and(|place| {
                    let function: Node<'m> = self.model.node(place);
                    function.reaches(&asks).is_some()
                })
        });
        if systems.is_empty() || asks_somebody || self.waits_for_a_process() {
            return None;
        }
        // A loop that catches everything and gives nothing back keeps something going, whatever ends it.
        let gives_result = self.gives_result(attempt);
        if counted.is_none() && !gives_result && handlers.iter().any(|handler| handler.catches_everything()) {
            return None;
        }
        let attempts = match counted {
            Some(range) => match range.positional().count() {
                1 => range.argument(0).map_or(Attempts::Bounded, Node::attempts),
                _ => Attempts::Bounded,
            },
            None if self.is_left_by_failure(attempt, &handlers) => Attempts::Bounded,
            None => Attempts::Unbounded,
        };
        let only_loses_races = handlers.iter().all(|handler| handler.is_about_other_writers());
        Some(Retry {
            at: self,
            failures: failures_of(attempt, &handlers),
            attempts: if attempts == (Attempts::Unbounded) && counted.is_some() {
                Attempts::Bounded
            } else {
                attempts
            },
            pause: self.pause_between(attempt, &handlers),
            gives_result,
            is_about_conflicts: only_loses_races
                || (systems.iter().all(|s| matches!(s, System::Database | System::Cache))
                    && !handlers.iter().any(|handler| handler.catches_everything())),
            only_loses_races,
            is_poll: counted.is_some() && self.also_waits_for_an_answer(attempt),
            is_local: self.function().is_some_and(|function| {
                function.descendants_of(Kind::Attribute).any(|part| part.names("socket.AF_UNIX"))
            }),
            instead: None,
        })
    }

    /// Whether the function has started a program of this machine before: the loop waits until it answers, and a refused
    /// connection is the usual outcome.
    pub(in crate::semantic) fn waits_for_a_process(self) -> bool {
        self.function().is_some_and(|function| {
            function.own_calls().any(|call| {
                call.id < self.id
                    && matches!(
                        call.callee_name(),
                        "Popen" | "create_subprocess_exec" | "create_subprocess_shell"
                    )
            })
        })
    }

    /// Whether the loop waits as well where nothing failed and what it asks for is not there yet, which is the usual
    /// outcome: `if not ready: sleep(3); continue`. An answer whose status is looked at has failed.
    fn also_waits_for_an_answer(self, attempt: Node<'m>) -> bool {
        let sleeps = |call: &Node<'m>| call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep);
        attempt.child(Role::Body).into_iter().flat_map(Node::calls_within).filter(sleeps).any(|sleep| {
            let mut tests =
                sleep.surroundings().take_while(|around| *around != attempt).filter_map(|around| {
                    matches!(around.kind(), Kind::If | Kind::Clause).then(|| around.child(Role::Test))?
                });
            tests.next().is_some_and(|test| !test.asks_for_status())
        })
    }

    /// Whether this test looks at the status of an answer.
    fn asks_for_status(self) -> bool {
        self.descendants().any(|part| {
            matches!(part.name(), "status_code" | "ok" | "is_success" | "is_error" | "code")
                || part.number().is_some_and(|number| number >= 400.0)
        })
    }

    /// The call by which this `except` clause starts its own function again, and what had failed, where no argument and
    /// no condition counts the attempts.
    pub fn tries_again_by_itself(self) -> Option<(Node<'m>, Node<'m>)> {
        let function = self.function()?;
        let again = self.calls_within().find(|call| call.target() == Some(function.place()))?;
        let asked = self.parent()?.child(Role::Body)?.asks_outside()?;
        // One more attempt with something else, or with a number that goes down.
        let is_changed =
            again.positional().chain(again.keywords().filter_map(|k| k.child(Role::Value))).any(|argument| {
                !argument.as_parameter().is_some_and(|parameter| parameter.parent() == Some(function))
            });
        let is_conditional = again.ancestors().take_while(|node| *node != self).any(|node| node.is(Kind::If));
        (!is_changed && !is_conditional && !again.has_hidden_arguments()).then_some((again, asked))
    }

    /// Whether this function is only called, as far as its name shows, by loops without end that run beside the requests:
    /// it does a part of their periodic work.
    pub fn is_a_turn_of_a_loop(self) -> bool {
        let named = |call: &Node<'m>| {
            call.callee_name() == self.name() && call.target().is_none_or(|place| place == self.place())
        };
        let model: &'m Model<'m> = self.model;
        let mut calls = model.calls().filter(named).peekable();
        calls.peek().is_some()
            && calls.all(|call| {
                call.enclosing_loop().is_some_and(Node::never_ends)
                    && call.function().is_some_and(Node::runs_along)
            })
    }

    /// The systems outside the process that the calls below reach.
    fn systems_reached(self) -> Vec<System> {
        let mut found = Vec::new();
        for call in self.calls_within() {
            let reached = call.crosses_outside().or_else(|| {
                let function: Node<'m> = self.model.node(call.target()?);
                function.reaches(&|inner| inner.crosses_outside().is_some())?.last()?.crosses_outside()
            });
            let reached = reached.or_else(|| call.unseen_service());
            if let Some(system) = reached
                && !found.contains(&system)
            {
                found.push(system);
            }
        }
        found
    }

    /// The systems that callables reach which the code around this was handed: the functions at which it stands as a
    /// decorator, or what its callers give it. What only a name tells of is taken at its word: `retry(function)`.
    fn systems_of_callables(self) -> Vec<System> {
        let model: &'m Model<'m> = self.model;
        let mut found = Vec::new();
        for parameter in self.calls_within().filter_map(|call| call.callee()?.as_parameter()) {
            let Some(outer) = parameter.parent().filter(|outer| outer.is(Kind::FunctionDef)) else {
                continue;
            };
            let around: Vec<Node<'m>> =
                std::iter::successors(Some(outer), |inner| inner.function()).collect();
            let stands_at = |function: &Node<'m>| {
                function.decorators().any(|decorator| {
                    let named = if decorator.is(Kind::Call) { decorator.callee() } else { Some(decorator) };
                    named
                        .and_then(|named| model.function_named_by(named))
                        .is_some_and(|named| around.contains(&named))
                })
            };
            let handed = model
                .callers_of(outer.place())
                .iter()
                .filter_map(|&call| model.node(call).argument_for(outer, parameter))
                .filter_map(|given| model.function_named_by(given));
            let before = found.len();
            for function in model.functions().filter(stands_at).chain(handed) {
                let reaches = function.reaches(&|inner| inner.crosses_outside().is_some());
                found.extend(reaches.and_then(|chain| chain.last()?.crosses_outside()));
            }
            let says_retry = |function: &Node<'m>| {
                crate::semantic::has_word(
                    function.name(),
                    &["retry", "retries", "retried", "retrying", "retryable", "backoff"],
                )
            };
            if found.len() == before && around.iter().any(says_retry) {
                found.push(System::Http);
            }
        }
        found
    }

    /// Whether this handler of chosen failures gives a name that the `try` reads another value, not made from the one that
    /// it had.
    fn tries_something_else(self, body: Node<'m>) -> bool {
        !self.catches_everything()
            && self.within(&self.source_file().tree.assignments).any(|assignment| {
                assignment.is(Kind::Assign)
                    && assignment.value().is_some_and(|value| {
                        !value.is(Kind::Await) && value.descendants_of(Kind::Name).next().is_some()
                    })
                    && assignment.targets().filter(|target| target.is(Kind::Name)).any(|target| {
                        body.mentions(target.name())
                            && assignment.value().is_some_and(|value| {
                                !value.mentions(target.name()) && !value.mentions(self.name())
                            })
                    })
            })
    }

    /// Whether this handler belongs to a `try` of the loop's own code and lets the loop go on.
    fn goes_on_in(self, around: Node<'m>) -> bool {
        self.function() == around.function()
            && self.enclosing_loop() == Some(around)
            && self.body().is_some_and(|body| {
                body.children().last().is_some_and(|last| {
                    let leaves = matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break)
                        // A branch that leaves on both sides.
                        || (last.is(Kind::If) && last.every_branch_leaves());
                    !leaves
                })
            })
    }

    fn every_branch_leaves(self) -> bool {
        let blocks: Vec<Node<'m>> = self
            .children()
            .filter_map(|child| if child.is(Kind::Clause) { child.body() } else { Some(child) })
            .filter(|child| child.is(Kind::Block))
            .collect();
        let has_else = self.children().any(|c| c.is(Kind::Clause) && c.child(Role::Test).is_none());
        has_else
            && blocks.iter().all(|block| {
                block
                    .children()
                    .last()
                    .is_some_and(|last| matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break))
            })
    }

    /// Whether the loop is left where the attempt succeeded, whatever it gave, and only there: what stands behind the
    /// `try` is not reached by a failure.
    fn ends_with_success_of(self, attempt: Node<'m>, handlers: &[Node<'m>]) -> bool {
        self.descendants().any(|node| {
            node.id > attempt.id
                && matches!(node.kind(), Kind::Return | Kind::Break)
                && node.function() == self.function()
                && (node.is(Kind::Return) || node.enclosing_loop() == Some(self))
                && node.ancestors().take_while(|around| *around != self).all(|around| match around.kind() {
                    // An answer of success ends it as well; where no one counts, it waits for one.
                    Kind::If => {
                        self.is(Kind::For)
                            && attempt.contains(node)
                            && around.child(Role::Test).is_some_and(Node::asks_for_status)
                    }
                    Kind::Clause | Kind::Handler | Kind::For | Kind::While | Kind::Case => false,
                    _ => true,
                })
                && (attempt.contains(node) || handlers.iter().all(|handler| handler.ends_with_continue()))
        })
    }

    /// Whether the attempt returns a value, or leaves the loop with one.
    fn gives_result(self, attempt: Node<'m>) -> bool {
        self.descendants().any(|node| {
            node.id > attempt.id
                && node.function() == self.function()
                && node.enclosing_handler().is_none_or(|handler| !self.contains(handler))
                && match node.kind() {
                    Kind::Return => node.child(Role::Value).is_some(),
                    Kind::Break => node.enclosing_loop() == Some(self),
                    _ => false,
                }
        })
    }

    fn ends_with_continue(self) -> bool {
        self.body().and_then(|body| body.children().last()).is_some_and(|last| last.is(Kind::Continue))
    }

    /// Whether a failure ends a `while` in the end: by its test, a counter, a deadline.
    fn is_left_by_failure(self, attempt: Node<'m>, handlers: &[Node<'m>]) -> bool {
        let endless = self
            .child(Role::Test)
            .is_some_and(|test| test.is(Kind::True) || (test.is(Kind::Number) && test.name() == "1"));
        !endless
            || self.descendants().any(|node| {
                matches!(node.kind(), Kind::Raise | Kind::Return | Kind::Break)
                    && node.function() == self.function()
                    && (handlers.iter().any(|handler| handler.contains(node))
                        || (!attempt.contains(node)
                            && node
                                .ancestors()
                                .take_while(|around| *around != self)
                                .any(|around| matches!(around.kind(), Kind::If | Kind::Clause))))
            })
    }

    /// How a loop waits behind a failure.
    fn pause_between(self, attempt: Node<'m>, handlers: &[Node<'m>]) -> Pause<'m> {
        let body = attempt.child(Role::Body);
        let between: Vec<Node<'m>> = self
            .calls_within()
            .filter(|call| call.function() == self.function())
            .filter(|call| !body.is_some_and(|body| body.contains(*call)))
            .filter(|call| handlers.iter().any(|h| h.contains(*call)) || !attempt.contains(*call))
            .collect();
        // `self.sleep(seconds)`: a pause that a test may replace.
        let is_named = |call: &Node<'m>| call.callee_name() == "sleep" && call.api().is_none();
        let sleeps = |call: &Node<'m>| {
            call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep) || is_named(call)
        };
        let Some(sleep) = between.iter().copied().find(sleeps) else {
            let unknown = between.iter().any(|call| {
                call.log_level().is_none() && (call.is_unknown_function() || call.target().is_some())
            });
            // What the attempt waits for may be a pause as well: `queue.get(timeout=1)`.
            return if unknown { Pause::Fine } else { Pause::Never };
        };
        let Some(seconds) = sleep.argument(0) else { return Pause::Fine };
        if seconds.number().is_some() && !seconds.is_reassigned_in(self) {
            return Pause::Even(seconds);
        }
        let random = seconds.descendants().any(|node| {
            node.path().is_some_and(|path| path.starts_with("random.") || path.starts_with("secrets."))
        });
        let opaque = seconds.descendants().any(|node| match node.kind() {
            Kind::Call => !matches!(node.callee_name(), "min" | "max" | "pow" | "float" | "int"),
            Kind::Attribute | Kind::Subscript => true,
            _ => false,
        });
        if random || opaque {
            return Pause::Fine;
        }
        let grows = seconds.descendants_of(Kind::Name).any(|name| name.is_reassigned_in(self));
        let draws =
            || seconds.value_source(&|part| part.path().is_some_and(|path| path.starts_with("random.")));
        if grows && !seconds.draws_lots(self) && draws().is_none() {
            Pause::Longer(seconds)
        } else {
            Pause::Fine
        }
    }

    /// Whether one of the names is assigned in the loop, its own variable included.
    fn is_reassigned_in(self, around: Node<'m>) -> bool {
        let tree = &self.source_file().tree;
        self.descendants_of(Kind::Name).any(|name| {
            name.scope_of_name().is_some_and(|scope| {
                tree.bindings_of(scope, name.symbol())
                    .any(|binding| around.contains(name.at(tree.bindings[binding as usize].node)))
            })
        })
    }

    /// Whether chance goes into a name that was assigned before.
    fn draws_lots(self, around: Node<'m>) -> bool {
        self.descendants_of(Kind::Name).any(|name| {
            around
                .within(&self.source_file().tree.assignments)
                .filter(|assignment| assignment.targets().any(|target| target.symbol() == name.symbol()))
                .filter_map(Node::value)
                .any(|value| {
                    value.descendants().any(|node| {
                        node.path().is_some_and(|path| path.starts_with("random."))
                            || (node.is(Kind::Call) && node.target().is_some())
                    })
                })
        })
    }
}

/// What the handlers that go on take for worth another attempt.
fn failures_of<'m>(attempt: Node<'m>, handlers: &[Node<'m>]) -> Failures<'m> {
    // An earlier clause that lets chosen failures out, or one that looks at the failure, chooses.
    let chooses = attempt.handlers().any(|handler| {
        !handlers.contains(&handler) && !handler.catches_cancellation_alone() && handler.leaves_at_last()
    }) || handlers.iter().any(|handler| handler.looks_at_failure());
    if chooses {
        return Failures::Chosen;
    }
    if let Some(broad) = handlers.iter().find(|handler| handler.catches_everything()) {
        return Failures::Any(Some(*broad));
    }
    handlers
        .iter()
        .flat_map(|handler| handler.caught_classes())
        .map(Node::exception_class)
        .find(|found| *found != Failures::Chosen)
        .filter(|_| attempt.child(Role::Body).is_some_and(Node::raises_for_status))
        .unwrap_or(Failures::Chosen)
}

impl<'m> Node<'m> {
    /// Whether an HTTP error of any status may come out of this code: it asks for one, or an SDK raises it.
    pub fn raises_for_status(self) -> bool {
        let raises =
            |call: Node<'m>| call.does(Tag::RaisesForStatus) || call.crosses_outside() == Some(System::Model);
        self.calls_within().any(|call| {
            raises(call)
                || call.target().is_some_and(|place| {
                    let function: Node<'m> = self.model.node(place);
                    function.reaches(&raises).is_some()
                })
        })
    }
}

impl<'m> Node<'m> {
    /// Whether this expression decorates a function.
    pub fn is_decorator(self) -> bool {
        self.role() == Role::Decorator
    }

    /// The given functions that a runnable runs: one that is wrapped, or those of a chain.
    pub fn functions_run(self) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        self.collect_functions_run(&mut found, 0);
        found
    }

    fn collect_functions_run(self, found: &mut Vec<Node<'m>>, depth: u32) {
        if depth > 6 {
            return;
        }
        let model: &'m Model<'m> = self.model;
        if let Some(function) = model.function_named_by(self) {
            found.push(function);
            return;
        }
        let value = self.unwrapped().resolved_value();
        match value.kind() {
            Kind::BinOp | Kind::Dict | Kind::DictItem => {
                for part in value.children() {
                    part.collect_functions_run(found, depth + 1);
                }
            }
            Kind::Call => {
                for argument in value.positional() {
                    argument.collect_functions_run(found, depth + 1);
                }
                if value.does(Tag::Wraps)
                    && let Some(receiver) = value.receiver()
                {
                    receiver.collect_functions_run(found, depth + 1);
                }
            }
            Kind::Name if depth < 4 => {
                if let Some(meant) = model.alias_value(value) {
                    meant.collect_functions_run(found, depth + 2);
                }
            }
            _ => {}
        }
    }

    /// The tools of the agent to which this middleware belongs: those that it names, or all.
    pub fn tools_beside(self) -> Vec<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let Some(agent) = self
            .surroundings()
            .find(|around| around.is(Kind::Call) && *around != self && around.keyword("tools").is_some())
        else {
            return Vec::new();
        };
        let named = self.keyword("tools").map(|named| named.resolved_value());
        let is_meant = |tool: &Node<'m>| {
            named.is_none_or(|named| named.children().any(|item| item.name() == tool.name()))
        };
        let tools = agent.keyword("tools").map(Node::resolved_value);
        tools
            .into_iter()
            .flat_map(|tools| tools.children())
            .filter_map(|tool| model.function_named_by(tool))
            .filter(is_meant)
            .collect()
    }
}

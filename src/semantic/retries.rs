//! What is tried again when it fails: by a decorator, a wrapper, a client, or a loop written by hand.

use super::{Api, Model, Node};
use crate::stack::{ClassTag, Parameter, Repeats, System, Tag, Waits};
use crate::syntax::{Kind, Operator, Role};

/// Something that tries again what failed.
#[derive(Clone, Copy, Debug)]
pub struct Retry<'m> {
    /// The decorator, the call that sets it up, or the loop.
    pub at: Node<'m>,
    pub failures: Failures<'m>,
    pub attempts: Attempts<'m>,
    pub pause: Pause<'m>,
    /// Whether it tries again what the database refused because another transaction was faster.
    pub is_about_conflicts: bool,
    /// The conforming form, where the tables know one.
    pub instead: Option<&'static str>,
}

/// After which failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failures<'m> {
    /// Any exception; the node says so, where something does.
    Any(Option<Node<'m>>),
    /// HTTP errors of whatever status.
    AnyStatus(Node<'m>),
    /// Whatever answer is not a success.
    AnyAnswer(Node<'m>),
    /// Chosen ones, or such that the code does not show.
    Chosen,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attempts<'m> {
    Unbounded,
    Number(f64, Node<'m>),
    /// Bounded by something whose value the code does not show, or by the library's default.
    Bounded,
}

/// How long between two attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pause<'m> {
    Never,
    /// The same time each time.
    Even(Node<'m>),
    /// Longer each time, and the same for all clients.
    Longer(Node<'m>),
    /// At random, or as the code does not show.
    Fine,
}

impl<'m> Node<'m> {
    /// The retry that this call, or this decorator without brackets, sets up by what the tables know of it.
    pub fn retry(self) -> Option<Retry<'m>> {
        let api = if self.is(Kind::Call) { self.api() } else { self.api_when_called() }?;
        let known = api.callable.retry?;
        if known.only_with.is_some_and(|name| self.keyword(name).is_none()) {
            return None;
        }
        let hidden = self.is(Kind::Call) && self.has_hidden_arguments();
        let given = |parameter: &Parameter| -> Option<Node<'m>> {
            parameter
                .names
                .iter()
                .find_map(|name| self.keyword(name))
                .or_else(|| self.argument(usize::from(parameter.position?)))
        };
        let filtered = known.filters.iter().any(|name| self.keyword(name).is_some());
        let failures = match given(&known.selects) {
            _ if filtered => Failures::Chosen,
            Some(value) => value.selected_failures(),
            None if hidden => Failures::Chosen,
            None if known.repeats == Repeats::Everything => Failures::Any(None),
            None => Failures::Chosen,
        };
        let attempts = match given(&known.bounds) {
            Some(value) => value.attempts(),
            None if hidden => Attempts::Bounded,
            None => match known.attempts {
                None => Attempts::Unbounded,
                Some(_) => Attempts::Bounded,
            },
        };
        let jitter = known.jitter.iter().find_map(|name| self.keyword(name));
        let without_jitter =
            jitter.filter(|value| matches!(value.resolved_value().kind(), Kind::None | Kind::False));
        let pause = match (given(&known.pauses), without_jitter) {
            (Some(value), _) => value.pause().with_jitter(jitter.is_some()),
            (None, Some(jitter)) => Pause::Longer(jitter),
            (None, None) if hidden => Pause::Fine,
            (None, None) => match known.waits {
                Waits::Never => Pause::Never,
                _ => Pause::Fine,
            },
        };
        Some(Retry {
            at: self,
            failures,
            attempts,
            pause,
            is_about_conflicts: false,
            instead: api.callable.instead,
        })
    }

    /// What a strategy of selecting failures, or a class of exceptions, stands for.
    fn selected_failures(self) -> Failures<'m> {
        let value = self.resolved_value();
        match value.kind() {
            Kind::Tuple | Kind::List | Kind::Set => value
                .children()
                .map(Node::exception_class)
                .find(|found| *found != Failures::Chosen)
                .unwrap_or(Failures::Chosen),
            Kind::BinOp => [Role::Left, Role::Right]
                .into_iter()
                .filter_map(|role| value.child(role))
                .map(Node::selected_failures)
                .find(|found| *found != Failures::Chosen)
                // `a & b` is narrower than either of them.
                .filter(|_| value.operator() == Operator::BitOr)
                .unwrap_or(Failures::Chosen),
            Kind::Call => match value.api().and_then(|api| api.callable.repeats) {
                Some(Repeats::Everything) => Failures::Any(Some(value)),
                Some(Repeats::Named) => {
                    match value.argument(0).or_else(|| value.keyword("exception_types")) {
                        Some(classes) => classes.selected_failures(),
                        None if value.has_hidden_arguments() => Failures::Chosen,
                        None => Failures::Any(Some(value)),
                    }
                }
                Some(Repeats::Answers) if value.argument(0).is_some_and(Node::refuses_all_but_success) => {
                    Failures::AnyAnswer(value)
                }
                _ => Failures::Chosen,
            },
            Kind::Name | Kind::Attribute => match self.api_when_called().and_then(|api| api.callable.repeats)
            {
                Some(Repeats::Everything) => Failures::Any(Some(self)),
                _ => self.exception_class(),
            },
            _ => Failures::Chosen,
        }
    }

    /// How wide a class of exceptions is.
    fn exception_class(self) -> Failures<'m> {
        if self.names_every_exception() {
            return Failures::Any(Some(self));
        }
        let tagged = self.model.type_has(self.model.instance_of_class(self.ty()), ClassTag::StatusError);
        if tagged { Failures::AnyStatus(self) } else { Failures::Chosen }
    }

    /// `lambda answer: answer.status_code != 200`, `lambda answer: not answer.ok`.
    fn refuses_all_but_success(self) -> bool {
        let Some(body) = self.resolved_value().body().filter(|_| self.resolved_value().is(Kind::Lambda))
        else {
            return false;
        };
        match body.kind() {
            Kind::Compare => {
                let compared = body.descendants_of(Kind::Attribute).next();
                body.operator() == Operator::NotEqual
                    && compared.is_some_and(|a| matches!(a.name(), "status_code" | "status"))
                    && body.descendants_of(Kind::Number).any(|number| number.name() == "200")
            }
            Kind::UnaryOp => body
                .descendants_of(Kind::Attribute)
                .next()
                .is_some_and(|a| matches!(a.name(), "ok" | "is_success")),
            _ => false,
        }
    }

    /// What a strategy of stopping, a number of attempts or a total time amounts to.
    fn attempts(self) -> Attempts<'m> {
        let value = self.resolved_value();
        if value.is(Kind::None) || self.api_when_called().is_some_and(|api| api.has(Tag::NeverStops)) {
            return Attempts::Unbounded;
        }
        if value.is(Kind::False) {
            return Attempts::Number(0.0, self);
        }
        if let Some(number) = value.number() {
            return Attempts::Number(number, self);
        }
        if value.does(Tag::CountsAttempts)
            && let Some(number) = value.argument(0).and_then(Node::number)
        {
            return Attempts::Number(number, self);
        }
        Attempts::Bounded
    }

    /// What a strategy of waiting, or a factor of growth, amounts to.
    fn pause(self) -> Pause<'m> {
        let value = self.resolved_value();
        if let Some(number) = value.number() {
            return if number == 0.0 { Pause::Never } else { Pause::Longer(self) };
        }
        let parts: Vec<Option<Waits>> = match value.kind() {
            Kind::Call | Kind::BinOp => value
                .descendants_of(Kind::Call)
                .filter(|call| call.api().is_some_and(|api| api.callable.waits.is_some()) || *call == value)
                .map(|call| call.api().and_then(|api| api.callable.waits))
                .collect(),
            _ => Vec::new(),
        };
        let has = |wanted: Waits| parts.contains(&Some(wanted));
        if parts.is_empty() || parts.contains(&None) || has(Waits::Randomly) {
            Pause::Fine
        } else if has(Waits::Longer) {
            Pause::Longer(self)
        } else if has(Waits::Evenly) {
            Pause::Even(self)
        } else {
            Pause::Never
        }
    }

    /// Whether the call leaves the process for a system that may be down.
    pub fn crosses_outside(self) -> Option<System> {
        self.api().and_then(|api: Api| api.callable.crosses.or(api.callable.blocks)).filter(|system| {
            matches!(
                system,
                System::Http
                    | System::Database
                    | System::Vector
                    | System::Model
                    | System::Cache
                    | System::Broker
                    | System::Storage
                    | System::Mail
                    | System::Socket
                    | System::Mcp
            )
        })
    }

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
        let systems = body.systems_reached();
        // Somebody sits before it who gives another answer each time.
        let asks_somebody = self.calls_within().any(|call| {
            let asks = |call: Node<'m>| call.blocks_for() == Some(System::Input);
            asks(call)
                || call.target().is_some_and(|place| {
                    let function: Node<'m> = self.model.node(place);
                    function.reaches(&asks).is_some()
                })
        });
        if systems.is_empty() || asks_somebody {
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
        Some(Retry {
            at: self,
            failures: failures_of(attempt, &handlers),
            attempts: if attempts == (Attempts::Unbounded) && counted.is_some() {
                Attempts::Bounded
            } else {
                attempts
            },
            pause: self.pause_between(attempt, &handlers),
            is_about_conflicts: systems == [System::Database]
                && !handlers.iter().any(|handler| handler.catches_everything()),
            instead: None,
        })
    }

    /// The systems outside the process that the calls below reach.
    pub fn systems_reached(self) -> Vec<System> {
        let mut found = Vec::new();
        for call in self.calls_within() {
            let reached = call.crosses_outside().or_else(|| {
                let function: Node<'m> = self.model.node(call.target()?);
                function.reaches(&|inner| inner.crosses_outside().is_some())?.last()?.crosses_outside()
            });
            if let Some(system) = reached
                && !found.contains(&system)
            {
                found.push(system);
            }
        }
        found
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
                && node.ancestors().take_while(|around| *around != self).all(|around| {
                    !matches!(
                        around.kind(),
                        Kind::If | Kind::Clause | Kind::Handler | Kind::For | Kind::While | Kind::Case
                    )
                })
                && (attempt.contains(node) || handlers.iter().all(|handler| handler.ends_with_continue()))
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
        let sleeps = |call: &Node<'m>| call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep);
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
        if grows && !seconds.draws_lots(self) { Pause::Longer(seconds) } else { Pause::Fine }
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

impl<'m> Pause<'m> {
    fn with_jitter(self, given: bool) -> Self {
        match self {
            Pause::Longer(_) if given => Pause::Fine,
            other => other,
        }
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

impl<'s> Model<'s> {
    /// All retries that the given files set up: decorators, wrappers, clients.
    pub fn retries(&self) -> impl Iterator<Item = Retry<'_>> {
        let bare = self
            .functions()
            .flat_map(|function| function.decorators())
            .filter(|decorator| !decorator.is(Kind::Call))
            .filter_map(Node::retry);
        self.calls().filter_map(Node::retry).chain(bare)
    }

    /// All loops that try again what failed.
    pub fn retry_loops(&self) -> impl Iterator<Item = Retry<'_>> {
        self.loops().filter_map(Node::retry_loop)
    }
}

//! What is tried again when it fails: by a decorator, a wrapper, a client, or a loop written by hand.

use crate::semantic::{Api, Model, Node};
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
    /// Whether all that it goes on after says that another writer was first: no other side is down, and whoever is first
    /// has made headway.
    pub only_loses_races: bool,
    /// Whether it asks again until something is done: what it goes on after is an exception that the project raises for
    /// that alone, and nothing has failed.
    pub is_poll: bool,
    /// Whether the other side is a process of the same machine, with which no other machine competes.
    pub is_local: bool,
    /// Whether success gives something, and not only the knowledge that something is there.
    pub gives_result: bool,
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
        let jitter = known.jitter.iter().find_map(|name| self.keyword_or_option(name));
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
            is_poll: given(&known.selects).is_some_and(Node::selects_a_state),
            only_loses_races: false,
            is_local: false,
            gives_result: true,
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
                // `retry_if_exception(lambda error: True)`
                _ if value.argument(0).is_some_and(Node::says_yes) => Failures::Any(Some(value)),
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

    /// A predicate that is true of everything.
    fn says_yes(self) -> bool {
        let predicate = self.resolved_value();
        predicate.is(Kind::Lambda) && predicate.body().is_some_and(|body| body.is(Kind::True))
    }

    /// Whether all classes of exceptions in a strategy are the project's own, raised where it looks at a state and never
    /// where something failed.
    fn selects_a_state(self) -> bool {
        let classes = self.named_classes();
        !classes.is_empty() && classes.into_iter().all(Node::is_raised_for_a_state)
    }

    fn is_raised_for_a_state(self) -> bool {
        let raised = self.raises_of_class();
        !raised.is_empty()
            && raised.into_iter().all(|raise| {
                raise.enclosing_handler().is_none() && raise.surroundings().any(|node| node.is(Kind::If))
            })
    }

    /// How wide a class of exceptions is.
    pub(in crate::semantic) fn exception_class(self) -> Failures<'m> {
        if self.names_every_exception() {
            return Failures::Any(Some(self));
        }
        let tagged = self.model.type_has(self.model.instance_of_class(self.ty()), ClassTag::StatusError);
        if tagged { Failures::AnyStatus(self) } else { Failures::Chosen }
    }

    /// `lambda answer: answer.status_code != 200`, `lambda answer: not answer.ok`, or a given function that says so.
    fn refuses_all_but_success(self) -> bool {
        let predicate = self.resolved_value();
        let model: &'m Model<'m> = self.model;
        let said = match predicate.is(Kind::Lambda) {
            true => predicate.body(),
            false => model.function_named_by(predicate).and_then(|function| {
                let mut returned = function.own_returns().filter_map(Node::value);
                returned.next().filter(|_| returned.next().is_none())
            }),
        };
        let Some(body) = said else { return false };
        match body.kind() {
            Kind::Attribute => matches!(body.name(), "is_error" | "is_client_error"),
            Kind::Compare => {
                let compared = body.descendants_of(Kind::Attribute).next();
                let bound = match body.operator() {
                    Operator::NotEqual => "200",
                    Operator::GreaterEqual => "400",
                    _ => return false,
                };
                compared.is_some_and(|a| matches!(a.name(), "status_code" | "status"))
                    && body.descendants_of(Kind::Number).any(|number| number.name() == bound)
            }
            Kind::UnaryOp => body
                .descendants_of(Kind::Attribute)
                .next()
                .is_some_and(|a| matches!(a.name(), "ok" | "is_success")),
            _ => false,
        }
    }

    /// What a strategy of stopping, a number of attempts or a total time amounts to.
    pub(in crate::semantic) fn attempts(self) -> Attempts<'m> {
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
}

impl<'m> Pause<'m> {
    fn with_jitter(self, given: bool) -> Self {
        match self {
            Pause::Longer(_) if given => Pause::Fine,
            other => other,
        }
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
        self.known_calls().filter_map(|(call, _)| call.retry()).chain(bare)
    }

    /// All loops that try again what failed.
    pub fn retry_loops(&self) -> impl Iterator<Item = Retry<'_>> {
        self.loops().filter_map(|around| around.retry_loop().or_else(|| around.retry_by_answers()))
    }
}

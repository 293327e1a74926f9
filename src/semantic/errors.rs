//! What `except` clauses catch, and what they do with it.

use super::{Node, Place, Type};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// The `except` clauses of a `try`.
    pub fn handlers(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.is(Kind::Handler))
    }

    /// The classes that an `except` clause names.
    pub fn caught_classes(self) -> Vec<Node<'m>> {
        match self.child(Role::Exception) {
            Some(classes) if classes.is(Kind::Tuple) => classes.children().collect(),
            other => other.into_iter().collect(),
        }
    }

    /// Whether a class of exceptions is the one that all of them are, and not one that derives from it.
    pub fn names_every_exception(self) -> bool {
        matches!(self.kind(), Kind::Name | Kind::Attribute)
            && matches!(self.ty(), Type::Path(_))
            && self.model.type_has(self.model.instance_of_class(self.ty()), ClassTag::AnyError)
    }

    /// Whether an `except` clause takes whatever comes.
    pub fn catches_everything(self) -> bool {
        let classes = self.caught_classes();
        classes.is_empty() || classes.iter().any(|class| class.names_every_exception())
    }

    /// Whether an `except` clause is about being cancelled, and not about a failure.
    pub fn catches_cancellation_alone(self) -> bool {
        let classes = self.caught_classes();
        !classes.is_empty()
            && classes.iter().all(|class| {
                matches!(
                    class.name(),
                    "CancelledError" | "KeyboardInterrupt" | "SystemExit" | "GeneratorExit"
                )
            })
    }

    /// Whether the last thing that an `except` clause does is to leave the surroundings of its `try`.
    pub fn leaves_at_last(self) -> bool {
        self.body().is_some_and(Node::leaves)
    }

    /// Whether an `except` clause decides by what the failure says: its status, its kind, its text.
    pub fn looks_at_failure(self) -> bool {
        if self.symbol().is_empty() {
            return false;
        }
        let Some(body) = self.body() else { return false };
        body.within(&self.source_file().tree.ifs)
            .filter_map(|branch| branch.child(Role::Test))
            .chain(body.descendants_of(Kind::Clause).filter_map(|clause| clause.child(Role::Test)))
            .chain(body.descendants_of(Kind::Conditional).filter_map(|branch| branch.child(Role::Test)))
            .any(|test| test.mentions(self.name()) || self.derives_from_failure(test))
    }

    /// Whether a test reads a name that the clause made from the failure: `text = str(error)`.
    fn derives_from_failure(self, test: Node<'m>) -> bool {
        self.within(&self.source_file().tree.assignments).any(|assignment| {
            assignment.value().is_some_and(|value| value.mentions(self.name()))
                && assignment.targets().any(|target| test.mentions(target.name()))
        })
    }
}

/// How deep a chain of calls is followed to the one that may fail.
const LONGEST_CHAIN: usize = 5;

/// A call whose failure nothing keeps from its surroundings.
#[derive(Clone, Debug)]
pub struct Failing<'m> {
    /// The call itself, and what it leads to down to the one that leaves the process.
    pub chain: Vec<Node<'m>>,
    /// Whether the given files show that it leaves the process; otherwise its function was not given.
    pub is_known: bool,
}

impl<'m> Node<'m> {
    /// Whether the last statement of an `except` clause ends more than its `try`: it raises, returns, or leaves a loop.
    pub fn ends_surroundings(self) -> bool {
        self.body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break))
    }

    /// Whether an `except` clause raises again, the same error or another one, as the last thing that it does.
    pub fn raises_at_last(self) -> bool {
        self.body().and_then(|body| body.children().last()).is_some_and(|last| last.is(Kind::Raise))
    }

    /// Whether a `try` lets a failure in its body end there.
    fn keeps_failures(self) -> bool {
        self.handlers().any(|handler| !handler.catches_cancellation_alone() && !handler.raises_at_last())
    }

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
    pub(super) fn failing_anyhow(self) -> Option<Failing<'m>> {
        self.failing_at(&|_| true)
    }

    fn failing_at(self, fits: &dyn Fn(System) -> bool) -> Option<Failing<'m>> {
        if let Some(chain) = self.failing_within(fits, &mut Vec::new(), 0) {
            return Some(Failing { chain, is_known: true });
        }
        // An element of what is gathered is awaited there.
        let runs = self.is_awaited()
            || self.parent().is_some_and(|p| {
                matches!(p.kind(), Kind::ListComp | Kind::Generator) || p.callee_name() == "append"
            })
            || self.is_started_aside();
        let unknown = runs && self.is_unknown_function() && !self.writes_log();
        unknown.then(|| Failing { chain: vec![self], is_known: false })
    }

    fn failing_within(
        self,
        fits: &dyn Fn(System) -> bool,
        seen: &mut Vec<Place>,
        depth: usize,
    ) -> Option<Vec<Node<'m>>> {
        if self.crosses_outside().is_some_and(fits) {
            return Some(vec![self]);
        }
        let place = self.target()?;
        if depth >= LONGEST_CHAIN || seen.len() > 40 || seen.contains(&place) {
            return None;
        }
        seen.push(place);
        let function: Node<'m> = self.model.node(place);
        for call in function.own_calls().filter(|call| !call.is_contained()) {
            if let Some(mut chain) = call.failing_within(fits, seen, depth + 1) {
                chain.insert(0, self);
                return Some(chain);
            }
        }
        None
    }

    /// Whether the call is made to its end here, and not only a coroutine of it.
    pub(super) fn runs_here(self) -> bool {
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
        let body = self.body().filter(|_| self.is(Kind::For))?;
        body.calls_within()
            .filter(|call| call.function() == self.function() && call.enclosing_loop() == Some(self))
            .filter(|call| call.concerns_element_of(self) && call.runs_here())
            .filter(|call| {
                let kept = call
                    .enclosing_tries()
                    .filter(|attempt| self.contains(*attempt))
                    .any(|attempt| attempt.handlers().any(|handler| !handler.ends_loop()));
                let suppressed = call
                    .enclosing_with_items()
                    .filter(|item| self.contains(*item))
                    .filter_map(|item| item.child(Role::Context))
                    .any(|context| context.does(Tag::Suppresses));
                !kept && !suppressed
            })
            .find_map(Node::failing)
    }

    /// Whether an `except` clause leaves the loop without saying more: a clause that raises has been thought about.
    fn ends_loop(self) -> bool {
        self.body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| matches!(last.kind(), Kind::Return | Kind::Break))
    }

    /// Whether a call is about the element of this turn: a name that the loop binds stands in it, or one that was made
    /// from such a name.
    pub fn concerns_element_of(self, around: Node<'m>) -> bool {
        let mut names: Vec<&str> =
            around.targets().flat_map(|target| target.descendants_of(Kind::Name)).map(Node::name).collect();
        for assignment in around.within(&self.source_file().tree.assignments) {
            if assignment.id > self.id || names.len() > 32 {
                break;
            }
            let Some(value) = assignment.value() else { continue };
            if names.iter().any(|name| value.mentions(name)) {
                names.extend(
                    assignment.targets().filter(|target| target.is(Kind::Name)).map(|target| target.name()),
                );
            }
        }
        names.into_iter().any(|name| self.mentions(name))
    }

    /// Whether an `except` clause does nothing at all about what it caught.
    pub fn is_silent(self) -> bool {
        self.body().is_some_and(|body| {
            body.children().all(|statement| match statement.kind() {
                Kind::Pass | Kind::Continue => true,
                Kind::ExprStatement => statement
                    .children()
                    .next()
                    .is_none_or(|value| matches!(value.kind(), Kind::Str | Kind::Ellipsis)),
                _ => false,
            })
        })
    }
}

impl<'m> Node<'m> {
    /// Whether an `except` clause takes in the cancellation of a coroutine: it is bare, or names `BaseException`.
    pub fn catches_cancellation(self) -> bool {
        let classes = self.caught_classes();
        classes.is_empty() || classes.iter().any(|class| class.names("builtins.BaseException"))
    }

    /// Whether an `except` clause raises, or keeps the failure for somebody else: in a name, a list, a future.
    pub fn hands_failure_on(self) -> bool {
        self.descendants().any(|node| match node.kind() {
            Kind::Raise => true,
            Kind::Name => {
                !self.symbol().is_empty()
                    && node.symbol() == self.symbol()
                    && node.parent().is_some_and(|parent| match parent.kind() {
                        Kind::Assign | Kind::Return | Kind::Tuple => true,
                        // Its text alone is a record, and not the failure.
                        Kind::Call => {
                            !parent.writes_log()
                                && !matches!(
                                    parent.callee_name(),
                                    "str" | "repr" | "print" | "format" | "type"
                                )
                        }
                        _ => false,
                    })
            }
            _ => false,
        })
    }

    /// Whether a given function lets no failure out: all that it does stands in a `try` that catches everything.
    pub fn keeps_its_failures(self) -> bool {
        let Some(body) = self.body() else { return false };
        body.children().all(|statement| match statement.kind() {
            Kind::Try => {
                statement.handlers().any(|handler| handler.catches_everything() && !handler.raises_at_last())
            }
            Kind::While | Kind::For => statement.body().is_some_and(|inner| {
                inner.children().all(|s| s.is(Kind::Try) || s.calls_within().next().is_none())
            }),
            _ => statement.calls_within().all(|call| call.writes_log()),
        })
    }
}

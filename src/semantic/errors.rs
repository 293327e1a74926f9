//! What `except` clauses catch, and what they do with it.

use super::Node;
use crate::stack::ClassTag;
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

    /// Whether a class of exceptions is the one that all of them are: `Exception`, `BaseException`.
    pub fn names_every_exception(self) -> bool {
        self.model.type_has(self.model.instance_of_class(self.ty()), ClassTag::AnyError)
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

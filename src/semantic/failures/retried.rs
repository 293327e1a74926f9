//! The exceptions after which a retry tries again: which they are, and what has happened by then.

use crate::semantic::Node;
use crate::stack::{ClassTag, Parameter, Repeats, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// The classes of exceptions after which this retry tries again, where it names classes and nothing else.
    fn retried_classes(self) -> Vec<Node<'m>> {
        let api = if self.is(Kind::Call) { self.api() } else { None };
        let Some(known) = api.and_then(|api| api.callable.retry) else { return Vec::new() };
        let given = |parameter: &Parameter| -> Option<Node<'m>> {
            let named = parameter.names.iter().find_map(|name| self.keyword(name));
            named.or_else(|| self.argument(usize::from(parameter.position?)))
        };
        given(&known.selects).map(Node::named_classes).unwrap_or_default()
    }

    /// The classes that a strategy names: `retry_if_exception_type(A)`, `(A, B)`,
    /// `retry_if_exception(lambda error: isinstance(error, A))`.
    pub(in crate::semantic) fn named_classes(self) -> Vec<Node<'m>> {
        let value = self.resolved_value();
        match value.kind() {
            Kind::Tuple | Kind::List => value.children().collect(),
            Kind::Call if value.api().and_then(|api| api.callable.repeats) == Some(Repeats::Named) => value
                .argument(0)
                .or_else(|| value.keyword("exception_types"))
                .map(Node::named_classes)
                .unwrap_or_default(),
            Kind::Call => {
                let test = value.argument(0).filter(|test| test.is(Kind::Lambda)).and_then(Node::body);
                test.filter(|test| test.callee_name() == "isinstance")
                    .and_then(|test| test.argument(1))
                    .map(Node::named_classes)
                    .unwrap_or_default()
            }
            _ => vec![value],
        }
    }

    /// Whether a retry with this decorator only tries again what it says after this call has been answered: the classes
    /// that it names are the project's own, and raised in the same function behind the call, never for its failure; or
    /// the call's library raises them for the status of an answer alone, and is asked to behind the call.
    pub fn is_answered_before_a_retry(self, decorator: Node<'m>) -> bool {
        let classes = decorator.retried_classes();
        !classes.is_empty() && classes.into_iter().all(|class| self.is_answered_before(class))
    }

    fn is_answered_before(self, class: Node<'m>) -> bool {
        if self.is_status_of_this(class) {
            return true;
        }
        let raised = class.raises_of_class();
        !raised.is_empty()
            && raised.into_iter().all(|raise| {
                raise.function() == self.function()
                    && raise.id > self.id
                    && raise.enclosing_handler().and_then(Node::parent).is_none_or(|attempt| {
                        attempt.child(Role::Body).is_none_or(|body| !body.contains(self))
                    })
            })
    }

    /// Whether the exception stands for the status of this call's answer: nothing but `raise_for_status()` raises it.
    fn is_status_of_this(self, class: Node<'m>) -> bool {
        let kind = self.model.instance_of_class(class.ty());
        let says = |tag| self.model.type_has(kind, tag);
        says(ClassTag::StatusError)
            && !says(ClassTag::ConnectionError)
            && !says(ClassTag::AnyError)
            && says(ClassTag::AnswerError)
            && self.function().is_some_and(|function| {
                function.own_calls().any(|call| call.id > self.id && call.does(Tag::RaisesForStatus))
            })
    }
}

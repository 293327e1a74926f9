//! What code does to the process that all requests share: its environment, its loop, its tasks, its end.

use super::{Failing, Model, Node};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{BindingKind, Kind, Role};

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
        for assignment in self.assignments() {
            for target in assignment.targets() {
                let named = match target.kind() {
                    Kind::Subscript => target.child(Role::Value),
                    // What an object keeps for itself is the most frequent target, and never the process's.
                    Kind::Attribute => Some(target).filter(|target| {
                        !target
                            .child(Role::Value)
                            .is_some_and(|value| value.is(Kind::Name) && value.name() == "self")
                    }),
                    _ => None,
                };
                let is_shared =
                    named.and_then(Node::api_when_called).is_some_and(|api| api.has(Tag::ProcessWide));
                if is_shared {
                    found.push(ProcessChange {
                        at: target,
                        key: target.child(Role::Index),
                        variables: target.child(Role::Index).and_then(Node::string).into_iter().collect(),
                        is_fixed: assignment.value().is_some_and(|value| !value.comes_from_caller()),
                    });
                }
            }
        }
        for call in self.calls_doing(Tag::ChangesProcess) {
            let entries = call.argument(0).map(Node::resolved_value).filter(|value| value.is(Kind::Dict));
            let variables = match entries {
                Some(entries) => entries
                    .children()
                    .filter_map(|entry| entry.child(Role::Key))
                    .filter_map(Node::string)
                    .collect(),
                None => call.argument(0).and_then(Node::string).into_iter().collect(),
            };
            let is_fixed = call.callee_name() == "setdefault"
                && call.argument_or_keyword(1, "default").is_some_and(|value| !value.comes_from_caller());
            found.push(ProcessChange { at: call, variables, key: call.argument(0), is_fixed });
        }
        found
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

    /// Whether this loop goes on for ever: nothing in it leaves it but a failure.
    pub fn never_ends(self) -> bool {
        self.is(Kind::While)
            && self
                .child(Role::Test)
                .is_some_and(|test| test.is(Kind::True) || (test.is(Kind::Number) && test.name() == "1"))
            && !self.descendants().any(|node| {
                node.function() == self.function()
                    && match node.kind() {
                        Kind::Return | Kind::Raise | Kind::Yield => node.enclosing_handler().is_none(),
                        Kind::Break => {
                            node.enclosing_loop() == Some(self) && node.enclosing_handler().is_none()
                        }
                        _ => false,
                    }
            })
    }

    /// What one turn of a worker's loop does that, failing, ends the worker; and what the turn waits for first: the
    /// next element of a queue, or the time of the next turn.
    pub fn ending_turn(self) -> Option<(Node<'m>, Failing<'m>)> {
        if !self.never_ends() || self.enclosing_loop().is_some() {
            return None;
        }
        let body = self.body()?;
        let own = |call: &Node<'m>| call.function() == self.function();
        let waits = body.calls_within().filter(own).find(|call| {
            call.does(Tag::Pauses)
                || call.blocks_for() == Some(crate::stack::System::Sleep)
                || (call.callee_name() == "get"
                    && call.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::Queue)))
        })?;
        let failing = body
            .calls_within()
            .filter(own)
            .filter(|call| *call != waits && !call.does(Tag::Pauses))
            // What is done about a failure, or at the end, is not the turn's work.
            .filter(|call| call.enclosing_handler().is_none() && !call.is_in_finally())
            .filter(|call| {
                let kept = call
                    .enclosing_tries()
                    .filter(|attempt| self.contains(*attempt))
                    .any(|attempt| attempt.handlers().any(|handler| !handler.raises_at_last()));
                let suppressed = call
                    .enclosing_with_items()
                    .filter(|item| self.contains(*item))
                    .filter_map(|item| item.child(Role::Context))
                    .any(|context| context.does(Tag::Suppresses));
                !kept && !suppressed && call.runs_here()
            })
            .find_map(Node::failing_anyhow)?;
        Some((waits, failing))
    }
}

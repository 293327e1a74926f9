//! Coroutines that run at once.

use crate::semantic::Node;
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// What an executor's `map` goes over with the function that it is handed.
    pub fn mapped_items(self) -> Option<Node<'m>> {
        let maps = matches!(self.callee_name(), "map" | "imap" | "imap_unordered" | "starmap");
        self.argument(1).filter(|_| maps && self.does(Tag::Offloads))
    }

    /// The coroutines that an argument of a gather stands for, each with the comprehension or loop that makes it once
    /// an element.
    pub fn coroutines(self) -> Vec<(Node<'m>, Option<Node<'m>>)> {
        self.coroutines_within(0)
    }

    fn coroutines_within(self, depth: u32) -> Vec<(Node<'m>, Option<Node<'m>>)> {
        let inner = self.unwrapped();
        match inner.kind() {
            _ if depth > 5 => Vec::new(),
            Kind::ListComp | Kind::Generator | Kind::SetComp => {
                inner.child(Role::Value).map(|element| (element, Some(inner))).into_iter().collect()
            }
            Kind::List | Kind::Tuple | Kind::Set => {
                inner.children().flat_map(|child| child.coroutines_within(depth + 1)).collect()
            }
            Kind::Name => {
                let mut found = match inner.assigned_value() {
                    Some(value) => value.coroutines_within(depth + 1),
                    None => Vec::new(),
                };
                let Some(function) = inner.function() else { return found };
                for call in function.own_calls().filter(|call| call.callee_name() == "append") {
                    if call.receiver().is_some_and(|list| list.reads_like(inner))
                        && let Some(added) = call.argument(0).filter(|added| added.is(Kind::Call))
                    {
                        found.push((added, call.enclosing_loop()));
                    }
                }
                found
            }
            // `map(self.load, ids)`: the callable stands for what it makes.
            Kind::Call
                if inner.callee_name() == "map" && inner.target().is_none() && inner.receiver().is_none() =>
            {
                inner.argument(0).map(|callable| (callable, Some(inner))).into_iter().collect()
            }
            Kind::Call => vec![(inner, None)],
            _ => Vec::new(),
        }
    }
}

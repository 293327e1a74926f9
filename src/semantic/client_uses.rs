//! With whom the client of a loop's turn speaks, and what limits the use of one.

use super::Node;
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// Parameters by which a client learns with whom it speaks.
const ADDRESSES: [&str; 9] =
    ["host", "hostname", "port", "base_url", "url", "address", "server", "endpoint", "dsn"];

impl<'m> Node<'m> {
    /// Whether each turn of this loop makes the client for another side: its address is known only there, so that no
    /// two turns could share its connections.
    pub fn goes_elsewhere_each_turn(self, around: Node<'m>) -> bool {
        let is_of_turn = |value: Node<'m>| {
            value.descendants_of(Kind::Name).any(|name| {
                name.reaching_bindings().into_iter().any(|binding| {
                    let bound = name.at(name.source_file().tree.bindings[binding as usize].node);
                    around.contains(bound)
                })
            })
        };
        let options = self.keywords().filter(|keyword| keyword.symbol().is_empty()).filter_map(Node::value);
        let in_options = options.map(Node::resolved_value).flat_map(|options| {
            ADDRESSES
                .iter()
                .filter_map(move |name| options.keyword(name).or_else(|| options.dictionary_value(name)))
        });
        ADDRESSES.iter().filter_map(|name| self.keyword(name)).chain(in_options).any(is_of_turn)
    }

    /// Whether whatever uses the client that this call makes, or is a part of, waits for a semaphore first: it is
    /// entered here, and then only handed to functions that do nothing else than to take the semaphore and work.
    pub fn is_used_under_a_semaphore(self) -> bool {
        let Some(item) = self.surroundings().find(|node| node.is(Kind::WithItem)) else { return false };
        let (Some(function), Some(name)) = (self.function(), item.child(Role::Target)) else { return false };
        let takes_turns = |call: Node<'m>| {
            call.target().is_some_and(|place| {
                let body: Option<Node<'m>> = self.model.node(place).body();
                body.is_some_and(|body| {
                    body.children().filter(|statement| !statement.is(Kind::ExprStatement)).all(|statement| {
                        statement.is(Kind::With)
                            && statement
                                .children()
                                .filter_map(|item| item.child(Role::Context))
                                .any(|context| context.is_a(ClassTag::Semaphore))
                    })
                })
            })
        };
        let mut uses = function
            .descendants_of(Kind::Name)
            .filter(|used| used.name() == name.name() && used.id > name.id && !used.data().is_store)
            .peekable();
        name.is(Kind::Name)
            && uses.peek().is_some()
            && uses.all(|used| {
                used.parent().is_some_and(|call| {
                    call.is(Kind::Call) && call.callee() != Some(used) && takes_turns(call)
                })
            })
    }
}

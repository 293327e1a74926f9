//! Whether anybody gets what an expression gives.

use crate::semantic::Node;
use crate::syntax::Kind;

/// The uses of the name that an expression is assigned to.
pub fn uses<'m>(assignment: Node<'m>) -> impl Iterator<Item = Node<'m>> {
    let around = assignment.function().unwrap_or(assignment.at(0));
    let names = assignment.targets().filter(|target| target.is(Kind::Name));
    names.flat_map(move |target| {
        let is_use = move |name: &Node<'_>| name.symbol() == target.symbol() && !name.data().is_store;
        around.descendants_of(Kind::Name).filter(is_use)
    })
}

/// Whether anybody uses what an expression gives.
pub fn is_used(value: Node<'_>) -> bool {
    value.parent().is_some_and(|parent| match parent.kind() {
        Kind::Await | Kind::Starred | Kind::Conditional | Kind::BoolOp => is_used(parent),
        Kind::ExprStatement => false,
        Kind::Assign | Kind::AnnAssign => {
            !parent.targets().all(|target| target.is(Kind::Name)) || uses(parent).next().is_some()
        }
        _ => true,
    })
}

/// Whether somebody awaits a coroutine, or is handed it.
pub fn is_run(coroutine: Node<'_>, depth: u32) -> bool {
    let awaits = |node: Node<'_>| node.descendants_of(Kind::Await).next().is_some();
    coroutine.parent().is_some_and(|parent| match parent.kind() {
        Kind::Await | Kind::Keyword | Kind::WithItem | Kind::Lambda => true,
        Kind::Call => !parent.callee().is_some_and(is_of_python),
        Kind::Return => !parent.function().is_some_and(Node::is_async),
        Kind::Assign | Kind::AnnAssign | Kind::Named => {
            depth < 4
                && (!parent.targets().all(|target| target.is(Kind::Name))
                    || uses(parent).any(|name| is_run(name, depth + 1)))
        }
        Kind::For => parent.is_async() || awaits(parent),
        Kind::Comprehension => parent.is_async() || parent.parent().is_some_and(awaits),
        Kind::ExprStatement | Kind::DictItem | Kind::FString => false,
        _ => is_run(parent, depth),
    })
}

/// Whether an expression is one of Python's own names.
pub fn is_of_python(named: Node<'_>) -> bool {
    named.path().is_some_and(|path| path.starts_with("builtins."))
}

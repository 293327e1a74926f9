//! What limits how many of the coroutines work at once: a semaphore, a limiter, a pool.

use crate::semantic::{Node, Type, UNREACHED_AT_ONCE, words_of};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// What limits how many of these coroutines work at once: a semaphore inside, or one that is handed to them.
pub fn limit_in(element: Node<'_>, depth: u32) -> Option<Node<'_>> {
    if depth > 3 {
        return None;
    }
    if element.is(Kind::Call) {
        let handed = element.children().skip(1).find(|argument| is_limit(*argument));
        if handed.is_some() {
            return handed;
        }
        if words_of(element.callee_name()).iter().any(|word| is_limiting_word(word))
            && element.target().is_none()
        {
            return Some(element);
        }
    }
    let place = match element.ty() {
        Type::Function(place) | Type::Method(place) => place,
        _ => element.target()?,
    };
    limit_of(element.model.node(place), depth)
}

/// What limits how many calls of this function work at once.
pub fn limit_of(function: Node<'_>, depth: u32) -> Option<Node<'_>> {
    let taken = function
        .descendants_of(Kind::WithItem)
        .filter_map(|item| item.child(Role::Context))
        .filter(|context| !is_made_by_each(*context, function))
        .find(|context| is_limit(*context) || context.receiver().is_some_and(is_limit));
    let acquired = || {
        function.own_calls().find(|call| {
            let limits = |limit| is_limit(limit) && !is_made_by_each(limit, function);
            call.callee_name() == "acquire" && call.receiver().is_some_and(limits)
        })
    };
    taken.or_else(acquired).or_else(|| {
        function.own_calls().filter(|call| call.target().is_some()).find_map(|call| limit_in(call, depth + 1))
    })
}

/// Whether the coroutine makes its own: a semaphore that nobody else waits for limits nothing.
fn is_made_by_each(limit: Node<'_>, function: Node<'_>) -> bool {
    limit.constructed_by().is_some_and(|made| made.function() == Some(function))
}

fn is_limit(node: Node<'_>) -> bool {
    if node.is_a(ClassTag::Semaphore) || node.is_a(ClassTag::RateLimiter) {
        let made = node
            .constructed_by()
            .and_then(|made| made.argument(0).or_else(|| made.keywords().next()?.value()));
        return !made.is_some_and(|most| most.is_no_limit(UNREACHED_AT_ONCE));
    }
    // A semaphore that comes from elsewhere is known by its name.
    let named = matches!(node.kind(), Kind::Name | Kind::Attribute)
        && matches!(node.ty(), Type::Unknown | Type::Path(_) | Type::Foreign(_));
    named && words_of(node.name()).iter().any(|word| is_limiting_word(word))
}

fn is_limiting_word(word: &str) -> bool {
    ["semaphore", "sem", "sema", "limiter", "throttle", "throttled", "throttler", "bounded", "limited"]
        .contains(&word)
}

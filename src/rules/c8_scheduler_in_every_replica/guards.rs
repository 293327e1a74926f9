//! What lets one process at a time do scheduled work.

use crate::semantic::{Node, has_word};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

/// The call or decorator that makes the work exclusive.
pub fn guard_of(work: Node<'_>) -> Option<Node<'_>> {
    let model = work.model;
    let function = if work.is_function() { work } else { work.function()? };
    function
        .decorators()
        .find(|decorator| {
            sounds_exclusive(decorator.callee().unwrap_or(*decorator).name()) || wraps_in_guard(*decorator)
        })
        .or_else(|| function.own_calls().find(|&call| is_guard(call)))
        .or_else(|| {
            function.own_calls().find(|call| {
                call.target().is_some_and(|place| model.node(place).reaches(&is_guard).is_some())
            })
        })
}

/// What lets one process at a time do the work: a lock that others see, rows that are claimed, a key that is set
/// only once; or something that was not given and is called so.
pub fn is_guard(call: Node<'_>) -> bool {
    let sql = |call: Node<'_>| {
        call.positional().chain(call.keywords().filter_map(Node::value)).any(|argument| {
            argument.string().is_some_and(|text| {
                let text = text.to_ascii_lowercase();
                text.contains("advisory") || text.contains("skip locked")
            })
        })
    };
    call.takes_distributed_lock()
        || (call.does(Tag::LocksRows) && call.keyword("skip_locked").is_some_and(Node::is_true))
        || call.keyword("nx").is_some_and(Node::is_true)
        || sql(call)
        || (call.api().is_none() && sounds_exclusive(call.callee_name()))
        // What is given a lock will use it.
        || call.keywords().any(|keyword| {
            sounds_exclusive(keyword.name())
                && keyword.value().is_some_and(|value| !value.is_none() && !value.is_a(ClassTag::ThreadLock))
        })
}

fn sounds_exclusive(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["lock", "locked", "leader", "leadership", "lease", "singleton", "exclusive", "elected"];
    // `claim_due_jobs()` claims; a `ClaimRepository` keeps what customers ask for.
    let claims = has_word(name, &["claim"]) && !name.starts_with(char::is_uppercase);
    claims || has_word(name, &WORDS)
}

/// Whether a decorator of the given files runs what it decorates under a lock.
fn wraps_in_guard(decorator: Node<'_>) -> bool {
    let model = decorator.model;
    let function = match decorator.is(Kind::Call) {
        true => decorator.target().map(|place| model.node(place)),
        false => model.function_named_by(decorator),
    };
    function.is_some_and(|function| function.calls_within().any(is_guard))
}

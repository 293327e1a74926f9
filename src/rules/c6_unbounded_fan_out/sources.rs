//! Where the elements come from: whether something bounds how many there are, and who decides it otherwise.

use crate::semantic::{FunctionRole, Node, UNREACHED_AT_ONCE, words_of};
use crate::stack::System;
use crate::syntax::{Kind, Operator, Role};

pub fn iterable_of(comprehension: Node<'_>) -> Option<Node<'_>> {
    comprehension.child(Role::Clause)?.child(Role::Iterable)
}

pub enum Bounded {
    No,
    /// The code says the number.
    Constant,
    Batches,
}

/// What is iterated, with `list(…)`, `enumerate(…)` and the like taken off, and local names followed.
pub fn source_of(iterable: Node<'_>, depth: u32) -> Node<'_> {
    let value = iterable.unwrapped().resolved_value().unwrapped();
    if depth > 6 {
        return value;
    }
    match value.kind() {
        Kind::Call
            if ["list", "set", "tuple", "sorted", "enumerate", "reversed", "zip", "filter", "fromkeys"]
                .contains(&value.callee_name()) =>
        {
            let index = usize::from(value.callee_name() == "filter");
            value.argument(index).map_or(value, |inner| source_of(inner, depth + 1))
        }
        Kind::Call if matches!(value.callee_name(), "items" | "values" | "keys" | "copy") => {
            value.receiver().map_or(value, |inner| source_of(inner, depth + 1))
        }
        Kind::ListComp | Kind::SetComp | Kind::Generator | Kind::DictComp => {
            iterable_of(value).map_or(value, |inner| source_of(inner, depth + 1))
        }
        _ => value,
    }
}

/// What the given function that is called returns, if it is one expression.
fn returned_value(call: Node<'_>) -> Option<Node<'_>> {
    let function = call.model.node(call.target()?);
    let mut returned = function.own_returns().filter_map(|node| node.child(Role::Value));
    returned.next().filter(|_| returned.next().is_none())
}

/// The bound of what a fan-out goes over: of where it comes from, or one that is looked at under its own name.
pub fn bound_of(iterable: Node<'_>) -> Bounded {
    match is_bounded(source_of(iterable, 0), 0) {
        Bounded::No if is_refused_when_long(iterable) => Bounded::Constant,
        bounded => bounded,
    }
}

pub fn is_bounded(source: Node<'_>, depth: u32) -> Bounded {
    match source.kind() {
        Kind::Tuple | Kind::List | Kind::Set | Kind::Dict | Kind::Str => Bounded::Constant,
        Kind::Subscript => match source.child(Role::Index) {
            Some(index)
                if index.is(Kind::Slice)
                    && index.child(Role::Right).is_some_and(|end| !end.is_no_limit(UNREACHED_AT_ONCE)) =>
            {
                Bounded::Batches
            }
            _ => Bounded::No,
        },
        Kind::Call if source.callee_name() == "range" => {
            let end = source.argument(usize::from(source.positional().count() > 1));
            let constant = end.is_some_and(|end| end.number().is_some() || is_constant_name(end));
            if constant { Bounded::Constant } else { Bounded::No }
        }
        Kind::Name | Kind::Attribute if is_constant_name(source) => Bounded::Constant,
        Kind::Name if is_batch(source) => Bounded::Batches,
        Kind::Call => match returned_value(source) {
            Some(value) if depth < 3 => is_bounded(source_of(value, 0), depth + 1),
            _ => Bounded::No,
        },
        Kind::Attribute | Kind::Name if source.is_limited_in_length() || is_refused_when_long(source) => {
            Bounded::Constant
        }
        _ => Bounded::No,
    }
}

/// Whether the function has left before where there are too many, `if len(urls) > 20: raise …`, or comes here only where
/// there are few: `if len(urls) <= 20:`, `if may_ask_all(len(urls)):`.
fn is_refused_when_long(source: Node<'_>) -> bool {
    let measures = |side: Option<Node<'_>>| {
        side.filter(|side| side.callee_name() == "len")
            .and_then(|call| call.argument(0))
            .is_some_and(|measured| measured.reads_like(source))
    };
    // Whether the test is true where there are more than so many, or where there are fewer.
    let compares = |test: Node<'_>, is_for_many: bool| {
        let (left, right) = (test.child(Role::Left), test.child(Role::Right));
        let (measured, most) = match (test.operator(), is_for_many) {
            (Operator::Greater | Operator::GreaterEqual, true) => (left, right),
            (Operator::Less | Operator::LessEqual, true) => (right, left),
            (Operator::Less | Operator::LessEqual, false) => (left, right),
            (Operator::Greater | Operator::GreaterEqual, false) => (right, left),
            _ => return false,
        };
        measures(measured) && most.is_some_and(|most| !most.is_no_limit(UNREACHED_AT_ONCE))
    };
    let is_left_before = source.function().is_some_and(|function| {
        function.own_ifs().any(|branch| {
            branch.dominates(source)
                && branch.id < source.id
                && branch.body().is_some_and(|body| body.leaves() && !body.contains(source))
                && branch.child(Role::Test).is_some_and(|test| compares(test, true))
        })
    });
    is_left_before
        || source.ancestors().filter(|around| around.is(Kind::If)).any(|branch| {
            branch.body().is_some_and(|body| body.contains(source))
                && branch.child(Role::Test).is_some_and(|test| {
                    compares(test, false)
                        || test.is(Kind::Call) && test.positional().any(|given| measures(Some(given)))
                })
        })
}

/// By convention what is written in capitals does not change.
fn is_constant_name(node: Node<'_>) -> bool {
    let name = node.name();
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// A loop's variable over batches: `for batch in batched(items, 20)`, `for chunk in chunks(items)`.
fn is_batch(name: Node<'_>) -> bool {
    name.surroundings().filter(|node| node.is(Kind::For)).any(|around| {
        let is_target = around
            .targets()
            .any(|target| target.descendants().any(|node| node.is(Kind::Name) && node.name() == name.name()));
        let in_batches = around.child(Role::Iterable).is_some_and(|iterable| {
            iterable.descendants_of(Kind::Call).any(|call| {
                words_of(call.callee_name()).iter().any(|word| {
                    ["batch", "batched", "batches", "chunk", "chunked", "chunks", "grouper", "sliced"]
                        .contains(&word.as_str())
                })
            })
        });
        is_target && in_batches
    })
}

/// What a deployment has a handful of, whoever uses it.
const INSTALLED: [&str; 12] = [
    "backend",
    "deployment",
    "endpoint",
    "gate",
    "node",
    "provider",
    "region",
    "replica",
    "server",
    "shard",
    "tier",
    "window",
];

/// The name under which the elements are iterated, with `enumerate(…)` and the like taken off.
pub fn source_name(iterable: Node<'_>) -> Node<'_> {
    let mut node = iterable.unwrapped();
    while node.is(Kind::Call) && node.target().is_none() {
        match node.argument(0).or_else(|| node.receiver()) {
            Some(inner) => node = inner.unwrapped(),
            None => break,
        }
    }
    node
}

pub enum Origin {
    Request,
    /// An attribute of an object, or a global: the program's own.
    Own,
    /// Rows of the database, or what a caller that is not in view hands on.
    Other,
    /// Read out of what another service has answered.
    Answer,
    /// A collection that a parameter brings, from callers that are not in view.
    Handed,
    /// Computed on the way.
    Unknown,
}

pub fn origin_of(source: Node<'_>, written: Node<'_>) -> Origin {
    // `range(pages)`: the number decides.
    let counted = source.is(Kind::Call) && source.callee_name() == "range" && source.target().is_none();
    let source = match source.positional().last().filter(|_| counted) {
        Some(end) => end.resolved_value(),
        None => source,
    };
    let mut root = source;
    while let Some(receiver) = root.receiver() {
        root = receiver;
    }
    // A method, or function, of the given files that gives rows.
    let gives_rows = || {
        let made = returned_value(source).map(|value| source_of(value, 0));
        let is_limited = |rows: Node<'_>| rows.origin(|call| call.callee_name() == "limit").is_some();
        made.is_some_and(|rows| rows.fetched().is_some() && !is_limited(rows))
    };
    if source.asks_unseen_repository() || gives_rows() {
        return Origin::Other;
    }
    let asks_elsewhere = |part: Node<'_>| {
        part.api().is_some_and(|api| {
            api.callable.crosses == Some(System::Http) && !api.is_constructor && api.callable.coroutine
        })
    };
    if source.value_source(&asks_elsewhere).is_some() {
        return Origin::Answer;
    }
    // What an operator configures is as long as the operator wants.
    let configured = |name: &str| {
        words_of(name).iter().any(|word| {
            [
                "callback",
                "callbacks",
                "config",
                "guardrails",
                "handlers",
                "hooks",
                "plugins",
                "providers",
                "registry",
                "settings",
            ]
            .contains(&word.as_str())
        })
    };
    if configured(root.name()) || configured(root.callee_name()) {
        return Origin::Own;
    }
    let is_installed = |name: &str| {
        words_of(name).last().is_some_and(|word| INSTALLED.contains(&word.trim_end_matches('s')))
    };
    let installed = || {
        [source, written, root]
            .iter()
            .any(|node| is_installed(node.name()) || is_installed(node.callee_name()))
    };
    if let Some(parameter) = root.as_parameter()
        && let Some(function) = parameter.parent()
    {
        if function.plays(FunctionRole::Handler) {
            return Origin::Request;
        }
        if installed() {
            return Origin::Own;
        }
        let is_self = function.owner().is_some() && function.parameters().next() == Some(parameter);
        if is_self && root != source {
            return Origin::Own;
        }
        if source.is_sized_by_request() {
            return Origin::Request;
        }
        // Whoever calls it decides; where all that do are in view, none of them takes it from a request.
        return match function.model.callers_of(function.place()).is_empty() {
            true if is_alone(function) => Origin::Other,
            true if root == source => Origin::Handed,
            _ => Origin::Unknown,
        };
    }
    let is_global = root.is(Kind::Name) && root.scope_of_name() == Some(0) && root.function().is_some();
    if is_global || installed() {
        return Origin::Own;
    }
    if source.is_sized_by_request() {
        return Origin::Request;
    }
    // What was made of a text that strangers hand in: `BeautifulSoup(page).select("a")`.
    let handed = || {
        root.resolved_value().positional().filter_map(Node::as_parameter).any(|parameter| {
            let is_strangers = |function: Node<'_>| {
                function.model.callers_of(function.place()).is_empty() && !configured(parameter.name())
            };
            parameter.name() != "self" && parameter.parent().is_some_and(is_strangers)
        })
    };
    match source.fetched() {
        Some(_) => Origin::Other,
        None if handed() => Origin::Handed,
        None => Origin::Unknown,
    }
}

/// One pasted file, in which nobody calls this function: whoever does decides.
fn is_alone(function: Node<'_>) -> bool {
    function.model.python().count() == 1 && function.model.callers_of(function.place()).is_empty()
}

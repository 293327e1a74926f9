//! What starts a coroutine for each element of something.

use super::sources::{Bounded, Origin, bound_of, iterable_of, origin_of, source_name, source_of};
use crate::semantic::Node;
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// What is started: how many, and which coroutine.
pub struct FanOut<'m> {
    pub iterable: Node<'m>,
    pub element: Node<'m>,
}

/// `gather(*(f(x) for x in xs))`, `gather(*map(f, xs))`, `wait([f(x) for x in xs])`, or a list filled in a loop.
pub fn gathered(call: Node<'_>) -> Option<FanOut<'_>> {
    let first = call.positional().find(|argument| {
        let inner = argument.unwrapped().resolved_value();
        argument.is(Kind::Starred)
            || is_comprehension(inner)
            || matches!(inner.kind(), Kind::List | Kind::DictComp)
    })?;
    let written = first.unwrapped();
    let value = written.resolved_value();
    if is_comprehension(value) {
        return Some(FanOut { iterable: iterable_of(value)?, element: started(value.child(Role::Value)?) });
    }
    // `{create_task(f(x)): x for x in xs}`
    if value.is(Kind::DictComp) {
        let task = value.child(Role::Key).filter(|task| task.does(Tag::StartsTask))?;
        return Some(FanOut { iterable: iterable_of(value)?, element: started(task) });
    }
    if value.is(Kind::Call) && value.callee_name() == "map" {
        return Some(FanOut { iterable: value.argument(1)?, element: value.argument(0)? });
    }
    if value.is(Kind::List) && written.is(Kind::Name) {
        return filled_in_loop(written);
    }
    handed_in(written)
}

/// `run_all(f(x) for x in xs)`, where the given function gathers what it is handed.
fn handed_in(written: Node<'_>) -> Option<FanOut<'_>> {
    let parameter = written.as_parameter()?;
    let function = parameter.parent()?;
    written.model.callers_of(function.place()).iter().map(|&call| written.model.node(call)).find_map(|call| {
        let given = call.argument_for(function, parameter).filter(|_| !call.is_outside_production())?;
        let made = given.unwrapped().resolved_value();
        let iterable = iterable_of(made).filter(|iterable| matches!(bound_of(*iterable), Bounded::No))?;
        is_comprehension(made).then_some(())?;
        Some(FanOut { iterable, element: started(made.child(Role::Value)?) })
    })
}

fn is_comprehension(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::ListComp | Kind::Generator | Kind::SetComp)
}

/// The coroutine inside `create_task(…)` and the like.
fn started(element: Node<'_>) -> Node<'_> {
    match element.scheduled_callable() {
        Some(inner)
            if element.does(Tag::StartsTask) || element.does(Tag::Wraps) || element.does(Tag::BoundsTime) =>
        {
            inner
        }
        _ if element.does(Tag::BoundsTime) => element.argument(0).unwrap_or(element),
        _ => element,
    }
}

/// `tasks = []`, then `tasks.append(f(x))` in a loop.
fn filled_in_loop(list: Node<'_>) -> Option<FanOut<'_>> {
    let function = list.function()?;
    let append = function.own_calls().find(|call| {
        call.callee_name() == "append"
            && call.receiver().is_some_and(|receiver| receiver.reads_like(list))
            && call.id < list.id
    })?;
    let around = append.enclosing_loop().filter(|around| around.is(Kind::For) && !around.contains(list))?;
    Some(FanOut { iterable: around.child(Role::Iterable)?, element: started(append.argument(0)?) })
}

pub fn started_in_loop(call: Node<'_>) -> Option<FanOut<'_>> {
    let around = call.enclosing_loop()?;
    let iterable = match around.kind() {
        Kind::For => around.child(Role::Iterable)?,
        _ => iterable_of(around)?,
    };
    Some(FanOut { iterable, element: call.argument(0)? })
}

/// `for x in xs: create_task(f(x))`, where the function gathers nothing: nobody waits for the tasks together.
pub fn started_one_by_one(call: Node<'_>) -> Option<FanOut<'_>> {
    let around = call.enclosing_loop().filter(|around| around.is(Kind::For))?;
    let function = call.function()?;
    let gathers = function.own_calls().any(|other| other.does(Tag::Gathers) || other.does(Tag::AwaitsTasks));
    let waits = call.is_awaited() || around.body()?.descendants_of(Kind::Await).next().is_some();
    let element = call.scheduled_callable().filter(|element| element.is(Kind::Call))?;
    let iterable = around.child(Role::Iterable)?;
    let sent = matches!(origin_of(source_of(iterable, 0), source_name(iterable)), Origin::Request);
    (!gathers && !waits && sent).then_some(FanOut { iterable, element })
}

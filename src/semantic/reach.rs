//! Which calls of a chain really run, given the arguments that each one hands on.

use super::summary::ChainStep;
use super::{Model, Node};
use crate::syntax::{Kind, Operator, Role};

/// What a parameter is known to hold in one call: a literal that was given, or the default of one that was not.
struct Known<'m> {
    parameter: Node<'m>,
    value: Node<'m>,
}

impl Model<'_> {
    /// Whether nothing on the way down a chain shows that it ends before: `load(path=None)` never reaches what stands
    /// under `if path:`, or behind `if path is None: return`.
    pub(super) fn is_walked(&self, chain: &[ChainStep]) -> bool {
        let mut known: Vec<Known<'_>> = Vec::new();
        for pair in chain.windows(2) {
            let (call, next) = (self.node(pair[0].call), self.node(pair[1].call));
            let Some(function) = call.target().map(|place| self.node(place)) else { return true };
            known = known_arguments(call, function, &known);
            if !known.is_empty() && is_passed_over(next, &known) {
                return false;
            }
        }
        true
    }
}

fn known_arguments<'m>(call: Node<'m>, function: Node<'m>, outer: &[Known<'m>]) -> Vec<Known<'m>> {
    if call.has_hidden_arguments() {
        return Vec::new();
    }
    function
        .parameters()
        .filter_map(|parameter| {
            let value = match call.argument_for(function, parameter) {
                Some(argument) => match argument.as_parameter() {
                    Some(handed_on) => outer.iter().find(|known| known.parameter == handed_on)?.value,
                    None => argument,
                },
                None => parameter.child(Role::Default)?,
            };
            truth(value).is_some().then_some(Known { parameter, value })
        })
        .collect()
}

/// Whether a literal counts as true.
fn truth(value: Node<'_>) -> Option<bool> {
    match value.kind() {
        Kind::None | Kind::False => Some(false),
        Kind::True => Some(true),
        Kind::Str => Some(value.source().len() > 2),
        _ => None,
    }
}

/// What a test comes to, as far as the known parameters decide it.
fn decided(test: Node<'_>, known: &[Known<'_>]) -> Option<bool> {
    let value_of = |name: Node<'_>| {
        let parameter = name.as_parameter()?;
        known.iter().find(|known| known.parameter == parameter).map(|known| known.value)
    };
    match test.kind() {
        Kind::Name => value_of(test).and_then(truth),
        Kind::UnaryOp if test.operator() == Operator::Not => {
            decided(test.child(Role::Value)?, known).map(|outcome| !outcome)
        }
        Kind::BoolOp => {
            let ends_with = test.operator() == Operator::Or;
            let parts: Vec<Option<bool>> = test.children().map(|part| decided(part, known)).collect();
            if parts.contains(&Some(ends_with)) {
                Some(ends_with)
            } else {
                parts.iter().all(|part| *part == Some(!ends_with)).then_some(!ends_with)
            }
        }
        Kind::Compare if matches!(test.operator(), Operator::Is | Operator::IsNot) => {
            let is_none = value_of(test.child(Role::Left)?)?.is(Kind::None);
            let right = test.child(Role::Right).filter(|right| right.is(Kind::None))?;
            (right.role() == Role::Right).then_some(is_none == (test.operator() == Operator::Is))
        }
        Kind::Compare if matches!(test.operator(), Operator::Equal | Operator::NotEqual) => {
            let value = value_of(test.child(Role::Left)?).filter(|value| value.is(Kind::Str))?;
            let other = test.child(Role::Right).filter(|right| right.is(Kind::Str))?;
            Some((value.name() == other.name()) == (test.operator() == Operator::Equal))
        }
        Kind::Call if matches!(test.callee_name(), "startswith" | "endswith") => {
            let value = value_of(test.receiver()?).filter(|value| value.is(Kind::Str))?;
            let part = test.argument(0).filter(|part| part.is(Kind::Str))?.name();
            Some(match test.callee_name() {
                "startswith" => value.name().starts_with(part),
                _ => value.name().ends_with(part),
            })
        }
        _ => truth(test),
    }
}

/// Whether the function never comes to this place, with these arguments.
fn is_passed_over(place: Node<'_>, known: &[Known<'_>]) -> bool {
    let mut below = place;
    for around in place.surroundings() {
        let outcome = || around.child(Role::Test).and_then(|test| decided(test, known));
        let skipped = match around.kind() {
            Kind::If | Kind::Conditional | Kind::Clause if below.role() == Role::Body => {
                outcome() == Some(false)
            }
            Kind::If | Kind::Conditional if below.role() != Role::Test => outcome() == Some(true),
            Kind::BoolOp => {
                let ends_with = around.operator() == Operator::Or;
                around
                    .children()
                    .take_while(|part| part.id < below.id)
                    .any(|part| decided(part, known) == Some(ends_with))
            }
            // `if path is None: return` before, in the same block.
            Kind::Block => around.children().take_while(|earlier| earlier.id < below.id).any(|earlier| {
                earlier.is(Kind::If)
                    && earlier.child(Role::Body).is_some_and(Node::leaves)
                    && earlier.child(Role::Test).and_then(|test| decided(test, known)) == Some(true)
            }),
            _ => false,
        };
        if skipped {
            return true;
        }
        below = around;
    }
    false
}

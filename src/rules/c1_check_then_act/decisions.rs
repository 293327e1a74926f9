//! What a test decides about a place: whether it is reached because a row is absent, or because rows were counted.

use crate::semantic::{Node, Type};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// A test on which it depends whether a place is reached.
pub struct Decision<'m> {
    pub test: Node<'m>,
    /// Whether the place is reached when the test holds.
    pub when: bool,
}

pub enum Reason<'m> {
    Counted(Node<'m>),
    Absent(Node<'m>),
}

/// What an `if` in front of a place, or around it, decides about it.
pub fn decisions<'m>(node: Node<'m>, at: Node<'m>) -> Vec<Decision<'m>> {
    let mut found = Vec::new();
    let Some(test) = node.child(Role::Test) else { return found };
    let body = node.body();
    if node.contains(at) {
        let when = body.is_some_and(|body| body.contains(at));
        found.extend(parts(test, when));
    } else if body.is_some_and(Node::leaves) && node.dominates(at) {
        found.extend(parts(test, false));
    }
    found
}

/// The tests that `and`, `or` and `not` put together.
fn parts(test: Node<'_>, when: bool) -> Vec<Decision<'_>> {
    match test.kind() {
        Kind::BoolOp => test.children().flat_map(|part| parts(part, when)).collect(),
        Kind::UnaryOp if test.operator() == crate::syntax::Operator::Not => {
            test.value().map_or_else(Vec::new, |inner| parts(inner, !when))
        }
        _ => vec![Decision { test, when }],
    }
}

impl<'m> Decision<'m> {
    pub fn reason(&self, row: Type) -> Option<Reason<'m>> {
        use crate::syntax::Operator::{Equal, Is, IsNot, NotEqual};
        if self.test.compares_order() {
            let counted = self.test.children().find_map(|side| counts(side, row))?;
            return Some(Reason::Counted(counted));
        }
        let (value, absent) = match self.test.kind() {
            Kind::Compare => {
                if !self.test.child(Role::Right)?.is(Kind::None) {
                    return None;
                }
                let absent = match self.test.operator() {
                    Is | Equal => self.when,
                    IsNot | NotEqual => !self.when,
                    _ => return None,
                };
                (self.test.child(Role::Left)?, absent)
            }
            Kind::Name | Kind::Named => (self.test, !self.when),
            Kind::Await | Kind::Call if is_fetch(self.test, row) => (self.test, !self.when),
            _ => return None,
        };
        let fetched = value.fetched()?;
        (absent && fetched.lock.is_none() && looks_for(value, row)).then_some(Reason::Absent(fetched.call))
    }
}

/// Whether the call itself gives the row, and not something about it.
fn is_fetch(value: Node<'_>, row: Type) -> bool {
    let call = value.unwrapped();
    call.does(Tag::Fetches) || call.does(Tag::Executes) || value.ty() == row
}

/// Whether the value was fetched from rows of this class.
pub fn looks_for(value: Node<'_>, row: Type) -> bool {
    value.ty() == row || value.origin(|call| call.does(Tag::BuildsStatement) && call.is_about(row)).is_some()
}

/// The query by which the value counts rows of this class.
fn counts<'m>(value: Node<'m>, row: Type) -> Option<Node<'m>> {
    // `used + quantity > limit`
    if value.is(Kind::BinOp) {
        return value.children().find_map(|side| counts(side, row));
    }
    let value = if value.is(Kind::Call) && value.callee_name() == "len" { value.argument(0)? } else { value };
    let fetched = value.fetched()?;
    let is_count = value.origin(|call| {
        call.callee_name() == "count"
            || call.calls_within().any(|inner| matches!(inner.callee_name(), "count" | "sum"))
    });
    (is_count.is_some() && looks_for(value, row)).then_some(fetched.call)
}

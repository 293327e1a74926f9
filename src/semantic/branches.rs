//! What the tests around a place say of it: which of their parts hold there, and which do not.

use super::Node;
use crate::syntax::{Kind, Operator, Role};

impl<'m> Node<'m> {
    /// Whether one of the tests that lead here says what is asked for. `says` is handed a part of the test, and whether
    /// that part holds here.
    pub fn is_where(self, says: &dyn Fn(Node<'m>, bool) -> bool) -> bool {
        let mut below = self;
        self.surroundings().any(|around| {
            let from = std::mem::replace(&mut below, around);
            let test = around.child(Role::Test);
            match from.role() {
                Role::Body => test.is_some_and(|test| test.tells(true, says)),
                Role::Orelse => test.is_some_and(|test| test.tells(false, says)),
                // An `elif` or `else` is reached where no test before it holds.
                Role::Clause if around.is(Kind::If) => around
                    .children()
                    .take_while(|child| *child != from)
                    .filter(|child| child.role() == Role::Clause)
                    .filter_map(|clause| clause.child(Role::Test))
                    .chain(test)
                    .any(|test| test.tells(false, says)),
                _ => false,
            }
        })
    }

    /// Whether a test that holds, or does not, says what is asked for.
    fn tells(self, holds: bool, says: &dyn Fn(Node<'m>, bool) -> bool) -> bool {
        match self.kind() {
            Kind::UnaryOp if self.operator() == Operator::Not => {
                self.value().is_some_and(|inner| inner.tells(!holds, says))
            }
            // Any part of an `and` that does not hold may be the one.
            Kind::BoolOp if self.operator() == Operator::And && !holds => {
                self.children().all(|part| part.tells(false, says))
            }
            // Whatever else lets somebody in by an `or` is an alternative that somebody has thought of.
            Kind::BoolOp => self.children().any(|part| part.tells(holds, says)),
            _ => says(self, holds),
        }
    }

    /// Whether a comparison asks that something is not so: `!=`, `is not`, `not in`, `is False`.
    pub fn asks_for_opposite(self) -> bool {
        let is_no = self.is(Kind::Compare)
            && matches!(self.operator(), Operator::NotEqual | Operator::IsNot | Operator::NotIn);
        let of_nothing = self.is(Kind::Compare)
            && self.child(Role::Right).is_some_and(|right| matches!(right.kind(), Kind::False | Kind::None));
        is_no != of_nothing
    }
}

//! Types of enumerations, which PostgreSQL keeps beside the tables.

use super::Step;
use crate::semantic::Node;
use crate::syntax::Kind;

impl<'m> Step<'m> {
    /// Whether it adds a value to the type of an enumeration.
    pub fn adds_enumeration_value(&self) -> bool {
        self.sql_has(&["ADD VALUE"])
    }

    /// The `Enum(…, name="…")` in one of its columns, where that makes a type in the database.
    pub fn enumeration_type(&self) -> Option<Node<'m>> {
        let is_made = |kind: &Node<'m>| {
            kind.is_enumeration_type()
                && !["native_enum", "create_type"].iter().any(|name| {
                    kind.keyword(name).is_some_and(|value| value.resolved_value().is(Kind::False))
                })
        };
        let columns = self.call.positional().map(Node::resolved_value);
        columns.flat_map(|column| column.positional()).map(Node::resolved_value).find(is_made)
    }
}

impl<'m> Node<'m> {
    /// Whether a call makes the type of an enumeration in the database: `status.create(op.get_bind())`.
    pub fn creates_enumeration_type(self) -> bool {
        self.callee_name() == "create"
            && self.receiver().map(Node::resolved_value).is_some_and(Node::is_enumeration_type)
    }

    /// `sa.Enum("a", "b", name="status")`
    fn is_enumeration_type(self) -> bool {
        self.is(Kind::Call) && matches!(self.callee_name(), "Enum" | "ENUM") && self.keyword("name").is_some()
    }
}

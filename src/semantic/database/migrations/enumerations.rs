//! Types of enumerations, which PostgreSQL keeps beside the tables.

use super::Step;
use crate::semantic::Node;
use crate::semantic::database::migration_data::has_word;
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

    /// Whether its SQL drops this type of an enumeration, or one that it does not name.
    pub fn sql_may_drop_type(&self, kind: Node<'_>) -> bool {
        let is_named = |name: &str| has_word(self.sql(), name);
        self.sql_has(&["DROP TYPE"]) && (self.sql_is_made() || kind.enumeration_name().is_none_or(is_named))
    }

    /// Whether a revision before this one has made a column of this name with an enumeration of the same name: then the
    /// change only gives it other labels, whatever a database without enumerations says of its type.
    pub(super) fn had_enumeration(&self, new: Node<'m>) -> bool {
        let name_of = |kind: Node<'m>| kind.enumeration_name().filter(|_| kind.is_enumeration_type());
        let Some(name) = name_of(new) else { return false };
        let is_same = |call: Node<'m>| {
            name_of(call) == Some(name)
                && call
                    .surroundings()
                    .find(|around| around.is(Kind::Call))
                    .and_then(|column| column.argument_or_keyword(0, "name"))
                    .and_then(Node::string)
                    == self.name
        };
        self.comes_after(&|upgrade| upgrade.calls_within().any(is_same))
    }
}

impl<'m> Node<'m> {
    /// The name that a type of an enumeration has in the database.
    fn enumeration_name(self) -> Option<&'m str> {
        self.resolved_value().keyword("name")?.string()
    }

    /// Whether a call drops this type of an enumeration, or one of which the code does not say the name.
    pub fn may_drop_type(self, kind: Node<'_>) -> bool {
        let Some(dropped) = self.receiver().filter(|_| self.callee_name() == "drop") else { return false };
        let value = dropped.resolved_value();
        let is_same = || match (value.enumeration_name(), kind.enumeration_name()) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            _ => true,
        };
        // `sa.Table("runs", …).drop(…)`
        let is_something_else =
            value.is(Kind::Call) && matches!(value.callee_name(), "Table" | "Index" | "Sequence");
        !is_something_else && is_same()
    }

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

//! Branches on which database is asked: for PostgreSQL, and for those that cannot do what it does.

use crate::semantic::{Node, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role};

impl<'m> Node<'m> {
    /// Whether the path of its file says that it is for SQLite: a word of it does.
    pub fn is_of_sqlite(self) -> bool {
        has_word(self.source_file().path, &["sqlite", "sqlite3", "aiosqlite", "pysqlite"])
    }

    /// The branch for databases that cannot do what the branch for PostgreSQL does; never that branch itself.
    pub fn is_for_another_dialect(self) -> bool {
        self.dialect_branches().next().is_some()
    }

    /// Whether this is done only for such databases, and the other branch has the database itself add to the row, or
    /// insert it, in one statement.
    pub fn is_beside_a_sum_in_the_database(self) -> bool {
        self.dialect_branches().any(|branching| {
            branching.children().filter(|part| part.role() != Role::Test && !part.contains(self)).any(
                |part| {
                    part.calls_within()
                        .any(|call| call.does(Tag::ResolvesConflict) || call.sums_in_database().is_some())
                },
            )
        })
    }

    /// The tests of the dialect around this place whose branch for PostgreSQL does not come here.
    fn dialect_branches(self) -> impl Iterator<Item = Node<'m>> {
        self.surroundings().filter(|node| node.is(Kind::If)).filter(move |branching| {
            let Some(test) = branching.child(Role::Test) else { return false };
            let says = |words: &[&str]| test.descendants().any(|part| has_word(part.name(), words));
            let in_body = branching.body().is_some_and(|body| body.contains(self));
            let negated = test.operator() == Operator::NotEqual;
            let for_postgres = says(&["postgresql", "postgres"]) && in_body != negated;
            !for_postgres && says(&["dialect", "sqlite", "postgresql", "postgres"])
        })
    }
}

//! Routes that answer with every row that a query finds.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, has_word};
use crate::syntax::Kind;

/// A route that answers with every row that a query finds.
pub fn check(function: Node<'_>, findings: &mut Findings<'_>) {
    let is_export = has_word(function.name(), &["export", "download", "dump"]);
    if function.route().is_none_or(|route| route.callee_name() != "get") || is_export {
        return;
    }
    let told = |read: Node<'_>| read.fetches_without_end();
    let own = function.own_calls().find(|call| told(*call) && function.answers_with(*call));
    // Or a function that is asked for it.
    let found = own.or_else(|| {
        function.own_calls().find_map(|call| {
            let inner = call.model.node(call.target()?);
            let read = inner.own_calls().find(|read| told(*read) && inner.answers_with(*read))?;
            // Asked last: few functions read all rows, and what an answer is made of is long to follow.
            function.answers_with(call).then_some(read)
        })
    });
    let Some(read) = found.filter(|read| !findings.has_reported(*read)) else { return };
    let narrows = |part: Node<'_>| matches!(part.callee_name(), "where" | "filter" | "filter_by");
    let which = if read.value_source(&narrows).is_some() { "matches" } else { "there is" };
    // `rows[offset : offset + limit]`
    let is_cut = function
        .own_returns()
        .filter_map(Node::value)
        .any(|value| value.value_source(&|part| part.is(Kind::Slice)).is_some());
    let does = if is_cut { "loads, to answer with some of them," } else { "answers with" };
    let certainty = match read.is_of_what_administrators_make() {
        true => Certainty::Question,
        false => Certainty::Likely,
    };
    findings
        .report(
            read,
            Severity::Low,
            certainty,
            format!("`{}` {does} every row that {which}", function.name()),
        )
        .because(read, "the query has no limit: the answer grows with the table")
        .because(function, "the client gets all of it in one piece")
        .conforming("Answer page by page: `limit: Annotated[int, Query(le=200)] = 50`, and `.limit(limit).offset(offset)` on the query.");
}

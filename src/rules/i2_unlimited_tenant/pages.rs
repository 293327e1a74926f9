//! A number in the request that decides, without a bound, how many things are looked for.

use crate::fixes::bounded_parameter;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, UNREACHED_COUNT, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// Names of how many things are asked for.
const PAGES: [&str; 14] = [
    "limit",
    "page_size",
    "per_page",
    "size",
    "top_k",
    "k",
    "max_results",
    "max_items",
    "num_results",
    "n_results",
    "count",
    "max_rows",
    "pagesize",
    "rows",
];

/// `limit: int = 50`, handed to the query as it is.
pub fn page(parameter: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let is_number = parameter
        .child(Role::Annotation)
        .is_some_and(|annotation| annotation.descendants_of(Kind::Name).any(|name| name.name() == "int"));
    let bounded = parameter
        .descendants_of(Kind::Call)
        .chain(parameter.child(Role::Annotation).map(Node::resolved_value))
        .any(bounds_above);
    if !is_number || bounded || parameter.is_compared_in(function) {
        return;
    }
    let is_it = |value: Node<'_>| value.as_parameter() == Some(parameter);
    let name = parameter.name();
    let used = function.own_calls().find_map(|call| {
        let asked = || asks_for_as_many(call, name, &is_it);
        if PAGES.contains(&name) { asked() } else { None }.or_else(|| turns_as_often(call, &is_it))
    });
    // `ranked[:limit]`: what was loaded is answered with, up to all of it.
    let cut = || {
        let mut slices = function.descendants_of(Kind::Slice).filter(|_| PAGES.contains(&name));
        let slice = slices.find(|slice| slice.child(Role::Right).is_some_and(is_it))?;
        Some((slice.parent()?, Certainty::Likely))
    };
    let used = used.or_else(cut);
    if let Some((used, certainty)) = used {
        report_page(parameter, name, used, certainty, findings);
    }
}

/// The same for a field of the body: `body.top_k`.
pub fn page_in_body(parameter: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(annotation) = parameter.child(Role::Annotation) else { return };
    let model = parameter.model;
    for class in annotation.named_models() {
        for field in model.fields(class).into_iter().filter(|field| PAGES.contains(&field.name)) {
            let is_number = field.annotation.descendants_of(Kind::Name).any(|name| name.name() == "int");
            let bounded = field.at.descendants_of(Kind::Call).any(bounds_above)
                || field.annotation.descendants_of(Kind::Call).next().is_some();
            // A validator of the class may bound it.
            let validated = model
                .node(class)
                .descendants_of(Kind::Compare)
                .any(|test| test.descendants_of(Kind::Name).next().is_some());
            if !is_number || bounded || validated {
                continue;
            }
            let is_it = |value: Node<'_>| {
                value.is(Kind::Attribute)
                    && value.name() == field.name
                    && value.receiver().and_then(Node::as_parameter) == Some(parameter)
            };
            let compared = function
                .descendants_of(Kind::Compare)
                .chain(function.own_calls().filter(|call| matches!(call.callee_name(), "min" | "clamp")))
                .any(|test| test.descendants_of(Kind::Attribute).any(is_it));
            let used = function.own_calls().find_map(|call| asks_for_as_many(call, field.name, &is_it));
            if let Some((used, certainty)) = used.filter(|_| !compared) {
                report_page(field.at, field.name, used, certainty, findings);
            }
        }
    }
}

fn bounds_above(call: Node<'_>) -> bool {
    ["le", "lt"].iter().filter_map(|bound| call.keyword(bound)).any(|most| !most.is_no_limit(UNREACHED_COUNT))
}

fn report_page<'m>(
    at: Node<'m>,
    name: &str,
    used: Node<'m>,
    certainty: Certainty,
    findings: &mut Findings<'_>,
) {
    let bound = if at.is(Kind::AnnAssign) { "Field(le=200)" } else { "Query(le=200)" };
    findings
        .report(at, Severity::Low, certainty, format!("`{name}` may be as large as the client likes"))
        .because(used, "what is done here takes it as it comes")
        .fix(&|| bounded_parameter(at, "Give it an upper end", bound))
        .conforming(format!("Give it an upper end: `{name}: Annotated[int, {bound}] = 50`."));
}

/// Whether a call makes as many turns as a value says: `range(days)`.
fn turns_as_often<'m>(call: Node<'m>, is_it: &dyn Fn(Node<'m>) -> bool) -> Option<(Node<'m>, Certainty)> {
    let turns = call.counts_turns() && call.positional().any(|end| end.descendants().any(is_it));
    turns.then_some((call, Certainty::Sure))
}

/// Whether a call looks for as many things as a value says: a query, a search, or a function that is told so by
/// the same word and does not look at the number itself.
fn asks_for_as_many<'m>(
    call: Node<'m>,
    name: &str,
    is_it: &dyn Fn(Node<'m>) -> bool,
) -> Option<(Node<'m>, Certainty)> {
    if call.does(Tag::BuildsStatement) {
        let takes = call.callee_name() == "limit" && call.argument(0).is_some_and(is_it);
        return takes.then_some((call, Certainty::Sure));
    }
    if call.limits_rows_by(is_it) {
        return Some((call, Certainty::Sure));
    }
    let by_word = |name: &str| has_word(name, &["limit", "size", "k", "results", "count", "n"]);
    if call.does(Tag::Retrieves) {
        let takes = call
            .keywords()
            .any(|keyword| by_word(keyword.name()) && keyword.child(Role::Value).is_some_and(is_it));
        return takes.then_some((call, Certainty::Sure));
    }
    let Some(place) = call.target() else {
        let takes = call.is_unknown_function() || call.receiver().is_some();
        let told = takes
            && call.is_awaited()
            && call.keywords().any(|keyword| {
                (keyword.name() == name || (call.is_unknown_function() && by_word(keyword.name())))
                    && keyword.child(Role::Value).is_some_and(is_it)
            });
        return told.then_some((call, Certainty::Likely));
    };
    let function = call.model.node(place);
    let inner = function
        .parameters()
        .find(|inner| call.argument_for(function, *inner).is_some_and(is_it))
        .filter(|inner| !inner.is_compared_in(function))?;
    let is_inner = |value: Node<'m>| value.as_parameter() == Some(inner);
    let query = function.own_calls().find(|query| {
        (query.does(Tag::BuildsStatement)
            && query.callee_name() == "limit"
            && query.argument(0).is_some_and(is_inner))
            || query.limits_rows_by(&is_inner)
    })?;
    Some((query, Certainty::Likely))
}

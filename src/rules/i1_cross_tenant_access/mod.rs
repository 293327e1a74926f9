//! I1: data is read, written or kept without saying whose it is.
//!
//! Each way in which that happens is a file of this folder.

mod conversations;
mod queries;
mod routes;
mod shared_caches;
mod signed_links;
mod vector_searches;

use super::Findings;
use crate::explanation::Answer;
use crate::semantic::{Api, FunctionRole, Model, Node, Type};
use crate::stack::Tag;
use crate::syntax::Kind;

/// The defect that is told condition by condition.
const OTHERS: &str = "a query that finds rows of other tenants";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let rows_are_scoped = std::cell::LazyCell::new(|| model.scopes_every_query());
    let mut told: Vec<Node<'_>> = Vec::new();
    let known = model.known_calls().map(|(call, api)| (call, Some(api)));
    for (call, api) in known.chain(model.calls_handing_sql().map(|call| (call, None))) {
        if let Some(api) = api.filter(|_| findings.watches(call)) {
            ask(call, api, &|| *rows_are_scoped, findings);
        }
        if !is_checked(call) {
            continue;
        }
        if let Some(query) = call.tenant_query() {
            match *rows_are_scoped {
                true => findings.conforms(call, "the database, or each session, adds whose rows are meant"),
                false => queries::queried(&query, &mut told, findings),
            }
        } else if api
            .is_some_and(|api| api.has(Tag::Retrieves) || api.callable.parameters.contains(&"scroll_filter"))
        {
            vector_searches::searched(call, findings);
        } else if call.does(Tag::Signs) {
            signed_links::signed(call, findings);
        } else if !*rows_are_scoped {
            queries::unasked(call, findings);
        }
    }
    for function in model.functions().filter(|function| is_checked(*function)) {
        shared_caches::cached(function, findings);
        if function.route().is_some() {
            routes::second_id(function, findings);
            routes::open_to_all(function, findings);
        }
        if function.plays(FunctionRole::Dependency) {
            routes::claimed(function, findings);
        }
    }
    for assignment in model.assignments().filter(|assignment| is_checked(*assignment)) {
        shared_caches::kept(assignment, findings);
    }
    for call in model.calls_that_store().filter(|call| is_checked(*call)) {
        shared_caches::stored(call, findings);
    }
    for dictionary in model.dictionaries().filter(|dictionary| is_checked(*dictionary)) {
        conversations::conversation(dictionary, findings);
    }
}

/// Tells, for whoever wants to know, whether a call is a query that matters here; `queried` goes on from there.
fn ask(call: Node<'_>, api: Api, rows_are_scoped: &dyn Fn() -> bool, findings: &mut Findings<'_>) {
    let query = call.tenant_query();
    // The model that it names, if it begins a query.
    let named =
        call.positional()
            .map(|argument| {
                if argument.is(Kind::Attribute) { argument.receiver().unwrap_or(argument) } else { argument }
            })
            .find(|named| {
                named.is(Kind::Name) && named.name().starts_with(|first: char| first.is_ascii_uppercase())
            });
    let Some(named) = named.filter(|_| query.is_some() || api.has(Tag::BuildsStatement)) else { return };
    let key = key(call);
    let is_given = matches!(call.model.instance_of_class(named.ty()), Type::Object(_));
    let answer = match &query {
        Some(_) => Answer::Met,
        None if is_given => Answer::NotMet,
        None => Answer::NotKnown,
    };
    if !findings.asks(call, OTHERS, "it asks for rows that belong to tenants", answer, &|| match &query {
        Some(query) => {
            format!("`{}` has the column `{key}` ({})", query.name, query.column.whereabouts_from(call))
        }
        None if is_given => format!("`{}` is no model with a required column `{key}`", named.name()),
        None => format!("the class `{}` was not given, so its columns are not known", named.name()),
    }) {
        return;
    }
    let checked = is_checked(call);
    if !findings.asks(call, OTHERS, "it is code of production", checked, &|| match checked {
        true => "the file is no test, migration or script".to_owned(),
        false => "tests, migrations and scripts work on all tenants at once".to_owned(),
    }) {
        return;
    }
    let is_scoped = rows_are_scoped();
    let what = "the database does not keep tenants apart by itself";
    findings.asks(call, OTHERS, what, !is_scoped, &|| match is_scoped {
        true => "a policy, or a condition that each session adds, is in the given files".to_owned(),
        false => "no policy and no condition of each session is in the given files".to_owned(),
    });
}

/// Tests, migrations and scripts work on all tenants at once.
fn is_checked(node: Node<'_>) -> bool {
    !node.is_outside_production() && !node.source_file().is_script
}

fn key<'m>(node: Node<'m>) -> &'m str {
    node.model.tenant_key()
}

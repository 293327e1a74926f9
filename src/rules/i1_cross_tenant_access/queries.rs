//! Rows that are found without saying whose they are: by a query on a known table of tenants, or by one of which only its
//! handler tells that.
//!
//! Quiet where whoever comes there has named the tenant, and where the condition names an owner or a credential.

use super::{OTHERS, key};
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::rules::{Draft, Findings};
use crate::semantic::{FunctionRole, Node, Scoping, TenantQuery, names_tenants};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// The finding that both ways to a query lead to, one by a route and one by an object that knows its tenant.
fn found_for_anybody<'f>(query: &TenantQuery<'_>, findings: &'f mut Findings<'_>) -> Draft<'f> {
    let name = query.name;
    let found = match is_for_certain_rows(query.call) {
        true => "another tenant's id works as well",
        false => "every tenant's come along",
    };
    // Of numbers over all rows no row gets out.
    let is_counted = query.call.positional().any(|part| part.is(Kind::Call))
        || query
            .call
            .parent()
            .is_some_and(|around| around.is(Kind::Call) && around.does(Tag::BuildsStatement));
    let severity = match is_counted {
        true => Severity::Medium,
        false => Severity::High,
    };
    findings
        .report(
            query.call,
            severity,
            Certainty::Likely,
            format!("rows of `{name}` are found without saying whose they are: {found}"),
        )
        .because(query.column, belonging(query))
}

/// Whether somebody may say which rows are meant: the statement is given a parameter, or gets its conditions elsewhere.
fn is_for_certain_rows(call: Node<'_>) -> bool {
    let statement = call.statement();
    let is_given = |name: Node<'_>| {
        name.as_parameter().is_some() && !name.parent().is_some_and(|around| around.is(Kind::Attribute))
    };
    call.sql().is_some()
        || !call.does(Tag::BuildsStatement)
        || statement.descendants_of(Kind::Name).any(is_given)
        || call.function().into_iter().flat_map(Node::own_calls).any(|other| {
            matches!(other.callee_name(), "where" | "filter" | "filter_by") && !statement.contains(other)
        })
}

fn belonging(query: &TenantQuery<'_>) -> String {
    let by = if query.column.is(Kind::Call) { "as this statement says" } else { "by this column" };
    format!("`{}` belongs to tenants, {by}", query.name)
}

pub fn queried<'m>(query: &TenantQuery<'m>, told: &mut Vec<Node<'m>>, findings: &mut Findings<'_>) {
    let call = query.call;
    let Some(function) = call.function() else { return };
    let is_somebodys = call.asks_for_owner() || call.asks_by_credential();
    let what = "it does not ask whose rows they are";
    if !findings.asks(call, OTHERS, what, !is_somebodys, &|| match is_somebodys {
        true => "its condition names an owner, or what only one caller knows".to_owned(),
        false => "no condition names an owner or a credential".to_owned(),
    }) {
        findings.conforms(call, "its condition says whose rows are meant");
        return;
    }
    let (name, column) = (query.name, key(call));
    let forgets =
        !function.plays(FunctionRole::Handler) && function.body().is_some_and(|body| !body.mentions(column));
    if let Some(told) = function.parameter(column).filter(|_| forgets) {
        found_for_anybody(query, findings)
            .because(told, "the function is told whose rows are meant, and nothing in it uses that")
            .conforming(format!(
                "Put it into the condition: `{column} == {column}` beside what the row is found by."
            ));
        return;
    }
    let scoping = function.scoping();
    // Whoever comes here names the tenant by making the object, and the method doesn't use it.
    let known = (scoping == Scoping::Named && selects(call)).then(|| function.forgets_own_tenant()).flatten();
    let answer = match scoping {
        Scoping::Unnamed(_) => Answer::Met,
        Scoping::Named if known.is_some() => Answer::Met,
        Scoping::Named => Answer::NotMet,
        Scoping::Unreached => Answer::NotKnown,
    };
    findings.asks(call, OTHERS, "a route comes here without naming a tenant", answer, &|| match scoping {
        Scoping::Unnamed(handler) => {
            format!("`{}` does ({})", handler.name(), handler.whereabouts_from(call))
        }
        Scoping::Named => match known {
            Some(known) => format!(
                "the object is made for one, `{}` ({}), and nothing on the way asks by it",
                known.excerpt(),
                known.whereabouts_from(call)
            ),
            None => format!("whoever comes here says which `{column}` is meant"),
        },
        Scoping::Unreached => "no route among the given files comes here".to_owned(),
    });
    if let Some(known) = known {
        found_for_anybody(query, findings)
            .because(known, "the object knows for whom it was made")
            .because(call, format!("no condition here names `{}`, as other methods do", known.excerpt()))
            .conforming(format!(
                "Ask for both: `where({name}.id == …, {name}.{column} == {})`.",
                known.excerpt()
            ));
        return;
    }
    match scoping {
        Scoping::Named => {
            findings.conforms(call, format!("whoever comes here says which `{column}` is meant"))
        }
        Scoping::Unnamed(handler) => {
            // Once the first asks whose it is, nobody gets as far as to what belongs to it.
            let is_told = told.iter().any(|parent| belongs_to_what_is_told(call, *parent));
            if !findings.asks_alone(call, OTHERS, is_told) {
                return;
            }
            told.push(call);
            let by = asked_by_column(call).unwrap_or("id");
            let turning = [function, handler].into_iter().find_map(Node::turning_owner_away);
            let mut draft = found_for_anybody(query, findings);
            draft = match turning {
                Some(test) => {
                    draft.because(test, "this refuses the row's own tenant, and lets all others go on")
                }
                None => draft.because(
                    call,
                    format!("no condition of the query, and no comparison afterwards, names `{column}`"),
                ),
            };
            if handler != function {
                draft = draft.because(handler, "this route comes here, and does not name a tenant either");
            }
            let both = match call.sql() {
                Some(_) => format!("WHERE {by} = … AND {column} = …"),
                None => format!("where({name}.{by} == …, {name}.{column} == app.{column})"),
            };
            draft.conforming(format!(
                "Ask for both: `{both}`, with the caller's own `{column}`, and answer 404 when nothing is found."
            ));
        }
        Scoping::Unreached if selects(call) => {
            findings
                .report(
                    call,
                    Severity::Medium,
                    Certainty::Question,
                    format!("does each caller make sure that this row of `{name}` is its own tenant's?"),
                )
                .because(query.column, belonging(query))
                .because(function, "no caller of this function is among the given files")
                .conforming(format!(
                    "Take `{column}` as a required argument, and put it into the condition."
                ));
        }
        Scoping::Unreached => {}
    }
}

/// A query of which only its handler tells that rows of tenants are meant: it is given the tenant who calls, and finds a row by
/// the id that the client names alone.
pub fn unasked(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(name) = call.unknown_rows().filter(|name| !names_tenants(name)) else { return };
    let Some(tenant) = call.function().and_then(Node::unused_tenant) else { return };
    if call.asks_for_owner() || call.asks_by_credential() {
        return;
    }
    let Some(id) = call.id_named_by_client() else { return };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!("rows of `{name}` are found by `{}` alone: another tenant's works as well", id.excerpt()),
        )
        .because(tenant, "the handler is told which tenant calls, and nothing in it uses that")
        .because(id, "the client names this")
        .conforming(format!(
            "Ask for both: the id, and `{} = {}.id`; answer 404 when nothing is found.",
            key(call),
            tenant.name()
        ));
}

/// The column whose value a query's first condition gives: `id` of `where(Event.id == event_id)`.
fn asked_by_column(call: Node<'_>) -> Option<&str> {
    let conditions = call.statement().descendants_of(Kind::Compare);
    let column = conditions.filter_map(|test| test.child(Role::Left)).find(|left| left.is(Kind::Attribute));
    column.map(Node::name)
}

/// Whether a query asks for what belongs to the row that an earlier one of the function found by its own id, with the same
/// parameter: `Session.id == session_id`, then `Event.session_id == session_id`.
fn belongs_to_what_is_told(call: Node<'_>, parent: Node<'_>) -> bool {
    let function = call.function();
    let is_own = |column: Option<&str>| column.is_none_or(|column| column == "id");
    parent.file == call.file
        && parent.function() == function
        && parent.id < call.id
        && is_own(asked_by_column(parent))
        && !is_own(asked_by_column(call))
        && function.into_iter().flat_map(Node::parameters).any(|parameter| {
            let name = parameter.name();
            name.ends_with("id") && call.statement().mentions(name) && parent.statement().mentions(name)
        })
}

/// Whether the query looks for certain rows: by a key, or by a condition on a parameter.
fn selects(call: Node<'_>) -> bool {
    call.function().is_some_and(|function| {
        let parameters: Vec<Node<'_>> = function.parameters().collect();
        call.statement().descendants_of(Kind::Name).any(|name| {
            name.name().ends_with("id")
                && name.as_parameter().is_some_and(|parameter| parameters.contains(&parameter))
        })
    })
}

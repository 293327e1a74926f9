//! Routes that take the caller's word for which tenant it is, and routes that ask for a row by the second id of their path
//! alone.

use super::key;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Scoping};
use crate::syntax::{Kind, Role};

/// A route with the tenant and another id in its path, which hands on the second alone.
pub fn second_id(handler: Node<'_>, findings: &mut Findings<'_>) {
    let path = handler.full_route_path();
    let key = key(handler);
    if !path.contains(&format!("{{{key}}}")) || handler.scoping() == Scoping::Named {
        return;
    }
    let is_other_id =
        |parameter: Node<'_>| parameter.name() != key && path.contains(&format!("{{{}}}", parameter.name()));
    // Of a table that is known to belong to tenants `queried` tells.
    let is_sql = |call: &Node<'_>| call.sql().is_some() && call.tenant_query().is_none();
    let asks = |call: &Node<'_>| call.target().is_none() && (call.api().is_none() || is_sql(call));
    let found = handler.own_calls().filter(asks).find(|call| {
        // `{"id": document_id}` beside the SQL
        let bound = call.positional().filter(|argument| argument.is(Kind::Dict)).flat_map(Node::children);
        call.positional()
            .chain(call.keywords().chain(bound).filter_map(|entry| entry.child(Role::Value)))
            .any(|argument| argument.as_parameter().is_some_and(is_other_id))
    });
    let (Some(call), Some(tenant)) = (found, handler.parameter(key)) else { return };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!(
                "`{}` is told the second id of the path alone: another tenant's works as well",
                call.called()
            ),
        )
        .because(tenant, format!("the path says which `{key}` is meant, and nothing uses it"))
        .because(call, "what comes back is never compared with it")
        .conforming(format!(
            "Load by both: `{}(…, {key}={key}, …)`, and make sure that the caller may act for that `{key}`.",
            call.called()
        ));
}

/// A route that lets whoever calls it name the tenant.
pub fn open_to_all(handler: Node<'_>, findings: &mut Findings<'_>) {
    let key = key(handler);
    let Some(route) = handler.route() else { return };
    if !handler.route_path().contains(&format!("{{{key}}}")) || handler.may_ask_who_calls() {
        return;
    }
    findings
        .report(
            route,
            Severity::Medium,
            Certainty::Question,
            format!("who makes sure that a caller may see this `{key}`?"),
        )
        .because(route, "neither the route nor its router has a dependency that checks credentials")
        .conforming(format!("Take the tenant from the credentials, and compare: `if {key} != app.{key}: raise HTTPException(404)`."));
}

/// A dependency that takes whatever tenant a header of the request names.
pub fn claimed(dependency: Node<'_>, findings: &mut Findings<'_>) {
    let Some(header) = dependency.tenant_taken_from_header() else { return };
    findings
        .report(
            header,
            Severity::High,
            Certainty::Likely,
            "whoever calls says which tenant it is: any client can send another one's id in this header",
        )
        .because(dependency, "hands it on as it came, and compares it with no credentials")
        .conforming(format!(
            "Take the tenant from what proves who calls, `claims.{0}` of a verified token or the row of the API key; let the header only choose among those that the caller belongs to.",
            key(dependency)
        ));
}

//! What is one tenant's, and is kept under a key that all share.

use super::key;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, names_tenants};
use crate::syntax::{Kind, Role};

/// A cached function whose result is one tenant's, and whose arguments do not say which.
pub fn cached(function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(decorator) = function.caching_decorator() else { return };
    let key = key(function);
    let Some(used) = outside_key(function, decorator) else { return };
    findings
        .report(
            decorator,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` gives the first tenant's result to all others", function.name()),
        )
        .because(used, "the result is this tenant's")
        .because(function, "the cache's key does not say which tenant it is")
        .conforming(format!("Make the tenant a part of the key: `def {}({key}, …)`.", function.name()));
}

/// Where a cached function uses a tenant that is no part of the key: none of its arguments, or one that the key
/// leaves out.
fn outside_key<'m>(function: Node<'m>, decorator: Node<'m>) -> Option<Node<'m>> {
    let written = decorator.keyword("key").map(Node::resolved_value).filter(|key| key.is(Kind::Lambda));
    if let Some(written) = written {
        let left_out = function.parameters().find(|parameter| parameter.is_tenant_parameter())?;
        let names = written.body().is_some_and(|body| body.tenant_source().is_some());
        return (!names).then_some(left_out);
    }
    if decorator.keyword("key").is_some()
        || function
            .parameters()
            .any(|parameter| parameter.is_tenant_parameter() || parameter.name() == "self")
    {
        return None;
    }
    function.body()?.descendants().find(|part| {
        part.speaks_of_tenant() && !part.descendants_of(Kind::Name).any(|name| name.as_parameter().is_some())
    })
}

/// `instructions[name] = load(app.app_id, name)`: kept for all under a key that lacks the tenant.
pub fn kept(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(target) = assignment.targets().find(|target| target.is(Kind::Subscript)) else { return };
    let (Some(table), Some(index)) = (target.child(Role::Value), target.child(Role::Index)) else { return };
    let Some(value) = assignment.child(Role::Value) else { return };
    // A name that is written down is an entry of a table like any other, and no key of a cache.
    let is_entry = index.resolved_value().is(Kind::Str);
    if assignment.function().is_some() && !is_entry && table.is_kept_for_all() {
        bleeds(assignment, table, index, value, findings);
    }
}

/// `await redis.set(name, body)`: the same, in a cache.
pub fn stored(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some((index, value)) = call.stored_under_key() else { return };
    let Some(table) = call.receiver().filter(|_| call.function().is_some()) else { return };
    // A hash has its fields below the name that is written down.
    let is_hash = index.resolved_value().is(Kind::Str) && call.callee_name() == "hset";
    // A cache that is given for one tenant keeps them apart by itself.
    if !is_hash && table.tenant_source().is_none() {
        bleeds(call, table, index, value, findings);
    }
}

fn bleeds(at: Node<'_>, table: Node<'_>, index: Node<'_>, value: Node<'_>, findings: &mut Findings<'_>) {
    // What is looked up by a user, a session or a credential is narrower than a tenant.
    if index.tenant_source().is_some()
        || index.caller_source().is_some()
        || index.is_unique_key()
        || index.ingredients().into_iter().any(|part| names_tenants(part.name()))
        || value.is_tenant_itself()
    {
        return;
    }
    // The one row that has this primary key is nobody else's.
    let is_own_key = |call: Node<'_>| {
        call.is(Kind::Call)
            && call.finds_by_primary_key()
            && call
                .positional()
                .chain(call.keywords().filter_map(Node::value))
                .any(|key| key.reads_like(index))
    };
    if value.value_source(&is_own_key).is_some() {
        return;
    }
    let Some(used) = value.tenant_source() else { return };
    let key = key(at);
    // Whoever takes it out can see whose it is: `jobs[job] = {"app_id": app_id}`, then `found["app_id"] != app_id`.
    let is_asked_for = value.dictionary_value(key).is_some()
        && at.at(0).descendants_of(Kind::Compare).any(|test| {
            test.children().any(|side| {
                side.is(Kind::Subscript) && side.child(Role::Index).is_some_and(|index| index.name() == key)
            })
        });
    if is_asked_for {
        return;
    }
    findings
        .report(
            at,
            Severity::Medium,
            Certainty::Likely,
            format!("what is one tenant's is kept in `{}` under a key that all share", table.source()),
        )
        .because(used, "the value is this tenant's")
        .because(index, "the key does not say which tenant it is")
        .conforming(format!(
            "Make the tenant a part of the key: `f\"{{{key}}}:{{…}}\"`, or the pair of both."
        ));
}

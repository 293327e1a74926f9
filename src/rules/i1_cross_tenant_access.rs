//! I1: data is read, written or kept without saying whose it is.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Model, Node, Scoping, TenantQuery, Type, words_of};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let rows_are_scoped = std::cell::LazyCell::new(|| model.scopes_every_query());
    for (call, api) in model.known_calls().filter(|(call, _)| is_checked(*call)) {
        if let Some(query) = call.tenant_query().filter(|_| !*rows_are_scoped) {
            queried(&query, findings);
        } else if api.has(Tag::Retrieves) {
            searched(call, findings);
        } else if api.has(Tag::Signs) {
            signed(call, findings);
        }
    }
    for function in model.functions().filter(|function| is_checked(*function)) {
        cached(function, findings);
        if function.route().is_some() {
            second_id(function, findings);
            open_to_all(function, findings);
        }
    }
    for assignment in model.assignments().filter(|assignment| is_checked(*assignment)) {
        kept(assignment, findings);
    }
}

/// Tests, migrations and scripts work on all tenants at once.
fn is_checked(node: Node<'_>) -> bool {
    !node.is_outside_production() && !node.source_file().is_script
}

fn key<'m>(node: Node<'m>) -> &'m str {
    node.model.settings.tenant_key.as_str()
}

// Rows

fn queried(query: &TenantQuery<'_>, findings: &mut Findings<'_>) {
    let call = query.call;
    let Some(function) = call.function() else { return };
    if call.asks_for_owner() {
        return;
    }
    let (name, column) = (query.class.name(), key(call));
    match function.scoping() {
        Scoping::Named => {
            findings.conforms(call, format!("whoever comes here says which `{column}` is meant"))
        }
        Scoping::Unnamed(handler) => {
            let mut draft = findings
                .report(
                    call,
                    Severity::High,
                    Certainty::Likely,
                    format!("rows of `{name}` are found without saying whose they are: another tenant's id works as well"),
                )
                .because(query.column, format!("`{name}` belongs to tenants, by this column"))
                .because(call, format!("no condition of the query, and no comparison afterwards, names `{column}`"));
            if handler != function {
                draft = draft.because(handler, "this route comes here, and does not name a tenant either");
            }
            draft.conforming(format!(
                "Ask for both: `where({name}.id == …, {name}.{column} == app.{column})`, with the caller's own `{column}`, \
                 and answer 404 when nothing is found."
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
                .because(query.column, format!("`{name}` belongs to tenants, by this column"))
                .because(function, "no caller of this function is among the given files")
                .conforming(format!(
                    "Take `{column}` as a required argument, and put it into the condition."
                ));
        }
        Scoping::Unreached => {}
    }
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

/// A route with the tenant and another id in its path, which hands on the second alone.
fn second_id(handler: Node<'_>, findings: &mut Findings<'_>) {
    let path = handler.full_route_path();
    let key = key(handler);
    if !path.contains(&format!("{{{key}}}")) || handler.scoping() == Scoping::Named {
        return;
    }
    let is_other_id =
        |parameter: Node<'_>| parameter.name() != key && path.contains(&format!("{{{}}}", parameter.name()));
    let found =
        handler.own_calls().filter(|call| call.target().is_none() && call.api().is_none()).find(|call| {
            call.positional()
                .chain(call.keywords().filter_map(|keyword| keyword.child(Role::Value)))
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
fn open_to_all(handler: Node<'_>, findings: &mut Findings<'_>) {
    let key = key(handler);
    let Some(route) = handler.route() else { return };
    if !handler.route_path().contains(&format!("{{{key}}}"))
        || handler.parameters().any(|parameter| parameter.injected_by().is_some())
        || route.keyword("dependencies").is_some()
        || handler.routers().iter().any(|call| call.keyword("dependencies").is_some())
    {
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

// Vectors

/// A search in a collection that all tenants share, without a filter.
fn searched(call: Node<'_>, findings: &mut Findings<'_>) {
    let filters = ["query_filter", "filter", "filters", "where", "scroll_filter", "search_kwargs"];
    if call.has_hidden_arguments()
        || filters.iter().any(|name| call.keyword(name).is_some_and(|value| !value.is_none()))
    {
        return;
    }
    let own =
        call.api().and_then(|api| api.callable.parameters.first()).filter(|name| **name == "collection_name");
    let collection = match own {
        Some(_) => call.argument_or_keyword(0, "collection_name"),
        None => {
            call.receiver().and_then(Node::constructed_by).and_then(|store| store.keyword("collection_name"))
        }
    };
    let Some(collection) = collection.filter(|name| name.string().is_some()) else { return };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!("`{}` finds the passages of every tenant", call.called()),
        )
        .because(collection, "the collection is the same for all")
        .because(call, "no filter says whose passages are meant")
        .conforming(format!(
            "Keep a collection for each silo, `collection_name=f\"silo_{{silo.id}}\"`, or filter: \
             `query_filter=Filter(must=[FieldCondition(key=\"{}\", match=MatchValue(value=…))])`.",
            key(call)
        ));
}

// What is kept

/// A cached function whose result is one tenant's, and whose arguments do not say which.
fn cached(function: Node<'_>, findings: &mut Findings<'_>) {
    let decorator = function.decorators().find(|decorator| {
        let api = if decorator.is(Kind::Call) { decorator.api() } else { decorator.api_when_called() };
        api.is_some_and(|api| api.has(Tag::Caches))
    });
    let Some(decorator) = decorator else { return };
    let key = key(function);
    if function.parameters().any(|parameter| names_tenant(parameter, key) || parameter.name() == "self") {
        return;
    }
    let Some(used) = tenant_in(function, key) else { return };
    findings
        .report(
            decorator,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` gives the first tenant's result to all others", function.name()),
        )
        .because(used, "the result is this tenant's")
        .because(function, "the cache's key is made of the arguments, and none of them is the tenant")
        .conforming(format!("Make the tenant an argument: `def {}({key}, …)`.", function.name()));
}

/// `instructions[name] = load(app.app_id, name)`: kept for all under a key that lacks the tenant.
fn kept(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(target) = assignment.targets().find(|target| target.is(Kind::Subscript)) else { return };
    let (Some(table), Some(index)) = (target.child(Role::Value), target.child(Role::Index)) else { return };
    let key = key(assignment);
    let shared = table.is(Kind::Name) && table.scope_of_name() == Some(0) && assignment.function().is_some();
    let says = |node: Node<'_>| tenant_in(node, key).is_some();
    if !shared || says(index) || index.resolved_value().is(Kind::Str) {
        return;
    }
    let Some(used) = assignment.child(Role::Value).and_then(|value| tenant_in(value, key)) else { return };
    if index.resolved_value() != index && says(index.resolved_value()) {
        return;
    }
    findings
        .report(
            assignment,
            Severity::Medium,
            Certainty::Likely,
            format!("what is one tenant's is kept in `{}` under a key that all share", table.source()),
        )
        .because(used, "the value is this tenant's")
        .because(index, "the key does not say which tenant it is")
        .conforming(format!(
            "Make the tenant a part of the key: `{}[{key}, {}]`.",
            table.source(),
            index.source()
        ));
}

fn names_tenant(parameter: Node<'_>, key: &str) -> bool {
    let name = parameter.name();
    name == key || name == "app" || key.strip_suffix("_id").is_some_and(|stem| name == stem)
}

/// Where the tenant's key is read.
fn tenant_in<'m>(node: Node<'m>, key: &str) -> Option<Node<'m>> {
    node.descendants().find(|part| {
        (part.is(Kind::Attribute) && part.name() == key && !is_column(*part))
            || (part.is(Kind::Name) && part.name() == key)
    })
}

/// `Document.app_id` is a column, and not a tenant.
fn is_column(attribute: Node<'_>) -> bool {
    attribute.receiver().is_some_and(|receiver| matches!(receiver.ty(), Type::Class(_)))
}

// Signed links

fn signed(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(payload) = call.argument(0).map(Node::resolved_value) else { return };
    let names_file = payload.descendants().any(|part| {
        matches!(part.kind(), Kind::Name | Kind::Str | Kind::Attribute)
            && words_of(part.name())
                .iter()
                .any(|word| matches!(word.as_str(), "file" | "path" | "document" | "url" | "blob" | "object"))
    });
    let mentions = payload.descendants().any(|part| {
        part.name() == key(call)
            || words_of(part.name())
                .iter()
                .any(|word| matches!(word.as_str(), "user" | "tenant" | "silo" | "app"))
    });
    if !names_file || mentions {
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Question,
            "for whom is this link, and who checks it when it is followed?",
        )
        .because(payload, "what is signed names a file, and neither a tenant nor a user")
        .conforming(format!(
            "Sign the tenant as well, `{{\"file\": …, \"{0}\": app.{0}}}`, and compare it with the caller.",
            key(call)
        ));
}

//! I1: data is read, written or kept without saying whose it is.

use super::{Draft, Findings};
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    Api, FunctionRole, Model, Node, Scoping, TenantQuery, ThreadName, Type, has_word, names_tenants, words_of,
};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

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
                false => queried(&query, &mut told, findings),
            }
        } else if api
            .is_some_and(|api| api.has(Tag::Retrieves) || api.callable.parameters.contains(&"scroll_filter"))
        {
            searched(call, findings);
        } else if call.does(Tag::Signs) {
            signed(call, findings);
        } else if !*rows_are_scoped {
            unasked(call, findings);
        }
    }
    for function in model.functions().filter(|function| is_checked(*function)) {
        cached(function, findings);
        if function.route().is_some() {
            second_id(function, findings);
            open_to_all(function, findings);
        }
        if function.plays(FunctionRole::Dependency) {
            claimed(function, findings);
        }
    }
    for assignment in model.assignments().filter(|assignment| is_checked(*assignment)) {
        kept(assignment, findings);
    }
    for call in model.calls_that_store().filter(|call| is_checked(*call)) {
        stored(call, findings);
    }
    for dictionary in model.dictionaries().filter(|dictionary| is_checked(*dictionary)) {
        conversation(dictionary, findings);
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

// Rows

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

fn queried<'m>(query: &TenantQuery<'m>, told: &mut Vec<Node<'m>>, findings: &mut Findings<'_>) {
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
fn unasked(call: Node<'_>, findings: &mut Findings<'_>) {
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

/// A route with the tenant and another id in its path, which hands on the second alone.
fn second_id(handler: Node<'_>, findings: &mut Findings<'_>) {
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
fn open_to_all(handler: Node<'_>, findings: &mut Findings<'_>) {
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
fn claimed(dependency: Node<'_>, findings: &mut Findings<'_>) {
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

// Vectors

/// A search in a collection that all tenants share, without a filter.
fn searched(call: Node<'_>, findings: &mut Findings<'_>) {
    let retriever = call.receiver().and_then(Node::constructed_by_any);
    let filter = filter_of(call).or_else(|| retriever.and_then(filter_of));
    if let Some(filter) = filter {
        if filter.tenant_source().is_some() || filter.caller_source().is_some() {
            findings.conforms(filter, "the filter says whose passages are meant");
        }
        return;
    }
    if call.has_hidden_arguments() || retriever.is_some_and(Node::has_hidden_arguments) {
        return;
    }
    let Some((at, note)) = shared_collection(call) else { return };
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!("`{}` finds the passages of every tenant", call.called()),
        )
        .because(at, note)
        .because(call, "no filter says whose passages are meant")
        .conforming(format!(
            "Keep a collection for each silo, `collection_name=f\"silo_{{silo.id}}\"`, or filter: \
             `query_filter=Filter(must=[FieldCondition(key=\"{}\", match=MatchValue(value=…))])`.",
            key(call)
        ));
}

/// The filter that a search, or a retriever, is given; its options, where they may hold one.
fn filter_of(call: Node<'_>) -> Option<Node<'_>> {
    const FILTERS: [&str; 5] = ["query_filter", "filter", "filters", "where", "scroll_filter"];
    let given = FILTERS.iter().filter_map(|name| call.keyword(name)).find(|value| !value.is_none());
    given.or_else(|| {
        let options = call.keyword("search_kwargs")?.resolved_value();
        match options.kind() {
            Kind::Dict => FILTERS.iter().find_map(|name| options.dictionary_value(name)),
            _ => Some(options),
        }
    })
}

/// What shows that a search goes over what several tenants have put there.
fn shared_collection(call: Node<'_>) -> Option<(Node<'_>, &'static str)> {
    let own =
        call.api().and_then(|api| api.callable.parameters.first()).filter(|name| **name == "collection_name");
    let named = match own {
        Some(_) => call.argument_or_keyword(0, "collection_name"),
        None => {
            call.receiver().and_then(Node::constructed_by).and_then(|store| store.keyword("collection_name"))
        }
    };
    if let Some(name) = named {
        // `settings.collection`
        let is_set = name.is(Kind::Attribute) && name.asks_a_setting() && call.model.knows_tenants();
        return (name.string().is_some() || is_set).then_some((name, "the collection is the same for all"));
    }
    // A store that was made elsewhere, and not for whoever asks.
    let store = call.receiver().filter(|_| own.is_none() && call.model.knows_tenants())?;
    let is_one = store.constructed_by().is_none() && (store.is_kept_for_all() || store.serves_many());
    (is_one && store.tenant_source().is_none()).then_some((store, "all requests use this one store"))
}

// What is kept

/// A cached function whose result is one tenant's, and whose arguments do not say which.
fn cached(function: Node<'_>, findings: &mut Findings<'_>) {
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
fn kept(assignment: Node<'_>, findings: &mut Findings<'_>) {
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
fn stored(call: Node<'_>, findings: &mut Findings<'_>) {
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

// Conversations

/// The checkpointer keeps a conversation under its thread's id: one that names nobody is everybody's.
fn conversation(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some((entry, name)) = dictionary.thread_name() else { return };
    let (made, note) = match name {
        ThreadName::Constant(made) if dictionary.function().is_some() || dictionary.model.has_app() => {
            (made, "it is the same for every request")
        }
        ThreadName::Wide(made) => (made, "it names neither a user nor a session"),
        _ => return,
    };
    findings
        .report(
            entry,
            Severity::High,
            Certainty::Likely,
            "whoever asks goes on with the conversation of whoever asked before",
        )
        .because(made, note)
        .because(entry, "under this id the checkpointer keeps what was said")
        .conforming("Name whose conversation it is: `f\"thread_{agent_id}_{session_id}\"`, with a session that belongs to the caller.");
}

// Signed links

/// What is signed names a file, and nobody for whom it is.
/// A link to whatever object of the bucket the client names.
fn presigned(call: Node<'_>, object: Node<'_>, findings: &mut Findings<'_>) {
    for (handler, named) in object.named_by_clients() {
        let knows = call.model.knows_tenants() || handler.unused_tenant().is_some();
        if !knows || handler.serves_administrators(None) {
            continue;
        }
        let what = named.excerpt();
        findings
            .report(
                named,
                Severity::High,
                Certainty::Likely,
                format!("`{what}` names the object of the link, and another tenant's works as well"),
            )
            .because(call, "signs a link to it for whoever asks")
            .because(handler, "nothing here compares it with what belongs to the caller")
            .conforming(format!(
                "Find the object's row by its id and the caller's own `{0}`, and sign that row's key; or make the key of both, `f\"{{{0}}}/{{name}}\"`.",
                key(call)
            ));
    }
}

fn signed(call: Node<'_>, findings: &mut Findings<'_>) {
    let options = call.keyword("Params").map(Node::resolved_value);
    if let Some(key) = options.and_then(|it| it.dictionary_value("Key")).or_else(|| call.keyword("Key")) {
        return presigned(call, key, findings);
    }
    let payload = call.api().and_then(|api| api.callable.parameters.iter().position(|name| *name == "msg"));
    let Some(payload) = call.argument_or_keyword(payload.unwrap_or(0), "msg").map(Node::resolved_value)
    else {
        return;
    };
    let says = |list: &'static [&'static str]| {
        move |part: Node<'_>| {
            matches!(part.kind(), Kind::Name | Kind::Str | Kind::Attribute) && has_word(part.name(), list)
        }
    };
    let names_file =
        payload.value_source(&says(&["file", "filename", "path", "document", "url", "blob", "object"]));
    let names_owner = payload.tenant_source().is_some()
        || payload.value_source(&says(&["user", "tenant", "silo", "app"])).is_some();
    let Some(file) = names_file.filter(|_| !names_owner) else { return };
    // Whoever checks a link signs it again: told once, where it is made.
    let checks = call
        .function()
        .is_some_and(|function| has_word(function.name(), &["verify", "check", "validate", "valid"]));
    if checks {
        return;
    }
    // A path may begin with its tenant.
    let is_known = call.model.knows_tenants()
        && words_of(file.name()).iter().all(|word| !matches!(word.as_str(), "path" | "url" | "object"));
    let (severity, certainty, message) = match is_known {
        true => (
            Severity::Medium,
            Certainty::Likely,
            "this signature holds for the file of the same name of every tenant",
        ),
        false => (
            Severity::Low,
            Certainty::Question,
            "for whom is this link, and who checks it when it is followed?",
        ),
    };
    findings
        .report(call, severity, certainty, message)
        .because(payload, "what is signed names a file, and neither a tenant nor a user")
        .conforming(format!(
            "Sign the tenant as well, `f\"{{{0}}}:{{filename}}:{{expires}}\"`, and compare it with the caller when the link is followed.",
            key(call)
        ));
}

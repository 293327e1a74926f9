//! Searches in a collection that all tenants share, without a filter.

use super::key;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;
use crate::syntax::Kind;

/// A search in a collection that all tenants share, without a filter.
pub fn searched(call: Node<'_>, findings: &mut Findings<'_>) {
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

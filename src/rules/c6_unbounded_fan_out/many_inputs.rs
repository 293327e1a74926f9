//! Many inputs in one call of a model: as many requests, or vectors, at once as there are.

use super::sources::{Bounded, Origin, bound_of, is_bounded, origin_of, source_name, source_of};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;
use crate::syntax::Kind;

pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(inputs) = call.argument(0) else { return };
    if matches!(bound_of(inputs), Bounded::Constant | Bounded::Batches) {
        return;
    }
    if let Some(config) = call.argument_or_keyword(1, "config") {
        let config = config.resolved_value();
        if let Some(limit) =
            config.dictionary_value("max_concurrency").or_else(|| config.keyword("max_concurrency"))
        {
            findings.conforms(limit, "at most so many run at once");
            return;
        }
        // A configuration that is not written out may hold a limit.
        if !config.is(Kind::Dict) {
            return;
        }
    }
    findings
        .report(
            call,
            Severity::Medium,
            if call.is_surely_known() { Certainty::Sure } else { Certainty::Likely },
            format!("`{}` runs all its inputs at once", call.called()),
        )
        .because(inputs, "nothing limits how many there are")
        .conforming(format!(
            "Say how many at most: `{}(…, config={{\"max_concurrency\": 8}})`.",
            call.called()
        ));
}

/// All texts of a source in one call: as many vectors at once as it has passages.
pub fn embedded(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(texts) = call.argument(0) else { return };
    let source = source_of(texts, 0);
    let size = ["chunk_size", "batch_size", "embed_batch_size"];
    let made = call.receiver().and_then(Node::constructed_by);
    if let Some(size) = made.and_then(|made| size.iter().find_map(|name| made.keyword(name))) {
        findings.conforms(size, "the texts are sent in batches of this size");
        return;
    }
    if call.enclosing_loop().is_some() || !matches!(is_bounded(source, 0), Bounded::No) {
        return;
    }
    let is_loaded = source.is(Kind::Call) && source.argument(0).is_some();
    if !is_loaded && !matches!(origin_of(source, source_name(texts)), Origin::Request | Origin::Other) {
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` is given all of `{}` at once", call.called(), texts.excerpt()),
        )
        .because(source, "no limit on how many there are is in the given files")
        .because(call, "one failure or limit of the provider loses the whole, and all vectors are in memory together")
        .conforming("Go through them in batches: `for batch in batched(texts, 64): vectors += embeddings.embed_documents(list(batch))`.");
}

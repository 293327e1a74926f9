//! Requests that send something only to have it computed: an embedding, a ranking. Sent twice, they change nothing.

use crate::semantic::{Model, Node, words_of};
use crate::syntax::{Kind, Role};

/// Words in the names of functions and classes that have vectors and rankings computed.
const COMPUTES: [&str; 8] =
    ["embed", "embedding", "embedder", "rerank", "reranker", "reranking", "tokenize", "detokenize"];

/// Words of those that keep, or pass on, what was computed.
const KEEPS: [&str; 16] = [
    "store", "save", "add", "insert", "upsert", "index", "put", "delete", "update", "submit", "register",
    "upload", "send", "post", "publish", "job",
];

/// Keys under which only a computed answer stands.
const ANSWERS: [&str; 6] =
    ["embedding", "embeddings", "relevance_score", "choices", "logprobs", "generated_text"];

fn has(name: &str, known: &[&str]) -> bool {
    words_of(name)
        .iter()
        .any(|word| known.contains(&word.as_str()) || known.contains(&word.trim_end_matches('s')))
}

impl<'m> Node<'m> {
    /// Whether this request only has something computed, by the names of the function that is repeated and of those
    /// through which it leads here, by their class, or by what is read from the answer.
    pub fn only_computes(self, repeated: Node<'m>, chain: &[Node<'m>]) -> bool {
        let functions = || std::iter::once(repeated).chain(chain.iter().filter_map(|step| step.function()));
        if functions().any(|function| has(function.name(), &KEEPS)) {
            return self.is_answered_by_computing();
        }
        let named = |node: Node<'m>| has(node.name(), &COMPUTES) && !has(node.name(), &KEEPS);
        functions().any(named)
            || functions().filter_map(Node::class).any(named)
            || self.is_answered_by_computing()
    }

    fn is_answered_by_computing(self) -> bool {
        self.function().is_some_and(|function| {
            function.descendants_of(Kind::Str).any(|key| {
                key.id > self.id
                    && ANSWERS.contains(&key.name())
                    && (key.role() == Role::Index
                        || (key.role() == Role::Argument
                            && key.parent().is_some_and(|call| call.callee_name() == "get")))
            })
        })
    }

    /// The texts and names by which a value is told: its own, the default of the parameter that it is, what callers
    /// pass for it, and what is assigned to the attribute.
    pub fn told_by(self) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        self.add_told_by(&mut found, 0);
        found
    }

    fn add_told_by(self, found: &mut Vec<Node<'m>>, depth: u32) {
        const MOST: usize = 64;
        let model: &'m Model<'m> = self.model;
        let value = self.resolved_value();
        for part in value.descendants().take(MOST) {
            if found.len() > MOST {
                return;
            }
            // The names in what others pass say more of them than of the value.
            if part.is(Kind::Str) || (depth == 0 && matches!(part.kind(), Kind::Name | Kind::Attribute)) {
                found.push(part);
            }
            if depth > 3 {
                continue;
            }
            if let Some(parameter) = part.as_parameter() {
                let Some(function) = parameter.function() else { continue };
                if let Some(default) = parameter.child(Role::Default) {
                    default.add_told_by(found, depth + 1);
                }
                let given = model
                    .callers_of(function.place())
                    .iter()
                    .filter_map(|&call| model.node(call).argument_for(function, parameter));
                for given in given.take(4) {
                    given.add_told_by(found, depth + 1);
                }
            } else if part.is(Kind::Attribute)
                && part.receiver().is_some_and(|receiver| receiver.name() == "self")
                && let Some(class) = part.class()
            {
                let assigned = model.self_assignments(class.place(), part.symbol());
                let values = assigned.into_iter().filter_map(|target| target.parent()?.child(Role::Value));
                for value in values.take(3) {
                    value.add_told_by(found, depth + 1);
                }
            } else if part.is(Kind::Name)
                && part != value
                && let Some(value) = part.assigned_value()
            {
                value.add_told_by(found, depth + 1);
            }
        }
    }
}

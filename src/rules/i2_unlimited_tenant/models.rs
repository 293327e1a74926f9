//! Models whose answers may be of any length, and graphs that may take any number of steps.

use super::is_checked;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, number_in_words};
use crate::stack::{ClassTag, Tag};

/// More steps than these are no answer to one request.
const MOST_STEPS: f64 = 100.0;

/// A model whose answers to requests may be of any length.
pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let bounds = [
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "max_new_tokens",
        "num_predict",
        "max_tokens_to_sample",
    ];
    let made = model.known_calls().filter(|(call, api)| {
        is_checked(*call)
            && api.is_constructor
            && api.class.is_some_and(|class| class.has(ClassTag::ChatModel))
    });
    for (call, _) in made {
        if let Some(bound) = bounds.iter().find_map(|name| call.keyword(name)) {
            findings.conforms(bound, "an answer has a longest length");
            continue;
        }
        if call.has_hidden_arguments() || call.keyword("model_kwargs").is_some() {
            continue;
        }
        let asked = model.calls_doing(Tag::InvokesModel).find(|asked| {
            asked.receiver().and_then(Node::constructed_by) == Some(call)
                && asked.function().is_some_and(Node::serves_requests)
                && !bounds.iter().any(|name| asked.keyword(name).is_some())
        });
        let Some(asked) = asked else { continue };
        findings
            .report(
                call,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` answers requests at any length", call.called()),
            )
            .because(asked, "a request decides what is asked for")
            .because(call, "no maximum of tokens is given")
            .conforming("Say how long an answer may be: `max_tokens=800`.");
    }
}

/// `{"recursion_limit": 500}`
pub fn steps(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = dictionary.dictionary_value("recursion_limit") else { return };
    let Some(steps) = value.number() else { return };
    if steps < MOST_STEPS {
        findings.conforms(value, "an agent has few steps for one request");
        return;
    }
    if !dictionary.function().is_some_and(Node::serves_requests) {
        return;
    }
    findings
        .report(
            value,
            Severity::Low,
            Certainty::Sure,
            format!("one request may take {} steps of an agent", number_in_words(steps)),
        )
        .because(value, "each step asks the model, and may call tools")
        .conforming("Allow what an answer needs: `\"recursion_limit\": 25` is the default.");
}

//! F3: a model's or a vector store's outage is the chat's outage.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Model, Node, Place, has_word};
use crate::syntax::{Kind, Role};

const STANDBY: &str = "Give it a standby, best of a second provider: `primary.with_fallbacks([standby])`, each with its own timeout; \
     for `create_agent` a `ModelFallbackMiddleware`. Or catch the failure and answer with what still works.";

/// What is told condition by condition.
const DOWN: &str = "a model whose failure nobody answers";

pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let mut has_fallback = false;
    for fallback in model.fallbacks().filter(|call| !call.is_outside_production()) {
        findings.conforms(fallback, "another model takes over when the first one fails");
        has_fallback = true;
    }
    // Where some have a standby, a model that is seen to be asked alone was forgotten.
    without_standby(model, &|call| !has_fallback || call.asks_one_model_alone(), findings);
    if has_fallback && findings.is_watched() {
        let has_standby = |call: &Node<'_>| {
            call.asks_model() && !call.is_outside_production() && !call.asks_one_model_alone()
        };
        for call in model.calls().filter(has_standby) {
            findings.asks(call, DOWN, "no other model takes over", false, &|| {
                "one of the given files names a fallback".to_owned()
            });
        }
    }
    for call in model.calls().filter(|call| call.asks_model() && !call.is_outside_production()) {
        chained_retrieval(call, findings);
    }
    if !model.calls().any(Node::retrieves) {
        return;
    }
    let mut told: FxHashSet<Place> = FxHashSet::default();
    let mut leading: FxHashMap<Place, bool> = FxHashMap::default();
    for function in model.functions().filter(|f| f.is(Kind::FunctionDef)) {
        if !function.is_outside_production() && !function.source_file().is_script && answers(function) {
            retrieval(function, &mut told, &mut leading, findings);
        }
    }
}

// The model

/// A call of a model on the chat path, by the calls that lead to it, and what becomes of its failure.
enum Outcome<'m> {
    /// Some function on the way has another answer.
    Answered,
    /// It is turned into an error for the client, here.
    Named(Node<'m>),
    Raised,
}

fn without_standby<'m>(
    model: &'m Model<'m>,
    is_meant: &dyn Fn(Node<'m>) -> bool,
    findings: &mut Findings<'_>,
) {
    let mut asked: Option<(Vec<Node<'_>>, Node<'_>)> = None;
    let mut named: Vec<(Node<'_>, Node<'_>)> = Vec::new();
    let mut answered: Vec<Node<'_>> = Vec::new();
    let answering = |f: &Node<'_>| {
        f.is(Kind::FunctionDef) && (f.is_on_chat_path() || f.answers_by_model() || stands_for_a_chat(*f))
    };
    for handler in model.functions().filter(answering) {
        if handler.is_outside_production() {
            continue;
        }
        for chain in handler.all_reached(&|call| call.asks_model() && !call.hands_request_on()) {
            let Some(&call) = chain.last().filter(|call| is_meant(**call)) else { continue };
            if chain.iter().filter_map(|step| step.function()).any(Node::tries_model_out) {
                continue;
            }
            match outcome(&chain) {
                Outcome::Answered => {
                    answered.push(call);
                    findings.conforms(call, "its failure has an answer");
                }
                Outcome::Named(raise) => {
                    if !named.iter().any(|(known, _)| *known == raise) {
                        named.push((raise, call));
                    }
                }
                // The conversation itself is the first to be told.
                Outcome::Raised => {
                    let is_better = |known: Node<'_>| !known.is_on_chat_path() && handler.is_on_chat_path();
                    if asked.as_ref().is_none_or(|(_, known)| is_better(*known)) {
                        asked = Some((chain, handler));
                    }
                }
            }
        }
    }
    for (raise, call) in named {
        // What is made elsewhere may have its standby there.
        let (certainty, message, asked) = match is_seen(call) {
            true => (
                Certainty::Likely,
                format!("the failure of `{}` is named, and not survived", call.called()),
                "the only model that is asked",
            ),
            false => (Certainty::Question, doubt(call), "what is asked is made elsewhere"),
        };
        findings
            .report(raise, Severity::Medium, certainty, message)
            .because(call, asked)
            .because(
                raise,
                "the client gets an error where another model, or an honest partial answer, could help",
            )
            .conforming(STANDBY);
    }
    let first = asked.as_ref().and_then(|(chain, _)| chain.last().copied());
    for call in answered.into_iter().filter(|call| Some(*call) != first) {
        findings.asks(call, DOWN, "its failure has no answer", false, &|| {
            "a clause on the way from the request answers it".to_owned()
        });
    }
    let Some((chain, handler)) = asked else { return };
    let Some((&call, way)) = chain.split_last() else { return };
    findings.asks(call, DOWN, "no other model takes over", true, &|| match call.asks_one_model_alone() {
        true => "its model is seen to be made without one".to_owned(),
        false => "none of the given files names a fallback".to_owned(),
    });
    findings.asks(call, DOWN, "a request waits for it", true, &|| {
        format!("`{}` leads to it ({})", handler.name(), handler.whereabouts_from(call))
    });
    findings.asks(call, DOWN, "its failure has no answer", true, &|| {
        "no clause on the way from the request answers it".to_owned()
    });
    let is_lone = !handler.plays(FunctionRole::Handler);
    let is_likely = model.has_app() && is_seen(call) && !is_lone;
    let certainty = if is_likely { Certainty::Likely } else { Certainty::Question };
    let is_conversation = handler.is_on_chat_path();
    let is_clear = is_likely || is_conversation || is_lone && is_seen(call);
    if !findings.asks(call, DOWN, "its standby is not elsewhere", is_clear, &|| match is_clear {
        true => "the given files show how the model is made, or a conversation waits for it".to_owned(),
        false => "the model comes from elsewhere, where it may have one".to_owned(),
    }) {
        return;
    }
    let message = if certainty == Certainty::Question {
        doubt(call)
    } else {
        format!("nothing answers when `{}` fails: no other model is ready", call.called())
    };
    let mut draft = findings
        .report(call, if is_conversation { Severity::High } else { Severity::Medium }, certainty, message)
        .because(
            handler,
            if is_conversation {
                "the chat path: while the provider is down it answers nobody"
            } else {
                "while the provider is down it answers nobody"
            },
        );
    for step in way {
        draft = draft.because(*step, "leads to the model");
    }
    draft
        .because(call, "neither a fallback nor a clause with another answer is among the given files")
        .conforming(STANDBY);
}

fn doubt(call: Node<'_>) -> String {
    format!("does another model answer when `{}` fails?", call.called())
}

/// Whether the given files show what is asked: a model that comes from elsewhere may have its standby there.
fn is_seen(call: Node<'_>) -> bool {
    let is_function = call.api().is_some_and(|api| api.class.is_none());
    is_function
        || call.receiver().is_none_or(Node::is_made_in_view)
        || (call.model.makes_models() && !call.runs_a_loaded_graph())
}

fn outcome<'m>(chain: &[Node<'m>]) -> Outcome<'m> {
    let mut named = None;
    for call in chain.iter().rev() {
        // It is itself what is asked when another model failed.
        if call.enclosing_handler().and_then(Node::parent).is_some_and(|attempt| {
            attempt.child(Role::Body).is_some_and(|body| body.calls_within().any(Node::asks_model))
        }) {
            return Outcome::Answered;
        }
        // What is started aside fails by itself.
        for handler in call.handlers_around().filter(|_| !call.is_left_running()) {
            if let Some(raise) = handler.replaces_failure().or_else(|| handler.tells_of_an_error()) {
                // Only the clause for whatever comes is about an outage; others tell what else may be wrong.
                if handler.catches_everything() {
                    named.get_or_insert(raise);
                }
            } else if !handler.raises_at_last() && !handler.is_silent() {
                return Outcome::Answered;
            }
        }
    }
    named.map_or(Outcome::Raised, Outcome::Named)
}

/// A function of a paste of which nobody was given who calls it: one that answers by its name, or a step of a graph. What a
/// route leads to is told there.
fn stands_for_a_chat(function: Node<'_>) -> bool {
    let is_step = function.plays(FunctionRole::GraphNode);
    (is_step || function.is_named_for_answering())
        && !function.model.has_app()
        && !function.plays(FunctionRole::Handler)
        && !function.source_file().is_script
        && (is_step || function.model.callers_of(function.place()).is_empty())
}

// Retrieval

/// A chain whose first step asks for passages: where that fails, its model is never asked.
fn chained_retrieval(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(retriever) = call.retriever_in_chain() else { return };
    if call.is_contained() || findings.has_reported(retriever) {
        return;
    }
    findings
        .report(
            retriever,
            Severity::Medium,
            Certainty::Likely,
            format!("no answer is given at all when `{}` fails", retriever.excerpt()),
        )
        .because(call, "runs the chain, and its model is never asked")
        .conforming(
            "Give the step a stand-in, `retriever.with_fallbacks([RunnableLambda(lambda _: [])])`, and tell the model in its prompt that the documents could not be read.",
        );
}

/// Whether somebody waits for what this function says; a summary without its documents helps nobody.
fn answers(function: Node<'_>) -> bool {
    function.is_named_for_answering() || has_word(function.name(), &["rag"]) || function.serves_requests()
}

/// A retrieval whose failure keeps a function from asking the model at all.
fn retrieval<'m>(
    function: Node<'m>,
    told: &mut FxHashSet<Place>,
    leading: &mut FxHashMap<Place, bool>,
    findings: &mut Findings<'_>,
) {
    let asks = function.own_calls().find(|call| call.asks_model() || leads_to_model(*call, leading));
    let Some(asks) = asks else { return };
    for call in function.own_calls().filter(|call| call.id < asks.id || call.statement() == asks.statement())
    {
        let Some(chain) = uncontained_retrieval(call, asks, 0) else { continue };
        let Some(&last) = chain.last() else { continue };
        if !told.insert(last.place()) {
            continue;
        }
        // The place to mend is where the model is asked next: others may want to hear of the failure.
        let mut draft = findings
            .report(
                call,
                Severity::Medium,
                Certainty::Likely,
                format!("no answer is given at all when `{}` fails", last.called()),
            )
            .because(last, "its failure is not kept from what follows");
        for step in &chain[..chain.len() - 1] {
            draft = draft.because(*step, "leads to the retrieval");
        }
        draft.because(asks, "the model could answer without the passages, and is never asked").conforming(
            "Put `try` around the retrieval alone; on failure log it, go on with no passages, and tell the model in its prompt that the documents could not be read.",
        );
    }
    if let Some(kept) = function.own_calls().find(|call| call.retrieves() && call.is_contained()) {
        findings.conforms(kept, "the answer is given without passages when the retrieval fails");
    }
}

/// Whether a call runs a given function that asks the model. Many call the same ones, so it is kept.
fn leads_to_model(call: Node<'_>, leading: &mut FxHashMap<Place, bool>) -> bool {
    call.target().is_some_and(|place| {
        *leading
            .entry(place)
            .or_insert_with(|| call.model.node(place).reaches(&|inner| inner.asks_model()).is_some())
    })
}

/// The calls from this one to a retrieval whose failure comes out again, and so passes over the model.
fn uncontained_retrieval<'m>(call: Node<'m>, asks: Node<'m>, depth: u32) -> Option<Vec<Node<'m>>> {
    let is_kept = |step: Node<'m>| {
        step.enclosing_tries().any(|attempt| {
            attempt
                .handlers()
                .any(|handler| !handler.raises_at_last() && !handler.catches_cancellation_alone())
        })
    };
    if is_kept(call) {
        return None;
    }
    if call.retrieves() {
        return Some(vec![call]);
    }
    // What asks the model as well is judged in its own function.
    if depth > 3 || call == asks {
        return None;
    }
    let function: Node<'m> = call.model.node(call.target()?);
    if function.own_calls().any(|inner| inner.asks_model()) {
        return None;
    }
    let mut chain = function.own_calls().find_map(|inner| uncontained_retrieval(inner, asks, depth + 1))?;
    chain.insert(0, call);
    Some(chain)
}

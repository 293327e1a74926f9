//! O2: runs of models that leave no trace, and tracing that harms.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Model, Node, ProcessChange};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

/// What is told condition by condition.
const UNTRACED: &str = "a run of a model that leaves no trace";
const ELSEWHERE: &str = "a change that sends the traces of all requests elsewhere";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let is_checked = |node: &Node<'_>| !node.is_outside_production() && !node.source_file().is_script;
    for call in model.tracing_calls().filter(is_checked) {
        findings.conforms(call, "what runs here is traced");
    }
    untraced(model, findings);
    for change in model.process_changes().iter().filter(|change| is_checked(&change.at)) {
        redirected(change, findings);
    }
    for call in model.calls_doing(Tag::WaitsForTraces).filter(is_checked) {
        flushed(call, findings);
    }
    for call in model.calls_that_end_tracing().filter(is_checked) {
        let asked = call.statement().calls_within().find(|inner| inner.asks_model());
        let Some(asked) = asked else { continue };
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Likely,
                format!("tracing is switched off around `{}`", asked.called()),
            )
            .because(asked, "a failure of this run leaves no trace")
            .conforming("Trace it, to the tenant's project where it has a key: `tracing_context(client=client_for(app), enabled=True)`. Hide what is private with `hide_inputs` and `hide_outputs` of the client.");
    }
    for at in model.tracing_to_nowhere() {
        let at = model.stretch(at);
        findings
            .report(at, Severity::Low, Certainty::Sure, "the example switches tracing on with a key that is none")
            .because(at, "whoever copies the file sends each trace to nowhere, and finds an error in the log for it")
            .conforming("Leave the choice to whoever copies it: `LANGSMITH_TRACING=false`, with the other variables named and empty.");
    }
}

/// An application that asks a model, and no sign of tracing in any given file: asked once.
fn untraced(model: &Model<'_>, findings: &mut Findings<'_>) {
    let has_app = model.has_app();
    if !has_app && !findings.is_watched() {
        return;
    }
    let asking = || {
        model.known_calls().map(|(call, _)| call).filter(|call| {
            let file = call.source_file();
            !call.is_outside_production() && !file.is_script && !file.is_for_evaluation() && call.asks_model()
        })
    };
    // What a request waits for says most of what is missing.
    let serving = asking().find(|call| call.function().is_some_and(Node::serves_requests));
    let Some(call) = serving.or_else(|| asking().next()) else { return };
    // All texts are searched for it: asked last.
    let is_traced = model.is_traced();
    if is_traced && !findings.is_watched() {
        return;
    }
    if findings.is_watched() {
        for other in asking().filter(|other| *other != call) {
            findings.asks(other, UNTRACED, "no other call of a model stands for all", false, &|| {
                format!("`{}` ({}) does", call.called(), call.whereabouts_from(other))
            });
        }
    }
    let fact = || match has_app {
        true => "it is: requests wait for what the model says",
        false => "none is: who runs this code may trace it",
    };
    if !findings
        .asks(call, UNTRACED, "an application is among the given files", has_app, &|| fact().to_owned())
    {
        return;
    }
    if !findings.asks(call, UNTRACED, "nothing traces it", !is_traced, &|| match is_traced {
        true => "a tracer, or a variable that switches tracing on, is among the given files".to_owned(),
        false => {
            "neither a tracer nor a variable that switches tracing on is among the given files".to_owned()
        }
    }) {
        return;
    }
    // Where the variables of the process are given as well, they would say so.
    let (certainty, message, note) = match model.shows_environment() && !is_handed_away(call) {
        true => (
            Certainty::Likely,
            format!("nothing traces what `{}` does", call.called()),
            "neither a tracer nor a variable that switches tracing on is in the code or in the files that set its variables",
        ),
        false => (
            Certainty::Question,
            format!("is what `{}` does traced?", call.called()),
            "neither a tracer nor a variable that switches tracing on is among the given files; the platform may set one",
        ),
    };
    findings
        .report(call, Severity::Low, certainty, message)
        .because(call, note)
        .conforming(if is_client(call) {
            "Trace the function that asks, `@traceable(run_type=\"llm\")`, or wrap the client: `wrap_openai(OpenAI())`."
        } else if !call.takes_config() {
            // Other functions have callbacks of their own.
            "Record each call as a span: by the library's own callbacks, where it has some, or by a tracer around the call, with the tenant and the model as attributes."
        } else {
            "Trace each run, to the tenant's project where it has a key: `with tracing_context(client=client_for(app), project_name=f\"app-{app.app_id}\", enabled=True):`, with a `run_name` in the call's `config`."
        });
}

/// Whether a provider's own client is asked, of which the tracer of LangChain learns nothing.
fn is_client(call: Node<'_>) -> bool {
    call.receiver().is_some_and(|receiver| {
        receiver.instance_of().is_some()
            && ![ClassTag::ChatModel, ClassTag::Runnable, ClassTag::Graph]
                .into_iter()
                .any(|tag| receiver.is_a(tag))
    })
}

/// Whether the inner function that asks is handed to a library, which may trace what it runs.
fn is_handed_away(asks: Node<'_>) -> bool {
    let Some(function) = asks.function().filter(|function| function.function().is_some()) else {
        return false;
    };
    asks.at(0).calls_within().filter(|call| call.is_unknown_function() || call.api().is_none()).any(|call| {
        let given = |value: Node<'_>| value.is(Kind::Name) && value.name() == function.name();
        call.target().is_none() && call.positional().chain(call.keywords().filter_map(Node::value)).any(given)
    })
}

/// The environment decides to whom traces go, and belongs to all requests.
fn redirected(change: &ProcessChange<'_>, findings: &mut Findings<'_>) {
    if !change.is_about_tracing() {
        return;
    }
    let varies = !(change.is_fixed && change.tenant.is_none());
    if !findings.asks(change.at, ELSEWHERE, "its value is not always the same", varies, &|| match varies {
        true => "the code does not fix it".to_owned(),
        false => "it is a constant".to_owned(),
    }) {
        return;
    }
    let is_late = !change.at.runs_at_startup();
    if !findings.asks(change.at, ELSEWHERE, "it is changed behind the start", is_late, &|| match is_late {
        true => "it does not run before the first request".to_owned(),
        false => "it runs before the first request".to_owned(),
    }) {
        return;
    }
    let serving = change.at.function().filter(|function| function.serves_requests());
    // What a function that is told for whom it works sets is that one's.
    let told =
        || change.at.function().and_then(|function| function.parameters().find(|p| p.is_tenant_parameter()));
    let whose = change.tenant.or_else(told);
    let is_shared = serving.is_some() || whose.is_some();
    findings.asks(change.at, ELSEWHERE, "a request, or a tenant, decides it", is_shared, &|| match (
        serving, whose,
    ) {
        (Some(function), _) => format!("`{}` runs while a request is served", function.name()),
        (None, Some(tenant)) => format!("`{}` is one tenant's", tenant.excerpt()),
        _ => "no route leads to it, and no value of it is known to be a tenant's".to_owned(),
    });
    let (place, why, certainty) = match (serving, whose) {
        (Some(function), _) => (function, "runs while a request is served", Certainty::Sure),
        (None, Some(tenant)) => {
            (tenant, "the value is one tenant's, and not the process's", Certainty::Likely)
        }
        _ => return,
    };
    findings
        .report(
            change.at,
            Severity::High,
            certainty,
            format!("`{}` sends the traces of all requests elsewhere", change.at.excerpt()),
        )
        .because(place, why)
        .because(change.at, "the environment belongs to the process: another tenant's prompts may go to this one's account")
        .conforming(
            "Trace this call alone: `with tracing_context(client=client_for(app), project_name=f\"app-{app.app_id}\", enabled=True):`.",
        );
}

/// Somebody waits for the upload of traces before the answer.
fn flushed(call: Node<'_>, findings: &mut Findings<'_>) {
    if call.runs_at_startup() {
        return;
    }
    let Some(function) = call.function().filter(|function| function.serves_requests()) else { return };
    // What runs behind the response keeps nobody waiting.
    let is_aside = [FunctionRole::AfterResponse, FunctionRole::Task].iter().any(|&role| function.plays(role));
    if is_aside {
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Sure,
            format!("each request waits in `{}` until its traces are uploaded", call.called()),
        )
        .because(function, "runs while a request is served")
        .because(call, "waits for the tracing service, and is as slow as that")
        .conforming("Leave it out: traces are sent beside. Flush once, in the lifespan behind its `yield`.");
}

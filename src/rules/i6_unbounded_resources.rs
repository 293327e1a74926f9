//! I6: a container may take what it likes, or something in a process grows without a bound.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    Command, Container, FunctionRole, Holding, Model, Node, Runs, SharedState, UNREACHED_COUNT, Workload,
    ends_with_word, has_word,
};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

// What is told condition by condition.

const RESOURCES: &str = "a container without its requests and limits";
const MEMORY: &str = "a service that may take all memory of its machine";
const ALL_COMERS: &str = "a server that accepts any number of requests";
const CACHE: &str = "a cache that keeps every result";
const QUEUE: &str = "a queue without an end, which requests fill";
const GROWS: &str = "what grows with the requests";
const CONVERSATION: &str = "a conversation that is never trimmed";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let has_defaults = model.manifests().iter().any(|(_, _, kind)| *kind == "LimitRange");
    for workload in model.workloads() {
        if workload.runs == Runs::Deployment && !has_defaults {
            for container in &workload.containers {
                pod(model, workload, container, findings);
            }
        }
        let is_for_development = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for command in workload.commands.iter().filter(|_| !is_for_development) {
            server(model, command, findings);
        }
    }
    compose(model, findings);
    for function in model.functions().filter(|function| !function.is_outside_production()) {
        cache(function, findings);
    }
    queues(model, findings);
    for (call, api) in model.known_calls() {
        if api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Queue)) {
            listener(call, findings);
        }
    }
    for state in model.shared_state() {
        growing(&state, findings);
    }
    for repeat in model.loops().filter(|repeat| repeat.is(Kind::While) && !repeat.is_outside_production()) {
        conversation(repeat, findings);
    }
}

// Containers

fn pod(model: &Model<'_>, workload: &Workload, container: &Container, findings: &mut Findings<'_>) {
    let resources = &container.resources;
    if resources.is_hidden || (workload.containers.len() > 1 && container.is_sidecar()) {
        return;
    }
    let mut missing = Vec::new();
    if !resources.requests_cpu {
        missing.push("a request for CPU");
    }
    if !resources.requests_memory {
        missing.push("a request for memory");
    }
    if !resources.limits_memory {
        missing.push("a limit on memory");
    }
    let is_severe = !missing.is_empty();
    if !is_severe && !resources.limits_cpu {
        missing.push("a limit on CPU");
    }
    let nothing = missing.len() == 3;
    // The values are the place to mend, where a template takes the figures from there.
    let at = match resources.at {
        Some(at) if at.file != container.at.file => at,
        _ => container.at,
    };
    findings.asks(
        model.stretch(at),
        RESOURCES,
        "it doesn't say all that it needs and may take",
        !missing.is_empty(),
        &|| match missing.is_empty() {
            true => "it has requests for CPU and memory, and limits on both".to_owned(),
            false => format!("it has no {}", joined(&missing)),
        },
    );
    if missing.is_empty() {
        findings.conforms(
            model.stretch(resources.at.unwrap_or(at)),
            format!("`{}` says what it needs and may take", container.name),
        );
        return;
    }
    let is_passing = container.is_init && !nothing;
    if !findings.asks_whether(
        model.stretch(at),
        RESOURCES,
        "it runs for long, or says nothing at all",
        !is_passing,
        ["it does", "it runs once, before the others, and says a part"],
    ) {
        return;
    }
    let (severity, note) = match (is_severe, container.is_init) {
        (_, true) => (Severity::Low, "it runs for a short time, but may take what the others need in it"),
        (false, _) => (
            Severity::Low,
            "it may take all processors of its node; many leave this out on purpose, since a limit throttles",
        ),
        (true, _) if !resources.limits_memory => (
            Severity::Medium,
            "nothing stops it from growing until the node has no memory left, and another pod may be ended for it",
        ),
        (true, _) => (Severity::Medium, "the scheduler places it without knowing what it needs"),
    };
    findings
        .report(model.stretch(at), severity, Certainty::Sure, format!("`{}` has no {}", container.name, joined(&missing)))
        .because(model.stretch(at), note)
        .conforming("Measure a busy day and add a margin: `resources: {requests: {cpu: 250m, memory: 512Mi}, limits: {memory: 1Gi}}`.");
}

/// `a request for CPU, a request for memory and a limit on memory`, the first article left out.
fn joined(parts: &[&str]) -> String {
    let text = match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and no {}", before.join(", no "), last),
    };
    text.replace("a request", "request").replace("a limit", "limit")
}

/// Services on one machine share its memory.
fn compose(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (file, _) in (0_u32..).zip(&model.files) {
        let services = || {
            model
                .workloads()
                .iter()
                .filter(move |workload| workload.runs == Runs::Service && workload.heading.file == file)
                .filter(|workload| {
                    let is_partial = workload.service.as_ref().is_some_and(|service| {
                        service.is_for_development || service.is_for_tests || service.extends
                    });
                    // An entry without an image only changes one of another file.
                    !is_partial && !workload.runs_once() && (workload.is_built || !workload.images.is_empty())
                })
                .filter_map(|workload| workload.containers.first())
        };
        let limited = services().find(|container| container.resources.limits_memory);
        for container in services() {
            let at = model.stretch(container.at);
            if !findings.asks_whether(
                at,
                MEMORY,
                "nothing limits its memory",
                !container.resources.limits_memory,
                ["neither `mem_limit` nor `deploy.resources.limits` is given", "it has a limit on memory"],
            ) {
                findings.conforms(at, format!("`{}` has a limit on memory", container.name));
                continue;
            }
            let severity = if limited.is_some() { Severity::Medium } else { Severity::Low };
            let mut draft = findings
                .report(at, severity, Certainty::Sure, format!("`{}` has no limit on memory", container.name))
                .because(at, "on one machine all services share one memory, and this one may take all of it");
            if let Some(other) = limited {
                draft = draft.because(
                    model.stretch(other.at),
                    format!("`{}` has a limit, so this one was forgotten", other.name),
                );
            }
            draft.conforming("Say what it may take at most: `mem_limit: 1g`, or `deploy: {resources: {limits: {memory: 1g}}}`.");
        }
    }
}

fn server(model: &Model<'_>, command: &Command, findings: &mut Findings<'_>) {
    let is_open = command.takes_all_comers();
    if command.serves() {
        findings.asks_whether(
            model.stretch(command.at),
            ALL_COMERS,
            "nothing limits how many requests it accepts at once",
            is_open,
            [
                "`--limit-concurrency` is not given",
                "it has a limit, is for development, or is a server of another kind",
            ],
        );
    }
    if !is_open {
        if command.serves() {
            findings.conforms(model.stretch(command.at), "the server refuses what is too much");
        }
        return;
    }
    findings
        .report(
            model.stretch(command.at),
            Severity::Low,
            Certainty::Sure,
            "the server accepts any number of requests at once",
        )
        .because(
            model.stretch(command.at),
            "without `--limit-concurrency` an overload becomes a queue, and the queue takes memory",
        )
        .conforming("Answer with 503 what is too much: `--limit-concurrency 200`.");
}

// Code

/// A decorator that keeps the result for every argument that ever came.
fn cache(function: Node<'_>, findings: &mut Findings<'_>) {
    for decorator in function.decorators() {
        let api = if decorator.is(Kind::Call) { decorator.api() } else { decorator.api_when_called() };
        let Some(api) = api.filter(|api| api.has(Tag::Caches)) else { continue };
        let size = api.callable.parameters.first().filter(|_| decorator.is(Kind::Call));
        let size = size.and_then(|name| decorator.argument_or_keyword(0, name));
        let is_endless =
            api.has(Tag::CachesWithoutEnd) || size.is_some_and(|size| size.is_no_limit(UNREACHED_COUNT));
        let grows = function
            .parameters()
            .any(|parameter| !matches!(parameter.name(), "self" | "cls") && !has_few_values(parameter));
        findings.asks_whether(
            decorator,
            CACHE,
            "it has no maximum",
            is_endless,
            ["it keeps every result", "it keeps a limited number of results"],
        );
        let is_filled = is_endless
            && findings.asks_whether(
                decorator,
                CACHE,
                "it is asked with many different arguments",
                grows,
                [
                    "a parameter may take many values",
                    "it has no parameter, or each takes few values by its annotation or name",
                ],
            );
        if !is_filled {
            if let Some(size) = size.filter(|size| size.number().is_some()) {
                findings.conforms(size, format!("`{}` keeps a limited number of results", function.name()));
            }
            continue;
        }
        let asked = from_request(function).or_else(|| text_of_user(function));
        let why = match asked {
            Some(_) => "comes from outside, and so is never the same for long",
            None => "is a row's, and so is another one for each row",
        };
        let argument = asked.or_else(|| from_row(function));
        findings.asks(
            decorator,
            CACHE,
            "they come from outside, or out of rows",
            argument.is_some(),
            &|| match argument {
                Some(argument) => {
                    format!("`{}` does ({})", argument.excerpt(), argument.whereabouts_from(decorator))
                }
                None => "no caller in the given files is seen to hand a part of a request or a row to it"
                    .to_owned(),
            },
        );
        let Some(argument) = argument else { continue };
        findings
            .report(decorator, Severity::Medium, Certainty::Likely, format!("keeps the result of `{}` for every argument that ever came", function.name()))
            .because(decorator, "has no maximum, and lives as long as the process")
            .because(argument, why)
            .conforming("Give it a size: `@lru_cache(maxsize=1000)`, or a time as well: `TTLCache(maxsize=1000, ttl=60)`.");
    }
}

/// An argument that some caller gives this function out of a request.
fn from_request(function: Node<'_>) -> Option<Node<'_>> {
    let model = function.model;
    let calls = model.callers_of(function.place()).iter().map(|&call| model.node(call));
    calls.take(24).find_map(|call| {
        function
            .parameters()
            .filter(|parameter| !has_few_values(*parameter))
            .filter_map(|parameter| call.argument_for(function, parameter))
            .find(|argument| argument.may_come_from_request())
    })
}

/// An argument that some caller, while it serves a request, takes out of a row of the database.
fn from_row(function: Node<'_>) -> Option<Node<'_>> {
    let model = function.model;
    let calls = model.callers_of(function.place()).iter().map(|&call| model.node(call));
    let serving = calls.take(24).filter(|call| call.function().is_some_and(Node::serves_requests));
    serving.into_iter().find_map(|call| {
        function
            .parameters()
            .filter(|parameter| !has_few_values(*parameter))
            .filter_map(|parameter| call.argument_for(function, parameter))
            .filter(|argument| argument.is(Kind::Attribute))
            .find(|argument| argument.receiver().is_some_and(|row| row.fetched().is_some()))
    })
}

/// A parameter that takes what a person wrote, by its name, of a function whose callers were not given.
fn text_of_user(function: Node<'_>) -> Option<Node<'_>> {
    const WRITTEN: [&str; 10] = [
        "text", "query", "question", "prompt", "message", "content", "passage", "sentence", "url", "document",
    ];
    if !function.may_serve_requests() || !function.model.callers_of(function.place()).is_empty() {
        return None;
    }
    function.parameters().find(|parameter| {
        ends_with_word(parameter.name(), &WRITTEN)
            && parameter.child(Role::Annotation).is_none_or(|annotation| annotation.source() == "str")
    })
}

/// Whether a parameter takes few different values, by its annotation or by a name for what a protocol lists.
fn has_few_values(parameter: Node<'_>) -> bool {
    const LISTED: [&str; 5] = ["version", "method", "mode", "level", "kind"];
    let is_listed = ends_with_word(parameter.name(), &LISTED);
    is_listed
        || parameter.child(Role::Annotation).is_some_and(|annotation| {
            let text = annotation.source();
            text == "bool"
                || text.starts_with("Literal[")
                || text.starts_with("type[")
                || text.starts_with("Type[")
                || text.ends_with("Enum")
                || text.contains("Settings")
                || text.contains("Config")
        })
}

/// Whether what a function makes may live as long as the process.
fn lives_on(function: Node<'_>) -> bool {
    let model = function.model;
    let is_kept = || {
        // One that a request makes is gone with it.
        function.owner().is_some_and(|class| {
            !model.calls_named(class.name()).any(|made| {
                made.function().is_some_and(|around| around.serves_requests() && !around.is_cached())
            })
        })
    };
    function.is_startup() || (function.name() == "__init__" && is_kept())
}

/// Whether a handler calls a method of this name, of an object of which no more is known.
fn is_asked_by_name(function: Node<'_>) -> bool {
    let model = function.model;
    function.owner().is_some()
        && model.calls_named(function.name()).any(|call| {
            call.function().is_some_and(|caller| caller.plays(FunctionRole::Handler))
                && call
                    .receiver()
                    .is_some_and(|receiver| receiver.is(Kind::Attribute) || receiver.is(Kind::Name))
                && call.target().is_none()
                && call.api().is_none()
        })
}

/// Whether the same function has taken something out of the queue before: a pool lends what is in it.
fn gives_back(put: Node<'_>, queue: Node<'_>) -> bool {
    put.function().is_some_and(|function| {
        function.own_calls().any(|call| {
            matches!(call.callee_name(), "get" | "get_nowait")
                && call.id < put.id
                && call.receiver().and_then(Node::constructed_by) == Some(queue)
        })
    })
}

/// A queue of the process without an end, which requests fill.
fn queues(model: &Model<'_>, findings: &mut Findings<'_>) {
    let endless: Vec<Node<'_>> = model
        .known_calls()
        .filter(|(_, api)| api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Queue)))
        .map(|(call, _)| call)
        .filter(|call| !call.is_outside_production() && call.function().is_none_or(lives_on))
        .filter(|call| {
            let size = call.argument_or_keyword(0, "maxsize");
            let is_bounded =
                size.is_some_and(|size| size.number() != Some(0.0) && !size.is_no_limit(UNREACHED_COUNT));
            findings.asks_whether(
                *call,
                QUEUE,
                "it has no end",
                !is_bounded && !call.has_hidden_arguments(),
                ["no `maxsize` is given", "it has a `maxsize`, or is given arguments that can't be seen"],
            );
            if let Some(size) = size.filter(|_| is_bounded) {
                findings.conforms(size, "the queue has an end");
            }
            !is_bounded && !call.has_hidden_arguments()
        })
        .collect();
    for queue in endless {
        let filled = model.calls().find(|call| {
            matches!(call.callee_name(), "put" | "put_nowait")
                && call.receiver().and_then(Node::constructed_by) == Some(queue)
                && !call.awaits_answer()
                && !gives_back(*call, queue)
                && call
                    .function()
                    .is_some_and(|function| function.serves_requests() || is_asked_by_name(function))
        });
        findings.asks(
            queue,
            QUEUE,
            "requests fill it, and don't wait for an answer",
            filled.is_some(),
            &|| match filled {
                Some(call) => format!("`{}` does ({})", call.excerpt(), call.whereabouts_from(queue)),
                None => "no `put` in the given files is seen to come from a request".to_owned(),
            },
        );
        let Some(filled) = filled else { continue };
        let is_reached = filled.function().is_some_and(Node::serves_requests);
        let certainty = if is_reached { Certainty::Sure } else { Certainty::Likely };
        findings
            .report(queue, Severity::Low, certainty, "this queue has no end, and requests fill it")
            .because(filled, "puts one more in for each request, however many wait already")
            .conforming(match filled.callee_name() {
                "put_nowait" => {
                    "End it: `asyncio.Queue(maxsize=1000)`. `put_nowait` then raises `QueueFull` where it is full: handle that \
                     before anything else is done for the request, and answer 503."
                }
                _ => "End it: `asyncio.Queue(maxsize=1000)`. Whoever puts too much in then waits, or is told 503.",
            });
    }
}

/// A queue for each connection, into which others put what happens: whoever reads slowly lets it grow.
fn listener(queue: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = queue.function().filter(|function| function.serves_requests()) else { return };
    let is_bounded = queue.argument_or_keyword(0, "maxsize").is_some_and(|size| size.number() != Some(0.0));
    let Some(name) = queue.statement().targets().find(|target| target.is(Kind::Name)) else { return };
    let is_it = |node: Node<'_>| node.is(Kind::Name) && node.symbol() == name.symbol();
    // `listeners[room] = queue`, `listeners.add(queue)`
    let kept = function
        .own_assignments()
        .filter(|it| it.value().is_some_and(is_it))
        .find(|it| it.targets().any(|target| target.is(Kind::Subscript)));
    let kept = kept.or_else(|| {
        function.own_calls().find(|call| {
            matches!(call.callee_name(), "add" | "append" | "subscribe" | "register")
                && call.positional().any(is_it)
        })
    });
    let Some(kept) = kept.or_else(|| queue.statement().targets().find(|target| target.is(Kind::Subscript)))
    else {
        return;
    };
    let filled = ["put_nowait", "put"].iter().flat_map(|name| queue.model.calls_named(name)).find(|call| {
        call.file == queue.file && call.function() != Some(function) && call.enclosing_loop().is_some()
    });
    let Some(filled) = filled.filter(|_| !queue.has_hidden_arguments()) else { return };
    if is_bounded || queue.is_outside_production() {
        return;
    }
    findings
        .report(
            queue,
            Severity::Low,
            Certainty::Likely,
            "this queue has no end, and a slow reader lets it grow",
        )
        .because(kept, "each connection has one, which others find here")
        .because(filled, "puts one more in for each that listens, however many wait already")
        .conforming(
            "End it: `asyncio.Queue(maxsize=100)`, and close the connection of whoever does not keep up.",
        );
}

/// A container of the process that requests fill and nothing empties.
fn growing(state: &SharedState<'_>, findings: &mut Findings<'_>) {
    if state.is_about_code() || state.value.is_a(ClassTag::Queue) {
        return;
    }
    let change = state.grows_with_requests();
    let at = state.definition;
    findings.asks(
        at,
        GROWS,
        "requests add to it, and nothing takes away",
        change.is_some(),
        &|| match change {
            Some(change) => format!("`{}` adds to it ({})", change.excerpt(), change.whereabouts_from(at)),
            None => "no request is seen to add to it, or something removes, replaces or limits what it holds"
                .to_owned(),
        },
    );
    let Some(change) = change else { return };
    if !findings.asks_whether(
        at,
        GROWS,
        "it holds values",
        state.holding() == Holding::Values,
        ["nothing says otherwise", "it holds live objects: connections, clients, tasks"],
    ) {
        return;
    }
    findings
        .report(
            state.definition,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` grows with the requests and is never emptied", state.name()),
        )
        .because(state.definition, "lives as long as the process, and has no size")
        .because(change, "a request adds to it")
        .conforming(
            "Give it an end: `deque(maxlen=1000)` for what is only looked at, `TTLCache(maxsize=1000, ttl=60)` for what is \
             looked up; or write it to the database.",
        );
}

/// A list of messages that is added to and sent whole, turn after turn.
fn conversation(repeat: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = repeat.function().filter(|function| function.may_serve_requests()) else { return };
    let inside = |node: Node<'_>| repeat.contains(node) && node.function() == Some(function);
    let sent = function
        .own_calls()
        .filter(|call| inside(*call) && asks_a_model(*call))
        .find_map(|call| Some((call, call.positional().find(|argument| argument.is(Kind::Name))?)));
    let Some((call, messages)) = sent else { return };
    let of_messages = |call: &Node<'_>| {
        inside(*call)
            && call.receiver().is_some_and(|list| list.is(Kind::Name) && list.name() == messages.name())
    };
    let added = function
        .own_calls()
        .find(|call| of_messages(call) && matches!(call.callee_name(), "append" | "extend"));
    let trimmed = function.own_calls().any(|call| {
        of_messages(&call) && matches!(call.callee_name(), "pop" | "popleft" | "clear" | "remove")
    });
    let assigned = function.own_assignments().any(|assignment| {
        inside(assignment)
            && assignment.targets().any(|target| {
                target.name() == messages.name()
                    || target.child(Role::Value).is_some_and(|list| list.name() == messages.name())
            })
    });
    let deleted = repeat.descendants_of(Kind::Delete).any(|node| node.mentions(messages.name()));
    let Some(added) = added else { return };
    findings.asks(added, CONVERSATION, "all of it is sent to a model, turn after turn", true, &|| {
        format!("`{}` sends it ({})", call.excerpt(), call.whereabouts_from(added))
    });
    if !findings.asks_whether(
        added,
        CONVERSATION,
        "nothing trims it",
        !trimmed && !assigned && !deleted,
        ["nothing in the loop does", "something in the loop removes from it, or makes it anew"],
    ) {
        return;
    }
    findings
        .report(
            added,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` grows with each turn and is never trimmed", messages.name()),
        )
        .because(added, "one more for each turn, as long as the connection lasts")
        .because(call, "sends all of it to the model again, until it no longer fits")
        .conforming(format!(
            "Trim it before it is sent: `{0} = {0}[-20:]`, or `trim_messages` with a limit in tokens.",
            messages.name()
        ));
}

/// By what is known of the callee, or by its name where it comes from a file that was not given.
fn asks_a_model(call: Node<'_>) -> bool {
    call.does(Tag::InvokesModel)
        || (call.api().is_none()
            && matches!(call.callee_name(), "invoke" | "stream")
            && call
                .receiver()
                .is_some_and(|receiver| has_word(receiver.name(), &["model", "llm", "chat", "agent"])))
}

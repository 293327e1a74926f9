//! C6: as many coroutines are started at once as the input has elements.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Model, Node, Type, Waiting, words_of};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

const BOUND: &str = "Bound it: `slots = asyncio.Semaphore(8)`, and `async with slots:` inside the coroutine that is started for each element; \
                     or work through the input in batches of a fixed size.";

/// What is started: how many, and which coroutine.
struct FanOut<'m> {
    iterable: Node<'m>,
    element: Node<'m>,
}

/// The defect.
const AT_ONCE: &str = "as many coroutines at once as the input has elements";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        if api.has(Tag::Gathers) {
            let fan_out = gathered(call);
            findings.asks(
                call,
                AT_ONCE,
                "what is started comes from something of any length",
                fan_out.is_some(),
                &|| match &fan_out {
                    Some(fan_out) => format!("one for each element of `{}`", fan_out.iterable.excerpt()),
                    None => {
                        "the coroutines are written out one by one, or come from what the code does not show"
                            .to_owned()
                    }
                },
            );
            if let Some(fan_out) = fan_out {
                judge(call, &fan_out, findings);
            }
        } else if api.has(Tag::StartsTask) && api.class.is_some_and(|class| class.has(ClassTag::TaskGroup)) {
            if let Some(fan_out) = started_in_loop(call) {
                judge(call, &fan_out, findings);
            }
        } else if api.has(Tag::StartsTask) {
            if let Some(fan_out) = started_one_by_one(call) {
                judge(call, &fan_out, findings);
            }
        } else if api.has(Tag::Branches) {
            branches(call, findings);
        } else if api.has(Tag::QueuesMany) {
            queued(call, findings);
        } else if api.has(Tag::EmbedsMany) {
            embedded(call, findings);
        } else if api.has(Tag::ManyInputs) {
            many_inputs(call, findings);
        } else if api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Executor)) {
            executor(call, findings);
        } else if api.is_constructor && api.has(Tag::Offloads) {
            threads(call, findings);
        }
    }
}

/// `gather(*(f(x) for x in xs))`, `gather(*map(f, xs))`, `wait([f(x) for x in xs])`, or a list filled in a loop.
fn gathered(call: Node<'_>) -> Option<FanOut<'_>> {
    let first = call.positional().find(|argument| {
        let inner = argument.unwrapped().resolved_value();
        argument.is(Kind::Starred) || is_comprehension(inner) || inner.is(Kind::List)
    })?;
    let written = first.unwrapped();
    let value = written.resolved_value();
    if is_comprehension(value) {
        return Some(FanOut { iterable: iterable_of(value)?, element: started(value.child(Role::Value)?) });
    }
    if value.is(Kind::Call) && value.callee_name() == "map" {
        return Some(FanOut { iterable: value.argument(1)?, element: value.argument(0)? });
    }
    if value.is(Kind::List) && written.is(Kind::Name) {
        return filled_in_loop(written);
    }
    None
}

fn is_comprehension(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::ListComp | Kind::Generator | Kind::SetComp)
}

fn iterable_of(comprehension: Node<'_>) -> Option<Node<'_>> {
    comprehension.child(Role::Clause)?.child(Role::Iterable)
}

/// The coroutine inside `create_task(…)` and the like.
fn started(element: Node<'_>) -> Node<'_> {
    match element.scheduled_callable() {
        Some(inner)
            if element.does(Tag::StartsTask) || element.does(Tag::Wraps) || element.does(Tag::BoundsTime) =>
        {
            inner
        }
        _ if element.does(Tag::BoundsTime) => element.argument(0).unwrap_or(element),
        _ => element,
    }
}

/// `tasks = []`, then `tasks.append(f(x))` in a loop.
fn filled_in_loop(list: Node<'_>) -> Option<FanOut<'_>> {
    let function = list.function()?;
    let append = function.own_calls().find(|call| {
        call.callee_name() == "append"
            && call.receiver().is_some_and(|receiver| receiver.reads_like(list))
            && call.id < list.id
    })?;
    let around = append.enclosing_loop().filter(|around| around.is(Kind::For) && !around.contains(list))?;
    Some(FanOut { iterable: around.child(Role::Iterable)?, element: started(append.argument(0)?) })
}

fn started_in_loop(call: Node<'_>) -> Option<FanOut<'_>> {
    let around = call.enclosing_loop()?;
    let iterable = match around.kind() {
        Kind::For => around.child(Role::Iterable)?,
        _ => iterable_of(around)?,
    };
    Some(FanOut { iterable, element: call.argument(0)? })
}

fn judge(call: Node<'_>, fan_out: &FanOut<'_>, findings: &mut Findings<'_>) {
    let source = source_of(fan_out.iterable, 0);
    let bound = limit_in(fan_out.element, 0);
    findings.asks(call, AT_ONCE, "no semaphore limits how many run", bound.is_none(), &|| match bound {
        Some(bound) => format!("`{}` does ({})", bound.excerpt(), bound.whereabouts_from(call)),
        None => format!("none is taken in `{}`", fan_out.element.excerpt()),
    });
    if let Some(bound) = bound {
        findings.conforms(bound, "at most so many run at once");
        return;
    }
    let bounded = is_bounded(source, 0);
    findings.asks(
        call,
        AT_ONCE,
        "its length has no limit",
        matches!(bounded, Bounded::No),
        &|| match bounded {
            Bounded::Batches => format!("`{}` is a batch of a fixed size", source.excerpt()),
            Bounded::Constant => format!("the code says the most that `{}` holds", source.excerpt()),
            Bounded::No => format!("nothing limits the length of `{}`", source.excerpt()),
        },
    );
    match bounded {
        Bounded::Batches => {
            findings.conforms(call, "each batch has a fixed size");
            return;
        }
        Bounded::Constant => return,
        Bounded::No => {}
    }
    // A thread pool has a fixed number of threads, and what waits in line for one of them floods nobody.
    let waiting = fan_out.element.waiting();
    findings.asks(call, AT_ONCE, "each waits for another system", waiting == Waiting::Outside, &|| {
        match waiting {
            Waiting::Nothing => "they await nothing but tasks and events of this process".to_owned(),
            Waiting::Threads(_) => "they wait for a thread of a pool, which has a limit".to_owned(),
            Waiting::Outside => format!("`{}` does, or calls what is not known", fan_out.element.excerpt()),
        }
    });
    match waiting {
        Waiting::Nothing => return,
        Waiting::Threads(at) => {
            findings.conforms(at, "the thread pool limits how many run at once");
            return;
        }
        Waiting::Outside => {}
    }
    let known = fan_out.element.api().is_some() || fan_out.element.target().is_some();
    let (severity, certainty, why) = match origin_of(source, source_name(fan_out.iterable)) {
        Origin::Request => {
            let certainty = if known { Certainty::Sure } else { Certainty::Likely };
            (Severity::High, certainty, "the request decides how many there are")
        }
        Origin::Own => (Severity::Low, Certainty::Question, "how many this holds is not to be seen here"),
        Origin::Other => {
            let certainty = if known { Certainty::Sure } else { Certainty::Likely };
            (Severity::Medium, certainty, "no limit on how many there are is in the given files")
        }
        Origin::Answer => {
            (Severity::Medium, Certainty::Likely, "what another service answers decides how many there are")
        }
        Origin::Handed if asks_a_service(fan_out.element) => {
            (Severity::Low, Certainty::Likely, "whoever calls this decides how many there are")
        }
        Origin::Handed | Origin::Unknown => {
            (Severity::Low, Certainty::Question, "how many there are is not to be seen here")
        }
    };
    // Where the same file bounds another one like it, somebody has thought that there may be many.
    let is_open = certainty == Certainty::Question && asks_a_service(fan_out.element);
    let sibling = Some(call).filter(|_| is_open).and_then(bounded_sibling);
    let certainty = if sibling.is_some() { Certainty::Likely } else { certainty };
    let started = fan_out.element.target().map_or(fan_out.element, |place| call.model.node(place));
    let mut draft = findings
        .report(
            call,
            severity,
            certainty,
            format!(
                "`{}` starts one coroutine for each element of `{}`, all at once",
                call.called(),
                fan_out.iterable.excerpt()
            ),
        )
        .because(source, why)
        .because(started, "no semaphore and no batch limits how many of them run at once");
    if let Some(sibling) = sibling {
        draft = draft.because(sibling, "limits another one in this file");
    }
    draft.conforming(BOUND);
}

/// What limits how many run at once of another fan-out in the same file that asks a service as well.
fn bounded_sibling(call: Node<'_>) -> Option<Node<'_>> {
    let others = call.at(0).calls_within().filter(|other| *other != call);
    others.into_iter().find_map(|other| {
        let api = other.api()?;
        let fan_out = match api.has(Tag::Gathers) {
            true => gathered(other)?,
            false if api.has(Tag::StartsTask) => started_in_loop(other)?,
            false => return None,
        };
        limit_in(fan_out.element, 0).filter(|_| asks_a_service(fan_out.element))
    })
}

enum Bounded {
    No,
    /// The code says the number.
    Constant,
    Batches,
}

/// What is iterated, with `list(…)`, `enumerate(…)` and the like taken off, and local names followed.
fn source_of(iterable: Node<'_>, depth: u32) -> Node<'_> {
    let value = iterable.unwrapped().resolved_value().unwrapped();
    if depth > 6 {
        return value;
    }
    match value.kind() {
        Kind::Call
            if matches!(
                value.callee_name(),
                "list"
                    | "set"
                    | "tuple"
                    | "sorted"
                    | "enumerate"
                    | "reversed"
                    | "zip"
                    | "filter"
                    | "fromkeys"
            ) =>
        {
            let index = usize::from(value.callee_name() == "filter");
            value.argument(index).map_or(value, |inner| source_of(inner, depth + 1))
        }
        Kind::Call if matches!(value.callee_name(), "items" | "values" | "keys" | "copy") => {
            value.receiver().map_or(value, |inner| source_of(inner, depth + 1))
        }
        Kind::ListComp | Kind::SetComp | Kind::Generator | Kind::DictComp => {
            iterable_of(value).map_or(value, |inner| source_of(inner, depth + 1))
        }
        _ => value,
    }
}

/// What the given function that is called returns, if it is one expression.
fn returned_value(call: Node<'_>) -> Option<Node<'_>> {
    let function = call.model.node(call.target()?);
    let mut returned = function.own_returns().filter_map(|node| node.child(Role::Value));
    returned.next().filter(|_| returned.next().is_none())
}

fn is_bounded(source: Node<'_>, depth: u32) -> Bounded {
    match source.kind() {
        Kind::Tuple | Kind::List | Kind::Set | Kind::Dict | Kind::Str => Bounded::Constant,
        Kind::Subscript => match source.child(Role::Index) {
            Some(index) if index.is(Kind::Slice) && index.child(Role::Right).is_some() => Bounded::Batches,
            _ => Bounded::No,
        },
        Kind::Call if source.callee_name() == "range" => {
            let end = source.argument(usize::from(source.positional().count() > 1));
            let constant = end.is_some_and(|end| end.number().is_some() || is_constant_name(end));
            if constant { Bounded::Constant } else { Bounded::No }
        }
        Kind::Name | Kind::Attribute if is_constant_name(source) => Bounded::Constant,
        Kind::Name if is_batch(source) => Bounded::Batches,
        Kind::Call => match returned_value(source) {
            Some(value) if depth < 3 => is_bounded(source_of(value, 0), depth + 1),
            _ => Bounded::No,
        },
        Kind::Attribute | Kind::Name if source.is_limited_in_length() => Bounded::Constant,
        _ => Bounded::No,
    }
}

/// By convention what is written in capitals does not change.
fn is_constant_name(node: Node<'_>) -> bool {
    let name = node.name();
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// A loop's variable over batches: `for batch in batched(items, 20)`, `for chunk in chunks(items)`.
fn is_batch(name: Node<'_>) -> bool {
    name.surroundings().filter(|node| node.is(Kind::For)).any(|around| {
        let is_target = around
            .targets()
            .any(|target| target.descendants().any(|node| node.is(Kind::Name) && node.name() == name.name()));
        let in_batches = around.child(Role::Iterable).is_some_and(|iterable| {
            iterable.descendants_of(Kind::Call).any(|call| {
                words_of(call.callee_name()).iter().any(|word| {
                    ["batch", "batched", "batches", "chunk", "chunked", "chunks", "grouper", "sliced"]
                        .contains(&word.as_str())
                })
            })
        });
        is_target && in_batches
    })
}

/// What a deployment has a handful of, whoever uses it.
const INSTALLED: [&str; 12] = [
    "backend",
    "deployment",
    "endpoint",
    "gate",
    "node",
    "provider",
    "region",
    "replica",
    "server",
    "shard",
    "tier",
    "window",
];

/// The name under which the elements are iterated, with `enumerate(…)` and the like taken off.
fn source_name(iterable: Node<'_>) -> Node<'_> {
    let mut node = iterable.unwrapped();
    while node.is(Kind::Call) && node.target().is_none() {
        match node.argument(0).or_else(|| node.receiver()) {
            Some(inner) => node = inner.unwrapped(),
            None => break,
        }
    }
    node
}

enum Origin {
    Request,
    /// An attribute of an object, or a global: the program's own.
    Own,
    /// Rows of the database, or what a caller that is not in view hands on.
    Other,
    /// Read out of what another service has answered.
    Answer,
    /// A collection that a parameter brings, from callers that are not in view.
    Handed,
    /// Computed on the way.
    Unknown,
}

/// Whether the coroutine surely asks another service, and not only the database or a cache.
fn asks_a_service(element: Node<'_>) -> bool {
    let asks = |call: Node<'_>| {
        call.api().and_then(|api| api.callable.crosses).is_some_and(|system| {
            matches!(
                system,
                System::Http | System::Model | System::Vector | System::Storage | System::Mail | System::Mcp
            )
        })
    };
    let place = match element.ty() {
        Type::Function(place) | Type::Method(place) => Some(place),
        _ => element.target(),
    };
    asks(element) || place.is_some_and(|place| element.model.node(place).reaches(&asks).is_some())
}

fn origin_of(source: Node<'_>, written: Node<'_>) -> Origin {
    // `range(pages)`: the number decides.
    let counted = source.is(Kind::Call) && source.callee_name() == "range" && source.target().is_none();
    let source = match source.positional().last().filter(|_| counted) {
        Some(end) => end.resolved_value(),
        None => source,
    };
    let mut root = source;
    while let Some(receiver) = root.receiver() {
        root = receiver;
    }
    // A method, or function, of the given files that gives rows.
    let gives_rows = || {
        let made = returned_value(source).map(|value| source_of(value, 0));
        let is_limited = |rows: Node<'_>| rows.origin(|call| call.callee_name() == "limit").is_some();
        made.is_some_and(|rows| rows.fetched().is_some() && !is_limited(rows))
    };
    if source.asks_unseen_repository() || gives_rows() {
        return Origin::Other;
    }
    let asks_elsewhere = |part: Node<'_>| {
        part.api().is_some_and(|api| {
            api.callable.crosses == Some(System::Http) && !api.is_constructor && api.callable.coroutine
        })
    };
    if source.value_source(&asks_elsewhere).is_some() {
        return Origin::Answer;
    }
    // What an operator configures is as long as the operator wants.
    let configured = |name: &str| {
        words_of(name).iter().any(|word| {
            [
                "callback",
                "callbacks",
                "config",
                "guardrails",
                "handlers",
                "hooks",
                "plugins",
                "providers",
                "registry",
                "settings",
            ]
            .contains(&word.as_str())
        })
    };
    if configured(root.name()) || configured(root.callee_name()) {
        return Origin::Own;
    }
    let is_installed = |name: &str| {
        words_of(name).last().is_some_and(|word| INSTALLED.contains(&word.trim_end_matches('s')))
    };
    let installed = || {
        [source, written, root]
            .iter()
            .any(|node| is_installed(node.name()) || is_installed(node.callee_name()))
    };
    if let Some(parameter) = root.as_parameter()
        && let Some(function) = parameter.parent()
    {
        if function.plays(FunctionRole::Handler) {
            return Origin::Request;
        }
        if installed() {
            return Origin::Own;
        }
        let is_self = function.owner().is_some() && function.parameters().next() == Some(parameter);
        if is_self && root != source {
            return Origin::Own;
        }
        if source.is_sized_by_request() {
            return Origin::Request;
        }
        // Whoever calls it decides; where all that do are in view, none of them takes it from a request.
        return match function.model.callers_of(function.place()).is_empty() {
            true if is_alone(function) => Origin::Other,
            true if root == source => Origin::Handed,
            _ => Origin::Unknown,
        };
    }
    let is_global = root.is(Kind::Name) && root.scope_of_name() == Some(0) && root.function().is_some();
    if is_global || installed() {
        return Origin::Own;
    }
    if source.is_sized_by_request() {
        return Origin::Request;
    }
    if source.fetched().is_some() { Origin::Other } else { Origin::Unknown }
}

/// One pasted file, in which nobody calls this function: whoever does decides.
fn is_alone(function: Node<'_>) -> bool {
    function.model.python().count() == 1 && function.model.callers_of(function.place()).is_empty()
}

/// What limits how many of these coroutines work at once: a semaphore inside, or one that is handed to them.
fn limit_in(element: Node<'_>, depth: u32) -> Option<Node<'_>> {
    if depth > 3 {
        return None;
    }
    if element.is(Kind::Call) {
        let handed = element.children().skip(1).find(|argument| is_limit(*argument));
        if handed.is_some() {
            return handed;
        }
        if words_of(element.callee_name()).iter().any(|word| is_limiting_word(word))
            && element.target().is_none()
        {
            return Some(element);
        }
    }
    let place = match element.ty() {
        Type::Function(place) | Type::Method(place) => place,
        _ => element.target()?,
    };
    limit_of(element.model.node(place), depth)
}

/// What limits how many calls of this function work at once.
fn limit_of(function: Node<'_>, depth: u32) -> Option<Node<'_>> {
    let taken = function
        .descendants_of(Kind::WithItem)
        .filter_map(|item| item.child(Role::Context))
        .filter(|context| !is_made_by_each(*context, function))
        .find(|context| is_limit(*context) || context.receiver().is_some_and(is_limit));
    let acquired = || {
        function.own_calls().find(|call| {
            let limits = |limit| is_limit(limit) && !is_made_by_each(limit, function);
            call.callee_name() == "acquire" && call.receiver().is_some_and(limits)
        })
    };
    taken.or_else(acquired).or_else(|| {
        function.own_calls().filter(|call| call.target().is_some()).find_map(|call| limit_in(call, depth + 1))
    })
}

/// Whether the coroutine makes its own: a semaphore that nobody else waits for limits nothing.
fn is_made_by_each(limit: Node<'_>, function: Node<'_>) -> bool {
    limit.constructed_by().is_some_and(|made| made.function() == Some(function))
}

fn is_limit(node: Node<'_>) -> bool {
    if node.is_a(ClassTag::Semaphore) || node.is_a(ClassTag::RateLimiter) {
        return true;
    }
    // A semaphore that comes from elsewhere is known by its name.
    let named = matches!(node.kind(), Kind::Name | Kind::Attribute)
        && matches!(node.ty(), Type::Unknown | Type::Path(_) | Type::Foreign(_));
    named && words_of(node.name()).iter().any(|word| is_limiting_word(word))
}

fn is_limiting_word(word: &str) -> bool {
    ["semaphore", "sem", "sema", "limiter", "throttle", "throttled", "throttler", "bounded", "limited"]
        .contains(&word)
}

fn many_inputs(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(inputs) = call.argument(0) else { return };
    if matches!(is_bounded(source_of(inputs, 0), 0), Bounded::Constant | Bounded::Batches) {
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
fn embedded(call: Node<'_>, findings: &mut Findings<'_>) {
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

/// `for x in xs: create_task(f(x))`, where the function gathers nothing: nobody waits for the tasks together.
fn started_one_by_one(call: Node<'_>) -> Option<FanOut<'_>> {
    let around = call.enclosing_loop().filter(|around| around.is(Kind::For))?;
    let function = call.function()?;
    let gathers = function.own_calls().any(|other| other.does(Tag::Gathers) || other.does(Tag::AwaitsTasks));
    let waits = call.is_awaited() || around.body()?.descendants_of(Kind::Await).next().is_some();
    let element = call.scheduled_callable().filter(|element| element.is(Kind::Call))?;
    let iterable = around.child(Role::Iterable)?;
    let sent = matches!(origin_of(source_of(iterable, 0), source_name(iterable)), Origin::Request);
    (!gathers && !waits && sent).then_some(FanOut { iterable, element })
}

/// `[Send("write", {…}) for section in state["sections"]]`: a branch of the graph for each element.
fn branches(call: Node<'_>, findings: &mut Findings<'_>) {
    let model = call.model;
    let Some(fan_out) = started_in_loop(call) else { return };
    if !matches!(is_bounded(source_of(fan_out.iterable, 0), 0), Bounded::No)
        || model.mentions_text("max_concurrency")
    {
        return;
    }
    // The node itself may let only a few through.
    let node = call.argument(0).and_then(Node::string);
    let limit = model
        .calls_named("add_node")
        .filter(|added| node.is_some() && added.argument(0).and_then(Node::string) == node)
        .filter_map(|added| added.argument_or_keyword(1, "action"))
        .find_map(|action| limit_in(action, 0));
    if let Some(limit) = limit {
        findings.conforms(limit, "at most so many run at once");
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("the graph runs one branch for each element of `{}`, all at once", fan_out.iterable.excerpt()),
        )
        .because(fan_out.iterable, "no limit on how many there are is in the given files")
        .because(call, "each becomes a run of its own, and no configuration sets `max_concurrency`")
        .conforming("Say how many at most where the graph is run: `await graph.ainvoke(state, {\"max_concurrency\": 8})`.");
}

/// A group of jobs, one for each element.
fn queued(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(fan_out) = gathered(call) else { return };
    let source = source_of(fan_out.iterable, 0);
    if !matches!(is_bounded(source, 0), Bounded::No) {
        return;
    }
    let certainty = match origin_of(source, source_name(fan_out.iterable)) {
        Origin::Request | Origin::Other | Origin::Answer => Certainty::Likely,
        Origin::Own | Origin::Handed | Origin::Unknown => Certainty::Question,
    };
    findings
        .report(
            call,
            Severity::Low,
            certainty,
            format!("`{}` queues one job for each element of `{}`, all at once", call.called(), fan_out.iterable.excerpt()),
        )
        .because(source, "no limit on how many there are is in the given files")
        .because(call, "all workers are busy with them, and what others queue waits behind")
        .conforming("Queue them in chunks: `task.chunks(arguments, 50)`, or refuse a longer list (`Field(max_length=100)`).");
}

/// `[Thread(target=fetch, args=(url,)) for url in urls]`: a thread for each element of what a request brings.
fn threads(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(around) = call.enclosing_loop() else { return };
    let iterable = match around.kind() {
        Kind::For => around.child(Role::Iterable),
        Kind::While => None,
        _ => iterable_of(around),
    };
    let Some(iterable) = iterable else { return };
    let source = source_of(iterable, 0);
    if !matches!(is_bounded(source, 0), Bounded::No) {
        return;
    }
    let work = call.scheduled_callable().and_then(|work| call.model.function_named_by(work));
    if let Some(bound) = work.and_then(|work| limit_of(work, 0)) {
        findings.conforms(bound, "at most so many run at once");
        return;
    }
    let joins_at_once = around.body().is_some_and(|body| {
        body.calls_within().any(|inner| inner.callee_name() == "join" && inner.positional().next().is_none())
    });
    if joins_at_once || !matches!(origin_of(source, source_name(iterable)), Origin::Request) {
        return;
    }
    findings
        .report(
            call,
            Severity::High,
            Certainty::Sure,
            format!("`{}` makes one thread for each element of `{}`", call.called(), iterable.excerpt()),
        )
        .because(source, "the request decides how many there are")
        .because(call, "nothing limits how many of them run at once")
        .conforming("Hand the work to a pool of a fixed size: `ThreadPoolExecutor(max_workers=8)`, made once and shared.");
}

/// A pool of threads for each call, without a size.
fn executor(call: Node<'_>, findings: &mut Findings<'_>) {
    let size = call.argument_or_keyword(0, "max_workers").or_else(|| call.keyword("processes"));
    let Some(function) = call.function() else { return };
    if let Some(counted) = size.filter(|size| size.callee_name() == "len").and_then(|size| size.argument(0)) {
        as_many_as(call, counted, findings);
        return;
    }
    // A program that does its work and ends has the machine for itself.
    if size.is_some_and(|size| !size.is_none())
        || call.has_hidden_arguments()
        || function.plays(FunctionRole::Lifespan)
        || function.entry_points().serve_nobody()
        || (call.source_file().is_script && !function.serves_requests())
    {
        return;
    }
    // What is kept for later calls is one pool, not one a call.
    let is_value = call
        .parent()
        .is_some_and(|parent| matches!(parent.kind(), Kind::Assign | Kind::BoolOp | Kind::Conditional));
    let kept = is_value
        && call
            .statement()
            .targets()
            .any(|target| target.is(Kind::Attribute) || target.scope_of_name() == Some(0));
    if kept || call.parent().is_some_and(|parent| parent.is(Kind::Return)) {
        return;
    }
    // One piece of work starts one thread.
    let repeats = function.own_calls().any(|work| {
        work.callee_name() == "map" || (work.does(Tag::Offloads) && work.enclosing_loop().is_some())
    });
    if !repeats {
        return;
    }
    findings
        .report(
            call,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` makes a pool of its own for each call, without a size", call.called()),
        )
        .because(
            call,
            "each call of the function may start as many threads or processes as the default allows",
        )
        .conforming("Make one pool for the process, with `max_workers`, and share it.");
}

/// `ThreadPoolExecutor(max_workers=len(urls))`: as many threads as the request has elements.
fn as_many_as(call: Node<'_>, counted: Node<'_>, findings: &mut Findings<'_>) {
    let source = source_of(counted, 0);
    let is_sent = matches!(origin_of(source, source_name(counted)), Origin::Request);
    if is_sent && matches!(is_bounded(source, 0), Bounded::No) {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("`{}` has as many threads as `{}` has elements", call.called(), counted.excerpt()),
            )
            .because(source, "the request decides how many there are")
            .conforming("Give the pool a size of its own, `max_workers=8`, and share it among all calls.");
    }
}

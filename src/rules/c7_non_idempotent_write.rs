//! C7: a write that takes effect twice when it is repeated: by a retry, by a client, by a sender of webhooks.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::semantic::{AnswerLoop, AskedAgain, Model, Node, Place, Type, begins_with_word, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

const KEY: &str = "Send a key that is the same on each attempt (`headers={\"Idempotency-Key\": f\"order-{order_id}\"}`), made before the retries begin; \
     or make the write natural to repeat: an upsert, a PUT.";

/// What is said of a write with a key.
const KEYED: &str = "the other side can tell a repeated write by its key";

/// The defects that are told condition by condition.
const REPEATED: &str = "a write that takes effect again when it is repeated";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // A write is one defect, however many ways lead to its repetition.
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for function in model.functions().filter(|function| function.is(Kind::FunctionDef)) {
        if function.is_outside_production() {
            continue;
        }
        if let Some(repeats) = function.decorators().find(|decorator| repeats_on_failure(*decorator)) {
            // A queue that delivers again has committed the first time.
            let delivers_again = repeats.made_decorator().keyword("acks_late").is_some_and(Node::is_true);
            let changes = |call: Node<'_>| writes(call) || (delivers_again && adds_row(call));
            for chain in function.all_reached(&changes) {
                // What is tried again is an answer that was not wanted, and not one that was lost.
                if chain.len() == 1 && chain[0].is_answered_before_a_retry(repeats) {
                    continue;
                }
                repeated(&chain, repeats, function, &mut told, findings);
            }
        }
        endpoint(function, &mut told, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        let repeated_functions = if api.has(Tag::RetriesTools) {
            call.tools_beside()
        } else if api.has(Tag::Retries) && !call.is_decorator() {
            call.receiver().map(Node::functions_run).unwrap_or_default()
        } else {
            continue;
        };
        for function in repeated_functions {
            for chain in function.all_reached(&writes) {
                repeated(&chain, call, function, &mut told, findings);
            }
        }
    }
    // Most files widen nothing, and all calls would be searched for it.
    let may_widen = WIDENING.iter().any(|name| model.symbol(name).is_some());
    for call in model.calls().filter(|call| !call.is_outside_production()) {
        if writes(call)
            && let Some(function) = call.function()
        {
            match attempt_loop(call) {
                Some(attempts) => repeated(&[call], attempts, function, &mut told, findings),
                None => keyed(call, function, findings),
            }
        }
        if may_widen && let Some(widened) = widened_methods(call) {
            mounted(model, call, widened, &mut told, findings);
        }
    }
    if findings.is_watched() {
        for call in model.calls().filter(|call| !call.is_outside_production()) {
            if (writes(call) || call.does(Tag::WritesOutside)) && !findings.has_asked(call) {
                ask(call, &told, findings);
            }
        }
    }
}

/// Tells, for whoever wants to know, what decides about a write that no retry was seen to lead to: [`repeated`] tells of
/// the others.
fn ask(call: Node<'_>, told: &FxHashSet<Place>, findings: &mut Findings<'_>) {
    let writes = writes(call);
    if !findings.asks(call, REPEATED, "it changes something elsewhere", writes, &|| match writes {
        true => format!("`{}` writes to another system, or inserts without a conflict clause", call.called()),
        false => "by its address it asks or stops something, or it exports telemetry".to_owned(),
    }) {
        return;
    }
    let key = idempotency_key(call);
    let function = call.function();
    let decorator = function.and_then(|function| function.decorators().find(|one| repeats_on_failure(*one)));
    let repeats = told.contains(&call.place()) || decorator.is_some() || attempt_loop(call).is_some();
    let answer = if repeats { Answer::Met } else { Answer::NotKnown };
    if !findings.asks(call, REPEATED, "something repeats it", answer, &|| match decorator {
        Some(decorator) => format!("`{}` runs the function again when it fails", decorator.excerpt()),
        None if repeats => "a retry, a loop or a client repeats it".to_owned(),
        None => {
            "no retry, no loop and no public endpoint or webhook in the given files leads to it".to_owned()
        }
    }) {
        return;
    }
    let lasting = key.filter(|key| !function.is_some_and(|function| is_made_anew(*key, call, function)));
    findings.asks(call, REPEATED, "no key tells the second from the first", lasting.is_none(), &|| match (
        lasting, key,
    ) {
        (Some(key), _) => format!("`{}` does", key.excerpt()),
        (None, Some(key)) => format!("`{}` is another one on each attempt", key.excerpt()),
        (None, None) => "no argument is an idempotency key".to_owned(),
    });
}

/// A decorator that runs the function again when it fails, or that lets a queue deliver it again.
fn repeats_on_failure(decorator: Node<'_>) -> bool {
    let made = decorator.made_decorator();
    decorator.decorator_api().is_some_and(|api| api.has(Tag::Retries))
        || made.keyword("autoretry_for").is_some()
        || made.keyword("acks_late").is_some_and(Node::is_true)
}

/// A new row of a given or named class, which nothing looked for before.
fn adds_row(call: Node<'_>) -> bool {
    call.does(Tag::AddsRow)
        && call.inserted().is_some()
        && !call.is_looked_for_before()
        && !call.function().is_some_and(Node::expects_conflict)
        && unique_constraint(call) != Some(true)
}

/// A call that changes something in another system, or inserts a row without a conflict clause.
fn writes(call: Node<'_>) -> bool {
    let api = call.api();
    if api.is_some_and(|api| api.has(Tag::WritesOutside)) {
        return !only_asks(call) && !is_telemetry(call);
    }
    // `client.request("POST", url)`
    if api.is_some_and(|api| api.callable.crosses == Some(System::Http)) && call.callee_name() == "request" {
        let method = call.argument_or_keyword(0, "method").map(Node::resolved_value).and_then(Node::string);
        return matches!(method, Some("POST" | "PATCH")) && !only_asks(call) && !is_telemetry(call);
    }
    if call.sends_sql() && call.sql().is_some_and(inserts_by_text) {
        return true;
    }
    // What is executed says enough where the session comes from a file that was not given.
    let executes = api.map_or_else(|| call.callee_name() == "execute", |api| api.has(Tag::Executes));
    executes
        && call.argument(0).is_some_and(|statement| {
            statement
                .origin(|made| made.does(Tag::WritesStatement) && made.callee_name() == "insert")
                .is_some()
                && statement.origin(|made| made.does(Tag::ResolvesConflict)).is_none()
        })
}

/// An INSERT that says nothing of a row that is there already.
fn inserts_by_text(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.trim_start().starts_with("insert")
        && !sql.contains("on conflict")
        && !sql.contains("on duplicate")
        && !sql.contains("not exists")
}

/// An UPDATE that adds to a column, or takes from it; how often something was looked at is no matter.
fn sums_by_text(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase().replace(['\n', '\t'], " ");
    let is_sum = |(column, value): (&str, &str)| {
        let column = column.trim();
        let rest = value.trim_start().strip_prefix(column).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with(['+', '-']))
            && !["view", "hit", "seen", "click", "attempt", "tries"].iter().any(|word| column.contains(word))
    };
    sql.trim_start().starts_with("update ")
        && sql.split_once(" set ").and_then(|(_, set)| set.split_once('=')).is_some_and(is_sum)
}

/// A POST that reads or says what is so anyhow: a search, a token, a completion, a heartbeat.
fn only_asks(call: Node<'_>) -> bool {
    const EMPTIES: [&str; 4] = ["flush", "clear", "reload", "warmup"];
    const ASKS: [&str; 48] = [
        "heartbeat",
        "beat",
        "ping",
        "keepalive",
        // What is over is over, however often it is said.
        "stop",
        "cancel",
        "terminate",
        "disable",
        "revoke",
        "abort",
        "search",
        "query",
        "token",
        "oauth",
        "login",
        "auth",
        "embeddings",
        "embed",
        "completions",
        "completion",
        "chat",
        "rerank",
        "generate",
        "predict",
        "graphql",
        "introspect",
        "validate",
        "verify",
        "tokenize",
        "moderations",
        "similarity",
        "lookup",
        "find",
        "retrieve",
        "browse",
        "crawl",
        "scrape",
        // What is sent along is only looked at.
        "parse",
        "transcribe",
        "transcriptions",
        "ocr",
        "analyze",
        "detect",
        "classify",
        "translate",
        "summarize",
        // A second copy of the same data for whoever fetches it.
        "export",
        "exports",
    ];
    let index = usize::from(call.callee_name() == "request");
    let Some(url) = call.argument_or_keyword(index, "url") else { return false };
    // What carries nothing can be told twice: `post(f"{server}/flush_cache")`.
    let carries = || {
        call.has_hidden_arguments()
            || call.positional().count() > index + 1
            || ["json", "data", "files", "params", "content"].iter().any(|name| call.keyword(name).is_some())
    };
    let empties = |name: &str| has_word(name, &EMPTIES) && !carries();
    // A verb that only ever asks: `evaluate_policy`, by itself or through a helper that sends what it is given.
    let asks = |function: Node<'_>| {
        begins_with_word(
            function.name(),
            &["evaluate", "search", "query", "predict", "classify", "lookup", "detect", "translate"],
        )
    };
    let is_question = |function: Node<'_>| {
        asks(function)
            || (url.as_parameter().is_some()
                && function.is_only_called(|call| call.function().is_some_and(asks)))
    };
    if call.function().is_some_and(|function| empties(function.name()) || is_question(function)) {
        return true;
    }
    url.told_by().into_iter().any(|part| {
        let text = match part.kind() {
            Kind::Str => part.source(),
            Kind::Name | Kind::Attribute => part.name(),
            _ => return false,
        };
        has_word(text, &ASKS) || empties(text)
    })
}

/// The idempotency key that a write is given: its value.
fn idempotency_key(call: Node<'_>) -> Option<Node<'_>> {
    // What a client is built with goes along with each of its requests.
    let of_client = call.receiver().and_then(Node::constructed_by).and_then(|made| {
        made.children().find(|argument| argument.is(Kind::Keyword) && argument.name() == "headers")
    });
    call.children().skip(1).chain(of_client).find_map(|argument| {
        if argument.is(Kind::Keyword) && is_key_name(argument.name()) {
            return argument.child(Role::Value);
        }
        let value = if argument.is(Kind::Keyword) { argument.child(Role::Value)? } else { argument };
        value.resolved_value().descendants().find_map(|node| match node.kind() {
            Kind::DictItem => {
                let key = node.child(Role::Key)?;
                is_key_name(key.name()).then(|| node.child(Role::Value))?
            }
            Kind::Keyword if is_key_name(node.name()) => node.child(Role::Value),
            _ => None,
        })
    })
}

fn is_key_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("idempoten")
        || name == "dedup_id"
        || name == "deduplication_id"
        || name == "messagededuplicationid"
        // The key of signed webhooks: it is the message's, on each attempt.
        || name == "webhook-id"
}

/// Whether a key is another one on each attempt of the function, which tells the other side nothing.
fn is_made_anew(key: Node<'_>, write: Node<'_>, function: Node<'_>) -> bool {
    key.is_made_at_random()
        && key.resolved_value().function() == write.function()
        && write.function() == Some(function)
}

/// A write that may be repeated, whoever does it.
fn keyed(write: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    if let Some(key) = idempotency_key(write).filter(|key| !is_made_anew(*key, write, function)) {
        findings.conforms(key, KEYED);
    }
}

fn repeated(
    chain: &[Node<'_>],
    repeats: Node<'_>,
    function: Node<'_>,
    told: &mut FxHashSet<Place>,
    findings: &mut Findings<'_>,
) {
    let Some(&write) = chain.last() else { return };
    findings.asks(write, REPEATED, "something repeats it", true, &|| {
        format!(
            "`{}` runs `{}` again ({})",
            repeats.excerpt(),
            function.name(),
            repeats.whereabouts_from(write)
        )
    });
    let computes = write.does(Tag::WritesOutside) && write.only_computes(function, chain);
    if !findings.asks(write, REPEATED, "it changes something elsewhere", !computes, &|| match computes {
        true => "what it does is to compute an answer".to_owned(),
        false => format!("`{}` writes to another system, or inserts a row", write.called()),
    }) {
        return;
    }
    let key = idempotency_key(write);
    let lasting = key.filter(|key| !is_made_anew(*key, write, function));
    findings.asks(write, REPEATED, "no key tells the second from the first", lasting.is_none(), &|| match (
        lasting, key,
    ) {
        (Some(key), _) => format!("`{}` does", key.excerpt()),
        (None, Some(key)) => format!("`{}` is another one on each attempt", key.excerpt()),
        (None, None) => "no argument is an idempotency key".to_owned(),
    });
    if let Some(key) = lasting {
        findings.conforms(key, KEYED);
        return;
    }
    let asked = chain.iter().find_map(|step| asks_whether_it_was_done(*step));
    if !findings.asks(write, REPEATED, "nothing asks before whether it was done", asked.is_none(), &|| {
        match asked {
            Some(test) => format!("`{}` does ({})", test.excerpt(), test.whereabouts_from(write)),
            None => "no test on the way does".to_owned(),
        }
    }) || !told.insert(write.place())
    {
        return;
    }
    let message = match key {
        Some(_) => format!("`{}` is repeated on failure with a new key each time", write.called()),
        None => format!("`{}` is repeated on failure and takes effect each time", write.called()),
    };
    let is_tested = chain.iter().any(|step| is_behind_a_question(*step));
    let certainty = if is_tested { Certainty::Likely } else { Certainty::Sure };
    let mut draft = findings.report(write, Severity::High, certainty, message).because(
        repeats,
        format!("`{}` runs again when it fails, also when only the answer was lost", function.name()),
    );
    for step in &chain[..chain.len() - 1] {
        draft = draft.because(*step, "leads to the write");
    }
    draft
        .because(write, "nothing lets the other side tell the second attempt from a second write")
        .conforming(KEY);
}

/// Whether this is reached where a call has answered yes, which may have looked whether it was done before.
fn is_behind_a_question(step: Node<'_>) -> bool {
    tests_passed(step).any(|test| {
        // One of an object that was not given asks as well: `if task.is_open(session)`.
        let of_object = test.api().is_none() && test.receiver().is_some();
        test.is(Kind::Call) && (test.target().is_some() || of_object)
    })
}

/// The tests that have come out true where this is reached.
fn tests_passed(step: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    step.surroundings()
        .filter(move |node| node.is(Kind::If) && node.body().is_some_and(|body| body.contains(step)))
        .filter_map(|node| node.child(Role::Test))
}

/// The question on the way to this whether it is still to be done, by the name of what answers: `task.can_start(session)`.
fn asks_whether_it_was_done(step: Node<'_>) -> Option<Node<'_>> {
    tests_passed(step).flat_map(Node::calls_within).find(|call| {
        has_word(call.callee_name(), &["can", "already", "pending", "needs", "unsent", "exists"])
    })
}

/// The loop that tries this call again: it goes on where the call fails and ends where it succeeds.
fn attempt_loop(call: Node<'_>) -> Option<Node<'_>> {
    let around = call.enclosing_loop()?;
    // `async for attempt in AsyncRetrying(…)`
    let repeats = |made: Node<'_>| made.api().is_some_and(|api| api.callable.retry.is_some());
    if let Some(retry) =
        around.child(Role::Iterable).and_then(Node::constructed_by_any).filter(|made| repeats(*made))
    {
        return Some(retry);
    }
    let counts = match around.kind() {
        Kind::For => around.child(Role::Iterable)?.callee_name() == "range",
        Kind::While => true,
        _ => false,
    };
    let Some(attempt) = call.enclosing_tries().find(|attempt| around.contains(*attempt)) else {
        let repeats =
            |found: AnswerLoop<'_>| found.asked == call && found.asked_again != AskedAgain::NamedStatuses;
        return around.answer_loop().is_some_and(repeats).then_some(around);
    };
    if is_switched_off(around) {
        return None;
    }
    let has_handler = attempt.children().any(|child| child.is(Kind::Handler));
    let leaves = |block: Node<'_>| {
        block.descendants().any(|node| {
            node.id > call.id
                && matches!(node.kind(), Kind::Return | Kind::Break)
                && node.enclosing_handler().is_none_or(|handler| !attempt.contains(handler))
        })
    };
    let goes_on = attempt.children().filter(|child| child.is(Kind::Handler)).any(|handler| {
        handler
            .body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| !matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break))
    });
    (counts && has_handler && goes_on && around.body().is_some_and(leaves)).then_some(around)
}

/// `for attempt in range(retry + 1)` or `while count <= retry` where `retry` is 0 in each call in the given files.
fn is_switched_off(around: Node<'_>) -> bool {
    let Some(counted) = around.child(Role::Iterable).or_else(|| around.child(Role::Test)) else {
        return false;
    };
    let Some(parameter) = counted.descendants_of(Kind::Name).find_map(Node::as_parameter) else {
        return false;
    };
    parameter.constant_argument().and_then(Node::number) == Some(0.0)
}

/// What is exported for observation may arrive twice: its protocols say so.
fn is_telemetry(call: Node<'_>) -> bool {
    let named = |name: &str| {
        has_word(name, &["export", "exporter", "telemetry", "otlp", "otel", "metrics", "analytics", "spans"])
    };
    call.function().is_some_and(|function| named(function.name()))
        || call.class().is_some_and(|class| named(class.name()))
}

/// What says which methods a retry repeats.
const WIDENING: [&str; 2] = ["allowed_methods", "method_whitelist"];

/// `Retry(allowed_methods=…)` that takes in POST: the value that says so.
fn widened_methods(call: Node<'_>) -> Option<Node<'_>> {
    let methods = WIDENING.iter().find_map(|name| call.keyword(name))?.resolved_value();
    let widened = matches!(methods.kind(), Kind::None | Kind::False)
        || methods.descendants_of(Kind::Str).any(|method| matches!(method.name(), "POST" | "PATCH"));
    widened.then_some(methods)
}

/// The writes on the sessions that a widened retry was mounted on.
fn mounted(
    model: &Model<'_>,
    retry: Node<'_>,
    widened: Node<'_>,
    told: &mut FxHashSet<Place>,
    findings: &mut Findings<'_>,
) {
    for mount in model.calls().filter(|call| call.file == retry.file && call.callee_name() == "mount") {
        let carries = mount
            .positional()
            .filter_map(Node::constructed_by)
            .filter_map(|adapter| adapter.keyword("max_retries"))
            .any(|value| value.resolved_value().place() == retry.place());
        let Some(session) = mount.receiver().and_then(Node::constructed_by).filter(|_| carries) else {
            continue;
        };
        let kind = session.ty();
        // All sessions of this class that the given files make are this one.
        let is_the_only_one = || {
            matches!(kind, Type::Instance(..))
                && model.known_calls().all(|(made, api)| {
                    !api.is_constructor
                        || made.place() == session.place()
                        || made.ty() != kind
                        || made.is_outside_production()
                })
        };
        for write in model.calls().filter(|call| writes(*call) && idempotency_key(*call).is_none()) {
            let Some(receiver) = write.receiver() else { continue };
            let certainty = match receiver.constructed_by() {
                Some(other) if other.place() == session.place() => Certainty::Sure,
                None if receiver.ty() == kind && is_the_only_one() => Certainty::Likely,
                _ => continue,
            };
            if told.insert(write.place()) {
                findings
                    .report(
                        write,
                        Severity::High,
                        certainty,
                        format!("`{}` is repeated on failure and takes effect each time", write.called()),
                    )
                    .because(
                        widened,
                        "the session repeats POST as well, which the library leaves alone unless told so",
                    )
                    .because(write, "nothing lets the other side tell the second attempt from a second write")
                    .conforming(KEY);
            }
        }
    }
}

/// Handlers whose callers repeat: public endpoints and webhooks.
fn endpoint(function: Node<'_>, told: &mut FxHashSet<Place>, findings: &mut Findings<'_>) {
    let tool = function.mcp_tool();
    let route = || function.route().filter(|decorator| decorator.callee_name() == "post");
    let Some(decorator) = tool.or_else(route) else { return };
    let path = function.full_route_path();
    let file = function.source_file().path;
    // One that receives events looks at their signature, which comes with the request itself; others manage or try out
    // webhooks of their own.
    let receives = path.contains("webhook")
        || function.name().contains("webhook")
        || has_word(&path, &["hook", "hooks"]);
    let checks: Vec<Node<'_>> = match receives {
        true => function
            .listed_dependencies()
            .flat_map(|list| list.descendants_of(Kind::Call))
            .filter_map(|call| function.model.function_named_by(function.model.dependency_of(call)?))
            .collect(),
        false => Vec::new(),
    };
    let asked = || std::iter::once(function).chain(checks.iter().copied());
    let names_event = || {
        asked()
            .flat_map(Node::descendants)
            .any(|node| has_word(node.name(), &["signature", "hmac", "event", "events", "delivery"]))
    };
    // Who manages webhooks adds to no account.
    let sums = || function.reaches(&|call| call.sums_in_database().is_some()).is_some();
    let is_webhook = receives && (asked().any(takes_raw_request) && names_event() || sums());
    // `/_internal/mcp/metric` is asked by parts of the same system.
    let is_internal = has_word(&path, &["internal"]);
    let by_path = || ["/public/", "/mcp/"].iter().any(|part| path.contains(part) || file.contains(part));
    let is_public = tool.is_some()
        || function.model.settings.public_prefixes.iter().any(|prefix| path.contains(prefix.as_str()))
        || (!is_internal && by_path());
    if !(is_webhook || is_public) {
        return;
    }
    let chains = function.all_reached(&|call| {
        call.does(Tag::AddsRow)
            || writes(call)
            || (is_webhook && call.sums_in_database().is_some())
            || (call.sends_sql() && call.sql().is_some_and(sums_by_text))
    });
    let has_none = |write: Node<'_>| idempotency_key(write).is_none_or(Node::is_made_at_random);
    let Some(chain) = chains.iter().find(|chain| chain.last().is_some_and(|write| has_none(*write))) else {
        return;
    };
    if knows_repetition(function, chain, is_webhook) {
        findings.conforms(decorator, "a repeated request is told from a new one");
        return;
    }
    let Some(&write) = chain.last() else { return };
    let unique = unique_constraint(write);
    let certainty = match (is_webhook, unique) {
        (_, Some(true)) => return,
        // A second row that a constraint refuses would have to be handled, and nothing here does.
        (true, _) | (false, Some(false) | None) => Certainty::Likely,
    };
    if !told.insert(write.place()) {
        return;
    }
    let sends = write.api().is_some_and(|api| api.callable.crosses == Some(System::Http));
    let who = if is_webhook {
        "the sender delivers an event again until it is told that it arrived"
    } else if tool.is_some() {
        "agents and their clients repeat calls that time out"
    } else {
        "clients repeat calls that time out"
    };
    // Where the write is a helper's, the route is the place to mend: it has to be told the key.
    let at = if chain.len() > 1 { decorator } else { write };
    if at != write {
        findings.asks(write, REPEATED, "it is told here, and not at its route", false, &|| {
            format!("a key has to come in by `{}` ({})", function.name(), decorator.whereabouts_from(write))
        });
    }
    findings
        .report(
            at,
            Severity::Medium,
            certainty,
            format!(
                "`{}` takes effect again when the {} `{}` is repeated",
                write.called(),
                if tool.is_some() { "call of the tool" } else { "request to" },
                function.name()
            ),
        )
        .because(decorator, who)
        .because(write, if sends {
            "nothing lets the other side tell the second attempt from a second write"
        } else if unique == Some(false) {
            "the model has no unique constraint that would refuse a second row"
        } else {
            "neither a key nor a conflict clause tells a second request; a unique constraint could, if there is one"
        })
        .conforming(if sends && !is_webhook {
            "Take a key from the caller and send it on: `headers={\"Idempotency-Key\": key}`."
        } else if is_webhook {
            "Insert the event's id under a unique constraint first, and stop where it is there already."
        } else if tool.is_some() {
            "Take a key from the caller as a parameter and store it under a unique constraint, or write by a natural key: `insert(…).on_conflict_do_nothing()`."
        } else {
            "Read an `Idempotency-Key` header and store it under a unique constraint, or write by a natural key: `insert(…).on_conflict_do_nothing()`."
        });
}

/// Whether a handler is given the request itself, or one of its headers.
fn takes_raw_request(function: Node<'_>) -> bool {
    function.parameters().any(|parameter| {
        let parts = || [Role::Default, Role::Annotation].into_iter().filter_map(|role| parameter.child(role));
        parts().any(|part| {
            part.descendants().any(|inner| {
                function.model.type_has(function.model.instance_of_class(inner.ty()), ClassTag::Request)
                    || matches!(inner.callee_name(), "Header" | "Body")
            })
        })
    })
}

/// Whether the handler, or what leads to the write, can tell a repeated request.
fn knows_repetition(function: Node<'_>, chain: &[Node<'_>], is_webhook: bool) -> bool {
    if chain.iter().any(|step| step.is_looked_for_before()) {
        return true;
    }
    let functions = std::iter::once(function).chain(chain.iter().filter_map(|call| call.function()));
    for function in functions {
        let told = function.descendants().any(|node| match node.kind() {
            // One that is made here is another one each time.
            Kind::Keyword => {
                is_key_name(node.name()) && !node.child(Role::Value).is_some_and(Node::is_made_at_random)
            }
            Kind::Parameter | Kind::Name | Kind::Str => is_key_name(node.name()),
            Kind::Handler => node
                .child(Role::Exception)
                .is_some_and(|exception| exception.descendants().any(|name| name.name() == "IntegrityError")),
            Kind::Call => node.does(Tag::ResolvesConflict),
            // The event's own id is looked at.
            Kind::Attribute => {
                is_webhook
                    && node.name() == "id"
                    && node.receiver().is_some_and(|r| r.name() == "event")
                    && !node.surroundings().any(Node::writes_log)
            }
            Kind::Subscript => {
                let index = node.child(Role::Index);
                // What is in the event has ids of its own: `data = event["data"]["object"]`, then `data["id"]`.
                let of_a_part = || {
                    let of = node.child(Role::Value).map(|of| of.resolved_value().unwrapped());
                    of.is_some_and(|of| matches!(of.kind(), Kind::Subscript | Kind::Attribute))
                };
                is_webhook
                    && !node.surroundings().any(Node::writes_log)
                    && index.is_some_and(|index| match index.name() {
                        "event_id" => index.is(Kind::Str),
                        "id" => index.is(Kind::Str) && !of_a_part(),
                        _ => false,
                    })
            }
            _ => false,
        });
        if told {
            return true;
        }
    }
    false
}

/// Whether the model that is written has a unique constraint; nothing if the model was not given.
fn unique_constraint(write: Node<'_>) -> Option<bool> {
    let Type::Object(class) = write.argument(0)?.ty() else { return None };
    let class = write.model.node(class);
    let made =
        write.argument(0).map(|row| row.resolved_value().unwrapped()).filter(|made| made.is(Kind::Call));
    // A column that is NULL, or that each row has another value of, takes the row out of the constraint; what another
    // system gave for the write is another value each time.
    let is_given = |value: Node<'_>| {
        let leads_to_write = |call: Node<'_>| {
            call.target().is_some_and(|place| call.model.node(place).reaches(&writes).is_some())
        };
        value.origin(|call| writes(call) || leads_to_write(call)).is_some()
    };
    let is_evaded = |column: &str| {
        made.and_then(|made| made.keyword(column))
            .is_some_and(|value| value.is_none() || value.is_made_at_random() || is_given(value))
    };
    Some(class.descendants().any(|node| match node.kind() {
        Kind::Call => {
            node.callee_name() == "UniqueConstraint"
                && !node.positional().filter_map(Node::string).any(is_evaded)
        }
        Kind::Keyword => {
            node.name() == "unique"
                && node.child(Role::Value).is_some_and(Node::is_true)
                && !node.statement().targets().any(|column| is_evaded(column.name()))
        }
        _ => false,
    }))
}

//! What takes effect each time that it is done.

use crate::semantic::{Node, Type, begins_with_word, has_word};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Role};

/// A new row of a given or named class, which nothing looked for before.
pub fn adds_row(call: Node<'_>) -> bool {
    call.does(Tag::AddsRow)
        && call.inserted().is_some()
        && !call.is_looked_for_before()
        && !call.function().is_some_and(Node::expects_conflict)
        && unique_constraint(call) != Some(true)
}

/// A call that changes something in another system, or inserts a row without a conflict clause.
pub fn writes(call: Node<'_>) -> bool {
    let api = call.api();
    if api.is_some_and(|api| api.has(Tag::WritesOutside)) {
        return !only_asks(call) && !is_telemetry(call);
    }
    if queues_job(call) {
        return true;
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

/// Whether it sends a job to a queue: a given task, or one from a module of tasks.
pub fn queues_job(call: Node<'_>) -> bool {
    const MODULES: [&str; 7] = ["task", "tasks", "job", "jobs", "worker", "workers", "celery"];
    let is_task = |task: Node<'_>| match call.model.function_named_by(task) {
        Some(function) => function.is_queued(),
        None => call
            .model
            .path_of(task.ty())
            .is_some_and(|path| path.split('.').any(|part| has_word(part, &MODULES))),
    };
    matches!(call.callee_name(), "delay" | "apply_async")
        && call.api().is_none()
        && call.receiver().is_some_and(is_task)
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
pub fn sums_by_text(sql: &str) -> bool {
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

/// What is exported for observation may arrive twice: its protocols say so.
fn is_telemetry(call: Node<'_>) -> bool {
    let named = |name: &str| {
        has_word(name, &["export", "exporter", "telemetry", "otlp", "otel", "metrics", "analytics", "spans"])
    };
    call.function().is_some_and(|function| named(function.name()))
        || call.class().is_some_and(|class| named(class.name()))
}

/// Whether the model that is written has a unique constraint; nothing if the model was not given.
pub fn unique_constraint(write: Node<'_>) -> Option<bool> {
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

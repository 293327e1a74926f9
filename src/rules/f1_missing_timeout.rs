//! F1: a call to another system may wait without end, or for minutes.

use super::Findings;
use crate::explanation::Answer;
use crate::fixes::{Rewrite, with_keyword};
use crate::report::{Certainty, Fix, Severity};
use crate::semantic::{Api, Database, Deadline, Model, Node, number_in_words};
use crate::stack::{Bound, ClassTag, System, Tag, Timeout};
use crate::syntax::Kind;

/// A library's own bound of this many seconds or more is worth a word: no user waits that long.
const LONG: f64 = 120.0;

/// What a fix does, and the limit that it gives: a place to begin, for whoever knows the other side.
const FIX: &str = "Give it a time limit of 10 seconds";
const SECONDS: &str = "10";

/// The defect.
const WAITS: &str = "a wait without a time limit";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for call in model.remote_calls().into_iter().filter(|call| !call.is_outside_production()) {
        stub(call, findings);
    }
    // A pool from which a file borrows in many places is told of at the first.
    let mut borrowed: Option<u32> = None;
    for (call, api) in model.known_calls() {
        let is_production = !call.is_outside_production();
        if is_production {
            if is_fake(call, findings) {
                continue;
            }
            if api.has(Tag::Offloads) {
                handed_to_thread(call, findings);
            } else if api.has(Tag::Wraps) && api.callable.callable.is_some() {
                bound_early(call, findings);
            }
        }
        if let Some(timeout) = api.callable.timeout.as_ref().filter(|_| is_external(api)) {
            external(call, api, timeout, is_production, &mut borrowed, findings);
        }
    }
}

/// A call that reaches another system and takes a time limit.
fn external(
    call: Node<'_>,
    api: Api,
    timeout: &Timeout,
    is_production: bool,
    borrowed: &mut Option<u32>,
    findings: &mut Findings<'_>,
) {
    findings.asks(call, WAITS, "it reaches another system and takes a time limit", true, &|| {
        let system = api.callable.crosses.or(api.callable.blocks);
        let reached = system.map_or("another system", System::reached);
        match timeout.parameters.first().or(timeout.dictionaries.first()) {
            Some(limit) => format!("`{}` reaches {reached}, and `{limit}` limits it", call.called()),
            None => format!("`{}` reaches {reached}", call.called()),
        }
    });
    if !findings.asks(call, WAITS, "it is code of production", is_production, &|| {
        let path = call.source_file().path;
        match is_production {
            true => format!("`{path}` is neither a test nor a migration"),
            false => format!("`{path}` is a test or a migration, which may wait"),
        }
    }) {
        return;
    }
    // A method that waits as its object was built to: the object's construction is the place to report.
    let inherits = timeout.default == Bound::Receiver;
    let deadline = call.deadline();
    let answer = match deadline {
        Some(Deadline::Missing) => Answer::from(!inherits),
        Some(Deadline::Default(seconds)) => Answer::from(!inherits && seconds >= LONG),
        Some(Deadline::Removed(value)) => {
            let is_option = || timeout.parameters.iter().any(|name| call.keyword(name) == Some(value));
            Answer::from(call.contains(value) || is_option())
        }
        Some(Deadline::Optional(parameter)) => Answer::from(
            call.function().is_some_and(|f| f.contains(parameter) && !always_receives(f, parameter)),
        ),
        Some(Deadline::Given(_)) => Answer::NotMet,
        Some(Deadline::Unknown) | None => Answer::NotKnown,
    };
    let what = "nothing in the call, its client or the library limits the wait";
    let is_unlimited = findings.asks(call, WAITS, what, answer, &|| {
        let mut fact = call.deadline_in_words().unwrap_or_default();
        if inherits && answer == Answer::NotMet && !matches!(call.deadline(), Some(Deadline::Given(_))) {
            fact.push_str(": where the client is built the finding stands");
        }
        fact
    });
    match deadline {
        Some(Deadline::Given(value)) => {
            findings.conforms(value, format!("`{}` has a time limit", call.called()))
        }
        _ if !is_unlimited => {}
        Some(Deadline::Default(seconds)) => implicit(call, seconds, findings),
        Some(Deadline::Missing) if call.is_a(ClassTag::Engine) => engine(call, findings),
        Some(Deadline::Missing) => unbounded(call, borrowed, findings),
        Some(Deadline::Removed(value)) => {
            report(call, Severity::High, Certainty::Sure, "turns its time limit off", findings)
                .because(value, "`None` means to wait without end")
                .fix(&|| {
                    let data = value.data();
                    let own = call.contains(value).then_some(call)?;
                    Rewrite::at(own, FIX)?.replace(data.start, data.stop, SECONDS).done()
                })
                .conforming(pattern(call));
        }
        Some(Deadline::Optional(parameter)) => {
            let what = "has no time limit unless the caller gives one";
            report(call, Severity::High, Certainty::Likely, what, findings)
                .because(
                    parameter,
                    format!(
                        "`{}` is `None` when it is not given, which turns the default off",
                        parameter.name()
                    ),
                )
                .conforming(pattern(call));
        }
        Some(Deadline::Unknown) | None => {}
    }
}

/// Whether the call, or the client it makes, reaches another system: a limit on a lock or a subprocess is no matter
/// of this rule, and an object that only holds limits waits for nothing.
fn is_external(api: Api) -> bool {
    let local = matches!(
        api.callable.crosses.or(api.callable.blocks),
        Some(
            System::Subprocess
                | System::Wait
                | System::Input
                | System::Sleep
                | System::Cpu
                | System::File
                | System::Metadata
                | System::Loop
        )
    );
    let limits = api.class.is_some_and(|class| class.has(ClassTag::Limits));
    !local && !limits && !api.has(Tag::BoundsTime)
}

fn report<'f>(
    call: Node<'_>,
    severity: Severity,
    certainty: Certainty,
    what: &str,
    findings: &'f mut Findings<'_>,
) -> super::Draft<'f> {
    findings.report(call, severity, certainty, format!("`{}` {what}", call.called()))
}

fn unbounded(call: Node<'_>, borrowed: &mut Option<u32>, findings: &mut Findings<'_>) {
    let Some(api) = call.api() else { return };
    let bounded = call.bounded_by();
    findings.asks(
        call,
        WAITS,
        "no deadline stands around it",
        !(bounded.is_some() && (api.callable.coroutine || call.is_awaited())),
        &|| match bounded {
            Some(bounded) if api.callable.coroutine || call.is_awaited() => {
                format!("`{}` gives it up after a while", bounded.by.called())
            }
            Some(_) => "there is one, but it does not stop the thread that makes the call".to_owned(),
            None => "neither `asyncio.timeout` nor `wait_for` or the like is around it".to_owned(),
        },
    );
    if let Some(bounded) = bounded {
        // Giving up on a call does not stop the thread that makes it.
        if api.callable.coroutine || call.is_awaited() {
            findings.conforms(bounded.by, format!("`{}` is given up after a while", call.called()));
            return;
        }
    }
    let is_adapted = is_adapted(call);
    let is_limited = is_adapted || (api.is_constructor && uses_of(call) == Uses::Bounded);
    if !findings.asks(call, WAITS, "its uses have no limit of their own", !is_limited, &|| match is_adapted {
        true => {
            "the session's adapter, or its `request`, was replaced: it may bring its own limit".to_owned()
        }
        false if is_limited => "each call on this client has its own limit".to_owned(),
        false => "nothing in the given files limits them".to_owned(),
    }) {
        return;
    }
    let borrows = call.receiver().is_some_and(|pool| pool.is_a(ClassTag::ConnectionPool));
    let is_told = borrows && borrowed.replace(call.file) == Some(call.file);
    if !findings.asks_alone(call, WAITS, is_told) {
        return;
    }
    let is_unused = call.is_unused();
    let system = api.callable.crosses.or(api.callable.blocks);
    let severity = match system {
        _ if is_unused => Severity::Low,
        Some(System::Cache) => Severity::Low,
        Some(System::Database | System::Broker) => Severity::Medium,
        // `pool.acquire()` waits for others of this process alone.
        None if borrows => Severity::Medium,
        _ => Severity::High,
    };
    // Connecting has another limit, with a default.
    let connects = api.callable.returns.is_some() && system == Some(System::Database);
    let what = if api.is_constructor {
        "makes a client whose calls may wait without end: it has no time limit"
    } else if connects {
        "opens connections whose statements may run without end"
    } else {
        "may wait without end: it has no time limit"
    };
    let why = match connects {
        true => {
            "no argument limits a statement, and the library does not by itself; what is there by default limits connecting"
        }
        false => "no argument bounds the wait, and the library's default is to wait for ever",
    };
    let mut draft = report(call, severity, Certainty::Sure, what, findings).because(call, why);
    if api.is_constructor {
        for waiting in waits_on(call) {
            draft = draft.because(waiting, "waits as its client was built");
        }
    }
    if is_unused && let Some(function) = call.function() {
        draft = draft.because(function, "nothing in the given files calls this");
    }
    draft.fix(&|| limited(call)).conforming(pattern(call));
}

/// The call, or the client that it makes, with a time limit.
fn limited(call: Node<'_>) -> Option<Fix> {
    let api = call.api()?;
    let name = api.callable.timeout.as_ref()?.parameters.first()?;
    with_keyword(call, FIX, name, SECONDS)
}

/// A call of a generated gRPC client: it takes its limit with each call, and has none otherwise.
fn stub(call: Node<'_>, findings: &mut Findings<'_>) {
    if call.keyword("timeout").is_some() || call.has_hidden_arguments() || call.bounded_by().is_some() {
        return;
    }
    report(call, Severity::High, Certainty::Likely, "may wait without end: it has no deadline", findings)
        .because(call, "a call of a gRPC client waits for ever unless it is given a `timeout`")
        .conforming(format!("Give it a deadline: `{}(…, timeout=10)`.", call.called()));
}

/// A database ends a statement that nobody waits for any more only if it was told to.
fn engine(call: Node<'_>, findings: &mut Findings<'_>) {
    let database = call.database();
    let setting = match database {
        Some(Database::Sqlite) => return,
        Some(Database::MySql) => "max_execution_time",
        Some(Database::MariaDb) => "max_statement_time",
        Some(Database::PostgreSql) | None => "statement_timeout",
    };
    if call.model.mentions_text(setting)
        || call.callee_name().ends_with("from_config")
        || call.is_closed_here()
    {
        return;
    }
    let remedy = match database {
        Some(Database::MySql) => {
            "Limit each statement: `connect_args={\"init_command\": \"SET SESSION max_execution_time = 15000\"}`, which holds for `SELECT`."
        }
        Some(Database::MariaDb) => {
            "Limit each statement, in seconds: `connect_args={\"init_command\": \"SET SESSION max_statement_time = 15\"}`."
        }
        _ => {
            "Limit each statement; on PostgreSQL: `connect_args={\"server_settings\": {\"statement_timeout\": \"15000\"}}` for asyncpg, \
             `connect_args={\"options\": \"-c statement_timeout=15000\"}` for psycopg; or set it for the database's role."
        }
    };
    report(call, Severity::Medium, Certainty::Likely, "sends statements that may run without end", findings)
        .because(
            call,
            format!("neither `connect_args` nor a `SET {setting}` in the given files limits a statement"),
        )
        .conforming(remedy);
}

/// `asyncio.to_thread(get, url)`: the call is made in a thread, which no deadline of the caller's stops.
fn handed_to_thread(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(callable) = call.scheduled_callable() else { return };
    let Some(api) = callable.api_when_called() else { return };
    let Some(timeout) = &api.callable.timeout else { return };
    let given = timeout.parameters.iter().any(|name| call.keyword(name).is_some());
    if timeout.default != Bound::Unbounded
        || given
        || api.is_constructor
        || !is_external(api)
        || call.has_hidden_arguments()
    {
        return;
    }
    let severity = if call.bounded_by().is_some() { Severity::Low } else { Severity::High };
    findings
        .report(
            call,
            severity,
            Certainty::Sure,
            format!("`{}` runs in a thread and may wait without end", callable.excerpt()),
        )
        .because(
            callable,
            "nothing bounds the wait; a deadline around the call frees the caller, not the thread",
        )
        .conforming(match timeout.parameters.first() {
            Some(name) => format!(
                "Give the call itself a limit: `{}({}, …, {name}=10)`.",
                call.called(),
                callable.excerpt()
            ),
            None => "Give the call itself a limit.".to_owned(),
        });
}

/// `partial(requests.get, url)`: the call is made later, with what it was given here.
fn bound_early(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(callable) = call.scheduled_callable() else { return };
    let Some(api) = callable.api_when_called() else { return };
    let Some(timeout) = &api.callable.timeout else { return };
    let given = timeout.parameters.iter().any(|name| call.keyword(name).is_some());
    // Who is handed it may give the limit with the call; an executor gives nothing.
    let around = call
        .parent()
        .map(|parent| if parent.is(Kind::Keyword) { parent.parent().unwrap_or(parent) } else { parent });
    let is_handed_on = around.is_some_and(|around| around.is(Kind::Call) && !around.does(Tag::Offloads));
    let is_open =
        timeout.default == Bound::Unbounded && !given && !call.has_hidden_arguments() && !is_handed_on;
    if !is_open || api.is_constructor || !is_external(api) || speaks_of_timeout(call) {
        return;
    }
    findings
        .report(
            call,
            Severity::High,
            Certainty::Likely,
            format!("`{}` is prepared here without a time limit", callable.excerpt()),
        )
        .because(callable, "the library's default is to wait for ever")
        .because(call, "no argument bounds the wait")
        .conforming(match timeout.parameters.first() {
            Some(name) => format!(
                "Give it the limit with the rest: `{}({}, …, {name}=10)`.",
                call.called(),
                callable.excerpt()
            ),
            None => "Give the call itself a limit.".to_owned(),
        });
}

/// Whether whoever calls this function gives the parameter a value: all calls in the given files do, or it is a
/// function inside another, which is handed to somebody who calls it with one.
fn always_receives(function: Node<'_>, parameter: Node<'_>) -> bool {
    let model = function.model;
    let calls: Vec<Node<'_>> = model
        .callers_of(function.place())
        .iter()
        .map(|&call| model.node(call))
        .filter(|call| call.target() == Some(function.place()))
        .collect();
    let given = |call: &Node<'_>| {
        call.has_hidden_arguments()
            || call
                .argument_for(function, parameter)
                .is_some_and(|argument| !argument.resolved_value().is_none())
    };
    if calls.is_empty() { function.function().is_some() } else { calls.iter().all(given) }
}

/// How the calls on the client that a constructor makes are bounded.
#[derive(PartialEq)]
enum Uses {
    /// None is in the given files.
    Unseen,
    /// Some hand on arguments that are not written out, among which a limit may be.
    Hidden,
    /// Each has its own limit, or is awaited under a deadline.
    Bounded,
    Unbounded,
}

/// Whether the function around a call puts something under the key of a limit: `options["timeout"] = …`.
fn speaks_of_timeout(call: Node<'_>) -> bool {
    call.function().is_some_and(|function| {
        function.descendants_of(Kind::Str).any(|text| {
            text.name() == "timeout" && text.parent().is_some_and(|parent| !parent.is(Kind::ExprStatement))
        })
    })
}

fn uses_of(constructor: Node<'_>) -> Uses {
    let model = constructor.model;
    let made = Some(model.node(constructor.place()));
    let mut uses = Uses::Unseen;
    for (call, api) in model.known_calls() {
        // What lets go of the client waits for nobody.
        if api.is_constructor || (api.callable.crosses.is_none() && api.callable.timeout.is_none()) {
            continue;
        }
        if call.receiver().and_then(Node::constructed_by) == made {
            // Giving up on a call does not stop a thread that makes it.
            let outside = call.bounded_by().is_some() && api.callable.coroutine;
            let own = api.callable.timeout.as_ref().is_some_and(|timeout| {
                timeout.parameters.iter().filter_map(|name| call.keyword(name)).any(|value| !value.is_none())
            });
            uses = match uses {
                _ if outside || own => {
                    if uses == Uses::Hidden {
                        Uses::Hidden
                    } else {
                        Uses::Bounded
                    }
                }
                _ if call.has_hidden_arguments() && speaks_of_timeout(call) => Uses::Hidden,
                _ => return Uses::Unbounded,
            };
        }
    }
    uses
}

fn implicit(call: Node<'_>, seconds: f64, findings: &mut Findings<'_>) {
    // Whoever runs a command sees how long it waits, and nobody waits for what nothing runs.
    let is_bounded = |call: Node<'_>| call.bounded_by().is_some();
    let is_bounded_outside =
        || call.function().is_some_and(|function| function.is_async() && function.is_only_called(is_bounded));
    // A client that a nested function alone uses, which is given so much time.
    let is_used_in_time = || {
        let (Some(function), Some(name)) = (call.function(), call.statement().targets().next()) else {
            return false;
        };
        let asks = |read: &Node<'_>| {
            read.name() == name.name()
                && read.id != name.id
                && read
                    .surroundings()
                    .take(2)
                    .any(|around| around.is(Kind::Call) && !around.does(Tag::Closes))
        };
        let mut uses = function.descendants_of(Kind::Name).filter(asks).peekable();
        uses.peek().is_some()
            && uses
                .all(|used| used.function().is_some_and(|it| it != function && it.is_only_called(is_bounded)))
    };
    if is_bounded(call) || is_bounded_outside() || call.source_file().is_script || call.is_unused() {
        return;
    }
    if is_used_in_time() {
        return;
    }
    let is_constructor = call.api().is_some_and(|api| api.is_constructor);
    let certainty = match if is_constructor { uses_of(call) } else { Uses::Unbounded } {
        Uses::Bounded | Uses::Hidden => return,
        // Whoever uses it may give each call its own limit.
        Uses::Unseen if call.is_handed_on() => Certainty::Question,
        _ => Certainty::Sure,
    };
    let seconds = number_in_words(seconds);
    report(
        call,
        Severity::Low,
        certainty,
        &format!(
            "relies on the library's time limit of {seconds} s, far longer than a request should be held"
        ),
        findings,
    )
    .because(call, format!("no argument bounds the wait; the library gives up after {seconds} s"))
    .conforming(pattern(call));
}

/// Some calls on the client that a constructor makes.
fn waits_on(constructor: Node<'_>) -> Vec<Node<'_>> {
    let is_its = |call: Node<'_>| {
        call.file == constructor.file
            && !call.lets_go()
            && call
                .receiver()
                .and_then(Node::constructed_by)
                .is_some_and(|made| made.place() == constructor.place())
    };
    let crossing = constructor
        .model
        .known_calls()
        .filter(|(_, api)| !api.is_constructor && api.callable.crosses.is_some());
    crossing.map(|(call, _)| call).filter(|call| is_its(*call)).take(3).collect()
}

/// A session whose adapter or `request` was replaced brings its own limit.
fn is_adapted(call: Node<'_>) -> bool {
    let Some(built) = call.receiver().and_then(Node::constructed_by) else { return false };
    let same = |other: Option<Node<'_>>| {
        other.and_then(Node::constructed_by).is_some_and(|other| other.place() == built.place())
    };
    // Where it is made, which need not be the file that it is used in.
    let module = built.at(0);
    // The library's own adapter sets no limit.
    let is_plain = |mount: Node<'_>| {
        let adapter = mount.argument_or_keyword(1, "adapter").and_then(Node::constructed_by_any);
        adapter
            .and_then(Node::callee)
            .is_some_and(|class| class.name() == "HTTPAdapter" && adapter.and_then(Node::target).is_none())
    };
    module
        .calls_within()
        .any(|other| other.callee_name() == "mount" && same(other.receiver()) && !is_plain(other))
        || module
            .within(&built.source_file().tree.assignments)
            .flat_map(Node::targets)
            .any(|target| target.is(Kind::Attribute) && target.name() == "request" && same(target.receiver()))
}

/// `RunnableConfig(timeout=30)`, `chain.invoke(x, config={"timeout": 30})`: no such key exists, so nothing is bounded.
fn is_fake(call: Node<'_>, findings: &mut Findings<'_>) -> bool {
    let Some(value) = fake_bound(call) else { return false };
    report(call, Severity::High, Certainty::Sure, "is given a `timeout` that nothing reads", findings)
        .because(value, "a run's configuration has no `timeout`: the key is moved aside and ignored")
        .conforming("Put the time limit on the model (`timeout=30`), or around the call: `async with asyncio.timeout(30):`.");
    true
}

fn fake_bound(call: Node<'_>) -> Option<Node<'_>> {
    let api = call.api()?;
    if api.is_constructor && api.class?.short_name() == "RunnableConfig" {
        return call.keyword("timeout");
    }
    if !(api.has(Tag::InvokesModel) || api.has(Tag::InvokesGraph)) {
        return None;
    }
    let config = call.argument_or_keyword(1, "config")?.resolved_value();
    config.dictionary_value("timeout")
}

fn pattern(call: Node<'_>) -> String {
    let Some(timeout) = call.api().and_then(|api| api.callable.timeout.as_ref()) else {
        return String::new();
    };
    let callable = call.api().map(|api| api.callable);
    if let Some(instead) = callable.filter(|known| known.blocks.is_none()).and_then(|known| known.instead) {
        return format!("Say how long to wait: {instead}.");
    }
    let argument = match (timeout.parameters.first(), timeout.dictionaries.first()) {
        _ if timeout.example.is_some() => {
            format!("`{}(…, {})`", call.called(), timeout.example.unwrap_or_default())
        }
        (Some(name), _) => format!("`{}(…, {name}=10)`", call.called()),
        (None, Some(name)) => format!("`{}(…, {name}={{\"timeout\": 30}})`", call.called()),
        (None, None) if callable.is_some_and(|known| known.blocks.is_some()) => {
            "give the library's own HTTP client a limit, since the call takes none".to_owned()
        }
        (None, None) => "`async with asyncio.timeout(10):` around the call".to_owned(),
    };
    format!("Say how long to wait: {argument}.")
}

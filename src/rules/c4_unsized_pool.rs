//! C4: a pool of connections has no chosen size or no end, or is built anew for each request.

use super::{Draft, Findings};
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::semantic::{Model, Node, Processes, SharedClient, begins_with_word, has_word, number_in_words};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::Kind;

/// What PostgreSQL allows unless it is told otherwise.
const SERVER_CONNECTIONS: f64 = 100.0;

/// The defects that are told condition by condition.
const REBUILT: &str = "a client or pool that is built anew for each request";
const WAITS: &str = "lets requests wait for a connection without end";
const UNSIZED: &str = "a pool of which nobody has chosen the size";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let processes = model.processes();
    let shared = model.shared_clients();
    let mut rebuilt = Vec::new();
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        let constructs = |tag: ClassTag| api.is_constructor && api.class.is_some_and(|class| class.has(tag));
        let is_engine = api.class.is_none() && call.is_a(ClassTag::Engine);
        let keeps_connections = is_engine
            || constructs(ClassTag::ConnectionPool)
            || constructs(ClassTag::PooledClient)
            || call.makes_pooled_client();
        if keeps_connections && is_rebuilt(call, &shared, &mut rebuilt, findings) {
            continue;
        }
        let is_pool = model.type_has(model.awaited(call.ty()), ClassTag::ConnectionPool);
        if call.opens_connection() {
            unpooled(call, findings);
        } else if is_pool && !is_engine && endless_or_single(call, findings) {
            continue;
        } else if is_engine {
            engine(call, processes.as_ref(), findings);
        } else if constructs(ClassTag::ConnectionLimits) {
            limits(call, constructs(ClassTag::UnlimitedConnections), findings);
        } else if constructs(ClassTag::UnlimitedWaiters) {
            waiters(call, findings);
        }
    }
}

/// What makes this engine's pool a defect, the worst alone.
fn engine(call: Node<'_>, processes: Option<&Processes<'_>>, findings: &mut Findings<'_>) {
    // What a function closes again serves nobody else, unless the application runs in between.
    let is_brief = call.is_closed_here() && !call.function().is_some_and(Node::is_startup);
    let (local, closed) = (is_local(call), is_brief);
    if !findings.asks(call, UNSIZED, "requests share its connections", !(local || closed), &|| match (
        local, closed,
    ) {
        (true, _) => "its address is that of a file or of memory".to_owned(),
        (_, true) => "the function that makes it also closes it".to_owned(),
        _ => "it is for a server, and stays open".to_owned(),
    }) {
        return;
    }
    let class = call.keyword("poolclass");
    let pool = class.and_then(Node::api_when_called).and_then(|api| api.class);
    if let Some(class) = keeps_no_connection(call) {
        without_pool(call, class, findings);
        return;
    }
    if class.is_some() && !pool.is_some_and(|class| class.has(ClassTag::ConnectionPool)) {
        return;
    }
    if let Some(value) = ["max_overflow", "pool_size"].iter().find_map(|name| {
        let unlimited = if *name == "max_overflow" { -1.0 } else { 0.0 };
        call.keyword(name).filter(|value| value.number() == Some(unlimited))
    }) {
        report(call, Severity::High, Certainty::Sure, "opens connections without an upper limit", findings)
            .because(value, "this value means 'as many as are asked for', until the server refuses everybody")
            .conforming("Give both numbers: `pool_size=20, max_overflow=10`, times all processes below the server's `max_connections`.");
    } else if let Some(value) =
        call.keyword("pool_timeout").filter(|value| value.is_none() || value.number() == Some(0.0))
    {
        let what =
            if value.is_none() { WAITS } else { "refuses a request at once when all connections are busy" };
        report(call, Severity::Medium, Certainty::Sure, what, findings)
            .because(value, "this is how long a request waits for a connection")
            .conforming("Wait briefly and then fail: `pool_timeout=5`.");
    } else if let Some(processes) = processes.filter(|processes| exceeds(call, processes)) {
        too_many(call, processes, findings);
    } else {
        choices(call, findings);
    }
}

/// The class of pools that keeps no connection, where this engine has it.
fn keeps_no_connection(call: Node<'_>) -> Option<Node<'_>> {
    call.keyword("poolclass").filter(|class| {
        class.api_when_called().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::NullPool))
    })
}

/// Whether the address is that of a file or of memory.
fn is_local(call: Node<'_>) -> bool {
    call.argument_or_keyword(0, "url").is_some_and(|url| {
        let value = url.resolved_value();
        value.string().is_some_and(|text| text.starts_with("sqlite")) || value.source().contains("sqlite")
    })
}

fn without_pool(call: Node<'_>, class: Node<'_>, findings: &mut Findings<'_>) {
    // Whoever names the pooler in the file has thought of it.
    let mentions = |word: &str| call.source_file().text.to_ascii_lowercase().contains(word);
    if mentions("pgbouncer")
        || mentions("pooler")
        || call.source_file().is_script
        || is_an_option(call)
        || call.is_for_migrations()
        || call.source_file().is_about_migrations()
    {
        return;
    }
    report(call, Severity::Medium, Certainty::Likely, "opens a connection for each request and throws it away", findings)
        .because(class, "this class keeps no connection, so nothing is reused and nothing limits their number")
        .conforming("Leave `poolclass` out and size the pool: `pool_size=20, max_overflow=10, pool_timeout=5, pool_pre_ping=True`. Behind PgBouncer the class is right: say so in a comment.");
}

/// Whether another branch of the same `if` builds an engine that does pool: the operator has the choice.
fn is_an_option(call: Node<'_>) -> bool {
    alternatives(call).any(|other| {
        other
            .keyword("poolclass")
            .and_then(Node::api_when_called)
            .and_then(|api| api.class)
            .is_none_or(|class| !class.has(ClassTag::NullPool))
    })
}

/// The engines that other branches around this one build in its place.
fn alternatives<'m>(call: Node<'m>) -> impl Iterator<Item = Node<'m>> {
    call.surroundings()
        .filter(|node| node.is(Kind::If))
        .flat_map(Node::calls_within)
        .filter(move |other| *other != call && other.is_a(ClassTag::Engine) && !call.contains(*other))
}

/// A keyword that is written out, or nothing if it may be among arguments that are not.
fn lacks(call: Node<'_>, names: &[&str]) -> bool {
    !call.has_hidden_arguments() && names.iter().all(|name| call.keyword(name).is_none())
}

/// The options that were chosen, or left to the library.
fn choices(call: Node<'_>, findings: &mut Findings<'_>) {
    // A command needs one connection.
    if call.callee_name().ends_with("from_config") || call.runs_offline() {
        return;
    }
    // What its function throws away serves nobody else, whatever its size is.
    if call.function().is_some_and(|function| {
        !function.is_startup() && (!call.outlives(function) || call.is_closed_by_callers())
    }) {
        return;
    }
    const SIZES: [&str; 5] = ["pool_size", "max_overflow", "poolclass", "pool", "creator"];
    let has_no_size = lacks(call, &SIZES);
    let is_untested = !has_no_size && lacks(call, &["pool_pre_ping", "pool_recycle", "pool"]);
    let answer = match has_no_size || is_untested {
        true => Answer::Met,
        false if call.has_hidden_arguments() => Answer::NotKnown,
        false => Answer::NotMet,
    };
    let what = "its size, or the test of its connections, is left out";
    findings.asks(call, UNSIZED, what, answer, &|| match (has_no_size, is_untested, answer) {
        (true, ..) => "nothing says its size".to_owned(),
        (_, true, _) => "neither `pool_pre_ping` nor `pool_recycle` is given".to_owned(),
        (.., Answer::NotKnown) => "some of its arguments are not written out".to_owned(),
        _ => "it says both".to_owned(),
    });
    if has_no_size {
        // The branch of an operator who chose none, beside that of one who did.
        let other = alternatives(call).find(|other| !lacks(*other, &SIZES));
        if !findings.asks(call, UNSIZED, "no other branch chooses it", other.is_none(), &|| match other {
            Some(other) => format!("`{}` does ({})", other.excerpt(), other.whereabouts_from(call)),
            None => "this is the only way to it".to_owned(),
        }) {
            return;
        }
        report(call, Severity::Low, Certainty::Sure, "leaves the size of its connection pool to the library", findings)
            .because(call, "nothing says its size: 5 connections and 10 of overflow, then requests wait for one")
            .conforming("Choose the numbers for the requests that one process serves at once: `pool_size=20, max_overflow=10, pool_timeout=5, pool_pre_ping=True`.");
    } else if is_untested {
        report(call, Severity::Low, Certainty::Sure, "hands out connections that may be dead", findings)
            .because(call, "no `pool_pre_ping`: after a restart of the database each pooled connection fails one request")
            .conforming("Test a connection before it is used: `pool_pre_ping=True`.");
    } else if let Some(size) = call.keyword("pool_size").filter(|_| largest(call) == Some(1.0)) {
        single(call, size, findings);
    } else if let Some(size) = call.keyword("pool_size") {
        findings.conforms(size, format!("`{}` has a pool of a chosen size", call.called()));
    }
}

/// Whether a pool makes everybody wait: without end, or for the one connection that it has.
fn endless_or_single(call: Node<'_>, findings: &mut Findings<'_>) -> bool {
    let size = || ["max_size", "max_connections", "maxsize"].iter().find_map(|name| call.keyword(name));
    let size = size().or_else(|| call.argument_or_keyword(1, "maxconn"));
    if let Some(wait) = call.keyword("timeout").filter(|wait| wait.is_none()) {
        report(call, Severity::Medium, Certainty::Sure, WAITS, findings)
            .because(wait, "this is how long a request waits for a connection")
            .conforming("Wait briefly and then fail: `timeout=5`.");
        return true;
    }
    let one = size.filter(|size| size.number() == Some(1.0));
    one.is_some_and(|size| single(call, size, findings))
}

/// Reports a pool of one connection, unless what it serves is one at a time by itself: a command, a worker, a function that is
/// started for each event.
fn single(call: Node<'_>, size: Node<'_>, findings: &mut Findings<'_>) -> bool {
    const ALONE: [&str; 10] =
        ["worker", "workers", "task", "tasks", "job", "jobs", "lock", "locks", "listener", "celery"];
    let holder = call.statement().targets().next().map_or("", Node::name);
    let takes_event =
        |function: Node<'_>| function.file == call.file && function.parameter("context").is_some();
    let is_alone = call.runs_offline()
        || call.source_file().is_script
        || has_word(holder, &ALONE)
        || has_word(call.source_file().path, &ALONE)
        || call.model.functions().any(takes_event);
    if is_alone {
        return false;
    }
    report(call, Severity::Medium, Certainty::Likely, "has a single connection: all requests wait for one another", findings)
        .because(size, "there is never a second connection")
        .conforming("Choose the number for the requests that one process serves at once, times all processes below what the server allows: 10 or 20.");
    true
}

/// The most connections that one process may open, if both numbers are known.
fn largest(call: Node<'_>) -> Option<f64> {
    if call.has_hidden_arguments() {
        return None;
    }
    let number = |name: &str, default: f64| match call.keyword(name) {
        Some(value) => value.number(),
        None => Some(default),
    };
    Some(number("pool_size", 5.0)? + number("max_overflow", 10.0)?)
}

fn exceeds(call: Node<'_>, processes: &Processes<'_>) -> bool {
    largest(call).is_some_and(|most| most * f64::from(processes.count) > SERVER_CONNECTIONS)
}

fn too_many(call: Node<'_>, processes: &Processes<'_>, findings: &mut Findings<'_>) {
    let most = largest(call).unwrap_or_default();
    let count = processes.count;
    let total = number_in_words(most * f64::from(count));
    let most = number_in_words(most);
    let what =
        format!("may open {total} connections in {count} processes, more than PostgreSQL's default of 100");
    let mut draft = report(call, Severity::Medium, Certainty::Likely, &what, findings)
        .because(call, format!("each process may open {most}: `pool_size` and `max_overflow` together"));
    for (at, note) in &processes.because {
        draft = draft.because(*at, note);
    }
    draft.conforming(format!(
        "Share what the server allows among the processes: `pool_size + max_overflow` of at most {} here, or a pooler such as PgBouncer in between.",
        number_in_words((SERVER_CONNECTIONS / f64::from(count)).floor().max(1.0))
    ));
}

/// Whether every client that is given these limits has a transport as well, whose own limits hold instead.
fn is_overruled(limits: Node<'_>) -> bool {
    let mut takers = limits
        .at(0)
        .calls_within()
        .filter(|client| {
            let given = client.keyword("limits");
            given.is_some_and(|given| given == limits || given.constructed_by() == Some(limits))
        })
        .peekable();
    takers.peek().is_some()
        && takers.all(|client| client.keyword("transport").is_some_and(|transport| !transport.is_none()))
}

/// An object that says how many connections a client may open.
fn limits(call: Node<'_>, unlimited_by_default: bool, findings: &mut Findings<'_>) {
    if is_overruled(call) {
        return;
    }
    let given =
        call.keyword("max_connections").or_else(|| call.argument(0)).map(|value| (value, value.is_none()));
    let limit = call.keyword("limit").map(|value| (value, value.number() == Some(0.0)));
    let written = if unlimited_by_default { given } else { limit };
    let (at, note) = match written {
        Some((value, true)) => (value, "this value lifts the library's own limit of 100 connections"),
        Some((value, false)) if value.number() == Some(1.0) && !call.is_used_under_a_semaphore() => {
            single(call, value, findings);
            return;
        }
        Some((value, false)) => {
            findings.conforms(value, format!("`{}` limits the connections", call.called()));
            return;
        }
        None if unlimited_by_default && !call.has_hidden_arguments() => (
            call,
            "without `max_connections` the object sets none; the default of 100 holds only where no limits are given",
        ),
        None => return,
    };
    if call.is_used_under_a_semaphore() {
        findings
            .conforms(at, "whoever uses the client takes a semaphore first, which limits the connections");
        return;
    }
    report(call, Severity::Medium, Certainty::Sure, "lets a client open connections without an upper limit", findings)
        .because(at, note)
        .conforming(if unlimited_by_default {
            "Give the number: `max_connections=100`, and a short `pool` in the client's time limits, so that a full pool fails fast."
        } else {
            "Give the number: `limit=100`."
        });
}

/// A pool before which any number of callers may queue.
fn waiters(call: Node<'_>, findings: &mut Findings<'_>) {
    if lacks(call, &["max_waiting"]) {
        report(
            call,
            Severity::Low,
            Certainty::Sure,
            "lets any number of requests wait for a connection",
            findings,
        )
        .because(
            call,
            "without `max_waiting` each waiter gives up after its timeout, but the queue has no end",
        )
        .conforming("End the queue: `max_waiting=100` refuses at once what cannot be served in time.");
    } else if let Some(value) = call.keyword("max_waiting") {
        findings.conforms(value, format!("`{}` has a queue that ends", call.called()));
    }
}

/// Reports what keeps connections but is built for each request or item; whether it was one.
fn is_rebuilt<'m>(
    call: Node<'m>,
    shared: &[SharedClient<'_>],
    rebuilt: &mut Vec<Node<'m>>,
    findings: &mut Findings<'_>,
) -> bool {
    let function = call.function();
    if !findings.asks(
        call,
        REBUILT,
        "it is built within a function",
        function.is_some(),
        &|| match function {
            Some(function) => format!("`{}` is built in `{}`", call.called(), function.name()),
            None => "it is built once, when the module is imported".to_owned(),
        },
    ) {
        return false;
    }
    let Some(function) = function else { return false };
    // A loop that its first turn leaves looks for one, and makes one.
    let own_loop = call.enclosing_loop().filter(|node| !node.is(Kind::While) && !is_left_behind(call, *node));
    let repeated = own_loop.or_else(|| repeated_elsewhere(call, function));
    let is_engine = call.is_a(ClassTag::Engine);
    let serves = (function.serves_requests()
        || (is_engine && function.gives_sessions() && function.may_serve_requests()))
        && !function.is_startup();
    let is_often = serves || (repeated.is_some() && !call.source_file().is_script);
    let often = "the function runs for each request, or a loop repeats it";
    if !findings.asks(call, REBUILT, often, is_often, &|| match serves {
        true => format!("requests lead to `{}`, or nothing given says otherwise", function.name()),
        false if is_often => "a loop repeats it".to_owned(),
        false if function.is_startup() => "it runs when the application starts".to_owned(),
        false => format!("no request among the given files leads to `{}`", function.name()),
    }) {
        return false;
    }
    let is_kept = call.outlives(function) || is_cached(function) || prepares_another(call, function);
    if !findings.asks(call, REBUILT, "it is thrown away afterwards", !is_kept, &|| match is_kept {
        true => "it is kept, or prepares what is: in an attribute, a global, a cache, or by who is handed it"
            .to_owned(),
        false => "nothing keeps it when the function ends".to_owned(),
    }) {
        return false;
    }
    let is_cheap = is_part_of_another(call)
        || is_local(call)
        || call.has_private_transport()
        || keeps_no_connection(call).is_some();
    if !findings.asks(call, REBUILT, "it opens connections of its own", !is_cheap, &|| match is_cheap {
        true => {
            "it is for a file, keeps no connection, has a transport that is given, or is a part of another client"
                .to_owned()
        }
        false => "its connections are its own".to_owned(),
    }) {
        return false;
    }
    let differs = repeated.is_some_and(|around| call.goes_elsewhere_each_turn(around))
        || (!(is_engine && is_for_a_tenant(call)) && is_for_any_address(call, function));
    if !findings.asks(call, REBUILT, "it goes to the same place each time", !differs, &|| match differs {
        true => "its address is another one each time, so that there is nothing to share".to_owned(),
        false => "nothing shows that its address is another one each time".to_owned(),
    }) {
        return false;
    }
    let asked_by = function.asked_by();
    let tries_again = repeated.filter(|around| around.retry_loop().is_some());
    let (when, at, note) = match (repeated, asked_by) {
        (Some(node), _) if tries_again.is_some() => {
            ("for each attempt".to_owned(), node, "this tries again".to_owned())
        }
        (Some(node), _) => ("for each item".to_owned(), node, "this repeats it".to_owned()),
        (None, None) => (
            format!("each time `{}` runs", function.name()),
            function,
            "nothing given shows who calls it, and nothing keeps what it makes".to_owned(),
        ),
        (None, Some(handler)) if handler != function => (
            format!("each time `{}` runs", function.name()),
            handler,
            format!("a request to `{}` leads there", handler.name()),
        ),
        _ => {
            ("for each request".to_owned(), function, format!("`{}` runs for each request", function.name()))
        }
    };
    // A client with the caller's own key cannot be shared by all; what may be shared is its pool.
    let is_unasked = repeated.is_none() && !function.serves_requests();
    let certainty = if !is_engine && call.keywords().any(|keyword| is_personal(keyword, function)) {
        Certainty::Question
    } else if is_unasked || (own_loop.is_none() && repeated.is_some()) {
        Certainty::Likely
    } else {
        Certainty::Sure
    };
    // A second one of the same kind on the way through this function is a part of the same finding.
    let is_again = rebuilt.iter().any(|other| {
        repeated.is_none()
            && other.function() == Some(function)
            && other.called() == call.called()
            && other.dominates(call)
    });
    if !findings.asks(call, REBUILT, "it is told once for its function", !is_again, &|| match is_again {
        true => "another one before it in this function has the finding".to_owned(),
        false => "it is the first of its kind in this function".to_owned(),
    }) {
        return true;
    }
    rebuilt.push(call);
    let rare = is_unasked
        || (own_loop.is_none() && repeated.is_some())
        || call.is_only_after_an_expiry()
        || function.serves_administrators(None)
        || (tries_again.is_some() && !serves)
        || function.entry_points().are_rare()
        || requests_of(call, function)
            .any(|request| request.enclosing_loop().is_some_and(|around| !around.contains(call)));
    let what = format!("is built anew {when}, and its connections are thrown away with it");
    report(call, if rare { Severity::Low } else { Severity::Medium }, certainty, &what, findings)
        .because(at, note)
        .because(
            call,
            "a new object has a new pool: the next one pays for a new connection and its handshake",
        )
        .conforming(if is_engine && is_for_any_address(call, function) {
            "Keep one engine for each address, in a bounded cache that disposes of those it drops, and open a \
             connection of it for each request."
                .to_owned()
        } else {
            sharing(call, repeated.is_some(), shared)
        });
    true
}

/// The loop in which others call this function, which builds a client each time that goes to the same place, as far as the
/// function shows: on no branch, and not to an address that is a part of what it is handed.
fn repeated_elsewhere<'m>(call: Node<'m>, function: Node<'m>) -> Option<Node<'m>> {
    let is_part_of_item = |request: Node<'m>| {
        let parts = request.argument_or_keyword(0, "url").into_iter().flat_map(Node::ingredients);
        parts.flat_map(Node::descendants).any(|part| {
            part.is(Kind::Attribute)
                && part.receiver().and_then(Node::as_parameter).is_some_and(|of| of.name() != "self")
        })
    };
    let is_optional =
        call.surroundings().take_while(|around| *around != function).any(|around| around.is(Kind::If));
    if function.serves_requests() || is_optional || requests_of(call, function).any(is_part_of_item) {
        return None;
    }
    function.repeated_by_callers()
}

/// Whether it only prepares a pool or client that is kept: it helps the function, or one that calls it, to make that.
fn prepares_another(call: Node<'_>, function: Node<'_>) -> bool {
    let makes_kept = |around: Node<'_>| {
        around.calls_within().filter(|other| *other != call && other.api().is_some()).any(|other| {
            let made = other.parent().filter(|parent| parent.is(Kind::Await)).unwrap_or(other);
            [ClassTag::ConnectionPool, ClassTag::PooledClient].iter().any(|tag| made.is_a(*tag))
                && made.outlives(around)
        })
    };
    // `create_redis_client` makes one, however it does so.
    let is_factory = |around: Node<'_>| {
        begins_with_word(around.name(), &["create", "make", "build", "open", "init"])
            && has_word(around.name(), &["client", "pool", "engine", "connection"])
    };
    makes_kept(function)
        || function.is_only_called(|caller| {
            caller.function().is_some_and(|around| makes_kept(around) || is_factory(around))
        })
}

/// Whether the address is one of a handler's dependency: whoever calls, the same addresses come again and again.
fn is_for_a_tenant(call: Node<'_>) -> bool {
    call.argument_or_keyword(0, "url").is_some_and(|url| {
        url.descendants_of(Kind::Name)
            .filter_map(|name| name.as_parameter())
            .any(|parameter| parameter.injected_by().is_some())
    })
}

/// A connection of its own for each request, where a pool would lend one.
fn unpooled(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = call.function() else { return };
    let asked_by = function.asked_by().filter(|_| !function.is_startup() && !is_cached(function));
    let is_own = |_: &Node<'_>| !call.outlives(function) && !is_for_any_address(call, function);
    let Some(handler) = asked_by.filter(is_own).filter(|_| !prepares_another(call, function)) else {
        return;
    };
    let severity = if function.serves_administrators(None) { Severity::Low } else { Severity::Medium };
    // What is handed a task may be run by a worker, behind a queue.
    let is_task = |parameter: Node<'_>| has_word(parameter.name(), &["task", "job"]);
    let certainty = match function.parameters().any(is_task) {
        true => Certainty::Question,
        false => Certainty::Likely,
    };
    report(call, severity, certainty, "opens a connection to the database for each request", findings)
        .because(handler, format!("a request to `{}` leads there", handler.name()))
        .because(call, "a handshake each time, and nothing limits how many are open at once")
        .conforming("Make one pool when the application starts, and borrow from it: `async with pool.acquire() as connection:`, or `pool.connection()`.");
}

/// How to share it: as the project does already, where it does.
fn sharing(call: Node<'_>, in_a_loop: bool, shared: &[SharedClient<'_>]) -> String {
    let class = |node: Node<'_>| node.api().and_then(|api| api.class).map(|class| class.short_name());
    let within_reach =
        |client: &SharedClient<'_>| client.made.file == call.file || !client.shown.starts_with('_');
    let own = shared.iter().find(|client| {
        class(client.made).is_some() && class(client.made) == class(call) && within_reach(client)
    });
    match own {
        Some(client) => format!(
            "Use the one that the project shares already, `{}` in `{}`. What has to differ goes along with each \
             request: headers, time limit, authentication.",
            client.shown,
            client.made.source_file().path
        ),
        None if in_a_loop => "Build it before the loop, and hand it on.".to_owned(),
        None => "Build it once, in the lifespan or at module level, and hand it on: `app.state.http`, or a \
                 dependency that returns the shared object."
            .to_owned(),
    }
}

/// The requests that a function makes on the client that it builds.
fn requests_of<'m>(client: Node<'m>, function: Node<'m>) -> impl Iterator<Item = Node<'m>> {
    function.own_calls().filter(move |call| {
        call.id > client.id
            && call.api().is_some_and(|api| !api.is_constructor && api.callable.crosses == Some(System::Http))
            && call.receiver().and_then(Node::constructed_by) == Some(client)
    })
}

/// Whether a pool would give nothing back: each request goes where the caller says, to hosts that nobody asks for
/// again, or takes its connection for itself.
fn is_for_any_address(client: Node<'_>, function: Node<'_>) -> bool {
    // An engine is built for its address.
    let own = client.is_a(ClassTag::Engine).then(|| client.argument_or_keyword(0, "url")).flatten();
    // One that is disposed of after a look at an address that was given.
    let given = |url: Node<'_>| {
        let mut names = url.ingredients().into_iter().flat_map(|part| part.descendants_of(Kind::Name));
        names.any(|name| name.as_parameter().is_some())
    };
    if own.is_some_and(given) && client.is_closed_here() {
        return true;
    }
    let mut requests = requests_of(client, function).peekable();
    if requests.peek().is_some() && requests.all(|request| request.does(Tag::KeepsConnection)) {
        return true;
    }
    let mut addresses = own
        .into_iter()
        .chain(requests_of(client, function).filter_map(|call| call.argument_or_keyword(0, "url")))
        .peekable();
    addresses.peek().is_some() && addresses.all(Node::is_address_sent)
}

/// Whether the turn that makes this is the last one: the body ends by leaving the loop, and nothing goes on before that.
fn is_left_behind(call: Node<'_>, around: Node<'_>) -> bool {
    let mut last = around.body().and_then(|body| body.children().last());
    while let Some(with) = last.filter(|last| last.is(Kind::With)) {
        last = with.body().and_then(|body| body.children().last());
    }
    last.is_some_and(|last| matches!(last.kind(), Kind::Return | Kind::Raise | Kind::Break))
        && !around.descendants_of(Kind::Continue).any(|node| node.id > call.id)
}

/// Whether a keyword hands on a credential that the function was given.
fn is_personal(keyword: Node<'_>, function: Node<'_>) -> bool {
    crate::semantic::is_secret_name(keyword.name())
        && keyword.value().is_some_and(|value| {
            value.descendants_of(Kind::Name).any(|name| {
                name.as_parameter().is_some()
                    || (name.function() == Some(function) && name.scope_of_name() != Some(0))
            })
        })
}

/// `AsyncOpenAI(http_client=AsyncClient())`: the outer call is the one to speak of.
fn is_part_of_another(call: Node<'_>) -> bool {
    call.surroundings()
        .take_while(|node| matches!(node.kind(), Kind::Keyword | Kind::Call))
        .any(|node| node.is(Kind::Call) && node.api().is_some_and(|api| api.is_constructor))
}

/// Whether a decorator keeps the results, of this function or of one around it.
fn is_cached(function: Node<'_>) -> bool {
    std::iter::successors(Some(function), |inner| inner.function()).any(|function| {
        // A decorator of the project's own is known by its name.
        function.is_cached()
            || function
                .decorators()
                .any(|decorator| decorator.callee().unwrap_or(decorator).name().contains("cache"))
    })
}

fn report<'f>(
    call: Node<'_>,
    severity: Severity,
    certainty: Certainty,
    what: &str,
    findings: &'f mut Findings<'_>,
) -> Draft<'f> {
    findings.report(call, severity, certainty, format!("`{}` {what}", call.called()))
}

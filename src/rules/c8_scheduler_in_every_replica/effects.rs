//! Whether doing scheduled work twice matters: what of it reaches others, and what each process does for itself.

use crate::semantic::{Node, begins_with_word, words_of};
use crate::stack::{System, Tag};

/// The call for which doing the work twice may matter: it changes something outside the process, asks a model, or
/// runs something that was not given. What refreshes this process's memory, hands on what it gathered, writes a log
/// record or a metric may run everywhere.
pub fn effect_of(work: Node<'_>) -> Option<Node<'_>> {
    let function = if work.is_function() { work } else { work.function()? };
    // What hands work to others, or writes to people, keeps no house, whatever it is called.
    let is_for_itself = function.reaches(&hands_on).is_none();
    if keeps_house(&telling_name(function)) && is_for_itself {
        return None;
    }
    work.calls_within().filter(|call| call.function() == Some(function)).find_map(|call| {
        if changes(call) || call.does(Tag::Commits) || (call.is_unknown_function() && !sounds_harmless(call))
        {
            return Some(call);
        }
        let logs =
            call.receiver().is_some_and(|receiver| words_of(receiver.name()).contains(&"logger".to_owned()));
        if logs || call.is_left_running() || (keeps_house(call.callee_name()) && is_for_itself) {
            return None;
        }
        work.model.node(call.target()?).reaches(&changes).map(|_| call)
    })
}

fn changes(call: Node<'_>) -> bool {
    const EFFECTS: [Tag; 6] = [
        Tag::WritesOutside,
        Tag::WritesStatement,
        Tag::AddsRow,
        Tag::DeletesRow,
        Tag::InvokesModel,
        Tag::InvokesGraph,
    ];
    EFFECTS.iter().any(|&tag| call.does(tag))
        || call.writes_by_sql()
        || sounds_effective(call)
        || sends_by_cache(call)
}

/// Whether it hands something on by a list, a stream or a channel of Redis: what is done twice arrives twice.
fn sends_by_cache(call: Node<'_>) -> bool {
    matches!(call.callee_name(), "publish" | "lpush" | "rpush" | "xadd")
        && call.api().is_some_and(|api| api.callable.crosses == Some(System::Cache))
}

/// Whether a call gives a worker something to do, or sends a mail: done twice, that is done twice by whoever gets it.
fn hands_on(call: Node<'_>) -> bool {
    let verb = || words_of(call.callee_name()).into_iter().next().unwrap_or_default();
    let writes = call.does(Tag::WritesOutside)
        && call.api().is_some_and(|api| matches!(api.callable.crosses, Some(System::Broker | System::Mail)));
    let is_unknown = call.api().is_none() && call.target().is_none();
    writes || (is_unknown && matches!(verb().as_str(), "enqueue" | "mail" | "email"))
}

/// Whether something that is not known is called as what reaches other people or systems.
fn sounds_effective(call: Node<'_>) -> bool {
    const FIRST: [&str; 16] = [
        "send", "notify", "mail", "email", "publish", "enqueue", "post", "upload", "upsert", "charge",
        "bill", "crawl", "generate", "embed", "ingest", "sync",
    ];
    call.api().is_none() && call.target().is_none() && begins_with_word(call.callee_name(), &FIRST)
}

/// Whether the work only removes what is no longer needed: to do that twice is a waste and no harm.
pub fn only_removes(work: Node<'_>) -> bool {
    let function = if work.is_function() { Some(work) } else { work.function() };
    let tidies = |name: &str| {
        words_of(name).iter().any(|word| {
            [
                "clean",
                "purg",
                "prun",
                "sweep",
                "expire",
                "evict",
                "retention",
                "orphan",
                "vacuum",
                "stale",
                "delet",
                "remov",
            ]
            .iter()
            .any(|known| word.starts_with(known))
        })
    };
    if function.is_some_and(|function| function.reaches(&hands_on).is_some()) {
        return false;
    }
    function.is_some_and(|function| tidies(&telling_name(function)))
        || effect_of(work).is_some_and(|call| tidies(call.callee_name()) || call.does(Tag::DeletesRow))
}

/// Whether a name says that each process does this for itself: signs of life, metrics, buffers, tokens, caches.
fn keeps_house(name: &str) -> bool {
    const WORDS: [&str; 32] = [
        "metric",
        "metrics",
        "gauge",
        "heartbeat",
        "beat",
        "cache",
        "caches",
        "cached",
        "memory",
        "gc",
        "health",
        "stats",
        "ready",
        "local",
        "flush",
        "flusher",
        "drain",
        "telemetry",
        "watchdog",
        "preload",
        "refresh",
        "reload",
        "warm",
        "reconnect",
        "reap",
        "reaper",
        "monitor",
        "ping",
        "keepalive",
        "listener",
        "lag",
        "config",
    ];
    // What is renewed for each process: its own leases, tokens and certificates.
    const OWN: [&str; 14] = [
        "renew",
        "renewal",
        "lease",
        "leases",
        "lock",
        "locks",
        "token",
        "tokens",
        "cert",
        "certs",
        "certificate",
        "certificates",
        "credentials",
        "loop",
    ];
    let words = words_of(name);
    words.iter().any(|word| WORDS.contains(&word.as_str()))
        || (words.len() > 1
            && words.iter().any(|word| word == "renew")
            && words.iter().all(|word| OWN.contains(&word.as_str())))
}

/// Whether the name of a callee that was not given says that it only looks, records, or tidies this process.
fn sounds_harmless(call: Node<'_>) -> bool {
    const FIRST: [&str; 16] = [
        "get", "fetch", "load", "read", "is", "has", "list", "find", "count", "check", "log", "record",
        "observe", "collect", "measure", "touch",
    ];
    let words = words_of(call.callee_name());
    words.first().is_none_or(|first| FIRST.contains(&first.as_str()))
        || keeps_house(call.callee_name())
        || call.callee_name().starts_with(char::is_uppercase)
        || call.receiver().is_some_and(|receiver| keeps_house(receiver.name()))
}

/// The function's name, with those around it where its own could be any loop's: `MetricsCollector.run`.
fn telling_name(function: Node<'_>) -> String {
    const GENERIC: [&str; 12] = [
        "loop",
        "run",
        "main",
        "forever",
        "tick",
        "periodic",
        "periodically",
        "worker",
        "task",
        "background",
        "start",
        "once",
    ];
    if words_of(function.name()).iter().all(|word| GENERIC.contains(&word.as_str())) {
        function.qualified_name()
    } else {
        function.name().to_owned()
    }
}

//! C5: a call in an `async def` holds the event loop, directly or through the functions it runs.

use super::Findings;
use crate::explanation::Answer;
use crate::fixes::{handed_to_thread, pausing_for_others};
use crate::report::{Certainty, Fix, Severity};
use rustc_hash::FxHashSet;

use crate::semantic::{Blocking, EntryPoints, Model, Node, Place, Type};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// The defect.
const HOLDS: &str = "a call that holds the event loop";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // Several callers of one blocking helper in one file are one defect: the helper's.
    let mut told: FxHashSet<(u32, Place)> = FxHashSet::default();
    let mut before: Option<Node<'_>> = None;
    for call in model.calls() {
        if findings.watches(call) {
            ask(call, findings);
        }
        let Some(function) = call.on_event_loop() else { continue };
        if call.is_outside_production() {
            continue;
        }
        if call.does(Tag::Offloads) || (call.is_awaited() && crosses(call)) {
            findings.conforms(call, format!("`{}` leaves the event loop free while it waits", call.called()));
        }
        // One report a statement: the innermost call of a chain is the one that waits.
        if let Some(blocking) = call.blocking() {
            let last = blocking.chain.last().map(|step| step.call);
            let is_told =
                blocking.chain.len() > 1 && last.is_some_and(|last| !told.insert((call.file, last)));
            if !findings.asks(call, HOLDS, "the same waiting is told nowhere else", !is_told, &|| {
                match is_told {
                    true => {
                        "another call in this file leads to the same waiting, and has the finding".to_owned()
                    }
                    false => "this is the first call in the file that leads there".to_owned(),
                }
            }) {
                continue;
            }
            if blocking.system == System::Metadata
                && before.replace(call).is_some_and(|before| asks_the_same(before, call))
            {
                continue;
            }
            report(call, function, &blocking, findings);
        }
    }
    for with in model.withs().filter(|with| !with.is_async() && !with.is_outside_production()) {
        locked(with, findings);
    }
}

/// `with lock:` around an `await`: whoever wants the lock meanwhile stops the loop on which its owner would go on.
fn locked(with: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = with.on_event_loop() else { return };
    let Some(lock) = with
        .children()
        .filter_map(|item| item.child(Role::Context))
        .find(|context| context.is_a(ClassTag::ThreadLock))
    else {
        return;
    };
    let waits = with.descendants().find(|node| {
        (node.is(Kind::Await) || (node.is_async() && matches!(node.kind(), Kind::For | Kind::With)))
            && node.function() == Some(function)
    });
    let Some(waits) = waits else { return };
    findings
        .report(
            lock,
            Severity::High,
            Certainty::Sure,
            format!("`{}` is a lock for threads, and is held across an `await`", lock.excerpt()),
        )
        .because(function, format!("`{}` runs on the event loop", function.name()))
        .because(waits, "here the loop turns to others; the next one that wants the lock stops the loop, and nobody can release it")
        .conforming("Use an `asyncio.Lock` with `async with`, or take the lock only around what does not await.");
}

/// Tells, for whoever wants to know, what decides about a call before anything is reported.
fn ask(call: Node<'_>, findings: &mut Findings<'_>) {
    let blocking = call.blocking();
    let (is_known, callee) = call.callee_in_words();
    let last = blocking.as_ref().and_then(|found| found.chain.last()).map(|step| call.model.node(step.call));
    let waits = match &blocking {
        Some(_) => Answer::Met,
        None if is_known || call.is_awaited() => Answer::NotMet,
        None => Answer::NotKnown,
    };
    findings.asks(call, HOLDS, "the call waits, and holds its thread", waits, &|| match (&blocking, last) {
        (Some(found), Some(last)) if found.chain.len() > 1 => format!(
            "`{}` reaches `{}` ({}), which {}",
            call.called(),
            last.called(),
            last.whereabouts_from(call),
            last.waits_for(found.system)
        ),
        (Some(found), _) => format!("`{}` {}", call.called(), call.waits_for(found.system)),
        _ if call.is_awaited() => format!("`{}` is awaited: the loop is free meanwhile", call.called()),
        _ if is_known => format!("{callee}; nothing that is known to wait is reached from it"),
        _ => callee.clone(),
    });
    if blocking.is_none() {
        return;
    }
    let on_loop = call.on_event_loop().is_some();
    findings.asks(call, HOLDS, "it runs on the event loop", on_loop, &|| call.runs().1);
    if on_loop {
        let path = call.source_file().path;
        let production = !call.is_outside_production();
        findings.asks(call, HOLDS, "it is code of production", production, &|| match production {
            true => format!("`{path}` is neither a test nor a migration"),
            false => format!("`{path}` is a test or a migration, which may wait"),
        });
    }
}

/// Whether two looks at the file system stand side by side, so that one move takes both off the loop:
/// `getsize(one) + getsize(other)`.
fn asks_the_same(before: Node<'_>, call: Node<'_>) -> bool {
    before.file == call.file
        && before.function() == call.function()
        && before.callee_name() == call.callee_name()
        && call.line() <= before.line() + 1
}

fn crosses(call: Node<'_>) -> bool {
    call.api().is_some_and(|api| api.callable.coroutine && api.callable.crosses.is_some())
}

fn report(call: Node<'_>, function: Node<'_>, blocking: &Blocking, findings: &mut Findings<'_>) {
    let Some(last) = blocking.chain.last().map(|step| call.model.node(step.call)) else { return };
    let ends = call.is_after_serving();
    if !findings.asks(call, HOLDS, "requests are served meanwhile", !ends, &|| match ends {
        true => "it runs when the application has stopped serving".to_owned(),
        false => "it does not run after the last request alone".to_owned(),
    }) {
        return;
    }
    let exemption = exemption(call, last, blocking.system)
        .or_else(|| is_made_once(call, blocking).then_some("what it leads to is made once and kept"));
    let fact = || exemption.unwrap_or("no exception of the rule holds").to_owned();
    if !findings.asks(call, HOLDS, "the wait is worth a word", exemption.is_none(), &fact) {
        return;
    }
    let direct = blocking.chain.len() == 1;
    let what = last.waits_for(blocking.system);
    let message = if direct {
        format!("`{}` {what} and holds the event loop of `async def {}`", call.called(), function.name())
    } else {
        format!(
            "`{}` holds the event loop of `async def {}`: it reaches `{}`, which {what}",
            call.called(),
            function.name(),
            last.called()
        )
    };
    let mut draft = findings
        .report(call, severity(call, last, blocking.system), certainty(call, blocking), message)
        .because(function, format!("`{}` runs on the event loop", function.name()));
    for pair in blocking.chain.windows(2) {
        let (from, to) = (call.model.node(pair[0].call), call.model.node(pair[1].call));
        let callee = to.function().map_or("", Node::name);
        draft = draft.because(from, format!("runs `{callee}` to its end on the same thread"));
    }
    draft
        .because(last, format!("`{}` {what}", last.called()))
        .fix(&|| off_the_loop(call, blocking.system).filter(|_| direct))
        .conforming(pattern(call, last, direct));
}

/// The call in a thread, or the pause that leaves the loop free. What belongs to a thread, as a session or a file does, is
/// not handed to another one.
fn off_the_loop(call: Node<'_>, system: System) -> Option<Fix> {
    match system {
        System::Sleep => pausing_for_others(call, "Pause without holding the event loop"),
        System::Http | System::Subprocess | System::Cpu | System::Model => {
            handed_to_thread(call, "Hand the call to a thread")
        }
        _ => None,
    }
}

/// Whether a function on the way keeps what it gives: who comes second does not wait for it again, unless each request
/// asks for another one.
fn is_made_once(call: Node<'_>, blocking: &Blocking) -> bool {
    let steps: Vec<Node<'_>> = blocking.chain.iter().map(|step| call.model.node(step.call)).collect();
    steps.windows(2).any(|pair| {
        let (asks, inside) = (pair[0], pair[1]);
        inside.function().is_some_and(Node::keeps_its_results)
            && !asks.positional().chain(asks.keywords().filter_map(Node::value)).any(Node::comes_from_request)
    })
}

/// What stays quiet: a lock held for a few lines in memory; what is done with a file whose opening is reported
/// already; files and prompts of a script that serves nobody.
fn exemption(call: Node<'_>, last: Node<'_>, system: System) -> Option<&'static str> {
    let on = |tag: ClassTag| last.api().and_then(|api| api.class).is_some_and(|class| class.has(tag));
    let opened_here = on(ClassTag::File)
        && last
            .receiver()
            .and_then(Node::constructed_by_any)
            .is_some_and(|opening| opening.function() == last.function());
    let begins =
        || call.function().is_some_and(|function| function.entry_points().mostly_begin_the_process());
    let alone = match system {
        System::Metadata => serves_nobody(call) || begins(),
        System::File if runs_for_commands(call) => true,
        System::File | System::Input => is_script(call) || is_kept(call),
        System::Sleep | System::Wait if is_brief(last, 0.5) => serves_nobody(call),
        System::Sleep | System::Subprocess => is_script(call),
        System::Cpu if call != last => serves_nobody(call) || call.runs_offline(),
        _ => false,
    };
    if on(ClassTag::ThreadLock) {
        Some("a lock that is held for a few lines in memory may be waited for")
    } else if opened_here {
        Some("the opening of this file has the finding already")
    } else if alone {
        Some(
            "it is short or local, and nobody's request shares the loop with it, as far as the given files show",
        )
    } else if system == System::Metadata && is_kept(call) {
        Some("it runs once, and what it gives is kept")
    } else if system == System::Metadata && call.is_for_development() {
        Some("it is reached while somebody develops alone")
    } else {
        None
    }
}

/// Whether the coroutine that calls runs once, and what it gives is kept.
fn is_kept(call: Node<'_>) -> bool {
    call.function().is_some_and(|function| function.parameters().next().is_none() && function.is_cached())
}

fn is_brief(last: Node<'_>, most: f64) -> bool {
    last.longest_pause().is_some_and(|seconds| seconds <= most)
}

/// No request shares the loop: a script, or what runs before the application takes requests.
fn serves_nobody(call: Node<'_>) -> bool {
    is_script(call)
        || call.runs_at_startup()
        || call.function().is_some_and(|function| function.entry_points().serve_nobody())
}

/// Whether nothing but programs that are run by hand leads here.
fn runs_for_commands(call: Node<'_>) -> bool {
    call.function().is_some_and(|function| function.entry_points().are_commands())
}

fn is_script(call: Node<'_>) -> bool {
    call.source_file().is_script && !call.function().is_some_and(Node::serves_requests)
}

/// A long chain, or one whose last call stands on a branch, may never be walked to its end for this caller.
fn certainty(call: Node<'_>, blocking: &Blocking) -> Certainty {
    let on_a_branch = blocking.chain.iter().skip(1).any(|step| call.model.node(step.call).is_on_a_branch())
        || blocking.chain.iter().any(|step| call.model.node(step.call).is_of_several_classes());
    let is_unseen = blocking.chain.last().is_some_and(|step| !call.model.node(step.call).is_surely_known());
    if on_a_branch || is_unseen || blocking.chain.len() > 3 { Certainty::Likely } else { Certainty::Sure }
}

fn severity(call: Node<'_>, last: Node<'_>, system: System) -> Severity {
    let rank = match system {
        System::File => Severity::Medium,
        System::Cpu | System::Metadata => Severity::Low,
        System::Sleep | System::Wait if is_brief(last, 0.05) => Severity::Low,
        System::Sleep | System::Wait if is_brief(last, 0.5) => Severity::Medium,
        System::Wait if is_brief(last, 1.0) => Severity::Medium,
        _ => Severity::High,
    };
    // What runs offline is made milder for every rule.
    let milder = !call.runs_offline()
        && (serves_nobody(call)
            || call.is_for_development()
            || call.function().is_some_and(|function| {
                let reached = function.entry_points();
                function.serves_administrators(None)
                    || reached.spare_users()
                    || reached.mostly_begin_the_process()
            }));
    // The first request waits for the start as a whole, whatever holds its loop.
    let begins = call.function().is_some_and(|function| {
        let reached = function.entry_points();
        reached.serve_nobody() && reached.includes(EntryPoints::STARTUP)
    });
    match (rank, milder) {
        (Severity::High, true) if !begins => Severity::Medium,
        (_, true) => Severity::Low,
        (rank, false) => rank,
    }
}

fn pattern(call: Node<'_>, last: Node<'_>, direct: bool) -> String {
    if !direct && matches!(call.callee().map(Node::ty), Some(Type::Class(_))) {
        return format!(
            "Keep `{}` out of `__init__`: a constructor can neither await nor be left half done. Give the class a method \
             that awaits it, or make the whole object in a thread.",
            last.called()
        );
    }
    let opens = direct && last.is_a(ClassTag::File);
    let offload = if opens {
        "put the opening and the reading or writing into one plain function, and await \
         `asyncio.to_thread` with it"
            .to_owned()
    } else if call.is(Kind::Call) && direct {
        format!("hand it to a thread: `await asyncio.to_thread({}, …)`", call.called())
    } else {
        format!("hand the whole call to a thread: `await asyncio.to_thread({}, …)`", call.called())
    };
    match last.api().and_then(|api| api.callable.instead) {
        // What it opens is read or written in a thread already.
        _ if opens && is_used_in_threads(call) => {
            "Only the opening is left on the loop: let the plain function that the thread runs open the file, and read \
             or write it."
                .to_owned()
        }
        Some(instead) if instead.contains("to_thread") && (!opens || reads_text(call)) => format!("Await the asynchronous form: {instead}."),
        Some(_) if opens => format!(
            "Await the asynchronous form: `async with aiofiles.open(…) as file:`, or {offload}."
        ),
        Some(instead) => format!("Await the asynchronous form: {instead}. Where there is none, {offload}."),
        None => {
            let mut offload = offload;
            if let Some(first) = offload.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{offload}.")
        }
    }
}

/// Whether an `open` is for reading text, as far as its mode says.
fn reads_text(call: Node<'_>) -> bool {
    call.argument_or_keyword(1, "mode").is_none_or(|mode| matches!(mode.string(), Some("r" | "rt")))
}

/// Whether methods of the file that a call opens are handed to threads: `to_thread(file.read, 1024)`.
fn is_used_in_threads(call: Node<'_>) -> bool {
    let is_it = |file: Node<'_>| file.constructed_by_any() == Some(call);
    call.function().is_some_and(|function| {
        function
            .own_calls()
            .filter(|other| other.id > call.id && other.does(Tag::Offloads))
            .any(|other| other.scheduled_callable().and_then(Node::receiver).is_some_and(is_it))
    })
}

//! C8: scheduled work starts in each copy of the application, and nothing lets one of them run it.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Command, EntryPoints, Model, Node, Place, Processes, Runs, Workload, words_of};
use crate::sorted::sorted;
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// What is told condition by condition.
const COPIED: &str = "scheduled work that each copy of the application does";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let processes = model.processes();
    let mut scheduled = Vec::new();
    decorated(model, &mut scheduled);
    let decorators: FxHashSet<Place> = scheduled.iter().map(|found| found.at.place()).collect();
    for (call, api) in model.known_calls() {
        let starts_scheduler = api.has(Tag::StartsScheduler);
        if starts_scheduler && findings.watches(call) {
            let with_all = runs_with_the_application(call);
            findings.asks(call, COPIED, "it starts with the application", with_all, &|| match with_all {
                true => "neither a request, a script nor a test starts it".to_owned(),
                false => "a request, a script or a test starts it".to_owned(),
            });
        }
        if !(starts_scheduler || api.has(Tag::StartsTask) || api.has(Tag::Offloads))
            || !runs_with_the_application(call)
            || decorators.contains(&call.place())
        {
            continue;
        }
        scheduled.extend(if starts_scheduler {
            scheduler(call)
        } else {
            periodic_task(call).or_else(|| starts_itself_again(call))
        });
    }
    let scheduled = sorted(scheduled, &|one, other| one.at.place().cmp(&other.at.place()));
    // Which of several schedulers runs a job is not always known: the job is told once.
    let mut told = FxHashSet::default();
    for found in &scheduled {
        judge(found, processes.as_ref(), &mut told, findings);
    }
    for workload in model.workloads() {
        deployed(model, workload, findings);
    }
}

/// Work that a process starts on a schedule.
struct Scheduled<'m> {
    /// The call or decorator that starts it.
    at: Node<'m>,
    what: String,
    /// The work itself, where the given files show it: a job's function, or the loop.
    jobs: Vec<Node<'m>>,
    /// A store of jobs that looks like a lock and is none.
    job_store: Option<Node<'m>>,
    /// The calls that hand the jobs to a scheduler.
    registered: Vec<Node<'m>>,
}

impl Scheduled<'_> {
    /// Whether the given files show that it starts with the application, and not with some object at some time.
    fn surely_starts(&self) -> bool {
        self.at.function().is_none_or(|function| {
            let reached = function.entry_points();
            self.jobs.first().is_some_and(|job| job.is_function())
                || reached.includes(EntryPoints::STARTUP)
                || reached.includes(EntryPoints::BACKGROUND)
                || function.owner().is_none()
        })
    }
}

/// A program of its own is one process by intention; a test serves nobody; a task that a request starts is no
/// schedule.
fn runs_with_the_application(call: Node<'_>) -> bool {
    !call.is_outside_production()
        && !call.source_file().is_script
        && !call.function().is_some_and(|function| function.serves_requests())
}

/// Functions whose decorator repeats them.
fn decorated<'m>(model: &'m Model<'m>, scheduled: &mut Vec<Scheduled<'m>>) {
    for function in model.functions().filter(|function| function.is(Kind::FunctionDef)) {
        for decorator in function.decorators() {
            if decorator.does(Tag::RepeatsFunction) && runs_with_the_application(decorator) {
                scheduled.push(Scheduled {
                    at: decorator,
                    what: format!("`{}` repeats `{}`", decorator.called(), function.name()),
                    jobs: vec![function],
                    registered: Vec::new(),
                    job_store: None,
                });
            }
        }
    }
}

/// `scheduler.start()`, with the jobs that were registered with it.
fn scheduler(start: Node<'_>) -> Option<Scheduled<'_>> {
    // One that holds its thread is the program, not a part of an application.
    if start.blocks_for() == Some(System::Wait) {
        return None;
    }
    let model = start.model;
    let built = start.receiver().and_then(Node::constructed_by);
    let holder = start.receiver().map_or("", Node::name);
    // Where the code does not show which one it is, the name tells.
    let same = |receiver: Option<Node<'_>>| {
        let other = receiver.and_then(Node::constructed_by).map(Node::place);
        match built.map(Node::place).zip(other) {
            Some((one, other)) => one == other,
            None => receiver.is_some_and(|receiver| receiver.name() == holder),
        }
    };
    let registered: Vec<Node<'_>> =
        model.calls_doing(Tag::RegistersJob).filter(|call| same(call.receiver())).collect();
    let mut jobs: Vec<Node<'_>> =
        registered.iter().filter_map(|call| model.function_named_by(call.scheduled_callable()?)).collect();
    jobs.extend(model.functions().filter(|function| {
        function.decorators().any(|decorator| decorator.does(Tag::RegistersJob) && same(decorator.receiver()))
    }));
    let job_store = built.and_then(|call| call.keyword("jobstores")).filter(|store| {
        // A store in this process's memory deceives nobody.
        !store.calls_within().any(|call| call.callee_name().to_ascii_lowercase().contains("memory"))
    });
    if jobs.is_empty() && job_store.is_none() && built.is_some_and(is_idle) {
        return None;
    }
    Some(Scheduled {
        at: start,
        what: format!("`{}` starts a scheduler", start.called()),
        jobs,
        registered,
        job_store,
    })
}

/// Whether nothing is ever asked of a scheduler but to start and to end: it has no work, and is given to nobody.
fn is_idle(built: Node<'_>) -> bool {
    let model = built.model;
    let is_it = |value: Node<'_>| {
        matches!(value.kind(), Kind::Name | Kind::Attribute) && value.constructed_by() == Some(built)
    };
    let is_given = |call: Node<'_>| {
        call.positional().chain(call.keywords().filter_map(Node::value)).any(is_it)
            || (call.receiver().is_some_and(is_it)
                && !matches!(call.callee_name(), "start" | "shutdown" | "pause" | "resume" | "stop"))
    };
    let has_name = built.statement().targets().any(|target| target.is(Kind::Name));
    let returned = |value: Node<'_>| value.value().is_some_and(is_it);
    has_name
        && !model.calls().any(is_given)
        && !model.assignments().any(returned)
        && !model.functions().flat_map(Node::own_returns).any(returned)
        && !model
            .functions()
            .flat_map(Node::decorators)
            .any(|decorator| decorator.receiver().is_some_and(is_it))
}

/// `create_task(forever())`, where the function is a loop with a pause and an effect.
fn periodic_task(start: Node<'_>) -> Option<Scheduled<'_>> {
    let callable = start.scheduled_callable()?;
    let function = if callable.is(Kind::Call) {
        start.model.node(callable.target()?)
    } else {
        start.model.function_named_by(callable)?
    };
    let work = function.own_loops().find(|node| is_endless(*node) && is_periodic(*node))?;
    effect_of(work)?;
    Some(Scheduled {
        at: start,
        what: format!("`{}` starts the loop `{}`", start.called(), function.name()),
        jobs: vec![work],
        registered: Vec::new(),
        job_store: None,
    })
}

/// `threading.Timer(60, job).start()` in `job` itself.
fn starts_itself_again(start: Node<'_>) -> Option<Scheduled<'_>> {
    let function = start.function().filter(|_| start.api().is_some_and(|api| api.is_constructor))?;
    let again = start.model.function_named_by(start.scheduled_callable()?)?;
    let has_interval = start
        .argument_or_keyword(0, "interval")
        .is_some_and(|first| Some(first) != start.scheduled_callable());
    if again != function || !has_interval || start.enclosing_handler().is_some() {
        return None;
    }
    effect_of(function)?;
    Some(Scheduled {
        at: start,
        what: format!("`{}` runs `{}` again and again", start.called(), function.name()),
        jobs: vec![function],
        registered: Vec::new(),
        job_store: None,
    })
}

/// `while True`, or while nobody asks for an end.
fn is_endless(node: Node<'_>) -> bool {
    node.is(Kind::While)
        && node.child(Role::Test).is_some_and(|test| match test.kind() {
            Kind::True | Kind::Number => true,
            Kind::Name | Kind::Attribute => words_of(test.name()).iter().any(|word| word.starts_with("run")),
            Kind::UnaryOp => test.descendants().any(|inner| {
                inner.callee_name() == "is_set"
                    || words_of(inner.name()).iter().any(|word| {
                        matches!(
                            word.as_str(),
                            "stop" | "stopped" | "stopping" | "shutdown" | "closed" | "cancelled"
                        )
                    })
            }),
            _ => false,
        })
}

/// Whether each round waits for a time, and not for work that comes in.
fn is_periodic(work: Node<'_>) -> bool {
    let own = || work.calls_within().filter(|call| call.function() == work.function());
    let pauses = own().any(|call| {
        let sleeps = call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep);
        let waits_for_the_end =
            call.does(Tag::BoundsTime) && call.argument(0).is_some_and(|inner| inner.callee_name() == "wait");
        // A pause after a failure is no schedule; one below a second waits for something to happen.
        let short = call.argument(0).and_then(Node::number).is_some_and(|seconds| seconds < 1.0);
        (sleeps || waits_for_the_end) && !short && call.enclosing_handler().is_none()
    });
    pauses && !own().any(takes_work)
}

/// Whether the call takes an item from a queue, a socket or a stream.
fn takes_work(call: Node<'_>) -> bool {
    const TAKES: [&str; 16] = [
        "get_message",
        "listen",
        "receive",
        "receive_text",
        "receive_json",
        "receive_bytes",
        "recv",
        "recv_json",
        "xread",
        "xreadgroup",
        "xautoclaim",
        "brpop",
        "blpop",
        "lpop",
        "rpop",
        "poll",
    ];
    let name = call.callee_name();
    TAKES.contains(&name)
        || (matches!(name, "get" | "get_nowait")
            && call.receiver().is_some_and(|receiver| {
                receiver.is_a(ClassTag::Queue) || words_of(receiver.name()).iter().any(|word| word == "queue")
            }))
}

/// The call for which doing the work twice may matter: it changes something outside the process, asks a model, or
/// runs something that was not given. What refreshes this process's memory, hands on what it gathered, writes a log
/// record or a metric may run everywhere.
fn effect_of(work: Node<'_>) -> Option<Node<'_>> {
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
        if logs || call.is_started_aside() || (keeps_house(call.callee_name()) && is_for_itself) {
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
    EFFECTS.iter().any(|&tag| call.does(tag)) || call.writes_by_sql() || sounds_effective(call)
}

/// Whether a call gives a worker something to do, or sends a mail: done twice, that is done twice by whoever gets it.
fn hands_on(call: Node<'_>) -> bool {
    let verb = || words_of(call.callee_name()).into_iter().next().unwrap_or_default();
    call.does(Tag::WritesOutside)
        && call
            .api()
            .is_some_and(|api| matches!(api.callable.crosses, Some(System::Broker | System::Mail)))
        || (call.api().is_none() && call.target().is_none() && matches!(verb().as_str(), "enqueue" | "mail" | "email"))
}

/// Whether something that is not known is called as what reaches other people or systems.
fn sounds_effective(call: Node<'_>) -> bool {
    const FIRST: [&str; 16] = [
        "send", "notify", "mail", "email", "publish", "enqueue", "post", "upload", "upsert", "charge",
        "bill", "crawl", "generate", "embed", "ingest", "sync",
    ];
    call.api().is_none()
        && call.target().is_none()
        && words_of(call.callee_name()).first().is_some_and(|first| FIRST.contains(&first.as_str()))
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

/// Whether a name says that each process does this for itself: signs of life, metrics, buffers, tokens, caches.
fn keeps_house(name: &str) -> bool {
    const WORDS: [&str; 30] = [
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
        "refresh",
        "reload",
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

/// Whether the work only removes what is no longer needed: to do that twice is a waste and no harm.
fn only_removes(work: Node<'_>) -> bool {
    let function = if work.is_function() { Some(work) } else { work.function() };
    let tidies = |name: &str| {
        words_of(name).iter().any(|word| {
            ["clean", "purg", "prun", "sweep", "expire", "evict", "retention", "orphan", "vacuum", "stale"]
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

/// What lets one process at a time do the work: a lock that others see, rows that are claimed, a key that is set
/// only once; or something that was not given and is called so.
fn is_guard(call: Node<'_>) -> bool {
    let sql = |call: Node<'_>| {
        call.positional().chain(call.keywords().filter_map(Node::value)).any(|argument| {
            argument.string().is_some_and(|text| {
                let text = text.to_ascii_lowercase();
                text.contains("advisory") || text.contains("skip locked")
            })
        })
    };
    call.takes_distributed_lock()
        || (call.does(Tag::LocksRows) && call.keyword("skip_locked").is_some_and(Node::is_true))
        || call.keyword("nx").is_some_and(Node::is_true)
        || sql(call)
        || (call.api().is_none() && sounds_exclusive(call.callee_name()))
        // What is given a lock will use it.
        || call.keywords().any(|keyword| {
            sounds_exclusive(keyword.name())
                && keyword.value().is_some_and(|value| !value.is_none() && !value.is_a(ClassTag::ThreadLock))
        })
}

fn sounds_exclusive(name: &str) -> bool {
    words_of(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "lock"
                | "locked"
                | "leader"
                | "leadership"
                | "lease"
                | "claim"
                | "claims"
                | "singleton"
                | "exclusive"
                | "elected"
        )
    })
}

/// Whether a decorator of the given files runs what it decorates under a lock.
fn wraps_in_guard(decorator: Node<'_>) -> bool {
    let model = decorator.model;
    let function = match decorator.is(Kind::Call) {
        true => decorator.target().map(|place| model.node(place)),
        false => model.function_named_by(decorator),
    };
    function.is_some_and(|function| function.calls_within().any(is_guard))
}

/// The call or decorator that makes the work exclusive.
fn guard_of(work: Node<'_>) -> Option<Node<'_>> {
    let model = work.model;
    let function = if work.is_function() { work } else { work.function()? };
    function
        .decorators()
        .find(|decorator| {
            sounds_exclusive(decorator.callee().unwrap_or(*decorator).name()) || wraps_in_guard(*decorator)
        })
        .or_else(|| function.own_calls().find(|&call| is_guard(call)))
        .or_else(|| {
            function.own_calls().find(|call| {
                call.target().is_some_and(|place| model.node(place).reaches(&is_guard).is_some())
            })
        })
}

fn judge(
    found: &Scheduled<'_>,
    processes: Option<&Processes<'_>>,
    told: &mut FxHashSet<Place>,
    findings: &mut Findings<'_>,
) {
    // A lock that is taken before the start holds for all that is started.
    let outer = found
        .at
        .function()
        .and_then(|function| function.own_calls().find(|&call| call.id < found.at.id && is_guard(call)));
    let guards: Vec<Node<'_>> = found.jobs.iter().filter_map(|&job| guard_of(job)).collect();
    let is_guarded = outer.is_some() || (!found.jobs.is_empty() && guards.len() == found.jobs.len());
    findings.asks(found.at, COPIED, "something starts it again and again", true, &|| found.what.clone());
    findings.asks(found.at, COPIED, "no lock lets one copy alone do it", !is_guarded, &|| match outer
        .or(guards.first().copied())
        .filter(|_| is_guarded)
    {
        Some(guard) => format!("`{}` does ({})", guard.excerpt(), guard.whereabouts_from(found.at)),
        None => "no lock that other processes see is taken before or in the work".to_owned(),
    });
    if is_guarded {
        for guard in outer.into_iter().chain(guards) {
            findings.conforms(guard, "one process at a time does this scheduled work");
        }
        return;
    }
    let unguarded: Vec<Node<'_>> = found
        .jobs
        .iter()
        .copied()
        .filter(|&job| guard_of(job).is_none() && effect_of(job).is_some())
        .collect();
    let is_new = unguarded.iter().filter(|job| told.insert(job.place())).count() > 0;
    let is_one = is_new || found.jobs.is_empty();
    if !findings.asks(found.at, COPIED, "doing it twice may matter", is_one, &|| match is_one {
        true => "what it does reaches others, or is not shown".to_owned(),
        false => {
            "nothing of it that reaches others is known, or it is told at another start of it".to_owned()
        }
    }) {
        return;
    }
    report(found, &unguarded, processes, findings);
}

fn report(
    found: &Scheduled<'_>,
    unguarded: &[Node<'_>],
    processes: Option<&Processes<'_>>,
    findings: &mut Findings<'_>,
) {
    let severity = match (processes, found.job_store) {
        (Some(_), _) => Severity::High,
        (None, Some(_)) => Severity::Low,
        (None, None) => Severity::Medium,
    };
    let tidies = !unguarded.is_empty() && unguarded.iter().all(|&job| only_removes(job));
    let severity = if tidies { Severity::Low } else { severity };
    // A switch may be on in one replica alone.
    let switch = found.at.surroundings().find(|node| {
        node.is(Kind::If)
            && node.child(Role::Test).is_some_and(|test| {
                test.descendants().any(|name| {
                    matches!(name.kind(), Kind::Name | Kind::Attribute | Kind::Str)
                        && !name.is_a(ClassTag::Scheduler)
                        && !name.parent().is_some_and(|parent| parent.is(Kind::Attribute))
                        && words_of(name.name()).iter().any(|word| {
                            word.starts_with("schedul")
                                || matches!(word.as_str(), "leader" | "primary" | "cron" | "beat")
                        })
                })
            })
    });
    let certainty = match (switch, processes) {
        _ if tidies || !found.surely_starts() => Certainty::Question,
        (Some(_), _) => Certainty::Question,
        (None, Some(_)) => Certainty::Sure,
        (None, None) => Certainty::Likely,
    };
    let copies = match processes {
        Some(processes) => format!("each of {} processes", processes.count),
        None => "each copy of the application".to_owned(),
    };
    let mut draft = findings
        .report(
            found.at,
            severity,
            certainty,
            format!("{} in {copies}, and no lock lets one of them do the work", found.what),
        )
        .because(found.at, "runs wherever the application starts");
    for &call in found
        .registered
        .iter()
        .filter(|call| call.file != found.at.file || call.line() != found.at.line())
        .take(3)
    {
        draft = draft.because(call, "hands it a job");
    }
    for &job in unguarded.iter().take(3) {
        draft = draft.because(job, "takes no lock that other processes see");
        if let Some(effect) = effect_of(job) {
            draft = draft.because(effect, "is done once for each copy");
        }
    }
    if let Some(store) = found.job_store {
        draft = draft.because(
            store,
            "a shared store keeps the jobs; it does not keep two schedulers from running them",
        );
    }
    if let Some(switch) = switch {
        draft = draft.because(switch, "unless this is true in one replica alone");
    }
    for (at, note) in processes.iter().flat_map(|processes| &processes.because) {
        draft = draft.because(*at, note);
    }
    draft.conforming(
        "Give the work one runner: a process or CronJob of its own, or a lock that all replicas see and the loser returns from: `if not await db.scalar(text(\"SELECT pg_try_advisory_xact_lock(4711)\")): return`.",
    );
}

/// What the deployment files start in several copies.
fn deployed(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    if workload.runs == Runs::Scheduled {
        overlapping(model, workload, findings);
    }
    for command in &workload.commands {
        if command.starts_beat() {
            beat(model, workload, command, findings);
        }
        if command.migrates() {
            migration(model, workload, command, findings);
        }
    }
}

fn overlapping(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    let (at, note) = match &workload.concurrency_policy {
        Some((policy, at)) if policy == "Allow" => {
            (*at, "`Allow` starts the next run while the last one is at work")
        }
        Some((_, at)) => {
            findings.conforms(model.stretch(*at), "runs of this job don't overlap");
            return;
        }
        None => (
            workload.heading,
            "without `concurrencyPolicy` the next run starts while the last one is at work",
        ),
    };
    findings
        .report(
            model.stretch(at),
            Severity::Medium,
            Certainty::Sure,
            format!("runs of the CronJob `{}` may overlap", workload.name),
        )
        .because(model.stretch(at), note)
        .conforming("Forbid it in the CronJob's `spec`: `concurrencyPolicy: Forbid`.");
}

fn beat(model: &Model<'_>, workload: &Workload, command: &Command, findings: &mut Findings<'_>) {
    match workload.replicas {
        Some((number, at)) if number > 1 => {
            findings
                .report(
                    model.stretch(command.at),
                    Severity::High,
                    Certainty::Sure,
                    format!(
                        "`{}` runs Celery's beat {number} times, and each sends every task",
                        workload.name
                    ),
                )
                .because(model.stretch(at), format!("runs {number} copies"))
                .because(model.stretch(command.at), "each copy sends each task when it is due")
                .conforming(
                    "Run one: a Deployment of its own with `replicas: 1` and `strategy: {type: Recreate}`.",
                );
        }
        Some((_, at)) => findings.conforms(model.stretch(at), "one copy sends the scheduled tasks"),
        None => {}
    }
}

/// The schema is changed by whatever container starts first, or by all of them at once.
fn migration(model: &Model<'_>, workload: &Workload, command: &Command, findings: &mut Findings<'_>) {
    let runs_in_each = match workload.runs {
        Runs::Image | Runs::Service => command.goes_on_after_migrating(),
        Runs::Deployment => true,
        Runs::Once | Runs::Scheduled => false,
    };
    let is_alone = workload.replicas.is_some_and(|(number, _)| number <= 1);
    // A lock in the migrations' environment lets one container at a time go on.
    let locked = model.python().any(|(_, file)| file.is_migration && file.text.contains("advisory"));
    if !runs_in_each || is_alone || locked {
        return;
    }
    let several = workload.replicas.is_some_and(|(number, _)| number > 1);
    let certainty = if several { Certainty::Sure } else { Certainty::Likely };
    let mut draft = findings
        .report(
            model.stretch(command.at),
            Severity::Medium,
            certainty,
            "migrates the database's schema in each container that starts",
        )
        .because(
            model.stretch(command.at),
            "replicas that start together change the schema at the same time",
        );
    if let Some((number, at)) = workload.replicas {
        draft = draft.because(model.stretch(at), format!("runs {number} copies"));
    }
    draft.conforming(
        "Migrate once, before the new version starts: a Job, a release step, or a one-shot Compose service that the others wait for with `condition: service_completed_successfully`.",
    );
}

//! Scheduled work that each copy of the application does.
//!
//! Quiet where a lock that other processes see is taken, and where nothing of the work reaches others.

use rustc_hash::FxHashSet;

use super::COPIED;
use super::effects::{effect_of, only_removes};
use super::guards::{guard_of, is_guard};
use super::scheduled_work::Scheduled;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Place, Processes, words_of};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

pub fn judge(
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
    let switch = switch_of(found.at);
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

/// The test around the start that asks for a switch, which may be on in one replica alone.
fn switch_of(start: Node<'_>) -> Option<Node<'_>> {
    start.surroundings().find(|node| {
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
    })
}

//! Coroutines that are gathered, or started as tasks, one for each element.

use super::AT_ONCE;
use super::fan_outs::{FanOut, gathered, started_in_loop};
use super::limits::limit_in;
use super::sources::{Bounded, Origin, bound_of, origin_of, source_name, source_of};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Node, Type, Waiting};
use crate::stack::{System, Tag};

const BOUND: &str = "Bound it: `slots = asyncio.Semaphore(8)`, and `async with slots:` inside the coroutine that is started for each element; \
                     or work through the input in batches of a fixed size.";

pub fn check(call: Node<'_>, fan_out: &FanOut<'_>, findings: &mut Findings<'_>) {
    if call.function().is_some_and(Node::is_always_overridden) {
        return;
    }
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
    let bounded = bound_of(fan_out.iterable);
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

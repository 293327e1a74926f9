//! C8: scheduled work starts in each copy of the application, and nothing lets one of them run it.
//!
//! `scheduled_work` finds what is started on a schedule, `effects` says whether doing it twice matters, `guards` whether one
//! copy alone does it, and `copies` judges by these. `deployed` looks at what deployment files start several times.

mod copies;
mod deployed;
mod effects;
mod guards;
mod scheduled_work;

use rustc_hash::FxHashSet;

use crate::rules::Findings;
use crate::semantic::{Model, Place};
use crate::sorted::sorted;
use crate::stack::Tag;
use scheduled_work::{periodic_task, runs_with_the_application, scheduler, starts_itself_again};

/// What is told condition by condition.
const COPIED: &str = "scheduled work that each copy of the application does";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let processes = model.processes();
    let mut scheduled = Vec::new();
    scheduled_work::decorated(model, &mut scheduled);
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
        copies::judge(found, processes.as_ref(), &mut told, findings);
    }
    for workload in model.workloads() {
        deployed::check(model, workload, findings);
    }
}

//! What deployment files start in several copies: runs of a CronJob that overlap, several of Celery's beats, a migration in
//! each container.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Command, Model, Runs, Workload};

/// What the deployment files start in several copies.
pub fn check(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
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

//! Services of Compose files: without a health check, or started before what they wait for can answer.

use super::health_checks::{always_well, front_page, switched_off};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Dependency, Holds, Model, Runs, Workload};

const NO_CHECK: &str = "a service without a health check";
const WAITS: &str = "a service that waits for a start, not for an answer";
const NEVER_HEALTHY: &str = "waiting for the health of what nobody asks";

pub fn check(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    let (Some(container), Some(service)) = (workload.containers.first(), &workload.service) else { return };
    if !service.is_for_tests {
        waits(model, workload, service.is_for_development, findings);
    }
    let at = model.stretch(container.at);
    findings.asks_whether(
        at,
        NO_CHECK,
        "nothing here asks it",
        container.liveness.is_none(),
        ["it has no `healthcheck`", "it has a `healthcheck`"],
    );
    if let Some(check) = &container.liveness {
        if !switched_off(model, check, &format!("`{}`", workload.name), findings) {
            if !always_well(model, check, &format!("`{}`", workload.name), findings) {
                findings.conforms(model.stretch(check.at), format!("`{}` has a health check", workload.name));
            }
            if container.foreign().is_none() {
                front_page(model, check, findings);
            }
        }
        return;
    }
    let is_passing =
        workload.runs_once() || service.is_for_tests || service.is_for_development || service.extends;
    if !findings.asks_whether(
        at,
        NO_CHECK,
        "it is deployed, and runs for long",
        !is_passing,
        [
            "nothing says otherwise",
            "it runs once, is for development or tests, or is completed by another file",
        ],
    ) {
        return;
    }
    let by_image = model.is_checked_by_image(workload);
    let judged = match (workload.is_built, container.foreign()) {
        (false, Some(Holds::Store)) => Ok((
            Severity::Low,
            Certainty::Sure,
            "others can't wait until it answers, only until it was started",
        )),
        (false, Some(Holds::Models)) => Ok((
            Severity::Medium,
            Certainty::Likely,
            "it loads its models for minutes before it answers, and nobody can wait for that, unless its image asks",
        )),
        (false, Some(_)) => Err("it is a known image that others don't wait for"),
        (true, _) => match by_image {
            Some(true) => Err("its Dockerfile has a `HEALTHCHECK`"),
            Some(false) => Ok((
                Severity::Medium,
                Certainty::Sure,
                "neither this file nor the Dockerfile asks it anything",
            )),
            None => Ok((
                Severity::Medium,
                Certainty::Likely,
                "nothing asks it anything, unless its Dockerfile does",
            )),
        },
        // Its server is started here, or its image is built here.
        (false, None)
            if workload.commands.iter().any(|command| command.serves()) || by_image == Some(false) =>
        {
            Ok((
                Severity::Medium,
                Certainty::Likely,
                "neither this file nor what is given of its image asks it anything",
            ))
        }
        (false, None) if container.image.is_some() => {
            let certainty = if container.has_ports { Certainty::Likely } else { Certainty::Question };
            Ok((Severity::Medium, certainty, "nothing asks it anything, unless its image does"))
        }
        (false, None) => Err("it names neither an image nor how to build one"),
    };
    findings.asks(at, NO_CHECK, "nothing else asks it", judged.is_ok(), &|| {
        match judged {
            Ok((_, _, note)) => note,
            Err(reason) => reason,
        }
        .to_owned()
    });
    let Ok((severity, certainty, note)) = judged else { return };
    let instead = match container.foreign() {
        Some(Holds::Models) => {
            "Ask its own health route, and give it time: `healthcheck: {test: [\"CMD\", \"curl\", \"--fail\", \"http://localhost:8000/health\"], interval: 10s, start_period: 5m}`.".to_owned()
        }
        Some(Holds::Store) => {
            format!(
                "Ask what it offers for that: `healthcheck: {{test: [\"CMD\", {}], interval: 10s, timeout: 3s, retries: 5}}`.",
                container.health_command().unwrap_or("…")
            )
        }
        _ if workload.commands.iter().any(|command| command.text.contains("celery")) => {
            "Ask the worker itself: `healthcheck: {test: [\"CMD\", \"celery\", \"-A\", \"app\", \"inspect\", \"ping\"], interval: 30s, timeout: 10s}`.".to_owned()
        }
        _ => {
            "Ask its readiness: `healthcheck: {test: [\"CMD\", \"curl\", \"--fail\", \"http://localhost:8000/health/ready\"], interval: 10s, timeout: 3s, retries: 3}`.".to_owned()
        }
    };
    findings
        .report(at, severity, certainty, format!("`{}` has no health check", workload.name))
        .because(at, note)
        .conforming(instead);
}

/// Waiting for a start, where waiting for health is possible or needed.
fn waits(model: &Model<'_>, workload: &Workload, is_milder: bool, findings: &mut Findings<'_>) {
    let Some((at, dependencies)) = workload.service.as_ref().and_then(|service| service.waits_for.as_ref())
    else {
        return;
    };
    let mut severity = Severity::Low;
    let mut started = Vec::new();
    let is_for_start =
        |dependency: &&Dependency| matches!(dependency.condition.as_deref(), None | Some("service_started"));
    let waits_for_start = findings.asks_whether(
        model.stretch(*at),
        WAITS,
        "it waits for no more than a start",
        dependencies.iter().any(|dependency| is_for_start(&dependency)),
        ["of one of them at least", "it waits for their health, or their end"],
    );
    for dependency in dependencies.iter().filter(is_for_start) {
        let other = model.workloads().iter().find(|other| {
            other.runs == Runs::Service && other.heading.file == at.file && other.name == dependency.name
        });
        let Some(container) = other.and_then(|other| other.containers.first()) else { continue };
        let can_tell = container.liveness.as_ref().is_some_and(|check| !check.is_off);
        if can_tell || matches!(container.foreign(), Some(Holds::Store | Holds::Models)) {
            if can_tell && !is_milder {
                severity = Severity::Medium;
            }
            started.push((dependency.name.as_str(), container.at));
        }
    }
    never_healthy(model, at.file, dependencies, findings);
    let needs_more = waits_for_start
        && findings.asks_whether(
            model.stretch(*at),
            WAITS,
            "what it waits for needs time until it answers, and can tell when it does",
            !started.is_empty(),
            [
                "it has a health check, or is a database or a server of models",
                "nothing of the kind is known of it",
            ],
        );
    if !needs_more {
        if dependencies.iter().any(|dependency| dependency.condition.as_deref() == Some("service_healthy")) {
            findings.conforms(
                model.stretch(*at),
                format!("`{}` waits until the others are healthy", workload.name),
            );
        }
        return;
    }
    let names: Vec<String> = started.iter().map(|(name, _)| format!("`{name}`")).collect();
    let mut draft = findings
        .report(
            model.stretch(*at),
            severity,
            Certainty::Sure,
            format!("`{}` waits until {} was started, not until it answers", workload.name, names.join(", ")),
        )
        .because(
            model.stretch(*at),
            "this is about the container, which is there before the process in it listens",
        );
    for (name, place) in started.iter().take(3) {
        draft = draft.because(
            model.stretch(*place),
            format!("`{name}` needs time between its start and its first answer"),
        );
    }
    draft.conforming("Wait for its health: `depends_on: {db: {condition: service_healthy}}`, with a `healthcheck` on the other side.");
}

/// Waiting for the health of a service that nobody asks: Compose gives up.
fn never_healthy(model: &Model<'_>, file: u32, dependencies: &[Dependency], findings: &mut Findings<'_>) {
    for dependency in dependencies {
        if dependency.condition.as_deref() != Some("service_healthy") {
            continue;
        }
        let other = model.workloads().iter().find(|other| {
            other.runs == Runs::Service && other.heading.file == file && other.name == dependency.name
        });
        let Some((other, container)) = other.and_then(|other| Some((other, other.containers.first()?)))
        else {
            continue;
        };
        let is_partial = other.service.as_ref().is_some_and(|service| service.extends);
        let is_known =
            container.foreign() == Some(Holds::Store) || model.is_checked_by_image(other) == Some(false);
        let at = model.stretch(dependency.at);
        if !findings.asks_whether(
            at,
            NEVER_HEALTHY,
            "the other has no health check",
            container.liveness.is_none() && !is_partial,
            ["neither is one given in this file", "it has one, or another file completes it"],
        ) || !findings.asks_whether(
            at,
            NEVER_HEALTHY,
            "its image has none either",
            is_known,
            ["its Dockerfile, or what is known of the image, says so", "what its image has is not known"],
        ) {
            continue;
        }
        findings
            .report(
                at,
                Severity::Medium,
                Certainty::Likely,
                format!("waits for the health of `{}`, which has no health check", dependency.name),
            )
            .because(
                model.stretch(container.at),
                "nothing asks it anything, so Compose ends with an error instead of waiting",
            )
            .conforming(match container.health_command() {
                Some(command) => format!("Give it a `healthcheck`: `test: [\"CMD\", {command}]`."),
                None => "Give it a `healthcheck`, with a command that its image has.".to_owned(),
            });
    }
}

//! O5: what is deployed can't be named exactly, or can't be put back.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Image, Model, Pinning, Runs, Span, Workload, words_of};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for stage in model.stages().iter().filter(|stage| !stage.is_local) {
        image(model, &stage.image, stage.is_for_development, findings);
    }
    for workload in model.workloads() {
        let is_built = workload.runs == Runs::Service && workload.is_built;
        let is_milder = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for container in workload.containers.iter().filter(|_| !is_built) {
            if let Some(written) = &container.image {
                image(model, written, is_milder, findings);
            }
        }
        if workload.kind == "Deployment" {
            rollout(model, workload, findings);
        }
    }
    for (value, tag) in model.image_tags() {
        tag_of_values(model, value.span(model), &tag, findings);
    }
    for step in model.image_steps() {
        let loose = step.unpinned_packages();
        if !loose.is_empty() {
            packages(model, step.at, &loose, findings);
        }
    }
    environments(model, findings);
}

fn image(model: &Model<'_>, image: &Image, is_milder: bool, findings: &mut Findings<'_>) {
    let (certainty, what, note) = match image.pinning() {
        Pinning::Fixed => {
            findings.conforms(model.stretch(image.at), format!("`{}` names one version", image.text));
            return;
        }
        Pinning::Unknown => return,
        Pinning::Untagged => (
            Certainty::Sure,
            format!("`{}` has no tag, which means `latest`", image.text),
            "whoever pulls it gets what is newest that day".to_owned(),
        ),
        Pinning::Moving(tag) => (
            Certainty::Sure,
            format!("`{}` names no version: `{tag}` is moved with each release", image.text),
            "two machines that pull it on different days run different versions".to_owned(),
        ),
        Pinning::Unclear(tag) => (
            Certainty::Likely,
            format!("`{}` names no version in its tag `{tag}`", image.text),
            "a tag without a number is usually moved with each release".to_owned(),
        ),
        Pinning::MovingByDefault(tag) => (
            Certainty::Likely,
            format!("`{}` is `{tag}` wherever the variable isn't set", image.text),
            "forgetting the variable is no error, and deploys what is newest that day".to_owned(),
        ),
    };
    let severity = if is_milder { Severity::Low } else { Severity::Medium };
    let instead = match image.pinning() {
        Pinning::MovingByDefault(_) => {
            "Demand the variable, `${TAG:?set the release to run}`, or give it a version as its default."
        }
        _ => {
            "Name a version, `qdrant/qdrant:v1.15.5`, or a digest behind it, and let a bot raise it through a reviewed change."
        }
    };
    findings
        .report(model.stretch(image.at), severity, certainty, what)
        .because(model.stretch(image.at), note)
        .conforming(instead);
}

/// The tag in a chart's values.
fn tag_of_values(model: &Model<'_>, at: Span, tag: &str, findings: &mut Findings<'_>) {
    let (message, note) = if tag.is_empty() {
        (
            "the image's tag is empty, and the template has nothing to put in its place",
            "the image ends with a colon, or means `latest`",
        )
    } else {
        (
            "the image's tag names no version",
            "it is moved with each release, so `helm rollback` changes nothing",
        )
    };
    findings
        .report(model.stretch(at), Severity::Medium, Certainty::Sure, message)
        .because(model.stretch(at), note)
        .conforming("Set the release for each environment, or fall back to the chart's own version: `{{ .Values.image.tag | default .Chart.AppVersion }}`.");
}

/// How a Deployment goes to a new version and back.
fn rollout(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    if let Some((0, at)) = workload.history {
        findings
            .report(
                model.stretch(at),
                Severity::High,
                Certainty::Sure,
                format!("`{}` keeps no old version to go back to", workload.name),
            )
            .because(model.stretch(at), "`kubectl rollout undo` needs an old ReplicaSet, and there is none")
            .conforming("Leave `revisionHistoryLimit` out, which keeps ten, or set it to a few.");
    }
    // A database or a single runner is one of a kind, and stops before the next one starts.
    let runs_alone = words_of(&workload.name).iter().any(|word| {
        matches!(
            word.as_str(),
            "beat" | "scheduler" | "cron" | "worker" | "controller" | "operator" | "leader"
        )
    }) || workload.commands.iter().any(|command| command.starts_beat());
    if runs_alone || workload.containers.iter().any(|container| container.foreign().is_some()) {
        return;
    }
    if let Some((_, at)) = workload.strategy.as_ref().filter(|(kind, _)| kind == "Recreate") {
        findings
            .report(
                model.stretch(*at),
                Severity::Low,
                Certainty::Sure,
                format!("each release of `{}` begins with an outage", workload.name),
            )
            .because(model.stretch(*at), "all old pods are stopped before the first new one starts")
            .conforming(
                "Replace them one by one: `strategy: {type: RollingUpdate}`, with a readiness probe.",
            );
    }
    if let Some((1, at)) = workload.replicas.filter(|_| !model.is_scaled(&workload.name)) {
        findings
            .report(
                model.stretch(at),
                Severity::Low,
                Certainty::Sure,
                format!("`{}` has a single replica, and no other to take over", workload.name),
            )
            .because(model.stretch(at), "while this one is restarted or moved, nobody answers")
            .conforming("Run two at least: `replicas: 2`.");
    }
}

fn packages(model: &Model<'_>, at: Span, loose: &[String], findings: &mut Findings<'_>) {
    let names: Vec<String> = loose.iter().take(4).map(|name| format!("`{name}`")).collect();
    let more = if loose.len() > 4 { format!(" and {} more", loose.len() - 4) } else { String::new() };
    findings
        .report(model.stretch(at), Severity::Low, Certainty::Sure, format!("installs {}{more} in whatever version is newest", names.join(", ")))
        .because(model.stretch(at), "the same Dockerfile gives another image tomorrow")
        .conforming("Install from a lock file: `pip install --require-hashes -r requirements.txt`, or `uv sync --frozen`.");
}

/// A value that one environment sets, and another one forgot.
fn environments(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (file, lacks) in model.forgotten_values() {
        let Some(first) = lacks.first() else { continue };
        let names: Vec<String> = lacks.iter().map(|lack| format!("`{}`", lack.name)).collect();
        let mut draft = findings
            .report(
                model.stretch(model.first_line(file)),
                Severity::Low,
                Certainty::Question,
                format!("another environment sets {}, and this one and the chart don't", names.join(", ")),
            )
            .because(model.stretch(first.at), "set for this environment alone");
        for lack in lacks.iter().skip(1).take(3) {
            draft = draft.because(model.stretch(lack.at), "set for this environment alone");
        }
        draft.conforming("Set it here as well, or give it a default in the chart's `values.yaml`.");
    }
}

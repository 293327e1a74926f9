//! Probes of pods: missing, at a port that isn't there, one question for both, or each with the other's question.

use super::{LIVE, READY, last_part};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Container, Model, Probe, Workload};

const NO_PROBE: &str = "a container without its probes";
const OTHER_PORT: &str = "a probe at a port that isn't there";
const SWAPPED: &str = "a probe that asks what the other one is for";
const CONNECTS: &str = "a readiness that only opens a connection";
const TWICE: &str = "one question for both probes";

pub fn check(model: &Model<'_>, workload: &Workload, container: &Container, findings: &mut Findings<'_>) {
    let at = model.stretch(container.at);
    let is_beside = container.is_init || (workload.containers.len() > 1 && container.is_sidecar());
    if !findings.asks_whether(
        at,
        NO_PROBE,
        "it does the work of its pod",
        !is_beside,
        ["nothing says otherwise", "it runs before the others, or beside them"],
    ) {
        return;
    }
    ports(model, container, findings);
    swapped(model, container, findings);
    let serves = container.has_ports || container.command.as_ref().is_some_and(|command| command.serves());
    let is_foreign = container.foreign().is_some();
    let lacks_readiness = serves && container.readiness.is_none();
    findings.asks_whether(
        at,
        NO_PROBE,
        "one of its probes is missing",
        container.liveness.is_none() || lacks_readiness,
        match serves {
            true => ["it serves requests, and needs both", "it has both"],
            false => ["it has no liveness probe", "it has one, and serves no requests that are known"],
        },
    );
    let missing = match (&container.liveness, &container.readiness) {
        (Some(liveness), Some(readiness)) => {
            let alike = liveness.asks == readiness.asks && !readiness.asks.is_empty();
            if findings.asks_whether(
                model.stretch(readiness.at),
                TWICE,
                "both ask the same of the application",
                alike && !is_foreign && liveness.path.is_some(),
                [
                    "their questions are the same, word by word",
                    "their questions differ, or it is somebody else's image",
                ],
            ) {
                twice(model, liveness, readiness, findings);
            } else {
                findings
                    .conforms(model.stretch(readiness.at), format!("`{}` has both probes", container.name));
            }
            return;
        }
        (Some(_), None) if !serves => return,
        (Some(_), None) => "readiness",
        (None, Some(_)) => "liveness",
        (None, None) if serves => "liveness or readiness",
        (None, None) => "liveness",
    };
    let severity = if missing == "liveness" || is_foreign { Severity::Low } else { Severity::Medium };
    let certainty = if container.hidden.is_some() { Certainty::Question } else { Certainty::Sure };
    let mut draft = findings
        .report(
            model.stretch(container.at),
            severity,
            certainty,
            format!("`{}` has no {missing} probe", container.name),
        )
        .because(
            model.stretch(container.at),
            match missing {
                "liveness" => "a process that hangs is not restarted",
                _ => "requests are sent here, and a rollout goes on, as soon as the process runs",
            },
        );
    if let Some(hidden) = container.hidden {
        draft = draft.because(model.stretch(hidden), "unless the template puts it in here");
    }
    draft.conforming("Ask two questions: `livenessProbe: {httpGet: {path: /health/live, port: 8000}}`, which depends on nothing, and `readinessProbe: {httpGet: {path: /health/ready, port: 8000}}`, which asks the dependencies.");
}

/// Probes at a port that the container doesn't have.
fn ports(model: &Model<'_>, container: &Container, findings: &mut Findings<'_>) {
    if container.ports.is_empty() || container.hidden.is_some() {
        return;
    }
    let probes = [&container.liveness, &container.readiness, &container.startup];
    for (port, at) in probes.into_iter().flatten().filter_map(|probe| probe.port.as_ref()) {
        let number: Option<u16> = port.parse().ok();
        let is_open = |text: &str| text.contains("__") || text.contains("{{");
        let has = container.ports.iter().any(|other| match number {
            Some(_) => other.number == number || other.number.is_none(),
            None => other.name.as_deref().is_some_and(|name| name == port || is_open(name)),
        });
        let is_elsewhere = !(has || is_open(port) || port.is_empty());
        if !findings.asks(
            model.stretch(*at),
            OTHER_PORT,
            "its container doesn't declare it",
            is_elsewhere,
            &|| match is_elsewhere {
                true => format!("no port of `{}` is `{port}`", container.name),
                false => format!("`{}` declares it, or a value decides which it is", container.name),
            },
        ) {
            continue;
        }
        let (certainty, note) = match number {
            Some(_) => (Certainty::Likely, "the container says that it listens elsewhere"),
            None => (Certainty::Sure, "no port of the container has this name, so the probe always fails"),
        };
        findings
            .report(model.stretch(*at), Severity::Medium, certainty, format!("`{}` is asked at the port `{port}`, which it doesn't declare", container.name))
            .because(model.stretch(*at), note)
            .because(model.stretch(container.at), "declares other ports")
            .conforming("Give the port a name, `ports: [{name: http, containerPort: 8000}]`, and let the probes use it: `port: http`.");
    }
}

/// A liveness that asks what readiness is for, and a readiness that asks nothing.
fn swapped(model: &Model<'_>, container: &Container, findings: &mut Findings<'_>) {
    let is_one = |one: &Probe, other: &Probe| one.asks == other.asks;
    // One question for both is told as that.
    if container
        .liveness
        .as_ref()
        .zip(container.readiness.as_ref())
        .is_some_and(|(one, other)| is_one(one, other))
    {
        return;
    }
    let mut asks = |probe: &Option<Probe>, names: &[&str], what: &str| {
        let (path, at) = probe.as_ref()?.path.clone()?;
        let is_asked = names.contains(&last_part(&path));
        findings
            .asks(model.stretch(at), SWAPPED, what, is_asked, &|| format!("it is `{path}`"))
            .then_some((path, at))
    };
    let ready = asks(&container.liveness, &READY, "liveness asks a path that is named as a readiness");
    let live = asks(&container.readiness, &LIVE, "readiness asks a path that is named as a liveness");
    // Pages that the framework serves by itself, whatever else is down.
    let page = ["docs", "redoc", "openapi.json"];
    let live = live.or_else(|| asks(&container.readiness, &page, "readiness asks for the documentation"));
    if let Some((path, at)) = ready {
        findings
            .report(
                model.stretch(at),
                Severity::Low,
                Certainty::Likely,
                format!(
                    "the liveness of `{}` asks `{path}`, whose *no* is no reason to restart it",
                    container.name
                ),
            )
            .because(
                model.stretch(at),
                "by its name it asks the dependencies, and their failure would restart every replica",
            )
            .conforming(
                "Let liveness ask a route that depends on nothing, `/health/live`, and readiness this one.",
            );
    }
    if let Some((path, at)) = live {
        findings
            .report(
                model.stretch(at),
                Severity::Low,
                Certainty::Likely,
                format!("the readiness of `{}` asks `{path}`, which says only that it runs", container.name),
            )
            .because(model.stretch(at), "requests come here while the database can't be reached")
            .conforming("Let readiness ask a route that asks the dependencies: `/health/ready`.");
    }
    let serves_http = container.command.as_ref().is_some_and(|command| command.serves());
    let Some(readiness) = &container.readiness else { return };
    findings.asks_whether(
        model.stretch(readiness.at),
        CONNECTS,
        "it only opens a connection",
        readiness.only_connects,
        ["it is a `tcpSocket`, or a command that does no more", "it asks more than that"],
    );
    if readiness.only_connects
        && findings.asks_whether(
            model.stretch(readiness.at),
            CONNECTS,
            "the container serves HTTP",
            serves_http,
            ["its command starts such a server", "its command isn't known to start such a server"],
        )
    {
        findings
            .report(
                model.stretch(readiness.at),
                Severity::Low,
                Certainty::Sure,
                format!("the readiness of `{}` only opens a connection", container.name),
            )
            .because(
                model.stretch(readiness.at),
                "passes as soon as the server listens, whether or not it can work",
            )
            .conforming(
                "Ask the application: `readinessProbe: {httpGet: {path: /health/ready, port: http}}`.",
            );
    }
}

fn twice(model: &Model<'_>, liveness: &Probe, readiness: &Probe, findings: &mut Findings<'_>) {
    findings
        .report(model.stretch(readiness.at), Severity::Low, Certainty::Sure, "readiness and liveness ask the same")
        .because(model.stretch(liveness.at), "a failure here kills the container")
        .because(model.stretch(readiness.at), "the same failure here would only have taken it out of the rotation")
        .conforming("Let liveness ask a route that depends on nothing, `/health/live`, and readiness the one that asks the dependencies.");
}

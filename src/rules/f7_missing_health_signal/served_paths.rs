//! Probes and health checks for a path that no route of the given application serves.

use super::{HEALTH, LIVE, READY, last_part};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Probe, Runs, ServedPaths};
use crate::syntax::Kind;

const UNSERVED: &str = "a probe for a path that no route serves";

/// Whether a given route answers the question that a probe asks, by the words for it, at another path.
fn is_served_elsewhere(path: &str, served: &ServedPaths<'_>) -> bool {
    let mut kinds = [&LIVE[..], &READY, &HEALTH].into_iter();
    kinds.find(|names| names.contains(&last_part(path))).is_some_and(|names| {
        served.routes.iter().any(|route| {
            names.contains(&last_part(&route.path))
                && route.handler.route().is_some_and(|route| !route.is(Kind::Name))
        })
    })
}

/// Probes for a path that no route of the given application serves.
pub fn check(model: &Model<'_>, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    let is_known = served.is_written_out && !served.routes.is_empty();
    let app = model.apps().next().filter(|_| is_known);
    if app.is_none() && !findings.is_watched() {
        return;
    }
    let own = || {
        model.workloads().iter().filter(|workload| {
            matches!(workload.runs, Runs::Service | Runs::Deployment)
                && workload.may_serve()
                && !workload.runs_once()
        })
    };
    let is_alone = own().count() == 1;
    let mut probes: Vec<(String, &Probe)> = Vec::new();
    for workload in
        own().filter(|workload| is_alone || workload.commands.iter().any(|command| command.serves()))
    {
        for container in workload.containers.iter().filter(|c| !c.is_init && !c.is_sidecar()) {
            probes.extend(
                [&container.liveness, &container.readiness, &container.startup]
                    .into_iter()
                    .flatten()
                    .map(|probe| (container.name.clone(), probe)),
            );
        }
    }
    let of_images = model.image_checks();
    let images = of_images.iter().filter(|(file, _)| {
        let mut own = model.workloads().iter().filter(|workload| workload.heading.file == *file);
        own.any(|workload| workload.commands.iter().any(|command| command.serves()))
    });
    probes.extend(images.filter_map(|(_, check)| Some(("the image".to_owned(), check.as_ref()?))));
    let all_known = match served.is_complete {
        true => "they are, all of them",
        false => "they are, but for those of routers that were not given",
    };
    for (name, probe) in probes {
        let Some((path, at)) = &probe.path else { continue };
        if path == "/" || !path.starts_with('/') || path.contains("__") {
            continue;
        }
        findings.asks_whether(
            model.stretch(*at),
            UNSERVED,
            "the routes of the application are known",
            app.is_some(),
            [all_known, "no application is given, or not all of its routes"],
        );
        let Some(app) = app else { continue };
        let is_unserved = !served.serves(path);
        if !findings.asks(model.stretch(*at), UNSERVED, "no route serves it", is_unserved, &|| {
            match is_unserved {
                true => format!("none of the {} routes is `{path}`", served.routes.len()),
                false => format!("a route may serve `{path}`"),
            }
        }) {
            continue;
        }
        // Routers that were not given may serve anything, but hardly what a given one serves elsewhere.
        let is_told = served.is_complete || is_served_elsewhere(path, served);
        if !findings.asks_whether(
            model.stretch(*at),
            UNSERVED,
            "no router that was not given may serve it",
            is_told,
            [
                "all of them were given, or a given route answers this question at another path",
                "a router that is included was not given",
            ],
        ) {
            continue;
        }
        let (certainty, why) = match served.is_complete {
            true => (Certainty::Sure, "the answer is 404, so this check never passes"),
            false => (Certainty::Likely, "the answer is 404, unless a router that was not given serves this"),
        };
        let mut draft = findings
            .report(
                model.stretch(*at),
                Severity::Medium,
                certainty,
                format!("`{name}` is asked at `{path}`, which no route of the application serves"),
            )
            .because(model.stretch(*at), why)
            .because(
                app,
                match served.routes.len() {
                    1 => "serves 1 route, and this is another one".to_owned(),
                    count => format!("serves {count} routes, and this is none of them"),
                },
            );
        for route in served.routes.iter().filter(|route| {
            let part = last_part(&route.path);
            LIVE.contains(&part) || READY.contains(&part) || HEALTH.contains(&part)
        }) {
            if let Some(decorator) = route.handler.route() {
                draft = draft.because(decorator, format!("serves `{}`", route.path));
            }
        }
        draft.conforming("Ask a path that is served, and let a test compare the two.");
    }
}

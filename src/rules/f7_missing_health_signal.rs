//! F7: nothing says whether the service lives and can work, or nobody asks there.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    Container, Dependency, Holds, Model, Node, Probe, Runs, ServedPaths, Workload, words_of,
};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

const LIVE: [&str; 5] = ["live", "livez", "liveness", "liveliness", "alive"];
const READY: [&str; 4] = ["ready", "readyz", "readiness", "readycheck"];
const HEALTH: [&str; 6] = ["health", "healthz", "healthcheck", "health-check", "ping", "heartbeat"];

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let served = model.served_paths();
    routes(model, &served, findings);
    for workload in model.workloads() {
        match workload.runs {
            Runs::Service => service(model, workload, findings),
            Runs::Deployment => {
                for container in &workload.containers {
                    pod(model, workload, container, findings);
                }
            }
            Runs::Image | Runs::Once | Runs::Scheduled => {}
        }
    }
    for (file, check) in model.image_checks() {
        let Some(check) = check else {
            image(model, file, findings);
            continue;
        };
        if check.is_off {
            switched_off(model, &check, "the image", findings);
        } else {
            always_well(model, &check, "the image", findings);
            front_page(model, &check, findings);
        }
    }
    unserved(model, &served, findings);
}

// Routes

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn routes(model: &Model<'_>, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    let probed = |path: &str, names: &[&str]| names.contains(&last_part(path));
    let mut seen: Vec<Node<'_>> = Vec::new();
    let mut behind_login = Vec::new();
    let mut is_open = false;
    for route in &served.routes {
        let is_live = probed(&route.path, &LIVE);
        let is_ready = probed(&route.path, &READY);
        if !(is_live || is_ready || probed(&route.path, &HEALTH)) || seen.contains(&route.handler) {
            continue;
        }
        seen.push(route.handler);
        match login(route.handler) {
            Some(at) => behind_login.push((route.handler, at)),
            None => is_open = true,
        }
        if is_ready {
            readiness(route.handler, findings);
        }
        if is_live {
            liveness(route.handler, findings);
        }
    }
    for (handler, at) in behind_login.into_iter().filter(|_| !is_open) {
        let Some(decorator) = handler.route() else { continue };
        findings
            .report(decorator, Severity::Medium, Certainty::Likely, format!("`{}` asks for a login, which a probe doesn't have", handler.name()))
            .because(decorator, "probes ask here")
            .because(at, "refuses a request without credentials")
            .conforming("Leave the probes' routes open, and let them say no more than yes or no. The ingress keeps them from the outside.");
    }
    let tells = |app: Node<'_>| {
        let mut routes = served.routes.iter().filter(|route| seen.contains(&route.handler));
        routes.any(|route| route.root.is_none_or(|root| root == app.place() || !model.node(root).makes_app()))
    };
    let apps: Vec<Node<'_>> = model.apps().collect();
    for app in apps.iter().filter(|app| !tells(**app)) {
        without_route(*app, apps.len() == 1, served, findings);
    }
}

/// An application of several files in which no route tells of its health. What a route of one application says, it does
/// not say of another.
fn without_route(app: Node<'_>, is_only: bool, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    let model = app.model;
    let files = model.python().filter(|(_, file)| !file.is_test && !file.is_migration).count();
    let own = || served.routes.iter().filter(|route| is_only || route.root == Some(app.place()));
    if files < 2 || own().next().is_none() || !served.is_complete || served.has_unseen_routers {
        return;
    }
    // A part of another application is asked with it.
    let is_mounted = || {
        let mounts = ["mount", "Mount"].iter().flat_map(|name| model.calls_named(name));
        mounts
            .flat_map(|call| call.positional().chain(call.keyword("app")))
            .any(|given| given.constructed_by() == Some(app))
    };
    let is_told_in = |text: &str| {
        ["/health", "/live", "/ready", "/ping", "/status", "healthz", "heartbeat", "healthcheck"]
            .iter()
            .any(|word| text.contains(word))
    };
    let speaks_of_it = match is_only {
        true => model.python().any(|(_, file)| is_told_in(file.text)),
        false => {
            own().map(|route| route.handler).chain([app]).any(|node| is_told_in(node.source_file().text))
        }
    };
    if speaks_of_it || is_mounted() {
        return;
    }
    findings
        .report(app, Severity::Medium, Certainty::Likely, "no route of this application says whether it lives or can work")
        .because(app, format!("serves {} routes, and none of them is about its health", own().count()))
        .conforming("Add two: `/health/live` returns at once; `/health/ready` runs `SELECT 1` and answers 503 when that fails. Wire both to the platform's probes.");
}

/// A readiness that is always ready.
fn readiness(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(decorator) = handler.route() else { return };
    if let Some(chain) = asks(handler, true) {
        findings.conforms(chain[0], format!("`{}` asks what requests need", handler.name()));
        return;
    }
    if !answers_a_constant(handler)
        || decorator.keyword("dependencies").is_some()
        || handler.parameters().any(checks)
    {
        return;
    }
    let mut draft = findings
        .report(
            decorator,
            Severity::Medium,
            Certainty::Sure,
            format!("`{}` is always ready: it asks nothing that requests need", handler.name()),
        )
        .because(decorator, "requests come here while this answers with success");
    for value in handler.own_returns().filter_map(|node| node.child(Role::Value)).take(1) {
        draft = draft.because(value, "a constant: it says that Python runs");
    }
    draft.conforming("Ask each dependency that every request needs: `await db.execute(text(\"SELECT 1\"))`, with a short time limit, and answer 503 when it fails.");
}

/// A liveness that restarts the process for what a restart doesn't mend.
fn liveness(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(decorator) = handler.route() else { return };
    let Some(chain) = asks(handler, false) else {
        findings.conforms(decorator, format!("`{}` depends on nothing but the process", handler.name()));
        return;
    };
    let mut draft = findings
        .report(
            decorator,
            Severity::Low,
            Certainty::Sure,
            format!("`{}` is a liveness that depends on another system", handler.name()),
        )
        .because(decorator, "a failure here restarts the process");
    for call in chain {
        draft = draft.because(call, "waits for another system, whose restart would restart every replica");
    }
    draft.conforming("Return at once here, and ask the dependencies in the readiness: a *no* there takes the replica out of the rotation and doesn't kill it.");
}

/// The calls down to one that asks another system.
fn asks(handler: Node<'_>, any: bool) -> Option<Vec<Node<'_>>> {
    handler.reaches(&|call| {
        call.api().is_some_and(|api| match api.callable.crosses {
            Some(System::Database | System::Vector | System::Cache | System::Broker) => true,
            Some(_) => any,
            None => false,
        })
    })
}

/// Whether nothing decides what it answers.
fn answers_a_constant(handler: Node<'_>) -> bool {
    let builds = |call: Node<'_>| {
        call.log_level().is_some()
            || call.target().is_none()
                && call.api().is_some_and(|api| {
                    api.is_constructor
                        && api.class.is_some_and(|class| {
                            class.has(ClassTag::Response) || class.has(ClassTag::DataModel)
                        })
                })
    };
    let is_constant = |value: Node<'_>| {
        value.descendants().all(|node| match node.kind() {
            Kind::Name | Kind::Attribute => node.role() == Role::Callee || node.http_status().is_some(),
            Kind::Await | Kind::Compare | Kind::Conditional | Kind::BoolOp => false,
            _ => true,
        })
    };
    let mut returns = handler.own_returns().filter_map(|node| node.child(Role::Value)).peekable();
    returns.peek().is_some()
        && returns.all(is_constant)
        && handler.own_calls().all(builds)
        && handler.own_ifs().next().is_none()
        && handler.own_raises().next().is_none()
}

/// Whether a dependency may do the asking: by its name, or because it is a given function that does.
fn checks(parameter: Node<'_>) -> bool {
    dependencies(parameter).any(|dependency| {
        let by_name = words_of(dependency.name()).iter().any(|word| {
            matches!(word.as_str(), "check" | "checks" | "health" | "healthy" | "ready" | "verify" | "ping")
        });
        by_name
            || parameter
                .model
                .function_named_by(dependency)
                .is_some_and(|function| asks(function, true).is_some())
    })
}

/// What the `Depends(…)` of a parameter name.
fn dependencies(parameter: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    parameter
        .calls_within()
        .filter(|call| matches!(call.callee_name(), "Depends" | "Security"))
        .filter_map(|call| parameter.model.dependency_of(call))
}

/// The dependency that demands credentials.
fn login(handler: Node<'_>) -> Option<Node<'_>> {
    let demands = |dependency: &Node<'_>| {
        let words = words_of(dependency.name());
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let asks_for_key = has(&["key", "keys"]) && has(&["api", "require", "required", "verify"]);
        (asks_for_key
            || has(&[
                "user",
                "auth",
                "authenticate",
                "authenticated",
                "authorize",
                "authorized",
                "login",
                "token",
                "admin",
                "bearer",
                "jwt",
                "permission",
                "principal",
                "security",
            ]))
            && !has(&["optional", "maybe", "none", "or"])
            && dependency.may_refuse_a_probe()
    };
    let lists =
        handler.routers().into_iter().chain(handler.route()).filter_map(|call| call.keyword("dependencies"));
    let of_lists = lists.flat_map(dependencies);
    handler.parameters().flat_map(dependencies).chain(of_lists).find(demands)
}

// Compose

fn service(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    let (Some(container), Some(service)) = (workload.containers.first(), &workload.service) else { return };
    if !service.is_for_tests {
        waits(model, workload, service.is_for_development, findings);
    }
    if let Some(check) = &container.liveness {
        if check.is_off {
            switched_off(model, check, &format!("`{}`", workload.name), findings);
        } else {
            if !always_well(model, check, &format!("`{}`", workload.name), findings) {
                findings.conforms(model.stretch(check.at), format!("`{}` has a health check", workload.name));
            }
            if container.foreign().is_none() {
                front_page(model, check, findings);
            }
        }
        return;
    }
    if workload.runs_once() || service.is_for_tests || service.is_for_development || service.extends {
        return;
    }
    let by_image = model.is_checked_by_image(workload);
    let (severity, certainty, note) = match (workload.is_built, container.foreign()) {
        (false, Some(Holds::Store)) => {
            (Severity::Low, Certainty::Sure, "others can't wait until it answers, only until it was started")
        }
        (false, Some(Holds::Models)) => (
            Severity::Medium,
            Certainty::Likely,
            "it loads its models for minutes before it answers, and nobody can wait for that, unless its image asks",
        ),
        (false, Some(_)) => return,
        (true, _) => match by_image {
            Some(true) => return,
            Some(false) => {
                (Severity::Medium, Certainty::Sure, "neither this file nor the Dockerfile asks it anything")
            }
            None => {
                (Severity::Medium, Certainty::Likely, "nothing asks it anything, unless its Dockerfile does")
            }
        },
        // Its server is started here, or its image is built here.
        (false, None)
            if workload.commands.iter().any(|command| command.serves()) || by_image == Some(false) =>
        {
            (
                Severity::Medium,
                Certainty::Likely,
                "neither this file nor what is given of its image asks it anything",
            )
        }
        (false, None) if container.image.is_some() => {
            let certainty = if container.has_ports { Certainty::Likely } else { Certainty::Question };
            (Severity::Medium, certainty, "nothing asks it anything, unless its image does")
        }
        (false, None) => return,
    };
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
        _ => {
            "Ask its readiness: `healthcheck: {test: [\"CMD\", \"curl\", \"--fail\", \"http://localhost:8000/health/ready\"], interval: 10s, timeout: 3s, retries: 3}`.".to_owned()
        }
    };
    findings
        .report(
            model.stretch(container.at),
            severity,
            certainty,
            format!("`{}` has no health check", workload.name),
        )
        .because(model.stretch(container.at), note)
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
    for dependency in dependencies {
        if !matches!(dependency.condition.as_deref(), None | Some("service_started")) {
            continue;
        }
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
    if started.is_empty() {
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
        if container.liveness.is_some() || !is_known || is_partial {
            continue;
        }
        findings
            .report(
                model.stretch(dependency.at),
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

/// A health check that can't fail.
fn always_well(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) -> bool {
    if !check.always_passes() {
        return false;
    }
    findings
        .report(model.stretch(check.at), Severity::Medium, Certainty::Sure, format!("the health check of {what} passes whatever happens"))
        .because(model.stretch(check.at), "its command ends with success in any case")
        .conforming("Let it fail: `curl --fail http://localhost:8000/health/ready`, without anything behind `||` but `exit 1`.");
    true
}

/// An image that serves requests, is asked nothing, and is run by no file that would.
fn image(model: &Model<'_>, dockerfile: u32, findings: &mut Findings<'_>) {
    let own = model
        .workloads()
        .iter()
        .find(|workload| workload.runs == Runs::Image && workload.heading.file == dockerfile);
    let Some(own) = own else { return };
    let Some(server) = own.commands.iter().find(|command| command.serves()) else { return };
    let is_run_here = model.workloads().iter().any(|other| {
        matches!(other.runs, Runs::Deployment) || (other.runs == Runs::Service && other.may_serve())
    });
    if is_run_here || model.is_for_development(own.heading) {
        return;
    }
    findings
        .report(model.stretch(own.heading), Severity::Low, Certainty::Likely, "the image serves requests and has no health check")
        .because(model.stretch(server.at), "starts the server, and nothing asks it whether it can work, unless the platform does")
        .conforming("Ask its readiness: `HEALTHCHECK --interval=10s --timeout=3s CMD [\"python\", \"-m\", \"app.probe\"]`. Where Kubernetes runs it, the probes of the pod do that.");
}

fn switched_off(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) {
    findings
        .report(model.stretch(check.at), Severity::Medium, Certainty::Sure, format!("the health check of {what} is switched off"))
        .because(model.stretch(check.at), "nothing notices when the process hangs, and nobody can wait for it")
        .conforming("Ask the process whether it can work: `HEALTHCHECK --interval=10s --timeout=3s CMD [\"python\", \"-m\", \"app.probe\"]`.");
}

fn front_page(model: &Model<'_>, check: &Probe, findings: &mut Findings<'_>) {
    let Some((_, at)) = check.path.as_ref().filter(|(path, _)| path == "/") else { return };
    findings
        .report(
            model.stretch(*at),
            Severity::Low,
            Certainty::Sure,
            "the health check asks for the front page, which says nothing of the service's health",
        )
        .because(
            model.stretch(*at),
            "whatever answers at `/` passes, a page of documentation or an error page included",
        )
        .conforming("Ask a route that is made for it: `http://localhost:8000/health/ready`.");
}

// Kubernetes

fn pod(model: &Model<'_>, workload: &Workload, container: &Container, findings: &mut Findings<'_>) {
    if container.is_init || (workload.containers.len() > 1 && container.is_sidecar()) {
        return;
    }
    ports(model, container, findings);
    swapped(model, container, findings);
    let serves = container.has_ports || container.command.as_ref().is_some_and(|command| command.serves());
    let is_foreign = container.foreign().is_some();
    let missing = match (&container.liveness, &container.readiness) {
        (Some(liveness), Some(readiness)) => {
            let alike = liveness.asks == readiness.asks && !readiness.asks.is_empty();
            if alike && !is_foreign && liveness.path.is_some() {
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
        if has || is_open(port) || port.is_empty() {
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
    let asks = |probe: &Option<Probe>, names: &[&str]| {
        let path = probe.as_ref()?.path.clone();
        path.filter(|(path, _)| names.contains(&last_part(path)))
    };
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
    if let Some((path, at)) = asks(&container.liveness, &READY) {
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
    if let Some((path, at)) = asks(&container.readiness, &LIVE) {
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
    if let Some(readiness) = container.readiness.as_ref().filter(|probe| probe.only_connects && serves_http) {
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

// Probes and routes together

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
fn unserved(model: &Model<'_>, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    if !served.is_written_out || served.routes.is_empty() {
        return;
    }
    let Some(app) = model.apps().next() else { return };
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
    for (name, probe) in probes {
        let Some((path, at)) = &probe.path else { continue };
        if path == "/" || !path.starts_with('/') || path.contains("__") || served.serves(path) {
            continue;
        }
        // Routers that were not given may serve anything, but hardly what a given one serves elsewhere.
        if !served.is_complete && !is_served_elsewhere(path, served) {
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
            .because(app, format!("serves {} routes, and this is none of them", served.routes.len()));
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

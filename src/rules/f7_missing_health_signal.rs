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

// What is told condition by condition.

const LOGIN: &str = "a health route behind a login";
const ALWAYS_READY: &str = "a readiness that is always ready";
const DEPENDENT: &str = "a liveness that depends on another system";
const NO_ROUTE: &str = "an application without a health route";
const NO_CHECK: &str = "a service without a health check";
const WAITS: &str = "a service that waits for a start, not for an answer";
const NEVER_HEALTHY: &str = "waiting for the health of what nobody asks";
const ALWAYS_WELL: &str = "a health check that can't fail";
const SWITCHED_OFF: &str = "a health check that is switched off";
const FRONT_PAGE: &str = "a health check that asks for the front page";
const NO_IMAGE_CHECK: &str = "an image without a health check";
const NO_PROBE: &str = "a container without its probes";
const OTHER_PORT: &str = "a probe at a port that isn't there";
const SWAPPED: &str = "a probe that asks what the other one is for";
const CONNECTS: &str = "a readiness that only opens a connection";
const TWICE: &str = "one question for both probes";
const UNSERVED: &str = "a probe for a path that no route serves";

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
        if !switched_off(model, &check, "the image", findings) {
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
    let mut asked: Vec<(Node<'_>, Option<Node<'_>>)> = Vec::new();
    for route in &served.routes {
        let is_live = probed(&route.path, &LIVE);
        let is_ready = probed(&route.path, &READY);
        if !(is_live || is_ready || probed(&route.path, &HEALTH)) || seen.contains(&route.handler) {
            continue;
        }
        seen.push(route.handler);
        asked.push((route.handler, login(route.handler)));
        if is_ready {
            readiness(route.handler, findings);
        }
        if is_live {
            liveness(route.handler, findings);
        }
    }
    let is_open = asked.iter().any(|(_, login)| login.is_none());
    for (handler, login) in asked {
        behind_login(handler, login, is_open, findings);
    }
    let tells = |app: Node<'_>| {
        let mut routes = served.routes.iter().filter(|route| seen.contains(&route.handler));
        routes.any(|route| route.root.is_none_or(|root| root == app.place() || !model.node(root).makes_app()))
    };
    let apps: Vec<Node<'_>> = model.apps().collect();
    for app in &apps {
        let is_silent = findings.asks_whether(
            *app,
            NO_ROUTE,
            "no route of it tells of its health",
            !tells(*app),
            ["none bears such a name", "one of its routes does, by its path"],
        );
        if is_silent {
            without_route(*app, apps.len() == 1, served, findings);
        }
    }
}

/// A route for probes that asks for credentials, where none is open.
fn behind_login(handler: Node<'_>, login: Option<Node<'_>>, is_open: bool, findings: &mut Findings<'_>) {
    let Some(decorator) = handler.route() else { return };
    findings.asks(decorator, LOGIN, "it asks for a login", login.is_some(), &|| match login {
        Some(at) => format!("`{}` refuses a request without credentials", at.excerpt()),
        None => "no dependency of it is known to refuse a request without credentials".to_owned(),
    });
    let Some(at) = login else { return };
    if !findings.asks_whether(
        decorator,
        LOGIN,
        "no other health route is open",
        !is_open,
        ["all of them ask for one", "another one asks for none"],
    ) {
        return;
    }
    findings
        .report(decorator, Severity::Medium, Certainty::Likely, format!("`{}` asks for a login, which a probe doesn't have", handler.name()))
        .because(decorator, "probes ask here")
        .because(at, "refuses a request without credentials")
        .conforming("Leave the probes' routes open, and let them say no more than yes or no. The ingress keeps them from the outside.");
}

/// An application of several files in which no route tells of its health. What a route of one application says, it does
/// not say of another.
fn without_route(app: Node<'_>, is_only: bool, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    let model = app.model;
    let files = model.python().filter(|(_, file)| !file.is_test && !file.is_migration).count();
    let own = || served.routes.iter().filter(|route| is_only || route.root == Some(app.place()));
    let is_whole = files >= 2 && own().next().is_some() && served.is_complete && !served.has_unseen_routers;
    if !findings.asks_whether(
        app,
        NO_ROUTE,
        "all of it was given",
        is_whole,
        [
            "its files, and the routers that it includes",
            "it is a single file, or some of its routes stand in files that were not given",
        ],
    ) {
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
    if !findings.asks_whether(
        app,
        NO_ROUTE,
        "nothing else tells of its health",
        !(speaks_of_it || is_mounted()),
        [
            "no text of it speaks of health, and no other application holds it",
            "a text of it speaks of health, or another application holds it and is asked with it",
        ],
    ) {
        return;
    }
    findings
        .report(app, Severity::Medium, Certainty::Likely, "no route of this application says whether it lives or can work")
        .because(app, match own().count() {
            1 => "serves 1 route, and it is not about its health".to_owned(),
            count => format!("serves {count} routes, and none of them is about its health"),
        })
        .conforming("Add two: `/health/live` returns at once; `/health/ready` runs `SELECT 1` and answers 503 when that fails. Wire both to the platform's probes.");
}

/// A readiness that is always ready.
fn readiness(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(decorator) = handler.route() else { return };
    let chain = asks(handler, true);
    findings.asks(decorator, ALWAYS_READY, "it asks nothing that requests need", chain.is_none(), &|| {
        match chain.iter().flatten().next() {
            Some(call) => {
                format!(
                    "`{}` leads to such a question ({})",
                    call.excerpt(),
                    call.whereabouts_from(decorator)
                )
            }
            None => "no call of it is known to reach another system".to_owned(),
        }
    });
    if let Some(chain) = chain {
        findings.conforms(chain[0], format!("`{}` asks what requests need", handler.name()));
        return;
    }
    if !findings.asks_whether(
        decorator,
        ALWAYS_READY,
        "nothing decides what it answers",
        answers_a_constant(handler),
        ["it returns a constant", "what it returns depends on a condition, a variable or a call"],
    ) {
        return;
    }
    let is_left_to_another = decorator.keyword("dependencies").is_some() || handler.parameters().any(checks);
    if !findings.asks_whether(
        decorator,
        ALWAYS_READY,
        "no dependency asks in its place",
        !is_left_to_another,
        ["none is known to", "one of them may, by its name or by what it does"],
    ) {
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
    let chain = asks(handler, false);
    findings.asks(decorator, DEPENDENT, "it waits for another system", chain.is_some(), &|| match chain
        .iter()
        .flatten()
        .next()
    {
        Some(call) => {
            format!("`{}` leads to one ({})", call.excerpt(), call.whereabouts_from(decorator))
        }
        None => "no call of it is known to reach a database, a cache or a broker".to_owned(),
    });
    let Some(chain) = chain else {
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

/// A health check that can't fail.
fn always_well(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) -> bool {
    let at = model.stretch(check.at);
    if !findings.asks_whether(
        at,
        ALWAYS_WELL,
        "it passes whatever happens",
        check.always_passes(),
        ["its command ends with success in any case", "its command can fail"],
    ) {
        return false;
    }
    findings
        .report(at, Severity::Medium, Certainty::Sure, format!("the health check of {what} passes whatever happens"))
        .because(at, "its command ends with success in any case")
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
    let at = model.stretch(own.heading);
    let server = own.commands.iter().find(|command| command.serves());
    findings.asks_whether(
        at,
        NO_IMAGE_CHECK,
        "it starts a server",
        server.is_some(),
        ["its command is one", "no command of it is known to be one"],
    );
    let Some(server) = server else { return };
    let is_run_here = model.workloads().iter().any(|other| {
        matches!(other.runs, Runs::Deployment) || (other.runs == Runs::Service && other.may_serve())
    });
    if !findings.asks_whether(
        at,
        NO_IMAGE_CHECK,
        "no other file asks it",
        !(is_run_here || model.is_for_development(own.heading)),
        [
            "none runs it, and it has no `HEALTHCHECK`",
            "a Compose file or a manifest runs what may be it, and is looked at instead; or it is for development",
        ],
    ) {
        return;
    }
    findings
        .report(at, Severity::Low, Certainty::Likely, "the image serves requests and has no health check")
        .because(model.stretch(server.at), "starts the server, and nothing asks it whether it can work, unless the platform does")
        .conforming("Ask its readiness: `HEALTHCHECK --interval=10s --timeout=3s CMD [\"python\", \"-m\", \"app.probe\"]`. Where Kubernetes runs it, the probes of the pod do that.");
}

fn switched_off(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) -> bool {
    if !findings.asks_whether(
        model.stretch(check.at),
        SWITCHED_OFF,
        "it is switched off",
        check.is_off,
        ["its words say so", "it has a command"],
    ) {
        return false;
    }
    findings
        .report(model.stretch(check.at), Severity::Medium, Certainty::Sure, format!("the health check of {what} is switched off"))
        .because(model.stretch(check.at), "nothing notices when the process hangs, and nobody can wait for it")
        .conforming("Ask the process whether it can work: `HEALTHCHECK --interval=10s --timeout=3s CMD [\"python\", \"-m\", \"app.probe\"]`.");
    true
}

fn front_page(model: &Model<'_>, check: &Probe, findings: &mut Findings<'_>) {
    let Some((path, at)) = &check.path else { return };
    let is_front = path == "/";
    if !findings.asks(model.stretch(*at), FRONT_PAGE, "it asks for `/`", is_front, &|| {
        format!("it asks for `{path}`")
    }) {
        return;
    }
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
    let lacks_none = container.readiness.is_some() || !serves;
    findings.asks_whether(
        at,
        NO_PROBE,
        "one of its probes is missing",
        container.liveness.is_none() || !lacks_none,
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

//! Routes that tell of the application's health: none at all, behind a login, always ready, or alive only while others are.

use super::{HEALTH, LIVE, READY, last_part};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, ServedPaths, has_word};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

const LOGIN: &str = "a health route behind a login";
const ALWAYS_READY: &str = "a readiness that is always ready";
const DEPENDENT: &str = "a liveness that depends on another system";
const NO_ROUTE: &str = "an application without a health route";

pub fn check(model: &Model<'_>, served: &ServedPaths<'_>, findings: &mut Findings<'_>) {
    let probed = |path: &str, names: &[&str]| names.contains(&last_part(path));
    let mut seen: Vec<Node<'_>> = Vec::new();
    let mut asked: Vec<(Node<'_>, Option<Node<'_>>)> = Vec::new();
    for route in served.routes.iter().filter(|route| may_be_probed(route.handler, &route.path)) {
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
    // Those that tell are few. To go through all routes for every application takes minutes where both are many.
    let telling: Vec<_> = served.routes.iter().filter(|route| seen.contains(&route.handler)).collect();
    let tells = |app: Node<'_>| {
        let is_its = |root| root == app.place() || !model.node(root).makes_app();
        telling.iter().any(|route| route.root.is_none_or(is_its))
    };
    let apps: Vec<Node<'_>> = model.apps().collect();
    // Of many applications in one file its text is looked at once.
    let mut told = None;
    for app in &apps {
        let is_silent = findings.asks_whether(
            *app,
            NO_ROUTE,
            "no route of it tells of its health",
            !tells(*app),
            ["none bears such a name", "one of its routes does, by its path"],
        );
        if is_silent {
            without_route(*app, apps.len() == 1, served, &mut told, findings);
        }
    }
}

/// Whether a probe can ask here: it sends a GET to one fixed path. A websocket's route, and one that tells of one of many
/// things (`/sessions/{id}/live`), are about something else.
fn may_be_probed(handler: Node<'_>, path: &str) -> bool {
    let is_get = handler.route().is_none_or(|route| {
        !["websocket", "websocket_route", "post", "put", "patch", "delete"].contains(&route.callee_name())
    });
    is_get && !path.contains('{')
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
fn without_route(
    app: Node<'_>,
    is_only: bool,
    served: &ServedPaths<'_>,
    told: &mut Option<(u32, bool)>,
    findings: &mut Findings<'_>,
) {
    let model = app.model;
    let files = model.python().filter(|(_, file)| !file.is_test && !file.is_migration).count();
    let own = || served.routes.iter().filter(|route| is_only || route.root == Some(app.place()));
    let is_whole = files >= 2 && served.is_complete && !served.has_unseen_routers && own().next().is_some();
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
    let mut is_told_in = |(file, text): (u32, &str)| {
        if let Some((_, is_told)) = told.filter(|(known, _)| *known == file) {
            return is_told;
        }
        let words = ["/health", "/live", "/ready", "/ping", "/status", "healthz", "heartbeat", "healthcheck"];
        let is_told = words.iter().any(|word| text.contains(word));
        *told = Some((file, is_told));
        is_told
    };
    let speaks_of_it = match is_only {
        true => model.python().any(|(index, file)| is_told_in((index, file.text))),
        false => {
            let handlers = own().map(|route| route.handler);
            handlers.chain([app]).any(|node| is_told_in((node.file, node.source_file().text)))
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
        match clause_that_hides_failure(handler, chain[0]) {
            Some(clause) => {
                findings
                    .report(
                        clause,
                        Severity::Medium,
                        Certainty::Likely,
                        format!("`{}` answers with success when what it asks is down", handler.name()),
                    )
                    .because(chain[0], "asks what requests need")
                    .because(
                        clause,
                        "takes the failure, and no status says so: a probe looks at nothing else",
                    )
                    .conforming(
                        "Answer 503 there: `raise HTTPException(503)`, or `response.status_code = 503`.",
                    );
            }
            None => findings.conforms(chain[0], format!("`{}` asks what requests need", handler.name())),
        }
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

/// The clause that takes the failure of what a readiness asks, where nothing gives the answer another status.
fn clause_that_hides_failure<'m>(handler: Node<'m>, asked: Node<'m>) -> Option<Node<'m>> {
    let clause = asked.handlers_around().next()?;
    let tells = handler.own_raises().next().is_some()
        || handler.mentions("status_code")
        || handler.descendants().any(|part| part.http_status().is_some_and(|status| status >= 400))
        // What is not seen may set the status.
        || handler.own_returns().filter_map(Node::value).any(|value| value.calls_within().next().is_some());
    (asked.function() == Some(handler) && !tells).then_some(clause)
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
            // `settings.version` is the same as long as the process runs.
            Kind::Attribute => {
                node.role() == Role::Callee || node.http_status().is_some() || node.asks_a_setting()
            }
            Kind::Name => {
                node.role() == Role::Callee
                    || node.http_status().is_some()
                    || node.parent().is_some_and(|owner| owner.is(Kind::Attribute) && owner.asks_a_setting())
                    || node.resolved_value().is_constant()
            }
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
        let by_name =
            has_word(dependency.name(), &["check", "checks", "health", "healthy", "ready", "verify", "ping"]);
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
        let has = |list: &[&str]| has_word(dependency.name(), list);
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

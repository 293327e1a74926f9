//! I4: something can be reached from outside that should not be, or a secret goes out.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    Container, Field, Holds, Model, Node, Port, ProxyDirective, Runs, Service, SetBy, Span, Stretch, Type,
    Workload, is_masking_name, is_secret_name, words_of,
};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

/// Ports of databases, caches and queues.
const STORE_PORTS: [u16; 14] =
    [1433, 2379, 3306, 5432, 5672, 6333, 6334, 6379, 8123, 9092, 9200, 11211, 19530, 27017];
/// Ports behind which application servers and consoles usually listen.
const SERVER_PORTS: [u16; 8] = [8000, 8001, 8080, 9000, 9001, 9090, 9411, 15672];
const STORES: [&str; 14] = [
    "postgres",
    "postgresql",
    "pgvector",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "valkey",
    "qdrant",
    "weaviate",
    "milvus",
    "elasticsearch",
    "rabbitmq",
];

// What is told condition by condition.

const ORIGINS: &str = "origins that may call from a browser";
const FOR_BROWSERS: &str = "a secret in what every browser loads";
const ANSWERED: &str = "a secret in an answer";
const CERTIFICATE: &str = "a certificate that nobody checks";
const HOST: &str = "a container that shares its machine";
const PORT: &str = "a port that is open to the network";
const OUTSIDE: &str = "a database that can be reached from outside";
const ADMIN: &str = "an admin endpoint that is open";
const OPERATORS: &str = "a path for operators that is open";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let speaks_of_origins =
        |call: &Node<'_>| call.keywords().any(|keyword| keyword.name().starts_with("allow_origin"));
    for call in model.calls().filter(|call| speaks_of_origins(call) && !call.is_outside_production()) {
        cross_origin(call, findings);
    }
    for (call, _) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        unverified(call, findings);
    }
    for assignment in model.assignments() {
        unverified_context(assignment, findings);
    }
    headers(model, findings);
    for handler in model.functions().filter(|function| !function.is_outside_production()) {
        answers(handler, findings);
    }
    for workload in model.workloads() {
        match (&workload.service, workload.containers.first()) {
            (Some(service), Some(container)) => compose(model, workload, service, container, findings),
            _ => {
                host_network(model, workload, false, findings);
                host_ports(model, workload, findings);
            }
        }
    }
    cluster(model, findings);
    ingresses(model, findings);
    proxy(model, findings);
    origins_of_deployment(model, findings);
    secrets_for_browsers(model, findings);
}

// Browsers

/// `*` among the origins that may call, as it is written or where a variable isn't set.
fn cross_origin(call: Node<'_>, findings: &mut Findings<'_>) {
    // Most calls say nothing of origins, and need not be looked at any further.
    if !call.keywords().any(|keyword| keyword.name().starts_with("allow_origin")) {
        return;
    }
    let is_policy = |callee: Node<'_>| {
        callee.api_when_called().is_some_and(|api| {
            api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::CrossOrigin))
        })
    };
    if !call.callee().is_some_and(is_policy) && !call.positional().any(is_policy) {
        return;
    }
    let origins = call.keyword("allow_origins");
    // Under `if "*" in settings.origins` the setting decides: what it is by default.
    if let Some(setting) = origins.and_then(|_| tested_for_star(call))
        && everybody(setting).is_none()
    {
        findings.conforms(setting, "only a setting can let every origin call");
        return;
    }
    let star = origins.and_then(everybody).or_else(|| {
        let pattern = call.keyword("allow_origin_regex")?;
        let text = pattern.string()?.trim_start_matches('^').trim_end_matches('$');
        matches!(text, ".*" | ".+" | "https?://.*" | "https?://.+").then_some((pattern, Certainty::Sure))
    });
    findings.asks_whether(
        call,
        ORIGINS,
        "it decides which pages may call",
        true,
        ["it sets up the middleware for that", ""],
    );
    findings.asks(call, ORIGINS, "every origin may call", star.is_some(), &|| match star {
        Some((value, _)) => format!("`{}` holds `*`, or a pattern that matches everything", value.excerpt()),
        None => "neither its origins nor its pattern are known to match every origin".to_owned(),
    });
    let Some((value, certainty)) = star else {
        if let Some(origins) = origins {
            findings.conforms(origins, "the origins that may call are restricted");
        }
        return;
    };
    let credentials = call.keyword("allow_credentials").filter(|value| value.is_true());
    let (severity, message) = match credentials {
        Some(_) => (
            Severity::High,
            "any page on the web may act in the name of a signed-in user, and read the answers",
        ),
        None => (Severity::Medium, "any page on the web may send requests and read the answers"),
    };
    let note = match certainty {
        Certainty::Sure => "matches every origin",
        _ => "matches every origin where the variable isn't set",
    };
    let mut draft = findings.report(call, severity, certainty, message).because(value, note);
    if let Some(credentials) = credentials {
        draft = draft.because(
            credentials,
            "cookies and credentials go along, and the caller's own origin is sent back",
        );
    }
    draft.conforming(
        "Name the origins in the settings of each environment: `allow_origins=settings.cors_origins`.",
    );
}

/// The setting in which a star is looked for by a test around this place: `if "*" in settings.origins`.
fn tested_for_star(at: Node<'_>) -> Option<Node<'_>> {
    use crate::syntax::Operator::{Equal, In};
    let around = at.surroundings().filter(|node| node.is(Kind::If));
    around.filter(|node| node.body().is_some_and(|body| body.contains(at))).find_map(|node| {
        node.child(Role::Test)?.descendants_of(Kind::Compare).find_map(|test| {
            let (left, right) = (test.child(Role::Left)?, test.child(Role::Right)?);
            match test.operator() {
                In | Equal if left.string() == Some("*") => Some(right),
                Equal if right.string() == Some("*") => Some(left),
                _ => None,
            }
        })
    })
}

/// Where the star stands that is in a list of origins, and whether that list is taken in any case.
fn everybody(value: Node<'_>) -> Option<(Node<'_>, Certainty)> {
    let resolved = value.resolved_value();
    let is_star = |node: Node<'_>| node.string() == Some("*");
    if matches!(resolved.kind(), Kind::List | Kind::Tuple | Kind::Set) && resolved.children().any(is_star)
        || is_star(resolved)
    {
        return Some((value, Certainty::Sure));
    }
    if value.environment_default().is_some_and(has_star) {
        return Some((value, Certainty::Likely));
    }
    // The default of a setting, split or not.
    let configured = [resolved].into_iter().chain(resolved.descendants()).find_map(Node::configured_value)?;
    let by_default = configured.environment_default().unwrap_or(configured);
    has_star(by_default).then_some((configured, Certainty::Likely))
}

/// `"*"`, `"https://a,*"`, `["*"]`, `'["*"]'`
fn has_star(value: Node<'_>) -> bool {
    let value = value.resolved_value();
    let is_star = |text: &str| text.trim().trim_matches(['[', ']', '"', '\'']) == "*";
    match value.string() {
        Some(text) => text.split(',').any(is_star),
        None => {
            matches!(value.kind(), Kind::List | Kind::Tuple | Kind::Set)
                && value.children().any(|item| item.string().is_some_and(is_star))
        }
    }
}

/// Origins that a deployment file leaves open.
fn origins_of_deployment(model: &Model<'_>, findings: &mut Findings<'_>) {
    for variable in model.set_variables().iter().filter(|variable| variable.by != SetBy::Example) {
        let words = words_of(&variable.name);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let is_star = variable.by_default.trim().trim_matches(['[', ']', '"', '\'']) == "*";
        let is_about_origins = has(&["origin", "origins", "cors"])
            && !has(&["header", "headers", "method", "methods", "expose"]);
        let at = model.stretch(variable.at);
        if is_about_origins
            && findings.asks_whether(
                at,
                ORIGINS,
                "every origin may call",
                is_star,
                ["its value is `*`", "its value is not `*`"],
            )
        {
            let severity = if variable.is_for_development { Severity::Low } else { Severity::Medium };
            findings
                .report(
                    at,
                    severity,
                    Certainty::Likely,
                    format!(
                        "`{}` lets any page on the web send requests and read the answers",
                        variable.name
                    ),
                )
                .because(at, "matches every origin")
                .conforming("Name the origins of each environment: `https://app.example.com`.");
        }
    }
}

/// Secrets that are built into what a browser loads: tools put variables with these prefixes there.
fn secrets_for_browsers(model: &Model<'_>, findings: &mut Findings<'_>) {
    const PREFIXES: [&str; 6] =
        ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_"];
    // Keys that are made to be seen.
    const SEEN: [&str; 15] = [
        "public",
        "publishable",
        "anon",
        "site",
        "firebase",
        "maps",
        "map",
        "mapbox",
        "sentry",
        "posthog",
        "analytics",
        "recaptcha",
        "turnstile",
        "search",
        "client",
    ];
    for variable in model.set_variables().iter().filter(|variable| variable.by != SetBy::Example) {
        let Some(name) = PREFIXES.iter().find_map(|prefix| variable.name.strip_prefix(prefix)) else {
            continue;
        };
        let is_seen = words_of(name).iter().any(|word| SEEN.contains(&word.as_str()));
        let at = model.stretch(variable.at);
        if !findings.asks_whether(
            at,
            FOR_BROWSERS,
            "it is a secret by its name",
            is_secret_name(name),
            ["what follows the prefix says so", "what follows the prefix doesn't say so"],
        ) || !findings.asks_whether(
            at,
            FOR_BROWSERS,
            "it is given, and not made to be seen",
            !(is_seen || variable.value.is_empty()),
            ["nothing says otherwise", "it is empty, or a key of the kind that is public"],
        ) {
            continue;
        }
        findings
            .report(at, Severity::High, Certainty::Likely, format!("`{}` goes to every browser that loads the page", variable.name))
            .because(at, "what bears this prefix is written into the page's scripts when they are built")
            .conforming("Keep the secret in the backend, and let the page ask a route of it that does what the secret is for.");
    }
}

fn headers(model: &Model<'_>, findings: &mut Findings<'_>) {
    for header in model.written_headers() {
        if !header.name.eq_ignore_ascii_case("access-control-allow-origin")
            || header.at.is_outside_production()
        {
            continue;
        }
        // Among the headers that a client sends it means nothing.
        let is_request = header
            .at
            .surroundings()
            .find(|node| node.is(Kind::Call))
            .is_some_and(|call| call.api().is_some_and(|api| api.callable.crosses.is_some()));
        let is_star = header.value.string() == Some("*");
        let lets_in_all = is_star || reflects(header.value);
        if !findings.asks_whether(
            header.at,
            ORIGINS,
            "every origin is let in",
            lets_in_all,
            [
                "it is `*`, or the caller's own origin sent back",
                "it is neither `*` nor the caller's own origin, or a list is asked before",
            ],
        ) {
            continue;
        }
        let (message, note) = match is_star {
            true => ("any page on the web may read this answer", "matches every origin"),
            false => (
                "every origin is told that it may read this answer",
                "sends the caller's own origin back, whoever it is",
            ),
        };
        let is_harmless = is_request || is_public(header.at) || is_on_a_refusal(header.at);
        if !findings.asks_whether(
            header.at,
            ORIGINS,
            "there is something in the answer to read",
            !is_harmless,
            [
                "nothing says otherwise",
                "it is a request, a refusal, or an answer that everybody may read anyway",
            ],
        ) {
            continue;
        }
        // With a star no cookie is sent: a page needs a key of its own.
        let (severity, message) = match message.strip_prefix("any page on the web") {
            Some(rest) if asks_for_a_key(header.at) => {
                (Severity::Medium, format!("any page on the web that is given a key{rest}"))
            }
            _ => (Severity::High, message.to_owned()),
        };
        // Which paths these are, and whether they are open to everybody anyway, is said elsewhere.
        let certainty = match header.at.is_chosen_by_path() && !allows_credentials(header.at) {
            true => Certainty::Question,
            false => Certainty::Sure,
        };
        findings
            .report(header.at, severity, certainty, message)
            .because(header.value, note)
            .conforming("Compare the origin with the list of this app first: `if origin in app.agent_cors_origins: …`, and add `Vary: Origin`.");
    }
}

/// Whether it stands on an answer of 4xx that says the same to everybody: there is nothing in it to read.
fn is_on_a_refusal(at: Node<'_>) -> bool {
    at.surroundings().filter(|node| node.is(Kind::Call)).any(|call| {
        let status = call.keyword("status_code").and_then(Node::http_status);
        let body = call.argument_or_keyword(0, "content");
        status.is_some_and(|status| (400..500).contains(&status))
            && body.is_none_or(|body| {
                body.is_constant()
                    || (body.is(Kind::Dict)
                        && body.children().all(|item| item.child(Role::Value).is_some_and(Node::is_constant)))
            })
    })
}

/// Whether the same function also lets browsers send cookies and credentials.
fn allows_credentials(at: Node<'_>) -> bool {
    let outermost = std::iter::successors(at.function(), |function| function.function()).last();
    outermost.is_some_and(|function| {
        function.descendants_of(Kind::Str).any(|text| {
            text.name().eq_ignore_ascii_case("access-control-allow-credentials")
                && !text.ancestors().any(|around| around.is(Kind::Delete))
        })
    })
}

/// Whether the route around this place depends on something that wants to know who asks.
fn asks_for_a_key(at: Node<'_>) -> bool {
    let says = |name: &str| {
        words_of(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "key" | "auth" | "authenticated" | "user" | "login" | "token" | "credentials" | "security"
            )
        })
    };
    std::iter::successors(at.function(), |function| function.function())
        .flat_map(Node::parameters)
        .flat_map(Node::calls_within)
        .any(|call| call.model.dependency_of(call).is_some_and(|dependency| says(dependency.name())))
}

/// Whether what is answered is for everybody anyway: files of the page, and what stands under `/.well-known`.
fn is_public(at: Node<'_>) -> bool {
    let serves_files = at.class().is_some_and(|class| {
        let bases = class.children().filter(|child| child.role() == Role::Base);
        bases.chain([class]).any(|named| words_of(named.name()).iter().any(|word| word == "static"))
    });
    serves_files
        || at.function().is_some_and(|function| {
            function.source().contains("/.well-known/")
                || function.full_route_path().starts_with("/.well-known")
        })
}

/// Whether it is the request's own origin, and nothing has compared it with a list.
fn reflects(value: Node<'_>) -> bool {
    let resolved = value.resolved_value();
    let reads_origin =
        resolved.descendants().any(|node| node.is(Kind::Str) && node.name().eq_ignore_ascii_case("origin"))
            && resolved.descendants().any(|node| node.name() == "headers");
    let is_compared = value.function().is_some_and(|function| {
        function.descendants_of(Kind::Compare).any(|compared| {
            (value.is(Kind::Name) && compared.mentions(value.name())) || compared.source().contains("origin")
        }) || value.surroundings().any(|node| {
            node.is(Kind::If)
                && node.child(Role::Test).is_some_and(|test| test.descendants_of(Kind::Call).next().is_some())
        })
    });
    reads_origin && !is_compared
}

// Secrets in answers

/// Names of what a caller is meant to get: the tokens of a login are its purpose.
fn is_kept_secret(name: &str) -> bool {
    // A header is named, and `deleted_by_api_key` says who it was.
    is_secret_name(name)
        && !words_of(name)
            .iter()
            .any(|word| matches!(word.as_str(), "token" | "jwt" | "session" | "header" | "by"))
}

fn answers(handler: Node<'_>, findings: &mut Findings<'_>) {
    // A key is told once when it is made; what reads it again later should not find it.
    let Some(decorator) = handler.route().filter(|route| route.callee_name() == "get") else { return };
    // A route that is named after the secret is there to tell it to its owner.
    let is_about_it = words_of(handler.route_path()).iter().any(|word| {
        matches!(
            word.as_str(),
            "key" | "keys" | "secret" | "secrets" | "password" | "credential" | "credentials"
        )
    });
    if is_about_it && !findings.is_watched() {
        return;
    }
    let mut leaks = leaking_fields(handler);
    let returned = handler.own_returns().filter_map(|node| node.child(Role::Value)).map(|value| {
        // `return JSONResponse({…})`
        let builds = value.api().is_some_and(|api| {
            api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Response))
        });
        let content = value.argument_or_keyword(0, "content").filter(|_| builds);
        content.unwrap_or(value).resolved_value()
    });
    for item in returned
        .filter(|value| value.is(Kind::Dict) && value.function() == Some(handler))
        .flat_map(|value| value.descendants_of(Kind::DictItem))
    {
        let (Some(key), Some(value)) = (item.child(Role::Key), item.child(Role::Value)) else { continue };
        let is_secret = matches!(value.kind(), Kind::Attribute | Kind::Name | Kind::Subscript)
            && key.is(Kind::Str)
            && is_kept_secret(key.name())
            && !value.is_yes_or_no()
            && (value.is(Kind::Subscript) || is_kept_secret(value.name()));
        // A browser that signs in elsewhere is given both, and they are no secrets there.
        let is_for_a_browser = || {
            words_of(key.name()).ends_with(&["api".to_owned(), "key".to_owned()])
                && item.parent().is_some_and(|dictionary| dictionary.dictionary_value("client_id").is_some())
        };
        if is_secret && !is_for_a_browser() {
            leaks.push((item, key.name()));
        }
    }
    let Some(&(first, name)) = leaks.first() else {
        findings.asks(decorator, ANSWERED, "a part of the answer is a secret", false, &|| {
            "no part of it is one by its name, as far as its model or its values are known".to_owned()
        });
        return;
    };
    findings.asks(first, ANSWERED, "it is a secret, and a part of an answer", true, &|| {
        format!("`{}` answers with it ({})", handler.name(), decorator.whereabouts_from(first))
    });
    let is_told = findings.has_reported(first);
    if !findings.asks_whether(
        first,
        ANSWERED,
        "the route isn't there to tell it",
        !is_about_it,
        ["its path doesn't name it", "its path is named after the secret"],
    ) || is_told
    {
        return;
    }
    let for_admins = handler.serves_administrators(None);
    let (severity, who) = if for_admins {
        (Severity::Medium, "every administrator")
    } else {
        (Severity::High, "whoever may read this")
    };
    let more = if leaks.len() > 1 { format!(" and {} more are", leaks.len() - 1) } else { " is".to_owned() };
    let certainty = if handler.serves_machines() && is_connection(first) {
        Certainty::Question
    } else {
        Certainty::Likely
    };
    let mut draft = findings
        .report(first, severity, certainty, format!("`{name}`{more} sent to {who}"))
        .because(decorator, format!("`{}` answers with it", handler.name()));
    for (at, name) in leaks.iter().take(4) {
        draft = draft.because(*at, format!("`{name}` is a part of the answer"));
    }
    draft.conforming("Answer with a model of its own that says only that there is one: `has_api_key: bool`.");
}

/// Whether a field stands among all that is needed to connect: where to, who, and with which password. A program that
/// asks for that is to connect.
fn is_connection(field: Node<'_>) -> bool {
    let model = field.model;
    field.class().is_some_and(|class| {
        let fields = model.fields(class.place());
        let has = |names: &[&str]| fields.iter().any(|field| names.contains(&field.name));
        has(&["host", "hostname", "server", "address"])
            && has(&["login", "user", "username"])
            && has(&["port"])
    })
}

/// The fields of the answer's models that hold a secret as plain text.
fn leaking_fields(handler: Node<'_>) -> Vec<(Node<'_>, &str)> {
    let model = handler.model;
    let mut found: Vec<(Node<'_>, &str)> = Vec::new();
    // `mask_keys(rows)`: what is left of them is not known.
    if handler.reaches(&|call| is_masking_name(call.callee_name())).is_some() {
        return found;
    }
    // `"api_key": key[:4] + "*" * 8`, where the answer is put together.
    let is_masked_beside = |field: &Field<'_>| {
        let tree = &field.at.source_file().tree;
        field.at.at(0).within(&tree.dictionaries).any(|dictionary| {
            dictionary.dictionary_value(field.name).is_some_and(|value| {
                value.descendants_of(Kind::Str).any(|text| text.name().starts_with(['*', '•']))
            })
        })
    };
    for class in handler.response_models() {
        let is_rewritten = |field: &Field<'_>| {
            let mut calls = model.node(class).calls_within();
            let is_made = handler.own_calls().any(|call| {
                call.keyword(field.name).is_some_and(|value| value.resolved_value().is(Kind::Call))
            });
            is_made
                || calls.any(|call| call.positional().any(|argument| argument.string() == Some(field.name)))
        };
        // Every answer is built here, and none is given it: what is left is its default.
        let is_never_set = |field: &Field<'_>| {
            let mut values = handler.own_returns().filter_map(|node| node.child(Role::Value)).peekable();
            values.peek().is_some()
                && values.map(Node::resolved_value).all(|value| {
                    value.callee().is_some_and(|callee| callee.ty() == Type::Class(class))
                        && !value.has_hidden_arguments()
                        && value.positional().next().is_none()
                        && value.keyword(field.name).is_none()
                })
        };
        let leaks = |field: &Field<'_>| {
            is_kept_secret(field.name)
                && field.is_text()
                && !field.is_masked()
                && !is_masked_beside(field)
                && !field.options().and_then(|options| options.keyword("exclude")).is_some_and(Node::is_true)
        };
        let fields = model
            .all_fields(class)
            .into_iter()
            .filter(|field| leaks(field) && !is_rewritten(field) && !is_never_set(field));
        for field in fields {
            if !found.iter().any(|(at, _)| *at == field.at) {
                found.push((field.at, field.name));
            }
        }
    }
    found
}

/// `context.verify_mode = ssl.CERT_NONE`
fn unverified_context(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(target) = assignment.targets().next().filter(|target| target.name() == "verify_mode") else {
        return;
    };
    let Some(value) = assignment.child(Role::Value).filter(|value| value.name() == "CERT_NONE") else {
        return;
    };
    let Some(context) = target.receiver().filter(|_| !assignment.is_outside_production()) else { return };
    // One that an operator asks for is the operator's.
    let is_chosen = || {
        let earlier =
            assignment.function().into_iter().flat_map(Node::own_ifs).filter(|node| node.id < assignment.id);
        earlier.filter_map(Node::body).any(Node::leaves)
    };
    if !findings.asks_whether(
        assignment,
        CERTIFICATE,
        "it is turned off in any case",
        !(assignment.is_on_a_branch() || is_chosen()),
        ["no condition decides about it", "a condition decides about it, which may be an operator's wish"],
    ) {
        return;
    }
    findings
        .report(assignment, Severity::Medium, Certainty::Sure, format!("connections with `{}` take any certificate, so anybody on the way can read along", context.source()))
        .because(value, "turns the check of the certificate off")
        .conforming("Leave the check on. For an authority of your own: `ssl.create_default_context(cafile=settings.ca_file)`.");
}

/// A client that takes any certificate.
fn unverified(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(api) = call.api() else { return };
    let is_client = api.class.is_some_and(|class| class.has(ClassTag::PooledClient)) && api.is_constructor;
    if api.callable.crosses != Some(System::Http) && !is_client {
        return;
    }
    let off = ["verify", "verify_ssl", "ssl"]
        .iter()
        .find_map(|name| call.keyword(name))
        .filter(|value| value.resolved_value().is(Kind::False));
    findings.asks(call, CERTIFICATE, "the check is turned off", off.is_some(), &|| match off {
        Some(off) => format!("`{}`", off.parent().unwrap_or(off).excerpt()),
        None => "no argument of it is known to turn the check off".to_owned(),
    });
    let Some(off) = off else { return };
    // A look whether somebody answers carries nothing to be read.
    let is_a_look = call.callee_name() == "head"
        && ["headers", "auth", "cookies", "params"].iter().all(|name| call.keyword(name).is_none());
    let severity = if is_a_look { Severity::Low } else { Severity::Medium };
    findings
        .report(call, severity, Certainty::Sure, format!("`{}` takes any certificate, so anybody on the way can read along", call.called()))
        .because(off, "turns the check of the certificate off")
        .conforming("Leave the check on. For an authority of your own: `verify=ssl.create_default_context(cafile=settings.ca_file)`.");
}

// Compose

fn host_network(model: &Model<'_>, workload: &Workload, is_milder: bool, findings: &mut Findings<'_>) {
    let Some(at) = workload.host_network else { return };
    if !findings.asks_whether(
        model.stretch(at),
        HOST,
        "it is no part of the machine itself",
        workload.kind != "DaemonSet",
        ["it is an ordinary workload", "it is a DaemonSet, which often works for its node"],
    ) {
        return;
    }
    findings
        .report(model.stretch(at), if is_milder { Severity::Medium } else { Severity::High }, Certainty::Sure, format!("`{}` shares the network of its machine", workload.name))
        .because(model.stretch(at), "every port that a process in it opens is open on the machine, and it reaches what is bound to localhost there")
        .conforming("Leave it out: services reach each other by name on the internal network, and `ports:` publishes what must be reached from outside.");
}

fn compose(
    model: &Model<'_>,
    workload: &Workload,
    service: &Service,
    container: &Container,
    findings: &mut Findings<'_>,
) {
    let is_milder = service.is_for_development || service.is_for_tests;
    host_network(model, workload, is_milder, findings);
    let is_ingress = container.foreign() == Some(Holds::Ingress);
    for (volume, at) in &service.volumes {
        if !findings.asks_whether(
            model.stretch(*at),
            HOST,
            "it is Docker's own socket",
            volume.contains("docker.sock"),
            ["by its path", "its path is another one"],
        ) {
            continue;
        }
        let is_reader = is_ingress && volume.ends_with(":ro");
        let severity = if is_milder || is_reader { Severity::Medium } else { Severity::High };
        findings
            .report(model.stretch(*at), severity, Certainty::Sure, format!("`{}` controls Docker on its machine", workload.name))
            .because(model.stretch(*at), "whoever can write to this socket is root on the machine")
            .conforming("Don't mount it. What must start containers does so through a proxy that allows few calls, or on a machine of its own.");
    }
    let door = is_ingress || is_door(model, workload);
    for port in &service.ports {
        published(model, workload, container, port, door, is_milder, findings);
    }
    if door && !service.ports.is_empty() {
        findings.conforms(
            model.stretch(container.at),
            format!("`{}` is the door, the others publish nothing", workload.name),
        );
    }
}

/// The services of one file that publish ports, and aren't known to be somebody else's store or tool.
fn doors<'m>(model: &'m Model<'m>, file: u32) -> impl Iterator<Item = &'m Workload> {
    model.workloads().iter().filter(move |other| {
        other.runs == Runs::Service
            && other.heading.file == file
            && other.service.as_ref().is_some_and(|service| !service.ports.is_empty())
            && other.containers.first().is_some_and(|container| container.foreign().is_none())
    })
}

fn has_ingress(model: &Model<'_>, file: u32) -> bool {
    model.workloads().iter().any(|other| {
        other.heading.file == file
            && other.containers.first().is_some_and(|c| c.foreign() == Some(Holds::Ingress))
    })
}

fn publishes_web(workload: &Workload) -> bool {
    workload
        .service
        .as_ref()
        .is_some_and(|service| service.ports.iter().any(|port| matches!(port.published, Some(80 | 443))))
}

/// Without an ingress the one service that publishes the web's port is the door, or the only one that publishes any.
fn is_door(model: &Model<'_>, workload: &Workload) -> bool {
    let file = workload.heading.file;
    if has_ingress(model, file) || workload.containers.first().is_some_and(|c| c.foreign().is_some()) {
        return false;
    }
    let on_web = doors(model, file).filter(|other| publishes_web(other)).count();
    match on_web {
        0 => doors(model, file).count() == 1,
        1 => publishes_web(workload),
        _ => false,
    }
}

fn published(
    model: &Model<'_>,
    workload: &Workload,
    container: &Container,
    port: &Port,
    door: bool,
    is_milder: bool,
    findings: &mut Findings<'_>,
) {
    let is_store = container.foreign() == Some(Holds::Store)
        || port.inside.is_some_and(|port| STORE_PORTS.contains(&port));
    findings.asks(model.stretch(port.at), PORT, "the machine hands it on", true, &|| match &port.address {
        Some(address) => format!("at its address `{address}`"),
        None => "on all of its interfaces".to_owned(),
    });
    let is_the_door = door && !port.inside.is_some_and(|port| STORE_PORTS.contains(&port));
    if !findings.asks_whether(
        model.stretch(port.at),
        PORT,
        "it is not the door",
        !is_the_door,
        [
            "another service is, or the port is a database's",
            "it is the ingress, or the one service of the file that publishes a port of the web, or any",
        ],
    ) {
        return;
    }
    let file = workload.heading.file;
    let is_local = port
        .address
        .as_deref()
        .is_some_and(|address| address.starts_with("127.") || matches!(address, "localhost" | "::1"));
    let known = is_store || port.inside.is_some_and(|port| SERVER_PORTS.contains(&port));
    let severity = match (is_local, known, is_milder) {
        (true, ..) | (_, false, true) => Severity::Low,
        (false, true, false) => Severity::High,
        _ => Severity::Medium,
    };
    // Where no ingress is in view, one of several may be the door.
    let has_door = has_ingress(model, file) || doors(model, file).any(publishes_web);
    let is_model_server = container.foreign() == Some(Holds::Models);
    let certainty = if is_local {
        // Nobody else reaches it; who has a login there, the files do not say.
        Certainty::Question
    } else if is_store || has_door {
        Certainty::Sure
    } else if is_model_server {
        Certainty::Likely
    } else {
        Certainty::Question
    };
    let what = match port.published.or(port.inside) {
        Some(number) => format!("port {number} of `{}`", workload.name),
        None => format!("a port of `{}`", workload.name),
    };
    let (message, note) = match (is_local, is_store) {
        (true, _) => (
            format!("{what} is bound to the machine alone"),
            "every process on the machine reaches it, and no other machine",
        ),
        (false, true) => (
            format!("{what} is open to the network"),
            "on all interfaces: Docker's rules come before those of the machine's firewall",
        ),
        (false, false) if is_model_server => (
            format!("{what} is open to the network"),
            "a server of models asks for no key unless it is told to, and only the services beside it need it",
        ),
        (false, false) => (
            format!("{what} is open to the network, past the ingress"),
            "a request here goes around the ingress, its limits and TLS",
        ),
    };
    findings
        .report(model.stretch(port.at), severity, certainty, message)
        .because(model.stretch(port.at), note)
        .conforming("Leave `ports:` to the ingress: the other services reach it by name, which `expose:` documents. To look into it, bind it to `127.0.0.1:` in a file for development.");
}

// Kubernetes

fn cluster(model: &Model<'_>, findings: &mut Findings<'_>) {
    for service in model.cluster_services() {
        let named = words_of(&service.name).iter().any(|word| STORES.contains(&word.as_str()));
        let is_store = named || service.ports.iter().any(|port| STORE_PORTS.contains(port));
        if let Some((kind, at)) = &service.kind {
            let is_open = matches!(kind.as_str(), "LoadBalancer" | "NodePort");
            let at = model.stretch(*at);
            findings.asks_whether(
                at,
                OUTSIDE,
                "it can be reached from outside of the cluster",
                is_open,
                [
                    "its type gives it an address, or a port on each node",
                    "its type opens it inside of the cluster alone",
                ],
            );
            if is_open {
                findings.asks_whether(
                    at,
                    OUTSIDE,
                    "it is a database, a cache or a queue",
                    is_store,
                    ["by its name or port", "neither its name nor its ports say so"],
                );
            }
        }
        match &service.kind {
            Some((kind, at)) if is_store && matches!(kind.as_str(), "LoadBalancer" | "NodePort") => {
                findings
                    .report(model.stretch(*at), Severity::High, Certainty::Sure, format!("`{}` can be reached from outside of the cluster", service.name))
                    .because(model.stretch(*at), "gives it an address, or a port on each node")
                    .conforming("Keep it inside: `type: ClusterIP`, and a NetworkPolicy that lets in those who need it.");
            }
            Some((kind, at)) if is_store && kind == "ClusterIP" => {
                findings.conforms(
                    model.stretch(*at),
                    format!("`{}` is reached from inside of the cluster alone", service.name),
                );
            }
            _ => {}
        }
    }
}

/// Ports of a pod that are opened on its node.
fn host_ports(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    for container in workload.containers.iter().filter(|_| workload.kind != "DaemonSet") {
        let is_store = container.foreign() == Some(Holds::Store);
        for at in container.ports.iter().filter_map(|port| port.on_host) {
            let severity = if is_store { Severity::High } else { Severity::Medium };
            findings
                .report(model.stretch(at), severity, Certainty::Sure, format!("a port of `{}` is open on every node that runs it", container.name))
                .because(model.stretch(at), "a request to the node goes around the ingress, its limits and TLS")
                .conforming("Leave `hostPort` out: a Service of `type: ClusterIP` reaches it, and the ingress lets in what may come from outside.");
        }
    }
}

fn ingresses(model: &Model<'_>, findings: &mut Findings<'_>) {
    for ingress in model.ingresses() {
        for (name, value, at) in &ingress.annotations {
            let is_star = value.split(',').any(|part| part.trim() == "*");
            if name.ends_with("cors-allow-origin")
                && findings.asks_whether(
                    model.stretch(*at),
                    ORIGINS,
                    "every origin may call",
                    is_star,
                    ["its value is `*`", "its value is not `*`"],
                )
            {
                findings
                    .report(
                        model.stretch(*at),
                        Severity::Medium,
                        Certainty::Sure,
                        "any page on the web may read these answers",
                    )
                    .because(model.stretch(*at), "matches every origin")
                    .conforming(
                        "Name the origins, or leave this to the application, which knows those of each app.",
                    );
            }
        }
        for (name, port, at) in &ingress.backends {
            let is_store = port.is_some_and(|port| STORE_PORTS.contains(&port))
                || words_of(name).iter().any(|word| STORES.contains(&word.as_str()));
            if findings.asks_whether(
                model.stretch(*at),
                OUTSIDE,
                "it is a database, a cache or a queue",
                is_store,
                ["by its name or port", "neither its name nor its port says so"],
            ) {
                findings
                    .report(
                        model.stretch(*at),
                        Severity::High,
                        Certainty::Sure,
                        format!("`{name}` can be reached from outside through the ingress"),
                    )
                    .because(model.stretch(*at), "hands requests from outside on to a database")
                    .conforming(
                        "Leave it out. Let the application ask the database, with its own checks of who may.",
                    );
            }
        }
    }
}

// Caddy

/// Paths that are for operators and other services.
fn is_internal_path(path: &str) -> bool {
    let first = path.trim_start_matches('/').split(['/', '*']).next().unwrap_or_default();
    matches!(first, "metrics" | "internal" | "debug" | "actuator")
}

/// The path for operators that a matcher stands for, `/metrics` itself or `@operators`.
fn internal_path<'m>(directives: &[ProxyDirective<'m>], matcher: &'m str) -> Option<&'m str> {
    if !matcher.starts_with('@') {
        return Some(matcher).filter(|path| is_internal_path(path));
    }
    directives
        .iter()
        .filter(|directive| matches!(directive.words.as_slice(), [name, "path", ..] if *name == matcher))
        .flat_map(|directive| directive.words.iter().copied())
        .find(|path| is_internal_path(path))
}

fn proxy(model: &Model<'_>, findings: &mut Findings<'_>) {
    let directives = model.proxy_directives();
    // Whoever guards one of them in some way has thought of it.
    let guards = directives.iter().any(|directive| {
        directive.words.iter().any(|word| {
            matches!(*word, "basic_auth" | "basicauth" | "remote_ip" | "client_ip" | "forward_auth" | "abort")
        })
    });
    for directive in &directives {
        let words = directive.words.as_slice();
        let at = model.stretch(directive.at);
        let is_global = directive.parent.as_ref().is_some_and(Vec::is_empty);
        match words {
            ["admin", "off"] if is_global => findings.conforms(at, "the admin endpoint is off"),
            ["admin", address, ..]
                if is_global
                    && findings.asks_whether(
                        at,
                        ADMIN,
                        "it is open beyond its own container",
                        !is_local_address(address),
                        ["its address is not the container's own", "its address is the container's own"],
                    ) =>
            {
                findings
                    .report(
                        at,
                        Severity::High,
                        Certainty::Sure,
                        "Caddy's admin endpoint is open to every container of its network"
                            .replace("Caddy's", "the proxy's"),
                    )
                    .because(at, "whoever reaches it may load any configuration")
                    .conforming("Switch it off: `admin off`, or leave it on `localhost:2019`.");
            }
            [.., name, "*"]
                if name
                    .trim_start_matches(['+', '?', '>', '-'])
                    .eq_ignore_ascii_case("access-control-allow-origin") =>
            {
                findings
                    .report(
                        at,
                        Severity::Medium,
                        Certainty::Sure,
                        "any page on the web may read these answers",
                    )
                    .because(at, "matches every origin")
                    .conforming("Leave this header to the application, which knows the origins of each app.");
            }
            ["tls_insecure_skip_verify"] => {
                findings
                    .report(at, Severity::Medium, Certainty::Sure, "the proxy takes any certificate of the service behind it")
                    .because(at, "anybody on the way between the two can read along")
                    .conforming("Trust the authority that signed it: `tls_trust_pool file /etc/caddy/internal-ca.pem`, or speak plain HTTP on an internal network.");
            }
            ["handle" | "handle_path" | "route", path]
                if internal_path(&directives, path).is_some() && is_unguarded(at, guards, findings) =>
            {
                let hands_on = directives.iter().any(|inner| {
                    inner.words.first() == Some(&"reverse_proxy") && inner.parent.as_deref() == Some(words)
                });
                findings.asks_whether(
                    at,
                    OPERATORS,
                    "it is handed on to the service",
                    hands_on,
                    ["`reverse_proxy` stands in it", "no `reverse_proxy` stands in it"],
                );
                if let Some(path) = internal_path(&directives, path).filter(|_| hands_on) {
                    internal(model, directive.at, path, findings);
                }
            }
            ["reverse_proxy", path, ..]
                if path.starts_with(['/', '@'])
                    && internal_path(&directives, path).is_some()
                    && is_unguarded(at, guards, findings) =>
            {
                if let Some(path) = internal_path(&directives, path) {
                    internal(model, directive.at, path, findings);
                }
            }
            ["reverse_proxy", targets @ ..] => {
                let store = targets.iter().find(|target| is_store_address(target));
                findings.asks_whether(
                    at,
                    OUTSIDE,
                    "it is a database, a cache or a queue",
                    store.is_some(),
                    ["by its name or port", "neither its name nor its port says so"],
                );
                if let Some(store) = store {
                    findings
                        .report(at, Severity::High, Certainty::Sure, format!("`{store}` can be reached from outside through the proxy"))
                        .because(at, "hands requests from outside on to a database")
                        .conforming("Leave it out. Let the application ask the database, with its own checks of who may.");
                }
            }
            _ => {}
        }
    }
}

/// Whether nothing in the file asks who comes.
fn is_unguarded(at: Stretch<'_>, guards: bool, findings: &mut Findings<'_>) -> bool {
    findings.asks_whether(
        at,
        OPERATORS,
        "nothing asks who comes",
        !guards,
        [
            "the file has neither a login nor a list of addresses",
            "the file has a login or a list of addresses somewhere",
        ],
    )
}

fn internal(model: &Model<'_>, at: Span, path: &str, findings: &mut Findings<'_>) {
    let at = model.stretch(at);
    findings
        .report(at, Severity::Medium, Certainty::Likely, format!("`{path}` can be reached from outside through the proxy"))
        .because(at, "is for operators and other services, and nothing here asks who comes")
        .conforming("Answer it with 404 from outside, `respond /metrics 404`, and let Prometheus ask the service itself on the internal network.");
}

fn is_local_address(address: &str) -> bool {
    ["localhost", "127.", "unix/", "[::1]", "off"].iter().any(|local| address.starts_with(local))
        || address.starts_with('{')
}

fn is_store_address(target: &str) -> bool {
    let target = target.trim_start_matches("http://").trim_start_matches("https://");
    let Some((host, port)) = target.rsplit_once(':') else { return false };
    let is_port = port.parse::<u16>().is_ok_and(|port| STORE_PORTS.contains(&port));
    is_port || words_of(host).iter().any(|word| STORES.contains(&word.as_str()))
}

//! Routes that one caller may use as often as they like: public ones, and those for anybody beside a limited one.
//!
//! Quiet about probes, and where a limiter of the application or of the route is seen.

use super::is_checked;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, has_word, words_of};

/// What is told condition by condition.
const OPEN: &str = "a public route that one caller may use without a limit";
const FORGOTTEN: &str = "a route for anybody beside a limited one";

/// A route with what limits it.
struct Limited<'m> {
    handler: Node<'m>,
    route: Node<'m>,
    limiter: Node<'m>,
}

/// Public routes: some limited and some not, or none limited at all.
pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let for_all = model.application_limiter();
    let mut limited: Vec<Limited<'m>> = Vec::new();
    let mut open: Vec<Node<'m>> = Vec::new();
    let mut others: Vec<Node<'m>> = Vec::new();
    for handler in model.functions().filter(|function| is_checked(*function)) {
        let Some(route) = handler.route() else { continue };
        let limiter = for_all.or_else(|| handler.request_limiter());
        findings.asks(route, OPEN, "nothing limits its calls", limiter.is_none(), &|| match limiter {
            Some(limiter) => format!("`{}` does ({})", limiter.excerpt(), limiter.whereabouts_from(route)),
            None => "neither the route, its router, the application nor a middleware does".to_owned(),
        });
        if let Some(limiter) = limiter {
            findings.conforms(route, "calls of this route are limited");
            limited.push(Limited { handler, route, limiter });
            continue;
        }
        let path = handler.full_route_path();
        let is_public = model.settings.public_prefixes.iter().any(|prefix| path.starts_with(prefix.as_str()));
        let is_open = is_public && !is_probe(&path);
        if findings.asks(
            route,
            OPEN,
            "clients outside the organisation call it",
            is_open,
            &|| match is_open {
                true => format!("`{path}` begins with one of the settings' public prefixes"),
                false if is_public => format!("`{path}` is a probe"),
                false => format!("`{path}` begins with none of the settings' public prefixes"),
            },
        ) {
            open.push(route);
        } else {
            others.push(handler);
        }
    }
    for handler in others {
        beside_limited(handler, &limited, findings);
    }
    if let Some(limiter) = limited.first().map(|limited| limited.limiter) {
        for route in open {
            findings
                .report(
                    route,
                    Severity::High,
                    Certainty::Likely,
                    "this public route has no limit, although others have: one caller may take all there is",
                )
                .because(limiter, "limits another route")
                .because(route, "neither the route, its router, the application nor a middleware limits this one")
                .conforming("Give the whole router the limiter: `APIRouter(…, dependencies=[Depends(enforce_rate_limit)])`.");
        }
        return;
    }
    let mut files = Vec::new();
    for route in open {
        let is_first = !files.contains(&route.file);
        if !findings.asks(route, OPEN, "it is the first of its file", is_first, &|| match is_first {
            true => "it stands for all of them".to_owned(),
            false => "another one of this file is asked about, and stands for all".to_owned(),
        }) {
            continue;
        }
        files.push(route.file);
        findings
            .report(
                route,
                Severity::Medium,
                Certainty::Question,
                "what limits how often one caller may use these public routes?",
            )
            .because(route, "nothing in the given files does; a gateway may")
            .conforming("Give the router a limiter with the tenant's own limit: `APIRouter(…, dependencies=[Depends(enforce_rate_limit)])`.");
    }
}

/// A route for anybody, in a file that limits another one: whoever did that has forgotten this one, where nobody has to log in
/// for the other one either.
fn beside_limited(handler: Node<'_>, limited: &[Limited<'_>], findings: &mut Findings<'_>) {
    let Some(route) = handler.route().filter(|route| route.callee_name() == "post") else { return };
    let neighbours = || limited.iter().filter(|other| other.route.file == route.file);
    if neighbours().next().is_none() || !is_for_anybody(handler) || !does_work(handler) {
        return;
    }
    // A login looks at what it is sent, and is for anybody all the same.
    let neighbour = neighbours().find(|other| !other.handler.may_ask_who_calls());
    let what = "a route of the same file that asks nobody either is limited";
    findings.asks(route, FORGOTTEN, what, neighbour.is_some(), &|| match neighbour {
        Some(other) => format!("`{}` is ({})", other.limiter.excerpt(), other.route.whereabouts_from(route)),
        None => "none of them is".to_owned(),
    });
    let Some(neighbour) = neighbour else { return };
    findings
        .report(
            route,
            Severity::Medium,
            Certainty::Likely,
            "anybody may call this route as often as they like, although its neighbour is limited",
        )
        .because(neighbour.route, "is limited, and asks nobody who calls either")
        .because(route, "no dependency of the route asks who calls, and nothing limits it")
        .conforming("Give it the same limiter, by address as long as nobody has logged in.");
}

/// Whether nothing is seen to ask who calls a handler: no dependency, no middleware, nothing that it calls itself.
fn is_for_anybody(handler: Node<'_>) -> bool {
    let asks = |name: &str| {
        has_word(
            name,
            &[
                "auth",
                "authenticate",
                "authorize",
                "verify",
                "require",
                "permission",
                "permissions",
                "signature",
            ],
        )
    };
    let by_middleware = || {
        let classes = handler.model.calls_named("add_middleware").filter_map(|call| call.argument(0));
        classes.into_iter().any(|class| words_of(class.name()).iter().any(|word| word.starts_with("auth")))
    };
    let in_headers = || {
        handler
            .parameters()
            .flat_map(Node::calls_within)
            .any(|call| matches!(call.callee_name(), "Header" | "Cookie" | "Security"))
    };
    !handler.may_ask_who_calls()
        && !in_headers()
        && !handler.own_calls().any(|call| asks(call.callee_name()))
        && !handler.decorators().any(|decorator| asks(decorator.name()) || asks(decorator.callee_name()))
        && !by_middleware()
}

/// Whether a handler does more than to answer out of the request: it calls what leaves the process, or given code. What ends a
/// session takes nothing, and what other systems call is not for them to wait with.
fn does_work(handler: Node<'_>) -> bool {
    let is_exempt = has_word(handler.name(), &["logout", "webhook", "webhooks", "callback", "hook"]);
    !is_exempt && handler.own_calls().any(|call| call.target().is_some() || call.crosses_outside().is_some())
}

fn is_probe(path: &str) -> bool {
    has_word(path, &["health", "healthz", "ready", "live", "livez", "readyz", "ping"])
}

//! Caddyfiles: an admin endpoint, paths for operators and databases that can be reached from outside.

use super::{OUTSIDE, STORE_PORTS, STORES};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, ProxyDirective, Span, Stretch, has_word};

const ADMIN: &str = "an admin endpoint that is open";
const OPERATORS: &str = "a path for operators that is open";

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

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
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
                        "the proxy's admin endpoint is open to every container of its network",
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
    is_port || has_word(host, &STORES)
}

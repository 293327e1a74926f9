//! Services and ingresses of Kubernetes through which a database, or every origin, comes in.

use super::{ORIGINS, OUTSIDE, STORE_PORTS, STORES};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, has_word};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for service in model.cluster_services() {
        let named = has_word(&service.name, &STORES);
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

pub fn check_ingresses(model: &Model<'_>, findings: &mut Findings<'_>) {
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
            let is_store = port.is_some_and(|port| STORE_PORTS.contains(&port)) || has_word(name, &STORES);
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

//! Containers that share their machine's network, control Docker on it, or publish ports past the ingress.

use super::STORE_PORTS;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Container, Holds, Model, Port, Runs, Service, Workload};

const HOST: &str = "a container that shares its machine";
const PORT: &str = "a port that is open to the network";
/// Ports behind which application servers and consoles usually listen.
const SERVER_PORTS: [u16; 8] = [8000, 8001, 8080, 9000, 9001, 9090, 9411, 15672];

pub fn host_network(model: &Model<'_>, workload: &Workload, is_milder: bool, findings: &mut Findings<'_>) {
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

pub fn check(
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

/// Stores that run beside the application in its container.
pub fn open_stores(model: &Model<'_>, findings: &mut Findings<'_>) {
    for at in model.open_stores() {
        let at = model.stretch(at);
        findings
            .report(at, Severity::Low, Certainty::Likely, "a store in the application's container listens to all the world, without a password")
            .because(at, "the application reaches it by `localhost`, and everything in the container's network does too")
            .conforming("Bind it to `127.0.0.1`, and leave its protected mode on; or run it as a service of its own, with a password.");
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

/// Ports of a pod that are opened on its node.
pub fn host_ports(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
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

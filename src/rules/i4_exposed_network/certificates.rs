//! Clients and contexts that take any certificate.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Node;
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

const CERTIFICATE: &str = "a certificate that nobody checks";

/// `context.verify_mode = ssl.CERT_NONE`
pub fn check_context(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(target) = assignment.targets().next().filter(|target| target.name() == "verify_mode") else {
        return;
    };
    let Some(value) = assignment.child(Role::Value).filter(|value| value.name() == "CERT_NONE") else {
        return;
    };
    let Some(context) = target.receiver().filter(|_| !assignment.is_outside_production()) else { return };
    if assignment.is_beside_unix_sockets() {
        return;
    }
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
pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
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

//! Health checks that can't fail, are switched off, or ask for the front page; images without one.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Probe, Runs};

const ALWAYS_WELL: &str = "a health check that can't fail";
const SWITCHED_OFF: &str = "a health check that is switched off";
const FRONT_PAGE: &str = "a health check that asks for the front page";
const NO_IMAGE_CHECK: &str = "an image without a health check";

/// A health check that can't fail.
pub fn always_well(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) -> bool {
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
pub fn check_image(model: &Model<'_>, dockerfile: u32, findings: &mut Findings<'_>) {
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

pub fn switched_off(model: &Model<'_>, check: &Probe, what: &str, findings: &mut Findings<'_>) -> bool {
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

pub fn front_page(model: &Model<'_>, check: &Probe, findings: &mut Findings<'_>) {
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

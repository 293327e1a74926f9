//! F7: nothing says whether the service lives and can work, or nobody asks there.
//!
//! Each defect, or each place that may have several, is a file of this folder.

mod health_checks;
mod probes;
mod routes;
mod served_paths;
mod services;

use super::Findings;
use crate::semantic::{Model, Runs};

// What the last part of a path is named where it asks whether the process lives, whether it can work, or one of the two.

const LIVE: [&str; 5] = ["live", "livez", "liveness", "liveliness", "alive"];
const READY: [&str; 4] = ["ready", "readyz", "readiness", "readycheck"];
const HEALTH: [&str; 6] = ["health", "healthz", "healthcheck", "health-check", "ping", "heartbeat"];

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let served = model.served_paths();
    routes::check(model, &served, findings);
    for workload in model.workloads() {
        match workload.runs {
            Runs::Service => services::check(model, workload, findings),
            Runs::Deployment => {
                for container in &workload.containers {
                    probes::check(model, workload, container, findings);
                }
            }
            Runs::Image | Runs::Once | Runs::Scheduled => {}
        }
    }
    for (file, check) in model.image_checks() {
        let Some(check) = check else {
            health_checks::check_image(model, file, findings);
            continue;
        };
        if !health_checks::switched_off(model, &check, "the image", findings) {
            health_checks::always_well(model, &check, "the image", findings);
            health_checks::front_page(model, &check, findings);
        }
    }
    served_paths::check(model, &served, findings);
}

/// The last part of a path: `ready` of `/health/ready/`.
fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

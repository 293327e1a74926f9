//! Databases inside of the application's container, and those that keep nothing when theirs is replaced.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Runs, Workload};

/// Databases inside of the application's container, and those that keep nothing when theirs is replaced.
pub fn deployed(model: &Model<'_>, findings: &mut Findings<'_>) {
    let stores = model.stores_in_images();
    for (index, (at, name)) in stores.iter().enumerate() {
        // Told once a Dockerfile.
        if stores[..index].iter().any(|(earlier, _)| earlier.file == at.file) {
            continue;
        }
        let mut draft = findings
            .report(
                model.stretch(*at),
                Severity::Medium,
                Certainty::Likely,
                format!("the application's image holds a server of its own data, `{name}`"),
            )
            .because(
                model.stretch(*at),
                "each replica that starts it has data of its own, which goes when the container is replaced",
            );
        for (other, name) in stores[index + 1..].iter().filter(|(other, _)| other.file == at.file) {
            draft = draft.because(model.stretch(*other), format!("so does `{name}`"));
        }
        draft.conforming(
            "Run it as a service of its own with a volume, and give the application its address.",
        );
    }
    for workload in model.workloads().iter().filter(|workload| keeps_data(workload)) {
        let (Some(container), Some(service)) = (workload.containers.first(), &workload.service) else {
            continue;
        };
        let is_partial = service.is_for_development || service.is_for_tests || service.extends;
        let thoughtful = model.workloads().iter().find(|other| {
            other.heading.file == workload.heading.file
                && keeps_data(other)
                && other.service.as_ref().is_some_and(|service| service.has_volumes)
        });
        let Some(other) = thoughtful.filter(|_| !is_partial && !service.has_volumes) else { continue };
        findings
            .report(
                model.stretch(container.at),
                Severity::Medium,
                Certainty::Likely,
                format!("`{}` keeps its data in the container, which goes with it", workload.name),
            )
            .because(model.stretch(container.at), "no volume is mounted: another version of the image starts empty")
            .because(model.stretch(other.heading), "has a volume, so this one was forgotten")
            .conforming("Give it a volume as well: `volumes: [vectors:/qdrant/storage]`, and `volumes: {vectors: {}}` below.");
    }
}

fn keeps_data(workload: &Workload) -> bool {
    workload.runs == Runs::Service
        && workload.containers.first().is_some_and(|container| container.keeps_data())
}

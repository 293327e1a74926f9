//! O5: what is deployed can't be named exactly, or can't be put back.

use super::Findings;
use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::semantic::{Image, ImageStep, Model, Pinning, Runs, SetBy, Span, Workload, has_word, words_of};

// What is told condition by condition.

const IMAGE: &str = "an image that is another one tomorrow";
const HISTORY: &str = "a rollout without a way back";
const OUTAGE: &str = "a rollout with an outage";
const SINGLE: &str = "a single replica";
const PACKAGES: &str = "packages in whatever version is newest";
const SCRIPT: &str = "a script that is run as it comes";
const ACTION: &str = "a pipeline that takes what a branch has";
const SWITCH: &str = "what is switched on for development";
const BUILD: &str = "a build that asks for what the Dockerfile lacks";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for stage in model.stages().iter().filter(|stage| !stage.is_local) {
        image(model, &stage.image, stage.is_for_development, findings);
    }
    for workload in model.workloads() {
        let is_built = workload.runs == Runs::Service && workload.is_built;
        let is_milder = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for written in workload.containers.iter().filter_map(|container| container.image.as_ref()) {
            // What is built here is pulled elsewhere where a variable says which release it is.
            let is_released =
                || written.text.contains(":${") && matches!(written.pinning(), Pinning::MovingByDefault(_));
            if !is_built || is_released() {
                image(model, written, is_milder || is_built, findings);
            }
        }
        if workload.kind == "Deployment" {
            rollout(model, workload, findings);
        }
    }
    for (value, tag) in model.image_tags() {
        tag_of_values(model, value.span(model), &tag, findings);
    }
    for step in model.image_steps() {
        let loose = step.command.unpinned_packages();
        if findings.asks(
            model.stretch(step.command.at),
            PACKAGES,
            "it installs packages without their versions",
            !loose.is_empty(),
            &|| match loose.first() {
                Some(first) => format!("`{first}` is one"),
                None => "it installs none, or a lock file or a version says which".to_owned(),
            },
        ) {
            packages(model, step.command.at, &loose, findings);
        }
        let address = step.expanded.unseen_script();
        if findings.asks(
            model.stretch(step.command.at),
            SCRIPT,
            "it runs what the network answers",
            address.is_some(),
            &|| match address {
                Some(address) => format!("`{address}`, without a version and a checksum"),
                None => "it runs nothing from the network, or a version or checksum says what".to_owned(),
            },
        ) && let Some(address) = address
        {
            script(model, &step, address, findings);
        }
    }
    for (address, at) in model.unseen_downloads() {
        findings
            .report(model.stretch(at), Severity::Low, Certainty::Sure, format!("the image takes in whatever `{address}` holds on the day of the build"))
            .because(model.stretch(at), "neither a version in the address nor a checksum says which")
            .conforming("Take one version and hold it against its checksum: `ADD --checksum=sha256:… https://example.com/tool-1.4.2.tar.gz /opt/`.");
    }
    for workload in model.workloads() {
        build(model, workload, findings);
    }
    for written in model.image_values() {
        image(model, &written, false, findings);
    }
    for (action, branch, at) in model.moving_actions() {
        pipeline(model, at, action, branch, findings);
    }
    switches(model, findings);
    environments(model, findings);
}

fn image(model: &Model<'_>, image: &Image, is_milder: bool, findings: &mut Findings<'_>) {
    let at = model.stretch(image.at);
    let by_default = model.moving_default(image);
    let is_known = image.pinning() != Pinning::Unknown || by_default.is_some();
    findings.asks(
        at,
        IMAGE,
        "which image it is, the given files say",
        if is_known { Answer::Met } else { Answer::NotKnown },
        &|| match is_known {
            true => format!("it is `{}`", image.text),
            false => "a value decides that is not given".to_owned(),
        },
    );
    if is_known {
        findings.asks_whether(
            at,
            IMAGE,
            "its name stands for more than one version",
            image.pinning() != Pinning::Fixed,
            ["it has no tag, or one that is moved", "it names one version"],
        );
    }
    let (certainty, what, note) = match image.pinning() {
        Pinning::Fixed => {
            findings.conforms(model.stretch(image.at), format!("`{}` names one version", image.text));
            return;
        }
        Pinning::Unknown => match by_default {
            Some(tag) => (
                Certainty::Sure,
                format!("the image is `{tag}` wherever no values file says its tag"),
                "forgetting the value is no error, and deploys what is newest that day".to_owned(),
            ),
            None => return,
        },
        Pinning::Untagged => (
            Certainty::Sure,
            format!("`{}` has no tag, which means `latest`", image.text),
            "whoever pulls it gets what is newest that day".to_owned(),
        ),
        Pinning::Moving(tag) => (
            Certainty::Sure,
            format!("`{}` names no version: `{tag}` is moved with each release", image.text),
            "two machines that pull it on different days run different versions".to_owned(),
        ),
        Pinning::Unclear(tag) => (
            Certainty::Likely,
            format!("`{}` names no version in its tag `{tag}`", image.text),
            "a tag without a number is usually moved with each release".to_owned(),
        ),
        Pinning::MovingByDefault(tag) => (
            Certainty::Likely,
            format!("`{}` is `{tag}` wherever the variable isn't set", image.text),
            "forgetting the variable is no error, and deploys what is newest that day".to_owned(),
        ),
    };
    let severity = if is_milder { Severity::Low } else { Severity::Medium };
    let instead = match image.pinning() {
        Pinning::MovingByDefault(_) => {
            "Demand the variable, `${TAG:?set the release to run}`, or give it a version as its default."
        }
        _ => {
            "Name a version, `qdrant/qdrant:v1.15.5`, or a digest behind it, and let a bot raise it through a reviewed change."
        }
    };
    findings
        .report(model.stretch(image.at), severity, certainty, what)
        .because(model.stretch(image.at), note)
        .conforming(instead);
}

/// The tag in a chart's values.
fn tag_of_values(model: &Model<'_>, at: Span, tag: &str, findings: &mut Findings<'_>) {
    let (message, note) = if tag.is_empty() {
        (
            "the image's tag is empty, and the template has nothing to put in its place",
            "the image ends with a colon, or means `latest`",
        )
    } else {
        (
            "the image's tag names no version",
            "it is moved with each release, so `helm rollback` changes nothing",
        )
    };
    findings
        .report(model.stretch(at), Severity::Medium, Certainty::Sure, message)
        .because(model.stretch(at), note)
        .conforming("Set the release for each environment, or fall back to the chart's own version: `{{ .Values.image.tag | default .Chart.AppVersion }}`.");
}

/// How a Deployment goes to a new version and back.
fn rollout(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    if let Some((kept, at)) = workload.history
        && findings.asks(model.stretch(at), HISTORY, "no old version is kept", kept == 0, &|| {
            format!("`revisionHistoryLimit` is {kept}")
        })
    {
        findings
            .report(
                model.stretch(at),
                Severity::High,
                Certainty::Sure,
                format!("`{}` keeps no old version to go back to", workload.name),
            )
            .because(model.stretch(at), "`kubectl rollout undo` needs an old ReplicaSet, and there is none")
            .conforming("Leave `revisionHistoryLimit` out, which keeps ten, or set it to a few.");
    }
    // A database or a single runner is one of a kind, and stops before the next one starts.
    let runs_alone = has_word(
        &workload.name,
        &["beat", "scheduler", "cron", "worker", "controller", "operator", "leader"],
    ) || workload.commands.iter().any(|command| command.starts_beat());
    let is_one_of_a_kind =
        runs_alone || workload.containers.iter().any(|container| container.foreign().is_some());
    let serves = |at: Span, about, findings: &mut Findings<'_>| {
        findings.asks_whether(
            model.stretch(at),
            about,
            "several of it may run at once",
            !is_one_of_a_kind,
            [
                "nothing says otherwise",
                "by its name, its command or its image it is a database or a single runner",
            ],
        )
    };
    if let Some((kind, at)) = &workload.strategy
        && findings.asks(
            model.stretch(*at),
            OUTAGE,
            "all are stopped before the next one starts",
            kind == "Recreate",
            &|| format!("its strategy is `{kind}`"),
        )
        && serves(*at, OUTAGE, findings)
    {
        findings
            .report(
                model.stretch(*at),
                Severity::Low,
                Certainty::Sure,
                format!("each release of `{}` begins with an outage", workload.name),
            )
            .because(model.stretch(*at), "all old pods are stopped before the first new one starts")
            .conforming(
                "Replace them one by one: `strategy: {type: RollingUpdate}`, with a readiness probe.",
            );
    }
    let is_scaled = model.is_scaled(&workload.name);
    if let Some((replicas, at)) = workload.replicas
        && findings.asks(
            model.stretch(at),
            SINGLE,
            "it has a single replica",
            replicas == 1 && !is_scaled,
            &|| match is_scaled {
                true => "an autoscaler that is given decides how many there are".to_owned(),
                false => format!("`replicas` is {replicas}"),
            },
        )
        && serves(at, SINGLE, findings)
    {
        findings
            .report(
                model.stretch(at),
                Severity::Low,
                Certainty::Sure,
                format!("`{}` has a single replica, and no other to take over", workload.name),
            )
            .because(model.stretch(at), "while this one is restarted or moved, nobody answers")
            .conforming("Run two at least: `replicas: 2`.");
    }
}

fn packages(model: &Model<'_>, at: Span, loose: &[String], findings: &mut Findings<'_>) {
    let names: Vec<String> = loose.iter().take(4).map(|name| format!("`{name}`")).collect();
    let more = if loose.len() > 4 { format!(" and {} more", loose.len() - 4) } else { String::new() };
    findings
        .report(model.stretch(at), Severity::Low, Certainty::Sure, format!("installs {}{more} in whatever version is newest", names.join(", ")))
        .because(model.stretch(at), "the same Dockerfile gives another image tomorrow")
        .conforming("Install from a lock file: `pip install --require-hashes -r requirements.txt`, or `uv sync --frozen`.");
}

/// A script from the network that is run as it comes.
fn script(model: &Model<'_>, step: &ImageStep, address: &str, findings: &mut Findings<'_>) {
    let severity = if step.is_for_development { Severity::Low } else { Severity::Medium };
    let at = model.stretch(step.command.at);
    findings
        .report(at, severity, Certainty::Sure, format!("whatever `{address}` answers that day is run while the image is built"))
        .because(at, "no version and no checksum says what it must be, and it may do anything to the image")
        .conforming("Take it from an image with a version (`COPY --from=node:22.20.0-slim /usr/local /usr/local`), or fetch a named version, compare it (`echo \"<sum>  setup.sh\" | sha256sum --check`), and run it then.");
}

/// An action of a pipeline that is taken from a branch.
fn pipeline(model: &Model<'_>, at: Span, action: &str, branch: &str, findings: &mut Findings<'_>) {
    findings.asks(model.stretch(at), ACTION, "the action is taken from a branch", true, &|| {
        format!("`{branch}` is no release and no commit")
    });
    findings
        .report(model.stretch(at), Severity::Medium, Certainty::Sure, format!("the pipeline runs whatever `{action}` has on its branch `{branch}` that day"))
        .because(model.stretch(at), "it builds and deploys, with the pipeline's secrets in reach")
        .conforming("Name a release, `@v4.2.2`, or better its commit, and let a bot raise it through a reviewed change.");
}

/// What is switched on, or said to be, for whoever develops it.
fn switches(model: &Model<'_>, findings: &mut Findings<'_>) {
    for variable in model.set_variables() {
        // `values-production.yaml`, `.env.production`: what stands there is what production gets.
        let path = &model.files[variable.at.file as usize].path;
        let is_production = has_word(path, &["prod", "production", "live"]);
        let is_deployed = match variable.by {
            SetBy::Compose | SetBy::Image | SetBy::Container | SetBy::ConfigMap => true,
            SetBy::HelmValues | SetBy::EnvironmentFile => is_production,
            _ => false,
        };
        let is_left_behind = variable.by == SetBy::Image && !model.is_in_last_stage(variable.at);
        if !is_deployed || variable.is_for_development || is_left_behind {
            continue;
        }
        let words = words_of(&variable.name);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let value = variable.by_default.trim().to_ascii_lowercase();
        let is_debugging = matches!(words.as_slice(), [.., "debug"] | [.., "debug", "mode" | "enabled"])
            && !words.iter().any(|word| matches!(*word, "no" | "disable" | "not"))
            && matches!(value.as_str(), "true" | "1" | "yes" | "on" | "*");
        let is_environment = matches!(words.last(), Some(&("environment" | "env")))
            && (matches!(value.as_str(), "development" | "dev" | "local" | "debug" | "testing")
                || is_production && matches!(value.as_str(), "staging" | "stage" | "test" | "qa"));
        let at = model.stretch(variable.at);
        if matches!(words.last(), Some(&("debug" | "environment" | "env"))) || is_debugging {
            findings.asks(
                at,
                SWITCH,
                "its value is for development",
                is_debugging || is_environment,
                &|| format!("it is `{}`", variable.by_default),
            );
        }
        if is_debugging {
            findings
                .report(at, Severity::Medium, Certainty::Likely, format!("`{}` is switched on where it is deployed", variable.name))
                .because(at, "debugging tells clients about internals, logs what nobody should read, or keeps files; which of these, the code decides")
                .conforming("Leave it off here, and set it in the file for development: `compose.override.yaml`, `values-dev.yaml`.");
        } else if is_environment && is_production {
            findings
                .report(
                    at,
                    Severity::Medium,
                    Certainty::Likely,
                    format!("production is given another environment's values: `{}` says `{value}`", variable.name),
                )
                .because(at, "the file is production's, by its name")
                .conforming("Say `production` here, and compare the other values of the file with those of the other environment: addresses, keys, switches.");
        } else if is_environment {
            findings
                .report(
                    at,
                    Severity::Low,
                    Certainty::Likely,
                    format!("`{}` says `{}` where it is deployed", variable.name, variable.by_default),
                )
                .because(at, "whoever forgets to set it runs with what is meant for development")
                .conforming("Say what it is, `production`, and let the file for development say otherwise.");
        }
    }
    for workload in model.workloads() {
        let is_partial = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for command in workload.commands.iter().filter(|command| !is_partial && command.reloads()) {
            let at = model.stretch(command.at);
            if !findings.asks_whether(
                at,
                SWITCH,
                "the file is deployed",
                !model.is_for_development(command.at),
                ["its name doesn't say otherwise", "by its name, it is for development"],
            ) {
                continue;
            }
            findings
                .report(at, Severity::Medium, Certainty::Likely, "the server starts anew whenever a file changes")
                .because(at, "this is for development: it watches all files, runs one process, and drops requests when it restarts")
                .conforming("Leave it out here, and say it in the file for development: `compose.override.yaml`.");
        }
    }
}

/// What a Compose file asks of a Dockerfile that has no such thing.
fn build(model: &Model<'_>, workload: &Workload, findings: &mut Findings<'_>) {
    let Some(build) = workload.service.as_ref().and_then(|service| service.build.as_ref()) else { return };
    let Some(dockerfile) = model.dockerfile_of(workload) else { return };
    let first = model.stretch(model.first_instruction(dockerfile));
    let stages = model.stage_names(dockerfile);
    if let Some((target, at)) = &build.target {
        let is_there = stages.iter().any(|stage| stage.eq_ignore_ascii_case(target));
        let is_number = target.bytes().all(|byte| byte.is_ascii_digit());
        let is_lacking = !is_there && !is_number && !target.contains('$');
        if findings.asks(model.stretch(*at), BUILD, "the Dockerfile has no such stage", is_lacking, &|| {
            match is_lacking {
                true => format!("none of its stages is `{target}`"),
                false => format!("`{target}` is one of its stages, a number, or decided by a variable"),
            }
        }) {
            let names: Vec<String> = stages.iter().map(|stage| format!("`{stage}`")).collect();
            let has = if names.is_empty() { "no named stage".to_owned() } else { names.join(", ") };
            findings
                .report(
                    model.stretch(*at),
                    Severity::Medium,
                    Certainty::Sure,
                    format!("`{}` can't be built: its Dockerfile has no stage `{target}`", workload.name),
                )
                .because(model.stretch(*at), "the stage that is asked for")
                .because(first, format!("has {has}"))
                .conforming("Name a stage that the Dockerfile has, or leave `target` out, which builds the last one. Building each Compose file in CI keeps the two together.");
        }
    }
    let declared = model.declared_arguments(dockerfile);
    for (name, at) in &build.arguments {
        let is_declared = declared.contains(&name.as_str()) || is_predefined_argument(name);
        if !findings.asks_whether(
            model.stretch(*at),
            BUILD,
            "the Dockerfile has no such argument",
            !is_declared,
            ["no `ARG` declares it", "an `ARG` declares it, or every build has it"],
        ) {
            continue;
        }
        findings
            .report(
                model.stretch(*at),
                Severity::Low,
                Certainty::Sure,
                format!("`{name}` goes to a Dockerfile that declares no such argument"),
            )
            .because(model.stretch(*at), "without an `ARG` of that name the value is lost, with no more than a warning")
            .because(first, "declares others, or none")
            .conforming(format!("Declare it in the stage that needs it, `ARG {name}`, or pass the name that is declared there."));
    }
}

/// Arguments that every build has, or that speak to the builder.
fn is_predefined_argument(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("_proxy")
        || ["BUILDKIT_", "TARGET", "BUILD", "SOURCE_DATE_EPOCH"].iter().any(|start| name.starts_with(start))
}

/// A value that one environment sets, and another one forgot.
fn environments(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (file, lacks) in model.forgotten_values() {
        let Some(first) = lacks.first() else { continue };
        let names: Vec<String> = lacks.iter().map(|lack| format!("`{}`", lack.name)).collect();
        let mut draft = findings
            .report(
                model.stretch(model.first_line(file)),
                Severity::Low,
                Certainty::Question,
                format!("another environment sets {}, and this one and the chart don't", names.join(", ")),
            )
            .because(model.stretch(first.at), "set for this environment alone");
        for lack in lacks.iter().skip(1).take(3) {
            draft = draft.because(model.stretch(lack.at), "set for this environment alone");
        }
        draft.conforming("Set it here as well, or give it a default in the chart's `values.yaml`.");
    }
}

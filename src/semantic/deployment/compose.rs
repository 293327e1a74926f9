//! Compose files: their services.

use super::{Container, Image, Probe, Resources, Runs, Span, Workload, command_of, number, span, text_entry};
use crate::semantic::{File, is_no_limit_of_size};
use crate::syntax::{Yaml, YamlId};

/// What only a Compose file says of a service.
#[derive(Debug)]
pub struct Service {
    pub ports: Vec<Port>,
    /// The key, and what is waited for.
    pub waits_for: Option<(Span, Vec<Dependency>)>,
    /// It ends by itself.
    pub runs_once: bool,
    /// In a file or a profile for development or tests.
    pub is_for_development: bool,
    pub is_for_tests: bool,
    /// What it mounts, `source:target`.
    pub volumes: Vec<(String, Span)>,
    /// It mounts something, or may do so by way of another mapping.
    pub has_volumes: bool,
    pub build: Option<Build>,
    /// A part of it stands in another file.
    pub extends: bool,
}

/// How a service's image is built.
#[derive(Debug)]
pub struct Build {
    /// The Dockerfile's path from the Compose file's folder; nothing where it is written in the Compose file itself.
    pub dockerfile: Option<String>,
    /// The stage that is built.
    pub target: Option<(String, Span)>,
    /// The arguments that it is given.
    pub arguments: Vec<(String, Span)>,
}

/// A port that is published on the machine.
#[derive(Debug)]
pub struct Port {
    pub at: Span,
    /// The address that it is bound to, if one is said.
    pub address: Option<String>,
    pub published: Option<u16>,
    pub inside: Option<u16>,
}

/// Another service that must be there first.
#[derive(Debug)]
pub struct Dependency {
    pub name: String,
    pub condition: Option<String>,
    pub at: Span,
}

pub(super) fn workloads(file: u32, data: &File<'_>, found: &mut Vec<Workload>) {
    let yaml = &data.yaml;
    let is_partial = is_partial_file(data.path);
    for services in yaml.documents().iter().filter_map(|&root| yaml.get(root, "services")) {
        for (key, service) in yaml.entries(services) {
            let name = yaml.text(key).unwrap_or_default();
            let mut workload = Workload::new(Runs::Service, "service", name, span(file, yaml, key, key));
            let deploy = yaml.get(service, "deploy");
            workload.replicas = deploy
                .and_then(|deploy| number(file, yaml, deploy, "replicas"))
                .or_else(|| number(file, yaml, service, "scale"));
            let image = text_entry(file, yaml, service, "image").map(|(text, at)| Image::written(text, at));
            let command = command_of(file, yaml, service, ["entrypoint", "command"]);
            workload.commands.extend(command_of(file, yaml, service, ["entrypoint", "command"]));
            workload.images.extend(image.iter().map(|image| image.text.clone()));
            workload.is_built = yaml.get(service, "build").is_some();
            workload.host_network = text_entry(file, yaml, service, "network_mode")
                .filter(|(mode, _)| mode == "host")
                .map(|(_, at)| at);
            workload.containers.push(Container {
                name: name.to_owned(),
                at: workload.heading,
                is_init: false,
                image,
                command,
                liveness: healthcheck(file, yaml, service),
                readiness: None,
                startup: None,
                has_ports: yaml.get(service, "ports").or(yaml.get(service, "expose")).is_some(),
                ports: Vec::new(),
                resources: resources(yaml, service, deploy),
                hidden: None,
            });
            workload.service = Some(service_of(file, yaml, name, service, is_partial));
            found.push(workload);
        }
    }
}

/// Files that are laid over another one, or that are not for production.
pub(super) fn is_partial_file(path: &str) -> (bool, bool) {
    let name = crate::file_names::last_part(path).to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    let is_development = words.clone().any(|word| {
        ["dev", "development", "local", "override", "debug", "gitpod", "devcontainer"].contains(&word)
    });
    let is_test = words.any(|word| matches!(word, "test" | "tests" | "ci" | "e2e"))
        || path.split('/').any(|part| matches!(part, "test" | "tests" | "testing" | "regtest"));
    let is_development = is_development || path.split('/').any(|part| part == ".devcontainer");
    (is_development, is_test)
}

/// Whether a service's name is a task: `register-tools`, `minio-init`. What prepares others ends when they are prepared.
fn is_named_for_once(name: &str) -> bool {
    let mut words = name.split(['-', '_']);
    let is_task = |word: &str| {
        ["register", "init", "setup", "seed", "seeder", "migrate", "bootstrap", "provision"].contains(&word)
    };
    let first = words.next().unwrap_or_default();
    is_task(first) || words.next_back().is_some_and(is_task)
}

fn service_of(
    file: u32,
    yaml: &Yaml,
    name: &str,
    service: YamlId,
    (development, test): (bool, bool),
) -> Service {
    let texts = |key: &str| -> Vec<String> {
        yaml.get(service, key).map_or_else(Vec::new, |list| {
            yaml.items(list).into_iter().filter_map(|item| yaml.text(item)).map(str::to_owned).collect()
        })
    };
    let profiles = texts("profiles");
    let in_profile = |names: &[&str]| profiles.iter().any(|profile| names.contains(&profile.as_str()));
    let restart = yaml.get(service, "restart").and_then(|value| yaml.text(value));
    // Somebody sits before it, and ends it.
    let is_for_terminal = || {
        ["tty", "stdin_open"]
            .iter()
            .all(|key| yaml.get(service, key).and_then(|value| yaml.text(value)) == Some("true"))
    };
    let condition =
        yaml.path(service, &["deploy", "restart_policy", "condition"]).and_then(|value| yaml.text(value));
    let waits_for = yaml.entry(service, "depends_on").map(|(key, list)| {
        let mut dependencies: Vec<Dependency> = yaml
            .items(list)
            .into_iter()
            .filter_map(|item| Some((yaml.text(item)?, span(file, yaml, item, item))))
            .map(|(name, at)| Dependency { name: name.to_owned(), condition: None, at })
            .collect();
        for (name, options) in yaml.entries(list) {
            let condition = yaml.get(options, "condition").and_then(|value| yaml.text(value));
            dependencies.push(Dependency {
                name: yaml.text(name).unwrap_or_default().to_owned(),
                condition: condition.map(str::to_owned),
                at: span(file, yaml, name, name),
            });
        }
        (span(file, yaml, key, key), dependencies)
    });
    let build = yaml.get(service, "build").map(|build| build_of(file, yaml, build));
    Service {
        ports: yaml
            .get(service, "ports")
            .map(|ports| yaml.items(ports).into_iter().filter_map(|item| port(file, yaml, item)).collect())
            .unwrap_or_default(),
        waits_for,
        // Without a word Compose does not restart either, but then nobody has thought of it.
        runs_once: matches!(restart, Some("no" | "false"))
            || condition == Some("none")
            || ((is_named_for_once(name) || is_for_terminal())
                && restart.is_none()
                && yaml.get(service, "ports").is_none()),
        is_for_development: development || in_profile(&["dev", "development", "debug", "local"]),
        is_for_tests: test || in_profile(&["test", "tests", "testing", "ci", "e2e"]),
        volumes: yaml
            .get(service, "volumes")
            .map(|volumes| {
                yaml.items(volumes)
                    .into_iter()
                    .filter_map(|item| {
                        let source = yaml.text(item).or_else(|| yaml.text(yaml.get(item, "source")?))?;
                        Some((source.to_owned(), span(file, yaml, item, item)))
                    })
                    .collect()
            })
            .unwrap_or_default(),
        build,
        has_volumes: ["volumes", "volumes_from", "tmpfs", "<<"]
            .iter()
            .any(|key| yaml.get(service, key).is_some()),
        extends: yaml.get(service, "extends").is_some(),
    }
}

fn build_of(file: u32, yaml: &Yaml, build: YamlId) -> Build {
    let text = |key: &str| yaml.get(build, key).and_then(|value| yaml.text(value));
    let context = yaml.text(build).or_else(|| text("context")).unwrap_or(".");
    let name = text("dockerfile").unwrap_or("Dockerfile");
    let path = format!("{}/{name}", context.trim_end_matches('/'));
    let mut arguments = Vec::new();
    if let Some(list) = yaml.get(build, "args") {
        for item in yaml.items(list) {
            let name = yaml.text(item).map(|text| text.split('=').next().unwrap_or(text));
            arguments.extend(name.map(|name| (name.to_owned(), span(file, yaml, item, item))));
        }
        for (key, value) in yaml.entries(list) {
            let name = yaml.text(key).filter(|name| *name != "<<");
            arguments.extend(name.map(|name| (name.to_owned(), span(file, yaml, key, value))));
        }
    }
    Build {
        dockerfile: yaml.get(build, "dockerfile_inline").is_none().then_some(path),
        target: text_entry(file, yaml, build, "target"),
        arguments,
    }
}

/// `"8000"`, `"80:8000"`, `"127.0.0.1:80:8000/tcp"`, or a mapping with `target` and `published`.
fn port(file: u32, yaml: &Yaml, item: YamlId) -> Option<Port> {
    let at = span(file, yaml, item, item);
    if let Some(inside) = yaml.get(item, "target") {
        let text = |key: &str| yaml.get(item, key).and_then(|value| yaml.text(value));
        return Some(Port {
            at,
            address: text("host_ip").map(str::to_owned),
            published: text("published").and_then(port_number),
            inside: yaml.text(inside).and_then(port_number),
        });
    }
    let text = yaml.text(item)?;
    let text = text.split('/').next().unwrap_or(text);
    let mut parts = split_outside_braces(text);
    let inside = parts.pop().and_then(port_number);
    // A single number is published on a port that Docker chooses.
    let published = parts.pop().and_then(port_number);
    let address = (!parts.is_empty()).then(|| parts.join(":").trim_matches(['[', ']']).to_owned());
    Some(Port { at, address, published, inside })
}

/// The first of a range, or the default of a variable.
fn port_number(text: &str) -> Option<u16> {
    let number = super::command::number_of(text.trim());
    number
        .and_then(|number| u16::try_from(number).ok())
        .or_else(|| text.split('-').next().and_then(|first| first.trim().parse().ok()))
}

/// The parts between colons, `${PORT:-80}` kept whole.
fn split_outside_braces(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_u32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn healthcheck(file: u32, yaml: &Yaml, service: YamlId) -> Option<Probe> {
    let (key, check) = yaml.entry(service, "healthcheck")?;
    let at = span(file, yaml, key, key);
    let test = yaml.entry(check, "test");
    let words: Vec<&str> = match test {
        Some((_, test)) => match yaml.text(test) {
            Some(text) => vec![text],
            None => yaml.items(test).into_iter().filter_map(|item| yaml.text(item)).collect(),
        },
        None => Vec::new(),
    };
    let is_off = yaml.get(check, "disable").and_then(|value| yaml.text(value)) == Some("true")
        || words.first() == Some(&"NONE");
    let path_at = test.map_or(at, |(key, value)| span(file, yaml, key, value));
    Some(Probe { is_off, ..probe(&words.join(" "), at, path_at) })
}

/// A command that checks the health, with the path that it asks this container for.
pub(super) fn probe(text: &str, at: Span, path_at: Span) -> Probe {
    let path = ["http://", "https://"].iter().find_map(|scheme| {
        let rest = &text[text.find(scheme)? + scheme.len()..];
        let host_end = rest.find(['/', ' ', '"', '\'', ')', ';', '|', '\\']).unwrap_or(rest.len());
        let host = rest[..host_end].split(':').next().unwrap_or_default();
        if !matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "$HOSTNAME") {
            return None;
        }
        let rest = &rest[host_end..];
        let end = rest.find([' ', '"', '\'', ')', ';', '|', '\\', '?', '#', ',', '>']).unwrap_or(rest.len());
        let path = &rest[..end];
        (!path.contains('$')).then(|| if path.is_empty() { "/".to_owned() } else { path.to_owned() })
    });
    Probe {
        at,
        asks: text.split_whitespace().collect(),
        path: path.map(|path| (path, path_at)),
        port: None,
        only_connects: false,
        is_off: false,
    }
}

fn resources(yaml: &Yaml, service: YamlId, deploy: Option<YamlId>) -> Resources {
    let limits = deploy.and_then(|deploy| yaml.path(deploy, &["resources", "limits"]));
    let has_in = |of: YamlId, key: &str| {
        yaml.get(of, key).is_some_and(|value| !yaml.text(value).is_some_and(is_no_limit_of_size))
    };
    let has = |key: &str| has_in(service, key);
    let limited = |key: &str| limits.is_some_and(|limits| has_in(limits, key));
    Resources {
        limits_memory: has("mem_limit") || limited("memory"),
        limits_cpu: has("cpus") || has("cpu_quota") || limited("cpus"),
        ..Resources::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_ports() {
        assert_eq!(split_outside_braces("127.0.0.1:${P:-80}:8000"), ["127.0.0.1", "${P:-80}", "8000"]);
        assert_eq!(port_number("${P:-80}"), Some(80));
        assert_eq!(port_number("9000-9010"), Some(9000));
        assert_eq!(port_number("${P}"), None);
        let at = Span { file: 0, start: 0, end: 0 };
        let path = |text: &str| probe(text, at, at).path.map(|(path, _)| path);
        assert_eq!(path("CMD curl -f http://localhost:8000/health || exit 1").as_deref(), Some("/health"));
        assert_eq!(path("curl http://localhost").as_deref(), Some("/"));
        assert_eq!(path("curl http://db:80/x"), None);
    }
}

//! Kubernetes manifests, those in a Helm chart's templates included: workloads and services.

use super::command::number_of;
use super::{
    Container, ContainerPort, Image, Probe, Resources, Runs, Span, Workload, command_of, span, text_entry,
};
use crate::report::FileKind;
use crate::semantic::{Model, is_no_limit_of_size};
use crate::syntax::{Yaml, YamlId};

/// A Kubernetes Service.
#[derive(Debug)]
pub struct ClusterService {
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, if it is said.
    pub kind: Option<(String, Span)>,
    pub ports: Vec<u16>,
}

/// A Kubernetes Ingress.
pub struct ClusterIngress {
    /// Name, value and place.
    pub annotations: Vec<(String, String, Span)>,
    /// The services that requests are handed on to, each with its port.
    pub backends: Vec<(String, Option<u16>, Span)>,
}

impl<'s> Model<'s> {
    /// The resources of all manifests: file, root and kind.
    pub fn manifests(&self) -> Vec<(u32, YamlId, &str)> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            if matches!(data.kind, FileKind::Kubernetes | FileKind::HelmTemplate) {
                self.manifests_of(file, &mut found);
            }
        }
        found
    }

    fn manifests_of<'m>(&'m self, file: u32, found: &mut Vec<(u32, YamlId, &'m str)>) {
        let yaml = &self.files[file as usize].yaml;
        for &document in yaml.documents() {
            match yaml.get(document, "kind").and_then(|kind| yaml.text(kind)) {
                Some("List") => {
                    for item in yaml.get(document, "items").map(|items| yaml.items(items)).unwrap_or_default()
                    {
                        if let Some(kind) = yaml.get(item, "kind").and_then(|kind| yaml.text(kind)) {
                            found.push((file, item, kind));
                        }
                    }
                }
                Some(kind) => found.push((file, document, kind)),
                None => {}
            }
        }
    }

    pub(super) fn pods(&self, file: u32, found: &mut Vec<Workload>) {
        let mut manifests = Vec::new();
        self.manifests_of(file, &mut manifests);
        found.extend(manifests.into_iter().filter_map(|(file, root, kind)| self.pod(file, root, kind)));
    }

    fn pod(&self, file: u32, root: YamlId, kind: &str) -> Option<Workload> {
        let yaml = &self.files[file as usize].yaml;
        let (runs, path): (Runs, &[&str]) = match kind {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Rollout" => {
                (Runs::Deployment, &["spec", "template", "spec"])
            }
            "Job" => (Runs::Once, &["spec", "template", "spec"]),
            "Pod" => (Runs::Once, &["spec"]),
            "CronJob" => (Runs::Scheduled, &["spec", "jobTemplate", "spec", "template", "spec"]),
            _ => return None,
        };
        let spec = yaml.get(root, "spec")?;
        let (key, value) = yaml.entry(root, "kind")?;
        let name = self.name_at(file, yaml.path(root, &["metadata", "name"]));
        let mut workload = Workload::new(runs, kind, &name, span(file, yaml, key, value));
        workload.replicas = self.number_at(file, spec, "replicas");
        workload.history = self.number_at(file, spec, "revisionHistoryLimit");
        workload.concurrency_policy = text_entry(file, yaml, spec, "concurrencyPolicy");
        workload.strategy =
            yaml.get(spec, "strategy").and_then(|strategy| text_entry(file, yaml, strategy, "type"));
        if let Some(pod) = yaml.path(root, path) {
            workload.host_network = text_entry(file, yaml, pod, "hostNetwork")
                .filter(|(text, _)| text == "true")
                .map(|(_, at)| at);
            for (list, is_init) in [("initContainers", true), ("containers", false)] {
                for container in yaml.get(pod, list).map(|list| yaml.items(list)).unwrap_or_default() {
                    workload.containers.push(self.container(file, container, is_init));
                }
            }
        }
        workload.commands =
            workload.containers.iter().filter_map(|container| container.command.as_ref()).cloned().collect();
        workload.images = workload
            .containers
            .iter()
            .filter_map(|container| container.image.as_ref())
            .map(|image| image.resolved.clone())
            .collect();
        Some(workload)
    }

    /// A name, with the chart's values in it, or as the template writes it.
    fn name_at(&self, file: u32, node: Option<YamlId>) -> String {
        let Some(node) = node else { return String::new() };
        let text = self.text_at(file, Some(node));
        if !text.contains("__") {
            return text;
        }
        let data = &self.files[file as usize];
        let place = data.yaml.node(node);
        data.text.get(place.start as usize..place.end as usize).unwrap_or_default().to_owned()
    }

    /// The text of a scalar with the chart's values in it.
    fn text_at(&self, file: u32, node: Option<YamlId>) -> String {
        let Some(node) = node else { return String::new() };
        let data = &self.files[file as usize];
        if data.kind == FileKind::HelmTemplate {
            let place = data.yaml.node(node);
            if !data.template.within(place.start, place.end).is_empty() {
                return self.rendered(file, place.start, place.end);
            }
        }
        data.yaml.text(node).unwrap_or_default().to_owned()
    }

    /// A number behind a key, by the chart's values where a template says so.
    fn number_at(&self, file: u32, mapping: YamlId, key: &str) -> Option<(u32, Span)> {
        let data = &self.files[file as usize];
        let (name, value) = data.yaml.entry(mapping, key)?;
        if let Some(action) = data.template.value_behind(data.yaml.node(name).end) {
            let value = *self.values_for(file, action)?.first()?;
            return Some((number_of(value.text(self)?)?, value.span(self)));
        }
        Some((number_of(data.yaml.text(value)?)?, span(file, &data.yaml, name, value)))
    }

    fn container(&self, file: u32, container: YamlId, is_init: bool) -> Container {
        let data = &self.files[file as usize];
        let yaml = &data.yaml;
        let name = yaml.entry(container, "name");
        let image = text_entry(file, yaml, container, "image").map(|(text, at)| {
            let resolved = self.text_at(file, yaml.get(container, "image"));
            Image { text, resolved, at }
        });
        let hidden = self.hidden_part(file, container);
        Container {
            name: self.name_at(file, name.map(|(_, value)| value)),
            at: name.map_or_else(
                || span(file, yaml, container, container),
                |(key, value)| span(file, yaml, key, value),
            ),
            is_init,
            image,
            command: command_of(file, yaml, container, ["command", "args"]),
            liveness: self.probe(file, container, "livenessProbe"),
            readiness: self.probe(file, container, "readinessProbe"),
            startup: self.probe(file, container, "startupProbe"),
            has_ports: yaml.get(container, "ports").is_some(),
            ports: self.container_ports(file, container),
            resources: self.resources(file, container, hidden.is_some()),
            hidden,
        }
    }

    fn container_ports(&self, file: u32, container: YamlId) -> Vec<ContainerPort> {
        let yaml = &self.files[file as usize].yaml;
        let items = yaml.get(container, "ports").map(|ports| yaml.items(ports)).unwrap_or_default();
        let ports = items.into_iter().map(|item| ContainerPort {
            name: yaml.get(item, "name").map(|name| self.text_at(file, Some(name))),
            number: self.text_at(file, yaml.get(item, "containerPort")).parse().ok(),
            on_host: text_entry(file, yaml, item, "hostPort").map(|(_, at)| at),
        });
        ports.collect()
    }

    /// A probe, unless it is one that values leave empty.
    fn probe(&self, file: u32, container: YamlId, key: &str) -> Option<Probe> {
        let data = &self.files[file as usize];
        let (name, value) = data.yaml.entry(container, key)?;
        if !data.yaml.is_mapping(value) {
            let place = data.yaml.node(name).end;
            let end = data.yaml.next_start(container).unwrap_or(data.text.len() as u32);
            let action = data.template.value_behind(place).or_else(|| {
                data.template.within(place, end).iter().find(|action| action.text.contains("toYaml"))
            });
            let values = action.and_then(|action| self.values_for(file, action)).unwrap_or_default();
            let says_nothing = |value: &super::Value| {
                let (yaml, value) = (&self.files[value.file as usize].yaml, value.value);
                yaml.is_null(value) || (yaml.text(value).is_none() && !yaml.is_mapping(value))
            };
            if !values.is_empty() && values.iter().all(says_nothing) {
                return None;
            }
        }
        let mut found = probe(file, &data.yaml, container, key)?;
        // A path that the chart's values say: where they say it is the place to mend.
        if let Some((_, at)) = found.path
            && let [action] = data.template.within(at.start, at.end)
            && data
                .text
                .get(at.start as usize..action.start as usize)
                .is_some_and(|key| key.trim() == "path:")
            && let Some(value) = self.values_for(file, action).and_then(|values| values.into_iter().next())
            && let Some(text) = value.text(self)
        {
            found.path = Some((text.to_owned(), value.span(self)));
        }
        Some(found)
    }

    /// What a template renders among the keys of this mapping.
    fn hidden_part(&self, file: u32, mapping: YamlId) -> Option<Span> {
        let data = &self.files[file as usize];
        let first = data.yaml.entries(mapping).first()?.0;
        let place = data.yaml.node(first).start;
        let column = data.lines.range(data.text, place, place).start.column - 1;
        let end = data.yaml.next_start(mapping).unwrap_or(data.text.len() as u32);
        data.template
            .within(place, end)
            .iter()
            .find(|action| action.renders_at == Some(column) && !data.template.is_value(action))
            .map(|action| Span { file, start: action.start, end: action.end })
    }

    fn resources(&self, file: u32, container: YamlId, hidden: bool) -> Resources {
        let data = &self.files[file as usize];
        let Some((key, value)) = data.yaml.entry(container, "resources") else {
            return Resources { is_hidden: hidden, ..Resources::default() };
        };
        let at = span(file, &data.yaml, key, key);
        if data.yaml.is_mapping(value) {
            let place = data.yaml.node(value);
            let end = data.yaml.next_start(value).unwrap_or(place.end).max(place.end);
            let renders = data.template.within(place.start, end).iter().any(|action| {
                action.renders_at.is_some_and(|column| {
                    let start = data.yaml.node(key).start;
                    column > data.lines.range(data.text, start, start).start.column - 1
                })
            });
            return Resources { at: Some(at), is_hidden: renders, ..figures(&data.yaml, value) };
        }
        let Some(action) = data.template.value_behind(data.yaml.node(key).end) else {
            return Resources { at: Some(at), ..Resources::default() };
        };
        let Some(values) = self.values_for(file, action) else {
            return Resources { at: Some(at), is_hidden: true, ..Resources::default() };
        };
        // Each environment's file may say it: what one of them leaves out, another one fills.
        let said: Vec<Resources> = values
            .iter()
            .map(|value| {
                let yaml = &self.files[value.file as usize].yaml;
                Resources { at: Some(value.span(self)), ..figures(yaml, value.value) }
            })
            .collect();
        let full = said.iter().position(|resources| resources.limits_memory || resources.requests_cpu);
        let count = said.len();
        match said.into_iter().nth(full.unwrap_or(0)) {
            Some(resources) => resources,
            // Not a word in the values, so the action renders nothing, unless a subchart's parent says it.
            None => Resources { at: Some(at), is_hidden: count > 0, ..Resources::default() },
        }
    }

    /// Whether an autoscaler decides on the number of copies.
    pub fn is_scaled(&self, name: &str) -> bool {
        self.manifests().into_iter().any(|(file, root, kind)| {
            let target = self.files[file as usize].yaml.path(root, &["spec", "scaleTargetRef", "name"]);
            matches!(kind, "HorizontalPodAutoscaler" | "ScaledObject") && self.name_at(file, target) == name
        })
    }

    /// What the cluster lets in from outside by `Ingress` resources.
    pub fn ingresses(&self) -> Vec<ClusterIngress> {
        let manifests = self.manifests().into_iter().filter(|(_, _, kind)| *kind == "Ingress");
        manifests
            .map(|(file, root, _)| {
                let yaml = &self.files[file as usize].yaml;
                let annotations = yaml.path(root, &["metadata", "annotations"]);
                let annotations = annotations.map(|node| yaml.entries(node)).unwrap_or_default();
                let mut found = ClusterIngress {
                    annotations: annotations
                        .into_iter()
                        .filter_map(|(key, value)| {
                            let text = self.text_at(file, Some(value));
                            Some((yaml.text(key)?.to_owned(), text, span(file, yaml, key, value)))
                        })
                        .collect(),
                    backends: Vec::new(),
                };
                let list = |node: Option<YamlId>| node.map(|node| yaml.items(node)).unwrap_or_default();
                for rule in list(yaml.path(root, &["spec", "rules"])) {
                    for path in list(yaml.path(rule, &["http", "paths"])) {
                        let Some((key, service)) =
                            yaml.get(path, "backend").and_then(|backend| yaml.entry(backend, "service"))
                        else {
                            continue;
                        };
                        let name = self.name_at(file, yaml.get(service, "name"));
                        let port = self.text_at(file, yaml.path(service, &["port", "number"])).parse().ok();
                        found.backends.push((name, port, span(file, yaml, key, service)));
                    }
                }
                found
            })
            .collect()
    }

    pub fn cluster_services(&self) -> Vec<ClusterService> {
        self.manifests()
            .into_iter()
            .filter(|(_, _, kind)| *kind == "Service")
            .filter_map(|(file, root, _)| {
                let yaml = &self.files[file as usize].yaml;
                let spec = yaml.get(root, "spec")?;
                let ports = yaml.get(spec, "ports").map(|ports| yaml.items(ports)).unwrap_or_default();
                let kind = yaml.entry(spec, "type").map(|(key, value)| {
                    // The value is the place to mend, where a template takes it from there.
                    let action = self.files[file as usize].template.value_behind(yaml.node(key).end);
                    let said = action.and_then(|action| self.values_for(file, action)?.first().copied());
                    let at = said.map_or_else(|| span(file, yaml, key, value), |said| said.span(self));
                    (self.text_at(file, Some(value)), at)
                });
                Some(ClusterService {
                    name: self.name_at(file, yaml.path(root, &["metadata", "name"])),
                    kind,
                    ports: ports
                        .into_iter()
                        .filter_map(|port| self.text_at(file, yaml.get(port, "port")).parse().ok())
                        .collect(),
                })
            })
            .collect()
    }
}

fn figures(yaml: &Yaml, resources: YamlId) -> Resources {
    let says = |keys: [&str; 2]| yaml.path(resources, &keys).is_some_and(|value| !yaml.is_null(value));
    Resources {
        at: None,
        requests_cpu: says(["requests", "cpu"]) || says(["limits", "cpu"]),
        // A limit is taken for the request as well.
        requests_memory: says(["requests", "memory"]) || says(["limits", "memory"]),
        limits_cpu: says(["limits", "cpu"]),
        limits_memory: yaml
            .path(resources, &["limits", "memory"])
            .is_some_and(|value| !yaml.is_null(value) && !yaml.text(value).is_some_and(is_no_limit_of_size)),
        is_hidden: false,
    }
}

fn probe(file: u32, yaml: &Yaml, container: YamlId, key: &str) -> Option<Probe> {
    let (key, value) = yaml.entry(container, key)?;
    let get = ["httpGet", "path"];
    let path = yaml.get(value, get[0]).and_then(|request| text_entry(file, yaml, request, get[1]));
    let mut asks = String::new();
    for kind in ["httpGet", "tcpSocket", "grpc", "exec"] {
        if let Some(asked) = yaml.get(value, kind) {
            asks.push_str(kind);
            said(yaml, asked, &mut asks, 0);
        }
    }
    let port = ["httpGet", "tcpSocket", "grpc"]
        .iter()
        .find_map(|kind| text_entry(file, yaml, yaml.get(value, kind)?, "port"));
    let only_connects = yaml.get(value, "tcpSocket").is_some();
    Some(Probe { at: span(file, yaml, key, key), asks, path, port, only_connects, is_off: false })
}

/// Everything that a node says, in order.
fn said(yaml: &Yaml, node: YamlId, into: &mut String, depth: u32) {
    if depth > 4 || into.len() > 500 {
        return;
    }
    if let Some(text) = yaml.text(node) {
        into.push(' ');
        into.push_str(text);
    }
    for item in yaml.items(node) {
        said(yaml, item, into, depth + 1);
    }
    for (key, value) in yaml.entries(node) {
        said(yaml, key, into, depth + 1);
        said(yaml, value, into, depth + 1);
    }
}

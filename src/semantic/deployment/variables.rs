//! What deployment files put into the environment of a container or a process.

use super::{Span, compose, span};
use crate::report::FileKind;
use crate::semantic::Model;
use crate::syntax::{InstructionKind, Yaml, YamlId};

/// A variable with its value, where it is written.
pub struct SetVariable {
    pub name: String,
    pub value: String,
    pub at: Span,
    pub by: SetBy,
    /// In a file for development; files for tests are left out.
    pub is_for_development: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A `.env` file that a process reads.
    EnvironmentFile,
    /// A file that documents the variables, such as `.env.example`.
    Example,
    Compose,
    /// `ENV` or `ARG` of a Dockerfile.
    Image,
    /// `env:` of a container.
    Container,
    ConfigMap,
    Secret,
    HelmValues,
}

/// Whether a file documents variables rather than setting them.
pub fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.split(['.', '-', '_']).any(|word| {
        matches!(word, "example" | "examples" | "sample" | "template" | "dist" | "default" | "defaults")
    })
}

impl<'s> Model<'s> {
    /// All variables that deployment files set, in the order of the files.
    pub fn set_variables(&self) -> Vec<SetVariable> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            let (is_for_development, is_for_tests) = compose::is_partial_file(data.path);
            if is_for_tests {
                continue;
            }
            let mut set = |by: SetBy, name: &str, value: &str, at: Span| {
                found.push(SetVariable {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    at,
                    by,
                    is_for_development,
                });
            };
            match data.kind {
                FileKind::Environment => {
                    let by = if is_example(data.path) { SetBy::Example } else { SetBy::EnvironmentFile };
                    for variable in data.environment.iter().filter(|variable| !variable.is_comment) {
                        let at = Span { file, start: variable.name.start, end: variable.value.end };
                        set(by, &variable.name.text, &variable.value.text, at);
                    }
                }
                FileKind::Dockerfile => {
                    for instruction in &data.dockerfile {
                        let (InstructionKind::Environment(pairs) | InstructionKind::Argument(pairs)) =
                            &instruction.kind
                        else {
                            continue;
                        };
                        for pair in pairs {
                            if let Some(value) = &pair.value {
                                let at = Span { file, start: pair.name.start, end: value.end };
                                set(SetBy::Image, &pair.name.text, &value.text, at);
                            }
                        }
                    }
                }
                FileKind::Compose => {
                    for services in
                        data.yaml.documents().iter().filter_map(|&root| data.yaml.get(root, "services"))
                    {
                        for (_, service) in data.yaml.entries(services) {
                            for key in ["environment", "args"] {
                                let parent = if key == "args" {
                                    data.yaml.get(service, "build")
                                } else {
                                    Some(service)
                                };
                                if let Some(list) = parent.and_then(|parent| data.yaml.get(parent, key)) {
                                    pairs(file, &data.yaml, list, &mut |name, value, at| {
                                        set(SetBy::Compose, name, value, at)
                                    });
                                }
                            }
                        }
                    }
                }
                FileKind::HelmValues => {
                    for &root in data.yaml.documents() {
                        scalars(file, &data.yaml, root, 0, &mut |name, value, at| {
                            set(SetBy::HelmValues, name, value, at)
                        });
                    }
                }
                _ => {}
            }
        }
        self.of_cluster(&mut found);
        found
    }

    fn of_cluster(&self, found: &mut Vec<SetVariable>) {
        for (file, root, kind) in self.manifests() {
            let data = &self.files[file as usize];
            let (is_for_development, is_for_tests) = compose::is_partial_file(data.path);
            if is_for_tests {
                continue;
            }
            let yaml = &data.yaml;
            let mut set = |by: SetBy, name: &str, value: &str, at: Span| {
                // What a template puts in is not written here.
                if data.template.within(at.start, at.end).is_empty() {
                    let (name, value) = (name.to_owned(), value.to_owned());
                    found.push(SetVariable { name, value, at, by, is_for_development });
                }
            };
            match kind {
                "Secret" | "ConfigMap" => {
                    let by = if kind == "Secret" { SetBy::Secret } else { SetBy::ConfigMap };
                    for list in ["stringData", "data"].iter().filter_map(|key| yaml.get(root, key)) {
                        pairs(file, yaml, list, &mut |name, value, at| set(by, name, value, at));
                    }
                }
                _ => {
                    for pod in [
                        yaml.path(root, &["spec", "template", "spec"]),
                        yaml.path(root, &["spec", "jobTemplate", "spec", "template", "spec"]),
                    ]
                    .into_iter()
                    .flatten()
                    {
                        for list in
                            ["initContainers", "containers"].iter().filter_map(|key| yaml.get(pod, key))
                        {
                            for container in yaml.items(list) {
                                let variables = yaml.get(container, "env").map(|list| yaml.items(list));
                                for item in variables.unwrap_or_default() {
                                    let name = yaml.get(item, "name").and_then(|name| yaml.text(name));
                                    let value = yaml.entry(item, "value");
                                    if let (Some(name), Some((key, value))) = (name, value) {
                                        let text = yaml.text(value).unwrap_or_default();
                                        set(SetBy::Container, name, text, span(file, yaml, key, value));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `NAME: value`, or a list of `NAME=value`.
fn pairs(file: u32, yaml: &Yaml, list: YamlId, set: &mut dyn FnMut(&str, &str, Span)) {
    for item in yaml.items(list) {
        if let Some((name, value)) = yaml.text(item).and_then(|text| text.split_once('=')) {
            set(name, value, span(file, yaml, item, item));
        }
    }
    for (key, value) in yaml.entries(list) {
        match yaml.text(key) {
            // What is merged is told where it is written.
            Some("<<") => {}
            Some(name) => {
                if let Some(text) = yaml.text(value) {
                    set(name, text, span(file, yaml, key, value));
                }
            }
            None => {}
        }
    }
}

/// Every text behind a key, at whatever depth.
fn scalars(file: u32, yaml: &Yaml, mapping: YamlId, depth: u32, set: &mut dyn FnMut(&str, &str, Span)) {
    if depth > 8 {
        return;
    }
    for (key, value) in yaml.entries(mapping) {
        match (yaml.text(key), yaml.text(value)) {
            (Some(name), Some(text)) => set(name, text, span(file, yaml, key, value)),
            // What an anchor stands for is told where it is written.
            _ if yaml.is_alias(value) => {}
            _ => scalars(file, yaml, value, depth + 1, set),
        }
    }
    for item in yaml.items(mapping) {
        // `- name: X` and `value: y` of an extra variable.
        let text = |key: &str| yaml.get(item, key).and_then(|value| yaml.text(value));
        if let (Some(name), Some(value), Some((key, node))) =
            (text("name"), text("value"), yaml.entry(item, "value"))
        {
            set(name, value, span(file, yaml, key, node));
        }
    }
}

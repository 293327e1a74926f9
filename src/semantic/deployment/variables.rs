//! What deployment files put into the environment of a container or a process.

use super::dockerfile::with_arguments;
use super::image::closing_brace;
use super::{Span, compose, script, span};
use crate::file_names::is_example;
use crate::report::FileKind;
use crate::semantic::Model;
use crate::syntax::{Instruction, InstructionKind, Yaml, YamlId};

/// A variable with its value, where it is written.
pub struct SetVariable {
    pub name: String,
    pub value: String,
    /// The value as far as defaults decide it: `${NAME:-default}` of a Compose file, arguments of a Dockerfile.
    pub by_default: String,
    pub at: Span,
    pub by: SetBy,
    /// In a file or a stage for development; files for tests are left out.
    pub is_for_development: bool,
}

impl SetVariable {
    /// Whether `${NAME:-default}` stands for a value where it is set.
    pub fn is_interpolated(&self) -> bool {
        matches!(self.by, SetBy::Compose | SetBy::ComposeArgument | SetBy::Script)
    }

    /// Whether a Dockerfile makes it a part of the image, or of its history.
    pub fn is_of_image(&self) -> bool {
        matches!(self.by, SetBy::Image | SetBy::BuildArgument)
    }

    /// Whether what a build is given decides the value: `ARG INDEX_TOKEN`, `ENV INDEX_TOKEN=$INDEX_TOKEN`.
    pub fn is_from_build(&self) -> bool {
        match self.by {
            SetBy::BuildArgument => self.value.is_empty(),
            SetBy::Image => self.value.starts_with('$') && self.by_default.starts_with('$'),
            _ => false,
        }
    }

    /// The variable from which the whole value is taken: `LETTA_PG_PASSWORD` in `${LETTA_PG_PASSWORD:-letta}`.
    pub fn read_from(&self) -> Option<&str> {
        self.interpolation()?.split([':', '-', '?']).next().filter(|name| !name.is_empty())
    }

    /// The default of `${NAME:-default}`, where the whole value is that; empty where it has none.
    pub fn interpolated_default(&self) -> Option<&str> {
        let inner = self.interpolation()?;
        let default = inner.split_once(":-").or_else(|| inner.split_once('-'));
        Some(default.filter(|_| !inner.contains(":?")).map_or("", |(_, default)| default))
    }

    /// What stands between the braces of `${…}`, where the whole value is that.
    fn interpolation(&self) -> Option<&str> {
        self.value.trim().strip_prefix("${")?.strip_suffix('}')
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A `.env` file that a process reads.
    EnvironmentFile,
    /// A file that documents the variables, such as `.env.example`.
    Example,
    Compose,
    /// `build: {args: …}` of a Compose file.
    ComposeArgument,
    /// A shell script that a container starts with.
    Script,
    /// `ENV` of a Dockerfile.
    Image,
    /// `ARG` of a Dockerfile; the value is empty where there is no default.
    BuildArgument,
    /// `env:` of a container.
    Container,
    ConfigMap,
    Secret,
    HelmValues,
}

impl<'s> Model<'s> {
    /// All variables that deployment files set, in the order of the files.
    pub fn set_variables(&self) -> Vec<SetVariable> {
        let mut found = Vec::new();
        let scripts: Vec<u32> = self.start_scripts(self.workloads()).map(|(file, ..)| file).collect();
        for (file, data) in (0..).zip(&self.files) {
            let (is_for_development, is_for_tests) = compose::is_partial_file(data.path);
            if is_for_tests {
                continue;
            }
            let mut set = |by: SetBy, name: &str, value: &str, at: Span| {
                found.push(SetVariable {
                    name: name.to_owned(),
                    by_default: match data.kind {
                        FileKind::Compose | FileKind::Shell => interpolated(value, 0),
                        _ => value.to_owned(),
                    },
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
                FileKind::Shell if scripts.contains(&file) => {
                    for (line, at) in script::lines(file, data.text) {
                        if let Some((name, value)) = script::set_here(line) {
                            set(SetBy::Script, name, &value.replace(":=", ":-"), at);
                        }
                    }
                }
                FileKind::Dockerfile => {
                    of_image(file, &data.dockerfile, is_for_development, &mut found);
                }
                FileKind::Compose => {
                    for services in
                        data.yaml.documents().iter().filter_map(|&root| data.yaml.get(root, "services"))
                    {
                        for (_, service) in data.yaml.entries(services) {
                            for key in ["environment", "args"] {
                                let (parent, by) = if key == "args" {
                                    (data.yaml.get(service, "build"), SetBy::ComposeArgument)
                                } else {
                                    (Some(service), SetBy::Compose)
                                };
                                if let Some(list) = parent.and_then(|parent| data.yaml.get(parent, key)) {
                                    pairs(file, &data.yaml, list, &mut |name, value, at| {
                                        set(by, name, value, at)
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

    /// For each Compose file that is deployed, the variables that it takes from its surroundings and has no default for, each
    /// once.
    pub fn demanded_variables(&self) -> Vec<Vec<(&str, Span)>> {
        let mut found = Vec::new();
        for (file, data) in (0_u32..).zip(&self.files) {
            let (is_for_development, is_for_tests) = compose::is_partial_file(data.path);
            if data.kind != FileKind::Compose || is_for_development || is_for_tests {
                continue;
            }
            let mut names: Vec<(&str, Span)> = Vec::new();
            let mut start = 0;
            for line in data.text.split_inclusive('\n') {
                let code = line.split(" #").next().filter(|code| !code.trim_start().starts_with('#'));
                for (at, _) in code.unwrap_or_default().match_indices("${") {
                    let inner = &line[at + 2..];
                    let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                    let Some(length) = length.filter(|length| *length > 0) else { continue };
                    let has_default = inner[length..].starts_with(":-") || inner[length..].starts_with('-');
                    let name = &inner[..length];
                    if !has_default
                        && !line[..at].ends_with('$')
                        && !names.iter().any(|(known, _)| *known == name)
                    {
                        let from = (start + at) as u32;
                        names.push((name, Span { file, start: from, end: from + 3 + length as u32 }));
                    }
                }
                start += line.len();
            }
            found.push(names);
        }
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
                    let by_default = value.clone();
                    found.push(SetVariable { name, value, by_default, at, by, is_for_development });
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

/// `ENV` and `ARG`, with the arguments' defaults in their places.
fn of_image(file: u32, instructions: &[Instruction], development: bool, found: &mut Vec<SetVariable>) {
    let mut is_for_development = development;
    let mut known: Vec<(&str, &str)> = Vec::new();
    for instruction in instructions {
        let (pairs, by) = match &instruction.kind {
            InstructionKind::From { alias, .. } => {
                let stage = alias.as_ref().map_or("", |name| &*name.text);
                is_for_development = development || {
                    let (development, test) = compose::is_partial_file(stage);
                    development || test
                };
                continue;
            }
            InstructionKind::Environment(pairs) => (pairs, SetBy::Image),
            InstructionKind::Argument(pairs) => (pairs, SetBy::BuildArgument),
            _ => continue,
        };
        for pair in pairs {
            let value = pair.value.as_ref().map_or("", |value| &*value.text);
            let end = pair.value.as_ref().map_or(pair.name.end, |value| value.end);
            found.push(SetVariable {
                name: pair.name.text.to_string(),
                value: value.to_owned(),
                by_default: with_arguments(value, &known),
                at: Span { file, start: pair.name.start, end },
                by,
                is_for_development,
            });
            if !value.is_empty() {
                known.push((&pair.name.text, value));
            }
        }
    }
}

/// The text with the variables' defaults in their places; what has none stays as it is.
fn interpolated(text: &str, depth: u32) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let inner = &rest[at + 2..];
        let Some(end) = closing_brace(inner).filter(|_| depth < 4 && text.len() < 2000) else { break };
        let name_end = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let operator = &inner[name_end.unwrap_or(end).min(end)..end];
        said.push_str(&rest[..at]);
        match operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-')) {
            Some(default) => said.push_str(&interpolated(default, depth + 1)),
            None => said.push_str(&rest[at..at + 2 + end + 1]),
        }
        rest = &inner[end + 1..];
    }
    said.push_str(rest);
    said
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

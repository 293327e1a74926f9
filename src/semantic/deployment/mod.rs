//! What the deployment files say: images, Compose services and Kubernetes workloads, with their commands, numbers,
//! health checks, limits, ports and variables.
//!
//! `command` (command lines), `image` (references to images, and what is known of them), `dockerfile`, `compose`,
//! `kubernetes`, `chart` (values of Helm charts), `script` (shell scripts that containers start with), `proxy` (Caddyfiles)
//! and `pipeline` read one kind of file each; `stopping` says how what they run is ended; `variables` lists what any of them
//! puts into the environment.

mod chart;
mod command;
mod compose;
mod dockerfile;
mod image;
mod kubernetes;
mod pipeline;
mod proxy;
mod script;
mod stopping;
mod variables;

use super::Model;
use super::node::excerpt;
use crate::file_names::last_part;
use crate::report::{FileKind, Range};
use crate::syntax::{Yaml, YamlId};

pub use chart::{ForgottenValue, Value};
pub use command::Command;
pub use compose::{Build, Dependency, Port, Service};
pub use dockerfile::{ImageStep, Stage};
pub use image::{Holds, Image, Pinning};
pub use kubernetes::{ClusterIngress, ClusterService};
pub use proxy::ProxyDirective;
pub use script::Printed;
pub use stopping::{Stop, StopFault};
pub use variables::{SetBy, SetVariable};

/// A stretch of a deployment file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub file: u32,
    pub start: u32,
    pub end: u32,
}

/// A stretch of a deployment file that a finding can point at.
#[derive(Clone, Copy)]
pub struct Stretch<'m> {
    pub model: &'m Model<'m>,
    pub span: Span,
}

/// What a workload is to whoever starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// A Dockerfile: how often it runs is said elsewhere, if at all.
    Image,
    /// A service of a Compose file.
    Service,
    /// Kept running by Kubernetes: a Deployment, StatefulSet, DaemonSet and the like.
    Deployment,
    /// A Kubernetes Job or a bare Pod: once.
    Once,
    /// A Kubernetes CronJob.
    Scheduled,
}

/// Something that a deployment file runs.
#[derive(Debug)]
pub struct Workload {
    pub runs: Runs,
    /// `Deployment`, `StatefulSet`, …; `service` in a Compose file.
    pub kind: String,
    /// The service's or the resource's name; empty for an image.
    pub name: String,
    /// The line that introduces it: the service's key, `kind: …`, `FROM …`.
    pub heading: Span,
    /// How many copies it says to run.
    pub replicas: Option<(u32, Span)>,
    /// What its containers run, where that is said; those of init containers included.
    pub commands: Vec<Command>,
    /// The images that its containers are made from.
    pub images: Vec<String>,
    /// It is built from the given files (`build:` in a Compose file).
    pub is_built: bool,
    /// What a CronJob says of runs that overlap.
    pub concurrency_policy: Option<(String, Span)>,
    /// What a Deployment says of how pods are replaced.
    pub strategy: Option<(String, Span)>,
    /// How many old versions a Deployment keeps.
    pub history: Option<(u32, Span)>,
    /// It shares the network of the machine that it runs on.
    pub host_network: Option<Span>,
    pub containers: Vec<Container>,
    /// What only a Compose file says.
    pub service: Option<Service>,
}

/// One container of a workload.
#[derive(Debug)]
pub struct Container {
    pub name: String,
    /// The line that names it.
    pub at: Span,
    /// It prepares the others and ends before they start.
    pub is_init: bool,
    pub image: Option<Image>,
    /// Whether it says what it runs.
    pub command: Option<Command>,
    /// Is it beyond help? In a Compose file the health check.
    pub liveness: Option<Probe>,
    /// Shall requests come here?
    pub readiness: Option<Probe>,
    pub startup: Option<Probe>,
    /// It says on which ports it is reached.
    pub has_ports: bool,
    /// Those of a container of Kubernetes.
    pub ports: Vec<ContainerPort>,
    pub resources: Resources,
    /// What a template puts into it, from values that may say anything.
    pub hidden: Option<Span>,
}

/// A port of a container of Kubernetes.
#[derive(Debug)]
pub struct ContainerPort {
    pub name: Option<String>,
    pub number: Option<u16>,
    /// It is opened on the node as well.
    pub on_host: Option<Span>,
}

/// A question that the platform asks a container.
#[derive(Debug)]
pub struct Probe {
    /// The line of its key.
    pub at: Span,
    /// What it asks, without spaces and line ends, so that equal ones can be told.
    pub asks: String,
    /// The HTTP path that it asks for.
    pub path: Option<(String, Span)>,
    /// The port that it asks at, a number or a name.
    pub port: Option<(String, Span)>,
    /// It only opens a connection.
    pub only_connects: bool,
    /// Switched off, so that an image's own check does not run either.
    pub is_off: bool,
}

/// What a container needs and may take at most.
#[derive(Debug, Default)]
pub struct Resources {
    /// The line of the key, or of the value that it is taken from.
    pub at: Option<Span>,
    pub requests_cpu: bool,
    pub requests_memory: bool,
    pub limits_cpu: bool,
    pub limits_memory: bool,
    /// A template takes them from values that were not given.
    pub is_hidden: bool,
}

impl Workload {
    fn new(runs: Runs, kind: &str, name: &str, heading: Span) -> Self {
        Self {
            runs,
            kind: kind.to_owned(),
            name: name.to_owned(),
            heading,
            replicas: None,
            commands: Vec::new(),
            images: Vec::new(),
            is_built: false,
            concurrency_policy: None,
            strategy: None,
            history: None,
            host_network: None,
            containers: Vec::new(),
            service: None,
        }
    }

    /// Whether it runs, or may run, the given application: its command starts a server, or it says no command and is
    /// no image of somebody else's service.
    pub fn may_serve(&self) -> bool {
        if !self.commands.is_empty() {
            return self.commands.iter().any(Command::serves);
        }
        let foreign = |image: &String| image::kind_of(image).is_some();
        match self.runs {
            Runs::Service => self.is_built || (!self.images.is_empty() && !self.images.iter().any(foreign)),
            Runs::Deployment => !self.images.is_empty() && !self.images.iter().any(foreign),
            Runs::Image | Runs::Once | Runs::Scheduled => false,
        }
    }

    /// Whether it ends by itself: a job, a migration, a seed.
    pub fn runs_once(&self) -> bool {
        let ends = |command: &Command| command.migrates() && !command.goes_on_after_migrating();
        match self.runs {
            Runs::Once | Runs::Scheduled => true,
            Runs::Image => false,
            Runs::Service | Runs::Deployment => {
                self.service.as_ref().is_some_and(|service| service.runs_once)
                    || self.commands.iter().any(|command| ends(command) || command.does_nothing())
            }
        }
    }
}

impl Probe {
    /// Whether its command ends with success in any case.
    pub fn always_passes(&self) -> bool {
        let asks = self.asks.trim_start_matches("CMD-SHELL").trim_start_matches("CMD");
        matches!(asks, "true" | "/bin/true" | "exit0")
            || asks.starts_with("echo")
            || ["||true", "||exit0", ";true", ";exit0", "||:"].iter().any(|end| asks.ends_with(end))
    }
}

impl Container {
    /// What somebody else's image holds, as far as it is known.
    pub fn foreign(&self) -> Option<Holds> {
        image::kind_of(&self.image.as_ref()?.resolved)
    }

    /// The command of its image that asks a store whether it is well, as a health check lists it.
    pub fn health_command(&self) -> Option<&'static str> {
        image::health_command(&self.image.as_ref()?.resolved)
    }

    /// Whether it is a store whose data is meant to last: neither a cache nor a broker.
    pub fn keeps_data(&self) -> bool {
        self.image.as_ref().is_some_and(|image| image::keeps_data(&image.resolved))
    }

    /// Whether it only helps another container of the same pod.
    pub fn is_sidecar(&self) -> bool {
        self.image.as_ref().is_some_and(|image| image::is_sidecar(&image.resolved))
            || image::is_sidecar(&self.name)
    }
}

/// How many processes run the application, and which places say so.
pub struct Processes<'m> {
    pub count: u32,
    pub because: Vec<(Stretch<'m>, String)>,
}

impl<'s> Model<'s> {
    pub fn stretch(&self, span: Span) -> Stretch<'_> {
        Stretch { model: self, span }
    }

    /// Everything that the given deployment files run.
    pub fn workloads(&self) -> &[Workload] {
        self.workloads.get_or_init(|| {
            let mut found = Vec::new();
            for (file, data) in (0..).zip(&self.files) {
                match data.kind {
                    FileKind::Dockerfile => found.extend(dockerfile::workload(file, data)),
                    FileKind::Compose => compose::workloads(file, data, &mut found),
                    FileKind::Kubernetes | FileKind::HelmTemplate => self.pods(file, &mut found),
                    _ => {}
                }
            }
            let started: Vec<u32> = self.start_scripts(&found).map(|(file, ..)| file).collect();
            let scripts = (0..).zip(&self.files).filter(|(_, data)| data.kind == FileKind::Shell);
            let migrating = scripts
                .filter_map(|(file, data)| script::workload(file, data, started.contains(&file)))
                .collect::<Vec<_>>();
            found.extend(migrating);
            // What migrates first is a workload of its own.
            let told: Vec<u32> = found.iter().map(|workload| workload.heading.file).collect();
            for workload in
                found.iter_mut().filter(|workload| workload.is_built && workload.runs == Runs::Image)
            {
                self.add_servers_of_scripts(workload, &told);
            }
            found
        })
    }

    /// The servers that the script starts with which an image begins, where it was given.
    fn add_servers_of_scripts(&self, workload: &mut Workload, told: &[u32]) {
        let starts = |name: &str| {
            workload
                .commands
                .iter()
                .any(|command| command.text.split_whitespace().any(|word| command::program(word) == name))
        };
        let scripts = (0..).zip(&self.files).filter(|(file, data)| {
            let is_told = told.contains(file);
            data.kind == FileKind::Shell && !is_told && starts(last_part(data.path))
        });
        let servers: Vec<Command> = scripts
            .flat_map(|(file, data)| script::commands(file, data.text))
            .filter(|command| command.serves() && !command.migrates())
            .collect();
        workload.commands.extend(servers);
    }

    /// How many processes run the web application at once, where the deployment files say that it is more than one.
    pub fn processes(&self) -> Option<Processes<'_>> {
        let workers = |workload: &Workload| {
            workload
                .commands
                .iter()
                .filter_map(|command| Some((command.workers()?, command.at)))
                .max_by_key(|w| w.0)
        };
        let serving = || self.workloads().iter().filter(|workload| workload.may_serve());
        let image =
            serving().filter(|workload| workload.runs == Runs::Image).filter_map(workers).max_by_key(|w| w.0);
        // Servers that aren't told on their command line look there.
        let variables = std::cell::LazyCell::new(|| {
            let mut variables = self.set_variables();
            variables.retain(|variable| variable.name == "WEB_CONCURRENCY" && !variable.is_for_development);
            variables
        });
        let by_variable = |workload: &Workload| {
            variables
                .iter()
                .filter(|variable| variable.by == SetBy::Image || variable.at.file == workload.heading.file)
                .find_map(|variable| Some((command::number_of(&variable.by_default)?, variable.at)))
        };
        let mut best: Option<(u32, Vec<(Span, String)>)> = None;
        for workload in serving() {
            let replicas = workload.replicas;
            let workers = workers(workload)
                .or(image.filter(|_| workload.commands.is_empty()))
                .or_else(|| by_variable(workload));
            let count = replicas.map_or(1, |r| r.0).saturating_mul(workers.map_or(1, |w| w.0));
            if count < 2 || best.as_ref().is_some_and(|(known, _)| *known >= count) {
                continue;
            }
            let mut because = Vec::new();
            if let Some((number, at)) = workers.filter(|w| w.0 > 1) {
                because.push((at, format!("starts {number} worker processes")));
            }
            if let Some((number, at)) = replicas.filter(|r| r.0 > 1) {
                because.push((at, format!("runs {number} copies of `{}`", workload.name)));
            }
            best = Some((count, because));
        }
        best.map(|(count, because)| Processes {
            count,
            because: because.into_iter().map(|(span, note)| (self.stretch(span), note)).collect(),
        })
    }
}

impl<'m> Stretch<'m> {
    pub fn path(self) -> &'m str {
        self.model.files[self.span.file as usize].path
    }

    /// The first line of it.
    fn line(self) -> &'m str {
        let file = &self.model.files[self.span.file as usize];
        let text = file.text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
        text.split(['\n', '\r']).next().unwrap_or_default().trim_end()
    }

    /// Where its first line stands.
    pub fn range(self) -> Range {
        let file = &self.model.files[self.span.file as usize];
        file.lines.range(file.text, self.span.start, self.span.start + self.line().len() as u32)
    }

    /// Where it stands, as seen from another place: `line 4`, or `compose.yaml, line 4` from another file.
    pub fn whereabouts_from(self, other: Span) -> String {
        let line = self.range().start.line;
        if self.span.file == other.file {
            format!("line {line}")
        } else {
            format!("{}, line {line}", self.path())
        }
    }

    /// Its first line, shortened where it is long.
    pub fn excerpt(self) -> String {
        excerpt(self.line())
    }
}

fn span(file: u32, yaml: &Yaml, from: YamlId, to: YamlId) -> Span {
    let (start, end) = (yaml.node(from).start, yaml.node(to).end);
    Span { file, start, end: end.max(start) }
}

/// A number behind a key, with the place of the entry.
fn number(file: u32, yaml: &Yaml, mapping: YamlId, key: &str) -> Option<(u32, Span)> {
    let (name, value) = yaml.entry(mapping, key)?;
    Some((command::number_of(yaml.text(value)?)?, span(file, yaml, name, value)))
}

/// A text behind a key, with the place of the entry.
fn text_entry(file: u32, yaml: &Yaml, mapping: YamlId, key: &str) -> Option<(String, Span)> {
    let (name, value) = yaml.entry(mapping, key)?;
    Some((yaml.text(value)?.to_owned(), span(file, yaml, name, value)))
}

/// The command line under several keys of one mapping (`command` and `args`), each a text or a list of words.
fn command_of(file: u32, yaml: &Yaml, mapping: YamlId, keys: [&str; 2]) -> Option<Command> {
    let mut words: Vec<&str> = Vec::new();
    let mut at: Option<Span> = None;
    for key in keys {
        let Some((name, value)) = yaml.entry(mapping, key) else { continue };
        let before = words.len();
        match yaml.text(value) {
            Some(text) => words.push(text),
            None => words.extend(yaml.items(value).into_iter().filter_map(|item| yaml.text(item))),
        }
        if words.len() > before && at.is_none() {
            at = Some(span(file, yaml, name, value));
        }
    }
    Some(Command { text: words.join(" "), at: at? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::ParsedFiles;
    use crate::settings::Settings;
    use crate::source::Source;

    #[test]
    fn processes_multiply() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let sources = [
            source(
                "Dockerfile",
                "FROM a\nENTRYPOINT [\"x\"]\nFROM b\nCMD [\"uvicorn\", \\\n  \"a:b\", \"--workers\", \"2\"]\n",
            ),
            source(
                "compose.yaml",
                "services:\n  web:\n    build: .\n    deploy: {replicas: 3}\n  db:\n    image: postgres:17\n    deploy: {replicas: 9}\n",
            ),
        ];
        let settings = Settings::default();
        let parsed = ParsedFiles::of(&sources);
        let model = Model::new(&sources, &parsed, &settings);
        let processes = model.processes().unwrap();
        assert_eq!(processes.count, 6);
        let by_variable =
            [source("Dockerfile", "FROM a\nENV WEB_CONCURRENCY=4\nCMD [\"gunicorn\", \"a:b\"]\n")];
        let parsed = ParsedFiles::of(&by_variable);
        assert_eq!(Model::new(&by_variable, &parsed, &settings).processes().unwrap().count, 4);
        let places: Vec<_> =
            processes.because.iter().map(|(at, _)| (at.path(), at.range().start.line)).collect();
        assert_eq!(places, [("Dockerfile", 4), ("compose.yaml", 4)]);
    }
}

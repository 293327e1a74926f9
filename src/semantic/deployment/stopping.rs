//! How what is deployed is stopped: whether the signal reaches the server, and how long it has; and what it waits for before
//! it starts.

use super::command::program;
use super::{Command, Runs, Span, Workload, compose, script};
use crate::report::FileKind;
use crate::semantic::Model;
use crate::syntax::InstructionKind;

/// What is wrong about how a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopFault {
    /// A shell stays in front of the server and keeps the signal.
    Shell,
    /// It waits for open connections without end.
    UnlimitedDrain,
    /// Compose gives it ten seconds.
    ShortGrace,
    /// Kubernetes neither pauses before the signal nor is told how long it may take.
    NoPause,
    /// The server takes the place of the shell that had a trap for what runs beside it.
    LostTrap,
    /// What starts it waits for something else without end.
    EndlessWait,
}

/// What is said of how a server is stopped, and where.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// What may be wrong.
    pub fault: StopFault,
    pub at: Span,
    /// What keeps it from being wrong, in words; nothing where it is.
    pub grace: Option<&'static str>,
}

const HANDED_ON: &str = "`dumb-init` hands the signal on to all";
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

impl Command {
    /// What a shell is told to run, where this starts one: `sh -c "…"`.
    fn script(&self) -> Option<&str> {
        let mut rest = self.text.trim_start();
        let (first, after) = rest.split_once(char::is_whitespace)?;
        if !SHELLS.contains(&program(first)) {
            return None;
        }
        rest = after.trim_start();
        while let Some((option, after)) = rest.split_once(char::is_whitespace) {
            if !option.starts_with('-') {
                return None;
            }
            rest = after.trim_start();
            if option.ends_with('c') {
                return Some(rest.trim_matches(['"', '\'']));
            }
        }
        None
    }

    /// Whether a shell that reads this line stays in front of the server that it starts.
    fn keeps_shell(script: &str) -> bool {
        script
            .split(['&', ';', '|', '\n', '(', ')'])
            .filter(|part| {
                Command { text: (*part).to_owned(), at: Span { file: 0, start: 0, end: 0 } }.serves()
            })
            .any(|part| part.split_whitespace().next() != Some("exec"))
    }

    /// What may be wrong about how this command's server is stopped; `in_shell` says that a shell reads the line.
    fn stops(&self, in_shell: bool, found: &mut Vec<Stop>) {
        if !self.serves() {
            return;
        }
        let mut add = |fault, grace| found.push(Stop { fault, at: self.at, grace });
        if self.text.contains("--reload") {
            return add(StopFault::Shell, Some("it runs for development, with `--reload`"));
        }
        if self.text.contains("dumb-init") {
            return add(StopFault::Shell, Some(HANDED_ON));
        }
        let script = if in_shell { Some(self.text.as_str()) } else { self.script() };
        match script {
            Some(script) if Command::keeps_shell(script) => return add(StopFault::Shell, None),
            Some(_) => add(StopFault::Shell, Some("`exec` puts the server into the shell's place")),
            None => add(StopFault::Shell, Some("no shell reads this line")),
        }
        if self.starts_uvicorn() {
            let is_limited = self.text.contains("--timeout-graceful-shutdown");
            add(
                StopFault::UnlimitedDrain,
                is_limited.then_some("`--timeout-graceful-shutdown` says how long at most"),
            );
        }
    }

    /// What it waits for without end.
    fn waits(&self, found: &mut Vec<Stop>) {
        if !script::endless_waits(&self.text).is_empty() {
            found.push(Stop { fault: StopFault::EndlessWait, at: self.at, grace: None });
        }
    }

    fn starts_uvicorn(&self) -> bool {
        self.server().is_some_and(|words| words.first().is_some_and(|first| program(first) == "uvicorn"))
    }
}

impl<'s> Model<'s> {
    /// How the servers of the deployment files are stopped.
    pub fn stops(&self) -> Vec<Stop> {
        let mut found = Vec::new();
        self.stops_of_images(&mut found);
        self.stops_of_scripts(&mut found);
        self.stops_of_services(&mut found);
        self.stops_of_pods(&mut found);
        found
    }

    fn stops_of_images(&self, found: &mut Vec<Stop>) {
        for (file, data) in (0..).zip(&self.files) {
            let (development, test) = compose::is_partial_file(data.path);
            if data.kind != FileKind::Dockerfile || development || test {
                continue;
            }
            let mut lines: Vec<(&InstructionKind, Command, bool)> = Vec::new();
            for instruction in &data.dockerfile {
                let at = Span { file, start: instruction.start, end: instruction.end };
                match &instruction.kind {
                    InstructionKind::From { .. } => lines.clear(),
                    kind @ (InstructionKind::Entrypoint(line) | InstructionKind::Command(line)) => {
                        // The last of each holds.
                        lines.retain(|(other, ..)| {
                            std::mem::discriminant(*other) != std::mem::discriminant(kind)
                        });
                        lines.push((kind, Command { text: line.text.clone(), at }, !line.is_list));
                    }
                    _ => {}
                }
            }
            // An init process may stand in the one, and the server in the other.
            let is_handed_on = lines.iter().any(|(_, command, _)| command.text.contains("dumb-init"));
            for (_, command, in_shell) in &lines {
                command.waits(found);
                if !is_handed_on {
                    command.stops(*in_shell, found);
                } else if command.serves() {
                    found.push(Stop { fault: StopFault::Shell, at: command.at, grace: Some(HANDED_ON) });
                }
            }
        }
    }

    /// Scripts that a container starts with: a server that they start without giving it their place, a trap that is lost,
    /// and what they wait for without end.
    fn stops_of_scripts(&self, found: &mut Vec<Stop>) {
        for (file, data, line) in self.start_scripts(self.workloads()) {
            found.extend(script::endless_waits(data.text).into_iter().map(|(start, end)| Stop {
                fault: StopFault::EndlessWait,
                at: Span { file, start, end },
                grace: None,
            }));
            if let Some(at) = script::lost_trap(file, data.text) {
                found.push(Stop { fault: StopFault::LostTrap, at, grace: None });
            }
            // A trap hands the signal on by hand, and these hand it on to all.
            let hands_on = ["trap ", "dumb-init", "tini -g"].iter().any(|word| data.text.contains(word));
            if hands_on || line.is_some_and(|line| line.contains("dumb-init")) {
                continue;
            }
            for command in script::commands(file, data.text) {
                let is_beside = command.text.trim_end().ends_with('&');
                // What only speaks of the server: `command -v uvicorn`, `set -- uvicorn "$@"`.
                let is_about = command.text.split_whitespace().next().is_some_and(|first| {
                    ["set", "command", "which", "if", "[", "test", "export", "printf"].contains(&first)
                });
                if !is_beside && !is_about {
                    command.stops(true, found);
                }
            }
        }
    }

    /// The command lines that containers start with, as far as deployment files say them; what ends by itself is left out.
    pub(super) fn start_lines<'m>(&'m self, workloads: &'m [Workload]) -> impl Iterator<Item = &'m str> {
        self.files
            .iter()
            .flat_map(|data| &data.dockerfile)
            .filter_map(|instruction| match &instruction.kind {
                InstructionKind::Entrypoint(line) | InstructionKind::Command(line) => {
                    Some(line.text.as_str())
                }
                _ => None,
            })
            .chain(
                workloads
                    .iter()
                    .filter(|workload| workload.kind != "script" && !workload.runs_once())
                    .flat_map(|workload| &workload.commands)
                    .map(|command| command.text.as_str()),
            )
    }

    fn stops_of_services(&self, found: &mut Vec<Stop>) {
        for workload in self.workloads().iter().filter(|workload| workload.runs == Runs::Service) {
            let Some(service) = &workload.service else { continue };
            // Beside what is built here, an image that is only pulled is somebody else's program.
            let is_somebody_elses = !workload.is_built
                && workload.commands.is_empty()
                && self.workloads().iter().any(|other| {
                    other.is_built
                        && other.heading.file == workload.heading.file
                        && !other.images.iter().any(|image| workload.images.contains(image))
                });
            if service.is_for_development || service.is_for_tests || workload.runs_once() {
                continue;
            }
            for command in &workload.commands {
                command.stops(false, found);
                command.waits(found);
            }
            let is_reached = workload.containers.iter().any(|container| container.has_ports);
            if workload.may_serve() && is_reached && !service.extends && !is_somebody_elses {
                let is_said = self.says_grace(workload.heading, &workload.name);
                let grace = is_said.then_some("it says how long the service has, `stop_grace_period`");
                found.push(Stop { fault: StopFault::ShortGrace, at: workload.heading, grace });
            }
        }
    }

    /// Whether a Compose service says how long it has to stop, or takes over what another mapping says.
    fn says_grace(&self, heading: Span, name: &str) -> bool {
        let yaml = &self.files[heading.file as usize].yaml;
        yaml.documents()
            .iter()
            .filter_map(|&root| yaml.get(root, "services"))
            .flat_map(|services| yaml.entries(services))
            .filter(|(key, _)| yaml.text(*key) == Some(name))
            .any(|(_, service)| {
                yaml.get(service, "stop_grace_period").is_some() || yaml.get(service, "<<").is_some()
            })
    }

    fn stops_of_pods(&self, found: &mut Vec<Stop>) {
        // A chart may say it in a part that is rendered into all of its pods.
        let is_said = std::cell::LazyCell::new(|| {
            self.mentions_text("terminationGracePeriodSeconds") || self.mentions_text("preStop")
        });
        for workload in self.workloads().iter().filter(|workload| workload.runs == Runs::Deployment) {
            for container in workload.containers.iter().filter(|container| !container.is_init) {
                let command = container.command.as_ref();
                if let Some(command) = command {
                    command.stops(false, found);
                    command.waits(found);
                }
                let serves = container.has_ports
                    && container.foreign().is_none()
                    && !container.is_sidecar()
                    && command.is_none_or(Command::serves);
                if serves && container.hidden.is_none() {
                    let grace = is_said.then_some("`preStop` or `terminationGracePeriodSeconds` is given");
                    found.push(Stop { fault: StopFault::NoPause, at: container.at, grace });
                }
            }
        }
    }
}

//! What a Dockerfile makes: its stages, and what the image runs.

use super::{Command, Image, Probe, Runs, Span, Workload, compose};
use crate::report::FileKind;
use crate::semantic::{File, Model};
use crate::syntax::{Instruction, InstructionKind};

/// An image that a Dockerfile builds upon (`FROM`) or takes files out of (`COPY --from`), with what the arguments
/// before it make of its name.
pub struct Stage {
    pub image: Image,
    /// It is made from nothing, or from an earlier stage.
    pub is_local: bool,
    /// By the file's name or folder.
    pub is_for_development: bool,
}

/// A `RUN` of a Dockerfile.
pub struct ImageStep {
    pub command: Command,
    /// With the defaults of arguments and the values of variables in their places.
    pub expanded: Command,
    /// By the file's name or folder.
    pub is_for_development: bool,
}

fn span(file: u32, instruction: &Instruction) -> Span {
    Span { file, start: instruction.start, end: instruction.end }
}

pub(super) fn workload(file: u32, data: &File<'_>) -> Option<Workload> {
    let mut heading = None;
    let mut entrypoint = None;
    let mut command = None;
    for instruction in &data.dockerfile {
        let at = span(file, instruction);
        match &instruction.kind {
            // Only the last stage is the image.
            InstructionKind::From { .. } => {
                heading = Some(at);
                (entrypoint, command) = (None, None);
            }
            // The last of each holds.
            InstructionKind::Entrypoint(line) => entrypoint = Some(Command { text: line.text.clone(), at }),
            InstructionKind::Command(line) => command = Some(Command { text: line.text.clone(), at }),
            _ => {}
        }
    }
    let mut found = Workload::new(Runs::Image, "image", "", heading?);
    found.commands = entrypoint.into_iter().chain(command).collect();
    found.is_built = true;
    Some(found)
}

impl<'s> Model<'s> {
    fn dockerfiles(&self) -> impl Iterator<Item = (u32, &File<'s>)> {
        (0..).zip(&self.files).filter(|(_, file)| file.kind == FileKind::Dockerfile)
    }

    /// All `FROM` of all Dockerfiles.
    pub fn stages(&self) -> Vec<Stage> {
        let mut found = Vec::new();
        for (file, data) in self.dockerfiles() {
            let (development, test) = compose::is_partial_file(data.path);
            let mut names: Vec<&str> = Vec::new();
            let mut arguments: Vec<(&str, &str)> = Vec::new();
            for instruction in &data.dockerfile {
                match &instruction.kind {
                    InstructionKind::Argument(set) if names.is_empty() => {
                        arguments.extend(set.iter().filter_map(|pair| {
                            pair.value.as_ref().map(|value| (&*pair.name.text, &*value.text))
                        }));
                    }
                    InstructionKind::From { image, alias } => {
                        let is_local = &*image.text == "scratch"
                            || names.iter().any(|n| n.eq_ignore_ascii_case(&image.text));
                        let text = with_arguments(&image.text, &arguments);
                        found.push(Stage {
                            image: Image::written(text, span(file, instruction)),
                            is_local,
                            is_for_development: development || test,
                        });
                        names.push(alias.as_ref().map_or("", |name| &*name.text));
                    }
                    // No variable is put in there.
                    InstructionKind::TakesFrom(from) => {
                        let is_stage = names.iter().any(|n| n.eq_ignore_ascii_case(&from.text));
                        // A single word may be a context that the build was given under that name.
                        if !is_stage && from.text.contains(['/', ':']) {
                            found.push(Stage {
                                image: Image::written(from.text.to_string(), span(file, instruction)),
                                is_local: false,
                                is_for_development: development || test,
                            });
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Each Dockerfile with the `HEALTHCHECK` that holds for its last stage, if there is one.
    pub fn image_checks(&self) -> Vec<(u32, Option<Probe>)> {
        self.dockerfiles()
            .map(|(file, data)| {
                let mut found = None;
                let mut names: Vec<&str> = Vec::new();
                for instruction in &data.dockerfile {
                    let at = span(file, instruction);
                    match &instruction.kind {
                        InstructionKind::From { image, alias } => {
                            // A stage takes over what the stage before has that it is made from.
                            if !names.iter().any(|name| name.eq_ignore_ascii_case(&image.text)) {
                                found = None;
                            }
                            names.extend(alias.as_ref().map(|name| &*name.text));
                        }
                        InstructionKind::Healthcheck(None) => {
                            found = Some(Probe { is_off: true, ..compose::probe("", at, at) });
                        }
                        InstructionKind::Healthcheck(Some(line)) => {
                            found = Some(compose::probe(&line.text, at, at));
                        }
                        _ => {}
                    }
                }
                (file, found)
            })
            .collect()
    }

    /// Whether the image that a Compose service runs checks its own health, as far as the Dockerfiles tell.
    pub fn is_checked_by_image(&self, service: &Workload) -> Option<bool> {
        let own = self.dockerfile_of(service);
        let checks = self.image_checks();
        let own = checks.iter().find(|(file, _)| Some(*file) == own);
        match (own, checks.as_slice()) {
            (Some((_, check)), _) => Some(check.is_some()),
            _ if !service.is_built => None,
            (None, [(_, check)]) => Some(check.is_some()),
            _ if checks.iter().any(|(_, check)| check.is_some()) => Some(true),
            _ => None,
        }
    }

    /// The given Dockerfile that a Compose service's image is made from: the one that its `build` names, or the one
    /// that another service builds into an image of the same name.
    pub fn dockerfile_of(&self, workload: &Workload) -> Option<u32> {
        if workload.is_built {
            return self.dockerfile_named_by(workload);
        }
        let name = repository(workload.images.first()?);
        let builder = self.workloads().iter().find(|other| {
            other.is_built
                && other.runs == Runs::Service
                && other.images.iter().any(|image| repository(image) == name)
        })?;
        self.dockerfile_named_by(builder)
    }

    fn dockerfile_named_by(&self, workload: &Workload) -> Option<u32> {
        let path = workload.service.as_ref()?.build.as_ref()?.dockerfile.as_deref()?;
        let compose = self.files[workload.heading.file as usize].path;
        let folder = compose.rfind('/').map_or("", |at| &compose[..at]);
        let wanted = joined(folder, path)?;
        self.dockerfiles()
            .find(|(_, data)| data.path.trim_start_matches("./") == wanted)
            .map(|(file, _)| file)
    }

    /// Whether a place is in a file for development or tests, by its name.
    pub fn is_for_development(&self, at: Span) -> bool {
        let (development, test) = compose::is_partial_file(self.files[at.file as usize].path);
        development || test
    }

    /// Whether a place of a Dockerfile is in its last stage, or in one that the last one is made from.
    pub fn is_in_last_stage(&self, at: Span) -> bool {
        let instructions = &self.files[at.file as usize].dockerfile;
        let mut stages: Vec<(u32, &str, &str)> = Vec::new();
        for instruction in instructions {
            if let InstructionKind::From { image, alias } = &instruction.kind {
                let alias = alias.as_ref().map_or("", |alias| &*alias.text);
                stages.push((instruction.start, &*image.text, alias));
            }
        }
        let mut end = u32::MAX;
        let mut wanted: Option<&str> = None;
        for (start, image, alias) in stages.into_iter().rev() {
            let is_part = wanted.is_none_or(|wanted| !alias.is_empty() && alias.eq_ignore_ascii_case(wanted));
            if is_part {
                if (start..end).contains(&at.start) {
                    return true;
                }
                wanted = Some(image);
            }
            end = start;
        }
        false
    }

    /// Stores that run in the application's own container: the images that Dockerfiles which start something of their own
    /// are made from, and the servers that are installed into them.
    pub fn stores_in_images(&self) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        for (file, data) in self.dockerfiles() {
            let (mut base, mut starts, mut builds) = (None, false, false);
            let mut servers: Vec<(Span, String)> = Vec::new();
            for instruction in &data.dockerfile {
                let at = span(file, instruction);
                match &instruction.kind {
                    InstructionKind::From { image, .. } => {
                        let is_store = super::image::kind_of(&image.text) == Some(super::Holds::Store);
                        base = is_store.then(|| (at, image.text.to_string()));
                        (starts, builds) = (false, false);
                        servers.clear();
                    }
                    InstructionKind::Command(_) | InstructionKind::Entrypoint(_) => starts = true,
                    InstructionKind::Run(line) => {
                        let command = Command { text: line.text.clone(), at };
                        builds |= command.installs_python();
                        servers.extend(command.installed_store().map(|name| (at, name.to_owned())));
                    }
                    _ => {}
                }
            }
            // A database's image with more extensions starts what it started before.
            let of_base = base.filter(|_| starts && builds);
            let is_application = of_base.is_some() || data.text.contains("python");
            found.extend(of_base);
            if starts && is_application {
                found.extend(servers);
            }
        }
        found
    }

    /// The first instruction of a Dockerfile.
    pub fn first_instruction(&self, dockerfile: u32) -> Span {
        match self.files[dockerfile as usize].dockerfile.first() {
            Some(first) => span(dockerfile, first),
            None => Span { file: dockerfile, start: 0, end: 0 },
        }
    }

    /// The names of a Dockerfile's stages.
    pub fn stage_names(&self, dockerfile: u32) -> Vec<&str> {
        let instructions = &self.files[dockerfile as usize].dockerfile;
        let names = instructions.iter().filter_map(|instruction| match &instruction.kind {
            InstructionKind::From { alias, .. } => alias.as_ref().map(|alias| &*alias.text),
            _ => None,
        });
        names.collect()
    }

    /// The arguments that a Dockerfile declares, in whichever stage.
    pub fn declared_arguments(&self, dockerfile: u32) -> Vec<&str> {
        let instructions = &self.files[dockerfile as usize].dockerfile;
        let names = instructions.iter().filter_map(|instruction| match &instruction.kind {
            InstructionKind::Argument(set) => Some(set.iter().map(|pair| &*pair.name.text)),
            _ => None,
        });
        names.flatten().collect()
    }

    /// The files and folders that Dockerfiles take out of what is built, each with its instruction.
    pub fn copied_paths(&self) -> Vec<(&str, Span)> {
        let mut found = Vec::new();
        for (file, data) in self.dockerfiles() {
            for instruction in &data.dockerfile {
                if let InstructionKind::Copies(paths) = &instruction.kind {
                    found.extend(paths.iter().map(|path| (&*path.text, span(file, instruction))));
                }
            }
        }
        found
    }

    /// What Dockerfiles add from an address that names no version, with no checksum that it is held against.
    pub fn unseen_downloads(&self) -> Vec<(&str, Span)> {
        let mut found = self.copied_paths();
        found.retain(|(path, at)| {
            let text = &self.files[at.file as usize].text[at.start as usize..at.end as usize];
            (path.starts_with("https://") || path.starts_with("http://"))
                && !text.contains("--checksum")
                && !path.contains('$')
                && !super::command::names_version(path)
        });
        found
    }

    /// All `RUN` instructions, with the values of the file's arguments and variables put in.
    pub fn image_steps(&self) -> Vec<ImageStep> {
        let mut found = Vec::new();
        for (file, data) in self.dockerfiles() {
            let (development, test) = compose::is_partial_file(data.path);
            let mut known: Vec<(&str, &str)> = Vec::new();
            for instruction in &data.dockerfile {
                match &instruction.kind {
                    InstructionKind::Argument(set) | InstructionKind::Environment(set) => {
                        known.extend(set.iter().filter_map(|pair| {
                            pair.value.as_ref().map(|value| (&*pair.name.text, &*value.text))
                        }));
                    }
                    InstructionKind::Run(line) => {
                        let at = span(file, instruction);
                        found.push(ImageStep {
                            command: Command { text: line.text.clone(), at },
                            expanded: Command { text: with_arguments(&line.text, &known), at },
                            is_for_development: development || test,
                        });
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

/// A reference without its tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rfind(':') {
        Some(at) if !name[at..].contains('/') => &name[..at],
        _ => name,
    }
}

/// A path from a folder on, its `.` and `..` followed; nothing where it leaves what was given, is an address, or is
/// made from a variable.
fn joined(folder: &str, path: &str) -> Option<String> {
    if path.contains(['$', ':']) || path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The text with the arguments' defaults in it. What has none stays as it is.
pub(super) fn with_arguments(image: &str, arguments: &[(&str, &str)]) -> String {
    let mut text = image.to_owned();
    // An argument may be made from an earlier one.
    for (name, value) in arguments.iter().rev() {
        for written in [format!("${{{name}}}"), format!("${name}")] {
            if text.len() < 500 || image.len() > 400 && text.len() < image.len() * 2 {
                text = text.replace(&written, value);
            }
        }
    }
    text
}

//! What a Dockerfile makes: its stages, and what the image runs.

use super::{Command, Image, Probe, Runs, Span, Workload, compose};
use crate::report::FileKind;
use crate::semantic::{File, Model};
use crate::syntax::{Instruction, InstructionKind};

/// A `FROM`, with what the arguments before it make of its image.
pub struct Stage {
    pub image: Image,
    /// It is made from nothing, or from an earlier stage.
    pub is_local: bool,
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
                            found = Some(Probe { at, asks: String::new(), path: None, is_off: true });
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

    /// Whether the image that a Compose service is built into checks its own health, as far as the Dockerfiles tell.
    pub fn is_checked_by_image(&self, service: &Workload) -> Option<bool> {
        let path = service.service.as_ref()?.dockerfile.as_deref()?;
        let compose = self.files[service.heading.file as usize].path;
        let folder = compose.rfind('/').map_or("", |at| &compose[..=at]);
        let wanted = format!("{folder}{path}");
        let checks = self.image_checks();
        let own = checks.iter().find(|(file, _)| self.files[*file as usize].path == wanted);
        match (own, checks.as_slice()) {
            (Some((_, check)), _) | (None, [(_, check)]) => Some(check.is_some()),
            _ if checks.iter().any(|(_, check)| check.is_some()) => Some(true),
            _ => None,
        }
    }

    /// All `RUN` instructions.
    pub fn image_steps(&self) -> Vec<Command> {
        self.dockerfiles()
            .flat_map(|(file, data)| {
                data.dockerfile.iter().filter_map(move |instruction| match &instruction.kind {
                    InstructionKind::Run(line) => {
                        Some(Command { text: line.text.clone(), at: span(file, instruction) })
                    }
                    _ => None,
                })
            })
            .collect()
    }
}

/// The image's text with the arguments' defaults in it. What has none stays as it is.
fn with_arguments(image: &str, arguments: &[(&str, &str)]) -> String {
    let mut text = image.to_owned();
    // An argument may be made from an earlier one.
    for (name, value) in arguments.iter().rev() {
        for written in [format!("${{{name}}}"), format!("${name}")] {
            if text.len() < 500 {
                text = text.replace(&written, value);
            }
        }
    }
    text
}

//! What requests leave on the disk of the replica that answered them, and what looks for it there.

use crate::semantic::{Model, Node, Type};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// A place that writes a file, or reads one, in a folder that the code names.
#[derive(Clone, Copy, Debug)]
pub struct FileUse<'m> {
    pub call: Node<'m>,
    /// The folder, as it is written.
    pub folder: &'m str,
    pub writes: bool,
}

/// Folders that are mounted, by convention, or that the kernel makes.
const ELSEWHERE: [&str; 8] = ["/mnt", "/nfs", "/efs", "/shared", "/proc", "/sys", "/dev", "/etc"];

const METHODS: [(&str, bool); 5] = [
    ("write_text", true),
    ("write_bytes", true),
    ("read_text", false),
    ("read_bytes", false),
    ("FileResponse", false),
];

/// Methods of whatever can be written to a file whose path they are given first.
const SAVES: [&str; 6] = ["write_pdf", "to_csv", "to_excel", "to_parquet", "savefig", "save"];

impl<'s> Model<'s> {
    /// The reads and writes of files in folders that the code names, tests left out.
    pub fn file_uses(&self) -> Vec<FileUse<'_>> {
        let is_checked = |call: &Node<'_>| !call.is_outside_production() && call.function().is_some();
        let mut found: Vec<FileUse<'_>> = METHODS
            .iter()
            .map(|(name, _)| *name)
            .chain(["open"])
            .chain(SAVES)
            .flat_map(|name| self.calls_named(name))
            .filter(is_checked)
            .filter_map(Node::file_use)
            .collect();
        // `to_thread(path.write_bytes, data)`
        for call in self.calls_doing(Tag::Offloads).filter(is_checked) {
            if let Some(callable) = call.scheduled_callable().filter(|callable| callable.is(Kind::Attribute))
                && let Some((_, writes)) = METHODS.iter().find(|(name, _)| *name == callable.name())
                && let Some(folder) = callable.receiver().and_then(|path| path.folder_of_path(0))
            {
                found.push(FileUse { call, folder, writes: *writes });
            }
        }
        found
    }
}

impl<'m> Node<'m> {
    fn file_use(self) -> Option<FileUse<'m>> {
        let name = self.callee_name();
        let receiver = self.receiver().filter(|receiver| receiver.is_a(ClassTag::Path));
        let (path, writes) = match METHODS.iter().find(|(known, _)| *known == name) {
            Some(("FileResponse", _)) => (self.argument_or_keyword(0, "path")?, false),
            Some((_, writes)) => (receiver?, *writes),
            None if SAVES.contains(&name) => (self.receiver().and(self.argument(0))?, true),
            None => {
                let of_files = self.api().is_some_and(|api| {
                    api.callable.blocks == Some(System::File)
                        || (api.callable.coroutine && api.class.is_none())
                });
                let path = receiver.or_else(|| self.argument_or_keyword(0, "file")).filter(|_| of_files)?;
                let mode = self.argument_or_keyword(usize::from(receiver.is_none()), "mode");
                let mode = mode.and_then(Node::string).unwrap_or("r");
                (path, mode.contains(['w', 'a', 'x', '+']))
            }
        };
        Some(FileUse { call: self, folder: path.folder_of_path(0)?, writes })
    }

    /// The folder of a file, where the code says with which text its path begins.
    fn folder_of_path(self, depth: u32) -> Option<&'m str> {
        let folder_in = |text: &'m str| {
            let folder = text.rfind('/').map_or(text, |at| &text[..at]);
            (folder.len() > 2 && !ELSEWHERE.iter().any(|start| folder.starts_with(start))).then_some(folder)
        };
        if depth > 6 {
            return None;
        }
        let made = self.unwrapped().resolved_value();
        match made.kind() {
            Kind::Str => folder_in(made.name()),
            Kind::FString => {
                let first = made.children().next()?;
                match first.kind() {
                    Kind::Str if first.name().contains('/') => folder_in(first.name()),
                    Kind::Str => None,
                    _ => first.root_of_path(depth + 1),
                }
            }
            Kind::BinOp => made.child(Role::Left)?.root_of_path(depth + 1),
            Kind::Call => match made.callee_name() {
                "join" | "joinpath" => made
                    .receiver()
                    .filter(|path| path.is_a(ClassTag::Path))
                    .or(made.argument(0))?
                    .root_of_path(depth + 1),
                "Path" | "str" | "resolve" | "absolute" if made.positional().count() < 2 => {
                    made.argument(0).or(made.receiver())?.folder_of_path(depth + 1)
                }
                "Path" => made.argument(0)?.root_of_path(depth + 1),
                _ => {
                    let function = self.model.node(made.target()?);
                    let mut returned = function.own_returns().filter_map(|node| node.child(Role::Value));
                    returned.next().filter(|_| returned.next().is_none())?.folder_of_path(depth + 2)
                }
            },
            Kind::Name | Kind::Attribute if made != self || self.as_parameter().is_none() => {
                self.constant_path(depth, Self::folder_of_path)
            }
            _ => None,
        }
    }

    /// The folder that stands at the beginning of a path: `"/tmp/uploads"`, `Path("data")`, a constant that holds it.
    fn root_of_path(self, depth: u32) -> Option<&'m str> {
        if depth > 8 {
            return None;
        }
        let made = self.unwrapped().resolved_value();
        match made.kind() {
            Kind::Str => {
                let text = made.name().trim_end_matches('/');
                let is_local = !ELSEWHERE.iter().any(|start| text.starts_with(start));
                (text.len() > 2 && is_local && !text.contains("://")).then_some(text)
            }
            Kind::FString | Kind::BinOp => made.children().next()?.root_of_path(depth + 1),
            Kind::Call if matches!(made.callee_name(), "Path" | "join" | "str") => {
                made.argument(0)?.root_of_path(depth + 1)
            }
            Kind::Name | Kind::Attribute => self.constant_path(depth, Self::root_of_path),
            _ => None,
        }
    }

    /// What a constant of a module holds, as a path.
    fn constant_path(self, depth: u32, read: fn(Node<'m>, u32) -> Option<&'m str>) -> Option<&'m str> {
        let model: &'m Model<'m> = self.model;
        let value = match self.kind() {
            Kind::Name if self.as_parameter().is_none() => model.alias_value(self)?,
            Kind::Attribute => match self.receiver()?.ty() {
                Type::Object(class) => {
                    let targets = model.self_assignments(class, self.symbol());
                    targets.first()?.parent()?.child(Role::Value)?
                }
                _ => return None,
            },
            _ => return None,
        };
        (value != self).then(|| read(value, depth + 1)).flatten()
    }
}

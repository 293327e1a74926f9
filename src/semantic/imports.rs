//! Modules and names across the given files: imports, relative imports, re-exports and star imports.

use std::borrow::Cow;

use super::types::{Type, TypeId};
use super::{File, Model};
use crate::stack;
use crate::syntax::{BindingKind, Symbol};

/// Where code without any import has its bare names from, the most usual first.
const USUAL_MODULES: [&str; 14] = [
    "fastapi",
    "sqlalchemy",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "fastapi.responses",
    "pydantic",
    "tenacity",
    "langchain_openai",
    "langchain_core.prompts",
    "langchain_core.messages",
    "langgraph.graph",
    "langgraph.checkpoint.memory",
    "qdrant_client",
    "apscheduler.schedulers.asyncio",
];

impl Model<'_> {
    /// The given file that an import of a dotted name reaches. Which folder is the import root is not known, so a
    /// file matches by a suffix of its path, or (where only a part of a project was given) the other way round;
    /// a package that is known from elsewhere is matched only by a file at the root.
    pub(super) fn module_file(&self, name: &str, from: u32) -> Option<u32> {
        // Most imports are of libraries: no given file has even the last part of their names.
        let last = memchr::memrchr(b'.', name.as_bytes()).map_or(name, |dot| &name[dot + 1..]);
        if !self.modules.contains_key(last) {
            return None;
        }
        let candidates = |name: &str| {
            self.modules
                .get(name)
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .copied()
                .filter(|&file| file != from)
        };
        if let Some(exact) = candidates(name).find(|&file| self.files[file as usize].module == name) {
            return Some(exact);
        }
        let package = name.split('.').next().unwrap_or(name);
        if stack::knows_package(package) {
            return None;
        }
        let home = &self.files[from as usize].module;
        let nearest = |name: &str| {
            candidates(name).max_by_key(|&file| {
                let module = &self.files[file as usize].module;
                let shared = module.split('.').zip(home.split('.')).take_while(|(a, b)| a == b).count();
                (shared, std::cmp::Reverse(module.len()))
            })
        };
        if let Some(found) = nearest(name) {
            return Some(found);
        }
        // `from backend.services.billing import …` when only `services/billing.py` or `billing.py` was given.
        let mut rest = name;
        while let Some((_, shorter)) = rest.split_once('.') {
            rest = shorter;
            if let Some(file) = candidates(rest).find(|&file| self.files[file as usize].module == rest) {
                return Some(file);
            }
        }
        None
    }

    /// The dotted name that a relative import means in a file; the name itself if it is absolute.
    pub(super) fn absolute_module<'n>(&self, file: &File, name: &'n str) -> Cow<'n, str> {
        let level = name.bytes().take_while(|&byte| byte == b'.').count();
        if level == 0 {
            return Cow::Borrowed(name);
        }
        let mut parts: Vec<&str> = file.module.split('.').filter(|part| !part.is_empty()).collect();
        let up = if file.is_package { level - 1 } else { level };
        parts.truncate(parts.len().saturating_sub(up));
        parts.extend(name[level..].split('.').filter(|part| !part.is_empty()));
        Cow::Owned(parts.join("."))
    }

    /// What `import a.b` or `from a import b` binds.
    pub(super) fn imported(&self, file: u32, alias: u32, kind: BindingKind) -> Type {
        let data = &self.files[file as usize];
        let node = &data.tree.nodes[alias as usize];
        let name = self.text(node.name);
        if kind == BindingKind::Import {
            // `import a.b` binds `a`, through which `a.b` is then reached.
            let bound = if node.is_store { name } else { name.split('.').next().unwrap_or(name) };
            return match self.module_file(bound, file) {
                Some(found) => Type::Module(found),
                None => Type::Path(self.table.path(bound)),
            };
        }
        let written = self.text(data.tree.nodes[node.parent as usize].name);
        let module = self.absolute_module(data, written);
        if let Some(found) = self.module_file(&module, file)
            && let Some(member) = self.module_member(found, node.name)
        {
            return self.table.get(member);
        }
        let full = if module.is_empty() { name.to_owned() } else { [&*module, name].join(".") };
        if let Some(found) = self.module_file(&full, file)
            && self.files[found as usize].module.ends_with(&full)
        {
            return Type::Module(found);
        }
        if written.starts_with('.') {
            // A module of the project that was not given: its names must not be taken for a library's.
            return Type::Path(self.table.path(&format!(".{full}")));
        }
        Type::Path(self.table.path(&full))
    }

    /// A name of a given module, re-exports included; nothing if the module does not bind it.
    pub(super) fn module_member(&self, file: u32, name: Symbol) -> Option<TypeId> {
        let tree = &self.files[file as usize].tree;
        if tree.last_binding.contains_key(&(0, name)) {
            return Some(self.type_of_name(file, 0, name));
        }
        // `from x import *` in this module.
        let star = self.symbol("*")?;
        if self.depth.get() > 40 {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let found = tree.bindings_of(0, star).find_map(|binding| {
            let alias = tree.bindings[binding as usize].node;
            let import = tree.nodes[alias as usize].parent;
            let module =
                self.absolute_module(&self.files[file as usize], self.text(tree.nodes[import as usize].name));
            match self.module_file(&module, file) {
                Some(found) => self.module_member(found, name),
                None => self.star_of_library(&module, name),
            }
        });
        self.depth.set(self.depth.get() - 1);
        found.or_else(|| self.submodule(file, name))
    }

    /// What a name means that nothing in the file binds, where a function was pasted without the imports of its file: the
    /// module of that name, and in code without any import what the usual modules have under it.
    pub(super) fn assumed_import(&self, file: u32, name: Symbol) -> Option<Type> {
        let text = self.text(name);
        let data = &self.files[file as usize];
        let usual = |module: &&str| {
            let full = [*module, text].join(".");
            (stack::function(&full).is_some() || stack::class(&full).is_some()).then_some(full)
        };
        let found = match data.tree.imports.is_empty() {
            true => USUAL_MODULES.iter().find_map(usual),
            false => None,
        };
        let path = found.or_else(|| stack::knows_package(text).then(|| text.to_owned()))?;
        let mut assumed = data.assumed.borrow_mut();
        if !assumed.contains(&name) {
            assumed.push(name);
        }
        Some(Type::Path(self.table.path(&path)))
    }

    fn star_of_library(&self, module: &str, name: Symbol) -> Option<TypeId> {
        let path = format!("{module}.{}", self.text(name));
        (stack::function(&path).is_some() || stack::class(&path).is_some())
            .then(|| self.table.intern(Type::Path(self.table.path(&path))))
    }

    fn submodule(&self, file: u32, name: Symbol) -> Option<TypeId> {
        let data = &self.files[file as usize];
        if !data.is_package {
            return None;
        }
        let full = format!("{}.{}", data.module, self.text(name));
        let found =
            self.modules.get(&full)?.iter().find(|&&found| self.files[found as usize].module == full)?;
        Some(self.table.intern(Type::Module(*found)))
    }
}

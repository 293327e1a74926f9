//! What each given file says by itself: what its text and its path alone decide, and no other file.
//!
//! This is what a check after an edit need not find out again: [`ParsedFiles`] takes over the files that are still the
//! same, and reads the others.

use crate::file_names::last_part;
use crate::report::FileKind;
use crate::source::Source;
use crate::syntax::{
    self, Directive, Instruction, LineIndex, Symbol, Symbols, Template, Tree, Variable, Yaml,
};

/// What a file says by itself.
pub struct ParsedFile {
    pub kind: FileKind,
    pub lines: LineIndex,
    pub tree: Tree,
    /// What a YAML file says, a template of one included; empty for all others.
    pub yaml: Yaml,
    /// The actions of a template.
    pub(super) template: Template,
    /// The instructions of a Dockerfile.
    pub(super) dockerfile: Vec<Instruction>,
    /// The directives of a Caddyfile.
    pub(super) caddyfile: Vec<Directive>,
    /// The lines of a `.env` file.
    pub(super) environment: Vec<Variable>,
    /// The dotted name that the path gives a Python module: `app/services/a.py` is `app.services.a`.
    pub(super) module: String,
    pub(super) is_package: bool,
    /// A test, by its path or because it imports a test framework.
    pub is_test: bool,
    /// Run by hand rather than imported: it has a command-line parser, or a main guard and no application beside it.
    pub is_script: bool,
    /// Where it stands says that it is run by hand, whatever is in it.
    pub(super) is_in_script_folder: bool,
    /// An Alembic migration or its environment.
    pub is_migration: bool,
    /// The symbols in it, for the table.
    mentioned: Box<[Symbol]>,
}

/// What each of several files says by itself, in their order, and the symbols that they share.
#[derive(Default)]
pub struct ParsedFiles {
    symbols: Symbols,
    files: Vec<ParsedFile>,
}

impl ParsedFiles {
    /// Reads files, none of which was read before.
    pub fn of(sources: &[Source]) -> Self {
        let mut parsed = Self::default();
        parsed.read(sources, &[], &mut |_, _| {});
        parsed
    }

    /// Reads files. `kept` says of each of them which one of those before it is, with the same path and text: these are
    /// not read again, and what is not among them is forgotten. Tells after each file how many were read, of how many.
    pub fn read(&mut self, sources: &[Source], kept: &[Option<usize>], told: &mut dyn FnMut(usize, usize)) {
        let mut before: Vec<Option<ParsedFile>> =
            std::mem::take(&mut self.files).into_iter().map(Some).collect();
        let mut take = |index: usize| before.get_mut((*kept.get(index)?)?)?.take();
        let mut files: Vec<Option<ParsedFile>> = (0..sources.len()).map(&mut take).collect();
        for gone in before.iter().flatten() {
            self.symbols.let_go(&gone.mentioned);
        }
        drop(before);
        // Symbols are never taken out of the table, so that it would grow with every word that is typed.
        if self.symbols.is_mostly_unused() {
            files.iter_mut().for_each(|file| *file = None);
            self.symbols = Symbols::default();
        }
        let new = files.iter().filter(|file| file.is_none()).count();
        let mut count = 0;
        self.files.reserve_exact(sources.len());
        for (source, file) in sources.iter().zip(files) {
            let file = file.unwrap_or_else(|| {
                let file = ParsedFile::read(source, &mut self.symbols);
                count += 1;
                told(count, new);
                file
            });
            self.files.push(file);
        }
    }

    pub(super) fn files(&self) -> &[ParsedFile] {
        &self.files
    }

    pub(super) fn symbols(&self) -> &Symbols {
        &self.symbols
    }
}

impl ParsedFile {
    fn read(source: &Source, symbols: &mut Symbols) -> Self {
        let text = source.text.as_str();
        let kind = syntax::kind_of(&source.path, text);
        let mut tree = if kind == FileKind::Python { syntax::parse(text, symbols) } else { Tree::default() };
        let (mut yaml, mut template) = (Yaml::default(), Template::default());
        let (mut dockerfile, mut caddyfile, mut environment) = (Vec::new(), Vec::new(), Vec::new());
        match kind {
            FileKind::Compose | FileKind::Kubernetes | FileKind::HelmValues | FileKind::Yaml => {
                let (read, problem) = syntax::parse_yaml(text);
                yaml = read;
                // Between double braces stands a template of whatever tool; it becomes YAML only later.
                tree.problems.extend(problem.filter(|_| !text.contains("{{")));
            }
            // Named templates are no YAML by themselves, and others may not be once their actions are gone.
            FileKind::HelmTemplate if !source.path.ends_with(".tpl") => {
                template = syntax::read_template(text);
                yaml = syntax::parse_yaml(&template.yaml).0;
            }
            FileKind::Dockerfile => {
                let (read, problem) = syntax::read_dockerfile(text);
                dockerfile = read;
                tree.problems.extend(problem);
            }
            FileKind::Caddyfile => {
                let (read, problem) = syntax::read_caddyfile(text);
                caddyfile = read;
                tree.problems.extend(problem);
            }
            FileKind::Environment => environment = syntax::read_environment(text),
            _ => {}
        }
        let trimmed = source.path.trim_start_matches("./").trim_start_matches('/').replace('\\', "/");
        let stem = trimmed.rsplit_once('.').map_or(trimmed.as_str(), |(stem, _)| stem);
        let is_package = stem == "__init__" || stem.ends_with("/__init__");
        let module = stem.strip_suffix("__init__").unwrap_or(stem).trim_end_matches('/').replace('/', ".");
        let mut file = Self {
            mentioned: symbols.end_file(),
            kind,
            lines: LineIndex::new(text),
            tree,
            yaml,
            template,
            dockerfile,
            caddyfile,
            environment,
            module,
            is_package,
            is_test: is_test_path(&trimmed),
            is_script: is_script_path(&trimmed),
            is_in_script_folder: is_script_path(&trimmed),
            is_migration: trimmed.contains("alembic/") || trimmed.contains("migrations/"),
        };
        file.look_at_module(symbols);
        file
    }

    fn look_at_module(&mut self, symbols: &Symbols) {
        let name_is = |name: Symbol, text: &str| symbols.find(text) == Some(name);
        for binding in &self.tree.bindings {
            if binding.scope != 0 {
                continue;
            }
            let data = &self.tree.nodes[binding.node as usize];
            let module = match binding.kind {
                syntax::BindingKind::Import => data.name,
                syntax::BindingKind::ImportFrom => self.tree.nodes[data.parent as usize].name,
                _ => continue,
            };
            if name_is(module, "pytest") || name_is(module, "unittest") {
                self.is_test = true;
            }
            // `from textual.app import App`: the program of one person at a terminal.
            let package = symbols.text(module).split('.').next().unwrap_or_default();
            if ["argparse", "typer", "click", "textual", "curses", "prompt_toolkit"].contains(&package) {
                self.is_script = true;
            }
        }
        // What a module reads of its command line when it is imported, only a command gives it.
        if let Some(arguments) = symbols.find("argv") {
            self.is_script |= self.tree.nodes.iter().any(|data| {
                data.name == arguments
                    && data.scope == 0
                    && data.kind == syntax::Kind::Attribute
                    && self.tree.nodes[data.parent as usize].kind == syntax::Kind::Subscript
            });
        }
        let Some(main) = symbols.find("__main__") else { return };
        let is_guard = |node: u32| {
            self.tree.child(node, syntax::Role::Test).is_some_and(|test| {
                let data = &self.tree.nodes[test as usize];
                data.scope == 0
                    && data.kind == syntax::Kind::Compare
                    && (test..data.end).any(|inner| self.tree.nodes[inner as usize].name == main)
            })
        };
        let Some(guard) = self.tree.ifs.iter().copied().find(|&node| is_guard(node)) else { return };
        // An application that starts itself where its file is the program is one all the same.
        let serves = ["FastAPI", "Starlette"].iter().filter_map(|name| symbols.find(name)).any(|class| {
            self.tree.calls.iter().take_while(|&&call| call < guard).any(|&call| {
                let callee = self.tree.child(call, syntax::Role::Callee);
                self.tree.nodes[call as usize].scope == 0
                    && callee.is_some_and(|callee| self.tree.nodes[callee as usize].name == class)
            })
        });
        self.is_script |= !serves;
    }
}

fn is_script_path(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let name = last_part(path);
    folders.split('/').any(|part| {
        ["scripts", "script", "bin", "examples", "sample", "samples", "demo", "benchmarks", "cli"].contains(&part)
    }) || ["cli.py", "manage.py", "setup.py", "noxfile.py", "fabfile.py", "__main__.py"].contains(&name)
        // Within a package `tasks.py` is what a worker runs.
    || path == "tasks.py"
}

fn is_test_path(path: &str) -> bool {
    let name = last_part(path);
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "pytest_plugin.py")
        || path.split('/').any(|part| part == "tests" || part == "test" || part == "testing")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: String) -> Source {
        Source { path: path.to_owned(), text }
    }

    #[test]
    fn what_nobody_mentions_any_more_is_not_found_and_does_not_pile_up() {
        let mut parsed = ParsedFiles::default();
        let still = source("still.py", "import a\n".to_owned());
        let mut most = 0;
        for round in 0..400 {
            let names: String = (0..50).map(|name| format!("name_{round}_{name} = 1\n")).collect();
            let mut counts = Vec::new();
            let kept = [(round > 0).then_some(0), None];
            parsed.read(&[still.clone(), source("b.py", names)], &kept, &mut |done, all| {
                counts.push((done, all))
            });
            let symbols = parsed.symbols();
            most = most.max(symbols.len());
            let is_begun_anew = counts.len() == 2;
            assert!(is_begun_anew || counts == [(1, 1)], "{counts:?}");
            assert!(symbols.find(&format!("name_{round}_7")).is_some() && symbols.find("a").is_some());
            assert!(round == 0 || symbols.find(&format!("name_{}_7", round - 1)).is_none());
        }
        assert!(most < 1_200, "{most} symbols");
    }
}

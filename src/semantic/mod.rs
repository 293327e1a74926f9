//! What the given files mean together: names, types, calls, contexts and the call graph.
//!
//! A [`Model`] is built once a check, from what each file says by itself ([`ParsedFiles`]), which takes one walk a file
//! ([`crate::syntax`]). It answers lazily and remembers its answers: what no rule asks is never computed. Rules see it through [`Node`], a place in one of the files.
//!
//! In reading order. First what every language has: `parsed` (what a file says by itself), `node` (places and their
//! surroundings), `imports` (modules and names across files), `flow` and `branches` (which binding reaches a use, and what
//! holds there), `types`, `classes`, `fields` (of data models and settings), `expressions` (values and words), `described`
//! (dictionaries that hold no values), `calls` (callees, functions and what they reach).
//!
//! Then what this stack has: `web` (what is served), `database` (rows, sessions, migrations), `failures` (what fails, and
//! what becomes of it), `runtime` (what the process keeps, shares, starts and stops), `agents` (language models and graphs),
//! `isolation` (whose data it is), `deployment` (what the files that are no code say). Last, `in_words`: what is known of a
//! place, for people.

mod agents;
mod branches;
mod calls;
mod classes;
mod database;
mod deployment;
mod described;
mod expressions;
mod failures;
mod fields;
mod flow;
mod imports;
mod in_words;
mod isolation;
mod node;
mod parsed;
mod runtime;
mod types;
mod web;

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

pub use crate::file_names::is_example;
pub use crate::secrets::{
    begins_with_word, connection_strings, ends_with_word, has_word, is_guessable, is_placeholder,
    is_random_key, is_secret_name, is_set_secret, is_weak_word, looks_like_secret, names_secret,
    opens_something, words_of, written_keys,
};
pub use calls::callee::{Api, Bounded, Deadline};
pub use calls::entry_points::EntryPoints;
pub use calls::roles::{FunctionRole, Route};
pub use calls::summary::{Blocking, ChainStep, Waiting};
pub use database::engines::Database;
pub use database::migrations::{Migration, Step, StepKind, TypeChange, same_revisions, second_heads};
pub use database::rows::{Fetched, Inserted, RowChange};
pub use database::sessions::Held;
pub use database::stale_writes::{Claim, StaleWrite};
pub use deployment::{
    Build, ClusterIngress, ClusterService, Command, Container, ContainerPort, Dependency, ForgottenValue,
    Holds, Image, ImageStep, Pinning, Port, Printed, Probe, Processes, ProxyDirective, Resources, Runs,
    Service, SetBy, SetVariable, Span, Stage, Stop, StopFault, Stretch, Value, Workload,
};
pub use expressions::{
    UNREACHED_AT_ONCE, UNREACHED_BYTES, UNREACHED_COUNT, is_connection_string_name, is_masking_name,
    is_no_limit_of_size, is_personal_name, thing_named,
};
pub use failures::answer_loops::{AnswerLoop, AskedAgain};
pub use failures::exception_texts::{ErrorText, Leak};
pub use failures::failing::{ElementNames, Failing};
pub use failures::kept_failures::Kept;
pub use failures::retries::{Attempts, Failures, Pause, Retry};
pub use fields::Field;
pub use in_words::{is_built_in, number_in_words};
pub use isolation::tenant_values::names_tenants;
pub use isolation::tenants::{Scoping, TenantQuery};
pub use isolation::thread_names::ThreadName;
pub use node::Node;
pub use parsed::{ParsedFile, ParsedFiles};
pub use runtime::clients::SharedClient;
pub use runtime::environment::{EnvironmentRead, is_platform_variable, is_system_variable};
pub use runtime::lifecycle::{Connecting, Lifespan, Opened};
pub use runtime::local_files::FileUse;
pub use runtime::process::{ProcessChange, is_tracing_variable};
pub use runtime::shared_state::{Holding, SharedState};
pub use types::{PathId, Type};
pub use web::headers::WrittenHeader;
pub use web::responses::Response;
pub use web::routes::{ServedPaths, ServedRoute};

use crate::file_names::last_part;
use crate::report::FileKind;
use crate::settings::Settings;
use crate::source::Source;
use crate::stack::Tag;
use crate::syntax::{self, NodeId, Symbol, Symbols, Tree};
use calls::roles::Roles;
use classes::ClassFacts;
use types::TypeTable;

/// A node of one of the files, as plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: u32,
    pub node: NodeId,
}

/// One given file: what it says by itself, and what was found out of it beside the others.
pub struct File<'s> {
    pub path: &'s str,
    pub text: &'s str,
    parsed: &'s ParsedFile,
    /// Whether it is a job, as far as it was asked: it writes a log and shows nobody anything.
    is_job: std::cell::OnceCell<bool>,
    /// The types of the nodes that were asked for: 0 is 'not asked yet', `u32::MAX` 'being computed', else the
    /// type's number plus one.
    types: Vec<Cell<u32>>,
    /// Those of the bindings, in the same way.
    binding_types: Vec<Cell<u32>>,
    /// What all bindings of a name in a scope agree on, at the last of them.
    name_types: Vec<Cell<u32>>,
    /// The values that names were given, as far as it was asked: 0 is 'not asked yet', 1 'none', else the node's number
    /// plus two.
    assigned_values: Vec<Cell<u32>>,
    /// Names that nothing in the file binds and that were taken for what a library calls so.
    assumed: RefCell<Vec<Symbol>>,
}

impl std::ops::Deref for File<'_> {
    type Target = ParsedFile;

    fn deref(&self) -> &ParsedFile {
        self.parsed
    }
}

pub struct Model<'s> {
    pub settings: &'s Settings,
    pub files: Vec<File<'s>>,
    symbols: &'s Symbols,
    modules: FxHashMap<String, Vec<u32>>,
    table: TypeTable,
    depth: Cell<u32>,
    effects_on_own: RefCell<database::sessions::OwnEffects>,
    /// The first lock that each function takes for the rest of itself, as far as it was asked.
    first_locks: RefCell<FxHashMap<Place, Option<Place>>>,
    /// The calls that made what anything in the given files closes.
    closed: std::cell::OnceCell<FxHashSet<Place>>,
    /// How rows were fetched, by the expressions that stand for them.
    fetched: RefCell<FxHashMap<Place, Option<database::rows::FetchedPlaces>>>,
    /// Whether any call locks the rows that it reads.
    locks_rows: std::cell::OnceCell<bool>,
    /// Whether any call may take a database connection.
    takes_connections: std::cell::OnceCell<bool>,
    /// What runs where given classes are called.
    constructors: RefCell<FxHashMap<Place, calls::callee::Constructor>>,
    /// The calls that made objects, by the expressions that stand for them.
    constructed: RefCell<FxHashMap<Place, Option<Place>>>,
    /// The one value that a module gives a name.
    singletons: RefCell<FxHashMap<(u32, Symbol), Option<Place>>>,
    /// Which functions serve administrators alone, as far as it was asked.
    administrative: RefCell<FxHashMap<Place, bool>>,
    classes: RefCell<FxHashMap<Place, std::rc::Rc<ClassFacts>>>,
    /// The types of names that no scope of their file binds.
    outer_types: RefCell<FxHashMap<(u32, Symbol), types::TypeId>>,
    returns: RefCell<FxHashMap<Place, Option<types::TypeId>>>,
    blocking: RefCell<FxHashMap<Place, Option<Blocking>>>,
    /// The literals that parameters hold in every call, as far as they were asked for.
    constants: RefCell<FxHashMap<Place, Option<Place>>>,
    visiting: RefCell<FxHashSet<Place>>,
    roles: Roles,
    known_calls: std::cell::OnceCell<calls::callee::KnownCalls>,
    /// Whether a request waits for a function, as far as it was asked.
    serving: RefCell<FxHashMap<Place, bool>>,
    shows_handlers: std::cell::OnceCell<bool>,
    /// Which functions keep their failures, as far as it was asked.
    keeping: RefCell<FxHashMap<(Place, Kept), bool>>,
    callers: std::cell::OnceCell<FxHashMap<Place, Vec<Place>>>,
    overriding: std::cell::OnceCell<calls::callers::Overriding>,
    entry_points: std::cell::OnceCell<FxHashMap<Place, EntryPoints>>,
    /// Where each name's calls begin, and all calls, one name's behind the other's.
    calls_by_name: std::cell::OnceCell<(Vec<usize>, Vec<Place>)>,
    workloads: std::cell::OnceCell<Vec<Workload>>,
    made_at_import: std::cell::OnceCell<FxHashMap<Place, Place>>,
    application_state: std::cell::OnceCell<web::application::ApplicationState>,
    /// Whether that has been begun.
    finds_application_state: Cell<bool>,
    shared_state: std::cell::OnceCell<Vec<runtime::shared_state::StatePlaces>>,
    process_wide_targets: std::cell::OnceCell<Vec<Place>>,
    /// The calls that mount a router, each with the one that makes it.
    mounted: std::cell::OnceCell<Vec<(Place, Place)>>,
    tenant_key: std::cell::OnceCell<String>,
    tenant_tables: std::cell::OnceCell<FxHashMap<String, Place>>,
    /// The calls that hand SQL to a given function which sends it, in order.
    handing_sql: std::cell::OnceCell<Vec<Place>>,
}

/// What was found out of a key before, or is found out now and remembered.
fn remembered<K, V>(memory: &RefCell<FxHashMap<K, V>>, key: K, find: impl FnOnce() -> V) -> V
where
    K: Copy + Eq + std::hash::Hash,
    V: Copy,
{
    let known = memory.borrow().get(&key).copied();
    known.unwrap_or_else(|| {
        let found = find();
        memory.borrow_mut().insert(key, found);
        found
    })
}

impl<'s> Model<'s> {
    /// The model of files of which it is already known what each says by itself: `parsed` was read from `sources`.
    pub fn new(sources: &'s [Source], parsed: &'s ParsedFiles, settings: &'s Settings) -> Self {
        let files: Vec<File> =
            sources.iter().zip(parsed.files()).map(|(source, parsed)| File::new(source, parsed)).collect();
        let mut modules: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (index, file) in files.iter().enumerate() {
            if file.kind == FileKind::Python {
                // Every suffix is a way to import the file: which folder is the import root is not known.
                let mut name = file.module.as_str();
                loop {
                    modules.entry(name.to_owned()).or_default().push(index as u32);
                    match name.split_once('.') {
                        Some((_, rest)) => name = rest,
                        None => break,
                    }
                }
            }
        }
        let mut model = Self {
            settings,
            files,
            symbols: parsed.symbols(),
            modules,
            table: TypeTable::default(),
            depth: Cell::new(0),
            effects_on_own: RefCell::default(),
            first_locks: RefCell::default(),
            closed: std::cell::OnceCell::new(),
            fetched: RefCell::default(),
            locks_rows: std::cell::OnceCell::new(),
            takes_connections: std::cell::OnceCell::new(),
            constructors: RefCell::default(),
            constructed: RefCell::default(),
            singletons: RefCell::default(),
            administrative: RefCell::default(),
            classes: RefCell::default(),
            outer_types: RefCell::default(),
            returns: RefCell::default(),
            blocking: RefCell::default(),
            constants: RefCell::default(),
            visiting: RefCell::default(),
            roles: Roles::default(),
            known_calls: std::cell::OnceCell::new(),
            serving: RefCell::default(),
            shows_handlers: std::cell::OnceCell::new(),
            keeping: RefCell::default(),
            callers: std::cell::OnceCell::new(),
            overriding: std::cell::OnceCell::new(),
            entry_points: std::cell::OnceCell::new(),
            calls_by_name: std::cell::OnceCell::new(),
            workloads: std::cell::OnceCell::new(),
            made_at_import: std::cell::OnceCell::new(),
            application_state: std::cell::OnceCell::new(),
            finds_application_state: Cell::new(false),
            shared_state: std::cell::OnceCell::new(),
            process_wide_targets: std::cell::OnceCell::new(),
            mounted: std::cell::OnceCell::new(),
            tenant_key: std::cell::OnceCell::new(),
            tenant_tables: std::cell::OnceCell::new(),
            handing_sql: std::cell::OnceCell::new(),
        };
        model.roles = Roles::find(&model);
        model
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        self.symbols.text(symbol)
    }

    /// The names of a file that are bound nowhere and were taken for what a library calls so.
    pub fn assumed_names(&self, file: &File<'_>) -> Vec<String> {
        let mut names: Vec<String> =
            file.assumed.borrow().iter().map(|&name| self.text(name).to_owned()).collect();
        names.sort();
        names
    }

    /// The symbol of a name, if any of the files contains it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.symbols.find(text)
    }

    pub fn node(&self, place: Place) -> Node<'_> {
        Node { model: self, file: place.file, id: place.node }
    }

    /// The Python files.
    pub fn python(&self) -> impl Iterator<Item = (u32, &File<'s>)> {
        (0..).zip(&self.files).filter(|(_, file)| file.kind == FileKind::Python)
    }

    fn nodes<'m>(&'m self, list: fn(&Tree) -> &Vec<NodeId>) -> Nodes<'m> {
        Nodes { model: self, list, file: 0, ids: [].iter(), later: 0 }
    }

    /// All calls of all files.
    pub fn calls(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.calls)
    }

    /// The calls whose callees the tables describe, in order: few of all calls, and the only ones most rules ask for.
    pub fn known_calls(&self) -> impl Iterator<Item = (Node<'_>, Api)> {
        let known = self.known_calls.get_or_init(|| calls::callee::KnownCalls::find(self));
        known.calls.iter().map(|&(place, api)| (self.node(place), api))
    }

    /// The calls that do what the tag says.
    pub fn calls_doing(&self, tag: Tag) -> impl Iterator<Item = Node<'_>> {
        let known = self.known_calls.get_or_init(|| calls::callee::KnownCalls::find(self));
        known.doing(tag).map(|place| self.node(place))
    }

    /// All `def` and `lambda`.
    pub fn functions(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.functions)
    }

    pub fn classes(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.classes)
    }

    /// Plain, augmented and annotated assignments.
    pub fn assignments(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.assignments)
    }

    pub fn raises(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.raises)
    }

    pub fn returns(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.returns)
    }

    pub fn yields(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.yields)
    }

    pub fn handlers(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.handlers)
    }

    pub fn dictionaries(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.dictionaries)
    }

    pub fn loops(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.loops)
    }

    pub fn withs(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.withs)
    }

    pub fn ifs(&self) -> impl Iterator<Item = Node<'_>> {
        self.nodes(|tree| &tree.ifs)
    }

    /// Whether a text stands anywhere in the given files.
    pub fn mentions_text(&self, text: &str) -> bool {
        self.files.iter().any(|file| memchr::memmem::find(file.text.as_bytes(), text.as_bytes()).is_some())
    }

    /// How many imports of the given files name this.
    fn imports_of(&self, name: Symbol) -> usize {
        let files = self.files.iter();
        let bindings = files.flat_map(|file| file.tree.bindings.iter().map(move |binding| (file, binding)));
        bindings
            .filter(|(file, binding)| {
                binding.kind == syntax::BindingKind::ImportFrom
                    && file.tree.nodes[binding.node as usize].name == name
            })
            .count()
    }

    /// How often the name of a definition stands in the given files outside of the definition itself.
    fn mentions_elsewhere(&self, definition: Node<'_>) -> usize {
        let name = definition.name();
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let finder = memchr::memmem::Finder::new(name.as_bytes());
        let (start, stop) = (definition.data().start as usize, definition.data().stop as usize);
        let in_file = |(file, data): (u32, &File<'_>)| {
            let text = data.text.as_bytes();
            let mentions = finder.find_iter(text).filter(|&at| {
                let is_own = file == definition.file && (start..stop).contains(&at);
                let is_part = (at > 0 && is_word(text.get(at - 1))) || is_word(text.get(at + name.len()));
                !(is_own || is_part)
            });
            mentions.count()
        };
        (0..).zip(&self.files).map(in_file).sum()
    }

    /// Whether a byte offset lies in a string of a Python file.
    pub fn is_in_string(&self, file: usize, offset: u32) -> bool {
        self.files[file].tree.nodes.iter().any(|node| {
            matches!(node.kind, syntax::Kind::Str | syntax::Kind::FString | syntax::Kind::Bytes)
                && node.start <= offset
                && offset < node.stop
        })
    }

    /// The lines of which a comment above them speaks: the next line that holds more than a comment, or the whole
    /// definition that begins there.
    pub fn lines_below(&self, file: usize, line: u32) -> (u32, u32) {
        let data = &self.files[file];
        let text_of = |line: u32| {
            let start = data.lines.start_of(line)? as usize;
            data.text[start..].split(['\n', '\r']).next()
        };
        let mut next = line + 1;
        while text_of(next).is_some_and(|text| text.trim().is_empty() || text.trim_start().starts_with('#')) {
            next += 1;
        }
        let definitions = data.tree.functions.iter().chain(&data.tree.classes).copied();
        let last = definitions
            .filter(|&node| data.tree.nodes[node as usize].kind != syntax::Kind::Lambda)
            .filter(|&node| {
                let decorator = data.tree.child(node, syntax::Role::Decorator).unwrap_or(node);
                let start =
                    data.tree.nodes[decorator as usize].start.min(data.tree.nodes[node as usize].start);
                data.lines.line(start) == next
            })
            .map(|node| data.lines.line(data.tree.nodes[node as usize].stop))
            .max();
        (next, last.unwrap_or(next))
    }

    /// Whether any given file builds the application object.
    pub fn has_app(&self) -> bool {
        self.roles.has_app
    }
}

/// The nodes that one list of each Python file has, file by file. By hand, since what flattens iterators has the code of
/// the loop three times, wherever rules go over all calls.
struct Nodes<'m> {
    model: &'m Model<'m>,
    list: fn(&Tree) -> &Vec<NodeId>,
    file: u32,
    /// What is left of this file.
    ids: std::slice::Iter<'m, NodeId>,
    /// The file that comes next.
    later: u32,
}

impl Nodes<'_> {
    #[inline(never)]
    fn turn_to_next_file(&mut self) -> bool {
        let model = self.model;
        let Some(file) = model.files.get(self.later as usize) else { return false };
        self.file = self.later;
        self.later += 1;
        if file.kind == FileKind::Python {
            self.ids = (self.list)(&file.tree).iter();
        }
        true
    }
}

impl<'m> Iterator for Nodes<'m> {
    type Item = Node<'m>;

    fn next(&mut self) -> Option<Node<'m>> {
        loop {
            if let Some(&id) = self.ids.next() {
                return Some(Node { model: self.model, file: self.file, id });
            }
            if !self.turn_to_next_file() {
                return None;
            }
        }
    }
}

impl<'s> File<'s> {
    fn new(source: &'s Source, parsed: &'s ParsedFile) -> Self {
        Self {
            path: &source.path,
            text: &source.text,
            parsed,
            is_job: std::cell::OnceCell::new(),
            types: vec![Cell::new(0); parsed.tree.nodes.len()],
            binding_types: vec![Cell::new(0); parsed.tree.bindings.len()],
            name_types: vec![Cell::new(0); parsed.tree.bindings.len()],
            assigned_values: vec![Cell::new(0); parsed.tree.nodes.len()],
            assumed: RefCell::default(),
        }
    }
}

/// Folders and names of what is run by hand.
impl File<'_> {
    /// Whether the name of the module says that it is a cache: `app/thumbnail_cache.py`.
    pub fn is_a_cache(&self) -> bool {
        let name = last_part(self.path);
        ends_with_word(name.trim_end_matches(".py"), &["cache", "caches", "caching", "registry", "factory"])
    }

    /// Whether its name says that it takes a schema to another version.
    pub fn is_about_migrations(&self) -> bool {
        let name = last_part(self.path);
        has_word(name, &["migration", "migrations", "migrate"])
    }

    /// Whether it stands in a folder of code that rates models or measures speed.
    pub fn is_for_evaluation(&self) -> bool {
        let folders = self.path.rsplit_once('/').map_or("", |(folders, _)| folders);
        has_word(folders, &["eval", "evals", "evaluation", "benchmark", "benchmarks"])
    }
}

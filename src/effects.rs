//! What code does that others rely on, function by function: what it is given, reads and sets, which systems it reaches,
//! what it returns and answers with. Asked of exercises alone: an answer has to go on doing what the code is for.
//!
//! An [`Effect`] is a few words behind the name of whose it is. What a helper does counts for whoever calls it, so code
//! may be moved; what no run can reach counts for nobody.

use rustc_hash::FxHashSet;

use crate::report::{Effect, FileKind};
use crate::semantic::{Api, Model, Node, Place, Type};
use crate::source::Source;
use crate::stack::{System, Tag, knows_package};
use crate::syntax::{BindingKind, Kind, Role, ScopeKind};

/// Code with more nodes is no answer to an exercise, and takes long to go through.
const LARGEST: usize = 20_000;
/// What lies deeper, helpers of helpers included, is not looked at: the stack of a browser's worker is small.
const DEEPEST: u32 = 150;

/// Everything that the given files do, without order.
pub fn effects(sources: &[Source], model: &Model<'_>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.python().map(|(_, file)| file.tree.nodes.len()).sum::<usize>() > LARGEST {
        return effects;
    }
    for (source, file) in sources.iter().zip(&model.files) {
        if file.kind != FileKind::Python {
            effects.extend(lines(source));
        }
    }
    for (file, _) in model.python() {
        let module = model.node(Place { file, node: 0 });
        let is_root = |node: &Node<'_>| match node.kind() {
            Kind::Module => true,
            Kind::FunctionDef | Kind::ClassDef => !node.name().starts_with('_') && is_for_others(*node),
            _ => false,
        };
        for root in module.descendants().filter(is_root) {
            effects.extend(Walk::through(root));
        }
    }
    effects
}

/// Words with names in place of each `{}`. One function for all of them: `format!` writes the same out at each place.
#[inline(never)]
pub fn filled(words: &str, names: &[&str]) -> String {
    let mut text = String::new();
    let mut names = names.iter();
    for (index, part) in words.split("{}").enumerate() {
        if index > 0 {
            text.push_str(names.next().unwrap_or(&""));
        }
        text.push_str(part);
    }
    text
}

/// What a file that is no Python says, line by line, each behind the keys that it is indented under.
fn lines(source: &Source) -> impl Iterator<Item = Effect> {
    let mut keys: Vec<(usize, &str)> = Vec::new();
    source.text.lines().filter_map(move |line| {
        let text = line.split(" #").next().unwrap_or_default().trim();
        let indent = line.len() - line.trim_start().len();
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        keys.retain(|(of, _)| *of < indent);
        keys.push((indent, text));
        let path: Vec<&str> = keys.iter().map(|(_, key)| *key).collect();
        Some(Effect { of: source.path.clone(), does: filled("say `{}`", &[&path.join(" ")]), is_harm: false })
    })
}

/// Whether a definition is there for others: it serves a route, or none of the given functions calls it.
fn is_for_others(definition: Node<'_>) -> bool {
    let model = definition.model;
    let scopes = &definition.source_file().tree.scopes;
    scopes[definition.data().scope as usize].kind != ScopeKind::Function
        && (definition.is(Kind::ClassDef)
            || definition.route().is_some()
            || !model
                .callers_of(definition.place())
                .iter()
                .any(|&call| model.node(call).function().is_some()))
}

/// The uses of the name that an expression is assigned to.
pub fn uses<'m>(assignment: Node<'m>) -> impl Iterator<Item = Node<'m>> {
    let around = assignment.function().unwrap_or(assignment.at(0));
    let names = assignment.targets().filter(|target| target.is(Kind::Name));
    names.flat_map(move |target| {
        let is_use = move |name: &Node<'_>| name.symbol() == target.symbol() && !name.data().is_store;
        around.descendants_of(Kind::Name).filter(is_use)
    })
}

/// Whether anybody uses what an expression gives.
pub fn is_used(value: Node<'_>) -> bool {
    value.parent().is_some_and(|parent| match parent.kind() {
        Kind::Await | Kind::Starred | Kind::Conditional | Kind::BoolOp => is_used(parent),
        Kind::ExprStatement => false,
        Kind::Assign | Kind::AnnAssign => {
            !parent.targets().all(|target| target.is(Kind::Name)) || uses(parent).next().is_some()
        }
        _ => true,
    })
}

/// Whether somebody awaits a coroutine, or is handed it.
pub fn is_run(coroutine: Node<'_>, depth: u32) -> bool {
    let awaits = |node: Node<'_>| node.descendants_of(Kind::Await).next().is_some();
    coroutine.parent().is_some_and(|parent| match parent.kind() {
        Kind::Await | Kind::Keyword | Kind::WithItem | Kind::Lambda => true,
        Kind::Call => !parent.callee().is_some_and(is_of_python),
        Kind::Return => !parent.function().is_some_and(Node::is_async),
        Kind::Assign | Kind::AnnAssign | Kind::Named => {
            depth < 4
                && (!parent.targets().all(|target| target.is(Kind::Name))
                    || uses(parent).any(|name| is_run(name, depth + 1)))
        }
        Kind::For => parent.is_async() || awaits(parent),
        Kind::Comprehension => parent.is_async() || parent.parent().is_some_and(awaits),
        Kind::ExprStatement | Kind::DictItem | Kind::FString => false,
        _ => is_run(parent, depth),
    })
}

/// Whether an expression is one of Python's own names.
pub fn is_of_python(named: Node<'_>) -> bool {
    named.path().is_some_and(|path| path.starts_with("builtins."))
}

/// Whether a test always comes out this way.
fn is_always(test: Option<Node<'_>>, wanted: bool) -> bool {
    test.is_some_and(|test| match test.kind() {
        Kind::True => wanted,
        Kind::False | Kind::None => !wanted,
        Kind::Number => (test.number() != Some(0.0)) == wanted,
        _ => false,
    })
}

/// The given function or class that an expression names.
fn definition(named: Node<'_>) -> Option<Place> {
    match named.ty() {
        Type::Function(place) | Type::Method(place) | Type::Class(place) => Some(place),
        _ => None,
    }
}

/// Whether an expression names something of a library that the tables know.
fn is_of_library(named: Node<'_>) -> bool {
    matches!(named.ty(), Type::Path(_) | Type::Bound(..))
        && named.path().is_some_and(|path| {
            let package = path.split('.').next().unwrap_or_default();
            package == "builtins" || knows_package(package)
        })
}

/// Goes through all that one definition, or the code of a file outside of any, reaches.
struct Walk<'m> {
    of: String,
    /// The function or class, or the module.
    root: Node<'m>,
    /// The functions whose parameters come from whoever calls it: itself, and what is injected into it.
    given: Vec<Node<'m>>,
    found: Vec<Effect>,
    seen: FxHashSet<Place>,
    depth: u32,
    /// Whether something was changed, and not committed since.
    is_open: bool,
    /// Whether a commit is reached, and whether a block commits at its end.
    commits: bool,
    commits_itself: bool,
}

impl<'m> Walk<'m> {
    fn through(root: Node<'m>) -> Vec<Effect> {
        let of = match root.is(Kind::Module) {
            true => root.source_file().path.to_owned(),
            false => root.qualified_name(),
        };
        let seen = FxHashSet::from_iter([root.place()]);
        let mut walk = Self {
            of,
            root,
            given: vec![root],
            found: Vec::new(),
            seen,
            depth: 0,
            is_open: false,
            commits: false,
            commits_itself: false,
        };
        walk.says("");
        match root.is(Kind::Module) {
            true => walk.module(),
            false => walk.definition(),
        }
        walk.found
    }

    fn add(&mut self, words: &str, names: &[&str], is_harm: bool) {
        let effect = Effect { of: self.of.clone(), does: filled(words, names), is_harm };
        if !self.found.contains(&effect) {
            self.found.push(effect);
        }
    }

    fn says(&mut self, does: &str) {
        self.add(does, &[], false);
    }

    fn harms(&mut self, does: &str) {
        self.add(does, &[], true);
    }

    /// A verb, and a name of the code.
    fn does(&mut self, verb: &str, name: &str) {
        if !name.is_empty() {
            self.add("{} `{}`", &[verb, name], false);
        }
    }

    /// What stands outside of functions and classes. What the file itself uses counts where it is used.
    fn module(&mut self) {
        let root = self.root;
        let serves = |name: Node<'_>| name.ancestors().any(|node| node.is(Kind::Decorator));
        for statement in root.children().flat_map(Node::children) {
            let names = || statement.targets().filter(|target| target.is(Kind::Name));
            let is_for_others = uses(statement).next().is_none() || uses(statement).any(serves);
            if names().next().is_some() && is_for_others {
                names().for_each(|name| self.does("define", name.name()));
            }
            if is_for_others && !matches!(statement.kind(), Kind::FunctionDef | Kind::ClassDef) {
                self.visit(statement);
            }
        }
    }

    fn definition(&mut self) {
        let root = self.root;
        self.given.extend(root.dependencies().into_iter().map(|(_, function)| function));
        if let Some(route) = root.route() {
            self.add("serve `{} {}`", &[route.callee_name(), &root.full_route_path()], false);
        } else if root.is_async() {
            self.says("be an `async def`");
        }
        for parameter in self.given.clone().into_iter().flat_map(Node::parameters) {
            let written = parameter.child(Role::Annotation).map_or("", Node::source);
            let is_of_framework = ["Request", "Response", "BackgroundTasks", "WebSocket"].contains(&written);
            if is_of_framework
                || parameter.injected_by().is_some()
                || matches!(parameter.name(), "self" | "cls")
            {
                continue;
            }
            self.does("take", parameter.name());
            if parameter.child(Role::Default).is_none() {
                self.add("ask whoever calls it for `{}`", &[parameter.name()], true);
            }
        }
        self.enter(root);
        if self.commits && (!self.is_open || self.commits_itself) {
            self.says("commit what it changes");
        }
    }

    /// What runs when a function or class is defined and called.
    fn enter(&mut self, definition: Node<'m>) {
        for child in definition.children() {
            match child.role() {
                Role::Annotation | Role::Returns => {}
                // Another session will do.
                Role::Parameter => {
                    let written = child.child(Role::Annotation).map_or("", Node::source);
                    if !matches!(written, "AsyncSession" | "Session") {
                        child.injected_by().into_iter().for_each(|call| {
                            self.visit(call);
                        });
                    }
                }
                _ => {
                    self.visit(child);
                }
            }
        }
    }

    /// What is named is reached: a given function or class, or the value of a name.
    fn reach(&mut self, place: Place) {
        if self.seen.insert(place) {
            let node = self.root.model.node(place);
            if matches!(node.kind(), Kind::FunctionDef | Kind::ClassDef) {
                self.enter(node);
            } else {
                self.visit(node);
            }
        }
    }

    /// The whole of it; says whether what stands behind runs as well.
    fn children(&mut self, node: Node<'m>) -> bool {
        let mut goes_on = true;
        for child in node.children() {
            goes_on &= self.visit(child);
        }
        goes_on
    }

    /// Goes through a statement or an expression; says whether what stands behind it runs as well.
    fn visit(&mut self, node: Node<'m>) -> bool {
        if self.depth > DEEPEST {
            return true;
        }
        self.depth += 1;
        let goes_on = self.look_at(node);
        self.depth -= 1;
        goes_on
    }

    fn look_at(&mut self, node: Node<'m>) -> bool {
        let is_own = node.function() == Some(self.root);
        match node.kind() {
            // Up to the statement behind which nothing runs.
            Kind::Block => return node.children().all(|statement| self.visit(statement)),
            Kind::FunctionDef | Kind::ClassDef | Kind::Import | Kind::ImportFrom => return true,
            Kind::If => return self.branches(node),
            Kind::While | Kind::For => return self.repeats(node),
            Kind::Try => return self.tries(node),
            Kind::Handler => return self.catches(node),
            Kind::Name if !node.data().is_store => self.name(node),
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::Str => self.text(node),
            _ if node.role() == Role::Annotation => {}
            Kind::Return if is_own && node.value().is_some_and(|value| !value.is(Kind::None)) => {
                self.says("return a value");
                self.children(node);
            }
            Kind::Yield | Kind::YieldFrom if is_own => {
                self.says("yield");
                self.children(node);
            }
            Kind::AnnAssign if node.parent().and_then(Node::parent) == Some(self.root) => self.field(node),
            Kind::AugAssign => {
                node.targets().for_each(|target| self.does("use", target.name()));
                self.children(node);
            }
            Kind::DictItem => {
                self.does("set", node.child(Role::Key).map_or("", Node::name));
                self.children(node);
            }
            Kind::Subscript => {
                let index = node.child(Role::Index).filter(|index| index.is(Kind::Slice));
                // The first few of what is gone through, and the rest without a word.
                if node.role() == Role::Iterable
                    && index.is_some_and(|index| index.child(Role::Left).is_none())
                {
                    self.harms("go through the first few alone");
                }
                let verb = if node.data().is_store { "set" } else { "use" };
                self.does(
                    verb,
                    node.child(Role::Index).filter(|index| index.is(Kind::Str)).map_or("", Node::name),
                );
                self.children(node);
            }
            _ => {
                let goes_on = self.children(node);
                return match node.kind() {
                    Kind::Return | Kind::Raise | Kind::Continue | Kind::Break => false,
                    Kind::ExprStatement => !node.children().any(|call| call.does(Tag::EndsProcess)),
                    Kind::Assert => !is_always(node.child(Role::Test), false),
                    Kind::With | Kind::Clause => goes_on,
                    _ => true,
                };
            }
        }
        !node.is(Kind::Return)
    }

    fn branches(&mut self, node: Node<'m>) -> bool {
        let (mut goes_on, mut has_else) = (false, false);
        let clauses = node.children().filter(|child| child.role() == Role::Clause);
        for clause in std::iter::once(node).chain(clauses) {
            let test = clause.child(Role::Test);
            has_else |= test.is_none() || is_always(test, true);
            if is_always(test, false) {
                continue;
            }
            test.into_iter().chain(clause.body()).for_each(|part| {
                let reached = self.visit(part);
                goes_on |= part.is(Kind::Block) && reached;
            });
            if is_always(test, true) {
                break;
            }
        }
        goes_on || !has_else
    }

    fn repeats(&mut self, node: Node<'m>) -> bool {
        let test = node.child(Role::Test);
        if is_always(test, false) {
            return true;
        }
        for child in node.children() {
            let goes_on = self.visit(child);
            if child.role() == Role::Body && !goes_on && child.descendants_of(Kind::Continue).next().is_none()
            {
                self.harms("leave a loop in its first round");
            }
        }
        let is_endless = is_always(test, true);
        if is_endless {
            self.says("go on for ever");
        }
        !is_endless || node.descendants_of(Kind::Break).next().is_some()
    }

    fn tries(&mut self, node: Node<'m>) -> bool {
        let (mut goes_on, mut is_left) = (false, false);
        for child in node.children() {
            let reached = self.visit(child);
            match child.role() {
                Role::Handler => goes_on |= reached,
                Role::Final => is_left = !reached,
                // `else` stands behind the handlers and runs behind the body.
                _ => goes_on |= reached,
            }
        }
        goes_on && !is_left
    }

    /// An `except` clause that raises nothing, notes nothing and calls nothing but a logger passes over what it catches. In a
    /// loop a line in the log is enough: the next round is tried.
    fn catches(&mut self, handler: Node<'m>) -> bool {
        let is_repeated = handler.parent().is_some_and(|node| node.enclosing_loop().is_some());
        let is_telling = |node: Node<'m>| match node.kind() {
            Kind::Raise => true,
            Kind::Call => is_repeated && node.writes_log() || !node.writes_log() && !node.does(Tag::Prints),
            Kind::Attribute | Kind::Subscript | Kind::AugAssign => {
                node.data().is_store || node.is(Kind::AugAssign)
            }
            // A helper may say by what it returns that it has failed.
            Kind::Return => node.function() != Some(self.root) && node.value().is_some(),
            _ => false,
        };
        if !handler.body().is_some_and(|body| body.descendants().any(is_telling)) {
            self.harms("pass over an error");
        }
        if is_repeated && handler.body().is_some_and(Node::leaves) {
            let last = handler.body().and_then(|body| body.children().last());
            if last.is_some_and(|last| !last.is(Kind::Continue)) {
                self.harms("end its loop with the first error");
            }
        }
        self.children(handler)
    }

    /// A field of the class that is looked at.
    fn field(&mut self, node: Node<'m>) {
        let Some(name) = node.targets().next().map(Node::name) else { return };
        self.does("have", name);
        let Some(value) = node.value() else { return self.does("require", name) };
        let default = match value.does(Tag::DescribesField) {
            true => value.argument_or_keyword(0, "default").or_else(|| value.keyword("default_factory")),
            false => Some(value),
        };
        if default.is_some_and(|default| !default.is(Kind::Ellipsis)) {
            self.add("give `{}` a default", &[name], false);
        } else {
            self.does("require", name);
        }
        self.visit(value);
    }

    fn name(&mut self, node: Node<'m>) {
        let Some(scope) = node.scope_of_name() else { return };
        let tree = &node.source_file().tree;
        for binding in tree.bindings_of(scope, node.symbol()) {
            let data = tree.bindings[binding as usize];
            let bound = node.at(data.node);
            match data.kind {
                BindingKind::Parameter => {
                    let is_given = bound.injected_by().is_none();
                    if is_given && bound.parent().is_some_and(|function| self.given.contains(&function)) {
                        self.does("use", node.name());
                    }
                }
                BindingKind::Import | BindingKind::ImportFrom => self.outer(node),
                BindingKind::Function | BindingKind::Class => self.reach(bound.place()),
                _ if scope == 0 => self.reach(bound.statement().place()),
                _ => {}
            }
        }
    }

    fn attribute(&mut self, node: Node<'m>) {
        if let Some(object) = node.child(Role::Value) {
            self.visit(object);
        }
        if node.data().is_store {
            self.is_open = true;
            self.does("set", node.name());
        } else {
            self.outer(node);
        }
    }

    /// What is no name of this function.
    fn outer(&mut self, node: Node<'m>) {
        let value = node.resolved_value();
        if let Some(place) = definition(node) {
            self.reach(place);
        } else if value != node {
            self.reach(value.place());
        } else if matches!(node.name(), "append" | "extend") {
            // `+=` does the same.
        } else if !is_of_library(node) {
            self.does("use", node.name());
            // Whoever is handed a function calls it, and awaits it if need be.
            let is_injected = node.parent().is_some_and(|call| call.model.dependency_of(call).is_some());
            if is_handed(node) && !is_injected && node.name().starts_with(char::is_lowercase) {
                self.does("await", node.name());
                self.add("use what `{}` gives", &[node.name()], false);
            }
        } else if is_handed(node)
            && let Some(api) = node.api_when_called()
        {
            self.crosses(&api, true);
            if api.class.is_some() {
                self.does("use", node.name());
            }
        }
    }

    /// A call to another system.
    fn crosses(&mut self, api: &Api, is_used: bool) {
        let system = api.callable.crosses.or(api.callable.blocks);
        if system == Some(System::Loop) && self.root.is_async() {
            self.harms("start an event loop inside the one that runs");
        }
        let is_outside = |system: &System| !matches!(system, System::Sleep | System::Wait | System::Loop);
        if let Some(system) = system.filter(is_outside).filter(|_| !api.is_constructor) {
            self.add("ask {}", &[system.reached()], false);
            if is_used {
                self.add("use what {} answers", &[system.reached()], false);
            }
        }
    }

    fn call(&mut self, call: Node<'m>) {
        let name = call.callee_name();
        let api = call.api();
        let has = |tags: &[Tag]| api.is_some_and(|api| tags.iter().any(|tag| api.has(*tag)));
        let is_decorator = call.parent().is_some_and(|parent| parent.is(Kind::Decorator));
        if call.writes_log() {
            self.says("write to the log");
            return;
        }
        // Whoever starts something aside does not hear how it ends.
        if has(&[Tag::AfterResponse]) || has(&[Tag::StartsTask]) && !is_used(call) {
            return;
        }
        if is_decorator && api.is_some_and(|api| api.callable.retry.is_some()) {
            return;
        }
        let target = call.target().map(|place| call.model.node(place));
        let is_coroutine = api.is_some_and(|api| api.callable.coroutine)
            || target.is_some_and(|function| function.is_async() && !function.is_generator());
        if is_coroutine && !is_run(call, 0) {
            self.arguments(call, api);
            return;
        }
        match api {
            None => {
                call.callee().into_iter().for_each(|callee| {
                    self.visit(callee);
                });
                target.into_iter().for_each(|function| self.reach(function.place()));
                let is_function =
                    call.receiver().is_none() && target.is_none() && !is_of_library(call.at(call.id + 1));
                if is_function && name.starts_with(char::is_lowercase) {
                    if is_run(call, 0) {
                        self.does("await", name);
                    }
                    if is_used(call) {
                        self.add("use what `{}` gives", &[name], false);
                    }
                }
            }
            Some(api) => {
                call.receiver().into_iter().for_each(|receiver| {
                    self.visit(receiver);
                });
                call.callee().and_then(definition).into_iter().for_each(|place| self.reach(place));
                self.crosses(&api, is_used(call));
                let key = call.model.tenant_key();
                if api.callable.crosses == Some(System::Database)
                    && call.argument(0).is_some()
                    && !call.positional().any(|argument| speaks_of(argument, key, 0))
                {
                    self.add("ask the database without `{}`", &[key], true);
                }
                let is_plain = api.callable.crosses.is_none()
                    && !api.is_constructor
                    && api.class.is_some_and(|class| {
                        !class.name.starts_with("builtins") && !class.name.starts_with("asyncio")
                    })
                    && !has(&[
                        Tag::MarksRoute,
                        Tag::BuildsStatement,
                        Tag::Fetches,
                        Tag::Commits,
                        Tag::RollsBack,
                        Tag::Closes,
                        Tag::Flushes,
                    ]);
                if is_plain || has(&[Tag::ChangesSchema]) {
                    self.does("use", name);
                }
                if has(&[Tag::AddsRow]) {
                    self.says("add a row");
                }
                self.is_open |= has(&[Tag::AddsRow, Tag::DeletesRow]) || call.writes_by_sql();
            }
        }
        let is_pause = api.is_some_and(|api| api.callable.crosses.is_none() && api.class.is_none());
        if (call.is_awaited() || is_coroutine) && target.is_none() && !is_pause {
            self.says("await something outside of these files");
        }
        self.arguments(call, api);
        if has(&[Tag::Commits]) || name == "begin" {
            self.commits = true;
            self.is_open = false;
            self.commits_itself |= name == "begin";
        }
    }

    fn arguments(&mut self, call: Node<'m>, api: Option<Api>) {
        let limits =
            api.and_then(|api| api.callable.timeout.as_ref()).map_or(&[][..], |timeout| timeout.parameters);
        // `invoice.get("number")` reads what `invoice["number"]` does.
        if call.callee_name() == "get" {
            self.does("use", call.argument(0).and_then(Node::string).unwrap_or_default());
        }
        let gathers = api.is_some_and(|api| api.has(Tag::Gathers));
        for argument in call.children().skip(1) {
            let keyword = if argument.is(Kind::Keyword) { argument.name() } else { "" };
            let Some(value) = argument.value().filter(|_| argument.is(Kind::Keyword)).or(Some(argument))
            else {
                continue;
            };
            let is_first = call.callee_name().ends_with("Exception") && call.argument(0) == Some(argument);
            if (keyword == "status_code" || is_first)
                && let Some(status) = value.http_status()
            {
                self.add("answer with {}", &[&status.to_string()], false);
            }
            // An option may be left out that is as it is by itself, and a limit may stand elsewhere.
            let is_option = matches!(value.kind(), Kind::True | Kind::False | Kind::None | Kind::Dict)
                || matches!(value.source(), "\"\"" | "b\"\"" | "''" | "b''");
            // An object of these files has it as an attribute, and a client looks at each answer's status.
            if keyword == "raise_for_status" || matches!(call.ty(), Type::Object(_)) {
                self.does("use", keyword);
            }
            if keyword != "status_code"
                && !is_option
                && !gathers
                && !limits.contains(&keyword)
                && !keyword.contains("timeout")
            {
                self.does("set", keyword);
            }
            self.visit(value);
        }
    }

    /// What SQL names is used, and perhaps set; a table by the name of its class as well.
    fn text(&mut self, node: Node<'m>) {
        let text = node.source().trim_start_matches(|first: char| !first.is_alphabetic());
        let first = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(first.as_str(), "update" | "insert" | "select" | "delete") {
            return;
        }
        for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            self.does("use", word);
            self.does("set", word);
            let class: String = word
                .trim_end_matches('s')
                .split('_')
                .filter_map(|part| Some(part.get(..1)?.to_ascii_uppercase() + part.get(1..)?))
                .collect();
            self.does("use", &class);
        }
    }
}

/// Whether a word stands in an expression, or in what its names were assigned.
fn speaks_of(expression: Node<'_>, word: &str, depth: u32) -> bool {
    expression.source().contains(word)
        || depth < 4
            && expression.descendants_of(Kind::Name).any(|name| {
                let tree = &name.source_file().tree;
                let Some(scope) = name.scope_of_name() else { return false };
                tree.bindings_of(scope, name.symbol()).any(|binding| {
                    let statement = name.at(tree.bindings[binding as usize].node).statement();
                    statement != expression.statement()
                        && statement.value().is_some_and(|value| speaks_of(value, word, depth + 1))
                })
            })
}

/// Whether an expression is handed to a call as it stands.
fn is_handed(node: Node<'_>) -> bool {
    node.role() == Role::Argument && node.parent().is_some_and(|parent| parent.is(Kind::Call))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::ParsedFiles;
    use crate::settings::Settings;

    /// What `f` does, or another root.
    fn does(of: &str, text: &str) -> Vec<String> {
        let files = [Source { path: "main.py".to_owned(), text: text.to_owned() }];
        let (parsed, settings) = (ParsedFiles::of(&files), Settings::default());
        let found = effects(&files, &Model::new(&files, &parsed, &settings)).into_iter();
        let word = |effect: Effect| if effect.is_harm { format!("not {}", effect.does) } else { effect.does };
        found.filter(|effect| effect.of == of).map(word).collect()
    }

    fn has(text: &str, wanted: &str) -> bool {
        does("f", text).iter().any(|does| does == wanted)
    }

    const LIVE: &str = "use what `load` gives";

    #[test]
    fn what_no_run_reaches_is_not_done() {
        let body = |lines: &str| format!("from app.a import load\n\n\ndef f(a):\n    {lines}\n");
        for live in [
            "return load(a)",
            "if a:\n        return 1\n    return load(a)",
            "while True:\n        if a:\n            break\n    return load(a)",
            "try:\n        return load(a)\n    finally:\n        pass",
            "try:\n        a()\n    except KeyError:\n        return None\n    return load(a)",
            "if False:\n        return 1\n    return load(a)",
            "def g():\n        return load(a)\n\n    return g()",
        ] {
            assert!(has(&body(live), LIVE), "{live}");
        }
        for dead in [
            "return 1\n    return load(a)",
            "if a:\n        return 1\n    else:\n        raise KeyError\n    return load(a)",
            "while True:\n        a()\n    return load(a)",
            "if False:\n        return load(a)",
            "if True:\n        return 1\n    return load(a)",
            "with a:\n        return 1\n    return load(a)",
            "try:\n        return 1\n    except KeyError:\n        raise\n    return load(a)",
            "def g():\n        return load(a)",
            "load(a)",
            "b = load(a)",
        ] {
            assert!(!has(&body(dead), LIVE), "{dead}");
        }
    }

    #[test]
    fn helpers_count_for_their_callers() {
        let text = "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5)\n\n\ndef f(url):\n    return load(url).json()\n";
        assert!(has(text, "ask an HTTP server") && has(text, "take `url`") && has(text, "use `url`"));
        assert!(does("load", text).is_empty());
    }

    #[test]
    fn what_is_written_is_committed() {
        let text = |lines: &str| {
            format!(
                "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def f(db: AsyncSession, row):\n    {lines}\n"
            )
        };
        assert!(has(&text("row.a += 1\n    await db.commit()"), "commit what it changes"));
        assert!(!has(&text("await db.commit()\n    row.a += 1"), "commit what it changes"));
        assert!(!has(&text("row.a += 1\n    db.commit()"), "commit what it changes"));
        assert!(has(&text("async with db.begin():\n        row.a += 1"), "commit what it changes"));
    }

    #[test]
    fn an_error_that_nobody_hears_of_is_a_harm() {
        let caught = |lines: &str| {
            format!(
                "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef f(a):\n    try:\n        a()\n    except Exception as error:\n        {lines}\n"
            )
        };
        for quiet in ["pass", "return {}", "logger.exception('no')", "b = 1"] {
            assert!(has(&caught(quiet), "not pass over an error"), "{quiet}");
        }
        for told in ["raise", "a.failed.append(error)", "a.failed += 1", "a.status = 503"] {
            assert!(!has(&caught(told), "not pass over an error"), "{told}");
        }
    }

    #[test]
    fn other_files_say_their_lines_under_their_keys() {
        let files = [Source {
            path: "a.yaml".to_owned(),
            text: "a:\n  # why\n  b: 1  # one\nc:\n  b: 1\n".to_owned(),
        }];
        let said: Vec<String> = lines(&files[0]).map(|effect| effect.does).collect();
        assert_eq!(said, ["say `a:`", "say `a: b: 1`", "say `c:`", "say `c: b: 1`"]);
    }
}

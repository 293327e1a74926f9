//! The way through all that one definition reaches, and what is found on it.

use rustc_hash::FxHashSet;

use super::filled;
use super::values::{is_run, is_used, uses};
use crate::report::Effect;
use crate::semantic::{Api, Node, Place, Type};
use crate::stack::{System, Tag, knows_package};
use crate::syntax::{BindingKind, Kind, Operator, Role};

/// What lies deeper, helpers of helpers included, is not looked at: the stack of a browser's worker is small.
const DEEPEST: u32 = 150;

/// A number that goes down where it has to go up.
const TAKES_AWAY: &str = "take away from `{}`";

/// What Python itself raises for a wrong value, and a service mostly not.
const OF_PYTHON: [&str; 6] =
    ["ValueError", "KeyError", "TypeError", "IndexError", "LookupError", "AttributeError"];

/// Goes through all that one definition, or the code of a file outside of any, reaches.
pub struct Walk<'m> {
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
    pub fn through(root: Node<'m>) -> Vec<Effect> {
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
            Kind::Assign | Kind::AugAssign => {
                if node.is(Kind::AugAssign) {
                    node.targets().for_each(|target| self.does("use", target.name()));
                }
                for target in node.targets().filter(|target| target.is(Kind::Attribute)) {
                    self.updates(target, node);
                }
                self.children(node);
            }
            Kind::DictItem => {
                if let Some(key) = node.child(Role::Key) {
                    self.does("set", key.name());
                    self.updates(key, node);
                    self.gives(key.name(), node);
                }
                self.children(node);
            }
            // `Document.app_id != app.app_id`: everybody's but one's own.
            Kind::Compare => {
                let column = node.child(Role::Left).filter(|left| left.is(Kind::Attribute));
                let is_of_class =
                    |of: Node<'m>| of.is(Kind::Name) && of.name().starts_with(char::is_uppercase);
                if node.operator() == Operator::NotEqual
                    && let Some(column) = column.filter(|left| left.receiver().is_some_and(is_of_class))
                {
                    self.add("ask for all but one `{}`", &[column.name()], true);
                }
                self.children(node);
            }
            Kind::Subscript => {
                let index = node.child(Role::Index).filter(|index| index.is(Kind::Slice));
                // The first few of what is gone through, or all but those, and the rest without a word.
                let has = |role| index.is_some_and(|index| index.child(role).is_some());
                if node.role() == Role::Iterable && has(Role::Left) != has(Role::Right) {
                    self.harms("go through a part of it alone");
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
            self.refuses(test, clause.body());
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

    /// A test behind which the code refuses: what is there is not missing, and what is little is not too much.
    fn refuses(&mut self, test: Option<Node<'m>>, body: Option<Node<'m>>) {
        let raised = body.and_then(|body| body.children().last()).filter(|last| last.is(Kind::Raise));
        let status = raised.into_iter().flat_map(Node::descendants).find_map(|made| made.response()?.status);
        let Some(status) = status else { return };
        let is_fixed = |side: Option<Node<'m>>| {
            side.is_some_and(|side| side.is(Kind::Number) || !side.source().contains(char::is_lowercase))
        };
        for part in test.into_iter().flat_map(|test| test.descendants_of(Kind::Compare)) {
            let (left, right) = (part.child(Role::Left), part.child(Role::Right));
            let is_little = match part.operator() {
                Operator::Less | Operator::LessEqual => is_fixed(right),
                Operator::Greater | Operator::GreaterEqual => is_fixed(left),
                _ => false,
            };
            let is_there =
                part.operator() == Operator::IsNot && right.is_some_and(|right| right.is(Kind::None));
            if status == 413 && is_little || status == 404 && is_there {
                self.add("answer with {} where `{}`", &[&status.to_string(), part.source()], true);
            }
        }
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

    /// What is added to or taken from under a name, and whether that happens after an error as well.
    fn updates(&mut self, named: Node<'m>, change: Node<'m>) {
        let Some(value) = change.value() else { return };
        let is_it = |part: Node<'m>| part.name() == named.name();
        let operator = match change.is(Kind::AugAssign) {
            true => change.operator(),
            false if value.is(Kind::BinOp) && value.descendants().any(is_it) => value.operator(),
            false => return,
        };
        if operator == Operator::Subtract {
            self.add(TAKES_AWAY, &[named.name()], true);
        }
        // What runs whether the attempt before it has failed or not.
        let goes_on = |handler: Node<'m>| !handler.body().is_some_and(Node::leaves);
        let is_attempt = |before: Node<'m>| before.is(Kind::Try) && before.handlers().any(goes_on);
        let is_final = change.parent().is_some_and(|block| block.role() == Role::Final);
        let mut before = change.parent().into_iter().flat_map(Node::children).take_while(|it| *it != change);
        if is_final || before.any(is_attempt) {
            self.add("count in `{}` what has failed", &[named.name()], true);
        }
    }

    /// Under which key it answers with what a function gives.
    fn gives(&mut self, key: &str, entry: Node<'m>) {
        let is_answer = entry.statement().is(Kind::Return) && entry.function() == Some(self.root);
        if let Some(giver) = entry.value().filter(|_| is_answer).and_then(|value| giver(value, 0)) {
            self.add("put what `{}` gives into `{}`", &[giver, key], true);
        }
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
            self.harms(Effect::LOSES_ERROR);
        }
        let inside = || handler.body().into_iter().flat_map(Node::descendants);
        let is_answer = |node: Node<'m>| {
            let mut made = node.descendants().filter_map(Node::response);
            node.is(Kind::Raise) && made.any(|response| response.status != Some(503))
        };
        let is_logged = |call: Node<'m>| call.is(Kind::Call) && tells_error(call, handler);
        if handler.catches_everything() && inside().any(is_answer) && !inside().any(is_logged) {
            self.harms("answer with an error that the log does not get");
        }
        // Of what is known it may be known as well what it raises.
        let waits = handler.tried().is_some_and(|body| {
            body.descendants_of(Kind::Call).any(|call| call.is_awaited() && call.api().is_none())
        });
        let is_narrow = |one: Node<'m>| {
            let classes = one.caught_classes();
            !classes.is_empty() && classes.iter().all(|class| OF_PYTHON.contains(&class.name()))
        };
        if waits && handler.parent().into_iter().flat_map(Node::handlers).all(is_narrow) {
            let class = handler.caught_classes().first().map_or("", |class| class.name());
            self.add("take `{}` for all that may go wrong", &[class], true);
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
                if has(&[Tag::Gathers]) && call.keyword("return_exceptions").is_some_and(Node::is_true) {
                    let around = call.function().unwrap_or(self.root);
                    let mut kinds = around
                        .own_calls()
                        .filter(|test| test.callee_name() == "isinstance")
                        .filter_map(|test| test.argument(1))
                        .peekable();
                    let is_error = |kind: Node<'m>| {
                        kind.descendants()
                            .any(|it| it.name().ends_with("Exception") || it.name().ends_with("Error"))
                    };
                    if kinds.peek().is_some() && !kinds.any(is_error) {
                        self.harms(Effect::LOSES_ERROR);
                    }
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
            self.says("ask something outside of this process, with `await`");
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
            if argument.is(Kind::Keyword) {
                self.updates(argument, argument);
                self.gives(keyword, argument);
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
        let spaced = text.replace('=', " = ").replace('-', " - ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        for of in words.windows(4) {
            if let [name, "=", same, "-"] = of
                && same.rsplit('.').next() == Some(name)
            {
                self.add(TAKES_AWAY, &[name], true);
            }
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

/// The function whose result a value is, through local names, one by one where several are assigned at once.
fn giver<'m>(value: Node<'m>, depth: u32) -> Option<&'m str> {
    let value = value.unwrapped();
    match value.kind() {
        Kind::Call => Some(value.callee_name()),
        Kind::Name if depth < 4 => {
            let names = |given: Node<'m>| {
                let target = given.targets().next()?;
                Some(if target.is(Kind::Tuple) { target.children().collect() } else { vec![target] })
            };
            let position = |given| names(given)?.iter().position(|name| name.symbol() == value.symbol());
            let assignments = value.function()?.own_assignments().filter(|given| given.id < value.id);
            let (given, index) = assignments.filter_map(|given| Some((given, position(given)?))).last()?;
            let made = given.value()?.unwrapped();
            let one = match made.kind() {
                _ if !given.targets().any(|target| target.is(Kind::Tuple)) => made,
                Kind::Tuple => made.children().nth(index)?,
                Kind::Call => made.argument(index)?,
                _ => return None,
            };
            giver(one, depth + 1)
        }
        _ => None,
    }
}

/// Whether a call puts the error that is caught into the log, or hands it to somebody who may do so.
fn tells_error(call: Node<'_>, handler: Node<'_>) -> bool {
    let is_given = !handler.symbol().is_empty() && call.mentions(handler.name());
    if !call.writes_log() {
        let writes = |function: Node<'_>| function.own_calls().any(Node::writes_log);
        let is_helper = call.target().is_some_and(|place| writes(call.model.node(place)));
        return call.statement().is(Kind::ExprStatement)
            && (is_given || is_helper || call.callee_name().contains("exception"));
    }
    is_given
        || call.callee_name() == "exception"
        || call.keyword("exc_info").is_some_and(|given| !given.is(Kind::False))
        || call.descendants().any(|part| part.does(Tag::FormatsTraceback))
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

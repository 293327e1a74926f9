//! What is known of a call: the facts of its callee, and how long it may take.

use crate::semantic::types::Type;
use crate::semantic::{Model, Node, UNREACHED_COUNT, words_of};
use crate::stack::{Bound, Callable, Class, ClassTag, System, Tag, Timeout};
use crate::syntax::{Kind, Role};

/// The facts of a callee that the tables describe.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    pub callable: &'static Callable,
    /// The class that is constructed, or on whose instance the method is called.
    pub class: Option<&'static Class>,
    pub is_constructor: bool,
}

impl Api {
    pub(in crate::semantic) fn of_constructor(class: &'static Class) -> Self {
        Self { callable: &class.constructor, class: Some(class), is_constructor: true }
    }

    pub fn has(&self, tag: Tag) -> bool {
        self.callable.has(tag)
    }
}

/// The calls whose callees the tables describe.
pub(in crate::semantic) struct KnownCalls {
    pub calls: Vec<(crate::semantic::Place, Api)>,
    /// What any of them does, a bit a [`Tag`]. Of most tags the given files have no call at all.
    tags: u128,
}

impl KnownCalls {
    pub fn find(model: &Model<'_>) -> Self {
        let calls: Vec<_> = model.calls().filter_map(|call| Some((call.place(), call.api()?))).collect();
        let tags = calls.iter().fold(0, |tags, (_, api)| tags | api.callable.tags);
        Self { calls, tags }
    }

    /// Whether any of them does what the tag says.
    fn has(&self, tag: Tag) -> bool {
        self.tags & (1 << tag as u128) != 0
    }

    pub fn doing(&self, tag: Tag) -> impl Iterator<Item = crate::semantic::Place> {
        let calls = if self.has(tag) { self.calls.as_slice() } else { &[] };
        calls.iter().filter(move |(_, api)| api.has(tag)).map(|(place, _)| *place)
    }
}

/// What runs where a given class is called.
#[derive(Clone, Copy)]
pub(in crate::semantic) struct Constructor {
    /// The `__init__` of the class or of a given base.
    pub own: Option<crate::semantic::Place>,
    /// What the tables say of the constructor of its base, where it has none of its own.
    pub api: Option<Api>,
}

/// How a call's waiting is bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deadline<'m> {
    /// Nothing bounds it.
    Missing,
    /// Written out as no bound: `timeout=None`.
    Removed(Node<'m>),
    /// A parameter that is `None` unless the caller says otherwise.
    Optional(Node<'m>),
    /// A bound is given.
    Given(Node<'m>),
    /// The library's own default, in seconds.
    Default(f64),
    /// The code does not show it.
    Unknown,
}

/// What bounds an awaited call from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded<'m> {
    /// The `asyncio.timeout(…)`, `wait_for(…)` or the like.
    pub by: Node<'m>,
}

impl<'m> Node<'m> {
    /// What the tables know of this call's callee.
    pub fn api(self) -> Option<Api> {
        self.callee()?.api_when_called()
    }

    /// What the tables know of this expression as a callee.
    pub fn api_when_called(self) -> Option<Api> {
        match self.model.table.with_api(self.known_type()?) {
            (Type::Class(place), _) => self.model.constructor(place).api,
            (_, api) => api,
        }
    }

    /// Whether this call does what the tag says.
    pub fn does(self, tag: Tag) -> bool {
        self.model.may_do(tag) && self.api().is_some_and(|api| api.has(tag))
    }

    /// What this call makes its thread wait for. An awaited call does not block.
    pub fn blocks_for(self) -> Option<System> {
        let Some(api) = self.api() else { return self.blocks_unseen() };
        if api.callable.coroutine || (self.is_awaited() && !self.cannot_be_awaited(&api)) {
            return None;
        }
        let unless = api.callable.unless;
        if !unless.is_empty()
            && self.children().skip(1).any(|argument| {
                unless.iter().any(|known| {
                    argument.source() == *known
                        || (argument.is(Kind::BinOp) && argument.source().contains(known))
                })
            })
        {
            return None;
        }
        match api.callable.blocks {
            Some(System::Wait) if self.is_known_to_be_done() => return None,
            Some(System::File) if self.works_in_memory(&api) => return None,
            Some(System::Socket) if self.names_peer_of_datagrams() => return None,
            _ => {}
        }
        api.callable.blocks
    }

    /// Whether it connects a socket for datagrams: that only says to whom they will go, and sends nothing.
    fn names_peer_of_datagrams(self) -> bool {
        matches!(self.callee_name(), "connect" | "connect_ex")
            && self.receiver().and_then(Node::constructed_by).is_some_and(|made| {
                made.argument_or_keyword(1, "type")
                    .is_some_and(|kind| kind.descendants().any(|part| part.name() == "SOCK_DGRAM"))
            })
    }

    /// Whether it is awaited in vain: a plain function of a module, which has done its waiting when it returns. Of
    /// methods that is not said, since their class may have an awaitable twin.
    fn cannot_be_awaited(self, api: &Api) -> bool {
        api.class.is_none()
            && matches!(api.callable.blocks, Some(System::Http | System::Sleep | System::Subprocess))
    }

    /// A file, archive or image that is opened on bytes in memory: `ZipFile(BytesIO(data))`, and what is done with it;
    /// or one of those in which the kernel shows its own memory.
    fn works_in_memory(self, api: &Api) -> bool {
        let opened_on_buffer = |call: Node<'m>| {
            call.argument(0).is_some_and(|source| {
                let text = source.source().trim_start_matches(['f', 'r', '"', '\'']);
                source.is_a(ClassTag::Buffer) || text.starts_with("/proc/") || text.starts_with("/sys/")
            })
        };
        if api.class.is_none() || api.is_constructor {
            return opened_on_buffer(self);
        }
        self.receiver().and_then(Node::constructed_by).is_some_and(opened_on_buffer)
    }

    /// `future.result()` where `future.done()` was asked before: it returns at once.
    fn is_known_to_be_done(self) -> bool {
        let Some(future) = self.receiver() else { return false };
        self.surroundings()
            .filter(|node| {
                matches!(
                    node.kind(),
                    Kind::If | Kind::Clause | Kind::Conditional | Kind::BoolOp | Kind::Comprehension
                )
            })
            .filter_map(|node| if node.is(Kind::BoolOp) { Some(node) } else { node.child(Role::Test) })
            .flat_map(|test| test.descendants_of(Kind::Call))
            .any(|call| {
                call.callee_name() == "done" && call.receiver().is_some_and(|asked| asked.reads_like(future))
            })
    }

    /// The argument that takes the callable or coroutine that this call will run.
    pub fn scheduled_callable(self) -> Option<Node<'m>> {
        let index = self.api()?.callable.callable?;
        self.argument(index as usize).or_else(|| {
            ["func", "target", "fn", "coro", "function", "node", "action"]
                .iter()
                .find_map(|name| self.keyword(name))
        })
    }

    /// The method by whose name this call writes a log record (`info`, `exception`), by the logger's type, or by its
    /// name where the logger comes from a file that was not given.
    pub fn log_level(self) -> Option<&'m str> {
        const LEVELS: [&str; 10] =
            ["debug", "info", "warning", "warn", "error", "critical", "fatal", "exception", "log", "trace"];
        if self.does(Tag::Logs) {
            return Some(self.callee_name());
        }
        let receiver = self.receiver()?;
        let unknown = matches!(receiver.ty(), Type::Unknown | Type::Foreign(_) | Type::Path(_));
        let named = matches!(receiver.kind(), Kind::Name | Kind::Attribute)
            && ["logger", "log", "_logger", "_log", "LOG", "LOGGER"].contains(&receiver.name());
        (unknown && named && LEVELS.contains(&self.callee_name())).then(|| self.callee_name())
    }

    /// Whether it writes a log record, the awaited forms of some loggers included (`await logger.ainfo(…)`).
    pub fn writes_log(self) -> bool {
        const AWAITED: [&str; 7] =
            ["adebug", "ainfo", "awarning", "awarn", "aerror", "acritical", "aexception"];
        self.log_level().is_some()
            || (AWAITED.contains(&self.callee_name())
                && self.receiver().is_some_and(|receiver| receiver.name().contains("log")))
    }

    /// Whether it sends a statement, by itself or through a given function that sends what it is handed.
    pub fn sends_sql(self) -> bool {
        self.does(Tag::Executes) || self.model.handing_sql().binary_search(&self.place()).is_ok()
    }

    /// Whether it sends a statement that changes rows, by the statement's construction or its text.
    pub fn writes_by_sql(self) -> bool {
        if !self.sends_sql() {
            return false;
        }
        let is_write = |sql: &str| {
            let first = sql.split_whitespace().next().unwrap_or_default();
            ["insert", "update", "delete", "merge", "truncate"]
                .iter()
                .any(|word| first.eq_ignore_ascii_case(word))
        };
        self.sql().is_some_and(is_write)
            || self
                .argument(0)
                .is_some_and(|statement| statement.origin(|call| call.does(Tag::WritesStatement)).is_some())
    }

    /// Whether the expression names something of Python's own modules, or built in.
    fn is_in_standard_library(self) -> bool {
        const MODULES: [&str; 34] = [
            "ast",
            "asyncio",
            "base64",
            "builtins",
            "collections",
            "contextlib",
            "copy",
            "dataclasses",
            "datetime",
            "decimal",
            "enum",
            "functools",
            "gc",
            "hashlib",
            "importlib",
            "inspect",
            "itertools",
            "json",
            "logging",
            "math",
            "operator",
            "os",
            "pathlib",
            "random",
            "re",
            "shutil",
            "sys",
            "textwrap",
            "threading",
            "time",
            "traceback",
            "typing",
            "uuid",
            "weakref",
        ];
        self.path().is_some_and(|path| path.split('.').next().is_some_and(|first| MODULES.contains(&first)))
    }

    /// Whether it calls a function that an import names, and of which neither the tables nor the given files tell
    /// anything.
    pub fn is_unknown_function(self) -> bool {
        self.callee().is_some_and(|callee| match callee.ty() {
            Type::Path(path) => {
                self.model.path_function(path).is_none()
                    && self.model.path_class(path).is_none()
                    && !callee.is_in_standard_library()
            }
            _ => false,
        })
    }

    /// Whether it runs code that was not given: a function of which nothing is known, the method of a protocol that no
    /// given class implements, or one of an object whose class comes from elsewhere.
    pub fn runs_unseen_code(self) -> bool {
        if self.is_unknown_function() {
            return true;
        }
        let model: &'m Model<'m> = self.model;
        if let Some(method) = self.target().map(|place| model.node(place)) {
            let is_implemented = |owner: Node<'m>| {
                model.classes().any(|class| {
                    class != owner
                        && model.derives_from(class.place(), owner.place())
                        && model.method_of(class.place(), method.name()) != Some(method.place())
                })
            };
            return method.is_stub() && !method.owner().is_some_and(is_implemented);
        }
        self.api().is_none()
            && self.receiver().is_some_and(|object| {
                matches!(object.ty(), Type::Foreign(_)) && !object.is_in_standard_library()
            })
    }

    /// Whether it is handed to a call that runs it beside (`create_task(work())`).
    pub fn is_started_aside(self) -> bool {
        self.parent().is_some_and(|parent| parent.is(Kind::Call) && parent.does(Tag::StartsTask))
    }

    /// Whether it is started as a task that nothing here waits for: the block of a group waits for the group's tasks.
    pub fn is_left_running(self) -> bool {
        let in_group = || {
            let group = self.parent().and_then(Node::receiver);
            group.is_some_and(|group| group.is_a(ClassTag::TaskGroup))
        };
        self.is_started_aside() && !in_group()
    }

    /// The SQL that a call sends, where it is written out: `execute(text("…"))`, or a constant that holds it.
    pub fn sql(self) -> Option<&'m str> {
        let statement = self.argument(0)?.resolved_value();
        if statement.is(Kind::Call) { statement.argument(0)?.string() } else { statement.string() }
    }

    /// Whether the LIMIT of the SQL that this call sends is the value that `is_it` knows: by its number (`LIMIT $2`), by its
    /// name (`LIMIT :count`) or, where the text only marks places, as the last value.
    pub fn limits_rows_by(self, is_it: &dyn Fn(Node<'m>) -> bool) -> bool {
        let Some(sql) = self.sql() else { return false };
        let lower = sql.to_ascii_lowercase();
        let Some(at) = lower.rfind("limit ") else { return false };
        let bound = lower[at + "limit ".len()..].trim_start();
        let letters = |text: &str| {
            text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len())
        };
        if let Some(number) = bound.strip_prefix('$') {
            return number[..letters(number)]
                .parse()
                .is_ok_and(|index: usize| self.argument(index).is_some_and(is_it));
        }
        let values = || {
            let given = self.positional().skip(1);
            given.flat_map(|values| match values.kind() {
                Kind::Tuple | Kind::List => values.children().collect(),
                _ => vec![values],
            })
        };
        if let Some(name) = bound.strip_prefix(':') {
            let name = &name[..letters(name)];
            return self.keyword(name).is_some_and(is_it)
                || values().filter_map(|values| values.dictionary_value(name)).any(is_it);
        }
        (bound.starts_with("%s") || bound.starts_with('?')) && values().last().is_some_and(is_it)
    }

    /// The name by which a person would call the callee: `requests.get`, `session.commit`, `reply`.
    pub fn called(self) -> String {
        self.callee().map_or_else(String::new, |callee| {
            let text = callee.excerpt();
            // A chain is told by its last link.
            match text.rfind(").") {
                Some(at) => format!("….{}", &text[at + 2..]),
                None => text,
            }
        })
    }

    /// How long this call may take, as its own arguments, its receiver's construction and the library's defaults say.
    /// Nothing for callees without a bound to give.
    pub fn deadline(self) -> Option<Deadline<'m>> {
        self.deadline_within(0)
    }

    fn deadline_within(self, depth: u32) -> Option<Deadline<'m>> {
        let timeout = self.api()?.callable.timeout.as_ref()?;
        if let Some(given) = self.given_bound(timeout) {
            return Some(given);
        }
        for &name in timeout.clients {
            if let Some(client) = self.keyword(name)
                && !client.resolved_value().is(Kind::None)
            {
                // What is known to have no limit to give does not show one.
                return Some(match client.constructed_by().filter(|_| depth < 4) {
                    Some(built) => built.deadline_within(depth + 1).unwrap_or(Deadline::Unknown),
                    None => Deadline::Given(client),
                });
            }
        }
        if self.has_hidden_arguments() && !self.hidden_arguments_are_known() {
            return Some(Deadline::Unknown);
        }
        Some(match timeout.default {
            Bound::Unbounded => Deadline::Missing,
            Bound::Seconds(seconds) => Deadline::Default(seconds),
            Bound::Receiver => match self.receiver().and_then(Node::constructed_by) {
                Some(call) if depth < 4 => call.deadline_within(depth + 1).unwrap_or(Deadline::Unknown),
                _ => Deadline::Unknown,
            },
        })
    }

    fn given_bound(self, timeout: &Timeout) -> Option<Deadline<'m>> {
        // Of several limits that may be given one suffices: no total, but no silence longer than a minute.
        let written = timeout
            .parameters
            .iter()
            .filter_map(|name| self.keyword(name))
            .chain(timeout.position.and_then(|index| self.argument(index as usize)))
            .map(Node::as_bound)
            .filter(|bound| {
                !(timeout.none_is_default && matches!(bound, Deadline::Removed(_) | Deadline::Optional(_)))
            });
        let mut given = None;
        for bound in written {
            match (given, bound) {
                (_, Deadline::Given(_)) => return Some(bound),
                (None, _) => given = Some(bound),
                _ => {}
            }
        }
        if given.is_some() {
            return given;
        }
        for &name in timeout.dictionaries {
            let Some(value) = self.keyword(name) else { continue };
            let value = value.resolved_value();
            if !value.is(Kind::Dict) {
                return Some(Deadline::Unknown);
            }
            if let Some(bound) = value.dictionary_bound() {
                return Some(bound);
            }
        }
        self.keywords()
            .filter(|keyword| keyword.symbol().is_empty())
            .filter_map(|keyword| keyword.child(Role::Value))
            .find_map(|options| {
                let options = options.resolved_value();
                timeout.parameters.iter().find_map(|name| options.dictionary_value(name)).map(Node::as_bound)
            })
    }

    /// The bound among the entries of a dictionary display.
    fn dictionary_bound(self) -> Option<Deadline<'m>> {
        self.children().find_map(|item| {
            let key = item.child(Role::Key)?;
            let value = item.child(Role::Value)?;
            let name = key.name();
            if name.contains("timeout") || name == "options" {
                return Some(value.as_bound());
            }
            value.is(Kind::Dict).then(|| value.dictionary_bound())?
        })
    }

    /// The value behind a string key of a dictionary display.
    pub fn dictionary_value(self, name: &str) -> Option<Node<'m>> {
        if !self.is(Kind::Dict) {
            return None;
        }
        self.children()
            .find(|item| {
                item.child(Role::Key)
                    .is_some_and(|key| key.is(Kind::Str) && self.model.symbols.is(key.symbol(), name))
            })?
            .child(Role::Value)
    }

    /// What was last put under a string key into the dictionary that this name holds, before a place of its function:
    /// whatever happens, or also on a branch that may not be taken.
    pub(in crate::semantic) fn entry_put_before(
        self,
        key: &str,
        place: Node<'m>,
        on_branches: bool,
    ) -> Option<Node<'m>> {
        let function = self.function().filter(|_| self.is(Kind::Name))?;
        let is_entry = |target: Node<'m>| {
            target.is(Kind::Subscript)
                && target.child(Role::Value).is_some_and(|table| table.reads_like(self))
                && target.child(Role::Index).is_some_and(|index| index.is(Kind::Str) && index.name() == key)
        };
        let assigned = function
            .own_assignments()
            .filter(|assignment| assignment.id < place.id && assignment.targets().any(is_entry))
            .filter_map(|assignment| Some((assignment, assignment.value()?)));
        let updated = function
            .own_calls()
            .filter(|call| call.id < place.id && call.callee_name() == "update")
            .filter(|call| call.receiver().is_some_and(|table| table.reads_like(self)))
            .filter_map(|call| {
                let written = call.keywords().find(|keyword| keyword.name() == key).and_then(Node::value);
                let entry = written.or_else(|| call.argument(0)?.resolved_value().dictionary_value(key))?;
                Some((call, entry))
            });
        let (put, value) = assigned.chain(updated).max_by_key(|(put, _)| put.id)?;
        let block = put.statement().parent().filter(|block| block.is(Kind::Block));
        (on_branches || block.is_some_and(|block| block.contains(place))).then_some(value)
    }

    /// The value of a keyword that this call is given, or that is put into its options on a branch.
    pub(in crate::semantic) fn keyword_or_option(self, name: &str) -> Option<Node<'m>> {
        self.keyword(name).or_else(|| {
            let mut hidden = self.keywords().filter(|keyword| keyword.symbol().is_empty());
            hidden.find_map(|keyword| keyword.child(Role::Value)?.entry_put_before(name, self, true))
        })
    }

    /// Whether all `**options` of a call are dictionaries that the file shows.
    fn hidden_arguments_are_known(self) -> bool {
        self.children().filter(|child| child.role() == Role::Argument).all(|child| match child.kind() {
            Kind::Starred => false,
            Kind::Keyword if child.symbol().is_empty() => child
                .child(Role::Value)
                .is_some_and(|value| value.resolved_value().is(Kind::Dict) && !value.is_added_to()),
            _ => true,
        })
    }

    /// Whether entries are put into a dictionary after it was written down.
    fn is_added_to(self) -> bool {
        let Some(function) = self.function().filter(|_| self.is(Kind::Name)) else { return false };
        let written = function.own_assignments().flat_map(Node::targets).any(|target| {
            target.is(Kind::Subscript)
                && target.child(Role::Value).is_some_and(|table| table.reads_like(self))
        });
        written
            || function.own_calls().any(|call| {
                matches!(call.callee_name(), "update" | "setdefault")
                    && call.receiver().is_some_and(|table| table.reads_like(self))
            })
    }

    /// What a value that is given as a bound amounts to.
    fn as_bound(self) -> Deadline<'m> {
        let value = self.resolved_value();
        match value.kind() {
            _ if value.is_no_limit(UNREACHED_COUNT) => Deadline::Removed(self),
            Kind::Call => {
                // `httpx.Timeout(None)`, `aiohttp.ClientTimeout(total=None)`: an object made to hold no limit.
                let holds_limits =
                    value.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::Limits));
                if holds_limits && matches!(value.deadline(), Some(Deadline::Missing | Deadline::Removed(_)))
                {
                    return Deadline::Removed(self);
                }
                Deadline::Given(self)
            }
            Kind::Name => match value.as_parameter() {
                Some(parameter) if parameter.child(Role::Default).is_some_and(|d| d.is(Kind::None)) => {
                    Deadline::Optional(parameter)
                }
                _ => Deadline::Given(self),
            },
            _ => Deadline::Given(self),
        }
    }

    /// The call that made the object which this expression stands for: through names, `self.x`, `with … as`,
    /// module singletons and functions that return it. Some rules ask it of each value for each client or scheduler, so
    /// it is remembered.
    pub fn constructed_by(self) -> Option<Node<'m>> {
        if !matches!(self.kind(), Kind::Call | Kind::Name | Kind::Attribute | Kind::Await | Kind::Named) {
            return None;
        }
        let model: &'m Model<'m> = self.model;
        let known = model.constructed.borrow().get(&self.place()).copied();
        let found = known.unwrap_or_else(|| {
            let found = self.constructed_within(0).map(Node::place);
            // While types are still being found out, not all is known.
            if model.depth.get() == 0 {
                model.constructed.borrow_mut().insert(self.place(), found);
            }
            found
        });
        found.map(|place| model.node(place))
    }

    fn constructed_within(self, depth: u32) -> Option<Node<'m>> {
        if depth > 8 {
            return None;
        }
        let model: &'m Model<'m> = self.model;
        match self.kind() {
            Kind::Await | Kind::Named => self.unwrapped().constructed_within(depth + 1),
            Kind::Call => {
                let api = self.api();
                if api.is_some_and(|api| api.is_constructor) || self.makes_graph() {
                    return Some(self);
                }
                if let Some(place) = self.target() {
                    let function = model.node(place);
                    if !matches!(self.callee()?.ty(), Type::Class(_)) {
                        let mut returns = function.own_returns().filter_map(|node| node.child(Role::Value));
                        let first = returns.next()?;
                        return if returns.next().is_none() {
                            first.constructed_within(depth + 1)
                        } else {
                            None
                        };
                    }
                }
                // A method that gives the same object back, or one made from it: `client.with_options(…)`.
                if api.is_some_and(|api| api.callable.timeout.is_some()) {
                    return Some(self);
                }
                self.receiver()?.constructed_within(depth + 1)
            }
            Kind::Name => {
                if let Some(value) = self.assigned_value() {
                    return value.constructed_within(depth + 1);
                }
                model.singleton_value(self)?.constructed_within(depth + 1)
            }
            Kind::Attribute => {
                let receiver = self.receiver()?;
                if self.is_in_application_state() {
                    return model.application_value(self.symbol())?.constructed_within(depth + 1);
                }
                if let Type::Object(class) = receiver.ty() {
                    let values: Vec<Node<'m>> = model
                        .self_assignments(class, self.symbol())
                        .into_iter()
                        .filter_map(|target| target.parent()?.child(Role::Value))
                        .filter(|value| !value.is(Kind::None))
                        .collect();
                    if let [value] = values.as_slice() {
                        return value.constructed_within(depth + 1);
                    }
                    return None;
                }
                // An attribute of a library's object (`client.chat.completions`) is part of that object.
                if receiver.instance_of().is_some() {
                    return receiver.constructed_within(depth + 1);
                }
                model.singleton_value(self)?.constructed_within(depth + 1)
            }
            _ => None,
        }
    }

    /// The call, of whatever kind, whose result this expression is.
    pub fn constructed_by_any(self) -> Option<Node<'m>> {
        let mut node = self;
        for _ in 0..8 {
            node = match node.kind() {
                Kind::Call => return Some(node),
                Kind::Await | Kind::Named => node.unwrapped(),
                Kind::Name => node.assigned_value()?,
                _ => return None,
            };
        }
        None
    }

    /// What puts a deadline on this awaited call from outside: an enclosing `timeout` block or a `wait_for`.
    pub fn bounded_by(self) -> Option<Bounded<'m>> {
        for node in self.surroundings() {
            if node.is(Kind::Call) && node.does(Tag::BoundsTime) && node.sets_a_deadline() {
                return Some(Bounded { by: node });
            }
        }
        self.enclosing_with_items()
            .filter_map(|item| item.child(Role::Context))
            .find(|context| {
                context.is(Kind::Call)
                    && (context.does(Tag::BoundsTime) || context.bounds_time_by_name())
                    && context.sets_a_deadline()
            })
            .map(|by| Bounded { by })
    }

    /// Whether a context manager of which the tables tell nothing is given a time and named for what it does with it:
    /// `async with ceil_timeout(10):`.
    fn bounds_time_by_name(self) -> bool {
        let is_async = self.parent().and_then(Node::parent).is_some_and(Node::is_async);
        let words = words_of(self.callee_name());
        // A lock that is waited for with a limit does not limit what is done under it.
        let is_of_lock = words.iter().any(|word| matches!(word.as_str(), "lock" | "acquire" | "semaphore"));
        is_async
            && self.api().is_none()
            && (self.positional().next().is_some() || self.keywords().next().is_some())
            && words.last().is_some_and(|last| matches!(last.as_str(), "timeout" | "deadline"))
            && !is_of_lock
    }

    /// `asyncio.wait_for(x, None)` and `asyncio.timeout(None)` bound nothing.
    fn sets_a_deadline(self) -> bool {
        let parameters = ["timeout", "delay", "when", "seconds"];
        let value = parameters.iter().find_map(|name| self.keyword(name)).or_else(|| {
            self.positional().last().filter(|last| self.positional().count() > 1 || !last.is(Kind::Call))
        });
        value.is_none_or(|value| !value.resolved_value().is(Kind::None))
    }
}

impl<'m> Node<'m> {
    /// The call that makes this decorator: itself, or the one whose result its name was given, as in
    /// `transient = retry(…)`; a decorator without brackets is its own.
    pub fn made_decorator(self) -> Node<'m> {
        let made = match self.kind() {
            Kind::Name => self.assigned_value().or_else(|| self.model.singleton_value(self)),
            Kind::Attribute => self.model.singleton_value(self),
            _ => None,
        };
        made.filter(|made| made.is(Kind::Call)).unwrap_or(self)
    }

    /// What the tables know of this decorator.
    pub fn decorator_api(self) -> Option<Api> {
        let made = self.made_decorator();
        if made.is(Kind::Call) { made.api() } else { made.api_when_called() }
    }
}

impl<'s> Model<'s> {
    /// Whether any call may do what the tag says. Once all calls have been looked at, it is known that most tags are of
    /// none of them.
    pub(in crate::semantic) fn may_do(&self, tag: Tag) -> bool {
        self.known_calls.get().is_none_or(|known| known.has(tag))
    }

    /// What runs where a given class is called. Asked for at each call of it, so it is remembered as soon as the class's
    /// bases are known for sure.
    #[inline(never)]
    pub(in crate::semantic) fn constructor(&self, class: crate::semantic::Place) -> Constructor {
        if let Some(&known) = self.constructors.borrow().get(&class) {
            return known;
        }
        let own = self.method_of(class, "__init__");
        let base = if own.is_some() { None } else { self.table_base(class) };
        let api = base.map(|base| Api::of_constructor(&crate::stack::CLASSES[base as usize]));
        let found = Constructor { own, api };
        if self.depth.get() == 0 {
            self.constructors.borrow_mut().insert(class, found);
        }
        found
    }

    /// The one value that a module gives a name, reached from another function or file.
    pub(in crate::semantic) fn singleton_value<'a>(&'a self, name: Node<'a>) -> Option<Node<'a>> {
        let (file, symbol) = if name.is(Kind::Attribute) {
            let Type::Module(file) = name.receiver()?.ty() else { return None };
            (file, name.symbol())
        } else {
            let scope = name.scope_of_name()?;
            if scope != 0 {
                return None;
            }
            (name.file, name.symbol())
        };
        // A name that is assigned many times is asked for as many times.
        let found = crate::semantic::remembered(&self.singletons, (file, symbol), || {
            self.singleton_in(file, symbol, 0).map(Node::place)
        });
        found.map(|place| self.node(place))
    }

    fn singleton_in(&self, file: u32, name: crate::syntax::Symbol, hops: u32) -> Option<Node<'_>> {
        use crate::syntax::BindingKind;
        let tree = &self.files[file as usize].tree;
        let mut values = Vec::new();
        for binding in tree.bindings_of(0, name) {
            let data = tree.bindings[binding as usize];
            let node = self.node(crate::semantic::Place { file, node: data.node });
            match data.kind {
                BindingKind::Assignment | BindingKind::Annotated => {
                    let value = node.parent().and_then(|parent| parent.child(Role::Value))?;
                    if !value.is(Kind::None) {
                        values.push(value);
                    }
                }
                BindingKind::ImportFrom if hops < 6 => {
                    let written = self.text(node.parent()?.symbol());
                    let module = self.absolute_module(&self.files[file as usize], written);
                    let found = self.module_file(&module, file)?;
                    return self.singleton_in(found, node.symbol(), hops + 1);
                }
                _ => return None,
            }
        }
        match values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }
}

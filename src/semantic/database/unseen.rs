//! Database sessions that come from files that were not given (`from app.db import SessionLocal, get_db`), told by the
//! names that are usual for them and by what is done with them.

use crate::semantic::expressions::Parts;
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, has_word, words_of};
use crate::stack::{self, ClassTag, System, Tag};
use crate::syntax::{BindingKind, Kind, Role};

/// What only a session of an ORM is asked for.
const ORM_METHODS: [&str; 7] = ["scalar", "scalars", "flush", "refresh", "add_all", "expunge", "expire_all"];

/// What any session, and other connections too, are asked for.
const SESSION_METHODS: [&str; 5] = ["execute", "commit", "rollback", "add", "exec"];

/// What a session of another kind is asked for: one of HTTP, of a graph database, of a shell.
const OTHER_METHODS: [&str; 8] = ["post", "put", "patch", "request", "ws_connect", "run", "mount", "prepare"];

/// What the names of sessions have in them.
const HINTS: Parts = Parts::new(&["ession", "db", "Db", "DB", "atabase", "uow"]);

/// Whether a name is the usual one of a factory of database sessions: `SessionLocal`, `async_session_maker`.
fn names_factory(name: &str) -> bool {
    if !name.contains("ession") {
        return false;
    }
    let has = |wanted: &str| has_word(name, &[wanted]);
    let makes = has("local") || has("maker") || has("factory") || has("async");
    (has("session") && makes && !has("get") && !has("http") && !has("client"))
        || has("sessionmaker")
        || has("sessionlocal")
}

/// How a value is used as a database session.
#[derive(Clone, Copy, Default)]
struct Uses {
    /// As only a session of an ORM is used.
    surely: bool,
    /// As a session may be used.
    perhaps: bool,
    is_awaited: bool,
    /// As no database session is used.
    otherwise: bool,
    /// In whatever way.
    at_all: bool,
}

impl Uses {
    fn add(&mut self, call: Node<'_>) {
        self.at_all = true;
        let name = call.callee_name();
        let names_class = |argument: Option<Node<'_>>| {
            argument.is_some_and(|argument| {
                let first = if argument.is(Kind::Attribute) { argument.receiver() } else { Some(argument) };
                first
                    .is_some_and(|first| first.is(Kind::Name) && first.name().starts_with(char::is_uppercase))
            })
        };
        let of_orm = ORM_METHODS.contains(&name)
            || (matches!(name, "query" | "get") && names_class(call.argument(0)))
            || (name == "execute"
                && call.argument(0).is_some_and(|statement| statement.is_a(ClassTag::Statement)));
        // What is made of a class and added is a row.
        let adds_row = name == "add"
            && call
                .argument(0)
                .is_some_and(|row| row.is(Kind::Call) && row.callee_name().starts_with(char::is_uppercase));
        self.surely |= of_orm || adds_row;
        self.perhaps |= SESSION_METHODS.contains(&name);
        self.is_awaited |= call.is_awaited() && (of_orm || SESSION_METHODS.contains(&name));
        // A session takes no bare text.
        let is_text = name == "execute"
            && call.argument(0).is_some_and(|sql| matches!(sql.kind(), Kind::Str | Kind::FString));
        self.otherwise |= is_text || OTHER_METHODS.contains(&name);
    }
}

impl<'s> Model<'s> {
    /// Whether the given files and the tables say nothing of a value with this type.
    pub(in crate::semantic) fn says_nothing(&self, kind: Type) -> bool {
        match kind {
            Type::Unknown => true,
            Type::Foreign(path) | Type::Path(path) => {
                self.path_class(path).is_none() && self.path_function(path).is_none()
            }
            Type::Awaitable(inner) | Type::Manager(inner) => self.says_nothing(self.inner(inner)),
            _ => false,
        }
    }

    fn session_type(&self, is_async: bool) -> Type {
        let name = if is_async { "sqlalchemy.ext.asyncio.AsyncSession" } else { "sqlalchemy.orm.Session" };
        stack::class(name).map_or(Type::Unknown, |class| self.instance_of_table(class))
    }

    /// The session that a call opens through a factory of which only the name is known.
    pub(in crate::semantic) fn session_of_unseen_factory(&self, call: Node<'_>) -> Option<Type> {
        let callee = call.callee()?;
        let named = match callee.name() {
            "begin" => callee.receiver()?,
            _ => callee,
        };
        if !names_factory(named.name()) || call.positional().next().is_some() {
            return None;
        }
        let mut uses = Uses::default();
        let holder = call.parent()?;
        match holder.kind() {
            Kind::WithItem => {
                uses.is_awaited = holder.parent()?.is_async();
                if let Some(target) = holder.child(Role::Target) {
                    target.collect_uses(&mut uses);
                }
            }
            Kind::Assign | Kind::AnnAssign => {
                for target in holder.targets() {
                    target.collect_uses(&mut uses);
                }
            }
            _ => {}
        }
        let is_async = uses.is_awaited || has_word(named.name(), &["async"]);
        (!uses.otherwise).then(|| self.session_type(is_async))
    }

    /// Whether a parameter is injected by a dependency that is named for a session: `Depends(get_db)`.
    fn injects_session(&self, parameter: Node<'_>) -> bool {
        let dependency = parameter.injected_by().and_then(|call| self.dependency_of(call));
        dependency.is_some_and(|dependency| {
            self.says_nothing(dependency.ty())
                && matches!(
                    dependency.name(),
                    "get_db" | "get_session" | "get_async_session" | "get_db_session"
                )
        })
    }

    /// The session that a name stands for, of which the given files say only the name and the use: a parameter, what a
    /// dependency or a context manager from elsewhere gives.
    pub(in crate::semantic) fn session_by_use(&self, target: Node<'_>, binding: BindingKind) -> Option<Type> {
        if !matches!(target.kind(), Kind::Name | Kind::Parameter) {
            return None;
        }
        let source = match binding {
            BindingKind::Parameter => target.child(Role::Annotation),
            BindingKind::With => target.parent().and_then(|item| item.child(Role::Context)),
            _ => None,
        };
        if let Some(opened) = source.filter(|_| binding == BindingKind::With)
            && let Some(connection) = self.connection_of_unseen_engine(target, opened)
        {
            return Some(connection);
        }
        let source =
            source.map(|source| if source.is(Kind::Call) { source.callee_name() } else { source.name() });
        let source = source.unwrap_or_default();
        if ![target.name(), source].iter().any(|name| HINTS.any_in(name)) {
            return None;
        }
        let mut words = words_of(target.name());
        words.extend(words_of(source));
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        let is_session = has("session") || has("uow");
        if !(is_session || has("db") || has("database")) || has("http") || has("client") || has("redis") {
            return None;
        }
        let is_async = has("async")
            || (binding == BindingKind::With
                && target.ancestors().find(|node| node.is(Kind::With)).is_some_and(Node::is_async));
        let mut uses = Uses { is_awaited: is_async, ..Uses::default() };
        target.collect_uses(&mut uses);
        if binding == BindingKind::Parameter && !uses.otherwise && self.injects_session(target) {
            let is_async = uses.is_awaited || (!uses.at_all && target.parent().is_some_and(Node::is_async));
            return (uses.surely || uses.perhaps || !uses.at_all).then(|| self.session_type(is_async));
        }
        let fits = uses.surely || (is_session && uses.perhaps);
        (fits && !uses.otherwise).then(|| self.session_type(uses.is_awaited))
    }
}

impl<'s> Model<'s> {
    /// The connection that a name stands for which an engine of another file gives, by its name and by what is done with
    /// it: `async with engine.begin() as connection:`.
    fn connection_of_unseen_engine(&self, target: Node<'_>, opened: Node<'_>) -> Option<Type> {
        let engine = opened.receiver().filter(|_| matches!(opened.callee_name(), "connect" | "begin"))?;
        if words_of(engine.name()).last().is_none_or(|last| last != "engine")
            || !self.says_nothing(engine.ty())
        {
            return None;
        }
        let mut uses = Uses::default();
        target.collect_uses(&mut uses);
        let is_async = target.ancestors().find(|node| node.is(Kind::With)).is_some_and(Node::is_async);
        let name = if is_async { "sqlalchemy.ext.asyncio.AsyncConnection" } else { "sqlalchemy.Connection" };
        let fits = (uses.surely || uses.perhaps) && !uses.otherwise;
        stack::class(name).filter(|_| fits).map(|class| self.instance_of_table(class))
    }
}

impl<'m> Node<'m> {
    /// The methods that are called on the value which this target or parameter names, in its function or class.
    fn collect_uses(self, uses: &mut Uses) {
        let home = match self.kind() {
            Kind::Parameter => self.parent(),
            Kind::Attribute => self.class(),
            _ => self.function(),
        };
        let home = home.unwrap_or(self.at(0));
        for call in home.calls_within() {
            if let Some(receiver) = call.receiver()
                && receiver.symbol() == self.symbol()
                && (receiver.is(Kind::Name) || receiver.kind() == self.kind())
            {
                uses.add(call);
            }
        }
    }
}

impl<'m> Node<'m> {
    /// Whether this call waits for a client or an HTTP service that a file made which was not given, by the names of the
    /// client, of its method and of the address.
    pub(in crate::semantic) fn waits_for_unseen_service(self) -> bool {
        self.unseen_service().is_some()
    }

    /// Whether the tables know what this call calls, and by more than the name of a method of an object of which
    /// nothing is known.
    pub fn is_surely_known(self) -> bool {
        let is_told_by_name = || {
            self.callee()
                .and_then(Node::receiver)
                .is_some_and(|receiver| self.model.says_nothing(receiver.ty()))
                && self.api().is_some_and(|api| !api.is_constructor)
                && self.callee().is_some_and(|callee| matches!(callee.ty(), Type::Bound(..)))
        };
        self.api().is_some() && !is_told_by_name()
    }

    /// What `llm.invoke(…)` waits for on its own thread where nothing is known of the object: the method alone does not
    /// tell a runnable, the name beside it does.
    pub(in crate::semantic) fn blocks_unseen(self) -> Option<System> {
        const RUNNABLES: [&str; 8] =
            ["llm", "model", "chat", "chain", "agent", "graph", "retriever", "runnable"];
        let callee = self.callee().filter(|callee| callee.name() == "invoke")?;
        let receiver = callee.receiver()?;
        let is_coroutine = self.is_awaited()
            || self.parent().is_some_and(|parent| {
                matches!(parent.kind(), Kind::WithItem | Kind::For | Kind::Comprehension)
                    || parent.does(Tag::Gathers)
                    || parent.does(Tag::StartsTask)
                    || parent.does(Tag::BoundsTime)
            });
        let is_unseen = self.model.says_nothing(callee.ty()) && self.model.says_nothing(receiver.ty());
        let is_runnable = has_word(receiver.name(), &RUNNABLES);
        (!is_coroutine && is_unseen && is_runnable).then_some(System::Model)
    }

    /// The kind of such a service.
    pub fn unseen_service(self) -> Option<System> {
        const ASKS: [&str; 8] = ["create", "get", "post", "put", "patch", "delete", "request", "stream"];
        let callee = self.callee().filter(|callee| callee.is(Kind::Attribute))?;
        if !ASKS.contains(&callee.name()) {
            return None;
        }
        let receiver = callee.receiver()?;
        if !self.model.says_nothing(callee.ty()) || !self.model.says_nothing(receiver.ty()) {
            return None;
        }
        let is_waited_for = self.is_awaited()
            || self.parent().is_some_and(|parent| {
                matches!(parent.kind(), Kind::WithItem | Kind::For | Kind::Comprehension)
                    && parent.is(Kind::WithItem) == matches!(callee.name(), "stream")
            });
        if !is_waited_for {
            return None;
        }
        let text = callee.source();
        if ["chat.completions.create", "responses.create", "messages.create", "embeddings.create"]
            .iter()
            .any(|end| text.ends_with(end))
        {
            return Some(System::Model);
        }
        let has = |wanted: &[&str]| has_word(receiver.name(), wanted);
        let is_client =
            has(&["http", "httpx", "client"]) && !has(&["redis", "cache", "s3", "db", "storage", "test"]);
        let asks = callee.name() != "create"
            && is_client
            && self.positional().take(2).chain(self.keyword("url")).any(Node::looks_like_address);
        asks.then_some(System::Http)
    }

    /// Whether an expression is an address, or the path of one, by its text or its name.
    fn looks_like_address(self) -> bool {
        match self.kind() {
            Kind::Str => self.name().starts_with('/') || self.name().starts_with("http"),
            Kind::FString => {
                let text = self.source().trim_start_matches(['f', 'F', '"', '\'']);
                text.starts_with('/') || text.starts_with("http") || text.contains("url")
            }
            Kind::Name | Kind::Attribute => has_word(self.name(), &["url", "uri", "endpoint", "address"]),
            Kind::BinOp => self.children().next().is_some_and(Node::looks_like_address),
            _ => false,
        }
    }

    /// Whether this call gives a row that a helper fetches with the session it is handed, by its name, and takes no lock
    /// that the name would tell.
    pub(in crate::semantic) fn fetches_row_unseen(self) -> bool {
        let name = self.callee_name();
        ["get_", "find_", "load_", "fetch_"].iter().any(|start| name.starts_with(start))
            && !["lock", "update", "claim", "list", "all", "many"].iter().any(|part| name.contains(part))
            && self.reads_through_unseen_helper().is_some()
    }

    /// Whether the files do not show what this call runs: none of their functions, or one that says nothing, as in a
    /// protocol.
    pub(in crate::semantic) fn runs_unseen(self) -> bool {
        self.target().is_none_or(|place| self.model.node(place).is_stub())
    }

    /// Whether this call asks a repository of which the files show no more than its name: what it gives are rows.
    pub fn asks_unseen_repository(self) -> bool {
        let says = |name: &str| has_word(name, &["repository", "repo", "dao", "repositories"]);
        self.is(Kind::Call)
            && self.is_awaited()
            && self.runs_unseen()
            && self.receiver().is_some_and(|asked| {
                let class = self.model.path_of(asked.ty());
                self.api().is_none()
                    && (says(asked.name())
                        || class.is_some_and(|path| says(path.rsplit('.').next().unwrap_or(""))))
            })
    }

    /// Whether this call is handed a database session and reads with it, by its name: a helper, or a method of an
    /// object that was given the session, of which the files show no more. The session.
    pub(in crate::semantic) fn reads_through_unseen_helper(self) -> Option<Node<'m>> {
        const READING: [&str; 11] = [
            "get", "load", "fetch", "find", "list", "read", "query", "search", "lookup", "history", "exists",
        ];
        const PARTS: Parts = Parts::new(&READING);
        let is_stub = || self.target().is_some() && self.runs_unseen();
        let callee = self.callee().filter(|callee| self.model.says_nothing(callee.ty()) || is_stub())?;
        let name = self.callee_name();
        if name.starts_with(char::is_uppercase) || !PARTS.any_in(name) {
            return None;
        }
        let reads = || has_word(callee.name(), &READING);
        let session_in = |call: Node<'m>| {
            call.positional()
                .chain(call.keywords().filter_map(|keyword| keyword.child(Role::Value)))
                .find(|argument| argument.is_session())
        };
        session_in(self)
            .or_else(|| {
                let made = self.receiver()?.constructed_by_any()?;
                session_in(made).filter(|_| made.callee_name().starts_with(char::is_uppercase))
            })
            .filter(|_| reads())
    }
}

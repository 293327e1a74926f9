//! Which values are one tenant's: what says whose they are, through local names and displays.

use crate::semantic::expressions::identifiers_in;
use crate::semantic::types::Type;
use crate::semantic::{FunctionRole, Model, Node, Place, ends_with_word, has_word, thing_named, words_of};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{BindingKind, Kind, Role};

/// Columns that keep tenants apart, in projects that do not say which one is theirs.
const KEYS: [&str; 7] = [
    "tenant_id",
    "organization_id",
    "organisation_id",
    "org_id",
    "workspace_id",
    "account_id",
    "customer_id",
];

/// Those of them that name whose business a row is about just as well: the operator's own customer, a bank's account.
const BUSINESS_KEYS: [&str; 2] = ["account_id", "customer_id"];

/// What holds what is known of whoever asks, beside the names of [`CALLERS`].
const CREDENTIALS: [&str; 8] =
    ["claims", "payload", "credentials", "auth", "state", "request", "context", "ctx"];

/// What stands for one tenant, as the last word of a name.
const TENANTS: [&str; 10] = [
    "app",
    "tenant",
    "customer",
    "organization",
    "organisation",
    "org",
    "workspace",
    "account",
    "subscriber",
    "merchant",
];

/// Who is asking: narrower than a tenant.
const CALLERS: [&str; 9] =
    ["user", "caller", "principal", "session", "token", "thread", "conversation", "identity", "username"];

/// What a class is that works for all tenants, as the last word of its name.
const DOERS: [&str; 20] = [
    "repository",
    "repo",
    "service",
    "store",
    "registry",
    "manager",
    "client",
    "factory",
    "router",
    "provider",
    "resolver",
    "cache",
    "middleware",
    "loader",
    "mixin",
    "error",
    "exception",
    "base",
    "scoped",
    "handler",
];

/// Methods that put a value under a key.
const STORING: [&str; 7] = ["set", "setex", "psetex", "setnx", "hset", "put", "aset"];

/// More names than these are not followed back.
const MOST_VALUES: usize = 48;

impl<'s> Model<'s> {
    /// The column that keeps tenants apart: the one that the settings name or, where no given file knows that, the
    /// one that most given models have.
    pub fn tenant_key(&self) -> &str {
        self.tenant_key.get_or_init(|| {
            let written = self.settings.tenant_key.as_str();
            if self.symbol(written).is_some() {
                return written.to_owned();
            }
            let known = || {
                KEYS.into_iter()
                    .filter(|key| self.symbol(key).is_some())
                    .filter(|key| !BUSINESS_KEYS.contains(key) || self.is_brought_by_callers(key))
            };
            let handled = || known().filter(|key| self.handles(key));
            let most = known()
                .map(|key| {
                    let holders = self.classes().filter(|class| {
                        self.is_orm_model(class.place()) && self.class_attribute(class.place(), key).is_some()
                    });
                    (holders.count(), key)
                })
                .filter(|(count, _)| *count > 0)
                .reduce(|best, other| if other.0 > best.0 { other } else { best });
            // Where no given file has models, what their columns are called is told by the names in the code.
            let has_models = self.classes().any(|class| self.is_orm_model(class.place()));
            most.map(|(_, key)| key)
                .or_else(|| handled().find(|key| *key == "tenant_id"))
                .or_else(|| handled().find(|key| !has_models && !BUSINESS_KEYS.contains(key)))
                .or_else(|| self.key_of_callers())
                .unwrap_or(written)
                .to_owned()
        })
    }

    /// The column by which several handlers ask for what belongs to whoever calls, where that is no person:
    /// `Member.shop_id == shop.id`, `WHERE shop_id = %s` with `shop["id"]`, where `shop` is injected.
    fn key_of_callers(&self) -> Option<&str> {
        let is_key = |name: &str| {
            let mut words = words_of(name);
            words.pop().is_some_and(|last| last == "id")
                && words.last().is_some_and(|of| {
                    !CALLERS.contains(&of.as_str())
                        && !matches!(of.as_str(), "owner" | "author" | "creator" | "member" | "admin" | "by")
                })
        };
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for handler in self.functions().filter(|function| function.plays(FunctionRole::Handler)) {
            let callers: Vec<Node<'_>> =
                handler.parameters().filter(|it| it.is_caller() && it.comes_by_credentials(0)).collect();
            let is_callers = |value: &Node<'_>| {
                let (owner, name) = match value.kind() {
                    Kind::Attribute => (value.receiver(), value.name()),
                    Kind::Subscript => {
                        (value.child(Role::Value), value.child(Role::Index).map_or("", Node::name))
                    }
                    _ => return false,
                };
                (name == "id" || is_key(name))
                    && owner.and_then(Node::as_parameter).is_some_and(|owner| callers.contains(&owner))
            };
            let body = handler.body().filter(|_| !callers.is_empty());
            for part in body.into_iter().flat_map(Node::descendants).filter(is_callers) {
                let Some(around) = part.parent() else { continue };
                let columns = match around.kind() {
                    Kind::Compare => around.child(Role::Left).map(Node::name).into_iter().collect(),
                    Kind::Keyword => vec![around.name()],
                    _ => {
                        let sql = part.surroundings().find(|it| it.is(Kind::Call)).and_then(Node::sql);
                        // What stands in front of each `=`.
                        let sides = sql.into_iter().flat_map(|sql| sql.split('='));
                        sides.filter_map(|side| identifiers_in(side.trim_end()).last()).collect()
                    }
                };
                for column in columns.into_iter().filter(|column| is_key(column)) {
                    match counted.iter_mut().find(|(name, _)| *name == column) {
                        Some((_, count)) => *count += 1,
                        None => counted.push((column, 1)),
                    }
                }
            }
        }
        let several = counted.into_iter().filter(|(_, count)| *count > 1);
        several.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(name, _)| name)
    }

    /// Whether whoever asks brings this with what says who it is: `user.customer_id`, `claims["customer_id"]`, or a
    /// parameter of this name that is injected.
    fn is_brought_by_callers(&self, name: &str) -> bool {
        let Some(symbol) = self.symbol(name) else { return false };
        let says_who_asks = |holder: Node<'_>| {
            words_of(holder.name())
                .iter()
                .any(|word| CALLERS.contains(&word.as_str()) || CREDENTIALS.contains(&word.as_str()))
        };
        self.python().any(|(file, data)| {
            (0..).zip(&data.tree.nodes).filter(|(_, node)| node.name == symbol).any(|(node, _)| {
                let node = self.node(Place { file, node });
                match node.kind() {
                    Kind::Attribute => node.receiver().is_some_and(says_who_asks),
                    Kind::Str => node.parent().is_some_and(|around| {
                        let table = around.child(Role::Value).filter(|_| around.is(Kind::Subscript));
                        let asked = around.receiver().filter(|_| around.callee_name() == "get");
                        table.or(asked).is_some_and(says_who_asks)
                    }),
                    _ => node.role() == Role::Parameter && node.injected_by().is_some(),
                }
            })
        })
    }

    /// Whether the given code handles values of this name: an object that keeps one for itself, as a client does that
    /// tells a service on whose behalf it asks, says nothing of tenants.
    fn handles(&self, name: &str) -> bool {
        let Some(symbol) = self.symbol(name) else { return false };
        self.python().any(|(file, data)| {
            (0..).zip(&data.tree.nodes).filter(|(_, node)| node.name == symbol).any(|(node, _)| {
                let node = self.node(Place { file, node });
                let home = if node.role() == Role::Parameter { node.parent() } else { node.function() };
                let is_own = node.is(Kind::Attribute)
                    && node.receiver().is_some_and(|object| object.is(Kind::Name) && object.name() == "self");
                !is_own && home.is_none_or(|home| home.name() != "__init__")
            })
        })
    }

    /// The calls that may put a value under a key, by their names.
    pub fn calls_that_store(&self) -> impl Iterator<Item = Node<'_>> {
        STORING.iter().flat_map(|name| self.calls_named(name))
    }

    /// Whether any given file speaks of tenants by their key.
    pub fn knows_tenants(&self) -> bool {
        self.symbol(self.tenant_key()).is_some()
    }
}

/// Whether a name is one of tenants, or of their ids: `tenants`, `active_app_ids`.
pub fn names_tenants(name: &str) -> bool {
    thing_named(name).is_some_and(|thing| TENANTS.contains(&thing.as_str()))
}

impl<'m> Node<'m> {
    /// Where a value comes from one tenant: its key, its row, or what says who is calling. Names that the same
    /// function assigns are followed to what they were given.
    pub fn tenant_source(self) -> Option<Node<'m>> {
        self.value_source(&Node::speaks_of_tenant)
    }

    /// Where a value comes from one user, session or conversation, which are narrower than a tenant.
    pub fn caller_source(self) -> Option<Node<'m>> {
        self.value_source(&|node: Node<'m>| {
            matches!(node.kind(), Kind::Name | Kind::Attribute) && has_word(node.name(), &CALLERS)
        })
    }

    /// The handlers whose clients name this value, and where they do: a parameter of its route or a field of its body, which
    /// comes here as it is and which the handler holds against nothing.
    pub fn named_by_clients(self) -> Vec<(Node<'m>, Node<'m>)> {
        let mut found = Vec::new();
        self.named_by_clients_within(&mut found, 0);
        found
    }

    fn named_by_clients_within(self, found: &mut Vec<(Node<'m>, Node<'m>)>, depth: u32) {
        let model: &'m Model<'m> = self.model;
        let value = self.resolved_value().unwrapped();
        if depth > 4 || value.tenant_source().is_some() || value.caller_source().is_some() {
            return;
        }
        if matches!(value.kind(), Kind::FString | Kind::BinOp) {
            let parts = value.children().filter(|part| matches!(part.kind(), Kind::Name | Kind::Attribute));
            return parts.for_each(|part| part.named_by_clients_within(found, depth + 1));
        }
        let name = value.receiver().unwrap_or(value);
        let Some(parameter) = name.as_parameter() else { return };
        let Some(function) = parameter.parent().filter(|function| function.is(Kind::FunctionDef)) else {
            return;
        };
        // What is tested, or looked up before, may have been found to be the caller's own.
        let is_held_against = function.own_ifs().filter_map(|node| node.child(Role::Test)).any(|test| {
            test.mentions(parameter.name())
                && test.descendants().any(|part| matches!(part.kind(), Kind::Call | Kind::Compare))
        });
        let is_looked_up = || {
            function.own_calls().any(|call| {
                call.id < self.id
                    && !call.contains(self)
                    && call.children().skip(1).any(|argument| argument.mentions(parameter.name()))
            })
        };
        if is_held_against || is_looked_up() {
            return;
        }
        if function.plays(FunctionRole::Handler) {
            let is_field = value.is(Kind::Attribute) && name.is_a(ClassTag::DataModel);
            let is_sent = parameter.injected_by().is_none() && (value.is(Kind::Name) || is_field);
            found.extend(is_sent.then_some((function, self)));
            return;
        }
        let callers = model.callers_of(function.place()).iter().filter(|_| value.is(Kind::Name));
        for call in callers.map(|&call| model.node(call)).filter(|call| !call.is_outside_production()) {
            if let Some(given) = call.argument_for(function, parameter) {
                given.named_by_clients_within(found, depth + 1);
            }
        }
    }

    /// The first part of a value that fits, in what stands here and in what its local names were given.
    pub fn value_source(self, fits: &dyn Fn(Node<'m>) -> bool) -> Option<Node<'m>> {
        let mut open = vec![self];
        let mut seen = 0;
        while let Some(value) = open.pop() {
            for part in value.descendants() {
                if fits(part) {
                    return Some(part);
                }
                if !part.is(Kind::Name) || part.data().is_store || seen >= MOST_VALUES {
                    continue;
                }
                seen += 1;
                open.extend(part.local_values().into_iter().filter(|given| !given.contains(part)));
            }
        }
        None
    }

    /// What this name was given in its own function: assignments, the object of a `with`, what a loop goes over.
    fn local_values(self) -> Vec<Node<'m>> {
        let tree = &self.source_file().tree;
        let own = self.function();
        if own.is_none() {
            return Vec::new();
        }
        let bindings = self.reaching_bindings().into_iter();
        let values = bindings.filter_map(|binding| {
            let data = tree.bindings[binding as usize];
            let target = self.at(data.node);
            if target.function() != own {
                return None;
            }
            let around = target.ancestors().find(|node| {
                matches!(
                    node.kind(),
                    Kind::Assign
                        | Kind::AnnAssign
                        | Kind::Named
                        | Kind::For
                        | Kind::Comprehension
                        | Kind::WithItem
                )
            })?;
            match data.kind {
                BindingKind::Assignment | BindingKind::Annotated | BindingKind::Named => {
                    around.child(Role::Value)
                }
                BindingKind::Loop | BindingKind::Comprehension => around.child(Role::Iterable),
                BindingKind::With => around.child(Role::Context),
                _ => None,
            }
        });
        values.collect()
    }

    /// Whether this part of a value is a tenant or its key.
    pub fn speaks_of_tenant(self) -> bool {
        let key = self.model.tenant_key();
        match self.kind() {
            Kind::Name | Kind::Attribute => {
                self.says_who_calls()
                    || (self.is_local()
                        && ((self.name() == key && !self.is_a_column() && !self.belongs_to_process())
                            || self.is_tenant_object()))
            }
            // `state["app_id"]`, `payload.get("app_id")`
            Kind::Str => {
                self.name() == key
                    && self.parent().is_some_and(|parent| {
                        (parent.is(Kind::Subscript)
                            && parent.child(Role::Value).is_some_and(|table| table.is_local()))
                            || (parent.is(Kind::Call)
                                && parent.callee_name() == "get"
                                && parent.receiver().is_some_and(|table| table.is_local()))
                    })
            }
            _ => false,
        }
    }

    /// Whether the name at the beginning of this expression is one of the function's own, and not the module's.
    fn is_local(self) -> bool {
        let mut root = self;
        while let Some(inner) = match root.kind() {
            Kind::Attribute => root.receiver(),
            Kind::Subscript | Kind::Await => root.child(Role::Value),
            Kind::Call => root.receiver(),
            _ => None,
        } {
            root = inner;
        }
        root.is(Kind::Name) && root.scope_of_name().is_some_and(|scope| scope != 0)
    }

    /// `Document.app_id` is a column, and not a tenant.
    fn is_a_column(self) -> bool {
        self.receiver().is_some_and(|receiver| {
            matches!(receiver.ty(), Type::Class(_))
                || (receiver.is(Kind::Name) && receiver.name().starts_with(char::is_uppercase))
        })
    }

    /// `settings.app_id` is the process's own, and so is what `Settings().app_id` gives a local name.
    fn belongs_to_process(self) -> bool {
        let is_given = self.is(Kind::Name) && self.data().is_store;
        let given = if is_given { self.statement().value() } else { self.assigned_value() };
        self.is_of_settings()
            || given.is_some_and(|value| value.descendants_of(Kind::Attribute).any(Node::is_of_settings))
    }

    fn is_of_settings(self) -> bool {
        self.receiver().is_some_and(|receiver| {
            let name = if receiver.is(Kind::Call) { receiver.callee_name() } else { receiver.name() };
            has_word(name, &["settings", "setting", "config", "environ", "env"])
        })
    }

    /// An object that stands for a tenant, or for what the caller may do, by its name and its class.
    fn is_tenant_object(self) -> bool {
        // A function of that name does or makes something.
        if self.is(Kind::Name) && self.parent().is_some_and(|call| call.callee() == Some(self)) {
            return false;
        }
        let last = words_of(self.name()).pop().unwrap_or_default();
        if last == "app" {
            // The web application bears the same name: only a class of the project's, or who gives it, says more.
            return self.class_names_tenant() || self.is_given_as_who_calls();
        }
        (TENANTS.contains(&last.as_str()) && !self.belongs_to_process()) || self.class_names_tenant()
    }

    /// `app=Depends(current_app)`: a dependency that says who calls.
    fn is_given_as_who_calls(self) -> bool {
        let dependency = self
            .as_parameter()
            .and_then(Node::injected_by)
            .and_then(|call| self.model.dependency_of(call))
            .map(|dependency| words_of(dependency.name()));
        dependency.is_some_and(|words| {
            let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
            has(&TENANTS) && has(&["current", "authenticated", "caller", "require"])
        })
    }

    /// Whether the value's class is one of tenants, or of what is known of the caller: `App`, `TenantContext`.
    fn class_names_tenant(self) -> bool {
        let name = match self.ty() {
            Type::Object(class) => self.model.node(class).name().to_owned(),
            kind @ Type::Foreign(_) => match self.model.path_of(kind) {
                Some(path) => path.rsplit('.').next().unwrap_or_default().to_owned(),
                None => return false,
            },
            _ => return false,
        };
        if self.is_a(ClassTag::App) {
            return false;
        }
        let words = words_of(&name);
        let is_tenant = |word: &String| TENANTS.contains(&word.as_str());
        match words.as_slice() {
            // Frameworks call themselves so as well.
            [only] if only == "app" => matches!(self.ty(), Type::Object(_)) || self.is_of_models(),
            [only] => is_tenant(only),
            [first, .., last] => {
                matches!(last.as_str(), "context" | "caller" | "principal") && is_tenant(first)
                    // `TenantTracing` holds what is one tenant's; a `TenantRepository` does something about them.
                    || first == "tenant"
                        && !DOERS.iter().any(|doer| last == doer)
                    || is_tenant(last) && matches!(first.as_str(), "current" | "public" | "tenant" | "caller")
            }
            [] => false,
        }
    }

    /// Whether the class of a value comes from a module of models, or of what is known of the caller.
    fn is_of_models(self) -> bool {
        const MODULES: [&str; 12] = [
            "model", "models", "schema", "schemas", "entity", "entities", "domain", "auth", "context",
            "database", "db", "tenants",
        ];
        self.path().is_some_and(|path| path.split('.').any(|part| MODULES.contains(&part)))
    }

    /// `current_tenant.get()`, `get_current_user()`, `request.state.tenant`: who is calling, from around the call.
    fn says_who_calls(self) -> bool {
        let words = words_of(self.name());
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let is_about_caller = has(&TENANTS) || has(&["user", "caller", "principal"]);
        let of_context = self.instance_of().is_some_and(|class| class.short_name() == "ContextVar");
        let is_variable = words.last().is_some_and(|last| matches!(last.as_str(), "var" | "ctx" | "context"));
        is_about_caller && (has(&["current"]) || of_context || is_variable)
    }

    /// Whether this value is nothing but a tenant or its key, as where a table says whose something is.
    pub fn is_tenant_itself(self) -> bool {
        let value = self.resolved_value().unwrapped();
        matches!(value.kind(), Kind::Name | Kind::Attribute) && value.speaks_of_tenant()
            || (value.is(Kind::Call)
                && matches!(value.callee_name(), "str" | "int")
                && value.argument(0).is_some_and(Node::is_tenant_itself))
    }

    /// What this call puts into something that keeps values under keys, and the key: `cache.set(key, value)`.
    pub fn stored_under_key(self) -> Option<(Node<'m>, Node<'m>)> {
        let receiver = self.receiver()?;
        let last = match self.callee_name() {
            name if STORING.contains(&name) => self.positional().last()?,
            _ => return None,
        };
        let key = self.argument(0).filter(|key| *key != last)?;
        let keeps = self.api().is_some_and(|api| api.callable.crosses == Some(crate::stack::System::Cache))
            || receiver.is_a(ClassTag::Cache)
            || has_word(receiver.name(), &["cache", "redis"]);
        keeps.then_some((key, last))
    }

    /// Whether this parameter is the tenant: by its name, or by its class.
    pub fn is_tenant_parameter(self) -> bool {
        let name = self.name();
        let key = self.model.tenant_key();
        name == key
            || key.strip_suffix("_id").is_some_and(|stem| name == stem)
            || thing_named(name).is_some_and(|thing| TENANTS.contains(&thing.as_str()))
    }

    /// Whether this is one object for all requests: a module's, the application's, or an attribute of an object that is
    /// made once.
    pub fn is_kept_for_all(self) -> bool {
        match self.kind() {
            Kind::Name => self.scope_of_name() == Some(0) || self.comes_from_application(),
            Kind::Attribute => {
                let is_cache = || has_word(self.name(), &["cache", "cached", "memo"]);
                let is_single =
                    || self.class().is_some_and(|c| self.model.made_at_import(c.place()).is_some());
                self.receiver().is_some_and(|state| state.name() == "state")
                    || (self.is_on_self() && (is_single() || (is_cache() && self.serves_many())))
            }
            _ => false,
        }
    }

    fn is_on_self(self) -> bool {
        self.receiver().is_some_and(|object| object.is(Kind::Name) && object.name() == "self")
    }

    /// Whether this attribute of `self` is used for whichever tenant the method is told, and not for the one for whom
    /// the object was made.
    pub fn serves_many(self) -> bool {
        self.is_on_self()
            && self.function().is_some_and(|method| method.parameters().any(Node::is_tenant_parameter))
            && !self.is_made_for_one()
    }

    /// Whether a key is made of ids and digests alone, of which no two tenants have the same.
    pub fn is_unique_key(self) -> bool {
        const UNIQUE: [&str; 12] = [
            "id",
            "uuid",
            "uid",
            "pk",
            "hash",
            "digest",
            "hexdigest",
            "md5",
            "sha1",
            "sha256",
            "checksum",
            "fingerprint",
        ];
        let is_unique = |part: Node<'m>| {
            let name = if part.is(Kind::Call) { part.callee_name() } else { part.name() };
            ends_with_word(name, &UNIQUE)
        };
        let parts = self.ingredients();
        !parts.is_empty() && parts.into_iter().all(|part| is_unique(part) && !part.is_digest_of_question())
    }

    /// Whether this is the digest of nothing but what somebody asked, which others ask in the same words:
    /// `sha256(question.encode()).hexdigest()`.
    fn is_digest_of_question(self) -> bool {
        let is_question = |name: &str| {
            has_word(name, &["question", "query", "prompt", "message", "messages", "text", "term"])
        };
        self.is(Kind::Call)
            && has_word(self.callee_name(), &["hexdigest", "digest"])
            && self.receiver().is_some_and(|hash| {
                let mut names = hash
                    .positional()
                    .flat_map(Node::descendants)
                    .filter(|part| part.is(Kind::Name))
                    .peekable();
                names.peek().is_some()
                    && names.all(|part| part.as_parameter().is_some() && is_question(part.name()))
            })
    }

    /// `store = request.app.state.store`
    fn comes_from_application(self) -> bool {
        self.assigned_value().is_some_and(|value| {
            value.is(Kind::Attribute) && value.receiver().is_some_and(|state| state.name() == "state")
        })
    }

    /// Whether the class of this attribute of `self` is built for one tenant or user: its constructor is told for whom.
    fn is_made_for_one(self) -> bool {
        let constructor = self.class().and_then(|class| self.model.method_of(class.place(), "__init__"));
        constructor.is_some_and(|place| {
            self.model.node(place).parameters().any(|parameter| {
                parameter.is_tenant_parameter()
                    || words_of(parameter.name())
                        .iter()
                        .any(|word| CALLERS.contains(&word.as_str()) || word == "silo")
            })
        })
    }

    /// The decorator that keeps this function's results.
    pub fn caching_decorator(self) -> Option<Node<'m>> {
        self.decorators().find(|decorator| decorator.decorator_api().is_some_and(|api| api.has(Tag::Caches)))
    }
}

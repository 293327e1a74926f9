//! Whose data it is: the models that carry the tenant's key, the queries on them, and the code that names a tenant.

use rustc_hash::FxHashMap;

use crate::semantic::calls::roles::FunctionRole;
use crate::semantic::expressions::identifiers_in;
use crate::semantic::isolation::tenant_values::names_tenants;
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, ends_with_word, has_word, words_of};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// Callers of callers are asked this far.
const FARTHEST: usize = 4;

/// Words in the names of columns that say to whom a row belongs.
const OWNERS: [&str; 12] = [
    "user",
    "owner",
    "tenant",
    "account",
    "organization",
    "organisation",
    "org",
    "workspace",
    "customer",
    "creator",
    "author",
    "member",
];

/// A query on rows that belong to tenants.
pub struct TenantQuery<'m> {
    /// The call with which it begins: `select(Document)`, `session.get(Document, key)`, or which sends it as SQL.
    pub call: Node<'m>,
    /// The model, or the table.
    pub name: &'m str,
    /// The column by which its rows belong to a tenant or, where only SQL tells, a statement that names that column.
    pub column: Node<'m>,
}

/// Who comes to a piece of code, and whether they name a tenant on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scoping<'m> {
    /// This code, or everything that calls it, names a tenant.
    Named,
    /// A route comes here without naming one: its handler.
    Unnamed(Node<'m>),
    /// No route among the given files comes here.
    Unreached,
}

impl<'s> Model<'s> {
    /// Whether the database, or every session, adds the tenant's condition by itself.
    pub fn scopes_every_query(&self) -> bool {
        [
            "with_loader_criteria",
            "set_config('app.",
            "ROW LEVEL SECURITY",
            "row level security",
            "SET LOCAL app.",
        ]
        .iter()
        .any(|text| self.mentions_text(text))
    }

    /// The column of a given model that says to which tenant a row belongs.
    fn tenant_column(&self, class: Place) -> Option<Node<'_>> {
        let column = self.class_attribute(class, self.tenant_key()).filter(|_| self.is_orm_model(class))?;
        // Rows that may belong to no tenant are not kept apart by it.
        let field = column.parent()?;
        let optional =
            field.descendants_of(Kind::Call).any(|call| call.keyword("nullable").is_some_and(Node::is_true))
                || field.child(Role::Annotation).is_some_and(|annotation| {
                    annotation.descendants().any(|part| part.is(Kind::None) || part.name() == "Optional")
                });
        (!optional).then_some(column)
    }

    /// The tables whose rows belong to tenants, by their names: those of the models that do, and those of which a
    /// statement names the tenant's key.
    fn tenant_tables(&self) -> &FxHashMap<String, Place> {
        self.tenant_tables.get_or_init(|| {
            let key = self.tenant_key();
            let of_models = self.classes().filter_map(|class| {
                let column = self.tenant_column(class.place())?;
                let table = self.class_attribute(class.place(), "__tablename__")?.parent()?;
                Some((table.child(Role::Value)?.string()?, column))
            });
            let of_statements =
                self.calls_doing(Tag::Executes).chain(self.calls_handing_sql()).filter_map(|call| {
                    let sql = call.sql().filter(|sql| identifiers_in(sql).any(|word| word == key))?;
                    Some((table_of(sql)?, call))
                });
            let mut tables = FxHashMap::default();
            for (table, place) in of_models.chain(of_statements) {
                tables.entry(table.to_ascii_lowercase()).or_insert(place.place());
            }
            tables
        })
    }
}

/// The one table that a statement reads or changes.
fn table_of(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    if words.clone().any(|word| is(word, "join")) {
        return None;
    }
    words.find(|word| is(word, "from") || is(word, "into") || is(word, "update"))?;
    let table = words.next()?.trim_matches(['"', ';', ',', '`']);
    let table = table.split('(').next()?;
    (!table.is_empty() && table.chars().all(|letter| letter.is_alphanumeric() || letter == '_'))
        .then_some(table)
}

impl<'m> Node<'m> {
    /// The query on a tenant's rows that begins with this call.
    pub fn tenant_query(self) -> Option<TenantQuery<'m>> {
        let model: &'m Model<'m> = self.model;
        if self.sends_sql()
            && let Some(sql) = self.sql()
        {
            let table = table_of(sql)?;
            let is_insert = sql.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("insert"));
            let column = *model.tenant_tables().get(&table.to_ascii_lowercase()).filter(|_| !is_insert)?;
            return Some(TenantQuery { call: self, name: table, column: model.node(column) });
        }
        let begins =
            self.does(Tag::BuildsStatement) && !self.receiver().is_some_and(|r| r.is_a(ClassTag::Statement));
        if !(begins || self.finds_by_primary_key()) || self.callee_name().contains("insert") {
            return None;
        }
        // `select(Order.state, count(Order.id))` is one query.
        let mut around = self.ancestors().take_while(|around| !around.is(Kind::Block));
        if around.any(|around| around.names_columns_with(self)) {
            return None;
        }
        self.positional().find_map(|argument| {
            let named = if argument.is(Kind::Attribute) { argument.receiver()? } else { argument };
            let Type::Object(class) = model.instance_of_class(named.ty()) else { return None };
            let column = model.tenant_column(class)?;
            Some(TenantQuery { call: self, name: model.node(class).name(), column })
        })
    }

    /// Whether this begins a statement that has a column beside what is made by the call: `select(Order.state, count(…))`.
    fn names_columns_with(self, call: Node<'m>) -> bool {
        let is_column = |part: Node<'m>| {
            part.is(Kind::Attribute) && matches!(part.receiver().map(Node::ty), Some(Type::Class(_)))
        };
        self.is(Kind::Call)
            && self.does(Tag::BuildsStatement)
            && self.positional().any(|part| part.contains(call))
            && self.positional().any(is_column)
    }

    /// Whether the function's code does something with a tenant, or with what says who is calling: compares it, or
    /// hands it on.
    fn names_tenant(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let key = model.tenant_key();
        let Some(body) = self.body() else { return false };
        let callers: Vec<Node<'m>> = self.parameters().filter(|parameter| parameter.is_caller()).collect();
        body.descendants().any(|node| match node.kind() {
            Kind::Keyword => node.name() == key && node.is_used(),
            Kind::Attribute | Kind::Name if node.name() == key => node.is_used(),
            Kind::Name => {
                !callers.is_empty()
                    && node.as_parameter().is_some_and(|parameter| callers.contains(&parameter))
                    && node.is_used()
            }
            Kind::Str => node.name() == key && node.is_used(),
            _ => false,
        })
    }

    /// Whether this parameter receives who is calling: it is injected, and is neither a session nor a request.
    pub(super) fn is_caller(self) -> bool {
        let injected = self.injected_by().is_some();
        let kind = self.model.parameter_type(self);
        injected
            && self.model.session_kind(kind).is_none()
            && !self.model.type_has(kind, ClassTag::Request)
            && !has_word(self.name(), &["db", "session", "service", "client"])
    }

    /// Whether the dependency that gives this parameter its value asks who calls: it reads a header, a cookie or the request.
    pub(super) fn comes_by_credentials(self, depth: u32) -> bool {
        const SOURCES: [&str; 5] =
            ["Header", "Cookie", "Security", "Request", "HTTPAuthorizationCredentials"];
        let model: &'m Model<'m> = self.model;
        let dependency = self
            .injected_by()
            .and_then(|call| model.function_named_by(model.dependency_of(call)?))
            .filter(|_| depth < 4);
        dependency.into_iter().flat_map(Node::parameters).any(|parameter| {
            SOURCES.iter().any(|source| parameter.mentions(source))
                || parameter.comes_by_credentials(depth + 1)
        })
    }

    /// Where a parameter may say what is injected: its default, and its annotation or what that is an alias of, as in
    /// `Db = Annotated[AsyncSession, Depends(get_db)]`.
    pub(in crate::semantic) fn injecting(self) -> impl Iterator<Item = Node<'m>> {
        let model: &'m Model<'m> = self.model;
        [Role::Default, Role::Annotation].into_iter().filter_map(move |role| self.child(role)).map(
            move |part| match part.role() {
                Role::Annotation if part.is(Kind::Name) => model.alias_value(part).unwrap_or(part),
                _ => part,
            },
        )
    }

    /// The `Depends(…)` that a parameter has as its default or in its annotation.
    pub fn injected_by(self) -> Option<Node<'m>> {
        self.injecting()
            .flat_map(|part| part.descendants_of(Kind::Call))
            .find(|call| self.model.dependency_of(*call).is_some())
    }

    /// Whether anything that runs before this handler may ask who calls: a dependency of it, of its route or its router.
    pub fn may_ask_who_calls(self) -> bool {
        self.parameters().any(|parameter| parameter.injected_by().is_some())
            || self.listed_dependencies().next().is_some()
    }

    /// Whether this expression is compared, or an argument of a call other than one that logs or answers.
    fn is_used(self) -> bool {
        for node in self.surroundings() {
            match node.kind() {
                Kind::Compare => return !node.turns_owner_away() && !node.is_alike_on_both_sides(),
                Kind::Subscript => return true,
                Kind::Call => {
                    return node.log_level().is_none()
                        && node.callee().is_none_or(|callee| !callee.contains(self))
                        && node.turning_owner_away().is_none()
                        && !node.leaves_unused(self);
                }
                Kind::DictItem
                    if node.parent().and_then(|dict| dict.parent()).is_some_and(|p| p.is(Kind::Return)) =>
                {
                    return false;
                }
                Kind::FString => return true,
                Kind::Block => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether a given function that is called here does nothing with this argument.
    fn leaves_unused(self, argument: Node<'m>) -> bool {
        let Some(function) = self.target().map(|place| -> Node<'m> { self.model.node(place) }) else {
            return false;
        };
        let given = |parameter: &Node<'m>| {
            self.argument_for(function, *parameter)
                .is_some_and(|value| value == argument || value.contains(argument))
        };
        let parameter = function.parameters().find(given);
        parameter.zip(function.body()).is_some_and(|(parameter, body)| !body.mentions(parameter.name()))
    }

    /// The comparison in this function, or in one that it calls, that refuses whoever the row belongs to and lets everybody
    /// else go on: `if row.app_id == app.app_id: raise`.
    pub fn turning_owner_away(self) -> Option<Node<'m>> {
        if self.is(Kind::Call) {
            let function = self.model.node(self.target()?);
            let returns_it = self.turns_owner_away();
            return function.descendants_of(Kind::Compare).find(|test| returns_it || test.turns_owner_away());
        }
        let within = self.descendants_of(Kind::Compare).find(|test| test.turns_owner_away());
        within.or_else(|| self.own_calls().find_map(Node::turning_owner_away))
    }

    fn turns_owner_away(self) -> bool {
        self.says_own(0).is_some_and(|is_own| self.refuses_where(is_own, 0))
    }

    fn is_alike_on_both_sides(self) -> bool {
        self.child(Role::Left)
            .zip(self.child(Role::Right))
            .is_some_and(|(left, right)| left.reads_like(right))
    }

    /// Whether this holds of a row that belongs to the tenant, or of all others: a comparison of the tenant's key, a
    /// function that returns one.
    fn says_own(self, depth: u32) -> Option<bool> {
        if depth > 3 {
            return None;
        }
        match self.kind() {
            Kind::UnaryOp if self.operator() == Operator::Not => {
                self.value()?.says_own(depth + 1).map(|is_own| !is_own)
            }
            Kind::BoolOp => self.children().find_map(|part| part.says_own(depth + 1)),
            Kind::Await => self.value()?.says_own(depth + 1),
            Kind::Compare => {
                self.children().find(|side| side.name() == self.model.tenant_key())?;
                match self.operator() {
                    Operator::Equal | Operator::Is | Operator::In => Some(true),
                    Operator::NotEqual | Operator::IsNot | Operator::NotIn => Some(false),
                    _ => None,
                }
            }
            Kind::Call => {
                let function: Node<'m> = self.model.node(self.target()?);
                function.own_returns().find_map(|returned| {
                    let value = returned.value()?;
                    let is_where = |own: bool| {
                        returned.is_where(&|part, holds| part.says_own(depth + 1) == Some(holds == own))
                    };
                    match value.kind() {
                        Kind::True | Kind::False => [true, false]
                            .into_iter()
                            .find(|own| is_where(*own))
                            .map(|own| own == value.is(Kind::True)),
                        _ => value.says_own(depth + 1),
                    }
                })
            }
            _ => None,
        }
    }

    /// Whether the code refuses where this condition comes out so, and goes on where it does not.
    fn refuses_where(self, holds: bool, depth: u32) -> bool {
        let Some(parent) = self.parent().filter(|_| depth < 8) else { return false };
        let refuses = |way: Option<Node<'m>>| {
            way.is_some_and(|way| match way.kind() {
                Kind::Block => way.children().last().is_some_and(|last| last.is(Kind::Raise)),
                kind => kind == Kind::None,
            })
        };
        match parent.kind() {
            Kind::UnaryOp if parent.operator() == Operator::Not => parent.refuses_where(!holds, depth + 1),
            Kind::BoolOp | Kind::Await => parent.refuses_where(holds, depth + 1),
            Kind::Assign => {
                let around = parent.function().unwrap_or(parent);
                around
                    .descendants_of(Kind::Name)
                    .any(|name| name.resolved_value() == self && name.refuses_where(holds, depth + 1))
            }
            Kind::If | Kind::Clause | Kind::Conditional if self.role() == Role::Test => {
                let statement = parent.statement();
                let last = statement.children().last().filter(|last| last.role() == Role::Clause);
                let otherwise = match parent.kind() {
                    Kind::Conditional => parent.child(Role::Orelse),
                    _ => last.filter(|last| last.child(Role::Test).is_none()).and_then(Node::body),
                };
                let body = parent.child(Role::Body);
                let otherwise = otherwise.or_else(|| statement.parent());
                let (met, unmet) = if holds { (body, otherwise) } else { (otherwise, body) };
                refuses(met) && !refuses(unmet)
            }
            // What is chosen, or asked of the database.
            Kind::Assert | Kind::Comprehension => !holds,
            Kind::Call => {
                !holds
                    && self
                        .child(Role::Left)
                        .is_some_and(|column| matches!(column.receiver().map(Node::ty), Some(Type::Class(_))))
            }
            _ => false,
        }
    }

    /// Whether the statement that begins here has a condition on whose rows they are: a column that names a user, an
    /// owner or an account.
    pub fn asks_for_owner(self) -> bool {
        let key = self.model.tenant_key();
        self.sql().is_some_and(|sql| identifiers_in(sql).any(|word| word == key))
            || self.has_condition_on(&|words| words.iter().any(|word| OWNERS.contains(&word.as_str())))
    }

    /// Whether the statement that begins here looks for a row by what only its owner knows: a token, the state of a
    /// login, the hash of a key.
    pub fn asks_by_credential(self) -> bool {
        self.has_condition_on(&|words| {
            words.iter().any(|word| {
                ["token", "hash", "hashed", "secret", "state", "nonce", "digest", "fingerprint"]
                    .contains(&word.as_str())
            }) || words.iter().any(|word| word == "api") && words.iter().any(|word| word == "key")
        })
    }

    fn has_condition_on(self, fits: &dyn Fn(&[String]) -> bool) -> bool {
        if let Some(sql) = self.sql() {
            let condition = sql.to_ascii_lowercase();
            let condition = condition.split_once("where").map_or("", |(_, condition)| condition);
            return identifiers_in(condition).any(|word| fits(&words_of(word)));
        }
        let statement = self.statement();
        let conditions = statement.descendants().filter(|node| match node.kind() {
            Kind::Compare => node.operator() != Operator::NotEqual && !node.is_alike_on_both_sides(),
            kind => kind == Kind::Keyword,
        });
        conditions.into_iter().any(|condition| {
            let column = match condition.kind() {
                Kind::Keyword => condition.name(),
                _ => condition.child(Role::Left).map_or("", Node::name),
            };
            fits(&words_of(column))
        })
    }

    /// Whether whoever comes to this function has named a tenant by then.
    pub fn scoping(self) -> Scoping<'m> {
        self.scoping_within(&mut Vec::new())
    }

    fn scoping_within(self, seen: &mut Vec<Place>) -> Scoping<'m> {
        let model: &'m Model<'m> = self.model;
        if self.names_tenant() || self.dependencies_name_tenant() {
            return Scoping::Named;
        }
        if self.plays(FunctionRole::Handler) {
            return if self.serves_administrators(None) { Scoping::Named } else { Scoping::Unnamed(self) };
        }
        if seen.len() >= FARTHEST || seen.contains(&self.place()) {
            return Scoping::Unreached;
        }
        seen.push(self.place());
        let mut found = Scoping::Unreached;
        for call in model.callers_of(self.place()).iter().map(|&call| model.node(call)) {
            let Some(caller) = call.function() else { continue };
            let scoping = match call.positional().any(Node::comes_of_credential) {
                true => Scoping::Named,
                false => caller.scoping_within(seen),
            };
            match scoping {
                Scoping::Unnamed(handler) => {
                    found = Scoping::Unnamed(handler);
                    break;
                }
                Scoping::Named if found == Scoping::Unreached => found = Scoping::Named,
                _ => {}
            }
        }
        seen.pop();
        found
    }

    /// Whether this is a part of what was found by something that its owner alone knows: `token.user_id`, with
    /// `token = await tokens.by_hash(given)`.
    fn comes_of_credential(self) -> bool {
        self.is(Kind::Attribute)
            && self.receiver().filter(|found| found.is(Kind::Name)).is_some_and(|found| {
                let call = found.resolved_value().unwrapped();
                call.is(Kind::Call)
                    && call
                        .positional()
                        .map(Node::name)
                        .chain([call.callee_name()])
                        .any(|name| has_word(name, &["token", "hash", "nonce", "credential", "credentials"]))
            })
    }

    /// The attribute in which this method's object keeps its tenant, where other methods ask by it and this one does not:
    /// neither itself, nor what it calls, nor a caller by anything else than making the object.
    pub fn forgets_own_tenant(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let class = self.owner()?;
        let begins = model.node(model.method_of(class.place(), "__init__")?);
        let kept = begins.within(&begins.source_file().tree.assignments).find_map(|assignment| {
            let given = assignment.value()?.as_parameter()?;
            let target = assignment.targets().next().filter(|target| target.is(Kind::Attribute))?;
            given.is_tenant_parameter().then_some(target)
        })?;
        let asks_by_it = |function: Node<'m>| {
            function.names_tenant()
                || function.descendants_of(Kind::Attribute).any(|part| part.symbol() == kept.symbol())
        };
        let leads_there = |call: Node<'m>| {
            call.target().is_some_and(|place| place != begins.place() && asks_by_it(model.node(place)))
        };
        if self == begins || asks_by_it(self) || self.own_calls().any(leads_there) {
            return None;
        }
        let siblings = class.body().into_iter().flat_map(Node::children);
        let mut siblings = siblings.filter(|other| other.is_function() && *other != begins);
        if !siblings.any(asks_by_it) {
            return None;
        }
        let calls = model.callers_of(self.place()).iter().map(|&call| model.node(call));
        let mut serving = calls.filter(|call| call.function().is_some_and(Node::serves_requests)).peekable();
        serving.peek()?;
        // A row that was looked for in the tenant's name before is the tenant's.
        let is_checked = |call: Node<'m>| {
            call.function().into_iter().flat_map(Node::own_calls).any(|before| {
                before.id < call.id
                    && !call.contains(before)
                    && (leads_there(before)
                        || before.statement().mentions(model.tenant_key())
                            && before.does(Tag::BuildsStatement))
            })
        };
        serving.any(|call| !is_checked(call)).then_some(kept)
    }

    /// The tenant that a dependency gives this handler, and with which its code does nothing:
    /// `app: App = Depends(current_app)`.
    pub fn unused_tenant(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        if !self.plays(FunctionRole::Handler) {
            // What only such handlers call.
            let calls = model.callers_of(self.place()).iter().map(|&call| model.node(call));
            let handlers: Option<Vec<Node<'m>>> = calls
                .map(|call| {
                    call.function().filter(|caller| caller.plays(FunctionRole::Handler))?.unused_tenant()
                })
                .collect();
            return handlers?.first().copied();
        }
        let body = self.body()?;
        let tenant = self.parameters().find(|parameter| {
            parameter.is_tenant_parameter()
                && parameter.injected_by().is_some()
                && !body.descendants_of(Kind::Name).any(|name| {
                    name.name() == parameter.name()
                        && !name
                            .surroundings()
                            .any(|around| around.is(Kind::Call) && around.leaves_unused(name))
                })
        })?;
        (!self.serves_administrators(None) && !self.dependencies_name_tenant()).then_some(tenant)
    }

    /// Whether each turn of this loop is about what belongs to one tenant: its body asks the loop's own variable for the
    /// tenant's key, `row.app_id`.
    pub fn turns_over_tenants(self) -> bool {
        let key = self.model.tenant_key();
        let targets: Vec<_> = self.targets().filter(|target| target.is(Kind::Name)).collect();
        self.body().is_some_and(|body| {
            body.descendants_of(Kind::Attribute).any(|part| {
                part.name() == key
                    && part
                        .receiver()
                        .is_some_and(|row| targets.iter().any(|target| target.symbol() == row.symbol()))
            })
        })
    }

    /// The header in which the client names a tenant, where this dependency hands it on as it came: nothing in it asks, compares
    /// or depends on anything else.
    pub fn tenant_taken_from_header(self) -> Option<Node<'m>> {
        let header = self.parameters().next().filter(|parameter| {
            let words = words_of(parameter.name());
            parameter.mentions("Header")
                && (names_tenants(parameter.name())
                    || words.iter().any(|word| word == "tenant")
                    || parameter.name().ends_with(self.model.tenant_key()))
        })?;
        let is_alone = self.parameters().count() == 1 && self.own_ifs().next().is_none();
        let mut returns = self.own_returns().peekable();
        let returns_it = returns.peek().is_some()
            && returns.all(|returned| {
                returned.value().is_some_and(|value| {
                    let value = value.resolved_value();
                    let inner =
                        value.argument(0).filter(|_| matches!(value.callee_name(), "int" | "str" | "UUID"));
                    inner.unwrap_or(value).as_parameter() == Some(header)
                })
            });
        // A dependency that builds on this one may hold it against the credentials.
        let model: &'m Model<'m> = self.model;
        let is_built_on = || {
            let others = model.functions().filter(|it| !it.plays(FunctionRole::Handler));
            let injected = others.flat_map(Node::parameters).filter_map(Node::injected_by);
            let names = injected.filter_map(|call| model.function_named_by(model.dependency_of(call)?));
            names.into_iter().any(|named| named == self)
        };
        (is_alone && returns_it && !is_built_on()).then_some(header)
    }

    /// The id by which the statement that begins here looks for rows, where whoever calls the route names it: `agent_id` of
    /// its path, `body.ids`.
    pub fn id_named_by_client(self) -> Option<Node<'m>> {
        let is_id = |node: Node<'m>| ends_with_word(node.name(), &["id", "ids", "uuid", "key"]);
        self.statement().descendants().find(|part| {
            let holder = if part.is(Kind::Attribute) { part.receiver() } else { Some(*part) };
            holder.and_then(Node::as_parameter).is_some_and(|parameter| {
                parameter.parent() == self.function() && parameter.injected_by().is_none()
            }) && is_id(*part)
        })
    }

    /// What the statement that begins here asks for, where it is not known whether its rows belong to tenants: a model that is
    /// not among the given files, a table of which no statement tells it.
    pub fn unknown_rows(self) -> Option<&'m str> {
        let model: &'m Model<'m> = self.model;
        if self.sends_sql()
            && let Some(sql) = self.sql()
        {
            return table_of(sql).filter(|_| sql.to_ascii_lowercase().contains("where"));
        }
        if !(self.does(Tag::BuildsStatement) || self.finds_by_primary_key())
            || self.callee_name().contains("insert")
        {
            return None;
        }
        let named = self.argument(0)?;
        let named = if named.is(Kind::Attribute) { named.receiver()? } else { named };
        let is_given = matches!(model.instance_of_class(named.ty()), Type::Object(_));
        (!is_given && named.is(Kind::Name) && named.name().starts_with(char::is_uppercase))
            .then(|| named.name())
    }

    /// A dependency that is told the same id as the handler may check whose it is.
    fn dependencies_name_tenant(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let injected = self.parameters().filter_map(Node::injected_by);
        let routed = self.route().and_then(|route| route.keyword("dependencies"));
        injected
            .chain(routed.into_iter().flat_map(|list| list.descendants_of(Kind::Call)))
            .filter_map(|call| model.function_named_by(model.dependency_of(call)?))
            .any(|dependency| {
                dependency.names_tenant()
                    && dependency.parameters().any(|parameter| {
                        parameter.name().ends_with("_id") && parameter.name() != model.tenant_key()
                    })
            })
    }
}

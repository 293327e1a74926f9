//! Rows of a database: where one was fetched, whether it is locked, and what code does to it.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use crate::semantic::types::Type;
use crate::semantic::{FunctionRole, Model, Node, Place, remembered};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Operator, Role};

/// How a row came into a variable.
#[derive(Clone, Copy, Debug)]
pub struct Fetched<'m> {
    /// The call that sends the query.
    pub call: Node<'m>,
    /// The call or argument that locks the row until the transaction ends.
    pub lock: Option<Node<'m>>,
    /// Whether rows that others have locked are left out.
    pub skips_locked: bool,
}

/// The same as it is remembered.
#[derive(Clone, Copy)]
pub(in crate::semantic) struct FetchedPlaces {
    call: Place,
    lock: Option<Place>,
    skips_locked: bool,
}

/// An attribute of a fetched row that is set: `row.attribute = value`, `row.attribute += value` or `setattr(…)`.
#[derive(Clone, Copy, Debug)]
pub struct RowChange<'m> {
    /// The assignment or the call of `setattr`.
    pub at: Node<'m>,
    /// The name that holds the row.
    pub row: Node<'m>,
    pub attribute: &'m str,
    pub value: Node<'m>,
    pub fetched: Fetched<'m>,
    /// Whether the new value is computed from the old one, as it was read into Python.
    pub is_computed: bool,
}

/// A row that is made and put into the database.
#[derive(Clone, Copy, Debug)]
pub struct Inserted<'m> {
    /// The call that adds the object or sends the INSERT.
    pub at: Node<'m>,
    /// The type of the row.
    pub row: Type,
}

impl<'m> Node<'m> {
    /// Whether the database, or a default, gives this column another value in each row: that it is unique keeps no second
    /// row out.
    fn is_generated_column(self) -> bool {
        self.positional().any(|part| matches!(part.callee_name(), "Computed" | "Identity" | "Sequence"))
            || self.keyword("server_default").is_some()
            || self.keyword("default").is_some_and(|default| !default.is_constant())
            || self.keyword("default_factory").is_some()
    }

    /// How the row, or the rows, that this expression stands for were fetched, given functions included. Several rules
    /// ask it of each change of a row, so it is remembered.
    pub fn fetched(self) -> Option<Fetched<'m>> {
        let model: &'m Model<'m> = self.model;
        let found = remembered(&model.fetched, self.place(), || {
            self.find_fetched().or_else(|| self.fetched_by_callers()).map(|fetched| FetchedPlaces {
                call: fetched.call.place(),
                lock: fetched.lock.map(Node::place),
                skips_locked: fetched.skips_locked,
            })
        })?;
        Some(Fetched {
            call: model.node(found.call),
            lock: found.lock.map(|lock| model.node(lock)),
            skips_locked: found.skips_locked,
        })
    }

    /// How a row was fetched that is handed to the function, if each of its callers hands it one.
    fn fetched_by_callers(self) -> Option<Fetched<'m>> {
        let parameter = self.as_parameter().filter(|_| self.is(Kind::Name))?;
        let found = std::cell::Cell::new(None);
        let are_rows = parameter.receives_only(|given| {
            let fetched = given.find_fetched();
            // Of two callers the one that locks says that it matters.
            let best: Option<Fetched<'m>> = found.get();
            found.set(best.filter(|best| best.lock.is_some()).or(fetched));
            fetched.is_some()
        });
        found.get().filter(|_| are_rows)
    }

    fn find_fetched(self) -> Option<Fetched<'m>> {
        let mut call = None;
        let mut lock = None;
        let mut skips_locked = false;
        let _ = self.origins(&mut |origin| {
            let is_unseen = origin.api().is_none() && origin.runs_unseen();
            if is_unseen && call.is_none() && origin.fetches_row_unseen() {
                call = Some(origin);
            }
            if let Some(api) = origin.api() {
                if call.is_none() && api.has(Tag::Executes) && api.callable.crosses == Some(System::Database)
                {
                    call = Some(origin);
                }
                if let Some(found) = origin.row_lock(api) {
                    lock = Some(found);
                    skips_locked |= origin
                        .sql_that_locks()
                        .is_some_and(|sql| sql.to_ascii_lowercase().contains("skip locked"));
                    skips_locked |= origin.keyword("skip_locked").is_some_and(Node::is_true);
                }
            }
            ControlFlow::Continue(())
        });
        let fetched = Fetched { call: call?, lock, skips_locked };
        // What a data model copied out of a row is no row.
        let kind = self.ty();
        let is_copy =
            self.model.type_has(kind, ClassTag::DataModel) && !self.model.type_has(kind, ClassTag::OrmBase);
        (!is_copy).then_some(fetched)
    }

    /// The change of a fetched row that this assignment or call of `setattr` makes.
    pub fn row_change(self) -> Option<RowChange<'m>> {
        let (row, attribute, value) = match self.kind() {
            Kind::Assign | Kind::AugAssign | Kind::AnnAssign => {
                let target = self.targets().next().filter(|target| target.is(Kind::Attribute))?;
                (target.receiver()?, target.name(), self.child(Role::Value)?)
            }
            Kind::Call if self.callee_name() == "setattr" && self.receiver().is_none() => {
                let name = self.argument(1).filter(|name| matches!(name.kind(), Kind::Str | Kind::Name))?;
                (self.argument(0)?, name.name(), self.argument(2)?)
            }
            _ => return None,
        };
        if !row.is(Kind::Name) {
            return None;
        }
        let mut fetched = row.fetched()?;
        let asked = row.assigned_value().map(Node::unwrapped).filter(|asked| asked.is(Kind::Call));
        if asked.is_some_and(|asked| fetched.lock.is_some_and(|lock| asked.leaves_unlocked(lock))) {
            fetched.lock = None;
        }
        let is_sum = self.is(Kind::AugAssign) && is_arithmetic(self.operator());
        let is_computed = is_sum || value.computes_from(row, attribute, 0);
        Some(RowChange { at: self, row, attribute, value, fetched, is_computed })
    }

    /// Whether the value is calculated from `row.attribute`, perhaps by way of local names.
    fn computes_from(self, row: Node<'m>, attribute: &str, depth: u32) -> bool {
        let inside = |node: Node<'m>| node.computes_from(row, attribute, depth + 1);
        match self.kind() {
            _ if depth > 6 => false,
            Kind::BinOp if is_arithmetic(self.operator()) => {
                self.children().any(|side| side.reads_attribute(row, attribute, depth))
            }
            // `[*row.messages, message]`, `{**row.options, key: value}`
            Kind::List | Kind::Tuple | Kind::Set | Kind::Dict => self.children().any(|part| {
                let takes_over =
                    part.is(Kind::Starred) || (part.is(Kind::DictItem) && part.child(Role::Key).is_none());
                takes_over
                    && part.child(Role::Value).or_else(|| part.children().next()).is_some_and(|value| {
                        let value = value.resolved_value();
                        // `{**(row.options or {})}`
                        let mut sides = value.children().filter(|_| value.is(Kind::BoolOp)).chain([value]);
                        sides.any(|side| {
                            side.is(Kind::Attribute) && side.reads_attribute(row, attribute, depth)
                        })
                    })
            }),
            Kind::Name => self.assigned_value().is_some_and(inside),
            Kind::Conditional => {
                [Role::Body, Role::Orelse].iter().filter_map(|&role| self.child(role)).any(inside)
            }
            Kind::Call if matches!(self.callee_name(), "max" | "min" | "int" | "round" | "float") => {
                self.positional().any(inside)
            }
            Kind::Await | Kind::Named => self.unwrapped() != self && inside(self.unwrapped()),
            _ => false,
        }
    }

    /// Whether `row.attribute` is read in this expression, or in what its names were given.
    fn reads_attribute(self, row: Node<'m>, attribute: &str, depth: u32) -> bool {
        self.descendants().any(|node| match node.kind() {
            Kind::Attribute => {
                node.name() == attribute
                    && node.receiver().is_some_and(|r| r.is(Kind::Name) && r.symbol() == row.symbol())
            }
            // `getattr(row, field)`
            Kind::Call if node.callee_name() == "getattr" => {
                node.argument(0).is_some_and(|r| r.is(Kind::Name) && r.symbol() == row.symbol())
                    && node.argument(1).is_some_and(|name| name.name() == attribute)
            }
            Kind::Name if depth < 4 => {
                node.assigned_value().is_some_and(|value| value.reads_attribute(row, attribute, depth + 2))
            }
            _ => false,
        })
    }

    /// The row that this call puts into the database, if its class is known; an upsert is none.
    pub fn inserted(self) -> Option<Inserted<'m>> {
        // Asked of each call, and mostly nothing in the given files does either.
        let model = self.model;
        if !model.may_do(Tag::AddsRow) && !model.may_do(Tag::Executes) {
            return None;
        }
        let api = self.api()?;
        let row = if api.has(Tag::AddsRow) {
            self.argument(0)?.ty()
        } else if api.has(Tag::Executes) {
            let statement = self.argument(0)?;
            if statement.origin(|call| call.does(Tag::ResolvesConflict)).is_some() {
                return None;
            }
            let insert = statement.origin(|call| {
                call.does(Tag::WritesStatement)
                    && call.receiver().is_none()
                    && call.callee_name().contains("insert")
            })?;
            model.instance_of_class(insert.argument(0)?.ty())
        } else {
            return None;
        };
        if !matches!(row, Type::Object(_) | Type::Foreign(_)) {
            return None;
        }
        // An object that was fetched, or that somebody else made, is not new here.
        let is_new = !api.has(Tag::AddsRow)
            || self
                .argument(0)?
                .origin(|call| {
                    call.function() == self.function()
                        && call.callee().is_some_and(|class| model.instance_of_class(class.ty()) == row)
                })
                .is_some();
        is_new.then_some(Inserted { at: self, row })
    }

    /// The class of rows in which this call lets the database do a sum: `.values(used=Usage.used + 1)`, or the same in
    /// a dictionary.
    pub fn sums_in_database(self) -> Option<Type> {
        if !self.does(Tag::WritesStatement) {
            return None;
        }
        let is_sum = |name: &str, value: Node<'m>| {
            value.is(Kind::BinOp)
                && is_arithmetic(value.operator())
                && value.descendants_of(Kind::Attribute).any(|read| read.name() == name)
        };
        let in_dictionary = |value: Node<'m>| {
            value.descendants_of(Kind::DictItem).any(|item| {
                let (Some(key), Some(value)) = (item.child(Role::Key), item.child(Role::Value)) else {
                    return false;
                };
                is_sum(key.name(), value)
            })
        };
        let found = self.keywords().any(|keyword| {
            keyword
                .child(Role::Value)
                .is_some_and(|value| is_sum(keyword.name(), value) || in_dictionary(value))
        }) || self.positional().any(in_dictionary);
        if !found {
            return None;
        }
        let mut class = None;
        let _ = self.origins(&mut |call| {
            if call.does(Tag::BuildsStatement)
                && let Some(argument) = call.argument(0)
                && let kind @ (Type::Object(_) | Type::Foreign(_)) =
                    self.model.instance_of_class(argument.ty())
            {
                class = Some(kind);
            }
            ControlFlow::Continue(())
        });
        class
    }

    /// Whether the WHERE of this statement, or of one that it is built from, compares by order: `used < limit`.
    pub fn is_conditional(self) -> bool {
        self.origin(|call| {
            call.positional().any(|argument| argument.is(Kind::Compare) && argument.compares_order())
        })
        .is_some()
    }

    /// Whether this statement changes a column only where it still has the expected value:
    /// `update(Order).where(Order.status == "paid").values(status="refunded")`.
    pub fn expects_old_value(self) -> bool {
        self.does(Tag::WritesStatement)
            && self
                .keywords()
                .any(|keyword| self.receiver().is_some_and(|built| built.selects_by(keyword.name())))
    }

    /// Whether the query or statement behind this expression asks for rows in which the column has a certain value.
    pub fn selects_by(self, column: &str) -> bool {
        self.origin(|call| {
            call.does(Tag::BuildsStatement)
                && (call.keyword(column).is_some()
                    || call.positional().any(|argument| {
                        argument.descendants_of(Kind::Compare).any(|test| {
                            matches!(test.operator(), Operator::Equal | Operator::In)
                                && test.child(Role::Left).is_some_and(|left| left.name() == column)
                        })
                    }))
        })
        .is_some()
    }

    /// The columns that have to be NULL in the rows for which the query behind this expression asks.
    fn selects_nulls(self) -> Vec<&'m str> {
        let mut found = Vec::new();
        self.origin(|call| {
            if call.does(Tag::BuildsStatement) {
                let tests = call.positional().flat_map(Node::descendants);
                let nulls = tests.filter(|test| match test.kind() {
                    Kind::Call => {
                        test.callee_name() == "is_"
                            && test.argument(0).is_some_and(|value| value.is(Kind::None))
                    }
                    _ => false,
                });
                found.extend(nulls.filter_map(Node::receiver).map(Node::name));
            }
            false
        });
        found
    }

    /// Whether the query behind this expression asks for one row of several that would do.
    pub fn takes_the_next(self) -> bool {
        self.origin(|call| {
            call.does(Tag::BuildsStatement)
                && call.callee_name() == "limit"
                && call.argument(0).is_some_and(|count| count.number() == Some(1.0))
        })
        .is_some()
            // `query(Slot).filter(…).order_by(Slot.starts_at).first()`
            || self.origin(|call| call.callee_name() == "first").is_some_and(|first| {
                first.origin(|call| call.callee_name() == "order_by").is_some()
            })
    }

    /// Whether this comparison asks for more or less.
    pub fn compares_order(self) -> bool {
        self.is(Kind::Compare)
            && matches!(
                self.operator(),
                Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual
            )
    }

    /// Whether this expression names the class of such rows: `Agent` in `select(func.count(Agent.id))`.
    pub fn is_about(self, row: Type) -> bool {
        self.descendants().any(|node| node.is(Kind::Name) && self.model.instance_of_class(node.ty()) == row)
    }

    /// Whether this place is only reached where something was looked for and not found: `if existing: return`, or
    /// `if not await already_sent(key):` around it. A repetition finds what the first run has left.
    pub fn is_looked_for_before(self) -> bool {
        let Some(function) = self.function() else { return false };
        let looks = |test: Node<'m>| {
            test.descendants().any(|part| match part.kind() {
                Kind::Name | Kind::Await => part.fetched().is_some(),
                Kind::Call => crate::semantic::has_word(
                    part.callee_name(),
                    &["exists", "exist", "seen", "already", "processed", "duplicate", "handled", "known"],
                ),
                _ => false,
            })
        };
        function.own_ifs().filter(|node| node.id < self.id).any(|node| {
            // A limit that is not reached yet says nothing of a first run.
            let test = node.child(Role::Test).filter(|test| !test.compares_order() && looks(*test));
            let Some(test) = test else { return false };
            let Some(body) = node.body() else { return false };
            let for_absent = match test.kind() {
                Kind::UnaryOp => test.operator() == Operator::Not,
                Kind::Compare => test.operator() == Operator::Is,
                _ => false,
            };
            if body.contains(self) {
                for_absent
            } else {
                body.leaves() && !for_absent && node.dominates(self)
            }
        })
    }

    /// Whether this names a set that a module keeps.
    pub fn is_set_of_module(self) -> bool {
        self.is(Kind::Name)
            && self.scope_of_name() == Some(0)
            && self.instance_of().is_some_and(|class| class.derives_from("builtins.set"))
    }

    /// Whether this expression is a dictionary that all requests share: one of a module, of a class, or of an object
    /// that is made at import.
    pub fn is_shared_dictionary(self) -> bool {
        let Some(class) = self.instance_of() else { return false };
        if !class.derives_from("builtins.dict") {
            return false;
        }
        match self.kind() {
            Kind::Name => self.scope_of_name() == Some(0),
            Kind::Attribute => match self.receiver().map(Node::ty) {
                Some(Type::Object(class)) => {
                    self.model.made_at_import(class).is_some()
                        || self.model.class_attribute(class, self.name()).is_some_and(|target| {
                            target.parent().is_some_and(|statement| {
                                statement.child(Role::Value).is_some_and(|value| !value.is(Kind::None))
                            })
                        })
                }
                Some(Type::Class(_) | Type::Module(_)) => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether this is a dictionary that an object begins with, has an entry for each value of a parameter, and so is
    /// made for many calls: the given files do not show who makes the object.
    pub fn is_kept_by_strangers(self, key: Option<Node<'m>>) -> bool {
        let model: &'m Model<'m> = self.model;
        let owner = self.receiver().filter(|_| self.is(Kind::Attribute)).map(Node::ty);
        let Some(Type::Object(class)) = owner else { return false };
        let begins_empty = || {
            model.self_assignments(class, self.symbol()).iter().any(|target| {
                let value = target.statement().child(Role::Value);
                target.function().is_some_and(|function| function.name() == "__init__")
                    && value.is_some_and(Node::makes_container)
            })
        };
        key.is_some_and(|key| key.as_parameter().is_some())
            && begins_empty()
            && model.method_of(class, "__init__").is_some_and(|made| model.callers_of(made).is_empty())
    }

    /// The block at whose end the transaction of this place ends: one that begins a transaction or opens a session.
    pub fn transaction_block(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        self.enclosing_with_items()
            .find(|item| {
                item.child(Role::Context).is_some_and(|context| {
                    matches!(context.callee_name(), "begin" | "transaction")
                        || model.session_kind(model.entered(context.ty())).is_some()
                })
            })
            .and_then(Node::parent)
    }

    /// `session.get(Model, key)`
    pub fn finds_by_primary_key(self) -> bool {
        self.callee_name() == "get"
            && self.does(Tag::Executes)
            && self.argument(0).is_some_and(|class| {
                // A class that is not among the given files has no type here.
                matches!(class.ty(), Type::Class(_)) || class.name().starts_with(char::is_uppercase)
            })
    }

    /// Whether this function, or all that call it, expect that the database refuses a second row.
    pub fn expects_conflict(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let callers = model.callers_of(self.place());
        // One answer for the whole application.
        let for_all = || {
            ["add_exception_handler", "exception_handler"]
                .iter()
                .flat_map(|name| model.calls_named(name))
                .filter_map(|call| call.argument_or_keyword(0, "exc_class_or_status_code"))
                .any(|class| {
                    // `for handler in HANDLERS: app.add_exception_handler(handler.of, handler.handle)`
                    let made_for = || {
                        class
                            .at(0)
                            .calls_within()
                            .any(|made| made.positional().any(|argument| argument.name() == "IntegrityError"))
                    };
                    class.name() == "IntegrityError"
                        || (class.is(Kind::Attribute) && class.enclosing_loop().is_some() && made_for())
                })
        };
        self.handles_conflict()
            || for_all()
            || (!callers.is_empty() && callers.iter().all(|&call| model.node(call).meets_conflict()))
    }

    /// Whether all that call this function undo what it did, whatever fails in it, and go on: in a savepoint, or a `try` that
    /// rolls back.
    pub fn is_undone_by_its_callers(self) -> bool {
        let undoes = |handler: Node<'m>| {
            handler.catches_everything()
                && !handler.raises_at_last()
                && handler
                    .calls_within()
                    .any(|call| call.does(Tag::RollsBack) || call.callee_name() == "rollback")
        };
        self.is_only_called(|call| call.enclosing_tries().flat_map(Node::handlers).any(undoes))
    }

    /// Whether the refusal of what a call adds is handled around it, where its function writes all of it next, or where
    /// it does so again after a refusal.
    fn meets_conflict(self) -> bool {
        let writes = |call: Node<'m>| {
            [Tag::Commits, Tag::Flushes].iter().any(|&tag| call.does(tag) || call.leads_to(tag))
        };
        let writes_next = || {
            let tree = &self.source_file().tree;
            self.function().into_iter().flat_map(|function| function.within(&tree.handlers)).any(|handler| {
                let attempt =
                    handler.parent().filter(|attempt| attempt.id > self.id && self.dominates(*attempt));
                attempt.is_some_and(|attempt| {
                    attempt.handles_conflict()
                        && attempt.body().is_some_and(|body| body.calls_within().any(writes))
                })
            })
        };
        self.enclosing_tries().any(Node::handles_conflict)
            || self.enclosing_handler().and_then(Node::parent).is_some_and(Node::handles_conflict)
            || writes_next()
    }

    /// Whether a part of the code handles that the database refuses a second row: an integrity error.
    fn handles_conflict(self) -> bool {
        self.descendants_of(Kind::Handler).any(|handler| {
            handler.child(Role::Exception).is_some_and(|exception| {
                [
                    "IntegrityError",
                    "UniqueViolation",
                    "UniqueViolationError",
                    "DuplicateKey",
                    "SQLAlchemyError",
                ]
                .iter()
                .any(|name| exception.source().contains(name))
            })
        })
    }

    /// Whether what this function changes in its rows is written: it commits, or its caller or a block does.
    pub fn writes_back(self) -> bool {
        let model = self.model;
        self.own_calls().any(|call| {
            call.does(Tag::Commits)
                || call.does(Tag::Flushes)
                || call.does(Tag::MakesSession)
                || call.callee_name() == "begin"
                || call.leads_to(Tag::Commits)
                || matches!(call.callee_name(), "commit" | "flush")
        }) || self.parameters().any(|parameter| model.session_kind(model.parameter_type(parameter)).is_some())
    }
}

fn is_arithmetic(operator: Operator) -> bool {
    matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Arithmetic)
}

impl<'s> Model<'s> {
    /// Whether any call locks the rows that it reads. In most projects none does, and no call need be followed to find
    /// one.
    pub fn locks_rows(&self) -> bool {
        *self.locks_rows.get_or_init(|| self.known_calls().any(|(call, api)| call.row_lock(api).is_some()))
    }

    /// Whether rows of this type carry a version that the ORM compares when it writes.
    pub fn is_versioned(&self, row: Type) -> bool {
        let Type::Object(class) = row else { return false };
        self.class_attribute(class, "__mapper_args__").is_some_and(|target| {
            target
                .parent()
                .and_then(|assignment| assignment.child(Role::Value))
                .is_some_and(|value| value.resolved_value().dictionary_value("version_id_col").is_some())
        })
    }

    /// What keeps a second row of the same key out of a table: a unique constraint, index or column that the class or
    /// a given migration declares, or the primary key where rows are looked for by it.
    pub fn refuses_second_row<'m>(&'m self, row: Type, looked_for: Node<'m>) -> Option<Node<'m>> {
        let Type::Object(class) = row else { return None };
        let class = self.node(class);
        let is_unique = |call: &Node<'m>| {
            call.callee_name() == "UniqueConstraint"
                || (call.keyword("unique").is_some_and(Node::is_true) && !call.is_generated_column())
        };
        let nulls = looked_for.selects_nulls();
        let lets_nulls_pass = |call: &Node<'m>| {
            !nulls.is_empty() && call.descendants().any(|part| nulls.contains(&part.name()))
        };
        if let Some(declared) = class.calls_within().find(|call| is_unique(call) && !lets_nulls_pass(call)) {
            return Some(declared);
        }
        let by_key = class
            .calls_within()
            .filter(|call| call.keyword("primary_key").is_some_and(Node::is_true))
            .find(|column| {
                let name = column.statement().targets().next().map_or("", |target| target.name());
                looked_for.selects_by(name) || looked_for.origin(|call| call.finds_by_primary_key()).is_some()
            });
        by_key.or_else(|| {
            let table = self.class_attribute(class.place(), "__tablename__")?;
            let table = table.parent()?.child(Role::Value)?.string()?;
            self.python().filter(|(_, file)| file.is_migration).find_map(|(file, data)| {
                data.tree.calls.iter().map(|&node| self.node(crate::semantic::Place { file, node })).find(
                    |call| {
                        let makes_unique = call.callee_name() == "create_unique_constraint"
                            || (call.callee_name() == "create_index" && is_unique(call));
                        makes_unique
                            && !lets_nulls_pass(call)
                            && call.argument_or_keyword(1, "table_name").and_then(Node::string) == Some(table)
                    },
                )
            })
        })
    }

    /// Whether rows are looked for by a column that is NULL, which takes them out of the unique key of their table.
    pub fn keeps_second_null(&self, row: Type, looked_for: Node<'_>) -> bool {
        let Type::Object(class) = row else { return false };
        let nulls = looked_for.selects_nulls();
        self.node(class).calls_within().any(|call| {
            (call.callee_name() == "UniqueConstraint" || call.keyword("unique").is_some_and(Node::is_true))
                && call.descendants().any(|part| nulls.contains(&part.name()))
        })
    }

    /// Where an object of a given class is made once for all requests: at module level, or by a factory that keeps it;
    /// outside tests.
    pub fn made_at_import(&self, class: crate::semantic::Place) -> Option<Node<'_>> {
        let map = self.made_at_import.get_or_init(|| {
            let mut map = FxHashMap::default();
            // What a decorator makes lives as long as the function that it decorates.
            let decorators: rustc_hash::FxHashSet<crate::semantic::Place> = self
                .functions()
                .filter(|function| function.function().is_none())
                .flat_map(Node::decorators)
                .filter(|decorator| decorator.is(Kind::Call))
                .filter_map(Node::target)
                .collect();
            // At module level, or by a function without parameters that keeps what it gave the first time.
            let is_made_once = |call: &Node<'_>| {
                call.function().is_none_or(|function| {
                    decorators.contains(&function.place())
                        || (function.parameters().next().is_none()
                            && function.owner().is_none()
                            && function.caching_decorator().is_some()
                            && call.parent().is_some_and(|parent| parent.is(Kind::Return)))
                })
            };
            // A script makes what it needs for one run, unless it is the application that starts itself.
            let serving: Vec<u32> = self
                .functions()
                .filter(|function| function.source_file().is_script && function.plays(FunctionRole::Handler))
                .map(|function| function.file)
                .chain(self.apps().map(|app| app.file))
                .collect();
            let is_for_requests = |call: &Node<'_>| {
                !call.is_outside_production()
                    && (!call.source_file().is_script || serving.contains(&call.file))
            };
            for call in self.calls().filter(|call| is_for_requests(call) && is_made_once(call)) {
                if let Some(Type::Class(class)) = call.callee().map(Node::ty) {
                    map.entry(class).or_insert(call.place());
                }
            }
            map
        });
        map.get(&class).map(|&place| self.node(place))
    }

    /// The last part of the name of a type of rows.
    pub fn row_name(&self, row: Type) -> String {
        match row {
            Type::Object(class) => self.node(class).name().to_owned(),
            other => self
                .path_of(other)
                .map_or_else(String::new, |path| path.rsplit('.').next().unwrap_or_default().to_owned()),
        }
    }
}

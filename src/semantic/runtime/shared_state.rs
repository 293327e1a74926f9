//! What a process keeps for all requests: containers and numbers of modules, classes, single objects and the
//! application, and the places that change them.

use rustc_hash::FxHashMap;

use crate::semantic::runtime::lifecycle::CLOSING;
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, has_word};
use crate::sorted::sorted;
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role, Symbol};

/// Methods that change the container on which they are called.
const CHANGING: [&str; 18] = [
    "append",
    "appendleft",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "popleft",
    "remove",
    "discard",
    "clear",
    "put",
    "put_nowait",
    "move_to_end",
    "push",
    "subtract",
];

/// What a process's state holds, beyond plain values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    Values,
    /// Connected websockets.
    Sockets,
    /// Objects that somebody has to close: a browser, a connection to a server.
    LiveObjects,
    /// Locks, tasks, clients, callables, the number of those who hold a live object: each process has its own.
    PartsOfTheProcess,
}

/// The definition of a state, what it is made of, and its changes.
pub(in crate::semantic) type StatePlaces = (Place, Place, Vec<Place>);

/// State that lives as long as the process.
pub struct SharedState<'m> {
    /// The target of the assignment that makes it.
    pub definition: Node<'m>,
    /// What it is made of at first.
    pub value: Node<'m>,
    /// The statements and calls in functions that change it, in order.
    pub changes: Vec<Node<'m>>,
}

impl<'m> SharedState<'m> {
    pub fn name(&self) -> &'m str {
        self.definition.name()
    }

    /// A change by which a function counts requests, in order to refuse those that are too many.
    pub fn limiter_change(&self) -> Option<Node<'m>> {
        let refuses = |function: Node<'m>| function.refusals_of_too_many().next().is_some();
        self.changes.iter().copied().find(|change| {
            change.function().is_some_and(|function| {
                let model: &'m Model<'m> = function.model;
                let mut calls = model.callers_of(function.place()).iter().map(|&call| model.node(call));
                refuses(function) || calls.any(Node::decides_refusal)
            })
        })
    }

    /// The names of the keys by which entries are found, without what they are read from: `session_id`.
    pub fn keys(&self) -> Vec<&'m str> {
        let found: Vec<&'m str> = self
            .changes
            .iter()
            .flat_map(|change| {
                let added = change.is(Kind::Call).then(|| change.positional().next()).flatten();
                let inner = change
                    .receiver()
                    .filter(|receiver| receiver.is(Kind::Subscript))
                    .and_then(|receiver| receiver.child(Role::Index));
                change.targets().filter_map(|target| target.child(Role::Index)).chain(inner.or(added))
            })
            .filter(|key| matches!(key.kind(), Kind::Name | Kind::Attribute))
            .map(Node::name)
            .filter(|name| name.len() > 3 && *name != "name" && *name != "value")
            .collect();
        let mut found = sorted(found, &|one, other| one.cmp(other));
        found.dedup();
        found
    }

    /// What it holds, by its annotation and by what is put in.
    pub fn holding(&self) -> Holding {
        let model = self.definition.model;
        let annotation = self.definition.parent().and_then(|statement| statement.child(Role::Annotation));
        let annotated: Vec<Node<'m>> = annotation
            .into_iter()
            .flat_map(Node::descendants)
            .filter(|part| matches!(part.kind(), Kind::Name | Kind::Attribute))
            .collect();
        let class_of = |part: &Node<'m>| model.instance_of_class(part.ty());
        let added: Vec<Node<'m>> = self.additions().map(Node::unwrapped).collect();
        let kinds = || annotated.iter().map(class_of).chain(added.iter().map(|value| value.ty()));
        if annotated.iter().any(|part| part.name() == "WebSocket")
            || added
                .iter()
                .any(|value| value.instance_of().is_some_and(|class| class.short_name() == "WebSocket"))
        {
            return Holding::Sockets;
        }
        let is_part = kinds().any(|kind| model.is_part_of_process(kind))
            || added.iter().any(|value| {
                value.origin(|call| call.does(Tag::StartsTask)).is_some()
                    || value.is(Kind::Lambda)
                    || matches!(value.ty(), Type::Function(_) | Type::Class(_) | Type::Method(_))
            });
        if is_part {
            return Holding::PartsOfTheProcess;
        }
        let is_live = |kind: Type| matches!(kind, Type::Object(class) if model.is_live(class, 0));
        // A number beside the object counts those who hold it.
        let beside = added
            .iter()
            .filter(|value| value.is(Kind::Tuple))
            .flat_map(|value| value.children())
            .any(|part| is_live(part.ty()))
            || annotated.iter().any(|part| {
                let generic = part.parent().filter(|around| around.is(Kind::Tuple)).and_then(Node::parent);
                let name = generic.and_then(|generic| generic.child(Role::Value)).map_or("", Node::name);
                is_live(class_of(part)) && matches!(name, "tuple" | "Tuple")
            });
        if beside {
            return Holding::PartsOfTheProcess;
        }
        if kinds().any(is_live) { Holding::LiveObjects } else { Holding::Values }
    }

    /// Whether what other processes send through a channel comes to it: its file listens there, or one that calls what
    /// uses it.
    pub fn hears_others(&self) -> bool {
        let model = self.definition.model;
        let hears = |call: Node<'m>| {
            call.does(Tag::HearsOthers)
                || call.sql().is_some_and(|sql| sql.trim_start().starts_with("LISTEN "))
        };
        let uses = |function: &Node<'m>| {
            function.file == self.definition.file
                && function.descendants().any(|part| part.symbol() == self.definition.symbol())
        };
        let callers = model.functions().filter(uses).flat_map(|function| model.callers_of(function.place()));
        let places = callers.map(|&call| model.node(call));
        places.chain([self.definition]).any(|place| place.at(0).calls_within().any(hears))
    }

    /// Whether its entries are objects that have to be closed, alone or with the number of those who hold them.
    pub fn holds_live_objects(&self) -> bool {
        let model = self.definition.model;
        let annotation = self.definition.parent().and_then(|statement| statement.child(Role::Annotation));
        let annotated = annotation.into_iter().flat_map(Node::descendants).any(|part| {
            matches!(part.kind(), Kind::Name | Kind::Attribute)
                && matches!(part.ty(), Type::Class(class) if model.is_live(class, 0))
        });
        annotated || self.holding() == Holding::LiveObjects
    }

    /// Whether somebody in this process waits for each entry: a condition or a future, that goes with what it is about.
    pub fn is_met_by_waiters(&self) -> bool {
        let annotation = self.definition.parent().and_then(|statement| statement.child(Role::Annotation));
        let model = self.definition.model;
        annotation
            .into_iter()
            .flat_map(Node::descendants)
            .map(|part| model.instance_of_class(part.ty()))
            .chain(self.additions().map(|value| value.unwrapped().ty()))
            .filter_map(|kind| model.path_of(kind))
            .any(|path| matches!(&*path, "asyncio.Condition" | "asyncio.Future"))
    }

    /// Whether a missing entry is made again from what was asked for: `if key in users: return users[key]`, then
    /// `users[key] = load(key)`. Another replica makes its own.
    pub fn is_read_through(&self) -> bool {
        let reads = |node: Node<'m>| {
            node.descendants_of(self.definition.kind())
                .any(|part| part.name() == self.name() && part.place() != self.definition.place())
        };
        let mut entries = self
            .changes
            .iter()
            .filter(|change| change.targets().any(|target| target.is(Kind::Subscript)))
            .peekable();
        entries.peek().is_some()
            && entries.all(|change| {
                let Some(function) = change.function() else { return false };
                let returns_it = function.own_ifs().filter(|node| node.id < change.id).any(|node| {
                    node.child(Role::Test).is_some_and(reads)
                        && node.body().is_some_and(|body| {
                            body.children().any(|statement| statement.is(Kind::Return) && reads(statement))
                        })
                });
                returns_it && change.value().is_some_and(Node::is_made_of_what_was_asked)
            })
    }

    /// Whether its entries are views: each is made of its key and of what the code says, by a class whose instances only hold
    /// what they were made of. Another process makes the same.
    pub fn holds_views_of_its_keys(&self) -> bool {
        let model = self.definition.model;
        !self.changes.is_empty()
            && self.changes.iter().all(|change| {
                let entry = change.targets().find(|target| target.is(Kind::Subscript));
                let key = entry.and_then(|entry| entry.child(Role::Index));
                let made = change.value().map(|value| value.resolved_value().unwrapped());
                let (Some(key), Some(made), true) = (key, made, change.is(Kind::Assign)) else {
                    return false;
                };
                let mut given =
                    made.positional().chain(made.keywords().filter_map(|keyword| keyword.child(Role::Value)));
                made.callee().is_some_and(
                    |callee| matches!(callee.ty(), Type::Class(class) if model.makes_views(class)),
                ) && given.all(|argument| argument.is_made_of(key, 0))
            })
    }

    /// Whether its keys are those of what somebody sets up: agents, providers, tools. There are as many as there are of these.
    pub(in crate::semantic) fn is_keyed_by_what_is_set_up(&self) -> bool {
        const SET_UP: [&str; 12] = [
            "agent",
            "assistant",
            "bot",
            "provider",
            "model",
            "plugin",
            "tool",
            "connector",
            "skill",
            "tenant",
            "organization",
            "workspace",
        ];
        let keys = self.keys();
        !keys.is_empty() && keys.iter().all(|key| has_word(key, &SET_UP))
    }

    /// Whether a change leaves out of an entry what has passed: `hits[key] = [hit for hit in hits[key] if hit > since]`.
    pub(in crate::semantic) fn prunes_its_entries(&self) -> bool {
        self.changes.iter().filter_map(|change| change.value()).any(|value| {
            value.descendants_of(Kind::Comprehension).any(|clause| clause.child(Role::Test).is_some())
                && value.descendants().any(|part| part.reads_like(self.definition))
        })
    }

    /// Whether it forgets by design what was not used for long: what is used is moved to the end.
    pub fn keeps_the_latest(&self) -> bool {
        self.changes.iter().any(|change| change.is(Kind::Call) && change.callee_name() == "move_to_end")
    }

    /// Whether it only says what this process is doing just now: keys in a set, each of which is taken out again
    /// whatever happens.
    pub fn is_under_way(&self) -> bool {
        let model = self.definition.model;
        let is_last = |place: Node<'m>| place.surroundings().any(|around| around.role() == Role::Final);
        let is_cleared = |change: &Node<'m>| {
            let calls = || change.function().into_iter().flat_map(|leaves| model.callers_of(leaves.place()));
            change.is(Kind::Call)
                && matches!(change.callee_name(), "discard" | "remove")
                && (is_last(*change) || calls().any(|&call| is_last(model.node(call))))
        };
        let makes_set = self.value.is(Kind::Set)
            || (self.value.is(Kind::Call) && self.value.callee().is_some_and(|it| it.names("builtins.set")));
        makes_set && self.changes.iter().any(is_cleared)
    }

    /// Where a client is told what is in it: the part of a handler's answer that comes from it, and not only how many
    /// there are.
    pub fn told_to_clients(&self) -> Option<Node<'m>> {
        let model = self.definition.model;
        let is_it = |part: Node<'m>| {
            part.symbol() == self.definition.symbol()
                && matches!(part.kind(), Kind::Name | Kind::Attribute)
                && part.defining_target() == Some(self.definition)
                && part.parent().is_none_or(|around| around.callee_name() != "len")
        };
        let told = |handler: Node<'m>| {
            let mut answers = handler.own_returns().filter_map(|answer| answer.child(Role::Value));
            answers.find_map(|answer| answer.value_source(&is_it))
        };
        let handlers = model.functions().filter(|function| {
            function.route().is_some()
                && function.descendants().any(|part| part.symbol() == self.definition.symbol())
        });
        let direct = handlers.filter(|handler| !handler.serves_administrators(None)).find_map(told);
        direct.or_else(|| {
            // Through a function beside it that gives it away: `rooms.agents(app_id)`.
            let beside = model.functions().filter(|function| {
                function.file == self.definition.file
                    && function.route().is_none()
                    && told(*function).is_some()
            });
            let calls = beside.flat_map(|function| model.callers_of(function.place()));
            calls.map(|&call| model.node(call)).find(|call| {
                call.function().is_some_and(|handler| {
                    let mut answers = handler.own_returns().filter_map(|answer| answer.child(Role::Value));
                    handler.route().is_some()
                        && !handler.serves_administrators(None)
                        && answers.any(|answer| answer.value_source(&|part| part == *call).is_some())
                })
            })
        })
    }

    /// Where a model is told what is in it, by a function that requests lead to: a later turn's question is made of it.
    pub fn told_to_models(&self) -> Option<Node<'m>> {
        let is_it = |part: Node<'m>| {
            part.symbol() == self.definition.symbol() && part.defining_target() == Some(self.definition)
        };
        let model = self.definition.model;
        let mut asked = model.calls_doing(Tag::InvokesModel).filter(|call| {
            let function = call.function();
            function.is_some_and(|function| {
                function.descendants().any(|part| part.symbol() == self.definition.symbol())
                    && function.serves_requests()
            })
        });
        asked.find_map(|call| call.argument(0)?.value_source(&is_it))
    }

    /// What the changes put in: assigned values and arguments.
    pub fn additions(&self) -> impl Iterator<Item = Node<'m>> {
        self.changes.iter().flat_map(|change| {
            let value = if change.is(Kind::Call) { None } else { change.child(Role::Value) };
            let arguments = if change.is(Kind::Call) { change.positional().last() } else { None };
            value.into_iter().chain(arguments)
        })
    }
}

impl<'s> Model<'s> {
    /// The state of the process that functions of the given files change, tests and scripts left out.
    pub fn shared_state(&self) -> Vec<SharedState<'_>> {
        let found = self.shared_state.get_or_init(|| {
            self.find_shared_state()
                .into_iter()
                .map(|state| {
                    let changes = state.changes.iter().map(|change| change.place()).collect();
                    (state.definition.place(), state.value.place(), changes)
                })
                .collect()
        });
        found
            .iter()
            .map(|(definition, value, changes)| SharedState {
                definition: self.node(*definition),
                value: self.node(*value),
                changes: changes.iter().map(|&change| self.node(change)).collect(),
            })
            .collect()
    }

    fn find_shared_state(&self) -> Vec<SharedState<'_>> {
        let mut changes: FxHashMap<Place, Vec<Node<'_>>> = FxHashMap::default();
        for (expression, change) in self.changes_of_containers() {
            if let Some(definition) = expression.defining_target() {
                changes.entry(definition.place()).or_default().push(change);
            }
        }
        let found: Vec<SharedState<'_>> = changes
            .into_iter()
            .filter_map(|(place, changes)| {
                let definition = self.node(place);
                let value = definition.parent()?.child(Role::Value)?;
                let changes = sorted(changes, &|one, other| one.place().cmp(&other.place()));
                Some(SharedState { definition, value, changes })
            })
            .collect();
        sorted(found, &|one, other| one.definition.place().cmp(&other.definition.place()))
    }

    /// Each place in a function that changes a container or adds to a global, with the expression that is changed.
    fn changes_of_containers(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let is_checked = |node: &Node<'_>| {
            !node.is_outside_production() && !node.source_file().is_script && node.function().is_some()
        };
        let called = CHANGING
            .iter()
            .flat_map(|name| self.calls_named(name))
            .filter(is_checked)
            .filter_map(|call| Some((call.receiver()?.container_of_entry(), call)));
        let assigned = self.assignments().filter(is_checked).flat_map(|assignment| {
            assignment.targets().filter_map(move |target| match target.kind() {
                Kind::Subscript => Some((target.child(Role::Value)?.container_of_entry(), assignment)),
                Kind::Name if assignment.is(Kind::AugAssign) && target.scope_of_name() == Some(0) => {
                    Some((target, assignment))
                }
                // `global last_user; last_user = user`
                Kind::Name
                    if assignment.is(Kind::Assign)
                        && target.scope_of_name() == Some(0)
                        && assignment.child(Role::Value).is_some_and(Node::comes_from_request) =>
                {
                    Some((target, assignment))
                }
                // `config.MODEL = name`
                Kind::Attribute
                    if assignment.is(Kind::Assign)
                        && target.receiver().is_some_and(|module| matches!(module.ty(), Type::Module(_)))
                        && assignment.child(Role::Value).is_some_and(Node::comes_from_request) =>
                {
                    Some((target, assignment))
                }
                _ => None,
            })
        });
        // `next(numbers)`
        let counted = self
            .calls_named("next")
            .filter(is_checked)
            .filter_map(|call| Some((call.argument(0)?, call)))
            .filter(|(numbers, _)| numbers.is(Kind::Name) && numbers.scope_of_name() == Some(0));
        called.chain(assigned).chain(counted)
    }
}

impl<'m> Node<'m> {
    /// Whether the function around this call refuses a caller with a 429 by what the call gives.
    fn decides_refusal(self) -> bool {
        let refusals = self.function().into_iter().flat_map(Node::refusals_of_too_many);
        refusals.into_iter().any(|refusal| {
            refusal
                .surroundings()
                .filter_map(|around| around.child(Role::Test))
                .any(|test| test.value_source(&|part| part == self).is_some())
        })
    }
}

impl<'s> Model<'s> {
    /// Whether each process has its own of these: locks, clients, pools, tasks, events.
    pub(in crate::semantic) fn is_part_of_process(&self, kind: Type) -> bool {
        const PARTS: [ClassTag; 9] = [
            ClassTag::Graph,
            ClassTag::Runnable,
            ClassTag::ChatModel,
            ClassTag::AsyncLock,
            ClassTag::ThreadLock,
            ClassTag::Semaphore,
            ClassTag::PooledClient,
            ClassTag::Engine,
            ClassTag::ConnectionPool,
        ];
        PARTS.iter().any(|&tag| self.type_has(kind, tag))
            || self.path_of(kind).is_some_and(|path| {
                let mut parts = path.split('.');
                let (first, last) = (parts.next(), parts.next_back());
                matches!(first, Some("asyncio" | "threading" | "concurrent" | "multiprocessing"))
                    && matches!(
                        last,
                        Some(
                            "Task" | "Future" | "Event" | "Thread" | "Condition" | "Process" | "TimerHandle"
                        )
                    )
            })
    }

    /// Whether the instances of a given class have to be closed, or hold something that has to: they stand for what
    /// runs in this process, and are no data.
    pub(in crate::semantic) fn is_live(&self, class: Place, depth: u32) -> bool {
        let ends =
            CLOSING.iter().filter_map(|name| self.method_of(class, name)).map(|place| self.node(place));
        let mut ends = ends.filter(|method| {
            method.is_async()
                || method.own_calls().any(|call| call.receiver().is_some_and(|r| r.is(Kind::Attribute)))
        });
        ends.next().is_some()
            || (depth < 2
                && self.fields(class).iter().any(|field| {
                    field.annotation.descendants().any(|part| match part.kind() {
                        Kind::Name | Kind::Attribute => match part.ty() {
                            Type::Class(inner) => inner != class && self.is_live(inner, depth + 1),
                            _ => false,
                        },
                        _ => false,
                    })
                }))
    }
}

impl<'s> Model<'s> {
    /// Whether the instances of a given class only hold what they were made of: `__init__` alone sets their fields, to what
    /// it was given, and nothing changes what is in one.
    fn makes_views(&self, class: Place) -> bool {
        let Some(init) = self.method_of(class, "__init__").map(|place| self.node(place)) else {
            return false;
        };
        // A lock, a path and what is cut out of a text keep nothing; any other object may.
        let is_given = |call: Node<'_>| {
            self.is_part_of_process(call.ty())
                || call.is_a(ClassTag::Path)
                || call.receiver().is_some_and(|of| of.as_parameter().is_some())
                || call.callee().is_some_and(|it| it.names("builtins.str") || it.names("builtins.int"))
        };
        let sets_what_is_given = |assignment: Node<'_>| {
            assignment
                .value()
                .is_some_and(|value| !value.makes_container() && value.calls_within().all(is_given))
        };
        // `self.notes[key] = note` changes the field.
        let is_field = |changed: Node<'_>| {
            let mut inner = std::iter::successors(Some(changed), |it| {
                it.child(Role::Value).filter(|_| it.is(Kind::Subscript))
            });
            inner.find(|it| !it.is(Kind::Subscript)).is_some_and(|part| {
                part.is(Kind::Attribute)
                    && part.function() != Some(init)
                    && part.receiver().is_some_and(|of| {
                        of.name() == "self"
                            && of.class().is_some_and(|it| self.derives_from(class, it.place()))
                            || of.ty() == Type::Object(class)
                    })
            })
        };
        !self.has_unseen_base(class)
            && init.own_assignments().all(sets_what_is_given)
            && !self.assignments().flat_map(Node::targets).any(is_field)
            && !CHANGING
                .iter()
                .flat_map(|name| self.calls_named(name))
                .filter_map(Node::receiver)
                .any(is_field)
    }
}

impl<'m> Node<'m> {
    /// Whether an expression is made of a key and of what the module says alone.
    fn is_made_of(self, key: Node<'m>, depth: u32) -> bool {
        self.descendants_of(Kind::Name).all(|name| {
            key.mentions(name.name())
                || name.role() == Role::Callee
                || name.scope_of_name() == Some(0)
                || (depth < 3 && name.assigned_value().is_some_and(|made| made.is_made_of(key, depth + 1)))
        })
    }

    /// Whether a value is loaded, or made from a parameter of its function: an empty list or a fresh object is not.
    fn is_made_of_what_was_asked(self) -> bool {
        let value = self.resolved_value();
        self.is(Kind::Await)
            || value.is(Kind::Await)
            || value
                .descendants_of(Kind::Name)
                .any(|name| name.as_parameter().is_some_and(|parameter| parameter.name() != "self"))
            || value.descendants_of(Kind::Name).any(|name| {
                name.assigned_value().is_some_and(|inner| {
                    inner != value
                        && (inner.is(Kind::Await)
                            || inner.descendants_of(Kind::Name).any(|part| part.as_parameter().is_some()))
                })
            })
    }

    /// The target of the assignment that made the state which this expression names, if all requests share it.
    pub(super) fn defining_target(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        match self.kind() {
            Kind::Name if self.scope_of_name() == Some(0) => model.module_target(self.file, self.symbol(), 0),
            Kind::Subscript => self.child(Role::Value)?.defining_target(),
            Kind::Attribute => {
                let receiver = self.receiver()?;
                match receiver.ty() {
                    Type::Module(file) => model.module_target(file, self.symbol(), 0),
                    Type::Class(class) => model.class_state(class, self),
                    Type::Object(class) => {
                        let own = model.self_assignments(class, self.symbol());
                        if own.is_empty() {
                            return model.class_state(class, self);
                        }
                        model.made_at_import(class)?;
                        own.into_iter().find(|target| {
                            target.function().is_some_and(|function| function.name() == "__init__")
                                && target
                                    .parent()
                                    .and_then(|a| a.child(Role::Value))
                                    .is_some_and(Node::makes_container)
                        })
                    }
                    _ if self.is_in_application_state() => {
                        let value = model.application_value(self.symbol())?;
                        let target = value.parent()?.targets().next()?;
                        value.makes_container().then_some(target)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The container out of which a local name took this value, to change it in place: `window = hits[key]`,
    /// `orders.setdefault(key, [])`; otherwise the value itself.
    fn container_of_entry(self) -> Node<'m> {
        let value = match self.kind() {
            Kind::Name if self.scope_of_name().is_some_and(|scope| scope != 0) => {
                self.assigned_value().unwrap_or(self)
            }
            Kind::Call => self,
            _ => return self,
        };
        match value.kind() {
            Kind::Subscript => value,
            Kind::Call if matches!(value.callee_name(), "get" | "setdefault") => {
                value.receiver().unwrap_or(self)
            }
            _ => self,
        }
    }

    /// Whether the expression makes a container that can be changed.
    pub fn makes_container(self) -> bool {
        match self.kind() {
            Kind::Dict | Kind::List | Kind::Set | Kind::DictComp | Kind::ListComp | Kind::SetComp => true,
            Kind::Call => {
                self.api().filter(|api| api.is_constructor).and_then(|api| api.class).is_some_and(|class| {
                    ["builtins.dict", "builtins.list", "builtins.set", "collections.deque"]
                        .iter()
                        .any(|base| class.derives_from(base))
                        || class.has(ClassTag::Cache)
                        || class.has(ClassTag::Queue)
                })
            }
            _ => false,
        }
    }
}

impl<'s> Model<'s> {
    /// The assignment of a module that makes a container or a number, followed through imports.
    fn module_target(&self, file: u32, name: Symbol, hops: u32) -> Option<Node<'_>> {
        use crate::syntax::BindingKind;
        let tree = &self.files[file as usize].tree;
        for binding in tree.bindings_of(0, name) {
            let data = tree.bindings[binding as usize];
            let node = self.node(Place { file, node: data.node });
            match data.kind {
                BindingKind::ImportFrom if hops < 6 => {
                    let written = self.text(node.parent()?.symbol());
                    let module = self.absolute_module(&self.files[file as usize], written);
                    let found = self.module_file(&module, file)?;
                    return self.module_target(found, node.symbol(), hops + 1);
                }
                BindingKind::Assignment | BindingKind::Annotated if node.function().is_none() => {
                    let value = node.parent()?.child(Role::Value)?;
                    let begins_empty =
                        matches!(value.kind(), Kind::Number | Kind::None | Kind::Str | Kind::False);
                    let counts = value.callee().is_some_and(|callee| callee.names("itertools.count"));
                    return (value.makes_container() || begins_empty || counts).then_some(node);
                }
                _ => {}
            }
        }
        None
    }

    /// The class attribute that makes a container; fields of data classes are copied for each instance.
    fn class_state<'m>(&'m self, class: Place, attribute: Node<'m>) -> Option<Node<'m>> {
        let copied = self.class_has(class, ClassTag::DataModel)
            || self.is_orm_model(class)
            || self.node(class).decorators().next().is_some();
        let target = self.class_attribute(class, attribute.name()).filter(|_| !copied)?;
        let statement = target.parent()?;
        // With an annotation it is a field, as far as a base that was not given may make one of it.
        let is_field =
            statement.child(Role::Annotation).is_some_and(|annotation| !annotation.mentions("ClassVar"))
                && self.has_unseen_base(class);
        (!is_field && statement.child(Role::Value)?.makes_container()).then_some(target)
    }
}

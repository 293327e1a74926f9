//! How the application starts and stops: what its lifespan opens, and what it closes again.

use crate::semantic::{FunctionRole, Model, Node, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// Names of methods that close what was opened.
pub(in crate::semantic) const CLOSING: [&str; 6] =
    ["close", "aclose", "dispose", "shutdown", "disconnect", "terminate"];

/// Whether a method by this name ends what was opened, work that goes on included.
pub(in crate::semantic) fn is_ending(name: &str) -> bool {
    CLOSING.contains(&name) || matches!(name, "cancel" | "stop" | "drain" | "join" | "wait_closed")
}

/// Whether a word in a name says that something is let go of.
pub(in crate::semantic) fn is_letting_go(word: &str) -> bool {
    CLOSING.contains(&word)
        || ["cancel", "stop", "cleanup", "release", "kill", "unlink", "teardown", "detach"].contains(&word)
}

/// A function that runs when the application starts, and perhaps goes on when it stops.
#[derive(Clone, Copy, Debug)]
pub struct Lifespan<'m> {
    pub function: Node<'m>,
    /// Where the application runs, in a generator; nothing in a function that only starts it.
    pub yielded: Option<Node<'m>>,
}

/// What a lifespan opens and keeps.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'m> {
    /// The call that made it.
    pub made: Node<'m>,
    /// What holds it from then on.
    pub holder: Node<'m>,
    pub is_task: bool,
    /// Whether the half that stops the application, or something else that is given, ends it.
    pub is_ended: bool,
}

/// A clause of the half that starts the application, behind which it is found out whether the database is there.
#[derive(Clone, Copy, Debug)]
pub struct Connecting<'m> {
    pub clause: Node<'m>,
    /// Whether the given files show that it is the database, or only the name of a function says so.
    pub is_known: bool,
    /// Whether the application starts all the same where that fails.
    pub goes_on: bool,
}

impl<'s> Model<'s> {
    /// What runs when the application starts: lifespans, and handlers of the start event.
    pub fn lifespans(&self) -> impl Iterator<Item = Lifespan<'_>> {
        self.functions().filter(|function| function.plays(FunctionRole::Lifespan)).filter_map(|function| {
            if let Some(yielded) = function.own_yields().next() {
                return Some(Lifespan { function, yielded: Some(yielded) });
            }
            let starts = function.event().is_some_and(|event| event.string() != Some("shutdown"));
            starts.then_some(Lifespan { function, yielded: None })
        })
    }

    /// What runs when the application stops, of functions that do nothing else.
    fn stop_handlers(&self) -> impl Iterator<Item = Node<'_>> {
        self.functions()
            .filter(|function| function.event().is_some_and(|event| event.string() == Some("shutdown")))
    }

    /// Engines, pools and clients that a module keeps: made when it is imported, or by a function of it on first use.
    pub fn module_pools(&self) -> impl Iterator<Item = Node<'_>> {
        let is_kept = |call: Node<'_>| {
            let mut targets = call.parent().into_iter().flat_map(Node::targets);
            call.function().is_none()
                || targets.any(|target| target.is(Kind::Name) && target.scope_of_name() == Some(0))
        };
        self.known_calls().map(|(call, _)| call).filter(move |call| {
            is_kept(*call)
                && call.api().is_some_and(|api| api.is_constructor || api.callable.returns.is_some())
                && (call.is_a(ClassTag::Engine)
                    || call.is_a(ClassTag::ConnectionPool)
                    || call.makes_async_client())
                && call.parent().is_some_and(|parent| matches!(parent.kind(), Kind::Assign | Kind::AnnAssign))
        })
    }

    /// Whether anything in the given files closes what this call made.
    pub fn closes_what(&self, made: Node<'_>) -> bool {
        let closed = self.closed.get_or_init(|| {
            // Called here, or handed to what calls it in the end: `stack.push_async_callback(engine.dispose)`.
            self.calls()
                .flat_map(|call| call.callee().into_iter().chain(call.positional()))
                .filter(|named| is_ending(named.name()))
                .filter_map(|named| Some(named.receiver()?.constructed_by()?.place()))
                .collect()
        });
        // What is made on first use is closed under its name, or by what gives it.
        let closed_by_name = || {
            let holder = made.parent().and_then(|statement| statement.targets().next());
            self.calls().filter_map(Node::callee).filter(|named| is_ending(named.name())).any(|named| {
                named.receiver().map(Node::unwrapped).is_some_and(|closed| {
                    holder.is_some_and(|holder| holder.name() == closed.name())
                        || closed.target() == made.function().map(Node::place)
                })
            })
        };
        closed.contains(&made.place()) || (made.function().is_some() && closed_by_name())
    }
}

impl<'m> Node<'m> {
    /// The event for which `@app.on_event(…)` registers this function.
    pub fn event(self) -> Option<Node<'m>> {
        self.decorators()
            .find(|decorator| decorator.is(Kind::Call) && decorator.callee_name() == "on_event")
            .and_then(|decorator| decorator.argument(0))
    }

    /// Whether this makes a client that keeps connections to other systems on the event loop, a model's own left out:
    /// it has a coroutine that closes it.
    fn makes_async_client(self) -> bool {
        let Some(api) = self.api().filter(|_| self.is_a(ClassTag::PooledClient)) else { return false };
        let asks = |class: &'static crate::stack::Class| {
            ["get", "request", "ping", "query_points"]
                .iter()
                .any(|name| class.method(name).is_some_and(|method| method.crosses.is_some()))
        };
        api.callable.crosses != Some(System::Model)
            && self.instance_of().filter(|class| asks(class)).is_some_and(|class| {
                CLOSING.iter().any(|name| {
                    class.method(name).is_some_and(|method| method.has(Tag::Closes) && method.coroutine)
                })
            })
    }

    /// Whether what stands behind this place runs whatever happens here: a `finally` or a `with` is around it.
    pub fn is_protected(self) -> bool {
        let mut below = self;
        self.surroundings().any(|around| {
            let is_in_body = below.role() == Role::Body;
            below = around;
            match around.kind() {
                Kind::Try => is_in_body && around.child(Role::Final).is_some(),
                Kind::With => is_in_body,
                _ => false,
            }
        })
    }

    /// What is ended behind this `yield`, on the way that leads on from it.
    pub fn ended_behind(self) -> Option<Node<'m>> {
        self.statements_behind()
            .into_iter()
            .flat_map(Node::calls_within)
            .find(|call| call.callee().is_some_and(Node::names_an_ending))
    }

    /// The statements to which the ordinary way leads on from this place, up to one that leaves the function or the
    /// loop; never those of another branch.
    fn statements_behind(self) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        let mut below = self;
        for around in self.surroundings() {
            let follows = match around.kind() {
                Kind::Block => true,
                // An `else` of a `try` or a loop comes behind its body.
                Kind::Try | Kind::For | Kind::While => below.role() == Role::Body,
                _ => false,
            };
            for next in around.children().filter(|next| follows && next.id > below.id) {
                if !around.is(Kind::Block) && next.role() != Role::Orelse {
                    continue;
                }
                found.push(next);
                if matches!(next.kind(), Kind::Return | Kind::Raise | Kind::Break | Kind::Continue) {
                    return found;
                }
            }
            below = around;
        }
        found
    }

    /// The method that closes what this call makes, and whether it is awaited.
    pub fn closing_method(self) -> Option<(&'static str, bool)> {
        let class = self.instance_of()?;
        CLOSING
            .iter()
            .filter_map(|name| Some((*name, class.method(name)?)))
            .find(|(_, method)| method.has(Tag::Closes))
            .map(|(name, method)| (name, method.coroutine))
    }

    /// Whether a method of the class in which this attribute is set ends what it holds: `self.poller.cancel()`, or
    /// `task = self.poller` and then `task.cancel()`. Who calls the method is the class's own affair.
    fn is_ended_by_its_class(self) -> bool {
        let Some(class) = self.class().filter(|_| self.is(Kind::Attribute)) else { return false };
        let is_it = |node: Node<'m>| node.is(Kind::Attribute) && node.source() == self.source();
        class
            .calls_within()
            .filter(|call| is_ending(call.callee_name()))
            .filter_map(Node::receiver)
            .any(|ended| is_it(ended) || ended.assigned_value().is_some_and(is_it))
    }

    fn names_an_ending(self) -> bool {
        matches!(self.kind(), Kind::Attribute | Kind::Name) && is_ending(self.name())
    }
}

impl<'m> Lifespan<'m> {
    /// The calls of the half that starts the application.
    pub fn starting(self) -> impl Iterator<Item = Node<'m>> {
        self.function.own_calls().filter(move |call| self.yielded.is_none_or(|yielded| call.id < yielded.id))
    }

    /// What the half that stops the application consists of.
    fn stopping(self) -> impl Iterator<Item = Node<'m>> {
        self.function
            .descendants()
            .filter(move |node| self.yielded.is_some_and(|yielded| node.id >= yielded.data().end))
    }

    /// What the starting half opens: clients, engines, pools, schedulers and tasks.
    pub fn opens(self) -> Vec<Opened<'m>> {
        self.starting()
            .filter_map(|call| self.opened(call).or_else(|| self.begun(call)))
            .map(|opened| Opened { is_ended: opened.is_ended || self.is_ended(opened), ..opened })
            .collect()
    }

    /// What is begun here and held elsewhere, or nowhere: a module's scheduler, a task that goes on for ever.
    fn begun(self, call: Node<'m>) -> Option<Opened<'m>> {
        let model: &'m Model<'m> = self.function.model;
        if call.does(Tag::StartsScheduler) {
            let holder = call.receiver().filter(|scheduler| scheduler.scope_of_name() == Some(0))?;
            let made = holder.constructed_by()?;
            let ends_unseen = || {
                self.stopping().any(|node| {
                    node.is(Kind::Call) && node.callee().is_some_and(|callee| callee.is(Kind::Name))
                })
            };
            return self.yielded.map(|_| Opened {
                made: call,
                holder,
                is_task: false,
                is_ended: ends_unseen() || model.closes_what(made),
            });
        }
        if let Some(started) = self.started_by_name(call) {
            return Some(started);
        }
        let is_dropped =
            call.does(Tag::StartsTask) && call.parent().is_some_and(|it| it.is(Kind::ExprStatement));
        let work = call.scheduled_callable().filter(|work| is_dropped && work.is(Kind::Call))?;
        let goes_on = match work.target() {
            Some(place) => {
                let function: Node<'m> = model.node(place);
                function.own_loops().any(Node::never_ends)
            }
            None => has_word(
                work.callee_name(),
                &[
                    "loop",
                    "poll",
                    "poller",
                    "watch",
                    "watcher",
                    "listen",
                    "listener",
                    "consume",
                    "consumer",
                    "worker",
                    "periodic",
                    "periodically",
                    "forever",
                    "monitor",
                    "heartbeat",
                ],
            ),
        };
        goes_on.then_some(Opened { made: call, holder: work.callee()?, is_task: true, is_ended: false })
    }

    /// The object that this call starts, where its class comes from elsewhere and the verb says that it is to be stopped
    /// as well: `await producer.start()`. What anything in the given files stops by that name is seen to.
    fn started_by_name(self, call: Node<'m>) -> Option<Opened<'m>> {
        let model: &'m Model<'m> = self.function.model;
        let holder = call.receiver().filter(|_| matches!(call.callee_name(), "start" | "connect"))?;
        let is_own = call.parent().is_some_and(|parent| {
            parent.is(Kind::ExprStatement)
                || (parent.is(Kind::Await) && parent.parent().is_some_and(|it| it.is(Kind::ExprStatement)))
        });
        let made = holder.constructed_by_any().filter(|made| {
            made.is_unknown_function() && made.callee_name().starts_with(char::is_uppercase)
        })?;
        let is_ended = || {
            model.calls().any(|other| {
                is_ending(other.callee_name())
                    && other.receiver().is_some_and(|object| object.name() == holder.name())
            })
        };
        let ends_unseen = || {
            self.stopping()
                .any(|node| node.is(Kind::Call) && node.callee().is_some_and(|it| it.is(Kind::Name)))
        };
        let opens = is_own && self.yielded.is_some() && !made.is_outside_production();
        opens.then(|| Opened { made: call, holder, is_task: false, is_ended: ends_unseen() || is_ended() })
    }

    fn opened(self, call: Node<'m>) -> Option<Opened<'m>> {
        let api = call.api();
        // `Redis.from_url(…)` makes one as well; a method of an object does not.
        let makes = match api {
            Some(api) => api.is_constructor || call.receiver().is_none_or(|of| of.instance_of().is_none()),
            None => call.is_made_by_helper(),
        };
        if api.is_none() && !makes {
            return None;
        }
        let outer = call.parent().filter(|parent| parent.is(Kind::Await)).unwrap_or(call);
        // `stack.enter_async_context(pool)` gives what it is handed, and ends it.
        if call.positional().any(|handed| handed.is(Kind::Call) && handed.ty() == outer.ty()) {
            return None;
        }
        let statement =
            outer.parent().filter(|parent| matches!(parent.kind(), Kind::Assign | Kind::AnnAssign))?;
        let holder = statement.targets().next()?;
        if api.is_some_and(|api| api.has(Tag::StartsTask)) {
            return Some(Opened { made: call, holder, is_task: true, is_ended: false });
        }
        let is_closable = |tags: &[ClassTag]| tags.iter().any(|&tag| outer.is_a(tag));
        let opens = is_closable(&[ClassTag::Engine, ClassTag::ConnectionPool])
            || (is_closable(&[ClassTag::PooledClient, ClassTag::Scheduler])
                && makes
                && outer.instance_of().is_some_and(|class| {
                    CLOSING
                        .iter()
                        .chain(&["stop"])
                        .any(|name| class.method(name).is_some_and(|method| method.has(Tag::Closes)))
                }));
        if outer.is_a(ClassTag::Scheduler)
            && !self.starting().any(|other| {
                other.does(Tag::StartsScheduler)
                    && other.receiver().is_some_and(|receiver| receiver.reads_like(holder))
            })
        {
            return None;
        }
        (opens && (makes || call != outer)).then_some(Opened {
            made: call,
            holder,
            is_task: false,
            is_ended: false,
        })
    }

    /// Whether the stopping half, or a handler of the stop event, says anything of it; or it is entered, or handed
    /// to something that ends it.
    fn is_ended(self, opened: Opened<'m>) -> bool {
        let mut names: Vec<&str> = vec![opened.holder.source()];
        let tree = &self.function.source_file().tree;
        // `client = Client()` and `app.state.client = client` are one object.
        for assignment in self.function.within(&tree.assignments) {
            if assignment.value().is_some_and(|value| names.contains(&value.source())) {
                names.extend(assignment.targets().map(Node::source));
            }
        }
        // Several targets of one assignment.
        if let Some(statement) = opened.holder.parent() {
            names.extend(statement.targets().map(Node::source));
        }
        let is_it = |node: Node<'m>| {
            matches!(node.kind(), Kind::Name | Kind::Attribute | Kind::Subscript)
                && !node.data().is_store
                && names.contains(&node.source())
        };
        if self.stopping().any(is_it) || opened.holder.is_ended_by_its_class() {
            return true;
        }
        let is_handed_on = self.function.descendants().filter(|node| is_it(*node)).any(|node| {
            node.parent().is_some_and(|parent| match parent.kind() {
                Kind::WithItem => true,
                Kind::Attribute => parent.names_an_ending(),
                // A call that collects what is to be ended: `tasks.append(task)`, `stack.enter_context(client)`.
                Kind::Call => {
                    parent.callee() != Some(node) && !parent.does(Tag::StartsTask) && !parent.only_uses()
                }
                // What the lifespan yields is handed to the requests, and nobody ends it there.
                Kind::Return | Kind::Yield | Kind::DictItem | Kind::List | Kind::Tuple => {
                    self.yielded.is_none_or(|yielded| !yielded.contains(node))
                }
                _ => false,
            })
        });
        let last = opened.holder.name();
        is_handed_on
            || self.function.model.stop_handlers().any(|stop| {
                stop.descendants()
                    .any(|node| matches!(node.kind(), Kind::Name | Kind::Attribute) && node.name() == last)
            })
    }

    /// The clauses that take what comes from connecting to the database: here, or in a function that is called for
    /// nothing else.
    pub fn connecting(self) -> Vec<Connecting<'m>> {
        let model: &'m Model<'m> = self.function.model;
        let goes_on = |clause: Node<'m>| {
            !clause.descendants().any(|node| {
                matches!(node.kind(), Kind::Raise | Kind::Assign)
                    || (node.is(Kind::Call) && node.ends_own_process())
            })
        };
        let connects = |body: Node<'m>| body.calls_within().any(Node::connects_to_database);
        // A function that looks for the database, and whose result nobody asks for.
        let helpers = self
            .starting()
            .filter(|call| {
                let outer = call.parent().filter(|it| it.is(Kind::Await)).unwrap_or(*call);
                outer.parent().is_some_and(|it| it.is(Kind::ExprStatement))
            })
            .filter_map(|call| Some(model.node(call.target()?)));
        let in_helpers: Vec<Connecting<'m>> = helpers
            .flat_map(|helper| {
                helper
                    .within(&helper.source_file().tree.handlers)
                    .filter(move |clause| clause.function() == Some(helper))
            })
            .filter(|clause| clause.catches_everything() && clause.enclosing_loop().is_none())
            .filter(|clause| clause.tried().is_some_and(connects))
            .map(|clause| Connecting { clause, is_known: true, goes_on: goes_on(clause) })
            .collect();
        let tree = &self.function.source_file().tree;
        self.function
            .within(&tree.handlers)
            .filter(|clause| clause.function() == Some(self.function))
            .filter(|clause| self.yielded.is_none_or(|yielded| clause.id < yielded.id))
            .filter_map(|clause| {
                // The run itself is no part of the start.
                let body = clause
                    .tried()
                    .filter(|body| !self.yielded.is_some_and(|yielded| body.contains(yielded)))?;
                let is_known = connects(body);
                (is_known || body.calls_within().any(Node::prepares_by_name)).then(|| Connecting {
                    clause,
                    is_known,
                    goes_on: goes_on(clause),
                })
            })
            .chain(in_helpers)
            .collect()
    }
}

impl<'m> Node<'m> {
    /// Whether a function that was not given finds out whether the database is there, by its name: `init_db`.
    fn prepares_by_name(self) -> bool {
        let has = |list: &[&str]| has_word(self.callee_name(), list);
        self.is_unknown_function()
            && has(&["db", "database", "postgres", "pool", "migrations"])
            && has(&[
                "init",
                "initialize",
                "connect",
                "check",
                "ping",
                "create",
                "open",
                "setup",
                "verify",
                "run",
                "wait",
            ])
    }

    /// Whether this calls a given function that makes something new with each call, and returns it.
    fn is_made_by_helper(self) -> bool {
        self.target().is_some_and(|place| {
            let function: Node<'m> = self.model.node(place);
            function.caching_decorator().is_none()
                && function
                    .own_returns()
                    .filter_map(Node::value)
                    .any(|value| value.api().is_some_and(|api| api.is_constructor))
        })
    }

    /// Whether this makes a checkpointer, which closes nothing: the pool that it is handed stays its owner's.
    fn only_uses(self) -> bool {
        self.api().is_some_and(|api| {
            api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Checkpointer))
        })
    }

    /// Whether a call finds out whether the database is there: it opens a connection or pool, or asks for nothing.
    fn connects_to_database(self) -> bool {
        let direct = |call: Node<'m>| {
            // What is asked for says enough where the connection comes from a file that was not given.
            if matches!(call.callee_name(), "execute" | "scalar" | "fetchval")
                && call.sql().is_some_and(|sql| sql.trim().eq_ignore_ascii_case("select 1"))
            {
                return true;
            }
            let Some(api) = call.api() else { return false };
            let on_pool = call.receiver().is_some_and(|receiver| {
                receiver.is_a(ClassTag::Engine) || receiver.is_a(ClassTag::ConnectionPool)
            });
            let opens = matches!(call.callee_name(), "connect" | "begin" | "acquire" | "open" | "connection");
            let makes_pool = api.callable.crosses == Some(System::Database)
                && !api.is_constructor
                && call.callee_name().contains("pool");
            // A pool that is entered opens its first connections, and a store of checkpoints makes its tables.
            let enters_pool = || {
                call.callee_name() == "enter_async_context"
                    && call.argument(0).is_some_and(|pool| pool.is_a(ClassTag::ConnectionPool))
            };
            let makes_tables = || {
                call.callee_name() == "setup"
                    && call.receiver().is_some_and(|saver| saver.is_a(ClassTag::Checkpointer))
            };
            (on_pool && opens) || makes_pool || enters_pool() || makes_tables()
        };
        direct(self)
            || self.target().is_some_and(|place| {
                let function: Node<'m> = self.model.node(place);
                function.own_calls().any(|call| direct(call) && !call.is_contained())
            })
    }

    /// Whether a call takes a signal that ends the process away from the server.
    pub fn takes_stop_signal(self) -> bool {
        self.does(Tag::HandlesSignal)
            && self.argument(0).is_some_and(|signal| matches!(signal.name(), "SIGTERM" | "SIGINT"))
    }
}

impl<'m> Node<'m> {
    /// Whether this runs when the application stops, and no request is served any more: behind the `yield` of a
    /// lifespan, or in a handler of the stop event.
    pub fn is_after_serving(self) -> bool {
        self.function().filter(|function| function.plays(FunctionRole::Lifespan)).is_some_and(|function| {
            function.event().is_some_and(|event| event.string() == Some("shutdown"))
                || function
                    .own_yields()
                    .next()
                    .is_some_and(|yielded| yielded.id < self.id && yielded.enclosing_loop().is_none())
        })
    }
}

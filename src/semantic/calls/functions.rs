//! What a function is for, and where it runs.

use rustc_hash::FxHashMap;

use super::roles::{FunctionRole, function_of, is_response};
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, remembered};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role, Symbol};

impl<'m> Node<'m> {
    /// Whether something else than the given functions calls this one, by a role. What is started as a task, or in
    /// a thread, gets its arguments where that is written.
    pub(in crate::semantic) fn is_called_from_outside(self) -> bool {
        self.model.roles.roles.get(&self.place()).is_some_and(|roles| {
            roles.iter().any(|role| !matches!(role, FunctionRole::Task | FunctionRole::Offloaded))
        })
    }

    /// Whether the body says nothing: `...`, `pass` or `raise NotImplementedError`, as in a protocol or an abstract
    /// class. What runs is somebody else's.
    pub fn is_stub(self) -> bool {
        self.is(Kind::FunctionDef)
            && self.body().is_some_and(|body| {
                body.children().all(|statement| match statement.kind() {
                    Kind::Pass | Kind::Ellipsis | Kind::Str => true,
                    Kind::Raise => {
                        statement.descendants_of(Kind::Name).any(|name| name.name() == "NotImplementedError")
                    }
                    _ => {
                        statement.children().all(|part| matches!(part.kind(), Kind::Ellipsis | Kind::Str))
                            && statement.children().next().is_some()
                    }
                })
            })
    }

    /// Whether no object has this method: it is a default of an abstract class, and every given class that makes objects of
    /// it has one of its own.
    pub fn is_always_overridden(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let is_abstract = |class: Node<'m>| {
            let methods = class.body().into_iter().flat_map(Node::children).filter(|part| part.is_function());
            methods.flat_map(Node::decorators).any(|decorator| decorator.name() == "abstractmethod")
        };
        let Some(base) = self.owner().filter(|base| is_abstract(*base)) else { return false };
        let mut concrete = model
            .classes()
            .filter(|class| model.derives_from(class.place(), base.place()) && !is_abstract(*class))
            .peekable();
        concrete.peek().is_some()
            && concrete.all(|class| model.method_of(class.place(), self.name()) != Some(self.place()))
    }

    /// The decorator that makes this function a route handler.
    pub fn route(self) -> Option<Node<'m>> {
        let model = self.model;
        model.roles.routes.get(&self.place()).map(|route| model.node(route.decorator))
    }

    /// The path that a handler serves, without the prefix of its router; empty if it is not a plain string.
    pub fn route_path(self) -> &'m str {
        self.route()
            .and_then(|decorator| decorator.argument_or_keyword(0, "path"))
            .filter(|path| path.is(Kind::Str))
            .map_or("", Node::name)
    }

    /// The exception class, or the status, that this function is registered to handle for the whole application.
    pub fn handled_exception(self) -> Option<Node<'m>> {
        let named = |call: Node<'m>| call.argument_or_keyword(0, "exc_class_or_status_code");
        let decorated =
            self.decorators().find(|call| call.callee_name() == "exception_handler").and_then(named);
        decorated.or_else(|| {
            let model: &'m Model<'m> = self.model;
            model
                .callers_of(self.place())
                .iter()
                .map(|&call| model.node(call))
                .find(|call| call.callee_name() == "add_exception_handler")
                .and_then(named)
        })
    }

    /// Whether this function is known to the given files only as an entry of a table of jobs (`HANDLERS = {"sync": sync}`),
    /// by the table's name or its file's: a worker runs it, and no request waits for it.
    pub fn is_a_handler_of_jobs(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let speaks_of_jobs = |text: &str| {
            crate::semantic::has_word(text, &["job", "jobs", "task", "tasks", "worker", "workers"])
        };
        let is_of_jobs = |table: Node<'m>| {
            let named = table.parent().into_iter().flat_map(Node::targets);
            named.into_iter().any(|target| speaks_of_jobs(target.name()))
                || speaks_of_jobs(table.source_file().path)
        };
        let holds_it = |table: &Node<'m>| {
            table.descendants_of(Kind::DictItem).filter_map(Node::value).any(|value| {
                value.name() == self.name()
                    && matches!(value.kind(), Kind::Name | Kind::Attribute)
                    && model.function_named_by(value) == Some(self)
            })
        };
        self.asked_by().is_none()
            && model.callers_of(self.place()).is_empty()
            && model
                .dictionaries()
                .filter(|table| table.function().is_none() && holds_it(table))
                .any(is_of_jobs)
    }

    /// Whether this generator's values are sent to a client as they come: it feeds a response.
    pub fn feeds_response(self) -> bool {
        let model: &'m Model<'m> = self.model;
        self.is_generator()
            && model.callers_of(self.place()).iter().map(|&call| model.node(call)).any(|call| {
                let responds = |place: Node<'m>| {
                    std::iter::once(place)
                        .chain(place.surroundings())
                        .any(|node| node.is(Kind::Call) && node.api().is_some_and(|api| is_response(&api)))
                };
                // `events = stream(body)`, and `StreamingResponse(events)`
                let is_named_for_one = || {
                    let target = call.parent().filter(|parent| parent.is(Kind::Assign))?.targets().next()?;
                    let function = call.function()?;
                    function
                        .descendants_of(Kind::Name)
                        .find(|name| name.id > call.id && name.symbol() == target.symbol() && responds(*name))
                };
                responds(call) || is_named_for_one().is_some()
            })
    }

    /// The calls that make a handler's router and mount it, as far as the given files show them.
    pub fn routers(self) -> Vec<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let built = self.route().and_then(Node::receiver).and_then(Node::constructed_by);
        built.into_iter().chain(built.into_iter().flat_map(|router| model.mounts_of(router))).collect()
    }

    /// The given functions that run before this handler, each with the `Depends(…)` that says so: of its parameters, its
    /// route and its router.
    pub fn dependencies(self) -> Vec<(Node<'m>, Node<'m>)> {
        let model: &'m Model<'m> = self.model;
        self.parameters()
            .filter_map(Node::injected_by)
            .chain(self.listed_dependencies().flat_map(|list| list.descendants_of(Kind::Call)))
            .filter_map(|call| Some((call, model.function_named_by(model.dependency_of(call)?)?)))
            .collect()
    }

    /// The lists of dependencies that a handler's routers and its route are given.
    pub fn listed_dependencies(self) -> impl Iterator<Item = Node<'m>> {
        self.routers().into_iter().chain(self.route()).filter_map(|call| call.keyword("dependencies"))
    }

    /// The path that a handler serves with the prefixes of its router, as far as the given files say them.
    pub fn full_route_path(self) -> String {
        let Some(decorator) = self.route() else { return String::new() };
        let mut path = String::new();
        if let Some(router) = decorator.receiver() {
            let built = router.constructed_by();
            let model: &'m Model<'m> = self.model;
            let mut mounts = built.into_iter().flat_map(|router| model.mounts_of(router));
            if let Some(prefix) = mounts.find_map(|mount| mount.keyword("prefix").and_then(Node::string)) {
                path.push_str(prefix);
            }
            if let Some(prefix) = built.and_then(|call| call.keyword("prefix")).and_then(Node::string) {
                path.push_str(prefix);
            }
        }
        path + self.route_path()
    }

    /// Whether the function that makes this object with its call returns it, or keeps it in an attribute.
    pub fn is_handed_on(self) -> bool {
        let statement = self.statement();
        if statement.is(Kind::Return)
            || statement.targets().any(|target| matches!(target.kind(), Kind::Attribute | Kind::Subscript))
        {
            return true;
        }
        let names: Vec<&str> = statement.targets().map(Node::name).collect();
        self.function().is_some_and(|function| {
            function
                .own_returns()
                .filter_map(|node| node.child(Role::Value))
                .any(|value| value.is(Kind::Name) && names.contains(&value.name()))
        })
    }

    /// Whether the function that made this object also closes it: it is for one look, and is shared with nobody.
    pub fn is_closed_here(self) -> bool {
        let names: Vec<&str> =
            self.statement().targets().filter(|target| target.is(Kind::Name)).map(Node::name).collect();
        self.function().is_some_and(|function| {
            function.own_calls().any(|call| {
                (call.does(Tag::Closes) || crate::semantic::runtime::lifecycle::is_ending(call.callee_name()))
                    && call.receiver().is_some_and(|object| names.contains(&object.name()))
            })
        })
    }

    /// Whether the function that makes this object hands it to callers that each close what they got, for one look.
    pub fn is_closed_by_callers(self) -> bool {
        self.function().is_some_and(|function| {
            let callers = self.model.callers_of(function.place());
            !callers.is_empty()
                && callers
                    .iter()
                    .map(|&call| self.model.node(call))
                    .all(|call| call.is_closed_here() && !call.function().is_some_and(Node::is_startup))
        })
    }

    /// Whether a decorator keeps the results of this function.
    pub fn keeps_its_results(self) -> bool {
        self.caching_decorator().is_some()
    }

    /// Whether the results of this function are kept: by a decorator, or in a global that it returns when it is set.
    pub fn is_cached(self) -> bool {
        self.keeps_its_results()
            || self.own_ifs().any(|node| {
                let returned = node.body().and_then(|body| body.children().find(|s| s.is(Kind::Return)));
                let kept = returned.and_then(|returned| returned.child(Role::Value));
                kept.is_some_and(|kept| {
                    kept.is(Kind::Name)
                        && kept.scope_of_name() == Some(0)
                        && node.child(Role::Test).is_some_and(|test| test.mentions(kept.name()))
                })
            })
    }

    /// Whether this is only reached while somebody develops: it stands under a test of such a flag.
    pub fn is_for_development(self) -> bool {
        let says = |part: Node<'m>| {
            crate::semantic::has_word(part.name(), &["watch", "debug", "dev", "development"])
        };
        let mut below = self;
        for around in self.ancestors() {
            if around.is(Kind::If)
                && below.role() == Role::Body
                && around.child(Role::Test).is_some_and(|test| {
                    test.descendants().any(says)
                        && !test
                            .descendants()
                            .any(|part| part.is(Kind::UnaryOp) || part.operator() == Operator::NotEqual)
                })
            {
                return true;
            }
            below = around;
        }
        false
    }

    /// Whether only administrators come here: by the route's path, a dependency, or a check in the body that refuses
    /// everybody else before this place is reached. Several rules ask it of whole functions, so that is remembered.
    pub fn serves_administrators(self, before: Option<Node<'m>>) -> bool {
        if before.is_some() {
            return self.is_for_administrators(before);
        }
        remembered(&self.model.administrative, self.place(), || self.is_for_administrators(None))
    }

    fn is_for_administrators(self, before: Option<Node<'m>>) -> bool {
        let says = |name: &str| {
            crate::semantic::has_word(name, &["admin", "administrator", "superuser", "superadmin"])
        };
        let depends = || {
            self.parameters().flat_map(Node::injecting).flat_map(|part| part.descendants_of(Kind::Call)).any(
                |call| {
                    self.model.dependency_of(call).is_some_and(|dependency| says(dependency.name()))
                        || call.positional().any(|argument| says(argument.name()))
                },
            )
        };
        let comes_first = |node: Node<'m>| before.is_none_or(|before| node.id < before.id);
        let mentions = |test: Node<'m>| test.descendants().any(|part| says(part.name()));
        // `if wants_all and not user.is_admin:` lets others pass who want less.
        let is_about_all = |test: Node<'m>| {
            !(test.is(Kind::BoolOp) && test.operator() == Operator::And) || test.children().all(mentions)
        };
        let refuses = || {
            self.own_ifs().filter(|node| comes_first(*node)).any(|node| {
                node.child(Role::Test).is_some_and(|test| mentions(test) && is_about_all(test))
                    && node.body().is_some_and(|body| body.descendants_of(Kind::Raise).next().is_some())
            })
        };
        let asks = || {
            self.own_calls().filter(|call| comes_first(*call)).any(|call| {
                says(call.callee_name())
                    && call.target().is_some_and(|place| {
                        self.model.node(place).descendants_of(Kind::Raise).next().is_some()
                    })
            })
        };
        let routed = || {
            self.listed_dependencies()
                .flat_map(|list| list.descendants_of(Kind::Call))
                .any(|call| self.model.dependency_of(call).is_some_and(|dependency| says(dependency.name())))
        };
        // `@auth_level(AuthLevel.ADMIN)`
        let decorated = || {
            self.decorators()
                .flat_map(Node::positional)
                .chain(self.decorators())
                .any(|part| says(part.name()))
        };
        says(&self.full_route_path())
            || routed()
            || says(self.name())
            || depends()
            || decorated()
            || refuses()
            || asks()
    }

    /// The `async def` whose code this is, directly: what runs here runs on the event loop.
    pub fn on_event_loop(self) -> Option<Node<'m>> {
        self.function().filter(|function| function.is(Kind::FunctionDef) && function.is_async())
    }

    /// Whether a request waits for this function: a handler, dependency, middleware, or what these call.
    pub fn serves_requests(self) -> bool {
        remembered(&self.model.serving, self.place(), || {
            self.reached_from(&mut Vec::new(), |function| {
                FunctionRole::ASKED.iter().any(|&role| function.plays(role))
            })
        })
    }

    /// Whether this function, or one that reaches it, fits.
    fn reached_from(self, seen: &mut Vec<Place>, fits: impl Fn(Node<'m>) -> bool + Copy) -> bool {
        if fits(self) {
            return true;
        }
        if seen.len() > 60 || seen.contains(&self.place()) {
            return false;
        }
        seen.push(self.place());
        let model: &'m Model<'m> = self.model;
        model
            .runners_of(self.place())
            .filter_map(Node::function)
            .any(|caller| caller.reached_from(seen, fits))
            || (self.is(Kind::FunctionDef)
                && !self.is_registered_with_strangers()
                && self.function().is_some_and(|outer| outer.reached_from(seen, fits)))
    }

    /// Whether a decorator of an object that an unknown library made takes this function: who runs it, and in which
    /// process or on which machine, the given files do not say.
    fn is_registered_with_strangers(self) -> bool {
        self.decorators().any(|decorator| {
            decorator.is(Kind::Call)
                && decorator
                    .receiver()
                    .and_then(Node::constructed_by_any)
                    .is_some_and(Node::is_unknown_function)
        })
    }

    /// Whether a queue runs this function: it is a task of Celery or the like, by its decorator.
    pub fn is_queued(self) -> bool {
        self.decorators()
            .any(|decorator| decorator.decorator_api().is_some_and(|api| api.has(Tag::QueuesFunction)))
    }

    /// The decorator that has this function called for events which their sender repeats.
    pub fn event_listener(self) -> Option<Node<'m>> {
        let repeats =
            |decorator: &Node<'m>| decorator.decorator_api().is_some_and(|api| api.has(Tag::ListensToEvents));
        self.decorators().filter(|_| self.plays(FunctionRole::Listener)).find(repeats)
    }

    /// The decorator, or the call, that makes this function a tool of an MCP server, by the class or the name of the server.
    pub fn mcp_tool(self) -> Option<Node<'m>> {
        let speaks_of_it = |text: &str| text.to_ascii_lowercase().contains("mcp");
        let is_of_server = |callee: Node<'m>| {
            callee.receiver().is_some_and(|server| {
                speaks_of_it(server.name())
                    || server.constructed_by_any().is_some_and(|made| speaks_of_it(made.callee_name()))
            })
        };
        let decorated = self.decorators().find(|decorator| {
            let callee = decorator.callee().unwrap_or(*decorator);
            callee.name() == "tool" && is_of_server(callee)
        });
        // `mcp.tool(name="send")(self.send)`, `mcp.add_tool(send)`
        let model: &'m Model<'m> = self.model;
        let called = |call: Node<'m>| {
            call.parent().filter(|outer| call.role() == Role::Callee && outer.is(Kind::Call))
        };
        let made = || {
            let by_call = model.calls_named("tool").filter_map(called);
            by_call.chain(model.calls_named("add_tool")).find(|registered| {
                registered.argument(0).and_then(|given| model.function_named_by(given)) == Some(self)
                    && registered
                        .callee()
                        .is_some_and(|callee| is_of_server(callee.callee().unwrap_or(callee)))
            })
        };
        decorated.or_else(made)
    }

    /// Whether this plain function may run in several threads at once: a plain handler, dependency or background task,
    /// what is handed to an executor, and the plain functions that these call.
    pub fn runs_in_threads(self) -> bool {
        self.runs_in_threads_within(&mut Vec::new())
    }

    fn runs_in_threads_within(self, seen: &mut Vec<Place>) -> bool {
        if self.is_async() || seen.len() > 30 || seen.contains(&self.place()) {
            return false;
        }
        seen.push(self.place());
        if [
            FunctionRole::Handler,
            FunctionRole::Dependency,
            FunctionRole::AfterResponse,
            FunctionRole::Offloaded,
        ]
        .iter()
        .any(|&role| self.plays(role))
        {
            return true;
        }
        let model: &'m Model<'m> = self.model;
        model
            .callers_of(self.place())
            .iter()
            .filter(|&&call| model.node(call).target() == Some(self.place()))
            .filter_map(|&call| model.node(call).function())
            .any(|caller| caller.runs_in_threads_within(seen))
    }

    /// Whether this function runs when the application starts or stops: a lifespan, an event's handler.
    pub fn is_startup(self) -> bool {
        self.plays(FunctionRole::Lifespan)
            || self.parameters().next().is_some_and(|first| {
                first.child(Role::Annotation).is_some_and(|annotation| {
                    let kind = self.model.instance_of_class(annotation.ty());
                    self.model.type_has(kind, ClassTag::App)
                }) && self.is_generator()
            })
    }

    /// Whether this function runs beside the requests, for as long as the process does: a task, a job, a lifespan.
    pub fn runs_along(self) -> bool {
        [FunctionRole::Task, FunctionRole::Lifespan, FunctionRole::Job, FunctionRole::Offloaded]
            .iter()
            .any(|&role| self.plays(role))
            && !self.plays(FunctionRole::Handler)
    }

    /// Whether this only runs while the application starts or stops, when the module is imported, or in a process of
    /// its own that a command starts: no request waits for it.
    pub fn runs_at_startup(self) -> bool {
        self.runs_at_startup_within(&mut Vec::new())
    }

    fn runs_at_startup_within(self, seen: &mut Vec<Place>) -> bool {
        let Some(function) = self.function() else { return true };
        let model: &'m Model<'m> = self.model;
        if let Some(roles) = model.roles.roles.get(&function.place()) {
            return roles.iter().all(|role| *role == FunctionRole::Lifespan);
        }
        if seen.len() > 12 || seen.contains(&function.place()) {
            return false;
        }
        seen.push(function.place());
        let callers = model.callers_of(function.place());
        if callers.is_empty() {
            // Where a command begins.
            return seen.len() > 1 && self.source_file().is_script;
        }
        callers.iter().map(|&call| model.node(call)).all(|call| {
            let starts_loop = call.parent().is_some_and(|parent| {
                parent.is(Kind::Call) && parent.blocks_for() == Some(crate::stack::System::Loop)
            });
            starts_loop || call.runs_at_startup_within(seen)
        })
    }

    /// Whether nothing runs this code, as far as the given files show: they hold an application, and no other place in
    /// them says the name of the plain module-level function that it belongs to, but functions of which the same is true.
    pub fn is_unused(self) -> bool {
        self.is_unused_within(0)
    }

    fn is_unused_within(self, depth: u32) -> bool {
        let outermost = std::iter::successors(self.function(), |function| function.function()).last();
        outermost.is_some_and(|function| {
            self.model.has_app()
                && function.is(Kind::FunctionDef)
                && function.owner().is_none()
                && function.decorators().next().is_none()
                && !function.name().starts_with("__")
                && !self.model.roles.roles.contains_key(&function.place())
                && function.is_named_by_unused_code_alone(depth)
        })
    }

    /// Whether nothing says the name of this function, but imports and calls in code that is unused itself.
    fn is_named_by_unused_code_alone(self, depth: u32) -> bool {
        let model: &'m Model<'m> = self.model;
        let mentions = model.mentions_elsewhere(self);
        if mentions == 0 || depth > 3 {
            return mentions == 0;
        }
        let callers = model.callers_of(self.place());
        let imports = model.imports_of(self.symbol());
        mentions == callers.len() + imports
            && !callers.is_empty()
            && callers.iter().all(|&call| {
                let call = model.node(call);
                call.function() != self.function() && call.is_unused_within(depth + 1)
            })
    }

    /// Whether the code is a test or a migration, where most production rules do not hold.
    pub fn is_outside_production(self) -> bool {
        let file = self.source_file();
        file.is_test || file.is_migration
    }
}

impl<'s> Model<'s> {
    /// The given function that an expression names, `functools.partial` around it included.
    pub fn function_named_by<'m>(&'m self, expression: Node<'m>) -> Option<Node<'m>> {
        function_of(expression).map(|place| self.node(place))
    }

    /// The calls that mount the router which a call makes. Every handler asks, so it is found once what each of them
    /// mounts.
    fn mounts_of(&self, router: Node<'_>) -> impl Iterator<Item = Node<'_>> {
        let mounted = self.mounted.get_or_init(|| {
            let router_of =
                |&mount: &Place| Some((mount, self.node(mount).argument(0)?.constructed_by()?.place()));
            self.roles.mounts.iter().filter_map(router_of).collect()
        });
        let router = router.place();
        mounted.iter().filter(move |(_, made)| *made == router).map(|&(mount, _)| self.node(mount))
    }

    /// The calls whose callee's last name is this text, whatever it means there.
    pub fn calls_named(&self, name: &str) -> impl Iterator<Item = Node<'_>> {
        let places = self.symbol(name).map_or(&[][..], |name| self.calls_of_name(name));
        places.iter().map(|&place| self.node(place))
    }

    /// The calls whose callee's last name is this, whatever it means there.
    pub(in crate::semantic) fn calls_of_name(&self, name: Symbol) -> &[Place] {
        let (starts, calls) = self.calls_by_name.get_or_init(|| {
            // Counted first, then put in their places: most names are called once, and a list for each costs more.
            let names =
                || self.calls().filter_map(|call| Some((call.callee()?.symbol().index(), call.place())));
            let mut starts = vec![0; self.symbols.len() + 1];
            names().for_each(|(name, _)| starts[name + 1] += 1);
            for name in 1..starts.len() {
                starts[name] += starts[name - 1];
            }
            let mut next = starts.clone();
            let mut calls = vec![Place { file: 0, node: 0 }; starts[starts.len() - 1]];
            for (name, call) in names() {
                calls[next[name]] = call;
                next[name] += 1;
            }
            (starts, calls)
        });
        &calls[starts[name.index()]..starts[name.index() + 1]]
    }

    /// Whether the types of expressions may be asked for from outside: none is just being found out.
    pub(in crate::semantic) fn is_settled(&self) -> bool {
        self.roles.ready && self.depth.get() == 0
    }

    /// The calls that run a given function.
    pub fn callers_of(&self, function: Place) -> &[Place] {
        if let Some(map) = self.callers.get() {
            return map.get(&function).map(Vec::as_slice).unwrap_or_default();
        }
        if !self.is_settled() {
            // Asked for while types are still being found out: nothing is known yet, and nothing is remembered.
            return &[];
        }
        let mut map: FxHashMap<Place, Vec<Place>> = FxHashMap::default();
        for call in self.calls() {
            if let Some(target) = call.target() {
                map.entry(target).or_default().push(call.place());
            }
            for argument in call.children().filter(|child| child.role() == Role::Argument) {
                let argument = if argument.is(Kind::Keyword) { argument.value() } else { Some(argument) };
                let Some(argument) = argument else { continue };
                // A callable that is handed on runs on behalf of the call.
                if matches!(argument.kind(), Kind::Name | Kind::Attribute)
                    && let Type::Function(place) | Type::Method(place) = argument.ty()
                {
                    map.entry(place).or_default().push(call.place());
                }
            }
        }
        self.add_entered(&mut map);
        self.add_injected(&mut map);
        let _ = self.callers.set(map);
        self.callers.get().and_then(|map| map.get(&function)).map(Vec::as_slice).unwrap_or_default()
    }
}

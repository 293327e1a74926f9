//! What keeps connections: which of them the whole process shares, which outlive the function that makes them, and
//! which are private to one call by intention.

use crate::semantic::{FunctionRole, Model, Node, Type};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

/// Keywords by which a client takes what opens its connections.
const TRANSPORTS: [&str; 4] = ["connector", "transport", "mounts", "resolver"];

/// A client that the project makes once and shares.
pub struct SharedClient<'m> {
    /// The call that makes it.
    pub made: Node<'m>,
    /// How code gets at it: `get_session()`, `client`, `app.state.http`.
    pub shown: String,
}

impl<'s> Model<'s> {
    /// The calls of generated gRPC clients: `SearchStub` of a module `…_pb2_grpc`.
    pub fn remote_calls(&self) -> Vec<Node<'_>> {
        let is_stub = |made: Node<'_>| {
            made.callee_name().ends_with("Stub")
                && made.callee().and_then(Node::path).is_some_and(|path| path.contains("_pb2_grpc."))
        };
        if !self.mentions_text("_pb2_grpc") {
            return Vec::new();
        }
        self.calls()
            .filter(|call| {
                call.receiver().is_some_and(|on| matches!(on.kind(), Kind::Name | Kind::Attribute))
            })
            .filter(|call| call.receiver().and_then(Node::constructed_by_any).is_some_and(is_stub))
            .collect()
    }

    /// The clients that the given files make once for the process.
    pub fn shared_clients(&self) -> Vec<SharedClient<'_>> {
        self.known_calls()
            .filter(|(call, api)| {
                api.is_constructor
                    && api.class.is_some_and(|class| class.has(ClassTag::PooledClient))
                    && !call.is_outside_production()
                    && !call.source_file().is_script
            })
            .filter_map(|(made, _)| Some(SharedClient { made, shown: made.shared_as()? }))
            .collect()
    }
}

impl<'m> Node<'m> {
    /// Whether this call of a function, or of a method of the class itself, makes a client that keeps connections:
    /// `redis.from_url(…)`.
    pub fn makes_pooled_client(self) -> bool {
        self.callee_name() == "from_url" && self.is_a(ClassTag::PooledClient) && !self.makes_part_of_client()
    }

    fn makes_part_of_client(self) -> bool {
        self.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::PooledClient))
    }

    /// Whether this call opens one connection to a database, which no pool lends.
    pub fn opens_connection(self) -> bool {
        self.callee_name() == "connect"
            && self.api().is_some_and(|api| {
                !api.is_constructor && api.class.is_none() && api.callable.crosses == Some(System::Database)
            })
    }

    /// How code gets at the object that this call makes, if the whole process shares it.
    fn shared_as(self) -> Option<String> {
        let statement = self.statement();
        let assigned = matches!(statement.kind(), Kind::Assign | Kind::AnnAssign)
            && statement.child(Role::Value).is_some_and(|value| value.unwrapped() == self);
        let kept = || {
            statement.targets().find(|target| match target.kind() {
                Kind::Name => target.scope_of_name() == Some(0),
                Kind::Attribute => target.receiver().is_some_and(|holder| holder.name() == "state"),
                _ => false,
            })
        };
        let Some(function) = self.function() else { return Some(kept()?.name().to_owned()) };
        if function.class().is_none() && function.is_cached() {
            return Some(format!("{}()", function.name()));
        }
        let target = kept().filter(|_| assigned)?;
        let gives = function
            .own_returns()
            .any(|returned| returned.child(Role::Value).is_some_and(|value| value.reads_like(target)));
        Some(if gives { format!("{}()", function.name()) } else { target.source().to_owned() })
    }

    /// Whether the code of this file encrypts connections to Unix sockets: nobody is on the way to another process of the
    /// same machine.
    pub fn is_beside_unix_sockets(self) -> bool {
        self.at(0)
            .calls_within()
            .any(|call| call.callee_name().ends_with("_unix_connection") && call.keyword("ssl").is_some())
    }

    /// Whether this names a module, or what is imported from one that was not given.
    pub fn names_a_module(self) -> bool {
        matches!(self.ty(), Type::Module(_) | Type::Path(_))
    }

    /// Whether a client is given what opens its connections, made for this very call: by a class or function of the
    /// project's own, from what is known only here. To share it would be wrong.
    pub fn has_private_transport(self) -> bool {
        let Some(function) = self.function() else { return false };
        let is_local = |name: Node<'m>| {
            name.as_parameter().is_some()
                || name.assigned_value().is_some_and(|value| value.function() == Some(function))
        };
        TRANSPORTS.iter().filter_map(|name| self.keyword(name)).any(|given| {
            let made = given.unwrapped().resolved_value().unwrapped();
            match made.kind() {
                // One that calls the application itself connects to nothing.
                Kind::Call if matches!(made.callee_name(), "ASGITransport" | "WSGITransport") => true,
                Kind::Call => {
                    let known = made.api().is_some_and(|api| api.is_constructor);
                    !known
                        && made
                            .children()
                            .skip(1)
                            .any(|argument| argument.descendants_of(Kind::Name).any(is_local))
                }
                // One that others hold as well.
                Kind::Name | Kind::Attribute => true,
                _ => false,
            }
        })
    }

    /// Whether the object that this call makes may outlive the function: it is put into an attribute, a global or a
    /// collection, returned to somebody who may keep it, or a part of what is; at once or through a local name.
    pub fn outlives(self, function: Node<'m>) -> bool {
        // What a dependency returns is for this request alone.
        let may_return = !function.plays(FunctionRole::Dependency) && !function.plays(FunctionRole::Handler);
        if function.name() == "__init__" || self.leads_on(may_return) {
            return true;
        }
        let names: Vec<&str> =
            self.statement().targets().filter(|target| target.is(Kind::Name)).map(Node::name).collect();
        function
            .descendants_of(Kind::Name)
            .filter(|name| names.contains(&name.name()) && name.id > self.id && name.role() != Role::Target)
            .any(|name| name.leads_on(may_return))
    }

    /// Whether what holds this expression is stored or returned.
    fn leads_on(self, may_return: bool) -> bool {
        let mut below = self;
        for node in self.surroundings() {
            match node.kind() {
                Kind::Assign | Kind::AnnAssign => {
                    return node.targets().any(|target| {
                        matches!(target.kind(), Kind::Attribute | Kind::Subscript)
                            || (target.is(Kind::Name) && target.scope_of_name() == Some(0))
                    });
                }
                Kind::Return | Kind::Yield => return may_return,
                Kind::DictComp | Kind::ListComp | Kind::SetComp | Kind::Generator => return true,
                Kind::Call if below.role() == Role::Callee => return false,
                Kind::Call => {
                    let words = crate::semantic::words_of(node.callee_name());
                    let stores = [
                        "append",
                        "setdefault",
                        "setattr",
                        "set",
                        "add",
                        "put",
                        "cache",
                        "register",
                        "store",
                    ];
                    if words.iter().any(|word| stores.contains(&word.as_str())) {
                        return true;
                    }
                }
                // Reading an attribute or an item gives something else.
                Kind::Attribute | Kind::Subscript | Kind::Await | Kind::Compare | Kind::Block => {
                    return false;
                }
                _ => {}
            }
            below = node;
        }
        false
    }
}

impl<'m> Node<'m> {
    /// The service that an HTTP call asks, as its address names it: a host, or the setting that the address begins with.
    pub fn service_asked(self) -> Option<&'m str> {
        let index = usize::from(matches!(self.callee_name(), "request" | "stream"));
        let address = self.argument_or_keyword(index, "url")?;
        // A path alone goes to the address that the client was made with.
        let text = address.resolved_value().source().trim_start_matches(['f', '"', '\'']);
        if text.starts_with('/') {
            return self.receiver()?.constructed_by()?.keyword("base_url")?.service_of_address(0);
        }
        address.service_of_address(0)
    }

    /// The services that an HTTP call asks whose address is a parameter of its function, each with the call that hands it.
    pub fn services_handed(self) -> ServicesAsked<'m> {
        let model: &'m Model<'m> = self.model;
        let index = usize::from(matches!(self.callee_name(), "request" | "stream"));
        let parameter = self.argument_or_keyword(index, "url").and_then(Node::as_parameter);
        let function = parameter.and_then(Node::parent);
        let callers = function.into_iter().flat_map(|function| model.callers_of(function.place()));
        let handed = callers.take(24).filter_map(|&call| {
            let call: Node<'m> = model.node(call);
            let address = call.argument_for(function?, parameter?)?;
            Some((address.service_of_address(0)?, call))
        });
        handed.collect()
    }

    fn service_of_address(self, depth: u32) -> Option<&'m str> {
        let value = self.resolved_value();
        match value.kind() {
            _ if depth > 4 => None,
            Kind::Str => {
                let (_, rest) = value.name().split_once("://")?;
                rest.split(['/', '?', ':']).next().filter(|host| !host.is_empty())
            }
            Kind::FString | Kind::BinOp => value.children().next()?.service_of_address(depth + 1),
            Kind::Call if matches!(value.callee_name(), "rstrip" | "str" | "join" | "urljoin") => value
                .argument(0)
                .filter(|first| !first.is(Kind::Str))
                .or(value.receiver())?
                .service_of_address(depth + 1),
            Kind::Name | Kind::Attribute => {
                let is_address = crate::semantic::has_word(
                    value.name(),
                    &["url", "uri", "host", "endpoint", "base", "api"],
                );
                (is_address && value.as_parameter().is_none() && value.name().len() > 4).then(|| value.name())
            }
            _ => None,
        }
    }
}

/// The services that calls ask, each with the first such call.
pub type ServicesAsked<'m> = Vec<(&'m str, Node<'m>)>;

impl<'s> Model<'s> {
    /// Of each client of the given files, by the call that makes it, the services that it asks. A call that a semaphore
    /// limits takes no more connections than that, and does not count.
    pub fn services_by_client(&self) -> Vec<(Node<'_>, ServicesAsked<'_>)> {
        let mut found: Vec<(Node<'_>, ServicesAsked<'_>)> = Vec::new();
        for (call, api) in self.known_calls() {
            if api.callable.crosses != Some(System::Http)
                || api.is_constructor
                || call.is_outside_production()
            {
                continue;
            }
            let Some(service) = call.service_asked() else { continue };
            let client = call.receiver().filter(|receiver| receiver.is_a(ClassTag::PooledClient));
            let Some(made) = client.and_then(Node::constructed_by) else { continue };
            let is_limited = call
                .enclosing_with_items()
                .filter_map(|item| item.child(Role::Context))
                .any(|context| context.is_a(ClassTag::Semaphore) || context.is_a(ClassTag::RateLimiter));
            if is_limited {
                continue;
            }
            match found.iter_mut().find(|(known, _)| *known == made) {
                Some((_, services)) if services.iter().any(|(known, _)| *known == service) => {}
                Some((_, services)) => services.push((service, call)),
                None => found.push((made, vec![(service, call)])),
            }
        }
        found
    }
}

/// Parameters by which a client learns with whom it speaks.
const ADDRESSES: [&str; 9] =
    ["host", "hostname", "port", "base_url", "url", "address", "server", "endpoint", "dsn"];

impl<'m> Node<'m> {
    /// Whether each turn of this loop makes the client for another side: its address is known only there, so that no
    /// two turns could share its connections.
    pub fn goes_elsewhere_each_turn(self, around: Node<'m>) -> bool {
        let is_of_turn = |value: Node<'m>| {
            value.descendants_of(Kind::Name).any(|name| {
                name.reaching_bindings().into_iter().any(|binding| {
                    let bound = name.at(name.source_file().tree.bindings[binding as usize].node);
                    around.contains(bound)
                })
            })
        };
        let options = self.keywords().filter(|keyword| keyword.symbol().is_empty()).filter_map(Node::value);
        let in_options = options.map(Node::resolved_value).flat_map(|options| {
            ADDRESSES
                .iter()
                .filter_map(move |name| options.keyword(name).or_else(|| options.dictionary_value(name)))
        });
        ADDRESSES.iter().filter_map(|name| self.keyword(name)).chain(in_options).any(is_of_turn)
    }

    /// Whether whatever uses the client that this call makes, or is a part of, waits for a semaphore first: it is
    /// entered here, and then only handed to functions that do nothing else than to take the semaphore and work.
    pub fn is_used_under_a_semaphore(self) -> bool {
        let Some(item) = self.surroundings().find(|node| node.is(Kind::WithItem)) else { return false };
        let (Some(function), Some(name)) = (self.function(), item.child(Role::Target)) else { return false };
        let takes_turns = |call: Node<'m>| {
            call.target().is_some_and(|place| {
                let body: Option<Node<'m>> = self.model.node(place).body();
                body.is_some_and(|body| {
                    body.children().filter(|statement| !statement.is(Kind::ExprStatement)).all(|statement| {
                        statement.is(Kind::With)
                            && statement
                                .children()
                                .filter_map(|item| item.child(Role::Context))
                                .any(|context| context.is_a(ClassTag::Semaphore))
                    })
                })
            })
        };
        let mut uses = function
            .descendants_of(Kind::Name)
            .filter(|used| used.name() == name.name() && used.id > name.id && !used.data().is_store)
            .peekable();
        name.is(Kind::Name)
            && uses.peek().is_some()
            && uses.all(|used| {
                used.parent().is_some_and(|call| {
                    call.is(Kind::Call) && call.callee() != Some(used) && takes_turns(call)
                })
            })
    }
}

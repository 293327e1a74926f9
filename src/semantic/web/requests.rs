//! What comes from a request: values made from what a client sent, and the decoding of it.

use crate::semantic::{FunctionRole, Model, Node, Place};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// The roles of functions whose parameters hold what somebody has sent.
const BRING: [FunctionRole; 3] = [FunctionRole::Handler, FunctionRole::Tool, FunctionRole::Listener];

impl<'m> Node<'m> {
    /// Whether a request decides how many elements this value has: it is a part of what a handler was sent, and not
    /// something that was looked up for it.
    pub fn is_sized_by_request(self) -> bool {
        self.is_sized_by_request_within(0)
    }

    fn is_sized_by_request_within(self, depth: u32) -> bool {
        if depth > 8 {
            return false;
        }
        let model: &'m Model<'m> = self.model;
        let sent = |node: Node<'m>| node.is_sized_by_request_within(depth + 1);
        let value = self.resolved_value();
        match value.kind() {
            // `await request.json()`
            Kind::Await => value
                .child(Role::Value)
                .and_then(Node::receiver)
                .is_some_and(|receiver| receiver.is_a(ClassTag::Request)),
            Kind::Name => {
                let Some(parameter) = value.as_parameter() else { return false };
                let Some(function) = parameter.parent().filter(|function| function.is_function()) else {
                    return false;
                };
                if BRING.iter().any(|&role| function.plays(role)) {
                    return parameter.injected_by().is_none() && !value.is_a(ClassTag::Request);
                }
                let calls = model.callers_of(function.place()).iter().take(12).map(|&call| model.node(call));
                calls.filter_map(|call| call.argument_for(function, parameter)).any(sent)
            }
            Kind::Attribute => !value.is_limited_in_length() && value.receiver().is_some_and(sent),
            Kind::Subscript | Kind::Starred => value.children().next().is_some_and(sent),
            Kind::BoolOp | Kind::Conditional | Kind::List | Kind::Tuple => value.children().any(sent),
            Kind::ListComp | Kind::SetComp | Kind::Generator | Kind::DictComp => {
                value.child(Role::Clause).and_then(|clause| clause.child(Role::Iterable)).is_some_and(sent)
            }
            Kind::Call => {
                const KEEPS: [&str; 12] = [
                    "split",
                    "splitlines",
                    "items",
                    "values",
                    "keys",
                    "get",
                    "pop",
                    "copy",
                    "strip",
                    "model_dump",
                    "dict",
                    "json",
                ];
                const WRAPS: [&str; 9] =
                    ["list", "set", "tuple", "sorted", "enumerate", "reversed", "zip", "len", "fromkeys"];
                match value.receiver() {
                    Some(receiver) if KEEPS.contains(&value.callee_name()) => sent(receiver),
                    _ if WRAPS.contains(&value.callee_name()) => value.argument(0).is_some_and(sent),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether this value is made from what a request brings: a parameter of a handler, through the calls that lead
    /// here from it.
    pub fn comes_from_request(self) -> bool {
        self.comes_from_request_within(&mut Vec::new())
    }

    /// Whether this value is, or may be, made from what a request brings: where the given files show no handler, a
    /// parameter of a function that nothing given calls.
    pub fn may_come_from_request(self) -> bool {
        self.comes_from_request() || (!self.model.shows_handlers() && self.may_come_within(0))
    }

    fn may_come_within(self, depth: u32) -> bool {
        let model: &'m Model<'m> = self.model;
        depth < 4
            && self
                .ingredients()
                .into_iter()
                .flat_map(|part| part.descendants_of(Kind::Name))
                .filter_map(|name| name.as_parameter())
                .filter(|parameter| !matches!(parameter.name(), "self" | "cls"))
                .any(|parameter| {
                    let Some(function) = parameter.parent().filter(|function| function.is_function()) else {
                        return false;
                    };
                    let callers = model.callers_of(function.place());
                    if callers.is_empty() {
                        return function.may_serve_requests();
                    }
                    callers
                        .iter()
                        .take(12)
                        .filter_map(|&call| model.node(call).argument_for(function, parameter))
                        .any(|argument| argument.may_come_within(depth + 1))
                })
    }

    fn comes_from_request_within(self, seen: &mut Vec<Place>) -> bool {
        if seen.len() > 40 {
            return false;
        }
        let model: &'m Model<'m> = self.model;
        let parameters = self
            .ingredients()
            .into_iter()
            .flat_map(|part| part.descendants_of(Kind::Name))
            .filter_map(|name| name.as_parameter());
        for parameter in parameters {
            let Some(function) = parameter.parent().filter(|function| function.is_function()) else {
                continue;
            };
            if BRING.iter().any(|&role| function.plays(role)) {
                return true;
            }
            if seen.contains(&parameter.place()) || matches!(parameter.name(), "self" | "cls") {
                continue;
            }
            seen.push(parameter.place());
            let arguments = model
                .callers_of(function.place())
                .iter()
                .take(12)
                .map(|&call| model.node(call))
                .filter_map(|call| call.argument_for(function, parameter));
            for argument in arguments {
                if argument.comes_from_request_within(seen) {
                    return true;
                }
            }
        }
        false
    }
}

impl<'m> Node<'m> {
    /// Whether this call does nothing but decode the body of the request that is being answered, itself or by way of given
    /// functions: what it complains of is what the client has sent.
    pub fn decodes_request(self) -> bool {
        self.decodes_within(0)
    }

    fn decodes_within(self, depth: u32) -> bool {
        const DEEP: u32 = 2;
        let reads = matches!(self.callee_name(), "json" | "form" | "body")
            && self.receiver().is_some_and(|request| request.is_a(ClassTag::Request));
        let decodes = || {
            self.callee().and_then(Node::path).is_some_and(|path| {
                matches!(&*path, "json.loads" | "orjson.loads" | "ujson.loads" | "msgspec.json.decode")
            }) && self.argument(0).is_some_and(Node::comes_from_request)
        };
        let in_given = || {
            let Some(function) = self.target().map(|place| self.model.node(place)) else { return false };
            let mut found = false;
            depth < DEEP
                && function.own_calls().filter(|call| !call.writes_log() && !call.is_an_error()).all(|call| {
                    let is_it = call.decodes_within(depth + 1);
                    found |= is_it;
                    is_it || call.is_harmless() || call.asks_the_request()
                })
                && found
        };
        reads || decodes() || in_given()
    }

    /// Whether it looks something up in the request: `request.headers.get("content-type")`.
    fn asks_the_request(self) -> bool {
        std::iter::successors(self.receiver(), |object| object.receiver())
            .any(|object| object.is_a(ClassTag::Request))
    }

    /// Whether the call makes what a `raise` raises.
    fn is_an_error(self) -> bool {
        self.role() == Role::Exception
    }
}

impl<'m> Node<'m> {
    /// Whether an address starts with what a caller has sent: a field of a handler's body, or a parameter that receives
    /// one wherever its function is called.
    pub fn is_address_sent(self) -> bool {
        self.is_address_sent_within(0)
    }

    fn is_address_sent_within(self, depth: u32) -> bool {
        let value = self.unwrapped().resolved_value().unwrapped();
        let first = match value.kind() {
            Kind::FString => {
                let text = value.source().trim_start_matches(|letter: char| letter.is_alphabetic());
                let begins = text.trim_start_matches(['"', '\'']).starts_with('{');
                value.children().find(|part| part.role() == Role::Value).filter(|_| begins)
            }
            Kind::BinOp => value.child(Role::Left),
            Kind::BoolOp => value.children().next(),
            // `url.rstrip("/")`, or what a function makes of an address: `make_url(address)`.
            Kind::Call => match value.receiver().filter(|receiver| !receiver.names_a_module()) {
                Some(receiver) => Some(receiver),
                None => value.argument(0),
            },
            _ => Some(value),
        };
        let Some(mut root) = first.filter(|_| depth < 8) else { return false };
        if let Some(source) = root.loop_source() {
            return source.is_address_sent_within(depth + 1);
        }
        if root != value && matches!(root.kind(), Kind::Call | Kind::BoolOp | Kind::BinOp) {
            return root.is_address_sent_within(depth + 1);
        }
        while let Some(receiver) = root.receiver() {
            root = receiver;
        }
        if root != value && root.assigned_value().is_some_and(|inner| inner != root) {
            return root.is_address_sent_within(depth + 1);
        }
        let Some(parameter) = root.as_parameter() else { return false };
        let Some(function) = parameter.parent() else { return false };
        if function.plays(FunctionRole::Handler) {
            let kind = root.ty();
            return !function.model.type_has(kind, ClassTag::Request)
                && parameter.injected_by().is_none()
                && parameter.child(Role::Default).is_none_or(|default| !default.is(Kind::Call));
        }
        parameter.receives_only(|argument| argument.is_address_sent_within(depth + 1))
    }

    /// What a loop's variable runs over.
    fn loop_source(self) -> Option<Node<'m>> {
        self.surroundings()
            .filter(|node| node.is(Kind::For))
            .find(|around| {
                around.targets().any(|target| target.is(Kind::Name) && target.name() == self.name())
            })
            .and_then(|around| around.child(Role::Iterable))
    }
}

//! The roles of functions: who calls them from outside of the given code.

use rustc_hash::FxHashMap;

use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionRole {
    /// A route handler; its [`Route`] says which.
    Handler,
    /// Named by a `Depends`.
    Dependency,
    /// Runs when the application starts or stops.
    Lifespan,
    Middleware,
    ExceptionHandler,
    /// Runs on a schedule.
    Job,
    GraphNode,
    /// A tool that an agent may call.
    Tool,
    /// Called for an event of another system, or for what somebody does there.
    Listener,
    /// Started as a task beside its caller.
    Task,
    /// Runs after the response.
    AfterResponse,
    /// Runs in a thread or process of an executor.
    Offloaded,
}

impl FunctionRole {
    /// The roles of functions for which a request waits.
    pub(in crate::semantic) const ASKED: [Self; 7] = [
        Self::Handler,
        Self::Dependency,
        Self::Middleware,
        Self::ExceptionHandler,
        Self::GraphNode,
        Self::Tool,
        Self::Listener,
    ];
}

/// The route that a handler serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The decorator's call.
    pub decorator: Place,
}

#[derive(Default)]
pub(in crate::semantic) struct Roles {
    pub ready: bool,
    pub has_app: bool,
    pub(super) roles: FxHashMap<Place, Vec<FunctionRole>>,
    pub(super) routes: FxHashMap<Place, Route>,
    /// The calls that mount a router.
    pub(super) mounts: Vec<Place>,
}

const METHODS: [&str; 10] =
    ["get", "post", "put", "delete", "patch", "head", "options", "trace", "api_route", "websocket"];

impl Roles {
    pub fn find(model: &Model<'_>) -> Self {
        let mut roles = Self { ready: true, ..Self::default() };
        for function in model.functions().filter(|function| function.is(Kind::FunctionDef)) {
            for decorator in function.decorators() {
                roles.decorated(function, decorator);
            }
            if function.is_middleware_method() {
                roles.add(function.place(), FunctionRole::Middleware);
            }
        }
        // Most files have no such keyword, and all calls would be searched for it.
        let has_lifespan = model.symbol("lifespan").is_some();
        for call in model.calls() {
            roles.called(model, call, has_lifespan);
        }
        roles
    }

    fn add(&mut self, place: Place, role: FunctionRole) {
        let roles = self.roles.entry(place).or_default();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }

    fn decorated(&mut self, function: Node<'_>, decorator: Node<'_>) {
        let place = function.place();
        if decorator.is(Kind::Call) {
            if is_route(decorator) {
                self.add(place, FunctionRole::Handler);
                self.routes.insert(place, Route { decorator: decorator.place() });
                return;
            }
            match decorator.callee_name() {
                "on_event" => self.add(place, FunctionRole::Lifespan),
                "middleware" if decorator.argument(0).is_some_and(|a| a.is(Kind::Str)) => {
                    self.add(place, FunctionRole::Middleware);
                }
                "exception_handler" => self.add(place, FunctionRole::ExceptionHandler),
                _ => {}
            }
        }
        let api = if decorator.is(Kind::Call) { decorator.api() } else { decorator.api_when_called() };
        if let Some(api) = api {
            if api.has(Tag::MarksTool) {
                self.add(place, FunctionRole::Tool);
            }
            if api.has(Tag::ListensToEvents) || api.has(Tag::ListensToClicks) {
                self.add(place, FunctionRole::Listener);
            }
            if api.has(Tag::RepeatsFunction) || api.has(Tag::RegistersJob) {
                self.add(place, FunctionRole::Job);
            }
        }
    }

    fn called(&mut self, model: &Model<'_>, call: Node<'_>, has_lifespan: bool) {
        let name = call.callee_name();
        if matches!(name, "Depends" | "Security") {
            if let Some(dependency) = model.dependency_of(call)
                && let Some(place) = function_of(dependency)
            {
                self.add(place, FunctionRole::Dependency);
            }
            return;
        }
        if has_lifespan
            && let Some(lifespan) = call.keyword("lifespan")
            && let Some(place) = function_of(lifespan)
        {
            self.add(place, FunctionRole::Lifespan);
        }
        if name == "add_exception_handler"
            && let Some(place) = call.argument(1).and_then(function_of)
        {
            self.add(place, FunctionRole::ExceptionHandler);
        }
        if name == "add_node" {
            for argument in call.positional().chain(call.keyword("action")) {
                if let Some(place) = function_of(argument) {
                    self.add(place, FunctionRole::GraphNode);
                }
            }
        }
        let Some(api) = call.api() else { return };
        if api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::App)) {
            self.has_app = true;
        }
        if api.has(Tag::MountsRouter) {
            self.mounts.push(call.place());
        }
        let Some(callable) = call.scheduled_callable() else { return };
        let role = if api.has(Tag::Offloads) {
            FunctionRole::Offloaded
        } else if api.has(Tag::StartsTask) {
            FunctionRole::Task
        } else if api.has(Tag::AfterResponse) {
            FunctionRole::AfterResponse
        } else if api.has(Tag::RegistersJob) {
            FunctionRole::Job
        } else {
            return;
        };
        let place = if callable.is(Kind::Call) { callable.target() } else { function_of(callable) };
        if let Some(place) = place {
            self.add(place, role);
        }
    }
}

/// The given function that an expression names, `functools.partial` around it included.
pub(super) fn function_of(expression: Node<'_>) -> Option<Place> {
    match expression.ty() {
        Type::Function(place) | Type::Method(place) => Some(place),
        _ if expression.is(Kind::Lambda) => Some(expression.place()),
        _ if expression.is(Kind::Call) && expression.callee_name() == "partial" => {
            function_of(expression.argument(0)?)
        }
        _ => None,
    }
}

pub(super) fn is_response(api: &crate::semantic::Api) -> bool {
    api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Response))
}

/// `@router.get("/path")`, by the router's type, or by its look where the router comes from elsewhere.
fn is_route(decorator: Node<'_>) -> bool {
    if let Some(api) = decorator.api() {
        return api.has(Tag::MarksRoute);
    }
    METHODS.contains(&decorator.callee_name())
        && decorator.receiver().is_some_and(|receiver| {
            matches!(
                receiver.ty(),
                Type::Unknown | Type::Foreign(_) | Type::Path(_) | Type::None | Type::Object(_)
            )
        })
        && decorator.argument_or_keyword(0, "path").is_some_and(|path| {
            path.is(Kind::FString)
                || (path.is(Kind::Str) && (path.name().is_empty() || path.name().starts_with('/')))
        })
}

impl<'m> Node<'m> {
    /// Whether this function has the role.
    pub fn plays(self, role: FunctionRole) -> bool {
        self.model.roles.roles.get(&self.place()).is_some_and(|roles| roles.contains(&role))
    }

    /// Whether a class of middleware is called by this method, by its signature: `dispatch(self, request, call_next)`,
    /// or `__call__(self, scope, receive, send)`.
    fn is_middleware_method(self) -> bool {
        let names: &[&str] = match self.name() {
            "dispatch" => &["request", "call_next"],
            "__call__" => &["scope", "receive", "send"],
            _ => return false,
        };
        self.owner().is_some() && self.parameters().skip(1).map(Node::name).eq(names.iter().copied())
    }
}

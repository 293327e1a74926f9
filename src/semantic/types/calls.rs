//! The type of what a call gives.

use super::table::UNKNOWN;
use super::{BUILTIN, DEEPEST, PathId, Type};
use crate::semantic::{Model, Node, Place};
use crate::stack::{self, Callable, ClassTag, TypeExpression};
use crate::syntax::{Kind, Role};

impl Model<'_> {
    /// What calling a given function gives.
    pub fn return_type(&self, function: Place) -> Type {
        if let Some(&known) = self.returns.borrow().get(&function) {
            return known.map_or(Type::Unknown, |id| self.table.get(id));
        }
        if self.depth.get() > DEEPEST {
            return Type::Unknown;
        }
        self.returns.borrow_mut().insert(function, None);
        self.depth.set(self.depth.get() + 1);
        let found = self.infer_return(self.node(function));
        self.depth.set(self.depth.get() - 1);
        let id = self.table.intern(found);
        self.returns.borrow_mut().insert(function, Some(id));
        found
    }

    fn infer_return(&self, function: Node<'_>) -> Type {
        if function.is(Kind::Lambda) {
            return function.body().map_or(Type::Unknown, Node::ty);
        }
        let generator = function.is_generator();
        let is_manager = function
            .decorators()
            .any(|decorator| matches!(decorator.name(), "contextmanager" | "asynccontextmanager"));
        if generator {
            let element = self.yielded_type(function);
            if is_manager {
                return Type::Manager(self.table.intern(element));
            }
            return self.builtin_instance(BUILTIN.list, element);
        }
        let annotated =
            function.child(Role::Returns).map_or(Type::Unknown, |node| self.annotation_type(node));
        let inner = if annotated != Type::Unknown && annotated != Type::None {
            annotated
        } else {
            let merged = self.merged(
                function.own_returns().take(8).filter_map(|node| node.child(Role::Value)).map(Node::ty),
            );
            if merged == Type::None && annotated == Type::Unknown { Type::None } else { merged }
        };
        if function.is_async() { Type::Awaitable(self.table.intern(inner)) } else { inner }
    }

    pub(super) fn yielded_type(&self, function: Node<'_>) -> Type {
        if let Some(returns) = function.child(Role::Returns)
            && returns.is(Kind::Subscript)
        {
            let annotated = self.annotation_type(returns);
            let element = self.element(annotated);
            if element != Type::Unknown && element != Type::None {
                return element;
            }
        }
        self.merged(function.own_yields().take(4).filter_map(|node| node.child(Role::Value)).map(Node::ty))
    }

    pub(super) fn call_type(&self, call: Node<'_>) -> Type {
        let found = self.written_call(call);
        if self.says_nothing(found) { self.session_of_unseen_factory(call).unwrap_or(found) } else { found }
    }

    fn written_call(&self, call: Node<'_>) -> Type {
        let Some(callee) = call.callee() else { return Type::Unknown };
        match callee.ty() {
            Type::Function(place) | Type::Method(place) => self.return_type(place),
            Type::Class(place) => Type::Object(place),
            Type::Path(path) => {
                if let Some(class) = self.table.path_class(path) {
                    let class_data = &stack::CLASSES[class as usize];
                    return match &class_data.constructor.returns {
                        Some(expression) => self.evaluate(expression, Type::Unknown, Some(call)),
                        None => Type::Instance(class, UNKNOWN),
                    };
                }
                match self.table.path_function(path) {
                    Some(callable) => self.result_of(callable, Type::Unknown, call),
                    None => self.unlisted_call(path, call),
                }
            }
            Type::Bound(_, _, method, receiver) => self.result_of(method.0, self.table.get(receiver), call),
            instance @ Type::Instance(..) => {
                if let Some(named) = self.named_class(callee) {
                    return named;
                }
                match self.class_of(instance).and_then(|class| class.inherited(|class| class.called.as_ref()))
                {
                    Some(expression) => self.evaluate(expression, instance, Some(call)),
                    None => Type::Unknown,
                }
            }
            Type::Object(place) => match self.method_of(place, "__call__") {
                Some(method) => self.return_type(method),
                None => {
                    match self.class_of(Type::Object(place)).and_then(|c| c.inherited(|c| c.called.as_ref()))
                    {
                        Some(expression) => self.evaluate(expression, Type::Object(place), Some(call)),
                        None => Type::Unknown,
                    }
                }
            },
            _ => Type::Unknown,
        }
    }

    /// A call that takes a checkpointer makes a graph, wherever its builder comes from: nothing else has one.
    fn graph_type(&self) -> Type {
        let index = stack::CLASSES.iter().position(|class| class.has(ClassTag::Graph));
        index.map_or(Type::Unknown, |index| Type::Instance(index as u16, UNKNOWN))
    }

    /// What calling an object gives whose constructor was told the class: `sessionmaker(class_=AsyncSession)`.
    fn named_class(&self, callee: Node<'_>) -> Option<Type> {
        let class = callee.instance_of()?;
        let parameter = class.inherited(|class| class.called_parameter)?;
        let named = callee.constructed_by()?.keyword(parameter)?.ty();
        Some(self.instance_of_class(named)).filter(|found| *found != Type::Unknown)
    }

    /// A call of something outside the files that no table lists: by convention a capitalised name is a class.
    fn unlisted_call(&self, path: PathId, call: Node<'_>) -> Type {
        if call.keyword("checkpointer").is_some() {
            return self.graph_type();
        }
        let text = self.table.path_text(path);
        let last = text.rsplit('.').next().unwrap_or_default();
        match last {
            "list" | "sorted" | "reversed" | "tuple" if text.starts_with("builtins.") => {
                let element = call.argument(0).map_or(Type::Unknown, |argument| self.iterated(argument));
                self.builtin_instance(BUILTIN.list, element)
            }
            _ if last.starts_with(char::is_uppercase) => Type::Foreign(path),
            _ => Type::Unknown,
        }
    }

    fn result_of(&self, callable: &'static Callable, receiver: Type, call: Node<'_>) -> Type {
        let inner = match &callable.returns {
            Some(expression) => self.evaluate(expression, receiver, Some(call)),
            None => Type::Unknown,
        };
        if callable.coroutine { Type::Awaitable(self.table.intern(inner)) } else { inner }
    }

    pub(super) fn evaluate(
        &self,
        expression: &TypeExpression,
        receiver: Type,
        call: Option<Node<'_>>,
    ) -> Type {
        let argument = |index: u8| {
            call.and_then(|call| call.positional().nth(index as usize)).map_or(Type::Unknown, Node::ty)
        };
        match expression {
            TypeExpression::Receiver => receiver,
            TypeExpression::Element => self.element(receiver),
            TypeExpression::Argument(index) => match argument(*index) {
                class @ (Type::Class(_) | Type::Path(_)) => self.instance_of_class(class),
                Type::Awaitable(inner) => Type::Awaitable(inner),
                other => other,
            },
            TypeExpression::ArgumentElement(index) => self.element(argument(*index)),
            TypeExpression::Class(class, element) => {
                let element = element.map_or(Type::Unknown, |inner| self.evaluate(inner, receiver, call));
                self.instance(*class, element)
            }
        }
    }
}

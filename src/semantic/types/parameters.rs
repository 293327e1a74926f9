//! The type of a parameter: its annotation, its default, what is injected, what callers give.

use super::{DEEPEST, Type};
use crate::semantic::{Model, Node, Place};
use crate::syntax::{BindingKind, Kind, Operator, Role};

/// A parameter's type is taken from the callers only where these are few: names like `get` are called everywhere.
const MOST_CALLERS: usize = 24;

impl Model<'_> {
    pub(in crate::semantic) fn parameter_type(&self, parameter: Node<'_>) -> Type {
        let written = self.written_parameter(parameter);
        if !self.says_nothing(written) {
            return written;
        }
        self.session_by_use(parameter, BindingKind::Parameter).unwrap_or(written)
    }

    pub(super) fn written_parameter(&self, parameter: Node<'_>) -> Type {
        if parameter.operator() == Operator::Multiply {
            return Type::Unknown;
        }
        if let Some(annotation) = parameter.child(Role::Annotation) {
            let annotated = self.annotation_type(annotation);
            if annotated != Type::Unknown && annotated != Type::None {
                return annotated;
            }
        }
        if let Some(default) = parameter.child(Role::Default) {
            if let Some(dependency) = self.dependency_of(default) {
                return self.dependency_type(dependency);
            }
            // A literal default says the type of what callers pass; `None` says nothing.
            let kind = default.ty();
            return if kind == Type::None { Type::Unknown } else { kind };
        }
        let Some(function) = parameter.parent() else { return Type::Unknown };
        let first = function.parameters().next() == Some(parameter);
        if first && let Some(class) = function.owner() {
            let class_method = function
                .decorators()
                .any(|decorator| matches!(decorator.name(), "classmethod" | "staticmethod"));
            return match parameter.name() {
                "cls" => Type::Class(class.place()),
                _ if class_method => Type::Unknown,
                _ => Type::Object(class.place()),
            };
        }
        self.type_from_callers(function, parameter)
    }

    /// An unannotated parameter has the type that all resolved callers give it.
    fn type_from_callers(&self, function: Node<'_>, parameter: Node<'_>) -> Type {
        if self.depth.get() > DEEPEST / 2 {
            return Type::Unknown;
        }
        // A class is called by its own name.
        let called = match function.owner() {
            Some(class) if function.name() == "__init__" => class.symbol(),
            _ => function.symbol(),
        };
        let named = self.calls_of_name(called);
        if named.len() > MOST_CALLERS {
            return Type::Unknown;
        }
        let callers: Vec<Place> = named
            .iter()
            .copied()
            .filter(|&call| self.node(call).target() == Some(function.place()))
            .collect();
        if callers.is_empty() {
            return Type::Unknown;
        }
        let skip = usize::from(function.owner().is_some());
        let Some(index) = function.parameters().position(|p| p == parameter) else { return Type::Unknown };
        self.merged(callers.iter().map(|&call| {
            let call = self.node(call);
            call.argument_or_keyword(index.wrapping_sub(skip), parameter.name())
                .map_or(Type::Unknown, Node::ty)
        }))
    }

    /// The callable that `Depends(callable)` or `Security(callable)` names.
    pub fn dependency_of<'a>(&'a self, call: Node<'a>) -> Option<Node<'a>> {
        if !call.is(Kind::Call) || !matches!(call.callee_name(), "Depends" | "Security") {
            return None;
        }
        call.argument_or_keyword(0, "dependency")
    }

    /// What FastAPI injects for a dependency: what it returns, or what it yields.
    pub(super) fn dependency_type(&self, dependency: Node<'_>) -> Type {
        match dependency.ty() {
            Type::Function(place) | Type::Method(place) => {
                let function = self.node(place);
                if function.is_generator() {
                    self.yielded_type(function)
                } else {
                    self.awaited(self.return_type(place))
                }
            }
            class @ (Type::Class(_) | Type::Path(_)) => {
                let instance = self.instance_of_class(class);
                if matches!(instance, Type::Foreign(_)) { Type::Unknown } else { instance }
            }
            _ => Type::Unknown,
        }
    }
}

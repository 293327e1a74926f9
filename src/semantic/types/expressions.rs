//! The type of an expression, by its form.

use super::BUILTIN;
use crate::semantic::{Model, Node, Type};
use crate::stack::{self, ClassTag};
use crate::syntax::{Kind, Operator, Role};

impl Model<'_> {
    /// The type of any expression but a name.
    pub(super) fn infer(&self, node: Node<'_>) -> Type {
        match node.kind() {
            Kind::Attribute => {
                let Some(value) = node.child(Role::Value) else { return Type::Unknown };
                let found = self.member(value.ty(), node.symbol(), Some(node));
                match found {
                    Type::Unknown if node.is_in_application_state() => {
                        self.application_value(node.symbol()).map_or(found, Node::ty)
                    }
                    _ => found,
                }
            }
            Kind::Call => self.call_type(node),
            Kind::Await => node.child(Role::Value).map_or(Type::Unknown, |value| self.awaited(value.ty())),
            Kind::Named | Kind::Keyword | Kind::DictItem => {
                node.child(Role::Value).map_or(Type::Unknown, Node::ty)
            }
            Kind::Starred => node.child(Role::Item).map_or(Type::Unknown, Node::ty),
            Kind::Str | Kind::FString => self.builtin_instance(BUILTIN.text, Type::Unknown),
            Kind::Bytes => self.builtin_instance(BUILTIN.bytes, Type::Unknown),
            Kind::Number => self.builtin_instance(BUILTIN.number, Type::Unknown),
            Kind::None => Type::None,
            Kind::List | Kind::Set => {
                let class = if node.is(Kind::List) { BUILTIN.list } else { BUILTIN.set };
                let element = self.merged(node.children().take(8).map(Node::ty));
                self.builtin_instance(class, if element == Type::None { Type::Unknown } else { element })
            }
            Kind::Tuple => self.builtin_instance(BUILTIN.tuple, Type::Unknown),
            Kind::ListComp | Kind::Generator | Kind::SetComp => {
                let element = node.child(Role::Value).map_or(Type::Unknown, Node::ty);
                self.builtin_instance(BUILTIN.list, element)
            }
            Kind::Dict => {
                let element = self.merged(node.children().take(8).map(Node::ty));
                self.builtin_instance(
                    BUILTIN.dictionary,
                    if element == Type::None { Type::Unknown } else { element },
                )
            }
            Kind::DictComp => {
                let element = node.child(Role::Value).map_or(Type::Unknown, Node::ty);
                self.builtin_instance(BUILTIN.dictionary, element)
            }
            Kind::Conditional => self.merged(
                [Role::Body, Role::Orelse].into_iter().filter_map(|role| node.child(role)).map(Node::ty),
            ),
            Kind::BoolOp => {
                // `given or Client()`: what is unknown is taken to be what stands in for it.
                let kinds = node
                    .children()
                    .map(Node::ty)
                    .filter(|kind| node.operator() != Operator::Or || *kind != Type::Unknown);
                match self.merged(kinds) {
                    Type::None => Type::Unknown,
                    merged => merged,
                }
            }
            Kind::BinOp => self.binary_type(node),
            Kind::Subscript => {
                let value = node.child(Role::Value).map_or(Type::Unknown, Node::ty);
                let sliced = node.child(Role::Index).is_some_and(|index| index.is(Kind::Slice));
                match self.element(value) {
                    _ if sliced => value,
                    Type::Unknown => self.any_member(value),
                    element => element,
                }
            }
            Kind::Lambda | Kind::FunctionDef => Type::Function(node.place()),
            Kind::ClassDef => Type::Class(node.place()),
            _ => Type::Unknown,
        }
    }

    fn binary_type(&self, node: Node<'_>) -> Type {
        let (Some(left), Some(right)) = (node.child(Role::Left), node.child(Role::Right)) else {
            return Type::Unknown;
        };
        let (left, right) = (left.ty(), right.ty());
        if node.operator() == Operator::BitOr {
            for side in [left, right] {
                if self.type_has(side, ClassTag::Runnable)
                    && let Some(class) = stack::class("langchain_core.runnables.Runnable")
                {
                    return self.instance(class, Type::Unknown);
                }
            }
        }
        // `Path("a") / "b"` is a path, `text + text` a text.
        if left == right || self.type_has(left, ClassTag::Path) { left } else { Type::Unknown }
    }
}

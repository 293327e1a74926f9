//! The type of an attribute.

use super::table::UNKNOWN;
use super::{Method, Type};
use crate::semantic::{Model, Node};
use crate::stack::{self, Class};
use crate::syntax::Symbol;

impl Model<'_> {
    /// An attribute of a value of some type.
    pub(in crate::semantic) fn member(&self, kind: Type, name: Symbol, at: Option<Node<'_>>) -> Type {
        let text = self.text(name);
        match kind {
            Type::Module(file) => {
                self.module_member(file, name).map_or(Type::Unknown, |id| self.table.get(id))
            }
            Type::Path(path) => {
                if let Some(class) = self.table.path_class(path) {
                    // A method reached through the class itself: `ChatOpenAI.invoke`, or an alternative constructor.
                    let class_data: &'static Class = &stack::CLASSES[class as usize];
                    if let Some(method) = class_data.method(text) {
                        let receiver = self.table.intern(Type::Instance(class, UNKNOWN));
                        return Type::Bound(class, name, Method(method), receiver);
                    }
                }
                let child = self.table.child(path, name, text);
                // `import app.services.billing` reaches a given file through a dotted name.
                if self.table.path_function(child).is_none() && self.table.path_class(child).is_none() {
                    let full = self.table.path_text(child);
                    if let Some(node) = at
                        && let Some(file) = self.module_file(&full, node.file)
                        && self.files[file as usize].module.ends_with(&*full)
                    {
                        return Type::Module(file);
                    }
                    // An object that a file brings which was not given: `from app.store import store`.
                    if !self.table.is_described(path) {
                        return self.told_by_name(name, kind).unwrap_or(Type::Path(child));
                    }
                }
                Type::Path(child)
            }
            Type::Instance(class, _) => {
                let class_data: &'static Class = &stack::CLASSES[class as usize];
                if let Some(method) = class_data.method(text) {
                    return Type::Bound(class, name, Method(method), self.table.intern(kind));
                }
                match class_data.attribute(text) {
                    Some(expression) => self.evaluate(expression, kind, None),
                    None => self.any_member(kind),
                }
            }
            Type::Object(place) | Type::Class(place) => self.class_member(place, name, kind),
            Type::Unknown | Type::Foreign(_) => self.told_by_name(name, kind).unwrap_or(Type::Unknown),
            _ => Type::Unknown,
        }
    }

    /// What an object gives for every name and key that the tables do not list: `client.shop` and `client["shop"]` are
    /// databases.
    pub(super) fn any_member(&self, kind: Type) -> Type {
        let Type::Instance(class, _) = kind else { return Type::Unknown };
        let class: &'static Class = &stack::CLASSES[class as usize];
        class.attribute("*").map_or(Type::Unknown, |expression| self.evaluate(expression, kind, None))
    }

    /// A method that only one class has, by its name, of an object of which nothing is known.
    fn told_by_name(&self, name: Symbol, receiver: Type) -> Option<Type> {
        let text = self.text(name);
        let class = stack::told_by(text)?;
        let method = stack::CLASSES[class as usize].method(text)?;
        Some(Type::Bound(class, name, Method(method), self.table.intern(receiver)))
    }

    /// A method of the tables, bound to an object of a given class that derives from it.
    pub(in crate::semantic) fn bound_in_base(&self, base: u16, name: Symbol, receiver: Type) -> Type {
        let class: &'static Class = &stack::CLASSES[base as usize];
        let text = self.text(name);
        if let Some(method) = class.method(text) {
            return Type::Bound(base, name, Method(method), self.table.intern(receiver));
        }
        class.attribute(text).map_or(Type::Unknown, |expression| self.evaluate(expression, receiver, None))
    }
}

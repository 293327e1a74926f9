//! Types, as far as the code says them: annotations, constructors, factories, `with`, `self.x`, loops, dependencies.

mod annotations;
mod bindings;
mod calls;
mod expressions;
mod members;
mod parameters;
mod table;

use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::LazyLock;

use super::{Model, Node, Place};
use crate::stack::{self, Callable, Class, ClassTag};
use crate::syntax::{Kind, Symbol};

use table::UNKNOWN;
pub use table::{PathId, TypeId, TypeTable};

/// How far one answer may lean on others, before it counts as unknown: a bound on recursion, not on code.
const DEEPEST: u32 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    Unknown,
    None,
    /// A given file as a module.
    Module(u32),
    /// Something that a dotted name reaches outside the given files: a module, function or class itself.
    Path(PathId),
    /// A given class itself.
    Class(Place),
    /// A given function itself.
    Function(Place),
    /// A method of a given class, bound to an object.
    Method(Place),
    /// An instance of a class of the tables, with the type of its element if it is generic.
    Instance(u16, TypeId),
    /// An instance of a given class.
    Object(Place),
    /// An instance of a class that no table describes.
    Foreign(PathId),
    /// A method of an instance of the tables: the class, the method's name, its facts, and the instance's type.
    Bound(u16, Symbol, Method, TypeId),
    /// What a coroutine function gives: awaiting it gives the inner type.
    Awaitable(TypeId),
    /// A context manager made from a generator: entering it gives the inner type.
    Manager(TypeId),
}

/// The facts of a method, told apart by their address: the tables are static.
#[derive(Clone, Copy, Debug)]
pub struct Method(pub &'static Callable);

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Method {}

impl Hash for Method {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(self.0, state);
    }
}

/// The classes of Python's own literals and displays, looked up once: what so many expressions are.
struct Builtins {
    text: Option<u16>,
    bytes: Option<u16>,
    number: Option<u16>,
    list: Option<u16>,
    set: Option<u16>,
    tuple: Option<u16>,
    dictionary: Option<u16>,
}

static BUILTIN: LazyLock<Builtins> = LazyLock::new(|| Builtins {
    text: stack::class("builtins.str"),
    bytes: stack::class("builtins.bytes"),
    number: stack::class("builtins.int"),
    list: stack::class("builtins.list"),
    set: stack::class("builtins.set"),
    tuple: stack::class("builtins.tuple"),
    dictionary: stack::class("builtins.dict"),
});

impl<'m> Node<'m> {
    /// The type of the expression.
    pub fn ty(self) -> Type {
        match self.source_file().types[self.id as usize].get() {
            0 => self.first_type(),
            u32::MAX => Type::Unknown,
            known => self.model.table.get(TypeId(known - 1)),
        }
    }

    /// The type of the expression by its number, if it is known.
    pub(super) fn known_type(self) -> Option<TypeId> {
        let slot = &self.source_file().types[self.id as usize];
        if slot.get() == 0 {
            self.first_type();
        }
        // The first of all types is `Unknown`; what is just being found out is not known either.
        match slot.get() {
            0 | 1 | u32::MAX => None,
            known => Some(TypeId(known - 1)),
        }
    }

    /// Apart from `ty`, which is asked for one expression many times: there no more is then to do than a look.
    #[inline(never)]
    fn first_type(self) -> Type {
        let model = self.model;
        let slot = &self.source_file().types[self.id as usize];
        if model.depth.get() > DEEPEST {
            return Type::Unknown;
        }
        slot.set(u32::MAX);
        model.depth.set(model.depth.get() + 1);
        // A name's type has its number already, that of its bindings.
        let id = match self.kind() {
            Kind::Name => model.name_type(self),
            _ => model.table.intern(model.infer(self)),
        };
        model.depth.set(model.depth.get() - 1);
        slot.set(id.0 + 1);
        model.table.get(id)
    }

    /// The class of the tables that the value is an instance of: its own, or the nearest base of a given class.
    pub fn instance_of(self) -> Option<&'static Class> {
        self.model.class_of(self.ty())
    }

    /// Whether the value is an instance of a class with this tag.
    pub fn is_a(self, tag: ClassTag) -> bool {
        self.model.type_has(self.ty(), tag)
    }

    /// The full dotted name, if the expression names something outside the given files (`requests.get`), or the
    /// class of the tables and its method (`httpx.Client.get`).
    pub fn path(self) -> Option<Rc<str>> {
        self.model.path_of(self.ty())
    }

    /// Whether the expression names exactly this outside thing.
    pub fn names(self, path: &str) -> bool {
        let table = &self.model.table;
        let is_class = |class: u16, name: &str| stack::CLASSES[class as usize].name == name;
        match self.ty() {
            Type::Path(found) | Type::Foreign(found) => table.is_path(found, path),
            Type::Bound(class, name, ..) => path
                .rsplit_once('.')
                .is_some_and(|(of, method)| method == self.model.text(name) && is_class(class, of)),
            Type::Instance(class, _) => is_class(class, path),
            _ => false,
        }
    }
}

impl<'s> Model<'s> {
    /// An instance of a class of the tables.
    pub(super) fn instance_of_table(&self, class: u16) -> Type {
        Type::Instance(class, UNKNOWN)
    }

    /// The type behind a number.
    pub(super) fn inner(&self, id: TypeId) -> Type {
        self.table.get(id)
    }

    fn instance(&self, class: u16, element: Type) -> Type {
        Type::Instance(class, self.table.intern(element))
    }

    fn builtin_instance(&self, class: Option<u16>, element: Type) -> Type {
        class.map_or(Type::Unknown, |class| self.instance(class, element))
    }

    pub fn path_of(&self, kind: Type) -> Option<Rc<str>> {
        match kind {
            Type::Path(path) | Type::Foreign(path) => Some(self.table.path_text(path)),
            Type::Bound(class, name, ..) => {
                Some(format!("{}.{}", stack::CLASSES[class as usize].name, self.text(name)).into())
            }
            Type::Instance(class, _) => Some(stack::CLASSES[class as usize].name.into()),
            _ => None,
        }
    }

    /// The class of the tables that a value of this type is an instance of.
    pub fn class_of(&self, kind: Type) -> Option<&'static Class> {
        match kind {
            Type::Instance(class, _) => Some(&stack::CLASSES[class as usize]),
            Type::Object(place) => self.table_base(place).map(|class| &stack::CLASSES[class as usize]),
            _ => None,
        }
    }

    pub fn type_has(&self, kind: Type, tag: ClassTag) -> bool {
        match kind {
            Type::Instance(class, _) => stack::CLASSES[class as usize].has(tag),
            Type::Object(place) => self.class_has(place, tag),
            _ => false,
        }
    }

    /// The type of an element, of what awaiting gives, or of what entering gives.
    pub fn element(&self, kind: Type) -> Type {
        match kind {
            Type::Instance(_, element) => self.table.get(element),
            _ => Type::Unknown,
        }
    }

    /// What awaiting a value of this type gives.
    pub fn awaited(&self, kind: Type) -> Type {
        match kind {
            Type::Awaitable(inner) => self.table.get(inner),
            other => other,
        }
    }

    /// One type out of several: `None` gives way, and two that differ are unknown.
    fn merged(&self, kinds: impl Iterator<Item = Type>) -> Type {
        let mut found = Type::None;
        for kind in kinds {
            match (found, kind) {
                (_, Type::None) => {}
                (Type::None, _) => found = kind,
                (old, new) if old == new => {}
                (Type::Instance(a, x), Type::Instance(b, y)) if a == b => {
                    // `list[Unknown]` from an empty display gives way to the list that says more.
                    if self.table.get(x) == Type::Unknown {
                        found = Type::Instance(a, y);
                    } else if self.table.get(y) != Type::Unknown {
                        found = Type::Instance(a, UNKNOWN);
                    }
                }
                _ => return Type::Unknown,
            }
        }
        found
    }
}

//! The distinct types and outside names of a check, each with its number.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Type;
use crate::semantic::Api;
use crate::stack::{self, Callable};
use crate::syntax::Symbol;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(pub(super) u32);

/// A dotted name outside the given files, such as `requests.get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PathId(u32);

struct PathData {
    text: Rc<str>,
    function: Option<&'static Callable>,
    class: Option<u16>,
    /// What either of them says of a call.
    api: Option<Api>,
}

/// A list, and where each entry stands in it.
type Distinct<T, Key, Id> = (Vec<T>, FxHashMap<Key, Id>);

/// The distinct types and outside names of one check.
pub struct TypeTable {
    /// Each with what the tables say of a call of such a value: rules ask that of every call.
    types: RefCell<Distinct<(Type, Option<Api>), Type, TypeId>>,
    paths: RefCell<Distinct<PathData, Rc<str>, PathId>>,
    children: RefCell<FxHashMap<(PathId, Symbol), PathId>>,
}

impl Default for TypeTable {
    fn default() -> Self {
        let table =
            Self { types: RefCell::default(), paths: RefCell::default(), children: RefCell::default() };
        // What a file mostly needs, so that nothing is moved while these grow.
        table.types.borrow_mut().1.reserve(200);
        table.paths.borrow_mut().1.reserve(100);
        table.children.borrow_mut().reserve(50);
        table.types.borrow_mut().0.push((Type::Unknown, None));
        table.path("builtins");
        table
    }
}

pub(super) const UNKNOWN: TypeId = TypeId(0);

/// Python's own names, the first path of each table.
pub(super) const BUILTINS: PathId = PathId(0);

impl TypeTable {
    pub fn intern(&self, kind: Type) -> TypeId {
        // The first entry, and what most expressions are.
        if matches!(kind, Type::Unknown) {
            return UNKNOWN;
        }
        let (list, map) = &mut *self.types.borrow_mut();
        *map.entry(kind).or_insert_with(|| {
            let api = match kind {
                Type::Path(path) => self.path_api(path),
                Type::Bound(class, _, method, _) => Some(Api {
                    callable: method.0,
                    class: Some(&stack::CLASSES[class as usize]),
                    is_constructor: false,
                }),
                _ => None,
            };
            list.push((kind, api));
            TypeId(list.len() as u32 - 1)
        })
    }

    pub fn get(&self, id: TypeId) -> Type {
        self.types.borrow().0[id.0 as usize].0
    }

    /// The type, and what the tables say of a call of a value of it.
    pub fn with_api(&self, id: TypeId) -> (Type, Option<Api>) {
        self.types.borrow().0[id.0 as usize]
    }

    pub fn path(&self, text: &str) -> PathId {
        let (list, map) = &mut *self.paths.borrow_mut();
        if let Some(&found) = map.get(text) {
            return found;
        }
        let id = PathId(list.len() as u32);
        let text: Rc<str> = text.into();
        let (function, class) = (stack::function(&text), stack::class(&text));
        let api = match class {
            Some(class) => Some(Api::of_constructor(&stack::CLASSES[class as usize])),
            None => function.map(|callable| Api { callable, class: None, is_constructor: false }),
        };
        list.push(PathData { function, class, api, text: text.clone() });
        map.insert(text, id);
        id
    }

    pub(super) fn child(&self, parent: PathId, name: Symbol, text: &str) -> PathId {
        if let Some(&found) = self.children.borrow().get(&(parent, name)) {
            return found;
        }
        let full = [&*self.path_text(parent), text].join(".");
        let found = self.path(&full);
        self.children.borrow_mut().insert((parent, name), found);
        found
    }

    pub fn path_text(&self, path: PathId) -> Rc<str> {
        self.paths.borrow().0[path.0 as usize].text.clone()
    }

    pub fn is_path(&self, path: PathId, text: &str) -> bool {
        *self.paths.borrow().0[path.0 as usize].text == *text
    }

    pub fn path_function(&self, path: PathId) -> Option<&'static Callable> {
        self.paths.borrow().0[path.0 as usize].function
    }

    fn path_api(&self, path: PathId) -> Option<Api> {
        self.paths.borrow().0[path.0 as usize].api
    }

    /// Whether the tables describe the package that a name begins with.
    pub(super) fn is_described(&self, path: PathId) -> bool {
        stack::knows_package(self.path_text(path).split('.').next().unwrap_or_default())
    }

    pub fn path_class(&self, path: PathId) -> Option<u16> {
        self.paths.borrow().0[path.0 as usize].class
    }
}

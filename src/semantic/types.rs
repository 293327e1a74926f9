//! Types, as far as the code says them: annotations, constructors, factories, `with`, `self.x`, loops, dependencies.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Api, Model, Node, Place};
use crate::stack::{self, Callable, Class, ClassTag, TypeExpression};
use crate::syntax::{BindingId, BindingKind, Kind, Operator, Role, ScopeId, Symbol};

/// How far one answer may lean on others, before it counts as unknown: a bound on recursion, not on code.
const DEEPEST: u32 = 60;

/// A parameter's type is taken from the callers only where these are few: names like `get` are called everywhere.
const MOST_CALLERS: usize = 24;

/// Of a name that is bound more often than this in one scope, the last bindings decide.
const MOST_BINDINGS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(u32);

/// A dotted name outside the given files, such as `requests.get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PathId(u32);

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
pub(super) struct TypeTable {
    /// Each with what the tables say of a call of such a value: rules ask that of every call.
    types: RefCell<Distinct<(Type, Option<Api>), Type, TypeId>>,
    paths: RefCell<Distinct<PathData, Rc<str>, PathId>>,
    children: RefCell<FxHashMap<(PathId, Symbol), PathId>>,
}

impl Default for TypeTable {
    fn default() -> Self {
        let table =
            Self { types: RefCell::default(), paths: RefCell::default(), children: RefCell::default() };
        table.types.borrow_mut().0.push((Type::Unknown, None));
        table
    }
}

const UNKNOWN: TypeId = TypeId(0);

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

    /// What the tables say of a call of a value of this type.
    pub fn api(&self, id: TypeId) -> Option<Api> {
        self.types.borrow().0[id.0 as usize].1
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

    fn child(&self, parent: PathId, name: Symbol, text: &str) -> PathId {
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

    pub fn path_function(&self, path: PathId) -> Option<&'static Callable> {
        self.paths.borrow().0[path.0 as usize].function
    }

    pub fn path_api(&self, path: PathId) -> Option<Api> {
        self.paths.borrow().0[path.0 as usize].api
    }

    /// Whether the tables describe the package that a name begins with.
    fn is_described(&self, path: PathId) -> bool {
        stack::knows_package(self.path_text(path).split('.').next().unwrap_or_default())
    }

    pub fn path_class(&self, path: PathId) -> Option<u16> {
        self.paths.borrow().0[path.0 as usize].class
    }
}

fn builtin(name: &str) -> Option<u16> {
    stack::class(name)
}

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
            Type::Path(found) | Type::Foreign(found) => {
                table.paths.borrow().0[found.0 as usize].text[..] == *path
            }
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

    fn builtin_instance(&self, name: &str, element: Type) -> Type {
        builtin(name).map_or(Type::Unknown, |class| self.instance(class, element))
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

    /// The type of any expression but a name.
    fn infer(&self, node: Node<'_>) -> Type {
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
            Kind::Str | Kind::FString => self.builtin_instance("builtins.str", Type::Unknown),
            Kind::Bytes => self.builtin_instance("builtins.bytes", Type::Unknown),
            Kind::Number => self.builtin_instance("builtins.int", Type::Unknown),
            Kind::None => Type::None,
            Kind::List | Kind::Set => {
                let name = if node.is(Kind::List) { "builtins.list" } else { "builtins.set" };
                let element = self.merged(node.children().take(8).map(Node::ty));
                self.builtin_instance(name, if element == Type::None { Type::Unknown } else { element })
            }
            Kind::Tuple => self.builtin_instance("builtins.tuple", Type::Unknown),
            Kind::ListComp | Kind::Generator | Kind::SetComp => {
                let element = node.child(Role::Value).map_or(Type::Unknown, Node::ty);
                self.builtin_instance("builtins.list", element)
            }
            Kind::Dict => {
                let element = self.merged(node.children().take(8).map(Node::ty));
                self.builtin_instance(
                    "builtins.dict",
                    if element == Type::None { Type::Unknown } else { element },
                )
            }
            Kind::DictComp => {
                let element = node.child(Role::Value).map_or(Type::Unknown, Node::ty);
                self.builtin_instance("builtins.dict", element)
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

    // Names

    fn name_type(&self, node: Node<'_>) -> TypeId {
        if node.data().is_store {
            return self.target_type(node);
        }
        let Some(scope) = node.scope_of_name() else {
            return self.table.intern(self.outer_name(node.file, node.symbol()));
        };
        if node.is_in_flow_of(scope) {
            return self.type_of_bindings(node.file, &node.bindings_before(scope));
        }
        self.type_of_name(node.file, scope, node.symbol())
    }

    /// The type of a name as another function or file sees it: what all its bindings agree on. Asked for often,
    /// so it is remembered.
    pub(super) fn type_of_name(&self, file: u32, scope: ScopeId, name: Symbol) -> TypeId {
        if let Some(&known) = self.name_types.borrow().get(&(file, scope, name)) {
            return known;
        }
        let tree = &self.files[file as usize].tree;
        let bindings: Vec<BindingId> = tree.bindings_of(scope, name).take(MOST_BINDINGS).collect();
        let found = self.type_of_bindings(file, &bindings);
        if self.depth.get() < DEEPEST / 2 {
            self.name_types.borrow_mut().insert((file, scope, name), found);
        }
        found
    }

    /// A name that no scope of the file binds: from a star import, from an import that was not pasted with the rest, or
    /// Python's own.
    fn outer_name(&self, file: u32, name: Symbol) -> Type {
        if let Some(member) = self.module_member(file, name) {
            return self.table.get(member);
        }
        if let Some(assumed) = self.assumed_import(file, name) {
            return assumed;
        }
        Type::Path(self.table.child(self.table.path("builtins"), name, self.text(name)))
    }

    fn target_type(&self, node: Node<'_>) -> TypeId {
        let tree = &node.source_file().tree;
        let scope = node.scope_of_name().unwrap_or(node.data().scope);
        tree.bindings_of(scope, node.symbol())
            .find(|&binding| tree.bindings[binding as usize].node == node.id)
            .map_or(UNKNOWN, |binding| self.binding_type(node.file, binding))
    }

    pub(super) fn type_of_bindings(&self, file: u32, bindings: &[BindingId]) -> TypeId {
        // Mostly one reaches a use: then there is nothing to merge.
        if let &[binding] = bindings {
            return self.binding_type(file, binding);
        }
        let merged = self.merged(
            bindings
                .iter()
                .filter(|&&binding| {
                    let kind = self.files[file as usize].tree.bindings[binding as usize].kind;
                    !matches!(kind, BindingKind::Augmented | BindingKind::Delete)
                })
                .map(|&binding| self.table.get(self.binding_type(file, binding))),
        );
        self.table.intern(merged)
    }

    fn binding_type(&self, file: u32, binding: BindingId) -> TypeId {
        let slot = &self.files[file as usize].binding_types[binding as usize];
        match slot.get() {
            0 => {}
            u32::MAX => return UNKNOWN,
            known => return TypeId(known - 1),
        }
        if self.depth.get() > DEEPEST {
            return UNKNOWN;
        }
        slot.set(u32::MAX);
        self.depth.set(self.depth.get() + 1);
        let found = self.infer_binding(file, binding);
        self.depth.set(self.depth.get() - 1);
        let id = self.table.intern(found);
        slot.set(id.0 + 1);
        id
    }

    fn infer_binding(&self, file: u32, binding: BindingId) -> Type {
        let found = self.written_binding(file, binding);
        if !self.says_nothing(found) {
            return found;
        }
        let data = self.files[file as usize].tree.bindings[binding as usize];
        if !matches!(data.kind, BindingKind::Assignment | BindingKind::With | BindingKind::Parameter) {
            return found;
        }
        let target = self.node(Place { file, node: data.node });
        self.session_by_use(target, data.kind).unwrap_or(found)
    }

    fn written_binding(&self, file: u32, binding: BindingId) -> Type {
        let data = self.files[file as usize].tree.bindings[binding as usize];
        let node = self.node(Place { file, node: data.node });
        match data.kind {
            BindingKind::Import | BindingKind::ImportFrom => self.imported(file, data.node, data.kind),
            BindingKind::Function => Type::Function(node.place()),
            BindingKind::Class => Type::Class(node.place()),
            BindingKind::Parameter => self.written_parameter(node),
            BindingKind::Assignment | BindingKind::Named => self.assigned_type(node),
            BindingKind::Annotated => {
                let Some(statement) = node.parent() else { return Type::Unknown };
                let annotated =
                    statement.child(Role::Annotation).map_or(Type::Unknown, |a| self.annotation_type(a));
                if annotated != Type::Unknown && annotated != Type::None {
                    return annotated;
                }
                statement.child(Role::Value).map_or(Type::Unknown, Node::ty)
            }
            BindingKind::Loop | BindingKind::Comprehension => self.loop_type(node),
            BindingKind::With => self.with_type(node),
            BindingKind::Except => node
                .child(Role::Exception)
                .map_or(Type::Unknown, |exception| self.instance_of_class(exception.ty())),
            BindingKind::Augmented | BindingKind::Pattern | BindingKind::Delete => Type::Unknown,
        }
    }

    /// `x = value`, `a, b = value`, `(x := value)`.
    fn assigned_type(&self, target: Node<'_>) -> Type {
        let Some(parent) = target.parent() else { return Type::Unknown };
        match parent.kind() {
            Kind::Assign | Kind::Named => parent.child(Role::Value).map_or(Type::Unknown, Node::ty),
            Kind::Tuple | Kind::List => {
                let Some(value) =
                    parent.parent().filter(|outer| outer.is(Kind::Assign)).and_then(Node::value)
                else {
                    return Type::Unknown;
                };
                let index = parent.children().position(|child| child == target).unwrap_or(0);
                let value = value.unwrapped();
                match value.kind() {
                    Kind::Tuple | Kind::List => value.children().nth(index).map_or(Type::Unknown, Node::ty),
                    // `a, b = await asyncio.gather(f(), g())`
                    Kind::Call if value.callee_name() == "gather" => {
                        value.argument(index).map_or(Type::Unknown, |part| self.awaited(part.ty()))
                    }
                    _ => Type::Unknown,
                }
            }
            _ => Type::Unknown,
        }
    }

    fn loop_type(&self, target: Node<'_>) -> Type {
        let Some(parent) = target.parent() else { return Type::Unknown };
        match parent.kind() {
            Kind::For | Kind::Comprehension => {
                parent.child(Role::Iterable).map_or(Type::Unknown, |iterable| self.iterated(iterable))
            }
            Kind::Tuple => {
                // `for index, item in enumerate(items)`, `for key, value in table.items()`, `zip(…)`
                let Some(iterable) = parent.parent().and_then(|outer| outer.child(Role::Iterable)) else {
                    return Type::Unknown;
                };
                let index = parent.children().position(|child| child == target).unwrap_or(0);
                if !iterable.is(Kind::Call) {
                    return Type::Unknown;
                }
                let argument = |index| iterable.argument(index).map_or(Type::Unknown, |a| self.iterated(a));
                match iterable.callee_name() {
                    "enumerate" if index == 1 => argument(0),
                    "zip" => argument(index),
                    "items" if index == 1 => {
                        iterable.receiver().map_or(Type::Unknown, |table| self.element(table.ty()))
                    }
                    _ => Type::Unknown,
                }
            }
            _ => Type::Unknown,
        }
    }

    /// The type of an element of an iterable.
    pub fn iterated(&self, iterable: Node<'_>) -> Type {
        let kind = iterable.ty();
        if let Some(class) = self.class_of(kind)
            && let Some(expression) = class.inherited(|class| class.iterates.as_ref())
        {
            return self.evaluate(expression, kind, None);
        }
        self.element(kind)
    }

    fn with_type(&self, target: Node<'_>) -> Type {
        let Some(item) = target.ancestors().find(|node| node.is(Kind::WithItem)) else {
            return Type::Unknown;
        };
        if target.parent() != Some(item) {
            return Type::Unknown;
        }
        item.child(Role::Context).map_or(Type::Unknown, |context| self.entered(context.ty()))
    }

    /// What `with` or `async with` binds for a context manager of this type.
    pub fn entered(&self, kind: Type) -> Type {
        match kind {
            Type::Manager(inner) | Type::Awaitable(inner) => self.table.get(inner),
            Type::Object(place) => {
                for name in ["__aenter__", "__enter__"] {
                    if let Some(method) = self.method_of(place, name) {
                        let entered = self.awaited(self.return_type(method));
                        return if entered == Type::Unknown { kind } else { entered };
                    }
                }
                kind
            }
            _ => match self.class_of(kind).and_then(|class| class.inherited(|class| class.enters.as_ref())) {
                Some(expression) => self.evaluate(expression, kind, None),
                None => kind,
            },
        }
    }

    pub(super) fn parameter_type(&self, parameter: Node<'_>) -> Type {
        let written = self.written_parameter(parameter);
        if !self.says_nothing(written) {
            return written;
        }
        self.session_by_use(parameter, BindingKind::Parameter).unwrap_or(written)
    }

    fn written_parameter(&self, parameter: Node<'_>) -> Type {
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

    // Annotations

    /// The type of a value that is annotated so. `Optional` and `| None` are dropped.
    pub fn annotation_type(&self, annotation: Node<'_>) -> Type {
        if self.depth.get() > DEEPEST {
            return Type::Unknown;
        }
        self.depth.set(self.depth.get() + 1);
        let found = self.infer_annotation(annotation);
        self.depth.set(self.depth.get() - 1);
        found
    }

    fn infer_annotation(&self, annotation: Node<'_>) -> Type {
        match annotation.kind() {
            Kind::None => Type::None,
            Kind::Str => self.annotation_text(annotation),
            Kind::Name | Kind::Attribute => {
                let kind = annotation.ty();
                if matches!(kind, Type::Unknown | Type::Instance(..)) && annotation.is(Kind::Name) {
                    // An alias: `SessionDep = Annotated[AsyncSession, Depends(get_session)]`.
                    if let Some(value) = self.alias_value(annotation) {
                        return self.annotation_type(value);
                    }
                }
                self.instance_of_class(kind)
            }
            Kind::BinOp if annotation.operator() == Operator::BitOr => self.merged(
                [Role::Left, Role::Right]
                    .into_iter()
                    .filter_map(|role| annotation.child(role))
                    .map(|side| self.annotation_type(side)),
            ),
            Kind::Subscript => self.generic_annotation(annotation),
            _ => Type::Unknown,
        }
    }

    /// The expression that a name is an alias of, in this file or the one it is imported from.
    pub(super) fn alias_value<'a>(&'a self, name: Node<'a>) -> Option<Node<'a>> {
        let (file, scope, symbol) = match name.scope_of_name() {
            Some(scope) => (name.file, scope, name.symbol()),
            None => return None,
        };
        self.alias_in(file, scope, symbol, 0)
    }

    fn alias_in(&self, file: u32, scope: ScopeId, name: Symbol, hops: u32) -> Option<Node<'_>> {
        let tree = &self.files[file as usize].tree;
        let mut bindings = tree.bindings_of(scope, name);
        let binding = tree.bindings[bindings.next()? as usize];
        let node = self.node(Place { file, node: binding.node });
        match binding.kind {
            BindingKind::Assignment | BindingKind::Annotated => node.parent()?.child(Role::Value),
            BindingKind::ImportFrom if hops < 6 => {
                let module =
                    self.absolute_module(&self.files[file as usize], self.text(node.parent()?.symbol()));
                let found = self.module_file(&module, file)?;
                self.alias_in(found, 0, node.symbol(), hops + 1)
            }
            _ => None,
        }
    }

    fn annotation_text(&self, annotation: Node<'_>) -> Type {
        let text = annotation.name().trim();
        let text = text.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let text = text.split('|').map(str::trim).find(|part| *part != "None").unwrap_or(text);
        let text = text.split('[').next().unwrap_or(text);
        let mut parts = text.split('.');
        let Some(first) = parts.next().and_then(|part| self.symbol(part)) else { return Type::Unknown };
        let mut scope = annotation.data().scope;
        let tree = &annotation.source_file().tree;
        let mut kind = loop {
            if tree.last_binding.contains_key(&(scope, first)) {
                break self.table.get(self.type_of_name(annotation.file, scope, first));
            }
            if scope == 0 {
                break self.outer_name(annotation.file, first);
            }
            scope = tree.scopes[scope as usize].parent;
        };
        for part in parts {
            let Some(name) = self.symbol(part) else { return Type::Unknown };
            kind = self.member(kind, name, None);
        }
        self.instance_of_class(kind)
    }

    fn generic_annotation(&self, annotation: Node<'_>) -> Type {
        let (Some(value), Some(index)) = (annotation.child(Role::Value), annotation.child(Role::Index))
        else {
            return Type::Unknown;
        };
        let first = if index.is(Kind::Tuple) { index.children().next() } else { Some(index) };
        let last = if index.is(Kind::Tuple) { index.children().last() } else { Some(index) };
        let Some(path) = value.path() else { return Type::Unknown };
        let of = |node: Option<Node<'_>>| node.map_or(Type::Unknown, |node| self.annotation_type(node));
        let name = path.rsplit('.').next().unwrap_or(&path);
        match name {
            "Annotated" => {
                let inner = of(first);
                if inner != Type::Unknown {
                    return inner;
                }
                index
                    .children()
                    .skip(1)
                    .find_map(|extra| self.dependency_of(extra))
                    .map_or(Type::Unknown, |dependency| self.dependency_type(dependency))
            }
            "Optional" | "Final" | "ClassVar" | "Required" | "NotRequired" | "Mapped" => of(first),
            "Union" => self.merged(index.children().map(|child| self.annotation_type(child))),
            "Type" | "type" => match of(first) {
                Type::Object(place) => Type::Class(place),
                Type::Foreign(path) => Type::Path(path),
                Type::Instance(class, _) => Type::Path(self.table.path(stack::CLASSES[class as usize].name)),
                _ => Type::Unknown,
            },
            "list" | "List" | "Sequence" | "Iterable" | "Iterator" | "AsyncIterator" | "AsyncIterable"
            | "Generator" | "AsyncGenerator" | "Collection" | "MutableSequence" => {
                self.builtin_instance("builtins.list", of(first))
            }
            "set" | "Set" | "frozenset" | "FrozenSet" => self.builtin_instance("builtins.set", of(first)),
            "dict" | "Dict" | "Mapping" | "MutableMapping" | "defaultdict" | "OrderedDict"
            | "DefaultDict" => self.builtin_instance("builtins.dict", of(last)),
            "tuple" | "Tuple" => self.builtin_instance("builtins.tuple", Type::Unknown),
            "Awaitable" | "Coroutine" | "Future" => Type::Awaitable(self.table.intern(of(last))),
            _ => match self.instance_of_class(value.ty()) {
                Type::Instance(class, _) => self.instance(class, of(first)),
                other => other,
            },
        }
    }

    /// An instance of what a class expression names.
    pub fn instance_of_class(&self, class: Type) -> Type {
        match class {
            Type::Class(place) => Type::Object(place),
            Type::Path(path) => match self.table.path_class(path) {
                Some(class) => Type::Instance(class, UNKNOWN),
                None if self.table.path_text(path).starts_with("typing.") => Type::Unknown,
                None => Type::Foreign(path),
            },
            _ => Type::Unknown,
        }
    }

    // Dependencies

    /// The callable that `Depends(callable)` or `Security(callable)` names.
    pub fn dependency_of<'a>(&'a self, call: Node<'a>) -> Option<Node<'a>> {
        if !call.is(Kind::Call) || !matches!(call.callee_name(), "Depends" | "Security") {
            return None;
        }
        call.argument_or_keyword(0, "dependency")
    }

    /// What FastAPI injects for a dependency: what it returns, or what it yields.
    fn dependency_type(&self, dependency: Node<'_>) -> Type {
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

    // Functions

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
            return self.builtin_instance("builtins.list", element);
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

    fn yielded_type(&self, function: Node<'_>) -> Type {
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

    // Calls and members

    fn call_type(&self, call: Node<'_>) -> Type {
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
                self.builtin_instance("builtins.list", element)
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

    fn evaluate(&self, expression: &TypeExpression, receiver: Type, call: Option<Node<'_>>) -> Type {
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

    /// An attribute of a value of some type.
    pub(super) fn member(&self, kind: Type, name: Symbol, at: Option<Node<'_>>) -> Type {
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
    fn any_member(&self, kind: Type) -> Type {
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
    pub(super) fn bound_in_base(&self, base: u16, name: Symbol, receiver: Type) -> Type {
        let class: &'static Class = &stack::CLASSES[base as usize];
        let text = self.text(name);
        if let Some(method) = class.method(text) {
            return Type::Bound(base, name, Method(method), self.table.intern(receiver));
        }
        class.attribute(text).map_or(Type::Unknown, |expression| self.evaluate(expression, receiver, None))
    }
}

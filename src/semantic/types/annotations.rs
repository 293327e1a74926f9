//! What an annotation says.

use super::table::UNKNOWN;
use super::{BUILTIN, DEEPEST, Type};
use crate::semantic::{Model, Node, Place};
use crate::stack;
use crate::syntax::{BindingKind, Kind, Operator, Role, ScopeId, Symbol};

impl Model<'_> {
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
    pub(in crate::semantic) fn alias_value<'a>(&'a self, name: Node<'a>) -> Option<Node<'a>> {
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
                self.builtin_instance(BUILTIN.list, of(first))
            }
            "set" | "Set" | "frozenset" | "FrozenSet" => self.builtin_instance(BUILTIN.set, of(first)),
            "dict" | "Dict" | "Mapping" | "MutableMapping" | "defaultdict" | "OrderedDict"
            | "DefaultDict" => self.builtin_instance(BUILTIN.dictionary, of(last)),
            "tuple" | "Tuple" => self.builtin_instance(BUILTIN.tuple, Type::Unknown),
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
}

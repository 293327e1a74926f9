//! The type of a name: what its bindings give it.

use smallvec::SmallVec;

use super::table::{BUILTINS, TypeId, UNKNOWN};
use super::{DEEPEST, Type};
use crate::semantic::{Model, Node, Place};
use crate::syntax::{BindingId, BindingKind, Kind, Role, ScopeId, Symbol};

/// Of a name that is bound more often than this in one scope, the last bindings decide.
const MOST_BINDINGS: usize = 8;

impl Model<'_> {
    pub(super) fn name_type(&self, node: Node<'_>) -> TypeId {
        if node.data().is_store {
            return self.target_type(node);
        }
        let Some((scope, last)) = node.bound_in() else {
            return self.type_of_outer_name(node.file, node.symbol());
        };
        if node.is_in_flow_of(scope) {
            return self.type_of_bindings(node.file, &node.bindings_before(last));
        }
        self.type_of_all(node.file, last)
    }

    /// The type of a name as another function or file sees it: what all its bindings agree on. Asked for often,
    /// so it is remembered.
    pub(in crate::semantic) fn type_of_name(&self, file: u32, scope: ScopeId, name: Symbol) -> TypeId {
        let last = self.files[file as usize].tree.last_binding.get(&(scope, name)).copied();
        self.type_of_all(file, last)
    }

    /// The same for the name whose last binding this is.
    fn type_of_all(&self, file: u32, last: Option<BindingId>) -> TypeId {
        let data = &self.files[file as usize];
        let Some(last) = last else { return self.type_of_bindings(file, &[]) };
        let slot = &data.name_types[last as usize];
        if slot.get() != 0 {
            return TypeId(slot.get() - 1);
        }
        let bindings: SmallVec<[BindingId; 8]> =
            data.tree.bindings_from(Some(last)).take(MOST_BINDINGS).collect();
        let found = self.type_of_bindings(file, &bindings);
        if self.depth.get() < DEEPEST / 2 {
            slot.set(found.0 + 1);
        }
        found
    }

    /// The type of a name that no scope of the file binds. Most are Python's own and named again and again, so it is
    /// remembered.
    fn type_of_outer_name(&self, file: u32, name: Symbol) -> TypeId {
        let key = (file, name);
        if let Some(&known) = self.outer_types.borrow().get(&key) {
            return known;
        }
        let found = self.table.intern(self.outer_name(file, name));
        if self.depth.get() < DEEPEST / 2 {
            self.outer_types.borrow_mut().insert(key, found);
        }
        found
    }

    /// A name that no scope of the file binds: from a star import, from an import that was not pasted with the rest, or
    /// Python's own.
    pub(super) fn outer_name(&self, file: u32, name: Symbol) -> Type {
        if let Some(member) = self.module_member(file, name) {
            return self.table.get(member);
        }
        if let Some(assumed) = self.assumed_import(file, name) {
            return assumed;
        }
        Type::Path(self.table.child(BUILTINS, name, self.text(name)))
    }

    fn target_type(&self, node: Node<'_>) -> TypeId {
        let tree = &node.source_file().tree;
        let scope = node.scope_of_name().unwrap_or(node.data().scope);
        tree.bindings_of(scope, node.symbol())
            .find(|&binding| tree.bindings[binding as usize].node == node.id)
            .map_or(UNKNOWN, |binding| self.binding_type(node.file, binding))
    }

    fn type_of_bindings(&self, file: u32, bindings: &[BindingId]) -> TypeId {
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
}

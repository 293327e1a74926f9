//! What a process keeps for all requests: containers and numbers of modules, classes, single objects and the
//! application, and the places that change them.

use rustc_hash::FxHashMap;

use super::types::Type;
use super::{Model, Node, Place};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role, Symbol};

/// Methods that change the container on which they are called.
const CHANGING: [&str; 18] = [
    "append",
    "appendleft",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "popleft",
    "remove",
    "discard",
    "clear",
    "put",
    "put_nowait",
    "move_to_end",
    "push",
    "subtract",
];

/// State that lives as long as the process.
pub struct SharedState<'m> {
    /// The target of the assignment that makes it.
    pub definition: Node<'m>,
    /// What it is made of at first.
    pub value: Node<'m>,
    /// The statements and calls in functions that change it, in order.
    pub changes: Vec<Node<'m>>,
}

impl<'m> SharedState<'m> {
    pub fn name(&self) -> &'m str {
        self.definition.name()
    }

    /// A change by which a function counts requests, in order to refuse those that are too many.
    pub fn limiter_change(&self) -> Option<Node<'m>> {
        self.changes
            .iter()
            .copied()
            .find(|change| change.function().is_some_and(|function| function.raises_too_many().is_some()))
    }

    /// What the changes put in: assigned values and arguments.
    pub fn additions(&self) -> impl Iterator<Item = Node<'m>> {
        self.changes.iter().flat_map(|change| {
            let value = if change.is(Kind::Call) { None } else { change.child(Role::Value) };
            let arguments = if change.is(Kind::Call) { change.positional().last() } else { None };
            value.into_iter().chain(arguments)
        })
    }
}

impl<'s> Model<'s> {
    /// The state of the process that functions of the given files change, tests and scripts left out.
    pub fn shared_state(&self) -> Vec<SharedState<'_>> {
        let mut changes: FxHashMap<Place, Vec<Node<'_>>> = FxHashMap::default();
        for (expression, change) in self.changes_of_containers() {
            if let Some(definition) = expression.defining_target() {
                changes.entry(definition.place()).or_default().push(change);
            }
        }
        let mut found: Vec<SharedState<'_>> = changes
            .into_iter()
            .filter_map(|(place, mut changes)| {
                let definition = self.node(place);
                let value = definition.parent()?.child(Role::Value)?;
                changes.sort_by_key(|change| change.place());
                Some(SharedState { definition, value, changes })
            })
            .collect();
        found.sort_by_key(|state| state.definition.place());
        found
    }

    /// Each place in a function that changes a container or adds to a global, with the expression that is changed.
    fn changes_of_containers(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let is_checked = |node: &Node<'_>| {
            !node.is_outside_production() && !node.source_file().is_script && node.function().is_some()
        };
        let called = CHANGING
            .iter()
            .flat_map(|name| self.calls_named(name))
            .filter(is_checked)
            .filter_map(|call| Some((call.receiver()?, call)));
        let assigned = self.assignments().filter(is_checked).flat_map(|assignment| {
            assignment.targets().filter_map(move |target| match target.kind() {
                Kind::Subscript => Some((target.child(Role::Value)?, assignment)),
                Kind::Name if assignment.is(Kind::AugAssign) && target.scope_of_name() == Some(0) => {
                    Some((target, assignment))
                }
                _ => None,
            })
        });
        called.chain(assigned)
    }
}

impl<'m> Node<'m> {
    /// The target of the assignment that made the state which this expression names, if all requests share it.
    fn defining_target(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        match self.kind() {
            Kind::Name if self.scope_of_name() == Some(0) => model.module_target(self.file, self.symbol(), 0),
            Kind::Subscript => self.child(Role::Value)?.defining_target(),
            Kind::Attribute => {
                let receiver = self.receiver()?;
                match receiver.ty() {
                    Type::Module(file) => model.module_target(file, self.symbol(), 0),
                    Type::Class(class) => model.class_state(class, self),
                    Type::Object(class) => {
                        let own = model.self_assignments(class, self.symbol());
                        if own.is_empty() {
                            return model.class_state(class, self);
                        }
                        model.made_at_import(class)?;
                        own.into_iter().find(|target| {
                            target.function().is_some_and(|function| function.name() == "__init__")
                                && target
                                    .parent()
                                    .and_then(|a| a.child(Role::Value))
                                    .is_some_and(Node::makes_container)
                        })
                    }
                    _ if receiver.is(Kind::Attribute) && receiver.name() == "state" => {
                        model.application_state(self.symbol())
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the expression makes a container that can be changed.
    pub fn makes_container(self) -> bool {
        match self.kind() {
            Kind::Dict | Kind::List | Kind::Set | Kind::DictComp | Kind::ListComp | Kind::SetComp => true,
            Kind::Call => {
                self.api().filter(|api| api.is_constructor).and_then(|api| api.class).is_some_and(|class| {
                    ["builtins.dict", "builtins.list", "builtins.set", "collections.deque"]
                        .iter()
                        .any(|base| class.derives_from(base))
                        || class.has(ClassTag::Cache)
                        || class.has(ClassTag::Queue)
                })
            }
            _ => false,
        }
    }
}

impl<'s> Model<'s> {
    /// The assignment of a module that makes a container or a number, followed through imports.
    fn module_target(&self, file: u32, name: Symbol, hops: u32) -> Option<Node<'_>> {
        use crate::syntax::BindingKind;
        let tree = &self.files[file as usize].tree;
        for binding in tree.bindings_of(0, name) {
            let data = tree.bindings[binding as usize];
            let node = self.node(Place { file, node: data.node });
            match data.kind {
                BindingKind::ImportFrom if hops < 6 => {
                    let written = self.text(node.parent()?.symbol());
                    let module = self.absolute_module(&self.files[file as usize], written);
                    let found = self.module_file(&module, file)?;
                    return self.module_target(found, node.symbol(), hops + 1);
                }
                BindingKind::Assignment | BindingKind::Annotated if node.function().is_none() => {
                    let value = node.parent()?.child(Role::Value)?;
                    return (value.makes_container() || value.is(Kind::Number)).then_some(node);
                }
                _ => {}
            }
        }
        None
    }

    /// The class attribute that makes a container; fields of data classes are copied for each instance.
    fn class_state<'m>(&'m self, class: Place, attribute: Node<'m>) -> Option<Node<'m>> {
        let copied = self.class_has(class, ClassTag::DataModel)
            || self.is_orm_model(class)
            || self.node(class).decorators().next().is_some();
        let target = self.class_attribute(class, attribute.name()).filter(|_| !copied)?;
        target.parent()?.child(Role::Value)?.makes_container().then_some(target)
    }

    /// `app.state.name = {}`
    fn application_state(&self, name: Symbol) -> Option<Node<'_>> {
        self.assignments().flat_map(Node::targets).find(|target| {
            target.is(Kind::Attribute)
                && target.symbol() == name
                && target.receiver().is_some_and(|state| {
                    state.is(Kind::Attribute)
                        && state.name() == "state"
                        && state.receiver().is_some_and(|app| app.is_a(ClassTag::App))
                })
                && target.parent().and_then(|a| a.child(Role::Value)).is_some_and(Node::makes_container)
        })
    }
}

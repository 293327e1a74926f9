//! Given classes: bases, methods, attributes set through `self`.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::types::Type;
use super::{Model, Node, Place};
use crate::stack::{self, ClassTag};
use crate::syntax::{BindingKind, Kind, Role, Symbol};

/// What is remembered of a class.
pub(super) struct ClassFacts {
    /// Given base classes, in order.
    bases: Vec<Place>,
    /// Base classes of the tables.
    table_bases: Vec<u16>,
    /// The targets of `self.name = …` in its methods.
    attributes: FxHashMap<Symbol, Vec<u32>>,
    scope: Option<u32>,
}

impl<'m> Node<'m> {
    /// Whether what this call makes belongs to one object: it is assigned to an attribute of `self`.
    pub fn is_of_each_object(self) -> bool {
        let targets = self.parent().filter(|it| matches!(it.kind(), Kind::Assign | Kind::AnnAssign));
        targets.into_iter().flat_map(Node::targets).any(|target| {
            target.is(Kind::Attribute) && target.receiver().is_some_and(|of| of.name() == "self")
        })
    }
}

impl<'s> Model<'s> {
    fn class_facts(&self, class: Place) -> Rc<ClassFacts> {
        if let Some(known) = self.classes.borrow().get(&class) {
            return known.clone();
        }
        let node = self.node(class);
        let tree = &node.source_file().tree;
        let mut attributes: FxHashMap<Symbol, Vec<u32>> = FxHashMap::default();
        for assignment in node.within(&tree.assignments) {
            for target in assignment.targets() {
                if target.is(Kind::Attribute) && target.receiver().is_some_and(|r| r.is_self_of(node)) {
                    attributes.entry(target.symbol()).or_default().push(target.id);
                }
            }
        }
        // The body's statements stand in the class's own scope.
        let scope = node.body().map(|body| body.data().scope);
        let mut facts = ClassFacts { bases: Vec::new(), table_bases: Vec::new(), attributes, scope };
        // Remembered before the bases are resolved, so that a class that names itself as its base ends.
        let empty = ClassFacts {
            bases: Vec::new(),
            table_bases: Vec::new(),
            attributes: FxHashMap::default(),
            scope,
        };
        self.classes.borrow_mut().insert(class, Rc::new(empty));
        for base in node.children().filter(|child| child.role() == Role::Base && !child.is(Kind::Keyword)) {
            let base = if base.is(Kind::Subscript) { base.child(Role::Value).unwrap_or(base) } else { base };
            match base.ty() {
                Type::Class(place) | Type::Object(place) if place != class => facts.bases.push(place),
                // `Base = declarative_base()` gives an instance where Python has a class.
                Type::Instance(index, _) => facts.table_bases.push(index),
                Type::Path(path) => facts.table_bases.extend(self.table.path_class(path)),
                _ => {}
            }
        }
        let facts = Rc::new(facts);
        self.classes.borrow_mut().insert(class, facts.clone());
        facts
    }

    /// The class and its given bases, the nearest first, each once.
    fn lineage(&self, class: Place) -> SmallVec<[(Place, Rc<ClassFacts>); 4]> {
        let mut found: SmallVec<[(Place, Rc<ClassFacts>); 4]> = SmallVec::new();
        let mut open: SmallVec<[Place; 4]> = smallvec![class];
        while let Some(next) = open.pop() {
            if found.len() > 24 || found.iter().any(|(seen, _)| *seen == next) {
                continue;
            }
            let facts = self.class_facts(next);
            open.extend(facts.bases.iter().rev().copied());
            found.push((next, facts));
        }
        found
    }

    /// Whether a given class is another one, or derives from it.
    pub fn derives_from(&self, class: Place, base: Place) -> bool {
        self.lineage(class).iter().any(|(place, _)| *place == base)
    }

    /// A given class and its given bases, the nearest first.
    pub(super) fn given_bases(&self, class: Place) -> impl Iterator<Item = Place> {
        self.lineage(class).into_iter().map(|(place, _)| place)
    }

    /// Whether a given class, or a given base of it, has a base that neither the given files nor the tables show.
    pub(super) fn has_unseen_base(&self, class: Place) -> bool {
        const PLAIN: [&str; 5] = ["object", "ABC", "Protocol", "Generic", "metaclass"];
        self.lineage(class).iter().any(|(place, _)| {
            let bases = self.node(*place).children().filter(|child| child.role() == Role::Base);
            let mut written = bases
                .map(|base| base.child(Role::Value).filter(|_| base.is(Kind::Subscript)).unwrap_or(base));
            written.any(|base| {
                let is_seen = match base.ty() {
                    Type::Class(_) | Type::Object(_) | Type::Instance(..) => true,
                    Type::Path(path) => self.table.path_class(path).is_some(),
                    _ => false,
                };
                !is_seen && !PLAIN.contains(&base.name())
            })
        })
    }

    /// The nearest class of the tables that a given class derives from.
    pub fn table_base(&self, class: Place) -> Option<u16> {
        self.lineage(class).iter().find_map(|(_, facts)| facts.table_bases.first().copied())
    }

    pub fn class_has(&self, class: Place, tag: ClassTag) -> bool {
        self.lineage(class)
            .iter()
            .any(|(_, facts)| facts.table_bases.iter().any(|&base| stack::CLASSES[base as usize].has(tag)))
    }

    /// A method of a given class or of its given bases.
    pub fn method_of(&self, class: Place, name: &str) -> Option<Place> {
        let name = self.symbol(name)?;
        self.lineage(class).iter().find_map(|(place, facts)| self.own_method(*place, facts, name))
    }

    fn own_method(&self, class: Place, facts: &ClassFacts, name: Symbol) -> Option<Place> {
        let tree = &self.files[class.file as usize].tree;
        let binding = tree.bindings_of(facts.scope?, name).next()?;
        let data = tree.bindings[binding as usize];
        (data.kind == BindingKind::Function).then_some(Place { file: class.file, node: data.node })
    }

    /// The methods of given bases of a class that have one of these names, each with its place among the names.
    pub(super) fn overridden_methods(&self, class: Place, names: &[Symbol]) -> Vec<(usize, Place)> {
        let mut found = Vec::new();
        for (base, facts) in self.lineage(class).iter().skip(1) {
            for (index, &name) in names.iter().enumerate() {
                found.extend(self.own_method(*base, facts, name).map(|method| (index, method)));
            }
        }
        found
    }

    /// The assignment target or definition that binds a name in a class's body, its given bases included.
    pub fn class_attribute(&self, class: Place, name: &str) -> Option<Node<'_>> {
        let name = self.symbol(name)?;
        self.lineage(class).iter().find_map(|(place, facts)| {
            let tree = &self.files[place.file as usize].tree;
            let binding = tree.bindings_of(facts.scope?, name).next()?;
            Some(self.node(Place { file: place.file, node: tree.bindings[binding as usize].node }))
        })
    }

    /// Whether the class is mapped to a table: by its bases, or because it names its table.
    pub fn is_orm_model(&self, class: Place) -> bool {
        self.class_has(class, ClassTag::OrmBase) || self.class_attribute(class, "__tablename__").is_some()
    }

    /// The places at which `self.name` is assigned in a class, its given bases included.
    pub fn self_assignments(&self, class: Place, name: Symbol) -> Vec<Node<'_>> {
        self.lineage(class)
            .iter()
            .flat_map(|(place, facts)| {
                let targets = facts.attributes.get(&name).cloned().unwrap_or_default();
                targets.into_iter().map(|node| self.node(Place { file: place.file, node }))
            })
            .collect()
    }

    pub(super) fn class_member(&self, class: Place, name: Symbol, receiver: Type) -> Type {
        let is_object = matches!(receiver, Type::Object(_));
        for (place, facts) in self.lineage(class) {
            let tree = &self.files[place.file as usize].tree;
            if let Some(scope) = facts.scope
                && let Some(binding) = tree.bindings_of(scope, name).next()
            {
                let data = tree.bindings[binding as usize];
                let node = self.node(Place { file: place.file, node: data.node });
                if data.kind == BindingKind::Function {
                    let is_property = node
                        .decorators()
                        .any(|decorator| matches!(decorator.name(), "property" | "cached_property"));
                    return if is_property && is_object {
                        self.awaited(self.return_type(node.place()))
                    } else if is_object {
                        Type::Method(node.place())
                    } else {
                        Type::Function(node.place())
                    };
                }
                let found = self.table.get(self.type_of_name(place.file, scope, name));
                if found != Type::Unknown && found != Type::None {
                    return found;
                }
            }
            if is_object && let Some(targets) = facts.attributes.get(&name) {
                let found = self.attribute_type(place.file, targets);
                if found != Type::Unknown {
                    return found;
                }
            }
        }
        self.lineage(class)
            .iter()
            .flat_map(|(_, facts)| facts.table_bases.iter())
            .map(|&base| self.bound_in_base(base, name, receiver))
            .find(|found| *found != Type::Unknown)
            .unwrap_or(Type::Unknown)
    }

    /// What the assignments to `self.name` agree on.
    fn attribute_type(&self, file: u32, targets: &[u32]) -> Type {
        let mut found = Type::None;
        for &target in targets {
            let target = self.node(Place { file, node: target });
            let Some(statement) = target.parent() else { continue };
            let kind = match statement.kind() {
                Kind::AnnAssign => {
                    let annotated = statement
                        .child(Role::Annotation)
                        .map_or(Type::Unknown, |node| self.annotation_type(node));
                    if annotated == Type::Unknown {
                        statement.child(Role::Value).map_or(Type::Unknown, Node::ty)
                    } else {
                        annotated
                    }
                }
                Kind::Assign => statement.child(Role::Value).map_or(Type::Unknown, Node::ty),
                Kind::AugAssign => continue,
                _ => Type::Unknown,
            };
            match (found, kind) {
                (_, Type::None) => {}
                (Type::None, kind) => found = kind,
                (old, new) if old == new => {}
                _ => return Type::Unknown,
            }
        }
        found
    }
}

impl<'m> Node<'m> {
    /// Whether the expression is the first parameter of a method of this class.
    fn is_self_of(self, class: Node<'m>) -> bool {
        if !self.is(Kind::Name) {
            return false;
        }
        let Some(mut function) = self.function() else { return false };
        // A nested function sees the method's `self`.
        while function.owner() != Some(class) {
            match function.function() {
                Some(outer) => function = outer,
                None => return false,
            }
        }
        function.parameters().next().is_some_and(|first| first.symbol() == self.symbol())
    }
}

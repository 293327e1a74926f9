//! Who asks, and who has chosen: programs, whoever runs a command, an operator's setting.

use rustc_hash::FxHashMap;

use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, has_word, words_of};
use crate::stack::Tag;
use crate::syntax::{Kind, Role, Symbol};

/// The most given classes that may implement a method for a call of it to be followed into each of them.
const FEW: usize = 6;

/// Methods of given classes that stand in for those of a given base.
#[derive(Default)]
pub(in crate::semantic) struct Overriding {
    /// Of a method, those that override it.
    by: FxHashMap<Place, Vec<Place>>,
    /// Of a method, those that it overrides.
    of: FxHashMap<Place, Vec<Place>>,
}

impl Overriding {
    fn find(model: &Model<'_>) -> Self {
        let mut found = Self::default();
        let is_derived = |class: &Node<'_>| class.children().any(|child| child.role() == Role::Base);
        for class in model.classes().filter(|class| is_derived(class) && !class.source_file().is_test) {
            let own = class.body().into_iter().flat_map(Node::children);
            let methods: Vec<Node<'_>> = own
                .filter(|it| it.is(Kind::FunctionDef) && !it.name().starts_with("__") && !it.is_stub())
                .collect();
            let names: Vec<Symbol> = methods.iter().map(|method| method.symbol()).collect();
            for (index, of_base) in model.overridden_methods(class.place(), &names) {
                let method = methods[index].place();
                let known = found.by.entry(of_base).or_default();
                if !known.contains(&method) {
                    known.push(method);
                    found.of.entry(method).or_default().push(of_base);
                }
            }
        }
        found
    }
}

impl Model<'_> {
    fn overriding(&self) -> Option<&Overriding> {
        // While types are still being found out, nothing is known yet.
        if self.overriding.get().is_none() && !self.is_settled() {
            return None;
        }
        Some(self.overriding.get_or_init(|| Overriding::find(self)))
    }

    /// The methods that run where this one of a base class is called, in given classes derived from it; none where they are
    /// many.
    pub(in crate::semantic) fn implementations(&self, method: Place) -> &[Place] {
        let found = self.overriding().and_then(|all| all.by.get(&method));
        found.filter(|found| found.len() <= FEW).map(Vec::as_slice).unwrap_or_default()
    }

    /// The calls that run a given function, those through a base class among them.
    pub(in crate::semantic) fn runners_of(&self, function: Place) -> impl Iterator<Item = Node<'_>> {
        let bases = self.overriding().and_then(|all| all.of.get(&function)).into_iter().flatten();
        let through_base = bases
            .filter(|base| !self.implementations(**base).is_empty())
            .flat_map(|base| self.callers_of(*base))
            .map(|&call| self.node(call))
            .filter(|call| call.receiver().is_none_or(|object| object.callee_name() != "super"));
        self.callers_of(function).iter().map(|&call| self.node(call)).chain(through_base)
    }

    /// What `with` runs: the methods that enter and leave an object of a given class. Their caller is the item.
    pub(in crate::semantic) fn add_entered(&self, callers: &mut FxHashMap<Place, Vec<Place>>) {
        for with in self.withs() {
            let names = match with.is_async() {
                true => ["__aenter__", "__aexit__"],
                false => ["__enter__", "__exit__"],
            };
            for item in with.children().filter(|child| child.is(Kind::WithItem)) {
                let Some(Type::Object(class)) = item.child(Role::Context).map(Node::ty) else { continue };
                for method in names.into_iter().filter_map(|name| self.method_of(class, name)) {
                    callers.entry(method).or_default().push(item.place());
                }
            }
        }
    }

    /// Methods of objects that a function which was not given makes, and FastAPI injects: only one given class has a
    /// method of that name, and the parameter, or what is depended on, bears a word of the class's name.
    pub(in crate::semantic) fn add_injected(&self, callers: &mut FxHashMap<Place, Vec<Place>>) {
        let mut methods: FxHashMap<Symbol, Option<Node<'_>>> = FxHashMap::default();
        for function in self.functions().filter(|f| f.is(Kind::FunctionDef) && !f.source_file().is_test) {
            if function.owner().is_some() && !function.is_stub() {
                let only = methods.entry(function.symbol()).or_insert(Some(function));
                *only = only.filter(|known| *known == function);
            }
        }
        for call in self.calls() {
            let Some(callee) = call.callee().filter(|callee| callee.is(Kind::Attribute)) else { continue };
            let Some(method) = methods.get(&callee.symbol()).copied().flatten() else { continue };
            let Some(parameter) = call.receiver().and_then(Node::as_parameter) else { continue };
            let Some(injected) = parameter.injected_by().filter(|_| callee.ty() == Type::Unknown) else {
                continue;
            };
            let maker = self.dependency_of(injected).map_or("", Node::name);
            let said: Vec<String> = words_of(parameter.name()).into_iter().chain(words_of(maker)).collect();
            let class = method.owner().map_or("", Node::name);
            if words_of(class).iter().any(|word| said.contains(word)) {
                callers.entry(method.place()).or_default().push(call.place());
            }
        }
    }
}

impl<'m> Node<'m> {
    /// The given functions that this call may run: its target or, where that is only declared, what a few given classes put in
    /// its place.
    pub(in crate::semantic) fn may_run(self) -> impl Iterator<Item = Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let target = self.target();
        let others = target.filter(|place| model.node(*place).is_stub());
        let others = others.map(|place| model.implementations(place)).unwrap_or_default();
        let only = target.filter(|_| others.is_empty());
        only.into_iter().chain(others.iter().copied()).map(|place| model.node(place))
    }

    /// Whether several given classes have the method that this calls through a base of theirs, so that another one may run.
    pub fn is_of_several_classes(self) -> bool {
        self.may_run().nth(1).is_some()
    }

    /// The `for`, or the part of a comprehension, in which this function is called: wherever the given files call it, they
    /// do so for each of several.
    pub fn repeated_by_callers(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let calls = model.callers_of(self.place()).iter().map(|&call| model.node(call));
        let mut found = None;
        for call in calls.filter(|call| !call.is_outside_production()) {
            let comprehended = || {
                call.ancestors()
                    .take_while(|around| !around.is(Kind::Block))
                    .find_map(|around| around.child(Role::Clause))
            };
            let around = call.enclosing_loop().filter(|it| !it.is(Kind::While)).or_else(comprehended)?;
            found = found.or(Some(around));
        }
        found
    }

    /// Whether programs of the same system ask at this handler and nobody else: its file or path says so, or the scope
    /// that its router demands of a token.
    pub fn serves_machines(self) -> bool {
        let says = |text: &str| {
            has_word(
                text,
                &["execution", "internal", "worker", "workers", "workload", "workloads", "machine"],
            )
        };
        says(self.source_file().path)
            || says(&self.full_route_path())
            || self
                .routers()
                .into_iter()
                .chain(self.route())
                .filter_map(|call| call.keyword("dependencies"))
                .flat_map(|list| list.descendants_of(Kind::Call))
                .filter_map(|call| call.keyword("scopes"))
                .flat_map(|scopes| scopes.descendants_of(Kind::Str))
                .any(|scope| says(scope.name()))
    }

    /// Whether a value comes from what somebody wrote on the command line: an attribute of the parsed arguments that
    /// this function was given, or a name that stands for one.
    pub fn comes_from_command_line(self) -> bool {
        let is_argument = |value: Node<'m>| {
            value.is(Kind::Attribute)
                && value.receiver().is_some_and(|receiver| {
                    receiver.is(Kind::Name)
                        && matches!(receiver.name(), "args" | "arguments" | "opts" | "namespace")
                        && receiver.as_parameter().is_some()
                })
        };
        self.descendants()
            .any(|part| is_argument(part) || (part.is(Kind::Name) && is_argument(part.resolved_value())))
    }

    /// Whether a test asks a setting of the whole application, and so an operator decides.
    pub fn asks_a_setting(self) -> bool {
        let names_settings = |node: Node<'m>| has_word(node.name(), &["conf", "config", "settings", "cfg"]);
        self.descendants().any(|node| match node.kind() {
            Kind::Call => node.does(Tag::ReadsEnvironment) || node.receiver().is_some_and(names_settings),
            Kind::Attribute => node.receiver().is_some_and(names_settings),
            _ => false,
        })
    }

    /// Whether every value that fits and that names in this expression may hold was assigned in a branch that a setting
    /// of the application decides about, and another branch assigns one that does not fit.
    pub fn is_chosen_by_a_setting(self, fits: &dyn Fn(Node<'m>) -> bool) -> bool {
        let mut found = false;
        for name in self.descendants_of(Kind::Name) {
            let tree = &name.source_file().tree;
            let values: Vec<Node<'m>> = name
                .reaching_bindings()
                .into_iter()
                .filter_map(|binding| {
                    let assignment = name.at(tree.bindings[binding as usize].node).parent()?;
                    assignment.value().filter(|_| assignment.is(Kind::Assign))
                })
                .collect();
            let (chosen, others): (Vec<Node<'m>>, Vec<Node<'m>>) =
                values.into_iter().partition(|value| fits(*value));
            if chosen.is_empty() {
                continue;
            }
            let is_optional = |value: &Node<'m>| {
                value
                    .surroundings()
                    .find(|around| around.is(Kind::If))
                    .and_then(|branch| branch.child(Role::Test))
                    .is_some_and(Node::asks_a_setting)
            };
            if others.is_empty() || !chosen.iter().all(is_optional) {
                return false;
            }
            found = true;
        }
        found
    }
}

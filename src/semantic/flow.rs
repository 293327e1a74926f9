//! Which bindings reach a use of a name, and where a value comes from.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::{Model, Node, Place, Type};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{BindingId, BindingKind, Kind, Operator, Role, ScopeId, ScopeKind};

/// A value that comes through more names and calls than these is not traced to its end.
const MOST_ORIGINS: usize = 64;

impl<'m> Node<'m> {
    /// The scope that binds this name, as Python looks it up from here; nothing for names from outside the file.
    pub fn scope_of_name(self) -> Option<ScopeId> {
        self.bound_in().map(|(scope, _)| scope)
    }

    /// The same with the last binding of the name there: what is only declared (`global total`) may have none.
    pub(super) fn bound_in(self) -> Option<(ScopeId, Option<BindingId>)> {
        let tree = &self.source_file().tree;
        let data = &tree.nodes[self.id as usize];
        let (name, start) = (data.name, data.scope);
        let mut scope = start;
        loop {
            if !tree.declared.is_empty()
                && let Some(&target) = tree.declared.get(&(scope, name))
            {
                return Some((target, tree.last_binding.get(&(target, name)).copied()));
            }
            // A class's names are not seen from its methods.
            let visible = tree.scopes[scope as usize].kind != ScopeKind::Class || scope == start;
            if visible && let Some(&last) = tree.last_binding.get(&(scope, name)) {
                return Some((scope, Some(last)));
            }
            if scope == 0 {
                return None;
            }
            scope = tree.scopes[scope as usize].parent;
        }
    }

    /// The bindings of this name that may hold here: in the function that binds it the last ones before, on any
    /// branch; seen from a nested function all of them.
    pub fn reaching_bindings(self) -> SmallVec<[BindingId; 4]> {
        match self.bound_in() {
            None => SmallVec::new(),
            Some((scope, last)) if self.is_in_flow_of(scope) => self.bindings_before(last),
            Some((_, last)) => self.source_file().tree.bindings_from(last).collect(),
        }
    }

    /// Whether this place runs as part of the code that the scope belongs to, and not of a nested function.
    pub(super) fn is_in_flow_of(self, scope: ScopeId) -> bool {
        let tree = &self.source_file().tree;
        let mut own = tree.nodes[self.id as usize].scope;
        while own != scope && tree.scopes[own as usize].kind == ScopeKind::Comprehension {
            own = tree.scopes[own as usize].parent;
        }
        own == scope
    }

    /// Of the bindings up to the last one, those that may hold here.
    pub(super) fn bindings_before(self, last: Option<BindingId>) -> SmallVec<[BindingId; 4]> {
        let tree = &self.source_file().tree;
        let mut found = SmallVec::new();
        for binding in tree.bindings_before(last, self.id) {
            let data = tree.bindings[binding as usize];
            if data.kind == BindingKind::Augmented {
                continue;
            }
            let at = self.at(data.node);
            if at.is_function() && at.contains(self) {
                continue;
            }
            found.push(binding);
            if at.dominates(self) {
                return found;
            }
        }
        if found.is_empty() {
            // In a loop what stands behind may have run before.
            found.extend(
                tree.bindings_from(last).filter(|&binding| tree.bindings[binding as usize].node != self.id),
            );
        }
        found
    }

    /// Whether this place has always been passed when `other`, behind it in the same function, is reached. The body
    /// of a `try` counts as passed: its handlers mostly leave.
    pub fn dominates(self, other: Node<'m>) -> bool {
        // On the tree itself: this is asked of each use of a name.
        let nodes = &self.source_file().tree.nodes;
        let mut id = self.id;
        while id != 0 {
            id = nodes[id as usize].parent;
            let block = &nodes[id as usize];
            match block.kind {
                Kind::FunctionDef | Kind::Lambda | Kind::ClassDef => break,
                Kind::Block => {}
                _ => continue,
            }
            let branches = match nodes[block.parent as usize].kind {
                Kind::If | Kind::Clause | Kind::For | Kind::While | Kind::Handler | Kind::Case => true,
                Kind::Try => block.role == Role::Orelse,
                _ => false,
            };
            let is_around = self.file == other.file && id <= other.id && other.id < block.end;
            if branches && !is_around {
                return false;
            }
        }
        true
    }

    /// Whether this place and a later one stand in different branches of one `if`, of which a single one runs.
    pub fn excludes(self, later: Node<'m>) -> bool {
        let branch_of =
            |place: Node<'m>, around: Node<'m>| around.children().find(|part| part.contains(place));
        self.surroundings().filter(|around| around.is(Kind::If) && around.contains(later)).any(|around| {
            let (one, other) = (branch_of(self, around), branch_of(later, around));
            one != other && one.is_some_and(|part| part.role() != Role::Test)
        })
    }

    /// The value that a name was last given here, if exactly one assignment reaches it. Asked for the same names by many
    /// rules, so it is remembered.
    pub fn assigned_value(self) -> Option<Node<'m>> {
        if !self.is(Kind::Name) {
            return None;
        }
        let slot = &self.source_file().assigned_values[self.id as usize];
        match slot.get() {
            0 => {
                let found = self.find_assigned_value();
                slot.set(found.map_or(1, |value| value.id + 2));
                found
            }
            1 => None,
            known => Some(self.at(known - 2)),
        }
    }

    fn find_assigned_value(self) -> Option<Node<'m>> {
        let bindings = self.reaching_bindings();
        let [binding] = bindings.as_slice() else { return None };
        let data = self.source_file().tree.bindings[*binding as usize];
        match data.kind {
            BindingKind::Assignment | BindingKind::Annotated | BindingKind::Named => {
                let target = self.at(data.node);
                let parent = target.parent()?;
                match parent.kind() {
                    Kind::Assign | Kind::AnnAssign | Kind::Named => parent.child(Role::Value),
                    // `portion, rest = rest[:8], rest[8:]`
                    Kind::Tuple => {
                        let given =
                            parent.parent().filter(|given| given.is(Kind::Assign))?.child(Role::Value)?;
                        let is_one_by_one = given.is(Kind::Tuple)
                            && !parent.children().chain(given.children()).any(|part| part.is(Kind::Starred));
                        let index = parent.children().position(|part| part == target)?;
                        given.children().nth(index).filter(|_| is_one_by_one)
                    }
                    _ => None,
                }
            }
            BindingKind::With => {
                let item = self.at(data.node).parent().filter(|parent| parent.is(Kind::WithItem))?;
                item.child(Role::Context)
            }
            _ => None,
        }
    }

    /// What this name was unpacked from, as one of several: `used, limit = row`.
    pub fn unpacked_value(self) -> Option<Node<'m>> {
        let bindings = self.reaching_bindings();
        let [binding] = bindings.as_slice() else { return None };
        let target = self.at(self.source_file().tree.bindings[*binding as usize].node);
        let whole = target.parent().filter(|whole| matches!(whole.kind(), Kind::Tuple | Kind::List))?;
        whole.parent().filter(|given| given.is(Kind::Assign))?.child(Role::Value)
    }

    /// The constant or module-level value behind a name, an attribute of a module, or the expression itself.
    pub fn resolved_value(self) -> Node<'m> {
        let mut node = self;
        for _ in 0..6 {
            match node.kind() {
                Kind::Name => match node.assigned_value().or_else(|| node.model.alias_value(node)) {
                    Some(value) if value != node => node = value,
                    _ => return node,
                },
                _ => return node,
            }
        }
        node
    }

    /// The parameter that this name is, if nothing has assigned to it since.
    pub fn as_parameter(self) -> Option<Node<'m>> {
        if !self.is(Kind::Name) {
            return None;
        }
        let bindings = self.reaching_bindings();
        let [binding] = bindings.as_slice() else { return None };
        let data = self.source_file().tree.bindings[*binding as usize];
        (data.kind == BindingKind::Parameter).then(|| self.at(data.node))
    }

    /// Visits the calls that a value came through, from the last one back: receivers, the statement that was
    /// executed, what names were assigned, and the results of the given functions that were called.
    pub fn origins(self, visit: &mut dyn FnMut(Node<'m>) -> ControlFlow<()>) -> ControlFlow<()> {
        self.origins_within(visit, &mut SmallVec::new(), 0)
    }

    fn origins_within(
        self,
        visit: &mut dyn FnMut(Node<'m>) -> ControlFlow<()>,
        seen: &mut SmallVec<[(Place, u32); 8]>,
        depth: u32,
    ) -> ControlFlow<()> {
        if depth > 24 || seen.len() > MOST_ORIGINS {
            return ControlFlow::Continue(());
        }
        // A statement that is extended on several branches has as many ways back as there are combinations of them:
        // what one way has visited, another visits again only if it comes there in fewer steps and so sees further.
        if matches!(self.kind(), Kind::Name | Kind::Call) {
            match seen.iter_mut().find(|(place, _)| *place == self.place()) {
                Some((_, earlier)) if *earlier <= depth => return ControlFlow::Continue(()),
                Some((_, earlier)) => *earlier = depth,
                None => seen.push((self.place(), depth)),
            }
        }
        match self.kind() {
            Kind::Await | Kind::Named | Kind::Starred => {
                let inner = self.unwrapped();
                if inner != self {
                    return inner.origins_within(visit, seen, depth + 1);
                }
            }
            Kind::BoolOp => {
                for child in self.children() {
                    child.origins_within(visit, seen, depth + 1)?;
                }
            }
            Kind::Subscript => {
                if let Some(value) = self.child(Role::Value) {
                    return value.origins_within(visit, seen, depth + 1);
                }
            }
            Kind::Conditional => {
                for role in [Role::Body, Role::Orelse] {
                    if let Some(child) = self.child(role) {
                        child.origins_within(visit, seen, depth + 1)?;
                    }
                }
            }
            Kind::Name => {
                let tree = &self.source_file().tree;
                for binding in self.reaching_bindings() {
                    let data = tree.bindings[binding as usize];
                    let target = self.at(data.node);
                    let value = match data.kind {
                        BindingKind::Assignment | BindingKind::Annotated | BindingKind::Named => {
                            target.parent().and_then(|parent| parent.child(Role::Value))
                        }
                        BindingKind::Loop => target.parent().and_then(|parent| parent.child(Role::Iterable)),
                        _ => None,
                    };
                    if let Some(value) = value
                        && value != self
                    {
                        value.origins_within(visit, seen, depth + 1)?;
                    }
                }
            }
            Kind::Call => {
                visit(self)?;
                if let Some(receiver) = self.receiver() {
                    receiver.origins_within(visit, seen, depth + 1)?;
                }
                if self
                    .api()
                    .is_some_and(|api| api.has(Tag::Executes) || api.has(Tag::Fetches) || api.has(Tag::Wraps))
                    && let Some(statement) = self.argument(0)
                {
                    statement.origins_within(visit, seen, depth + 1)?;
                }
                if let Some(place) = self.target() {
                    let function = self.model.node(place);
                    for value in function.own_returns().take(6).filter_map(|node| node.child(Role::Value)) {
                        value.origins_within(visit, seen, depth + 6)?;
                    }
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// The first call among the origins that fits.
    pub fn origin(self, mut fits: impl FnMut(Node<'m>) -> bool) -> Option<Node<'m>> {
        let mut found = None;
        let _ = self.origins(&mut |call| {
            if fits(call) {
                found = Some(call);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        found
    }

    /// The given function that a call runs: a function, a method, or a class's `__init__`.
    pub fn target(self) -> Option<Place> {
        match self.callee()?.ty() {
            Type::Function(place) | Type::Method(place) => Some(place),
            Type::Class(place) => self.model.constructor(place).own,
            _ => None,
        }
    }
}

/// Methods of a text that give a text made from it and from their arguments.
const TEXT_METHODS: [&str; 17] = [
    "capitalize",
    "decode",
    "encode",
    "format",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "removeprefix",
    "replace",
    "rjust",
    "rstrip",
    "splitlines",
    "strip",
    "title",
    "upper",
    "zfill",
];

/// Functions whose result holds what they are given, as text.
const TEXT_FUNCTIONS: [&str; 9] = [
    "builtins.str",
    "builtins.repr",
    "builtins.ascii",
    "builtins.format",
    "builtins.dict",
    "builtins.list",
    "builtins.tuple",
    "json.dumps",
    "fastapi.encoders.jsonable_encoder",
];

impl<'m> Node<'m> {
    /// What the text of this value is put together from: through names, f-strings, concatenation, displays, `str`,
    /// the constructors of classes, and given functions that put a parameter into their result. What is left are
    /// names that nothing assigned (parameters, caught exceptions, loop variables), attributes and other calls.
    pub fn ingredients(self) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        self.add_ingredients(&mut found, 0);
        found
    }

    fn add_ingredients(self, found: &mut Vec<Node<'m>>, depth: u32) {
        if depth > 12 || found.len() > 64 {
            return;
        }
        match self.kind() {
            Kind::Await | Kind::Named | Kind::Starred => self.unwrapped().add_ingredients(found, depth + 1),
            Kind::Keyword | Kind::DictItem | Kind::Subscript => {
                if let Some(value) = self.child(Role::Value) {
                    value.add_ingredients(found, depth + 1);
                }
            }
            Kind::Conditional => {
                for role in [Role::Body, Role::Orelse] {
                    if let Some(child) = self.child(role) {
                        child.add_ingredients(found, depth + 1);
                    }
                }
            }
            Kind::BoolOp
            | Kind::BinOp
            | Kind::FString
            | Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::Dict => {
                for child in self.children() {
                    child.add_ingredients(found, depth + 1);
                }
            }
            Kind::Name => self.add_assigned(found, depth),
            Kind::Attribute => found.push(self),
            Kind::Call => self.add_called(found, depth),
            _ => {}
        }
    }

    /// A name stands for what it was assigned, if that was in the same function.
    fn add_assigned(self, found: &mut Vec<Node<'m>>, depth: u32) {
        let tree = &self.source_file().tree;
        let own = self.function();
        let mut values = Vec::new();
        for binding in self.reaching_bindings() {
            let data = tree.bindings[binding as usize];
            let target = self.at(data.node);
            let assigned =
                matches!(data.kind, BindingKind::Assignment | BindingKind::Annotated | BindingKind::Named);
            match target.parent().filter(|_| assigned && target.function() == own) {
                Some(parent) if matches!(parent.kind(), Kind::Assign | Kind::AnnAssign | Kind::Named) => {
                    values.extend(parent.child(Role::Value));
                }
                _ => {
                    found.push(self);
                    return;
                }
            }
        }
        if values.is_empty() {
            found.push(self);
        }
        for value in values {
            // A caught exception that was put into the name, which is known to hold none here.
            if value.is(Kind::Name) && value.caught_by().is_some() && self.is_known_to_be_no_exception() {
                continue;
            }
            if !value.contains(self) {
                value.add_ingredients(found, depth + 2);
            }
        }
    }

    /// Whether this name holds no exception any more where it stands: a test with `isinstance`, by way of a flag or by
    /// itself, has left the function otherwise, or encloses this place.
    fn is_known_to_be_no_exception(self) -> bool {
        let Some(function) = self.function() else { return false };
        function.own_ifs().filter(|branch| branch.id < self.id).any(|branch| {
            let (Some(test), Some(body)) = (branch.child(Role::Test), branch.body()) else { return false };
            match branch.contains(self) {
                true => body.contains(self) && self.is_exception_if(test, 0) == Some(false),
                false => {
                    body.leaves() && branch.dominates(self) && self.is_exception_if(test, 0) == Some(true)
                }
            }
        })
    }

    /// What follows for this name from a test: `Some(true)` where it holds an exception only if the test is met, and
    /// `Some(false)` where it holds none if the test is met.
    fn is_exception_if(self, test: Node<'m>, depth: u32) -> Option<bool> {
        if depth > 4 {
            return None;
        }
        match test.kind() {
            Kind::Call if test.callee_name() == "isinstance" => {
                let is_it =
                    test.argument(0).is_some_and(|of| of.is(Kind::Name) && of.symbol() == self.symbol());
                let is_wide = test.argument(1).is_some_and(|class| {
                    class.names_every_exception() || class.names("builtins.BaseException")
                });
                (is_it && is_wide).then_some(true)
            }
            Kind::UnaryOp if test.operator() == Operator::Not => {
                self.is_exception_if(test.value()?, depth + 1).map(|holds| !holds)
            }
            Kind::Name => self.is_exception_if(test.assigned_value()?, depth + 1),
            // All parts hold where `and` does, and none where `or` does not.
            Kind::BoolOp => {
                let wanted = test.operator() == Operator::Or;
                test.children()
                    .any(|part| self.is_exception_if(part, depth + 1) == Some(wanted))
                    .then_some(wanted)
            }
            _ => None,
        }
    }

    fn add_called(self, found: &mut Vec<Node<'m>>, depth: u32) {
        let Some(callee) = self.callee() else { return };
        let is_class = match callee.ty() {
            Type::Class(_) => true,
            Type::Path(_) => self
                .api()
                .map_or_else(|| callee.name().starts_with(char::is_uppercase), |api| api.is_constructor),
            _ => false,
        };
        let is_text_method = callee.is(Kind::Attribute) && TEXT_METHODS.contains(&callee.name());
        if is_class || is_text_method || callee.path().is_some_and(|path| TEXT_FUNCTIONS.contains(&&*path)) {
            if is_text_method && let Some(receiver) = callee.receiver() {
                receiver.add_ingredients(found, depth + 1);
            }
            for argument in self.positional().chain(self.keywords()) {
                argument.add_ingredients(found, depth + 1);
            }
            return;
        }
        match self.target() {
            Some(place) if depth < 8 => self.add_returned(self.model.node(place), found, depth),
            _ => found.push(self),
        }
    }

    /// The arguments that a given function puts into its result. One that returns in several places chooses what to
    /// tell, and is taken as it stands.
    fn add_returned(self, function: Node<'m>, found: &mut Vec<Node<'m>>, depth: u32) {
        let mut values: Vec<Node<'m>> =
            function.own_returns().take(2).filter_map(|node| node.child(Role::Value)).collect();
        if function.is(Kind::Lambda) {
            values = function.body().into_iter().collect();
        }
        if values.len() > 1 {
            found.push(self);
            return;
        }
        let mut inner = Vec::new();
        for value in values {
            value.add_ingredients(&mut inner, depth + 4);
        }
        for leaf in inner {
            let parameter = leaf.as_parameter().filter(|parameter| parameter.parent() == Some(function));
            // `**data` receives whatever no other parameter does.
            if parameter.is_some_and(|parameter| parameter.source().starts_with("**")) {
                for keyword in self.keywords().filter(|keyword| function.parameter(keyword.name()).is_none())
                {
                    keyword.add_ingredients(found, depth + 4);
                }
                continue;
            }
            let argument = parameter.and_then(|parameter| self.argument_for(function, parameter));
            match argument {
                Some(argument) => argument.add_ingredients(found, depth + 4),
                None => found.push(leaf),
            }
        }
    }

    /// The argument of this call that a parameter of the called function receives, or of the function that the call
    /// is given to run: `to_thread(load, path)`.
    pub fn argument_for(self, function: Node<'m>, parameter: Node<'m>) -> Option<Node<'m>> {
        let index = function.parameters().position(|other| other == parameter)?;
        let callee = self.callee()?;
        let given = self.scheduled_callable().filter(
            |given| matches!(given.ty(), Type::Function(place) | Type::Method(place) if place == function.place()),
        );
        let position = given.and_then(|given| self.positional().position(|argument| argument == given));
        let (runs, before) = match position.zip(given) {
            Some((position, given)) => (given, position + 1),
            None => (callee, 0),
        };
        let is_bound = matches!(runs.ty(), Type::Method(_) | Type::Class(_));
        let index = if is_bound { index.checked_sub(1)? } else { index };
        self.argument_or_keyword(index + before, parameter.name())
    }

    /// Whether this parameter receives nothing but what fits: in every call of its function outside tests, and there is
    /// such a call.
    pub fn receives_only(self, fits: impl Fn(Node<'m>) -> bool) -> bool {
        let Some(function) = self.parent() else { return false };
        function.is_only_called(|call| call.argument_for(function, self).is_some_and(&fits))
    }

    /// Whether this function is called outside tests, and by nothing but calls that fit.
    pub fn is_only_called(self, fits: impl Fn(Node<'m>) -> bool) -> bool {
        let model: &'m Model<'m> = self.model;
        let mut calls = model
            .callers_of(self.place())
            .iter()
            .map(|&call| model.node(call))
            .filter(|call| !call.is_outside_production())
            .peekable();
        calls.peek().is_some() && calls.all(fits)
    }

    /// The `except` clause that binds this name here.
    pub fn caught_by(self) -> Option<Node<'m>> {
        if !self.is(Kind::Name) {
            return None;
        }
        let tree = &self.source_file().tree;
        self.reaching_bindings().into_iter().find_map(|binding| {
            let data = tree.bindings[binding as usize];
            (data.kind == BindingKind::Except).then(|| self.at(data.node))
        })
    }
}

impl<'m> Node<'m> {
    /// The call that makes one of the coroutines of a list, from a comprehension or from `append` in a loop.
    fn gathered_element(self) -> Option<Node<'m>> {
        let value = self.resolved_value();
        let made = match value.kind() {
            Kind::ListComp | Kind::Generator | Kind::SetComp => value.child(Role::Value)?,
            Kind::List if self.is(Kind::Name) => {
                let function = self.function()?;
                let append = function.own_calls().find(|call| {
                    call.callee_name() == "append"
                        && call.receiver().is_some_and(|list| list.reads_like(self))
                })?;
                append.argument(0)?
            }
            _ => return None,
        };
        let made = if made.does(Tag::StartsTask) { made.scheduled_callable()? } else { made };
        made.is(Kind::Call).then_some(made)
    }

    /// Of a call that runs a list of coroutines at once: the call that makes one of them, and the loop or the clause of
    /// the comprehension that says for what.
    pub fn gathered_over(self) -> Option<(Node<'m>, Option<Node<'m>>)> {
        let work = self.positional().find(|argument| argument.is(Kind::Starred))?.unwrapped();
        let each = work.gathered_element()?;
        Some((each, each.repeated_by()))
    }

    /// Of a call that starts a task of a group: the call that makes its coroutine, and for what it is made.
    pub fn grouped_over(self) -> Option<(Node<'m>, Option<Node<'m>>)> {
        let is_grouped = self.receiver().is_some_and(|group| group.is_a(ClassTag::TaskGroup));
        let each = self.scheduled_callable().filter(|each| is_grouped && each.is(Kind::Call))?;
        Some((each, self.repeated_by()))
    }

    /// The nearest loop, or clause of a comprehension, that does this for each of something.
    fn repeated_by(self) -> Option<Node<'m>> {
        self.ancestors().find_map(|node| match node.kind() {
            Kind::ListComp | Kind::Generator | Kind::SetComp | Kind::DictComp => node.child(Role::Clause),
            Kind::For => Some(node),
            _ => None,
        })
    }

    /// Whether this name's value is read in its own function alone, element by element, and nothing there asks of
    /// which class an element is.
    pub fn is_read_unasked(self) -> bool {
        const LOOKS: [&str; 12] = [
            "len",
            "zip",
            "enumerate",
            "list",
            "tuple",
            "sum",
            "any",
            "all",
            "sorted",
            "filter",
            "max",
            "min",
        ];
        let home = self.function().unwrap_or(self.at(0));
        let uses = home
            .descendants_of(Kind::Name)
            .filter(|name| name.symbol() == self.symbol() && !name.data().is_store && name.id > self.id);
        let mut is_read = false;
        for name in uses {
            is_read = true;
            let stays = name.parent().is_some_and(|parent| match parent.kind() {
                Kind::For | Kind::Comprehension | Kind::Subscript => true,
                Kind::Call => LOOKS.contains(&parent.callee_name()),
                _ => false,
            });
            if !stays {
                return false;
            }
        }
        let asks = home.descendants().filter(|node| node.id > self.id).any(|node| {
            node.is(Kind::Match)
                || (node.is(Kind::Call) && {
                    let words = super::words_of(node.callee_name());
                    // Or whoever is handed an element asks: `record(item, result)`.
                    let hands_on = || {
                        node.target().is_some_and(|place| {
                            let function: Node<'m> = self.model.node(place);
                            function.own_calls().any(|inner| inner.callee_name() == "isinstance")
                        })
                    };
                    node.callee_name() == "isinstance"
                        || hands_on()
                        || words.iter().any(|word| {
                            ["type", "exception", "exceptions", "error", "errors", "failed"]
                                .contains(&word.as_str())
                        })
                })
                || (node.is(Kind::Attribute) && matches!(node.name(), "__class__" | "with_traceback"))
        });
        is_read && !asks
    }

    /// Whether nothing else than `len` reads the value that this name is given here; nothing at all counts as well.
    pub fn is_read_only_for_its_length(self) -> bool {
        let home = self.function().unwrap_or(self.at(0));
        home.descendants_of(Kind::Name)
            .filter(|name| name.symbol() == self.symbol() && !name.data().is_store)
            .filter(|name| name.id > self.id)
            .all(|name| {
                name.parent().is_some_and(|call| {
                    call.is(Kind::Call) && call.callee().is_some_and(|callee| callee.names("builtins.len"))
                })
            })
    }
}

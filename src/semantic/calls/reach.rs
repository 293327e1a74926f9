//! Which calls of a chain really run, given the arguments that each one hands on, and the flags that nobody sets.

use crate::semantic::calls::summary::ChainStep;
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, has_word, words_of};
use crate::syntax::{BindingKind, Kind, Operator, Role};

/// What a parameter is known to hold in one call: a literal that was given, or the default of one that was not.
struct Known<'m> {
    parameter: Node<'m>,
    value: Node<'m>,
}

impl Model<'_> {
    /// Whether nothing on the way down a chain shows that it ends before: `load(path=None)` never reaches what stands
    /// under `if path:`, or behind `if path is None: return`.
    pub(in crate::semantic) fn is_walked(&self, chain: &[ChainStep]) -> bool {
        let mut known: Vec<Known<'_>> = Vec::new();
        if self.is_fetched_before(chain) {
            return false;
        }
        for pair in chain.windows(2) {
            let (call, next) = (self.node(pair[0].call), self.node(pair[1].call));
            let Some(function) = call.target().map(|place| self.node(place)) else { return true };
            known = known_arguments(call, function, &known);
            if is_passed_over(next, &known) {
                return false;
            }
        }
        true
    }
}

impl<'m> Node<'m> {
    /// Whether this place is never reached, since a flag that it hangs on has the other value in every call of its
    /// function.
    pub fn is_switched_off(self) -> bool {
        is_passed_over(self, &[])
    }

    /// The literal that this parameter holds in each run of its function: all calls of that name in the given files,
    /// tests left out, give the same one, or leave the same default.
    pub fn constant_argument(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        if let Some(&known) = model.constants.borrow().get(&self.place()) {
            return known.map(|place| model.node(place));
        }
        // While it is being found out, nothing is known.
        model.constants.borrow_mut().insert(self.place(), None);
        let found = self.find_constant_argument();
        model.constants.borrow_mut().insert(self.place(), found.map(Node::place));
        found
    }

    fn find_constant_argument(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let function = self.parent().filter(|function| function.is(Kind::FunctionDef))?;
        if function.is_called_from_outside()
            || function.decorators().any(|decorator| decorator.is(Kind::Call))
        {
            return None;
        }
        let index = function.parameters().position(|other| other == self)?;
        let index = if function.owner().is_some() { index.checked_sub(1)? } else { index };
        let is_handed_on = model
            .callers_of(function.place())
            .iter()
            .any(|&call| model.node(call).target() != Some(function.place()));
        let name = if function.name() == "__init__" { return None } else { function.symbol() };
        let mut found: Option<Node<'m>> = None;
        for call in model.calls_of_name(name).iter().map(|&call| model.node(call)) {
            let other = call.target().is_some_and(|target| target != function.place());
            if call.source_file().is_test || other || call.is_a_librarys() {
                continue;
            }
            let given = call.argument_or_keyword(index, self.name());
            if call.has_hidden_arguments() && given.is_none() {
                return None;
            }
            // Its own value, handed on to a method of the same name.
            let passes_on = |parameter: Node<'m>| {
                parameter.name() == self.name()
                    && parameter.parent().is_some_and(|outer| outer.symbol() == function.symbol())
            };
            if given.and_then(Node::as_parameter).is_some_and(passes_on) {
                continue;
            }
            let value = given.or_else(|| self.child(Role::Default)).filter(|v| truth(*v).is_some())?;
            if found.is_some_and(|before| before.source() != value.source()) {
                return None;
            }
            found = Some(value);
        }
        found.filter(|_| !is_handed_on)
    }

    /// Whether the tables know the callee: it is none of the given functions.
    fn is_a_librarys(self) -> bool {
        self.api().is_some()
            || self.callee().is_some_and(|callee| matches!(callee.ty(), Type::Path(_) | Type::Foreign(_)))
    }
}

impl<'m> Node<'m> {
    /// Whether this place is only reached when something has expired, as a token does: a test says so around it, or in front of
    /// it, here or in each function that leads here. So it runs once in a while, whatever number of requests come.
    pub fn is_only_after_an_expiry(self) -> bool {
        self.is_after_an_expiry(0)
    }

    fn is_after_an_expiry(self, depth: u32) -> bool {
        const DEEP: u32 = 3;
        let Some(function) = self.function() else { return false };
        let decides = function.own_ifs().filter(|branch| branch.id < self.id).any(|branch| {
            let wanted = match branch.contains(self) {
                true => branch.body().is_some_and(|body| body.contains(self)),
                false if branch.body().is_some_and(Node::leaves) && branch.dominates(self) => false,
                false => return false,
            };
            branch.child(Role::Test).is_some_and(|test| test.says_expired(0) == Some(wanted))
        });
        decides
            || (depth < DEEP
                && function.is_only_called(|call| {
                    let model: &'m Model<'m> = self.model;
                    model.node(call.place()).is_after_an_expiry(depth + 1)
                }))
    }
}

impl<'m> Node<'m> {
    /// Whether this test is met when something has expired (`now >= token.expires_at`), or when it has not.
    fn says_expired(self, depth: u32) -> Option<bool> {
        const DEEP: u32 = 4;
        let speaks = |part: Node<'m>, words: &[&str]| {
            part.descendants().any(|part| {
                matches!(part.kind(), Kind::Name | Kind::Attribute | Kind::Str)
                    && has_word(part.name(), words)
            })
        };
        let is_moment =
            |part: Node<'m>| speaks(part, &["expires", "expiry", "expiration", "expire", "exp", "deadline"]);
        if depth > DEEP {
            return None;
        }
        match self.kind() {
            Kind::UnaryOp if self.operator() == Operator::Not => {
                self.value()?.says_expired(depth + 1).map(|expired| !expired)
            }
            Kind::BoolOp => self.children().find_map(|part| part.says_expired(depth + 1)),
            Kind::Compare if self.compares_order() => {
                let (left, right) = (self.child(Role::Left)?, self.child(Role::Right)?);
                let is_less = matches!(self.operator(), Operator::Less | Operator::LessEqual);
                match (is_moment(left), is_moment(right)) {
                    (true, false) => Some(is_less),
                    (false, true) => Some(!is_less),
                    _ => None,
                }
            }
            Kind::Name | Kind::Attribute | Kind::Call | Kind::Await => {
                if speaks(self, &["expired", "stale"]) {
                    return Some(true);
                }
                self.assigned_value().filter(|value| *value != self)?.says_expired(depth + 1)
            }
            _ => None,
        }
    }
}

impl Model<'_> {
    /// Whether the function that begins the chain has awaited the asynchronous twin of one of its calls before, and
    /// hands on what that gave: `body = await async_fetch(url)`, then `parse(body)`, which would `fetch` an address.
    fn is_fetched_before(&self, chain: &[ChainStep]) -> bool {
        let Some(first) = chain.first().map(|step| self.node(step.call)) else { return false };
        let Some(function) = first.function().filter(|function| function.is_async()) else { return false };
        if !chain.iter().skip(1).any(|step| self.node(step.call).is_on_a_branch()) {
            return false;
        }
        let names: Vec<&str> = chain.iter().skip(1).map(|step| self.node(step.call).callee_name()).collect();
        let given: Vec<Node<'_>> = first
            .children()
            .skip(1)
            .flat_map(|argument| argument.descendants_of(Kind::Name))
            .filter_map(|name| name.assigned_value())
            .collect();
        function.own_calls().filter(|call| call.id < first.id && call.is_awaited()).any(|call| {
            let twin = |inner: Node<'_>| {
                inner.is_awaited() && names.iter().any(|name| is_twin(inner.callee_name(), name))
            };
            let is_handed_on = given.iter().any(|value| value.unwrapped() == call);
            is_handed_on
                && (twin(call) || call.target().is_some_and(|place| self.node(place).own_calls().any(twin)))
        })
    }
}

/// Whether a name is that of the asynchronous form of another: `async_get`, `get_async`, `aget`.
fn is_twin(asynchronous: &str, plain: &str) -> bool {
    let rest: Vec<String> = words_of(asynchronous).into_iter().filter(|word| word != "async").collect();
    let words = words_of(plain);
    asynchronous.strip_prefix('a') == Some(plain) || (rest == words && asynchronous != plain)
}

fn known_arguments<'m>(call: Node<'m>, function: Node<'m>, outer: &[Known<'m>]) -> Vec<Known<'m>> {
    if call.has_hidden_arguments() {
        return Vec::new();
    }
    function
        .parameters()
        .filter_map(|parameter| {
            let value = match call.argument_for(function, parameter) {
                Some(argument) => match argument.as_parameter() {
                    Some(handed_on) => outer.iter().find(|known| known.parameter == handed_on)?.value,
                    None => argument,
                },
                None => parameter.child(Role::Default)?,
            };
            // A constant of some module stands for its text.
            let text = Some(value.resolved_value()).filter(|text| value.is(Kind::Name) && text.is(Kind::Str));
            let value = text.unwrap_or(value);
            truth(value).is_some().then_some(Known { parameter, value })
        })
        .collect()
}

/// Whether a literal counts as true.
fn truth(value: Node<'_>) -> Option<bool> {
    match value.kind() {
        Kind::None | Kind::False => Some(false),
        Kind::True => Some(true),
        Kind::Str => Some(value.source().len() > 2),
        Kind::Number => value.number().map(|number| number != 0.0),
        _ => None,
    }
}

/// The parameter that a name stands for: nothing else was assigned to it, or only where these arguments never lead.
fn parameter_behind<'m>(name: Node<'m>, known: &[Known<'m>]) -> Option<Node<'m>> {
    if let Some(parameter) = name.as_parameter() {
        return Some(parameter);
    }
    if !name.is(Kind::Name) || known.is_empty() {
        return None;
    }
    let tree = &name.source_file().tree;
    let mut parameter = None;
    for binding in name.reaching_bindings() {
        let data = tree.bindings[binding as usize];
        let node = name.at(data.node);
        match data.kind {
            BindingKind::Parameter => parameter = Some(node),
            // What is assigned further down says nothing here, and asking would not end.
            _ if node.id < name.id && is_passed_over(node, known) => {}
            _ => return None,
        }
    }
    parameter
}

/// `is_event_loop_running()`, `loop.is_running()` under a name that says so.
fn asks_for_loop(name: &str) -> bool {
    let has = |word: &str| crate::semantic::has_word(name, &[word]);
    has("loop") && (has("running") || has("in") || has("inside"))
}

/// What a test comes to, as far as the known parameters decide it.
fn decided<'m>(test: Node<'m>, known: &[Known<'m>]) -> Option<bool> {
    let value_of = |name: Node<'m>| {
        let parameter = parameter_behind(name, known)?;
        match known.iter().find(|known| known.parameter == parameter) {
            Some(known) => Some(known.value),
            None => parameter.constant_argument(),
        }
    };
    match test.kind() {
        Kind::Name => value_of(test).and_then(truth),
        Kind::UnaryOp if test.operator() == Operator::Not => {
            decided(test.child(Role::Value)?, known).map(|outcome| !outcome)
        }
        Kind::BoolOp => {
            let ends_with = test.operator() == Operator::Or;
            let parts: Vec<Option<bool>> = test.children().map(|part| decided(part, known)).collect();
            if parts.contains(&Some(ends_with)) {
                Some(ends_with)
            } else {
                parts.iter().all(|part| *part == Some(!ends_with)).then_some(!ends_with)
            }
        }
        Kind::Compare if matches!(test.operator(), Operator::Is | Operator::IsNot) => {
            let is_none = value_of(test.child(Role::Left)?)?.is(Kind::None);
            let right = test.child(Role::Right).filter(|right| right.is(Kind::None))?;
            (right.role() == Role::Right).then_some(is_none == (test.operator() == Operator::Is))
        }
        Kind::Compare if matches!(test.operator(), Operator::Equal | Operator::NotEqual) => {
            let value = value_of(test.child(Role::Left)?).filter(|value| value.is(Kind::Str))?;
            let other = test.child(Role::Right).filter(|right| right.is(Kind::Str))?;
            Some((value.name() == other.name()) == (test.operator() == Operator::Equal))
        }
        // What is followed begins in a coroutine, so a loop runs.
        Kind::Call if asks_for_loop(test.callee_name()) => Some(true),
        Kind::Call if matches!(test.callee_name(), "startswith" | "endswith") => {
            let value = value_of(test.receiver()?).filter(|value| value.is(Kind::Str))?;
            let part = test.argument(0).filter(|part| part.is(Kind::Str))?.name();
            Some(match test.callee_name() {
                "startswith" => value.name().starts_with(part),
                _ => value.name().ends_with(part),
            })
        }
        _ => truth(test),
    }
}

/// Whether the function never comes to this place, with these arguments.
fn is_passed_over<'m>(place: Node<'m>, known: &[Known<'m>]) -> bool {
    let mut below = place;
    for around in place.surroundings() {
        let outcome = || around.child(Role::Test).and_then(|test| decided(test, known));
        let skipped = match around.kind() {
            Kind::If | Kind::Conditional | Kind::Clause if below.role() == Role::Body => {
                outcome() == Some(false)
            }
            Kind::If | Kind::Conditional if below.role() != Role::Test => outcome() == Some(true),
            Kind::BoolOp => {
                let ends_with = around.operator() == Operator::Or;
                around
                    .children()
                    .take_while(|part| part.id < below.id)
                    .any(|part| decided(part, known) == Some(ends_with))
            }
            // `if path is None: return` before, in the same block.
            Kind::Block => around.children().take_while(|earlier| earlier.id < below.id).any(|earlier| {
                earlier.is(Kind::If)
                    && earlier.child(Role::Body).is_some_and(Node::leaves)
                    && earlier.child(Role::Test).and_then(|test| decided(test, known)) == Some(true)
            }),
            _ => false,
        };
        if skipped {
            return true;
        }
        below = around;
    }
    false
}

//! What `except` clauses catch, and what they do with it.

use crate::semantic::failures::failing::LONGEST_CHAIN;
use crate::semantic::runtime::lifecycle::is_letting_go;
use crate::semantic::{Model, Node, Place, Type, begins_with_word, has_word, words_of};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// The `except` clauses of a `try`.
    pub fn handlers(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.is(Kind::Handler))
    }

    /// What the `try` of this `except` clause runs.
    pub fn tried(self) -> Option<Node<'m>> {
        self.parent().filter(|_| self.is(Kind::Handler))?.child(Role::Body)
    }

    /// The classes that an `except` clause names.
    pub fn caught_classes(self) -> Vec<Node<'m>> {
        match self.child(Role::Exception) {
            Some(classes) if classes.is(Kind::Tuple) => classes.children().collect(),
            other => other.into_iter().collect(),
        }
    }

    /// Whether a class of exceptions is the one that all of them are, and not one that derives from it.
    pub fn names_every_exception(self) -> bool {
        matches!(self.kind(), Kind::Name | Kind::Attribute)
            && matches!(self.ty(), Type::Path(_))
            && self.model.type_has(self.model.instance_of_class(self.ty()), ClassTag::AnyError)
    }

    /// Whether an `except` clause takes whatever comes.
    pub fn catches_everything(self) -> bool {
        let classes = self.caught_classes();
        classes.is_empty() || classes.iter().any(|class| class.names_every_exception())
    }

    /// Whether all that an `except` clause takes says that another writer was first: `WatchError`, `StaleDataError`.
    pub fn is_about_other_writers(self) -> bool {
        let classes = self.caught_classes();
        !classes.is_empty()
            && classes.iter().all(|class| {
                self.model.type_has(self.model.instance_of_class(class.ty()), ClassTag::ConflictError)
            })
    }

    /// Whether an `except` clause is about being cancelled, and not about a failure.
    pub fn catches_cancellation_alone(self) -> bool {
        let classes = self.caught_classes();
        !classes.is_empty()
            && classes.iter().all(|class| {
                matches!(
                    class.name(),
                    "CancelledError" | "KeyboardInterrupt" | "SystemExit" | "GeneratorExit"
                )
            })
    }

    /// Whether the last thing that an `except` clause does is to leave the surroundings of its `try`.
    pub fn leaves_at_last(self) -> bool {
        self.body().is_some_and(Node::leaves)
    }

    /// Whether an `except` clause decides by what the failure says: its status, its kind, its text.
    pub fn looks_at_failure(self) -> bool {
        if self.symbol().is_empty() {
            return false;
        }
        let Some(body) = self.body() else { return false };
        body.within(&self.source_file().tree.ifs)
            .filter_map(|branch| branch.child(Role::Test))
            .chain(body.descendants_of(Kind::Clause).filter_map(|clause| clause.child(Role::Test)))
            .chain(body.descendants_of(Kind::Conditional).filter_map(|branch| branch.child(Role::Test)))
            .any(|test| test.mentions(self.name()) || self.derives_from_failure(test))
            || body.calls_within().any(|call| call.sorts_out(self.name()))
    }

    /// Whether a given function that is called with this name as an argument looks at it, and raises what is not for it.
    fn sorts_out(self, name: &str) -> bool {
        let Some(function) = self.target().map(|place| self.model.node(place)) else { return false };
        function.own_raises().next().is_some()
            && function.parameters().any(|parameter| {
                self.argument_for(function, parameter)
                    .is_some_and(|argument| argument.is(Kind::Name) && argument.name() == name)
                    && function.own_ifs().any(|branch| {
                        branch.child(Role::Test).is_some_and(|test| test.mentions(parameter.name()))
                    })
            })
    }

    /// Whether a test reads a name that the clause made from the failure, or from such a name: `text = str(error)`.
    fn derives_from_failure(self, test: Node<'m>) -> bool {
        let mut names = vec![self.name()];
        for assignment in self.within(&self.source_file().tree.assignments) {
            if assignment.value().is_some_and(|value| names.iter().any(|name| value.mentions(name))) {
                names.extend(assignment.targets().filter(|it| it.is(Kind::Name)).map(Node::name));
            }
        }
        names[1..].iter().any(|name| test.mentions(name))
    }
}

impl<'m> Node<'m> {
    /// Whether the last statement of an `except` clause ends more than its `try`: it raises, returns, or leaves a loop.
    pub fn ends_surroundings(self) -> bool {
        self.body()
            .and_then(|body| body.children().last())
            .is_some_and(|last| matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Break))
    }

    /// Whether an `except` clause raises again, the same error or another one, as the last thing that it does.
    pub fn raises_at_last(self) -> bool {
        self.body().and_then(|body| body.children().last()).is_some_and(|last| last.is(Kind::Raise))
    }

    /// Whether a `try` lets a failure in its body end there.
    pub(in crate::semantic) fn keeps_failures(self) -> bool {
        self.handlers().any(|handler| {
            !handler.catches_cancellation_alone() && !handler.raises_at_last() && !handler.gives_up()
        })
    }

    /// Whether an `except` clause raises what it caught once the attempts of the loop around it are used up:
    /// `if attempt == 2: raise`.
    fn gives_up(self) -> bool {
        let Some(around) = self.enclosing_loop() else { return false };
        let counts = |test: Node<'m>| {
            around.targets().flat_map(Node::descendants).any(|target| test.mentions(target.name()))
                || test
                    .descendants_of(Kind::Name)
                    .any(|name| has_word(name.name(), &["attempt", "attempts", "tries", "retries"]))
        };
        self.body().is_some_and(|body| {
            body.children().filter(|branch| branch.is(Kind::If)).any(|branch| {
                branch.child(Role::Test).is_some_and(|test| test.is(Kind::Compare) && counts(test))
                    && branch
                        .body()
                        .and_then(|body| body.children().last())
                        .is_some_and(|last| last.is(Kind::Raise))
            })
        })
    }

    /// The places that raise what this expression names, if that is a class of the given files.
    pub(in crate::semantic) fn raises_of_class(self) -> Vec<Node<'m>> {
        let class = self.ty();
        if !matches!(class, Type::Class(_)) {
            return Vec::new();
        }
        let model: &'m Model<'m> = self.model;
        let raises_it = |raise: &Node<'m>| {
            let named = raise.child(Role::Exception).map(|value| value.callee().unwrap_or(value));
            named.is_some_and(|named| named.ty() == class)
        };
        model.raises().filter(raises_it).collect()
    }

    /// Whether an `except` clause does nothing at all about what it caught.
    pub fn is_silent(self) -> bool {
        self.body().is_some_and(|body| {
            body.children().all(|statement| match statement.kind() {
                Kind::Pass | Kind::Continue => true,
                Kind::ExprStatement => statement
                    .children()
                    .next()
                    .is_none_or(|value| matches!(value.kind(), Kind::Str | Kind::Ellipsis)),
                _ => false,
            })
        })
    }
}

impl<'m> Node<'m> {
    /// Whether an `except` clause takes in the cancellation of a coroutine: it is bare, or names `BaseException`.
    pub fn catches_cancellation(self) -> bool {
        let classes = self.caught_classes();
        classes.is_empty() || classes.iter().any(|class| class.names("builtins.BaseException"))
    }

    /// Whether an `except` clause raises, or gives the failure to somebody else: a name, a list, a future, a function.
    pub fn hands_failure_on(self) -> bool {
        self.passes_failure(&|_| true)
    }

    /// Whether an `except` clause gives the exception itself to a call that does something about it: one whose result
    /// is not looked at, and that is no record in a log.
    pub fn gives_failure_to_another(self) -> bool {
        let is_it = |value: Node<'m>| value.is(Kind::Name) && value.symbol() == self.symbol();
        !self.symbol().is_empty()
            && self.descendants_of(Kind::ExprStatement).any(|statement| {
                statement.children().map(Node::unwrapped).any(|call| {
                    call.is(Kind::Call)
                        && !call.writes_log()
                        && !call.does(Tag::Prints)
                        && !crate::semantic::words_of(call.callee_name())
                            .iter()
                            .any(|word| word == "log" || word == "print")
                        && call.positional().chain(call.keywords().filter_map(Node::value)).any(is_it)
                })
            })
    }

    /// Whether an `except` clause raises, or keeps the failure itself for somebody else, and not only a text about it.
    pub fn keeps_failure(self) -> bool {
        self.passes_failure(&|call| call.takes_care())
    }

    /// Whether an `except` clause keeps the exception, or a text made from it, in a name of the function that is raised
    /// with after the clause: the failure does not end there.
    pub fn is_raised_later(self) -> bool {
        self.is_kept_for(&|kind| kind == Kind::Raise)
    }

    /// The same for what the function raises or gives back.
    pub fn is_told_later(self) -> bool {
        self.is_kept_for(&|kind| matches!(kind, Kind::Raise | Kind::Return))
    }

    fn is_kept_for(self, fits: &dyn Fn(Kind) -> bool) -> bool {
        if self.symbol().is_empty() {
            return false;
        }
        let Some(function) = self.function() else { return false };
        let tells = |value: Node<'m>| value.mentions(self.name());
        let assigned = self
            .within(&self.source_file().tree.assignments)
            .filter(|assignment| assignment.value().is_some_and(tells))
            .flat_map(Node::targets);
        let collected = self
            .calls_within()
            .filter(|call| call.stores() && call.positional().any(tells))
            .filter_map(Node::receiver);
        let kept: Vec<&str> = assigned
            .chain(collected)
            .filter(|target| target.is(Kind::Name) && target.function() == Some(function))
            .map(Node::name)
            .collect();
        !kept.is_empty()
            && function
                .descendants()
                .filter(|node| {
                    node.id >= self.data().end && fits(node.kind()) && node.function() == Some(function)
                })
                .any(|end| kept.iter().any(|name| end.mentions(name)))
    }

    /// Whether an `except` clause ends with values that stand in the code, or were handed in, and that another way through
    /// the function gives as well; or gives such where a second attempt of its own has found nothing. Whoever wrote it
    /// takes the failure for an ordinary answer.
    pub fn answers_as_usual(self) -> bool {
        let is_given = |part: Node<'m>| part.is_constant() || part.as_parameter().is_some();
        let Some(function) = self.function() else { return false };
        let last = self.body().and_then(|body| body.children().last()).filter(|last| last.is(Kind::Return));
        let Some(answer) = last
            .and_then(Node::value)
            .filter(|it| it.is(Kind::Tuple) || (it.is_constant() && it.is(Kind::Name)))
        else {
            return false;
        };
        let mut returns = function.own_returns().filter(|other| Some(*other) != last);
        let is_written_out = answer.is_constant()
            || (answer.children().all(is_given) && answer.children().any(Node::is_constant));
        is_written_out
            && returns.any(|other| {
                let tries_again = self.contains(other)
                    && other
                        .value()
                        .is_some_and(|value| value.assigned_value().is_some_and(|it| it.is(Kind::Call)));
                let is_same = !self.contains(other) && other.value().is_some_and(|it| it.reads_like(answer));
                tries_again || is_same
            })
    }

    fn passes_failure(self, fits: &dyn Fn(Node<'m>) -> bool) -> bool {
        self.descendants().any(|node| match node.kind() {
            Kind::Raise => true,
            Kind::Name => {
                !self.symbol().is_empty() && node.symbol() == self.symbol() && node.is_passed_on(self, fits)
            }
            _ => false,
        })
    }

    /// Whether the place where a clause reads its exception keeps it, or gives it to somebody who does more with it
    /// than to tell its text.
    fn is_passed_on(self, handler: Node<'m>, fits: &dyn Fn(Node<'m>) -> bool) -> bool {
        let Some(parent) = self.parent() else { return false };
        match parent.kind() {
            Kind::Assign | Kind::Return | Kind::Tuple => true,
            // `kept = error.with_traceback(None)`
            Kind::Attribute => parent.name() == "with_traceback",
            // `Result(error=error)`, and not a field of a record.
            Kind::Keyword | Kind::Call => {
                let call = if parent.is(Kind::Call) { parent } else { parent.parent().unwrap_or(parent) };
                let is_recorded = std::iter::once(call)
                    .chain(call.ancestors().take_while(|around| *around != handler))
                    .any(|around| around.writes_log() || around.does(Tag::Prints));
                !is_recorded
                    && call.callee_name() != "format"
                    && (call.stores() || !call.is_harmless())
                    && fits(call)
            }
            _ => false,
        }
    }

    /// Whether a call puts its argument somewhere, by the name that such methods have.
    fn stores(self) -> bool {
        ["append", "add", "put", "put_nowait", "set_exception", "setdefault"].contains(&self.callee_name())
    }

    /// Whether a call that is given an exception does more than to make a text of it: it builds an object around it,
    /// stores it, raises it, logs it with its trace, or is somebody else's.
    fn takes_care(self) -> bool {
        let builds = matches!(self.callee().map(Node::ty), Some(Type::Class(_)))
            || self.api().is_some_and(|api| api.is_constructor);
        if builds || self.stores() {
            return true;
        }
        // A result that is kept is mostly a text.
        let statement = self.statement();
        if !matches!(statement.kind(), Kind::ExprStatement | Kind::Return) {
            return false;
        }
        self.target().is_none_or(|place| {
            let function: Node<'m> = self.model.node(place);
            function.descendants_of(Kind::Raise).next().is_some()
                || function
                    .own_calls()
                    .any(|call| call.callee_name() == "exception" || call.keyword("exc_info").is_some())
        })
    }

    /// The `raise` statements in what the `try` of this `except` clause runs, given functions included, of a class that
    /// the clause names.
    pub fn raised_for(self, class: Node<'m>) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        if let Some(body) = self.tried() {
            body.collect_raised(class.ty(), &mut Vec::new(), 0, &mut found);
        }
        found
    }

    fn collect_raised(self, class: Type, seen: &mut Vec<Place>, depth: usize, found: &mut Vec<Node<'m>>) {
        let home = if self.is_function() { Some(self) } else { self.function() };
        let is_own = |node: &Node<'m>| node.function() == home;
        found.extend(self.within(&self.source_file().tree.raises).filter(is_own).filter(|raise| {
            raise.child(Role::Exception).is_some_and(|raised| raised.callee().unwrap_or(raised).ty() == class)
        }));
        if depth >= LONGEST_CHAIN {
            return;
        }
        for place in self.calls_within().filter(is_own).filter_map(Node::target) {
            if seen.len() < 40 && !seen.contains(&place) {
                seen.push(place);
                self.model.node(place).collect_raised(class, seen, depth + 1, found);
            }
        }
    }

    /// Whether the connection to the client was ended before this statement, in the same block.
    pub fn comes_after_the_connection(self) -> bool {
        let statement = self.statement();
        statement.parent().is_some_and(|block| {
            block
                .children()
                .take_while(|earlier| earlier.id < statement.id)
                .filter(|earlier| earlier.is(Kind::ExprStatement))
                .any(|earlier| earlier.calls_within().any(|call| call.does(Tag::EndsConnection)))
        })
    }

    /// Whether this call lets go of something: it closes, stops or cancels it, or is handed the method that does.
    pub fn lets_go(self) -> bool {
        let is_ending = |name: &str| words_of(name).iter().any(|word| is_letting_go(word));
        self.does(Tag::Closes)
            || is_ending(self.callee_name())
            || self.positional().any(|argument| argument.is(Kind::Attribute) && is_ending(argument.name()))
    }

    /// Whether all that can fail in the `try` of this `except` clause is the letting go of something, or the clause
    /// stands in a function that is there for nothing else: little is lost by it.
    pub fn only_lets_go(self) -> bool {
        let Some(body) = self.tried() else { return false };
        let is_last = self.function().is_some_and(|function| {
            matches!(function.name(), "__del__" | "__exit__" | "__aexit__")
                || begins_with_word(
                    function.name(),
                    &["close", "aclose", "stop", "shutdown", "disconnect", "teardown"],
                )
        });
        let mut calls = body
            .calls_within()
            // What is asked for the argument of one that lets go is a part of it.
            .filter(|call| {
                !call
                    .ancestors()
                    .take_while(|around| *around != body)
                    .any(|a| a.is(Kind::Call) && a.lets_go())
            })
            .filter(|call| call.lets_go() || !(call.is_harmless() || call.writes_log()))
            .peekable();
        is_last || (calls.peek().is_some() && calls.all(Node::lets_go))
    }

    /// Whether an `except` clause tells whoever called of the failure: it hands it on, or returns something made from it.
    pub fn tells_caller(self) -> bool {
        self.keeps_failure()
            || (!self.symbol().is_empty()
                && self
                    .descendants_of(Kind::Return)
                    .filter_map(|node| node.child(Role::Value))
                    .any(|value| value.mentions(self.name())))
    }
}

//! Loops that ask again because of the status of an answer: nothing is raised, so no `except` shows it.

use crate::semantic::failures::retries::{Attempts, Failures, Pause, Retry};
use crate::semantic::{Node, has_word};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Operator, Role};

/// Attributes of an answer that say at once whether it is a success.
const SUCCESS: [&str; 3] = ["ok", "is_success", "is_error"];
/// Attributes that tell one failure from another.
const KIND_OF_FAILURE: [&str; 2] = ["is_client_error", "is_server_error"];

/// After which answers such a loop asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskedAgain {
    /// After whatever is no success.
    AnyFailure,
    /// Some failures are told from others: `>= 500`.
    SomeFailures,
    /// After certain statuses alone: those with which the other side says that it has done nothing, for all that the code
    /// shows.
    NamedStatuses,
}

/// A loop whose next turn asks what this one has asked, where the status of its answer did not please.
pub struct AnswerLoop<'m> {
    /// The call whose answer is looked at.
    pub asked: Node<'m>,
    pub asked_again: AskedAgain,
    /// The test of its status.
    test: Node<'m>,
    /// The numbers or the range that the loop counts through; none for `while`.
    counted: Option<Node<'m>>,
}

impl AnswerLoop<'_> {
    /// `if answer.status_code in AGAIN and attempt < retries`: the same test counts the attempts.
    fn counts_in_its_test(&self) -> bool {
        let is_status = |part: Node<'_>| matches!(part.name(), "status_code" | "status");
        self.test
            .descendants_of(Kind::Compare)
            .any(|part| part.compares_order() && !part.descendants_of(Kind::Attribute).any(is_status))
    }
}

impl<'m> Node<'m> {
    /// The test of another system's answer because of which this place is reached: it was no success.
    pub fn answer_found_bad(self) -> Option<Node<'m>> {
        let found = std::cell::Cell::new(None);
        self.is_where(&|part, holds| {
            let asked = part
                .descendants_of(Kind::Attribute)
                .find(|it| matches!(it.name(), "status_code" | "status") || SUCCESS.contains(&it.name()));
            let Some(asked) = asked else { return false };
            let number = part.descendants().find_map(Node::number).unwrap_or_default();
            let is_success = (200.0..300.0).contains(&number);
            let is_bad = match (part.kind(), part.operator()) {
                (Kind::Attribute, _) => holds == (asked.name() == "is_error"),
                (Kind::Compare, Operator::NotEqual) => holds && is_success,
                (Kind::Compare, Operator::Equal) => !holds && is_success,
                (Kind::Compare, Operator::GreaterEqual | Operator::Greater) => holds && number >= 299.0,
                _ => false,
            };
            let is_of_other_system = asked
                .receiver()
                .and_then(Node::assigned_value)
                .is_some_and(|answer| answer.unwrapped().crosses_outside() == Some(System::Http));
            if is_bad && is_of_other_system {
                found.set(Some(part));
            }
            is_bad && is_of_other_system
        });
        found.get()
    }

    /// `for attempt in range(3): answer = post(…); if answer.status_code == 200: return …; sleep(1)`
    pub fn answer_loop(self) -> Option<AnswerLoop<'m>> {
        let counted = match self.kind() {
            Kind::For => Some(self.child(Role::Iterable).filter(|counted| counted.counts_attempts())?),
            Kind::While => None,
            _ => return None,
        };
        if self.is_named_for_waiting() || !self.own_calls_of_loop().any(|call| call.pauses()) {
            return None;
        }
        let asked = self.own_calls_of_loop().find(|call| call.crosses_outside() == Some(System::Http))?;
        if asked.asks_for_health() || self.waits_for_a_process() {
            return None;
        }
        // What is asked has to be the same each time: another page or another address is no second attempt.
        let changes = asked.descendants_of(Kind::Name).any(|part| self.binds_in_turn(part));
        let statement = asked.statement();
        let answer = statement.targets().find(|target| target.is(Kind::Name))?;
        let tests: Vec<Node<'m>> = self
            .descendants()
            .filter(|branch| matches!(branch.kind(), Kind::If | Kind::Clause))
            .filter(|branch| branch.function() == self.function() && branch.enclosing_loop() == Some(self))
            .filter_map(|branch| branch.child(Role::Test))
            .filter(|test| test.id > statement.id && test.status_of(answer).is_some())
            .collect();
        let test = *tests.first()?;
        // Success ends it: in the branch itself, or behind a branch that goes on.
        let leaves = self.descendants().any(|node| {
            matches!(node.kind(), Kind::Return | Kind::Break)
                && node.id > test.id
                && node.function() == self.function()
        });
        let asked_again = tests
            .iter()
            .flat_map(|test| test.descendants())
            .filter_map(Node::tells_failures_apart)
            .max()
            .unwrap_or(AskedAgain::AnyFailure);
        (!changes && leaves).then_some(AnswerLoop { asked, asked_again, test, counted })
    }

    /// The retry that such a loop is.
    pub(in crate::semantic) fn retry_by_answers(self) -> Option<Retry<'m>> {
        let found = self.answer_loop()?;
        let attempts = match found.counted {
            Some(range) if range.is(Kind::Call) && range.positional().count() == 1 => {
                match range.argument(0).map(Node::attempts) {
                    Some(attempts @ Attempts::Number(..)) => attempts,
                    _ => Attempts::Bounded,
                }
            }
            Some(_) => Attempts::Bounded,
            None if self.child(Role::Test).is_some_and(|test| !test.is(Kind::True)) => Attempts::Bounded,
            // Another way out than by the answer that pleased: a counter, a deadline.
            None if self.is_left_elsewhere(&found) || found.counts_in_its_test() => Attempts::Bounded,
            None => Attempts::Unbounded,
        };
        Some(Retry {
            at: self,
            failures: match found.asked_again {
                AskedAgain::AnyFailure => Failures::AnyAnswer(found.test),
                AskedAgain::SomeFailures | AskedAgain::NamedStatuses => Failures::Chosen,
            },
            attempts,
            pause: self.pause_of_turns(),
            is_about_conflicts: false,
            only_loses_races: false,
            is_poll: false,
            is_local: false,
            gives_result: true,
            instead: None,
        })
    }

    /// A range, or numbers that are written down: `for pause in (0.2, 0.4)`.
    pub(in crate::semantic) fn counts_attempts(self) -> bool {
        self.callee().is_some_and(|callee| callee.names("builtins.range"))
            || (matches!(self.kind(), Kind::Tuple | Kind::List)
                && self.children().next().is_some()
                && self.children().all(|part| part.number().is_some()))
    }

    fn own_calls_of_loop(self) -> impl Iterator<Item = Node<'m>> {
        self.calls_within().filter(move |call| call.function() == self.function())
    }

    fn pauses(self) -> bool {
        self.does(Tag::Pauses) || self.blocks_for() == Some(System::Sleep)
    }

    /// Whether the function says that it waits for something to be there: an answer that is none yet is expected.
    fn is_named_for_waiting(self) -> bool {
        self.function().is_some_and(|function| {
            has_word(function.name(), &["wait", "await", "poll", "until", "ready", "watch", "follow"])
        })
    }

    /// Whether a name gets another value in each turn.
    fn binds_in_turn(self, name: Node<'m>) -> bool {
        let binds = |statement: Node<'m>| statement.targets().any(|target| target.symbol() == name.symbol());
        binds(self) || self.within(&self.source_file().tree.assignments).any(binds)
    }

    /// The attribute of the answer that this test looks at, if it is its status.
    fn status_of(self, answer: Node<'m>) -> Option<Node<'m>> {
        self.descendants_of(Kind::Attribute).find(|part| {
            (matches!(part.name(), "status_code" | "status")
                || SUCCESS.contains(&part.name())
                || KIND_OF_FAILURE.contains(&part.name()))
                && part.receiver().is_some_and(|owner| owner.symbol() == answer.symbol())
        })
    }

    /// Whether a part of a test of an answer's status tells one failure from another: `< 500`, `== 429`, `in (502, 503)`.
    fn tells_failures_apart(self) -> Option<AskedAgain> {
        if self.is(Kind::Attribute) && KIND_OF_FAILURE.contains(&self.name()) {
            return Some(AskedAgain::SomeFailures);
        }
        if !self.is(Kind::Compare) {
            return None;
        }
        let number = self.descendants().find_map(Node::number);
        match self.operator() {
            Operator::In | Operator::NotIn => Some(AskedAgain::NamedStatuses),
            Operator::Equal | Operator::NotEqual => {
                let is_failure = number.map_or_else(|| !self.names_success(), |number| number >= 400.0);
                is_failure.then_some(AskedAgain::NamedStatuses)
            }
            _ => number.is_some_and(|number| number > 400.0).then_some(AskedAgain::SomeFailures),
        }
    }

    /// `HTTPStatus.OK`, `codes.created`, `status.HTTP_200_OK`
    fn names_success(self) -> bool {
        self.descendants_of(Kind::Attribute)
            .any(|part| has_word(part.name(), &["ok", "created", "accepted", "success", "2xx"]))
    }

    /// Whether the address is the one at which a service says that it is there: asked again, it was not there yet.
    fn asks_for_health(self) -> bool {
        let url = self.argument_or_keyword(0, "url");
        url.into_iter()
            .flat_map(Node::told_by)
            .filter(|part| part.is(Kind::Str))
            .any(|part| has_word(part.source(), &["health", "healthz", "ready", "readyz", "livez", "ping"]))
    }

    /// Whether anything else than the test of the answer leads out of the loop.
    fn is_left_elsewhere(self, found: &AnswerLoop<'m>) -> bool {
        self.descendants().any(|node| {
            matches!(node.kind(), Kind::Raise | Kind::Return | Kind::Break)
                && node.function() == self.function()
                && node.ancestors().take_while(|around| *around != self).any(|around| {
                    matches!(around.kind(), Kind::If | Kind::Clause)
                        && around.child(Role::Test).is_some_and(|test| test != found.test)
                })
        })
    }

    fn pause_of_turns(self) -> Pause<'m> {
        let Some(sleep) = self.own_calls_of_loop().find(|call| call.pauses()) else { return Pause::Never };
        match sleep.argument(0) {
            Some(seconds) if seconds.number().is_some() => Pause::Even(seconds),
            _ => Pause::Fine,
        }
    }
}

//! Loops that ask again because of the status of an answer: nothing is raised, so no `except` shows it.

use crate::semantic::failures::retries::{Attempts, Failures, Pause, Retry};
use crate::semantic::{Node, words_of};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Operator, Role};

/// Attributes of an answer that say at once whether it is a success.
const SUCCESS: [&str; 4] = ["ok", "is_success", "is_error", "is_client_error"];

/// A loop whose next turn asks what this one has asked, where the status of its answer did not please.
pub struct AnswerLoop<'m> {
    /// The call whose answer is looked at.
    pub asked: Node<'m>,
    /// Whether only certain statuses are asked again: those with which the other side says that it has done nothing, for
    /// all that the code shows.
    pub picks_statuses: bool,
    /// The test of its status.
    test: Node<'m>,
    /// The numbers or the range that the loop counts through; none for `while`.
    counted: Option<Node<'m>>,
}

impl<'m> Node<'m> {
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
            .descendants_of(Kind::If)
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
        let picks_statuses = tests.iter().flat_map(|test| test.descendants_of(Kind::Compare)).any(|test| {
            let number = test.descendants().find_map(Node::number);
            match test.operator() {
                Operator::In | Operator::NotIn => true,
                Operator::Equal | Operator::NotEqual => number.is_none_or(|number| number >= 400.0),
                _ => false,
            }
        });
        (!changes && leaves).then_some(AnswerLoop { asked, picks_statuses, test, counted })
    }

    /// The retry that such a loop is.
    pub(in crate::semantic) fn retry_by_answers(self) -> Option<Retry<'m>> {
        let found = self.answer_loop()?;
        let chosen = self.chooses_statuses();
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
            None if self.is_left_elsewhere(&found) => Attempts::Bounded,
            None => Attempts::Unbounded,
        };
        Some(Retry {
            at: self,
            failures: if chosen { Failures::Chosen } else { Failures::AnyAnswer(found.test) },
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
            words_of(function.name()).iter().any(|word| {
                matches!(word.as_str(), "wait" | "await" | "poll" | "until" | "ready" | "watch" | "follow")
            })
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
            (matches!(part.name(), "status_code" | "status") || SUCCESS.contains(&part.name()))
                && part.receiver().is_some_and(|owner| owner.symbol() == answer.symbol())
        })
    }

    /// Whether any test of the loop tells one failure from another: `< 500`, `== 400`, `in (502, 503)`.
    fn chooses_statuses(self) -> bool {
        self.descendants_of(Kind::Compare).any(|test| {
            let number = test.descendants().find_map(Node::number).unwrap_or(0.0);
            match test.operator() {
                Operator::In | Operator::NotIn => true,
                Operator::Equal | Operator::NotEqual => (400.0..600.0).contains(&number),
                _ => number > 400.0,
            }
        })
    }

    /// Whether the address is the one at which a service says that it is there: asked again, it was not there yet.
    fn asks_for_health(self) -> bool {
        let url = self.argument_or_keyword(0, "url");
        url.into_iter().flat_map(Node::told_by).filter(|part| part.is(Kind::Str)).any(|part| {
            words_of(part.source()).iter().any(|word| {
                matches!(word.as_str(), "health" | "healthz" | "ready" | "readyz" | "livez" | "ping")
            })
        })
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

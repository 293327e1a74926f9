//! What a process keeps for all requests and never lets go of.

use crate::semantic::{EntryPoints, Node, SharedState};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Operator, Role};

impl<'m> Node<'m> {
    /// Whether the function waits for what it has just handed over: `await queue.put((job, done))`, then
    /// `await done.wait()`.
    pub fn awaits_answer(self) -> bool {
        let Some(function) = self.function() else { return false };
        let is_handed = |node: Node<'m>| {
            node.is(Kind::Name)
                && node.assigned_value().is_some_and(|made| made.is(Kind::Call))
                && self.positional().any(|argument| {
                    argument.descendants_of(Kind::Name).any(|part| part.name() == node.name())
                })
        };
        function
            .descendants_of(Kind::Await)
            .filter(|wait| wait.id > self.id && wait.function() == Some(function))
            .filter_map(|wait| wait.child(Role::Value))
            .any(|awaited| {
                let awaited = match awaited.callee_name() {
                    "wait_for" | "shield" => awaited.argument(0).unwrap_or(awaited),
                    _ => awaited,
                };
                is_handed(awaited)
                    || (awaited.callee_name() == "wait" && awaited.receiver().is_some_and(is_handed))
            })
    }
}

impl<'m> SharedState<'m> {
    /// Whether it is known of the code itself, by its name, and is the same in each process sooner or later.
    pub fn is_about_code(&self) -> bool {
        crate::semantic::words_of(self.name()).last().is_some_and(|word| {
            matches!(
                word.trim_end_matches('s'),
                "model"
                    | "callback"
                    | "plugin"
                    | "tool"
                    | "route"
                    | "router"
                    | "server"
                    | "guardrail"
                    | "prompt"
                    | "provider"
                    | "lock"
                    | "semaphore"
                    | "translation"
                    | "requirement"
                    | "module"
                    | "transport"
                    | "handler"
                    | "generation"
            )
        })
    }

    /// Whether a job, or work that a request leaves behind, puts in what it is handed: `visited.add(url)`.
    fn grows_in_background(&self, change: Node<'m>, function: Node<'m>) -> bool {
        let is_handed = |value: Node<'m>| {
            let value = value.resolved_value();
            value.as_parameter().is_some_and(|parameter| parameter.name() != "self")
        };
        function.entry_points().includes(EntryPoints::BACKGROUND)
            && change.is(Kind::Call)
            && matches!(change.callee_name(), "add" | "append")
            && change.receiver().is_some_and(|whole| whole.reads_like(self.definition))
            && change.argument(0).is_some_and(is_handed)
    }

    /// Whether it only ever grows by what requests bring: nothing is taken out of it, it has no size, and nobody puts
    /// another one in its place. The change by which it grows.
    pub fn grows_with_requests(&self) -> Option<Node<'m>> {
        const REMOVING: [&str; 8] =
            ["pop", "popitem", "popleft", "remove", "discard", "clear", "subtract", "move_to_end"];
        let is_bounded = self.value.is(Kind::Call)
            && (self.value.api().and_then(|api| api.class).is_some_and(|class| class.has(ClassTag::Cache))
                || self.value.argument_or_keyword(1, "maxlen").is_some());
        let container = self.value.makes_container();
        if is_bounded || !container {
            return None;
        }
        let removes = |change: &Node<'m>| {
            (change.is(Kind::Call) && REMOVING.contains(&change.callee_name()))
                || change.targets().any(|target| {
                    target.child(Role::Index).is_some_and(|index| index.is(Kind::Slice))
                        || target.is(Kind::Name)
                })
        };
        if self.changes.iter().any(removes) {
            return None;
        }
        let grows = self.changes.iter().copied().find(|change| {
            let Some(function) = change.function() else { return false };
            if self.grows_in_background(*change, function) {
                return true;
            }
            if !function.may_serve_requests() {
                return false;
            }
            if function.is_startup() {
                return false;
            }
            // A constructor that fills what it has just made does so once for each object.
            let is_being_made = function.name() == "__init__" && self.definition.function() == Some(function);
            if is_being_made || self.is_bounded_by_its_entries(*change) || self.keeps_new_keys_out(*change) {
                return false;
            }
            let sent = |node: Node<'m>| node.may_come_from_request() || node.is_made_at_random();
            if change.is(Kind::Call) {
                let name = change.callee_name();
                let is_entry = change
                    .receiver()
                    .is_some_and(|list| !list.reads_like(self.definition) && !list.is(Kind::Attribute));
                match name {
                    "append" | "appendleft" | "extend" | "insert" | "put" | "put_nowait" => {
                        !is_entry && change.positional().any(|value| sent(value) || !value.is_constant())
                    }
                    "add" | "setdefault" | "update" => !is_entry && change.argument(0).is_some_and(sent),
                    _ => false,
                }
            } else {
                change.targets().filter_map(|target| target.child(Role::Index)).any(sent)
            }
        })?;
        let has_few_keys = || {
            self.is_keyed_by_what_is_set_up() && (self.holds_views_of_its_keys() || self.prunes_its_entries())
        };
        if self.only_spares_log_lines() || has_few_keys() {
            return None;
        }
        let model = self.definition.model;
        let name = self.name();
        let files = || std::iter::once(self.definition).chain(self.changes.iter().copied());
        let is_deleted = files().any(|place| {
            place
                .at(0)
                .descendants_of(Kind::Delete)
                .any(|deleted| deleted.descendants().any(|part| part.symbol() == self.definition.symbol()))
        });
        let is_replaced = model.assignments().any(|assignment| {
            assignment.targets().any(|target| {
                target.symbol() == self.definition.symbol()
                    && matches!(target.kind(), Kind::Name | Kind::Attribute)
                    && target.function().is_some_and(|function| function.name() != "__init__")
            })
        });
        let is_passed_on = || {
            // Whoever it is handed to may shorten it.
            model
                .calls_named("clear")
                .chain(model.calls_named("pop"))
                .any(|call| call.receiver().is_some_and(|receiver| receiver.name() == name))
        };
        (!is_deleted && !is_replaced && !is_passed_on()).then_some(grows)
    }

    /// Whether a test around a change, or in front of it, lets no new key in: never, or not when there are many.
    fn keeps_new_keys_out(&self, change: Node<'m>) -> bool {
        let Some(function) = change.function() else { return false };
        function.own_ifs().filter(|node| node.id < change.id).any(|node| {
            let Some(grown) =
                node.child(Role::Test).and_then(|test| self.holds_of_one_too_many(test, change))
            else {
                return false;
            };
            let Some(body) = node.body() else { return false };
            match node.contains(change) {
                true => body.contains(change) != grown,
                false => grown && body.leaves() && node.dominates(change),
            }
        })
    }

    /// What a test says of a key that is in none of the other containers, where it asks one that requests don't fill:
    /// `if key not in PLANS`, or `plan = self.plan_of(key)` and then `if plan is None`.
    fn holds_of_a_stranger(&self, test: Node<'m>, change: Node<'m>) -> Option<bool> {
        let key =
            change.targets().find_map(|target| target.child(Role::Index)).or_else(|| change.argument(0))?;
        let model = self.definition.model;
        let is_fixed = |table: Node<'m>| {
            table.defining_target().is_some_and(|made| {
                made != self.definition
                    && made
                        .parent()
                        .and_then(Node::value)
                        .is_some_and(|value| value.unwrapped().makes_container())
                    && !model.shared_state().iter().any(|state| {
                        state.definition == made
                            && state.changes.iter().any(|change| {
                                let keys = change.targets().filter_map(|target| target.child(Role::Index));
                                keys.chain(change.argument(0)).any(Node::may_come_from_request)
                            })
                    })
            })
        };
        let looks_up = |found: Node<'m>, key: &str| {
            found.callee_name() == "get"
                && found.argument(0).is_some_and(|asked| asked.source() == key)
                && found.receiver().is_some_and(is_fixed)
        };
        let is_found = |found: Node<'m>| {
            let found = found.resolved_value().unwrapped();
            looks_up(found, key.source())
                || found.target().is_some_and(|place| {
                    let function: Node<'m> = model.node(place);
                    let asked = function.parameters().find(|parameter| {
                        found.argument_for(function, *parameter).is_some_and(|given| given.reads_like(key))
                    });
                    asked.is_some_and(|asked| {
                        function
                            .own_returns()
                            .filter_map(Node::value)
                            .any(|value| looks_up(value, asked.name()))
                    })
                })
        };
        if !test.is(Kind::Compare) {
            return is_found(test).then_some(false);
        }
        let (left, right) = (test.child(Role::Left)?, test.child(Role::Right)?);
        let is_asked = match right.is_none() {
            true => is_found(left),
            false => left.reads_like(key) && is_fixed(right),
        };
        is_asked.then_some(matches!(test.operator(), Operator::NotIn | Operator::Is))
    }

    /// What a test says of a new key while there are many entries, if that decides it.
    fn holds_of_one_too_many(&self, test: Node<'m>, change: Node<'m>) -> Option<bool> {
        let is_it = |node: Node<'m>| {
            matches!(node.kind(), Kind::Name | Kind::Attribute) && node.symbol() == self.definition.symbol()
        };
        match test.kind() {
            Kind::UnaryOp if test.operator() == Operator::Not => {
                self.holds_of_one_too_many(test.value()?, change).map(|holds| !holds)
            }
            Kind::BoolOp => {
                let parts: Vec<Option<bool>> =
                    test.children().map(|part| self.holds_of_one_too_many(part, change)).collect();
                let decides = test.operator() == Operator::Or;
                if parts.contains(&Some(decides)) {
                    return Some(decides);
                }
                parts.iter().all(|part| *part == Some(!decides)).then_some(!decides)
            }
            Kind::Compare => {
                let (left, right) = (test.child(Role::Left)?, test.child(Role::Right)?);
                let counts = || {
                    left.is(Kind::Call) && left.callee_name() == "len" && left.argument(0).is_some_and(is_it)
                };
                // A list takes what it holds already once more.
                let is_key = || {
                    is_it(right)
                        && change
                            .targets()
                            .filter_map(|target| target.child(Role::Index))
                            .any(|key| key.reads_like(left))
                };
                match test.operator() {
                    Operator::NotIn if is_key() => Some(true),
                    Operator::In if is_key() => Some(false),
                    Operator::Greater | Operator::GreaterEqual if counts() => Some(true),
                    Operator::Less | Operator::LessEqual if counts() => Some(false),
                    _ => self.holds_of_a_stranger(test, change),
                }
            }
            _ => self.holds_of_a_stranger(test, change),
        }
    }
}

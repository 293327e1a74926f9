//! What a process keeps for all requests and never lets go of.

use super::{Node, SharedState};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

impl<'m> SharedState<'m> {
    /// Whether it is known of the code itself, by its name, and is the same in each process sooner or later.
    pub fn is_about_code(&self) -> bool {
        super::words_of(self.name()).last().is_some_and(|word| {
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
            let Some(function) = change.function().filter(|function| function.may_serve_requests()) else {
                return false;
            };
            if function.is_startup() {
                return false;
            }
            if self.is_bounded_by_its_entries(*change) {
                return false;
            }
            let sent = |node: Node<'m>| node.may_come_from_request() || node.is_fresh_thread();
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
        if self.only_spares_log_lines() {
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
}

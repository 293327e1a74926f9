//! What a process may keep for itself: what it can make again, what the database has as well, what only spares a
//! second line in the log.

use crate::semantic::types::Type;
use crate::semantic::{Node, SharedState, has_word};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// How far a value is followed through parameters, calls and results.
const DEEP: u32 = 6;

impl<'m> Node<'m> {
    /// Whether this assignment to an entry of a cache, by its class or its name, makes again what was missing under
    /// the same key: whoever comes second puts in the same once more. Not where the entry has to be closed, or is an
    /// empty container that others fill.
    pub fn is_a_memo(self, target: Node<'m>, read: Node<'m>) -> bool {
        let Some((table, key)) = target.child(Role::Value).zip(target.child(Role::Index)) else {
            return false;
        };
        let Some(value) = self.child(Role::Value).filter(|_| self.is(Kind::Assign)) else { return false };
        let is_cache = table.instance_of().is_some_and(|class| class.has(ClassTag::Cache))
            || has_word(table.name(), &["cache", "cached", "memo", "memos", "memoized"]);
        let read_key = read.parent().and_then(|around| match around.kind() {
            Kind::Subscript => around.child(Role::Index),
            Kind::Compare => around.child(Role::Left),
            Kind::Attribute => around.parent().and_then(|call| call.argument(0)),
            _ => None,
        });
        let computed = value.resolved_value().unwrapped();
        let is_empty = computed.makes_container()
            && computed.children().all(|part| part.role() == Role::Callee || part.is(Kind::Name));
        is_cache
            && read_key.is_some_and(|read| read.reads_like(key))
            && !value.descendants().chain(computed.descendants()).any(|part| {
                let made = if part.is(Kind::Name) { part.assigned_value() } else { None };
                part.reads_like(table)
                    || made.is_some_and(|made| made.descendants().any(|part| part.reads_like(table)))
            })
            && !is_empty
            && ![value, computed].iter().any(|value| value.owns_a_resource())
    }

    /// Whether somebody has to close what this gives, or each process has to have its own.
    fn owns_a_resource(self) -> bool {
        let model = self.model;
        model.is_part_of_process(self.ty())
            || matches!(self.ty(), Type::Object(class) if model.is_live(class, 0))
            || self.is(Kind::Lambda)
            || self.origin(|made| model.is_part_of_process(made.ty()) || made.does(Tag::StartsTask)).is_some()
    }

    /// Whether the value was read from the database: a row, or what is made of one, also by whoever hands it in.
    fn is_of_rows(self, depth: u32) -> bool {
        let model = self.model;
        let value = self.unwrapped();
        if depth > DEEP {
            return false;
        }
        let reads = |call: Node<'m>| call.does(Tag::Fetches) || call.does(Tag::Executes);
        if value.origin(reads).is_some() {
            return true;
        }
        if let Some(parameter) = value.as_parameter() {
            let Some(function) = value.function() else { return false };
            let calls = model.callers_of(function.place());
            return !calls.is_empty()
                && calls.iter().all(|&call| {
                    let given = model.node(call).argument_for(function, parameter);
                    given.is_some_and(|given| given.is_of_rows(depth + 1))
                });
        }
        let made = value.resolved_value().unwrapped();
        match made.kind() {
            Kind::Attribute => made.receiver().is_some_and(|receiver| receiver.is_of_rows(depth + 1)),
            Kind::Name if made != value => made.is_of_rows(depth + 1),
            Kind::Call => {
                made.positional().any(|argument| argument.is_of_rows(depth + 1))
                    || made.target().is_some_and(|place| {
                        let function = model.node(place);
                        function
                            .own_returns()
                            .filter_map(|node| node.child(Role::Value))
                            .any(|value| value.is_of_rows(depth + 2))
                    })
            }
            _ => false,
        }
    }

    /// Whether a loop over rows comes here, itself or through callers.
    fn is_done_for_all_rows(self, depth: u32) -> bool {
        let model = self.model;
        let around = self
            .surroundings()
            .filter(|node| node.is(Kind::For))
            .filter_map(|node| node.child(Role::Iterable))
            .any(|iterable| iterable.is_of_rows(DEEP - 2));
        around
            || (depth < 3
                && self.function().is_some_and(|function| {
                    model
                        .callers_of(function.place())
                        .iter()
                        .any(|&call| model.node(call).is_done_for_all_rows(depth + 1))
                }))
    }

    /// Whether the statement does nothing but write to the log.
    fn only_logs(self) -> bool {
        match self.kind() {
            Kind::ExprStatement => self.children().all(|value| {
                value.is(Kind::Str)
                    || value.writes_log()
                    || value.does(Tag::Prints)
                    || value.callee().is_some_and(|callee| callee.names("warnings.warn"))
            }),
            Kind::If | Kind::Clause | Kind::Block => {
                self.children().filter(|part| part.role() != Role::Test).all(Node::only_logs)
            }
            Kind::Pass => true,
            _ => false,
        }
    }
}

impl<'m> SharedState<'m> {
    fn is_named_by(&self, node: Node<'m>) -> bool {
        node.symbol() == self.definition.symbol() && matches!(node.kind(), Kind::Name | Kind::Attribute)
    }

    /// Whether it does nothing but keep a line from being logged a second time: what is in it is only asked for, and
    /// what depends on the answer only logs.
    pub fn only_spares_log_lines(&self) -> bool {
        !self.changes.is_empty()
            && self.changes.iter().all(|&change| {
                let marks =
                    change.is(Kind::Assign) && change.child(Role::Value).is_some_and(Node::is_constant);
                let adds = marks || matches!(change.callee_name(), "add" | "append");
                let Some(function) = change.function().filter(|_| adds) else { return false };
                let statement = change.statement();
                let is_mark = |other: Node<'m>| other == statement || other.only_logs();
                function.own_ifs().filter(|node| node.id < change.id).any(|asks| {
                    let Some((test, body)) = asks.child(Role::Test).zip(asks.body()) else { return false };
                    if !test.descendants().any(|part| self.is_named_by(part)) {
                        return false;
                    }
                    let says_more = |block: Node<'m>| {
                        block
                            .children()
                            .any(|other| other.id > asks.id && other != statement && other.only_logs())
                    };
                    if body.contains(change) {
                        return test
                            .descendants_of(Kind::Compare)
                            .any(|test| test.operator() == Operator::NotIn)
                            && says_more(body)
                            && body.children().all(is_mark);
                    }
                    // `if key in marked: return limit`, then the mark, the line, and `return limit`.
                    let Some(left) = body.children().next().filter(|first| {
                        body.children().count() == 1 && matches!(first.kind(), Kind::Return | Kind::Continue)
                    }) else {
                        return false;
                    };
                    asks.parent().is_some_and(|block| {
                        says_more(block)
                            && block
                                .children()
                                .filter(|other| other.id > asks.id)
                                .all(|other| is_mark(other) || other.reads_like(left))
                    })
                })
            })
    }

    /// Whether it is a copy of rows: whatever is put in was read from the database, and all of them are read again.
    pub fn is_a_copy_of_rows(&self) -> bool {
        const TAKING: [&str; 6] = ["pop", "popitem", "popleft", "remove", "discard", "clear"];
        let mut additions = self
            .changes
            .iter()
            .filter(|change| !(change.is(Kind::Call) && TAKING.contains(&change.callee_name())))
            .filter_map(|change| match change.is(Kind::Call) {
                true => change.positional().last(),
                false => change.child(Role::Value),
            })
            // What was in it before is put back.
            .filter(|value| !value.resolved_value().descendants().any(|part| self.is_named_by(part)))
            .peekable();
        additions.peek().is_some()
            && additions.all(|value| value.is_of_rows(0))
            && self.changes.iter().any(|change| change.is_done_for_all_rows(0))
    }

    /// Whether each function that puts something in also writes it to the database.
    pub fn is_written_through(&self) -> bool {
        let writes = |call: Node<'m>| {
            call.does(Tag::AddsRow) || call.does(Tag::WritesStatement) || call.does(Tag::Commits)
        };
        let mut adding = self
            .changes
            .iter()
            .filter(|change| {
                change.is(Kind::Assign) || matches!(change.callee_name(), "add" | "append" | "setdefault")
            })
            .peekable();
        adding.peek().is_some()
            && adding.all(|change| {
                let value = change.child(Role::Value).filter(|_| change.is(Kind::Assign));
                let Some(value) = value.or_else(|| change.positional().last()) else { return false };
                value.is(Kind::Name)
                    && change.function().is_some_and(|function| {
                        function.own_calls().any(|call| {
                            let mut given = call
                                .positional()
                                .chain(call.keywords().filter_map(|keyword| keyword.child(Role::Value)));
                            given.any(|given| given.reads_like(value))
                                && (call.does(Tag::AddsRow)
                                    || call.target().is_some_and(|place| {
                                        let callee: Node<'m> = call.model.node(place);
                                        callee.reaches(&writes).is_some()
                                    }))
                        })
                    })
            })
    }

    /// Whether the code around it takes entries out when there are too many: in a function that measures it, and holds the
    /// length, or what is computed from it, against another number; and nobody is given all of it. So it forgets by design,
    /// as a cache with a size does.
    pub fn is_evicted_when_full(&self) -> bool {
        const TAKING: [&str; 5] = ["pop", "popitem", "popleft", "clear", "remove"];
        let module = self.definition.at(0);
        let is_it = |node: Node<'m>| self.is_named_by(node);
        let takes =
            |call: Node<'m>| TAKING.contains(&call.callee_name()) && call.receiver().is_some_and(is_it);
        let deleting = module.descendants_of(Kind::Delete).filter(|deleted| {
            deleted.descendants_of(Kind::Subscript).any(|entry| entry.value().is_some_and(is_it))
        });
        // What is given back as a whole is a list of its own, and no cache that is asked for one entry.
        let lists_it = |call: Node<'m>| {
            let named = if call.receiver().is_some_and(is_it) {
                matches!(call.callee_name(), "values" | "items" | "keys")
            } else {
                matches!(call.callee_name(), "list" | "sorted" | "dict" | "tuple")
                    && call.argument(0).is_some_and(is_it)
            };
            named && call.surroundings().any(|around| around.is(Kind::Return))
        };
        if module.calls_within().any(lists_it) {
            return false;
        }
        let taking = self.changes.iter().copied().filter(|change| change.is(Kind::Call) && takes(*change));
        taking.chain(deleting).filter_map(Node::function).any(|function| {
            let measures = |node: Node<'m>| {
                node.is(Kind::Call) && node.callee_name() == "len" && node.argument(0).is_some_and(is_it)
            };
            // That there is something at all is asked before one is taken out to be worked on.
            let is_too_long = |side: Node<'m>, other: Node<'m>| {
                let length = if side.is(Kind::Name) { side.assigned_value().unwrap_or(side) } else { side };
                match length.is(Kind::BinOp) {
                    true => length.descendants_of(Kind::Call).any(measures),
                    false => measures(length) && other.number() != Some(0.0),
                }
            };
            function.descendants_of(Kind::Compare).filter(|test| test.compares_order()).any(|test| {
                let sides = test.child(Role::Left).zip(test.child(Role::Right));
                sides.is_some_and(|(left, right)| is_too_long(left, right) || is_too_long(right, left))
            })
        })
    }

    /// Whether the change adds to an entry that bounds itself: a cache with a size in each entry, as in
    /// `defaultdict(LRU)`, or a class that takes out what is too much.
    pub fn is_bounded_by_its_entries(&self, change: Node<'m>) -> bool {
        let is_entry = change.targets().any(|target| {
            target.is(Kind::Subscript)
                && target.child(Role::Value).is_some_and(|entry| entry.is(Kind::Subscript))
        });
        let made = std::iter::once(self.value).chain(self.additions());
        is_entry
            && made
                .flat_map(Node::descendants)
                .filter(|part| matches!(part.kind(), Kind::Name | Kind::Attribute | Kind::Call))
                .any(|part| {
                    let kind = part.ty();
                    let model = part.model;
                    let instance = model.instance_of_class(kind);
                    model.type_has(kind, ClassTag::Cache)
                        || model.type_has(instance, ClassTag::Cache)
                        || [kind, instance].iter().any(
                            |kind| matches!(kind, Type::Object(class) if model.node(*class).takes_out_what_is_too_much()),
                        )
                })
    }
}

impl<'m> Node<'m> {
    /// Whether a given class of containers removes something when something is put in.
    fn takes_out_what_is_too_much(self) -> bool {
        let removes = |method: Node<'m>| {
            method.descendants_of(Kind::Delete).next().is_some()
                || method
                    .calls_within()
                    .any(|call| matches!(call.callee_name(), "popitem" | "pop" | "popleft"))
        };
        ["__setitem__", "put", "add", "append", "set"].iter().any(|name| {
            self.model.method_of(self.place(), name).is_some_and(|place| removes(self.model.node(place)))
        })
    }
}

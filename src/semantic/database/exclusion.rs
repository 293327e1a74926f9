//! What keeps others out: the locks that a query takes on its rows, and those that stand around code.

use crate::semantic::{Api, Model, Node, remembered};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// Whether the row that this call fetches is surely locked: a helper that only locks when it is asked to has to
    /// be asked.
    pub fn surely_locks(self, lock: Node<'m>) -> bool {
        if self.function() == lock.function() {
            return true;
        }
        if self.lets_go_of(lock) {
            return false;
        }
        lock.surroundings()
            .filter(|node| node.is(Kind::If))
            .filter_map(|node| node.child(Role::Test))
            .all(|test| test.is(Kind::Name) && self.keyword(test.name()).is_some_and(Node::is_true))
    }

    /// Whether this call runs a helper that only locks when it is asked to, and does not ask.
    pub(in crate::semantic) fn leaves_unlocked(self, lock: Node<'m>) -> bool {
        let Some(helper) = lock.function().filter(|helper| self.target() == Some(helper.place())) else {
            return false;
        };
        let tests = lock.surroundings().filter(|node| node.is(Kind::If));
        tests.filter_map(|node| node.child(Role::Test)).any(|test| {
            let Some(parameter) = test.as_parameter().filter(|_| test.is(Kind::Name)) else { return false };
            let is_default = || parameter.child(Role::Default).is_some_and(|value| !value.is(Kind::False));
            let is_asked = match self.keyword(test.name()) {
                Some(value) => !value.is(Kind::False),
                None => is_default() || self.positional().any(Node::is_true) || self.has_hidden_arguments(),
            };
            helper.parameters().any(|known| known == parameter) && !is_asked
        })
    }

    /// Whether nobody holds the lock any more by the time that this call is over: on the way to the lock, what this call
    /// runs opens the session in which it is taken, or ends the transaction behind it.
    fn lets_go_of(self, lock: Node<'m>) -> bool {
        let model: &'m Model<'m> = self.model;
        let takes = |call: Node<'m>| call.file == lock.file && call.contains(lock);
        let Some(chain) = self.target().and_then(|place| model.node(place).reaches(&takes)) else {
            return false;
        };
        chain.iter().any(|step| {
            let opens_session = step
                .enclosing_with_items()
                .flat_map(Node::targets)
                .any(|session| step.descendants_of(Kind::Name).any(|name| name.symbol() == session.symbol()));
            opens_session
                || step.function().into_iter().flat_map(Node::own_calls).any(|end| {
                    end.id > step.id && !step.contains(end) && end.ends_transaction() && step.dominates(end)
                })
        })
    }

    /// Whether a transaction that this call has part in ends in it: it commits, rolls back or closes its session.
    pub fn ends_transaction(self) -> bool {
        self.does(Tag::Commits)
            || self.does(Tag::RollsBack)
            || self.does(Tag::Closes)
            || (self.target().is_some() && self.leads_to(Tag::Commits))
    }

    /// What in this call locks the rows that it reads.
    pub(in crate::semantic) fn row_lock(self, api: Api) -> Option<Node<'m>> {
        // `update(…).returning(…)` locks the rows that it gives back.
        let locks = || api.has(Tag::WritesStatement) || self.sql_that_locks().is_some();
        if api.has(Tag::LocksRows) {
            return Some(self);
        }
        self.keyword("with_for_update")
            .filter(|value| !matches!(value.resolved_value().kind(), Kind::False | Kind::None))
            .or_else(|| locks().then_some(self))
    }

    /// Whether this call reads rows and locks them.
    pub fn locks_rows(self) -> bool {
        match self.api() {
            Some(api) => !api.has(Tag::WritesStatement) && self.row_lock(api).is_some(),
            None => self.sql_that_locks().is_some(),
        }
    }

    pub(in crate::semantic) fn sql_that_locks(self) -> Option<&'m str> {
        self.sql().filter(|sql| crate::semantic::database::stale_writes::locks_by_text(sql))
    }

    /// What makes sure that one flow of control at a time comes to this place: a lock that encloses it, one that the
    /// function has taken before, or an isolation that aborts one of two.
    pub fn exclusive_by(self) -> Option<Node<'m>> {
        if let Some(lock) = self.enclosing_lock() {
            return Some(lock);
        }
        self.lock_taken_before().or_else(|| self.function()?.callers_lock(0))
    }

    /// A lock or lease that the function has taken by the time of this place, or an isolation it has asked for.
    fn lock_taken_before(self) -> Option<Node<'m>> {
        self.function()?.first_lock().filter(|lock| lock.id < self.id)
    }

    /// The first call by which this function takes a lock for the rest of itself. Asked for at each change of a row, so
    /// it is remembered.
    fn first_lock(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let found = remembered(&model.first_locks, self.place(), || {
            let mut calls = self.own_calls();
            let lock = calls.find(|call| {
                call.takes_distributed_lock()
                    || call.locks_by_name()
                    || (call.callee_name() == "acquire" && call.receiver().is_some_and(Node::is_lock))
                    || call.raises_isolation()
            });
            lock.map(Node::place)
        });
        found.map(|place| model.node(place))
    }

    /// A helper of the project that is named for the lock it takes: `await self._lock_group(session, group_id)`.
    fn locks_by_name(self) -> bool {
        // Most calls run no function of the project: their names need no look.
        if self.target().is_none() {
            return false;
        }
        let has = |words: &[&str]| crate::semantic::has_word(self.callee_name(), words);
        has(&["lock", "locked"]) && !has(&["is", "un", "unlock", "release", "try"])
    }

    fn enclosing_lock(self) -> Option<Node<'m>> {
        self.enclosing_with_items()
            .filter_map(|item| item.child(Role::Context))
            .find(|context| context.is_lock())
    }

    /// A lock under which all calls of this function stand, or those of its callers.
    fn callers_lock(self, depth: u32) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let mut lock = None;
        for &call in model.callers_of(self.place()) {
            let call = model.node(call);
            let outer = || call.function().filter(|_| depth < 3)?.callers_lock(depth + 1);
            lock = Some(call.enclosing_lock().or_else(|| call.lock_taken_before()).or_else(outer)?);
        }
        lock
    }

    /// Whether entering this context manager, or acquiring it, keeps others out.
    fn is_lock(self) -> bool {
        self.is_lock_within(0)
    }

    fn is_lock_within(self, depth: u32) -> bool {
        if depth > 4 {
            return false;
        }
        if self.is_a(ClassTag::AsyncLock) || self.is_a(ClassTag::ThreadLock) {
            return !self.is_lock_of_one_call();
        }
        match self.kind() {
            Kind::Conditional => {
                return [Role::Body, Role::Orelse]
                    .iter()
                    .filter_map(|&role| self.child(role))
                    .all(|side| side.is_lock_within(depth + 1));
            }
            Kind::Call => {
                // A given context manager that yields under a lock.
                let yields_under_lock = self.target().is_some_and(|place| {
                    self.model.node(place).own_yields().any(|node| {
                        node.enclosing_with_items()
                            .filter_map(|item| item.child(Role::Context))
                            .any(|context| context.is_lock_within(depth + 1))
                    })
                });
                if yields_under_lock || self.takes_distributed_lock() {
                    return true;
                }
            }
            _ => {}
        }
        let named = match self.kind() {
            Kind::Call => self.callee(),
            Kind::Subscript => self.child(Role::Value),
            _ => Some(self),
        };
        named.is_some_and(|named| {
            matches!(named.kind(), Kind::Name | Kind::Attribute)
                && crate::semantic::words_of(named.name()).iter().any(|word| {
                    matches!(word.trim_end_matches('s'), "lock" | "mutex" | "locked" | "lease" | "semaphore")
                })
        })
    }

    /// Whether this lock is made where it is taken, and nobody else gets it: each call of the function has its own.
    pub fn is_lock_of_one_call(self) -> bool {
        let made = self.resolved_value();
        let makes_lock = made.api().is_some_and(|api| {
            let is_lock = |class: &crate::stack::Class| {
                class.has(ClassTag::AsyncLock) || class.has(ClassTag::ThreadLock)
            };
            api.is_constructor && api.class.is_some_and(is_lock)
        });
        let is_kept = || {
            let mut uses =
                made.function().into_iter().flat_map(|function| function.descendants_of(Kind::Name));
            uses.any(|used| {
                let stands = |parent: Node<'m>| match parent.kind() {
                    Kind::WithItem | Kind::Attribute => true,
                    Kind::Assign => parent.targets().count() == 1 && used.data().is_store,
                    _ => false,
                };
                used.symbol() == self.symbol()
                    && (used.function() != made.function() || !used.parent().is_some_and(stands))
            })
        };
        makes_lock
            && made.function().is_some()
            && made.function() == self.function()
            && (made == self || !is_kept())
    }

    /// Whether the call asks for transactions that notice each other.
    fn raises_isolation(self) -> bool {
        let is_strict = |text: &str| {
            let text = text.to_ascii_uppercase();
            text.contains("SERIALIZABLE") || text.contains("REPEATABLE READ")
        };
        self.children()
            .filter(|child| child.role() == Role::Argument)
            .flat_map(Node::descendants)
            .any(|node| node.is(Kind::Str) && is_strict(node.name()))
    }
}

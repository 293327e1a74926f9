//! Database sessions and the connections that they hold: from the first statement to the end of the transaction.

use rustc_hash::FxHashMap;

use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place, remembered};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// How deep a session is followed into the functions that are given it.
const DEEPEST: u32 = 4;

/// What a function does with its database connections while it waits for slow services.
#[derive(Default)]
pub struct Connections<'m> {
    /// Those that it holds meanwhile: one a session, at the first such wait.
    pub held: Vec<Held<'m>>,
    /// What first ends its transaction, and a wait that comes after it.
    pub given_back: Option<(Node<'m>, Node<'m>)>,
}

/// A connection that is held while something else is waited for.
#[derive(Clone, Debug)]
pub struct Held<'m> {
    /// The call that took the connection: a statement, or a helper that sends one.
    pub taken: Node<'m>,
    /// The calls from the function itself to the one that waits.
    pub slow: Vec<Node<'m>>,
}

/// What a call does with a session's connection.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::semantic) enum Effect {
    Takes,
    GivesBack,
}

/// What methods do to the sessions of their objects, each at the depth at which it was asked.
pub(in crate::semantic) type OwnEffects = FxHashMap<(Place, u32), Option<(Place, Effect)>>;

impl<'s> Model<'s> {
    /// Whether any call may take a database connection, before anything is asked of sessions: in most files none does.
    fn takes_connections(&self) -> bool {
        *self.takes_connections.get_or_init(|| {
            self.known_calls().any(|(_, api)| api.callable.crosses == Some(System::Database))
                || self.calls().any(|call| call.reads_through_unseen_helper().is_some())
        })
    }
}

impl<'m> Node<'m> {
    /// Whether this function is a generator that yields a database session, as a dependency does.
    pub fn gives_sessions(self) -> bool {
        self.own_yields()
            .filter_map(|node| node.child(Role::Value))
            .any(|value| self.model.session_kind(value.ty()).is_some())
    }

    pub(in crate::semantic) fn is_session(self) -> bool {
        matches!(self.kind(), Kind::Name | Kind::Attribute) && self.model.session_kind(self.ty()).is_some()
    }

    /// Whether this name is a connection that a `with` around it borrows from a pool: `async with pool.acquire() as conn`.
    pub fn is_borrowed_connection(self) -> bool {
        self.is(Kind::Name)
            && self.enclosing_with_items().any(|item| {
                item.child(Role::Target).is_some_and(|target| target.symbol() == self.symbol())
                    && item.child(Role::Context).is_some_and(|context| {
                        matches!(context.callee_name(), "acquire" | "connection")
                            && context.receiver().is_some_and(|pool| pool.is_a(ClassTag::ConnectionPool))
                    })
            })
    }

    /// The session on which a method is called, directly or at the end of a chain: `db.query(…).first()`.
    fn session_of_call(self) -> Option<Node<'m>> {
        let mut node = self.receiver()?;
        for _ in 0..12 {
            if node.is_session() || node.is_borrowed_connection() {
                return Some(node);
            }
            node = match node.kind() {
                Kind::Call => node.receiver()?,
                Kind::Await => node.unwrapped(),
                _ => return None,
            };
        }
        None
    }

    /// What this call does to a session's connection, and to which session.
    fn session_effect(self, depth: u32) -> Option<(Node<'m>, Effect)> {
        if let Some(api) = self.api() {
            let gives_back = api.has(Tag::Commits) || api.has(Tag::RollsBack) || api.has(Tag::Closes);
            if gives_back || api.callable.crosses == Some(System::Database) {
                // A borrowed connection is given back where its `with` ends, and not by a commit.
                return self.session_of_call().map(|session| match gives_back && session.is_session() {
                    true => (session, Effect::GivesBack),
                    false => (session, Effect::Takes),
                });
            }
            return None;
        }
        if depth >= DEEPEST {
            return None;
        }
        let Some(target) = self.target() else {
            return self.reads_through_unseen_helper().map(|session| (session, Effect::Takes));
        };
        let function: Node<'m> = self.model.node(target);
        let given = self
            .positional()
            .chain(self.keywords().filter_map(|keyword| keyword.child(Role::Value)))
            .find(|argument| argument.is_session());
        let Some(given) = given else {
            return if self.is_on_object() { function.last_effect_on_own(depth + 1) } else { None };
        };
        let parameter = function.parameters().find(|&parameter| {
            self.argument_for(function, parameter).is_some_and(|argument| argument == given)
        })?;
        function.effect_on(parameter.name(), None, depth + 1).map(|effect| (given, effect))
    }

    /// What this function last does to the connection of the session that a parameter brings, up to a place in it.
    fn effect_on(self, session: &str, until: Option<Node<'m>>, depth: u32) -> Option<Effect> {
        self.own_calls()
            .take_while(|call| until.is_none_or(|until| call.id < until.id))
            .filter_map(|call| call.session_effect(depth).map(|(named, effect)| (call, named, effect)))
            .filter(|(_, named, _)| named.source() == session)
            // What a `with` of its own opens or begins, it ends as well.
            .filter(|(call, named, _)| call.transactions_around(*named).next().is_none())
            .map(|(.., effect)| effect)
            .last()
    }

    /// Whether a method of an object is called, which may have a session of its own.
    fn is_on_object(self) -> bool {
        self.callee()
            .is_some_and(|callee| callee.is(Kind::Attribute) && matches!(callee.ty(), Type::Method(_)))
    }

    /// What this whole method last does to the connection of a session that its object keeps. Asked for at each call of
    /// it, so it is remembered.
    fn last_effect_on_own(self, depth: u32) -> Option<(Node<'m>, Effect)> {
        let model: &'m Model<'m> = self.model;
        let key = (self.place(), depth);
        let found = remembered(&model.effects_on_own, key, || {
            self.effect_on_own(None, depth).map(|(session, effect)| (session.place(), effect))
        });
        found.map(|(session, effect)| (model.node(session), effect))
    }

    /// What this method last does to the connection of a session that its object keeps, up to a place in it.
    fn effect_on_own(self, until: Option<Node<'m>>, depth: u32) -> Option<(Node<'m>, Effect)> {
        let first = self.parameters().next()?;
        self.own_calls()
            .take_while(|call| until.is_none_or(|until| call.id < until.id))
            .filter_map(|call| call.session_effect(depth).map(|(named, effect)| (call, named, effect)))
            .filter(|(call, named, _)| {
                let is_kept = named.receiver().is_some_and(|owner| owner.symbol() == first.symbol());
                is_kept && call.transactions_around(*named).next().is_none()
            })
            .map(|(_, named, effect)| (named, effect))
            .last()
    }

    /// Whether this may be the session that another expression names: what objects keep may be the same one.
    fn may_be_session(self, other: Node<'m>) -> bool {
        self.source() == other.source() || self.function() != other.function()
    }

    /// The `with` statements around this place at whose end the session gives its connection back.
    fn transactions_around(self, session: Node<'m>) -> impl Iterator<Item = Node<'m>> {
        // `Repository(session).find(…)`: the object was handed the session that a `with` opens, and keeps it.
        let is_its_own = session.function() != self.function();
        let object = self.receiver().filter(|_| is_its_own).map(Node::resolved_value);
        let object = object.filter(|object| object.is(Kind::Call));
        let is_it = move |name: Node<'m>| {
            name.source() == session.source()
                || object.is_some_and(|object| {
                    object.descendants_of(Kind::Name).any(|given| given.source() == name.source())
                })
        };
        self.surroundings().filter(|node| node.is(Kind::With)).filter(move |with| {
            with.children().filter(|item| item.is(Kind::WithItem)).any(|item| {
                let binds = item.descendants_of(Kind::Name).any(|name| name.data().is_store && is_it(name));
                let enters = item.child(Role::Context).is_some_and(|context| {
                    context.source() == session.source()
                        || (context.is(Kind::Call)
                            && matches!(context.callee_name(), "begin" | "begin_nested")
                            && context.receiver().is_some_and(|r| r.source() == session.source()))
                });
                binds || enters
            })
        })
    }

    /// What this function does with its database connections while it waits for a model, a page or another slow service.
    pub fn connections(self) -> Connections<'m> {
        let mut found = Connections::default();
        if !self.model.takes_connections() {
            return found;
        }
        // Few functions wait for something slow, and to see that costs less than to see what each call does to a session.
        let waits = self.slow_waits();
        if waits.is_empty() {
            return found;
        }
        let effects: Vec<(Node<'m>, Node<'m>, Effect)> = self
            .own_calls()
            .filter_map(|call| call.session_effect(0).map(|(session, effect)| (call, session, effect)))
            .collect();
        let Some(first) = effects.iter().position(|(.., effect)| *effect == Effect::Takes) else {
            return found;
        };
        // A lock of the database's own is the connection's: who gives the one back loses the other.
        let keeps_lock = |session: Node<'m>, wait: Node<'m>| {
            effects.iter().any(|(call, named, _)| {
                call.id < wait.id && named.may_be_session(session) && call.takes_distributed_lock()
            })
        };
        let end = effects[first..].iter().find(|(.., effect)| *effect == Effect::GivesBack);
        found.given_back = end.and_then(|(end, ..)| {
            waits.iter().find(|(wait, _)| wait.id > end.id).map(|(wait, _)| (*end, *wait))
        });
        for (wait, slow) in waits {
            let taken = effects.iter().rev().find(|(call, session, effect)| {
                *effect == Effect::Takes
                    && call.id < wait.id
                    && call.dominates(wait)
                    && call.transactions_around(*session).all(|with| with.contains(wait))
                    && !self.gives_back_between(&effects, *call, *session, wait)
                    && !slow[0].gives_back_first(*session, &slow)
                    && !keeps_lock(*session, wait)
            });
            if let Some((call, session, _)) = taken
                && !found.held.iter().any(|held| {
                    effects
                        .iter()
                        .any(|(other, named, _)| *other == held.taken && named.may_be_session(*session))
                })
            {
                found.held.push(Held { taken: *call, slow });
            }
        }
        found
    }

    fn gives_back_between(
        self,
        effects: &[(Node<'m>, Node<'m>, Effect)],
        from: Node<'m>,
        session: Node<'m>,
        to: Node<'m>,
    ) -> bool {
        effects.iter().any(|(call, named, effect)| {
            let leaves = call.enclosing_handler().is_some_and(Node::leaves_at_last);
            *effect == Effect::GivesBack
                && named.may_be_session(session)
                && call.id > from.id
                && call.id < to.id
                && !leaves
        })
    }

    /// Whether this call is given the session, and what it runs ends the transaction before it waits.
    fn gives_back_first(self, session: Node<'m>, slow: &[Node<'m>]) -> bool {
        let Some(place) = self.target() else { return false };
        let function: Node<'m> = self.model.node(place);
        let Some(parameter) = function.parameters().find(|&parameter| {
            self.argument_for(function, parameter).is_some_and(|a| a.source() == session.source())
        }) else {
            return self.is_on_object()
                && function
                    .effect_on_own(slow.get(1).copied(), 1)
                    .is_some_and(|(_, effect)| effect == Effect::GivesBack);
        };
        function.effect_on(parameter.name(), slow.get(1).copied(), 1) == Some(Effect::GivesBack)
    }

    /// The calls of this function that wait for a slow service, with the calls that lead there; a generator that
    /// feeds a response waits while the function's own session is still open.
    fn slow_waits(self) -> Vec<(Node<'m>, Vec<Node<'m>>)> {
        let mut found = Vec::new();
        let is_pause = |call: &Node<'m>| call.does(Tag::Pauses) || call.blocks_for() == Some(System::Sleep);
        let is_injected = std::cell::LazyCell::new(|| self.has_injected_session());
        for call in self.calls_within() {
            let Some(home) = call.function() else { continue };
            // A nested function is as late as its definition.
            let at = if home == self {
                call
            } else if home.function() == Some(self) && home.is_generator() && *is_injected {
                home
            } else {
                continue;
            };
            if call.session_of_call().is_some() {
                continue;
            }
            let fed = || call.slow_feed().filter(|_| home == self && *is_injected);
            if let Some(slow) =
                call.slow_wait().or_else(fed).filter(|slow| !slow.last().is_some_and(is_pause))
            {
                found.push((at, slow));
            }
        }
        found
    }

    /// Whether a session comes from a dependency, and so lives until the response has been sent.
    fn has_injected_session(self) -> bool {
        let model: &'m Model<'m> = self.model;
        self.parameters().any(|parameter| {
            model.session_kind(model.parameter_type(parameter)).is_some() && parameter.injected_by().is_some()
        })
    }
}

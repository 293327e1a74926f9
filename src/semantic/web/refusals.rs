//! What decides whether a request is let in or refused: paths, dependencies, sizes.

use crate::semantic::{Node, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

/// How far a dependency is followed through the dependencies of its own.
const DEEP: u32 = 4;

impl<'m> Node<'m> {
    /// Whether a test reads the path that was asked for, or a list of paths.
    fn asks_for_the_path(self) -> bool {
        self.descendants().any(|part| {
            matches!(part.kind(), Kind::Name | Kind::Attribute | Kind::Str)
                && has_word(part.name(), &["path", "paths", "whitelist", "whitelisted"])
        })
    }

    /// Whether a test names paths, and one of them is none that everybody is meant to ask: discovery, a login, files.
    fn names_a_path_of_its_own(self) -> bool {
        const OPEN: [&str; 10] = [
            "well-known",
            "oauth",
            "token",
            "register",
            "health",
            "static",
            "assets",
            "docs",
            "openapi",
            "public",
        ];
        self.descendants_of(Kind::Str)
            .filter(|text| text.name().starts_with('/'))
            .any(|text| !OPEN.iter().any(|part| text.name().contains(part)))
    }

    /// Whether this place, or the function in which it stands, is only reached for some paths: a test of the path
    /// encloses it, or has let the others go before. Not where the test says that the paths are no open ones.
    pub fn is_chosen_by_path(self) -> bool {
        let encloses = |node: Node<'m>| {
            node.is(Kind::If)
                && node
                    .child(Role::Test)
                    .is_some_and(|test| test.asks_for_the_path() && !test.names_a_path_of_its_own())
        };
        let mut at = self;
        loop {
            let Some(function) = at.function() else { return false };
            let lets_go = function.own_ifs().filter(|node| node.id < at.id && encloses(*node)).any(|node| {
                node.body().is_some_and(|body| !body.contains(at) && body.leaves()) && node.dominates(at)
            });
            if lets_go || at.surroundings().any(encloses) {
                return true;
            }
            at = function;
        }
    }

    /// Whether a dependency may refuse a request that has no credentials, whatever its path: it is none of the given
    /// functions, or it raises, and does not let some paths through before.
    pub fn may_refuse_a_probe(self) -> bool {
        self.may_refuse(0)
    }

    fn may_refuse(self, depth: u32) -> bool {
        let Some(function) = self.function_given() else {
            // `HTTPBearer(auto_error=False)` gives nothing where there is nothing.
            let is_lenient = |scheme: Node<'m>| {
                scheme.keyword("auto_error").is_some_and(|value| value.resolved_value().is(Kind::False))
            };
            return self.origin(is_lenient).is_none() && !self.constructed_by_any().is_some_and(is_lenient);
        };
        let lets_paths_through = function.own_ifs().any(|node| {
            node.child(Role::Test).is_some_and(Node::asks_for_the_path)
                && node
                    .body()
                    .and_then(|body| body.children().last())
                    .is_some_and(|last| last.is(Kind::Return))
                && !function.own_raises().any(|raise| raise.id < node.id)
        });
        if lets_paths_through {
            return false;
        }
        let model = self.model;
        function.may_raise_a_refusal(0)
            || depth < DEEP
                && function
                    .parameters()
                    .flat_map(Node::calls_within)
                    .filter(|call| matches!(call.callee_name(), "Depends" | "Security"))
                    .filter_map(|call| model.dependency_of(call))
                    .any(|dependency| dependency.may_refuse(depth + 1))
    }

    /// Whether a refusal may come out of this function: it raises, or calls what does or was not given.
    fn may_raise_a_refusal(self, depth: u32) -> bool {
        self.own_raises().any(|raise| !raise.is_contained())
            || self.own_calls().filter(|call| !call.is_contained()).any(|call| match call.target() {
                Some(place) => depth >= DEEP || self.model.node(place).may_raise_a_refusal(depth + 1),
                None => call.api().is_none() && call.is_unknown_function(),
            })
    }

    /// The given function that a dependency is: one that is named, or one that a given function makes and returns.
    fn function_given(self) -> Option<Node<'m>> {
        let model = self.model;
        if let Some(function) = model.function_named_by(self) {
            return Some(function);
        }
        let made = self.resolved_value();
        let maker: Node<'m> = model.node(made.target().filter(|_| made.is(Kind::Call))?);
        maker.own_returns().filter_map(Node::value).find_map(|value| model.function_named_by(value))
    }

    /// Whether the refusal at this place rests on how large something is, and on nothing that time changes.
    pub fn is_about_size_alone(self) -> bool {
        const SIZES: [&str; 8] = ["size", "mb", "bytes", "gb", "kb", "megabytes", "storage", "indexed"];
        const RATES: [&str; 22] = [
            "rate", "rates", "per", "minute", "minutes", "hour", "hourly", "day", "daily", "month",
            "monthly", "second", "seconds", "window", "time", "now", "since", "retry", "requests",
            "attempts", "recent", "limiter",
        ];
        let mut tests = self
            .surroundings()
            .filter(|node| node.is(Kind::If))
            .filter_map(|node| node.child(Role::Test))
            .filter(|test| test.descendants_of(Kind::Compare).any(Node::compares_order))
            .peekable();
        let says =
            |node: Node<'m>, known: &[&str]| node.descendants().any(|part| has_word(part.name(), known));
        tests.peek().is_some()
            && tests.all(|test| says(test, &SIZES) && !says(test, &RATES))
            && !self.descendants_of(Kind::Str).any(|text| says(text, &RATES))
    }

    /// Whether an engine is made for migrations alone: nothing else is given it.
    pub fn is_for_migrations(self) -> bool {
        let migrates = |call: Node<'m>| {
            call.does(Tag::Migrates)
                || call.leads_to(Tag::Migrates)
                || has_word(call.callee_name(), &["migrate", "migration", "migrations", "upgrade"])
        };
        let Some(target) = self.statement().targets().next().filter(|target| target.is(Kind::Name)) else {
            return false;
        };
        let Some(function) = self.function() else { return false };
        let mut reads = function
            .descendants_of(Kind::Name)
            .filter(|read| read.symbol() == target.symbol() && !read.data().is_store)
            .filter(|read| read.resolved_value() == self)
            .peekable();
        reads.peek().is_some()
            && reads.all(|read| {
                let parent = read.parent();
                parent.is_some_and(|parent| {
                    (parent.is(Kind::Call) && migrates(parent))
                        || (parent.is(Kind::Attribute)
                            && matches!(parent.name(), "dispose" | "sync_engine" | "dialect" | "url"))
                })
            })
    }
}

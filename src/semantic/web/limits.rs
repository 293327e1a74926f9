//! What keeps one caller from taking everything: limiters of requests, and where they are mounted.

use crate::semantic::{EntryPoints, Model, Node, has_word};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// Whether the name of a function, class or object says that it limits how often somebody may call.
    pub fn is_limiter_by_name(self) -> bool {
        let name = if self.is(Kind::Call) { self.callee_name() } else { self.name() };
        let has = |list: &[&str]| has_word(name, list);
        has(&[
            "limit",
            "limits",
            "limiter",
            "limited",
            "ratelimit",
            "ratelimiter",
            "throttle",
            "throttled",
            "quota",
            "quotas",
        ]) && !has(&["size", "upload", "body", "length", "page", "time"])
    }

    /// Whether this expression, or the object on which its method is called, limits how often somebody may call.
    fn is_limiter(self) -> bool {
        let callee = if self.is(Kind::Call) { self.callee().unwrap_or(self) } else { self };
        let by_class = |node: Node<'m>| {
            node.is_a(ClassTag::RateLimiter)
                || node.api_when_called().is_some_and(|api| {
                    api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::RateLimiter))
                })
        };
        by_class(callee)
            || callee.is_limiter_by_name()
            || callee.receiver().is_some_and(|receiver| by_class(receiver) || receiver.is_limiter_by_name())
    }

    /// Whether this parameter's value is looked at before it is used: it is compared, or the smaller of it and another.
    pub fn is_compared_in(self, function: Node<'m>) -> bool {
        let reads = |node: Node<'m>| {
            node.descendants_of(Kind::Name).any(|name| {
                name.symbol() == self.symbol()
                    && name.as_parameter().is_none_or(|parameter| parameter == self)
            })
        };
        function.descendants_of(Kind::Compare).any(reads)
            || function.own_calls().any(|call| {
                has_word(call.callee_name(), &["min", "clamp", "clip", "bound", "cap", "validate"])
                    && call.children().any(reads)
            })
    }

    /// Whether this function refuses callers who come too often: it raises a 429, or is a limiter by its name.
    fn refuses_too_many(self) -> bool {
        self.is_limiter_by_name() || self.raises_too_many().is_some()
    }

    /// Where this function refuses a caller with a 429.
    pub fn raises_too_many(self) -> Option<Node<'m>> {
        self.own_raises().find(|raised| {
            raised.child(Role::Exception).is_some_and(|error| {
                error.is(Kind::Call)
                    && error
                        .argument_or_keyword(0, "status_code")
                        .is_some_and(|status| status.http_status() == Some(429))
            })
        })
    }

    /// Where this function refuses a caller with a 429, which it raises or gives as its answer.
    pub fn refusals_of_too_many(self) -> impl Iterator<Item = Node<'m>> {
        let answers = self.own_returns().filter(|answer| {
            answer.child(Role::Value).is_some_and(|value| {
                value.is(Kind::Call)
                    && value.keyword("status_code").or_else(|| value.argument(1)).and_then(Node::http_status)
                        == Some(429)
            })
        });
        self.raises_too_many().into_iter().chain(answers)
    }

    /// Whether this `Depends(…)` names a limiter.
    fn names_limiter(self) -> bool {
        let model: &'m Model<'m> = self.model;
        model.dependency_of(self).is_some_and(|dependency| {
            dependency.is_limiter()
                || model.function_named_by(dependency).is_some_and(|function| function.refuses_too_many())
        })
    }

    /// What limits the requests of this handler: a decorator, or a dependency of its own or of its router. What
    /// holds for the whole application is [`Model::application_limiter`].
    pub fn request_limiter(self) -> Option<Node<'m>> {
        let route = self.route();
        let decorated =
            self.decorators().find(|decorator| Some(*decorator) != route && decorator.is_limiter());
        decorated
            .or_else(|| self.parameters().filter_map(Node::injected_by).find(|call| call.names_limiter()))
            .or_else(|| self.routers().into_iter().chain(route).find_map(Node::mounted_limiter))
    }

    /// A limiter among the `dependencies` of the call that makes or mounts a router or an application.
    fn mounted_limiter(self) -> Option<Node<'m>> {
        let list = self.keyword("dependencies")?.resolved_value();
        list.descendants_of(Kind::Call).find(|call| call.names_limiter())
    }
}

impl<'s> Model<'s> {
    /// What limits all requests of the application: one of its dependencies, or a middleware.
    pub fn application_limiter(&self) -> Option<Node<'_>> {
        self.calls_named("add_middleware")
            .chain(self.calls_named("Middleware"))
            .filter_map(|call| call.argument(0))
            .find(|class| class.is_limiter())
            .or_else(|| self.apps().find_map(Node::mounted_limiter))
    }
}

impl<'m> Node<'m> {
    /// Whether this call gives all rows of a query that nothing limits: neither a number, nor a group, nor certain ids.
    /// A table of what an operator sets up stays small.
    pub fn fetches_without_end(self) -> bool {
        const SMALL: [&str; 26] = [
            "tier",
            "plan",
            "role",
            "setting",
            "settings",
            "category",
            "permission",
            "config",
            "language",
            "country",
            "currency",
            "feature",
            "flag",
            "provider",
            "region",
            "type",
            "status",
            "level",
            // What a person makes one by one.
            "key",
            "preference",
            "tag",
            "llm",
            "apikey",
            "credential",
            "integration",
            "webhook",
        ];
        let is_listed =
            self.callee_name() == "scalars" && self.parent().is_some_and(|list| list.callee_name() == "list");
        if !(matches!(self.callee_name(), "all" | "fetchall") || is_listed)
            || self.positional().next().is_some()
        {
            return false;
        }
        let Some(table) = self.selected_table() else { return false };
        let is_small = !table.name().starts_with(char::is_uppercase) || has_word(table.name(), &SMALL);
        let narrows = |part: Node<'m>| {
            part.is(Kind::Call)
                && [
                    "limit",
                    "yield_per",
                    "slice",
                    "fetch",
                    "group_by",
                    "distinct",
                    "in_",
                    "any_",
                    "paginate",
                    "count",
                    "exists",
                ]
                .contains(&part.callee_name())
        };
        let holds_one = |part: Node<'m>| {
            part.is(Kind::Compare)
                && part
                    .child(Role::Left)
                    .is_some_and(|column| column.is(Kind::Attribute) && column.name() == "id")
        };
        !is_small && self.value_source(&|part: Node<'m>| narrows(part) || holds_one(part)).is_none()
    }

    /// The class of the rows that the query behind this call asks for.
    fn selected_table(self) -> Option<Node<'m>> {
        let asks = |part: Node<'m>| {
            part.is(Kind::Call)
                && matches!(part.callee_name(), "select" | "query")
                && part.does(Tag::BuildsStatement)
        };
        let table = self.value_source(&asks)?.argument(0)?;
        if table.is(Kind::Attribute) { table.receiver() } else { Some(table) }
    }

    /// Whether all rows that this call asks for are made by administrators, as far as the given files show: they are settings,
    /// and there are as many as somebody has made by hand.
    pub fn is_of_what_administrators_make(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let Some(table) = self.selected_table() else { return false };
        let row = model.instance_of_class(table.ty());
        let made: Vec<EntryPoints> = model
            .known_calls()
            .filter_map(|(call, _)| call.inserted())
            .filter(|made| made.row == row && !made.at.is_outside_production())
            .map(|made| made.at.function().map(Node::entry_points).unwrap_or_default())
            .collect();
        made.iter().any(|reached| reached.includes(EntryPoints::ADMINISTRATOR))
            && made.iter().all(|reached| reached.spare_users())
    }

    /// Whether this call says how many turns a loop makes: `range(days)`.
    pub fn counts_turns(self) -> bool {
        self.callee().is_some_and(|callee| callee.names("builtins.range"))
    }

    /// Whether this function answers with what a call of it gives, or with something that is made of each part of it.
    pub fn answers_with(self, call: Node<'m>) -> bool {
        // How many there are is no answer with all of them.
        let is_counted = |name: &Node<'m>| {
            name.parent().is_some_and(|around| {
                around.is(Kind::Call)
                    && has_word(
                        around.callee_name(),
                        &["len", "bool", "any", "sum", "count", "summarize", "aggregate"],
                    )
            })
        };
        // `[model(note, is_pinned=note.id in pinned) for note in notes]` is as long as `notes`.
        let bounds_nothing = |value: Node<'m>, part: Node<'m>| {
            let mut below = part;
            part.ancestors().take_while(|around| around.contains(part) && value.contains(*around)).any(
                |around| {
                    let is_aside = match around.kind() {
                        Kind::ListComp | Kind::SetComp | Kind::DictComp | Kind::Generator => {
                            !below.is(Kind::Comprehension)
                        }
                        Kind::Comprehension => below.role() != Role::Iterable,
                        Kind::Compare => true,
                        _ => false,
                    };
                    below = around;
                    is_aside
                },
            )
        };
        let is_made = |value: Node<'m>| {
            (value.contains(call) && !bounds_nothing(value, call))
                || value
                    .descendants_of(Kind::Name)
                    .filter(|name| !is_counted(name) && !bounds_nothing(value, *name))
                    .filter_map(Node::assigned_value)
                    .any(|given| given.contains(call) && !given.does(Tag::Executes))
        };
        let is_each = |value: Node<'m>| {
            matches!(value.kind(), Kind::ListComp | Kind::DictComp | Kind::Generator | Kind::Call)
        };
        self.own_returns().filter_map(Node::value).any(|value| {
            is_made(value)
                || value
                    .descendants_of(Kind::Name)
                    .filter(|name| !is_counted(name) && !bounds_nothing(value, *name))
                    .filter_map(Node::assigned_value)
                    .any(|given| is_each(given) && !given.does(Tag::BuildsStatement) && is_made(given))
        })
    }
}

//! Conversations that a graph keeps: the turns of which they are made, and the thread that each turn names.

use crate::semantic::{FunctionRole, Model, Node};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{BindingKind, Kind, Role};

/// The methods that run a turn.
const TURNS: [&str; 6] = ["ainvoke", "invoke", "astream", "stream", "astream_events", "abatch"];
/// Those that change the state of a thread without one.
const UPDATES: [&str; 2] = ["aupdate_state", "update_state"];

impl<'m> Node<'m> {
    /// The configuration that a run is given.
    pub fn run_config(self) -> Option<Node<'m>> {
        self.argument_or_keyword(usize::from(!self.updates_state()), "config")
    }

    /// Whether this call writes the state of a graph's thread, and runs no turn.
    pub fn updates_state(self) -> bool {
        UPDATES.contains(&self.callee_name())
    }

    /// The identifier of the thread that a run's configuration names.
    pub fn thread_of_config(self) -> Option<Node<'m>> {
        self.thread_of_config_within(0)
    }

    /// The same, by way of the function that makes the configuration, and of the callers that hand it in.
    fn thread_of_config_within(self, depth: u32) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let config = self.resolved_value().unwrapped();
        let configurable = match config.kind() {
            _ if depth > 3 => return None,
            Kind::Dict => config.dictionary_value("configurable")?,
            Kind::Call => match config.keyword("configurable") {
                Some(configurable) => configurable,
                None => {
                    let function = model.node(config.target()?);
                    let mut values = function.own_returns().filter_map(|node| node.child(Role::Value));
                    return values.next()?.thread_of_config_within(depth + 1);
                }
            },
            Kind::Name => {
                let parameter = config.as_parameter()?;
                let function = parameter.parent().filter(|function| function.is_function())?;
                let mut threads = model
                    .callers_of(function.place())
                    .iter()
                    .take(12)
                    .filter_map(|&call| model.node(call).argument_for(function, parameter))
                    .filter_map(|given| given.thread_of_config_within(depth + 1));
                let first = threads.next()?;
                return Some(threads.find(|_| first.is_made_at_random()).unwrap_or(first));
            }
            _ => return None,
        };
        configurable.resolved_value().dictionary_value("thread_id")
    }

    /// Whether this call runs a turn of a graph: by the graph's type or, where it comes from a file that was not given,
    /// because the configuration names a thread.
    pub fn runs_turn(self) -> bool {
        if self.does(Tag::InvokesGraph) {
            return true;
        }
        TURNS.contains(&self.callee_name())
            && self.api().is_none_or(|api| api.has(Tag::InvokesModel) || api.has(Tag::ManyInputs))
            && self.run_config().and_then(Node::thread_of_config).is_some()
    }

    /// Whether this function is a node of a graph or a tool of an agent, or stands in one: a turn is on its way.
    pub fn belongs_to_a_graph(self) -> bool {
        std::iter::successors(Some(self), |inner| inner.function())
            .any(|function| function.plays(FunctionRole::GraphNode) || function.plays(FunctionRole::Tool))
    }

    /// Whether this value is another one for each element of a loop or comprehension around it.
    pub fn varies_in(self, repeated: Node<'m>) -> bool {
        let tree = &self.source_file().tree;
        self.descendants_of(Kind::Name).any(|name| {
            name.reaching_bindings().into_iter().any(|binding| {
                let data = tree.bindings[binding as usize];
                let bound = self.at(data.node);
                match data.kind {
                    BindingKind::Loop | BindingKind::Comprehension => repeated.contains(bound),
                    BindingKind::Assignment | BindingKind::Annotated | BindingKind::Named => {
                        repeated.contains(bound)
                            && bound
                                .statement()
                                .value()
                                .is_some_and(|value| !value.contains(self) && value.varies_in(repeated))
                    }
                    _ => false,
                }
            })
        })
    }

    /// The call that compiles the graph on which this expression's methods are called, as far as the given files show it.
    pub fn compiled_by(self) -> Option<Node<'m>> {
        self.constructed_by().or_else(|| self.constructed_by_any()).filter(|made| made.makes_graph())
    }

    /// Whether this call makes a runnable graph.
    pub(in crate::semantic) fn makes_graph(self) -> bool {
        self.does(Tag::CompilesGraph) || (self.is(Kind::Call) && self.keyword("checkpointer").is_some())
    }

    /// The calls that are given the checkpointer which this call makes: those that compile a graph with it, and others
    /// that are handed it to do so.
    pub fn given_to_graphs(self) -> Vec<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let mut found: Vec<Node<'m>> = Vec::new();
        let compiled = ["compile", "create_agent", "create_react_agent", "entrypoint"]
            .iter()
            .flat_map(|name| model.calls_named(name))
            .filter(|call| !call.is_outside_production())
            .filter(|call| {
                let given = call.keyword("checkpointer");
                given.and_then(Node::constructed_by).is_some_and(|made| made == self)
                    || given.and_then(Node::constructed_by_any).is_some_and(|made| made == self)
            });
        found.extend(compiled);
        let holder = self.statement().targets().next().filter(|target| target.is(Kind::Name));
        let holder = holder.or_else(|| {
            let item = self.parent().filter(|item| item.is(Kind::WithItem))?;
            item.child(Role::Target)
        });
        if let Some((holder, function)) = holder.zip(self.function()) {
            found.extend(function.own_calls().filter(|call| {
                call.id > self.id
                    && call
                        .positional()
                        .any(|argument| argument.is(Kind::Name) && argument.reads_like(holder))
                    && crate::semantic::has_word(
                        call.callee_name(),
                        &["graph", "agent", "compile", "workflow", "chain"],
                    )
            }));
        }
        let mut found = crate::sorted::sorted(found, &|one, other| one.place().cmp(&other.place()));
        found.dedup();
        found
    }
}

impl<'s> Model<'s> {
    /// The calls that run a turn of a graph.
    pub fn turns(&self) -> impl Iterator<Item = Node<'_>> {
        let unseen = TURNS
            .iter()
            .flat_map(|name| self.calls_named(name))
            .filter(|call| !call.does(Tag::InvokesGraph) && call.runs_turn());
        self.calls_doing(Tag::InvokesGraph).chain(unseen)
    }

    /// The calls that write the state of a graph's thread and run no turn.
    pub fn state_updates(&self) -> impl Iterator<Item = Node<'_>> {
        UPDATES.iter().flat_map(|name| self.calls_named(name))
    }

    /// A call that compiles a graph with a checkpointer, if each one in the given files does: whatever graph comes from
    /// elsewhere has one as well.
    pub fn always_checkpointed(&self) -> Option<Node<'_>> {
        let mut compiled = self.calls_doing(Tag::CompilesGraph).filter(|call| !call.is_outside_production());
        let first = compiled.next()?;
        let has_one = |call: Node<'_>| {
            !call.has_hidden_arguments()
                && call.keyword("checkpointer").is_some_and(|saver| !saver.resolved_value().is_constant())
        };
        (has_one(first) && compiled.all(has_one)).then_some(first)
    }

    /// The calls that make a checkpointer.
    pub fn checkpointers(&self) -> impl Iterator<Item = Node<'_>> {
        self.known_calls()
            .filter(|(call, api)| {
                api.class.is_some_and(|class| class.has(ClassTag::Checkpointer))
                    && (api.is_constructor || api.has(Tag::GivesContext))
                    && !call.is_outside_production()
            })
            .map(|(call, _)| call)
    }
}

impl<'m> Node<'m> {
    /// Whether this checkpointer stands in for another one that was not set up: in the other branch of an `if`, or in a clause
    /// for the one exception that says so.
    pub fn stands_in_for_a_shared_saver(self) -> bool {
        let is_shared = |other: Node<'m>| {
            other.api().and_then(|api| api.class).is_some_and(|class| {
                class.has(ClassTag::Checkpointer)
                    && !class.has(ClassTag::InMemory)
                    && !class.has(ClassTag::SingleFile)
            })
        };
        self.enclosing_handler().is_some_and(|handler| !handler.catches_everything())
            || self
                .surroundings()
                .filter(|around| around.is(Kind::If))
                .any(|around| around.calls_within().any(is_shared))
    }
}

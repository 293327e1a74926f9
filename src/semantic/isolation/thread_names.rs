//! Whose conversation a thread's id names.

use crate::semantic::{Model, Node, words_of};
use crate::syntax::Kind;

/// How a thread's id tells conversations apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThreadName<'m> {
    /// It is the same for everybody.
    Constant(Node<'m>),
    /// It is made of what many sessions have in common.
    Wide(Node<'m>),
    /// It names a session, or something that the code does not tell.
    Own,
}

impl<'m> Node<'m> {
    /// The thread's id in `{"configurable": {"thread_id": …}}`, of the inner dictionary: its entry, and how it tells
    /// conversations apart.
    pub fn thread_name(self) -> Option<(Node<'m>, ThreadName<'m>)> {
        let value = self.dictionary_value("thread_id")?;
        let is_configurable = match self.parent() {
            Some(parent) if parent.is(Kind::DictItem) => {
                parent.child(crate::syntax::Role::Key).is_some_and(|key| key.name() == "configurable")
            }
            Some(parent) => parent.is(Kind::Keyword) && parent.name() == "configurable",
            None => false,
        };
        let entry = value.parent().filter(|_| is_configurable && !self.only_reads_thread())?;
        Some((entry, value.tells_apart()?))
    }

    /// How the thread's id that this statement puts into a configuration, `config["configurable"]["thread_id"] = …`, tells
    /// conversations apart.
    pub fn thread_name_assigned(self) -> Option<ThreadName<'m>> {
        let key = |entry: Node<'m>| entry.child(crate::syntax::Role::Index).map_or("", Node::name);
        let is_thread = |target: Node<'m>| {
            target.is(Kind::Subscript)
                && key(target) == "thread_id"
                && target
                    .value()
                    .is_some_and(|table| table.is(Kind::Subscript) && key(table) == "configurable")
        };
        self.targets().find(|target| is_thread(*target)).and_then(|_| self.value()?.tells_apart())
    }

    /// What requests give to a function that puts its parameter into the configuration as the thread's id: how each tells
    /// conversations apart.
    pub fn thread_names_given(self) -> Vec<ThreadName<'m>> {
        let mut found = Vec::new();
        if let Some(value) = self.dictionary_value("thread_id") {
            value.given_threads(&mut found, 0);
        }
        found
    }

    fn given_threads(self, found: &mut Vec<ThreadName<'m>>, depth: u32) {
        let model: &'m Model<'m> = self.model;
        let Some(parameter) = self.resolved_value().as_parameter().filter(|_| depth < 3) else { return };
        let Some(function) = parameter.parent().filter(|function| function.is_function()) else { return };
        let calls = model.callers_of(function.place()).iter().take(24).map(|&call| model.node(call));
        for call in calls.filter(|call| call.function().is_some_and(Node::serves_requests)) {
            let Some(given) = call.argument_for(function, parameter) else { continue };
            match given.tells_apart() {
                Some(ThreadName::Own) => given.given_threads(found, depth + 1),
                Some(name) if !found.contains(&name) => found.push(name),
                _ => {}
            }
        }
    }

    /// How a thread's id tells conversations apart; nothing where it is made of nothing that has a name.
    fn tells_apart(self) -> Option<ThreadName<'m>> {
        let made = self.resolved_value();
        if made.is(Kind::Str) {
            return Some(ThreadName::Constant(made));
        }
        let mut parts = Vec::new();
        name_parts(made, &mut parts, 0);
        if parts.is_empty() {
            return None;
        }
        let is_wide = parts.iter().all(|part| is_wider_than_a_session(*part));
        Some(if is_wide { ThreadName::Wide(made) } else { ThreadName::Own })
    }
}

impl Node<'_> {
    /// Whether this is a part of what a checkpointer, or a graph, is asked for its state by: no turn is taken there, and
    /// nothing is written.
    fn only_reads_thread(self) -> bool {
        let call = self.ancestors().find(|node| node.is(Kind::Call) && node.callee_name() != "dict");
        call.is_some_and(|call| {
            ["get_tuple", "aget_tuple", "get_state", "aget_state", "get_state_history", "aget_state_history"]
                .contains(&call.callee_name())
        })
    }
}

/// The names and attributes that a text is made of; nothing where a part of it cannot be told.
fn name_parts<'m>(value: Node<'m>, parts: &mut Vec<Node<'m>>, depth: u32) {
    let value = value.resolved_value();
    match value.kind() {
        _ if depth > 4 => parts.push(value),
        Kind::FString | Kind::BinOp | Kind::BoolOp => {
            for child in value.children() {
                name_parts(child, parts, depth + 1);
            }
        }
        Kind::Str => {}
        Kind::Call if matches!(value.callee_name(), "str" | "int") => {
            if let Some(argument) = value.argument(0) {
                name_parts(argument, parts, depth + 1);
            }
        }
        _ => parts.push(value),
    }
}

/// Whether a name is of something that many sessions share, by all its words.
fn is_wider_than_a_session(part: Node<'_>) -> bool {
    const WIDER: [&str; 24] = [
        "agent",
        "app",
        "application",
        "tenant",
        "org",
        "organization",
        "workspace",
        "account",
        "assistant",
        "bot",
        "silo",
        "model",
        "graph",
        "project",
        "team",
        "company",
        "env",
        "environment",
        "settings",
        "config",
        "prefix",
        "version",
        "namespace",
        "flow",
    ];
    const NEUTRAL: [&str; 6] = ["id", "key", "name", "slug", "uid", "pk"];
    let mut words = match part.kind() {
        Kind::Name | Kind::Attribute => words_of(part.name()),
        _ => return false,
    };
    if words.iter().all(|word| NEUTRAL.contains(&word.as_str()))
        && let Some(receiver) = part.receiver()
    {
        words.extend(words_of(receiver.name()));
    }
    words.iter().any(|word| WIDER.contains(&word.as_str()))
        && words.iter().all(|word| WIDER.contains(&word.as_str()) || NEUTRAL.contains(&word.as_str()))
}

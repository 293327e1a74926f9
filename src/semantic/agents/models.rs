//! Who asks a language model, and what becomes of the request when it does not answer.

use crate::semantic::{FunctionRole, Model, Node, Type, has_word, words_of};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

impl<'m> Node<'m> {
    /// Whether this call asks a language model, or an agent around one, for an answer; an embedding is none.
    pub fn asks_model(self) -> bool {
        const NO_ANSWERS: [&str; 8] =
            ["embeddings", "moderations", "audio", "images", "speech", "transcriptions", "files", "batches"];
        let Some(api) = self.api() else { return false };
        if !(api.has(Tag::InvokesModel) || api.has(Tag::InvokesGraph)) {
            return self.posts_to_model();
        }
        let Some(receiver) = self.receiver() else { return true };
        // Of an object that comes from elsewhere the method tells that it runs something, and the name what.
        if receiver.instance_of().is_none()
            && receiver.says(&["retriever", "tool", "tools", "search", "embedder"])
        {
            return false;
        }
        !receiver.is_a(ClassTag::Embeddings)
            && !receiver.is_a(ClassTag::Retriever)
            && !receiver.descendants_of(Kind::Attribute).any(|part| NO_ANSWERS.contains(&part.name()))
    }

    /// Whether this sends a request to the address at which providers of models answer: `http.post("/v1/chat/completions")`.
    fn posts_to_model(self) -> bool {
        // OpenAI's and those that speak like it, Anthropic, Ollama, Google.
        const ADDRESSES: [&str; 5] =
            ["/chat/completions", "/v1/messages", "/api/chat", "/api/generate", ":generateContent"];
        matches!(self.callee_name(), "post" | "stream")
            && self.crosses_outside() == Some(System::Http)
            && self.positional().take(2).chain(self.keyword("url")).any(|url| {
                let parts = url.resolved_value().descendants_of(Kind::Str);
                parts.into_iter().any(|part| ADDRESSES.iter().any(|known| part.source().contains(known)))
            })
    }

    /// Whether a function, by its name, says what a model answers: of a route, or where no caller was given.
    pub fn is_named_for_answering(self) -> bool {
        has_word(self.name(), &["answer", "chat", "ask", "reply", "respond"])
    }

    /// What a chain that is run here asks for passages before its model, and which nothing stands in for:
    /// `{"context": retriever, …} | prompt | llm`.
    pub fn retriever_in_chain(self) -> Option<Node<'m>> {
        let chain = self.receiver()?;
        let made = chain.resolved_value().unwrapped();
        let returned = made.target().and_then(|place| {
            let function: Node<'m> = self.model.node(place);
            function.own_returns().find_map(Node::value)
        });
        let composed = returned.map(Node::resolved_value).or_else(|| made.composed_of())?;
        let composed = Some(composed).filter(|composed| composed.is(Kind::BinOp))?;
        let mut values = composed.descendants_of(Kind::DictItem).filter_map(Node::value);
        values.find_map(|value| {
            // `retriever | format_documents`
            value.descendants().find(|part| {
                matches!(part.kind(), Kind::Name | Kind::Attribute)
                    && part.is_a(ClassTag::Retriever)
                    && !part.resolved_value().has_a_standby()
            })
        })
    }

    /// Whether what asks a model here is a runnable, which takes a `config` with callbacks and a name for the run.
    pub fn takes_config(self) -> bool {
        const RUNS: [&str; 7] =
            ["invoke", "ainvoke", "stream", "astream", "batch", "abatch", "astream_events"];
        let is_runnable = |of: Node<'m>| {
            [ClassTag::ChatModel, ClassTag::Runnable, ClassTag::Graph].iter().any(|&tag| of.is_a(tag))
        };
        RUNS.contains(&self.callee_name()) || self.receiver().is_some_and(is_runnable)
    }

    /// Whether the body of a request is handed on as it is, model and all, as a gateway does: `create(**body)`. Whoever
    /// asks has chosen.
    pub fn hands_request_on(self) -> bool {
        let is_body = |value: Node<'m>| {
            let body = value.resolved_value().unwrapped();
            body.is(Kind::Call)
                && body.callee_name() == "json"
                && body.receiver().is_some_and(|request| request.is_a(ClassTag::Request))
        };
        self.positional().next().is_none()
            && self
                .keywords()
                .all(|keyword| keyword.symbol().is_empty() && keyword.value().is_some_and(is_body))
            && self.keywords().next().is_some()
    }

    /// Whether this call looks for passages by their meaning: by what it calls, or by the name of a retriever that comes
    /// from elsewhere.
    pub fn retrieves(self) -> bool {
        self.does(Tag::Retrieves)
            || (matches!(self.callee_name(), "ainvoke" | "invoke")
                && self.receiver().is_some_and(|receiver| {
                    receiver.instance_of().is_none() && receiver.says(&["retriever"])
                })
                && self.target().is_none())
            || self.retrieves_by_name()
    }

    /// Whether a call of code that was not given looks for passages, by its verb and by what it asks or gives:
    /// `passages = await index.search(question)`, `retrieve_documents(question)`.
    fn retrieves_by_name(self) -> bool {
        const PASSAGES: [&str; 10] = [
            "passage",
            "document",
            "doc",
            "chunk",
            "context",
            "snippet",
            "hit",
            "source",
            "knowledge",
            "excerpt",
        ];
        const INDEXES: [&str; 10] = [
            "index",
            "retriever",
            "vector",
            "vectors",
            "vectorstore",
            "knowledge",
            "passages",
            "corpus",
            "rag",
            "silo",
        ];
        const VERBS: [&str; 6] = ["search", "asearch", "retrieve", "aretrieve", "similarity", "asimilarity"];
        let name = self.callee_name();
        // Asked of each call, and most begin with another letter.
        if !name.starts_with(['s', 'r', 'a']) {
            return false;
        }
        let begins_with = |verb: &&str| {
            name.strip_prefix(*verb).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        if !VERBS.iter().any(begins_with) || !self.runs_unseen_code() {
            return false;
        }
        let class_says = |object: Node<'m>| {
            let path = self.model.path_of(object.ty());
            path.is_some_and(|path| has_word(path.rsplit('.').next().unwrap_or_default(), &INDEXES))
        };
        let is_of_passages = |name: &str| {
            crate::semantic::thing_named(name).is_some_and(|thing| PASSAGES.contains(&thing.as_str()))
        };
        self.receiver().is_some_and(|object| object.says(&INDEXES) || class_says(object))
            || is_of_passages(self.callee_name())
            || self.statement().targets().any(|target| is_of_passages(target.name()))
    }

    fn says(self, words: &[&str]) -> bool {
        has_word(self.name(), words)
    }

    /// Whether this handler answers in a conversation: by its path, or by its name.
    pub fn is_on_chat_path(self) -> bool {
        if !self.plays(FunctionRole::Handler) {
            return false;
        }
        const CONVERSATION: [&str; 9] = [
            "answer",
            "ask",
            "agent",
            "agents",
            "assistant",
            "assistants",
            "conversation",
            "reply",
            "respond",
        ];
        const OTHERWISE: [&str; 8] =
            ["admin", "test", "tests", "health", "evaluate", "evaluation", "debug", "title"];
        let path = self.full_route_path();
        let words = words_of(&path);
        let has = |words: &[String], list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        if has(&words, &OTHERWISE) || has(&words_of(self.name()), &OTHERWISE) {
            return false;
        }
        self.model.settings.chat_paths.iter().any(|part| path.contains(part.as_str()))
            || has(&words, &CONVERSATION)
            || has(&words_of(self.name()), &["chat", "answer", "ask", "reply"])
    }

    /// Whether this function only tries out whether a model answers, by its name or that of its class: a failure is what it
    /// is there to tell.
    pub fn tries_model_out(self) -> bool {
        const TRIES: [&str; 7] = ["health", "healthy", "probe", "ping", "connectivity", "reachable", "test"];
        let says = |name: &str| has_word(name, &TRIES);
        says(self.name()) || self.owner().is_some_and(|class| says(class.name()))
    }

    /// Whether this handler's clients wait for what a model says, though it is no conversation: a summary, a run of an
    /// agent. What prepares data, or tries out a model, is none.
    pub fn answers_by_model(self) -> bool {
        const OTHERWISE: [&str; 22] = [
            "admin",
            "test",
            "tests",
            "health",
            "evaluate",
            "evaluation",
            "debug",
            "title",
            "embed",
            "embeddings",
            "index",
            "ingest",
            "upload",
            "import",
            "crawl",
            "tag",
            "tags",
            "webhook",
            "sync",
            "job",
            "jobs",
            "playground",
        ];
        self.plays(FunctionRole::Handler)
            && ![self.full_route_path().as_str(), self.name()]
                .into_iter()
                .flat_map(words_of)
                .any(|word| OTHERWISE.contains(&word.as_str()))
    }

    /// Whether the given files show how the model or chain behind this expression is made.
    pub fn is_made_in_view(self) -> bool {
        let made = self.resolved_value();
        self.constructed_by().is_some()
            || (made.is(Kind::Call) && made.does(Tag::CompilesGraph))
            || self.is_one_provider()
            || self.origin(|made| made.does(Tag::CompilesGraph)).is_some()
            || self.composed_of().is_some_and(|composed| {
                composed.descendants().any(|part| {
                    matches!(part.kind(), Kind::Name | Kind::Call)
                        && part.is_a(ClassTag::ChatModel)
                        && part.constructed_by().is_some()
                })
            })
    }

    /// Whether it runs a graph that comes from code which is loaded by its name: by what it is called, where the given files
    /// load code so and compile no graph.
    pub fn runs_a_loaded_graph(self) -> bool {
        let model: &'m Model<'m> = self.model;
        self.receiver().is_some_and(|graph| graph.says(&["graph", "agent", "plugin"]))
            && model.mentions_text("import_module")
            && model.calls_doing(Tag::CompilesGraph).next().is_none()
    }

    /// Whether the value's class is a provider's own model, which has no other one behind it.
    fn is_one_provider(self) -> bool {
        self.is_a(ClassTag::ChatModel)
            && self.instance_of().is_some_and(|class| !class.short_name().starts_with("Base"))
    }

    /// The `prompt | model | parser` that a name or an attribute of `self` stands for.
    fn composed_of(self) -> Option<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let value = match self.kind() {
            Kind::Name => model.alias_value(self)?,
            Kind::Attribute => {
                let Type::Object(class) = self.receiver()?.ty() else { return None };
                let targets = model.self_assignments(class, self.symbol());
                targets.first()?.parent()?.child(Role::Value)?
            }
            _ => self,
        };
        value.is(Kind::BinOp).then_some(value)
    }

    /// The `except` clauses that may take a failure of this call, in its own function, the nearest first.
    pub fn handlers_around(self) -> impl Iterator<Item = Node<'m>> {
        self.enclosing_tries()
            .flat_map(|attempt| attempt.handlers())
            .filter(|handler| !handler.catches_cancellation_alone() && !handler.is_about_the_client())
    }

    /// Whether this `except` clause only takes what the client did, or what is wrong with a value: no outage is among that.
    fn is_about_the_client(self) -> bool {
        const OTHERS: [&str; 6] = [
            "WebSocketDisconnect",
            "ClientDisconnect",
            "KeyError",
            "ValueError",
            "TypeError",
            "JSONDecodeError",
        ];
        let mut classes = self.caught_classes().into_iter().peekable();
        classes.peek().is_some() && classes.all(|class| OTHERS.contains(&class.name()))
    }

    /// Where an `except` clause does nothing but tell that there was an error: `yield {"error": …}`.
    pub fn tells_of_an_error(self) -> Option<Node<'m>> {
        let body = self.body()?;
        let is_told = |node: &Node<'m>| {
            let tells = matches!(node.kind(), Kind::Yield | Kind::Return)
                || (node.is(Kind::Call) && node.does(Tag::Responds));
            tells && node.descendants_of(Kind::Str).any(|text| text.name() == "error")
        };
        let does_more = body.within(&self.source_file().tree.assignments).next().is_some();
        body.descendants().find(is_told).filter(|_| !does_more)
    }

    /// The new error that an `except` clause raises in place of the one that it caught, and nothing besides.
    pub fn replaces_failure(self) -> Option<Node<'m>> {
        let raise = self.body()?.children().last().filter(|last| last.is(Kind::Raise))?;
        let raised = raise.child(Role::Exception)?;
        (raised.is(Kind::Call) || raised.names_no_caught()).then_some(raise)
    }

    fn names_no_caught(self) -> bool {
        self.caught_by().is_none()
    }
}

impl<'m> Node<'m> {
    /// Whether this call asks a chat model, or a chain, an agent or a graph around one, that is seen to have no other one
    /// behind it: what it was made of is followed as far as the models, and nothing on the way gives them a standby.
    pub fn asks_one_model_alone(self) -> bool {
        self.asks_model() && self.receiver().is_some_and(|asked| asked.stands_alone(0))
    }

    fn stands_alone(self, depth: u32) -> bool {
        const DEEP: u32 = 8;
        let value = self.unwrapped();
        if depth > DEEP {
            return false;
        }
        match value.kind() {
            Kind::Call => value.makes_what_stands_alone(depth + 1),
            // `prompt | model | parser`: the prompt asks nobody.
            Kind::BinOp => {
                value.children().any(|part| part.stands_alone(depth + 1))
                    && !value.children().any(|part| part.resolved_value().has_a_standby())
            }
            Kind::Name | Kind::Attribute => {
                let given = value.values_given();
                !given.is_empty()
                    && given.iter().all(|given| *given != value && given.stands_alone(depth + 1))
            }
            _ => false,
        }
    }

    /// Every value that a name or an attribute may stand for; nothing where one of them is not seen.
    fn values_given(self) -> Vec<Node<'m>> {
        let model: &'m Model<'m> = self.model;
        let object = self.receiver().map(Node::ty);
        let values: Option<Vec<Node<'m>>> = match object {
            _ if self.is_in_application_state() => {
                model.application_value(self.symbol()).map(|value| vec![value])
            }
            Some(Type::Object(class)) => {
                let targets = model.self_assignments(class, self.symbol());
                targets.into_iter().map(|target| target.parent()?.value()).collect()
            }
            None if self.assigned_value().is_none() && self.scope_of_name() != Some(0) => {
                let tree = &self.source_file().tree;
                let statements = self
                    .reaching_bindings()
                    .into_iter()
                    .map(|binding| self.at(tree.bindings[binding as usize].node).statement());
                statements.map(|it| it.value().filter(|_| it.is(Kind::Assign))).collect()
            }
            _ => self.assigned_value().or_else(|| model.singleton_value(self)).map(|value| vec![value]),
        };
        values.unwrap_or_default()
    }

    /// Whether a call in this code gives a model a standby.
    fn has_a_standby(self) -> bool {
        self.calls_within().any(|call| call.gives_a_standby())
    }

    /// Whether this call has another model ready: a wrapper, a middleware, or one that is given its fallbacks.
    fn gives_a_standby(self) -> bool {
        self.does(Tag::FallsBack)
            || self.keywords().any(|keyword| {
                matches!(keyword.name(), "fallbacks" | "default_fallbacks" | "context_window_fallbacks")
                    && keyword.child(Role::Value).is_some_and(|value| !value.is_none())
            })
    }

    fn makes_what_stands_alone(self, depth: u32) -> bool {
        let model: &'m Model<'m> = self.model;
        let makes = |call: Node<'m>| {
            call.api().is_some_and(|api| {
                api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::ChatModel))
            })
        };
        if self.gives_a_standby() {
            return false;
        }
        if makes(self) {
            return true;
        }
        if self.does(Tag::CompilesGraph) {
            // An agent is made around one model, whose middleware may have another.
            if let Some(asked) = self.argument_or_keyword(0, "model").filter(|_| self.receiver().is_none()) {
                let is_open = self.keyword("middleware").map(Node::resolved_value).is_some_and(|list| {
                    !list.is(Kind::List)
                        || list.children().any(|part| !part.is(Kind::Call) || part.has_a_standby())
                });
                return !is_open && !self.has_hidden_arguments() && asked.stands_alone(depth);
            }
            let nodes = model.functions().filter(|f| f.file == self.file && f.plays(FunctionRole::GraphNode));
            let mut asking = nodes.flat_map(Node::own_calls).filter(|call| call.asks_model()).peekable();
            return asking.peek().is_some()
                && asking.all(|call| call.receiver().is_some_and(|asked| asked.stands_alone(depth)));
        }
        if let Some(function) = self.target().map(|place| model.node(place)) {
            let mut returned = function.own_returns().filter_map(Node::value).peekable();
            return function.is_function()
                && !function.calls_within().any(Node::gives_a_standby)
                && (function.calls_within().any(makes)
                    || (returned.peek().is_some() && returned.all(|given| given.stands_alone(depth))));
        }
        // What is only changed in what surrounds it: `model.bind_tools(tools)`, `chain.with_retry()`.
        self.does(Tag::Wraps) && self.receiver().is_some_and(|wrapped| wrapped.stands_alone(depth))
    }
}

impl<'s> Model<'s> {
    /// Whether the given files make chat models of a provider's own: then they would make the standby as well.
    pub fn makes_models(&self) -> bool {
        self.known_calls().any(|(call, api)| {
            api.is_constructor && call.is_a(ClassTag::ChatModel) && !call.is_outside_production()
        })
    }

    /// The calls that have another model ready: wrappers, middleware, and calls that are given their fallbacks.
    pub fn fallbacks(&self) -> impl Iterator<Item = Node<'_>> {
        self.calls().filter(|call| call.gives_a_standby())
    }
}

//! What a loop over many things makes of them: results of their own, or one that is of use only as a whole.

use crate::semantic::{Model, Node, Type, ends_with_word, has_word, thing_named};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Operator, Role};

impl<'m> Node<'m> {
    /// Whether what this loop gathers is of use only when nothing is missing in it, and nothing else is left behind by
    /// its turns: it is held against the length of what went in, is the answers to slices of one list, is counted
    /// together into one value, or every caller makes up for it one by one.
    pub fn gathers_a_whole(self) -> bool {
        let Some(function) = self.function() else { return false };
        let gathered = self.gathered_names();
        if gathered.is_empty() || self.calls_within().any(|call| call.leads_to(Tag::WritesOutside)) {
            return false;
        }
        function.demands_equal_lengths(self, &gathered)
            || (self.goes_over_slices() && function.returns_one_of(&gathered))
            || gathered.iter().all(|name| self.is_counted_together(name))
            || self.goes_over_parts_of_one_input()
            || (function.returns_one_of(&gathered)
                && (function.is_made_up_for() || function.feeds_one_call()))
    }

    /// Whether all callers of this function hand what it gives to a call that makes one thing of it: a picture out of
    /// several, drawn by a model.
    fn feeds_one_call(self) -> bool {
        let makes_one = |read: Node<'m>| {
            read.parent().is_some_and(|call| {
                call.is(Kind::Call)
                    && has_word(
                        call.callee_name(),
                        &["generate", "compose", "merge", "combine", "stitch", "render"],
                    )
            })
        };
        self.is_only_called(|call| {
            let Some(name) = call.statement().targets().find(|target| target.is(Kind::Name)) else {
                return false;
            };
            let mut reads = call
                .function()
                .into_iter()
                .flat_map(|around| around.descendants_of(Kind::Name))
                .filter(|read| read.id > call.id && read.symbol() == name.symbol() && !read.data().is_store)
                .peekable();
            reads.peek().is_some() && reads.all(makes_one)
        })
    }

    /// Whether this loop, or clause of a comprehension, goes over the project's own records, by their type: rows, or what a
    /// data model or a data class describes.
    pub fn goes_over_records(self) -> bool {
        let model: &'m Model<'m> = self.model;
        let Some(iterable) = self.child(Role::Iterable) else { return false };
        match model.iterated(iterable.unwrapped()) {
            Type::Object(class) => {
                model.is_orm_model(class)
                    || model.class_has(class, ClassTag::DataModel)
                    || model.data_class_decorator(class).is_some()
            }
            // Its module says what it is where the file was not given.
            kind @ Type::Foreign(_) => model.path_of(kind).is_some_and(|path| {
                path.split('.').any(|part| matches!(part, "models" | "schemas" | "entities" | "domain"))
            }),
            _ => false,
        }
    }

    /// Whether the turns of this loop count or collect what went well: `imported += 1`, `done.append(path)`.
    pub fn keeps_count(self) -> bool {
        !self.gathered_names().is_empty()
    }

    /// Whether this part of a turn does so.
    pub fn keeps_count_in(self, part: Node<'m>) -> bool {
        let gathered = self.gathered_names();
        let is_gathered = |name: Node<'m>| gathered.contains(&name.name());
        part.calls_within()
            .filter(|call| matches!(call.callee_name(), "append" | "extend" | "add"))
            .filter_map(Node::receiver)
            .chain(part.within(&self.source_file().tree.assignments).flat_map(Node::targets))
            .map(|target| target.child(Role::Value).filter(|_| target.is(Kind::Subscript)).unwrap_or(target))
            .any(is_gathered)
    }

    /// The names of lists and dictionaries from before this loop to which its turns add.
    fn gathered_names(self) -> Vec<&'m str> {
        let Some(body) = self.body() else { return Vec::new() };
        let appended = body
            .calls_within()
            .filter(|call| matches!(call.callee_name(), "append" | "extend"))
            .filter_map(Node::receiver);
        let assigned = body.within(&self.source_file().tree.assignments).flat_map(|assignment| {
            let adds = assignment.is(Kind::AugAssign);
            assignment.targets().filter_map(move |target| match target.kind() {
                Kind::Subscript => target.child(Role::Value),
                _ => Some(target).filter(|_| adds),
            })
        });
        let names: Vec<&'m str> = appended
            .chain(assigned)
            .filter(|container| container.is(Kind::Name) && container.function() == self.function())
            .map(Node::name)
            .collect();
        let mut names = crate::sorted::sorted(names, &|one, other| one.cmp(other));
        names.dedup();
        // What a turn makes for itself is no result of the loop.
        names.retain(|name| {
            !body.within(&self.source_file().tree.assignments).any(|made| {
                made.is(Kind::Assign) && made.targets().any(|it| it.is(Kind::Name) && it.name() == *name)
            })
        });
        names
    }

    /// Whether this function refuses to go on where a list that the loop goes over is not as long as another one: what
    /// the loop made of it, or a list that was given beside it.
    fn demands_equal_lengths(self, around: Node<'m>, gathered: &[&str]) -> bool {
        let Some(iterable) = around.child(Role::Iterable) else { return false };
        let measured = |side: Node<'m>| {
            let call = side.is(Kind::Call) && side.callee().is_some_and(|it| it.names("builtins.len"));
            side.argument(0).filter(|of| call && of.is(Kind::Name)).map(Node::name)
        };
        let is_given = |name: &str| self.parameter(name).is_some();
        self.descendants_of(Kind::Compare)
            .filter(|test| test.function() == Some(self) && test.is_demanded())
            .any(|test| {
                let mut lengths = test.children().filter_map(measured);
                let (Some(one), Some(two)) = (lengths.next(), lengths.next()) else { return false };
                [(one, two), (two, one)].into_iter().any(|(input, other)| {
                    iterable.mentions(input) && (gathered.contains(&other) || is_given(other))
                })
            })
    }

    /// Whether code does not get past this comparison unless two sides are equal: an `assert`, or an `if` that raises.
    fn is_demanded(self) -> bool {
        let Some(statement) = self.parent() else { return false };
        match statement.kind() {
            Kind::Assert => self.operator() == Operator::Equal,
            Kind::If => {
                self.operator() == Operator::NotEqual
                    && statement
                        .body()
                        .and_then(|body| body.children().last())
                        .is_some_and(|last| last.is(Kind::Raise))
            }
            _ => false,
        }
    }

    /// Whether this loop cuts one list into pieces: `for start in range(0, len(texts), 100)`, with `texts[start:…]`
    /// inside.
    fn goes_over_slices(self) -> bool {
        let Some(range) = self.child(Role::Iterable).filter(|it| it.callee_name() == "range") else {
            return false;
        };
        let (Some(end), Some(_)) = (range.argument(1), range.argument(2)) else { return false };
        let Some(list) = end.argument(0).filter(|_| end.callee_name() == "len") else { return false };
        self.body().is_some_and(|body| {
            body.descendants_of(Kind::Subscript).any(|piece| {
                piece.child(Role::Value).is_some_and(|of| of.reads_like(list))
                    && piece.descendants_of(Kind::Slice).next().is_some()
            })
        })
    }

    /// Whether this loop does nothing but ask one database for what belongs to each piece of a list, which was cut because a
    /// statement takes only so much: the pieces are no things of their own, and what is missing of one is missing in
    /// the whole. Not where a turn leaves anything behind.
    pub fn reads_piece_by_piece(self) -> bool {
        let (Some(iterable), Some(body)) = (self.child(Role::Iterable), self.body()) else { return false };
        if !(iterable.is_cut_from_a_list() || iterable.cuts_by_name() || self.goes_by_steps()) {
            return false;
        }
        let mut asked =
            body.calls_within().filter(|call| call.function() == self.function() && call.may_ask_somebody());
        let mut any = false;
        asked.all(|call| {
            any = true;
            call.reads_database_by_name() && !call.callee().is_some_and(|it| it.concerns_element_of(self))
        }) && any
            && !body.calls_within().any(|call| {
                call.writes_by_sql() || call.leads_to(Tag::WritesOutside) || call.leads_to(Tag::Commits)
            })
    }

    /// Whether this call may ask another system, as far as it shows: a function or method that was not given included.
    fn may_ask_somebody(self) -> bool {
        self.failing_anyhow().is_some() || self.works_by_name().is_some()
    }

    /// Whether it sends a query through a connection, by what is known of it or by the usual names where nothing is.
    fn reads_database_by_name(self) -> bool {
        const HOLDERS: [&str; 10] =
            ["conn", "connection", "db", "database", "session", "cursor", "cur", "tx", "transaction", "pool"];
        let is_known = self.crosses_outside() == Some(System::Database);
        let by_name = || {
            self.sends_sql_by_name()
                || matches!(
                    self.callee_name(),
                    "fetch_all" | "fetchall" | "fetchone" | "scalars" | "fetch_one"
                )
        };
        let through = || self.receiver().is_some_and(|it| ends_with_word(it.name(), &HOLDERS));
        is_known || (by_name() && through())
    }

    /// Whether the call cuts what it is handed into pieces, by its name: `chunked(ids, 500)`, `iter_id_batches(ids)`.
    fn cuts_by_name(self) -> bool {
        self.is(Kind::Call)
            && self.argument(0).is_some()
            && ends_with_word(
                self.callee_name(),
                &["batched", "batches", "chunk", "chunks", "chunked", "slices", "sliced", "partition"],
            )
    }

    /// Whether the loop counts in steps, and takes what lies between two of them: `for at in range(0, count, 100)`.
    fn goes_by_steps(self) -> bool {
        self.child(Role::Iterable)
            .is_some_and(|range| range.callee_name() == "range" && range.argument(2).is_some())
            && self.body().is_some_and(|body| {
                body.descendants_of(Kind::Slice).any(|piece| piece.concerns_element_of(self))
            })
    }

    /// Whether this function gives back one of these names, as it is.
    fn returns_one_of(self, names: &[&str]) -> bool {
        self.own_returns()
            .filter_map(Node::value)
            .any(|value| value.is(Kind::Name) && names.contains(&value.name()))
    }

    /// Whether everything that reads a name behind this loop makes one value of it, which is wrong where an entry is
    /// missing: a sum, a largest one, a checksum.
    fn is_counted_together(self, name: &str) -> bool {
        let Some(function) = self.function() else { return false };
        let counts = |call: Node<'m>| {
            call.is(Kind::Call)
                && call.callee().and_then(Node::path).is_some_and(|path| {
                    matches!(&*path, "builtins.sum" | "builtins.max" | "builtins.min")
                        || path.starts_with("hashlib.")
                })
        };
        let mut reads = function
            .descendants_of(Kind::Name)
            .filter(|read| read.id >= self.data().end && read.name() == name && !read.data().is_store)
            .peekable();
        reads.peek().is_some() && reads.all(|read| read.surroundings().any(counts))
    }

    /// Whether every call of this function stands in a `try` that goes over the things one by one where it fails.
    fn is_made_up_for(self) -> bool {
        self.is_only_called(|call| {
            call.enclosing_tries()
                .flat_map(Node::handlers)
                .any(|handler| handler.descendants_of(Kind::For).next().is_some())
        })
    }
}

impl<'m> Node<'m> {
    /// Whether all who call the function of this place do so for one item of several, and keep its failure to that
    /// item: in a `try` in a loop, or in a coroutine of which one runs for each item.
    pub fn is_one_item_of_its_callers(self) -> bool {
        let model: &'m crate::semantic::Model<'m> = self.model;
        let Some(function) = self.function() else { return false };
        let runs_once_an_item = |function: Node<'m>| {
            model.callers_of(function.place()).iter().map(|&call| model.node(call)).any(|call| {
                call.parent().is_some_and(|around| {
                    matches!(around.kind(), Kind::ListComp | Kind::Generator)
                        || around.callee_name() == "append"
                })
            })
        };
        function.is_only_called(|call| {
            call.is_contained()
                && (call
                    .enclosing_loop()
                    .is_some_and(|around| call.enclosing_tries().any(|attempt| around.contains(attempt)))
                    || call.function().is_some_and(runs_once_an_item))
        })
    }

    /// Whether this parameter is handed a list of one thing wherever its function is called, or the method that it
    /// stands in for: `self.load([path])`.
    pub fn receives_one(self) -> bool {
        let model: &'m crate::semantic::Model<'m> = self.model;
        let Some(function) = self.parent().filter(|function| function.is(Kind::FunctionDef)) else {
            return false;
        };
        let stands_in_for = |target: crate::semantic::Place| {
            let owners = function.owner().zip(model.node(target).owner());
            target == function.place()
                || owners.is_some_and(|(own, other)| model.derives_from(own.place(), other.place()))
        };
        let is_one = |call: Node<'m>| {
            call.argument_for(function, self).is_some_and(|given| {
                let list = given.resolved_value();
                let mut items = list.children();
                matches!(list.kind(), Kind::List | Kind::Tuple | Kind::Set)
                    && items.next().is_some_and(|item| !item.is(Kind::Starred))
                    && items.next().is_none()
            })
        };
        let mut calls = model
            .calls_of_name(function.symbol())
            .iter()
            .map(|&call| model.node(call))
            .filter(|call| !call.is_outside_production() && call.target().is_some_and(stands_in_for))
            .peekable();
        calls.peek().is_some() && calls.all(is_one)
    }

    /// Whether this gathers what the function needs whole: one coroutine for each piece of a list that was cut, whose
    /// answers are put together again and given back. Not where each of them leaves something behind.
    pub fn gathers_pieces(self, each: Node<'m>, around: Node<'m>) -> bool {
        let Some(function) = self.function() else { return false };
        let gives_back = function.own_returns().filter_map(Node::value).any(|value| !value.is_constant());
        let result = self.parent().filter(|it| it.is(Kind::Await)).and_then(Node::parent);
        let is_used = result.is_some_and(|result| !result.is(Kind::ExprStatement));
        gives_back
            && is_used
            && !each.leads_to(Tag::WritesOutside)
            && !each.leads_to(Tag::Commits)
            && around.child(Role::Iterable).is_some_and(Node::is_cut_from_a_list)
    }

    /// `[texts[at : at + 100] for at in range(0, len(texts), 100)]`, or a call of a given function that returns such.
    fn is_cut_from_a_list(self) -> bool {
        let value = self.resolved_value();
        let is_cut = |value: Node<'m>| {
            value.is(Kind::ListComp)
                && value.child(Role::Value).is_some_and(|piece| {
                    piece.is(Kind::Subscript) && piece.descendants_of(Kind::Slice).next().is_some()
                })
        };
        is_cut(value)
            || value.target().is_some_and(|place| {
                let function: Node<'m> = self.model.node(place);
                function.own_returns().filter_map(Node::value).any(|value| is_cut(value.resolved_value()))
                    || function.own_yields().filter_map(Node::value).any(|piece| {
                        piece.is(Kind::Subscript) && piece.descendants_of(Kind::Slice).next().is_some()
                    })
            })
    }
}

impl<'m> Node<'m> {
    /// Whether the turns of this loop are the steps of one job, which is of no use where one of them is missing: what they
    /// make is read part by part afterwards or made into one thing, what they read is removed, or they only check whether
    /// the job may begin.
    pub fn is_one_job(self) -> bool {
        // Something restored with holes in it is not what was saved.
        let restores = |function: Node<'m>| crate::semantic::has_word(function.name(), &["restore"]);
        if self.function().is_some_and(restores) {
            return true;
        }
        let gathered = self.gathered_names();
        self.only_checks(&gathered)
            || gathered.iter().any(|name| self.is_read_by_its_keys(name))
            || (!gathered.is_empty() && gathered.iter().all(|name| self.is_merged(name)))
            || self.uses_up_its_input()
    }

    /// Whether a name is read behind this loop, and each read is such.
    fn is_read_as(self, name: &str, fits: &dyn Fn(Node<'m>, Node<'m>) -> bool) -> bool {
        let mut any = false;
        for read in self.function().into_iter().flat_map(|function| function.descendants_of(Kind::Name)) {
            if read.id < self.data().end || read.data().is_store || read.name() != name {
                continue;
            }
            any = true;
            if !read.parent().is_some_and(|around| fits(read, around)) {
                return false;
            }
        }
        any
    }

    /// Whether the turns store something for their element under a name, and all that is read of it are entries by keys that
    /// are written out: `parts[split] = …`, then `parts["train"]`. A count of what went well is none.
    fn is_read_by_its_keys(self, name: &str) -> bool {
        let is_of_element = |target: Node<'m>| {
            target.is(Kind::Subscript)
                && target.child(Role::Value).is_some_and(|of| of.name() == name)
                && target.child(Role::Index).is_some_and(|key| key.concerns_element_of(self))
        };
        let assigned = self.within(&self.source_file().tree.assignments);
        assigned.flat_map(Node::targets).any(is_of_element)
            && self.is_read_as(name, &|read, entry| {
                entry.is(Kind::Subscript)
                    && read.role() == Role::Value
                    && !entry.data().is_store
                    && entry.child(Role::Index).is_some_and(|key| key.is(Kind::Str))
            })
    }

    /// Whether what the turns made is handed to one call that makes one thing of it, by its name: `merge_index(blocks)`.
    fn is_merged(self, name: &str) -> bool {
        self.is_read_as(name, &|read, call| {
            call.is(Kind::Call)
                && read.role() == Role::Argument
                && ["merge", "assemble", "stitch"].iter().any(|verb| call.callee_name().contains(verb))
        })
    }

    /// Whether what the turns read is removed behind the loop, whatever they made of it: what failed and was passed over
    /// would be lost for good.
    fn uses_up_its_input(self) -> bool {
        let (Some(function), Some(iterable)) = (self.function(), self.child(Role::Iterable)) else {
            return false;
        };
        let is_given = |name: Node<'m>| {
            name.as_parameter().is_some_and(|it| !matches!(it.name(), "self" | "cls")).then(|| name.name())
        };
        let listed = iterable.descendants_of(Kind::Name);
        let sources: Vec<&str> = listed
            .flat_map(|name| [Some(name), name.assigned_value()])
            .flatten()
            .flat_map(|value| value.descendants_of(Kind::Name))
            .filter_map(is_given)
            .collect();
        let removes = |call: Node<'m>| {
            let is_named = matches!(call.callee_name(), "unlink" | "rmtree" | "removedirs")
                || call.callee().is_some_and(|it| it.names("os.remove"));
            is_named && self.dominates(call)
        };
        let is_source = |place: Node<'m>| sources.iter().any(|name| place.mentions(name));
        function.own_calls().filter(|call| call.id >= self.data().end && removes(*call)).any(|call| {
            let around = call.enclosing_loop().and_then(|around| around.child(Role::Iterable));
            call.enclosing_handler().is_none() && [Some(call), around].into_iter().flatten().any(is_source)
        })
    }

    /// Whether the turns do nothing but refuse: they raise on purpose, and leave nothing behind, neither outside nor in a name
    /// that is read afterwards.
    fn only_checks(self, gathered: &[&str]) -> bool {
        let (Some(body), true) = (self.body(), gathered.is_empty()) else { return false };
        let tree = &self.source_file().tree;
        let own = |node: &Node<'m>| node.function() == self.function();
        let refuses = body
            .within(&tree.raises)
            .filter(own)
            .any(|raise| raise.enclosing_handler().is_none_or(|handler| !self.contains(handler)));
        let stays = |target: Node<'m>| {
            target
                .descendants()
                .all(|part| matches!(part.kind(), Kind::Name | Kind::Tuple | Kind::List | Kind::Starred))
                && target.descendants_of(Kind::Name).all(|name| !self.is_read_as(name.name(), &|_, _| true))
        };
        let changes = |call: Node<'m>| {
            [Tag::WritesOutside, Tag::AddsRow, Tag::DeletesRow, Tag::Commits]
                .iter()
                .any(|&tag| call.leads_to(tag))
                || (call.is_a_statement() && !call.writes_log() && !call.does(Tag::Prints))
        };
        refuses
            && body.within(&tree.assignments).flat_map(Node::targets).all(stays)
            && !body.calls_within().any(changes)
    }
}

impl<'m> Node<'m> {
    /// Whether this loop goes over one kind of the parts of an input that its function is given beside another kind:
    /// `process(text, images, videos)`. Without one of them the rest would be another input.
    fn goes_over_parts_of_one_input(self) -> bool {
        const MEDIA: [&str; 3] = ["image", "video", "audio"];
        let media =
            |name: &str| thing_named(name).and_then(|thing| MEDIA.iter().position(|known| *known == thing));
        let Some(given) = self.child(Role::Iterable).and_then(Node::as_parameter) else { return false };
        let kind = media(given.name());
        let mut beside =
            given.parent().into_iter().flat_map(Node::parameters).filter_map(|it| media(it.name()));
        kind.is_some() && beside.any(|other| Some(other) != kind)
    }

    /// Whether this loop goes over the parts into which the function, or who calls it, has cut one document: the chunks of
    /// what another parameter describes. One of them left out leaves a document with a hole.
    pub fn goes_over_parts_of_a_document(self) -> bool {
        let is_part = |node: Node<'m>| {
            matches!(node.kind(), Kind::Name | Kind::Attribute)
                && thing_named(node.name()).is_some_and(|thing| {
                    ["chunk", "part", "piece", "segment", "section", "passage"].contains(&thing.as_str())
                })
        };
        let is_document = |parameter: Node<'m>| {
            has_word(
                parameter.name(),
                &["metadata", "document", "doc", "file", "filename", "paper", "article"],
            )
        };
        self.child(Role::Iterable).is_some_and(|iterable| iterable.descendants().any(is_part))
            && self.function().is_some_and(|function| function.parameters().any(is_document))
    }

    /// Whether the turns of this loop hand what they are given to one connection, by this call: a failure means that the
    /// connection has gone, and so has it for the others. The same holds where the loop goes over what one connection
    /// gives for as long as it does, and a `try` around it sees to its end.
    pub fn pumps_into(self, call: Node<'m>) -> bool {
        const CONNECTIONS: [&str; 10] =
            ["stdin", "stdout", "pipe", "socket", "sock", "websocket", "ws", "writer", "stream", "conn"];
        const GIVING: [&str; 6] = ["stream", "reader", "receiver", "websocket", "ws", "socket"];
        let is_one_of = |node: Node<'m>, words: &[&str]| {
            matches!(node.kind(), Kind::Name | Kind::Attribute) && ends_with_word(node.name(), words)
        };
        let sends = has_word(call.callee_name(), &["send", "sendall", "write", "drain"]);
        let into_one = sends
            && call
                .receiver()
                .is_some_and(|into| is_one_of(into, &CONNECTIONS) && !into.concerns_element_of(self));
        let gives = self.is_async()
            && self.child(Role::Iterable).is_some_and(|from| is_one_of(from, &GIVING))
            && self.enclosing_tries().any(|attempt| attempt.handlers().next().is_some());
        into_one || gives
    }

    /// Whether a clause around this call, within the loop, notes the failure, by more than a record in the log, and gives
    /// the function's own answer back: a step in a fixed order that may stop the others.
    pub fn is_stopped_with_a_record(self, around: Node<'m>) -> bool {
        let notes = |call: Node<'m>| !(call.writes_log() || call.does(Tag::Prints) || call.is_harmless());
        self.enclosing_tries().take_while(|attempt| around.contains(*attempt)).any(|attempt| {
            let mut handlers = attempt.handlers().peekable();
            handlers.peek().is_some()
                && handlers.all(|handler| {
                    let last = handler.body().and_then(|body| body.children().last());
                    let answers = last.is_some_and(|last| last.is(Kind::Return) && last.value().is_some());
                    answers && handler.calls_within().any(|call| notes(call) && call.is_a_statement())
                })
        })
    }

    /// Whether nothing is done with what this call gives.
    fn is_a_statement(self) -> bool {
        let outer = self.parent().filter(|outer| outer.is(Kind::Await)).unwrap_or(self);
        outer.parent().is_some_and(|statement| statement.is(Kind::ExprStatement))
    }

    /// Whether this function is compiled for a processor or a graphics card, by its decorator (`@triton.jit`): it
    /// computes, and leaves the process for nothing.
    pub fn is_compiled(self) -> bool {
        self.decorators().any(|decorator| {
            let named = decorator.callee().unwrap_or(decorator);
            matches!(named.name(), "jit" | "njit" | "vmap" | "kernel")
        })
    }
}

//! From where code is reached: by requests, at the start, by a command, beside the requests; over the call graph of
//! the given files.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::semantic::types::Type;
use crate::semantic::{FunctionRole, Model, Node, Place};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// The kinds of entry points from which a function is reached: none, one or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryPoints(u16);

impl EntryPoints {
    /// A request waits for it: a handler, a dependency, a middleware, a graph's node, a tool.
    pub const REQUEST: Self = Self(1);
    /// The same, where only administrators may ask.
    pub const ADMINISTRATOR: Self = Self(1 << 1);
    /// Scheduled jobs, and tasks that the start of the application leaves running.
    pub const BACKGROUND: Self = Self(1 << 2);
    /// The start or the end of the application, and imports.
    pub const STARTUP: Self = Self(1 << 3);
    /// A program that is run by hand, or in a process of its own.
    pub const COMMAND: Self = Self(1 << 4);
    pub const MIGRATION: Self = Self(1 << 5);
    pub const TEST: Self = Self(1 << 6);
    /// Something that the given files do not show: nobody calls it, or it is handed to who knows whom.
    pub const UNKNOWN: Self = Self(1 << 7);
    /// Said of a program: a loop that does not end by itself, as a worker's or a consumer's.
    const ENDLESS: Self = Self(1 << 8);
    /// Said of a program: nothing but the module's own end, `if __name__ == "__main__"`, makes one of it, and nothing
    /// there calls the function: others may import it.
    const UNCALLED: Self = Self(1 << 9);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of these is among them.
    pub fn includes(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether it is reached in production, and by nothing but these.
    fn are_only(self, others: Self) -> bool {
        let beside = Self::TEST.and(Self::MIGRATION).and(Self::ENDLESS).and(Self::UNCALLED);
        let production = self.without(beside);
        production != Self::default() && production.without(others) == Self::default()
    }

    /// Whether only programs that a person runs lead here.
    pub fn are_commands(self) -> bool {
        self.are_only(Self::COMMAND)
    }

    /// Whether nobody's request can be waiting: only the start of the application and commands lead here.
    pub fn serve_nobody(self) -> bool {
        self.are_only(Self::STARTUP.and(Self::COMMAND))
    }

    /// Whether only commands lead here, each of which somebody runs by hand and which ends by itself.
    fn are_commands_that_end(self) -> bool {
        self.are_commands() && !self.includes(Self::ENDLESS.and(Self::UNCALLED))
    }

    /// Whether the start of the application is what is known to lead here, and no request or job.
    pub fn mostly_begin_the_process(self) -> bool {
        self.includes(Self::STARTUP)
            && !self.includes(Self::REQUEST.and(Self::ADMINISTRATOR).and(Self::BACKGROUND))
    }

    /// Whether no user's request can be waiting: only administrators', the start of the application, and commands.
    pub fn spare_users(self) -> bool {
        self.are_only(Self::STARTUP.and(Self::COMMAND).and(Self::ADMINISTRATOR))
    }

    /// Whether something is known to lead here, but no user's request: only administrators', jobs, the start of the
    /// application, commands.
    pub fn are_rare(self) -> bool {
        let rare = Self::STARTUP.and(Self::COMMAND).and(Self::ADMINISTRATOR).and(Self::BACKGROUND);
        self.includes(rare) && !self.includes(Self::REQUEST)
    }
}

/// How a function passes on from where it is reached.
#[derive(Clone, Copy, PartialEq)]
enum Passing {
    /// The callee runs here.
    Runs,
    /// It goes on beside, as a task.
    Starts,
    /// Whoever is given the callable runs it, now or later.
    HandsOn,
}

impl Passing {
    fn of(self, reached: EntryPoints) -> EntryPoints {
        if !reached.includes(EntryPoints::STARTUP) {
            return reached;
        }
        let other = reached.without(EntryPoints::STARTUP);
        match self {
            Self::Runs => reached,
            Self::Starts => other.and(EntryPoints::BACKGROUND),
            Self::HandsOn => other.and(EntryPoints::UNKNOWN),
        }
    }
}

impl<'m> Node<'m> {
    /// From where this function is reached.
    pub fn entry_points(self) -> EntryPoints {
        let model: &'m Model<'m> = self.model;
        let all = model.entry_points.get_or_init(|| found_in(model));
        all.get(&self.place()).copied().unwrap_or_default()
    }

    /// Whether several may run this code at the same time. Tests and migrations run alone, and so do scripts.
    pub fn is_shared_code(self) -> bool {
        !self.is_outside_production()
            && (!self.source_file().is_script || self.function().is_some_and(Node::serves_requests))
    }

    /// Whether this is code of a program that goes on until it is stopped, as a worker does: of those there may be several.
    pub fn is_code_of_a_worker(self) -> bool {
        let file = self.source_file();
        file.is_script
            && !file.is_in_script_folder
            && !self.is_outside_production()
            && self.function().is_some_and(|function| function.entry_points().includes(EntryPoints::ENDLESS))
    }

    /// Whether this is run by hand, as far as the file shows. A program that writes a log and shows nobody anything is no
    /// such script: it is a job, which a schedule starts.
    pub fn is_run_by_hand(self) -> bool {
        let file = self.source_file();
        let is_in_job = || {
            let module = self.at(0);
            let shows = |call: Node<'m>| {
                call.does(Tag::Prints) || matches!(call.callee_name(), "print" | "input" | "echo" | "secho")
            };
            module.calls_within().any(Node::writes_log) && !module.calls_within().any(shows)
        };
        file.is_script && (file.is_in_script_folder || !*file.is_job.get_or_init(is_in_job))
    }

    /// Whether a request may wait for this function: one does, or the given files show no handler at all, and nothing
    /// of who else calls it.
    pub fn may_serve_requests(self) -> bool {
        self.serves_requests()
            || (!self.model.shows_handlers()
                && !self.source_file().is_script
                && !self.is_outside_production()
                && self.entry_points() == EntryPoints::UNKNOWN)
    }

    /// Whether no request, job or consumer leads to this code: only commands do, or it rates models or measures speed.
    /// Code of which nobody shows who calls it is not offline.
    pub fn runs_offline(self) -> bool {
        let file = self.source_file();
        let function = if self.is(Kind::FunctionDef) { Some(self) } else { self.function() };
        let Some(function) = function else { return file.is_for_evaluation() };
        let reached = function.entry_points();
        let asked = EntryPoints::REQUEST.and(EntryPoints::ADMINISTRATOR).and(EntryPoints::BACKGROUND);
        reached.are_commands_that_end() || (file.is_for_evaluation() && !reached.includes(asked))
    }

    /// Whether this function is a command, by where it stands, by its decorator or by its name.
    fn is_command(self) -> bool {
        let file = self.source_file();
        let named = |decorator: Node<'m>| {
            let name = if decorator.is(Kind::Call) { decorator.callee_name() } else { decorator.name() };
            matches!(name, "command" | "callback" | "group" | "option" | "argument")
        };
        file.is_in_script_folder || self.name() == "main" || self.decorators().any(named)
    }

    /// Whether a loop of this function goes on for as long as the process does, or as something comes.
    fn loops_for_ever(self) -> bool {
        self.own_loops().any(|around| {
            let receives = |iterable: Node<'m>| {
                around.is_async()
                    || iterable.is_a(ClassTag::Queue)
                    || iterable.calls_within().any(|call| {
                        call.api().is_some_and(|api| api.callable.crosses == Some(System::Broker))
                    })
            };
            match around.kind() {
                Kind::While => {
                    around.never_ends() || around.child(Role::Test).is_some_and(|test| test.is(Kind::True))
                }
                _ => around.child(Role::Iterable).is_some_and(receives),
            }
        })
    }

    /// The nearest function that a request calls and that leads here: a handler, a dependency, a middleware; itself,
    /// if it is one or stands in one.
    pub fn asked_by(self) -> Option<Node<'m>> {
        const MOST: usize = 400;
        let model: &'m Model<'m> = self.model;
        let outermost = |function: Node<'m>| {
            std::iter::successors(Some(function), |inner| inner.function())
                .any(|around| FunctionRole::ASKED.iter().any(|&role| around.plays(role)))
        };
        if outermost(self) {
            return Some(self);
        }
        let mut seen = vec![self.place()];
        let mut next = 0;
        while let Some(function) = seen.get(next).map(|&place| model.node(place)).filter(|_| next < MOST) {
            next += 1;
            if FunctionRole::ASKED.iter().any(|&role| function.plays(role)) {
                return Some(function);
            }
            let callers =
                model.runners_of(function.place()).filter_map(Node::function).chain(function.function());
            for caller in callers {
                if !seen.contains(&caller.place()) {
                    seen.push(caller.place());
                }
            }
        }
        None
    }

    /// Where this function is reached by its role and its file, whoever calls it.
    fn own_entry_points(self) -> EntryPoints {
        let file = self.source_file();
        if file.is_test {
            return EntryPoints::TEST;
        }
        if file.is_migration {
            return EntryPoints::MIGRATION;
        }
        let mut found = EntryPoints::default();
        if self.plays(FunctionRole::Handler) && self.serves_administrators(None) {
            found = found.and(EntryPoints::ADMINISTRATOR);
        } else if FunctionRole::ASKED.iter().any(|&role| self.plays(role)) {
            found = found.and(EntryPoints::REQUEST);
        }
        if self.is_startup() {
            found = found.and(EntryPoints::STARTUP);
        }
        if self.plays(FunctionRole::Job) {
            found = found.and(EntryPoints::BACKGROUND);
        }
        found
    }

    /// Where this function is reached though nothing in the given files calls it.
    fn unseen_entry_points(self, has_handlers: bool) -> EntryPoints {
        let registered = || {
            self.decorators().any(|decorator| {
                let callee = if decorator.is(Kind::Call) { decorator.callee() } else { Some(decorator) };
                callee.and_then(Node::receiver).is_some_and(|receiver| receiver.ty() == Type::Unknown)
            })
        };
        if self.is_called() && !registered() {
            return EntryPoints::default();
        }
        match self.source_file().is_script && !has_handlers {
            true if self.is_command() => EntryPoints::COMMAND,
            true => EntryPoints::COMMAND.and(EntryPoints::UNCALLED),
            false => EntryPoints::UNKNOWN,
        }
    }

    /// Whether this call is made whenever the application starts: in a function of its start, in one that such a function
    /// calls, or beside the application in its module.
    pub fn runs_when_application_starts(self) -> bool {
        let model: &'m Model<'m> = self.model;
        match self.function() {
            Some(function) => {
                let callers = model.callers_of(function.place());
                function.is_startup()
                    || callers
                        .iter()
                        .filter_map(|&caller| model.node(caller).function())
                        .any(Node::is_startup)
            }
            // Beside the application it runs whenever that is imported.
            None => !self.is_behind_main_guard() && model.apps().any(|app| app.file == self.file),
        }
    }

    /// Whether this runs only where its file is the program: `if __name__ == "__main__":`.
    pub fn is_behind_main_guard(self) -> bool {
        self.surroundings()
            .filter(|around| around.is(Kind::If))
            .filter_map(|around| around.child(Role::Test))
            .any(|test| test.descendants_of(Kind::Str).any(|text| text.name() == "__main__"))
    }

    fn is_called(self) -> bool {
        !self.model.callers_of(self.place()).is_empty()
    }

    /// How a call that runs this function, or is handed it, passes on from where it is reached itself.
    fn passing(self, function: Place) -> Passing {
        let api = self.api();
        let runs_now = |api: &crate::semantic::Api| {
            api.has(Tag::Offloads) || api.has(Tag::Gathers) || api.callable.blocks == Some(System::Loop)
        };
        // `with Client():` enters it, and leaves it.
        if self.is(Kind::WithItem) {
            return Passing::Runs;
        }
        let overrides = |target: Place| self.model.implementations(target).contains(&function);
        if self.target().is_some_and(|target| target == function || overrides(target)) {
            let beside = self.is_started_aside();
            return if beside { Passing::Starts } else { Passing::Runs };
        }
        match api {
            Some(api) if api.has(Tag::StartsTask) => Passing::Starts,
            Some(api) if runs_now(&api) => Passing::Runs,
            _ => Passing::HandsOn,
        }
    }
}

/// From where each function is reached: what begins there, handed down from callers to callees until nothing changes.
fn found_in(model: &Model<'_>) -> FxHashMap<Place, EntryPoints> {
    let with_handlers: FxHashSet<u32> = model
        .functions()
        .filter(|function| function.plays(FunctionRole::Handler))
        .map(|function| function.file)
        .collect();
    let mut found: FxHashMap<Place, EntryPoints> = FxHashMap::default();
    let mut calls: FxHashMap<Place, Vec<(Place, Passing)>> = FxHashMap::default();
    let mut endless = Vec::new();
    for function in model.functions() {
        let place = function.place();
        let mut own = function.own_entry_points();
        let has_role = own != EntryPoints::default();
        if function.source_file().is_script && function.loops_for_ever() {
            endless.push(place);
        }
        if !has_role {
            match function.function().filter(|_| !function.is_called()) {
                Some(outer) => {
                    calls.entry(outer.place()).or_default().push((place, Passing::HandsOn));
                }
                None => own = function.unseen_entry_points(with_handlers.contains(&function.file)),
            }
        }
        for call in model.runners_of(place) {
            let passing = call.passing(place);
            // Its role says already to whom it was handed.
            if passing == Passing::HandsOn && has_role {
                continue;
            }
            match call.function() {
                Some(caller) => calls.entry(caller.place()).or_default().push((place, passing)),
                None => {
                    let serves = with_handlers.contains(&call.file) && !call.is_behind_main_guard();
                    own = own.and(passing.of(imported(call, serves)));
                }
            }
        }
        found.insert(place, own);
    }
    for place in endless {
        let own = found.entry(place).or_default();
        *own = own.and(EntryPoints::ENDLESS);
    }
    let mut changed: Vec<Place> = found.keys().copied().collect();
    while let Some(caller) = changed.pop() {
        let reached = found.get(&caller).copied().unwrap_or_default();
        for (callee, passing) in calls.get(&caller).into_iter().flatten() {
            let before = found.entry(*callee).or_default();
            let now = before.and(passing.of(reached));
            if now != *before {
                *before = now;
                changed.push(*callee);
            }
        }
    }
    found
}

/// From where the code of a module itself is reached.
fn imported(call: Node<'_>, serves: bool) -> EntryPoints {
    let file = call.source_file();
    if file.is_test {
        EntryPoints::TEST
    } else if file.is_migration {
        EntryPoints::MIGRATION
    } else if file.is_script && !serves {
        EntryPoints::COMMAND
    } else {
        // An application that starts itself is no command.
        EntryPoints::STARTUP
    }
}

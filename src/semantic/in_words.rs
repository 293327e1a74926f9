//! What is known of a place, in words: where it runs, what a call calls, what the tables say of it. For whoever asks
//! why nothing is found; each answer is made from what the rules ask as well.

use super::types::Type;
use super::{Deadline, FunctionRole, Node};
use crate::explanation::Runs;
use crate::stack::{Bound, ClassTag, System, Tag};
use crate::syntax::{BindingKind, Kind, Role};

/// The names that Python gives to every module.
const BUILT_IN: &str = "ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup \
    BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError \
    ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis \
    EncodingWarning EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError \
    FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError \
    InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError \
    NameError NotADirectoryError NotImplemented NotImplementedError OSError OverflowError \
    PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError \
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError \
    SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError \
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError \
    Warning WindowsError ZeroDivisionError _ abs aiter all anext any ascii bin bool breakpoint bytearray bytes \
    callable chr classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit \
    filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter \
    len license list locals map max memoryview min next object oct open ord pow print property quit range repr \
    reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip";

/// Whether a name that nothing binds is one of Python's own.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.split(' ').any(|known| known == name)
}

impl System {
    /// What a call to such a system waits for.
    pub const fn reached(self) -> &'static str {
        match self {
            System::Http => "an HTTP server",
            System::Database => "the database",
            System::Vector => "the vector store",
            System::Model => "a model",
            System::Cache => "the cache",
            System::Broker => "the message broker",
            System::Storage => "the object store",
            System::Mail => "the mail server",
            System::Socket => "the network",
            System::Mcp => "an MCP server",
            System::File | System::Metadata => "the disk",
            System::Sleep => "a pause",
            System::Subprocess => "another process",
            System::Input => "input",
            System::Wait => "another thread",
            System::Cpu => "a long computation",
            System::Loop => "a second event loop",
        }
    }
}

impl<'m> Node<'m> {
    /// What a call of this kind waits for, as a verb: the call is named before it.
    pub fn waits_for(self, system: System) -> &'static str {
        let class = self.api().and_then(|api| api.class);
        match system {
            System::Wait if class.is_some_and(|class| class.has(ClassTag::OwnProcess)) => {
                "waits for another process"
            }
            System::Http => "waits for an HTTP response",
            System::Database => "waits for the database",
            System::Vector => "waits for the vector store",
            System::Model => "waits for a model",
            System::Cache => "waits for the cache",
            System::Broker => "waits for the message broker",
            System::Storage => "waits for the object store",
            System::Mail => "waits for the mail server",
            System::Socket => "waits for the network",
            System::Mcp => "waits for an MCP server",
            System::File | System::Metadata => "waits for the disk",
            System::Sleep => "sleeps",
            System::Subprocess => "waits for another process",
            System::Input => "waits for input",
            System::Wait => "waits for another thread",
            System::Cpu => "computes for long",
            System::Loop => "starts a second event loop",
        }
    }

    /// Where it stands, for a sentence: `line 4`, or `app/a.py, line 4` from another file.
    pub fn whereabouts_from(self, other: Node<'m>) -> String {
        if self.file == other.file {
            format!("line {}", self.line())
        } else {
            format!("{}, line {}", self.source_file().path, self.line())
        }
    }

    /// The kinds of functions that this one is: `route handler GET /chat`, `dependency`.
    pub fn roles_in_words(self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(route) = self.route() {
            let path = self.full_route_path();
            let shown = if path.is_empty() { "a path that is not written out" } else { &path };
            words.push(format!("route handler {} {shown}", route.callee_name().to_ascii_uppercase()));
        }
        const ROLES: [(FunctionRole, &str); 11] = [
            (FunctionRole::Dependency, "dependency"),
            (FunctionRole::Lifespan, "lifespan"),
            (FunctionRole::Middleware, "middleware"),
            (FunctionRole::ExceptionHandler, "exception handler"),
            (FunctionRole::Job, "scheduled job"),
            (FunctionRole::GraphNode, "node of a graph"),
            (FunctionRole::Tool, "tool of an agent"),
            (FunctionRole::Listener, "listens to another system"),
            (FunctionRole::Task, "started as a task"),
            (FunctionRole::AfterResponse, "runs after the response"),
            (FunctionRole::Offloaded, "handed to a thread or process"),
        ];
        words.extend(ROLES.iter().filter(|(role, _)| self.plays(*role)).map(|(_, word)| (*word).to_owned()));
        words
    }

    /// Where this code runs, and why.
    pub fn runs(self) -> (Runs, String) {
        let Some(function) = self.function() else {
            let why = if self.source_file().is_script {
                "this is the code of a script itself: it runs once, when the script is started"
            } else {
                "this is the code of the module itself: it runs once, when the module is imported"
            };
            return (Runs::ModuleLevel, why.to_owned());
        };
        let name = function.name();
        if function.is(Kind::Lambda) {
            return if function.plays(FunctionRole::Offloaded) {
                (Runs::ThreadPool, "this `lambda` is handed to a thread".to_owned())
            } else {
                (
                    Runs::WithCallers,
                    "this is a `lambda`: it runs where whoever is handed it calls it".to_owned(),
                )
            };
        }
        if function.is_async() {
            return (Runs::EventLoop, format!("`{name}` is an `async def`"));
        }
        let plays = |role| function.plays(role);
        let pool = if plays(FunctionRole::Handler) {
            Some("a plain `def` route handler, which FastAPI runs in its thread pool")
        } else if plays(FunctionRole::Dependency) {
            Some("a plain `def` dependency, which FastAPI runs in its thread pool")
        } else if plays(FunctionRole::AfterResponse) {
            Some("a plain `def` background task, which FastAPI runs in its thread pool")
        } else if plays(FunctionRole::Offloaded) {
            Some("handed to a thread or process")
        } else {
            None
        };
        if let Some(pool) = pool {
            return (Runs::ThreadPool, format!("`{name}` is {pool}"));
        }
        let callers: Vec<Node<'m>> = self
            .model
            .callers_of(function.place())
            .iter()
            .map(|&call| function.model.node(call))
            .filter(|call| call.target() == Some(function.place()))
            .collect();
        if let Some((call, caller)) =
            callers.iter().find_map(|call| call.on_event_loop().map(|caller| (*call, caller)))
        {
            let why = format!(
                "`{name}` is a plain `def` that `async def {}` calls on the event loop ({}): what it holds up there is told at that call",
                caller.name(),
                call.whereabouts_from(self)
            );
            return (Runs::WithCallers, why);
        }
        if function.runs_in_threads() {
            return (
                Runs::ThreadPool,
                format!("`{name}` is a plain `def`, and a function that calls it runs in the thread pool"),
            );
        }
        match callers.first() {
            Some(call) => {
                let from = call.function().map_or_else(
                    || "the code of a module".to_owned(),
                    |caller| format!("`{}`", caller.name()),
                );
                let why = format!(
                    "`{name}` is a plain `def`: it runs where {from} does, which calls it ({})",
                    call.whereabouts_from(self)
                );
                (Runs::WithCallers, why)
            }
            None => {
                (Runs::Unknown, format!("`{name}` is a plain `def`, and nothing in the given files calls it"))
            }
        }
    }

    /// What this call calls, or why that is not known, and whether it is.
    pub fn callee_in_words(self) -> (bool, String) {
        let Some(callee) = self.callee() else { return (false, "it is no call".to_owned()) };
        let called = self.called();
        let model: &'m super::Model<'m> = self.model;
        if let Type::Class(place) = callee.ty() {
            let class = model.node(place);
            return (
                true,
                format!("`{called}` is the class `{}` ({})", class.name(), class.whereabouts_from(self)),
            );
        }
        if let Some(place) = self.target() {
            let function = model.node(place);
            let what = if function.is_async() { "async def" } else { "def" };
            let name = function.qualified_name();
            return (true, format!("`{called}` is `{what} {name}` ({})", function.whereabouts_from(self)));
        }
        if self.api().is_some() {
            let path = callee.path().map_or(called.clone(), |path| path.to_string());
            let name = path.trim_start_matches("builtins.");
            return match name == called {
                true => (true, format!("`{called}` is known")),
                false => (true, format!("`{called}` is `{name}`, which is known")),
            };
        }
        let path = callee.path().map(|path| path.to_string());
        match (callee.ty(), path) {
            (Type::Path(_), Some(path)) => match path.strip_prefix("builtins.") {
                Some(name) if is_built_in(name.split('.').next().unwrap_or_default()) => {
                    (true, format!("`{name}` is Python's own"))
                }
                Some(name) => {
                    let first = name.split('.').next().unwrap_or_default();
                    (
                        false,
                        format!("`{called}` is not known: nothing in the given files says what `{first}` is"),
                    )
                }
                None => (
                    false,
                    format!(
                        "`{called}` is `{path}`: that module was not given, and the tables do not know it; what is not known counts as harmless"
                    ),
                ),
            },
            _ => match callee.receiver() {
                Some(receiver) => {
                    (false, format!("`{called}` is not known: {}", receiver.why_unknown(callee.name())))
                }
                None => (false, format!("`{called}` is not known: {}", callee.why_unknown(""))),
            },
        }
    }

    /// Why nothing is known of an object, or of its method.
    fn why_unknown(self, method: &str) -> String {
        let name = self.excerpt();
        if let Some(class) = self.instance_of() {
            return format!("`{name}` is a `{}`, of whose `{method}` the tables say nothing", class.name);
        }
        match self.ty() {
            Type::Object(place) => {
                return format!(
                    "`{name}` is a `{}`, and that class defines no `{method}`",
                    self.model.node(place).name()
                );
            }
            Type::Foreign(_) | Type::Path(_) => {
                let path = self.path().map(|path| path.to_string()).unwrap_or_default();
                return format!(
                    "`{name}` is of `{path}`: that module was not given, and the tables do not know it"
                );
            }
            Type::Module(file) => {
                let path = self.model.files[file as usize].path;
                return format!("`{path}` defines no `{method}`");
            }
            _ => {}
        }
        if let Some(parameter) = self.as_parameter() {
            return match parameter.child(Role::Annotation) {
                None if matches!(parameter.name(), "self" | "cls") => {
                    format!("`{name}` has no attribute of that name in its class")
                }
                None => {
                    format!("`{name}` is a parameter without a type, and no call in the given files tells it")
                }
                Some(annotation) => {
                    format!(
                        "`{name}` is a parameter of the type `{}`, which tells nothing",
                        annotation.excerpt()
                    )
                }
            };
        }
        if self.is(Kind::Attribute)
            && let Some(object) = self.receiver()
        {
            return match object.ty() {
                Type::Object(place) => {
                    format!("nothing in the class `{}` says what `{name}` is", self.model.node(place).name())
                }
                _ => format!("nothing says what `{}` is", object.excerpt()),
            };
        }
        let bound = self
            .reaching_bindings_of_name()
            .into_iter()
            .map(|binding| self.source_file().tree.bindings[binding as usize].kind)
            .next();
        match bound {
            Some(BindingKind::Import | BindingKind::ImportFrom) => {
                format!("`{name}` is imported from a module that was not given")
            }
            Some(_) => match self.assigned_value().filter(|value| *value != self) {
                Some(value) => {
                    format!("`{name}` is what `{}` gives, of which nothing is known", value.excerpt())
                }
                None => format!("`{name}` is given several values, or one of which nothing is known"),
            },
            None => format!("nothing in the given files says what `{name}` is"),
        }
    }

    fn reaching_bindings_of_name(self) -> Vec<crate::syntax::BindingId> {
        if self.is(Kind::Name) { self.reaching_bindings().to_vec() } else { Vec::new() }
    }

    /// How long this call may take, in words; nothing for callees without a bound to give.
    pub fn deadline_in_words(self) -> Option<String> {
        let deadline = self.deadline()?;
        let inherits =
            self.api()?.callable.timeout.as_ref().is_some_and(|timeout| timeout.default == Bound::Receiver);
        let built = self.receiver().and_then(Node::constructed_by).filter(|_| inherits);
        let by = match built {
            Some(built) => format!(", as its client was built ({})", built.whereabouts_from(self)),
            None => String::new(),
        };
        Some(match deadline {
            Deadline::Missing => format!("nothing limits how long it may wait{by}"),
            Deadline::Removed(value) => format!("`{}` takes its time limit away{by}", value.excerpt()),
            Deadline::Optional(parameter) => {
                format!("`{}` limits it, and is `None` unless the caller gives one", parameter.name())
            }
            Deadline::Given(value) => format!("`{}` limits how long it may wait{by}", value.excerpt()),
            Deadline::Default(seconds) => {
                format!("the library gives up after {} s{by}", number_in_words(seconds))
            }
            Deadline::Unknown if inherits && built.is_none() => {
                "it waits as its client was built to, which the given files do not show".to_owned()
            }
            Deadline::Unknown => "the given files do not show how long it may wait".to_owned(),
        })
    }

    /// What the tables say of a call, a sentence a fact.
    pub fn facts_in_words(self) -> Vec<String> {
        let Some(api) = self.api() else { return Vec::new() };
        let callable = api.callable;
        let mut facts = Vec::new();
        if callable.coroutine {
            facts.push("it is a coroutine: it has to be awaited, and holds no thread".to_owned());
        } else if let Some(system) = callable.blocks {
            let what = self.waits_for(system);
            facts.push(match self.blocks_for() {
                Some(_) => format!("it {what}, and holds its thread meanwhile"),
                None => format!("it {what}, but not as it is called here"),
            });
        }
        if let Some(system) = callable.crosses {
            facts.push(format!("it reaches {}", system.reached()));
        }
        facts.extend(self.deadline_in_words());
        if let Some(bounded) = self.bounded_by() {
            facts.push(format!("it is given up after a while ({})", bounded.by.whereabouts_from(self)));
        }
        if callable.retry.is_some() {
            facts.push("it tries again what fails".to_owned());
        }
        let tags: Vec<String> = Tag::ALL
            .iter()
            .filter(|(tag, _)| *tag != Tag::Ignored && callable.has(*tag))
            .map(|(_, word)| format!("`{word}`"))
            .collect();
        if !tags.is_empty() {
            facts.push(format!("it is tagged {}", tags.join(", ")));
        }
        if let Some(class) = api.class.filter(|_| cfg!(not(target_arch = "wasm32"))) {
            let tags: Vec<String> = ClassTag::ALL
                .iter()
                .filter(|(tag, _)| class.has(*tag))
                .map(|(_, word)| format!("`{word}`"))
                .collect();
            if !tags.is_empty() {
                facts.push(format!("`{}` is tagged {}", class.short_name(), tags.join(", ")));
            }
        }
        facts
    }
}

/// A number as a sentence says it: `30`, `2.5`. To print every number exactly takes 4 kB of the page's worker.
pub fn number_in_words(number: f64) -> String {
    let hundredths = (number.abs() * 100.0).round() as u64;
    let sign = if number < 0.0 { "-" } else { "" };
    let text = format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::number_in_words;

    #[test]
    fn numbers_are_said_without_what_they_do_not_need() {
        let said = [30.0, 2.5, 0.05, 0.0, 1200.0, -1.5].map(number_in_words);
        assert_eq!(said, ["30", "2.5", "0.05", "0", "1200", "-1.5"]);
    }
}

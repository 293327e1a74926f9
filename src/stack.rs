//! What is known of each library: typed tables, packed from `rules/stack/*.toml` when the crate is built, and unpacked
//! once where they are first needed.

mod packed;
mod words;

use std::sync::LazyLock;

pub use words::{ClassTag, Repeats, System, Tag, Waits};

/// A function, a method, or a class seen as the call of its constructor.
#[derive(Debug)]
pub struct Callable {
    /// Holds the calling thread while it waits for this.
    pub blocks: Option<System>,
    /// Arguments, as they are written, with which it does not block.
    pub unless: &'static [&'static str],
    /// The call gives an awaitable or an async iterator.
    pub coroutine: bool,
    /// Leaves the process for this kind of system.
    pub crosses: Option<System>,
    pub timeout: Option<Timeout>,
    /// The type of the result; of what awaiting gives, for a coroutine.
    pub returns: Option<TypeExpression>,
    /// The index of the argument that takes a callable or coroutine to run.
    pub callable: Option<u8>,
    /// The positional parameters' names in order, as far as they are known.
    pub parameters: &'static [&'static str],
    /// The conforming form, as Markdown.
    pub instead: Option<&'static str>,
    /// Tries again what fails.
    pub retry: Option<&'static Retry>,
    /// As an argument of a retry: which failures it is about.
    pub repeats: Option<Repeats>,
    /// As an argument of a retry: how it waits.
    pub waits: Option<Waits>,
    /// A bit a [`Tag`].
    pub tags: u128,
}

impl Callable {
    pub fn has(&self, tag: Tag) -> bool {
        self.tags & (1 << tag as u128) != 0
    }
}

/// How long a call may take, and what says so.
#[derive(Debug)]
pub struct Timeout {
    /// Keywords that bound the wait.
    pub parameters: &'static [&'static str],
    /// The index at which the bound may stand without a keyword, from 0.
    pub position: Option<u8>,
    /// Parameters that take a dictionary in which the bound may stand.
    pub dictionaries: &'static [&'static str],
    /// Parameters that take another client, whose bound then holds.
    pub clients: &'static [&'static str],
    /// `None` means the default, not 'without a limit'.
    pub none_is_default: bool,
    /// The argument as it is written, where it is not `parameter=10`.
    pub example: Option<&'static str>,
    pub default: Bound,
}

/// What a decorator, wrapper or client tries again, and what it is told of it.
#[derive(Debug)]
pub struct Retry {
    /// The parameter without which nothing is tried again.
    pub only_with: Option<&'static str>,
    /// What takes the exceptions, or a strategy that selects failures.
    pub selects: Parameter,
    /// Parameters that take further conditions on the failures.
    pub filters: &'static [&'static str],
    pub repeats: Repeats,
    /// What takes the number of attempts, the total time, or a strategy of stopping.
    pub bounds: Parameter,
    /// The attempts when nothing is given; nothing if it never gives up.
    pub attempts: Option<u32>,
    /// What takes the pause, or a strategy of waiting.
    pub pauses: Parameter,
    /// Parameters that switch jitter off or on.
    pub jitter: &'static [&'static str],
    pub waits: Waits,
}

/// A parameter by its names, and by its index where it may stand without one.
#[derive(Debug)]
pub struct Parameter {
    pub names: &'static [&'static str],
    pub position: Option<u8>,
}

/// How long a wait may last when nothing is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    Unbounded,
    Seconds(f64),
    /// As the object was built on which the method is called.
    Receiver,
}

/// A type in terms of a call's receiver and arguments.
#[derive(Debug)]
pub enum TypeExpression {
    /// The receiver's own type.
    Receiver,
    /// The element of the receiver's type.
    Element,
    /// An instance of the class given as this argument, or this argument's own type.
    Argument(u8),
    /// The element of this argument's type.
    ArgumentElement(u8),
    /// A class by its index in [`CLASSES`], perhaps with an element.
    Class(u16, Option<&'static TypeExpression>),
}

#[derive(Debug)]
pub struct Class {
    /// The canonical, fully qualified name.
    pub name: &'static str,
    pub bases: &'static [u16],
    pub constructor: Callable,
    pub enters: Option<TypeExpression>,
    pub iterates: Option<TypeExpression>,
    pub called: Option<TypeExpression>,
    /// The constructor's parameter that names another class for what calling an instance gives.
    pub called_parameter: Option<&'static str>,
    pub attributes: &'static [(&'static str, TypeExpression)],
    /// Sorted by name.
    pub methods: &'static [(&'static str, &'static Callable)],
    /// A bit a [`ClassTag`], those of the bases included.
    pub tags: u64,
}

impl Class {
    pub fn has(&self, tag: ClassTag) -> bool {
        self.tags & (1 << tag as u64) != 0
    }

    /// The last part of the name.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// A method of the class or of the nearest base that has it.
    pub fn method(&'static self, name: &str) -> Option<&'static Callable> {
        match self.methods.binary_search_by(|(known, _)| (*known).cmp(name)) {
            Ok(index) => Some(self.methods[index].1),
            Err(_) => self.bases.iter().find_map(|&base| CLASSES[base as usize].method(name)),
        }
    }

    pub fn attribute(&'static self, name: &str) -> Option<&'static TypeExpression> {
        match self.attributes.iter().find(|(known, _)| *known == name) {
            Some((_, expression)) => Some(expression),
            None => self.bases.iter().find_map(|&base| CLASSES[base as usize].attribute(name)),
        }
    }

    /// A fact of the class or of the nearest base that states it.
    pub fn inherited<T>(&'static self, fact: fn(&'static Class) -> Option<T>) -> Option<T> {
        fact(self).or_else(|| self.bases.iter().find_map(|&base| CLASSES[base as usize].inherited(fact)))
    }

    /// Whether this is the class of that canonical name, or derives from it.
    pub fn derives_from(&self, name: &str) -> bool {
        self.name == name || self.bases.iter().any(|&base| CLASSES[base as usize].derives_from(name))
    }
}

/// Everything that `rules/stack` says.
static TABLES: LazyLock<packed::Tables> = LazyLock::new(packed::unpack);

pub static CLASSES: LazyLock<&'static [Class]> = LazyLock::new(|| &TABLES.classes);

/// Unpacks the tables, which otherwise the first check does.
pub fn prepare() {
    LazyLock::force(&CLASSES);
}

/// A function by any of its fully qualified names.
pub fn function(name: &str) -> Option<&'static Callable> {
    TABLES.function_names.get(name).map(|&index| &TABLES.functions[index as usize])
}

/// A class by any of its fully qualified names, as an index into [`CLASSES`].
pub fn class(name: &str) -> Option<u16> {
    TABLES.class_names.get(name).copied()
}

/// The class that a method's name alone tells, where nothing is known of the object.
pub fn told_by(method: &str) -> Option<u16> {
    TABLES.telling.get(method).copied()
}

/// Whether the tables know anything of a top-level package.
pub fn knows_package(name: &str) -> bool {
    TABLES.packages.contains_key(name)
}

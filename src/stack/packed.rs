//! Unpacks the tables that `build/stack.rs` has packed: numbers and texts, in the same order.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

use super::{Bound, Callable, Class, Parameter, Repeats, Retry, System, Timeout, TypeExpression, Waits};

static NUMBERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stack.numbers"));
static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/stack.texts"));

type Names = HashMap<&'static str, u16, FxBuildHasher>;

#[derive(Debug, Default)]
pub struct Tables {
    pub functions: Vec<Callable>,
    pub classes: Vec<Class>,
    /// By any name, an index into the lists.
    pub function_names: Names,
    pub class_names: Names,
    /// The classes that a method's name alone tells.
    pub telling: Names,
    /// The names' first parts.
    pub packages: Names,
}

pub fn unpack() -> Tables {
    let mut packed = Packed { numbers: NUMBERS, texts: TEXTS };
    let mut tables = Tables::default();
    for index in 0..packed.index() {
        names(&mut tables.function_names, &mut tables.packages, packed.texts(), index);
        tables.functions.push(packed.callable());
    }
    for index in 0..packed.index() {
        let spellings = packed.texts();
        names(&mut tables.class_names, &mut tables.packages, spellings, index);
        tables.classes.push(packed.class(spellings[0]));
        for method in packed.texts() {
            tables.telling.insert(method, index);
        }
    }
    tables
}

fn names(known: &mut Names, packages: &mut Names, spellings: &'static [&'static str], index: u16) {
    for name in spellings {
        known.insert(name, index);
        packages.insert(name.split_once('.').map_or(name, |(package, _)| package), 0);
    }
}

/// What is still to be read. It is as the build wrote it, so that nothing is missing.
struct Packed {
    numbers: &'static [u8],
    texts: &'static str,
}

impl Packed {
    fn number(&mut self) -> u8 {
        let (&first, rest) = self.numbers.split_first().unwrap_or((&0, &[]));
        self.numbers = rest;
        first
    }

    fn index(&mut self) -> u16 {
        u16::from_le_bytes([self.number(), self.number()])
    }

    fn eight(&mut self) -> [u8; 8] {
        std::array::from_fn(|_| self.number())
    }

    fn is(&mut self) -> bool {
        self.number() != 0
    }

    fn optional(&mut self) -> Option<u8> {
        self.number().checked_sub(1)
    }

    fn text(&mut self) -> &'static str {
        let (first, rest) = self.texts.split_once('\0').unwrap_or_default();
        self.texts = rest;
        first
    }

    fn optional_text(&mut self) -> Option<&'static str> {
        self.is().then(|| self.text())
    }

    fn texts(&mut self) -> &'static [&'static str] {
        let count = self.number();
        (0..count).map(|_| self.text()).collect::<Vec<_>>().leak()
    }

    /// A word of a list by its number.
    fn word<T: Copy>(&mut self, list: &[(T, &'static str)]) -> Option<T> {
        self.optional().map(|number| list[usize::from(number)].0)
    }

    fn callable(&mut self) -> Callable {
        Callable {
            coroutine: self.is(),
            blocks: self.word(System::ALL),
            unless: self.texts(),
            crosses: self.word(System::ALL),
            timeout: self.is().then(|| self.timeout()),
            returns: self.type_expression(),
            callable: self.optional(),
            parameters: self.texts(),
            instead: self.optional_text(),
            retry: self.is().then(|| &*Box::leak(Box::new(self.retry()))),
            repeats: self.word(Repeats::ALL),
            waits: self.word(Waits::ALL),
            tags: (0..self.number()).fold(0, |tags, _| tags | 1 << self.number()),
        }
    }

    fn timeout(&mut self) -> Timeout {
        Timeout {
            parameters: self.texts(),
            position: self.optional(),
            dictionaries: self.texts(),
            clients: self.texts(),
            none_is_default: self.is(),
            example: self.optional_text(),
            default: match self.number() {
                0 => Bound::Unbounded,
                1 => Bound::Receiver,
                _ => Bound::Seconds(f64::from_le_bytes(self.eight())),
            },
        }
    }

    fn retry(&mut self) -> Retry {
        Retry {
            only_with: self.optional_text(),
            selects: self.parameter(),
            filters: self.texts(),
            repeats: self.word(Repeats::ALL).unwrap_or(Repeats::Everything),
            bounds: self.parameter(),
            attempts: self.optional().map(u32::from),
            pauses: self.parameter(),
            jitter: self.texts(),
            waits: self.word(Waits::ALL).unwrap_or(Waits::Never),
        }
    }

    fn parameter(&mut self) -> Parameter {
        Parameter { names: self.texts(), position: self.optional() }
    }

    fn type_expression(&mut self) -> Option<TypeExpression> {
        Some(match self.number() {
            0 => return None,
            1 => TypeExpression::Receiver,
            2 => TypeExpression::Element,
            3 => TypeExpression::Argument(self.number()),
            4 => TypeExpression::ArgumentElement(self.number()),
            _ => {
                let class = self.index();
                let element = self.type_expression();
                TypeExpression::Class(class, element.map(|element| &*Box::leak(Box::new(element))))
            }
        })
    }

    fn class(&mut self, name: &'static str) -> Class {
        Class {
            name,
            bases: (0..self.number()).map(|_| self.index()).collect::<Vec<_>>().leak(),
            constructor: self.callable(),
            enters: self.type_expression(),
            iterates: self.type_expression(),
            called: self.type_expression(),
            called_parameter: self.optional_text(),
            attributes: self.attributes(),
            tags: u64::from_le_bytes(self.eight()),
            methods: self.methods(),
        }
    }

    fn attributes(&mut self) -> &'static [(&'static str, TypeExpression)] {
        let count = self.number();
        let mut attributes = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let name = self.text();
            attributes.extend(self.type_expression().map(|expression| (name, expression)));
        }
        attributes.leak()
    }

    /// In the order of their names. Several names may be one method's.
    fn methods(&mut self) -> &'static [(&'static str, &'static Callable)] {
        let count = self.index();
        let mut methods = Vec::with_capacity(usize::from(count));
        let mut written: Vec<&'static Callable> = Vec::new();
        for _ in 0..count {
            let name = self.text();
            let callable = match self.optional() {
                Some(before) => written[usize::from(before)],
                None => {
                    let callable: &'static Callable = Box::leak(Box::new(self.callable()));
                    written.push(callable);
                    callable
                }
            };
            methods.push((name, callable));
        }
        methods.leak()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_packed_is_read_to_its_end() {
        let mut packed = Packed { numbers: NUMBERS, texts: TEXTS };
        for _ in 0..packed.index() {
            packed.texts();
            packed.callable();
        }
        for _ in 0..packed.index() {
            let spellings = packed.texts();
            packed.class(spellings[0]);
            packed.texts();
        }
        assert!(packed.numbers.is_empty() && packed.texts.is_empty());
    }
}

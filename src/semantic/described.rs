//! Dictionaries that say what values there are, and hold none.

use super::{Node, words_of};
use crate::syntax::{Kind, Role};

impl Node<'_> {
    /// Whether a dictionary describes values rather than holding them: a schema, a form, a table of types.
    pub fn describes_values(self) -> bool {
        is_described(self) || is_table_of_types(self)
    }
}

/// Whether a dictionary describes values, and holds none: a schema, a form, the example in a documentation.
fn is_described(dictionary: Node<'_>) -> bool {
    const DESCRIBING: [&str; 8] =
        ["type", "description", "example", "examples", "properties", "schema", "label", "placeholder"];
    let says = |name: &str| DESCRIBING.contains(&name) || name.contains("example") || name.contains("schema");
    DESCRIBING.iter().any(|name| dictionary.dictionary_value(name).is_some())
        || dictionary.surroundings().any(|around| match around.kind() {
            Kind::Keyword => says(around.name()),
            Kind::DictItem => around.child(Role::Key).and_then(Node::string).is_some_and(says),
            Kind::Assign | Kind::AnnAssign => {
                around.targets().any(|target| words_of(target.name()).iter().any(|word| says(word)))
            }
            _ => false,
        })
}

/// Whether all values of a dictionary are expressions of types, some of them Python's own: it says what fields there are.
fn is_table_of_types(dictionary: Node<'_>) -> bool {
    let of_python = |text: &str| {
        ["str", "int", "float", "bool", "bytes", "object", "datetime", "date", "dict", "list"].contains(&text)
    };
    let is_name = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    let is_applied = |text: &str| {
        text.split_once(['[', '(']).is_some_and(|(outer, rest)| {
            (of_python(outer) || is_name(outer)) && rest.ends_with([']', ')']) && !rest.contains("://")
        })
    };
    let mut some = false;
    let all = dictionary.children().all(|entry| {
        let text = entry.value().and_then(Node::string).unwrap_or_default();
        let is_sure = of_python(text) || is_applied(text);
        some |= is_sure;
        is_sure || is_name(text)
    });
    all && some
}

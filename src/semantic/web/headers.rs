//! Headers of answers that are written by hand.

use crate::semantic::{Model, Node};
use crate::syntax::{Kind, Role};

/// A header's name and value.
#[derive(Clone, Copy)]
pub struct WrittenHeader<'m> {
    pub at: Node<'m>,
    pub name: &'m str,
    pub value: Node<'m>,
}

impl<'s> Model<'s> {
    /// `response.headers["Name"] = value`, and the entries of `headers={…}`.
    pub fn written_headers(&self) -> Vec<WrittenHeader<'_>> {
        let mut found = Vec::new();
        for assignment in self.assignments() {
            for target in assignment.targets().filter(|target| target.is(Kind::Subscript)) {
                let is_headers = target.child(Role::Value).is_some_and(|table| table.name() == "headers");
                let name = target.child(Role::Index).filter(|index| index.is(Kind::Str));
                if let (true, Some(name), Some(value)) = (is_headers, name, assignment.value()) {
                    found.push(WrittenHeader { at: assignment, name: name.name(), value });
                }
            }
        }
        for dictionary in self.dictionaries() {
            for item in dictionary.children() {
                if let (Some(name), Some(value)) = (item.child(Role::Key), item.child(Role::Value))
                    && name.is(Kind::Str)
                {
                    found.push(WrittenHeader { at: item, name: name.name(), value });
                }
            }
        }
        found
    }
}

//! Names as small numbers: each distinct text is kept once and compared by its number.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// An interned text. Two symbols of the same table are equal exactly when their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(u32);

impl Symbol {
    /// The empty text, which stands for 'no name'.
    pub const EMPTY: Symbol = Symbol(0);

    pub fn is_empty(self) -> bool {
        self == Symbol::EMPTY
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The table of all symbols of one check. The texts lie one behind the other in a single buffer.
pub struct Symbols {
    buffer: String,
    ends: Vec<u32>,
    table: HashTable<u32>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols =
            Self { buffer: String::new(), ends: Vec::new(), table: HashTable::with_capacity(1024) };
        symbols.intern("");
        symbols
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl Symbols {
    pub fn intern(&mut self, text: &str) -> Symbol {
        let hash_value = hash(text);
        if let Some(&found) = self.table.find(hash_value, |&index| self.at(index) == text) {
            return Symbol(found);
        }
        let index = self.ends.len() as u32;
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len() as u32);
        let Self { buffer, ends, table } = self;
        table.insert_unique(hash_value, index, |&index| hash(slice(buffer, ends, index)));
        Symbol(index)
    }

    /// The symbol of a text that may never have been seen.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.table.find(hash(text), |&index| self.at(index) == text).map(|&index| Symbol(index))
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        self.at(symbol.0)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    fn at(&self, index: u32) -> &str {
        slice(&self.buffer, &self.ends, index)
    }
}

fn slice<'a>(buffer: &'a str, ends: &[u32], index: u32) -> &'a str {
    let start = if index == 0 { 0 } else { ends[index as usize - 1] as usize };
    &buffer[start..ends[index as usize] as usize]
}

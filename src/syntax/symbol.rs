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
    /// Where each text begins and ends there.
    spans: Vec<(u32, u32)>,
    table: HashTable<u32>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols =
            Self { buffer: String::new(), spans: Vec::new(), table: HashTable::with_capacity(1792) };
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
        if let Some(found) = self.find_hashed(hash_value, text) {
            return found;
        }
        let index = self.spans.len() as u32;
        let start = self.buffer.len() as u32;
        self.buffer.push_str(text);
        self.spans.push((start, self.buffer.len() as u32));
        let Self { buffer, spans, table } = self;
        table.insert_unique(hash_value, index, |&index| hash(slice(buffer, spans, index)));
        Symbol(index)
    }

    /// The symbol of a text that may never have been seen.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.find_hashed(hash(text), text)
    }

    #[inline]
    fn find_hashed(&self, hash_value: u64, text: &str) -> Option<Symbol> {
        self.table.find(hash_value, |&index| self.is(Symbol(index), text)).map(|&index| Symbol(index))
    }

    /// Whether a symbol has this text.
    pub fn is(&self, symbol: Symbol, text: &str) -> bool {
        // Bytes are compared, so that nobody asks whether a character begins there.
        let (start, end) = self.spans[symbol.index()];
        self.buffer.as_bytes()[start as usize..end as usize] == *text.as_bytes()
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        self.at(symbol.0)
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    fn at(&self, index: u32) -> &str {
        slice(&self.buffer, &self.spans, index)
    }
}

fn slice<'a>(buffer: &'a str, spans: &[(u32, u32)], index: u32) -> &'a str {
    let (start, end) = spans[index as usize];
    &buffer[start as usize..end as usize]
}

//! Names as small numbers: each distinct text is kept once and compared by its number.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// An interned text. Two symbols of the same table are equal exactly when their texts are. They have no order: their
/// numbers depend on what was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// The table of all symbols of the files that are kept. The texts lie one behind the other in a single buffer.
///
/// A table outlives a check, so it may hold what no file mentions any more. Each file therefore tells which symbols it
/// mentions, and [`Symbols::find`] answers as a table would that was made for the files of now.
pub struct Symbols {
    buffer: String,
    entries: Vec<Entry>,
    table: HashTable<u32>,
    /// Which file is being read, counted from the first one.
    file: u32,
    /// The symbols that it mentions, as far as it was read.
    mentioned: Vec<Symbol>,
    /// How many symbols no file mentions.
    unused: usize,
}

struct Entry {
    /// Where the text begins and ends in the buffer.
    start: u32,
    end: u32,
    /// The last file that was seen to mention it.
    seen_in: u32,
    /// How many of the files that are kept mention it.
    uses: u32,
}

/// Fewer symbols than these may be unused without anybody minding.
const FEW_SYMBOLS: usize = 1_000;

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            buffer: String::new(),
            entries: Vec::new(),
            table: HashTable::with_capacity(1792),
            file: 0,
            mentioned: Vec::new(),
            unused: 0,
        };
        // Every file has things without a name.
        symbols.intern("");
        symbols.end_file();
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
        let found = self.table.find(hash_value, |&index| self.is(Symbol(index), text)).copied();
        let index = found.unwrap_or_else(|| self.add(hash_value, text));
        let entry = &mut self.entries[index as usize];
        if entry.seen_in != self.file {
            entry.seen_in = self.file;
            self.mentioned.push(Symbol(index));
        }
        Symbol(index)
    }

    fn add(&mut self, hash_value: u64, text: &str) -> u32 {
        let index = self.entries.len() as u32;
        let start = self.buffer.len() as u32;
        self.buffer.push_str(text);
        self.entries.push(Entry { start, end: self.buffer.len() as u32, seen_in: u32::MAX, uses: 0 });
        self.unused += 1;
        let Self { buffer, entries, table, .. } = self;
        table.insert_unique(hash_value, index, |&index| hash(slice(buffer, entries, index)));
        index
    }

    /// The symbols that were mentioned since the last file ended. They are in use until they are let go.
    pub fn end_file(&mut self) -> Box<[Symbol]> {
        self.file += 1;
        for symbol in &self.mentioned {
            let uses = &mut self.entries[symbol.index()].uses;
            self.unused -= usize::from(*uses == 0);
            *uses += 1;
        }
        self.mentioned.drain(..).collect()
    }

    /// Lets go what a file mentioned that is not kept any more.
    pub fn let_go(&mut self, mentioned: &[Symbol]) {
        for symbol in mentioned {
            let uses = &mut self.entries[symbol.index()].uses;
            *uses -= 1;
            self.unused += usize::from(*uses == 0);
        }
    }

    /// Whether a new table would be half as large.
    pub fn is_mostly_unused(&self) -> bool {
        self.unused > FEW_SYMBOLS.max(self.len() / 2)
    }

    /// The symbol of a text, if a file mentions it.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        let found = self.table.find(hash(text), |&index| self.is(Symbol(index), text));
        found.map(|&index| Symbol(index)).filter(|symbol| self.entries[symbol.index()].uses > 0)
    }

    /// Whether a symbol has this text.
    pub fn is(&self, symbol: Symbol, text: &str) -> bool {
        // Bytes are compared, so that nobody asks whether a character begins there.
        let Entry { start, end, .. } = self.entries[symbol.index()];
        self.buffer.as_bytes()[start as usize..end as usize] == *text.as_bytes()
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        self.at(symbol.0)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    fn at(&self, index: u32) -> &str {
        slice(&self.buffer, &self.entries, index)
    }
}

fn slice<'a>(buffer: &'a str, entries: &[Entry], index: u32) -> &'a str {
    let Entry { start, end, .. } = entries[index as usize];
    &buffer[start as usize..end as usize]
}

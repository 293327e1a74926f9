//! Reads `rules/stack/*.toml` and packs the tables that `src/stack.rs` declares, for `src/stack/packed.rs` to unpack.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::words::{ClassTag, Repeats, System, Tag, Waits};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    #[serde(rename = "library")]
    _library: String,
    #[serde(rename = "version")]
    _version: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    function: Vec<Spanned<Function>>,
    #[serde(default)]
    class: Vec<Spanned<Class>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    names: Vec<String>,
    retry: Option<Retry>,
    repeats: Option<String>,
    waits: Option<String>,
    blocks: Option<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    coroutine: bool,
    crosses: Option<String>,
    timeout: Option<Timeout>,
    returns: Option<String>,
    callable: Option<u8>,
    #[serde(default)]
    parameters: Vec<String>,
    instead: Option<String>,
    #[serde(default)]
    telling: bool,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    names: Vec<String>,
    retry: Option<Retry>,
    repeats: Option<String>,
    waits: Option<String>,
    blocks: Option<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    coroutine: bool,
    crosses: Option<String>,
    timeout: Option<Timeout>,
    callable: Option<u8>,
    #[serde(default)]
    parameters: Vec<String>,
    instead: Option<String>,
    returns: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    bases: Vec<String>,
    enters: Option<String>,
    iterates: Option<String>,
    called: Option<String>,
    called_parameter: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default, rename = "element")]
    _element: bool,
    #[serde(default)]
    method: Vec<Spanned<Function>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeout {
    #[serde(default)]
    parameters: Vec<String>,
    position: Option<u8>,
    #[serde(default)]
    dictionaries: Vec<String>,
    #[serde(default)]
    clients: Vec<String>,
    #[serde(default)]
    none_is_default: bool,
    example: Option<String>,
    default: DefaultBound,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    only_with: Option<String>,
    #[serde(default)]
    selects: Vec<String>,
    selects_position: Option<u8>,
    #[serde(default)]
    filters: Vec<String>,
    repeats: String,
    #[serde(default)]
    bounds: Vec<String>,
    bounds_position: Option<u8>,
    attempts: Attempts,
    #[serde(default)]
    pauses: Vec<String>,
    pauses_position: Option<u8>,
    #[serde(default)]
    jitter: Vec<String>,
    waits: String,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Attempts {
    Word(String),
    Number(u8),
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum DefaultBound {
    Word(String),
    Whole(i64),
    Seconds(f64),
}

struct File {
    path: PathBuf,
    text: String,
    library: Library,
}

impl File {
    fn fail(&self, at: usize, message: &str) -> String {
        let line = self.text[..at].matches('\n').count() + 1;
        format!("{}:{line}: {message}", self.path.display())
    }

    /// A name, and the same name in the packages that share the API.
    fn spellings(&self, names: &[String]) -> Vec<String> {
        let mut all = names.to_vec();
        for name in names {
            if let Some((package, rest)) = name.split_once('.')
                && package == self.library._library
            {
                all.extend(self.library.also.iter().map(|other| format!("{other}.{rest}")));
            }
        }
        all
    }
}

/// The tables of `src/stack.rs`, as one stream of numbers and one of texts, which are read side by side. As static
/// data they were half of the worker's data: addresses and zeros, of which 8 kB were left once it was compressed.
#[derive(Default)]
pub struct Packed {
    pub numbers: Vec<u8>,
    /// Each ends with a zero character.
    pub texts: String,
    /// Whether a list has more entries than its number of them can say.
    is_too_long: bool,
}

impl Packed {
    fn number(&mut self, number: u8) {
        self.numbers.push(number);
    }

    fn index(&mut self, index: u16) {
        self.numbers.extend(index.to_le_bytes());
    }

    /// How many follow.
    fn count(&mut self, count: usize) -> Result<(), String> {
        self.index(u16::try_from(count).map_err(|_| "a table of rules/stack is too long".to_owned())?);
        Ok(())
    }

    /// How many follow, where there are never many: more than 255 are refused when all is packed.
    fn few(&mut self, count: usize) {
        self.is_too_long |= count > usize::from(u8::MAX);
        self.number(count as u8);
    }

    /// A number that may be absent: 0 is none.
    fn optional(&mut self, number: Option<u8>) {
        self.number(number.map_or(0, |number| number + 1));
    }

    fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.texts.push('\0');
    }

    fn optional_text(&mut self, text: Option<&str>) {
        self.number(text.is_some().into());
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.few(texts.len());
        for text in texts {
            self.text(text);
        }
    }
}

/// The tables of `src/stack.rs`.
pub fn generate(folder: &Path) -> Result<Packed, String> {
    let files = read(folder)?;
    Tables::read(&files)?.pack(&files)
}

fn read(folder: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let library = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text[..at].matches('\n').count() + 1;
            format!("{}:{line}: {}", path.display(), error.message())
        })?;
        files.push(File { path, text, library });
    }
    Ok(files)
}

/// The names of all classes and functions, gathered before any reference to one is resolved.
struct Tables {
    classes: BTreeMap<String, u16>,
    functions: BTreeMap<String, u16>,
}

impl Tables {
    fn read(files: &[File]) -> Result<Self, String> {
        let mut tables = Self { classes: BTreeMap::new(), functions: BTreeMap::new() };
        let mut index = 0;
        for file in files {
            for class in &file.library.class {
                for name in file.spellings(&class.as_ref().names) {
                    if tables.classes.insert(name.clone(), index).is_some() {
                        return Err(file.fail(class.span().start, &format!("{name} is declared twice")));
                    }
                }
                index += 1;
            }
        }
        let mut index = 0;
        for file in files {
            for function in &file.library.function {
                for name in file.spellings(&function.as_ref().names) {
                    if tables.functions.insert(name.clone(), index).is_some()
                        || tables.classes.contains_key(&name)
                    {
                        return Err(file.fail(function.span().start, &format!("{name} is declared twice")));
                    }
                }
                index += 1;
            }
        }
        Ok(tables)
    }

    /// The order is that in which `src/stack/packed.rs` reads.
    fn pack(&self, files: &[File]) -> Result<Packed, String> {
        let mut packed = Packed::default();
        packed.count(files.iter().map(|file| file.library.function.len()).sum())?;
        for file in files {
            for function in &file.library.function {
                packed.texts(&file.spellings(&function.as_ref().names));
                self.callable(&mut packed, file, function.span().start, function.as_ref())?;
            }
        }
        let tags = self.class_tags(files)?;
        let mut telling = BTreeSet::new();
        packed.count(tags.len())?;
        let mut tags = tags.into_iter();
        for file in files {
            for class in &file.library.class {
                let at = class.span().start;
                packed.texts(&file.spellings(&class.as_ref().names));
                self.class(&mut packed, file, at, class.as_ref(), tags.next().unwrap_or_default())?;
                // The methods whose name alone tells their class.
                let mut tells = Vec::new();
                for method in class.as_ref().method.iter().filter(|method| method.as_ref().telling) {
                    for name in &method.as_ref().names {
                        if !telling.insert(name.clone()) {
                            let at = method.span().start;
                            return Err(file.fail(at, &format!("the method {name} tells of two classes")));
                        }
                        tells.push(name.clone());
                    }
                }
                packed.texts(&tells);
            }
        }
        if packed.is_too_long {
            return Err("rules/stack: a list of names, tags or members has more than 255 entries".to_owned());
        }
        Ok(packed)
    }

    /// The tags of each class with those of its bases.
    fn class_tags(&self, files: &[File]) -> Result<Vec<u64>, String> {
        let mut own = Vec::new();
        let mut bases: Vec<Vec<u16>> = Vec::new();
        for file in files {
            for class in &file.library.class {
                let at = class.span().start;
                let mut bits = 0u64;
                for word in &class.as_ref().tags {
                    match ClassTag::from_word(word) {
                        Some(tag) => bits |= 1 << tag as u64,
                        // A constructor may do something as well.
                        None if Tag::from_word(word).is_some() => {}
                        None => return Err(file.fail(at, &format!("'{word}' is not a tag of a class"))),
                    }
                }
                own.push(bits);
                bases.push(
                    class
                        .as_ref()
                        .bases
                        .iter()
                        .map(|base| self.class_index(file, at, base))
                        .collect::<Result<_, _>>()?,
                );
            }
        }
        // The hierarchies are shallow: a few passes reach the fixed point.
        for _ in 0..16 {
            for index in 0..own.len() {
                for &base in &bases[index] {
                    own[index] |= own[base as usize];
                }
            }
        }
        Ok(own)
    }

    fn class_index(&self, file: &File, at: usize, name: &str) -> Result<u16, String> {
        self.classes
            .get(name)
            .copied()
            .ok_or_else(|| file.fail(at, &format!("the class {name} is declared in no table")))
    }

    fn callable(&self, packed: &mut Packed, file: &File, at: usize, f: &Function) -> Result<(), String> {
        if f.coroutine && f.blocks.is_some() {
            return Err(file.fail(at, "a coroutine does not block: leave out one of the two"));
        }
        let mut tags = BTreeSet::new();
        for word in &f.tags {
            match Tag::from_word(word) {
                Some(tag) => {
                    tags.insert(tag as u8);
                }
                None if ClassTag::from_word(word).is_some() => {}
                None => return Err(file.fail(at, &format!("'{word}' is not a tag of a callable"))),
            }
        }
        packed.number(f.coroutine.into());
        packed.optional(system(file, at, f.blocks.as_deref())?);
        packed.texts(&f.unless);
        packed.optional(system(file, at, f.crosses.as_deref())?);
        timeout(packed, file, at, f.timeout.as_ref())?;
        self.optional_type(packed, file, at, f.returns.as_deref())?;
        packed.optional(f.callable);
        packed.texts(&f.parameters);
        packed.optional_text(f.instead.as_deref());
        retry(packed, file, at, f.retry.as_ref())?;
        let repeats = word(file, at, f.repeats.as_deref(), Repeats::from_word, "Repeats")?;
        packed.optional(repeats.map(|repeats| repeats as u8));
        let waits = word(file, at, f.waits.as_deref(), Waits::from_word, "Waits")?;
        packed.optional(waits.map(|waits| waits as u8));
        packed.few(tags.len());
        packed.numbers.extend(tags);
        Ok(())
    }

    fn class(
        &self,
        packed: &mut Packed,
        file: &File,
        at: usize,
        class: &Class,
        tags: u64,
    ) -> Result<(), String> {
        if class.names.is_empty() {
            return Err(file.fail(at, "a class needs a name"));
        }
        let constructor = Function {
            names: Vec::new(),
            retry: class.retry.clone(),
            repeats: class.repeats.clone(),
            waits: class.waits.clone(),
            blocks: class.blocks.clone(),
            unless: class.unless.clone(),
            coroutine: class.coroutine,
            crosses: class.crosses.clone(),
            timeout: class.timeout.clone(),
            returns: class.returns.clone(),
            callable: class.callable,
            parameters: class.parameters.clone(),
            instead: class.instead.clone(),
            telling: false,
            tags: class.tags.clone(),
        };
        packed.few(class.bases.len());
        for base in &class.bases {
            packed.index(self.class_index(file, at, base)?);
        }
        self.callable(packed, file, at, &constructor)?;
        self.optional_type(packed, file, at, class.enters.as_deref())?;
        self.optional_type(packed, file, at, class.iterates.as_deref())?;
        self.optional_type(packed, file, at, class.called.as_deref())?;
        packed.optional_text(class.called_parameter.as_deref());
        packed.few(class.attributes.len());
        for (name, expression) in &class.attributes {
            packed.text(name);
            self.type_expression(packed, file, at, expression)?;
        }
        packed.numbers.extend(tags.to_le_bytes());
        let mut methods = BTreeMap::new();
        for (number, method) in class.method.iter().enumerate() {
            for name in &method.as_ref().names {
                if methods.insert(name, number).is_some() {
                    let at = method.span().start;
                    return Err(file.fail(at, &format!("the method {name} is declared twice")));
                }
            }
        }
        packed.count(methods.len())?;
        // In the order of their names. What is another name of a method that was written points back at it.
        let mut written = Vec::new();
        for (name, number) in methods {
            packed.text(name);
            let before = written.iter().position(|known| *known == number);
            packed.optional(before.map(|before| before as u8));
            if before.is_none() {
                written.push(number);
                let method = &class.method[number];
                self.callable(packed, file, method.span().start, method.as_ref())?;
            }
        }
        if written.len() > usize::from(u8::MAX) {
            return Err(file.fail(at, "the class has too many methods"));
        }
        Ok(())
    }

    fn optional_type(
        &self,
        packed: &mut Packed,
        file: &File,
        at: usize,
        text: Option<&str>,
    ) -> Result<(), String> {
        match text {
            Some(text) => self.type_expression(packed, file, at, text)?,
            None => packed.number(0),
        }
        Ok(())
    }

    fn type_expression(&self, packed: &mut Packed, file: &File, at: usize, text: &str) -> Result<(), String> {
        if text == "self" {
            packed.number(1);
            return Ok(());
        }
        if text == "T" {
            packed.number(2);
            return Ok(());
        }
        if let Some(rest) = text.strip_prefix("arg") {
            let (digits, suffix) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
            if let Ok(index) = digits.parse::<u8>() {
                match suffix {
                    "" => packed.number(3),
                    ".T" => packed.number(4),
                    _ => return Err(file.fail(at, &format!("'{text}' is not a type"))),
                }
                packed.number(index);
                return Ok(());
            }
        }
        let (name, element) = match text.split_once('[') {
            Some((name, rest)) => {
                let inner = rest
                    .strip_suffix(']')
                    .ok_or_else(|| file.fail(at, &format!("'{text}' lacks its closing bracket")))?;
                (name, Some(inner))
            }
            None => (text, None),
        };
        let qualified = if name.contains('.') { name.to_owned() } else { format!("builtins.{name}") };
        packed.number(5);
        packed.index(self.class_index(file, at, &qualified)?);
        self.optional_type(packed, file, at, element)
    }
}

fn system(file: &File, at: usize, word: Option<&str>) -> Result<Option<u8>, String> {
    word.map(|word| {
        System::from_word(word)
            .map(|system| system as u8)
            .ok_or_else(|| file.fail(at, &format!("'{word}' is not a kind of system")))
    })
    .transpose()
}

fn word<T>(
    file: &File,
    at: usize,
    word: Option<&str>,
    known: fn(&str) -> Option<T>,
    list: &str,
) -> Result<Option<T>, String> {
    word.map(|word| known(word).ok_or_else(|| file.fail(at, &format!("'{word}' is no word of {list}"))))
        .transpose()
}

fn retry(packed: &mut Packed, file: &File, at: usize, retry: Option<&Retry>) -> Result<(), String> {
    packed.number(retry.is_some().into());
    let Some(retry) = retry else { return Ok(()) };
    let attempts = match &retry.attempts {
        Attempts::Word(word) if word == "unbounded" => None,
        Attempts::Word(word) => {
            return Err(file.fail(at, &format!("'{word}' is neither a number of attempts nor 'unbounded'")));
        }
        Attempts::Number(number) => Some(*number),
    };
    packed.optional_text(retry.only_with.as_deref());
    packed.texts(&retry.selects);
    packed.optional(retry.selects_position);
    packed.texts(&retry.filters);
    let repeats = word(file, at, Some(&retry.repeats), Repeats::from_word, "Repeats")?;
    packed.optional(repeats.map(|repeats| repeats as u8));
    packed.texts(&retry.bounds);
    packed.optional(retry.bounds_position);
    packed.optional(attempts);
    packed.texts(&retry.pauses);
    packed.optional(retry.pauses_position);
    packed.texts(&retry.jitter);
    let waits = word(file, at, Some(&retry.waits), Waits::from_word, "Waits")?;
    packed.optional(waits.map(|waits| waits as u8));
    Ok(())
}

fn timeout(packed: &mut Packed, file: &File, at: usize, timeout: Option<&Timeout>) -> Result<(), String> {
    packed.number(timeout.is_some().into());
    let Some(timeout) = timeout else { return Ok(()) };
    packed.texts(&timeout.parameters);
    packed.optional(timeout.position);
    packed.texts(&timeout.dictionaries);
    packed.texts(&timeout.clients);
    packed.number(timeout.none_is_default.into());
    packed.optional_text(timeout.example.as_deref());
    let seconds = match &timeout.default {
        DefaultBound::Word(word) if word == "unbounded" => {
            packed.number(0);
            return Ok(());
        }
        DefaultBound::Word(word) if word == "receiver" => {
            packed.number(1);
            return Ok(());
        }
        DefaultBound::Word(word) => {
            return Err(file.fail(at, &format!("'{word}' is neither seconds nor 'unbounded' nor 'receiver'")));
        }
        DefaultBound::Whole(seconds) => *seconds as f64,
        DefaultBound::Seconds(seconds) => *seconds,
    };
    packed.number(2);
    packed.numbers.extend(seconds.to_le_bytes());
    Ok(())
}

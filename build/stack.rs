//! Reads `rules/stack/*.toml` and writes the tables that `src/stack.rs` declares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
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

#[derive(Deserialize)]
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
    Number(u32),
}

#[derive(Deserialize)]
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

/// The tables of `src/stack.rs`.
pub fn generate(folder: &Path) -> Result<String, String> {
    let files = read(folder)?;
    Tables::read(&files)?.write(&files)
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

/// The methods whose name alone tells their class, with its index.
fn telling(files: &[File]) -> Result<BTreeMap<String, u16>, String> {
    let mut found = BTreeMap::new();
    let mut index = 0;
    for file in files {
        for class in &file.library.class {
            for method in class.as_ref().method.iter().filter(|method| method.as_ref().telling) {
                for name in &method.as_ref().names {
                    if found.insert(name.clone(), index).is_some() {
                        let at = method.span().start;
                        return Err(file.fail(at, &format!("the method {name} tells of two classes")));
                    }
                }
            }
            index += 1;
        }
    }
    Ok(found)
}

/// The names of all classes and functions, gathered before any reference to one is resolved.
struct Tables {
    classes: BTreeMap<String, u16>,
    functions: BTreeMap<String, u16>,
    packages: BTreeSet<String>,
}

impl Tables {
    fn read(files: &[File]) -> Result<Self, String> {
        let mut tables =
            Self { classes: BTreeMap::new(), functions: BTreeMap::new(), packages: BTreeSet::new() };
        let mut index = 0;
        for file in files {
            for class in &file.library.class {
                for name in file.spellings(&class.as_ref().names) {
                    tables.package(&name);
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
                    tables.package(&name);
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

    fn package(&mut self, name: &str) {
        self.packages.insert(name.split('.').next().unwrap_or_default().to_owned());
    }

    fn write(&self, files: &[File]) -> Result<String, String> {
        let mut code = String::from("pub static FUNCTIONS: &[Callable] = &[\n");
        for file in files {
            for function in &file.library.function {
                let at = function.span().start;
                let callable = self.callable(file, at, function.as_ref())?;
                let _ = writeln!(code, "{callable},");
            }
        }
        code.push_str("];\n\npub static CLASSES: &[Class] = &[\n");
        let tags = self.class_tags(files)?;
        let mut index = 0;
        for file in files {
            for class in &file.library.class {
                let at = class.span().start;
                let text = self.class(file, at, class.as_ref(), tags[index])?;
                let _ = writeln!(code, "{text},");
                index += 1;
            }
        }
        code.push_str("];\n\nstatic FUNCTION_NAMES: &[(&str, u16)] = &[\n");
        for (name, index) in &self.functions {
            let _ = writeln!(code, "({name:?}, {index}),");
        }
        code.push_str("];\n\nstatic CLASS_NAMES: &[(&str, u16)] = &[\n");
        for (name, index) in &self.classes {
            let _ = writeln!(code, "({name:?}, {index}),");
        }
        code.push_str("];\n\nstatic TELLING: &[(&str, u16)] = &[\n");
        for (name, index) in telling(files)? {
            let _ = writeln!(code, "({name:?}, {index}),");
        }
        let packages: Vec<&String> = self.packages.iter().collect();
        let _ = writeln!(code, "];\n\nstatic PACKAGES: &[&str] = &{packages:?};");
        Ok(code)
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

    fn callable(&self, file: &File, at: usize, f: &Function) -> Result<String, String> {
        if f.coroutine && f.blocks.is_some() {
            return Err(file.fail(at, "a coroutine does not block: leave out one of the two"));
        }
        let mut tags = 0u128;
        for word in &f.tags {
            match Tag::from_word(word) {
                Some(tag) => tags |= 1 << tag as u128,
                None if ClassTag::from_word(word).is_some() => {}
                None => return Err(file.fail(at, &format!("'{word}' is not a tag of a callable"))),
            }
        }
        Ok(format!(
            "Callable {{ blocks: {}, unless: &{:?}, coroutine: {}, crosses: {}, timeout: {}, returns: {}, callable: {:?}, \
             parameters: &{:?}, instead: {:?}, retry: {}, repeats: {}, waits: {}, tags: {tags} }}",
            system(file, at, f.blocks.as_deref())?,
            f.unless,
            f.coroutine,
            system(file, at, f.crosses.as_deref())?,
            timeout(file, at, f.timeout.as_ref())?,
            self.optional_type(file, at, f.returns.as_deref())?,
            f.callable,
            f.parameters,
            f.instead,
            retry(file, at, f.retry.as_ref())?,
            word(file, at, f.repeats.as_deref(), Repeats::from_word, "Repeats")?,
            word(file, at, f.waits.as_deref(), Waits::from_word, "Waits")?,
        ))
    }

    fn class(&self, file: &File, at: usize, class: &Class, tags: u64) -> Result<String, String> {
        let constructor = Function {
            names: Vec::new(),
            retry: class.retry.clone(),
            repeats: class.repeats.clone(),
            waits: class.waits.clone(),
            blocks: class.blocks.clone(),
            unless: class.unless.clone(),
            coroutine: class.coroutine,
            crosses: class.crosses.clone(),
            timeout: None,
            returns: class.returns.clone(),
            callable: class.callable,
            parameters: class.parameters.clone(),
            instead: class.instead.clone(),
            telling: false,
            tags: class.tags.clone(),
        };
        let constructor = self
            .callable(file, at, &constructor)?
            .replace("timeout: None", &format!("timeout: {}", timeout(file, at, class.timeout.as_ref())?));
        let mut methods = BTreeMap::new();
        for method in &class.method {
            let at = method.span().start;
            let text = self.callable(file, at, method.as_ref())?;
            for name in &method.as_ref().names {
                if methods.insert(name.clone(), text.clone()).is_some() {
                    return Err(file.fail(at, &format!("the method {name} is declared twice")));
                }
            }
        }
        let methods: String = methods.iter().map(|(name, text)| format!("({name:?}, {text}), ")).collect();
        let mut attributes = String::new();
        for (name, expression) in &class.attributes {
            let _ = write!(attributes, "({name:?}, {}), ", self.type_expression(file, at, expression)?);
        }
        let bases: Vec<u16> =
            class.bases.iter().map(|base| self.class_index(file, at, base)).collect::<Result<_, _>>()?;
        let name = class.names.first().ok_or_else(|| file.fail(at, "a class needs a name"))?;
        Ok(format!(
            "Class {{ name: {name:?}, bases: &{bases:?}, constructor: {constructor}, enters: {}, iterates: {}, \
             called: {}, called_parameter: {:?}, attributes: &[{attributes}], methods: &[{methods}], tags: {tags} }}",
            self.optional_type(file, at, class.enters.as_deref())?,
            self.optional_type(file, at, class.iterates.as_deref())?,
            self.optional_type(file, at, class.called.as_deref())?,
            class.called_parameter,
        ))
    }

    fn optional_type(&self, file: &File, at: usize, text: Option<&str>) -> Result<String, String> {
        Ok(match text {
            Some(text) => format!("Some({})", self.type_expression(file, at, text)?),
            None => "None".to_owned(),
        })
    }

    fn type_expression(&self, file: &File, at: usize, text: &str) -> Result<String, String> {
        if text == "self" {
            return Ok("TypeExpression::Receiver".to_owned());
        }
        if text == "T" {
            return Ok("TypeExpression::Element".to_owned());
        }
        if let Some(rest) = text.strip_prefix("arg") {
            let (digits, suffix) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
            if let Ok(index) = digits.parse::<u8>() {
                return match suffix {
                    "" => Ok(format!("TypeExpression::Argument({index})")),
                    ".T" => Ok(format!("TypeExpression::ArgumentElement({index})")),
                    _ => Err(file.fail(at, &format!("'{text}' is not a type"))),
                };
            }
        }
        let (name, element) = match text.split_once('[') {
            Some((name, rest)) => {
                let inner = rest
                    .strip_suffix(']')
                    .ok_or_else(|| file.fail(at, &format!("'{text}' lacks its closing bracket")))?;
                (name, format!("Some(&{})", self.type_expression(file, at, inner)?))
            }
            None => (text, "None".to_owned()),
        };
        let qualified = if name.contains('.') { name.to_owned() } else { format!("builtins.{name}") };
        let index = self.class_index(file, at, &qualified)?;
        Ok(format!("TypeExpression::Class({index}, {element})"))
    }
}

fn system(file: &File, at: usize, word: Option<&str>) -> Result<String, String> {
    match word {
        None => Ok("None".to_owned()),
        Some(word) => System::from_word(word)
            .map(|system| format!("Some(System::{system:?})"))
            .ok_or_else(|| file.fail(at, &format!("'{word}' is not a kind of system"))),
    }
}

fn word<T: std::fmt::Debug>(
    file: &File,
    at: usize,
    word: Option<&str>,
    known: fn(&str) -> Option<T>,
    list: &str,
) -> Result<String, String> {
    match word {
        None => Ok("None".to_owned()),
        Some(word) => known(word)
            .map(|found| format!("Some({list}::{found:?})"))
            .ok_or_else(|| file.fail(at, &format!("'{word}' is no word of {list}"))),
    }
}

fn retry(file: &File, at: usize, retry: Option<&Retry>) -> Result<String, String> {
    let Some(retry) = retry else { return Ok("None".to_owned()) };
    let attempts = match &retry.attempts {
        Attempts::Word(word) if word == "unbounded" => "None".to_owned(),
        Attempts::Word(word) => {
            return Err(file.fail(at, &format!("'{word}' is neither a number of attempts nor 'unbounded'")));
        }
        Attempts::Number(number) => format!("Some({number})"),
    };
    let repeats = Repeats::from_word(&retry.repeats)
        .ok_or_else(|| file.fail(at, &format!("'{}' is no word of Repeats", retry.repeats)))?;
    let waits = Waits::from_word(&retry.waits)
        .ok_or_else(|| file.fail(at, &format!("'{}' is no word of Waits", retry.waits)))?;
    Ok(format!(
        "Some(&Retry {{ only_with: {:?}, selects: Parameter {{ names: &{:?}, position: {:?} }}, filters: &{:?}, \
         repeats: Repeats::{repeats:?}, bounds: Parameter {{ names: &{:?}, position: {:?} }}, attempts: {attempts}, \
         pauses: Parameter {{ names: &{:?}, position: {:?} }}, jitter: &{:?}, waits: Waits::{waits:?} }})",
        retry.only_with,
        retry.selects,
        retry.selects_position,
        retry.filters,
        retry.bounds,
        retry.bounds_position,
        retry.pauses,
        retry.pauses_position,
        retry.jitter,
    ))
}

fn timeout(file: &File, at: usize, timeout: Option<&Timeout>) -> Result<String, String> {
    let Some(timeout) = timeout else { return Ok("None".to_owned()) };
    let default = match &timeout.default {
        DefaultBound::Word(word) if word == "unbounded" => "Bound::Unbounded".to_owned(),
        DefaultBound::Word(word) if word == "receiver" => "Bound::Receiver".to_owned(),
        DefaultBound::Word(word) => {
            return Err(file.fail(at, &format!("'{word}' is neither seconds nor 'unbounded' nor 'receiver'")));
        }
        DefaultBound::Whole(seconds) => format!("Bound::Seconds({seconds}.0)"),
        DefaultBound::Seconds(seconds) => format!("Bound::Seconds({seconds:?})"),
    };
    Ok(format!(
        "Some(Timeout {{ parameters: &{:?}, position: {:?}, dictionaries: &{:?}, clients: &{:?}, none_is_default: {}, example: {:?}, default: {default} }})",
        timeout.parameters,
        timeout.position,
        timeout.dictionaries,
        timeout.clients,
        timeout.none_is_default,
        timeout.example
    ))
}

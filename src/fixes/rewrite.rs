//! Edits of code, made from its nodes.

use crate::report::{Edit, Fix};
use crate::semantic::Node;
use crate::syntax::{Kind, Role};

/// A fix in the making. What cannot be written leaves no fix at all.
pub struct Rewrite<'m> {
    /// A node of the file that is written to.
    at: Node<'m>,
    fix: Fix,
}

impl<'m> Rewrite<'m> {
    /// The title says what is done, as an order: `Give it a time limit`. Only in a file that was given as a whole: the
    /// parts of a notebook or of a text are not written to.
    pub fn at(at: Node<'m>, title: &str) -> Option<Self> {
        let fix = Fix { title: title.to_owned(), edits: Vec::new() };
        at.source_file().tree.shape.is_none().then_some(Self { at, fix })
    }

    /// Puts a text in place of what stands between two byte offsets.
    pub fn replace(mut self, start: u32, stop: u32, text: impl Into<String>) -> Self {
        let file = self.at.source_file();
        let range = file.lines.range(file.text, start, stop);
        self.fix.edits.push(Edit { path: file.path.to_owned(), range, text: text.into() });
        self
    }

    pub fn insert(self, at: u32, text: impl Into<String>) -> Self {
        self.replace(at, at, text)
    }

    /// Makes sure that the module has a name: `import asyncio`, or `from typing import Annotated`. Nothing where that name
    /// is something else here.
    pub fn with_import(self, module: &str, name: Option<&str>) -> Option<Self> {
        let file = self.at.source_file();
        let wanted = name.unwrap_or(module);
        // An import in a function or a branch is not there for all.
        let imports = file.tree.imports.iter().map(|&id| self.at.at(id));
        let at_top = |import: &Node<'m>| {
            import.ancestors().all(|node| matches!(node.kind(), Kind::Module | Kind::Block))
        };
        let mut first = None;
        for import in imports.filter(at_top).filter(|import| import.name() != "__future__") {
            if brings(import, module, name) {
                return Some(self);
            }
            first = first.or(Some(import.data().start));
        }
        if file.tree.imports.is_empty() {
            // A function alone was given: its file has imports that nobody can see.
            return Some(self);
        }
        let model = self.at.model;
        let is_taken =
            model.symbol(wanted).is_some_and(|name| file.tree.last_binding.contains_key(&(0, name)));
        let line_end = line_end(file.text);
        let import = match name {
            Some(name) => format!("from {module} import {name}{line_end}"),
            None => format!("import {module}{line_end}"),
        };
        Some(self.insert(first.filter(|_| !is_taken)?, import))
    }

    pub fn done(self) -> Option<Fix> {
        Some(self.fix)
    }
}

/// Whether an import statement brings a module, or a name of it, under its own name.
fn brings(import: Node<'_>, module: &str, name: Option<&str>) -> bool {
    let is_from = match name {
        Some(_) => import.is(Kind::ImportFrom) && import.name() == module,
        None => import.is(Kind::Import),
    };
    is_from && import.children().any(|alias| alias.source() == name.unwrap_or(module))
}

/// `get(url)` as `get(url, timeout=10)`.
pub fn with_keyword(call: Node<'_>, title: &str, name: &str, value: &str) -> Option<Fix> {
    if call.has_hidden_arguments() {
        return None;
    }
    let file = call.source_file();
    let stop = call.data().stop;
    let last = call.children().skip(1).map(|argument| argument.data().stop).max();
    let text = format!("{name}={value}");
    let rewrite = Rewrite::at(call, title)?;
    let Some(last) = last else { return rewrite.insert(stop - 1, text).done() };
    let behind = file.text.get(last as usize..stop as usize)?;
    // Arguments that have a line each, with a comma behind the last.
    let has_own_line = behind.trim_start().starts_with(',') && behind.contains('\n');
    let before = if has_own_line { new_line(file.text, last) } else { " ".to_owned() };
    rewrite.insert(last, format!(",{before}{text}")).done()
}

/// How the lines of a text end.
fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The end of a line, and the space with which the line of an offset begins.
fn new_line(text: &str, offset: u32) -> String {
    let before = text.get(..offset as usize).unwrap_or_default();
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    let indent = &line[..line.len() - line.trim_start().len()];
    format!("{}{indent}", line_end(text))
}

/// `get(url)` as `await asyncio.to_thread(get, url)`.
pub fn handed_to_thread(call: Node<'_>, title: &str) -> Option<Fix> {
    awaited_in_asyncio(call, title, None)
}

/// `sleep(1)` as `await asyncio.sleep(1)`.
pub fn pausing_for_others(call: Node<'_>, title: &str) -> Option<Fix> {
    awaited_in_asyncio(call, title, Some("asyncio.sleep"))
}

fn awaited_in_asyncio(call: Node<'_>, title: &str, instead: Option<&str>) -> Option<Fix> {
    let file = call.source_file();
    let callee = call.callee()?.data();
    let data = call.data();
    // In a comprehension or a lambda it would make another kind of thing of it.
    let is_plain = |node: &Node<'_>| {
        !matches!(
            node.kind(),
            Kind::Lambda | Kind::Generator | Kind::ListComp | Kind::SetComp | Kind::DictComp | Kind::Await
        )
    };
    let waits_inside = call.descendants().any(|node| node.is(Kind::Await));
    if waits_inside || !call.surroundings().all(|node| is_plain(&node)) {
        return None;
    }
    let callee_text = file.text.get(callee.start as usize..callee.stop as usize)?;
    let arguments = file.text.get(callee.stop as usize..data.stop as usize)?.trim();
    let inside = arguments.strip_prefix('(')?.strip_suffix(')')?;
    let written = match instead {
        Some(instead) => format!("await {instead}({inside})"),
        None if inside.trim().is_empty() => format!("await asyncio.to_thread({callee_text})"),
        None if inside.starts_with(['\n', '\r']) => {
            let line = new_line(file.text, call.children().nth(1)?.data().start);
            format!("await asyncio.to_thread({line}{callee_text},{inside})")
        }
        None => format!("await asyncio.to_thread({callee_text}, {inside})"),
    };
    // What is done with the answer binds closer than `await`.
    let is_used_at_once = call.parent().is_some_and(|parent| {
        matches!(parent.kind(), Kind::Attribute | Kind::Subscript)
            || (parent.is(Kind::Call) && call.role() == Role::Callee)
    });
    let written = if is_used_at_once { format!("({written})") } else { written };
    Rewrite::at(call, title)?.replace(data.start, data.stop, written).with_import("asyncio", None)?.done()
}

impl<'m> Rewrite<'m> {
    /// `logger.error(…)` as `logger.exception(…)`.
    pub fn renaming_method(self, call: Node<'_>, name: &str) -> Option<Self> {
        let callee = call.callee().filter(|callee| callee.is(Kind::Attribute))?;
        let stop = callee.data().stop;
        Some(self.replace(stop.checked_sub(callee.name().len() as u32)?, stop, name))
    }

    /// `logger.info(f"read {name}")` as `logger.info("read %s", name)`; the same, where the message is no f-string. Nothing
    /// where it cannot be taken apart.
    pub fn with_constant_message(self, call: Node<'m>) -> Option<Self> {
        let message = call.argument(0)?;
        if !message.is(Kind::FString) {
            return Some(self);
        }
        let data = message.data();
        let text = taken_apart(message).filter(|_| call.positional().count() == 1)?;
        Some(self.replace(data.start, data.stop, text))
    }
}

/// An f-string of one piece as a message with its values behind it: `"read %s", name`.
fn taken_apart(message: Node<'_>) -> Option<String> {
    let text = message.source();
    let rest = text.strip_prefix(['f', 'F'])?;
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inside = rest.strip_prefix(quote)?.strip_suffix(quote)?;
    if inside.starts_with(quote) || inside.is_empty() {
        return None;
    }
    let file = message.source_file();
    let (mut out, mut values) = (String::from(quote), String::new());
    let mut done = message.data().stop - (inside.len() as u32 + 1);
    let literal = |from: u32, to: u32| file.text.get(from as usize..to as usize);
    for value in message.children().filter(|part| part.role() == Role::Value) {
        let data = value.data();
        let before = literal(done, data.start)?.trim_end().strip_suffix('{')?;
        out.push_str(&plain(before, quote)?);
        let behind = literal(data.stop, message.data().stop)?;
        let spaces = behind.len() - behind.trim_start().len();
        let (end, hole) = [("}", "%s"), ("!s}", "%s"), ("!r}", "%r")]
            .into_iter()
            .find(|(end, _)| behind.trim_start().starts_with(end))?;
        out.push_str(hole);
        done = data.stop + (spaces + end.len()) as u32;
        values.push_str(", ");
        values.push_str(value.source());
    }
    out.push_str(&plain(literal(done, message.data().stop - 1)?, quote)?);
    out.push(quote);
    (!values.is_empty()).then_some(out + &values)
}

/// The text of an f-string between its values, as the text of a message. Nothing where it is more than that.
fn plain(text: &str, quote: char) -> Option<String> {
    let opened = text.replace("{{", "").replace("}}", "");
    let is_plain = !opened.contains(['{', '}', quote, '\n']);
    is_plain.then(|| text.replace("{{", "{").replace("}}", "}").replace('%', "%%"))
}

/// `select(Job).limit(1)` as `select(Job).limit(1).with_for_update()`.
pub fn with_call_behind(expression: Node<'_>, title: &str, call: &str) -> Option<Fix> {
    Rewrite::at(expression, title)?.insert(expression.data().stop, call).done()
}

/// `limit: int = 50` as `limit: Annotated[int, Query(le=200)] = 50`.
pub fn bounded_parameter(parameter: Node<'_>, title: &str, bound: &str) -> Option<Fix> {
    let annotation = parameter.child(Role::Annotation)?;
    if parameter.child(Role::Default).is_some_and(|default| default.is(Kind::Call)) {
        return None;
    }
    let data = annotation.data();
    let maker = bound.split('(').next()?;
    let module = if maker == "Field" { "pydantic" } else { "fastapi" };
    Rewrite::at(parameter, title)?
        .replace(data.start, data.stop, format!("Annotated[{}, {bound}]", annotation.source()))
        .with_import(module, Some(maker))?
        .with_import("typing", Some("Annotated"))?
        .done()
}

//! Parses Python in whatever shape it was pasted, and mends what can be mended.

use std::borrow::Cow;

use ruff_python_ast::{ModModule, PySourceType, PythonVersion, Stmt, Suite};
use ruff_python_parser::{Mode, ParseError, ParseOptions, Parsed, parse_unchecked, parse_unchecked_source};
use ruff_text_size::TextRange;

use super::Lowering;
use crate::report::Shape;
use crate::sorted::sorted;
use crate::syntax::depth::too_deep;
use crate::syntax::shapes::{self, Layout};
use crate::syntax::tree::{NodeId, Tree};
use crate::syntax::{Symbols, SyntaxProblem};

/// Parses Python, in whatever shape it was pasted. A syntax error is a problem of the tree, which then holds what could
/// be read all the same. All positions are those of the given text.
pub fn parse(text: &str, symbols: &mut Symbols) -> Tree {
    if let Some(layout) = shapes::notebook(text) {
        return read_within(layout, Shape::Notebook, symbols);
    }
    if let Some(problem) = too_deep(text) {
        return refused(problem, &[], symbols);
    }
    if shapes::begins_as_ipython(text)
        && let Some(layout) = shapes::ipython(text)
    {
        return read_within(layout, Shape::Session, symbols);
    }
    let parsed = parsed(text, Mode::Module);
    if !parsed.errors().is_empty() {
        let tokens = parsed.tokens();
        let within = shapes::session(text, tokens)
            .map(|layout| (layout, Shape::Session))
            .or_else(|| shapes::fenced(text, tokens).map(|layout| (layout, Shape::Markdown)))
            .or_else(|| shapes::ipython(text).map(|layout| (layout, Shape::Session)));
        if let Some((layout, shape)) = within {
            return read_within(layout, shape, symbols);
        }
    }
    Reading { text: Cow::Borrowed(text), layouts: Vec::new(), parsed, levels: 0, shape: None }
        .repaired()
        .lowered(symbols)
}

fn parsed(text: &str, mode: Mode) -> Parsed<ModModule> {
    // Python 2 catches `E` as `e` in `except E, e`, which 3.14 reads as two classes.
    let options = ParseOptions::from(mode).with_target_version(PythonVersion::PY313);
    match parse_unchecked(text, options).try_into_module() {
        Some(parsed) => parsed,
        None => parse_unchecked_source("", PySourceType::Python),
    }
}

/// Reads the code that a text of another kind holds.
fn read_within(layout: Layout, shape: Shape, symbols: &mut Symbols) -> Tree {
    if let Some(problem) = too_deep(&layout.text) {
        return refused(problem, &[layout], symbols);
    }
    let mode = if shape == Shape::Markdown { Mode::Module } else { Mode::Ipython };
    let parsed = parsed(&layout.text, mode);
    let text = Cow::Owned(layout.text.clone());
    Reading { text, layouts: vec![layout], parsed, levels: 0, shape: Some(shape) }.repaired().lowered(symbols)
}

fn refused(problem: SyntaxProblem, layouts: &[Layout], symbols: &mut Symbols) -> Tree {
    let mut lowering = Lowering { tree: Tree::default(), symbols, text: "", parent: 0, scope: 0, layouts };
    lowering.problem(problem);
    lowering.module(&[], TextRange::default(), None);
    lowering.tree
}

/// A text that was parsed, and how its places are led back to the given one: through the last layout first.
struct Reading<'t> {
    text: Cow<'t, str>,
    layouts: Vec<Layout>,
    parsed: Parsed<ModModule>,
    levels: usize,
    shape: Option<Shape>,
}

impl Reading<'_> {
    /// Reads a fragment as what it was cut out of, if that leaves fewer errors.
    fn repaired(mut self) -> Self {
        if !self.parsed.errors().is_empty() && self.shape != Some(Shape::Notebook) {
            self.attempt(shapes::with_gaps(&self.text, self.parsed.tokens()));
            self.attempt(shapes::indented(&self.text, self.parsed.tokens()));
        }
        self
    }

    fn attempt(&mut self, layout: Option<Layout>) {
        let Some(layout) = layout.filter(|layout| too_deep(&layout.text).is_none()) else { return };
        let mode = if self.shape == Some(Shape::Session) { Mode::Ipython } else { Mode::Module };
        let parsed = parsed(&layout.text, mode);
        if parsed.errors().len() < self.parsed.errors().len() {
            self.parsed = parsed;
            self.levels = layout.levels;
            self.text = Cow::Owned(layout.text.clone());
            self.layouts.push(layout);
            self.shape = self.shape.or(Some(Shape::Fragment));
        }
    }

    fn lowered(self, symbols: &mut Symbols) -> Tree {
        let text: &str = &self.text;
        let mut problems = one_a_line(text, self.parsed.errors());
        let is_doubtful = !problems.is_empty() || !self.parsed.unsupported_syntax_errors().is_empty();
        if let Some((start, end, why)) =
            is_doubtful.then(|| shapes::python_2(text, self.parsed.tokens())).flatten()
        {
            let message = format!("this is Python 2 ({why}): only what Python 3 reads as well was checked");
            problems = vec![SyntaxProblem { start, end, message }];
        }
        let module = self.parsed.into_syntax();
        let body = without_levels(module.body, self.levels);
        let lower = |symbols: &mut Symbols, within| {
            let tree = Tree { shape: self.shape, ..Tree::default() };
            let mut lowering = Lowering { tree, symbols, text, parent: 0, scope: 0, layouts: &self.layouts };
            // What files mostly need, so that little is copied while these grow.
            lowering.tree.nodes.reserve(text.len() / 6);
            lowering.tree.bindings.reserve(text.len() / 96);
            lowering.tree.last_binding.reserve(text.len() / 192);
            lowering.tree.calls.reserve(text.len() / 128);
            for problem in &problems {
                lowering.problem(problem.clone());
            }
            lowering.module(&body, module.range, within);
            lowering.tree
        };
        let mut tree = lower(symbols, None);
        // In a session or a notebook these are no signs of a function: both await at their top level.
        if matches!(self.shape, None | Some(Shape::Fragment | Shape::Markdown))
            && let Some(is_async) = body_of_function(&tree)
        {
            tree = lower(symbols, Some(is_async));
            tree.shape = tree.shape.or(Some(Shape::Fragment));
        }
        tree
    }
}

/// Takes away the blocks that were put around an indented fragment.
fn without_levels(mut body: Suite, levels: usize) -> Suite {
    if levels == 0 || !matches!(body.first(), Some(Stmt::If(_))) {
        return body;
    }
    let rest = body.split_off(1);
    let Some(Stmt::If(outer)) = body.pop() else { return rest };
    let mut inner = without_levels(outer.body, levels - 1);
    inner.extend(outer.elif_else_clauses.into_iter().flat_map(|clause| clause.body));
    inner.extend(rest);
    inner
}

/// Whether a module has what Python takes in a function alone, and then whether that function is asynchronous.
fn body_of_function(tree: &Tree) -> Option<bool> {
    let is_top = |node: &NodeId| tree.nodes[*node as usize].scope == 0;
    let is_async = tree.awaits_at_top
        || tree
            .loops
            .iter()
            .chain(&tree.withs)
            .any(|node| is_top(node) && tree.nodes[*node as usize].is_async);
    (is_async || tree.returns.iter().chain(&tree.yields).any(is_top)).then_some(is_async)
}

/// The first error of each line: one word that is no Python makes an error of every word behind it.
fn one_a_line(text: &str, errors: &[ParseError]) -> Vec<SyntaxProblem> {
    let mut line_end = 0;
    let mut problems = Vec::new();
    for error in
        sorted(errors.iter().collect(), &|one, other| one.location.start().cmp(&other.location.start()))
    {
        let start = error.location.start().to_usize();
        if start >= line_end {
            line_end = text[start..].find('\n').map_or(text.len() + 1, |length| start + length + 1);
            let message = format!("syntax error: {}", lower_first(&error.error.to_string()));
            problems.push(SyntaxProblem { start: start as u32, end: error.location.end().to_u32(), message });
        }
    }
    problems
}

fn lower_first(message: &str) -> String {
    let mut lower = message.to_owned();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    lower
}

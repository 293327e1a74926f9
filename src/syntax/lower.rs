//! Parses Python and lowers the parser's tree to the flat [`Tree`]: the one walk over a file. It also finds the
//! scopes and bindings, since both are known here at no further cost.

use std::borrow::Cow;

use ruff_python_ast::{
    Arguments, BoolOp, CmpOp, Comprehension, Decorator, ElifElseClause, ExceptHandler, Expr, ExprContext,
    FStringPart, InterpolatedStringElement, ModModule, Operator as AstOperator, Parameters, Pattern,
    PySourceType, PythonVersion, Stmt, Suite, UnaryOp,
};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked, parse_unchecked_source};
use ruff_text_size::{Ranged, TextRange};

use super::depth::too_deep;
use super::shapes::{self, Layout};
use super::tree::{
    Binding, BindingId, BindingKind, Kind, NodeData, NodeId, Operator, Role, Scope, ScopeId, ScopeKind, Tree,
};
use super::{Symbol, Symbols, SyntaxProblem};
use crate::report::Shape;

/// Longer strings are not interned: no rule compares them whole.
const LONGEST_NAME: usize = 160;

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
        let mut problems: Vec<SyntaxProblem> = self
            .parsed
            .errors()
            .iter()
            .map(|error| SyntaxProblem {
                start: error.location.start().to_u32(),
                end: error.location.end().to_u32(),
                message: format!("syntax error: {}", lower_first(&error.error.to_string())),
            })
            .collect();
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

fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

struct Lowering<'a> {
    tree: Tree,
    symbols: &'a mut Symbols,
    text: &'a str,
    parent: NodeId,
    scope: ScopeId,
    layouts: &'a [Layout],
}

impl Lowering<'_> {
    /// Positions of the parsed text as those of the given one.
    fn given(&self, start: u32, end: u32) -> (u32, u32) {
        self.layouts.iter().rev().fold((start, end), |(start, end), layout| {
            let first = layout.start(start);
            (first, layout.end(end).max(first))
        })
    }

    fn problem(&mut self, problem: SyntaxProblem) {
        let (start, end) = self.given(problem.start, problem.end);
        self.tree.problems.push(SyntaxProblem { start, end, ..problem });
    }

    /// The body of a function without its heading: what is imported and defined before it stays at the top.
    fn body_alone(&mut self, body: &[Stmt], is_async: bool) {
        let first = body.iter().position(|statement| {
            !matches!(
                statement,
                Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::FunctionDef(_) | Stmt::ClassDef(_)
            )
        });
        let (top, rest) = body.split_at(first.unwrap_or(body.len()));
        let range_of = |body: &[Stmt]| match (body.first(), body.last()) {
            (Some(first), Some(last)) => TextRange::new(first.start(), last.end()),
            _ => TextRange::default(),
        };
        let block = self.open(Kind::Block, Role::Body, range_of(body));
        for statement in top {
            self.statement(statement);
        }
        let node = self.open(Kind::FunctionDef, Role::Item, range_of(rest));
        self.name(node, Tree::UNNAMED);
        self.data(node).is_async = is_async;
        let outer = self.enter_scope(ScopeKind::Function, node);
        self.block(rest, Role::Body);
        self.scope = outer;
        self.close(node);
        self.close(block);
    }

    fn module(&mut self, body: &[Stmt], range: TextRange, within: Option<bool>) {
        self.tree.scopes.push(Scope { kind: ScopeKind::Module, node: 0, parent: 0 });
        let node = self.open(Kind::Module, Role::Item, range);
        match within {
            Some(is_async) => self.body_alone(body, is_async),
            None => self.block(body, Role::Body),
        }
        self.close(node);
        self.tree.nodes[0].parent = 0;
    }

    // Nodes

    fn open(&mut self, kind: Kind, role: Role, range: TextRange) -> NodeId {
        let node = self.tree.nodes.len() as NodeId;
        let (start, stop) = self.given(range.start().to_u32(), range.end().to_u32());
        self.tree.nodes.push(NodeData {
            kind,
            role,
            operator: Operator::Nothing,
            is_async: false,
            is_store: false,
            parent: self.parent,
            end: node + 1,
            start,
            stop,
            name: Symbol::EMPTY,
            scope: self.scope,
        });
        self.parent = node;
        let list = match kind {
            Kind::Call => &mut self.tree.calls,
            Kind::FunctionDef | Kind::Lambda => &mut self.tree.functions,
            Kind::ClassDef => &mut self.tree.classes,
            Kind::Assign | Kind::AugAssign | Kind::AnnAssign => &mut self.tree.assignments,
            Kind::Raise => &mut self.tree.raises,
            Kind::Return => &mut self.tree.returns,
            Kind::Yield | Kind::YieldFrom => &mut self.tree.yields,
            Kind::Handler => &mut self.tree.handlers,
            Kind::Dict => &mut self.tree.dictionaries,
            Kind::Subscript => &mut self.tree.subscripts,
            Kind::Import | Kind::ImportFrom => &mut self.tree.imports,
            Kind::For | Kind::While => &mut self.tree.loops,
            Kind::With => &mut self.tree.withs,
            Kind::If => &mut self.tree.ifs,
            Kind::Await if self.scope == 0 => {
                self.tree.awaits_at_top = true;
                return node;
            }
            _ => return node,
        };
        list.push(node);
        node
    }

    fn close(&mut self, node: NodeId) {
        let end = self.tree.nodes.len() as NodeId;
        let data = &mut self.tree.nodes[node as usize];
        data.end = end;
        self.parent = data.parent;
    }

    fn leaf(&mut self, kind: Kind, role: Role, range: TextRange, name: &str) -> NodeId {
        let node = self.open(kind, role, range);
        self.name(node, name);
        self.close(node);
        node
    }

    fn data(&mut self, node: NodeId) -> &mut NodeData {
        &mut self.tree.nodes[node as usize]
    }

    fn name(&mut self, node: NodeId, name: &str) {
        if name.len() <= LONGEST_NAME {
            let symbol = self.symbols.intern(name);
            self.data(node).name = symbol;
        }
    }

    // Scopes and bindings

    fn enter_scope(&mut self, kind: ScopeKind, node: NodeId) -> ScopeId {
        let outer = self.scope;
        self.scope = self.tree.scopes.len() as ScopeId;
        self.tree.scopes.push(Scope { kind, node, parent: outer });
        outer
    }

    fn bind(&mut self, kind: BindingKind, node: NodeId, name: Symbol) {
        let mut scope = self.scope;
        if kind != BindingKind::Comprehension {
            while self.tree.scopes[scope as usize].kind == ScopeKind::Comprehension {
                scope = self.tree.scopes[scope as usize].parent;
            }
        }
        let declared = &self.tree.declared;
        let target = if declared.is_empty() { None } else { declared.get(&(scope, name)).copied() };
        let scope = target.unwrap_or(scope);
        let binding = self.tree.bindings.len() as BindingId;
        let previous = self.tree.last_binding.insert((scope, name), binding);
        let (depth, jump, lowest) = match previous {
            None => (0, binding, NodeId::MAX),
            Some(previous) => {
                let bindings = &self.tree.bindings;
                let before = &bindings[previous as usize];
                let further = &bindings[before.jump as usize];
                // Two jumps of one length become one of twice the length.
                if before.depth - further.depth == further.depth - bindings[further.jump as usize].depth {
                    (before.depth + 1, further.jump, node.min(before.lowest).min(further.lowest))
                } else {
                    (before.depth + 1, previous, node)
                }
            }
        };
        self.tree.bindings.push(Binding { kind, name, scope, node, previous, depth, jump, lowest });
    }

    fn bind_named(&mut self, kind: BindingKind, node: NodeId) {
        let name = self.tree.nodes[node as usize].name;
        self.bind(kind, node, name);
    }

    fn declare(&mut self, name: &str, nonlocal: bool) {
        let name = self.symbols.intern(name);
        let mut target = 0;
        if nonlocal {
            target = self.tree.scopes[self.scope as usize].parent;
            while target != 0
                && (self.tree.scopes[target as usize].kind != ScopeKind::Function
                    || !self.tree.last_binding.contains_key(&(target, name)))
            {
                target = self.tree.scopes[target as usize].parent;
            }
        }
        self.tree.declared.insert((self.scope, name), target);
    }

    // Statements

    fn block(&mut self, body: &[Stmt], role: Role) {
        let range = match (body.first(), body.last()) {
            (Some(first), Some(last)) => TextRange::new(first.start(), last.end()),
            _ => TextRange::default(),
        };
        let node = self.open(Kind::Block, role, range);
        for statement in body {
            self.statement(statement);
        }
        self.close(node);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::Return(s) => {
                let node = self.open(Kind::Return, Role::Item, s.range);
                self.optional(s.value.as_deref(), Role::Value);
                self.close(node);
            }
            Stmt::Delete(s) => {
                let node = self.open(Kind::Delete, Role::Item, s.range);
                for target in &s.targets {
                    self.target(target, Role::Target, BindingKind::Delete);
                }
                self.close(node);
            }
            Stmt::TypeAlias(s) => {
                let node = self.open(Kind::Assign, Role::Item, s.range);
                self.expression(&s.value, Role::Value);
                self.target(&s.name, Role::Target, BindingKind::Assignment);
                self.close(node);
            }
            Stmt::Assign(s) => {
                let node = self.open(Kind::Assign, Role::Item, s.range);
                self.expression(&s.value, Role::Value);
                for target in &s.targets {
                    self.target(target, Role::Target, BindingKind::Assignment);
                }
                self.close(node);
            }
            Stmt::AugAssign(s) => {
                let node = self.open(Kind::AugAssign, Role::Item, s.range);
                self.data(node).operator = operator(s.op);
                self.expression(&s.value, Role::Value);
                self.target(&s.target, Role::Target, BindingKind::Augmented);
                self.close(node);
            }
            Stmt::AnnAssign(s) => {
                let node = self.open(Kind::AnnAssign, Role::Item, s.range);
                self.expression(&s.annotation, Role::Annotation);
                self.optional(s.value.as_deref(), Role::Value);
                self.target(&s.target, Role::Target, BindingKind::Annotated);
                self.close(node);
            }
            Stmt::For(s) => {
                let node = self.open(Kind::For, Role::Item, s.range);
                self.data(node).is_async = s.is_async;
                self.expression(&s.iter, Role::Iterable);
                self.target(&s.target, Role::Target, BindingKind::Loop);
                self.block(&s.body, Role::Body);
                self.optional_block(&s.orelse, Role::Orelse);
                self.close(node);
            }
            Stmt::While(s) => {
                let node = self.open(Kind::While, Role::Item, s.range);
                self.expression(&s.test, Role::Test);
                self.block(&s.body, Role::Body);
                self.optional_block(&s.orelse, Role::Orelse);
                self.close(node);
            }
            Stmt::If(s) => {
                let node = self.open(Kind::If, Role::Item, s.range);
                self.expression(&s.test, Role::Test);
                self.block(&s.body, Role::Body);
                for clause in &s.elif_else_clauses {
                    self.clause(clause);
                }
                self.close(node);
            }
            Stmt::With(s) => self.with(s),
            Stmt::Match(s) => self.match_statement(s),
            Stmt::Raise(s) => {
                let node = self.open(Kind::Raise, Role::Item, s.range);
                self.optional(s.exc.as_deref(), Role::Exception);
                self.optional(s.cause.as_deref(), Role::Cause);
                self.close(node);
            }
            Stmt::Try(s) => self.try_statement(s),
            Stmt::Assert(s) => {
                let node = self.open(Kind::Assert, Role::Item, s.range);
                self.expression(&s.test, Role::Test);
                self.optional(s.msg.as_deref(), Role::Message);
                self.close(node);
            }
            Stmt::Import(s) => self.import(s),
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::Global(s) => {
                for name in &s.names {
                    self.declare(name.as_str(), false);
                }
                let node = self.open(Kind::Global, Role::Item, s.range);
                self.close(node);
            }
            Stmt::Nonlocal(s) => {
                for name in &s.names {
                    self.declare(name.as_str(), true);
                }
                let node = self.open(Kind::Nonlocal, Role::Item, s.range);
                self.close(node);
            }
            Stmt::Expr(s) => {
                let node = self.open(Kind::ExprStatement, Role::Item, s.range);
                self.expression(&s.value, Role::Value);
                self.close(node);
            }
            Stmt::Pass(s) => self.bare(Kind::Pass, s.range),
            Stmt::Break(s) => self.bare(Kind::Break, s.range),
            Stmt::Continue(s) => self.bare(Kind::Continue, s.range),
            Stmt::IpyEscapeCommand(s) => self.bare(Kind::Pass, s.range),
        }
    }

    fn bare(&mut self, kind: Kind, range: TextRange) {
        let node = self.open(kind, Role::Item, range);
        self.close(node);
    }

    fn optional_block(&mut self, body: &[Stmt], role: Role) {
        if !body.is_empty() {
            self.block(body, role);
        }
    }

    #[inline(never)]
    fn function(&mut self, def: &ruff_python_ast::StmtFunctionDef) {
        let node = self.open(Kind::FunctionDef, Role::Item, def.range);
        self.name(node, def.name.as_str());
        self.data(node).is_async = def.is_async;
        self.start_behind_decorators(node, &def.decorator_list, if def.is_async { "async" } else { "def" });
        self.bind_named(BindingKind::Function, node);
        self.decorators(&def.decorator_list);
        let outer = self.enter_scope(ScopeKind::Function, node);
        self.parameters(&def.parameters, outer);
        if let Some(returns) = &def.returns {
            let inner = std::mem::replace(&mut self.scope, outer);
            self.expression(returns, Role::Returns);
            self.scope = inner;
        }
        self.block(&def.body, Role::Body);
        self.scope = outer;
        self.close(node);
    }

    #[inline(never)]
    fn class(&mut self, def: &ruff_python_ast::StmtClassDef) {
        let node = self.open(Kind::ClassDef, Role::Item, def.range);
        self.name(node, def.name.as_str());
        self.start_behind_decorators(node, &def.decorator_list, "class");
        self.bind_named(BindingKind::Class, node);
        self.decorators(&def.decorator_list);
        if let Some(arguments) = &def.arguments {
            self.arguments(arguments, Role::Base);
        }
        let outer = self.enter_scope(ScopeKind::Class, node);
        self.block(&def.body, Role::Body);
        self.scope = outer;
        self.close(node);
    }

    /// A definition starts at its keyword, for whoever points at it; the decorators stay its children.
    fn start_behind_decorators(&mut self, node: NodeId, decorators: &[Decorator], keyword: &str) {
        let Some(last) = decorators.last() else { return };
        let from = last.end().to_usize();
        // Between the last decorator and the keyword there is nothing but white space and comments.
        let rest = self.text.get(from..).unwrap_or_default();
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            let code = line.trim_start();
            if code.starts_with(keyword) {
                let start = (from + at + line.len() - code.len()) as u32;
                self.data(node).start = self.given(start, start).0;
                return;
            }
            if !(code.is_empty() || code.starts_with('#')) {
                return;
            }
            at += line.len();
        }
    }

    fn decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            let node = self.open(Kind::Decorator, Role::Decorator, decorator.range);
            self.expression(&decorator.expression, Role::Value);
            self.close(node);
        }
    }

    /// The parameters are bound in the function's scope; their annotations and defaults are read in the outer one.
    #[inline(never)]
    fn parameters(&mut self, parameters: &Parameters, outer: ScopeId) {
        for parameter in parameters {
            let plain = parameter.as_parameter();
            let node = self.open(Kind::Parameter, Role::Parameter, parameter.range());
            self.name(node, plain.name.as_str());
            self.bind_named(BindingKind::Parameter, node);
            let inner = std::mem::replace(&mut self.scope, outer);
            self.optional(plain.annotation.as_deref(), Role::Annotation);
            self.optional(parameter.default(), Role::Default);
            self.scope = inner;
            // `*args` and `**kwargs` are told by an operator, since they are no parameters that a call names.
            if parameter.is_variadic() {
                self.data(node).operator = Operator::Multiply;
            }
            self.close(node);
        }
    }

    fn clause(&mut self, clause: &ElifElseClause) {
        let node = self.open(Kind::Clause, Role::Clause, clause.range);
        self.optional(clause.test.as_ref(), Role::Test);
        self.block(&clause.body, Role::Body);
        self.close(node);
    }

    #[inline(never)]
    fn with(&mut self, s: &ruff_python_ast::StmtWith) {
        let node = self.open(Kind::With, Role::Item, s.range);
        self.data(node).is_async = s.is_async;
        for item in &s.items {
            let inner = self.open(Kind::WithItem, Role::Item, item.range);
            self.data(inner).is_async = s.is_async;
            self.expression(&item.context_expr, Role::Context);
            if let Some(target) = &item.optional_vars {
                self.target(target, Role::Target, BindingKind::With);
            }
            self.close(inner);
        }
        self.block(&s.body, Role::Body);
        self.close(node);
    }

    #[inline(never)]
    fn match_statement(&mut self, s: &ruff_python_ast::StmtMatch) {
        let node = self.open(Kind::Match, Role::Item, s.range);
        self.expression(&s.subject, Role::Subject);
        for case in &s.cases {
            let inner = self.open(Kind::Case, Role::Clause, case.range);
            self.pattern(&case.pattern);
            self.optional(case.guard.as_deref(), Role::Test);
            self.block(&case.body, Role::Body);
            self.close(inner);
        }
        self.close(node);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let node = self.open(Kind::Pattern, Role::Item, pattern.range());
        match pattern {
            Pattern::MatchValue(p) => self.expression(&p.value, Role::Value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(p) => self.patterns(&p.patterns),
            Pattern::MatchMapping(p) => {
                for key in &p.keys {
                    self.expression(key, Role::Key);
                }
                self.patterns(&p.patterns);
                if let Some(rest) = &p.rest {
                    self.capture(rest);
                }
            }
            Pattern::MatchClass(p) => {
                self.expression(&p.cls, Role::Callee);
                self.patterns(&p.arguments.patterns);
                for keyword in &p.arguments.keywords {
                    self.pattern(&keyword.pattern);
                }
            }
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.capture(name);
                }
            }
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    self.pattern(inner);
                }
                if let Some(name) = &p.name {
                    self.capture(name);
                }
            }
            Pattern::MatchOr(p) => self.patterns(&p.patterns),
        }
        self.close(node);
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.pattern(pattern);
        }
    }

    fn capture(&mut self, name: &ruff_python_ast::Identifier) {
        let node = self.leaf(Kind::Name, Role::Target, name.range, name.as_str());
        self.data(node).is_store = true;
        self.bind_named(BindingKind::Pattern, node);
    }

    #[inline(never)]
    fn try_statement(&mut self, s: &ruff_python_ast::StmtTry) {
        let node = self.open(Kind::Try, Role::Item, s.range);
        self.block(&s.body, Role::Body);
        for ExceptHandler::ExceptHandler(handler) in &s.handlers {
            let inner = self.open(Kind::Handler, Role::Handler, handler.range);
            self.optional(handler.type_.as_deref(), Role::Exception);
            if let Some(name) = &handler.name {
                self.name(inner, name.as_str());
                self.bind_named(BindingKind::Except, inner);
            }
            self.block(&handler.body, Role::Body);
            self.close(inner);
        }
        self.optional_block(&s.orelse, Role::Orelse);
        self.optional_block(&s.finalbody, Role::Final);
        self.close(node);
    }

    #[inline(never)]
    fn import(&mut self, s: &ruff_python_ast::StmtImport) {
        let node = self.open(Kind::Import, Role::Item, s.range);
        for alias in &s.names {
            let inner = self.leaf(Kind::Alias, Role::Item, alias.range, alias.name.as_str());
            // `import a.b` binds `a`; `import a.b as c` binds `c`.
            let bound = match &alias.asname {
                Some(name) => name.as_str(),
                None => alias.name.as_str().split('.').next().unwrap_or_default(),
            };
            let bound = self.symbols.intern(bound);
            self.data(inner).is_store = alias.asname.is_some();
            self.bind(BindingKind::Import, inner, bound);
        }
        self.close(node);
    }

    #[inline(never)]
    fn import_from(&mut self, s: &ruff_python_ast::StmtImportFrom) {
        let node = self.open(Kind::ImportFrom, Role::Item, s.range);
        // Relative imports keep their dots: the project pass knows the importing module's name.
        let mut module = ".".repeat(s.level.min(64) as usize);
        if let Some(name) = &s.module {
            module.push_str(name.as_str());
        }
        self.name(node, &module);
        for alias in &s.names {
            let inner = self.leaf(Kind::Alias, Role::Item, alias.range, alias.name.as_str());
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let bound = self.symbols.intern(bound);
            self.bind(BindingKind::ImportFrom, inner, bound);
        }
        self.close(node);
    }

    // Expressions

    fn optional(&mut self, expression: Option<&Expr>, role: Role) {
        if let Some(expression) = expression {
            self.expression(expression, role);
        }
    }

    /// An expression that is assigned to.
    fn target(&mut self, expression: &Expr, role: Role, kind: BindingKind) {
        match expression {
            Expr::Name(e) => {
                let node = self.leaf(Kind::Name, role, e.range, e.id.as_str());
                self.data(node).is_store = true;
                self.bind_named(kind, node);
            }
            Expr::Tuple(e) => self.targets(Kind::Tuple, role, e.range, &e.elts, kind),
            Expr::List(e) => self.targets(Kind::List, role, e.range, &e.elts, kind),
            Expr::Starred(e) => {
                let node = self.open(Kind::Starred, role, e.range);
                self.target(&e.value, Role::Item, kind);
                self.close(node);
            }
            other => self.expression(other, role),
        }
    }

    fn targets(&mut self, node_kind: Kind, role: Role, range: TextRange, items: &[Expr], kind: BindingKind) {
        let node = self.open(node_kind, role, range);
        self.data(node).is_store = true;
        for item in items {
            self.target(item, Role::Item, kind);
        }
        self.close(node);
    }

    fn list(&mut self, kind: Kind, role: Role, range: TextRange, items: &[Expr]) {
        let node = self.open(kind, role, range);
        for item in items {
            self.expression(item, Role::Item);
        }
        self.close(node);
    }

    fn unary(&mut self, kind: Kind, role: Role, range: TextRange, value: Option<&Expr>) {
        let node = self.open(kind, role, range);
        self.optional(value, Role::Value);
        self.close(node);
    }

    fn expression(&mut self, expression: &Expr, role: Role) {
        match expression {
            Expr::Name(e) => {
                let kind = if e.id.is_empty() { Kind::Invalid } else { Kind::Name };
                let node = self.leaf(kind, role, e.range, e.id.as_str());
                self.data(node).is_store = e.ctx != ExprContext::Load;
            }
            Expr::Attribute(e) => {
                let node = self.open(Kind::Attribute, role, e.range);
                self.name(node, e.attr.as_str());
                self.data(node).is_store = e.ctx != ExprContext::Load;
                self.expression(&e.value, Role::Value);
                self.close(node);
            }
            Expr::Call(e) => {
                let node = self.open(Kind::Call, role, e.range());
                self.expression(&e.func, Role::Callee);
                self.arguments(&e.arguments, Role::Argument);
                self.close(node);
            }
            Expr::Await(e) => self.unary(Kind::Await, role, e.range, Some(&e.value)),
            Expr::StringLiteral(e) => {
                self.leaf(Kind::Str, role, e.range, e.value.to_str());
            }
            Expr::FString(_) | Expr::TString(_) => self.interpolated(expression, role),
            Expr::BytesLiteral(e) => self.bare_expression(Kind::Bytes, role, e.range),
            Expr::NumberLiteral(e) => {
                let text = self.text.get(e.range.start().to_usize()..e.range.end().to_usize());
                self.leaf(Kind::Number, role, e.range, text.unwrap_or_default());
            }
            Expr::BooleanLiteral(e) => {
                self.bare_expression(if e.value { Kind::True } else { Kind::False }, role, e.range);
            }
            Expr::NoneLiteral(e) => self.bare_expression(Kind::None, role, e.range),
            Expr::EllipsisLiteral(e) => self.bare_expression(Kind::Ellipsis, role, e.range),
            Expr::BoolOp(e) => {
                let node = self.open(Kind::BoolOp, role, e.range);
                self.data(node).operator = if e.op == BoolOp::And { Operator::And } else { Operator::Or };
                for value in &e.values {
                    self.expression(value, Role::Item);
                }
                self.close(node);
            }
            Expr::Named(e) => {
                let node = self.open(Kind::Named, role, e.range);
                self.expression(&e.value, Role::Value);
                self.target(&e.target, Role::Target, BindingKind::Named);
                self.close(node);
            }
            Expr::BinOp(e) => {
                let node = self.open(Kind::BinOp, role, e.range);
                self.data(node).operator = operator(e.op);
                self.expression(&e.left, Role::Left);
                self.expression(&e.right, Role::Right);
                self.close(node);
            }
            Expr::UnaryOp(e) => {
                let node = self.open(Kind::UnaryOp, role, e.range);
                self.data(node).operator = match e.op {
                    UnaryOp::Not => Operator::Not,
                    UnaryOp::USub => Operator::Minus,
                    _ => Operator::Arithmetic,
                };
                self.expression(&e.operand, Role::Value);
                self.close(node);
            }
            Expr::Lambda(e) => self.lambda(e, role),
            Expr::If(e) => {
                let node = self.open(Kind::Conditional, role, e.range);
                self.expression(&e.test, Role::Test);
                self.expression(&e.body, Role::Body);
                self.expression(&e.orelse, Role::Orelse);
                self.close(node);
            }
            Expr::Dict(_) => self.dictionary(expression, role),
            Expr::Set(e) => self.list(Kind::Set, role, e.range, &e.elts),
            Expr::List(e) => self.list(Kind::List, role, e.range, &e.elts),
            Expr::Tuple(e) => self.list(Kind::Tuple, role, e.range, &e.elts),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::Generator(_) | Expr::DictComp(_) => {
                self.comprehension(expression, role);
            }
            Expr::Yield(e) => self.unary(Kind::Yield, role, e.range, e.value.as_deref()),
            Expr::YieldFrom(e) => self.unary(Kind::YieldFrom, role, e.range, Some(&e.value)),
            Expr::Compare(e) => {
                let node = self.open(Kind::Compare, role, e.range);
                self.data(node).operator = e.ops.first().map_or(Operator::Nothing, |op| comparison(*op));
                self.expression(&e.left, Role::Left);
                for comparator in &e.comparators {
                    self.expression(comparator, Role::Right);
                }
                self.close(node);
            }
            Expr::Subscript(e) => {
                let node = self.open(Kind::Subscript, role, e.range);
                self.data(node).is_store = e.ctx != ExprContext::Load;
                self.expression(&e.value, Role::Value);
                self.expression(&e.slice, Role::Index);
                self.close(node);
            }
            Expr::Starred(e) => {
                let node = self.open(Kind::Starred, role, e.range);
                self.expression(&e.value, Role::Item);
                self.close(node);
            }
            Expr::Slice(e) => {
                let node = self.open(Kind::Slice, role, e.range);
                self.optional(e.lower.as_deref(), Role::Left);
                self.optional(e.upper.as_deref(), Role::Right);
                self.optional(e.step.as_deref(), Role::Item);
                self.close(node);
            }
            Expr::IpyEscapeCommand(e) => self.bare_expression(Kind::Invalid, role, e.range),
        }
    }

    fn bare_expression(&mut self, kind: Kind, role: Role, range: TextRange) {
        let node = self.open(kind, role, range);
        self.close(node);
    }

    fn arguments(&mut self, arguments: &Arguments, role: Role) {
        for argument in &arguments.args {
            self.expression(argument, role);
        }
        for keyword in &arguments.keywords {
            let node = self.open(Kind::Keyword, role, keyword.range);
            if let Some(name) = &keyword.arg {
                self.name(node, name.as_str());
            }
            self.expression(&keyword.value, Role::Value);
            self.close(node);
        }
    }

    #[inline(never)]
    fn lambda(&mut self, e: &ruff_python_ast::ExprLambda, role: Role) {
        let node = self.open(Kind::Lambda, role, e.range);
        let outer = self.enter_scope(ScopeKind::Lambda, node);
        if let Some(parameters) = &e.parameters {
            self.parameters(parameters, outer);
        }
        self.expression(&e.body, Role::Body);
        self.scope = outer;
        self.close(node);
    }

    #[inline(never)]
    fn dictionary(&mut self, expression: &Expr, role: Role) {
        let Expr::Dict(e) = expression else { return };
        let node = self.open(Kind::Dict, role, e.range);
        for item in e {
            let start = item.key.as_ref().map_or(item.value.start(), Ranged::start);
            let inner = self.open(Kind::DictItem, Role::Item, TextRange::new(start, item.value.end()));
            self.optional(item.key.as_ref(), Role::Key);
            self.expression(&item.value, Role::Value);
            self.close(inner);
        }
        self.close(node);
    }

    #[inline(never)]
    fn comprehension(&mut self, expression: &Expr, role: Role) {
        let (kind, generators): (_, &[Comprehension]) = match expression {
            Expr::ListComp(e) => (Kind::ListComp, &e.generators),
            Expr::SetComp(e) => (Kind::SetComp, &e.generators),
            Expr::Generator(e) => (Kind::Generator, &e.generators),
            Expr::DictComp(e) => (Kind::DictComp, &e.generators),
            _ => return,
        };
        let node = self.open(kind, role, expression.range());
        let outer = self.enter_scope(ScopeKind::Comprehension, node);
        for clause in generators {
            let inner = self.open(Kind::Comprehension, Role::Clause, clause.range);
            self.data(inner).is_async = clause.is_async;
            self.expression(&clause.iter, Role::Iterable);
            self.target(&clause.target, Role::Target, BindingKind::Comprehension);
            for condition in &clause.ifs {
                self.expression(condition, Role::Test);
            }
            self.close(inner);
        }
        match expression {
            Expr::ListComp(e) => self.expression(&e.elt, Role::Value),
            Expr::SetComp(e) => self.expression(&e.elt, Role::Value),
            Expr::Generator(e) => self.expression(&e.elt, Role::Value),
            Expr::DictComp(e) => {
                self.optional(e.key.as_deref(), Role::Key);
                self.expression(&e.value, Role::Value);
            }
            _ => {}
        }
        self.scope = outer;
        self.close(node);
    }

    #[inline(never)]
    fn interpolated(&mut self, expression: &Expr, role: Role) {
        let node = self.open(Kind::FString, role, expression.range());
        match expression {
            Expr::FString(e) => {
                for part in e.value.iter() {
                    match part {
                        FStringPart::Literal(literal) => {
                            self.leaf(Kind::Str, Role::Item, literal.range, &literal.value);
                        }
                        FStringPart::FString(string) => {
                            for element in &string.elements {
                                self.element(element);
                            }
                        }
                    }
                }
            }
            Expr::TString(e) => {
                for element in e.value.elements() {
                    self.element(element);
                }
            }
            _ => {}
        }
        self.close(node);
    }

    fn element(&mut self, element: &InterpolatedStringElement) {
        match element {
            InterpolatedStringElement::Literal(literal) => {
                self.leaf(Kind::Str, Role::Item, literal.range, &literal.value);
            }
            InterpolatedStringElement::Interpolation(hole) => {
                self.expression(&hole.expression, Role::Value);
                if let Some(spec) = &hole.format_spec {
                    for element in &spec.elements {
                        if let InterpolatedStringElement::Interpolation(_) = element {
                            self.element(element);
                        }
                    }
                }
            }
        }
    }
}

fn operator(op: AstOperator) -> Operator {
    match op {
        AstOperator::Add => Operator::Add,
        AstOperator::Sub => Operator::Subtract,
        AstOperator::Mult => Operator::Multiply,
        AstOperator::Mod => Operator::Modulo,
        AstOperator::BitOr => Operator::BitOr,
        _ => Operator::Arithmetic,
    }
}

fn comparison(op: CmpOp) -> Operator {
    match op {
        CmpOp::Eq => Operator::Equal,
        CmpOp::NotEq => Operator::NotEqual,
        CmpOp::Lt => Operator::Less,
        CmpOp::LtE => Operator::LessEqual,
        CmpOp::Gt => Operator::Greater,
        CmpOp::GtE => Operator::GreaterEqual,
        CmpOp::Is => Operator::Is,
        CmpOp::IsNot => Operator::IsNot,
        CmpOp::In => Operator::In,
        CmpOp::NotIn => Operator::NotIn,
    }
}

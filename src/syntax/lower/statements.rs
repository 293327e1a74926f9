//! Statements, with what they bind and the scopes that they open.

use ruff_python_ast::{Decorator, ElifElseClause, ExceptHandler, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Lowering, operator};
use crate::syntax::tree::{BindingKind, Kind, NodeId, Operator, Role, ScopeId, ScopeKind};

impl Lowering<'_> {
    pub(super) fn block(&mut self, body: &[Stmt], role: Role) {
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

    pub(super) fn statement(&mut self, statement: &Stmt) {
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

    pub(super) fn bare(&mut self, kind: Kind, range: TextRange) {
        let node = self.open(kind, Role::Item, range);
        self.close(node);
    }

    pub(super) fn optional_block(&mut self, body: &[Stmt], role: Role) {
        if !body.is_empty() {
            self.block(body, role);
        }
    }

    #[inline(never)]
    pub(super) fn function(&mut self, def: &ruff_python_ast::StmtFunctionDef) {
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
    pub(super) fn class(&mut self, def: &ruff_python_ast::StmtClassDef) {
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
    pub(super) fn start_behind_decorators(&mut self, node: NodeId, decorators: &[Decorator], keyword: &str) {
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

    pub(super) fn decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            let node = self.open(Kind::Decorator, Role::Decorator, decorator.range);
            self.expression(&decorator.expression, Role::Value);
            self.close(node);
        }
    }

    /// The parameters are bound in the function's scope; their annotations and defaults are read in the outer one.
    #[inline(never)]
    pub(super) fn parameters(&mut self, parameters: &Parameters, outer: ScopeId) {
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

    pub(super) fn clause(&mut self, clause: &ElifElseClause) {
        let node = self.open(Kind::Clause, Role::Clause, clause.range);
        self.optional(clause.test.as_ref(), Role::Test);
        self.block(&clause.body, Role::Body);
        self.close(node);
    }

    #[inline(never)]
    pub(super) fn with(&mut self, s: &ruff_python_ast::StmtWith) {
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
    pub(super) fn match_statement(&mut self, s: &ruff_python_ast::StmtMatch) {
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

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
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

    pub(super) fn patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.pattern(pattern);
        }
    }

    pub(super) fn capture(&mut self, name: &ruff_python_ast::Identifier) {
        let node = self.leaf(Kind::Name, Role::Target, name.range, name.as_str());
        self.data(node).is_store = true;
        self.bind_named(BindingKind::Pattern, node);
    }

    #[inline(never)]
    pub(super) fn try_statement(&mut self, s: &ruff_python_ast::StmtTry) {
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
    pub(super) fn import(&mut self, s: &ruff_python_ast::StmtImport) {
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
    pub(super) fn import_from(&mut self, s: &ruff_python_ast::StmtImportFrom) {
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
}

//! Expressions, and targets of assignments.

use ruff_python_ast::{
    Arguments, BoolOp, Comprehension, Expr, ExprContext, FStringPart, InterpolatedStringElement, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::{Lowering, comparison, operator};
use crate::syntax::tree::{BindingKind, Kind, Operator, Role, ScopeKind};

impl Lowering<'_> {
    pub(super) fn optional(&mut self, expression: Option<&Expr>, role: Role) {
        if let Some(expression) = expression {
            self.expression(expression, role);
        }
    }

    /// An expression that is assigned to.
    pub(super) fn target(&mut self, expression: &Expr, role: Role, kind: BindingKind) {
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

    pub(super) fn targets(
        &mut self,
        node_kind: Kind,
        role: Role,
        range: TextRange,
        items: &[Expr],
        kind: BindingKind,
    ) {
        let node = self.open(node_kind, role, range);
        self.data(node).is_store = true;
        for item in items {
            self.target(item, Role::Item, kind);
        }
        self.close(node);
    }

    pub(super) fn list(&mut self, kind: Kind, role: Role, range: TextRange, items: &[Expr]) {
        let node = self.open(kind, role, range);
        for item in items {
            self.expression(item, Role::Item);
        }
        self.close(node);
    }

    pub(super) fn unary(&mut self, kind: Kind, role: Role, range: TextRange, value: Option<&Expr>) {
        let node = self.open(kind, role, range);
        self.optional(value, Role::Value);
        self.close(node);
    }

    pub(super) fn expression(&mut self, expression: &Expr, role: Role) {
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

    pub(super) fn bare_expression(&mut self, kind: Kind, role: Role, range: TextRange) {
        let node = self.open(kind, role, range);
        self.close(node);
    }

    pub(super) fn arguments(&mut self, arguments: &Arguments, role: Role) {
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
    pub(super) fn lambda(&mut self, e: &ruff_python_ast::ExprLambda, role: Role) {
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
    pub(super) fn dictionary(&mut self, expression: &Expr, role: Role) {
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
    pub(super) fn comprehension(&mut self, expression: &Expr, role: Role) {
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
    pub(super) fn interpolated(&mut self, expression: &Expr, role: Role) {
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

    pub(super) fn element(&mut self, element: &InterpolatedStringElement) {
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

//! Parses Python and lowers the parser's tree to the flat [`Tree`]: the one walk over a file. It also finds the
//! scopes and bindings, since both are known here at no further cost.

mod expressions;
mod reading;
mod statements;

use ruff_python_ast::{CmpOp, Operator as AstOperator, Stmt};
use ruff_text_size::{Ranged, TextRange};

pub use reading::parse;

use super::shapes::Layout;
use super::tree::{
    Binding, BindingId, BindingKind, Kind, NodeData, NodeId, Operator, Role, Scope, ScopeId, ScopeKind, Tree,
};
use super::{Symbol, Symbols, SyntaxProblem};

/// Longer strings are not interned: no rule compares them whole.
const LONGEST_NAME: usize = 160;

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

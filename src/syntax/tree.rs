//! A flat syntax tree: all nodes of a file in one vector, in the order in which Python evaluates them.
//!
//! A node's descendants are the nodes behind it up to its `end`, so 'everything below this call' is a slice, and
//! the enclosing constructs are reached through `parent`. What Python evaluates first stands first: the value of
//! an assignment before its targets, the iterable of a loop before its variable, the clauses of a comprehension
//! before its element. A smaller number therefore means 'earlier', whatever the layout of the source.

use rustc_hash::FxHashMap;

use super::{Symbol, SyntaxProblem};
use crate::report::Shape;

pub type NodeId = u32;
pub type ScopeId = u32;
pub type BindingId = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Module,
    // Statements
    Block,
    FunctionDef,
    ClassDef,
    Return,
    Delete,
    TypeAlias,
    Assign,
    AugAssign,
    AnnAssign,
    For,
    While,
    If,
    /// An `elif` (it has a test) or `else` clause.
    Clause,
    With,
    WithItem,
    Match,
    Case,
    Pattern,
    Raise,
    Try,
    Handler,
    Assert,
    Import,
    ImportFrom,
    Alias,
    Global,
    Nonlocal,
    ExprStatement,
    Pass,
    Break,
    Continue,
    Decorator,
    Parameter,
    // Expressions
    Name,
    Attribute,
    Call,
    /// `name=value` in a call, or `**value` with an empty name.
    Keyword,
    Await,
    Str,
    FString,
    Bytes,
    Number,
    True,
    False,
    None,
    Ellipsis,
    BoolOp,
    Named,
    BinOp,
    UnaryOp,
    Lambda,
    Conditional,
    Dict,
    /// `key: value`, or `**value` without a key.
    DictItem,
    Set,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Comprehension,
    Yield,
    YieldFrom,
    Compare,
    Subscript,
    Starred,
    List,
    Tuple,
    Slice,
    Invalid,
}

/// What a node is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The only or the plain sort of child.
    Item,
    Callee,
    Argument,
    Value,
    Target,
    Test,
    Body,
    Orelse,
    Final,
    Handler,
    Decorator,
    Parameter,
    Annotation,
    Returns,
    Default,
    Base,
    Iterable,
    Context,
    Subject,
    Key,
    Index,
    Left,
    Right,
    Exception,
    Cause,
    Clause,
    Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Nothing,
    Add,
    Subtract,
    Multiply,
    Modulo,
    BitOr,
    Arithmetic,
    And,
    Or,
    Not,
    Minus,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

#[derive(Clone, Copy, Debug)]
pub struct NodeData {
    pub kind: Kind,
    pub role: Role,
    pub operator: Operator,
    /// `async def`, `async for`, `async with`; for a comprehension clause `async for`.
    pub is_async: bool,
    /// A name, attribute or subscript that is assigned to or deleted.
    pub is_store: bool,
    pub parent: NodeId,
    /// One behind the last descendant.
    pub end: NodeId,
    /// Byte offsets.
    pub start: u32,
    pub stop: u32,
    /// The identifier, attribute, keyword or parameter name, the module of an import, or the value of a short
    /// string; empty otherwise.
    pub name: Symbol,
    pub scope: ScopeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    Comprehension,
}

#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    pub node: NodeId,
    pub parent: ScopeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    Import,
    ImportFrom,
    Function,
    Class,
    Parameter,
    Assignment,
    Augmented,
    Annotated,
    Loop,
    With,
    Except,
    Named,
    Comprehension,
    Pattern,
    Delete,
}

#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub kind: BindingKind,
    pub name: Symbol,
    pub scope: ScopeId,
    /// The name, alias, definition, parameter or handler that binds.
    pub node: NodeId,
    /// The binding of the same name in the same scope that stands before this one.
    pub previous: Option<BindingId>,
    /// How many stand before this one.
    pub(super) depth: u32,
    /// One further back, so that a place is found in a long chain in few steps; the first binding's is itself.
    pub(super) jump: BindingId,
    /// The smallest node from this binding to the one before `jump`.
    pub(super) lowest: NodeId,
}

/// A parsed file.
#[derive(Default)]
pub struct Tree {
    pub nodes: Vec<NodeData>,
    pub scopes: Vec<Scope>,
    pub bindings: Vec<Binding>,
    /// The last binding of a name in a scope.
    pub last_binding: FxHashMap<(ScopeId, Symbol), BindingId>,
    /// `global` and `nonlocal` declarations: the scope that a name really belongs to.
    pub declared: FxHashMap<(ScopeId, Symbol), ScopeId>,
    pub problems: Vec<SyntaxProblem>,
    /// What the text was, where it was not a module as it stands.
    pub shape: Option<Shape>,
    /// Whether something is awaited outside any function.
    pub awaits_at_top: bool,
    pub calls: Vec<NodeId>,
    /// `def` and `lambda`.
    pub functions: Vec<NodeId>,
    pub classes: Vec<NodeId>,
    /// Plain, augmented and annotated.
    pub assignments: Vec<NodeId>,
    pub raises: Vec<NodeId>,
    pub returns: Vec<NodeId>,
    pub yields: Vec<NodeId>,
    pub handlers: Vec<NodeId>,
    pub dictionaries: Vec<NodeId>,
    pub subscripts: Vec<NodeId>,
    /// `import` and `from … import`.
    pub imports: Vec<NodeId>,
    /// `for` and `while`.
    pub loops: Vec<NodeId>,
    /// `with` and `async with`.
    pub withs: Vec<NodeId>,
    pub ifs: Vec<NodeId>,
}

impl Tree {
    /// The name of the function around a body that was given without its heading.
    pub const UNNAMED: &str = "…";

    /// The direct children, in order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.nodes[node as usize].end;
        let mut next = node + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = next;
            next = self.nodes[child as usize].end;
            Some(child)
        })
    }

    /// The first direct child in a role.
    pub fn child(&self, node: NodeId, role: Role) -> Option<NodeId> {
        self.children(node).find(|&child| self.nodes[child as usize].role == role)
    }

    /// All bindings of a name in a scope, the last one first.
    pub fn bindings_of(&self, scope: ScopeId, name: Symbol) -> impl Iterator<Item = BindingId> + '_ {
        self.bindings_from(self.last_binding.get(&(scope, name)).copied())
    }

    /// A binding, and those of the same name in the same scope that stand before it, the last one first.
    pub fn bindings_from(&self, last: Option<BindingId>) -> impl Iterator<Item = BindingId> + '_ {
        let mut next = last;
        std::iter::from_fn(move || {
            let binding = next?;
            next = self.bindings[binding as usize].previous;
            Some(binding)
        })
    }

    /// Of a binding, and of those of the same name in the same scope before it, those that stand before a node, the last
    /// one first.
    pub fn bindings_before(
        &self,
        last: Option<BindingId>,
        node: NodeId,
    ) -> impl Iterator<Item = BindingId> + '_ {
        let mut next = last;
        std::iter::from_fn(move || {
            loop {
                let binding = next?;
                let data = &self.bindings[binding as usize];
                if data.jump != binding && data.lowest >= node {
                    next = Some(data.jump);
                    continue;
                }
                next = data.previous;
                if data.node < node {
                    return Some(binding);
                }
            }
        })
    }
}

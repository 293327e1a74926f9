//! Text to trees. The only module that names the parsers' crates: everything above works on [`Tree`].

mod depth;
mod kind;
mod lines;
mod lower;
mod symbol;
mod tree;
mod yaml;

pub use kind::kind_of;
pub use lines::LineIndex;
pub use lower::parse;
pub use symbol::{Symbol, Symbols};
pub use tree::{
    Binding, BindingId, BindingKind, Kind, NodeData, NodeId, Operator, Role, Scope, ScopeId, ScopeKind, Tree,
};
pub use yaml::{Yaml, YamlId, parse_yaml};

/// A stretch of a text that keeps it from being read as it stands; byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    pub start: u32,
    pub end: u32,
    pub message: String,
}

//! Text to trees. The only module that names the parsers' crates: everything above works on [`Tree`].

mod caddyfile;
mod depth;
mod dockerfile;
mod environment;
mod kind;
mod lines;
mod lower;
mod shapes;
mod symbol;
mod template;
mod tree;
mod yaml;

pub use caddyfile::{Directive, read_caddyfile};
pub use dockerfile::{Assignment, CommandLine, Instruction, InstructionKind, read_dockerfile};
pub use environment::{Variable, read_environment};
pub use kind::kind_of;
pub use lines::LineIndex;
pub use lower::parse;
pub use symbol::{Symbol, Symbols};
pub use template::{Action, Template, read_template};
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

/// A stretch of a text, with what it says once quotes and escapes are read; byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: Box<str>,
    pub start: u32,
    pub end: u32,
}

//! Environment variables that code reads.

use crate::file_names::is_example;
use crate::report::FileKind;
use crate::semantic::deployment::Span;
use crate::semantic::types::Type;
use crate::semantic::{Model, Node, Place};
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role};

/// A place that reads an environment variable by its name.
#[derive(Clone, Copy)]
pub struct EnvironmentRead<'m> {
    pub at: Node<'m>,
    pub name: &'m str,
    /// What is taken where the variable is not set.
    pub default: Option<Node<'m>>,
}

impl<'m> EnvironmentRead<'m> {
    /// What is taken where the variable is not set: the default, or what stands behind an `or`.
    pub fn otherwise(self) -> Option<Node<'m>> {
        let behind = || {
            let choice = self
                .at
                .parent()
                .filter(|choice| choice.is(Kind::BoolOp) && choice.operator() == Operator::Or)?;
            choice.children().last().filter(|last| *last != self.at)
        };
        self.default.filter(|default| !default.is_none()).or_else(behind)
    }
}

impl<'m> Node<'m> {
    /// `os.getenv("NAME")` or `os.environ["NAME"]`, where the name is written out.
    fn environment_read(self) -> Option<EnvironmentRead<'m>> {
        match self.kind() {
            Kind::Call if self.does(Tag::ReadsEnvironment) => {
                let name = self.argument_or_keyword(0, "key")?.string()?;
                Some(EnvironmentRead { at: self, name, default: self.argument_or_keyword(1, "default") })
            }
            Kind::Subscript if self.role() != Role::Target => {
                self.child(Role::Value).filter(|value| value.names("os.environ"))?;
                let name = self.child(Role::Index).filter(|index| index.is(Kind::Str))?.name();
                Some(EnvironmentRead { at: self, name, default: None })
            }
            _ => None,
        }
    }

    /// Whether this read of a variable only asks whether it is set, so that not set is an answer as well:
    /// `if os.getenv("NAME") is not None`, `if version := os.getenv("NAME")`, `bool(os.getenv("NAME"))`.
    pub fn asks_whether_set(self) -> bool {
        self.parent().is_some_and(|parent| match parent.kind() {
            Kind::Compare => parent.child(Role::Right).is_some_and(|right| right.is(Kind::None)),
            Kind::If | Kind::Conditional => self.role() == Role::Test,
            Kind::Named | Kind::BoolOp => parent.role() == Role::Test,
            Kind::UnaryOp => true,
            Kind::Call => parent.callee().is_some_and(|callee| callee.names("builtins.bool")),
            _ => false,
        })
    }

    /// Whether this read of a variable is what is tried when the caller, or the configuration, said nothing:
    /// `config.get("project") or os.getenv("PROJECT")`, or `if not key: key = os.getenv("KEY")`.
    pub fn is_last_resort(self) -> bool {
        let is_told = |part: Node<'m>| {
            part.as_parameter().is_some()
                || part.is(Kind::Attribute)
                || part.callee_name() == "get"
                || part.is(Kind::Subscript)
        };
        let asks_others =
            |part: Node<'m>| is_told(part) && !part.descendants().any(|it| it.environment_read().is_some());
        let behind_or = || {
            let Some(choice) =
                self.parent().filter(|it| it.is(Kind::BoolOp) && it.operator() == Operator::Or)
            else {
                return false;
            };
            choice
                .children()
                .take_while(|part| *part != self)
                .any(|part| asks_others(part) || part.assigned_value().is_some_and(asks_others))
        };
        let behind_if = || {
            let statement = self.statement();
            let Some(branch) = statement.parent().and_then(Node::parent).filter(|it| it.is(Kind::If)) else {
                return false;
            };
            statement.value() == Some(self)
                && statement.targets().filter(|target| target.is(Kind::Name)).any(|target| {
                    branch.child(Role::Test).is_some_and(|test| {
                        let mut names =
                            test.descendants_of(Kind::Name).filter(|it| it.symbol() == target.symbol());
                        let is_open = test.is(Kind::Compare) && test.operator() == Operator::Is
                            || test.is(Kind::UnaryOp) && test.operator() == Operator::Not;
                        is_open
                            && names.any(|name| {
                                asks_others(name) || name.assigned_value().is_some_and(asks_others)
                            })
                    })
                })
        };
        behind_or() || behind_if()
    }

    /// What a value may be where an environment variable is not set: the default of a read in it, or the last of
    /// several alternatives (`os.getenv("A") or "x"`).
    pub fn environment_default(self) -> Option<Node<'m>> {
        let value = self.resolved_value();
        value.descendants_of(Kind::Call).find_map(|call| call.environment_read()?.default)
    }

    /// The value behind an attribute of a given module, or the default of a given class's field, where that is what the
    /// attribute names: `config.ORIGINS`, `settings.cors_origins`.
    pub fn configured_value(self) -> Option<Node<'m>> {
        if !self.is(Kind::Attribute) {
            return None;
        }
        let model: &'m Model<'m> = self.model;
        match self.receiver()?.ty() {
            Type::Module(file) => {
                let tree = &model.files[file as usize].tree;
                let mut bindings = tree.bindings_of(0, model.symbol(self.name())?);
                let (Some(binding), None) = (bindings.next(), bindings.next()) else { return None };
                let target = model.node(Place { file, node: tree.bindings[binding as usize].node });
                target
                    .parent()
                    .filter(|parent| matches!(parent.kind(), Kind::Assign | Kind::AnnAssign))?
                    .value()
            }
            Type::Object(class) => {
                let field = model.fields(class).into_iter().find(|field| field.name == self.name())?;
                let made = || field.options()?.keyword("default_factory")?.child(Role::Body);
                field.default().filter(|default| Some(*default) != field.options()).or_else(made)
            }
            _ => None,
        }
    }
}

impl<'s> Model<'s> {
    /// The variables that the given `.env.example` files document, those in comments included, each with its place.
    pub fn documented_variables(&self) -> Vec<(&str, Span)> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            if data.kind == FileKind::Environment && is_example(data.path) {
                found.extend(data.environment.iter().map(|variable| {
                    let name = &variable.name;
                    (&*name.text, Span { file, start: name.start, end: name.end })
                }));
            }
        }
        found
    }

    /// The text in the code that this position is in; nothing for a comment.
    pub fn literal_at(&self, file: u32, at: u32) -> Option<Node<'_>> {
        let nodes = &self.files[file as usize].tree.nodes;
        let found = nodes.iter().position(|data| {
            matches!(data.kind, Kind::Str | Kind::FString) && data.start <= at && at < data.stop
        })?;
        Some(self.node(crate::semantic::Place { file, node: found as u32 }))
    }

    /// All places that read an environment variable by its name.
    pub fn environment_reads(&self) -> Vec<EnvironmentRead<'_>> {
        let calls = self.calls_doing(Tag::ReadsEnvironment).filter_map(Node::environment_read);
        let subscripts = self.nodes(|tree| &tree.subscripts).filter_map(Node::environment_read);
        crate::sorted::sorted(calls.chain(subscripts).collect(), &|one, other| {
            one.at.place().cmp(&other.at.place())
        })
    }
}

/// Variables that the operating system, the user's session or the cluster sets: they configure nothing of the application's own.
pub fn is_system_variable(name: &str) -> bool {
    const NAMES: [&str; 19] = [
        "HOME",
        "PATH",
        "HOSTNAME",
        "COMPUTERNAME",
        "USER",
        "USERNAME",
        "LOGNAME",
        "LNAME",
        "USERPROFILE",
        "SHELL",
        "PWD",
        "TMPDIR",
        "TEMP",
        "TMP",
        "LANG",
        "TERM",
        "COLUMNS",
        "APPDATA",
        "LOCALAPPDATA",
    ];
    // A cluster tells each container by which address it is reached.
    NAMES.contains(&name) || ["XDG_", "KUBERNETES_SERVICE_"].iter().any(|start| name.starts_with(start))
}

/// Variables that the system, or the platform on which a service runs, sets.
pub fn is_platform_variable(name: &str) -> bool {
    const NAMES: [&str; 7] = ["PORT", "HOST", "TZ", "CI", "EDITOR", "VIRTUAL_ENV", "NO_COLOR"];
    const STARTS: [&str; 11] = [
        "PYTHON",
        "PYTEST",
        "KUBERNETES_",
        "AWS_",
        "OTEL_",
        "GITHUB_",
        "CUDA_",
        "OMP_",
        "NVIDIA_",
        "HTTP_PROXY",
        "SSL_",
    ];
    is_system_variable(name) || NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

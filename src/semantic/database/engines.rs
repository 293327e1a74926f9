//! Which database code talks to.

use crate::semantic::Node;
use crate::syntax::Kind;

/// Which database an engine talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    PostgreSql,
    MySql,
    MariaDb,
    Sqlite,
}

impl Database {
    /// The database that the scheme of an address names: `postgresql+asyncpg://…`.
    fn of_address(text: &str) -> Option<Self> {
        let scheme = text.split([':', '+']).next().filter(|scheme| scheme.len() < text.len())?;
        match scheme.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" => Some(Self::PostgreSql),
            "mysql" => Some(Self::MySql),
            "mariadb" => Some(Self::MariaDb),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }
}

impl<'m> Node<'m> {
    /// Whether the engine made here talks to a file of SQLite where nobody chooses another address.
    pub fn is_mostly_for_a_file(self) -> bool {
        let speaks_of_it = |value: Node<'m>| value.source().contains("sqlite");
        self.argument_or_keyword(0, "url").is_some_and(|url| {
            let by_default = || url.resolved_value().configured_value().map(Node::resolved_value);
            speaks_of_it(url.resolved_value()) || by_default().is_some_and(speaks_of_it)
        }) || self
            .keyword("connect_args")
            .is_some_and(|options| options.source().contains("check_same_thread"))
    }

    /// The database that the engine made here talks to: by its address, or by the one kind of address that the function
    /// around it writes down or checks for.
    pub fn database(self) -> Option<Database> {
        let scheme_of = |node: Node<'m>| match node.kind() {
            Kind::Str => Database::of_address(node.name()),
            Kind::FString => {
                let text = node.source().trim_start_matches(|c: char| c.is_ascii_alphabetic());
                Database::of_address(text.trim_start_matches(['"', '\'']))
            }
            // `"sqlite:///{}".format(path)`
            Kind::Call if node.callee_name() == "format" => Database::of_address(node.receiver()?.string()?),
            _ => None,
        };
        // What a given function writes together is an address as well.
        let of_helper = |address: Node<'m>| {
            let function: Node<'m> = self.model.node(address.target()?);
            let mut told =
                function.own_returns().filter_map(Node::value).map(|it| scheme_of(it.resolved_value()));
            let first = told.next()??;
            told.all(|other| other == Some(first)).then_some(first)
        };
        let address = self.argument_or_keyword(0, "url").map(Node::resolved_value);
        if let Some(known) = address.and_then(|address| scheme_of(address).or_else(|| of_helper(address))) {
            return Some(known);
        }
        // Only SQLite's driver has this option.
        let options = self.keyword("connect_args").map(Node::resolved_value);
        if options.is_some_and(|options| options.dictionary_value("check_same_thread").is_some()) {
            return Some(Database::Sqlite);
        }
        let mut found: Vec<Database> = self.function()?.descendants().filter_map(scheme_of).collect();
        found.dedup();
        match found.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

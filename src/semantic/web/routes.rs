//! Which paths the given application serves: routes with the prefixes of all routers around them, and mounted
//! applications.

use crate::semantic::{Model, Node, Place};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

/// Routers that include routers are followed this deep.
const DEEPEST: u32 = 5;
/// More ways than these to reach a router are not counted.
const MOST_PREFIXES: usize = 32;

/// The paths of all given routes, in every place in which their router is included.
pub struct ServedPaths<'m> {
    pub routes: Vec<ServedRoute<'m>>,
    /// Under these, other applications or files answer.
    mounted: Vec<String>,
    /// Every path and prefix is written out, and every router that is included was given, or its prefix.
    pub is_complete: bool,
    /// The same, but for routers that were not given and are included without a prefix.
    pub is_written_out: bool,
    /// A router that was not given is included, below one of `mounted`.
    pub has_unseen_routers: bool,
}

pub struct ServedRoute<'m> {
    pub path: String,
    pub handler: Node<'m>,
    /// The call that makes the application, or the router that is included nowhere.
    pub root: Option<Place>,
}

struct Inclusion {
    /// The call that made the router, and the one that made what it is included in.
    router: Place,
    parent: Option<Place>,
    prefix: String,
}

impl ServedPaths<'_> {
    /// Whether a request for this path is answered, by a route or by something that is mounted.
    pub fn serves(&self, path: &str) -> bool {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        self.mounted.iter().any(|prefix| path.starts_with(prefix.as_str()))
            || self.routes.iter().any(|route| matches(&route.path, path))
            || matches!(path.trim_end_matches('/'), "/docs" | "/redoc" | "/openapi.json")
    }
}

/// Whether a path fits a route's: `/silos/{silo_id}` takes any one part.
fn matches(route: &str, path: &str) -> bool {
    let (mut route, mut path) =
        (route.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(pattern), Some(_)) if pattern.contains(":path}") => return true,
            (Some(pattern), Some(part)) if pattern == part || pattern.contains('{') => {}
            _ => return false,
        }
    }
}

impl<'s> Model<'s> {
    /// The calls that build an application for production.
    pub fn apps(&self) -> impl Iterator<Item = Node<'_>> {
        self.known_calls()
            .map(|(call, _)| call)
            .filter(|call| !call.is_outside_production() && call.makes_app())
    }

    pub fn served_paths(&self) -> ServedPaths<'_> {
        let mut served = ServedPaths {
            routes: Vec::new(),
            mounted: Vec::new(),
            is_complete: false,
            is_written_out: true,
            has_unseen_routers: false,
        };
        let mut has_routers_at_root = false;
        let mut inclusions: Vec<Inclusion> = Vec::new();
        for call in self.calls().filter(|call| !call.source_file().is_test) {
            has_routers_at_root |= self.mount(call, &mut inclusions, &mut served);
        }
        for handler in self.functions().filter(|function| !function.source_file().is_test) {
            let Some(decorator) = handler.route() else { continue };
            let path = decorator.argument_or_keyword(0, "path");
            let Some(path) = path.filter(|path| path.is(Kind::Str)) else {
                served.is_written_out = false;
                continue;
            };
            let router = decorator.receiver().and_then(Node::constructed_by);
            let prefixes = match router {
                Some(router) => prefixes_of(router, &inclusions, 0, &mut served.is_written_out),
                None => {
                    served.is_written_out = false;
                    vec![(String::new(), None)]
                }
            };
            for (prefix, root) in prefixes {
                served.routes.push(ServedRoute { path: prefix + path.name(), handler, root });
            }
        }
        served.is_complete = served.is_written_out && !has_routers_at_root;
        served
    }

    /// Takes down what a call mounts; whether that is a router that was not given, without a prefix.
    fn mount(&self, call: Node<'_>, inclusions: &mut Vec<Inclusion>, served: &mut ServedPaths<'_>) -> bool {
        let name = call.callee_name();
        if matches!(name, "mount" | "Mount") {
            match call.argument_or_keyword(0, "path").and_then(Node::string) {
                Some(path) if path.starts_with('/') && path.len() > 1 => served.mounted.push(path.to_owned()),
                // Mounted at the root, or at a path that is not written out.
                _ if call.does(Tag::MountsRouter) => served.is_written_out = false,
                _ => {}
            }
            return false;
        }
        if matches!(name, "add_api_route" | "add_route" | "Route") {
            served.is_written_out = false;
            return false;
        }
        if !call.does(Tag::MountsRouter) {
            return false;
        }
        let prefix = match call.keyword("prefix") {
            None if !call.has_hidden_arguments() => Some(""),
            None => None,
            Some(prefix) => prefix.string(),
        };
        let router = call.argument_or_keyword(0, "router").and_then(Node::constructed_by);
        match (router, prefix) {
            (Some(router), Some(prefix)) => inclusions.push(Inclusion {
                router: router.place(),
                parent: call.receiver().and_then(Node::constructed_by).map(Node::place),
                prefix: prefix.to_owned(),
            }),
            // A router of another file: all that it serves is below the prefix, of an application.
            (None, Some(prefix))
                if prefix.starts_with('/')
                    && prefix.len() > 1
                    && call.receiver().is_some_and(|app| app.is_a(ClassTag::App)) =>
            {
                served.mounted.push(prefix.to_owned());
                served.has_unseen_routers = true;
            }
            (None, Some("")) if call.receiver().is_some_and(|app| app.is_a(ClassTag::App)) => return true,
            _ => served.is_written_out = false,
        }
        false
    }
}

/// What stands before the paths of a router, its own prefix included, and the application or the outermost router; one
/// for each place that includes it.
fn prefixes_of(
    router: Node<'_>,
    inclusions: &[Inclusion],
    depth: u32,
    complete: &mut bool,
) -> Vec<(String, Option<Place>)> {
    let own = match router.keyword("prefix") {
        None => "",
        Some(prefix) => prefix.string().unwrap_or_else(|| {
            *complete = false;
            ""
        }),
    };
    let mut found: Vec<(String, Option<Place>)> = Vec::new();
    for inclusion in inclusions.iter().filter(|inclusion| inclusion.router == router.place()) {
        let outer = match inclusion.parent {
            Some(parent) if depth < DEEPEST => {
                prefixes_of(router.model.node(parent), inclusions, depth + 1, complete)
            }
            _ => vec![(String::new(), None)],
        };
        for (prefix, root) in outer {
            if found.len() < MOST_PREFIXES {
                found.push((prefix + &inclusion.prefix + own, root));
            }
        }
    }
    if found.is_empty() {
        found.push((own.to_owned(), Some(router.place())));
    }
    found
}

impl<'m> Node<'m> {
    /// Whether this call builds an application.
    pub fn makes_app(self) -> bool {
        self.api()
            .is_some_and(|api| api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::App)))
    }
}

impl<'m> Node<'m> {
    /// Whether this answers for an application that is made in a function around it and served there to this machine
    /// alone: handed to a server without a host, or with the loopback address.
    pub fn is_of_a_local_app(self) -> bool {
        let outermost = std::iter::successors(self.function(), |function| function.function()).last();
        let Some(function) = outermost else { return false };
        let is_app = |part: Node<'m>| {
            part.is_a(ClassTag::App) && part.constructed_by().is_some_and(|made| function.contains(made))
        };
        let is_server = |call: &Node<'m>| {
            call.callee().and_then(Node::path).is_some_and(|path| path.starts_with("uvicorn."))
                && call.argument_or_keyword(0, "app").is_some_and(is_app)
        };
        let is_local = |server: Node<'m>| match server.keyword("host") {
            Some(host) => {
                matches!(host.resolved_value().string(), Some("127.0.0.1" | "localhost" | "::1"))
            }
            None => server.argument(1).is_none() && !server.has_hidden_arguments(),
        };
        let mut servers = function.calls_within().filter(is_server).peekable();
        servers.peek().is_some() && servers.all(is_local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_routes() {
        assert!(matches("/silos/{silo_id}/files", "/silos/3/files/"));
        assert!(matches("/static/{name:path}", "/static/a/b"));
        assert!(!matches("/health", "/healthz"));
        assert!(!matches("/health", "/health/ready"));
        assert!(matches("/", "/"));
    }
}

//! What the application object keeps for its handlers: `app.state.graph = …`, read as `request.app.state.graph`.

use rustc_hash::FxHashMap;

use crate::report::FileKind;
use crate::semantic::{FunctionRole, Model, Node, Place};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role, Symbol};

/// The values that `app.state` is given, by their names.
pub(in crate::semantic) type ApplicationState = FxHashMap<Symbol, Vec<Place>>;

impl<'s> Model<'s> {
    /// What `app.state.name` was given, if the given files do that in one place.
    pub(in crate::semantic) fn application_value(&self, name: Symbol) -> Option<Node<'_>> {
        // To find what is kept, types are asked for, which may ask for what is kept: then it is not known yet.
        if self.application_state.get().is_none() && self.finds_application_state.replace(true) {
            return None;
        }
        let kept = self.application_state.get_or_init(|| self.find_application_state());
        match kept.get(&name).map(Vec::as_slice) {
            Some([value]) => Some(self.node(*value)),
            _ => None,
        }
    }

    fn find_application_state(&self) -> ApplicationState {
        let mut found = ApplicationState::default();
        for assignment in self.assignments().filter(|assignment| !assignment.source_file().is_test) {
            for target in assignment.targets().filter(|target| target.is(Kind::Attribute)) {
                if target.is_in_application_state()
                    && let Some(value) = assignment.child(Role::Value).filter(|value| !value.is(Kind::None))
                {
                    found.entry(target.symbol()).or_default().push(value.place());
                }
            }
        }
        found
    }
}

impl<'m> Node<'m> {
    /// Whether this is `app.state.name`, by the type of the application or by the usual name.
    pub fn is_in_application_state(self) -> bool {
        // `state = request.app.state`, then `state.graph`.
        let written = |state: Node<'m>| match state.kind() {
            Kind::Name if matches!(state.name(), "state" | "app_state") => state.assigned_value(),
            Kind::Attribute => Some(state),
            _ => None,
        };
        let state = self.receiver().and_then(written);
        let Some(state) = state.filter(|state| state.is(Kind::Attribute) && state.name() == "state") else {
            return false;
        };
        state
            .receiver()
            .is_some_and(|app| matches!(app.name(), "app" | "application") || app.is_a(ClassTag::App))
    }
}

impl<'s> Model<'s> {
    /// Whether any function of the given files handles requests.
    pub fn shows_handlers(&self) -> bool {
        *self
            .shows_handlers
            .get_or_init(|| self.functions().any(|function| function.plays(FunctionRole::Handler)))
    }

    /// Whether handlers were given, with the routers that they belong to, and none of the files speaks of cookies, or of
    /// passwords that a browser keeps.
    pub fn is_without_cookies(&self) -> bool {
        const NAMES: [&str; 8] = [
            "set_cookie",
            "cookies",
            "cookie",
            "Cookie",
            "SessionMiddleware",
            "APIKeyCookie",
            "CookieTransport",
            "HTTPBasic",
        ];
        self.shows_handlers()
            && (self.python().nth(1).is_some() || self.calls_doing(Tag::MountsRouter).next().is_none())
            && NAMES.iter().all(|name| self.symbol(name).is_none())
    }

    /// Whether the given files are served to several users, perhaps by several processes.
    pub fn is_a_service(&self) -> bool {
        self.has_app()
            || self.shows_handlers()
            || self.files.iter().any(|file| {
                matches!(file.kind, FileKind::Dockerfile | FileKind::Kubernetes | FileKind::Compose)
            })
    }
}

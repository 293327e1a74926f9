//! Responses that code makes: their status, what the client sees of them, and whether an error reaches the client at all.

use crate::semantic::{Model, Node};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// A response, or an HTTP error that becomes one.
pub struct Response<'m> {
    pub call: Node<'m>,
    pub body: Option<Node<'m>>,
    pub headers: Option<Node<'m>>,
    pub status: Option<u16>,
}

/// Functions that hand on what others return are followed this far.
const FARTHEST: u32 = 3;

impl<'m> Node<'m> {
    /// What this handler answers with: the values that it returns and, where one is what a given function returns, those of
    /// that one.
    pub fn answered_values(self) -> Vec<Node<'m>> {
        let mut found = Vec::new();
        self.add_answered_values(&mut found, 0);
        found
    }

    fn add_answered_values(self, found: &mut Vec<Node<'m>>, depth: u32) {
        for value in self.own_returns().filter_map(Node::value) {
            let model: &'m Model<'m> = self.model;
            let asked = value.unwrapped().target().map(|place| model.node(place));
            match asked.filter(|it| depth < FARTHEST && it.is(Kind::FunctionDef) && !it.is_generator()) {
                Some(function) => function.add_answered_values(found, depth + 1),
                None => found.push(value),
            }
        }
    }
}

impl<'m> Node<'m> {
    /// The response, or the HTTP error, that this call makes.
    pub fn response(self) -> Option<Response<'m>> {
        let api = self.api().filter(|api| api.is_constructor)?;
        let class = api.class?;
        let is_error = class.has(ClassTag::HttpError);
        if !is_error && !class.has(ClassTag::Response) {
            return None;
        }
        let given = |name: &str| {
            let index = api.callable.parameters.iter().position(|parameter| *parameter == name);
            self.argument_or_keyword(index.unwrap_or(usize::MAX), name)
        };
        let status = match given("status_code") {
            Some(status) => status.http_status(),
            None if is_error => None,
            None => Some(200),
        };
        let body = given(if is_error { "detail" } else { "content" });
        Some(Response { call: self, body, headers: given("headers"), status })
    }

    /// Whether it is the status of a response that the code answers with: `response.status_code`.
    pub fn is_status_of_response(self) -> bool {
        self.is(Kind::Attribute)
            && self.name() == "status_code"
            && self.receiver().is_some_and(|response| response.is_a(ClassTag::Response))
    }

    /// Whether an `except` clause takes HTTP errors.
    pub fn catches_http_errors(self) -> bool {
        self.catches_everything()
            || self.caught_classes().into_iter().any(|class| {
                class.model.type_has(class.model.instance_of_class(class.ty()), ClassTag::HttpError)
                    || class.name().ends_with("HTTPException")
            })
    }

    /// Whether an HTTP error that this function raises ends in a clause of every caller, so that no client sees it.
    pub fn callers_keep_http_errors(self) -> bool {
        self.is_kept_by_callers(0)
    }

    fn is_kept_by_callers(self, depth: u32) -> bool {
        let model = self.model;
        let calls = model.callers_of(self.place());
        if depth > 3 || calls.is_empty() || self.route().is_some() {
            return false;
        }
        calls.iter().map(|&call| model.node(call)).all(|call| {
            let stopped = call.enclosing_tries().any(|attempt| {
                attempt
                    .handlers()
                    .find(|handler| handler.catches_http_errors())
                    .is_some_and(|handler| handler.descendants_of(Kind::Raise).next().is_none())
            });
            stopped || call.function().is_some_and(|caller| caller.is_kept_by_callers(depth + 1))
        })
    }
}

impl Response<'_> {
    /// Whether it has a `Retry-After` header, as far as the code shows.
    pub fn says_when_to_return(&self) -> Option<bool> {
        let names_it = |node: Node<'_>| {
            node.descendants()
                .any(|text| text.is(Kind::Str) && text.name().eq_ignore_ascii_case("retry-after"))
        };
        if let Some(headers) = self.headers {
            let value = headers.resolved_value();
            let is_whole =
                value.is(Kind::Dict) && value.children().all(|item| item.child(Role::Key).is_some());
            return match (names_it(value), is_whole) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            };
        }
        // Set on the response afterwards, or by the clause that handles the error.
        let later = self.call.function().is_some_and(names_it);
        (!later && !self.call.has_hidden_arguments()).then_some(false)
    }
}

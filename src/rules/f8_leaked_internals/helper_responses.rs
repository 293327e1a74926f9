//! Responses that a given function makes out of what it is handed: `problem(500, str(error))`.

use crate::semantic::{Node, Response, has_word};
use crate::syntax::Kind;

/// The response that a call of such a function stands for, where it hands in a part of an exception.
pub fn response(call: Node<'_>) -> Option<Response<'_>> {
    let function = call.model.node(call.target()?);
    let inner =
        function.own_returns().filter_map(Node::value).find_map(|value| value.resolved_value().response())?;
    let shown = inner.body?;
    let is_shown = |name: &str| shown.mentions(name);
    let rest = function.parameters().find(|parameter| parameter.source().starts_with("**"));
    let handed = |parameter: Node<'_>| call.argument_for(function, parameter).is_some();
    let mut body = None;
    let mut status = inner.status;
    for parameter in function.parameters() {
        let Some(argument) = call.argument_for(function, parameter) else { continue };
        if is_shown(parameter.name()) && body.is_none_or(|body: Node<'_>| body.leak().is_none()) {
            body = Some(argument);
        }
        if status.is_none() && has_word(parameter.name(), &["status", "code"]) {
            status = argument.http_status();
        }
    }
    if rest.is_some_and(|rest| is_shown(rest.name()))
        && body.is_none_or(|body: Node<'_>| body.leak().is_none())
    {
        let is_own = |keyword: &Node<'_>| {
            function.parameters().any(|parameter| parameter.name() == keyword.name() && handed(parameter))
        };
        let values = call.keywords().filter(|keyword| !is_own(keyword)).filter_map(Node::value);
        body = values.max_by_key(|value| value.leak().map(|leak| leak.text)).or(body);
    }
    // What the helper makes of the exception itself is its own matter: only a text is shown as it is.
    let is_exception = |body: Node<'_>| body.is(Kind::Name) && body.caught_by().is_some();
    // What it sends of itself was looked at where it does so; only a leak that is handed in is news.
    body.filter(|body| !is_exception(*body) && body.leak().is_some()).map(|body| Response {
        call,
        body: Some(body),
        headers: Some(call),
        status,
    })
}

//! Answers that tell a browser, by a header of their own, that every page may read them. Refusals and what everybody may
//! read anyway keep it quiet.

use super::ORIGINS;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, has_word};
use crate::syntax::{Kind, Role};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for header in model.written_headers() {
        if !header.name.eq_ignore_ascii_case("access-control-allow-origin")
            || header.at.is_outside_production()
        {
            continue;
        }
        // Among the headers that a client sends it means nothing.
        let is_request = header
            .at
            .surroundings()
            .find(|node| node.is(Kind::Call))
            .is_some_and(|call| call.api().is_some_and(|api| api.callable.crosses.is_some()));
        let is_star = header.value.string() == Some("*");
        let lets_in_all = is_star || reflects(header.value);
        if !findings.asks_whether(
            header.at,
            ORIGINS,
            "every origin is let in",
            lets_in_all,
            [
                "it is `*`, or the caller's own origin sent back",
                "it is neither `*` nor the caller's own origin, or a list is asked before",
            ],
        ) {
            continue;
        }
        let (message, note) = match is_star {
            true => ("any page on the web may read this answer", "matches every origin"),
            false => (
                "every origin is told that it may read this answer",
                "sends the caller's own origin back, whoever it is",
            ),
        };
        let is_harmless = is_request || is_public(header.at) || is_on_a_refusal(header.at);
        if !findings.asks_whether(
            header.at,
            ORIGINS,
            "there is something in the answer to read",
            !is_harmless,
            [
                "nothing says otherwise",
                "it is a request, a refusal, or an answer that everybody may read anyway",
            ],
        ) {
            continue;
        }
        // With a star no cookie is sent: a page needs a key of its own.
        let (severity, message) = match message.strip_prefix("any page on the web") {
            Some(rest) if asks_for_a_key(header.at) => {
                (Severity::Medium, format!("any page on the web that is given a key{rest}"))
            }
            _ => (Severity::High, message.to_owned()),
        };
        // Which paths these are, and whether they are open to everybody anyway, is said elsewhere.
        let certainty = match header.at.is_chosen_by_path() && !allows_credentials(header.at) {
            true => Certainty::Question,
            false => Certainty::Sure,
        };
        findings
            .report(header.at, severity, certainty, message)
            .because(header.value, note)
            .conforming("Compare the origin with the list of this app first: `if origin in app.agent_cors_origins: …`, and add `Vary: Origin`.");
    }
}

/// Whether it stands on an answer of 4xx that says the same to everybody: there is nothing in it to read.
fn is_on_a_refusal(at: Node<'_>) -> bool {
    at.surroundings().filter(|node| node.is(Kind::Call)).any(|call| {
        let status = call.keyword("status_code").and_then(Node::http_status);
        let body = call.argument_or_keyword(0, "content");
        status.is_some_and(|status| (400..500).contains(&status))
            && body.is_none_or(|body| {
                body.is_constant()
                    || (body.is(Kind::Dict)
                        && body.children().all(|item| item.child(Role::Value).is_some_and(Node::is_constant)))
            })
    })
}

/// Whether the same function also lets browsers send cookies and credentials.
fn allows_credentials(at: Node<'_>) -> bool {
    let outermost = std::iter::successors(at.function(), |function| function.function()).last();
    outermost.is_some_and(|function| {
        function.descendants_of(Kind::Str).any(|text| {
            text.name().eq_ignore_ascii_case("access-control-allow-credentials")
                && !text.ancestors().any(|around| around.is(Kind::Delete))
        })
    })
}

/// Whether the route around this place depends on something that wants to know who asks.
fn asks_for_a_key(at: Node<'_>) -> bool {
    let says = |name: &str| {
        has_word(name, &["key", "auth", "authenticated", "user", "login", "token", "credentials", "security"])
    };
    std::iter::successors(at.function(), |function| function.function())
        .flat_map(Node::parameters)
        .flat_map(Node::calls_within)
        .any(|call| call.model.dependency_of(call).is_some_and(|dependency| says(dependency.name())))
}

/// Whether what is answered is for everybody anyway: files of the page, and what stands under `/.well-known`.
fn is_public(at: Node<'_>) -> bool {
    let serves_files = at.class().is_some_and(|class| {
        let bases = class.children().filter(|child| child.role() == Role::Base);
        bases.chain([class]).any(|named| has_word(named.name(), &["static"]))
    });
    serves_files
        || at.function().is_some_and(|function| {
            function.source().contains("/.well-known/")
                || function.full_route_path().starts_with("/.well-known")
        })
}

/// Whether it is the request's own origin, and nothing has compared it with a list.
fn reflects(value: Node<'_>) -> bool {
    let resolved = value.resolved_value();
    let reads_origin =
        resolved.descendants().any(|node| node.is(Kind::Str) && node.name().eq_ignore_ascii_case("origin"))
            && resolved.descendants().any(|node| node.name() == "headers");
    let is_compared = value.function().is_some_and(|function| {
        function.descendants_of(Kind::Compare).any(|compared| {
            (value.is(Kind::Name) && compared.mentions(value.name())) || compared.source().contains("origin")
        }) || value.surroundings().any(|node| {
            node.is(Kind::If)
                && node.child(Role::Test).is_some_and(|test| test.descendants_of(Kind::Call).next().is_some())
        })
    });
    reads_origin && !is_compared
}

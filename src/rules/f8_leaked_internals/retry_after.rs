//! Refusals that do not say when to come back: a 429 or a 503 without `Retry-After`, and a limiter that sends none.
//!
//! Quiet where waiting does not help: what is not set up, what is too large, and the answers of probes.

use crate::explanation::Answer;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FunctionRole, Model, Node, Response, has_word, words_of};
use crate::syntax::{Kind, Role};

/// Words that speak of what is set up, or is not.
const SETTINGS: [&str; 10] = [
    "configured",
    "configuration",
    "config",
    "enabled",
    "disabled",
    "installed",
    "settings",
    "getenv",
    "environ",
    "unconfigured",
];

/// What somebody who sets a service up has to give it.
const GIVEN: [&str; 16] = [
    "key",
    "keys",
    "token",
    "secret",
    "password",
    "credential",
    "credentials",
    "variable",
    "variables",
    "env",
    "environment",
    "dependency",
    "dependencies",
    "package",
    "module",
    "license",
];

const PROBES: [&str; 9] =
    ["health", "healthz", "healthcheck", "ready", "readyz", "readiness", "live", "livez", "liveness"];

const NO_RETURN: &str = "a refusal that does not say when to come back";

pub fn check(response: &Response<'_>, findings: &mut Findings<'_>) {
    let Some(status @ (429 | 503)) = response.status else { return };
    let call = response.call;
    let is_raised = call.role() == Role::Exception;
    if is_raised && call.function().is_some_and(Node::is_a_handler_of_jobs) {
        return;
    }
    let says = response.says_when_to_return();
    let lacks = says.map_or(Answer::NotKnown, |says| Answer::from(!says));
    findings.asks(call, NO_RETURN, "it has no `Retry-After`", lacks, &|| match says {
        Some(true) => format!("the {status} has the header"),
        Some(false) => format!("no header of the {status} says when to come back"),
        None => "its headers are not written out".to_owned(),
    });
    let is_lasting = status == 503 && says == Some(false) && !comes_back(call, call);
    if status == 503 && says == Some(false) {
        findings.asks(call, NO_RETURN, "waiting helps", !is_lasting, &|| match is_lasting {
            true => "it is a probe's answer, or about something that is not set up: that stays so".to_owned(),
            false => "what was there has failed, and may come back".to_owned(),
        });
    }
    match says {
        Some(true) => findings.conforms(call, format!("the {status} says when to come back")),
        Some(false) if is_lasting => {}
        // Waiting makes no room: what the status tells is another matter.
        Some(false) if status == 429 && call.is_about_size_alone() => {}
        Some(false) => {
            let severity = if status == 429 { Severity::Medium } else { Severity::Low };
            findings
                .report(
                    call,
                    severity,
                    Certainty::Sure,
                    format!("the {status} does not say when to come back"),
                )
                .because(call, "it has no `Retry-After` header, so clients cannot know when to try again")
                .conforming("Say how many seconds to wait: `headers={\"Retry-After\": \"30\"}`.");
        }
        None => {}
    }
}

/// Whether waiting helps: something that was there has failed. A probe asks again on its own schedule, and what was
/// never installed, configured or switched on is not there a minute later either. What is told with the status stands in
/// `told`.
fn comes_back(call: Node<'_>, told: Node<'_>) -> bool {
    let is_probe = call.function().is_some_and(|function| {
        let words = [words_of(function.name()), words_of(function.route_path())].concat();
        words.iter().any(|word| PROBES.contains(&word.as_str()))
    });
    if is_probe {
        return false;
    }
    // What is not set up is not set up a minute later either: the answer says so, or the exception that led to it.
    let says_so = |node: Node<'_>| {
        node.descendants()
            .filter(|part| matches!(part.kind(), Kind::FString | Kind::Str))
            .any(|part| is_setting(part.source()))
    };
    if says_so(told) {
        return false;
    }
    if let Some(handler) = call.enclosing_handler() {
        return !handler.caught_classes().into_iter().any(|class| {
            let raised = handler.raised_for(class);
            class.name().ends_with("NotFoundError")
                || class.name() == "ImportError"
                || is_setting(class.name())
                || (!raised.is_empty() && raised.into_iter().all(says_so))
        });
    }
    // `if not await store.is_up():` asks the other side; a setting or a missing object does not change by waiting.
    call.surroundings()
        .find(|node| node.is(Kind::If))
        .and_then(|branch| branch.child(Role::Test))
        .is_some_and(|test| {
            let mut asked = test.descendants_of(Kind::Call).peekable();
            let setting = test.descendants().any(|node| node.is(Kind::None) || is_setting(node.name()));
            asked.peek().is_some() && !setting && !asked.any(|asked| asked.callee_name() == "getattr")
        })
}

/// Whether a name or a text speaks of what is set up. That something is missing, or is to be enabled, tells it in a
/// name, and in a sentence only with what is: the answer of another service may be missing as well.
fn is_setting(text: &str) -> bool {
    let has = |known: &[&str]| has_word(text, known);
    if has(&SETTINGS) {
        return true;
    }
    if !text.contains(char::is_whitespace) {
        return has(&["missing", "enable"]);
    }
    // `SEARCH_URL`, `SEARCH=1`
    let names_variable = || {
        text.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | '.'))
            .any(|word| {
                let name = word.split('=').next().unwrap_or(word);
                (name.contains('_') || name.len() < word.len())
                    && name.len() > 2
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            })
    };
    let lower = text.to_ascii_lowercase();
    // What is filled in is the name of what is not there.
    let misses_named =
        || ["missing {", "missing: {", "} is missing", "} missing"].iter().any(|it| lower.contains(it));
    let demands = || {
        lower.split(['.', ';', ':', '!', ',', '(', '"', '\'']).any(|part| {
            let part = part.trim_start();
            part.starts_with("enable ") || part.starts_with("please enable ")
        })
    };
    (has(&["missing"]) && (has(&GIVEN) || names_variable() || misses_named()))
        || (has(&["enable"]) && (names_variable() || demands()))
}

/// `response.status_code = 429`, or 503, without a word on when to come back.
pub fn check_set_status(assignment: Node<'_>, findings: &mut Findings<'_>) {
    if !assignment.targets().any(Node::is_status_of_response) {
        return;
    }
    let Some(status @ (429 | 503)) = assignment.value().and_then(Node::http_status) else { return };
    let says = assignment.function().is_some_and(|function| {
        function.descendants_of(Kind::Str).any(|text| text.name().eq_ignore_ascii_case("retry-after"))
    });
    // What the client is told stands beside the status.
    let told = assignment.parent().unwrap_or(assignment);
    if says || (status == 503 && !comes_back(assignment, told)) {
        return;
    }
    let severity = if status == 429 { Severity::Medium } else { Severity::Low };
    findings
        .report(assignment, severity, Certainty::Sure, format!("the {status} does not say when to come back"))
        .because(assignment, "no `Retry-After` header goes with it, so clients cannot know when to try again")
        .conforming("Say how many seconds to wait: `response.headers[\"Retry-After\"] = \"30\"`.");
}

/// A limiter that sends its 429 without headers.
pub fn check_limiter(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(api) = call.api().filter(|api| api.is_constructor) else { return };
    let Some(class) = api.class else { return };
    let headers = api.callable.parameters.iter().position(|parameter| *parameter == "headers_enabled");
    if let Some(index) = headers
        && !call.has_hidden_arguments()
        && call.argument_or_keyword(index, "headers_enabled").is_none_or(|value| value.is(Kind::False))
        && !has_own_refusal(call.model, class.name)
    {
        findings
            .report(call, Severity::Low, Certainty::Sure, "the limiter's 429 does not say when to come back")
            .because(call, "`headers_enabled` is off unless it is set")
            .conforming("Turn its headers on: `headers_enabled=True`.");
    }
}

/// Whether the project answers the limiter's exception by a function of its own.
fn has_own_refusal(model: &Model<'_>, limiter: &str) -> bool {
    let package = limiter.split('.').next();
    model.functions().filter(|function| function.plays(FunctionRole::ExceptionHandler)).any(|function| {
        function.handled_exception().is_some_and(|handled| {
            handled.http_status() == Some(429)
                || handled.path().is_some_and(|path| path.split('.').next() == package)
        })
    })
}

//! F8: exceptions shown to clients, codes that mislead them, and refusals that do not say when to come back.

use super::Findings;
use crate::explanation::Answer as Lacks;
use crate::report::{Certainty, Severity};
use crate::semantic::{FunctionRole, Model, Node, Type, is_masking_name, words_of};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// Attributes that hold a part of an exception's text. Others, such as `detail`, `message` and
/// `status_code`, are chosen by whoever raised it.
const TELLING: [&str; 8] =
    ["args", "orig", "stderr", "strerror", "filename", "__cause__", "__context__", "__traceback__"];

/// Words that speak of what is set up, or is not.
const SETTINGS: [&str; 12] = [
    "configured",
    "configuration",
    "config",
    "enable",
    "enabled",
    "disabled",
    "installed",
    "missing",
    "settings",
    "getenv",
    "environ",
    "unconfigured",
];

const PROBES: [&str; 9] =
    ["health", "healthz", "healthcheck", "ready", "readyz", "readiness", "live", "livez", "liveness"];

/// What is known of the exception whose text is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    /// Written for clients, or by people who know that it is shown.
    Harmless,
    /// One of Python's own: fine as the answer to a wrong request, not as that to a failure.
    Plain,
    /// Written for operators: SQL, hosts, paths.
    Operator,
    /// Whatever comes.
    Anything,
    Trace,
}

struct Leak<'m> {
    text: Text,
    /// Where the exception is caught, or the function that handles it.
    caught: Node<'m>,
    /// Where its text is taken.
    shown: Node<'m>,
}

/// A response of an error status, raised or returned.
struct Answer<'m> {
    call: Node<'m>,
    body: Option<Node<'m>>,
    headers: Option<Node<'m>>,
    status: Option<u16>,
}

/// An HTTP error that a broad `except` clause of its own function catches.
struct Swallowed<'m> {
    raised: Node<'m>,
    status: Option<u16>,
    handler: Node<'m>,
    /// What the client gets in its place, and with which status.
    outcome: Node<'m>,
    new: Option<u16>,
}

/// The defects that are told condition by condition.
const SHOWS: &str = "an exception's text in an answer";
const NO_RETURN: &str = "a refusal that does not say when to come back";
const BLAMES: &str = "a failure of the server's own, told as the client's mistake";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let swallowed: Vec<Swallowed> = model
        .handlers()
        .filter(|handler| !handler.is_outside_production())
        .filter_map(swallowed_by)
        .collect();
    for lost in &swallowed {
        report_swallowed(lost, findings);
    }
    for call in model.calls().filter(|call| !call.is_outside_production()) {
        if let Some(answer) = answer(call).or_else(|| answer_of_helper(call)) {
            let lost = swallowed.iter().any(|lost| lost.outcome.contains(call));
            check_answer(&answer, lost, findings);
            check_blame(&answer, findings);
        } else if call.does(Tag::Responds)
            && let Some(leak) = call.argument(0).and_then(leak_in)
        {
            report_leak(call, &leak, None, findings);
        } else if call.does(Tag::EndsConnection)
            && let Some(leak) = call.keyword("reason").and_then(leak_in)
            && !only_validates(leak.caught)
        {
            report_leak(call, &leak, None, findings);
        }
        check_configuration(call, findings);
    }
    for raise in model.raises().filter(|raise| !raise.is_outside_production()) {
        check_told(raise, findings);
    }
    for assignment in model.assignments().filter(|assignment| !assignment.is_outside_production()) {
        check_set_status(assignment, findings);
    }
    for function in model.functions().filter(|function| !function.is_outside_production()) {
        if function.route().is_some() {
            for returned in function.own_returns() {
                if !swallowed.iter().any(|lost| lost.outcome == returned) {
                    check_returned(returned, function, findings);
                }
            }
        }
        if function.mcp_tool().is_some() {
            // The text of an exception that a tool raises is sent by the server as well; a trace is not.
            for returned in function.own_returns() {
                let leak = returned.value().and_then(leak_in).filter(|leak| leak.text == Text::Trace);
                if let Some(leak) = leak {
                    report_leak(returned, &leak, None, findings);
                }
            }
        }
        if function.is_generator() && (function.route().is_some() || function.feeds_response()) {
            for sent in function.own_yields() {
                if let Some(leak) =
                    sent.child(Role::Value).and_then(|value| leak_in(value).or_else(|| handed_on(value)))
                {
                    report_leak(sent, &leak, None, findings);
                }
            }
        }
    }
}

/// What is handed to a function that was not given, and whose result is sent: `yield event("error", str(error))`.
fn handed_on(value: Node<'_>) -> Option<Leak<'_>> {
    let call = Some(value).filter(|call| call.is(Kind::Call) && call.is_unknown_function())?;
    call.positional().chain(call.keywords().filter_map(Node::value)).find_map(leak_in)
}

// Answers

fn answer(call: Node<'_>) -> Option<Answer<'_>> {
    let api = call.api().filter(|api| api.is_constructor)?;
    let class = api.class?;
    let is_error = class.has(ClassTag::HttpError);
    if !is_error && !class.has(ClassTag::Response) {
        return None;
    }
    let given = |name: &str| {
        let index = api.callable.parameters.iter().position(|parameter| *parameter == name);
        call.argument_or_keyword(index.unwrap_or(usize::MAX), name)
    };
    let status = given("status_code");
    Some(Answer {
        call,
        body: given(if is_error { "detail" } else { "content" }),
        headers: given("headers"),
        status: match status {
            Some(status) => status.http_status(),
            None if is_error => None,
            None => Some(200),
        },
    })
}

/// The same of a call of a given function that makes a response out of what it is handed: `problem(500, str(error))`.
fn answer_of_helper(call: Node<'_>) -> Option<Answer<'_>> {
    let function = call.model.node(call.target()?);
    let inner =
        function.own_returns().filter_map(Node::value).find_map(|value| answer(value.resolved_value()))?;
    let shown = inner.body?;
    let is_shown = |name: &str| shown.mentions(name);
    let rest = function.parameters().find(|parameter| parameter.source().starts_with("**"));
    let handed = |parameter: Node<'_>| call.argument_for(function, parameter).is_some();
    let mut body = None;
    let mut status = inner.status;
    for parameter in function.parameters() {
        let Some(argument) = call.argument_for(function, parameter) else { continue };
        if is_shown(parameter.name()) && body.is_none_or(|body| leak_in(body).is_none()) {
            body = Some(argument);
        }
        if status.is_none()
            && words_of(parameter.name()).iter().any(|word| matches!(word.as_str(), "status" | "code"))
        {
            status = argument.http_status();
        }
    }
    if rest.is_some_and(|rest| is_shown(rest.name())) && body.is_none_or(|body| leak_in(body).is_none()) {
        let is_own = |keyword: &Node<'_>| {
            function.parameters().any(|parameter| parameter.name() == keyword.name() && handed(parameter))
        };
        let values = call.keywords().filter(|keyword| !is_own(keyword)).filter_map(Node::value);
        body = values.max_by_key(|value| leak_in(*value).map(|leak| leak.text)).or(body);
    }
    // What the helper makes of the exception itself is its own matter: only a text is shown as it is.
    let is_exception = |body: Node<'_>| body.is(Kind::Name) && body.caught_by().is_some();
    // What it sends of itself was looked at where it does so; only a leak that is handed in is news.
    body.filter(|body| !is_exception(*body) && leak_in(*body).is_some()).map(|body| Answer {
        call,
        body: Some(body),
        headers: Some(call),
        status,
    })
}

/// An error of the project's own that is given the text of any exception, and whose handler shows that to the client.
fn check_told(raise: Node<'_>, findings: &mut Findings<'_>) {
    let Some(error) = raise.child(Role::Exception).filter(|error| error.is(Kind::Call)) else { return };
    if answer(error).is_some() || !matches!(error.callee().map(Node::ty), Some(Type::Class(_))) {
        return;
    }
    let handed = error.positional().chain(error.keywords().filter_map(Node::value));
    let leak = handed.filter_map(leak_in).max_by_key(|leak| leak.text);
    let Some(leak) = leak.filter(|leak| matches!(leak.text, Text::Anything | Text::Trace)) else { return };
    // Behind a look at the failure it is known what it says.
    let is_sorted = leak.caught.looks_at_failure()
        && raise.surroundings().take_while(|around| *around != leak.caught).any(|around| around.is(Kind::If));
    // Who calls a function that nothing given calls is not known.
    let may_serve = raise.function().is_some_and(|function| {
        function.serves_requests() || raise.model.callers_of(function.place()).is_empty()
    });
    if is_sorted || !may_serve || only_validates(leak.caught) {
        return;
    }
    let Some(shown) = raise.model.shown_by_handler(error) else { return };
    findings
        .report(
            raise,
            Severity::Medium,
            Certainty::Likely,
            format!("{} is put into an error whose handler shows it to the client", shown_text(leak.text)),
        )
        .because(leak.caught, caught_note(&leak))
        .because(leak.shown, format!("{} is taken here", shown_text(leak.text)))
        .because(shown, "answers with what the error was given")
        .conforming("Give the error a sentence written for clients, and keep the cause beside it: `raise … from exc`; log it once.");
}

/// `response.status_code = 429`, without a word on when to come back.
fn check_set_status(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let sets = assignment.targets().any(|target| {
        target.is(Kind::Attribute)
            && target.name() == "status_code"
            && target.receiver().is_some_and(|response| response.is_a(ClassTag::Response))
    });
    if !sets || assignment.value().and_then(Node::http_status) != Some(429) {
        return;
    }
    let says = assignment.function().is_some_and(|function| {
        function.descendants_of(Kind::Str).any(|text| text.name().eq_ignore_ascii_case("retry-after"))
    });
    if !says {
        findings
            .report(assignment, Severity::Medium, Certainty::Sure, "the 429 does not say when to come back")
            .because(
                assignment,
                "no `Retry-After` header goes with it, so clients cannot know when to try again",
            )
            .conforming("Say how many seconds to wait: `response.headers[\"Retry-After\"] = \"30\"`.");
    }
}

fn check_answer(answer: &Answer<'_>, lost: bool, findings: &mut Findings<'_>) {
    let call = answer.call;
    let leak = answer.body.and_then(leak_in);
    if call.role() == Role::Exception {
        let is_late = call.comes_after_the_connection();
        if !findings.asks(
            call,
            SHOWS,
            "it is raised before the answer has begun",
            !is_late,
            &|| match is_late {
                true => "a connection was accepted before it: no status is sent any more".to_owned(),
                false => "no connection was accepted before it".to_owned(),
            },
        ) {
            return;
        }
        let is_caught = call.function().is_some_and(|function| is_caught_by_callers(function, 0));
        if !findings.asks(call, SHOWS, "it reaches the client", !is_caught, &|| match is_caught {
            true => "every caller of this function catches it".to_owned(),
            false => format!("`{}` is raised, and no caller is known to catch it", call.called()),
        }) {
            return;
        }
    }
    findings.asks(call, SHOWS, "its text holds a part of an exception", leak.is_some(), &|| match (
        &leak,
        answer.body,
    ) {
        (Some(leak), _) => format!("`{}` is {}", leak.shown.excerpt(), shown_text(leak.text)),
        (None, Some(body)) => {
            format!("`{}` holds no text of an exception that was not written for clients", body.excerpt())
        }
        (None, None) => "it has no text of its own".to_owned(),
    });
    match leak {
        Some(leak) => shown(answer, &leak, lost, findings),
        None if call.enclosing_handler().is_some()
            && !lost
            && answer.status.is_some_and(|code| code >= 400) =>
        {
            findings.conforms(call, "the exception stays inside: the client gets a sentence written for it");
        }
        None => {}
    }
    check_retry_after(answer, findings);
}

/// An answer whose text holds a part of an exception.
fn shown(answer: &Answer<'_>, leak: &Leak<'_>, lost: bool, findings: &mut Findings<'_>) {
    let call = answer.call;
    // The text says what is wrong with what the client sent.
    let is_about_input = answer.status.is_some_and(|code| code < 500) && only_validates(leak.caught);
    if !findings.asks(call, SHOWS, "it is not about the client's own input", !is_about_input, &|| {
        match is_about_input {
            true => "only the reading of the client's input can fail in this `try`".to_owned(),
            false => "something else than reading the input can fail there".to_owned(),
        }
    }) {
        return;
    }
    // Where the same clause swallows an error as well, that was reported with the text that is shown.
    let is_told = lost || is_repeated_by_broad_clause(leak.caught);
    if !findings.asks(call, SHOWS, "it is told nowhere else", !is_told, &|| match is_told {
        true => "a clause beside this one has the finding".to_owned(),
        false => "no other finding says the same".to_owned(),
    }) {
        return;
    }
    let weighs = weight(leak.text, answer.status).is_some();
    if findings.asks(call, SHOWS, "such a text is a leak in an answer of this status", weighs, &|| {
        let status =
            answer.status.map_or("an unknown status".to_owned(), |status| format!("the status {status}"));
        format!("{} goes out with {status}", shown_text(leak.text))
    }) {
        report_leak(call, leak, answer.status, findings);
    }
}

/// Whether nothing but the reading of a client's input can fail in the `try` of this clause.
fn only_validates(handler: Node<'_>) -> bool {
    let Some(body) = handler.parent().and_then(|attempt| attempt.child(Role::Body)) else { return false };
    let mut calls = body.calls_within().peekable();
    handler.is(Kind::Handler)
        && calls.peek().is_some()
        && calls.all(|call| {
            let builds = call.callee().map(Node::ty);
            let model = call.model;
            call.does(Tag::Validates)
                || call.decodes_request()
                || builds.is_some_and(|class| {
                    matches!(class, Type::Class(_))
                        && model.type_has(model.instance_of_class(class), ClassTag::DataModel)
                })
        })
}

/// Whether a broad clause of the same `try` stands behind this narrow one and shows the text as well: the defect is
/// told there.
fn is_repeated_by_broad_clause(handler: Node<'_>) -> bool {
    let Some(attempt) =
        handler.parent().filter(|_| handler.is(Kind::Handler) && !handler.catches_everything())
    else {
        return false;
    };
    attempt
        .children()
        .filter(|other| other.is(Kind::Handler) && other.id > handler.id && other.catches_everything())
        .any(|broad| {
            broad
                .calls_within()
                .filter_map(answer)
                .any(|answer| answer.body.and_then(leak_in).is_some_and(|leak| leak.caught == broad))
        })
}

fn check_retry_after(answer: &Answer<'_>, findings: &mut Findings<'_>) {
    let Some(status @ (429 | 503)) = answer.status else { return };
    let call = answer.call;
    let says = says_when_to_return(answer);
    let lacks = says.map_or(Lacks::NotKnown, |says| Lacks::from(!says));
    findings.asks(call, NO_RETURN, "it has no `Retry-After`", lacks, &|| match says {
        Some(true) => format!("the {status} has the header"),
        Some(false) => format!("no header of the {status} says when to come back"),
        None => "its headers are not written out".to_owned(),
    });
    if status == 503 && says == Some(false) {
        let comes_back = comes_back(call);
        findings.asks(call, NO_RETURN, "waiting helps", comes_back, &|| match comes_back {
            true => "what was there has failed, and may come back".to_owned(),
            false => {
                "it is a probe's answer, or about something that is not set up: that stays so".to_owned()
            }
        });
    }
    match says {
        Some(true) => findings.conforms(call, format!("the {status} says when to come back")),
        Some(false) if status == 503 && !comes_back(call) => {}
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

/// Whether the answer has a `Retry-After` header, as far as the code shows.
fn says_when_to_return(answer: &Answer<'_>) -> Option<bool> {
    let names_it = |node: Node<'_>| {
        node.descendants().any(|text| text.is(Kind::Str) && text.name().eq_ignore_ascii_case("retry-after"))
    };
    if let Some(headers) = answer.headers {
        let value = headers.resolved_value();
        let is_whole = value.is(Kind::Dict) && value.children().all(|item| item.child(Role::Key).is_some());
        return match (names_it(value), is_whole) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
    }
    // Set on the response afterwards, or by the clause that handles the error.
    let later = answer.call.function().is_some_and(names_it);
    (!later && !answer.call.has_hidden_arguments()).then_some(false)
}

/// Whether waiting helps: something that was there has failed. A probe asks again on its own schedule, and what was
/// never installed, configured or switched on is not there a minute later either.
fn comes_back(call: Node<'_>) -> bool {
    let is_probe = call.function().is_some_and(|function| {
        let words = [words_of(function.name()), words_of(function.route_path())].concat();
        words.iter().any(|word| PROBES.contains(&word.as_str()))
    });
    if is_probe {
        return false;
    }
    // What is not set up is not set up a minute later either: the answer says so, or the exception that led to it.
    let is_setting = |text: &str| words_of(text).iter().any(|word| SETTINGS.contains(&word.as_str()));
    let says_so = |node: Node<'_>| {
        node.descendants()
            .filter(|part| matches!(part.kind(), Kind::FString | Kind::Str))
            .any(|part| is_setting(part.source()))
    };
    if says_so(call) {
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

// What a handler returns

fn check_returned(returned: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = returned.child(Role::Value) else { return };
    if answer(value.resolved_value()).is_some() {
        return;
    }
    if let Some(leak) = leak_in(value) {
        report_leak(returned, &leak, None, findings);
        return;
    }
    // `result["error"] = str(error)`, and `return result`
    let filled = function.own_assignments().find_map(|assignment| {
        let is_entry = |target: Node<'_>| {
            target.is(Kind::Subscript)
                && value.is(Kind::Name)
                && target.child(Role::Value).is_some_and(|table| table.reads_like(value))
        };
        let put = assignment.value().filter(|_| assignment.targets().any(is_entry))?;
        Some((assignment, leak_in(put)?))
    });
    if let Some((assignment, leak)) = filled.filter(|(at, _)| at.id < returned.id) {
        if !findings.has_reported(assignment) {
            report_leak(assignment, &leak, None, findings);
        }
        return;
    }
    // What another function answers is handed on as it is.
    if let Some(place) = value.unwrapped().target() {
        let inner = value.model.node(place);
        for passed in inner.own_returns().filter(|_| inner.route().is_none()) {
            if findings.has_reported(passed) {
                continue;
            }
            let shown = passed.value().filter(|value| answer(value.resolved_value()).is_none());
            if let Some(leak) = shown.and_then(leak_in).filter(|leak| leak.text >= Text::Anything) {
                report_leak(passed, &leak, None, findings);
            }
        }
    }
    let Some(handler) = returned.enclosing_handler() else { return };
    // An extra that is not installed is a feature that is not there.
    if handler
        .caught_classes()
        .iter()
        .any(|class| matches!(class.name(), "ImportError" | "ModuleNotFoundError"))
    {
        return;
    }
    let sets_status = function
        .own_assignments()
        .flat_map(Node::targets)
        .any(|target| target.is(Kind::Attribute) && target.name() == "status_code");
    let body = value.resolved_value();
    if !sets_status && is_error_body(body) {
        findings
            .report(
                returned,
                Severity::Medium,
                Certainty::Likely,
                format!("`{}` answers a failure with status 200", function.name()),
            )
            .because(handler, "something has failed when this clause runs")
            .because(body, "the body tells of the failure, but clients and dashboards go by the status")
            .conforming(
                "Raise it as what it is: `raise HTTPException(500, \"…\")`, with a sentence for the client.",
            );
    }
}

/// `{"error": …}`, `{"success": False, …}`. JSON-RPC has its errors in answers of status 200, and a check that finds
/// something wrong has succeeded.
fn is_error_body(body: Node<'_>) -> bool {
    if !body.is(Kind::Dict) || ["jsonrpc", "valid"].iter().any(|key| body.dictionary_value(key).is_some()) {
        return false;
    }
    let says_no = |name| body.dictionary_value(name).is_some_and(|value| value.is(Kind::False));
    let status = body.dictionary_value("status").and_then(Node::string).unwrap_or_default();
    says_no("success")
        || says_no("ok")
        || matches!(status, "error" | "failed" | "failure")
        || body.dictionary_value("error").is_some_and(|error| !error.is(Kind::None) && !error.is(Kind::False))
}

// Text of exceptions

/// The worst text of an exception that a value contains.
fn leak_in(value: Node<'_>) -> Option<Leak<'_>> {
    value
        .ingredients()
        .into_iter()
        .filter_map(leak_of)
        .filter(|leak| {
            leak.text != Text::Harmless && !is_for_developers(leak.shown) && !is_masked(leak.shown)
        })
        .filter(|leak| !never_runs(leak.caught))
        .max_by_key(|leak| leak.text)
}

/// Whether a function that takes out what must not be seen has seen the text before: what is left is not known.
fn is_masked(shown: Node<'_>) -> bool {
    shown
        .surroundings()
        .take_while(|node| !node.is(Kind::Block))
        .any(|node| node.is(Kind::Call) && is_masking_name(node.callee_name()))
}

/// Whether nothing in the `try` of this clause can fail, as far as it was given.
fn never_runs(caught: Node<'_>) -> bool {
    let attempt = caught.parent().filter(|_| caught.is(Kind::Handler));
    attempt
        .and_then(|attempt| attempt.child(Role::Body))
        .is_some_and(Node::only_calls_what_keeps_its_failures)
}

fn leak_of(leaf: Node<'_>) -> Option<Leak<'_>> {
    if leaf.is(Kind::Call) {
        let caught = leaf.enclosing_handler().or(leaf.function())?;
        return leaf.does(Tag::FormatsTraceback).then_some(Leak { text: Text::Trace, caught, shown: leaf });
    }
    let mut root = leaf;
    while root.is(Kind::Attribute) {
        if !TELLING.contains(&root.name()) {
            return None;
        }
        root = root.receiver()?;
    }
    if is_narrowed(leaf, root) {
        return None;
    }
    if let Some(handler) = root.caught_by() {
        let classes = handler.caught_classes();
        let text = classes.iter().map(|&class| text_caught(class, handler)).max().unwrap_or(Text::Anything);
        return Some(Leak { text, caught: handler, shown: leaf });
    }
    let function = root.as_parameter()?.parent()?;
    let is_exception = function.plays(FunctionRole::ExceptionHandler)
        && function.parameters().nth(1).is_some_and(|parameter| parameter.symbol() == root.symbol());
    if !is_exception {
        return None;
    }
    Some(Leak { text: text_of(function.handled_exception()?), caught: function, shown: leaf })
}

/// What the texts of a class are like that a clause catches: those with which the code in its `try` raises it were
/// written by people who knew, and without a look at a status no address comes with a broken connection.
fn text_caught(class: Node<'_>, handler: Node<'_>) -> Text {
    let model = class.model;
    let instance = model.instance_of_class(class.ty());
    let has = |tag| matches!(instance, Type::Instance(..)) && model.type_has(instance, tag);
    if has(ClassTag::ConnectionError) {
        let body = handler.parent().and_then(|attempt| attempt.child(Role::Body));
        let tells_status = has(ClassTag::StatusError) && body.is_some_and(Node::raises_for_status);
        return if tells_status { text_of(class) } else { Text::Plain };
    }
    match text_of(class) {
        Text::Plain if is_raised_with_own_text(class, handler) => Text::Harmless,
        text => text,
    }
}

/// Whether the project raises this class itself in the `try`, never with the text of another exception.
fn is_raised_with_own_text(class: Node<'_>, handler: Node<'_>) -> bool {
    let raised = handler.raised_for(class);
    !raised.is_empty()
        && raised
            .iter()
            .filter_map(|raise| raise.child(Role::Exception))
            .all(|value| !value.descendants_of(Kind::Name).any(|name| name.caught_by().is_some()))
}

/// What the texts of an exception class are like.
fn text_of(class: Node<'_>) -> Text {
    if class.http_status() == Some(500) {
        return Text::Anything;
    }
    let model = class.model;
    let instance = model.instance_of_class(class.ty());
    match instance {
        Type::Instance(..) if model.type_has(instance, ClassTag::AnyError) => Text::Anything,
        // A class of the project that derives from it has texts of its own.
        Type::Instance(..) if model.type_has(instance, ClassTag::OperatorError) => Text::Operator,
        Type::Foreign(_) if class.path().is_some_and(|path| path.starts_with("builtins.")) => Text::Plain,
        _ => Text::Harmless,
    }
}

/// Inside of `if isinstance(exc, …)` or `if type(exc) is …`, or of `if "not found" in str(exc)`, it is known after all what is shown.
fn is_narrowed(leaf: Node<'_>, root: Node<'_>) -> bool {
    let is_about = |node: Node<'_>| node.descendants_of(Kind::Name).any(|name| name.reads_like(root));
    leaf.surroundings().filter_map(|node| node.child(Role::Test)).any(|test| {
        test.descendants().any(|node| match node.kind() {
            Kind::Call => {
                matches!(node.callee_name(), "isinstance" | "type") && node.argument(0).is_some_and(is_about)
            }
            Kind::Compare => {
                node.operator() == Operator::In
                    && node.child(Role::Left).is_some_and(|text| text.is(Kind::Str))
                    && node.child(Role::Right).is_some_and(is_about)
            }
            _ => false,
        })
    })
}

/// Shown only where a switch for developers is on.
fn is_for_developers(shown: Node<'_>) -> bool {
    shown.surroundings().filter_map(|node| node.child(Role::Test)).any(|test| {
        test.descendants().filter(|node| matches!(node.kind(), Kind::Name | Kind::Attribute)).any(|node| {
            words_of(node.name()).iter().any(|word| matches!(word.as_str(), "debug" | "dev" | "development"))
        })
    })
}

/// Whether the text leaves only where an operator has switched that on, and a sentence in its place otherwise.
fn is_opted_in(at: Node<'_>) -> bool {
    let tells = |value: Node<'_>| leak_in(value).is_some();
    at.is_chosen_by_a_setting(&tells)
}

/// Any failure of what a `try` asks of another system, answered as if the client had made a mistake.
fn check_blame(answer: &Answer<'_>, findings: &mut Findings<'_>) {
    let Some(status) =
        answer.status.filter(|status| matches!(status, 400 | 404 | 409 | 410 | 412 | 415 | 422))
    else {
        return;
    };
    let broad = answer.call.enclosing_handler().filter(|handler| handler.catches_everything());
    findings.asks(answer.call, BLAMES, "a clause that catches everything gives it", broad.is_some(), &|| {
        match (broad, answer.call.enclosing_handler()) {
            (Some(_), _) => format!("{status} is the answer to any exception"),
            (None, Some(narrow)) => format!(
                "the clause in {} catches certain exceptions alone",
                narrow.whereabouts_from(answer.call)
            ),
            (None, None) => "it stands in no `except` clause".to_owned(),
        }
    });
    let Some(handler) = broad else { return };
    let is_last = handler
        .body()
        .and_then(|body| body.children().last())
        .is_some_and(|last| matches!(last.kind(), Kind::Raise | Kind::Return) && last.contains(answer.call));
    let serves = handler.function().is_some_and(Node::serves_requests);
    if !is_last || !serves || handler.looks_at_failure() || findings.has_reported(answer.call) {
        return;
    }
    let Some(asked) =
        handler.parent().and_then(|attempt| attempt.child(Role::Body)).and_then(Node::asks_outside)
    else {
        return;
    };
    // An address that the client gave may well be wrong.
    let goes_where_told = asked.descendants().any(|part| {
        matches!(part.kind(), Kind::Name | Kind::Attribute)
            && words_of(part.name())
                .iter()
                .any(|word| matches!(word.as_str(), "url" | "uri" | "endpoint" | "host" | "address"))
            && part.comes_from_request()
    });
    if goes_where_told {
        return;
    }
    findings
        .report(
            answer.call,
            Severity::Medium,
            Certainty::Likely,
            format!("a failure of the server's own is answered with {status}, as the client's mistake"),
        )
        .because(asked, "may fail for reasons that the client has no part in")
        .because(handler, "whatever it is, the client is told that the request was wrong: it does not try again, and no alert sees a 5xx")
        .conforming("Catch what the client may cause, by its class, for this status; let the rest become a 500 or 503, logged once by the application's handler.");
}

fn report_leak(at: Node<'_>, leak: &Leak<'_>, status: Option<u16>, findings: &mut Findings<'_>) {
    let Some((mut severity, certainty)) = weight(leak.text, status) else { return };
    if at.is_of_a_local_app() {
        severity = Severity::Low;
    } else if severity == Severity::High && passes_answer_on(at, leak) {
        severity = Severity::Medium;
    }
    let administrators = at.function().is_some_and(|function| function.serves_administrators(Some(at)));
    if severity == Severity::High && administrators {
        severity = Severity::Medium;
    }
    let certainty = if is_opted_in(at) { Certainty::Question } else { certainty };
    let what = shown_text(leak.text);
    let reader = if administrators { "administrators" } else { "the client" };
    findings
        .report(at, severity, certainty, format!("{what} is sent to {reader}"))
        .because(leak.caught, caught_note(leak))
        .because(leak.shown, format!("{what} is taken here"))
        .because(at, "and leaves with the response")
        .conforming(remedy(at, leak, status));
}

/// Whether the answer has the status that the failed call had: what a proxy was told is handed on.
fn passes_answer_on(at: Node<'_>, leak: &Leak<'_>) -> bool {
    let status = at.argument_or_keyword(0, "status_code").filter(|_| leak.text == Text::Operator);
    status.is_some_and(|status| {
        status.descendants_of(Kind::Name).any(|name| name.caught_by() == Some(leak.caught))
    })
}

/// Whether an error that this function raises ends in a broad clause of every caller, so that no client sees it.
fn is_caught_by_callers(function: Node<'_>, depth: u32) -> bool {
    let model = function.model;
    let calls = model.callers_of(function.place());
    if depth > 3 || calls.is_empty() || function.route().is_some() {
        return false;
    }
    calls.iter().map(|&call| model.node(call)).all(|call| {
        let stopped = call.enclosing_tries().any(|attempt| {
            attempt
                .children()
                .filter(|child| child.is(Kind::Handler))
                .find(|handler| catches_http_errors(*handler))
                .is_some_and(|handler| handler.descendants_of(Kind::Raise).next().is_none())
        });
        stopped || call.function().is_some_and(|caller| is_caught_by_callers(caller, depth + 1))
    })
}

fn remedy(at: Node<'_>, leak: &Leak<'_>, status: Option<u16>) -> String {
    let logged = leak.caught.calls_within().any(|call| {
        call.log_level().is_some_and(|level| level == "exception" || call.keyword("exc_info").is_some())
    });
    let log = if logged {
        "It is in the log already: answer"
    } else {
        "Log it with `logger.exception(…)` and answer"
    };
    if at.is(Kind::Return) && status.is_none() {
        return format!("{log} with a sentence written for the client in its place.");
    }
    let is_error = at.is(Kind::Call) && at.is_a(ClassTag::HttpError) && at.role() == Role::Exception;
    if !is_error {
        return format!("{log} with a fixed sentence or code.");
    }
    format!("{log} with a fixed sentence: `raise HTTPException({}, \"…\") from exc`.", status.unwrap_or(500))
}

fn weight(text: Text, status: Option<u16>) -> Option<(Severity, Certainty)> {
    let refusal = status.is_some_and(|status| (400..500).contains(&status));
    match (text, refusal) {
        (Text::Harmless, _) | (Text::Plain, true) => None,
        (Text::Plain, false) => {
            status.filter(|&status| status >= 500).map(|_| (Severity::Medium, Certainty::Likely))
        }
        (Text::Operator, true) => Some((Severity::Medium, Certainty::Likely)),
        (Text::Operator, false) => Some((Severity::High, Certainty::Likely)),
        (Text::Anything, true) => Some((Severity::Medium, Certainty::Sure)),
        (Text::Anything | Text::Trace, _) => Some((Severity::High, Certainty::Sure)),
    }
}

fn shown_text(text: Text) -> &'static str {
    match text {
        Text::Trace => "the stack trace",
        Text::Anything => "the text of any exception",
        Text::Operator => "an exception's text, written for operators,",
        Text::Plain | Text::Harmless => "an exception's text",
    }
}

/// Whether a clause takes exceptions that the answer of another system raises.
fn tells_answer(handler: Node<'_>) -> bool {
    let model = handler.model;
    handler.is(Kind::Handler)
        && handler
            .caught_classes()
            .iter()
            .any(|class| model.type_has(model.instance_of_class(class.ty()), ClassTag::StatusError))
}

fn caught_note(leak: &Leak<'_>) -> &'static str {
    match leak.text {
        Text::Trace => "runs when something has failed",
        Text::Anything => "takes every exception, whatever its text says",
        Text::Operator if tells_answer(leak.caught) => {
            "the text of this exception is the other side's answer, or names hosts and addresses"
        }
        Text::Operator => "the text of this exception holds statements, hosts or addresses",
        Text::Plain | Text::Harmless => "the text of this exception was not written for clients",
    }
}

// Errors that are swallowed

/// The HTTP error that is raised in the body of a `try` and caught by this broad clause of it.
fn swallowed_by(handler: Node<'_>) -> Option<Swallowed<'_>> {
    if !handler.catches_everything() || passes_on(handler) {
        return None;
    }
    let attempt = handler.parent()?;
    let earlier =
        attempt.children().filter(|child| child.is(Kind::Handler)).take_while(|other| *other != handler);
    if earlier.into_iter().any(catches_http_errors) {
        return None;
    }
    let body = attempt.child(Role::Body)?;
    let outcome = handler.descendants().find(|node| {
        matches!(node.kind(), Kind::Raise | Kind::Return) && node.function() == handler.function()
    })?;
    let given = outcome.child(Role::Exception).or(outcome.child(Role::Value))?;
    let new = match answer(given) {
        Some(new) => new.status,
        None if outcome.is(Kind::Return)
            && is_written_out(given)
            && handler.function()?.route().is_some() =>
        {
            Some(200)
        }
        // An error of another kind, or what a function makes of this one: the status is decided elsewhere.
        None => return None,
    };
    body.within(&body.source_file().tree.raises).find_map(|raised| {
        let error = answer(raised.child(Role::Exception)?.unwrapped())?;
        let reaches = raised.function() == handler.function()
            && raised.enclosing_tries().find(|inner| *inner == attempt || stops_http_errors(*inner))
                == Some(attempt);
        (reaches && (error.status != new || new.is_none())).then_some(Swallowed {
            raised,
            status: error.status,
            handler,
            outcome,
            new,
        })
    })
}

/// A value that stands in the code, rather than what a function makes of the exception.
fn is_written_out(value: Node<'_>) -> bool {
    !matches!(value.kind(), Kind::Call | Kind::Await | Kind::Name | Kind::Attribute)
}

/// Whether a clause lets what it caught go on, or looks at what it is.
fn passes_on(handler: Node<'_>) -> bool {
    handler.descendants().any(|node| match node.kind() {
        Kind::Raise => node.child(Role::Exception).is_none_or(|raised| {
            raised.is(Kind::Name) && !handler.symbol().is_empty() && raised.symbol() == handler.symbol()
        }),
        Kind::Call => matches!(node.callee_name(), "isinstance" | "getattr" | "hasattr"),
        Kind::Attribute => {
            node.name() == "status_code" && node.receiver().and_then(Node::caught_by) == Some(handler)
        }
        _ => false,
    })
}

fn catches_http_errors(handler: Node<'_>) -> bool {
    handler.catches_everything()
        || handler.caught_classes().into_iter().any(|class| {
            class.model.type_has(class.model.instance_of_class(class.ty()), ClassTag::HttpError)
                || class.name().ends_with("HTTPException")
        })
}

fn stops_http_errors(attempt: Node<'_>) -> bool {
    attempt.children().any(|child| child.is(Kind::Handler) && catches_http_errors(child))
}

fn report_swallowed(lost: &Swallowed<'_>, findings: &mut Findings<'_>) {
    let what = lost.status.map_or("the HTTP error".to_owned(), |status| format!("the {status}"));
    let end = match lost.new {
        Some(status) => format!("becomes a {status}"),
        None => "never reaches the client".to_owned(),
    };
    let given = lost.outcome.child(Role::Exception).or(lost.outcome.child(Role::Value));
    let leak = given.and_then(|given| answer(given).map_or(Some(given), |new| new.body)).and_then(leak_in);
    let shown =
        leak.map_or(String::new(), |leak| format!(", and {} is sent to the client", shown_text(leak.text)));
    findings
        .report(
            lost.outcome,
            Severity::High,
            Certainty::Sure,
            format!("{what} that is raised in this `try` {end}{shown}"),
        )
        .because(lost.raised, format!("raises {what} for the client"))
        .because(lost.handler, "an `HTTPException` is an `Exception`: this clause takes it as well")
        .because(lost.outcome, "is what the client gets in its place")
        .conforming("Let it pass: put `except HTTPException: raise` before the broad clause.");
}

// Configuration

fn check_configuration(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(api) = call.api().filter(|api| api.is_constructor) else { return };
    let Some(class) = api.class else { return };
    if class.has(ClassTag::App)
        && let Some(debug) = call.keyword("debug").filter(|debug| debug.is_true())
    {
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Sure,
                "the application answers an unhandled exception with its stack trace",
            )
            .because(debug, "debug mode is on wherever this runs")
            .conforming("Take it from the settings: `debug=settings.debug`.");
    }
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

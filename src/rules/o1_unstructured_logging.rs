//! O1: text instead of records, secrets in records, failures without their trace.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{
    Model, Node, Type, is_connection_string_name, is_masking_name, is_personal_name, is_secret_name, words_of,
};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// What is repeated all over a file: told once, at the first place, with the count.
#[derive(Default)]
struct Repeated<'m> {
    prints: Vec<Node<'m>>,
    traces: Vec<Node<'m>>,
    built: Vec<Node<'m>>,
    root: Vec<Node<'m>>,
}

/// The defects that are told condition by condition.
const SECRET: &str = "a secret or personal data in a record";
const TRACELESS: &str = "a failure without its stack trace";
const BUILT: &str = "a message that is put together before the logger sees it";
const PRINTED: &str = "a print in server code";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut logs = false;
    let mut configured = Vec::new();
    for (index, file) in model.python() {
        if file.is_test || file.is_migration {
            continue;
        }
        let mut repeated = Repeated::default();
        let module = model.node(crate::semantic::Place { file: index, node: 0 });
        for call in module.calls_within() {
            if let Some(level) = call.log_level() {
                logs = true;
                record(call, level, &mut repeated, findings);
            } else if call.does(Tag::Prints) {
                printed(call, &mut repeated, findings);
            } else if binds_context(call) {
                // What is bound to a logger is in each of its records.
                if let Some(exposed) = exposed_in(call).filter(|exposed| exposed.severity > Severity::Low) {
                    report_exposed(call, &exposed, findings);
                }
            } else if call.does(Tag::ConfiguresLogging) {
                configured.extend(Some(call).filter(|call| configures_at_import(*call)));
            }
        }
        summed_up(&repeated, findings);
    }
    if let Some((&first, others)) = configured.split_first()
        && !model.known_calls().any(|(call, api)| api.has(Tag::ConfiguresLogging) && configures_again(call))
    {
        let mut draft = findings
            .report(
                first,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` sets up logging when the module is imported", first.called()),
            )
            .because(first, "which module is imported first then decides how the whole process logs");
        for &other in others.iter().take(9) {
            draft = draft.because(other, "so does this");
        }
        draft.conforming("Set logging up once, where the process starts.");
    }
    if logs {
        correlation(model, findings);
    }
}

/// `log.bind(user=user)`
fn binds_context(call: Node<'_>) -> bool {
    call.callee_name() == "bind"
        && call
            .receiver()
            .is_some_and(|logger| logger.is_a(ClassTag::Logger) || matches!(logger.name(), "log" | "logger"))
}

// Records

fn record<'m>(call: Node<'m>, level: &str, repeated: &mut Repeated<'m>, findings: &mut Findings<'_>) {
    let exposed = exposed_in(call);
    findings.asks(call, SECRET, "a value in it is a secret, or personal", exposed.is_some(), &|| {
        match &exposed {
            Some(exposed) => format!("`{}` {}", exposed.value.excerpt(), exposed.what),
            None => "no value is one by its type, its name or its key".to_owned(),
        }
    });
    if let Some(exposed) = exposed {
        report_exposed(call, &exposed, findings);
        return;
    }
    if lacks_trace(call, level, findings) {
        findings
            .report(
                call,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` tells that something failed, without its stack trace", call.called()),
            )
            .because(call.enclosing_handler().unwrap_or(call), "any exception ends here, and goes no further")
            .because(call, "the record has no stack trace, so nobody learns where it failed")
            .conforming("Log with the trace: `logger.exception(\"…\")`, or `exc_info=True`.");
        return;
    }
    if told_as_news(call, level) {
        findings
            .report(call, Severity::Low, Certainty::Sure, format!("`{}` hides a failure at the level of {level}", call.called()))
            .because(call.enclosing_handler().unwrap_or(call), "any exception ends here")
            .because(call, if level == "debug" {
                "nobody is alerted by `debug`, and it is mostly not kept".to_owned()
            } else {
                format!("nobody is alerted by `{level}`")
            })
            .conforming(if call.keyword("exc_info").is_some() {
                "Raise the level: `logger.warning(…, exc_info=True)`. The trace is there already."
            } else {
                "Log a failure as one: `logger.exception(\"…\")`, or `logger.warning(…)` where it is expected."
            });
        return;
    }
    if call.does(Tag::RootLogger) {
        repeated.root.push(call);
        return;
    }
    let message = call.argument(0);
    let is_first = repeated.built.is_empty();
    if findings.asks(call, BUILT, "the message holds its values", message.is_some_and(is_built), &|| {
        match message {
            Some(message) if is_built(message) => {
                format!("`{}` is another text for each value", message.excerpt())
            }
            Some(message) if message.is(Kind::Str) => "the message is a constant text".to_owned(),
            Some(message) => format!("`{}` is not put together here", message.excerpt()),
            None => "it has no message".to_owned(),
        }
    }) {
        findings.asks(call, BUILT, "it is the first in the file", is_first, &|| match is_first {
            true => "such messages are told once for each file, here".to_owned(),
            false => "such messages are told once for each file, at the first one".to_owned(),
        });
    }
    match message {
        Some(message) if is_built(message) => repeated.built.push(call),
        Some(message) if message.is(Kind::Str) => {
            let fields = call.positional().nth(1).is_some() || call.keywords().next().is_some();
            if fields || level == "exception" {
                findings.conforms(call, "a constant message, with its values beside it");
            }
        }
        _ => {}
    }
}

/// Whether a record tells of an unexpected failure without its stack trace.
fn lacks_trace(call: Node<'_>, level: &str, findings: &mut Findings<'_>) -> bool {
    let is_error = matches!(level, "error" | "critical" | "fatal");
    let what = "it tells of a failure at the level of an error";
    if !findings.asks(call, TRACELESS, what, is_error, &|| match level {
        "exception" => "its level is `exception`, which brings the stack trace".to_owned(),
        _ => format!("its level is `{level}`"),
    }) {
        return false;
    }
    let handler = call.enclosing_handler();
    let is_broad = handler.is_some_and(Node::catches_everything);
    let what = "it stands in a clause that catches everything";
    if !findings.asks(call, TRACELESS, what, is_broad, &|| match handler {
        Some(_) if is_broad => "any exception ends there".to_owned(),
        Some(_) => "the clause around it catches certain exceptions alone, which are expected".to_owned(),
        None => "it stands in no `except` clause".to_owned(),
    }) {
        return false;
    }
    let last = final_handler(call);
    findings.asks(call, TRACELESS, "the exception goes no further", last.is_some(), &|| match last {
        Some(_) => "it is neither raised again nor logged with its trace".to_owned(),
        None => "it is raised again, kept, or logged with its trace elsewhere in the clause".to_owned(),
    });
    let Some(last) = last else { return false };
    let keeps_back = keeps_text_back(call, last);
    let what = "its text is not kept back on purpose";
    findings.asks(call, TRACELESS, what, !keeps_back, &|| match keeps_back {
        true => "only the exception's class is told".to_owned(),
        false => "nothing shows that it is".to_owned(),
    })
}

/// A message that is put together before the logger sees it.
fn is_built(message: Node<'_>) -> bool {
    match message.kind() {
        Kind::FString => message.children().any(|child| child.role() == Role::Value),
        Kind::BinOp => {
            let has_text = message
                .children()
                .any(|child| child.is(Kind::Str) || child.is(Kind::FString) || is_built(child));
            has_text && matches!(message.operator(), Operator::Add | Operator::Modulo)
        }
        Kind::Call => {
            message.callee_name() == "format"
                && message.receiver().is_some_and(|receiver| receiver.is(Kind::Str))
        }
        _ => false,
    }
}

/// The broad handler that this call ends: the exception is neither raised again nor logged with its trace.
fn final_handler(call: Node<'_>) -> Option<Node<'_>> {
    let handler = call.enclosing_handler().filter(|handler| handler.catches_everything())?;
    // Handed on or kept for later, the exception may still be raised or logged.
    let goes_on = handler.keeps_failure()
        || handler.calls_within().any(|call| {
            call.callee_name() == "exception"
                || call.keyword("exc_info").is_some()
                || call.does(Tag::FormatsTraceback)
        });
    (!goes_on && !never_runs(handler)).then_some(handler)
}

/// Only the exception's class is told: its text, and so its trace, is kept out of the log on purpose.
fn keeps_text_back(call: Node<'_>, handler: Node<'_>) -> bool {
    let is_class = |node: Node<'_>| node.is(Kind::Call) && node.callee_name() == "type";
    let is_exception = |node: &Node<'_>| {
        node.is(Kind::Name) && !handler.symbol().is_empty() && node.symbol() == handler.symbol()
    };
    let shown = call.descendants().filter(is_exception).any(|name| !name.parent().is_some_and(is_class));
    let names_class = handler
        .calls_within()
        .any(|inner| is_class(inner) && inner.argument(0).is_some_and(|argument| is_exception(&argument)));
    names_class && !shown
}

/// Whether nothing in the `try` of this clause can fail, as far as it was given: what it calls keeps its own failures.
fn never_runs(handler: Node<'_>) -> bool {
    handler
        .parent()
        .and_then(|attempt| attempt.child(Role::Body))
        .is_some_and(Node::only_calls_what_keeps_its_failures)
}

fn told_as_news(call: Node<'_>, level: &str) -> bool {
    if !matches!(level, "info" | "debug") {
        return false;
    }
    let Some(handler) = call.enclosing_handler().filter(|handler| handler.catches_everything()) else {
        return false;
    };
    // It goes on, told here as if all were well.
    if level == "info" && says_failed(call) && handler.raises_at_last() {
        return true;
    }
    // The exception, or its trace, is what the record is about.
    // A clause that gives an answer of its own has expected the failure.
    let answers = handler.descendants_of(Kind::Return).any(|node| {
        node.child(Role::Value).is_some_and(|value| match value.kind() {
            Kind::None | Kind::Number | Kind::Str => true,
            // Whether something was done is more than news.
            Kind::True | Kind::False => level == "debug",
            Kind::List | Kind::Dict | Kind::Tuple => value.children().next().is_none(),
            _ => false,
        })
    });
    if answers
        || (level == "debug" && handler.only_lets_go())
        || handler.tells_caller()
        || handler.gives_failure_to_another()
        || never_runs(handler)
    {
        return false;
    }
    let about = (level == "info" && says_failed(call))
        || call.keyword("exc_info").is_some()
        || (!handler.symbol().is_empty() && call.mentions(handler.name()));
    let alone = !handler.descendants().any(|node| {
        node.is(Kind::Raise)
            || (node.is(Kind::Call)
                && node.log_level().is_some_and(|other| {
                    matches!(other, "warning" | "warn" | "error" | "critical" | "exception")
                }))
    });
    about && alone
}

/// Whether the message itself says that something went wrong, and not that it does not matter: it begins or ends with
/// that.
fn says_failed(call: Node<'_>) -> bool {
    const EXPECTED: [&str; 16] = [
        "ignore",
        "ignored",
        "ignoring",
        "skip",
        "skipping",
        "falling",
        "fallback",
        "proceeding",
        "continue",
        "continuing",
        "anyway",
        "restored",
        "expected",
        "retrying",
        "using",
        "force",
    ];
    let Some(message) = call.argument(0) else { return false };
    let texts: Vec<Vec<String>> =
        message.descendants().filter(|part| part.is(Kind::Str)).map(|text| words_of(text.name())).collect();
    let is_expected = texts.iter().flatten().any(|word| EXPECTED.contains(&word.as_str()));
    let begins = texts
        .first()
        .and_then(|words| words.first())
        .is_some_and(|first| matches!(first.as_str(), "failed" | "failure" | "error" | "unable" | "cannot"));
    let ends = texts
        .iter()
        .filter_map(|words| words.last())
        .any(|last| matches!(last.as_str(), "failed" | "failure" | "crashed"));
    (begins || ends) && !is_expected
}

// Secrets

/// What must not be in a log, and why.
struct Exposed<'m> {
    value: Node<'m>,
    severity: Severity,
    what: &'static str,
    /// What a less than secret value is called.
    named: &'static str,
}

fn exposed_in<'m>(call: Node<'m>) -> Option<Exposed<'m>> {
    let mut worst: Option<Exposed<'m>> = None;
    let values = call.children().skip(1).filter(|argument| {
        !(argument.is(Kind::Keyword)
            && matches!(
                argument.name(),
                "exc_info" | "stack_info" | "stacklevel" | "file" | "sep" | "end" | "flush"
            ))
    });
    for value in values {
        look_into(value, 0, &mut |found| {
            if worst.as_ref().is_none_or(|worst| worst.severity < found.severity) {
                worst = Some(found);
            }
        });
    }
    worst
}

/// Visits what of a value ends up in the text.
fn look_into<'m>(value: Node<'m>, depth: u32, found: &mut dyn FnMut(Exposed<'m>)) {
    if depth > 8 {
        return;
    }
    match value.kind() {
        Kind::Keyword | Kind::Starred | Kind::Await | Kind::Named => {
            if let Some(inner) = value.children().next() {
                look_into(inner, depth + 1, found);
            }
        }
        Kind::DictItem => {
            if let Some(inner) = value.child(Role::Value) {
                look_into(inner, depth + 1, found);
                // `extra={"email": mail["To"]}`: the key says what it is.
                let is_personal = value.child(Role::Key).is_some_and(|key| is_personal_name(key.name()));
                if is_personal && matches!(inner.kind(), Kind::Subscript | Kind::Attribute) {
                    let (severity, what) = (Severity::Low, "is about a person, by its key");
                    found(Exposed { value: inner, severity, what, named: "personal data" });
                }
            }
        }
        Kind::FString | Kind::Tuple | Kind::List | Kind::Set | Kind::Dict | Kind::BoolOp => {
            for child in value.children() {
                look_into(child, depth + 1, found);
            }
        }
        Kind::BinOp if matches!(value.operator(), Operator::Add | Operator::Modulo) => {
            for child in value.children() {
                look_into(child, depth + 1, found);
            }
        }
        Kind::Conditional => {
            for role in [Role::Body, Role::Orelse] {
                if let Some(child) = value.child(role) {
                    look_into(child, depth + 1, found);
                }
            }
        }
        Kind::Call => {
            let shows_argument = matches!(
                value.callee_name(),
                "str" | "repr" | "dict" | "list" | "tuple" | "format" | "dumps" | "pformat"
            );
            if shows_argument {
                for argument in value.positional().chain(value.keywords()) {
                    look_into(argument, depth + 1, found);
                }
            }
            // `settings.model_dump()` shows all that the object holds.
            if matches!(value.callee_name(), "model_dump" | "model_dump_json" | "dict" | "json")
                && let Some(whole) = value.receiver().filter(|whole| whole.is_a(ClassTag::SettingsModel))
            {
                look_into(whole, depth + 1, found);
            }
            let unwraps = value.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::Secret))
                && value.callee_name().contains("secret");
            if unwraps {
                found(Exposed {
                    value,
                    severity: Severity::High,
                    what: "is a secret taken out of its wrapper",
                    named: "",
                });
            }
        }
        Kind::Name | Kind::Attribute => {
            if let Some(exposed) = exposed(value) {
                found(exposed);
            } else if let Some(header) = value.resolved_value().dictionary_value("Authorization")
                && !header.is_constant()
                && !was_masked(value)
            {
                found(Exposed {
                    value,
                    severity: Severity::High,
                    what: "holds the Authorization header",
                    named: "",
                });
            }
        }
        Kind::Subscript => {
            let key = value.child(Role::Index).filter(|index| index.is(Kind::Str));
            if key.is_some_and(|key| {
                is_secret_name(key.name()) || key.name().eq_ignore_ascii_case("authorization")
            }) {
                found(Exposed { value, severity: Severity::High, what: "is a secret by its key", named: "" });
            }
        }
        _ => {}
    }
}

fn exposed<'m>(value: Node<'m>) -> Option<Exposed<'m>> {
    let high = |what| Some(Exposed { value, severity: Severity::High, what, named: "" });
    let low = |named, what| Exposed { value, severity: Severity::Low, what, named };
    if value.is_a(ClassTag::Secret) {
        return None;
    }
    let holds_number =
        value.instance_of().is_some_and(|class| matches!(class.short_name(), "int" | "bool" | "float"));
    let name = value.name();
    if is_secret_name(name)
        && !holds_number
        && !value.is_working_directory()
        && !is_module_or_callable(value)
        && !was_masked(value)
    {
        return high("is a secret by its name");
    }
    if is_connection_string_name(name) {
        return high("is an address that carries a password");
    }
    if name == "headers"
        && value.receiver().is_some_and(|r| r.is_a(ClassTag::Request) || r.name() == "request")
    {
        return high("holds the Authorization header and the cookies");
    }
    if value.api_when_called().is_some_and(|api| api.has(Tag::HoldsSecrets)) {
        return high("holds every secret that the process was given");
    }
    if (value.is_a(ClassTag::SettingsModel) || value.shows_all_fields()) && plain_secret_field(value) {
        return high("prints its plain fields, secrets among them");
    }
    if is_personal_name(name) {
        return Some(low("personal data", "is about a person"));
    }
    if value.is_whole_body() {
        return Some(low(
            "a whole request",
            "is all that the client sent, passwords and personal data included",
        ));
    }
    if is_prompt(value) && !holds_number && !is_module_or_callable(value) && !was_masked(value) {
        return Some(low("what somebody wrote", "may hold whatever a person tells the model"));
    }
    None
}

/// Whether a value is what somebody wrote to a model, by its name and, where that is any prompt, by who comes here.
fn is_prompt(value: Node<'_>) -> bool {
    match value.name() {
        "user_prompt" | "user_message" | "user_input" | "chat_history" | "conversation_history" => true,
        "prompt" => value.function().is_some_and(|function| {
            function.route().is_some()
                || words_of(function.name())
                    .iter()
                    .any(|word| matches!(word.as_str(), "chat" | "answer" | "ask" | "reply"))
        }),
        _ => false,
    }
}

/// Whether what reaches the log was cut or masked before: `key = key[:4] + "…"`.
fn was_masked(value: Node<'_>) -> bool {
    let tree = &value.source_file().tree;
    value.is(Kind::Name)
        && value.reaching_bindings().iter().any(|&binding| {
            let target = value.at(tree.bindings[binding as usize].node);
            target.parent().and_then(|parent| parent.child(Role::Value)).is_some_and(|made| {
                made.descendants().any(|node| match node.kind() {
                    Kind::Slice => true,
                    Kind::Call => {
                        is_masking_name(node.callee_name()) || node.callee_name().contains("digest")
                    }
                    _ => false,
                })
            })
        })
}

fn is_module_or_callable(value: Node<'_>) -> bool {
    matches!(value.ty(), Type::Module(_) | Type::Class(_) | Type::Function(_) | Type::Method(_))
}

/// Whether a given settings class has a secret that is not wrapped.
fn plain_secret_field(value: Node<'_>) -> bool {
    let Type::Object(class) = value.ty() else { return false };
    let class = value.model.node(class);
    let Some(body) = class.body() else { return false };
    body.children().filter(|field| field.is(Kind::AnnAssign)).any(|field| {
        let named = field
            .targets()
            .any(|target| is_secret_name(target.name()) || is_connection_string_name(target.name()));
        let wrapped = field.targets().any(|target| target.is_a(ClassTag::Secret));
        let is_hidden = field.calls_within().any(|call| {
            call.keyword("repr").is_some_and(|shown| shown.resolved_value().is(Kind::False))
        });
        named && !wrapped && !is_hidden
    })
}

fn report_exposed(call: Node<'_>, exposed: &Exposed<'_>, findings: &mut Findings<'_>) {
    let (message, conforming) = if exposed.severity == Severity::Low {
        (
            format!(
                "`{}` writes {}, `{}`, into the log",
                call.called(),
                exposed.named,
                exposed.value.excerpt()
            ),
            "Log an id instead, from which those who may can find the person.",
        )
    } else {
        (
            format!("`{}` writes `{}` into the log", call.called(), exposed.value.excerpt()),
            "Leave it out, or log what is safe to know: whether it is set, its id, its last four characters. Wrap secrets in `SecretStr`.",
        )
    };
    findings
        .report(call, exposed.severity, Certainty::Sure, message)
        .because(exposed.value, format!("`{}` {}", exposed.value.excerpt(), exposed.what))
        .conforming(conforming);
}

// Prints

fn printed<'m>(call: Node<'m>, repeated: &mut Repeated<'m>, findings: &mut Findings<'_>) {
    let is_script = call.source_file().is_script;
    if !findings.asks(call, PRINTED, "it is server code", !is_script, &|| match is_script {
        true => "the file is a script, whose output a person reads".to_owned(),
        false => "the file is no script: it has neither a main guard nor a command line".to_owned(),
    }) {
        return;
    }
    let silenced = call.is_silenced_elsewhere();
    if !findings.asks(call, PRINTED, "no other checker is told to be quiet", !silenced, &|| match silenced {
        true => "a `noqa` or the like stands on the line".to_owned(),
        false => "there is no such comment".to_owned(),
    }) {
        return;
    }
    let for_person = call.function().is_some_and(is_for_console);
    if !findings.asks(
        call,
        PRINTED,
        "its function is not there to print",
        !for_person,
        &|| match for_person {
            true => "a person at a console has asked for what it prints".to_owned(),
            false => "neither its name nor a command that calls it says so".to_owned(),
        },
    ) {
        return;
    }
    let target = call.keyword("file").or_else(|| call.keyword("stream"));
    let to_file =
        target.is_some_and(|target| !target.is_none() && !matches!(target.name(), "stdout" | "stderr"));
    if !findings.asks(
        call,
        PRINTED,
        "it writes to the standard output or error",
        !to_file,
        &|| match target {
            Some(target) => format!("it writes to `{}`", target.excerpt()),
            None => "it names no other place".to_owned(),
        },
    ) {
        return;
    }
    let is_first = repeated.prints.is_empty() && repeated.traces.is_empty();
    findings.asks(call, PRINTED, "it is the first in the file", is_first, &|| match is_first {
        true => "prints are told once for each file, here".to_owned(),
        false => "prints are told once for each file, at the first one".to_owned(),
    });
    if call.does(Tag::FormatsTraceback) {
        repeated.traces.push(call);
        return;
    }
    match exposed_in(call).filter(|exposed| exposed.severity > Severity::Low) {
        Some(exposed) => report_exposed(call, &exposed, findings),
        None => repeated.prints.push(call),
    }
}

/// Whether a function is there to print, by its name, or is only reached by commands that a person runs.
fn is_for_console(function: Node<'_>) -> bool {
    let named =
        words_of(function.name()).first().is_some_and(|word| matches!(word.as_str(), "print" | "pprint"));
    (named && !function.serves_requests()) || function.entry_points().are_commands()
}

fn configures_at_import(call: Node<'_>) -> bool {
    let guarded = call.surroundings().any(|node| node.is(Kind::If));
    let builds_app = call
        .at(0)
        .calls_within()
        .any(|other| other.api().is_some_and(|api| api.is_constructor) && other.is_a(ClassTag::App));
    call.function().is_none() && !guarded && !call.source_file().is_script && !builds_app
}

/// Replaces whatever was set up before, when the process starts.
fn configures_again(call: Node<'_>) -> bool {
    call.keyword("force").is_some_and(Node::is_true) && call.function().is_some()
}

fn summed_up(repeated: &Repeated<'_>, findings: &mut Findings<'_>) {
    if let Some(&first) = repeated.prints.first() {
        let urgent = repeated.prints.iter().copied().any(|print| {
            print.enclosing_handler().is_some() || print.function().is_some_and(Node::serves_requests)
        });
        let severity = if urgent { Severity::Medium } else { Severity::Low };
        sum(
            first,
            &repeated.prints,
            severity,
            "prints",
            "`print` in server code",
            "has no level, no time and no request id",
            findings,
        )
        .conforming("Log it: `logger.info(\"reading silo\", extra={\"silo_id\": silo_id})`.");
    }
    if let Some(&first) = repeated.traces.first() {
        sum(
            first,
            &repeated.traces,
            Severity::Low,
            "stack traces",
            "a stack trace printed past the logger",
            "goes to standard error as bare lines",
            findings,
        )
        .conforming("Log it: `logger.exception(\"…\")` writes the trace into the record.");
    }
    if let Some(&first) = repeated.root.first() {
        sum(
            first,
            &repeated.root,
            Severity::Low,
            "calls",
            "the root logger is used",
            "names no module and has no level of its own",
            findings,
        )
        .conforming("Use the module's own logger: `logger = logging.getLogger(__name__)`.");
    }
    if let Some(&first) = repeated.built.first() {
        sum(first, &repeated.built, Severity::Low, "messages", "log messages are put together before the logger sees them", "is another message for each value, so records of one kind cannot be grouped or counted", findings)
            .conforming(match first.api().and_then(|api| api.callable.instead) {
                Some(instead) => format!("Leave the message constant and give the values beside it: {instead}."),
                None => "Leave the message constant and give the values beside it: `logger.info(\"indexing silo %s\", silo_id)`, or as `extra`.".to_owned(),
            });
    }
}

fn sum<'f>(
    first: Node<'_>,
    all: &[Node<'_>],
    severity: Severity,
    unit: &str,
    what: &str,
    why: &str,
    findings: &'f mut Findings<'_>,
) -> super::Draft<'f> {
    let message =
        if all.len() == 1 { what.to_owned() } else { format!("{what}: {} {unit} in this file", all.len()) };
    let mut draft =
        findings.report(first, severity, Certainty::Sure, message).because(first, format!("this {why}"));
    for other in all.iter().skip(1).take(9) {
        draft = draft.because(*other, "so does this");
    }
    draft
}

// Across the files

/// Several files that log, an app, and nothing that ties the records of one request together.
fn correlation(model: &Model<'_>, findings: &mut Findings<'_>) {
    let several = model.python().count() > 1;
    let tied = [
        "correlation",
        "request_id",
        "request-id",
        "Request-ID",
        "trace_id",
        "contextvars",
        "contextualize",
        "traceparent",
    ];
    if !several || tied.iter().any(|word| model.mentions_text(word)) {
        return;
    }
    let app = model.calls().find(|call| {
        call.api().is_some_and(|api| api.is_constructor)
            && call.is_a(ClassTag::App)
            && !call.is_outside_production()
    });
    if let Some(app) = app {
        findings
            .report(app, Severity::Low, Certainty::Question, "can the log records of one request be found together?")
            .because(app, "no middleware of the given files sets a request or correlation id; the platform may")
            .conforming("Set an id for each request in a middleware, keep it in a context variable, and write it into every record.");
    }
}

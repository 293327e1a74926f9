//! A log record: what it must not hold, what it says of a failure, and whether its message is put together before the
//! logger sees it.

use super::exposed_values::exposed_in;
use super::failures;
use super::repeated::Repeated;
use crate::rules::Findings;
use crate::semantic::Node;
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role};

/// The defects that are told condition by condition.
const SECRET: &str = "a secret or personal data in a record";
const BUILT: &str = "a message that is put together before the logger sees it";

pub fn check<'m>(call: Node<'m>, level: &str, repeated: &mut Repeated<'m>, findings: &mut Findings<'_>) {
    let exposed = exposed_in(call);
    findings.asks(call, SECRET, "a value in it is a secret, or personal", exposed.is_some(), &|| {
        match &exposed {
            Some(exposed) => format!("`{}` {}", exposed.value.excerpt(), exposed.what),
            None => "no value is one by its type, its name or its key".to_owned(),
        }
    });
    if let Some(exposed) = exposed {
        let is_told = repeated.exposed.iter().any(|(_, earlier)| earlier.is_told_with(&exposed));
        findings.asks_alone(call, SECRET, is_told);
        repeated.exposed.push((call, exposed));
        return;
    }
    if failures::check(call, level, findings) {
        return;
    }
    if call.does(Tag::RootLogger) {
        repeated.root.push(call);
        return;
    }
    built(call, level, repeated, findings);
}

/// Whether the message is constant, with its values beside it.
fn built<'m>(call: Node<'m>, level: &str, repeated: &mut Repeated<'m>, findings: &mut Findings<'_>) {
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

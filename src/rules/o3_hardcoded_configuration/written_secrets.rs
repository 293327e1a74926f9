//! A literal behind a name that tells of a secret: assigned, handed in, in a dictionary, as a default, or compared with.
//!
//! Quiet about placeholders and plain words, about dictionaries that only describe values, and where a comment silences
//! another checker.

use std::cell::OnceCell;

use super::{OUT_OF_CODE, Told, is_production};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, looks_like_secret, names_secret};
use crate::syntax::{Kind, Operator, Role};

pub fn check(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    assigned(model, told, findings);
    handed_in(model, told, findings);
    in_dictionaries(model, told, findings);
    as_defaults(model, told, findings);
    compared(model, told, findings);
}

/// Whether it is a literal behind a name that tells of a secret: what a name stands for is told where it is assigned.
fn may_be_written(name: &str, value: Node<'_>) -> bool {
    value.is(Kind::Str) && names_secret(name)
}

fn written(at: Node<'_>, name: &str, value: Node<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    if !may_be_written(name, value)
        || !looks_like_secret(name, value.name())
        || !is_production(at)
        || value.is_silenced_elsewhere()
        || told.before(at.file, value.line())
    {
        return;
    }
    findings
        .report(at, Severity::High, Certainty::Likely, format!("`{name}` is written down here"))
        .because(value, "its name says that it is a secret, and this is no placeholder")
        .conforming(OUT_OF_CODE);
}

fn assigned(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for assignment in model.assignments() {
        let of_enumeration = assignment.class().is_some_and(|class| {
            class.children().any(|base| base.role() == Role::Base && base.name().ends_with("Enum"))
        });
        let Some(value) = assignment.value().filter(|_| !of_enumeration) else { continue };
        for target in assignment.targets() {
            match target.kind() {
                Kind::Name | Kind::Attribute => written(assignment, target.name(), value, told, findings),
                Kind::Subscript => {
                    if let Some(key) = target.child(Role::Index).filter(|key| key.is(Kind::Str)) {
                        written(assignment, key.name(), value, told, findings);
                    }
                }
                _ => {}
            }
        }
    }
}

fn handed_in(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for call in model.calls() {
        for keyword in call.keywords() {
            if let Some(value) = keyword.value() {
                written(keyword, keyword.name(), value, told, findings);
            }
        }
    }
    // A function of the given files says what it takes.
    for call in model.calls().filter(|call| call.positional().any(|value| value.is(Kind::Str))) {
        let Some(function) = call.target().map(|place| model.node(place)) else { continue };
        for parameter in function.parameters().filter(|parameter| names_secret(parameter.name())) {
            if let Some(value) = call.argument_for(function, parameter) {
                written(value, parameter.name(), value, told, findings);
            }
        }
    }
    for (call, api) in model.known_calls().filter(|(call, _)| call.positional().next().is_some()) {
        for (name, value) in api.callable.parameters.iter().zip(call.positional()) {
            written(value, name, value, told, findings);
        }
    }
}

fn in_dictionaries(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for dictionary in model.dictionaries() {
        // Found out where an entry needs it, once for all of them.
        let described = OnceCell::new();
        let holds = || !*described.get_or_init(|| dictionary.describes_values());
        for entry in dictionary.children().filter(|entry| entry.is(Kind::DictItem)) {
            let (Some(key), Some(value)) = (entry.child(Role::Key), entry.value()) else { continue };
            match key.string() {
                Some(name) if is_header_of_secret(name) => bearer(entry, value, told, findings),
                // What is neither a word in small letters nor one in capitals names something else.
                Some(name) if may_be_written(name, value) && is_plain_key(name) && holds() => {
                    written(entry, name, value, told, findings);
                }
                _ => {}
            }
        }
    }
}

fn as_defaults(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    for function in model.functions() {
        for parameter in function.parameters() {
            if let Some(value) = parameter.child(Role::Default) {
                written(parameter, parameter.name(), value, told, findings);
            }
        }
    }
}

/// `if token != "…"`: what opens a door is in the code.
fn compared(model: &Model<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    let tests = model
        .ifs()
        .filter_map(|branch| branch.child(Role::Test))
        .flat_map(|test| test.descendants_of(Kind::Compare));
    for test in tests.filter(|test| matches!(test.operator(), Operator::Equal | Operator::NotEqual)) {
        let (Some(left), Some(right)) = (test.child(Role::Left), test.child(Role::Right)) else { continue };
        for (name, value) in [(left, right), (right, left)] {
            if matches!(name.kind(), Kind::Name | Kind::Attribute) {
                written(test, name.name(), value, told, findings);
            }
        }
    }
}

/// `{"Authorization": "Bearer …"}`, written out.
fn bearer(entry: Node<'_>, value: Node<'_>, told: &mut Told, findings: &mut Findings<'_>) {
    let Some((scheme, token)) = value.string().and_then(|text| text.split_once(' ')) else { return };
    let is_scheme = ["bearer", "basic", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_scheme
        || !value.is(Kind::Str)
        || !looks_like_secret("access_token", token.trim())
        || !is_production(entry)
        || told.before(entry.file, value.line())
    {
        return;
    }
    findings
        .report(
            entry,
            Severity::High,
            Certainty::Likely,
            "the credentials of this header are written down here",
        )
        .because(value, "what stands behind the scheme is no placeholder")
        .conforming(OUT_OF_CODE);
}

fn is_header_of_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

fn is_plain_key(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
        || name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

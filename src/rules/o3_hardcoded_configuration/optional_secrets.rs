//! A secret that may be `None`, and is taken out, or handed to a client, without a look: a missing variable shows only then.
//!
//! Quiet where anything asks whether it is there.

use super::is_production;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Field, Node, Type};
use crate::syntax::{Kind, Role};

pub fn check(field: Field<'_>, findings: &mut Findings<'_>) {
    let model = field.at.model;
    let taken = model
        .calls()
        .filter(|call| call.callee_name() == "get_secret_value" && is_production(*call))
        .filter_map(|call| call.receiver())
        .find(|receiver| receiver.is(Kind::Attribute) && receiver.name() == field.name);
    let Some(taken) = taken.or_else(|| handed_on(field)) else { return };
    let function = taken.function();
    let decides =
        |place: Node<'_>, kinds: &[Kind]| place.surroundings().any(|around| kinds.contains(&around.kind()));
    let named = |around: Node<'_>, fits: &dyn Fn(Node<'_>) -> bool| {
        around
            .descendants_of(Kind::Attribute)
            .any(|other| other != taken && other.name() == field.name && fits(other))
    };
    // Any other mention beside it may be the question whether it is there; the settings themselves ask in a test.
    let is_asked = function.is_some_and(|function| named(function, &|_| true))
        || field.at.class().is_some_and(|class| {
            named(class, &|own| decides(own, &[Kind::If, Kind::Conditional, Kind::BoolOp, Kind::Compare]))
        })
        || decides(taken, &[Kind::If, Kind::Conditional, Kind::BoolOp]);
    if !is_asked {
        findings
            .report(
                field.at,
                Severity::Low,
                Certainty::Likely,
                format!("`{}` may be missing, which is noticed only when it is needed", field.name),
            )
            .because(taken, "fails here, in the first request that needs it")
            .conforming(format!(
                "Let the process end at its start: `{}: SecretStr`, without a default.",
                field.name
            ));
    }
}

/// Where the field of a settings object is what a client of another system is made with.
fn handed_on(field: Field<'_>) -> Option<Node<'_>> {
    let class = field.at.class()?.place();
    // Where something asks for it, it is optional for a reason.
    let is_optional =
        |branch: Node<'_>| branch.child(Role::Test).is_some_and(|test| test.mentions(field.name));
    if field.at.model.ifs().any(is_optional) {
        return None;
    }
    let mut values = field
        .at
        .model
        .known_calls()
        .filter(|(call, api)| api.is_constructor && is_production(*call))
        // `SecretStr(settings.api_key)` is handed on in turn.
        .flat_map(|(call, _)| call.positional().chain(call.keywords().filter_map(Node::value)));
    values.find(|value| {
        value.is(Kind::Attribute)
            && value.name() == field.name
            && value.receiver().is_some_and(|settings| settings.ty() == Type::Object(class))
    })
}

//! Origins that may call from a browser, where an application or a deployment file lets every one of them in.

use super::ORIGINS;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, SetBy, has_word};
use crate::stack::ClassTag;
use crate::syntax::{Kind, Role};

/// `*` among the origins that may call, as it is written or where a variable isn't set.
pub fn check(call: Node<'_>, findings: &mut Findings<'_>) {
    // Most calls say nothing of origins, and need not be looked at any further.
    let speaks_of_them = call.keywords().any(|keyword| keyword.name().starts_with("allow_origin"));
    if !speaks_of_them || call.is_outside_production() {
        return;
    }
    let is_policy = |callee: Node<'_>| {
        callee.api_when_called().is_some_and(|api| {
            api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::CrossOrigin))
        })
    };
    if !call.callee().is_some_and(is_policy) && !call.positional().any(is_policy) {
        return;
    }
    let origins = call.keyword("allow_origins");
    // Under `if "*" in settings.origins` the setting decides: what it is by default.
    if let Some(setting) = origins.and_then(|_| tested_for_star(call))
        && everybody(setting).is_none()
    {
        findings.conforms(setting, "only a setting can let every origin call");
        return;
    }
    let star = origins.and_then(everybody).or_else(|| {
        let pattern = call.keyword("allow_origin_regex")?;
        let text = pattern.string()?.trim_start_matches('^').trim_end_matches('$');
        matches!(text, ".*" | ".+" | "https?://.*" | "https?://.+").then_some((pattern, Certainty::Sure))
    });
    findings.asks(call, ORIGINS, "it decides which pages may call", true, &|| {
        "it sets up the middleware for that".to_owned()
    });
    findings.asks(call, ORIGINS, "every origin may call", star.is_some(), &|| match star {
        Some((value, _)) => format!("`{}` holds `*`, or a pattern that matches everything", value.excerpt()),
        None => "neither its origins nor its pattern are known to match every origin".to_owned(),
    });
    let Some((value, certainty)) = star else {
        if let Some(origins) = origins {
            findings.conforms(origins, "the origins that may call are restricted");
        }
        return;
    };
    let credentials = call.keyword("allow_credentials").filter(|value| value.is_true());
    let severity = if credentials.is_some() { Severity::High } else { Severity::Medium };
    // In an application that knows no cookie there is nobody whose browser would sign in by itself.
    let message = match credentials.is_some() && !call.model.is_without_cookies() {
        true => "any page on the web may act in the name of a signed-in user, and read the answers",
        false => "any page on the web may send requests and read the answers",
    };
    let note = match certainty {
        Certainty::Sure => "matches every origin",
        _ => "matches every origin where the variable isn't set",
    };
    let mut draft = findings.report(call, severity, certainty, message).because(value, note);
    if let Some(credentials) = credentials {
        draft = draft.because(
            credentials,
            "cookies and credentials go along, and the caller's own origin is sent back",
        );
    }
    draft.conforming(
        "Name the origins in the settings of each environment: `allow_origins=settings.cors_origins`.",
    );
}

/// The setting in which a star is looked for by a test around this place: `if "*" in settings.origins`.
fn tested_for_star(at: Node<'_>) -> Option<Node<'_>> {
    use crate::syntax::Operator::{Equal, In};
    let around = at.surroundings().filter(|node| node.is(Kind::If));
    around.filter(|node| node.body().is_some_and(|body| body.contains(at))).find_map(|node| {
        node.child(Role::Test)?.descendants_of(Kind::Compare).find_map(|test| {
            let (left, right) = (test.child(Role::Left)?, test.child(Role::Right)?);
            match test.operator() {
                In | Equal if left.string() == Some("*") => Some(right),
                Equal if right.string() == Some("*") => Some(left),
                _ => None,
            }
        })
    })
}

/// Where the star stands that is in a list of origins, and whether that list is taken in any case.
fn everybody(value: Node<'_>) -> Option<(Node<'_>, Certainty)> {
    let resolved = value.resolved_value();
    let is_star = |node: Node<'_>| node.string() == Some("*");
    if matches!(resolved.kind(), Kind::List | Kind::Tuple | Kind::Set) && resolved.children().any(is_star)
        || is_star(resolved)
    {
        return Some((value, Certainty::Sure));
    }
    if value.environment_default().is_some_and(has_star) {
        return Some((value, Certainty::Likely));
    }
    // The default of a setting, split or not.
    let configured = [resolved].into_iter().chain(resolved.descendants()).find_map(Node::configured_value)?;
    let by_default = configured.environment_default().unwrap_or(configured);
    has_star(by_default).then_some((configured, Certainty::Likely))
}

/// `"*"`, `"https://a,*"`, `["*"]`, `'["*"]'`
fn has_star(value: Node<'_>) -> bool {
    let value = value.resolved_value();
    let is_star = |text: &str| text.trim().trim_matches(['[', ']', '"', '\'']) == "*";
    match value.string() {
        Some(text) => text.split(',').any(is_star),
        None => {
            matches!(value.kind(), Kind::List | Kind::Tuple | Kind::Set)
                && value.children().any(|item| item.string().is_some_and(is_star))
        }
    }
}

/// Origins that a deployment file leaves open.
pub fn check_variables(model: &Model<'_>, findings: &mut Findings<'_>) {
    for variable in model.set_variables().iter().filter(|variable| variable.by != SetBy::Example) {
        let has = |list: &[&str]| has_word(&variable.name, list);
        let is_star = variable.by_default.trim().trim_matches(['[', ']', '"', '\'']) == "*";
        let is_about_origins = has(&["origin", "origins", "cors"])
            && !has(&["header", "headers", "method", "methods", "expose"]);
        let at = model.stretch(variable.at);
        if is_about_origins
            && findings.asks_whether(
                at,
                ORIGINS,
                "every origin may call",
                is_star,
                ["its value is `*`", "its value is not `*`"],
            )
        {
            let severity = if variable.is_for_development { Severity::Low } else { Severity::Medium };
            findings
                .report(
                    at,
                    severity,
                    Certainty::Likely,
                    format!(
                        "`{}` lets any page on the web send requests and read the answers",
                        variable.name
                    ),
                )
                .because(at, "matches every origin")
                .conforming("Name the origins of each environment: `https://app.example.com`.");
        }
    }
}

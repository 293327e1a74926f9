//! What is repeated all over a file: told once, at the first place, with the count.

use super::exposed_values::{Exposed, report_exposed};
use crate::fixes::Rewrite;
use crate::report::{Certainty, Severity};
use crate::rules::{Draft, Findings};
use crate::semantic::Node;

/// The places of one file, by what is told of them.
#[derive(Default)]
pub struct Repeated<'m> {
    pub prints: Vec<Node<'m>>,
    pub traces: Vec<Node<'m>>,
    pub built: Vec<Node<'m>>,
    pub root: Vec<Node<'m>>,
    /// Records that hold what must not be in one, with the worst of it.
    pub exposed: Vec<(Node<'m>, Exposed<'m>)>,
}

pub fn report(repeated: &Repeated<'_>, findings: &mut Findings<'_>) {
    for (index, (call, exposed)) in repeated.exposed.iter().enumerate() {
        if repeated.exposed[..index].iter().all(|(_, earlier)| !earlier.is_told_with(exposed)) {
            let others = &repeated.exposed[index + 1..];
            report_exposed(*call, exposed, others, findings);
        }
    }
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
            .fix(&|| {
                let rewrite = Rewrite::at(first, "Give the values beside the message")?;
                repeated.built.iter().try_fold(rewrite, |rewrite, call| with_values_beside(rewrite, *call))?.done()
            })
            .conforming(match first.api().and_then(|api| api.callable.instead) {
                Some(instead) => format!("Leave the message constant and give the values beside it: {instead}."),
                None => "Leave the message constant and give the values beside it: `logger.info(\"indexing silo %s\", silo_id)`, or as `extra`.".to_owned(),
            });
    }
}

/// The message left constant, in the manner of the standard library; nothing for a logger that has another one.
pub fn with_values_beside<'m>(rewrite: Rewrite<'m>, call: Node<'m>) -> Option<Rewrite<'m>> {
    let is_standard = call.api().is_some_and(|api| api.callable.instead.is_none());
    if is_standard { rewrite.with_constant_message(call) } else { Some(rewrite) }
}

fn sum<'f>(
    first: Node<'_>,
    all: &[Node<'_>],
    severity: Severity,
    unit: &str,
    what: &str,
    why: &str,
    findings: &'f mut Findings<'_>,
) -> Draft<'f> {
    let message =
        if all.len() == 1 { what.to_owned() } else { format!("{what}: {} {unit} in this file", all.len()) };
    let mut draft =
        findings.report(first, severity, Certainty::Sure, message).because(first, format!("this {why}"));
    for other in all.iter().skip(1).take(9) {
        draft = draft.because(*other, "so does this");
    }
    draft
}

//! Nothing ties the records of one request together.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Model;
use crate::stack::ClassTag;

/// Several files that log, an app, and nothing that ties the records of one request together.
pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
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

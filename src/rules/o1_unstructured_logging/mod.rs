//! O1: text instead of records, secrets in records, failures without their trace.
//!
//! Each defect is a file of this folder. What is repeated all over a file is gathered in `repeated`, and told once.

mod correlation;
mod exposed_values;
mod failures;
mod prints;
mod records;
mod repeated;
mod scripts;
mod set_up;

use crate::rules::Findings;
use crate::semantic::{Model, Node, Place};
use crate::stack::{ClassTag, Tag};
use repeated::Repeated;

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut logs = false;
    let mut configured = Vec::new();
    for (index, file) in model.python() {
        if file.is_test || file.is_migration {
            continue;
        }
        let mut repeated = Repeated::default();
        let module = model.node(Place { file: index, node: 0 });
        for call in module.calls_within() {
            if let Some(level) = call.log_level() {
                logs = true;
                records::check(call, level, &mut repeated, findings);
            } else if call.does(Tag::Prints) {
                prints::check(call, &mut repeated, findings);
            } else if binds_context(call) {
                // What is bound to a logger is in each of its records.
                exposed_values::check_bound(call, findings);
            } else if call.does(Tag::ConfiguresLogging) {
                configured.extend(Some(call).filter(|call| set_up::configures_at_import(*call)));
            }
        }
        repeated::report(&repeated, findings);
    }
    scripts::check(model, findings);
    set_up::check(model, &configured, findings);
    if logs {
        correlation::check(model, findings);
    }
}

/// `log.bind(user=user)`
fn binds_context(call: Node<'_>) -> bool {
    call.callee_name() == "bind"
        && call
            .receiver()
            .is_some_and(|logger| logger.is_a(ClassTag::Logger) || matches!(logger.name(), "log" | "logger"))
}

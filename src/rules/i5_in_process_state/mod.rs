//! I5: what requests depend on is kept in one process, where the other replicas do not see it.
//!
//! Each of what is kept there is a file of this folder.

mod cached_functions;
mod kept_state;
mod library_objects;
mod local_files;
mod process_locks;
mod stores_in_containers;

use super::Findings;
use crate::semantic::{Model, Node};
use crate::stack::System;

/// Parameters that say whose state is meant.
const TOLD: [&str; 4] = ["session_id", "thread_id", "conversation_id", "user_id"];

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    kept_state::check(model, findings);
    let serves = model.is_a_service();
    for (call, api) in model.known_calls() {
        if api.is_constructor && !call.is_outside_production() && !call.source_file().is_script {
            library_objects::in_memory(call, &api, serves, findings);
        }
        if api.callable.crosses == Some(System::Cache)
            && !api.is_constructor
            && call.function().is_some_and(Node::serves_requests)
        {
            findings.conforms(call, "kept where all replicas look");
        }
    }
    for assignment in model.assignments().filter(|assignment| assignment.function().is_none()) {
        process_locks::lock(assignment, findings);
    }
    stores_in_containers::deployed(model, findings);
    local_files::files(model, findings);
    for function in model.functions().filter(|function| !function.is_outside_production()) {
        cached_functions::cached(function, findings);
    }
}

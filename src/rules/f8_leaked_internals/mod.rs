//! F8: exceptions shown to clients, codes that mislead them, and refusals that do not say when to come back.
//!
//! Each defect is a file of this folder. This one goes once through all places that may have one, and hands each to those
//! that it may have.

mod blamed_client;
mod debug_mode;
mod error_handlers;
mod helper_responses;
mod leak_reports;
mod leaked_text;
mod retry_after;
mod returned_values;
mod swallowed_errors;

use super::Findings;
use crate::semantic::{Model, Node, Response};
use crate::stack::Tag;
use swallowed_errors::Swallowed;

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let swallowed = swallowed_errors::check(model, findings);
    for call in model.calls().filter(|call| !call.is_outside_production()) {
        let makes = call.api().is_some_and(|api| api.is_constructor);
        let response = if makes { call.response() } else { None };
        if let Some(response) = response.or_else(|| helper_responses::response(call)) {
            check_response(&response, &swallowed, findings);
        } else if call.does(Tag::Responds) {
            leaked_text::check_sent(call, findings);
        } else if call.does(Tag::EndsConnection) {
            leaked_text::check_end(call, findings);
        }
        if makes {
            debug_mode::check(call, findings);
            retry_after::check_limiter(call, findings);
        }
    }
    for raise in model.raises().filter(|raise| !raise.is_outside_production()) {
        error_handlers::check(raise, findings);
    }
    for assignment in model.assignments().filter(|assignment| !assignment.is_outside_production()) {
        retry_after::check_set_status(assignment, findings);
    }
    for function in model.functions().filter(|function| !function.is_outside_production()) {
        check_function(function, &swallowed, findings);
    }
}

fn check_response(response: &Response<'_>, swallowed: &[Swallowed<'_>], findings: &mut Findings<'_>) {
    if leaked_text::reaches_client(response.call, findings) {
        let is_told = swallowed.iter().any(|lost| lost.outcome.contains(response.call));
        leaked_text::check(response, is_told, findings);
        retry_after::check(response, findings);
    }
    blamed_client::check(response, findings);
}

/// What a function returns or yields, where that is sent as it is.
fn check_function(function: Node<'_>, swallowed: &[Swallowed<'_>], findings: &mut Findings<'_>) {
    let is_route = function.route().is_some();
    if is_route {
        for returned in function.own_returns() {
            if !swallowed.iter().any(|lost| lost.outcome == returned) {
                returned_values::check(returned, function, findings);
            }
        }
    }
    if function.mcp_tool().is_some() {
        returned_values::check_tool(function, findings);
    }
    if function.is_generator() && (is_route || function.feeds_response()) {
        returned_values::check_stream(function, findings);
    }
}

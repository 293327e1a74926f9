//! I2: one caller may take what all share: requests without a limit, bodies and answers without an end.
//!
//! Each of what may be taken is a file of this folder.

mod bodies;
mod limiters;
mod models;
mod pages;
mod proxy;
mod routes;
mod whole_tables;

use crate::rules::Findings;
use crate::semantic::{Model, Node};
use crate::stack::System;

pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    routes::check(model, findings);
    for handler in model.handlers().filter(|handler| is_checked(*handler)) {
        limiters::fails_open(handler, findings);
    }
    limiters::counted_in_process(model, findings);
    for function in model.functions().filter(|function| is_checked(*function) && function.route().is_some()) {
        for parameter in function.parameters() {
            bodies::whole_body(parameter, findings);
            pages::page(parameter, function, findings);
            pages::page_in_body(parameter, function, findings);
        }
        whole_tables::check(function, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| is_checked(*call)) {
        if api.callable.blocks == Some(System::File) {
            bodies::spilled(call, findings);
        }
        bodies::fetched(call, findings);
    }
    for call in
        ["incr", "incrby"].iter().flat_map(|name| model.calls_named(name)).filter(|it| is_checked(*it))
    {
        limiters::counted_together(call, findings);
    }
    for branch in model.ifs().filter(|branch| is_checked(*branch)) {
        limiters::let_past(branch, findings);
        limiters::only_logged(branch, findings);
    }
    for call in model.calls_named("read").filter(|call| is_checked(*call)) {
        bodies::upload(call, findings);
    }
    models::check(model, findings);
    for dictionary in model.dictionaries().filter(|dictionary| is_checked(*dictionary)) {
        models::steps(dictionary, findings);
    }
    proxy::check(model, findings);
}

fn is_checked(node: Node<'_>) -> bool {
    !node.is_outside_production() && !node.source_file().is_script
}

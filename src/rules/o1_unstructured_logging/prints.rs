//! A print in server code.
//!
//! Quiet in scripts, in functions that are there to print, in files that are written so, and where another checker is
//! silenced.

use super::exposed_values::exposed_in;
use super::repeated::Repeated;
use crate::report::Severity;
use crate::rules::Findings;
use crate::semantic::{Node, begins_with_word};
use crate::stack::Tag;

const PRINTED: &str = "a print in server code";

pub fn check<'m>(call: Node<'m>, repeated: &mut Repeated<'m>, findings: &mut Findings<'_>) {
    let is_script = call.source_file().is_script || call.is_behind_main_guard();
    if !findings.asks(call, PRINTED, "it is server code", !is_script, &|| match is_script {
        true => "the file is a script, whose output a person reads".to_owned(),
        false => "the file is no script: it has neither a main guard nor a command line".to_owned(),
    }) {
        return;
    }
    let silenced = call.is_silenced_elsewhere();
    if !findings.asks(call, PRINTED, "no other checker is told to be quiet", !silenced, &|| match silenced {
        true => "a `noqa` or the like stands on the line".to_owned(),
        false => "there is no such comment".to_owned(),
    }) {
        return;
    }
    let for_person = call.function().is_some_and(is_for_console);
    if !findings.asks(
        call,
        PRINTED,
        "its function is not there to print",
        !for_person,
        &|| match for_person {
            true => "a person at a console has asked for what it prints".to_owned(),
            false => "neither its name nor a command that calls it says so".to_owned(),
        },
    ) {
        return;
    }
    let target = call.keyword("file").or_else(|| call.keyword("stream"));
    let to_file =
        target.is_some_and(|target| !target.is_none() && !matches!(target.name(), "stdout" | "stderr"));
    if !findings.asks(
        call,
        PRINTED,
        "it writes to the standard output or error",
        !to_file,
        &|| match target {
            Some(target) => format!("it writes to `{}`", target.excerpt()),
            None => "it names no other place".to_owned(),
        },
    ) {
        return;
    }
    let is_trace = call.does(Tag::FormatsTraceback);
    // What must not be seen is told wherever it is printed.
    if let Some(exposed) = exposed_in(call).filter(|exposed| exposed.severity > Severity::Low && !is_trace) {
        repeated.exposed.push((call, exposed));
        return;
    }
    let told = if is_trace { &mut repeated.traces } else { &mut repeated.prints };
    let is_first = told.is_empty();
    let what = if is_trace { "stack traces" } else { "prints" };
    findings.asks(call, PRINTED, "it is the first in the file", is_first, &|| match is_first {
        true => format!("{what} are told once for each file, here"),
        false => format!("{what} are told once for each file, at the first one"),
    });
    told.push(call);
}

/// Whether a function is there to print, by its name, or is only reached by commands that a person runs.
fn is_for_console(function: Node<'_>) -> bool {
    let named = begins_with_word(function.name(), &["print", "pprint"]);
    (named && !function.serves_requests()) || function.entry_points().are_commands()
}

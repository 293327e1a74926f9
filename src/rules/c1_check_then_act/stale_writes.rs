//! A statement, or a cache, that is given what was computed from an earlier read.

use super::{COUNTED, ONE_MORE, is_named, is_preparation, locked_before};
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::StaleWrite;
use crate::stack::System;

/// `UPDATE quota SET used = :used`, or `cache.set(key, count + 1)`, with what was computed from an earlier read.
pub fn check(found: &StaleWrite<'_>, findings: &mut Findings<'_>) {
    let Some(function) = found.at.function().filter(|function| !locked_before(*function, found.at)) else {
        return;
    };
    if is_preparation(function) {
        return;
    }
    let what = found.what;
    let severity = match is_named(what, &COUNTED) || found.test.is_some() {
        true => Severity::High,
        false => Severity::Medium,
    };
    let message = match found.test {
        Some(_) if found.system == System::Database => {
            format!(
                "rows of `{what}` are counted, then one more is inserted: two requests can both pass the check"
            )
        }
        Some(_) => {
            format!("`{what}` is tested, and written in a second step: two requests can both pass the test")
        }
        None => {
            format!("`{what}` is read, computed in Python and written back: a change made in between is lost")
        }
    };
    let mut draft = findings
        .report(found.at, severity, Certainty::Likely, message)
        .because(found.read, "read here, and nothing keeps others from writing");
    if let Some(test) = found.test {
        draft = draft.because(test, "the decision rests on what was read");
    }
    draft.because(found.at, "written here, whatever it is by now").conforming(match (found.system, found.test) {
        (System::Cache, None) => "Let the server add: `await redis.incrby(key, amount)`.".to_owned(),
        (System::Cache, Some(_)) => "Decide by the answer of the command that writes: `n = await redis.incr(key)` and refuse when `n` is above the limit, or `set(key, value, nx=True)` and stop when it gives nothing.".to_owned(),
        (System::Storage, _) => format!("Let the store do the sum, with the limit as its condition: `ADD {what} :n`, `{{\"$inc\": {{\"{what}\": n}}}}`; or write only where `{what}` is still what was read."),
        (_, Some(_)) => ONE_MORE.to_owned(),
        _ => format!("Let the database do the sum: `SET {what} = {what} + …`, with the limit in the WHERE; or lock the row first (`FOR UPDATE`)."),
    });
}

//! Secrets that the script prints which a container starts with.
//!
//! Quiet about scripts that somebody runs by hand, about what goes into a file or another program, and about parts of a value.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Model;

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for printed in model.printed_secrets() {
        let at = model.stretch(printed.at);
        let (severity, message, why) = match printed.variable {
            Some(name) if printed.is_address => (
                Severity::Medium,
                format!("the start prints `{name}`, an address that may have a password in it"),
                "what a container prints is its log",
            ),
            Some(name) => (
                Severity::High,
                format!("the start prints the secret in `{name}`"),
                "what a container prints is its log, and goes wherever logs go",
            ),
            None => (
                Severity::High,
                "the start prints all variables of its environment".to_owned(),
                "keys and passwords are among them, and what a container prints is its log",
            ),
        };
        findings
            .report(at, severity, Certainty::Likely, message)
            .because(at, why)
            .conforming("Say at most that it is set, `${DATABASE_URL:+set}`, or print the host alone.");
    }
}

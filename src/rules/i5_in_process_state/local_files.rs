//! Files that one request writes and another reads, on the disk of one replica.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{FileUse, FunctionRole, Model};

/// A file that one request writes and another reads, on the disk of this replica.
pub fn files(model: &Model<'_>, findings: &mut Findings<'_>) {
    let uses = model.file_uses();
    let asked = |used: &FileUse<'_>| {
        used.call
            .function()
            .is_some_and(|function| function.serves_requests() || function.plays(FunctionRole::AfterResponse))
    };
    let mut told: Vec<&str> = Vec::new();
    for written in uses.iter().filter(|used| used.writes && asked(used)) {
        let read = uses.iter().find(|read| {
            !read.writes
                && read.folder == written.folder
                && read.call.function() != written.call.function()
                && asked(read)
        });
        let Some(read) = read.filter(|_| !told.contains(&written.folder)) else { continue };
        told.push(written.folder);
        findings
            .report(
                written.call,
                Severity::Medium,
                Certainty::Likely,
                format!("a file in `{}` is on the disk of one replica alone", written.folder),
            )
            .because(written.call, "a request writes it here")
            .because(read.call, "another request looks for it, and may come to another replica")
            .conforming(
                "Keep it in an object store or in the database, or on a volume that all replicas mount.",
            );
    }
}

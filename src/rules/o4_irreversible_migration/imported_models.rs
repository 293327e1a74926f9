//! A migration that uses the application's models, which will have changed when it runs again.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Migration;
use crate::syntax::Kind;

pub fn check(migration: &Migration<'_>, findings: &mut Findings<'_>) {
    for (statement, name) in migration.upgrade.imported_models() {
        let used = [Some(migration.upgrade), migration.downgrade]
            .into_iter()
            .flatten()
            .find_map(|function| function.descendants_of(Kind::Name).find(|node| node.name() == name));
        let Some(used) = used.filter(|used| used.may_be_a_model()) else { continue };
        findings
            .report(
                statement,
                Severity::Low,
                Certainty::Likely,
                format!("uses the application's `{name}`, which changes after this was written"),
            )
            .because(used, "does something else once the model has other columns")
            .conforming(
                "Say here what is needed of the table: `silos = sa.table(\"silos\", sa.column(\"status\"))`.",
            );
        return;
    }
}

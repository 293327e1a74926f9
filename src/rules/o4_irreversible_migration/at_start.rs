//! A schema that changes whenever the application, or a container of it, starts.
//!
//! Quiet about scripts, tests, what runs once, and services for development.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, Node, has_word};
use crate::stack::Tag;
use crate::syntax::{Kind, Role};

const BEFORE_THE_ROLLOUT: &str = "Migrate once, as a step of its own before the rollout: a Job, a Helm hook, or a one-shot service that the others wait for with `condition: service_completed_successfully`.";

/// Migrations that the application runs when it starts, and tables that it makes then.
pub fn created(model: &Model<'_>, findings: &mut Findings<'_>) {
    let of_application = |call: &Node<'_>| !call.is_outside_production() && !call.source_file().is_script;
    for call in model
        .calls_doing(Tag::Migrates)
        .filter(|call| of_application(call) && call.runs_when_application_starts())
    {
        findings
            .report(call, Severity::Medium, Certainty::Sure, "changes the schema whenever the application starts")
            .because(call, "a failure keeps every new replica from starting, replicas race each other, and the way back is no part of a rollback")
            .conforming(BEFORE_THE_ROLLOUT);
    }
    let mut told = Vec::new();
    for call in model
        .calls_doing(Tag::Executes)
        .filter(|call| of_application(call) && call.sql().is_some_and(changes_schema))
        .filter(|call| call.runs_when_application_starts())
    {
        // Told once for its function.
        let function = call.function().map(Node::place);
        if told.contains(&function) {
            continue;
        }
        told.push(function);
        findings
            .report(call, Severity::Medium, Certainty::Sure, "changes the schema whenever the application starts")
            .because(call, "no migration knows of it: nothing says which version the schema has, and replicas that start together race each other")
            .conforming(BEFORE_THE_ROLLOUT);
    }
    for call in model.calls_doing(Tag::Executes).filter(|call| of_application(call)) {
        let is_change = call.sql().is_some_and(changes_columns) && !call.runs_when_application_starts();
        let function =
            call.function().filter(|function| is_change && !told.contains(&Some(function.place())));
        let Some(function) = function.filter(|function| !is_migration(*function)) else { continue };
        told.push(Some(function.place()));
        findings
            .report(call, Severity::Medium, Certainty::Likely, "the application itself changes the schema")
            .because(call, "no migration knows of it: nothing says which version the schema has, and there is no way back")
            .conforming("Write a migration for it, with its downgrade, and run it before the rollout: `op.add_column(…)`, `op.drop_column(…)`.");
    }
    if model.symbol("create_all").is_none() {
        return;
    }
    for call in model.calls().filter(of_application) {
        let is_it = |node: Node<'_>| {
            node.is(Kind::Attribute)
                && node.name() == "create_all"
                && node.receiver().is_some_and(|metadata| metadata.name() == "metadata")
        };
        let handed = call
            .callee()
            .filter(|callee| is_it(*callee))
            .or_else(|| call.positional().find(|argument| is_it(*argument)));
        let Some(handed) =
            handed.filter(|_| call.runs_when_application_starts() && !call.is_for_another_dialect())
        else {
            continue;
        };
        let certainty = if is_chosen(call) { Certainty::Question } else { Certainty::Sure };
        findings
            .report(call, Severity::Medium, certainty, "makes the tables when the application starts")
            .because(handed, "creates what is missing and changes nothing, so the schema and the models drift apart")
            .conforming("Leave the schema to the migrations: `alembic upgrade head` in a job of its own, before the rollout.");
    }
}

/// Whether a statement makes or changes a table that stays.
fn changes_schema(sql: &str) -> bool {
    let mut words = sql.split_whitespace().map(str::to_ascii_lowercase);
    matches!(words.next().as_deref(), Some("create" | "alter"))
        && words.next().is_some_and(|word| word == "table")
}

/// Whether a statement changes the columns of a table.
fn changes_columns(sql: &str) -> bool {
    let mut words = sql.split_whitespace().map(str::to_ascii_lowercase);
    changes_schema(sql)
        && words.next().as_deref() == Some("alter")
        && words.any(|word| matches!(word.as_str(), "add" | "drop" | "rename" | "alter" | "modify"))
        && !sql.to_ascii_lowercase().contains("partition")
}

/// Whether a function is part of the application's own migrations, by its name, its class's or its file's.
fn is_migration(function: Node<'_>) -> bool {
    const WORDS: [&str; 7] =
        ["migrate", "migration", "migrations", "migrator", "upgrade", "downgrade", "versions"];
    let class = function.owner().map_or("", Node::name);
    [function.name(), class, function.source_file().path].iter().any(|name| has_word(name, &WORDS))
}

/// Whether an `if` around this asks a switch for it (`if settings.auto_create:`), or migrates in its other branch.
fn is_chosen(call: Node<'_>) -> bool {
    call.surroundings().filter(|around| around.is(Kind::If)).any(|around| {
        let is_switch = around.child(Role::Test).is_some_and(|test| {
            matches!(test.kind(), Kind::Name | Kind::Attribute)
                && has_word(test.name(), &["create", "init", "auto", "dev"])
        });
        let migrates = |other: Node<'_>| other.does(Tag::Migrates) || other.callee_name() == "upgrade";
        is_switch || around.calls_within().any(migrates)
    })
}

/// Containers that migrate before they serve.
pub fn migrated(model: &Model<'_>, findings: &mut Findings<'_>) {
    for workload in model.workloads().iter().filter(|workload| !workload.runs_once()) {
        let is_partial = workload
            .service
            .as_ref()
            .is_some_and(|service| service.is_for_development || service.is_for_tests);
        for command in
            workload.commands.iter().filter(|command| !is_partial && command.migrates_then_serves())
        {
            findings
                .report(
                    model.stretch(command.at),
                    Severity::Medium,
                    Certainty::Likely,
                    "the schema changes whenever a container starts",
                )
                .because(
                    model.stretch(command.at),
                    "a migration that fails or waits for a lock keeps the service from starting, and the image of the last release finds the new schema",
                )
                .conforming(BEFORE_THE_ROLLOUT);
        }
    }
}

//! The rules: one file each, a predicate over the facts of [`crate::semantic`]. A rule of several sub-patterns is a folder:
//! its `mod.rs` says in which order they are looked for, and each has a file of its own.
//!
//! A rule never walks a tree by itself, never imports another rule, and never names a library: what it needs of
//! those goes down into `semantic` or `rules/stack`.

mod c1_check_then_act;
mod c2_unguarded_contended_row;
mod c3_shared_session;
mod c4_unsized_pool;
mod c5_blocked_event_loop;
mod c6_unbounded_fan_out;
mod c7_non_idempotent_write;
mod c8_scheduler_in_every_replica;
mod c9_interleaved_checkpoints;
mod f1_missing_timeout;
mod f2_indiscriminate_retry;
mod f3_missing_fallback;
mod f4_missing_bulkhead;
mod f5_aborted_batch;
mod f6_ungraceful_lifecycle;
mod f7_missing_health_signal;
mod f8_leaked_internals;
mod findings;
mod i1_cross_tenant_access;
mod i2_unlimited_tenant;
mod i3_uncontained_failure;
mod i4_exposed_network;
mod i5_in_process_state;
mod i6_unbounded_resources;
mod o1_unstructured_logging;
mod o2_missing_trace;
mod o3_hardcoded_configuration;
mod o4_irreversible_migration;
mod o5_mutable_deployment;

pub use findings::{Draft, Findings, Watched};

use crate::report::Rule;
use crate::semantic::Model;

/// A rule that is checked.
pub struct Check {
    pub rule: Rule,
    pub run: fn(&Model<'_>, &mut Findings<'_>),
}

/// All rules that are checked, in the order of the rubric. The only list of them.
pub const CHECKS: &[Check] = &[
    Check { rule: Rule::C1, run: c1_check_then_act::check },
    Check { rule: Rule::C2, run: c2_unguarded_contended_row::check },
    Check { rule: Rule::C3, run: c3_shared_session::check },
    Check { rule: Rule::C4, run: c4_unsized_pool::check },
    Check { rule: Rule::C5, run: c5_blocked_event_loop::check },
    Check { rule: Rule::C6, run: c6_unbounded_fan_out::check },
    Check { rule: Rule::C7, run: c7_non_idempotent_write::check },
    Check { rule: Rule::C8, run: c8_scheduler_in_every_replica::check },
    Check { rule: Rule::C9, run: c9_interleaved_checkpoints::check },
    Check { rule: Rule::F1, run: f1_missing_timeout::check },
    Check { rule: Rule::F2, run: f2_indiscriminate_retry::check },
    Check { rule: Rule::F3, run: f3_missing_fallback::check },
    Check { rule: Rule::F4, run: f4_missing_bulkhead::check },
    Check { rule: Rule::F5, run: f5_aborted_batch::check },
    Check { rule: Rule::F6, run: f6_ungraceful_lifecycle::check },
    Check { rule: Rule::F7, run: f7_missing_health_signal::check },
    Check { rule: Rule::F8, run: f8_leaked_internals::check },
    Check { rule: Rule::I1, run: i1_cross_tenant_access::check },
    Check { rule: Rule::I2, run: i2_unlimited_tenant::check },
    Check { rule: Rule::I3, run: i3_uncontained_failure::check },
    Check { rule: Rule::I4, run: i4_exposed_network::check },
    Check { rule: Rule::I5, run: i5_in_process_state::check },
    Check { rule: Rule::I6, run: i6_unbounded_resources::check },
    Check { rule: Rule::O1, run: o1_unstructured_logging::check },
    Check { rule: Rule::O2, run: o2_missing_trace::check },
    Check { rule: Rule::O3, run: o3_hardcoded_configuration::check },
    Check { rule: Rule::O4, run: o4_irreversible_migration::check },
    Check { rule: Rule::O5, run: o5_mutable_deployment::check },
];

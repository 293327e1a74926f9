//! Calls, and the functions that they reach.
//!
//! In reading order: `callee` (what is known of what is called), `roles` (who calls a function from outside), `functions` (execution contexts), `entry_points`
//! (from where a function is reached), `summary` (what a function does, its callees included), `reach` (which of those calls
//! run with the arguments they are given), `callers` (who asks, and who has chosen).

pub(super) mod callee;
pub(super) mod callers;
pub(super) mod entry_points;
pub(super) mod functions;
pub(super) mod reach;
pub(super) mod roles;
pub(super) mod summary;

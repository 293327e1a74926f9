//! Language models and the graphs that call them.
//!
//! `models` (who asks one, and what becomes of the request), `threads` (conversations that graphs keep), `tracing` (what is
//! recorded of their runs).

pub(super) mod models;
pub(super) mod threads;
pub(super) mod tracing;

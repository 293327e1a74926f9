//! Whose data it is.
//!
//! `tenants` (which rows and queries are one tenant's), `tenant_values` (which values are), `thread_names` (whose conversation
//! a thread is).

pub(super) mod tenant_values;
pub(super) mod tenants;
pub(super) mod thread_names;

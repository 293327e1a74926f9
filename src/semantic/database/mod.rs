//! Databases: what is read and written, and in which order.
//!
//! `engines` (which database an engine talks to), `dialects`, `sessions` (connections that are held), `unseen` (those of files
//! that were not given), `rows` (what is fetched and changed), `exclusion` (what keeps others out meanwhile), `stale_writes`
//! (writes of what was read before), `migrations` and `migration_data`.

pub(super) mod dialects;
pub(super) mod engines;
pub(super) mod exclusion;
pub(super) mod migration_data;
pub(super) mod migrations;
pub(super) mod rows;
pub(super) mod sessions;
pub(super) mod stale_writes;
pub(super) mod unseen;

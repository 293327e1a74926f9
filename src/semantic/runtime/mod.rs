//! The process that serves all requests: what it keeps, shares, starts and stops.
//!
//! `lifecycle` (how the application starts and stops), `clients` (what keeps connections, and who shares it), `shared_state`
//! (what is kept for all requests), `growth` (what of it only grows), `kept` (what may be kept), `local_files` (what requests
//! leave on the disk), `fan_out` (coroutines that run at once), `process` (what is done to the process itself),
//! `environment` (variables that are read), `configuration` (where they are meant to be).

pub(super) mod clients;
pub(super) mod configuration;
pub(super) mod environment;
pub(super) mod fan_out;
pub(super) mod growth;
pub(super) mod kept;
pub(super) mod lifecycle;
pub(super) mod local_files;
pub(super) mod process;
pub(super) mod shared_state;

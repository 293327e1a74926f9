//! The analysis off the page's main thread: what travels between page and worker, and both of its ends.

#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod protocol;
#[cfg(target_arch = "wasm32")]
pub mod scope;
pub mod server;

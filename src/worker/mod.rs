//! The analysis off the page's main thread: what travels between page and worker, and both of its ends.
//! What is neither is the same natively, where the tests ask it.

#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod client;
pub mod protocol;
#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod scope;
pub mod server;

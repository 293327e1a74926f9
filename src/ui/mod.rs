//! The page. Start reading at `app`; `state` holds what the playground knows, and every change to it.
#![cfg(target_arch = "wasm32")]

mod app;
pub mod components;
pub mod editor;
mod hooks;
mod pages;
pub mod route;
pub mod state;
pub mod words;

pub use app::run;

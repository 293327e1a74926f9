//! The page. Start reading at `app`; `state` holds what the playground knows, and every change to it.
#![cfg(target_arch = "wasm32")]

mod app;
mod clipboard;
pub mod components;
mod dialog;
mod download;
pub mod editor;
mod hooks;
mod packing;
mod pages;
pub mod patches;
pub mod route;
pub mod state;
pub mod words;

pub use app::run;

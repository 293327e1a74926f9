//! The page. Start reading at `app`; `state` holds what the playground knows, and every change to it.
#![cfg(target_arch = "wasm32")]

mod app;
mod clipboard;
pub mod commands;
pub mod components;
pub mod device;
pub mod dialogs;
mod download;
mod drawn;
pub mod editor;
pub mod filters;
mod hooks;
pub mod intake;
pub mod later;
mod packing;
mod pages;
pub mod patches;
pub mod rescue;
pub mod route;
pub mod settings_text;
pub mod state;
pub mod words;

pub use app::run;

//! One page a route.

pub mod exercise;
pub mod learn;
pub mod link;
pub mod not_found;
pub mod playground;
pub mod private;
pub mod rule;
pub mod rules;
pub mod settings;

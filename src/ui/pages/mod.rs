//! One page a route.

pub mod not_found;
pub mod playground;
pub mod rule;
pub mod rules;

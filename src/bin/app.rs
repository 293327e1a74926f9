//! See src/ui.

fn main() {}

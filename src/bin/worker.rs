//! See src/worker.

fn main() {}

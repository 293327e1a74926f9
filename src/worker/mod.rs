//! The analysis in a worker of its own.

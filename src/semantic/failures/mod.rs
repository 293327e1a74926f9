//! What fails, and what becomes of it.
//!
//! `failing` (what leaves the process, and how far its failure gets), `errors` (what is caught), `kept_failures` (code that
//! keeps its failures to itself), `exception_texts` (what of their texts is shown), `retries`, `retry_loops`, `answer_loops` and `retried`
//! (what is tried again, and after what), `computing` (what may be sent twice), `batches` (what a loop over many things makes
//! of them).

pub(super) mod answer_loops;
pub(super) mod batches;
pub(super) mod computing;
pub(super) mod errors;
pub(super) mod exception_texts;
pub(super) mod failing;
pub(super) mod kept_failures;
pub(super) mod retried;
pub(super) mod retries;
pub(super) mod retry_loops;

//! The report as JSON, `schema: 1`: the page's worker and the command line write the same bytes.

use crate::report::Report;

/// One line, without a line end.
pub fn report(report: &Report) -> String {
    // A report is plain data with text keys, for which serialisation cannot fail.
    serde_json::to_string(report).unwrap_or_default()
}

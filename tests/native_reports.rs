//! Writes down the reports of every example and sample as they come out natively, for `tests/browser.rs`, which
//! compares them with what the worker says as WebAssembly. Run this one first.

#[path = "examples_of_the_catalogue/mod.rs"]
mod examples_of_the_catalogue;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rubric_playground::check::check;
use rubric_playground::settings::Settings;

#[test]
fn every_example_has_a_report_to_compare_with() {
    let reports: BTreeMap<String, String> = examples_of_the_catalogue::sets()
        .into_iter()
        .map(|(name, sources)| {
            let report = check(&sources, &Settings::default());
            (name, serde_json::to_string(&report).expect("a report is plain data"))
        })
        .collect();
    assert!(reports.len() >= 56, "28 rules have two sides each, but there are {} sets", reports.len());

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generated");
    fs::create_dir_all(&folder).expect("the folder of the tests can be written to");
    let json = serde_json::to_string_pretty(&reports).expect("reports are plain data");
    fs::write(folder.join("native_reports.json"), json).expect("the folder of the tests can be written to");
}

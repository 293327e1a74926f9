//! Every set of files that the catalogue holds, each with a name.

use rubric_playground::catalogue::{ENTRIES, Example, samples};
use rubric_playground::check::Source;

pub fn sets() -> Vec<(String, Vec<Source>)> {
    let of = |files: &[Example]| {
        files
            .iter()
            .map(|file| Source { path: file.path.to_owned(), text: file.text.to_owned() })
            .collect::<Vec<_>>()
    };
    let sides = ENTRIES.iter().flat_map(|entry| {
        [
            (format!("{}/violating", entry.name), of(entry.violating())),
            (format!("{}/conforming", entry.name), of(entry.conforming())),
        ]
    });
    let samples = samples().iter().map(|sample| (format!("samples/{}", sample.name), of(&sample.files)));
    sides.chain(samples).collect()
}

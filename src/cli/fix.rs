//! `--fix`: makes the verified fixes in the files themselves.

use std::collections::BTreeSet;
use std::fs;

use super::files::Files;
use crate::export::counted;
use crate::fixes::fix_all;
use crate::settings::Settings;
use crate::source::Source;

/// Makes all fixes that hold, in the files and in what was read of them. Says how much was done.
pub fn fix(files: &mut Files, settings: &Settings) -> Result<String, String> {
    // What came from the standard input, or is not text as it was read, cannot be written back.
    let is_written = |source: &&Source| {
        let bytes = files.origins.get(&source.path).and_then(|origin| fs::read(origin).ok());
        bytes.is_some_and(|bytes| source.text.as_bytes() == bytes)
    };
    let written: BTreeSet<&str> =
        files.sources.iter().filter(is_written).map(|source| source.path.as_str()).collect();
    let fixed = fix_all(&files.sources, settings, &|path| written.contains(path));
    let mut changed = 0;
    for (before, after) in files.sources.iter().zip(&fixed.sources) {
        if before.text != after.text
            && let Some(origin) = files.origins.get(&before.path)
        {
            fs::write(origin, &after.text)
                .map_err(|error| format!("{}: the fixes cannot be written: {error}", origin.display()))?;
            changed += 1;
        }
    }
    files.sources = fixed.sources;
    Ok(match fixed.count {
        0 => "nothing was fixed: no finding has a fix that holds".to_owned(),
        count => format!("{} fixed in {}", counted(count, "finding"), counted(changed, "file")),
    })
}

//! `--fix`: makes the verified fixes in the files themselves.

use std::fs;

use super::files::Files;
use crate::export::counted;
use crate::fixes::fix_all;
use crate::settings::Settings;

/// Makes all fixes that hold, in the files and in what was read of them. Says how much was done.
pub fn fix(files: &mut Files, settings: &Settings) -> Result<String, String> {
    // What came from the standard input, or is not text as it was read, cannot be written back.
    let is_written = |path: &str| {
        let source = files.sources.iter().find(|source| source.path == path);
        let bytes = files.origins.get(path).and_then(|origin| fs::read(origin).ok());
        source.zip(bytes).is_some_and(|(source, bytes)| source.text.as_bytes() == bytes)
    };
    let fixed = fix_all(&files.sources, settings, &is_written);
    let mut written = 0;
    for (before, after) in files.sources.iter().zip(&fixed.sources) {
        if before.text != after.text
            && let Some(origin) = files.origins.get(&before.path)
        {
            fs::write(origin, &after.text)
                .map_err(|error| format!("{}: the fixes cannot be written: {error}", origin.display()))?;
            written += 1;
        }
    }
    files.sources = fixed.sources;
    Ok(match fixed.count {
        0 => "nothing was fixed: no finding has a fix that holds".to_owned(),
        count => format!("{} fixed in {}", counted(count, "finding"), counted(written, "file")),
    })
}

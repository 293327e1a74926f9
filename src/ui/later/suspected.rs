//! What somebody should look at before it is shared.

use crate::check::Source;
use crate::secrets::suspects;

/// Where each suspect stands and what it seems to be; the secret itself is masked, since screens are shared as well.
pub fn suspected(files: &[Source]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            suspects(&file.path, &file.text).into_iter().map(|suspect| {
                let line = file.text[..suspect.start].matches('\n').count() + 1;
                let secret: Vec<char> = file.text[suspect.start..suspect.end].chars().collect();
                let shown: String = secret.iter().take((secret.len() / 4).min(4)).collect();
                format!("{}:{line}: {}, {shown}…", file.path, suspect.what)
            })
        })
        .collect()
}

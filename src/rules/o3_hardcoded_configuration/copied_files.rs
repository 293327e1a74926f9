//! Files with secrets that become a part of an image.

use crate::file_names::last_part;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, is_example};

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (path, at) in model.copied_paths() {
        let name = last_part(path);
        let is_environment = (name == ".env" || name.starts_with(".env.")) && !is_example(name);
        let is_key = matches!(name, "id_rsa" | "id_ed25519" | "service-account.json" | "credentials.json")
            || [".key", "-key.pem", "_key.pem", ".p12"].iter().any(|end| name.ends_with(end));
        if !is_environment && !is_key {
            continue;
        }
        findings
            .report(
                model.stretch(at),
                Severity::High,
                Certainty::Likely,
                format!("`{name}` and what it holds become a part of the image"),
            )
            .because(model.stretch(at), "whoever has the image has the file, even if a later step deletes it")
            .conforming("Leave it out, by `.dockerignore` as well, and hand it over when the container starts: `env_file:`, `secrets:`, or a mounted volume.");
    }
}

//! Which files are there to read the configuration.

use crate::file_names::last_part;
use crate::semantic::{Model, has_word};

impl Model<'_> {
    /// Whether a file is where configuration is read: the module that the settings name, or one named for it.
    pub fn is_configuration_file(&self, file: u32) -> bool {
        let path = self.files[file as usize].path;
        let module = self.settings.settings_module.replace('.', "/");
        let name = last_part(path).trim_end_matches(".py");
        path.trim_end_matches(".py").ends_with(&module)
            || path.split('/').any(|part| matches!(part, "config" | "settings" | "configuration"))
            || name.ends_with("config")
            || has_word(
                name,
                &[
                    "config",
                    "configs",
                    "configuration",
                    "conf",
                    "settings",
                    "setting",
                    "env",
                    "environment",
                    "constants",
                    "const",
                    "defaults",
                    "setup",
                    "main",
                ],
            )
    }

    /// Whether a file bears the name of the settings module, or of settings.
    pub fn is_named_for_settings(&self, file: u32) -> bool {
        let path = self.files[file as usize].path.trim_end_matches(".py");
        path.ends_with(&self.settings.settings_module.replace('.', "/"))
            || has_word(last_part(path), &["settings", "config"])
    }
}

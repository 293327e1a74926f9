//! The text of a `rubric.toml`, read on the page.

use crate::settings::Settings;
use crate::settings_file::{self, Mistake};
use crate::ui::device;

/// Reads settings; a mistake in them has its place, as on the command line.
pub async fn read(text: &str) -> Result<Settings, Mistake> {
    let Ok(parsed) = device::read_toml(text).await else {
        let message = "the part of the page that reads it could not be loaded, try it again".to_owned();
        return Err(Mistake { line: 1, column: 1, message });
    };
    let parsed = js_sys::Array::from(&parsed);
    if let Some(json) = parsed.get(0).as_string() {
        return settings_file::from_json(&json, text);
    }
    let number = |index| parsed.get(index).as_f64().unwrap_or(1.0) as usize;
    let message = parsed.get(3).as_string().unwrap_or_default();
    Err(Mistake { line: number(1), column: number(2), message })
}

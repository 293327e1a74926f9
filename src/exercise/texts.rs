//! The exercises themselves, which the page loads from a file of their own once somebody may practise.

use std::sync::OnceLock;

use super::{Exercise, listed};

static EXERCISES: OnceLock<Vec<Exercise>> = OnceLock::new();

/// Whether [`provide`] was called.
pub fn are_there() -> bool {
    EXERCISES.get().is_some()
}

/// Takes the text of the file [`listed::FILE_NAME`]. What was provided once stays.
///
/// # Errors
///
/// When it is not the file that this build wrote: not JSON, other fields, or another number of exercises.
pub fn provide(json: &str) -> Result<(), String> {
    let exercises: Vec<Exercise> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if exercises.len() != listed::LISTED.len() {
        return Err(format!("it has {} exercises, not {}", exercises.len(), listed::LISTED.len()));
    }
    let _ = EXERCISES.set(exercises);
    Ok(())
}

/// An exercise; none until the texts are there.
pub fn exercise(number: listed::Number) -> Option<&'static Exercise> {
    EXERCISES.get()?.get(number.index())
}

#[cfg(test)]
mod tests {
    use super::{are_there, provide};

    #[test]
    fn what_the_build_wrote_can_be_read_and_another_file_is_refused() {
        assert!(provide("<!doctype html>").is_err());
        assert!(provide("[]").unwrap_err().contains("0 exercises"));
        assert!(!are_there());
        provide(include_str!(concat!(env!("OUT_DIR"), "/exercises.json"))).unwrap();
        assert!(are_there());
    }
}

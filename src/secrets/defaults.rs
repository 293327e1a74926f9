//! Defaults that everybody can read: whether they open something.

use super::{is_guessable, is_path, is_placeholder, words_of};

/// Whether what a deployment file sets for a secret is one, rather than a word that stands for it or the place where it
/// is. `is_default` says that it is taken only where something else is not set. Where the file decides what runs, any word
/// opens a door to what only a password or a key for signing guards.
pub fn is_set_secret(name: &str, value: &str, is_default: bool, takes_any_word: bool) -> bool {
    let is_written_out = !value.contains(['$', '{']) && !is_path(value);
    let is_long = value.len() >= (if is_default { 4 } else { 6 }) && !is_placeholder(value);
    is_guessable(value)
        || is_written_out && (is_long || takes_any_word && opens_something(name, value, false))
}

/// Whether a default opens something. The word that stands for a missing key of a provider opens nothing; for a password
/// or what tokens are signed with any word does, unless it says where the real one is: `look_in_vault`. What is masked
/// wherever it is printed may be of letters alone.
pub fn opens_something(name: &str, text: &str, is_masked: bool) -> bool {
    let words = words_of(name);
    let mut from_end = words.iter().rev().map(String::as_str);
    let is_own = match from_end.next() {
        Some("secret" | "password" | "passwd" | "passphrase") => true,
        Some("key") => matches!(from_end.next(), Some("secret" | "signing" | "jwt" | "encryption")),
        _ => false,
    };
    let is_left_open = text.trim().is_empty()
        || text.starts_with(['<', '$', '{'])
        || matches!(text, "none" | "None" | "null")
        || is_pointer(text);
    !is_left_open
        && (is_own
            || (!is_placeholder(text)
                && text.len() >= 6
                && (is_masked || text.contains(|letter: char| letter.is_ascii_digit() || letter == '-'))))
}

/// Whether a value is a word that stands in many examples, and that people try first.
pub fn is_weak_word(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "password" | "secret" | "changeme" | "test" | "example")
}

/// Whether a text of several words names the place where the secret is kept.
fn is_pointer(text: &str) -> bool {
    let words = words_of(text);
    words.len() > 1
        && !text.contains(|letter: char| letter.is_ascii_digit())
        && words
            .iter()
            .any(|word| matches!(word.as_str(), "vault" | "env" | "environment" | "keychain" | "keyring"))
}

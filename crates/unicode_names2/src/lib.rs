//! The Python parser asks the crate of this name which character `"\N{EM DASH}"` stands for. Its tables of all names
//! make up more than half of the worker that a browser loads, and no rule depends on the answer. So this crate says only
//! whether the text can be a name at all, and the character stays unknown.

/// The replacement character for what can be a name, nothing for what cannot.
pub fn character(name: &str) -> Option<char> {
    let can_be = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '(' | ')');
    (!name.is_empty() && name.chars().all(can_be)).then_some(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::character;

    #[test]
    fn only_what_can_be_a_name_has_a_character() {
        assert_eq!(character("EM DASH"), Some(char::REPLACEMENT_CHARACTER));
        assert_eq!(character(""), None);
        assert_eq!(character("é"), None);
    }
}

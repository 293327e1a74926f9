//! Texts without the characters that are not seen but change what is shown.

/// The text in one line: control characters, and those that turn the direction of writing or hide, become `�`.
pub fn visible(text: &str) -> String {
    text.chars().map(|character| if is_hidden(character) { '\u{fffd}' } else { character }).collect()
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\nb\u{1b}[31m\u{202e}c\u{0}"), "a�b�[31m�c�");
        assert_eq!(visible("é 👩‍💻 <b>`x`"), "é 👩‍💻 <b>`x`");
    }
}

//! `.env` files as names and values with positions.
//!
//! Written by hand: the crates for these files load them into the process, and tell no positions.

use super::Word;

/// One line `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: Word,
    /// Without its quotes and without a comment behind it.
    pub value: Word,
    /// Commented out: it documents the name and sets nothing.
    pub is_comment: bool,
}

/// All lines that set a variable, or would without the `#` before them. Everything else is left out.
pub fn read_environment(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        found.extend(variable(line.trim_end_matches(['\n', '\r']), at));
        at += line.len();
    }
    found
}

fn variable(line: &str, start: usize) -> Option<Variable> {
    let mut rest = line.trim_start_matches('\u{feff}').trim_start();
    let is_comment = rest.starts_with('#');
    if is_comment {
        rest = rest.trim_start_matches('#').trim_start();
    }
    if let Some(exported) = rest.strip_prefix("export ") {
        rest = exported.trim_start();
    }
    let (name, value) = rest.split_once('=')?;
    let name = name.trim_end();
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_name {
        return None;
    }
    let name_at = start + (line.len() - rest.len());
    let written = value.trim();
    let value_at = start + line.len() - value.len() + (value.len() - value.trim_start().len());
    let said = match written.chars().next() {
        Some(quote @ ('"' | '\'')) => written[1..].split(quote).next().unwrap_or_default(),
        _ if written.starts_with('#') => "",
        _ => written.split(" #").next().unwrap_or_default().trim_end(),
    };
    let shift = usize::from(written.starts_with(['"', '\'']));
    let value_start = (value_at + shift) as u32;
    Some(Variable {
        name: Word { text: name.into(), start: name_at as u32, end: (name_at + name.len()) as u32 },
        value: Word { text: said.into(), start: value_start, end: value_start + said.len() as u32 },
        is_comment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let text = "# A note = here\nA=1\r\nexport B=\"two # words\" # note\n C = x y # note\n#D=4\nE=\nno name=1\n=\n";
        let found = read_environment(text);
        let read: Vec<_> = found.iter().map(|v| (&*v.name.text, &*v.value.text, v.is_comment)).collect();
        assert_eq!(
            read,
            [
                ("A", "1", false),
                ("B", "two # words", false),
                ("C", "x y", false),
                ("D", "4", true),
                ("E", "", false)
            ]
        );
        for variable in &found {
            assert_eq!(&text[variable.name.start as usize..variable.name.end as usize], &*variable.name.text);
            assert_eq!(
                &text[variable.value.start as usize..variable.value.end as usize],
                &*variable.value.text
            );
        }
    }
}

//! What looks like a secret in a text: by its form, by its look, by the name that stands before it. Both the rules and
//! the page's sharing ask it, so it imports nothing.

mod defaults;
mod keys;
mod names;
mod values;

pub use defaults::{is_weak_word, opens_something};
pub use keys::{WrittenKey, written_keys};
pub use names::{is_secret_name, names_secret, words_of};
pub use values::{
    ConnectionString, connection_strings, is_guessable, is_path, is_placeholder, looks_like_secret,
};

/// A stretch of a text that looks like a secret, by its form or by the name that stands before it; byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    pub start: usize,
    pub end: usize,
    /// What it seems to be, as a person would say it.
    pub what: String,
}

/// Everything in a text of whatever kind that somebody should look at before the text is given away.
pub fn suspects(text: &str) -> Vec<Suspect> {
    let mut found: Vec<Suspect> = Vec::new();
    for WrittenKey { start, end, of } in written_keys(text) {
        let what = if of.starts_with("a ") { of.to_owned() } else { format!("a key of {of}") };
        found.push(Suspect { start, end, what });
    }
    for ConnectionString { start, end, .. } in connection_strings(text) {
        put(&mut found, Suspect { start, end, what: "an address with a password".to_owned() }, |known| {
            known.start
        });
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((name, start, end)) = assignment(line)
            && names_secret(name)
            && looks_like_secret(name, &line[start..end])
            && !found.iter().any(|known| known.start < at + end && at + start < known.end)
        {
            let what = format!("the value of `{name}`");
            put(&mut found, Suspect { start: at + start, end: at + end, what }, |known| known.start);
        }
        at += line.len();
    }
    found
}

/// Puts an item where it belongs by its start. There are few of them, and a sort would weigh more than all of this.
fn put<T>(items: &mut Vec<T>, item: T, start: fn(&T) -> usize) {
    let at = items.iter().take_while(|known| start(known) <= start(&item)).count();
    items.insert(at, item);
}

/// The name and the stretch of the value of `NAME=value`, `name: value` or `"name": "value"`.
fn assignment(line: &str) -> Option<(&str, usize, usize)> {
    let sign = line.find(['=', ':'])?;
    let before = line[..sign].trim_end().trim_end_matches(['"', '\'']);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let name = before.rsplit(|letter| !is_part(letter)).next().filter(|name| !name.is_empty())?;
    let behind = &line[sign + 1..];
    // `token: str = "…"` has its value behind the type.
    let skipped = if line.as_bytes()[sign] == b':' { behind.find('=').map_or(0, |at| at + 1) } else { 0 };
    let value = behind[skipped..].trim_start();
    let mut start = line.len() - value.len();
    let end = match value.chars().next()? {
        quote @ ('"' | '\'') => {
            start += 1;
            start + line[start..].find(quote)?
        }
        _ => start + value.find([' ', '\t', '\r', '\n', ',', ';', '#']).unwrap_or(value.len()),
    };
    Some((name, start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_not_be_given_away_is_found_in_texts_of_every_kind() {
        let found = |text: &str| -> Vec<String> {
            suspects(text)
                .into_iter()
                .map(|suspect| format!("{}: {}", suspect.what, &text[suspect.start..suspect.end]))
                .collect()
        };
        assert_eq!(
            found("A=1\nDB_PASSWORD=harbour-tulip-42\nKEY='sk-ant-api03-Qm4tZr8wLx2VbN6mYk9RcZ3h'\n"),
            [
                "the value of `DB_PASSWORD`: harbour-tulip-42",
                "a key of Anthropic: sk-ant-api03-Qm4tZr8wLx2VbN6mYk9RcZ3h"
            ]
        );
        assert_eq!(
            found("  password: \"harbour-tulip-42\"\n"),
            ["the value of `password`: harbour-tulip-42"]
        );
        assert_eq!(found("+api_key: str = \"q8w7e6r5t4z3\"\n"), ["the value of `api_key`: q8w7e6r5t4z3"]);
        assert_eq!(
            found("url = 'redis://:harbour-tulip-42@cache:6379/0'"),
            ["an address with a password: redis://:harbour-tulip-42@cache:6379"]
        );
        for harmless in [
            "",
            "=",
            "é=é",
            "password = os.environ[\"PASSWORD\"]\n",
            "PASSWORD=changeme\n",
            "token: ${TOKEN}\n",
            "max_tokens = 4096\n",
        ] {
            assert_eq!(found(harmless), [""; 0], "{harmless}");
        }
    }
}

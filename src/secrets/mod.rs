//! What looks like a secret in a text: by its form, by its look, by the name that stands before it. Both the rules and
//! the page's sharing ask it, so of the crate it imports the names of files alone.

use crate::file_names::{self, Named};

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

/// Everything in a file of whatever kind that somebody should look at before it is given away. What rule O3 finds in
/// files that set variables is among it, other than placeholders, which open nothing.
pub fn suspects(path: &str, text: &str) -> Vec<Suspect> {
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
    let is_patch = file_names::is_patch(path);
    let mut file = file_names::named(path);
    // `name: DB_PASSWORD` has its value on the next line.
    let mut item = String::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("+++ ").filter(|_| is_patch) {
            file = file_names::named(path.trim());
        }
        let (assignments, is_image) = match image_variable(line).filter(|_| file != Named::Python) {
            Some(assignments) => (assignments, true),
            None => (assignments(line), false),
        };
        let sets = is_image || matches!(file, Named::Yaml | Named::Dockerfile | Named::Environment);
        for assignment in &assignments {
            let value = &line[assignment.start..assignment.end];
            let name = match assignment.name {
                "name" => {
                    value.clone_into(&mut item);
                    continue;
                }
                "value" if sets => item.as_str(),
                name => name,
            };
            let is_secret =
                names_secret(name) && (looks_like_secret(name, value) || sets && is_set_secret(value));
            let (start, end) = (at + assignment.start, at + assignment.end);
            if is_secret && !found.iter().any(|known| known.start < end && start < known.end) {
                let what = format!("the value of `{name}`");
                put(&mut found, Suspect { start, end, what }, |known| known.start);
            }
        }
        at += line.len();
    }
    found
}

/// Whether a value that a deployment file sets for a secret is one: any word opens a door there, other than one that
/// stands for the secret, or for the place where it is.
fn is_set_secret(value: &str) -> bool {
    is_guessable(value)
        || value.len() >= 4
            && !is_placeholder(value)
            && !value.contains(['$', '{', '<', '*'])
            && !["/", "./", "~"].iter().any(|start| value.starts_with(start))
            && !value.contains("://")
}

/// Puts an item where it belongs by its start. There are few of them, and a sort would weigh more than all of this.
fn put<T>(items: &mut Vec<T>, item: T, start: fn(&T) -> usize) {
    let at = items.iter().take_while(|known| start(known) <= start(&item)).count();
    items.insert(at, item);
}

/// A name with the stretch of a line that is its value.
struct Assignment<'t> {
    name: &'t str,
    start: usize,
    end: usize,
}

/// `ENV NAME value`, the older form of a Dockerfile.
fn image_variable(line: &str) -> Option<Vec<Assignment<'_>>> {
    let code = line.trim_start_matches(['+', '-', ' ', '\t']);
    let (word, rest) = code.split_once([' ', '\t'])?;
    if !["ENV", "ARG"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
        return None;
    }
    match rest.trim_start().split_once([' ', '\t', '=', '\n']) {
        Some((name, value)) if !name.is_empty() && !rest.contains('=') => {
            let value = value.trim();
            let start = line.len() - line.trim_end().len();
            let end = line.len() - start;
            Some(vec![Assignment { name, start: end - value.len(), end }])
        }
        _ => Some(assignments(line)),
    }
}

/// All `NAME=value`, `name: value` and `"name": "value"` of a line.
fn assignments(line: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(sign) = line[at..].find(['=', ':']).map(|sign| at + sign) {
        match assignment(line, at, sign) {
            Some(assignment) => {
                at = assignment.end.max(sign + 1);
                found.push(assignment);
            }
            None => at = sign + 1,
        }
    }
    found
}

/// The assignment with this sign, if its name begins behind `from`.
fn assignment(line: &str, from: usize, sign: usize) -> Option<Assignment<'_>> {
    let before = line[from..sign].trim_end().trim_end_matches(['"', '\'']);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let name = before.rsplit(|letter| !is_part(letter)).next().filter(|name| !name.is_empty())?;
    let behind = &line[sign + 1..];
    // `token: str = "…"` has its value behind the type.
    let is_of_type =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']' | '|' | ' ');
    let skipped = match behind.find('=') {
        Some(equals) if line.as_bytes()[sign] == b':' && behind[..equals].chars().all(is_of_type) => {
            equals + 1
        }
        _ => 0,
    };
    let value = behind[skipped..].trim_start();
    let mut start = line.len() - value.len();
    let end = match value.chars().next()? {
        quote @ ('"' | '\'') => {
            start += 1;
            start + line[start..].find(quote)?
        }
        _ => start + value.find([' ', '\t', '\r', '\n', ',', ';', '#', '}']).unwrap_or(value.len()),
    };
    Some(Assignment { name, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_not_be_given_away_is_found_in_texts_of_every_kind() {
        let found = |text: &str| -> Vec<String> {
            suspects("notes.txt", text)
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

    #[test]
    fn what_deployment_files_set_is_found_as_rule_o3_finds_it() {
        let found = |path: &str, text: &str| -> Vec<String> {
            let said = |suspect: Suspect| format!("{} {}", suspect.what, &text[suspect.start..suspect.end]);
            suspects(path, text).into_iter().map(said).collect()
        };
        let password = "the value of `DB_PASSWORD` harbour";
        for (path, text) in [
            ("Dockerfile", "FROM a\nENV DB_PASSWORD harbour\n"),
            ("Dockerfile", "ENV A=1 DB_PASSWORD=harbour\n"),
            ("Dockerfile", "ENV A=1 \\\n    DB_PASSWORD=\"harbour\"\n"),
            ("Dockerfile", "ARG DB_PASSWORD=harbour"),
            ("compose.yaml", "    environment:\n      - DB_PASSWORD=harbour\n"),
            ("compose.yaml", "    environment: {A: b, DB_PASSWORD: harbour}\n"),
            ("deploy/values.yaml", "DB_PASSWORD: harbour # here\n"),
            ("deploy/backend.yml", "env:\n  - name: DB_PASSWORD\n    value: harbour\n"),
            (".env", "DB_PASSWORD=harbour"),
            ("change.diff", "+++ b/compose.yaml\n@@ -1 +1 @@\n+      DB_PASSWORD: harbour\n"),
            ("change.diff", "+++ b/Dockerfile\n@@ -1 +1 @@\n+ENV DB_PASSWORD harbour\n"),
        ] {
            assert_eq!(found(path, text), [password], "{path}: {text}");
        }
        assert_eq!(
            found("compose.yaml", "POSTGRES_PASSWORD: postgres"),
            ["the value of `POSTGRES_PASSWORD` postgres"]
        );
        for (path, text) in [
            ("Dockerfile", "ENV DB_PASSWORD=$DB_PASSWORD TOKEN_FILE=/run/secrets/token\n"),
            ("Dockerfile", "ARG DB_PASSWORD\n"),
            ("compose.yaml", "DB_PASSWORD: ${DB_PASSWORD:?must be set}\n"),
            ("compose.yaml", "DB_PASSWORD: changeme\n"),
            ("compose.yaml", "secrets:\n  db_password:\n    file: ./db_password.txt\n"),
            ("values.yaml", "existingSecret: backend\npassword: \"\"\n"),
            (
                "backend.yaml",
                "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: backend, key: password}}\n",
            ),
            ("main.py", "password = harbour\nenv = dict(name=\"DB_PASSWORD\", value=harbour)\n"),
        ] {
            assert_eq!(found(path, text), [""; 0], "{path}: {text}");
        }
    }
}

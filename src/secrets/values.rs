//! Passwords and the like, by what they look like: connection strings, placeholders, literals behind a telling name.

use super::keys::counts_up;
use super::names::has_word;

/// An address with a user's password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionString {
    pub start: usize,
    pub end: usize,
    /// The password is the user's name, or a word that anybody would try first.
    pub is_guessable: bool,
    /// The host is the machine itself.
    pub is_for_this_machine: bool,
}

/// All connection strings in a text whose password is written out.
pub fn connection_strings(text: &str) -> Vec<ConnectionString> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        let rest = &text[at + 3..];
        let end = rest
            .find(|letter: char| {
                letter.is_whitespace() || matches!(letter, '/' | '"' | '\'' | '`' | ')' | ',' | '?' | '<')
            })
            .unwrap_or(rest.len());
        let Some((login, host)) = rest[..end].rsplit_once('@') else { continue };
        let Some((user, password)) = login.split_once(':') else { continue };
        let is_open = |text: &str| text.contains(['$', '{', '}', '<', '>', '%', '*', '[', '(', '\\']);
        // `DB_PASSWORD` names what belongs there.
        let is_variable = password.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if is_variable
            || password.is_empty()
            || host.is_empty()
            || is_open(password)
            || is_open(user)
            || is_placeholder(password)
        {
            continue;
        }
        let start = text[..at]
            .rfind(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '+' | '-' | '.'))
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        let is_guessable = password.eq_ignore_ascii_case(user) || is_guessable(password);
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let is_for_this_machine = matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0");
        found.push(ConnectionString { start, end: at + 3 + end, is_guessable, is_for_this_machine });
    }
    found
}

/// Words that are tried first.
pub fn is_guessable(password: &str) -> bool {
    const WORDS: [&str; 14] = [
        "postgres",
        "admin",
        "root",
        "redis",
        "guest",
        "minioadmin",
        "mysql",
        "rabbitmq",
        "mongo",
        "neo4j",
        "clickhouse",
        "default",
        "letmein",
        "qwerty",
    ];
    WORDS.contains(&password.to_ascii_lowercase().as_str())
}

/// Whether a text only stands where a secret will be.
pub fn is_placeholder(text: &str) -> bool {
    const PARTS: [&str; 30] = [
        "your",
        "changeme",
        "change-me",
        "change_me",
        "change-this",
        "changethis",
        "replace",
        "example",
        "placeholder",
        "dummy",
        "xxx",
        "...",
        "todo",
        "insert",
        "fake",
        "sample",
        "redacted",
        "***",
        "mock",
        "not-needed",
        "no-key",
        "not-used",
        "unused",
        "anything",
        "-here",
        "_here",
        "setme",
        "set-me",
        "fill",
        "generate",
    ];
    const WHOLE: [&str; 35] = [
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "token",
        "key",
        "api_key",
        "apikey",
        "api-key",
        "test",
        "testing",
        "none",
        "null",
        "empty",
        "foo",
        "bar",
        "string",
        "user",
        "username",
        "value",
        "na",
        "n/a",
        "true",
        "false",
        "mysecret",
        // What stands for the key of a model server that asks for none.
        "lm-studio",
        "lmstudio",
        "ollama",
        "vllm",
        "llama-cpp",
        "localai",
        "local",
        "not_needed",
        "notneeded",
    ];
    let lower = text.trim().to_ascii_lowercase();
    // `0x0000` is the address of nobody.
    let mut letters = lower.strip_prefix("0x").unwrap_or(&lower).chars();
    let first = letters.next();
    let is_one_letter = first.is_some_and(|first| letters.all(|letter| letter == first));
    let is_open = lower.contains("${")
        || lower.contains("$(")
        || lower.contains("{{")
        || lower.starts_with(['<', '[', '$', '%', '{']);
    lower.is_empty()
        || is_public_key(&lower)
        || is_one_letter
        || is_open
        || WHOLE.contains(&lower.as_str())
        || PARTS.iter().any(|part| lower.contains(part))
        || lower.split(['-', '_', '.']).any(|word| word == "test")
}

/// Whether a text with a `/` in it says where something is, rather than being the thing: an address, or a path whose
/// parts are names. A `/` is one of the letters of Base64, too.
pub fn is_path(text: &str) -> bool {
    const SHORTEST: usize = 16;
    if !text.contains('/') {
        return false;
    }
    let has = |fits: fn(&u8) -> bool| text.bytes().any(|byte| fits(&byte));
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    let of_base64 =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    // `Agents`, `v2`, `k8s`: a digit stands at the end, or all is lower case.
    let is_name = |part: &str| {
        let stem = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        !part.contains(['+', '='])
            && (!stem.contains(|letter: char| letter.is_ascii_digit())
                || !part.contains(|letter: char| letter.is_ascii_uppercase()))
    };
    let is_encoded = text.len() >= SHORTEST && of_base64 && is_mixed && !text.split('/').all(is_name);
    !is_encoded
}

/// Whether a key is meant to be seen: those with which a page in a browser reports to its provider.
fn is_public_key(text: &str) -> bool {
    ["phc_", "pk_live_", "pk_test_", "pk-lf-"].iter().any(|start| text.starts_with(start))
}

/// Whether a literal behind a telling name is a secret rather than a word about one: long enough, without spaces, no
/// placeholder, no name of a header, a variable or a field.
pub fn looks_like_secret(name: &str, text: &str) -> bool {
    // A token of plain words is a label; a password or what is signed with may be made of words.
    let may_be_words =
        has_word(name, &["secret", "password", "passwd", "passphrase", "pwd", "signing", "jwt"]);
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_variable =
        text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_identifier = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let speaks_of_one = has_word(
        text,
        &[
            "key",
            "keys",
            "token",
            "tokens",
            "secret",
            "secrets",
            "password",
            "auth",
            "bearer",
            "header",
            "oauth",
            "credential",
            "credentials",
        ],
    );
    text.len() >= 8
        && text.len() <= 200
        && (may_be_words || has_digit)
        && !is_public_key(text)
        && !text.contains(|letter: char| {
            letter.is_whitespace() || matches!(letter, '{' | '}' | '<' | '>' | '(' | '*')
        })
        && !text.contains("://")
        && !["/", "./", "urn:", "arn:", "projects/", "--"].iter().any(|start| text.starts_with(start))
        && !is_variable
        && !is_identifier
        && !is_word
        && !speaks_of_one
        && !is_placeholder(text)
        && !counts_up(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_show_their_password() {
        let found = |text: &str| connection_strings(text).first().map(|found| found.is_guessable);
        assert_eq!(found("x = 'postgresql+asyncpg://agents:harbour-tulip-42@db:5432/a'"), Some(false));
        assert_eq!(found("redis://:harbour-tulip-42@cache:6379/0"), Some(false));
        assert_eq!(found("postgresql://postgres:postgres@localhost/a"), Some(true));
        for harmless in [
            "postgresql://user:password@localhost/a",
            "http://a/b@c",
            "https://u:${P}@h",
            "redis://cache:6379",
        ] {
            assert_eq!(found(harmless), None, "{harmless}");
        }
        for path in [
            "/run/secrets/token",
            "vault/data/agents/v2/Signing",
            "op://Agents2/Item/Key",
            "./a",
            "k8s/Agents1",
        ] {
            assert!(is_path(path), "{path}");
        }
        for key in ["harbour-tulip-42", "qT7/bWx2Lk9/Vd4+Rm1sYh8=", "aGFy/Ym91ci1/0dWxpcC00Mg"] {
            assert!(!is_path(key), "{key}");
        }
        let text = "é (redis://:harbour-tulip-42@h)";
        assert_eq!(&text[connection_strings(text)[0].start..][..8], "redis://");
    }
}

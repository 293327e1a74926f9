//! The words of identifiers, and which of them say that a value is a secret.

/// The words of an identifier, in lower case as far as ASCII goes: `apiKey_ID` is `api`, `key`, `id`.
pub fn words_of(identifier: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    any_word(identifier, &mut |word| {
        words.push(word.to_ascii_lowercase());
        false
    });
    words
}

/// Whether one of an identifier's words is among these, which are in lower case.
pub fn has_word(identifier: &str, known: &[&str]) -> bool {
    any_word(identifier, &mut |word| is_one_of(word, known))
}

/// Whether the first of an identifier's words is one of these.
pub fn begins_with_word(identifier: &str, known: &[&str]) -> bool {
    let mut is_known = false;
    any_word(identifier, &mut |word| {
        is_known = is_one_of(word, known);
        true
    });
    is_known
}

/// Whether the last of an identifier's words is one of these.
pub fn ends_with_word(identifier: &str, known: &[&str]) -> bool {
    let mut is_known = false;
    any_word(identifier, &mut |word| {
        is_known = is_one_of(word, known);
        false
    });
    is_known
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether one of an identifier's words fits, asked from the first on.
fn any_word(identifier: &str, fits: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut start = 0;
    let mut previous_lower = false;
    for (at, character) in identifier.char_indices() {
        let is_letter = character.is_alphanumeric();
        if !is_letter || (character.is_uppercase() && previous_lower) {
            if start < at && fits(&identifier[start..at]) {
                return true;
            }
            start = if is_letter { at } else { at + character.len_utf8() };
        }
        previous_lower = is_letter && (character.is_lowercase() || character.is_ascii_digit());
    }
    start < identifier.len() && fits(&identifier[start..])
}

/// Whether a name is of a key with which pages and programs report to a provider of analytics: it is sent out with
/// each of them, and lets nobody read.
fn is_ingest_key(words: &[String]) -> bool {
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    has(&["amplitude", "posthog", "mixpanel", "segment", "rudderstack", "plausible", "umami"])
        && has(&["key", "token", "apikey"])
        && !has(&["secret", "personal", "private", "admin", "access"])
}

/// Whether a name says that its value is a secret. `token_count`, `max_tokens`, `password_reset_url` and the like
/// speak about secrets without being one.
pub fn is_secret_name(identifier: &str) -> bool {
    ends_as_secret(identifier) && is_of_secret(&words_of(identifier))
}

/// Whether a name ends as all names of secrets do. Most names don't, and need not be taken to words.
fn ends_as_secret(identifier: &str) -> bool {
    const ENDS: [&str; 16] = [
        "token",
        "header",
        "password",
        "passwd",
        "pwd",
        "secret",
        "secrets",
        "key",
        "jwt",
        "credential",
        "credentials",
        "passphrase",
        "plain",
        "raw",
        "clear",
        "text",
    ];
    let end = identifier.trim_end_matches(|letter: char| !letter.is_alphanumeric()).as_bytes();
    ENDS.iter().any(|word| {
        end.len() >= word.len() && end[end.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
    })
}

fn is_of_secret(words: &[String]) -> bool {
    const HARMLESS: [&str; 33] = [
        "count", "max", "min", "num", "total", "used", "usage", "limit", "type", "url", "uri", "reset", "id",
        "ids", "name", "names", "len", "length", "size", "expiry", "expires", "expire", "ttl", "policy",
        "field", "is", "has", "hash", "hashed", "masked", "redacted", "per", "path",
    ];
    let has = |word: &str| words.iter().any(|known| known == word);
    if is_directory(words) {
        return false;
    }
    if words.iter().any(|word| HARMLESS.contains(&word.as_str())) {
        return false;
    }
    let last_is = |options: &[&str]| words.last().is_some_and(|last| options.contains(&last.as_str()));
    if is_ingest_key(words) {
        return false;
    }
    // `secure_secrets` says whether they are.
    if words.first().is_some_and(|first| first == "secure") && last_is(&["secrets", "credentials"]) {
        return false;
    }
    // `image_pull_secrets` are the names of secrets that the cluster keeps.
    if matches!(words, [.., pull, _] if pull == "pull") {
        return false;
    }
    // The kind of thing that a name is of stands last: `user_api_key_alias` is an alias.
    let ends_with = |first: &str, second: &str| matches!(words, [.., a, b] if a == first && b == second);
    if ends_with("authorization", "header") || ends_with("auth", "header") {
        return true;
    }
    if has("header") || has("headers") {
        return false;
    }
    last_is(&[
        "password",
        "passwd",
        "pwd",
        "secret",
        "secrets",
        "apikey",
        "jwt",
        "credential",
        "credentials",
        "passphrase",
    ]) || (has("password") && last_is(&["plain", "raw", "clear", "text"]))
        || ["api", "private", "secret", "access", "signing", "encryption"]
            .iter()
            .any(|kind| ends_with(kind, "key"))
        || (last_is(&["token"])
            && (words.len() == 1
                || [
                    "access", "refresh", "auth", "bearer", "api", "session", "secret", "jwt", "oauth", "bot",
                ]
                .iter()
                .any(|word| has(word))))
}

/// Whether something is named as some key, and its value is nothing that a person would choose: `TICKET_KEY: q7ThV2u9mXf4Rb`.
pub fn is_random_key(name: &str, value: &str) -> bool {
    const OPEN: [&str; 5] = ["public", "publishable", "site", "client", "ingest"];
    let has = |fits: fn(&u8) -> bool| value.as_bytes().iter().any(fits);
    let is_random = value.len() >= 12
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase);
    let words = if is_random { words_of(name) } else { Vec::new() };
    matches!(&*words, [.., _, last] if last == "key")
        && !words.iter().any(|word| OPEN.contains(&word.as_str()))
}

/// Whether a name says that its value is a secret, a token of whatever kind included.
pub fn names_secret(name: &str) -> bool {
    const OF_TEXTS: [&str; 22] = [
        "next",
        "page",
        "cursor",
        "continuation",
        "sync",
        "csrf",
        "xsrf",
        "eos",
        "bos",
        "pad",
        "unk",
        "mask",
        "sep",
        "cls",
        "special",
        "start",
        "end",
        "stop",
        "image",
        "think",
        "per",
        "max",
    ];
    if !ends_as_secret(name) {
        return false;
    }
    let words = words_of(name);
    // The name of one that exists elsewhere, as charts have it: `existingSecret`.
    if words.first().is_some_and(|first| first == "existing") {
        return false;
    }
    is_of_secret(&words)
        || (words.last().is_some_and(|last| last == "token")
            && !words.iter().any(|word| OF_TEXTS.contains(&word.as_str())))
}

/// Whether `pwd` stands for the directory where somebody is or was: `initial_pwd`, `old_pwd`.
fn is_directory(words: &[String]) -> bool {
    const OF_PLACES: [&str; 16] = [
        "initial", "current", "cur", "old", "prev", "previous", "last", "original", "orig", "work",
        "working", "start", "base", "jupyter", "shell", "local",
    ];
    words.last().is_some_and(|last| last == "pwd")
        && words.iter().any(|word| OF_PLACES.contains(&word.as_str()))
}

//! Secrets in texts: keys by the form that their provider gives them, connection strings with a password, and the
//! placeholders that stand where a secret will be. Both the rules and the page's sharing ask it, so it imports nothing.

/// A stretch of a text that is a secret by its form; byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenKey {
    pub start: usize,
    pub end: usize,
    /// What it opens, as a person would say it.
    pub of: &'static str,
}

struct Form {
    prefix: &'static str,
    of: &'static str,
    /// How many characters follow the prefix at least.
    length: usize,
    /// Whether these may follow, besides letters and digits.
    others: &'static str,
}

const fn form(prefix: &'static str, of: &'static str, length: usize, others: &'static str) -> Form {
    Form { prefix, of, length, others }
}

/// The more specific ones first: of two that begin at the same place the first one tells.
const FORMS: [Form; 27] = [
    form("sk-ant-", "Anthropic", 20, "-_"),
    form("sk-proj-", "OpenAI", 20, "-_"),
    form("sk-svcacct-", "OpenAI", 20, "-_"),
    form("sk-or-v1-", "OpenRouter", 32, ""),
    form("sk-lf-", "Langfuse", 32, "-"),
    form("sk_live_", "Stripe", 20, ""),
    form("rk_live_", "Stripe", 20, ""),
    form("sk-", "OpenAI", 40, ""),
    form("AKIA", "AWS", 16, ""),
    form("ghp_", "GitHub", 36, ""),
    form("gho_", "GitHub", 36, ""),
    form("ghs_", "GitHub", 36, ""),
    form("ghu_", "GitHub", 36, ""),
    form("github_pat_", "GitHub", 50, "_"),
    form("glpat-", "GitLab", 20, "-_"),
    form("xoxb-", "Slack", 30, "-"),
    form("xoxp-", "Slack", 30, "-"),
    form("xapp-", "Slack", 30, "-"),
    form("lsv2_pt_", "LangSmith", 32, "_"),
    form("lsv2_sk_", "LangSmith", 32, "_"),
    form("AIza", "Google", 35, "-_"),
    form("hf_", "Hugging Face", 30, ""),
    form("gsk_", "Groq", 40, ""),
    form("pplx-", "Perplexity", 40, ""),
    form("npm_", "npm", 36, ""),
    form("tvly-", "Tavily", 28, "-"),
    form("pypi-AgEIcHlwaS5vcmc", "PyPI", 50, "-_"),
];

/// All keys in a text that have the form of a real one.
pub fn written_keys(text: &str) -> Vec<WrittenKey> {
    let mut found: Vec<WrittenKey> = Vec::new();
    for (start, end) in long_words(text.as_bytes()) {
        found.extend(key_at(&text[start..end]).map(|key| WrittenKey {
            start: start + key.start,
            end: start + key.end,
            of: key.of,
        }));
    }
    private_keys(text, &mut found);
    found
}

/// The stretches of letters, digits, `_` and `-` that are long enough for a key: twenty, its prefix included. A key
/// begins where such a stretch does.
fn long_words(bytes: &[u8]) -> Vec<(usize, usize)> {
    let is_of_word = |at: usize| WORD[bytes[at] as usize] == 1;
    let mut found = Vec::new();
    let mut at = 0;
    // A bit a byte, 64 at a time, with those before: where twenty in a row are set, a long word ends or goes on.
    let mut carried = 0_u128;
    while at < bytes.len() {
        let block = &bytes[at..bytes.len().min(at + 64)];
        let mut bits = 0_u64;
        for (shift, &byte) in block.iter().enumerate() {
            bits |= WORD[byte as usize] << shift;
        }
        let all = carried | u128::from(bits) << 64;
        let of_2 = all & all << 1;
        let of_4 = of_2 & of_2 << 2;
        let of_8 = of_4 & of_4 << 4;
        let of_16 = of_8 & of_8 << 8;
        let mut ends = ((of_16 & of_4 << 16) >> 64) as u64;
        while ends != 0 {
            let last = at + ends.trailing_zeros() as usize;
            let start = (0..last).rev().take_while(|&at| is_of_word(at)).last().unwrap_or(last);
            let end = (last..bytes.len()).find(|&at| !is_of_word(at)).unwrap_or(bytes.len());
            if found.last() != Some(&(start, end)) {
                found.push((start, end));
            }
            let passed = end - at;
            ends = if passed >= 64 { 0 } else { ends >> passed << passed };
        }
        carried = u128::from(bits);
        at += 64;
    }
    found
}

/// 1 for a letter, a digit, `_` and `-`.
const WORD: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        table[byte] = (letter.is_ascii_alphanumeric() || letter == b'_' || letter == b'-') as u64;
        byte += 1;
    }
    table
};

/// The key at the start of a text.
fn key_at(text: &str) -> Option<WrittenKey> {
    // Most long words are names.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    FORMS.iter().find_map(|form| {
        let rest = text.strip_prefix(form.prefix)?;
        let length = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !form.others.contains(letter))
            .unwrap_or(rest.len());
        // AWS writes capitals and digits, exactly sixteen.
        let fits = match form.of {
            "AWS" => length == 16 && !rest[..length].bytes().any(|byte| byte.is_ascii_lowercase()),
            _ => length >= form.length,
        };
        (fits && is_random(&rest[..length])).then_some(WrittenKey {
            start: 0,
            end: form.prefix.len() + length,
            of: form.of,
        })
    })
}

/// Puts an item where it belongs by its start. There are few of them, and a sort would weigh more than all of this.
fn put<T>(items: &mut Vec<T>, item: T, start: fn(&T) -> usize) {
    let at = items.iter().take_while(|known| start(known) <= start(&item)).count();
    items.insert(at, item);
}

/// Whether a text mixes enough different characters to be no pattern and no placeholder.
fn is_random(text: &str) -> bool {
    let mut seen = [false; 128];
    let mut different = 0;
    for byte in text.bytes().filter(u8::is_ascii) {
        if !std::mem::replace(&mut seen[byte as usize], true) {
            different += 1;
        }
    }
    different >= 10
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && !is_placeholder(text)
        && !counts_up(text)
}

/// `0123456789abcdef`, `abcdefgh`: written by somebody who needed any text.
fn counts_up(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["123456789", "abcdefgh", "987654321"].iter().any(|row| lower.contains(row))
}

fn private_keys(text: &str, found: &mut Vec<WrittenKey>) {
    for start in memchr::memmem::find_iter(text.as_bytes(), b"-----BEGIN ") {
        let rest = &text[start..];
        let Some(heading) = rest.find("PRIVATE KEY-----").filter(|&at| at < 40) else { continue };
        let behind = &rest[heading + "PRIVATE KEY-----".len()..];
        let behind = behind.trim_start_matches("\\n").trim_start_matches(['\r', '\n', ' ', '\t']);
        let length = behind
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '+' | '/' | '='))
            .unwrap_or(behind.len());
        if length >= 30 && is_random(&behind[..length]) {
            let end = start + heading + "PRIVATE KEY-----".len();
            put(found, WrittenKey { start, end, of: "a private key" }, |key| key.start);
        }
    }
}

/// An address with a user's password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionString {
    pub start: usize,
    pub end: usize,
    /// The password is the user's name, or a word that anybody would try first.
    pub is_guessable: bool,
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
        found.push(ConnectionString { start, end: at + 3 + end, is_guessable });
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
    const WHOLE: [&str; 26] = [
        "password", "passwd", "pass", "pwd", "secret", "token", "key", "api_key", "apikey", "api-key",
        "test", "testing", "none", "null", "empty", "foo", "bar", "string", "user", "username", "value",
        "na", "n/a", "true", "false", "mysecret",
    ];
    let lower = text.trim().to_ascii_lowercase();
    let mut letters = lower.chars();
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

/// The words of an identifier, in lower case: `apiKey_ID` is `api`, `key`, `id`.
pub fn words_of(identifier: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for character in identifier.chars() {
        if !character.is_alphanumeric() {
            previous_lower = false;
            words.push(String::new());
            continue;
        }
        if (character.is_uppercase() && previous_lower) || words.is_empty() {
            words.push(String::new());
        }
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a name says that its value is a secret. `token_count`, `max_tokens`, `password_reset_url` and the like
/// speak about secrets without being one.
pub fn is_secret_name(identifier: &str) -> bool {
    const HARMLESS: [&str; 33] = [
        "count", "max", "min", "num", "total", "used", "usage", "limit", "type", "url", "uri", "reset", "id",
        "ids", "name", "names", "len", "length", "size", "expiry", "expires", "expire", "ttl", "policy",
        "field", "is", "has", "hash", "hashed", "masked", "redacted", "per", "path",
    ];
    let words = words_of(identifier);
    let has = |word: &str| words.iter().any(|known| known == word);
    if words.iter().any(|word| HARMLESS.contains(&word.as_str())) {
        return false;
    }
    let last_is = |options: &[&str]| words.last().is_some_and(|last| options.contains(&last.as_str()));
    // The kind of thing that a name is of stands last: `user_api_key_alias` is an alias.
    let ends_with =
        |first: &str, second: &str| matches!(words.as_slice(), [.., a, b] if a == first && b == second);
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
    is_secret_name(name) || {
        let words = words_of(name);
        words.last().is_some_and(|last| last == "token")
            && !words.iter().any(|word| OF_TEXTS.contains(&word.as_str()))
    }
}

/// Whether a key is meant to be seen: those with which a page in a browser reports to its provider.
fn is_public_key(text: &str) -> bool {
    ["phc_", "pk_live_", "pk_test_", "pk-lf-"].iter().any(|start| text.starts_with(start))
}

/// Whether a literal behind a telling name is a secret rather than a word about one: long enough, without spaces, no
/// placeholder, no name of a header, a variable or a field.
pub fn looks_like_secret(name: &str, text: &str) -> bool {
    // A token of plain words is a label; a password or what is signed with may be made of words.
    let may_be_words = words_of(name).iter().any(|word| {
        matches!(word.as_str(), "secret" | "password" | "passwd" | "passphrase" | "pwd" | "signing" | "jwt")
    });
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_variable =
        text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_identifier = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let speaks_of_one = words_of(text).iter().any(|word| {
        matches!(
            word.as_str(),
            "key"
                | "keys"
                | "token"
                | "tokens"
                | "secret"
                | "secrets"
                | "password"
                | "auth"
                | "bearer"
                | "header"
                | "oauth"
                | "credential"
                | "credentials"
        )
    });
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
    fn a_key_is_found_wherever_it_lies() {
        let key = "AKIAQ4T7WZ2XN6LJ3PVB";
        for before in 0..140 {
            for behind in
                ["", " ", " and so on, until another block of bytes begins, and one more after that one"]
            {
                let text = format!("{}{key}{behind}", " ".repeat(before));
                let found: Vec<_> = written_keys(&text).iter().map(|key| (key.start, key.end)).collect();
                assert_eq!(found, [(before, before + key.len())], "{before} {behind:?}");
            }
        }
        let long = format!("{} {key}", "x-".repeat(300));
        assert_eq!(written_keys(&long).len(), 1);
        assert_eq!(written_keys(&format!("{}{key}", "x-".repeat(300))), []);
    }

    #[test]
    fn keys_are_known_by_their_form() {
        let of = |text: &str| written_keys(text).first().map(|key| key.of);
        assert_eq!(of("\"sk-ant-api03-Qm4tZr8wLx2VbN6mYk9RcZ3h\""), Some("Anthropic"));
        assert_eq!(of("AKIAQ4T7WZ2XN6LJ3PVB"), Some("AWS"));
        assert_eq!(of("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(of("sk-ant-xxxxxxxxxxxxxxxxxxxxxxxx"), None);
        assert_eq!(of("r\"sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{20,}\""), None);
        assert_eq!(of("task-0123456789012345678901234567890123456789"), None);
        assert_eq!(
            of("-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ8q3tZr8wLx2VbN6mYk\\n"),
            Some("a private key")
        );
        assert_eq!(of("-----BEGIN PRIVATE KEY-----\n...\n"), None);
    }

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
        let text = "é (redis://:harbour-tulip-42@h)";
        assert_eq!(&text[connection_strings(text)[0].start..][..8], "redis://");
    }

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

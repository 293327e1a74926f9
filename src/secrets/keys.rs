//! Keys in a text, by the form that their provider gives them.

use super::put;
use super::values::{is_placeholder, looks_like_secret};

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

/// Tokens that let in whoever sends them, whoever made them: what follows `Bearer`, and JSON Web Tokens.
pub(super) fn written_tokens(text: &str) -> Vec<WrittenKey> {
    let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "-._~+/=".contains(letter);
    let token = |start: usize, of: &'static str| {
        let rest = &text[start..];
        let end = start + rest.find(|letter| !is_of_token(letter)).unwrap_or(rest.len());
        WrittenKey { start, end, of }
    };
    let mut found = Vec::new();
    let find = |word: &'static str| memchr::memmem::find_iter(text.as_bytes(), word.as_bytes());
    for start in find("eyJ").filter(|&at| !text[..at].ends_with(is_of_token) || text[..at].ends_with('=')) {
        let key = token(start, "a JSON Web Token");
        let parts: Vec<&str> = text[start..key.end].split('.').collect();
        if matches!(parts.as_slice(), [head, body, sign] if head.len() > 10 && body.len() > 10 && sign.len() > 15)
        {
            found.push(key);
        }
    }
    for word in ["Bearer ", "Basic ", "Token "] {
        for at in find(word).filter(|&at| text[..at].ends_with(['"', '\'', '`', ' '])) {
            let key = token(at + word.len(), "a token that lets in");
            let written = &text[key.start..key.end];
            let is_header = text[..at].ends_with(['"', '\'', '`']);
            if key.end - key.start >= SHORTEST && is_random(written)
                || is_header && looks_like_secret("access_token", written)
            {
                found.push(key);
            }
        }
    }
    found
}

/// How long a key is at least, its prefix included.
const SHORTEST: usize = 20;

/// The stretches of letters, digits, `_` and `-` that are long enough for a key. A key begins where such a stretch
/// does.
fn long_words(bytes: &[u8]) -> Vec<(usize, usize)> {
    let is_gap = |byte: &u8| !WORD[*byte as usize];
    let mut found = Vec::new();
    // A word may begin at `start`. Looked at from where it would be long enough back to what interrupts it, most bytes
    // need no look at all: the next word begins behind that.
    let mut start = 0;
    while let Some((before, last)) =
        bytes.get(start..start + SHORTEST).and_then(|window| window.split_last_chunk::<8>())
    {
        // A bit for each byte, the last one's the lowest: where words end is not to be foreseen, so nothing branches on it.
        let bits = |bytes: &[u8]| bytes.iter().fold(0_u32, |gaps, byte| gaps << 1 | u32::from(is_gap(byte)));
        let mut gaps = bits(last);
        // Most words are shorter than eight letters, so that no more bytes are looked at.
        if gaps == 0 {
            gaps = bits(before) << last.len();
        }
        if gaps != 0 {
            start += SHORTEST - gaps.trailing_zeros() as usize;
            continue;
        }
        let rest = &bytes[start + SHORTEST..];
        let more = rest.iter().position(is_gap).unwrap_or(rest.len());
        let end = start + SHORTEST + more;
        found.push((start, end));
        start = end + 1;
    }
    found
}

/// Whether a byte is a letter, a digit, `_` or `-`.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        table[byte] = letter.is_ascii_alphanumeric() || letter == b'_' || letter == b'-';
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
pub(super) fn counts_up(text: &str) -> bool {
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
}

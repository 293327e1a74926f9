//! The paths of a patch, as git writes them.

/// A path without its quotes and without the time that `diff` writes behind it.
pub fn unquoted(written: &str) -> String {
    let written = written.trim_end();
    match written.strip_prefix('"').and_then(|rest| rest.rfind('"').map(|end| &rest[..end])) {
        Some(inner) => unescaped(inner),
        None => written.split('\t').next().unwrap_or_default().to_owned(),
    }
}

/// What stands between quotes: the escapes of C, a byte that is not ASCII as three octal digits.
fn unescaped(inner: &str) -> String {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'a') => bytes.push(7),
            Some(b'b') => bytes.push(8),
            Some(b'f') => bytes.push(12),
            Some(b'v') => bytes.push(11),
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                while let Some(next) = rest.next_if(|next| (b'0'..=b'7').contains(next) && value < 0o40) {
                    value = value * 8 + u32::from(next - b'0');
                }
                bytes.push(value as u8);
            }
            Some(other) => bytes.push(other),
            None => bytes.push(b'\\'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What git puts before the two sides: `a/` and `b/`, or by `diff.mnemonicPrefix` the index, the work tree and so on.
const PREFIXES: [&str; 7] = ["a/", "b/", "i/", "w/", "c/", "o/", "h/"];

fn stripped(path: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix))
}

/// The path without a prefix, where both sides show that there is one: they differ in it and agree in the rest. A file
/// that was added or deleted has one side, and a folder is rarely called `a` or `b`.
pub fn without_prefix(old: Option<&str>, new: Option<&str>, named: &str) -> Option<String> {
    let inner = stripped(named)?;
    let is_prefix = match (old, new) {
        (Some("/dev/null"), _) | (_, Some("/dev/null")) => true,
        (Some(old), Some(new)) => old != new && stripped(old).is_some() && stripped(new).is_some(),
        _ => false,
    };
    is_prefix.then(|| inner.to_owned())
}

/// The path of a `diff --git` line whose two sides are the same file, without and with its prefix.
pub fn is_same_file(sides: &str) -> Option<(String, String)> {
    let (old, new) = if let Some(quoted) = sides.strip_prefix('"') {
        let (old, new) = quoted.split_once("\" ")?;
        (unescaped(old), unquoted(new))
    } else {
        // A path may have spaces: both sides are equally long.
        let middle = sides.len() / 2;
        if sides.as_bytes().get(middle) != Some(&b' ') {
            return None;
        }
        (sides[..middle].to_owned(), sides[middle + 1..].to_owned())
    };
    if old == new {
        return Some((new.clone(), new));
    }
    (stripped(&old)? == stripped(&new)?).then(|| (stripped(&new).unwrap_or(&new).to_owned(), new.clone()))
}

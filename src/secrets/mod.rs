//! What looks like a secret in a text: by its form, by its look, by the name that stands before it. Both the rules and
//! the page's sharing ask it, so of the crate it imports the names of files alone.

use crate::file_names::{self, Named};

mod defaults;
mod keys;
mod names;
mod values;

pub use defaults::{is_set_secret, is_weak_word, opens_something};
use keys::written_tokens;
pub use keys::{WrittenKey, written_keys};
pub use names::{
    begins_with_word, ends_with_word, has_word, is_random_key, is_secret_name, names_secret, words_of,
};
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
    for WrittenKey { start, end, of } in written_tokens(text) {
        put_apart(&mut found, Suspect { start, end, what: of.to_owned() });
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
        let sets =
            is_image || matches!(file, Named::Yaml | Named::Dockerfile | Named::Environment | Named::Shell);
        // What documents the variables shows words that open nothing.
        let sets = sets && !(file == Named::Environment && file_names::is_example(path));
        let takes_any_word = is_image || file != Named::Environment;
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
            let may_be_text = assignment.is_quoted || sets || !is_code(value, file);
            let opens = match assignment.form {
                _ if sets => {
                    let is_default = assignment.form == Form::Default;
                    is_set_secret(name, value, is_default, takes_any_word) && !is_placeholder(value)
                }
                Form::Default => {
                    assignment.is_quoted
                        && opens_something(name, value, assignment.is_masked)
                        && !is_placeholder(value)
                        && !value.contains(char::is_whitespace)
                }
                Form::Plain => false,
            };
            let looks_so = looks_like_secret(name, value) && !(sets && is_path(value));
            let is_secret = may_be_text
                && (names_secret(name) && (opens || looks_so) || sets && is_random_key(name, value));
            if is_secret {
                let (start, end) = (at + assignment.start, at + assignment.end);
                put_apart(&mut found, Suspect { start, end, what: format!("the value of `{name}`") });
            }
        }
        at += line.len();
    }
    found
}

/// Whether a value without quotes is an expression rather than a text: `os.environ[`, `settings.db1_password`.
fn is_code(value: &str, file: Named) -> bool {
    let is_of_names = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    value.contains('[') || (file == Named::Python && value.contains('.') && value.chars().all(is_of_names))
}

/// Puts a suspect where it belongs, unless something is known there already.
fn put_apart(found: &mut Vec<Suspect>, suspect: Suspect) {
    if !found.iter().any(|known| known.start < suspect.end && suspect.start < known.end) {
        put(found, suspect, |known| known.start);
    }
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
    is_quoted: bool,
    form: Form,
    /// Its type, or what it is wrapped in, masks it wherever it is printed.
    is_masked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// What is taken where nothing else is given.
    Default,
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
            let end = line.trim_end().len();
            let start = end - value.len();
            Some(vec![Assignment { name, start, end, is_quoted: true, form: Form::Plain, is_masked: false }])
        }
        _ => Some(assignments(line)),
    }
}

/// All `NAME=value`, `name: value`, `"name": "value"` and `("name", "value")` of a line, those within a text or a call
/// that is assigned as well.
fn assignments(line: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    // Up to where a plain value goes, and up to where a text between quotes does.
    let (mut plain, mut quoted) = (0, 0);
    for (sign, mark) in line.match_indices(['=', ':']) {
        // A colon within a text is punctuation, other than in JSON.
        let is_of_text = sign < quoted && mark == ":" && !line[..sign].ends_with(['"', '\'']);
        if sign < plain || is_of_text {
            continue;
        }
        let Some(assignment) = assignment(line, sign) else { continue };
        let value = &line[assignment.start..assignment.end];
        // `${NAME:-value}` is one value; what opens a bracket has others within.
        if value.contains('$') || (!assignment.is_quoted && !value.contains(['(', '[', '{'])) {
            plain = assignment.end;
        } else if assignment.is_quoted {
            quoted = quoted.max(assignment.end);
        }
        found.push(assignment);
    }
    found.extend(line.match_indices('(').filter_map(|(open, _)| default(line, open + 1)));
    found.extend(line.match_indices("${").filter_map(|(open, _)| default_of_shell(line, open + 2)));
    found
}

/// How far the end of a value is looked for.
const LONGEST: usize = 400;

/// The text between quotes at the start of a stretch of a line, escaped ones included, and what is behind it. Letters
/// may stand before it that say how it is meant: `b"…"`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix(['b', 'B', 'r', 'R', 'u', 'U', 'f', 'F']).unwrap_or(text);
    let text = text.trim_start_matches('\\');
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, rest) = text[1..].split_once(quote)?;
    Some((value.trim_end_matches('\\'), rest))
}

/// What is asked for by a name, with what counts where there is none: `getenv("NAME", "value")`,
/// `get("NAME") or "value"`.
fn default(line: &str, at: usize) -> Option<Assignment<'_>> {
    let (name, rest) = quoted(line[at..].trim_start())?;
    let asks = ["getenv", "environ.get", "env", "config"];
    let is_default = asks.iter().any(|word| line[..at - 1].ends_with(word));
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(',').or_else(|| rest.strip_prefix(") or "))?.trim_start();
    let behind_word = rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    let rest = behind_word.trim_start().strip_prefix('=').map_or(rest, str::trim_start);
    let form = if is_default { Form::Default } else { Form::Plain };
    Some(Assignment { form, ..assignment_of_text(name, line, rest)? })
}

/// `NAME:-value` or `NAME:=value` between the braces of `${…}`.
fn default_of_shell(line: &str, start: usize) -> Option<Assignment<'_>> {
    let (inner, _) = line[start..].split_once('}')?;
    let (name, value) = inner.split_once(":-").or_else(|| inner.split_once(":="))?;
    let end = start + inner.len();
    let start = end - value.len();
    Some(Assignment { name, start, end, is_quoted: false, form: Form::Default, is_masked: false })
}

/// The assignment of a text between quotes; `rest` is the end of the line from where it begins.
fn assignment_of_text<'t>(name: &'t str, line: &str, rest: &str) -> Option<Assignment<'t>> {
    let (value, behind) = quoted(rest)?;
    let before_quote = line.len() - behind.len() - 1;
    let end = line[..before_quote].trim_end_matches('\\').len();
    let start = end - value.len();
    Some(Assignment { name, start, end, is_quoted: true, form: Form::Plain, is_masked: false })
}

/// The assignment with this sign, or the comparison.
fn assignment(line: &str, sign: usize) -> Option<Assignment<'_>> {
    // `os.environ["NAME"] = …`, `token != …`
    let behind = &line[sign + 1..];
    let before = line[..sign].trim_end_matches(['!', '=']).trim_end();
    let is_code = before.ends_with(']') || behind.starts_with('=') || line[..sign].ends_with(['!', '=']);
    let before = before.strip_suffix(']').unwrap_or(before).trim_end_matches(['"', '\'', '\\']);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let name = before.rsplit(|letter| !is_part(letter)).next().filter(|name| !name.is_empty())?;
    let typed = if line.as_bytes()[sign] == b':' { behind_type(behind) } else { None };
    let value = typed.unwrap_or(behind.strip_prefix('=').unwrap_or(behind)).trim_start();
    let form = if typed.is_some() { Form::Default } else { Form::Plain };
    let masked = masked(value);
    let is_masked = masked.is_some() || typed.is_some() && behind.trim_start().starts_with("Secret");
    let value = masked.unwrap_or(value);
    if let Some(of_text) = assignment_of_text(name, line, value) {
        return Some(Assignment { form, is_masked, ..of_text }.of_default(line));
    }
    let start = line.len() - value.len();
    value.chars().next().filter(|first| !matches!(first, '"' | '\'') && !is_code)?;
    let end = start + length(value);
    Some(Assignment { name, start, end, is_quoted: false, form, is_masked }.of_default(line))
}

/// How long a value without quotes is. What stands between the braces of `${…}` belongs to it.
fn length(value: &str) -> usize {
    let mut open = 0;
    for (count, (at, letter)) in value.char_indices().enumerate() {
        match letter {
            '{' if value[..at].ends_with('$') => open += 1,
            '}' if open > 0 => open -= 1,
            _ if count == LONGEST || "\r\n".contains(letter) => return at,
            _ if open == 0 && " \t,;#}\"'".contains(letter) => return at,
            _ => {}
        }
    }
    value.len()
}

/// The text of `SecretStr("…")`, whose beginning this is.
fn masked(value: &str) -> Option<&str> {
    let (word, inner) = value.split_once('(')?;
    let word = word.trim_end_matches("Str").trim_end_matches("Bytes");
    (word.ends_with("Secret") && !word.contains(char::is_whitespace)).then_some(inner)
}

impl Assignment<'_> {
    /// Of `${NAME:-value}` the value.
    fn of_default(mut self, line: &str) -> Self {
        let value = &line[self.start..self.end];
        if let Some((_, default)) = value.strip_prefix("${").and_then(|inner| inner.split_once(":-")) {
            let default = default.trim_end_matches('}');
            self.start = self.end - default.len() - usize::from(value.ends_with('}'));
            self.end = self.start + default.len();
            self.form = Form::Default;
        }
        self
    }
}

/// What stands behind the sign of `token: str = "…"`, of the part behind its colon. The padding of base64 is no sign.
fn behind_type(behind: &str) -> Option<&str> {
    let is_of_type =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']' | '|' | ' ');
    let rest = behind.trim_start_matches(is_of_type);
    let value = rest.strip_prefix('=')?;
    let has_space = behind[..behind.len() - rest.len()].ends_with(' ') && value.starts_with(' ');
    (has_space || value.trim_start().starts_with(['"', '\''])).then_some(value)
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
        for (text, told) in [
            ("CONFIG = {\"password\": \"harbour-tulip-42\"}", "the value of `password`: harbour-tulip-42"),
            ("{\"password\": \"harbour-tulip-42\"}", "the value of `password`: harbour-tulip-42"),
            ("body = '{\"password\": \"harbour-tulip-42\"}'", "the value of `password`: harbour-tulip-42"),
            (
                "\"x = {\\\"password\\\": \\\"harbour-tulip-42\\\"}\\n\",",
                "the value of `password`: harbour-tulip-42",
            ),
            (
                "connect(host=\"db\", password=\"harbour-tulip-42\")",
                "the value of `password`: harbour-tulip-42",
            ),
            ("dsn = \"host=db password=harbour-tulip-42\"", "the value of `password`: harbour-tulip-42"),
            ("password = b\"harbour-tulip-42\"", "the value of `password`: harbour-tulip-42"),
            (
                "os.environ.get(\"DB_PASSWORD\", \"k8Zr4wLx2VbN6m\")",
                "the value of `DB_PASSWORD`: k8Zr4wLx2VbN6m",
            ),
            (
                "p = os.getenv('DB_PASSWORD') or 'k8Zr4wLx2VbN6m'",
                "the value of `DB_PASSWORD`: k8Zr4wLx2VbN6m",
            ),
            (
                "p = config(\"DB_PASSWORD\", default=\"k8Zr4wLx2VbN6m\")",
                "the value of `DB_PASSWORD`: k8Zr4wLx2VbN6m",
            ),
            ("os.environ[\"X_SECRET\"] = \"s3cr3t-harbour\"", "the value of `X_SECRET`: s3cr3t-harbour"),
            ("os.environ['X_TOKEN'] = 'q8w7e6r5t4z3'", "the value of `X_TOKEN`: q8w7e6r5t4z3"),
            ("if admin_token != \"q8w7e6r5t4z3\":", "the value of `admin_token`: q8w7e6r5t4z3"),
            ("if \"q\" and api_key == 'q8w7e6r5t4z3':", "the value of `api_key`: q8w7e6r5t4z3"),
            (
                "k = os.getenv(\"SECRET_KEY\", \"dev-key-of-ours\")",
                "the value of `SECRET_KEY`: dev-key-of-ours",
            ),
            ("    signing_secret: str = \"key-of-ours\"", "the value of `signing_secret`: key-of-ours"),
            ("    token: SecretStr = SecretStr(\"harbour\")", "the value of `token`: harbour"),
            (
                "H = {\"Authorization\": \"Bearer 8fj39fj39fjw0fj2\"}",
                "a token that lets in: 8fj39fj39fjw0fj2",
            ),
            (
                "{\"Authorization\": \"Bearer q8Zr4wLx2VbN6mYk9RcZ3hKp7sJd5fGa1e\"}",
                "a token that lets in: q8Zr4wLx2VbN6mYk9RcZ3hKp7sJd5fGa1e",
            ),
            (
                "T = \"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4ODIxMzQ1In0.Qm4tZr8wLx2VbN6mYk9RcZ3hKp7s\"",
                "a JSON Web Token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4ODIxMzQ1In0.Qm4tZr8wLx2VbN6mYk9RcZ3hKp7s",
            ),
        ] {
            assert_eq!(found(text), [told], "{text}");
        }
        for harmless in [
            "",
            "=",
            "PASSWORD = os.environ[\"P\"]\n",
            "+PASSWORD = os.environ[\"P\"]\n",
            "password = os.environ.get(\"DB_PASSWORD\", \"\")\n",
            "password = os.getenv(\"DB_PASSWORD\", \"changeme\")\n",
            "headers = {\"Authorization\": f\"Bearer {token}\"}\n",
            "headers = {\"Authorization\": \"Bearer your-token-goes-here-1234\"}\n",
            "TYPES = (\"access_token\", \"refresh_token\")\n",
            "fields = (\"password\", \"username\")\n",
            "os.environ[\"X_SECRET\"] = value\n",
            "os.environ[\"X_SECRET\"] = settings.secret2\n",
            "os.environ[\"X_SECRET\"] = \"\"\n",
            "os.environ[\"X_SECRET\"] = \"changeme\"\n",
            "os.environ[\"MODEL\"] = \"gpt-5-mini-2026\"\n",
            "if token == other_token2:\n",
            "if token == settings.token2:\n",
            "    password: str = \"\"\n",
            "    password: str = \"Your password\"\n",
            "    signing_secret: SecretStr = Field(min_length=32)\n",
            "    token: SecretStr = SecretStr(os.environ[\"TOKEN\"])\n",
            "print(\"Bearer tokens: see the manual\")\n",
            "print(\"the password: must be changed\")\n",
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
            ("compose.yaml", "    command: \"serve --a=b DB_PASSWORD=harbour\"\n"),
            ("compose.yaml", "      - DB_PASSWORD=${OTHER_PASSWORD:-harbour}\n"),
            ("compose.yaml", "      DB_PASSWORD: \"${DB_PASSWORD:-harbour}\"\n"),
            ("compose.yaml", "U: ${URL:-postgres://${PG_USER:-a}:${DB_PASSWORD:-harbour}@db:5432/a}\n"),
            ("docker/Dockerfile.dev", "ENV DB_PASSWORD=harbour\n"),
            ("change.diff", "+++ b/compose.yaml\n@@ -1 +1 @@\n+      DB_PASSWORD: harbour\n"),
            ("change.diff", "+++ b/Dockerfile\n@@ -1 +1 @@\n+ENV DB_PASSWORD harbour\n"),
        ] {
            assert_eq!(found(path, text), [password], "{path}: {text}");
        }
        // Base64 has signs of its own.
        for value in ["aGFyYm91ci10dWxpcC00Mg==", "aGFyYm91ci10dWxpcC00MjE=", "aGFyYm91ci10dWxpcC00"] {
            let text = format!("kind: Secret\ndata:\n  password: {value}\n");
            assert_eq!(found("deployment.yaml", &text), [format!("the value of `password` {value}")]);
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
            ("Dockerfile", "ENV SECRET_KEY=changeme\n"),
            ("compose.yaml", "U: postgres://${PG_USER:-agents}:${PG_PASSWORD:?must be set}@db:5432/agents\n"),
            ("compose.yaml", "DB_PASSWORD: ${DB_PASSWORD:-changeme}\n"),
            ("compose.yaml", "INDEX_TOKEN: vault/data/Agents/v2/Index1\n"),
            (".env.example", "DB_PASSWORD=changeme\nPOSTGRES_PASSWORD=postgres\nAPI_TOKEN=harbour\n"),
            ("compose.yaml", "secrets:\n  db_password:\n    file: ./db_password.txt\n"),
            ("values.yaml", "existingSecret: backend\npassword: \"\"\n"),
            (
                "backend.yaml",
                "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: backend, key: password}}\n",
            ),
            ("change.diff", "+++ b/x.py\n@@ -1 +1 @@\n+PASSWORD = os.environ[\"P\"]\n"),
            ("change.diff", "+++ b/x.py\n@@ -1 +1 @@\n+password = settings.db1_pass\n"),
            ("main.py", "password = harbour\nenv = dict(name=\"DB_PASSWORD\", value=harbour)\n"),
        ] {
            assert_eq!(found(path, text), [""; 0], "{path}: {text}");
        }
    }
}

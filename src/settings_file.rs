//! `rubric.toml` as a text. The command line reads it with the `toml` crate. The page has no room for that crate: there a
//! library in JavaScript reads the text, and what it says goes the same way into the same settings.

use std::fmt::Write as _;

use crate::report::Rule;
use crate::settings::Settings;

/// What keeps a text from being settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1, in characters as everywhere.
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// Reads the settings; what is not named keeps its default.
#[cfg(feature = "cli")]
pub fn read(text: &str) -> Result<Settings, Mistake> {
    toml::from_str(text).map_err(|error| {
        // The first line of a file is where a message without a place points to.
        let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
        Mistake {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message: in_words(&error.message().trim_end().replace('\n', ": ")),
        }
    })
}

/// Reads settings that were parsed already. `text` is what they were parsed from, to point into.
pub fn from_json(json: &str, text: &str) -> Result<Settings, Mistake> {
    serde_json::from_str(json).map_err(|error| {
        let message = error.to_string();
        // The place is one in the JSON, which nobody has seen.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        // What is wrong stands in backticks: an unknown key, an unknown rule.
        let name = message.split('`').nth(1).unwrap_or_default();
        let found = text.lines().enumerate().find_map(|(index, line)| {
            let code = line.split('#').next().unwrap_or_default();
            let at = code.find(name)?;
            let quote = code[..at].ends_with(['"', '\'']);
            Some((index + 1, code[..at].chars().count() + usize::from(!quote)))
        });
        let (line, column) = found.unwrap_or((1, 1));
        Mistake { line, column, message: in_words(&message) }
    })
}

/// What the reader of settings says, as somebody would who knows what they are for.
fn in_words(message: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let known = expected.trim_start_matches("one of ").replace('`', "");
    if what.starts_with("unknown field") {
        return format!("there is no setting `{name}`: the settings are {known}");
    }
    if what.starts_with("unknown variant") && known.starts_with("low") {
        return format!("there is no severity `{name}`: the severities are {known}");
    }
    if what.starts_with("unknown variant") {
        // A rule is written as the rubric writes it.
        return match name.parse::<Rule>() {
            Ok(rule) => format!("there is no rule `{name}`: write {rule}"),
            Err(unknown) => unknown.to_string(),
        };
    }
    let form = match expected {
        "a sequence" => "a list, as in `off = [\"C5\"]`",
        "a string" => "a text between quotes",
        "a map" => "a table, as in `severity.C4 = \"low\"`",
        _ => return message.to_owned(),
    };
    format!("this must be {form}")
}

/// Writes what differs from the defaults, so that a later default is not held back by an old file.
pub fn write(settings: &Settings) -> String {
    let usual = Settings::default();
    let mut out = String::new();
    let mut line = |key: &str, value: String, differs: bool| {
        if differs {
            let _ = writeln!(out, "{key} = {value}");
        }
    };
    line("tenant_key", quoted(&settings.tenant_key), settings.tenant_key != usual.tenant_key);
    line("counter_models", list(&settings.counter_models), settings.counter_models != usual.counter_models);
    line(
        "public_prefixes",
        list(&settings.public_prefixes),
        settings.public_prefixes != usual.public_prefixes,
    );
    line(
        "settings_module",
        quoted(&settings.settings_module),
        settings.settings_module != usual.settings_module,
    );
    line("chat_paths", list(&settings.chat_paths), settings.chat_paths != usual.chat_paths);
    let off: Vec<String> = settings.off.iter().map(ToString::to_string).collect();
    line("off", list(&off), !off.is_empty());
    if !settings.severity.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str("[severity]\n");
        for (rule, severity) in &settings.severity {
            let _ = writeln!(out, "{rule} = {}", quoted(severity.word()));
        }
    }
    if out.is_empty() {
        out.push_str("# All settings are at their defaults.\n");
    }
    out
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => {
                let _ = write!(out, "\\u{:04X}", character as u32);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::report::{Rule, Severity};

    #[test]
    fn what_is_written_reads_back_the_same() {
        let hostile = "a\"b\\c\n\r\t\u{7f}\u{0}é🙂 ' # = [x]";
        let mut settings = Settings {
            tenant_key: hostile.to_owned(),
            counter_models: vec![hostile.to_owned(), String::new()],
            public_prefixes: Vec::new(),
            settings_module: String::new(),
            chat_paths: vec!["a".to_owned()],
            off: vec![Rule::O1, Rule::C5],
            ..Settings::default()
        };
        settings.severity.insert(Rule::C4, Severity::Low);
        assert_eq!(read(&write(&settings)), Ok(settings));
        assert_eq!(read(&write(&Settings::default())), Ok(Settings::default()));
    }

    #[test]
    fn the_page_says_the_same_of_a_mistake_as_the_command_line() {
        for (text, json) in [
            ("tenant_key = \"a\"\noff = [\"C99\"]\n", r#"{"tenant_key": "a", "off": ["C99"]}"#),
            ("# tenant\ntenant = \"a\"\n", r#"{"tenant": "a"}"#),
            ("[severity]\nC4 = \"grave\"\n", r#"{"severity": {"C4": "grave"}}"#),
            ("[severity]\nZ9 = \"low\"\n", r#"{"severity": {"Z9": "low"}}"#),
        ] {
            let (cli, page) = (read(text).unwrap_err(), from_json(json, text).unwrap_err());
            assert_eq!((page.line, page.column), (cli.line, cli.column), "{text}");
            assert_eq!(page.message, cli.message.lines().next().unwrap_or_default(), "{text}");
        }
    }

    #[test]
    fn a_mistake_has_its_place() {
        let mistake = read("tenant_key = \"a\"\noff = [\"C99\"]\n").unwrap_err();
        assert_eq!((mistake.line, mistake.column), (2, 8));
        assert_eq!(
            mistake.message,
            "there is no rule `C99`: the rules are C1 to C9, F1 to F8, I1 to I6 and O1 to O5"
        );
        for (text, message) in [
            (
                "tenant = 1\n",
                "there is no setting `tenant`: the settings are tenant_key, counter_models, public_prefixes, \
                 settings_module, chat_paths, off, severity",
            ),
            ("tenant_key = 1\n", "this must be a text between quotes"),
            ("off = \"C5\"\n", "this must be a list, as in `off = [\"C5\"]`"),
            ("off = [\"c5\"]\n", "there is no rule `c5`: write C5"),
            ("severity = \"low\"\n", "this must be a table, as in `severity.C4 = \"low\"`"),
            (
                "severity.C5 = \"grave\"\n",
                "there is no severity `grave`: the severities are low, medium, high, critical",
            ),
        ] {
            let mistake = read(text).unwrap_err();
            assert_eq!((mistake.line, mistake.message.as_str()), (1, message), "{text}");
        }
        assert_eq!(read("off = [").unwrap_err().line, 1);
    }
}

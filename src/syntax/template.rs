//! Helm templates made readable as YAML: each action (`{{ … }}`) is replaced by as many bytes, so that all positions
//! stay what they are.
//!
//! An action that stands alone on its line becomes blank, and is remembered with the level at which what it renders
//! will stand; one inside of a value becomes a placeholder.

use memchr::memmem::Finder;

/// What an action inside of a value becomes, byte by byte.
const PLACEHOLDER: char = '_';

/// What stands further to the right is no line of its own.
const LONGEST_INDENTATION: usize = 200;

/// One `{{ … }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What stands between the braces, without the dashes.
    pub text: Box<str>,
    pub start: u32,
    pub end: u32,
    /// It renders text by itself on a line of its own, at this column (from 0).
    pub renders_at: Option<u32>,
}

/// What a template says besides its YAML.
#[derive(Debug, Default)]
pub struct Template {
    /// In the order of the text.
    pub actions: Vec<Action>,
    /// The text without them.
    pub yaml: String,
}

/// The YAML around the actions, and the actions.
pub fn read_template(text: &str) -> Template {
    let mut yaml = text.as_bytes().to_vec();
    let mut actions = Vec::new();
    let (opening, closing) = (Finder::new("{{"), Finder::new("}}"));
    let (mut at, mut line_start) = (0, 0);
    while let Some(start) = opening.find(&text.as_bytes()[at..]).map(|found| at + found) {
        let Some(end) = closing.find(&text.as_bytes()[start + 2..]).map(|found| start + 2 + found + 2) else {
            break;
        };
        if let Some(found) = text[at..start].rfind('\n') {
            line_start = at + found + 1;
        }
        at = end;
        let inner = text[start + 2..end - 2].trim_matches('-').trim();
        let before = &yaml[line_start..start];
        let is_alone = before.len() < LONGEST_INDENTATION
            && before.iter().all(|byte| byte.is_ascii_whitespace())
            && only_actions(&text[end..]);
        let is_control = is_control(inner);
        let blank = is_alone || is_control;
        for byte in &mut yaml[start..end] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = if blank { b' ' } else { PLACEHOLDER as u8 };
            }
        }
        let renders_at = (is_alone && !is_control && !inner.starts_with('$')
            || is_alone && inner.starts_with("$."))
        .then(|| indentation(inner).unwrap_or((start - line_start) as u32));
        actions.push(Action { text: inner.into(), start: start as u32, end: end as u32, renders_at });
    }
    // Whole actions were replaced by ASCII, so that what is left is what was valid before.
    Template { yaml: String::from_utf8(yaml).unwrap_or_default(), actions }
}

/// Whether nothing but actions follows on the line.
fn only_actions(mut rest: &str) -> bool {
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        if rest.is_empty() || rest.starts_with(['#', '\n']) {
            return true;
        }
        match rest.strip_prefix("{{").and_then(|inner| inner.find("}}").map(|end| &inner[end + 2..])) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
}

/// Whether it steers the template and renders nothing itself.
fn is_control(inner: &str) -> bool {
    let first = inner.split_whitespace().next().unwrap_or_default();
    first.is_empty()
        || inner.starts_with("/*")
        || inner.contains(":=")
        || matches!(
            first,
            "if" | "else" | "end" | "with" | "range" | "define" | "block" | "break" | "continue"
        )
        || first == "fail"
}

/// The column at which `nindent 12` puts what it is given.
fn indentation(inner: &str) -> Option<u32> {
    let words: Vec<&str> = inner.split([' ', '|', '(', ')']).filter(|word| !word.is_empty()).collect();
    let at = words.iter().rposition(|word| matches!(*word, "nindent" | "indent"))?;
    words.get(at + 1)?.parse().ok()
}

impl Template {
    /// The action that stands where a key's value is expected, behind its colon.
    pub fn value_behind(&self, key_end: u32) -> Option<&Action> {
        let from = self.actions.partition_point(|action| action.start < key_end);
        self.actions[from..].iter().take(4).find(|action| {
            let between = self.yaml.get(key_end as usize..action.start as usize).unwrap_or("-");
            let is_value =
                between.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':').is_some_and(|rest| {
                    rest.chars().all(|letter| letter.is_whitespace() || letter == '"' || letter == '\'')
                });
            is_value && !is_control(&action.text)
        })
    }

    /// Whether an action stands where the value of the key before it is expected.
    pub fn is_value(&self, action: &Action) -> bool {
        self.yaml.get(..action.start as usize).unwrap_or_default().trim_end().ends_with(':')
    }

    /// The actions that lie in a stretch of the text.
    pub fn within(&self, start: u32, end: u32) -> &[Action] {
        let from = self.actions.partition_point(|action| action.start < start);
        let to = self.actions.partition_point(|action| action.start < end);
        &self.actions[from..to.max(from)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_become_blanks_and_placeholders() {
        let text = "name: {{ .Release.Name }}-é\n{{- if .Values.a }}\nimage: \"{{ .Values.r }}:{{ .T }}\"\nresources:\n  {{- toYaml .Values.resources | nindent 12 }}\n{{- end }}\n{{ open";
        let template = read_template(text);
        let yaml = &template.yaml;
        assert_eq!(yaml.len(), text.len());
        let start = format!("name: {}-é\n{}\nimage: \"", "_".repeat(19), " ".repeat(19));
        assert!(yaml.starts_with(&start), "{yaml}");
        let rendered: Vec<_> =
            template.actions.iter().filter_map(|a| Some((&*a.text, a.renders_at?))).collect();
        assert_eq!(rendered, [("toYaml .Values.resources | nindent 12", 12)]);
        assert_eq!(template.within(0, 20).len(), 1);
    }
}

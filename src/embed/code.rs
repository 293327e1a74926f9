//! The HTML that embeds an example: the element with its script, or a frame. It never imports the checker: the page has it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::escaped::escaped;
use crate::report::{Finding, Problem, Range, Rule};
use crate::source::Source;

/// What the element shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Pair,
    Violating,
    Conforming,
    Playground,
}

impl View {
    /// As the attribute has it.
    pub const fn word(self) -> &'static str {
        match self {
            View::Pair => "pair",
            View::Violating => "violating",
            View::Conforming => "conforming",
            View::Playground => "playground",
        }
    }
}

/// Whose light or dark it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The host page's, or the reader's where the host says nothing.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// As the attribute has it.
    pub const fn word(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// Files that go along, with what was found in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// `violating`, `conforming`, or empty for code that is no pair.
    pub word: Cow<'static, str>,
    pub files: Vec<Source>,
    /// None where they were not checked.
    pub findings: Option<Vec<Finding>>,
    /// What kept parts of them from being checked.
    pub problems: Vec<Problem>,
}

/// A line below the code: a finding, or what could not be checked.
struct Remark<'a> {
    path: &'a str,
    /// Empty for a problem.
    rule: &'a str,
    level: &'a str,
    range: Range,
    message: &'a str,
}

impl Side {
    fn remarks(&self) -> impl Iterator<Item = Remark<'_>> {
        let problems = self.problems.iter().map(|problem| Remark {
            path: &problem.path,
            rule: "",
            level: "problem",
            range: problem.range,
            message: &problem.message,
        });
        let findings = self.findings.iter().flatten().map(|finding| Remark {
            path: &finding.path,
            rule: finding.rule.id(),
            level: finding.level(),
            range: finding.range,
            message: &finding.message,
        });
        problems.chain(findings)
    }
}

/// What is to be embedded.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    pub rule: Option<Rule>,
    pub title: String,
    pub view: View,
    pub theme: Theme,
    /// The code, where it goes along; without it the rule's own example is shown, always the newest.
    pub sides: Vec<Side>,
}

/// The folder that a page of the playground is served from.
pub fn folder(page: &str) -> &str {
    let page = page.split(['#', '?']).next().unwrap_or_default();
    page.rfind('/').map_or("", |at| &page[..=at])
}

impl Embedded {
    /// The sides that the view shows: no other goes along.
    pub fn shown(&self) -> impl Iterator<Item = &Side> {
        let view = self.view;
        let first = self.sides.first().map(|side| &side.word);
        self.sides.iter().filter(move |side| match view {
            View::Pair => true,
            View::Playground => Some(&side.word) == first,
            View::Violating | View::Conforming => side.word.is_empty() || side.word == view.word(),
        })
    }

    /// The style sheet that keeps its place, the script and the element. `folder` is where the playground is served from.
    pub fn html(&self, folder: &str) -> String {
        let folder_escaped = escaped(folder);
        let script = format!(
            "<link rel=\"stylesheet\" href=\"{folder_escaped}embed.css\">\n\
             <script type=\"module\" src=\"{folder_escaped}embed.js\"></script>"
        );
        if self.sides.is_empty() {
            let place = self.rule.map(|rule| format!("{folder}#/rules/{rule}")).unwrap_or_default();
            let rule = self.rule.map(|rule| rule.id()).unwrap_or_default();
            return format!(
                "{script}\n<rubric-example{}><a href=\"{}\">{rule} {}</a></rubric-example>\n",
                self.attributes(),
                escaped(&place),
                escaped(&self.title)
            );
        }
        format!("{script}\n{}", self.element())
    }

    /// The element with the code in it. No line of it is blank, so that Markdown takes all of it for one piece of HTML.
    pub fn element(&self) -> String {
        let mut out = format!("<div>\n<rubric-example{}>\n", self.attributes());
        for side in self.shown() {
            // Read where no script runs: which side it is, and the file.
            let caption = match &*side.word {
                "" => "",
                "conforming" => "Conforming: ",
                _ => "Violating: ",
            };
            if !side.word.is_empty() {
                let _ = writeln!(out, "<div data-side=\"{}\">", side.word);
            }
            let checked = if side.findings.is_some() { " data-checked" } else { "" };
            for file in &side.files {
                let path = escaped(&file.path);
                let _ = writeln!(
                    out,
                    "<p data-caption>{caption}<code>{path}</code></p>\n\
                     <pre data-path=\"{path}\"{checked}><code>{}</code></pre>",
                    unbroken(&file.text)
                );
            }
            let found = findings(side).concat();
            if !found.is_empty() {
                let _ = write!(out, "<ul>\n{found}</ul>\n");
            }
            if !side.word.is_empty() {
                out.push_str("</div>\n");
            }
        }
        out.push_str("</rubric-example>\n</div>\n");
        out
    }

    /// A frame. `packed` is the code as in a share link, where it goes along.
    pub fn frame(&self, folder: &str, packed: Option<&str>) -> String {
        let mut query = Vec::new();
        if let Some(rule) = self.rule {
            query.push(format!("rule={rule}"));
        }
        query.push(format!("view={}", self.view.word()));
        if self.theme != Theme::Auto {
            query.push(format!("theme={}", self.theme.word()));
        }
        let code = packed.map(|code| format!("#{code}")).unwrap_or_default();
        let title = match (self.rule, &*self.title) {
            (Some(rule), title) => format!("{rule} {title}"),
            // A frame without a title is skipped by whoever listens to the page.
            (None, "") => {
                let path = self.shown().flat_map(|side| &side.files).next().map(|file| &*file.path);
                format!("Code example: {}", path.unwrap_or_default())
            }
            (None, title) => title.to_owned(),
        };
        let address = format!("{folder}embed.html?{}{code}", query.join("&"));
        format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"480\" frameborder=\"0\" loading=\"lazy\"></iframe>\n",
            escaped(&address),
            escaped(title.trim())
        )
    }

    /// The files as a frame's address carries them, with what was found where they were checked.
    pub fn packed(&self) -> String {
        let files: Vec<_> = self
            .shown()
            .flat_map(|side| {
                side.files.iter().map(|file| match &*side.word {
                    "" => serde_json::json!({ "path": file.path, "text": file.text }),
                    word => serde_json::json!({ "path": file.path, "text": file.text, "side": word }),
                })
            })
            .collect();
        let findings: Option<Vec<_>> = self
            .shown()
            .map(|side| {
                side.findings.as_ref()?;
                let found = side.remarks().map(|remark| {
                    let mut json = serde_json::json!({
                        "path": remark.path,
                        "rule": remark.rule,
                        "level": remark.level,
                        "range": written(remark.range),
                        "message": remark.message,
                    });
                    if !side.word.is_empty() {
                        json["side"] = (&*side.word).into();
                    }
                    json
                });
                Some(found.collect::<Vec<_>>())
            })
            .collect();
        match findings {
            Some(findings) => serde_json::json!({ "files": files, "findings": findings.concat() }),
            None => serde_json::json!({ "files": files }),
        }
        .to_string()
    }

    fn attributes(&self) -> String {
        let mut out = String::new();
        if let Some(rule) = self.rule {
            let _ = write!(out, " rule=\"{rule}\"");
        }
        let _ = write!(out, " view=\"{}\"", self.view.word());
        if self.theme != Theme::Auto {
            let _ = write!(out, " theme=\"{}\"", self.theme.word());
        }
        if !self.sides.is_empty() && !self.title.is_empty() {
            let _ = write!(out, " label=\"{}\"", escaped(&self.title));
        }
        out
    }
}

/// As the markup has it: `5:5-5:18`.
fn written(Range { start, end }: Range) -> String {
    format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
}

/// A text of the report: what stands between backticks is code.
pub fn message(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 0 {
            out.push_str(&escaped(part));
        } else {
            let _ = write!(out, "<code>{}</code>", escaped(part));
        }
    }
    out
}

fn findings(side: &Side) -> Vec<String> {
    let several = side.files.len() > 1;
    side.remarks()
        .map(|Remark { path, rule, level, range, message: text }| {
            let path = escaped(path);
            let place = if several { format!("{path}, ") } else { String::new() };
            let space = if rule.is_empty() { "" } else { " " };
            format!(
                "<li data-path=\"{path}\" data-rule=\"{rule}\" data-level=\"{level}\" data-range=\"{}\">\
                 {level}{space}{rule}, {place}line {}: <span data-message>{}</span></li>\n",
                written(range),
                range.start.line,
                message(&text.replace('\n', " ")),
            )
        })
        .collect()
}

/// Code as HTML without a blank line: its line ends are written as numbers there.
fn unbroken(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.trim_end().split('\n').enumerate() {
        let line = line.trim_end_matches('\r');
        if index > 0 {
            out.push_str(if line.trim().is_empty() || out.ends_with("&#10;") { "&#10;" } else { "\n" });
        }
        if !line.trim().is_empty() {
            out.push_str(&escaped(line));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Certainty;
    use crate::report::{Position, Range, Severity};

    fn own(text: &str) -> Embedded {
        let file = Source { path: "app/a.py".to_owned(), text: text.to_owned() };
        Embedded {
            rule: None,
            title: String::new(),
            view: View::Playground,
            theme: Theme::Dark,
            sides: vec![Side { word: "".into(), files: vec![file], findings: None, problems: Vec::new() }],
        }
    }

    #[test]
    fn a_rule_is_a_script_and_an_element() {
        let embedded = Embedded {
            rule: Some(Rule::C5),
            title: "Never block the event loop".to_owned(),
            view: View::Pair,
            theme: Theme::Auto,
            sides: Vec::new(),
        };
        assert_eq!(
            embedded.html("https://rubric.example/play/"),
            "<link rel=\"stylesheet\" href=\"https://rubric.example/play/embed.css\">\n\
             <script type=\"module\" src=\"https://rubric.example/play/embed.js\"></script>\n\
             <rubric-example rule=\"C5\" view=\"pair\">\
             <a href=\"https://rubric.example/play/#/rules/C5\">C5 Never block the event loop</a></rubric-example>\n"
        );
        assert_eq!(
            embedded.frame("https://rubric.example/play/", None),
            "<iframe src=\"https://rubric.example/play/embed.html?rule=C5&amp;view=pair\" \
             title=\"C5 Never block the event loop\" width=\"100%\" height=\"480\" frameborder=\"0\" loading=\"lazy\"></iframe>\n"
        );
    }

    #[test]
    fn own_code_has_no_blank_line_and_stays_text() {
        let html =
            own("import a\r\n\n   \ndef f():\n    return \"<b>\" & 'x'\n\n").html("https://a.example/");
        assert!(
            html.contains(
                "<pre data-path=\"app/a.py\"><code>import a&#10;&#10;&#10;def f():\n    return \
                 &quot;&lt;b&gt;&quot; &amp; &#39;x&#39;</code></pre>\n"
            ),
            "{html}"
        );
        assert!(html.trim_end().lines().all(|line| !line.trim().is_empty()), "{html}");
        assert!(html.contains("<rubric-example view=\"playground\" theme=\"dark\">"), "{html}");
    }

    #[test]
    fn findings_go_along() {
        let mut embedded = own("time.sleep(1)\n");
        let at = |line, column| Position { line, column };
        embedded.sides[0].findings = Some(vec![Finding {
            rule: Rule::C5,
            severity: Severity::High,
            certainty: Certainty::Sure,
            message: "`time.sleep` <waits>".to_owned(),
            path: "app/a.py".to_owned(),
            range: Range { start: at(1, 1), end: at(1, 14) },
            symbol: String::new(),
            because: Vec::new(),
            conforming: String::new(),
            fix: None,
            reason: String::new(),
        }]);
        let html = embedded.html("https://a.example/");
        assert!(
            html.contains(
                "<li data-path=\"app/a.py\" data-rule=\"C5\" data-level=\"high\" data-range=\"1:1-1:14\">high C5, line 1: \
                 <span data-message><code>time.sleep</code> &lt;waits&gt;</span></li>"
            ),
            "{html}"
        );
        assert!(html.contains(" data-checked><code>"), "{html}");
        let frame = embedded.frame("https://a.example/", Some("1x"));
        assert!(frame.contains(" title=\"Code example: app/a.py\""), "{frame}");
        let packed: serde_json::Value = serde_json::from_str(&embedded.packed()).unwrap();
        assert_eq!(
            packed["findings"],
            serde_json::json!([{
                "path": "app/a.py", "rule": "C5", "level": "high", "range": "1:1-1:14", "message": "`time.sleep` <waits>"
            }])
        );
        embedded.sides[0].findings = None;
        assert!(!embedded.packed().contains("findings"), "not checked is not without findings");
    }

    #[test]
    fn what_could_not_be_read_goes_along() {
        let mut embedded = own("def (\n");
        embedded.sides[0].findings = Some(Vec::new());
        embedded.sides[0].problems =
            vec![Problem::of_file("app/a.py".to_owned(), "Expected an identifier".to_owned())];
        let html = embedded.html("https://a.example/");
        assert!(
            html.contains(
                "<li data-path=\"app/a.py\" data-rule=\"\" data-level=\"problem\" data-range=\"1:1-1:1\">problem, line 1: \
                 <span data-message>Expected an identifier</span></li>"
            ),
            "{html}"
        );
        assert!(embedded.packed().contains("Expected an identifier"));
    }

    #[test]
    fn each_side_has_its_caption_and_only_what_is_shown_goes_along() {
        let side = |word: &'static str, path: &str| Side {
            word: word.into(),
            files: vec![Source { path: path.to_owned(), text: format!("# {word}\n") }],
            findings: Some(Vec::new()),
            problems: Vec::new(),
        };
        let mut embedded = Embedded {
            sides: vec![side("violating", "app/before.py"), side("conforming", "app/after.py")],
            view: View::Pair,
            ..own("")
        };
        let html = embedded.html("https://a.example/");
        assert!(
            html.contains(
                "<div data-side=\"violating\">\n<p data-caption>Violating: <code>app/before.py</code></p>\n\
                 <pre data-path=\"app/before.py\" data-checked><code># violating</code></pre>\n</div>\n\
                 <div data-side=\"conforming\">\n<p data-caption>Conforming: <code>app/after.py</code></p>\n"
            ),
            "{html}"
        );
        for (view, kept, left) in [
            (View::Conforming, "# conforming", "# violating"),
            (View::Violating, "# violating", "# conforming"),
            (View::Playground, "# violating", "# conforming"),
        ] {
            embedded.view = view;
            for text in [embedded.html("https://a.example/"), embedded.packed()] {
                assert!(text.contains(kept) && !text.contains(left), "{text}");
            }
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(message("a `<b>` & \"c\""), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }

    #[test]
    fn the_folder_of_a_page_is_what_its_address_begins_with() {
        for page in [
            "https://a.example/play/",
            "https://a.example/play/index.html#/rules",
            "https://a.example/play/?x#/",
        ] {
            assert_eq!(folder(page), "https://a.example/play/");
        }
    }
}

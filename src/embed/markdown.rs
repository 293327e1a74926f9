//! The catalogue as Markdown, for a generator of documentation: an index by section and a page a rule. The findings are
//! drawn below their lines as comments, as a compiler would.

use std::fmt::Write as _;

use super::drawing::covered;
use super::example::{Side, pair};
use super::link::Playground;
use super::page::{Page, anchor, needs};
use crate::catalogue::{ENTRIES, Entry};
use crate::report::Section;
use crate::source::Source;

/// All pages. With the address of a page of the playground, they lead into it.
pub fn pages(playground: Option<&str>) -> Vec<Page> {
    let playground = playground.map(Playground::new);
    let mut pages = vec![Page::new("index.md", index())];
    pages.extend(ENTRIES.iter().map(|entry| Page::new(address(entry), rule(entry, playground.as_ref()))));
    pages
}

fn address(entry: &Entry) -> String {
    format!("{}.md", entry.rule)
}

fn index() -> String {
    let mut out = format!(
        "# The rubric\n\n{} production standards, each with a violating and a conforming example and what the checker \
         finds in them.\n\n",
        ENTRIES.len()
    );
    for section in Section::ALL {
        let _ = writeln!(out, "## {}\n", section.title());
        for entry in ENTRIES.iter().filter(|entry| entry.rule.section() == section) {
            let _ = writeln!(
                out,
                "- [{} {}]({}) ({}): {}",
                entry.rule,
                entry.title,
                address(entry),
                entry.severity.word(),
                entry.summary
            );
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn rule(entry: &Entry, playground: Option<&Playground>) -> String {
    let section = entry.rule.section();
    let mut out = format!(
        "# {} {}\n\n[The rubric](index.md) / [{}](index.md#{}) · **{}** · needs {}\n\n{}\n\n",
        entry.rule,
        entry.title,
        section.title(),
        anchor(section),
        entry.severity.word(),
        needs(entry.needs),
        entry.summary
    );
    let pair = pair(entry);
    if let Some(playground) = playground {
        let _ = writeln!(
            out,
            "[Try {rule} in the playground]({}) · [Open the conforming files]({}) · [Read {rule} in the playground]({})\n",
            playground.files(&pair[0].files),
            playground.files(&pair[1].files),
            playground.rule(entry.rule),
            rule = entry.rule,
        );
    }
    for side in &pair {
        let title = if side.word == "violating" { "Violating" } else { "Conforming" };
        let _ = writeln!(out, "## {title}\n\n{}.\n", sentence(&side.count()));
        for file in &side.files {
            let _ =
                writeln!(out, "`{}`:\n\n```{}\n{}```\n", file.path, language(&file.path), drawn(file, side));
            for (index, finding) in side.findings(&file.path).enumerate() {
                let _ = writeln!(
                    out,
                    "{}. **{}** {}: {}",
                    index + 1,
                    finding.level(),
                    finding.rule,
                    finding.message
                );
            }
            if side.findings(&file.path).next().is_some() {
                out.push('\n');
            }
        }
    }
    for text in entry.texts() {
        let _ = writeln!(out, "## {}\n\n{}\n", text.heading, text.markdown.trim());
    }
    let _ = writeln!(out, "## How right it is\n\n{}", entry.accuracy.sentences().join(" "));
    out
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The code with a comment below each line on which a finding begins: carets under what is meant, and its number in
/// the list that follows. Every language of the catalogue's examples begins a comment with `#`.
fn drawn(file: &Source, side: &Side) -> String {
    let mut out = String::new();
    for (index, line) in file.text.lines().enumerate() {
        let number = index as u32 + 1;
        let _ = writeln!(out, "{line}");
        let findings = side.findings(&file.path).enumerate();
        for (place, finding) in findings.filter(|(_, finding)| finding.range.start.line == number) {
            let Some((from, to)) = covered(line, number, &finding.range) else { continue };
            let before = line[..from].chars().count();
            let width = line[from..to].chars().count();
            // The first two columns are taken by the sign of the comment, unless a tab holds them both.
            let (below, shift) = if line.starts_with('\t') {
                let below = line[..from].chars().map(|character| if character == '\t' { '\t' } else { ' ' });
                (below.collect(), before)
            } else {
                (" ".repeat(before.max(2) - 1), before.max(2))
            };
            let carets = (before + width).saturating_sub(shift).max(1);
            let _ = writeln!(
                out,
                "#{below}{} {}. {} {}",
                "^".repeat(carets),
                place + 1,
                finding.level(),
                finding.rule
            );
        }
    }
    out
}

fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit('.').next().unwrap_or_default() {
        "py" => "python",
        "yaml" | "yml" => "yaml",
        "Dockerfile" => "dockerfile",
        "env" => "ini",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Rule;

    #[test]
    fn marks_stand_below_code_that_tabs_indent() {
        let page = rule(crate::catalogue::entry(Rule::I4).unwrap(), None);
        let lines: Vec<&str> = page.lines().collect();
        let indented = lines.windows(2).filter(|pair| pair[0].starts_with('\t') && pair[1].contains('^'));
        let mut count = 0;
        for pair in indented {
            let tabs = |line: &str| line.chars().filter(|&character| character == '\t').count();
            assert_eq!(tabs(pair[0]), tabs(pair[1]), "{pair:?}");
            assert_eq!(pair[0].find(|letter| letter != '\t'), pair[1].find('^').map(|at| at - 1), "{pair:?}");
            count += 1;
        }
        assert!(count > 0, "{page}");
    }

    #[test]
    fn findings_are_drawn_below_their_lines() {
        let entry = crate::catalogue::entry(Rule::C5).unwrap();
        let page = rule(entry, None);
        let lines: Vec<&str> = page.lines().collect();
        let at =
            lines.iter().position(|line| line.starts_with('#') && line.contains("^^^")).expect("a finding");
        let (carets, code) = (lines[at], lines[at - 1]);
        let from = carets.find('^').unwrap();
        assert!(!code[from..].starts_with(' ') && code.len() > from, "{code}\n{carets}");
        assert!(carets.ends_with(" 1. high C5"), "{carets}");
        assert!(page.contains("\n1. **high** C5: "), "{page}");
        assert_eq!(page.matches("```").count() % 2, 0);
    }

    #[test]
    fn no_example_ends_its_own_fence() {
        for page in pages(Some("https://rubric.example/play/")) {
            assert_eq!(page.text.matches("\n```").count() % 2, 0, "{}", page.path);
        }
    }
}

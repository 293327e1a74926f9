//! The catalogue as static HTML: an index by section and a page a rule. No scripts, one style sheet.

use std::fmt::Write as _;

use super::code::message;
use super::drawing::code;
use super::escaped::escaped;
use super::example::{Side, pair};
use super::link::Playground;
use super::page::{Page, anchor, needs};
use crate::catalogue::{ENTRIES, Entry};
use crate::report::Section;

const STYLE: &str = concat!(
    include_str!("../../assets/tokens.css"),
    include_str!("../../assets/severity.css"),
    include_str!("../../assets/listing.css"),
    include_str!("../../assets/documentation.css")
);

/// All pages. With the address of a page of the playground, they lead into it.
pub fn pages(playground: Option<&str>) -> Vec<Page> {
    let playground = playground.map(Playground::new);
    let mut pages = vec![Page::new("style.css", STYLE.to_owned()), Page::new("index.html", index())];
    for (place, entry) in ENTRIES.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| ENTRIES.get(before));
        let neighbours = [("Previous", before), ("Next", ENTRIES.get(place + 1))];
        pages.push(Page::new(address(entry), rule(entry, neighbours, playground.as_ref())));
    }
    pages
}

fn address(entry: &Entry) -> String {
    format!("{}.html", entry.rule)
}

fn document(title: &str, description: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"rubric {}\">\n<meta name=\"description\" content=\"{}\">\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n{body}</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        escaped(&description.replace('`', "")),
        escaped(title),
    )
}

fn level_word(word: &str) -> String {
    format!(
        "<span class=\"severity severity-{word}\"><span class=\"shape shape-{word}\" aria-hidden=\"true\"></span>{word}</span>"
    )
}

fn index() -> String {
    let mut body = format!(
        "<main>\n<h1>The rubric</h1>\n<p>{} production standards, each with a violating and a conforming example and what \
         the checker finds in them.</p>\n<nav aria-label=\"Sections\">\n<ul class=\"sections\">\n",
        ENTRIES.len()
    );
    for section in Section::ALL {
        let _ = writeln!(body, "<li><a href=\"#{}\">{}</a></li>", anchor(section), section.title());
    }
    body.push_str("</ul>\n</nav>\n");
    for section in Section::ALL {
        let anchor = anchor(section);
        let _ = writeln!(
            body,
            "<section aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{}</h2>",
            section.title()
        );
        body.push_str("<ul class=\"rules\">\n");
        for entry in ENTRIES.iter().filter(|entry| entry.rule.section() == section) {
            let _ = writeln!(
                body,
                "<li><a class=\"rule\" href=\"{}\"><span class=\"rule-id\">{}</span> {}</a> {}\n<div>{}</div></li>",
                address(entry),
                entry.rule,
                escaped(entry.title),
                level_word(entry.severity.word()),
                entry.summary_html.trim(),
            );
        }
        body.push_str("</ul>\n</section>\n");
    }
    body.push_str("</main>\n");
    document("The rubric", "Production standards, each with a violating and a conforming example", &body)
}

fn rule(entry: &Entry, neighbours: [(&str, Option<&Entry>); 2], playground: Option<&Playground>) -> String {
    let section = entry.rule.section();
    let mut body = format!(
        "<main>\n<nav class=\"crumbs\" aria-label=\"Path\"><a href=\"index.html\">The rubric</a> / \
         <a href=\"index.html#{}\">{}</a></nav>\n<h1><span class=\"rule-id\">{}</span> {}</h1>\n\
         <p class=\"facts\">{} <span>needs {}</span></p>\n<div class=\"summary\">{}</div>\n",
        anchor(section),
        section.title(),
        entry.rule,
        escaped(entry.title),
        level_word(entry.severity.word()),
        needs(entry.needs),
        entry.summary_html.trim(),
    );
    let pair = pair(entry);
    if let Some(playground) = playground {
        let _ = writeln!(
            body,
            "<p class=\"links\"><a href=\"{}\">Try {rule} in the playground</a> <a href=\"{}\">Open the conforming \
             files</a> <a href=\"{}\">Read {rule} in the playground</a></p>",
            escaped(&playground.files(&pair[0].files)),
            escaped(&playground.files(&pair[1].files)),
            escaped(&playground.rule(entry.rule)),
            rule = entry.rule,
        );
    }
    body.push_str("<div class=\"sides\">\n");
    for side in &pair {
        self::side(side, &mut body);
    }
    body.push_str("</div>\n<div class=\"texts\">\n");
    for text in entry.texts() {
        let _ = writeln!(body, "<section>\n<h2>{}</h2>\n{}</section>", escaped(&text.heading), text.html);
    }
    let sentences = entry.accuracy.sentences().map(|sentence| format!("<p>{}</p>\n", message(&sentence)));
    let _ = writeln!(body, "<section>\n<h2>How right it is</h2>\n{}</section>\n</div>", sentences.concat());
    body.push_str("<nav class=\"neighbours\" aria-label=\"Rules\">\n");
    for (word, neighbour) in neighbours {
        if let Some(entry) = neighbour {
            let _ = writeln!(
                body,
                "<a class=\"{}\" href=\"{}\"><span>{word}</span> {} {}</a>",
                word.to_lowercase(),
                address(entry),
                entry.rule,
                escaped(entry.title)
            );
        }
    }
    body.push_str("</nav>\n</main>\n");
    document(&format!("{} {}", entry.rule, entry.title), entry.summary, &body)
}

fn side(side: &Side, body: &mut String) {
    let word = side.word;
    let title = if word == "violating" { "Violating" } else { "Conforming" };
    let _ = writeln!(
        body,
        "<section class=\"side side-{word}\" aria-labelledby=\"{word}\">\n<h2 id=\"{word}\" class=\"side-title\">\
         <span class=\"side-mark\" aria-hidden=\"true\"></span>{title}<span class=\"side-count\">{}</span></h2>",
        side.count()
    );
    for file in &side.files {
        let path = escaped(&file.path);
        let _ = writeln!(
            body,
            "<figure class=\"file\">\n<figcaption class=\"file-path\">{path}</figcaption>\n\
             <pre class=\"listing\" tabindex=\"0\" role=\"region\" aria-label=\"{title} example, {path}\">\
             <code>{}</code></pre>",
            code(file, side)
        );
        let findings: String = side
            .findings(&file.path)
            .map(|finding| {
                format!(
                    "<li>{} <b>{}</b> <span class=\"finding-line\">line {}</span> <span>{}</span></li>\n",
                    level_word(finding.level()),
                    finding.rule,
                    finding.range.start.line,
                    message(&finding.message)
                )
            })
            .collect();
        if !findings.is_empty() {
            let _ = writeln!(body, "<ul class=\"findings\">\n{findings}</ul>");
        }
        body.push_str("</figure>\n");
    }
    body.push_str("</section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_within_the_pages_leads_somewhere() {
        let pages = pages(Some("https://rubric.example/"));
        assert_eq!(pages.len(), ENTRIES.len() + 2);
        for page in pages.iter().filter(|page| page.path.ends_with(".html")) {
            for address in page.text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
                if path.starts_with("https://rubric.example/") {
                    assert!(anchor.starts_with("/rules/") || anchor.starts_with("/link?1"), "{address}");
                    continue;
                }
                let path = if path.is_empty() { &page.path } else { path };
                let target = pages.iter().find(|other| other.path == path);
                let target = target.unwrap_or_else(|| panic!("{}: {address}", page.path));
                assert!(anchor.is_empty() || target.text.contains(&format!("id=\"{anchor}\"")), "{address}");
            }
        }
    }

    #[test]
    fn without_a_playground_nothing_leads_to_one() {
        for page in pages(None) {
            assert!(!page.text.contains("playground</a>"), "{}", page.path);
            assert!(!page.text.contains("<script"), "{}", page.path);
        }
    }
}

//! A small report for the tests of all forms: a finding with evidence in two files, a mild one, a question, a problem.

use crate::report::{
    Certainty, CheckedFile, Edit, Evidence, FileKind, Finding, Fix, Position, Problem, Range, Report, Rule,
    RuleStatus, SCHEMA, Severity, Status,
};

pub fn range(start: (u32, u32), end: (u32, u32)) -> Range {
    let position = |(line, column)| Position { line, column };
    Range { start: position(start), end: position(end) }
}

pub fn report() -> Report {
    let evidence =
        |path: &str, range, note: &str| Evidence { path: path.to_owned(), range, note: note.to_owned() };
    let file = |path: &str, kind, lines| CheckedFile {
        path: path.to_owned(),
        kind,
        lines,
        shape: None,
        assumed: Vec::new(),
    };
    Report {
        schema: SCHEMA,
        effects: Vec::new(),
        files: vec![
            file("app/routes.py", FileKind::Python, 12),
            file("app/service.py", FileKind::Python, 5),
            file("broken.py", FileKind::Python, 1),
        ],
        findings: vec![
            Finding {
                rule: Rule::C5,
                severity: Severity::High,
                certainty: Certainty::Sure,
                message: "`load` holds the event loop of `async def feed`: it reaches `requests.get`"
                    .to_owned(),
                path: "app/routes.py".to_owned(),
                range: range((10, 12), (10, 21)),
                symbol: "feed".to_owned(),
                because: vec![
                    evidence("app/routes.py", range((9, 1), (9, 34)), "`feed` runs on the event loop"),
                    evidence(
                        "app/service.py",
                        range((5, 12), (5, 40)),
                        "`requests.get` waits for a response",
                    ),
                ],
                conforming: "`await client.get(url)` on a shared `httpx.AsyncClient`".to_owned(),
                fix: Some(Fix {
                    title: "await the call".to_owned(),
                    edits: vec![Edit {
                        path: "app/routes.py".to_owned(),
                        range: range((10, 12), (10, 12)),
                        text: "await ".to_owned(),
                    }],
                }),
                reason: String::new(),
            },
            Finding {
                rule: Rule::O1,
                severity: Severity::Low,
                certainty: Certainty::Likely,
                message: "`print` writes no log".to_owned(),
                path: "app/service.py".to_owned(),
                range: range((2, 1), (2, 9)),
                symbol: String::new(),
                because: vec![evidence("app/service.py", range((2, 1), (2, 9)), "`print` is called")],
                conforming: "`logger.info(…)`".to_owned(),
                fix: None,
                reason: String::new(),
            },
            Finding {
                rule: Rule::I2,
                severity: Severity::Medium,
                certainty: Certainty::Question,
                message: "is `/public/v1/{name}` limited before it reaches this code?".to_owned(),
                path: "app/routes.py".to_owned(),
                range: range((8, 1), (8, 20)),
                symbol: "feed".to_owned(),
                because: vec![evidence("app/routes.py", range((8, 1), (8, 20)), "clients call this path")],
                conforming: "a limit a tenant".to_owned(),
                fix: None,
                reason: String::new(),
            },
        ],
        silenced: vec![Finding {
            rule: Rule::F1,
            severity: Severity::High,
            certainty: Certainty::Sure,
            message: "no limit".to_owned(),
            path: "app/service.py".to_owned(),
            range: range((3, 1), (3, 9)),
            symbol: String::new(),
            because: Vec::new(),
            conforming: String::new(),
            fix: None,
            reason: "it answers at once".to_owned(),
        }],
        rules: vec![
            RuleStatus { rule: Rule::C5, status: Status::Violated, places: Vec::new() },
            RuleStatus { rule: Rule::F1, status: Status::Conforms, places: Vec::new() },
            RuleStatus { rule: Rule::F2, status: Status::NotSeen, places: Vec::new() },
            RuleStatus { rule: Rule::I2, status: Status::NotSeen, places: Vec::new() },
            RuleStatus { rule: Rule::O1, status: Status::Violated, places: Vec::new() },
        ],
        problems: vec![Problem {
            path: "broken.py".to_owned(),
            range: range((1, 5), (1, 6)),
            message: "syntax error: expected an expression".to_owned(),
        }],
    }
}

/// The same report, in which every text that can come from outside is the given one.
pub fn hostile(text: &str) -> Report {
    let mut report = report();
    for file in &mut report.files {
        file.path = text.to_owned();
    }
    for finding in &mut report.findings {
        finding.path = text.to_owned();
        finding.symbol = text.to_owned();
        finding.message = format!("`{text}` and {text}");
        finding.conforming = format!("{text} and `{text}`");
        for evidence in &mut finding.because {
            evidence.path = text.to_owned();
            evidence.note = text.to_owned();
        }
    }
    for finding in &mut report.silenced {
        finding.path = text.to_owned();
        finding.message = text.to_owned();
        finding.reason = text.to_owned();
    }
    for problem in &mut report.problems {
        problem.path = text.to_owned();
        problem.message = text.to_owned();
    }
    report
}

/// Texts that break out of one form or another.
pub const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>.py",
    "a`b``c```.py",
    "```\n</details>\n# heading\n",
    "two\nlines.py",
    "carriage\rreturn\r\n.py",
    "\u{1b}[31mred\u{202e}yp.exe",
    "[link](https://attacker.example)",
    "![image](https://attacker.example/a.png)",
    "@somebody #1 !2 https://attacker.example",
    "::error file=x::forged",
    "a,line=9%0A::warning::forged",
    "\\`\\<b>\\",
    "{0} {{1}} [a](1)",
    "&lt;b&gt; &amp; <!-- -->",
    "- item\n1. item\n> quote\n| a | b |",
    "",
];

//! No input makes the checker panic, overflow the stack, or point outside the text that it was given.
//!
//! Everything runs on a stack of 1 MiB, which is what a browser's worker has.

mod inputs;

use std::collections::HashMap;

use inputs::{DEPTH, Input};
use rubric_playground::catalogue::{ENTRIES, Entry, Example};
use rubric_playground::check::{Source, check_running};
use rubric_playground::report::{Position, Range, Report};
use rubric_playground::settings::Settings;

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Every line's length in characters, as the report counts lines and columns.
fn line_lengths(text: &str) -> Vec<u32> {
    let mut lengths = vec![0];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\n' => lengths.push(0),
            _ => *lengths.last_mut().unwrap() += 1,
        }
    }
    lengths
}

/// Checks the files, and that every place of the report lies within them.
fn checked(name: &str, sources: &[Source]) -> Report {
    // With what breaks and what the code does, as an exercise asks for it.
    let report = check_running(sources, &Settings::default());
    let lengths: HashMap<&str, Vec<u32>> =
        sources.iter().map(|source| (source.path.as_str(), line_lengths(&source.text))).collect();
    let within = |path: &str, range: Range, what: &str| {
        let Some(lengths) = lengths.get(path) else {
            panic!("{name}: {what} in {path}, which was not given")
        };
        for Position { line, column } in [range.start, range.end] {
            let length = (line as usize).checked_sub(1).and_then(|index| lengths.get(index));
            // A line's end may be pointed at: its column is one more than the line is long; with `\r\n`, two.
            let is_within = column >= 1 && length.is_some_and(|&length| column <= length + 2);
            assert!(is_within, "{name}: {what} points at {path}:{line}:{column}, outside the text");
        }
        assert!(range.start <= range.end, "{name}: {what} ends before it starts");
    };
    for finding in &report.findings {
        within(&finding.path, finding.range, "a finding");
        for evidence in &finding.because {
            within(&evidence.path, evidence.range, "evidence");
        }
    }
    for rule in &report.rules {
        for place in &rule.places {
            within(&place.path, place.range, "a status");
        }
    }
    for problem in &report.problems {
        within(&problem.path, problem.range, "a problem");
    }
    let order = |path: &str, range: Range| (path.to_owned(), range.start);
    assert!(
        report.findings.is_sorted_by_key(|finding| (order(&finding.path, finding.range), finding.rule)),
        "{name}: the findings are not in order"
    );
    report
}

fn check_all(inputs: Vec<Input>, paths: &[&str]) {
    for input in inputs {
        for path in paths {
            let source = Source { path: (*path).to_owned(), text: input.text.clone() };
            checked(&format!("{} as {path}", input.name), &[source]);
        }
    }
}

const EVERY_KIND: [&str; 7] = [
    "main.py",
    "compose.yaml",
    "Dockerfile",
    "Caddyfile",
    ".env",
    "templates/deployment.yaml",
    "values.yaml",
];

#[test]
fn violating_examples_cut_at_every_character() {
    cut_at_every_character(Entry::violating);
}

#[test]
fn conforming_examples_cut_at_every_character() {
    cut_at_every_character(Entry::conforming);
}

fn cut_at_every_character(side: fn(&Entry) -> &'static [Example]) {
    on_a_small_stack(move || {
        for entry in ENTRIES {
            for (index, example) in side(entry).iter().enumerate() {
                // The files beside the cut one stay whole, so that what was cut off is also missed across files.
                let mut sources: Vec<Source> = side(entry)
                    .iter()
                    .map(|example| Source { path: example.path.to_owned(), text: example.text.to_owned() })
                    .collect();
                for (at, _) in example.text.char_indices() {
                    sources[index].text = example.text[..at].to_owned();
                    checked(&format!("{} cut at {at}", entry.name), &sources);
                }
            }
        }
    });
}

#[test]
fn nesting_within_what_python_takes_is_checked() {
    on_a_small_stack(|| check_all(inputs::deep(50), &["main.py"]));
}

#[test]
fn nesting_near_the_limits() {
    on_a_small_stack(|| {
        for depth in [99, 101, 199, 201, 399, 401, 1_000] {
            check_all(inputs::deep(depth), &["main.py"]);
        }
    });
}

#[test]
fn nesting_beyond_any_stack() {
    on_a_small_stack(|| check_all(inputs::deep(DEPTH), &["main.py"]));
}

/// A name, the code of each step, and what stands at the end.
type Way = (&'static str, &'static dyn Fn(usize) -> String, &'static str);

/// Code that is flat to the parser, and long to whoever follows it from name to name.
#[test]
fn long_ways_from_name_to_name() {
    const LONG: usize = 6_000;
    const END: &str =
        "import time\nimport requests\nfrom fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\n";
    let ways: [Way; 12] = [
        (
            "calls down",
            &|step| format!("def f{step}():\n    return f{}()\n", step + 1),
            "def f6000():\n    time.sleep(1)\nasync def g():\n    f0()\n",
        ),
        (
            "calls up",
            &|step| format!("def f{}():\n    return f{step}()\n", step + 1),
            "def f0():\n    time.sleep(1)\n@app.get('/')\nasync def g():\n    f6000()\n",
        ),
        (
            "calls in a circle",
            &|step| format!("def f{step}():\n    return f{}() + f{}()\n", (step + 1) % LONG, step * 7 % LONG),
            "@app.get('/')\nasync def g():\n    f0()\n",
        ),
        (
            "awaited calls",
            &|step| format!("async def f{step}(x):\n    return await f{}(x)\n", step + 1),
            "async def f6000(x):\n    return requests.get(x)\n@app.get('/')\nasync def g(x):\n    return await f0(x)\n",
        ),
        (
            "generators",
            &|step| format!("async def f{step}(x):\n    async for y in f{}(x):\n        yield y\n", step + 1),
            "@app.get('/')\nasync def g(x):\n    return StreamingResponse(f0(x))\n",
        ),
        (
            "functions in functions' results",
            &|step| {
                format!(
                    "def f{step}(x):\n    def inner():\n        return f{}(x)()\n    return inner\n",
                    step + 1
                )
            },
            "@app.get('/')\nasync def g(x):\n    return f0(x)()\n",
        ),
        (
            "names of names",
            &|step| format!("a{} = a{step}\n", step + 1),
            "a0 = requests.Session()\nasync def g():\n    a6000.get('x')\n",
        ),
        (
            "names of names in a function",
            &|step| match step {
                0 => "async def g(a0: requests.Session):\n    a1 = a0\n".to_owned(),
                _ => format!("    a{} = a{step}\n", step + 1),
            },
            "    a6000.get('x')\n",
        ),
        (
            "bases of bases",
            &|step| format!("class A{}(A{step}):\n    pass\n", step + 1),
            "class A0:\n    def run(self):\n        time.sleep(1)\nasync def g(a: A6000):\n    a.run()\n",
        ),
        (
            "methods",
            &|step| {
                format!(
                    "class A{step}:\n    def __init__(self, a: 'A{0}'):\n        self.a = a\n    def run(self):\n        return self.a.run()\n",
                    step + 1
                )
            },
            "async def g(a: A0):\n    a.run()\n",
        ),
        (
            "dependencies",
            &|step| format!("def d{step}(x=Depends(d{})):\n    yield x\n", step + 1),
            "@app.get('/')\nasync def g(x=Depends(d0)):\n    x.get()\n",
        ),
        (
            "decorators",
            &|step| {
                format!(
                    "def d{step}(f):\n    @d{}\n    def w():\n        return f()\n    return w\n",
                    step + 1
                )
            },
            "@d0\nasync def g():\n    time.sleep(1)\n",
        ),
    ];
    for (name, step, end) in ways {
        let text = END.to_owned() + &(0..LONG).map(step).collect::<String>() + end;
        let name = name.to_owned();
        on_a_small_stack(move || {
            checked(&name, &[Source { path: "main.py".to_owned(), text }]);
        });
    }
    let files: Vec<Source> = (0..600)
        .map(|step| Source {
            path: format!("app/m{step}.py"),
            text: format!("from app.m{} import f as f\nx = f()\n", step + 1),
        })
        .chain([Source {
            path: "app/m600.py".to_owned(),
            text: "import requests\ndef f():\n    requests.get('x')\n".to_owned(),
        }])
        .collect();
    on_a_small_stack(move || {
        checked("re-exports of re-exports", &files);
    });
}

#[test]
fn deep_texts_of_other_kinds() {
    on_a_small_stack(|| {
        let deep = [
            ("flow lists", "[".repeat(DEPTH)),
            ("flow maps", "{a: ".repeat(DEPTH)),
            ("lists in lists", "- ".repeat(DEPTH)),
            ("anchors", format!("a: &a\n{}", "b: [*a, *a]\n".repeat(100))),
            ("maps", (0..1_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect()),
            ("braces", "a {\n".repeat(DEPTH)),
            ("continued lines", "RUN a \\\n".repeat(DEPTH)),
            ("template braces", "{{".repeat(DEPTH)),
            ("template actions on one line", "{{ .Values.a }}".repeat(20_000)),
            ("template actions on lines", "  {{- toYaml .Values.a.b | nindent 4 }}\n".repeat(20_000)),
            ("containers of a template", format!("kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n{}", "        - image: {{ .Values.a }}:{{ .Values.b }}\n          resources: {{ .Values.c }}\n".repeat(3_000))),
            ("variables in variables", "${A:-".repeat(10_000)),
            ("services", format!("services:\n{}", "  a:\n    image: b\n    depends_on: [a]\n".repeat(1_500))),
            ("stages", "FROM a AS b\nFROM ${b}\n".repeat(2_000)),
            ("health checks", "HEALTHCHECK CMD curl http://localhost\n".repeat(5_000)),
        ];
        let inputs = deep.map(|(name, text)| Input { name: name.to_owned(), text });
        check_all(inputs.into(), &EVERY_KIND[1..]);
    });
}

#[test]
fn odd_texts_of_every_kind() {
    on_a_small_stack(|| check_all(inputs::odd(), &EVERY_KIND));
}

#[test]
fn random_texts_of_every_kind() {
    on_a_small_stack(|| check_all(inputs::random(2_000), &EVERY_KIND));
}

#[test]
fn odd_sets_of_files() {
    on_a_small_stack(|| {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        checked("no files", &[]);
        checked("the same path twice", &[source("a.py", "x = 1\n"), source("a.py", "y = \n")]);
        for path in
            ["", ".", "/", "..", "a/", "/a.py", "../a.py", "a\\b.py", "é.py", "a..py", ".py", "__init__.py"]
        {
            checked(path, &[source(path, "from . import x\nfrom .. import y\nfrom ...a import *\n")]);
        }
        let star = [source("a.py", "from b import *\n"), source("b.py", "from a import *\nf()\n")];
        checked("star imports in a circle", &star);
    });
}

#[test]
fn the_same_input_gives_the_same_report() {
    for entry in ENTRIES {
        let mut sources: Vec<Source> = entry
            .violating()
            .iter()
            .map(|example| Source { path: example.path.to_owned(), text: example.text.to_owned() })
            .collect();
        let first = checked(entry.name, &sources);
        assert_eq!(first, checked(entry.name, &sources), "{}", entry.name);
        sources.reverse();
        let findings = checked(entry.name, &sources).findings;
        assert_eq!(first.findings, findings, "{}: the order of the files matters", entry.name);
    }
}

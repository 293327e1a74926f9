//! Fixes: what they write, and that none of them makes anything worse.

use std::fs;
use std::path::{Path, PathBuf};

use rubric_playground::check::{Source, check};
use rubric_playground::fixes::{fix_all, fix_of};
use rubric_playground::report::Rule;
use rubric_playground::settings::Settings;

fn given(text: &str) -> Vec<Source> {
    vec![Source { path: "app/main.py".to_owned(), text: text.to_owned() }]
}

/// What the fix of the one finding of a rule makes of a file.
fn fixed(rule: Rule, text: &str) -> String {
    let settings = Settings {
        off: Rule::ALL.into_iter().filter(|other| *other != rule).collect(),
        ..Settings::default()
    };
    let fixed = fix_all(&given(text), &settings, &|_| true);
    assert_eq!(fixed.count, 1, "{:#?}", check(&given(text), &settings).findings);
    fixed.sources.into_iter().next().unwrap().text
}

/// Asserts that a rule finds something, and has no fix for it.
fn assert_left(rule: Rule, text: &str) {
    let sources = given(text);
    let report = check(&sources, &Settings::default());
    let finding = report.findings.iter().find(|finding| finding.rule == rule).expect("it is found");
    assert_eq!(fix_of(&sources, &Settings::default(), finding), None);
}

#[test]
fn a_call_gets_its_time_limit_behind_its_other_arguments() {
    let before = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n";
    assert_eq!(fixed(Rule::F1, before), before.replace("get(url)", "get(url, timeout=10)"));
    let none = "import httpx\n\nclient = httpx.Client(timeout=None)\n";
    assert_eq!(fixed(Rule::F1, none), none.replace("None", "10"));
    let lines = "import requests\n\n\ndef load(url):\n    return requests.get(\n        url,  # theirs\n        verify=True,\n    )\n";
    let expected = lines.replace("verify=True,", "verify=True,\n        timeout=10,");
    assert_eq!(fixed(Rule::F1, lines), expected);
    let windows = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(fixed(Rule::F1, &windows(lines)), windows(&expected));
}

#[test]
fn a_call_that_holds_the_loop_goes_to_a_thread_with_the_import_that_it_needs() {
    let before =
        "import requests\n\n\nasync def load(url):\n    return requests.get(url, timeout=5).json()\n";
    let after = "import asyncio\nimport requests\n\n\nasync def load(url):\n    return (await asyncio.to_thread(requests.get, url, timeout=5)).json()\n";
    assert_eq!(fixed(Rule::C5, before), after);
    let lines = "import asyncio\n\nimport requests\n\n\nasync def load(url):\n    return requests.get(\n        url,\n        timeout=5,\n    )\n";
    let in_thread = lines.replace("requests.get(\n", "await asyncio.to_thread(\n        requests.get,\n");
    let windows = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(fixed(Rule::C5, lines), in_thread);
    assert_eq!(fixed(Rule::C5, &windows(lines)), windows(&in_thread));
    let pause =
        "import asyncio\nimport time\n\n\nasync def wait():\n    time.sleep(5)\n    await asyncio.sleep(0)\n";
    assert_eq!(fixed(Rule::C5, pause), pause.replace("time.sleep(5)", "await asyncio.sleep(5)"));
}

#[test]
fn an_import_goes_below_those_of_the_future_and_keeps_the_line_ends() {
    let before = "\"\"\"Loads.\"\"\"\r\nfrom __future__ import annotations\r\n\r\nimport time\r\n\r\n\r\nasync def wait():\r\n    time.sleep(5)\r\n";
    let after = "\"\"\"Loads.\"\"\"\r\nfrom __future__ import annotations\r\n\r\nimport asyncio\r\nimport time\r\n\r\n\r\nasync def wait():\r\n    await asyncio.sleep(5)\r\n";
    assert_eq!(fixed(Rule::C5, before), after);
}

#[test]
fn what_would_become_another_thing_is_left() {
    // The name is taken.
    assert_left(Rule::C5, "import time\n\nasyncio = None\n\n\nasync def wait():\n    time.sleep(5)\n");
    // A comprehension with an `await` in it is another one.
    assert_left(
        Rule::C5,
        "import requests\n\n\nasync def load(urls):\n    return list(requests.get(url, timeout=5) for url in urls)\n",
    );
    // A session belongs to its thread.
    assert_left(
        Rule::C5,
        "from sqlalchemy.orm import Session\n\n\nasync def load(db: Session):\n    return db.execute(\"select 1\")\n",
    );
}

#[test]
fn a_failure_is_logged_with_its_trace_and_a_constant_message() {
    let before = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef run(job):\n    try:\n        job()\n    except Exception as error:\n        logger.error(f\"{{job}} {job!r}: 100% of {error}\")\n";
    let after = before.replace(
        "error(f\"{{job}} {job!r}: 100% of {error}\")",
        "exception(\"{job} %r: 100%% of %s\", job, error)",
    );
    assert_eq!(fixed(Rule::O1, before), after);
}

#[test]
fn a_message_that_cannot_be_taken_apart_is_left() {
    for message in
        ["f\"{size:>8} bytes\"", "f\"\"\"{size} bytes\"\"\"", "f\"{size}\" f\"{size}\"", "rf\"\\d{size}\""]
    {
        assert_left(
            Rule::O1,
            &format!(
                "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef tell(size):\n    logger.info({message})\n"
            ),
        );
    }
}

#[test]
fn a_number_of_the_request_gets_its_upper_end() {
    let before = "from fastapi import FastAPI\nfrom sqlalchemy import select\n\napp = FastAPI()\n\n\n@app.get(\"/things\")\nasync def things(db, limit: int = 50):\n    return (await db.execute(select(Thing).limit(limit))).all()\n";
    let after = before.replace("limit: int", "limit: Annotated[int, Query(le=200)]").replace(
        "from fastapi import FastAPI\n",
        "from fastapi import Query\nfrom typing import Annotated\nfrom fastapi import FastAPI\n",
    );
    assert_eq!(fixed(Rule::I2, before), after);
}

#[test]
fn the_fix_of_one_finding_leaves_the_others() {
    let text = "import requests\n\n\nasync def load(url):\n    return requests.get(url)\n";
    let sources = given(text);
    let report = check(&sources, &Settings::default());
    let of = |rule: Rule| report.findings.iter().find(|finding| finding.rule == rule).unwrap();
    let fix = fix_of(&sources, &Settings::default(), of(Rule::F1)).expect("a time limit can be given");
    assert_eq!(fix.edits.len(), 1);
    assert_eq!(fix.edits[0].text, ", timeout=10");
    assert!(fix_of(&sources, &Settings::default(), of(Rule::C5)).is_some());
}

#[test]
fn a_notebook_and_a_fragment_are_not_written_to() {
    assert_left(
        Rule::F1,
        "    data = requests.get(url).json()\n    await store.save(data)\n    return data\n",
    );
}

/// All Python of the catalogue: examples, samples, and what the cases and exercises give as code.
fn python_texts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            python_texts(&path, found);
        } else if extension == Some("py") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        } else if extension == Some("md") {
            let text = fs::read_to_string(&path).unwrap();
            let blocks = text.split("\n```py").skip(1).filter_map(|rest| rest.split("\n```").next());
            let code = blocks.filter_map(|block| block.split_once('\n'));
            found.extend(code.map(|(_, code)| (path.clone(), format!("{code}\n"))));
        }
    }
}

#[test]
fn no_fix_makes_anything_worse_or_is_made_twice() {
    let mut texts = Vec::new();
    python_texts(Path::new("rules"), &mut texts);
    texts.sort();
    let settings = Settings::default();
    let mut count = 0;
    for (path, text) in texts {
        let sources = given(&text);
        let before = check(&sources, &settings);
        let fixed = fix_all(&sources, &settings, &|_| true);
        let after = check(&fixed.sources, &settings);
        let told = format!("{}:\n{text}\nbecame:\n{}", path.display(), fixed.sources[0].text);
        assert!(after.problems.len() <= before.problems.len(), "{told}");
        assert!(after.findings.len() + fixed.count <= before.findings.len(), "{told}");
        if fixed.count == 0 {
            assert_eq!(fixed.sources, sources, "{told}");
        } else {
            // What overlapped with another fix may be made next; then there is no more to do.
            let second = fix_all(&fixed.sources, &settings, &|_| true);
            assert_eq!(fix_all(&second.sources, &settings, &|_| true).count, 0, "{told}");
        }
        count += fixed.count;
    }
    assert!(count >= 100, "only {count} fixes in all code of the catalogue");
}

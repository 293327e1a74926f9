//! 'Why not?': each fact in its words, and no explanation that the rules contradict.

use rubric_playground::catalogue::{ENTRIES, Example};
use rubric_playground::check::{Source, check};
use rubric_playground::explain::explain;
use rubric_playground::explanation::{Answer, Candidate, Explanation, Line, Place, RuleAnswer, Runs};
use rubric_playground::report::{Rule, Status};
use rubric_playground::settings::Settings;

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

fn sources(examples: &[Example]) -> Vec<Source> {
    examples.iter().map(|example| source(&example.path, &example.text)).collect()
}

fn at(sources: &[Source], path: &str, line: u32, rule: Option<Rule>) -> Explanation {
    explain(sources, &Settings::default(), &Place::Line { path: path.to_owned(), line, rule })
}

/// The line that ends with `# here`.
fn here(text: &str) -> (Explanation, Line) {
    let number = text.lines().position(|line| line.ends_with("# here")).unwrap() as u32 + 1;
    let explanation = at(&[source("app/main.py", text)], "app/main.py", number, None);
    let line = explanation.line.clone().unwrap();
    (explanation, line)
}

fn answer(explanation: &Explanation, rule: Rule) -> &RuleAnswer {
    explanation.rules.iter().find(|answer| answer.rule == rule).unwrap_or_else(|| panic!("{rule} is silent"))
}

/// The condition that decides against the first candidate.
fn unmet(explanation: &Explanation, rule: Rule) -> (String, Answer, String) {
    answer(explanation, rule)
        .candidates
        .iter()
        .flat_map(|candidate| &candidate.conditions)
        .find(|condition| condition.answer != Answer::Met)
        .map(|condition| (condition.what.clone(), condition.answer, condition.fact.clone()))
        .unwrap_or_else(|| panic!("{rule}: every condition is met"))
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "\n  {}\n", failures.join("\n  "));
}

// No explanation contradicts the rules

fn everything(examples: &[Example], rule: Rule) -> RuleAnswer {
    let explanation = explain(&sources(examples), &Settings::default(), &Place::Rule(rule));
    explanation.rules.into_iter().next().unwrap()
}

fn all_met(candidate: &Candidate) -> bool {
    candidate.conditions.iter().all(|condition| condition.answer == Answer::Met)
}

#[test]
fn where_all_conditions_are_met_the_rule_finds_something() {
    let mut failures = Vec::new();
    for entry in ENTRIES {
        let report = check(&sources(entry.violating()), &Settings::default());
        for rule in Rule::ALL {
            let answer = everything(entry.violating(), rule);
            let status = report.rules.iter().find(|status| status.rule == rule).unwrap();
            if answer.status != status.status {
                failures.push(format!("{}: the check says {:?} of {rule}", entry.name, status.status));
            }
            for candidate in &answer.candidates {
                let found = report.findings.iter().any(|finding| {
                    finding.rule == rule && finding.path == candidate.path && finding.range == candidate.range
                });
                if all_met(candidate) != candidate.is_found || (candidate.is_found && !found) {
                    failures.push(format!("{} {rule}: {candidate:?}", entry.name));
                }
            }
        }
    }
    assert_none(&failures);
}

#[test]
fn what_a_rule_finds_in_its_own_example_has_its_conditions() {
    let mut failures = Vec::new();
    for entry in ENTRIES {
        let answer = everything(entry.violating(), entry.rule);
        if !answer.candidates.iter().any(|candidate| candidate.is_found && candidate.conditions.len() > 1) {
            failures.push(format!("{}: {:#?}", entry.name, answer.candidates));
        }
    }
    assert_none(&failures);
}

#[test]
fn in_conforming_examples_some_condition_is_not_met() {
    let mut failures = Vec::new();
    for entry in ENTRIES {
        for rule in Rule::ALL {
            let answer = everything(entry.conforming(), rule);
            for candidate in &answer.candidates {
                if candidate.is_found || all_met(candidate) {
                    failures.push(format!("{} {rule}: {candidate:?}", entry.name));
                }
            }
        }
    }
    assert_none(&failures);
}

#[test]
fn every_fact_is_a_clause() {
    let mut failures = Vec::new();
    for entry in ENTRIES {
        for examples in [entry.violating(), entry.conforming()] {
            for rule in Rule::ALL {
                for candidate in everything(examples, rule).candidates {
                    for condition in &candidate.conditions {
                        for text in [&condition.what, &condition.fact] {
                            let capital = text.starts_with(char::is_uppercase);
                            if text.is_empty()
                                || capital
                                || text.ends_with('.')
                                || text.matches('`').count() % 2 == 1
                            {
                                failures.push(format!("{rule}: {text:?}"));
                            }
                        }
                    }
                }
            }
        }
    }
    assert_none(&failures);
}

#[test]
fn every_line_of_the_examples_can_be_asked_for() {
    for entry in ENTRIES {
        let sources = sources(entry.violating());
        for file in &sources {
            for line in 1..=file.text.lines().count() as u32 {
                let first = at(&sources, &file.path, line, None);
                assert_eq!(
                    first.line.as_ref().unwrap().text,
                    file.text.lines().nth(line as usize - 1).unwrap().trim()
                );
                if line % 7 == 0 {
                    assert_eq!(first, at(&sources, &file.path, line, None), "the same each time");
                }
            }
        }
    }
}

#[test]
fn a_place_that_is_not_there_is_told() {
    let sources =
        [source("a.py", "x = 1\n"), source("Dockerfile", "FROM python:3.12\n"), source("bad.py", "def (:\n")];
    for (path, line, note) in [
        ("b.py", 1, "not among the given files"),
        ("a.py", 0, "has no line 0"),
        ("a.py", 99, "has no line 99"),
        ("Dockerfile", 1, "no Python"),
        ("bad.py", 1, "cannot be read as it stands"),
    ] {
        let notes = at(&sources, path, line, None).line.unwrap().notes.join(" ");
        assert!(notes.contains(note), "{path}:{line}: {notes}");
    }
    let nothing = explain(&[], &Settings::default(), &Place::Rule(Rule::C5));
    assert_eq!(nothing.rules[0].status, Status::NotSeen);
}

// Where it runs

const HANDLER: &str = "import requests\nfrom fastapi import FastAPI\napp = FastAPI()\n";

#[test]
fn a_plain_handler_runs_in_the_thread_pool() {
    let text =
        format!("{HANDLER}@app.get('/report')\ndef sync_report():\n    requests.get('http://a')  # here\n");
    let (explanation, line) = here(&text);
    assert_eq!(line.runs, Runs::ThreadPool);
    assert_eq!(line.within[0].what, "def, route handler GET /report");
    let (what, answer, fact) = unmet(&explanation, Rule::C5);
    assert_eq!((what.as_str(), answer), ("it runs on the event loop", Answer::NotMet));
    assert_eq!(fact, "`sync_report` is a plain `def` route handler, which FastAPI runs in its thread pool");
    assert!(answer_is_found(&explanation, Rule::F1));
}

fn answer_is_found(explanation: &Explanation, rule: Rule) -> bool {
    answer(explanation, rule).candidates.iter().any(|candidate| candidate.is_found)
}

#[test]
fn a_coroutine_runs_on_the_event_loop_and_a_module_at_its_own_level() {
    let (_, line) = here("async def load():\n    x = 1  # here\n");
    assert_eq!((line.runs, line.runs_because.as_str()), (Runs::EventLoop, "`load` is an `async def`"));
    let (_, line) = here("x = 1  # here\n");
    assert_eq!(line.runs, Runs::ModuleLevel);
    let (_, line) = here("def alone():\n    x = 1  # here\n");
    assert_eq!(line.runs, Runs::Unknown);
}

#[test]
fn a_helper_runs_where_its_caller_does() {
    let (_, line) = here("async def feed():\n    return load()\n\n\ndef load():\n    return 1  # here\n");
    assert_eq!(line.runs, Runs::WithCallers);
    assert!(line.runs_because.contains("`async def feed`"), "{}", line.runs_because);
    assert!(line.runs_because.contains("line 2"), "{}", line.runs_because);
}

// What is called

#[test]
fn an_unknown_callee_says_why() {
    for (text, why) in [
        ("async def f(client):\n    client.get()  # here\n", "`client` is a parameter without a type"),
        ("from app.other import helper\nasync def f():\n    helper()  # here\n", "that module was not given"),
        ("async def f():\n    thing.run()  # here\n", "`thing`"),
        ("class A:\n    pass\nasync def f():\n    A().run()  # here\n", "defines no `run`"),
    ] {
        let (_, line) = here(text);
        let call = &line.calls[0];
        assert!(!call.is_known, "{call:?}");
        assert!(line.calls.iter().any(|call| call.callee.contains(why)), "{why}: {:?}", line.calls);
    }
}

#[test]
fn a_known_callee_says_what_it_is() {
    let (_, line) = here("def load():\n    pass\nasync def f():\n    load()  # here\n");
    assert_eq!(line.calls[0].callee, "`load` is `def load` (line 1)");
    let (_, line) = here(
        "import httpx\nasync def f():\n    async with httpx.AsyncClient(timeout=5) as c:\n        await c.get('http://a')  # here\n",
    );
    let call = &line.calls[0];
    assert!(call.is_known && call.is_awaited);
    assert!(call.callee.contains("httpx.AsyncClient.get"), "{}", call.callee);
    assert!(
        call.facts.iter().any(|fact| fact.contains("as its client was built (line 3)")),
        "{:?}",
        call.facts
    );
    assert!(call.facts.iter().any(|fact| fact.contains("reaches an HTTP server")), "{:?}", call.facts);
}

// The rules

#[test]
fn a_deadline_is_the_condition_that_is_not_met() {
    let (explanation, _) =
        here("import requests\ndef f():\n    requests.get('http://a', timeout=3)  # here\n");
    let (what, answer, fact) = unmet(&explanation, Rule::F1);
    assert_eq!(answer, Answer::NotMet, "{what}");
    assert_eq!(fact, "`3` limits how long it may wait");
}

#[test]
fn a_silenced_finding_says_so() {
    let text = "import time\nasync def f():\n    time.sleep(9)  # rubric: ignore[C5] it is a test of patience  # here\n";
    let (explanation, line) = here(text);
    assert_eq!(line.silenced_by[0].rules, [Rule::C5]);
    assert!(answer(&explanation, Rule::C5).answer.contains("a comment silences"));
    assert_eq!(unmet(&explanation, Rule::C5).0, "no comment silences it");
}

#[test]
fn a_rule_that_is_off_is_asked_when_it_is_named() {
    let sources = [source("a.py", "import time\nasync def f():\n    time.sleep(9)\n")];
    let settings = Settings { off: vec![Rule::C5], ..Settings::default() };
    let place = |rule| Place::Line { path: "a.py".to_owned(), line: 3, rule };
    let named = explain(&sources, &settings, &place(Some(Rule::C5)));
    assert!(named.rules[0].is_off && named.rules[0].answer.contains("switch this rule off"));
    assert!(named.line.unwrap().findings.is_empty());
    let all = explain(&sources, &settings, &place(None));
    assert!(all.silent.contains(&Rule::C5));
}

#[test]
fn a_rule_that_looked_at_nothing_says_what_it_looks_at() {
    let explanation = explain(&[source("a.py", "x = 1\n")], &Settings::default(), &Place::Rule(Rule::O5));
    let answer = &explanation.rules[0];
    assert_eq!(answer.looks_at, "images, tags and pipelines in deployment files");
    assert!(answer.answer.contains("nothing of the kind"), "{}", answer.answer);
}

#[test]
fn a_rule_over_all_files_lists_what_comes_nearest_first() {
    let text = "import time, asyncio\ndef plain():\n    time.sleep(9)\nasync def f():\n    await asyncio.sleep(1)\n    print('a')\n";
    let explanation = explain(&[source("a.py", text)], &Settings::default(), &Place::Rule(Rule::C5));
    let answer = &explanation.rules[0];
    assert_eq!(answer.candidates[0].range.start.line, 3, "{answer:#?}");
    assert!(answer.answer.contains("it runs on the event loop"), "{}", answer.answer);
}

#[test]
fn a_line_of_a_deployment_file_is_answered_by_the_rules_that_look_there() {
    let compose = "services:\n  api:\n    image: acme/api:1.4\n    ports: ['8000:8000']\n    mem_limit: 1g\n    stop_grace_period: 30s\n    healthcheck:\n      test: [CMD, curl, --fail, 'http://localhost:8000/ready']\n  db:\n    image: postgres:17.2\n    ports: ['5432:5432']\n";
    let sources = [source("compose.yaml", compose)];
    let said = |line, rule| {
        let (what, answer, fact) = unmet(&at(&sources, "compose.yaml", line, None), rule);
        assert_eq!(answer, Answer::NotMet);
        format!("{what}: {fact}")
    };
    assert_eq!(said(2, Rule::F7), "nothing here asks it: it has a `healthcheck`");
    assert_eq!(said(2, Rule::I6), "nothing limits its memory: it has a limit on memory");
    assert!(said(2, Rule::F6).starts_with("nothing says how long it has to stop: "));
    assert_eq!(said(3, Rule::O5), "its name stands for more than one version: it names one version");
    assert_eq!(said(8, Rule::F7), "it asks for `/`: it asks for `/ready`");
    let open = at(&sources, "compose.yaml", 11, Some(Rule::I4));
    assert!(answer_is_found(&open, Rule::I4), "{open:#?}");
}

#[test]
fn what_runs_a_pod_and_a_proxy_is_answered_too() {
    let caddy = "{\n\tadmin localhost:2019\n}\nexample.com {\n\treverse_proxy app:8000\n}\n";
    let admin = at(&[source("Caddyfile", caddy)], "Caddyfile", 2, None);
    assert_eq!(unmet(&admin, Rule::I4).2, "its address is the container's own");
    let image = "FROM python:3.13.1-slim\nCMD [\"uvicorn\", \"app:app\"]\n";
    let command = at(&[source("Dockerfile", image)], "Dockerfile", 2, None);
    assert_eq!(unmet(&command, Rule::F6).2, "no shell reads this line");
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: api\n          image: acme/api:1.4\n          ports: [{containerPort: 8000}]\n          livenessProbe: {httpGet: {path: /live, port: 8000}}\n          readinessProbe: {httpGet: {path: /ready, port: 8000}}\n";
    let sources = [source("k8s.yaml", pod)];
    assert_eq!(unmet(&at(&sources, "k8s.yaml", 5, None), Rule::O5).2, "`replicas` is 3");
    assert_eq!(unmet(&at(&sources, "k8s.yaml", 9, None), Rule::F7).2, "it has both");
}

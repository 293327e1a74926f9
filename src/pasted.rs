//! What a text is that somebody pasted without saying so: it decides the name that the page gives it.
//!
//! Only what is typical counts. A text that could be several things is taken for Python, which the checker reads in
//! many shapes.

/// The kinds that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pasted {
    Python,
    Notebook,
    Markdown,
    Patch,
    Compose,
    Kubernetes,
    HelmValues,
    /// YAML of another kind; its text decides what is read in it.
    Yaml,
    Dockerfile,
    Caddyfile,
    Environment,
    Shell,
}

impl Pasted {
    pub const ALL: [Pasted; 12] = [
        Pasted::Python,
        Pasted::Notebook,
        Pasted::Markdown,
        Pasted::Patch,
        Pasted::Compose,
        Pasted::Kubernetes,
        Pasted::HelmValues,
        Pasted::Yaml,
        Pasted::Dockerfile,
        Pasted::Caddyfile,
        Pasted::Environment,
        Pasted::Shell,
    ];

    /// The kind as a person reads it.
    pub const fn word(self) -> &'static str {
        match self {
            Pasted::Python => "Python",
            Pasted::Notebook => "Notebook",
            Pasted::Markdown => "Markdown",
            Pasted::Patch => "Patch",
            Pasted::Compose => "Compose file",
            Pasted::Kubernetes => "Kubernetes manifest",
            Pasted::HelmValues => "Helm values",
            Pasted::Yaml => "YAML",
            Pasted::Dockerfile => "Dockerfile",
            Pasted::Caddyfile => "Caddyfile",
            Pasted::Environment => "Environment file",
            Pasted::Shell => "Shell script",
        }
    }

    /// The path of a file without a name; it makes the checker read the file as this kind.
    pub const fn path(self) -> &'static str {
        match self {
            Pasted::Python => "main.py",
            Pasted::Notebook => "notebook.ipynb",
            Pasted::Markdown => "notes.md",
            Pasted::Patch => "changes.patch",
            Pasted::Compose => "compose.yaml",
            Pasted::Kubernetes => "deployment.yaml",
            Pasted::HelmValues => "values.yaml",
            Pasted::Yaml => "document.yaml",
            Pasted::Dockerfile => "Dockerfile",
            Pasted::Caddyfile => "Caddyfile",
            Pasted::Environment => ".env",
            Pasted::Shell => "script.sh",
        }
    }
}

/// How much of a text is looked at.
const LINES: usize = 400;

/// What the text is; nothing where it is empty.
pub fn recognise(text: &str) -> Option<Pasted> {
    let start = text.trim_start();
    if start.is_empty() {
        return None;
    }
    if start.starts_with('{') && text.contains("\"cells\"") && text.contains("\"nbformat\"") {
        return Some(Pasted::Notebook);
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).take(LINES).collect();
    if is_shell(start) {
        return Some(Pasted::Shell);
    }
    if crate::patch::is_patch(text) {
        return Some(Pasted::Patch);
    }
    if is_session(&lines) {
        return Some(Pasted::Python);
    }
    if is_markdown(&lines) {
        return Some(if crate::patch::is_fenced(text) { Pasted::Patch } else { Pasted::Markdown });
    }
    if is_dockerfile(&lines) {
        return Some(Pasted::Dockerfile);
    }
    if let Some(kind) = yaml(&lines) {
        return Some(kind);
    }
    if is_environment(&lines) {
        return Some(Pasted::Environment);
    }
    if is_caddyfile(&lines) {
        return Some(Pasted::Caddyfile);
    }
    Some(Pasted::Python)
}

/// The line that names the shell which is to run it.
fn is_shell(start: &str) -> bool {
    let program = start.strip_prefix("#!").and_then(|rest| rest.lines().next());
    let mut words = program.unwrap_or_default().split([' ', '/']);
    words.any(|word| ["sh", "bash", "dash", "ash", "zsh", "ksh"].contains(&word))
}

/// What a text seems to be that is read as Python and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    Traceback,
    Json,
    Toml,
    Csv,
    Log,
    JavaScript,
    /// A language of braces and semicolons.
    Code,
    Markup,
    Sql,
    Prose,
}

impl Foreign {
    /// What it looks like, and what follows from that, as the end of a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Foreign::Traceback => "a traceback, which is not checked: paste the code that it names",
            Foreign::Json => "JSON, which is not checked",
            Foreign::Toml => "TOML, which is not checked",
            Foreign::Csv => "a table (CSV), which is not checked",
            Foreign::Log => "a log, which is not checked",
            Foreign::JavaScript => "JavaScript or TypeScript, which is not checked",
            Foreign::Code => "code of another language, which is not checked",
            Foreign::Markup => "HTML or XML, which is not checked",
            Foreign::Sql => "SQL, which is not checked",
            Foreign::Prose => "text rather than code, which is not checked",
        }
    }
}

/// What a text is that is read as Python, where it plainly is none. `unreadable` is how many of its lines the checker
/// could not read; half a function is read but for a line or two.
pub fn foreign(text: &str, unreadable: usize) -> Option<Foreign> {
    if recognise(text) != Some(Pasted::Python) {
        return None;
    }
    // Neither knows `#`: with a comment in it, it is Python.
    let whole: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    if is_json(text, &whole) {
        return Some(Foreign::Json);
    }
    if is_table(&whole) {
        return Some(Foreign::Csv);
    }
    let lines: Vec<&str> = whole.into_iter().filter(|line| !line.starts_with('#')).collect();
    if lines.len() < 2 {
        return None;
    }
    if is_toml(&lines) {
        return Some(Foreign::Toml);
    }
    // What no Python says may stand between lines that can be read.
    if unreadable * 3 >= lines.len() {
        if lines.iter().any(|line| is_frame(line)) {
            return Some(Foreign::Traceback);
        }
        if let Some(kind) = is_of_braces(&lines) {
            return Some(kind);
        }
    }
    if unreadable * 3 < lines.len() * 2 {
        return None;
    }
    if is_log(&lines) {
        Some(Foreign::Log)
    } else if is_sql(&lines) {
        Some(Foreign::Sql)
    } else if is_prose(&lines) {
        Some(Foreign::Prose)
    } else {
        lines[0].starts_with('<').then_some(Foreign::Markup)
    }
}

/// An object or an array over several lines, one that only JSON spells so, or an object a line. A display of Python has
/// other names for its constants, or a comma at its end.
fn is_json(text: &str, lines: &[&str]) -> bool {
    let is_whole = |text: &str| {
        text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    };
    let is_spelt = |line: &&str| {
        [": true", ": false", ": null", ":true", ":false", ":null"].iter().any(|value| line.contains(value))
    };
    let is_object = |line: &&str| line.starts_with('{') && is_whole(line);
    if lines.len() > 1 && lines.iter().all(is_object) {
        return true;
    }
    let names = lines.iter().any(|line| line.contains('"') && line.contains(':'));
    is_whole(text.trim()) && names && (lines.len() > 2 || lines.iter().any(is_spelt))
}

/// Rows of as many fields as their heading has, which is words without a space behind what parts them.
fn is_table(lines: &[&str]) -> bool {
    let fields = |line: &str, mark: char| {
        let mut is_quoted = false;
        let is_mark = |letter: &char| {
            is_quoted ^= *letter == '"';
            *letter == mark && !is_quoted
        };
        line.chars().filter(is_mark).count()
    };
    let is_table_by = |mark: char| {
        let heading = lines[0];
        let count = fields(heading, mark);
        let is_word = |field: &str| {
            let is_letter = |letter: char| letter.is_alphanumeric() || "_- ./%\"".contains(letter);
            !field.is_empty() && !field.starts_with(' ') && field.chars().all(is_letter)
        };
        let statements = "import from return yield print del global nonlocal assert raise except";
        let first = heading.split(' ').next().unwrap_or_default();
        count > 0
            && (lines.len() > 2 || count > 1)
            && heading.split(mark).all(is_word)
            && !statements.split(' ').any(|word| word == first)
            && lines.iter().all(|line| fields(line, mark) == count)
    };
    lines.len() > 1 && [',', ';', '\t'].into_iter().any(is_table_by)
}

/// The heading of a traceback, or one of its places.
fn is_frame(line: &str) -> bool {
    line.starts_with("Traceback (most recent call last)")
        || line.starts_with("File \"") && line.contains("\", line ")
}

/// Lines that end as statements and blocks do in the languages that write blocks with braces.
fn is_of_braces(lines: &[&str]) -> Option<Foreign> {
    let ends =
        |line: &&&str| line.ends_with([';', '{', '}']) || line.ends_with("});") || line.starts_with("//");
    // `{` alone opens a display of Python too.
    let opens = |line: &&str| {
        let before = line.strip_suffix('{').map(str::trim_end);
        line.ends_with(';')
            || before.is_some_and(|before| !before.is_empty() && !before.ends_with([':', '=', '(', '[', ',']))
    };
    if lines.iter().filter(ends).count() * 2 < lines.len() || !lines.iter().any(opens) {
        return None;
    }
    let begins = |line: &str, words: &str| words.split('|').any(|word| line.starts_with(word));
    let is_other = |line: &&str| {
        begins(
            line,
            "fn |pub |impl |use |func |package |public |private |#|namespace |using |resource |@media ",
        )
    };
    let is_script = |line: &&str| {
        begins(line, "const |let |var |function |async function |export |interface |describe(|import ")
            || line.contains(" => ")
            || line.contains(" === ")
    };
    Some(if lines.iter().any(is_script) && !lines.iter().any(is_other) {
        Foreign::JavaScript
    } else {
        Foreign::Code
    })
}

/// Most lines begin with a time or with how grave they are.
fn is_log(lines: &[&str]) -> bool {
    let is_digit = |letter: Option<&u8>| letter.is_some_and(u8::is_ascii_digit);
    let begins = |line: &&&str| {
        let line = line.trim_start_matches(['[', '(', '<']);
        let word = line.split([' ', ':', ']', '|', '\t']).next().unwrap_or_default();
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let levels = "TRACE DEBUG INFO NOTICE WARN WARNING ERROR CRITICAL FATAL";
        levels.split(' ').any(|level| level == word.to_ascii_uppercase())
            // `2026-01-01`, `2026-01-01T10`, `10` of `10:00:00`, `127.0.0.1`
            || (digits >= 4 && digits * 3 >= word.len() * 2 && word.contains(['-', '/', '.']))
            || (digits == 2 && word.len() == 2 && line[2..].starts_with(':') && is_digit(line.as_bytes().get(3)))
    };
    lines.iter().filter(begins).count() * 3 >= lines.len() * 2
}

/// A line that heads a table, and names with their values.
fn is_toml(lines: &[&str]) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-.\"' ".contains(letter))
    };
    let heads = |line: &&&str| {
        let name = line.trim_matches(['[', ']']);
        line.starts_with('[') && line.ends_with(']') && is_name(name)
    };
    let gives = |line: &&&str| line.split_once('=').is_some_and(|(name, _)| is_name(name.trim()));
    let begins = lines.first().is_some_and(|line| heads(&line) || gives(&line));
    begins && lines.iter().any(|line| heads(&line)) && lines.iter().filter(gives).count() * 2 > lines.len()
}

/// A statement of SQL at the start, and a second word of one behind it.
fn is_sql(lines: &[&str]) -> bool {
    let is_one_of = |word: &str, known: &str| {
        known.split(' ').any(|known| word.trim_end_matches([';', ',']).eq_ignore_ascii_case(known))
    };
    let mut words =
        lines.iter().filter(|line| !line.starts_with("--")).flat_map(|line| line.split_whitespace());
    let first = "select insert update delete create alter drop with begin grant explain truncate";
    words.next().is_some_and(|word| is_one_of(word, first))
        && words.any(|word| is_one_of(word, "from into set values table index where join view"))
}

/// Words: hardly a line has a sign that only code has.
fn is_prose(lines: &[&str]) -> bool {
    let is_code = |line: &&&str| {
        // Lines may have been copied with their numbers.
        let line = line.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
        let is_name = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
        // `load(`, `client.get`, `a = 1`, `[a]`, `->`
        let has_sign = line.as_bytes().windows(3).any(|letters| match letters[1] {
            b'(' => is_name(letters[0]),
            b'.' => is_name(letters[0]) && letters[2].is_ascii_alphabetic(),
            b'=' | b'[' | b'{' | b'\\' => true,
            letter => letter == b'-' && letters[2] == b'>',
        });
        let mut begins = "import |from |def |class |async |return |raise |yield |try:|@|>>>|{|}|[".split('|');
        has_sign || (begins.any(|word| line.starts_with(word)) && !line.ends_with('.'))
    };
    // Numbers are no words, and a comment behind them is none of theirs.
    let words_of = |line: &&str| {
        let line = line.split_once("  #").map_or(*line, |(before, _)| before);
        line.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic)).count()
    };
    let words: usize = lines.iter().map(words_of).sum();
    lines.iter().filter(is_code).count() * 4 <= lines.len() && words >= lines.len() * 2
}

fn is_session(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.starts_with(">>> ") || line.starts_with("In ["))
}

/// Fences, and nothing that only code has before the first of them.
fn is_markdown(lines: &[&str]) -> bool {
    let fence = |line: &&str| line.starts_with("```") || line.starts_with("~~~");
    let Some(first) = lines.iter().position(fence) else { return false };
    let code = |line: &&&str| {
        ["import ", "from ", "def ", "class ", "async def ", "@"].iter().any(|word| line.starts_with(word))
            && !line.ends_with('.')
            || line.contains("\"\"\"")
    };
    !lines[..first].iter().any(|line| code(&line))
}

fn is_dockerfile(lines: &[&str]) -> bool {
    let mut instructions = lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let word = |line: &&&str, words: &[&str]| {
        let first = line.split_whitespace().next().unwrap_or_default();
        words.contains(&first)
    };
    let Some(first) = instructions.next() else { return false };
    // `from x import y` is Python: an image has no `import` behind it.
    if word(&first, &["FROM", "ARG"]) {
        return !first.contains(" import ");
    }
    let others =
        ["RUN", "COPY", "ADD", "WORKDIR", "ENTRYPOINT", "CMD", "EXPOSE", "ENV", "USER", "HEALTHCHECK"];
    word(&first, &others) && instructions.any(|line| word(&line, &others))
}

fn yaml(lines: &[&str]) -> Option<Pasted> {
    let key = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        let is_name = !name.is_empty()
            // Lines of a log begin so.
            && !["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"].contains(&name)
            && name.chars().all(|character| character.is_alphanumeric() || "_-./".contains(character));
        (is_name && (rest.is_empty() || rest.starts_with(' '))).then(|| name.to_owned())
    };
    let mut keys = Vec::new();
    for line in lines {
        // A comment, an end of a document, an item or what is indented says nothing.
        if line.is_empty() || line.starts_with(['#', ' ', '-', '}', ']', '{']) || *line == "..." {
            continue;
        }
        keys.push(key(line)?);
    }
    let has = |name: &str| keys.iter().any(|key| key == name);
    if has("apiVersion") && has("kind") {
        Some(Pasted::Kubernetes)
    } else if has("services") {
        Some(Pasted::Compose)
    } else if ["image", "replicaCount", "resources", "ingress", "autoscaling"]
        .iter()
        .filter(|name| has(name))
        .count()
        >= 2
    {
        Some(Pasted::HelmValues)
    } else {
        // `else:` or `try:` alone is Python.
        let python = ["else", "try", "finally", "except"];
        (keys.len() >= 2 && !keys.iter().any(|key| python.contains(&key.as_str()))).then_some(Pasted::Yaml)
    }
}

fn is_environment(lines: &[&str]) -> bool {
    let mut count = 0;
    for line in lines {
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { return false };
        let is_name = !name.is_empty()
            && !name.starts_with(|character: char| character.is_ascii_digit())
            && name.chars().all(|character| {
                character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
            });
        // `LIMIT = 3` and `NAMES = [` are Python.
        if !is_name || value.starts_with([' ', '[', '(', '{']) {
            return false;
        }
        count += 1;
    }
    count >= 2
}

fn is_caddyfile(lines: &[&str]) -> bool {
    let directives = [
        "reverse_proxy",
        "handle",
        "handle_path",
        "encode",
        "file_server",
        "tls",
        "respond",
        "basic_auth",
        "root",
    ];
    let opens = |line: &&str| line.ends_with(" {") || *line == "{";
    lines.iter().any(opens)
        && lines.iter().any(|line| {
            let first = line.split_whitespace().next().unwrap_or_default();
            directives.contains(&first) && !line.contains(['(', '='])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typical_texts_are_told_apart() {
        for (text, kind) in [
            ("import os\n\nx: int = 1\n", Pasted::Python),
            ("from fastapi import FastAPI\napp = FastAPI()\n", Pasted::Python),
            (">>> import requests\n>>> requests.get(url)\n", Pasted::Python),
            ("    return await client.get(url)\n", Pasted::Python),
            ("LIMIT = 3\nNAMES = [1]\n", Pasted::Python),
            ("try:\n    x()\nexcept:\n    pass\n", Pasted::Python),
            ("text = \"\"\"\n```\n\"\"\"\nimport os\n", Pasted::Python),
            ("FROM python:3.12\nRUN pip install x\n", Pasted::Dockerfile),
            ("# syntax=docker/dockerfile:1\nARG V=1\nFROM a:$V\n", Pasted::Dockerfile),
            ("services:\n  web:\n    image: a\n", Pasted::Compose),
            ("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n", Pasted::Kubernetes),
            ("---\napiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Pod\n", Pasted::Kubernetes),
            ("replicaCount: 2\nimage:\n  repository: a\nresources: {}\n", Pasted::HelmValues),
            ("# Notes\n\nSome words.\n\n```py\nimport os\n```\n", Pasted::Markdown),
            ("{\"cells\": [], \"nbformat\": 4}", Pasted::Notebook),
            ("diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n", Pasted::Patch),
            ("--- x.py\n+++ x.py\n@@ -1,2 +1,2 @@ def f():\n-a\n+b\n", Pasted::Patch),
            ("diff --cc x.py\n--- a/x.py\n+++ b/x.py\n@@@ -1 -1 +1 @@@\n--a\n++b\n", Pasted::Patch),
            ("*** x.py\n--- y.py\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n", Pasted::Patch),
            ("    --- x.py\n    +++ x.py\n    @@ -1 +1 @@\n    -a\n    +b\n", Pasted::Patch),
            ("# Why\n\n```diff\n--- x.py\n+++ x.py\n@@ -1 +1 @@\n-a\n+b\n```\n", Pasted::Patch),
            ("# Why\n\n```diff\n-a\n+b\n```\n", Pasted::Markdown),
            ("name: build\non: push\njobs:\n  test:\n    steps: []\n", Pasted::Yaml),
            ("DATABASE_URL=postgres://a\nDEBUG=0\n", Pasted::Environment),
            ("example.org {\n    reverse_proxy app:8000\n}\n", Pasted::Caddyfile),
            ("#!/bin/sh\nset -e\nexec uvicorn app:app\n", Pasted::Shell),
            ("\n#!/usr/bin/env bash\nA=1\nB=2\n", Pasted::Shell),
            ("#!/usr/bin/env python3\nimport os\n", Pasted::Python),
        ] {
            assert_eq!(recognise(text), Some(kind), "{text}");
        }
        assert_eq!(recognise(" \n\t"), None);
    }

    #[test]
    fn what_is_none_of_the_kinds_is_known() {
        for (text, kind) in [
            ("{\n  \"name\": \"a\",\n  \"on\": true\n}\n", Foreign::Json),
            ("[project]\nname = \"a\"\nversion = \"1\"\n\n[tool.ruff]\nline-length = 100\n", Foreign::Toml),
            ("<html>\n<body><p>Hi</p></body>\n</html>\n", Foreign::Markup),
            (
                "Dear all,\nthe service was slow this morning, and nobody knows why.\nPlease look at the logs of it.\n",
                Foreign::Prose,
            ),
            ("Hello team,\nplease look at this.\n", Foreign::Prose),
            ("The service was slow.\nWe don't know why; it's been 3 days (since Monday).\n", Foreign::Prose),
            (
                "Meeting notes:\n- ship the release\n- ask Tom, he knows it\n- fix the timeout\n",
                Foreign::Prose,
            ),
            ("2026-01-01 10:00:00,123 INFO started\n2026-01-01 10:00:01,123 ERROR refused\n", Foreign::Log),
            ("SELECT id, name\nFROM users\nWHERE app_id = 1\nORDER BY name;\n", Foreign::Sql),
            ("select * from users\nwhere id = 3\n", Foreign::Sql),
            ("create table users (\n  id serial primary key,\n  name text not null\n);\n", Foreign::Sql),
            (
                "-- active\nWITH a AS (\n    SELECT app_id, count(*) FROM m\n)\nUPDATE q SET used = a.n\n",
                Foreign::Sql,
            ),
        ] {
            assert_eq!(foreign(text, text.lines().count()), Some(kind), "{text}");
        }
        // What is read all but for a line or two is Python, whatever it looks like.
        for text in [
            "select * from users\nwhere id = 3\nx = 1\ny = 2\n",
            "the service was slow\nx = 1\ny = 2\nz = 3\n",
            "assert one is not two or three\nraise four from five\nimport os\n",
        ] {
            assert_eq!(foreign(text, 1), None, "{text}");
        }
        for text in [
            "",
            "x = 1\ny = 2\n",
            "{\n    \"a\": True,\n}\n",
            "{\n    \"a\": load(\"b\"),\n}\n",
            "return await client.get(url)\n",
            "# the service was slow this morning\nimport os\n",
            "names = [\n    1,\n]\n[first] = names\n",
            "#!/bin/sh\nthe service was slow this morning\n",
            "    await lock.acquire()\n    yield value\n",
            "    finally:\n        engine.dispose()\n",
            "e:\n        url = await load_url(tenant)\n",
            "01  def load():\n02      return 1\n",
            "1  import asyncio\n2  import logging\n",
            ") -> None:\n    raise NotImplementedError\n",
            " -> None:\n    op.drop_column(\"a\", \"b\")\n",
            "with session.begin():\n    select(User).where(User.id == 1\n",
            ">>> import os\n>>> os.getcwd()\n",
        ] {
            // Even if none of it could be read.
            assert_eq!(foreign(text, text.lines().count()), None, "{text}");
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["@@ -é", "---", "```", "=", ":", "FROM", "\u{0}", "é: é\n-", "{", "In [", "@@ - @@"] {
            recognise(text);
            foreign(text, 9);
        }
    }
}

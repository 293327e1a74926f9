//! What people paste that is not a whole module: what is found in it, and where in the given text.

use rubric_playground::check::{Source, check};
use rubric_playground::pasted::{Foreign, foreign};
use rubric_playground::report::{Report, Rule, Shape};
use rubric_playground::settings::Settings;

fn report(path: &str, text: &str) -> Report {
    check(&[Source { path: path.to_owned(), text: text.to_owned() }], &Settings::default())
}

/// The given text that a finding points at, with its line, for one rule.
fn found(path: &str, text: &str, rule: Rule) -> Vec<(u32, String)> {
    let lines: Vec<&str> =
        text.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')).collect();
    report(path, text)
        .findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .map(|finding| {
            let (start, end) = (finding.range.start, finding.range.end);
            assert_eq!(start.line, end.line);
            let line = lines[start.line as usize - 1].chars();
            let text =
                line.skip(start.column as usize - 1).take((end.column - start.column) as usize).collect();
            (start.line, text)
        })
        .collect()
}

fn shape(path: &str, text: &str) -> Option<Shape> {
    report(path, text).files[0].shape
}

fn problems(path: &str, text: &str) -> Vec<(u32, String)> {
    report(path, text)
        .problems
        .into_iter()
        .map(|problem| (problem.range.start.line, problem.message))
        .collect()
}

#[track_caller]
fn finds(text: &str, expected_shape: Option<Shape>, rule: Rule, expected: &[(u32, &str)]) {
    let expected: Vec<(u32, String)> = expected.iter().map(|&(line, text)| (line, text.to_owned())).collect();
    assert_eq!(found("main.py", text, rule), expected);
    assert_eq!(problems("main.py", text), []);
    assert_eq!(shape("main.py", text), expected_shape);
}

const INDENTED: &str = "        async with self.lock:
            found = requests.get(url)
            text = '''
no indentation é
'''; time.sleep(3)
        return found

    @cached
    # A comment.
    def other(self):
        return requests.get(\"é\", json=1)
";

const BODY: &str = "import time
import requests

data = await load()
time.sleep(3)
return data
";

const SESSION: &str = "Python 3.13.1 (main) on linux
>>> import requests
>>> def f():
...     return requests.get(\"http://é\")
...
>>> f()
<Response [200]>
Traceback (most recent call last):
  File \"<stdin>\", line 1, in <module>
>>> requests.get(\"http://b\")
";

const IPYTHON: &str = "In [9]: import requests

In [10]: def f():
    ...:     return requests.get(\"http://a\")
    ...:

In [11]: %time f()
Out[11]: <Response [200]>

In [12]: x = 1
";

const MARKDOWN: &str = "# It's a title

Prose, `code`, and it isn't Python.

```python
import requests
requests.get(\"http://a\")
```

1. An item

   ```py
   def f():
       return requests.get(\"http://b\")
   ```

```sh
ls 'requests.get'
```
";

const NOTEBOOK: &str = r##"{
 "cells": [
  {"cell_type": "markdown", "source": ["# it's requests.get('z')"]},
  {
   "cell_type": "code",
   "source": [
    "%matplotlib inline\n",
    "import requests\n",
    "!pip install x\n",
    "s = \"a\\n\"; requests.get(s)"
   ]
  },
  {"cell_type": "code", "source": "%%bash\nls"},
  {"cell_type": "code", "source": "requests.get('x')\nrequests.get('\u00e9\ud83d\ude00')"}
 ],
 "metadata": {"language_info": {"name": "python"}},
 "nbformat": 4, "nbformat_minor": 5
}
"##;

const GAPS: &str = "import requests

def f():
    x = 1
...
    requests.get(\"http://a\")
    …

class A:
    […]
    def g(self):
...
        requests.get(\"http://b\")
        # ...
";

const PYTHON_2: &str = "import requests
print \"hello\"
try:
    requests.get(\"http://a\")
except IOError, e:
    raise ValueError, \"x\"
print >>sys.stderr, \"no\"
";

#[test]
fn an_indented_fragment() {
    let found = report("main.py", INDENTED);
    assert_eq!(found.problems, []);
    assert_eq!(found.files[0].shape, Some(Shape::Fragment));

    let text = "    import requests\n    if x:\n        requests.get('é')\n    requests.get('b')\nx = 1\n";
    finds(text, Some(Shape::Fragment), Rule::F1, &[(3, "requests.get('é')"), (4, "requests.get('b')")]);
    let text = "\t\timport requests\r\n\t\trequests.get('é')\r\n\tdef f(self):\r\n\t\trequests.get('b')\r\n";
    finds(text, Some(Shape::Fragment), Rule::F1, &[(2, "requests.get('é')"), (4, "requests.get('b')")]);
}

#[test]
fn a_body_without_its_heading() {
    finds(BODY, Some(Shape::Fragment), Rule::C5, &[(5, "time.sleep(3)")]);
    finds(
        "    import time\n    async with a:\n        time.sleep(3)\n",
        Some(Shape::Fragment),
        Rule::C5,
        &[(3, "time.sleep(3)")],
    );
    // Without anything asynchronous the function is a plain one.
    finds("import time\ntime.sleep(3)\nreturn 1\n", Some(Shape::Fragment), Rule::C5, &[]);
    let symbols: Vec<String> =
        report("main.py", BODY).findings.into_iter().map(|found| found.symbol).collect();
    assert!(symbols.iter().all(String::is_empty), "{symbols:?}");
}

#[test]
fn a_session() {
    finds(
        SESSION,
        Some(Shape::Session),
        Rule::F1,
        &[(4, "requests.get(\"http://é\")"), (10, "requests.get(\"http://b\")")],
    );
    finds(IPYTHON, Some(Shape::Session), Rule::F1, &[(4, "requests.get(\"http://a\")")]);
    // It awaits at its top level and is no function.
    finds(">>> import time\n>>> await f()\n>>> time.sleep(3)\n", Some(Shape::Session), Rule::C5, &[]);
}

#[test]
fn a_markdown_text() {
    let expected = [(7, "requests.get(\"http://a\")"), (14, "requests.get(\"http://b\")")];
    finds(MARKDOWN, Some(Shape::Markdown), Rule::F1, &expected);
    assert_eq!(found("README.md", MARKDOWN, Rule::F1).len(), 2);
    let none = report("README.md", "# Nothing\n\n```sh\nls\n```\n");
    assert_eq!((none.problems, none.files[0].shape), (vec![], None));
}

#[test]
fn a_notebook() {
    for path in ["main.py", "analysis.ipynb"] {
        assert_eq!(
            found(path, NOTEBOOK, Rule::F1),
            [
                (10, "requests.get(s)".to_owned()),
                (14, "requests.get('x')".to_owned()),
                (14, "requests.get('\\u00e9\\ud83d\\ude00')".to_owned()),
            ]
        );
        assert_eq!(problems(path, NOTEBOOK), []);
        assert_eq!(shape(path, NOTEBOOK), Some(Shape::Notebook));
    }
    let other = NOTEBOOK.replace("\"name\": \"python\"", "\"name\": \"R\"");
    assert_eq!(report("a.ipynb", &other).findings, []);
}

#[test]
fn gaps() {
    let expected = [(6, "requests.get(\"http://a\")"), (13, "requests.get(\"http://b\")")];
    finds(GAPS, Some(Shape::Fragment), Rule::F1, &expected);
    let text = "import requests\ndef f():\n    a()\n    ...\n        requests.get('a')\n";
    finds(text, Some(Shape::Fragment), Rule::F1, &[(5, "requests.get('a')")]);
}

#[test]
fn python_2() {
    assert_eq!(
        problems("main.py", PYTHON_2),
        [(
            2,
            "this is Python 2 (`print` is a statement here): only what Python 3 reads as well was checked"
                .to_owned()
        )]
    );
    assert_eq!(found("main.py", PYTHON_2, Rule::F1), [(4, "requests.get(\"http://a\")".to_owned())]);
    let text = "try:\n    f()\nexcept IOError, e:\n    pass\n";
    assert!(problems("main.py", text)[0].1.starts_with("this is Python 2"));
}

#[test]
fn a_syntax_error_leaves_the_rest_to_be_checked() {
    let text = "import requests\nx = = 1\nrequests.get('a')\n";
    assert_eq!(found("main.py", text, Rule::F1), [(3, "requests.get('a')".to_owned())]);
    assert_eq!(problems("main.py", text).len(), 1);
    assert_eq!(shape("main.py", text), None);
}

#[test]
fn line_ends_byte_order_marks_and_tabs() {
    finds("import requests\rrequests.get('a')\r", None, Rule::F1, &[(2, "requests.get('a')")]);
    finds("\u{feff}import requests\r\nrequests.get('a')\r\n", None, Rule::F1, &[(2, "requests.get('a')")]);
    finds("import requests\nif a:\n\trequests.get('a')\n", None, Rule::F1, &[(3, "requests.get('a')")]);
    finds(
        "\u{feff}    import requests\n    requests.get('a')\n",
        Some(Shape::Fragment),
        Rule::F1,
        &[(2, "requests.get('a')")],
    );
}

#[test]
fn what_is_no_shape() {
    for text in [
        "",
        "x = 1\n",
        "\"\"\"Doc.\n\n>>> f()\n1\n\n```py\nx\n```\n\"\"\"\nx = 1\n",
        "def f():\n    ...\n\nclass A: ...\n",
        "{\"cells\": 1, \"nbformat\": 2}\n",
        "In = {}\nIn[1]: int\n",
        "async def f():\n    await g()\n    return [1]\n",
        "try:\n    f()\nexcept (A, B):\n    pass\nprint(1)\n",
    ] {
        let report = report("main.py", text);
        assert_eq!((report.files[0].shape, report.problems), (None, vec![]), "{text}");
    }
    // An error elsewhere makes no shape of a docstring.
    let text = "\"\"\"Doc.\n\n>>> f()\n1\n\n```py\nx\n```\n...\n\"\"\"\nx = = 1\n";
    assert_eq!((shape("main.py", text), problems("main.py", text).len()), (None, 1));
}

/// Cut anywhere, nothing panics and no place lies outside the text.
#[test]
fn shapes_cut_at_every_character() {
    let shapes = [INDENTED, BODY, SESSION, IPYTHON, MARKDOWN, NOTEBOOK, GAPS, PYTHON_2];
    let test = move || {
        for text in shapes {
            for (at, _) in text.char_indices() {
                for cut in [&text[..at], &text[at..]] {
                    let lines: Vec<&str> = cut.split('\n').collect();
                    let report = report("main.py", cut);
                    let ranges = report.problems.iter().map(|problem| problem.range);
                    let ranges = ranges.chain(report.findings.iter().map(|finding| finding.range));
                    for range in
                        ranges.chain(report.findings.iter().flat_map(|f| f.because.iter().map(|b| b.range)))
                    {
                        assert!(range.start <= range.end, "{cut}");
                        for position in [range.start, range.end] {
                            let length = lines[position.line as usize - 1].chars().count() as u32;
                            assert!(
                                position.column >= 1 && position.column <= length + 2,
                                "{range:?} in {cut}"
                            );
                        }
                    }
                }
            }
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap().join().unwrap();
}

const WITHOUT_IMPORTS: &str = "\
@router.get(\"/usage\")
async def usage(url: str, db: AsyncSession = Depends(get_db)):
    time.sleep(3)
    row = (await db.execute(select(Usage).where(Usage.id == 1))).scalar_one()
    row.count += 1
    await db.commit()
    return requests.get(url, timeout=5).json()
";

#[test]
fn a_function_without_the_imports_of_its_file_uses_the_libraries_that_it_names() {
    finds(WITHOUT_IMPORTS, None, Rule::C5, &[(3, "time.sleep(3)"), (7, "requests.get(url, timeout=5)")]);
    finds(WITHOUT_IMPORTS, None, Rule::C1, &[(5, "row.count += 1")]);
    let assumed = &report("main.py", WITHOUT_IMPORTS).files[0].assumed;
    assert_eq!(*assumed, ["AsyncSession", "Depends", "requests", "select", "time"]);
}

#[test]
fn what_the_file_binds_is_not_taken_for_a_library() {
    let bound = format!("requests = Requests()\ntime = Clock()\n\n\n{WITHOUT_IMPORTS}");
    finds(&bound, None, Rule::C5, &[]);
    // A file that imports says where its names come from; a bare one is then an error, and nobody's function.
    let imports = format!("from app.queries import build\n\n\n{WITHOUT_IMPORTS}");
    assert_eq!(report("main.py", &imports).files[0].assumed, ["requests", "time"]);
}

/// What the page says that a text looks like which it reads as Python.
fn taken_for(text: &str) -> Option<Foreign> {
    foreign(text, report("main.py", text).unreadable_lines("main.py"))
}

#[test]
fn a_text_of_another_kind_is_taken_for_what_it_is() {
    for (text, kind) in [
        (
            "Traceback (most recent call last):\n  File \"/app/main.py\", line 10, in <module>\n    main()\n    \
             ~~~~^^\n  File \"/app/main.py\", line 6, in main\n    raise ValueError(\"no such user\")\nValueError: no such user\n",
            Foreign::Traceback,
        ),
        (
            "ERROR:    Exception in ASGI application\nTraceback (most recent call last):\n  File \
             \"/app/routes.py\", line 3, in feed\n    return load(url)\n           ^^^^^^^^^\nKeyError: 'url'\n",
            Foreign::Traceback,
        ),
        (
            "  File \"/app/main.py\", line 6, in main\n    raise ValueError(\"no such user\")\nValueError: no such user\n",
            Foreign::Traceback,
        ),
        (
            "import React from \"react\";\n\nexport function App({ name }) {\n  const [count, setCount] = \
             useState(0);\n  return <div onClick={() => setCount(count + 1)}>{name}</div>;\n}\n",
            Foreign::JavaScript,
        ),
        (
            "const express = require(\"express\");\nconst app = express();\napp.get(\"/\", (req, res) => {\n  \
             res.send(\"hi\");\n});\napp.listen(3000);\n",
            Foreign::JavaScript,
        ),
        (
            "interface User {\n  id: number;\n  name: string;\n}\n\nexport async function load(id: number): \
             Promise<User> {\n  const response = await fetch(`/users/${id}`);\n  return response.json();\n}\n",
            Foreign::JavaScript,
        ),
        (
            "  const found = items.filter((item) => item.id === id);\n  if (!found.length) {\n    throw new \
             Error(\"none\");\n  }\n  return found[0];\n",
            Foreign::JavaScript,
        ),
        (
            "package main\n\nfunc main() {\n    x := load()\n    if x != nil {\n        panic(x)\n    }\n}\n",
            Foreign::Code,
        ),
        ("fn main() {\n    let x = 1;\n    println!(\"{x}\");\n}\n", Foreign::Code),
        (".button {\n  color: red;\n  margin: 0 auto;\n}\n", Foreign::Code),
        ("id,name,created_at\n1,Alice,2024-01-02\n2,\"Bob, the second\",2024-01-03\n", Foreign::Csv),
        ("id,name\n1,Alice\n2,Bob\n", Foreign::Csv),
        ("id;name;value\n1;a;3.5\n2;b;4.5\n", Foreign::Csv),
        ("id\tname\tvalue\n1\ta\t3.5\n", Foreign::Csv),
        ("{\"name\": \"a\", \"on\": true, \"items\": [1, 2]}\n", Foreign::Json),
        ("[\n  {\"id\": 1, \"name\": \"a\"},\n  {\"id\": 2, \"name\": null}\n]\n", Foreign::Json),
        ("{\n  \"name\": \"a\",\n  \"version\": \"1.0.0\"\n}\n", Foreign::Json),
        (
            "{\"level\": \"info\", \"msg\": \"up\"}\n{\"level\": \"error\", \"msg\": \"down\"}\n",
            Foreign::Json,
        ),
        (
            "2026-01-01 10:00:00,123 INFO app.main started\n2026-01-01 10:00:01,123 ERROR app.main refused\n",
            Foreign::Log,
        ),
        (
            "INFO:     Started server process [1]\nINFO:     Waiting for application startup.\nINFO:     \
             127.0.0.1:5000 - \"GET / HTTP/1.1\" 200 OK\n",
            Foreign::Log,
        ),
        (
            "[2026-01-01 10:00:00 +0000] [7] [INFO] Booting worker\n[2026-01-01 10:00:01 +0000] [7] [ERROR] Failed \
             to bind\n",
            Foreign::Log,
        ),
        (
            "127.0.0.1 - - [01/Jan/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12\n127.0.0.1 - - \
             [01/Jan/2026:10:00:01 +0000] \"GET /a HTTP/1.1\" 404 12\n",
            Foreign::Log,
        ),
        ("<html>\n<body><p>Hi</p></body>\n</html>\n", Foreign::Markup),
    ] {
        assert_eq!(taken_for(text), Some(kind), "{text}");
    }
}

#[test]
fn python_is_taken_for_nothing_else() {
    for text in [
        "    return await client.get(\n        url,\n",
        "    finally:\n        engine.dispose()\n",
        "id, name, value = row\na, b, c = row\nd, e, f = row\n",
        "import os,sys\nimport re,ast\nimport io,abc\n",
        "print a,b\nprint c,d\nprint e,f\n",
        "    \"a\",\n    \"b\",\n    \"c\",\n",
        "{\"id\": 1, \"name\": \"a\"}\n",
        "{\n    \"id\": 1,\n    \"name\": None,\n}\n",
        "{\n    \"id\": user_id,\n    \"name\": name,\n}\n",
        "[\n    \"a\",\n    \"b\"\n]\n",
        "[\n    {\"id\": 1, \"on\": True},\n]\n",
        "payload = {\n    \"on\": true,\n}\n",
        "# what the service answers\n{\n    \"name\": \"a\",\n    \"id\": 1\n}\n",
        ">>> load()\nTraceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nValueError\n",
        "def load():\n    \"\"\"\n    >>> load()\n    Traceback (most recent call last):\n    ValueError\n    \"\"\"\n",
        "x = 1;\ny = 2;\nz = {\n}\n",
        "text = \"\"\"\nconst a = 1;\nlet b = 2;\nfunction c() {\n}\n\"\"\"\n",
        "config = {\n    \"a\": {\n        \"b\": 1,\n    }\n}\n",
        "f\"{a}{\nb}\"\n",
        "try:\n    print 'a'\nexcept E, e:\n    print e\n",
        "ERROR = 1\nINFO = 2\nDEBUG = 3\n",
        "    34: 0,\n    55: 0,\n    48: 1,\n",
        "    34: 0,  # a\n    55: 0,  # b\n    48: 1,  # c\n",
        "match kind:\n    case 1:\n        load()\n",
    ] {
        assert_eq!(taken_for(text), None, "{text}");
    }
}

#[test]
fn no_part_of_the_rules_examples_is_taken_for_anything_else() {
    for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap() {
        let path = folder.unwrap().path().join("violating.py");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for length in [5, 12, 40] {
            for part in lines.chunks(length) {
                let part = part.concat();
                assert_eq!(taken_for(&part), None, "{}: {part}", path.display());
            }
        }
    }
}

#[test]
fn a_line_that_is_no_python_is_one_problem() {
    let text =
        "Hello team,\nthe service was slow this morning, and nobody knows why.\nPlease look at the logs.\n";
    let lines: Vec<u32> = problems("main.py", text).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 2, 3]);
}

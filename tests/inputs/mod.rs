//! Inputs that are hard on a checker, as a list that the native tests and those in the browser share.

/// A text and what it is.
pub struct Input {
    pub name: String,
    pub text: String,
}

/// How deep the deepest inputs go: far beyond what any stack holds without a guard.
pub const DEPTH: usize = 50_000;

fn input(name: impl Into<String>, text: impl Into<String>) -> Input {
    Input { name: name.into(), text: text.into() }
}

/// Every way in which Python nests, or chains without end, at one depth.
pub fn deep(depth: usize) -> Vec<Input> {
    let mut inputs = Vec::new();
    for (name, open, core, close) in [
        ("parentheses", "(", "x", ")"),
        ("lists", "[", "x", "]"),
        ("sets", "{", "x", "}"),
        ("dicts", "{1: ", "x", "}"),
        ("tuples", "(1, ", "x", ")"),
        ("calls in arguments", "f(", "x", ")"),
        ("keyword arguments", "f(a=", "x", ")"),
        ("starred arguments", "f(*", "x", ")"),
        ("subscripts in subscripts", "a[", "x", "]"),
        ("slices", "a[1:", "x", "]"),
        ("list comprehensions", "[y for y in ", "x", "]"),
        ("comprehension elements", "[", "x", " for y in z]"),
        ("dict comprehensions", "{y: 1 for y in ", "x", "}"),
        ("generators", "(y for y in ", "x", ")"),
        ("comprehension conditions", "[y for y in z if ", "x", "]"),
        ("f-strings with one quote", "f'{", "x", "}'"),
        ("f-string format specs", "f'{x:{", "x", "}}'"),
        ("conditionals in the middle", "a if ", "x", " else b"),
        ("named expressions", "(y := ", "x", ")"),
        ("yields", "(yield ", "x", ")"),
        ("awaits in parentheses", "(await ", "x", ")"),
    ] {
        inputs.push(input(name, format!("y = {}{core}{}\n", open.repeat(depth), close.repeat(depth))));
        inputs.push(input(format!("{name}, never closed"), format!("y = {}{core}\n", open.repeat(depth))));
        inputs.push(input(
            format!("{name} in an async def"),
            format!("async def f():\n    return {}{core}{}\n", open.repeat(depth), close.repeat(depth)),
        ));
    }
    inputs.push(input("closing brackets alone", ")]}".repeat(depth)));
    inputs.push(input("all brackets in turn", "([{".repeat(depth)));
    for prefix in
        ["not ", "-", "+", "~", "await ", "lambda: ", "lambda a, b: ", "lambda a=", "*", "**", "yield "]
    {
        inputs.push(input(format!("prefix {prefix}"), format!("y = {}x\n", prefix.repeat(depth))));
    }
    for infix in [
        " + ",
        " - ",
        " * ",
        " / ",
        " // ",
        " % ",
        " @ ",
        " ** ",
        " | ",
        " & ",
        " ^ ",
        " << ",
        " >> ",
        " and ",
        " or ",
        " < ",
        " == ",
        " is not ",
        " not in ",
        " if x else ",
        ", ",
        "; ",
        " = ",
        " := ",
        ".",
        " 'a' ",
        "'' f'{x}' ",
    ] {
        inputs.push(input(format!("infix {infix}"), format!("y = {}x\n", format!("x{infix}").repeat(depth))));
    }
    for suffix in [".a", "()", "[0]", ".a()", "(x)[0].b", "[0:1]", "()()", "[...]"] {
        inputs.push(input(format!("suffix {suffix}"), format!("y = x{}\n", suffix.repeat(depth))));
    }
    // Indentation grows by one column a level, so the text grows with the square of the depth: a part will do.
    let levels = depth.min(2_000);
    for header in [
        "if x:",
        "while x:",
        "for y in x:",
        "async for y in x:",
        "with x:",
        "with x as y:",
        "try:",
        "def f():",
        "async def f():",
        "class C:",
        "match x:",
        "case y:",
        "else:",
    ] {
        let text: String = (0..levels).map(|level| format!("{}{header}\n", " ".repeat(level))).collect();
        inputs.push(input(format!("blocks of {header}"), text + &" ".repeat(levels) + "pass\n"));
    }
    let matches: String = (0..levels)
        .map(|level| format!("{}match x:\n{}case y:\n", " ".repeat(2 * level), " ".repeat(2 * level + 1)))
        .collect();
    inputs.push(input("match in match", matches + &" ".repeat(2 * levels) + "pass\n"));
    inputs.push(input("elif", format!("if x:\n    pass\n{}", "elif x:\n    pass\n".repeat(depth))));
    inputs.push(input("except", format!("try:\n    pass\n{}", "except E:\n    pass\n".repeat(depth))));
    inputs.push(input("decorators", format!("{}def f(): pass\n", "@d\n".repeat(depth))));
    for (name, open, core, close) in [
        ("sequence patterns", "[", "y", "]"),
        ("group patterns", "(", "y", ")"),
        ("class patterns", "C(", "y", ")"),
        ("mapping patterns", "{1: ", "y", "}"),
        ("or patterns", "1 | ", "2", ""),
        ("dotted patterns", "a.", "b", ""),
    ] {
        let pattern = format!("{}{core}{}", open.repeat(depth), close.repeat(depth));
        inputs.push(input(name, format!("match x:\n    case {pattern}:\n        pass\n")));
    }
    inputs.push(input(
        "subscripts in annotations",
        format!("x: {}int{}\n", "list[".repeat(depth), "]".repeat(depth)),
    ));
    inputs.push(input(
        "type parameters",
        format!("def f[T: {}int{}](): pass\n", "list[".repeat(depth), "]".repeat(depth)),
    ));
    inputs.push(input("continued lines", format!("x = 1{}\n", " + \\\n 1".repeat(depth))));
    inputs.push(input(
        "functions that call each other",
        (0..depth.min(5_000)).map(|n| format!("def f{n}():\n    return f{}()\n", n + 1)).collect::<String>(),
    ));
    inputs.push(input(
        "names that are assigned to each other",
        (0..depth.min(5_000)).map(|n| format!("a{} = a{n}\n", n + 1)).collect::<String>(),
    ));
    inputs.push(input(
        "classes that inherit from each other",
        (0..depth.min(5_000)).map(|n| format!("class C{n}(C{}):\n    pass\n", n + 1)).collect::<String>(),
    ));
    inputs
}

/// Odd texts that are not deep.
pub fn odd() -> Vec<Input> {
    let million = 1_000_000;
    let mut inputs = vec![
        input("nothing", ""),
        input("one line end", "\n"),
        input("a megabyte of one name", "x".repeat(million)),
        input("a megabyte of one string", format!("x = '{}'\n", "y".repeat(million))),
        input("a megabyte of one comment", format!("# {}", "z".repeat(million))),
        input("a megabyte of one list", format!("x = [{}]\n", "1, ".repeat(million / 3))),
        input("a megabyte of statements on one line", "x = 1; ".repeat(million / 7)),
        input("a megabyte of arguments", format!("f({})\n", "x, ".repeat(million / 3))),
        input("a megabyte of blanks", " ".repeat(million)),
        input("a megabyte of empty lines", "\n".repeat(million)),
        input("a million lone returns", "\r".repeat(million)),
        input("a huge number", format!("x = {}\n", "9".repeat(100_000))),
        input("NUL bytes", "import time\nasync def f():\n    time.sleep(\0)\0\n"),
        input("nothing but NUL bytes", "\0".repeat(1_000)),
        input("a byte order mark", "\u{feff}import time\nasync def f():\n    time.sleep(1)\n"),
        input("byte order marks within", "x = 1\n\u{feff}y = 2\n"),
        input("CRLF", "import time\r\nasync def f():\r\n    time.sleep(1)\r\n"),
        input("lone returns", "import time\rasync def f():\r    time.sleep(1)\r"),
        input("mixed line ends", "import time\r\n\rasync def f():\n\r    time.sleep(1)\r\r\n"),
        input("tabs", "async def f():\n\tif x:\n\t\timport time\n\t\ttime.sleep(1)\n"),
        input("tabs against blanks", "def f():\n\tif x:\n        pass\n\t    pass\n"),
        input("form feeds", "import time\n\x0casync def f():\n\x0c    time.sleep(1)\n"),
        input("other line separators", "x = '\u{2028}'\u{2029}\u{85}\x0b\x1c\n"),
        input("wide characters", "import time\nasync def f(): '😀é'; time.sleep('😀' + 'e\u{301}')\n"),
        input("identifiers beyond ASCII", "变量 = 1\nasync def ünïcödé(𝓍): return 𝓍\n"),
        input("right to left", "x = 'א\u{202e}ב'  # \u{2066}\n"),
        input("a backslash at the end", "x = 1 + \\"),
        input("a question mark", "x = what?\n"),
        input("a cycle of imports", "from main import x\nx = x\nimport main\nmain.main.x()\n"),
        input(
            "a class that is its own base",
            "class A(A):\n    a: A\n    def f(self): return self.f().a.f()\n",
        ),
        input(
            "functions that call themselves",
            "def f(): return g()\ndef g(): return f()\nasync def h(): f(); await h()\n",
        ),
        input(
            "an ignore comment without anything",
            "# rubric: ignore\n# rubric: ignore[]\n# rubric: ignore[C5\n",
        ),
        input("a diff", "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-x = 1\n+import time\n"),
        input("a prompt", ">>> import time\n>>> async def f():\n...     time.sleep(1)\n"),
        input("Markdown", "Text\n```python\nx = 1\n```\n"),
    ];
    for quote in [
        "'", "\"", "'''", "\"\"\"", "f'", "f'''", "f'{", "f'{x", "f'{x!", "f'{x:", "b'", "r'", "rb\"\"\"",
        "t'{",
    ] {
        inputs.push(input(format!("unterminated {quote}"), format!("x = {quote}abc\ny = 2\n")));
        inputs.push(input(format!("at the end {quote}"), format!("x = {quote}")));
    }
    inputs
}

/// Bytes and tokens at random, always the same ones.
pub fn random(count: usize) -> Vec<Input> {
    const TOKENS: [&str; 44] = [
        "async ",
        "def ",
        "f",
        "(",
        ")",
        ":",
        "\n",
        "\n    ",
        "\n        ",
        "await ",
        "import ",
        "from ",
        "time",
        ".",
        "sleep",
        "requests",
        "get",
        "=",
        "class ",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"\"\"",
        "f'",
        "lambda ",
        "for ",
        " in ",
        "if ",
        "else",
        "try",
        "except ",
        "with ",
        " as ",
        "return ",
        "@",
        "*",
        ",",
        "0x",
        "1e",
        "\\\n",
        "#",
        "😀",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    // Marsaglia's xorshift: enough to be irregular, and the same on every machine.
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..count)
        .map(|number| {
            let length = 1 + next() as usize % 400;
            let text = if number % 2 == 0 {
                let bytes: Vec<u8> = (0..length).map(|_| (next() >> 32) as u8).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            } else {
                (0..length).map(|_| TOKENS[(next() >> 32) as usize % TOKENS.len()]).collect()
            };
            input(format!("random {number}"), text)
        })
        .collect()
}

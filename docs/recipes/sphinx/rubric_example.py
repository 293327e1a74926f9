"""A directive that shows an example of the rubric: `.. rubric-example:: C5`, or with code of your own as its content.

A line of equals signs in the content parts a violating from a conforming side. What the directive cannot show is a warning.
"""

import re
from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

RULE = re.compile(r"C[1-9]|F[1-8]|I[1-6]|O[1-5]")
PARTED = re.compile(r"={3,}\s*")


def one_of(*words):
    return lambda word: directives.choice(word, words)


def height(text):
    if text == "auto":
        return text
    pixels = directives.nonnegative_int(text)
    if pixels < 60:
        raise ValueError("60 pixels are the least")
    return str(pixels)


class RubricExample(SphinxDirective):
    optional_arguments = 1
    has_content = True
    option_spec = {
        "view": one_of("pair", "violating", "conforming", "playground"),
        "theme": one_of("auto", "light", "dark"),
        "height": height,
        "editable": one_of("true", "false"),
        "label": directives.unchanged_required,
        # One for each side.
        "path": directives.unchanged_required,
    }

    def run(self):
        rule = self.arguments[0].upper() if self.arguments else None
        if rule and not RULE.fullmatch(rule):
            raise self.warning(f"{self.arguments[0]} is no rule: the rules are C1 to C9, F1 to F8, I1 to I6 and O1 to O5")
        sides = self.sides()
        if not rule and not sides:
            raise self.warning("rubric-example needs a rule or code")
        given = {"rule": rule}
        given |= {name: self.options.get(name) for name in ("view", "theme", "height", "editable", "label")}
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)
        page = self.config.rubric_playground + (f"#/rules/{rule}" if rule else "")
        # Shown where no script runs, in feeds and by search engines.
        inside = "".join(map(self.block, sides)) or f'<a href="{escape(page)}">{escape(rule or "")}</a>'
        html = nodes.raw("", f"<rubric-example{attributes}>{inside}</rubric-example>", format="html")
        # Every other builder prints the code, or where to find it.
        other = addnodes.only(expr="not html")
        for side, path, code in sides:
            if side:
                other += nodes.paragraph("", f"{side.capitalize()}: {path}")
            other += nodes.literal_block(code, code)
        if not sides:
            other += nodes.paragraph("", "", nodes.reference("", page, refuri=page))
        return [html, other]

    def sides(self):
        parts = [[]]
        for line in self.content:
            if PARTED.fullmatch(line):
                parts.append([])
            else:
                parts[-1].append(line)
        codes = ["\n".join(part).strip("\n") for part in parts]
        if codes == [""]:
            return []
        if len(codes) > 2 or "" in codes:
            raise self.warning("one line of equals signs parts a violating from a conforming side, each with code")
        paths = self.options.get("path", "example.py").split()
        words = ["violating", "conforming"] if len(codes) == 2 else [""]
        if len(paths) == 1:
            paths *= len(codes)
        if len(paths) != len(codes):
            raise self.warning(f"{len(paths)} paths for {len(codes)} pieces of code")
        return list(zip(words, paths, codes))

    @staticmethod
    def block(side):
        word, path, code = side
        block = f'<pre data-path="{escape(path)}">{escape(code)}</pre>'
        if not word:
            return block
        caption = f"<p data-caption>{word.capitalize()}: <code>{escape(path)}</code></p>"
        return f'<div data-side="{word}">{caption}{block}</div>'


def add_files(app):
    playground = app.config.rubric_playground
    # The style sheet keeps the place of the examples until the script has drawn them.
    app.add_css_file(f"{playground}embed.css")
    app.add_js_file(f"{playground}embed.js", type="module")


def setup(app):
    app.add_config_value("rubric_playground", None, "env", [str])
    app.add_directive("rubric-example", RubricExample)
    app.connect("builder-inited", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

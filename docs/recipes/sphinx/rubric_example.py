"""A directive that shows an example of the rubric: `.. rubric-example:: C5`, or with code of your own as its content."""

from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective


class RubricExample(SphinxDirective):
    optional_arguments = 1
    has_content = True
    option_spec = {
        "view": lambda word: directives.choice(word, ("pair", "violating", "conforming", "playground")),
        "theme": lambda word: directives.choice(word, ("auto", "light", "dark")),
        "height": directives.unchanged,
        "path": directives.unchanged,
    }

    def run(self):
        rule = self.arguments[0] if self.arguments else None
        given = {"rule": rule, **{name: self.options.get(name) for name in ("view", "theme", "height")}}
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)
        page = self.config.rubric_playground + (f"#/rules/{rule}" if rule else "")
        # Shown where no script runs, in feeds and by search engines.
        inside = f'<a href="{escape(page)}">{escape(rule or "Rubric Playground")}</a>'
        code = "\n".join(self.content)
        if code:
            path = escape(self.options.get("path", "example.py"))
            inside = f'<pre data-path="{path}">{escape(code)}</pre>'
        html = nodes.raw("", f"<rubric-example{attributes}>{inside}</rubric-example>", format="html")
        # Every other builder prints the code, or where to find it.
        other = addnodes.only(expr="not html")
        reference = nodes.reference("", page, refuri=page)
        other += nodes.literal_block(code, code) if code else nodes.paragraph("", "", reference)
        return [html, other]


def setup(app):
    app.add_config_value("rubric_playground", None, "env", [str])
    app.add_directive("rubric-example", RubricExample)
    app.connect(
        "builder-inited",
        lambda app: app.add_js_file(f"{app.config.rubric_playground}embed.js", type="module"),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}

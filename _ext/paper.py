"""Sphinx extension: the book on paper (`make pdf`): parts as in the table of contents, solutions in an appendix.

On a screen a solution folds below its exercise. Paper cannot fold, so each solution moves to the end of the book,
and leaves behind the number of its page.
"""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.addnodes import start_of_file
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_solution_node
from sphinx_proof.nodes import proof_node

# The landing page is a preface: its headings have no numbers.
FRONT = r"\setcounter{secnumdepth}{-1}"
MAIN = r"\setcounter{secnumdepth}{2}\setcounter{chapter}{0}"


# The code of a picture is folded away on a screen; a question has no answer yet.
LEFT_OUT = {"tag_hide-input": "cell_input", "tag_exercise": "cell_output"}


def is_cell(node):
    """A code cell with its output."""
    return isinstance(node, nodes.container) and "cell" in node["classes"]


def latex(text):
    """LaTeX as it stands."""
    return nodes.raw("", text, format="latex")


class LayOutForPaper(SphinxPostTransform):
    """After numbers and references are resolved, when the whole book is one tree."""

    default_priority = 900
    formats = ("latex",)

    def run(self, **kwargs):
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].endswith(".svg"):  # TeX draws none
                image.parent.remove(image)
        chapters = {node["docname"]: node for node in self.document.findall(start_of_file)}
        for proof in list(self.document.findall(proof_node)):  # a paragraph that begins with "Proof", not a box
            proof.replace_self(proof.children[0].children)
        for cell in self.document.findall(is_cell):
            for tag in LEFT_OUT.keys() & set(cell["classes"]):
                for part in [part for part in cell.children if LEFT_OUT[tag] in part["classes"]]:
                    cell.remove(part)
        self.document.insert(0, latex(FRONT))
        begin = MAIN
        for caption, first in parts(Path(self.app.srcdir) / "_toc.yml"):
            if first in chapters:
                node = chapters[first]
                node.parent.insert(node.parent.index(node), latex(rf"{begin}\part{{{caption}}}"))
                begin = ""
        solutions = {name: list(node.findall(is_solution_node)) for name, node in chapters.items()}
        appendix = nodes.section("", nodes.title("", "Solutions"), ids=["solutions"], names=["solutions"])
        for name, found in solutions.items():
            if found:
                title = next(chapters[name].findall(nodes.title)).astext()
                inside = start_of_file("", *map(moved, found), docname=name)  # labels are those of the chapter
                appendix += nodes.section("", nodes.title("", title), inside, ids=[f"solutions-{name}"])
        if len(appendix) > 1:
            self.document.append(start_of_file("", appendix, docname="solutions"))


def parts(toc):
    """The caption of each part of the book, in Roman numbers of LaTeX's own, and its first page."""
    for part in yaml.safe_load(toc.read_text(encoding="utf-8"))["parts"]:
        yield part["caption"].split(". ", 1)[-1], part["chapters"][0]["file"]


def moved(solution):
    """The solution, taken out of its place; its page is told there."""
    (label,) = solution["ids"][:1]
    place = f"solution:{label}"
    line = latex(rf"\par\noindent\hyperref[{place}]{{\emph{{Solution on page \pageref*{{{place}}}}}}}\par ")
    solution.replace_self(line)
    return nodes.container("", latex(rf"\phantomsection\label{{{place}}}"), solution)


def setup(app):
    app.add_post_transform(LayOutForPaper)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

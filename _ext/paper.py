"""Sphinx extension: the book on paper (`make pdf`): parts as in the table of contents, solutions in an appendix.

On a screen a solution folds below its exercise. Paper cannot fold, so each solution moves to the end of the book,
and leaves behind the number of its page.
"""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.addnodes import number_reference, start_of_file
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_solution_node
from sphinx_proof.nodes import proof_node

# The landing page is a preface: its headings have no numbers. The chapters of the last part have letters.
FRONT = r"\setcounter{secnumdepth}{-1}"
MAIN = r"\setcounter{secnumdepth}{2}\setcounter{chapter}{0}"
APPENDIX = r"\part*{Appendix}\addcontentsline{toc}{part}{Appendix}\appendix"
PREFACE = "About this book"

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
        for proof in list(self.document.findall(proof_node)):  # a paragraph that begins with "Proof", not a box
            proof.replace_self(proof.children[0].children)
        for reference in list(self.document.findall(number_reference)):
            label = reference.get("refuri", "").rpartition("#")[2]
            if label in self.env.sphinx_exercise_registry:  # sphinx-exercise minds only those of the same page
                reference.replace_self(latex(rf"\hyperref[exercise:{label}]{{{reference.astext()}}}"))
        for cell in self.document.findall(is_cell):
            leave_out(cell)
        chapters = {node["docname"]: node for node in self.document.findall(start_of_file)}
        solutions = [solutions_of(name, node) for name, node in chapters.items()]
        self.divide(chapters)
        self.close(chapters, [section for section in solutions if section])

    def divide(self, chapters):
        """A preface, then the parts of the table of contents."""
        book = next(self.document.findall(nodes.section))  # its title is the book's
        first = next(place for place, node in enumerate(book) if any(node.findall(start_of_file)))
        preface = nodes.section("", nodes.title("", PREFACE), *book[1:first], ids=["preface"])
        book[1:first] = [latex(FRONT), preface]
        begin = MAIN
        for caption, name in parts(Path(self.app.srcdir) / "_toc.yml"):
            if name in chapters:
                node = chapters[name]
                line = APPENDIX if caption == "Appendix" else rf"{begin}\part{{{caption}}}"
                node.parent.insert(node.parent.index(node), latex(line))
                begin = ""

    def close(self, chapters, solutions):
        """The solutions, then the sources and the index, which LaTeX gives headings of their own."""
        for name in "bibliography", "genindex":
            for title in list(chapters[name].findall(nodes.title)):
                title.replace_self(latex(rf"\phantomsection\label{{\detokenize{{{name}::doc}}}}"))
        appendix = nodes.section("", nodes.title("", "Solutions"), *solutions, ids=["solutions"])
        last = chapters["bibliography"]
        last.parent.insert(last.parent.index(last), start_of_file("", appendix, docname="solutions"))


def leave_out(cell):
    """Take out what paper does not show of a cell."""
    for tag in LEFT_OUT.keys() & set(cell["classes"]):
        for part in [part for part in cell.children if LEFT_OUT[tag] in part["classes"]]:
            cell.remove(part)


def parts(toc):
    """The caption of each part of the book, in Roman numbers of LaTeX's own, and its first page."""
    for part in yaml.safe_load(toc.read_text(encoding="utf-8"))["parts"]:
        yield part["caption"].split(". ", 1)[-1], part["chapters"][0]["file"]


def solutions_of(name, chapter):
    """The solutions of a chapter under its title, taken out of their places; None if it has none."""
    found = list(chapter.findall(is_solution_node))
    if not found:
        return None
    title = next(chapter.findall(nodes.title)).astext()
    inside = start_of_file("", *map(moved, found), docname=name)  # labels are those of the chapter
    return nodes.section("", nodes.title("", title), inside, ids=[f"solutions-{name}"])


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

"""Sphinx extension: exercises, solutions and theorems as the book wants them.

- A solution folds by itself, as a native `<details>`. sphinx-exercise writes a box that a script
  must hide; a `<details>` is closed without JavaScript, opens from the keyboard, and the browser's
  search finds what stands inside. Executed cells stand inside like any text.
- sphinx-exercise and sphinx-proof give every block's content the same id; ids must be unique.
- The hidden code of one picture may stand in several cells; they fold behind one line.
- Remarks and examples without a label get a number of their page as label; pages must not clash.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_solution_node, solution_node

SHARED_IDS = {"exercise-content", "solution-content", "proof-content", "proof"}


class solution_summary(nodes.TextElement):
    """The line that is seen while the solution is folded."""


class FoldSolutions(SphinxPostTransform):
    """After sphinx-exercise has numbered the titles (priority 21), make the title the summary."""

    default_priority = 30
    formats = ("html",)

    def run(self, **kwargs):
        for node in list(self.document.findall(is_solution_node)):
            title = node.children[0]
            node.replace(title, solution_summary("", "", *without_links(title)))
        for block in self.document.findall(lambda n: isinstance(n, (nodes.section, nodes.admonition))):
            block["ids"] = [name for name in block["ids"] if name not in SHARED_IDS]


class JoinHiddenCells(SphinxPostTransform):
    """Before myst-nb folds hidden cells (priority 199), those without output join the one that follows."""

    default_priority = 198
    formats = ("html",)

    def run(self, **kwargs):
        for cell in list(self.document.findall(is_silent)):
            following = cell.next_node(descend=False, siblings=True)
            if is_hidden(following):
                following.children[0].children[:0] = cell.children[0].children
                cell.parent.remove(cell)


def is_hidden(node):
    """A code cell whose code is folded."""
    return isinstance(node, nodes.container) and node.get("hide_mode") == "input"


def is_silent(node):
    """A folded code cell that shows nothing."""
    return is_hidden(node) and [part.get("nb_element") for part in node.children] == ["cell_code_source"]


def without_links(title):
    """A summary is a button; a link inside a button cannot be reached, so its text replaces it."""
    for child in title.children:
        yield from child.children if isinstance(child, nodes.reference) else [child]


def visit_solution(self, node):
    self.body.append(self.starttag(node, "details"))


def depart_solution(self, node):
    self.body.append("</div></details>\n")


def visit_summary(self, node):
    self.body.append("<summary><span>")


def depart_summary(self, node):
    self.body.append('</span></summary>\n<div class="solution-content">\n')


def forget_unlabelled(app, doctree):
    """Nothing can refer to a block without a label, so the next page may use its number again."""
    known = getattr(app.env, "proof_list", {})
    for label in [name for name in known if re.fullmatch(rf"{known[name]['realtype']}-\d+", name)]:
        del known[label]


def setup(app):
    app.setup_extension("sphinx_exercise")
    app.add_node(solution_node, override=True, html=(visit_solution, depart_solution))
    app.add_node(solution_summary, html=(visit_summary, depart_summary))
    app.add_post_transform(FoldSolutions)
    app.add_post_transform(JoinHiddenCells)
    app.connect("doctree-read", forget_unlabelled)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

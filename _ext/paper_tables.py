"""Sphinx extension: tables and formulas that are wider than paper.

LaTeX's own table columns share the width evenly among what cannot be broken, so that a long formula squeezes the
words beside it into a column of single letters. Here a wide table's columns are as wide as what stands in them asks
for, and a formula that has a cell to itself is made small enough for it.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

LINE = 88  # letters of a line of the book
MOST, LEAST = 60, 8  # letters of the widest and the narrowest column
MANY = 6  # columns, from which on the letters are smaller


class FitTables(SphinxPostTransform):
    """Before the writer decides on columns."""

    default_priority = 901
    formats = ("latex",)

    def run(self, **kwargs):
        for table in list(self.document.findall(nodes.table)):
            fit(table)


def fit(table):
    """Give a wide table widths in proportion to its contents, and its lonely formulas room."""
    columns = list(table.findall(nodes.colspec))
    rows = [[cell for cell in row if isinstance(cell, nodes.entry)] for row in table.findall(nodes.row)]
    if any(len(row) != len(columns) for row in rows):
        return  # cells that span columns
    wanted = [max(letters(row[place]) for row in rows) for place in range(len(columns))]
    if sum(wanted) <= LINE:
        return
    table["classes"] = [*table["classes"], "colwidths-given"]
    for column, count in zip(columns, wanted, strict=True):
        column["colwidth"] = min(max(count, LEAST), MOST)
    for cell in table.findall(nodes.entry):
        shrink(cell)
    if len(columns) >= MANY:
        around = [nodes.raw("", text, format="latex") for text in (r"\begingroup\footnotesize", r"\endgroup")]
        table.replace_self([around[0], table, around[1]])


def letters(cell):
    """How many letters wide a cell would be on one line; a command of LaTeX is one letter."""
    width = 0
    for text in cell.findall(nodes.Text):
        formula = isinstance(text.parent, nodes.math)
        width += len(re.sub(r"\\[a-zA-Z]+ ?|[{}^_]", "x", text)) * 2 // 3 if formula else len(text)
    return width


def shrink(cell):
    """A formula that is alone in its cell becomes as wide as the cell, if it was wider."""
    if cell.children and len(cell[0].children) == 1 and isinstance(formula := cell[0][0], nodes.math):
        tex = rf"\adjustbox{{max width=\linewidth}}{{$\displaystyle {formula.astext()}$}}"
        formula.replace_self(nodes.raw("", tex, format="latex"))


def setup(app):
    app.add_post_transform(FitTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

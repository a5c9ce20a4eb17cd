"""What `_ext/paper.py` and `_ext/paper_tables.py` make of a small book: its parts, solutions, references, tables."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))

pytest.importorskip("sphinx_exercise", reason="sphinx-exercise makes the exercises, and is not there.")
from docutils import nodes  # noqa: E402
from paper_tables import LINE, fit, letters  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402

CONF = """extensions = ["myst_parser", "sphinx_external_toc", "sphinx_exercise", "sphinx_proof",
              "paper", "paper_tables"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
numfig = True
"""
PAGES = {
    "_toc.yml": "format: jb-book\nroot: intro\nparts:\n"
    "- caption: I. One\n  numbered: true\n  chapters: [{file: chapter}]\n"
    "- caption: Appendix\n  chapters: [{file: other}, {file: bibliography}, {file: genindex}]\n",
    "intro.md": "# The book\n\nWords first.\n\n## Who it is for\n\nYou, and {doc}`sources <bibliography>`.\n",
    "chapter.md": "# A chapter\n\n:::{exercise}\n:label: ex-one\nHow much?\n:::\n\n"
    ":::{solution} ex-one\nSo much.\n:::\n",
    "other.md": "# Another\n\n" + "Wide".ljust(90, "e") + ", {ref}`ex-one`.\n\n"
    f"| a | b |\n|---|---|\n| $x$ | {'word ' * 30} |\n| ${'x + ' * 60} y$ | short |\n",
    "bibliography.md": "# References\n\nNone.\n",
    "genindex.md": "# Index\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def tex(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    Sphinx(folder, folder, folder / "out", folder / "trees", "latex", status=None).build()
    (file,) = (folder / "out").glob("*.tex")
    return file.read_text(encoding="utf-8")


def in_order(text, *parts):
    """The parts stand in the text one after the other."""
    for part in parts:
        _, found, text = text.partition(part)
        if not found:
            return False
    return True


def test_a_preface_the_parts_the_solutions_and_then_the_sources(tex):
    first = r"\chapter{About this book}", r"\section{Who it is for}", r"\part{One}", r"\chapter{A chapter}"
    assert in_order(tex, *first, r"\part*{Appendix}", r"\appendix", r"\chapter{Another}", r"\chapter{Solutions}", "So")


def test_sources_and_index_have_the_headings_of_latex_and_can_be_referred_to(tex):
    assert r"\chapter{References}" not in tex
    assert r"\chapter{Index}" not in tex
    wanted = set(re.findall(r"\\hyperref\[\\detokenize\{([^}]*)\}\]", tex))
    assert "bibliography::doc" in wanted
    assert wanted <= set(re.findall(r"\\label\{\\detokenize\{([^}]*)\}\}", tex))


def test_a_solution_leaves_the_number_of_its_page_behind(tex):
    assert in_order(tex, "How much?", r"\pageref*{solution:", r"\part*{Appendix}", r"\label{solution:", "So much.")


def test_an_exercise_of_another_page_is_found(tex):
    assert r"\hyperref[exercise:ex-one]{Exercise 1.1}" in tex or r"\hyperref[exercise:ex-one]{Exercise 1}" in tex
    assert r"\label{exercise:ex-one}" in tex


def test_a_formula_wider_than_its_cell_is_made_smaller(tex):
    assert r"\adjustbox{max width=\linewidth}{$\displaystyle x + x" in tex


def table_of(*rows):
    """A table of docutils with these words in its cells."""
    cells = [nodes.row("", *(nodes.entry("", nodes.paragraph("", word)) for word in row)) for row in rows]
    specs = [nodes.colspec(colwidth=1) for _ in rows[0]]
    return nodes.table("", nodes.tgroup("", *specs, nodes.tbody("", *cells)))


def widths(table):
    return [spec["colwidth"] for spec in table.findall(nodes.colspec)]


def test_a_narrow_table_is_left_as_it_is():
    table = table_of(["a", "b" * (LINE - 2)])
    fit(table)
    assert widths(table) == [1, 1]
    assert "colwidths-given" not in table["classes"]


def test_a_wide_table_gives_each_column_what_it_needs():
    table = table_of(["a", "b" * 300, "c" * 20])
    fit(table)
    assert widths(table) == [8, 60, 20]
    assert "colwidths-given" in table["classes"]


def test_a_table_with_many_columns_has_small_letters():
    table = table_of([20 * "x"] * 6)
    nodes.container("", table)
    box = table.parent
    fit(table)
    assert [box[0].astext(), box[-1].astext()] == [r"\begingroup\footnotesize", r"\endgroup"]


def test_a_command_of_latex_is_no_wider_than_a_letter():
    formula = nodes.entry("", nodes.paragraph("", "", nodes.math("", r"\operatorname{tr} X")))
    assert letters(formula) < len(r"\operatorname{tr} X") / 2

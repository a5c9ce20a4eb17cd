"""The conventions of the notebooks; that they run and are right is nbval's part."""

import copy
import json
from pathlib import Path

import code_rules
import notebook_rules as rules
import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
NOTEBOOKS = CHAPTERS + sorted(ROOT.glob("appendix/*.ipynb"))
EVERYWHERE = [rules.cell_complaints, rules.markdown_complaints, rules.alt_complaints, rules.exercise_complaints]
IN_CHAPTERS = [rules.section_complaints, rules.rhythm_complaints, rules.start_complaints]


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, rule):
    assert "\n".join(rule(load(path))) == ""


@pytest.mark.parametrize("rule", IN_CHAPTERS, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter(path, rule):
    assert "\n".join(rule(load(path))) == ""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_citations_are_in_the_bibliography(path):
    keys = code_rules.bibliography((ROOT / "references.bib").read_text(encoding="utf-8"))
    assert rules.citations(load(path)) - set(keys) == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_names_have_no_digits(path):
    assert not any(letter.isdigit() for letter in path.stem)


def test_no_function_is_defined_in_two_notebooks():
    places = {}
    for path in NOTEBOOKS:
        for function in set(rules.functions(load(path))):
            places.setdefault(function, []).append(path.stem)
    assert {name: where for (name, _), where in places.items() if len(where) > 1} == {}


# The rules themselves are tested with one good notebook and small things that break it.


def markdown(identifier, source):
    return {"cell_type": "markdown", "id": identifier, "metadata": {}, "source": source}


def code(identifier, source, *tags, **metadata):
    metadata = {"tags": list(tags), **metadata}
    return {"cell_type": "code", "id": identifier, "metadata": metadata, "source": source, "outputs": []}


HIDDEN = {"jupyter": {"source_hidden": True, "outputs_hidden": True}}
GOOD = {
    "cells": [
        markdown("head", "# A\n\n## By the end you can\n\n## You need\n\n## Recap\n\n## Exercises\n\n## Sources"),
        code("draw", "plt.plot(x)", mystnb={"image": {"alt": "A straight line that falls."}}),
        markdown("task", ":::{exercise} Cube\n:label: ex-a\nFind it. {cite}`a,b`\n:::"),
        code("stub", "answer = ...", "exercise"),
        markdown("open", ":::{solution-start} ex-a\n:label: sol-a\n:class: dropdown\n:::"),
        code("done", "answer = 1", "solution", **HIDDEN),
        markdown("shut", ":::{solution-end}\n:::"),
        markdown("prove", ":::{exercise}\n:label: ex-b\nProve.\n:::\n:::{solution} ex-b\nSo.\n:::"),
    ]
}


def test_a_cell_that_only_defines_how_to_draw_needs_no_text():
    notebook = {"cells": [code("later", "def draw(t):\n    plt.plot(t)", "hide-input")]}
    assert rules.alt_complaints(notebook) == []


def test_a_good_notebook_gets_no_complaint():
    for rule in [*EVERYWHERE, rules.section_complaints]:
        assert rule(GOOD) == []
    assert rules.citations(GOOD) == {"a", "b"}


BROKEN = [
    (rules.cell_complaints, 1, {"outputs": [1]}, "stored"),
    (rules.cell_complaints, 1, {"source": "x = 1\n%timeit x"}, "magic"),
    (rules.cell_complaints, 1, {"source": "x = 1\n" * 13}, "13 lines"),
    (rules.cell_complaints, 1, {"id": "17"}, "is a count"),
    (rules.cell_complaints, 1, {"id": "head"}, "twice"),
    (rules.cell_complaints, 3, {"metadata": {"tags": ["skip-execution"]}}, "closed list"),
    (rules.markdown_complaints, 0, {"source": "```{note}\n```"}, "backtick"),
    (rules.markdown_complaints, 0, {"source": r"$\newcommand{\d}{d}$"}, "macro"),
    (rules.markdown_complaints, 0, {"source": ":::{prf:proof}\n:class: dropdown\n:::"}, "folded"),
    (rules.markdown_complaints, 0, {"source": "See Exercise {ref}`ex-a`."}, "writes the word itself"),
    (rules.alt_complaints, 1, {"metadata": {}}, "alternative text"),
    (rules.start_complaints, 1, {"source": "import numpy"}, "first code cell"),
    (rules.section_complaints, 0, {"source": "## Recap\n## You need"}, "no section"),
    (rules.section_complaints, 0, {"source": "\n".join("## " + s for s in rules.SECTIONS[::-1])}, "order"),
    (rules.rhythm_complaints, 1, {"source": "x\n" * 12}, "code cells"),
    (rules.exercise_complaints, 4, {"source": ":::{solution-start} ex-other\n:::"}, "no solution"),
    (rules.exercise_complaints, 3, {"metadata": {}}, "no stub"),
    (rules.exercise_complaints, 3, {"source": "answer = 3"}, "open with ..."),
    (rules.exercise_complaints, 5, {"metadata": {"tags": ["solution"]}}, "hidden"),
    (rules.exercise_complaints, 5, {"metadata": HIDDEN}, "must agree"),
    (rules.exercise_complaints, 6, {"source": "text"}, "never ends"),
    (rules.exercise_complaints, 7, {"source": ":::{exercise}\nProve.\n:::"}, "have a label"),
]


@pytest.mark.parametrize(("rule", "place", "change", "complaint"), BROKEN)
def test_a_broken_notebook_is_seen(rule, place, change, complaint):
    notebook = copy.deepcopy(GOOD)
    notebook["cells"][place].update(change)
    assert complaint in " | ".join(rule(notebook))

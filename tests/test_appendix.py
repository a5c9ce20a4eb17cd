"""The pages of the appendix: what shows data is what the data say, and what the data hold is shown."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

import matcalc as mc
from matcalc.catalog import CHAPTERS
from matcalc.sheet import Card
from matcalc.variants import CHAPTERS as CHAPTERS_OF_THE_BOOK
from matcalc.variants import tasks

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("pages", ROOT / "appendix" / "pages.py")
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)


def stored(page):
    return (ROOT / "appendix" / f"{page}.ipynb").read_text(encoding="utf-8")


def text(page):
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(stored(page))["cells"])


@pytest.mark.parametrize("page", pages.PAGES)
def test_a_page_is_what_the_data_say(page):
    assert stored(page) == pages.text_of(page), "run: python appendix/pages.py"


def test_cards_call_chapters_by_their_titles():
    stored = (ROOT / "matcalc" / "data" / "chapters.json").read_text(encoding="utf-8")
    assert stored == pages.titles(), "run: python appendix/pages.py"


def test_every_chapter_of_the_catalog_has_its_cards():
    assert re.findall(r'mc\.sheet\.cards\("(\w+)"\)', text("formula_sheet")) == list(CHAPTERS)


def test_links_to_cards_are_the_ids_of_cards():
    for F in mc.RULES:
        assert f'#{Card(F).anchor}"' in pages.link(f"rule:{F.name}")


@pytest.mark.parametrize(("place", "markdown"), [
    ("inverse", "[Differentiate an inverse](../chapters/inverse.ipynb)"),
    ("inverse#The derivation", "[The derivation](../chapters/inverse.ipynb#the-derivation)"),
    ("operator_form#Why there is no single matrix ∂F/∂X",
     "[Why there is no single matrix ∂F/∂X](../chapters/operator_form.ipynb#why-there-is-no-single-matrix-fx)"),
    ("errata:lu-backward", "[erratum: LU backward](errata.ipynb#lu-backward)"),
    ("exercise:ex-inverse-1", "{ref}`ex-inverse-1`"),
])  # fmt: skip
def test_a_place_becomes_a_link(place, markdown):
    assert pages.link(place) == markdown


def test_bars_do_not_end_a_cell_of_a_table():
    assert pages.in_table(r"\|x\| = |y|") == r"$\Vert x\Vert  = \vert y\vert$"
    assert pages.said(r"$|x|\ne0$ | $n$") == r"$\vert x\vert \ne0$ ∣ $n$"


def test_a_sum_that_goes_on_and_a_matrix_have_room():
    assert pages.in_table("+B") == "${}+B$"
    assert pages.in_table(r"\begin{bmatrix}a\end{bmatrix}").endswith(pages.STRUT + "$")


@pytest.mark.parametrize(("latex", "pieces"), [
    (r"A=B,\quad C=D", "$A=B,$ $C=D$"),
    (r"\text{if } x>0\text{, then } y", "if $x>0$, then $y$"),
    (r"\text{“}y\text{” (}z\text{)}", "“$y$” ($z$)"),
    (r"A=[B\allowbreak +C]D", "$A=[B$ ${}+C]D$"),
    (r"f(a,\ b)=1", r"$f(a,\ b)=1$"),
    (r"\begin{pmatrix}a\quad b\end{pmatrix}", r"$\begin{pmatrix}a\quad b\end{pmatrix}$"),
])  # fmt: skip
def test_a_long_statement_is_cut_where_it_may_be(latex, pieces):
    assert pages.wrapped(latex) == pieces


def test_no_statement_is_lost_by_cutting():
    plain = lambda text: re.sub(r"\\text|\\allowbreak|\\q?quad|\\Vert|\\vert|\\\||∣|[\s{}$|,;:.\\]", "", text)
    for entry in pages.load("standard_sheets"):
        assert plain(pages.wrapped(entry["statement"])) == plain(entry["statement"])


def test_every_document_is_called_by_its_title_and_its_file_is_named_once():
    files = {name for s in pages.load("statements") for name in (s["document"], *s.get("also", {}).values())}
    assert set(pages.DOCUMENTS) == files
    for name, title in pages.DOCUMENTS.items():
        assert text("coverage").count(name.removesuffix(".txt")) == 1
        assert name.removesuffix(".txt") not in text("errata")
        assert f"{name[:3]}, *{title}*" in text("coverage")


def test_conditions_are_said_in_formulas():
    raw = re.compile(r"[_^{}\\]|[ᵀ⁻ᴴλσΣ]")
    for entry in pages.load("standard_sheets"):
        assert not [words for words in entry["condition"].split("$")[::2] if raw.search(words)], entry["id"]


def test_no_quotation_opens_with_a_backquote():
    assert [s["id"] for s in pages.load("statements") if "`" in s["formula"]] == []


def test_every_erratum_and_every_formula_is_on_its_page():
    errata, sheets = text("errata"), text("standard_sheets")
    assert [e["key"] for e in pages.load("errata") if f"### {pages.words_of(e['key'])}\n" not in errata] == []
    assert [e["id"] for e in pages.load("standard_sheets") if pages.wrapped(e["statement"]) not in sheets] == []
    assert [s["id"] for s in pages.load("statements") if f"| {s['id']}" not in text("coverage")] == []


def test_the_plan_of_the_course_names_exercises_that_exist_and_stars_the_proofs():
    plan = (ROOT / "appendix" / "teaching.md").read_text(encoding="utf-8")
    named = re.findall(r"<\.\./chapters/(\w+)>`: ((?:\d+(?:\\\*)?(?:, )?)+)", plan)
    assert len(named) == len(CHAPTERS_OF_THE_BOOK) - 1  # all but convolution, which is a thirteenth week
    for chapter, numbers in named:
        for number in numbers.strip(", ").split(", "):
            assert tasks(chapter)[int(number.rstrip("\\*")) - 1].is_proof == number.endswith("*"), (chapter, number)

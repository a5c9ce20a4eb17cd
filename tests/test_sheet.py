"""The formula sheet: the same rows on every card, nothing typed that the catalog says, all of it evaluated."""

import json
import re

import numpy as np
import pytest

import matcalc as mc
from matcalc import sheet
from matcalc.formula import evaluate
from matcalc.latex import parse
from matcalc.spaces import vec

every_rule = pytest.mark.parametrize("F", mc.RULES, ids=lambda F: F.name)
FIELDS = {"domain", "degenerate", "flops", "second", "where", "derivation"}
SIZES_OF_ONE = re.compile(r"\d×\d|length \d|\bshapes \(|eigenvalues \d")  # what one member says


def point(F, n=4):
    rng = np.random.default_rng(11)
    X = F.domain.sample(rng, n)
    return X, *F.linearize(X), F.domain.tangent(rng, X)


def test_every_rule_has_its_data_and_no_other_has():
    assert set(sheet.BESIDE) == {F.name for F in mc.RULES}
    assert [name for name, beside in sheet.BESIDE.items() if not {"degenerate", "flops"} <= set(beside) <= FIELDS] == []


def test_a_domain_is_that_of_the_family():
    restated = {name for name, beside in sheet.BESIDE.items() if "domain" in beside}
    assert restated == {F.name for F in mc.RULES if SIZES_OF_ONE.search(F.domain.name)}
    assert [card["name"] for card in sheet.as_json() if SIZES_OF_ONE.search(card["domain"])] == []


def test_the_file_for_other_tools_is_what_the_catalog_says():
    stored = (sheet.DATA / "formulas.json").read_text(encoding="utf-8")
    assert json.loads(stored) == sheet.as_json(), "run: python -m matcalc.sheet"


def test_the_command_writes_that_file(tmp_path):
    sheet.write(tmp_path / "formulas.json")
    assert (tmp_path / "formulas.json").read_bytes() == (sheet.DATA / "formulas.json").read_bytes()


@every_rule
def test_the_printed_gradient_is_the_gradient(F):
    X, Y, dF, _ = point(F)
    lines = sheet.gradient(F)
    assert bool(lines) == (not isinstance(Y, tuple) and np.ndim(Y) == 0)
    if lines:
        found = F.gradient(X)
        parts = found if isinstance(found, tuple) else (found,)
        for line, part in zip(lines, parts, strict=True):
            printed = np.ravel(F.formulas.read(line.split(" = ", 1)[1], X, Y, Ybar=1.0), order="F")
            np.testing.assert_allclose(printed, vec(part), rtol=1e-9, atol=1e-12)


@every_rule
def test_the_printed_second_differential_is_the_stated_one(F):
    beside = sheet.BESIDE[F.name]
    if "second" not in beside:
        pytest.skip("no second differential is printed")
    X, Y, dF, dX = point(F)
    where = map(tuple, beside.get("where", ()))
    printed = F.formulas.read(beside["second"], X, Y, where, dX=dX, dY=dF(dX))
    stated = F.second(X)(dX, dX)
    stated = vec(F.formulas.rows(stated) if hasattr(F.formulas, "rows") else stated)  # images, one window a row
    np.testing.assert_allclose(np.ravel(printed, order="F") + 0 * stated, stated, rtol=1e-8, atol=1e-10)


@every_rule
def test_flops_are_formulas_in_the_sizes_of_the_rule(F):
    X, Y, dF, dX = point(F, 6)
    sizes = {key: value for key, value in F.formulas.letters(X, Y).items() if np.size(value) == 1}
    value, both = (evaluate(line, sizes | {"s": 3}) for line in sheet.BESIDE[F.name]["flops"].values())
    assert value >= 0
    assert both >= value or F.name in ("logm_spd", "sqrtm_spd")  # one eigh, where the value alone takes a Schur form


@every_rule
def test_a_card_has_every_row(F):
    card = sheet.Card(F)._repr_markdown_()
    rows = [tuple(part.strip() for part in line.split("|")[1:-1]) for line in card.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {2}  # no bar inside a formula ends a cell
    assert rows[0] == ("rule", f"`{F.name}`")
    assert tuple(name for name, _ in rows[2:]) == sheet.ROWS
    assert [name for name, row in rows if not row] == []
    assert rows[-1][1].startswith("difference ")
    assert "REFUSED" not in card


def test_a_long_equation_may_break_before_its_sign():
    assert sheet._math("A = B") == "$A = B$"
    assert sheet._math(f"|a| = {'B' * 90}") == rf"$\vert a\vert $ $= {'B' * 90}$"


def test_a_refused_rule_says_so_on_its_card():
    F = mc.inverse.but(differential=lambda X, dX: 2 * mc.inverse.at(X)(dX))
    assert "REFUSED" in sheet.numbers(mc.examine(F))


def test_anchors_are_ids_and_unique():
    anchors = [sheet.Card(F).anchor for F in mc.RULES]
    assert len(set(anchors)) == len(anchors)
    assert [a for a in anchors if not re.fullmatch(r"[a-z][\w-]*", a)] == []
    assert sheet.Card(mc.find("power(-2)")).anchor == "card-power-minus2"


def test_the_index_leads_to_every_card_and_every_chapter():
    index = sheet.index()._repr_markdown_()
    lines = [line for line in index.splitlines() if line.startswith("|")]
    assert len(lines) == len(mc.RULES) + 2
    assert {line.count("|") for line in lines} == {4}
    assert set(re.findall(r'href="#([\w-]+)"', index)) == {sheet.Card(F).anchor for F in mc.RULES}
    assert "../chapters/inverse.html" in index


def test_a_card_calls_its_chapter_by_the_title():
    assert '<a href="../chapters/inverse.html">Differentiate an inverse</a>' in sheet.Card(mc.inverse)._places(
        sheet.entry(mc.inverse))  # fmt: skip


def test_cards_are_those_of_the_chapters_named():
    assert repr(sheet.cards("inverse")) == "Cards(inverse, solve)"
    assert len(sheet.cards().cards) == len(mc.RULES)
    assert sheet.cards("lu")._repr_markdown_().count("<div") == 2


def test_cost_is_coarse_and_absent_where_there_is_nothing_to_compare():
    assert sheet.cost(mc.inverse, n=20) in sheet.COARSE
    assert sheet.cost(mc.kron, n=100) in sheet.COARSE
    assert sheet.cost(mc.transpose) is None
    assert sheet.cost(mc.find("affine")) is None


def test_sources_are_said_in_words_that_lead_to_the_bibliography():
    assert sheet.cited("petersen2012, eq. 59") == '<a href="../bibliography.html">Petersen 2012, eq. 59</a>'
    assert "Giles 2008, sec. 3.1" in sheet.cited("giles2008extended, sec. 3.1")


def test_a_cotangent_of_one_leaves_a_formula():
    bar = parse(r"\bar y")
    pairs = [(r"\bar y\,A", "A"), (r"\bar y", "1"), (r"2\,\bar y\,\bar y", "2")]
    for before, after in [*pairs, (r"\frac{\bar y}{n} A", r"\frac{1}{n} A")]:
        assert sheet.latex(sheet._at_one(parse(before), bar)) == after

"""Every statement of the source documents is treated somewhere, and every erratum shows itself in numbers.

``statements`` is what the documents state. ``coverage`` says where the book treats it: derived, verified (by a check
or an assertion), used (a definition, a context), corrected (an erratum), or markup (a slip of typesetting only). In
``errata`` the evidence is a pair of values, as printed and as it is; ``given`` names what stands in it, in its order.
"""

import json
import re
from pathlib import Path

import notebook_rules
import numpy as np
import pytest
import statement_letters

import matcalc as mc

ROOT = Path(__file__).resolve().parent.parent
HOW = {"derived", "verified", "used", "corrected", "markup"}
KINDS = {"wrong", "condition missing", "misleading", "clash", "typo"}
TO_COME = set()


def load(name):
    return json.loads((ROOT / "appendix" / "data" / f"{name}.json").read_text(encoding="utf-8"))


STATEMENTS, COVERAGE, ERRATA = load("statements"), load("coverage"), load("errata")
CHECKS, SHEETS = load("checks"), load("standard_sheets")
# What a statement may be that has no number; a few words follow.
WITHOUT_NUMBER = ("definition", "convention", "context", "argument", "typesetting")
CHAPTERS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "chapters").glob("*.ipynb")}


def places(chapters, errata):
    """What a ``where`` may say."""
    found = {f"rule:{rule.name}" for rule in mc.RULES} | {f"errata:{entry['key']}" for entry in errata}
    for slug, notebook in chapters.items():
        text = notebook_rules.prose(notebook)
        found |= {f"{slug}#{heading}" for heading in re.findall(r"^#+ (.+?)\s*$", text, re.M)}
        found |= {f"exercise:{label}" for label in notebook_rules.LABEL.findall(text)}
    return found


PLACES = places(CHAPTERS, ERRATA)


def repeated(names):
    return sorted({name for name in names if names.count(name) > 1})


def coverage_complaints(coverage, statements, known):
    """Each entry names a statement, a way, and places that exist; a statement whose chapter exists has an entry."""
    ids, written = {s["id"] for s in statements}, {place.split("#")[0] for place in known if "#" in place}
    found = [f"{name}: covered twice" for name in repeated([entry["id"] for entry in coverage])]
    for entry in coverage:
        corrected = any(place.startswith("errata:") for place in entry["where"])
        if entry["id"] not in ids:
            found.append(f"{entry['id']}: no such statement")
        if entry["how"] not in HOW or corrected != (entry["how"] == "corrected"):
            found.append(f"{entry['id']}: {entry['how']!r} does not fit {entry['where']}")
        if not entry["where"] and entry["how"] != "markup":
            found.append(f"{entry['id']}: nowhere")
        found += [f"{entry['id']}: no place {place!r}" for place in entry["where"] if place not in known]
    missing = {s["id"] for s in statements if s["chapter"] in written} - {entry["id"] for entry in coverage}
    return found + [f"{name}: not covered" for name in sorted(missing)]


def values(entry):
    """The evidence, evaluated: two values, as printed and as it is."""
    names = {"mc": mc, "np": np}
    for name, given in entry["given"].items():
        names[name] = eval(given, names) if isinstance(given, str) else np.array(given, dtype=float)
    return [np.asarray(value, dtype=float) for value in eval(entry["evidence"], names)]


def erratum_complaints(entry, statements, coverage):
    """An erratum is about known statements that point back to it, and its two values are numbers that differ."""
    about = [s for s in statements if s["id"] in entry["ids"]]
    pointing = {c["id"] for c in coverage if f"errata:{entry['key']}" in c["where"]}
    found = [] if len(about) == len(entry["ids"]) else ["an id is no statement"]
    found += [] if pointing == set(entry["ids"]) else [f"coverage points here from {sorted(pointing)}"]
    found += [] if entry["kind"] in KINDS else [f"the kind {entry['kind']!r} is not in the list"]
    for part in ("document", "section"):
        if entry[part] != "; ".join(dict.fromkeys(s[part] for s in about)):
            found.append(f"the {part} is not that of its statements")
    if "lambda" in entry["evidence"] or not all(entry[part] for part in ("printed", "right", "condition", "shows")):
        found.append("a part is empty, or the evidence is not a plain expression")
    printed, right = values(entry)
    if not (np.isfinite(printed).all() and np.isfinite(right).all()):
        found.append("the evidence is not finite")
    elif printed.shape == right.shape and np.allclose(printed, right, rtol=0.01, atol=0):
        found.append(f"the evidence shows no difference: {printed} and {right}")
    return found


def test_the_statements_are_those_of_the_documents():
    assert len(STATEMENTS) == 408
    assert repeated([name for s in STATEMENTS for name in (s["id"], *s.get("also", ()))]) == []
    assert {s["chapter"] for s in STATEMENTS} <= set(CHAPTERS) | TO_COME


def test_every_statement_of_a_written_chapter_is_treated():
    assert coverage_complaints(COVERAGE, STATEMENTS, PLACES) == []


def test_errata_have_keys_of_their_own():
    assert repeated([entry["key"] for entry in ERRATA]) == []


@pytest.mark.parametrize("entry", ERRATA, ids=lambda entry: entry["key"])
def test_an_erratum_shows_itself_in_numbers(entry):
    assert erratum_complaints(entry, STATEMENTS, COVERAGE) == []


def check_complaints(checks, statements, coverage):
    """Every statement is evaluated, here or as an erratum, or says why it has no number."""
    corrected = {entry["id"] for entry in coverage if entry["how"] == "corrected"}
    found = [f"{name}: no such statement" for name in set(checks) - {s["id"] for s in statements}]
    found += [f"{s['id']}: not checked" for s in statements if s["id"] not in corrected | set(checks)]
    for name, check in checks.items():
        if set(check) == {"why"} and not check["why"].startswith(WITHOUT_NUMBER):
            found.append(f"{name}: {check['why']!r} does not say what kind of statement it is")
        elif set(check) not in ({"why"}, {"left", "right"}):
            found.append(f"{name}: neither two sides nor a reason")
    return sorted(found)


def agree(check):
    """Whether both sides of a statement have one shape and one value."""
    left, right = statement_letters.sides(check)
    return len(left) == len(right) and all(
        p.shape == q.shape and np.allclose(p, q, rtol=1e-6, atol=1e-7) for p, q in zip(left, right, strict=True)
    )


def sheet_complaints(entries, known):
    """Every formula of the standard sheets leads to places of the book: a rule, a chapter."""
    slugs = {place.split("#")[0] for place in known if "#" in place}
    return [f"{e['id']}: no place {w!r}" for e in entries for w in e["where"] or [""] if w not in known | slugs]


def test_every_statement_is_checked_or_says_why_not():
    assert check_complaints(CHECKS, STATEMENTS, COVERAGE) == []


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if "left" in check])
def test_a_statement_holds_in_numbers(name):
    assert agree(CHECKS[name])


def test_every_formula_of_the_standard_sheets_leads_somewhere():
    assert sheet_complaints(SHEETS, PLACES) == []


# The rules themselves are tested with small things that break them.

STATED = [{"id": "s1", "chapter": "inverse", "document": "d", "section": "s"}]
COVERED = {"id": "s1", "where": ["inverse#Recap", "errata:key"], "how": "corrected"}
NOTED = dict.fromkeys(["printed", "right", "condition", "shows"], "x") | {"key": "key", "ids": ["s1"], "kind": "typo"}
NOTED |= {"document": "d", "section": "s", "given": {"x": [1, 2], "y": "2 * x"}, "evidence": "x, y"}
WRONG_COVERAGE = [
    ([COVERED | {"id": "s2"}], "s2: no such statement"),
    ([COVERED, COVERED], "s1: covered twice"),
    ([COVERED | {"where": ["inverse#Nothing", "errata:key"]}], "s1: no place 'inverse#Nothing'"),
    ([COVERED | {"where": ["rule:nothing", "errata:key"]}], "s1: no place 'rule:nothing'"),
    ([COVERED | {"where": ["errata:nothing"]}], "s1: no place 'errata:nothing'"),
    ([COVERED | {"how": "derived"}], "s1: 'derived' does not fit"),
    ([COVERED | {"where": ["inverse#Recap"]}], "s1: 'corrected' does not fit"),
    ([{"id": "s1", "where": [], "how": "used"}], "s1: nowhere"),
    ([], "s1: not covered"),
]
WRONG_ERRATA = [
    ({"ids": ["s1", "s2"]}, "no statement"),
    ({"key": "other"}, "coverage points here from []"),
    ({"kind": "ugly"}, "'ugly' is not in the list"),
    ({"section": "t"}, "the section is not"),
    ({"shows": ""}, "a part is empty"),
    ({"given": {"x": [1, 2], "y": "x + 0"}}, "shows no difference"),
    ({"evidence": "x, x / np.inf * np.inf"}, "not finite"),
]
WRONG_CHECKS = [
    ({}, "s1: not checked"),
    ({"s1": {"why": "context"}, "s2": {"why": "context"}}, "s2: no such statement"),
    ({"s1": {"why": "we know"}}, "does not say what kind"),
    ({"s1": {"left": "1"}}, "neither two sides"),
]
KNOWN = places({"inverse": CHAPTERS["inverse"]}, [NOTED])


def test_right_data_are_left_alone():
    assert coverage_complaints([COVERED], STATED, KNOWN) == []
    assert coverage_complaints([], [STATED[0] | {"chapter": "to_come"}], KNOWN) == []
    assert erratum_complaints(NOTED, STATED, [COVERED]) == []


@pytest.mark.parametrize(("coverage", "complaint"), WRONG_COVERAGE)
def test_wrong_coverage_is_seen(coverage, complaint):
    assert any(complaint in said for said in coverage_complaints(coverage, STATED, KNOWN))


@pytest.mark.parametrize(("change", "complaint"), WRONG_ERRATA)
def test_a_wrong_erratum_is_seen(change, complaint):
    with np.errstate(invalid="ignore"):
        assert any(complaint in said for said in erratum_complaints(NOTED | change, STATED, [COVERED]))


@pytest.mark.parametrize(("checks", "complaint"), WRONG_CHECKS)
def test_a_missing_check_is_seen(checks, complaint):
    assert check_complaints({"s1": {"left": "1", "right": "1"}}, STATED, []) == []
    assert check_complaints({}, STATED, [COVERED]) == []
    assert any(complaint in said for said in check_complaints(checks, STATED, []))


@pytest.mark.parametrize("right", ["B @ A", "(A @ B).T", "A[:2] @ B", "A @ B, A"])
def test_a_false_statement_is_seen(right):
    assert agree({"left": "A @ B", "right": "A @ B"})
    assert not agree({"left": "A @ B", "right": right})


def test_a_formula_that_leads_nowhere_is_seen():
    assert sheet_complaints([{"id": "f", "where": ["rule:inverse", "inverse"]}], KNOWN) == []
    assert sheet_complaints([{"id": "f", "where": []}], KNOWN) == ["f: no place ''"]
    assert sheet_complaints([{"id": "f", "where": ["rule:nothing"]}], KNOWN) == ["f: no place 'rule:nothing'"]

"""From an answer to a diagnosis: right first, then the simple hypotheses, then the special ones."""

from __future__ import annotations

import numpy as np

from ..spaces import shape_of, text
from .case import CLOSE
from .diagnosis import Diagnosis
from .entries import by_input, by_output
from .extras import by_extra
from .layouts import OWN, TURNED, WORDS
from .linear import not_linear
from .misfits import swapped, wrong_shape
from .relations import by_relatives, by_whole, scaled
from .runs import arranged, collected
from .search import by_terms, pairs, single
from .special import where_right
from .words import both, say

SMALL, ROUNDING = 1.01e-2, 1e-5


def judge(answer, places, relatives=None):
    """The diagnosis of an answer at places of one rule, or of one linear map."""
    runs = collected(answer, places)
    if isinstance(runs, Diagnosis):
        return (runs.kind == "raises" and swapped(answer, places)) or runs
    cases = arranged(answer, places, runs)
    if not cases:
        return swapped(answer, places) or wrong_shape(answer, places, runs)
    for name, case in cases.items():
        if case.gap <= CLOSE:
            return accepted(answer.view, name, case)
    evidence = {"gap": min(case.gap for case in cases.values()), "points": len(places)}
    with np.errstate(all="ignore"):  # hypotheses may overflow or divide by zero where they do not fit
        found = named(answer, cases, places[0].rule, relatives)
    return found.but(evidence=evidence | found.evidence)


def accepted(view, name, case):
    """A right answer, in the book's layout or in another one."""
    evidence = {"gap": case.gap, "points": len(case.rows)}
    if name == OWN:
        return Diagnosis("correct", f"correct: relative difference {case.gap:.0e}", {}, evidence)
    shape = shape_of(case.rows[0][0].place.X if case.pulled else case.rows[0][0].place.Y)
    if name == TURNED:
        return say("transposed", "right up to a transpose of the result", {"how": "shape"}, evidence)
    own = {"gradient": "the gradient has the shape of X", "jacobian": "the Jacobian J has vec(dY) = J vec(dX)"}
    message = f"correct, in another layout: {WORDS[name]}. In this book {own.get(view, 'it has another shape')}"
    if name == "numerator":
        message = "right up to a transpose: your answer is (∇f)ᵀ, the derivative in numerator layout. Here the " \
                  "gradient has the shape of X"
    message += f", {text(shape)}" if view == "gradient" else ""
    return Diagnosis("correct_other_layout", message, {"layout": name}, evidence)


def named(answer, cases, rule, relatives):
    """The simplest mistake that gives the answer at all places; two where it takes two."""
    first = next(iter(cases.values()))
    moves = answer.view in ("differential", "adjoint") and first.off > SMALL
    if moves and (found := not_linear(answer, first.rows[0])):
        return found
    turned = OWN not in cases and TURNED in cases
    if OWN in cases:
        cases = {name: case for name, case in cases.items() if name != TURNED}
    tries = [(_scaled, list(cases.values())), *((search, list(cases.values())[:2]) for search in (_one, _two))]
    for search, some in tries:
        for case in some:
            if found := search(answer, case, rule, relatives or {}):
                flipped = say("transposed", "the result is transposed", {"how": "shape"})
                return both([flipped, found]) if turned else found
    return small_or_unknown(first)


def _scaled(answer, case, rule, relatives):
    return scaled(case)


def _one(answer, case, rule, relatives):
    """Hypotheses one after the other: the whole map, the terms of the formula, other functions, entries."""
    looked_at = _looked_at(case)
    return (
        (looked_at is not case and scaled(looked_at))
        or by_whole(looked_at, rule)
        or by_terms(case, rule)
        or single(case, rule)
        or by_relatives(case, relatives)
        or by_extra(case)
        or by_output(looked_at)
        or by_input(answer, case)
        or None
    )


def _looked_at(case):
    """The one part of a tuple that is wrong, or all."""
    wrong = case.wrong_parts()
    return case.only(wrong[0]) if len(wrong) == 1 else case


def _two(answer, case, rule, relatives):
    """Two mistakes, a term too many, and points at which the answer is right."""
    if case.off <= ROUNDING:
        return None
    return (
        by_terms(case, rule, most=2)
        or by_whole(_looked_at(case), rule, with_factor=True)
        or single(case, rule, most=2)
        or pairs(case, rule)
        or _special(answer, rule)
    )


def _special(answer, rule):
    if rule is None:
        return None
    found = where_right(answer, rule, np.random.default_rng(11))
    return say(found[0], found[1], {"tried": 3}) if found else None


TRIED = (
    "sign, factor, transposes, symmetry, the diagonal, the adjoint, terms and factors of the formula, other functions, "
    "special points, single entries"
)


def small_or_unknown(case):
    """What is left when no hypothesis gives the answer."""
    off = case.off
    if off <= SMALL and case.gap < 1:
        looks = "it looks like a difference quotient or rounding" if off <= 10 * ROUNDING else "look for a small slip"
        return say("small_error", f"nearly right: off by {100 * off:.2g} % of its size; {looks}", {"relative": off})
    where = "" if case.view == "array" else " at a generic point"
    message = f"not equal: off by {100 * case.gap:.3g} % of its size{where}"
    return say("unknown", message, {"tried": TRIED})


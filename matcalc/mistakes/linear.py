"""Whether an answer is linear in the direction, as every derivative is; if not, how it fails."""

from __future__ import annotations

import numpy as np

from ..spaces import norm, shape_of, step, vec
from .case import CLOSE
from .diagnosis import Diagnosis
from .points import times
from .words import say

LOOSE = 1e-6  # less than that is rounding of a difference quotient, not a mistake of this kind


def not_linear(answer, row):
    """The diagnosis of an answer that is constant, quadratic or otherwise not linear in dX; else None."""
    at, z = row[0].place, row[0].z
    once, other = row[0].given, row[1].given
    runs = [answer.run(at, w) for w in (times(2.0, z), times(0.0, z), step(z, 1.0, row[1].z))]
    if isinstance(runs[1], Diagnosis):  # such as an inverse of dX
        runs[1] = times(0.0, once)
    if any(isinstance(given, Diagnosis) or shape_of(given) != shape_of(once) for given in runs):
        return None
    one, two, twice, zero, both = (vec(value) for value in (once, other, *runs))
    size = max(map(norm, (one, two, both)))
    near = lambda A, B: norm(A - B) <= LOOSE * size
    if size == 0 or (near(twice, 2 * one) and near(both, one + two)):
        return None
    increment = _increment(at, z)
    tests = {
        "constant": near(one, two) and near(one, zero),
        "quadratic": near(twice, 4 * one) and near(zero, 0 * zero),
        "affine": near(twice - zero, 2 * (one - zero)) and near(both - zero, one + two - 2 * zero),
        "increment": increment is not None and near(one, increment),
    }
    return _said(next((how for how, holds in tests.items() if holds), "other"), at, once)


SENTENCES = {
    "constant": "your answer does not depend on the direction: it must be linear in it",
    "quadratic": "your answer is quadratic in the direction: twice the direction must give twice the change, not four "
                 "times",
    "affine": "your answer is not zero for the direction zero: something is added that does not move",
    "increment": "your answer is F(X + dX) − F(X), the whole change: the derivative is the part of it that is linear "
                 "in dX",
    "other": "your answer is not linear in the direction: twice the direction must give twice the change, and the sum "
             "of two directions the sum",
}


def _increment(at, z):
    """F(X + z) − F(X), where there is one."""
    try:
        return vec(at.rule(step(at.X, 1.0, z))) - vec(at.Y)
    except (ValueError, ArithmeticError, AttributeError, TypeError):
        return None


def _said(how, at, given):
    """The sentence; the value of the function itself is told as that."""
    if how == "constant" and shape_of(given) == shape_of(at.Y) and _near(given, at.Y):
        message = "your answer is the value F(X) and does not depend on the direction"
        return say("not_linear", message, {"how": how, "is": "the value"})
    return say("not_linear", SENTENCES[how], {"how": how})


def _near(A, B):
    return bool(norm(np.subtract(vec(A), vec(B))) <= CLOSE * norm(B))

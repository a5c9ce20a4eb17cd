"""Special points: where a wrong answer is right tells what it takes for granted."""

from __future__ import annotations

import numpy as np

from ..spaces import norm, shape_of, size, unvec, vec
from .case import CLOSE, distance
from .diagnosis import Diagnosis
from .points import place
from .whole import square

SENTENCES = {
    "symmetric_only": "right only if X is symmetric",
    "commuting_only": "right only if X and its change commute: X dX = dX X",
    "diagonal_only": "right only if everything is diagonal",
    "scalar_rule": "right for numbers, 1×1 matrices, only: it is the rule of numbers",
}


def where_right(answer, rule, rng):
    """The most general kind of special point at which a wrong answer is right, and a sentence; or None.

    Each kind is tried at three points. Rules of one size, of tuples and of symmetric points have fewer kinds.
    """
    pulled = answer.view in ("adjoint", "gradient")
    for kind, make in SPECIAL.items():
        made = (make(rule, n, rng, pulled) for n in (3, 4, 3))
        if all(pair is not None and _right(answer, rule, *pair, rng) for pair in made):
            return kind, SENTENCES[kind]
    return None


def _right(answer, rule, X, z, rng):
    """Whether the answer, in the book's layout, is right at X along z; along a generic direction if z is None."""
    try:
        at = place(rule, X, rng)
    except (ValueError, ArithmeticError):
        return False
    pulled = answer.view in ("adjoint", "gradient")
    if answer.view == "gradient" or (z is not None and shape_of(z) != shape_of(at.Y if pulled else at.X)):
        z = 1.0 if answer.view == "gradient" else at.cotangents[0]
    elif z is None:
        z = (at.cotangents if pulled else at.tangents)[0]
    right = at.dF.pull(z) if pulled else at.dF.push(z)
    given = _in_shape(answer, at, z)
    same = given is not None and shape_of(given) == shape_of(right) and norm(right) > 0
    return same and distance(vec(given), vec(right)) <= CLOSE


def _in_shape(answer, at, z):
    """What the answer gives along z; None if that is no point of the right kind."""
    given = answer.run(at, z)
    if isinstance(given, Diagnosis):
        return None
    if answer.view == "jacobian":
        fits = np.shape(given) == (size(shape_of(at.Y)), size(shape_of(at.X)))
        return unvec(given @ vec(z), shape_of(at.Y)) if fits else None
    return given


def _generic(rule, n, rng):
    """A generic square point that is not symmetric by nature, or None."""
    try:
        X = rule.domain.sample(rng, n)
    except (ValueError, IndexError):
        return None
    return X if square(X) else None


def _symmetric(rule, n, rng, pulled):
    X = _generic(rule, n, rng)
    if X is None or np.allclose(X, X.T):
        return None
    return X + X.T + np.diag(rng.uniform(0.1, 0.2, len(X))), None


def _commuting(rule, n, rng, pulled):
    """A direction that is a polynomial of X; of Xᵀ where it is a cotangent."""
    X = _generic(rule, n, rng)
    if X is None:
        return None
    Z, (a, b, c) = X.T if pulled else X, rng.standard_normal(3)
    return X, a * np.eye(len(X)) + b * Z + c * Z @ Z


def _diagonal(rule, n, rng, pulled):
    X = _generic(rule, n, rng)
    if X is None:
        return None
    return np.diag(rng.uniform(0.5, 2, len(X))), np.diag(rng.standard_normal(len(X)))


def _number(rule, n, rng, pulled):
    try:
        X = rule.domain.sample(rng, 1)
    except (ValueError, IndexError):
        return None
    return (X, None) if shape_of(X) == (1, 1) else None


SPECIAL = {
    "symmetric_only": _symmetric,
    "commuting_only": _commuting,
    "diagonal_only": _diagonal,
    "scalar_rule": _number,
}

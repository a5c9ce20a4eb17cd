"""Random points where a function has a value: every dimension different, nothing special by accident."""

from __future__ import annotations

import numpy as np

from ..expressions.dims import letters, worth
from ..expressions.tree import ExpressionError, bound, symbols
from ..expressions.unify import dims_in
from ..expressions.values import Evaluation
from ..samples import positive_definite, symmetric, well_conditioned
from .errors import CannotDerive

TRIES = 60
MOST = 12  # rows or columns: with more, a Jacobian is no small matrix
MODES = ("plain", "positive", "definite")


def point(expr, rng, usable=lambda given: None, also=()):
    """{name: matrix} where ``expr`` is finite and of moderate size; CannotDerive where none is found.

    ``usable(given)`` raises ExpressionError where other things that are needed have no value; ``also`` are letters
    that are wanted though they may not stand in ``expr``.
    """
    leaves = {leaf.parts[0]: leaf for leaf in also} | symbols(expr)
    for index in bound(expr):
        leaves.pop(index, None)
    names = sorted({f for part in (expr, *also) for dim in dims_in(part) for f in letters(dim)})
    whole, complaint = exponents(expr), None
    smallest = max(least(leaves.values()), min(places(expr), MOST))
    for attempt in range(TRIES):
        sizes = rng.permutation(np.arange(smallest, smallest + max(len(names), 3)))
        known = dict(zip(names, map(int, sizes), strict=False))
        given = {name: sample(leaf, known, rng, MODES[attempt % 3], name in whole)
                 for name, leaf in leaves.items()}  # fmt: skip
        try:
            found = Evaluation.of(expr, given, None, also)(expr)
            usable(given)
        except (ExpressionError, np.linalg.LinAlgError) as error:
            complaint = error
            continue
        if 1e-9 < np.abs(found).max() < 1e6:
            return given
        complaint = "its values are all zero" if np.abs(found).max() <= 1e-9 else "its values are huge"
    if complaint == "its values are all zero":
        return given
    raise CannotDerive(f"{expr}: no point was found at which it has a value, so no line could be checked ({complaint})")


def least(leaves):
    """The least dimension: a 2×2 reflection has trace 0."""
    return 2 + any(leaf.parts[1] == "orthogonal" for leaf in leaves)


def places(expr):
    """The largest row or column of which an entry is taken."""
    own = max(expr.parts[1:]) if expr.head == "entry" else 0
    return max([own, *map(places, expr.children)])


def exponents(expr):
    """The letters that stand in the exponent of a matrix: whole numbers."""
    own = set(symbols(expr.parts[1])) if expr.head == "^" and not expr.is_scalar else set()
    return own.union(*map(exponents, expr.children))


def sample(leaf, known, rng, mode, whole=False):
    """A matrix for a letter, by its structure; ``mode`` says what the function seems to need."""
    m, n = (worth(dim, known) for dim in leaf.shape)
    kind = leaf.parts[1]
    if whole:
        return np.array([[float(rng.integers(2, 6))]])
    if kind:
        return STRUCTURED[kind](rng, n, mode)
    if leaf.is_scalar:
        return rng.uniform(0.4, 1.6, (1, 1))
    if mode == "positive":
        return rng.uniform(0.2, 1.2, (m, n))
    if m != n:
        return rng.standard_normal((m, n))
    if mode == "definite":  # xᵀAx > 0 and det A > 0, but A is not symmetric
        skew = rng.standard_normal((n, n))
        return positive_definite(rng, n) + (skew - skew.T) / 4
    return well_conditioned(rng, n)


def _symmetric(rng, n, mode):
    if mode == "positive":
        S = rng.uniform(0.2, 1.2, (n, n))
        return (S + S.T) / 2
    return positive_definite(rng, n) if mode == "definite" else symmetric(rng, n)


def _diagonal(rng, n, mode):
    signs = 1 if mode != "plain" else rng.choice([-1, 1], n)
    return np.diag(rng.uniform(0.4, 1.6, n) * signs)


STRUCTURED = {
    "symmetric": _symmetric,
    "positive definite": lambda rng, n, mode: positive_definite(rng, n),
    "diagonal": _diagonal,
    "orthogonal": lambda rng, n, mode: np.linalg.qr(rng.standard_normal((n, n)))[0],
}


def direction(leaf, X, rng):
    """A tangent at X: symmetric, diagonal or X Ω where X is structured, else anything of its shape."""
    dX = rng.standard_normal(X.shape)
    kind = leaf.parts[1]
    if kind in ("symmetric", "positive definite"):
        return (dX + dX.T) / 2
    if kind == "diagonal":
        return np.diag(np.diag(dX))
    return X @ (dX - dX.T) / 2 if kind == "orthogonal" else dX

"""Values of the matrix exponential and its derivative, of sums over an index, and of what only derivations write."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from ..spaces import commutation, unvec, vec
from .node import ExpressionError

TINY = 1e-60  # a complex step: no subtraction, so it may be as small as it likes


def ahead(at, expr):
    """d(Y): the slope of the value of Y along the given tangents, from values alone."""
    if at.ahead is None:
        at.ahead = at.moved(TINY)
    return np.imag(at.ahead(expr.parts[0])) / TINY


def _blocks(at, expr):
    """G as an array of blocks G[i, :, j, :] of the size of the second factor of ⊗."""
    A, G = map(at, expr.parts)
    rows, columns = at.shape(expr)
    if expr.head == "blocksum":
        return A, G.reshape(A.shape[0], rows, A.shape[1], columns)
    return A, G.reshape(rows, A.shape[0], columns, A.shape[1])


def blocksum(at, expr):
    return np.einsum("ij,iajb->ab", *_blocks(at, expr))


def blockinner(at, expr):
    return np.einsum("ab,iajb->ij", *_blocks(at, expr))


def selection(at, expr):
    """Column i is e_i ⊗ e_i: vec(diag(x)) = E x."""
    n = at.size(expr.parts[0])
    return np.eye(n * n)[:, :: n + 1]


def frechet_matrix(at, expr):
    """The matrix of dX ↦ L(X, dX), column by column."""
    X = at(expr.parts[0])
    n = len(X)
    found = []
    for unit in np.eye(n * n):
        E = unvec(unit, (n, n))
        found.append(vec(la.expm(np.block([[X, E], [np.zeros_like(X), X]]))[:n, n:]))
    return np.stack(found, axis=1)


def frechet(at, expr):
    """The corner of the exponential of [[X, dX], [0, X]]: right for complex matrices too."""
    X, dX = map(at, expr.parts)
    n = len(X)
    return la.expm(np.block([[X, dX], [np.zeros_like(X), X]]))[:n, n:]


def expm(at, expr):
    return la.expm(at(expr.parts[0]))


def sigma(at, expr):
    """Σ over a whole index from first to last, the index being a letter of the body."""
    index, first, last, body = expr.parts
    first, last = (round(np.real(at(end)[0, 0])) for end in (first, last))
    if last < first - 1:
        raise ExpressionError(f"{expr}: the sum runs from {first} to {last}; the exponent must be at least 0")
    return sum((at.inside(index, r)(body) for r in range(first, last + 1)), np.zeros(at.shape(expr)))


def commuting(at, expr):
    return commutation(*map(at.size, expr.parts))


RULES = {
    "d": ahead, "blocksum": blocksum, "blockinner": blockinner, "selection": selection, "commutation": commuting,
    "expm": expm, "frechet": frechet, "frechet_matrix": frechet_matrix, "sigma": sigma,
}  # fmt: skip

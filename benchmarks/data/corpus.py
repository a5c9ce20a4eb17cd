"""Right and wrong derivatives, each written once for every library: the value, the differential and the adjoint.

``k`` holds what libraries name differently: ``k.inv`` and ``k.array``. Everything else is ``@``, ``.T``, ``*`` and
``.sum()``, which NumPy, JAX, PyTorch and autograd share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Claim:
    """A function of a matrix, ``f(k, X)``, and what is claimed: ``push(k, X, dX)`` and ``pull(k, X, Yb)``."""

    name: str
    f: Any
    push: Any
    pull: Any
    number: bool = False
    symmetric: bool = False  # whether it is tried at a symmetric X


def gradient(name, f, grad, symmetric=False):
    """A claim about a number-valued function, by its gradient."""
    return Claim(name, f, lambda k, X, dX: (grad(k, X) * dX).sum(), lambda k, X, y: y * grad(k, X), True, symmetric)


def constants(k, n):
    """A matrix and data that do not move."""
    A, T = np.random.default_rng(n).standard_normal((2, n, n))
    return k.array(A), k.array(T)


def inverse(k, X):
    return k.inv(X)


def cube(k, X):
    return X @ X @ X


def square(k, X):
    return X @ X


def squares(k, X):
    return (X * X).sum()


def trace_of_cube(k, X):
    return ((X @ X) * X.T).sum()


def mean_squares(k, X):
    A, T = constants(k, len(X))
    return ((X @ A - T) ** 2).sum() / len(X)


def variance(k, X):
    return ((X - X.sum(0) / len(X)) ** 2).sum() / len(X)


def residual(k, X):
    A, T = constants(k, len(X))
    return 2 * (X @ A - T) @ A.T


def centred(k, X):
    return 2 * (X - X.sum(0) / len(X))


def one_entry(n):
    """d(X⁻¹) whose Jacobian has one entry that is off by a thousandth of itself."""
    (a, b), (i, j) = np.random.default_rng(n).integers(0, n, (2, 2))

    def spot(k, row, column):
        E = np.zeros((n, n))
        E[row, column] = 1e-3
        return k.array(E)

    def push(k, X, dX):
        Y = k.inv(X)
        return -Y @ dX @ Y - spot(k, a, b) * (Y[a, i] * Y[j, b] * dX[i, j])

    def pull(k, X, Yb):
        Y = k.inv(X)
        return -Y.T @ Yb @ Y.T - spot(k, i, j) * (Y[a, i] * Y[j, b] * Yb[a, b])

    return Claim("one entry off by 1e-3", inverse, push, pull)


def sandwich(left, right):
    """The two sides of −Y dX Y with a mistake each in between: push and pull of an inverse."""
    return {"push": lambda k, X, dX: left(k.inv(X), dX), "pull": lambda k, X, Yb: right(k.inv(X), Yb)}


def faults(n):
    """The ten classes of mistakes."""
    return [
        Claim("sign", inverse, **sandwich(lambda Y, d: Y @ d @ Y, lambda Y, b: Y.T @ b @ Y.T)),
        Claim("transpose", inverse, **sandwich(lambda Y, d: -Y @ d.T @ Y, lambda Y, b: -Y @ b.T @ Y)),
        gradient("factor", squares, lambda k, X: X),
        Claim("order", inverse, **sandwich(lambda Y, d: -d @ Y @ Y, lambda Y, b: -b @ Y.T @ Y.T)),
        Claim("missing term", cube, lambda k, X, d: d @ X @ X + X @ X @ d,
              lambda k, X, b: b @ (X @ X).T + (X @ X).T @ b),
        one_entry(n),
        gradient("right only for symmetric X", trace_of_cube, lambda k, X: 3 * X @ X, symmetric=True),
        gradient("1/m dropped", mean_squares, residual),
        gradient("1/(m−1) for 1/m", variance, lambda k, X: centred(k, X) / (len(X) - 1)),
        Claim("elementwise", inverse, lambda k, X, d: -d / X**2, lambda k, X, b: -b / X**2),
    ]


def right():
    """Ten right derivatives."""
    return [
        Claim("inverse", inverse, **sandwich(lambda Y, d: -Y @ d @ Y, lambda Y, b: -Y.T @ b @ Y.T)),
        Claim("square", square, lambda k, X, d: X @ d + d @ X, lambda k, X, b: X.T @ b + b @ X.T),
        Claim("cube", cube, lambda k, X, d: d @ X @ X + X @ d @ X + X @ X @ d,
              lambda k, X, b: b @ (X @ X).T + X.T @ b @ X.T + (X @ X).T @ b),
        Claim("XᵀX", lambda k, X: X.T @ X, lambda k, X, d: d.T @ X + X.T @ d, lambda k, X, b: X @ (b + b.T)),
        Claim("AXᵀ", lambda k, X: constants(k, len(X))[0] @ X.T, lambda k, X, d: constants(k, len(X))[0] @ d.T,
              lambda k, X, b: b.T @ constants(k, len(X))[0]),
        gradient("squares", squares, lambda k, X: 2 * X),
        gradient("norm", lambda k, X: squares(k, X) ** 0.5, lambda k, X: X / squares(k, X) ** 0.5),
        gradient("trace of the cube", trace_of_cube, lambda k, X: 3 * (X @ X).T),
        gradient("trace of the inverse", lambda k, X: (k.inv(X) * k.array(np.eye(len(X)))).sum(),
                 lambda k, X: -(k.inv(X) @ k.inv(X)).T),
        gradient("mean squares", mean_squares, lambda k, X: residual(k, X) / len(X)),
    ]  # fmt: skip


def generic(rng, n, condition=10.0, scale=1.0, symmetric=False):
    """A matrix of this condition number and largest singular value, its singular vectors at random."""
    left, other = (np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
    values = scale * np.geomspace(1, 1 / condition, n)
    return (left * values) @ (left.T if symmetric else other)

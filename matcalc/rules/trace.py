"""Traces of products: a trace is linear and lets a product turn around, so dX can always come to stand last."""

from __future__ import annotations

import numpy as np

from ..domains import INVERTIBLE, SQUARE, DomainError, matrices_of_shape, near_singular
from ..formula import Formulas
from ..linear_map import functional
from ..rule import Rule
from ..spaces import ShapeError, as_point, shape_of, text


def trace_product(A):
    """f(X) = tr(AX), X of size m×n. It is linear: df = tr(A dX), and the gradient is Aᵀ, not A.

    ShapeError if A is not a matrix; it is n×m.
    """
    A = as_point(A, "trace_product: A")
    if np.ndim(A) != 2:
        raise ShapeError(f"trace_product: expected a matrix A of shape n×m, got {text(shape_of(A))}")
    df = functional(A.T)
    return Rule(
        name="trace_product",
        f=lambda X: np.trace(A @ X),
        linearize=lambda X: ((A.T * X).sum(), df),  # n·m multiplications: only the diagonal of AX is needed
        domain=matrices_of_shape(*A.T.shape),
        formulas=Formulas(
            value=r"\operatorname{tr}(A X)",
            differential=r"\operatorname{tr}(A\,\mathrm dX)",
            adjoint=r"\bar y\,A^{\top}",
            jacobian=r"\operatorname{vec}(A^{\top})^{\top}",
            result="y",
            constants={"A": A},
            shapes={"A": "n×m", "X": "m×n"},
        ),
        source="petersen2012, eq. 100",
        second_at=lambda X: lambda dX, dZ: 0.0,
    )


def trace_quadratic(A, B):
    """f(X) = tr(A X B Xᵀ), X of size m×n: one term for each of the two places of dX.

    A is m×m, B is n×n; neither need be symmetric. If none is zero, the short form 2AXB is the gradient
    at every X only if both are symmetric, or both antisymmetric. ShapeError if A or B is not square.
    """
    A, B = as_point(A, "trace_quadratic: A"), as_point(B, "trace_quadratic: B")
    if not all(np.ndim(part) == 2 and part.shape[0] == part.shape[1] for part in (A, B)):
        raise ShapeError(f"trace_quadratic: expected square matrices A and B, got {text(shape_of((A, B)))}")
    hessian = lambda X: A @ X @ B + A.T @ X @ B.T  # f is quadratic: its gradient is its Hessian, applied to X
    return Rule(
        name="trace_quadratic",
        f=lambda X: np.trace(A @ X @ B @ X.T),
        linearize=_half_of_it(hessian),
        domain=matrices_of_shape(len(A), len(B)),
        formulas=Formulas(
            value=r"\operatorname{tr}(A X B X^{\top})",
            differential=r"\operatorname{tr}(A\,\mathrm dX\,B X^{\top}) + \operatorname{tr}(A X B\,\mathrm dX^{\top})",
            adjoint=r"\bar y\,(A X B + A^{\top} X B^{\top})",
            jacobian=r"\operatorname{vec}(A X B + A^{\top} X B^{\top})^{\top}",
            result="y",
            constants={"A": A, "B": B},
            shapes={"A": "m×m", "X": "m×n", "B": "n×n"},
        ),
        source="petersen2012, eq. 118",
        second_at=lambda X: lambda dX, dZ: (hessian(dX) * dZ).sum(),
    )


def _half_of_it(hessian):
    """Euler: a function of degree two is half the inner product of X with its gradient."""

    def quadratic_at(X):
        G = hessian(X)
        return (G * X).sum() / 2, functional(G)

    return quadratic_at


def trace_power(k):
    """f(X) = tr(Xᵏ) for a whole number k of either sign; X is n×n, invertible if k < 0.

    The k places of dX all give the same trace, so the gradient is k (Xᵀ)ᵏ⁻¹, as for numbers but
    for the transpose. TypeError if k is not a whole number.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise TypeError(f"trace_power: expected a whole number k, got {k!r}")
    k = int(k)
    return Rule(
        name=f"trace_power({k})",
        f=lambda X: np.trace(np.linalg.matrix_power(X, k)),
        linearize=lambda X: _power_at(X, k),
        domain=SQUARE if k >= 0 else INVERTIBLE,
        formulas=_printed(k),
        source="petersen2012, eq. 121",
        second_at=lambda X: _second_of_power(X, k),
    )


def _power_at(X, k):
    """tr(Xᵏ) = tr(Xᵏ⁻¹ X), and the gradient, from one power."""
    if k == 0:  # Xᵏ⁻¹ need not exist, but nothing moves
        return float(len(X)), functional(np.zeros_like(X))
    if k > 0:
        P = np.linalg.matrix_power(X, k - 1)
        return (P.T * X).sum(), functional(k * P.T)
    Y = _inverse(X)
    P = np.linalg.matrix_power(Y, -k)
    return np.trace(P), functional(k * (P @ Y).T)


def _inverse(X):
    """X⁻¹, or DomainError: the powers of it are what is wanted here, so no solve can take its place."""
    Y = np.linalg.inv(X)
    if complaint := near_singular(1 / (np.linalg.norm(X, 1) * np.linalg.norm(Y, 1))):
        raise DomainError(complaint)
    return Y


def _second_of_power(X, k):
    """k tr(d(Xᵏ⁻¹) dX): the second tangent enters Xᵏ⁻¹ at each of its places."""
    if k >= 0:
        factor, powers = k, _powers(X, np.eye(len(X)), k - 1)
    else:
        Y = _inverse(X)
        factor, powers = -k, _powers(Y, Y, 1 - k)
    pairs = list(zip(powers, reversed(powers), strict=True))
    return lambda dX, dZ: factor * sum((((before @ dZ @ after).T * dX).sum() for before, after in pairs), 0.0)


def _powers(X, first, count):
    """first, first X, first X², …: as many as asked for, none if the count is not positive."""
    powers = [first][:max(count, 0)]
    while len(powers) < count:
        powers.append(powers[-1] @ X)
    return powers


def _printed(k):
    if k == 0:
        return Formulas(
            value=r"\operatorname{tr}(I_n)",
            differential=r"0\,\operatorname{tr}(\mathrm dX)",
            adjoint=r"0\,\bar y\,I_n",
            jacobian=r"0\,\operatorname{vec}(I_n)^{\top}",
            result="y",
            shapes={"X": "n×n"},
        )
    return Formulas(
        value=r"\operatorname{tr}(X^{k})",
        differential=r"k\,\operatorname{tr}(X^{k-1}\,\mathrm dX)",
        adjoint=r"\bar y\,k\,(X^{\top})^{k-1}",
        jacobian=r"k\,\operatorname{vec}((X^{\top})^{k-1})^{\top}",
        result="y",
        constants={"k": k},
        shapes={"X": "n×n"},
    )

"""Named sets of inputs: who belongs, a generic member, a direction to move in, a point just outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from .samples import gaussian, positive_definite, rank_deficient, symmetric, symmetric_gaussian, well_conditioned
from .spaces import as_point, quiet, shape_of, text


class DomainError(ValueError):
    """A point outside the domain of a rule: says which rule, which domain and what was wrong."""

    def __init__(self, reason, rule=None, domain=None):
        self.reason, self.rule, self.domain = reason, rule, domain
        head = f"{rule} is defined on {domain}; " if rule else ""
        super().__init__(head + reason)


@dataclass(frozen=True)
class Domain:
    """A set of points.

    ``shape(X)`` and ``interior(X)`` say in words what keeps X out, or None: the first looks at shapes
    only and is cheap, the second may cost a factorization. ``sample(rng, n)`` is a generic member of
    size about n, well conditioned, never symmetric, diagonal or 1×1 by accident, its dimensions all
    different where the mathematics lets them be. ``tangent(rng, X)`` is a direction in which X can
    move, ``direction(X, dX)`` says why X cannot move along dX, or None, and ``outside(rng, n)`` is a
    point where the formula stops.
    """

    name: str
    shape: Callable
    sample: Callable
    outside: Callable
    tangent: Callable = gaussian
    interior: Callable = lambda X: None
    direction: Callable = lambda X, dX: None

    def complaint(self, X):
        """What keeps X out of the domain, in words; None for a member."""
        try:
            X = as_point(X, "the point")
        except (TypeError, ValueError) as error:
            return str(error)
        with quiet():
            return self.shape(X) or self.interior(X)

    def contains(self, X):
        """Whether X belongs to the domain."""
        return self.complaint(X) is None

    def __repr__(self):
        return f"Domain({self.name})"


def singular(X):
    """Why X counts as singular in floating point, or None: LU, then LAPACK's condition estimate."""
    factors, _, info = lapack.dgetrf(X)
    return near_singular(0.0 if info > 0 else lapack.dgecon(factors, np.linalg.norm(X, 1))[0])


def refusal_of(factor):
    """The interior test of a domain: what ``factor(X)`` says when it raises ``DomainError``, or None."""

    def complaint(X):
        try:
            factor(X)
        except DomainError as error:
            return error.reason
        return None

    return complaint


def near_singular(rcond):
    """The complaint about a reciprocal condition number below the unit roundoff, or None."""
    if rcond > np.finfo(float).eps:
        return None
    if rcond == 0:
        return "this matrix is singular: elimination meets a column without a pivot"
    return f"this matrix is singular to working precision: its reciprocal condition number is {rcond:.1e}"


def positive(lam, rule):
    """λ as a float; ValueError unless 0 < λ < ∞, for then AᵀA + λI is positive definite whatever A is."""
    if not 0 < (lam := float(lam)) < np.inf:
        raise ValueError(f"{rule}: expected a finite λ > 0, got {lam:g}")
    return lam


def a_matrix(X):
    """The complaint about anything that is not a matrix, or None."""
    if isinstance(X, tuple) or np.ndim(X) != 2:
        return f"expected a matrix, got {_given(X)}"
    return None


def a_square_matrix(X):
    """The complaint about anything that is not a square matrix, or None."""
    if isinstance(X, tuple) or np.ndim(X) != 2 or X.shape[0] != X.shape[1]:
        return f"expected a square matrix, got {_given(X)}"
    return None


def _given(X):
    if isinstance(X, tuple):
        return f"a tuple of shapes {text(shape_of(X))}"
    kind = {0: "a number", 1: f"a vector of length {np.size(X)}", 2: f"a matrix of shape {text(np.shape(X))}"}
    return kind.get(np.ndim(X), f"an array of shape {text(np.shape(X))}")


def _exactly(shape, X, wanted):
    """The complaint about anything that does not have just this shape, or None."""
    if isinstance(X, tuple) or np.shape(X) != shape:
        return f"expected {wanted}, got {_given(X)}"
    return None


def _pair(X, fits, expected):
    """The complaint about a pair of matrices: ``fits(A, B)`` must hold."""
    if not isinstance(X, tuple) or len(X) != 2 or any(np.ndim(part) not in (1, 2) for part in X):
        return f"expected a pair (A, B) with {expected}, got {_given(X)}"
    return None if fits(*X) else f"expected a pair (A, B) with {expected}, got shapes {text(shape_of(X))}"


MATRICES = Domain(
    name="all m×n matrices",
    shape=a_matrix,
    sample=lambda rng, n: rng.standard_normal((n, n + 1)),
    outside=lambda rng, n: rng.standard_normal(n),
)

SQUARE = Domain(
    name="square matrices",
    shape=a_square_matrix,
    sample=well_conditioned,
    outside=lambda rng, n: rng.standard_normal((n, n + 1)),
)

INVERTIBLE = Domain(
    name="invertible matrices",
    shape=a_square_matrix,
    interior=singular,
    sample=well_conditioned,
    outside=rank_deficient,
)

PRODUCTS = Domain(
    name="pairs of matrices whose product exists",
    shape=lambda X: _pair(
        X, lambda A, B: A.ndim == B.ndim == 2 and A.shape[1] == B.shape[0], "as many columns in A as rows in B"
    ),
    sample=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal((n + 1, n + 2))),
    outside=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal((n + 2, n))),
)

EQUAL_SHAPES = Domain(
    name="pairs of matrices of one shape",
    shape=lambda X: _pair(X, lambda A, B: A.shape == B.shape, "one shape"),
    sample=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal((n, n + 1))),
    outside=lambda rng, n: (rng.standard_normal((n, n + 1)), rng.standard_normal((n + 1, n))),
)

LINEAR_SYSTEMS = Domain(
    name="pairs (A, B) with A invertible and as many rows in B",
    shape=lambda X: _pair(
        X,
        lambda A, B: A.ndim == 2 and A.shape[0] == A.shape[1] == B.shape[0],
        "A square and as many rows in B as in A",
    ),
    interior=lambda X: singular(X[0]),
    sample=lambda rng, n: (well_conditioned(rng, n), rng.standard_normal((n, n + 1))),
    outside=lambda rng, n: (rank_deficient(rng, n), rng.standard_normal((n, n + 1))),
)


def not_symmetric(X):
    """The complaint about a matrix that is not square and symmetric, or None."""
    if complaint := a_square_matrix(X):
        return complaint
    gap = float(np.abs(X - X.T).max())
    allowed = 1e-12 * float(np.abs(X).max())
    return None if gap <= allowed else f"expected a symmetric matrix, got one with |X − Xᵀ| up to {gap:.1e}"


def not_positive_definite(X):
    """Why a symmetric X is not positive definite, or None: LAPACK's Cholesky says at which minor it stops."""
    _, info = lapack.dpotrf(X, lower=1)
    return f"this matrix is not positive definite: its leading minor of order {info} is not positive" if info else None


def _along_symmetric(X, dX):
    return f"the tangent is not symmetric: {why}" if (why := not_symmetric(dX)) else None


SYMMETRIC = Domain(
    name="symmetric matrices",
    shape=not_symmetric,
    sample=symmetric,
    outside=lambda rng, n: well_conditioned(rng, max(n, 2)),
    tangent=symmetric_gaussian,
    direction=_along_symmetric,
)

POSITIVE_DEFINITE = Domain(
    name="symmetric positive definite matrices",
    shape=not_symmetric,
    interior=not_positive_definite,
    sample=positive_definite,
    outside=lambda rng, n: symmetric(rng, max(n, 2)),  # a 1×1 one would be positive
    tangent=symmetric_gaussian,
    direction=_along_symmetric,
)

VECTORS = Domain(
    name="vectors",
    shape=lambda X: None if not isinstance(X, tuple) and np.ndim(X) == 1 else f"expected a vector, got {_given(X)}",
    sample=lambda rng, n: rng.standard_normal(n),
    outside=lambda rng, n: rng.standard_normal((n, n + 1)),
)


def matrices_of_shape(m, n):
    """The m×n matrices, for maps whose constants fix the size of X."""
    return Domain(
        name=f"{m}×{n} matrices",
        shape=lambda X: _exactly((m, n), X, f"a matrix of shape {m}×{n}"),
        sample=lambda rng, _: rng.standard_normal((m, n)),
        outside=lambda rng, _: rng.standard_normal((m + 1, n)),
    )


def vectors_of_length(n):
    """The vectors of length n, for maps whose constants fix the size of x."""
    return Domain(
        name=f"vectors of length {n}",
        shape=lambda x: _exactly((n,), x, f"a vector of length {n}"),
        sample=lambda rng, _: rng.standard_normal(n),
        outside=lambda rng, _: rng.standard_normal(n + 1),
    )

"""The determinant, its logarithm, and the characteristic polynomial: where the adjugate is the derivative."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_solve, lapack, lu_solve

from ..domains import INVERTIBLE, POSITIVE_DEFINITE, SQUARE, Domain, DomainError, a_square_matrix, near_singular
from ..formula import Formulas
from ..linear_map import LinearMap, functional
from ..rule import Rule
from ..samples import well_conditioned
from ..spaces import shape_of, text, vec

ROOM = 64  # columns of workspace that let LAPACK invert by blocks: with its default it is five times slower
EASY = 1e3  # up to this condition number det(X) X⁻¹ has twelve digits, at a tenth of the cost of singular values


def adjugate(X):
    """adj X for every square X: the matrix with X adj(X) = adj(X) X = det(X) I.

    X = U Σ Vᵀ gives adj X = ± V adj(Σ) Uᵀ, and adj Σ needs products, no quotients: at rank n−1 one
    product is left, below that none.
    """
    y = np.linalg.det(X)
    if abs(y) > np.finfo(float).tiny:
        inverse = np.linalg.inv(X)
        if np.linalg.norm(X, 1) * np.linalg.norm(inverse, 1) < EASY:
            return _finite(y * inverse)
    U, s, Vt, sign = _singular(X)
    return _finite(sign * (Vt.T * _all_but_one(s)) @ U.T)


def _singular(X):
    """The SVD X = U diag(s) Vᵀ, and the sign det(U) det(V)."""
    U, s, Vt = np.linalg.svd(X)
    return U, s, Vt, np.sign(np.linalg.det(U @ Vt))


def _all_but_one(s):
    """For each i the product of all s but sᵢ. Nothing is divided, so zeros do no harm."""
    before = np.cumprod(np.r_[1.0, s[:-1]])
    after = np.cumprod(np.r_[1.0, s[:0:-1]])[::-1]
    return before * after


def _finite(products):
    if not np.isfinite(products).all():
        raise OverflowError("the cofactors are too large for floating-point numbers")
    return products


def second_of_det(X):
    """d²det along H and K, for every square X: two rows move at once, the other n−2 stand still.

    On diag(s) it is Σ (Hᵢᵢ Kⱼⱼ − Hᵢⱼ Kⱼᵢ) Π sₖ over i ≠ j and, in the product, k ≠ i, j; the SVD brings
    every X there.
    """
    U, s, Vt, sign = _singular(X)
    rest = np.array([_all_but_one(np.where(np.arange(len(s)) == i, 1.0, s)) for i in range(len(s))])
    rest = _finite(sign * rest)
    np.fill_diagonal(rest, 0.0)

    def second(H, K):
        H, K = U.T @ H @ Vt.T, U.T @ K @ Vt.T
        return np.diag(H) @ rest @ np.diag(K) - (rest * H * K.T).sum()

    return second


det = Rule(
    name="det",
    f=np.linalg.det,
    linearize=lambda X: (np.linalg.det(X), functional(adjugate(X).T)),
    domain=SQUARE,
    formulas=Formulas(
        value=r"\det(X)",
        differential=r"\operatorname{tr}(\operatorname{adj}(X)\,\mathrm dX)",
        adjoint=r"\bar y\,\operatorname{adj}(X)^{\top}",
        jacobian=r"\operatorname{vec}(\operatorname{adj}(X)^{\top})^{\top}",
        result="y",
        shapes={"X": "n×n"},
    ),
    source="magnus2019, ch. 8, sec. 3",
    second_at=second_of_det,
)


def _lu(X):
    """LAPACK's LU factors and pivots; DomainError where X is singular to working precision."""
    factors, pivots, info = lapack.dgetrf(X)
    rcond = 0.0 if info > 0 else lapack.dgecon(factors, np.linalg.norm(X, 1))[0]
    if complaint := near_singular(rcond):
        raise DomainError(complaint)
    return factors, pivots


def logabsdet_at(X):
    """d log|det X| = tr(X⁻¹ dX). The gradient is X⁻ᵀ itself, so here an inverse is what is wanted."""
    factors, pivots = _lu(X.T)
    inverse = lapack.dgetri(factors, pivots, lwork=ROOM * len(X))[0]
    return np.log(np.abs(np.diag(factors))).sum(), functional(inverse)


def _second_logabsdet(X):
    """d²log|det X| = −tr(X⁻¹ H X⁻¹ K), by two solves with one factorization."""
    lu = _lu(X)
    return lambda H, K: -(lu_solve(lu, H).T * lu_solve(lu, K)).sum()


logabsdet = Rule(
    name="logabsdet",
    f=lambda X: np.linalg.slogdet(X)[1],
    linearize=logabsdet_at,
    domain=INVERTIBLE,
    formulas=Formulas(
        value=r"\log|\det(X)|",
        differential=r"\operatorname{tr}(X^{-1}\,\mathrm dX)",
        adjoint=r"\bar y\,X^{-\top}",
        jacobian=r"\operatorname{vec}(X^{-\top})^{\top}",
        result="y",
        shapes={"X": "n×n"},
    ),
    source="petersen2012, eq. 57",
    second_at=_second_logabsdet,
)


def _cholesky(X):
    """The lower factor of X = L Lᵀ; DomainError at the first minor that is not positive."""
    L, info = lapack.dpotrf(X, lower=1, clean=1)
    if info:
        raise DomainError(f"this matrix is not positive definite: its leading minor of order {info} is not positive")
    return L


def logdet_spd_at(X):
    """log det X = 2 Σ log Lᵢᵢ with X = L Lᵀ. The gradient X⁻¹ is symmetric, as the tangents are."""
    L = _cholesky(X)
    lower = np.tril(lapack.dpotri(L, lower=1)[0])
    return 2 * np.log(np.diag(L)).sum(), functional(lower + np.tril(lower, -1).T)


def _second_logdet_spd(X):
    """−tr(X⁻¹ H X⁻¹ K) for the symmetric parts of H and K: negative along every H, so log det is concave."""
    L = _cholesky(X)
    solve = lambda H: cho_solve((L, True), (H + H.T) / 2)
    return lambda H, K: -(solve(H).T * solve(K)).sum()


logdet_spd = Rule(
    name="logdet_spd",
    f=lambda X: np.linalg.slogdet(X)[1],
    linearize=logdet_spd_at,
    domain=POSITIVE_DEFINITE,
    formulas=Formulas(
        value=r"\log \det(X)",
        differential=r"\operatorname{tr}(X^{-1}\,\mathrm dX)",
        adjoint=r"\bar y\,X^{-1}",
        jacobian=r"\operatorname{vec}(X^{-1})^{\top}",
        result="y",
        shapes={"X": "n×n"},
    ),
    source="petersen2012, eq. 43",
    second_at=_second_logdet_spd,
)


def _a_number_and_a_square_matrix(X):
    if not isinstance(X, tuple) or len(X) != 2 or np.ndim(X[0]) != 0 or np.ndim(X[1]) != 2:
        given = text(shape_of(X)) if isinstance(X, tuple) else "no pair"
        return f"expected a pair (x, A) of a number and a square matrix, got {given}"
    return a_square_matrix(X[1])


def _shifted(X):
    """M = x I − A."""
    return X[0] * np.eye(len(X[1])) - X[1]


def charpoly_at(X):
    """dM = dx I − dA for M = xI − A, put into Jacobi's formula: right at eigenvalues too, where p vanishes."""
    M = _shifted(X)
    P = adjugate(M)
    slope = np.trace(P)
    return np.linalg.det(M), LinearMap(
        push=lambda dX: slope * dX[0] - (P.T * dX[1]).sum(),
        pull=lambda pbar: (pbar * slope, -pbar * P.T),
        matrix=lambda: np.r_[slope, -vec(P.T)][None, :],
    )


def _second_charpoly(X):
    """d²det at M = xI − A, along dx I − dA."""
    second = second_of_det(_shifted(X))
    return lambda dX, dZ: second(_shifted(dX), _shifted(dZ))


charpoly = Rule(
    name="charpoly",
    f=lambda X: np.linalg.det(_shifted(X)),
    linearize=charpoly_at,
    domain=Domain(
        name="pairs (x, A) of a number and a square matrix",
        shape=_a_number_and_a_square_matrix,
        sample=lambda rng, n: (rng.uniform(2, 3), well_conditioned(rng, n)),
        outside=lambda rng, n: (rng.uniform(2, 3), rng.standard_normal((n, n + 1))),
    ),
    formulas=Formulas(
        value=r"\det(x I_n - A)",
        differential=r"\operatorname{tr}(M)\,\mathrm dx - \operatorname{tr}(M\,\mathrm dA)",
        adjoint=(r"\bar p\,\operatorname{tr}(M)", r"-\bar p\,M^{\top}"),
        jacobian=r"\begin{bmatrix} \operatorname{tr}(M) & -\operatorname{vec}(M^{\top})^{\top} \end{bmatrix}",
        point=("x", "A"),
        result="p",
        where=(("M", r"\operatorname{adj}(x I_n - A)"),),
        shapes={"A": "n×n"},
    ),
    source="horn2013, sec. 0.8.10",
    second_at=_second_charpoly,
)

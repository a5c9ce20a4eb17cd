"""QR and Cholesky: differentiate the product of the factors, split by structure, solve with triangles."""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy.linalg as la

from .. import triangular
from ..domains import POSITIVE_DEFINITE, Domain, DomainError, a_matrix, refusal_of
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import rank_deficient, well_conditioned
from ..spaces import commutation, text, vec

DEPENDENT = 1e-13  # a column of which no more is left beside the columns before it counts as dependent

solve_upper = partial(triangular.solve, lower=False)
times_upper = partial(triangular.times, lower=False)


def lower_half(M):
    """Φ(M): the lower triangle of M with its diagonal halved, so that Φ(M) + Φ(M)ᵀ = M for symmetric M."""
    half = np.tril(M)
    np.fill_diagonal(half, np.diag(M) / 2)
    return half


FUNCTIONS[r"\Phi"] = lower_half


# --- Cholesky: X = L Lᵀ ----------------------------------------------------------------------------------------


def cholesky_by_columns(X):
    """L with X = L Lᵀ, column by column: the definition, read from the lower triangle of X."""
    rest = np.array(X, dtype=np.result_type(X, float))
    L = np.zeros_like(rest)
    for j in range(len(X)):
        L[j:, j] = rest[j:, j] / np.sqrt(rest[j, j])
        rest[j:, j:] -= np.outer(L[j:, j], L[j:, j])
    return L


def cholesky_at(X):
    """L⁻¹ dX L⁻ᵀ = L⁻¹ dL + (L⁻¹ dL)ᵀ: a symmetric matrix is a lower one plus its transpose, so dL = L Φ(·)."""
    L = la.cholesky(X, lower=True, check_finite=False)
    return L, LinearMap(
        push=partial(_push_cholesky, L),
        pull=partial(_pull_cholesky, L),
        matrix=partial(_cholesky_matrix, L),
    )


def _push_cholesky(L, dX):
    half = triangular.solve(L, dX + dX.T) / 2
    return triangular.times(L, lower_half(triangular.solve(L, half.T)))


def _pull_cholesky(L, Lbar):
    S = triangular.times(L, Lbar, transposed=True)  # Φ(S) + Φ(S)ᵀ is the symmetric matrix with this lower triangle
    if np.iscomplexobj(S):
        return (triangular.congruent(L, S.real) + 1j * triangular.congruent(L, S.imag)) / 2
    return triangular.congruent(L, S) / 2


def _cholesky_matrix(L):
    """½ (I ⊗ L) diag(vec Φ(11ᵀ)) (L⁻¹ ⊗ L⁻¹) (I + K)."""
    n = len(L)
    inverse = triangular.solve(L, np.eye(n))
    sandwich = np.kron(inverse, inverse)
    halves = vec(lower_half(np.ones((n, n))))
    return (np.kron(np.eye(n), L) * halves) @ (sandwich + sandwich @ commutation(n, n)) / 2


def cholesky_second(X):
    """d²(L Lᵀ) = 0 along two directions: d²L is the first derivative along −(dL₁ dL₂ᵀ + dL₂ dL₁ᵀ)."""
    L = la.cholesky(X, lower=True)

    def second(dX, dZ):
        dL, dM = _push_cholesky(L, dX), _push_cholesky(L, dZ)
        return _push_cholesky(L, -(dL @ dM.T + dM @ dL.T))

    return second


cholesky = Rule(
    name="cholesky",
    f=cholesky_by_columns,
    linearize=cholesky_at,
    domain=POSITIVE_DEFINITE,
    formulas=Formulas(
        value=r"L L^{\top} = X",
        differential=r"L \operatorname{\Phi}(L^{-1}\,\mathrm dX\,L^{-\top})",
        adjoint=r"\operatorname{sym}(L^{-\top} \operatorname{\Phi}(L^{\top} \bar L) L^{-1})",
        jacobian=r"\frac{1}{2} (I_n \otimes L) \operatorname{diag}(\operatorname{vec}(\operatorname{\Phi}"
        r"(\mathbf 1_n \mathbf 1_n^{\top}))) (L^{-1} \otimes L^{-1}) (I_{n^2} + K_{nn})",
        result="L",
        shapes={"X": "n×n"},
    ),
    source="murray2016",
    second_at=cholesky_second,
)


# --- QR: X = Q R, R with a positive diagonal -------------------------------------------------------------------


def gram_schmidt(X):
    """(Q, R) with X = Q R: each column minus its part along the columns before it, taken off twice.

    The largest entry of each column is divided out first, so that no square over- or underflows.
    """
    sizes = np.abs(X).max(axis=0)
    Q = np.array(X / sizes, dtype=np.result_type(X, float))
    R = np.zeros((X.shape[1], X.shape[1]), dtype=Q.dtype)
    for j in range(X.shape[1]):
        for _ in range(2):  # once leaves rounding errors of the size of the condition number
            part = Q[:, :j].T @ Q[:, j]
            R[:j, j] += part
            Q[:, j] -= Q[:, :j] @ part
        R[j, j] = np.sqrt(Q[:, j] @ Q[:, j])
        Q[:, j] /= R[j, j]
    return Q, R * sizes


def positive_qr(X):
    """(Q, R) with X = Q R and all R_jj > 0; DomainError where a column depends on those before it."""
    Q, R = la.qr(X, mode="economic", check_finite=False)
    diagonal, longest = np.abs(np.diag(R)), np.abs(R).max(axis=0)
    if (dependent := diagonal <= DEPENDENT * longest).any():
        j = int(dependent.argmax())
        left = diagonal[j] / longest[j] if longest[j] else 0.0
        raise DomainError(f"column {j + 1} depends on the columns before it: {left:.1e} of it is left beside them")
    signs = np.where(np.diag(R) < 0, -1.0, 1.0)
    return Q * signs, signs[:, None] * R


def qr_at(X):
    """M = Qᵀ dX R⁻¹ is skew plus upper, Qᵀ dQ + dR R⁻¹; what of dX R⁻¹ is normal to Q turns Q alone."""
    Q, R = positive_qr(X)
    square = Q.shape[0] == Q.shape[1]  # then nothing is normal to Q, and the difference below would be rounding

    def push(dX):
        G = solve_upper(R, dX.T, transposed=True).T
        M = Q.T @ G
        low = np.tril(M, -1)
        normal = 0 if square else G - Q @ M
        return Q @ (low - low.T) + normal, times_upper(R, (np.triu(M) + low.T).T, transposed=True).T

    def pull(Ybar):
        Qbar, Rbar = Ybar
        B, C = Q.T @ Qbar, times_upper(R, Rbar.T).T
        Mbar = np.tril(B - B.T + C.T, -1) + np.triu(C)
        normal = 0 if square else Qbar - Q @ B
        return solve_upper(R, (Q @ Mbar + normal).T).T

    return (Q, R), LinearMap(push, pull)


def _tall(X):
    if complaint := a_matrix(X):
        return complaint
    return None if X.shape[0] >= X.shape[1] else f"expected no more columns than rows, got a {text(X.shape)} matrix"


qr = Rule(
    name="qr",
    f=gram_schmidt,
    linearize=qr_at,
    domain=Domain(
        name="m×n matrices, m ≥ n, with linearly independent columns (and R_jj > 0)",
        shape=_tall,
        interior=refusal_of(positive_qr),
        sample=lambda rng, n: well_conditioned(rng, n + 2)[:, :n],
        outside=lambda rng, n: np.vstack([rank_deficient(rng, n), np.zeros((2, n))]),
    ),
    formulas=Formulas(
        value="Q R = X",
        differential=(
            r"Q\,\Omega + (I - Q Q^{\top})\,\mathrm dX\,R^{-1}",
            r"(\operatorname{triu}(M) + \operatorname{tril}_{-1}(M)^{\top})\,R",
        ),
        adjoint=r"(\bar Q + Q (\operatorname{tril}(W) + \operatorname{tril}_{-1}(W)^{\top})) R^{-\top}",
        jacobian=None,
        result=("Q", "R"),
        where=(
            ("M", r"Q^{\top}\,\mathrm dX\,R^{-1}"),
            (r"\Omega", r"\operatorname{tril}_{-1}(M) - \operatorname{tril}_{-1}(M)^{\top}"),
            ("W", r"R \bar R^{\top} - \bar Q^{\top} Q"),
        ),
        shapes={"X": "m×n"},
    ),
    source="walter2010",
)

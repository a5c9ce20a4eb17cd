"""LU: differentiate X = LU, split by triangles, solve. A pivot that may not vanish is a divisor."""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy.linalg as la

from .. import triangular
from ..domains import Domain, DomainError, a_matrix, refusal_of, well_conditioned
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule

solve_L, times_L = partial(triangular.solve, unit=True), partial(triangular.times, unit=True)
solve_U, times_U = partial(triangular.solve, lower=False), partial(triangular.times, lower=False)

# M = L⁻¹ dX U⁻¹ is the sum of L⁻¹ dL, strictly lower, and dU U⁻¹, upper: the split is unique.
TIE = 1e-10  # two candidates for one pivot that agree to this relative distance count as tied


def factor_derivative(L, U):
    """The derivative of X ↦ (L, U) with X = LU, X of size m×n, L m×r unit lower, U r×n, r = min(m, n).

    With L₀, which is L made square by unit columns, and M = L₀⁻¹ dX the first r columns say dL = L₀ N,
    N = tril₋₁(M_r U_r⁻¹), and the first r rows dU = triu(M − N U). The last pivot of a square or wide X may be zero:
    the last column of N has no entries, so a one may stand there.
    """
    m, r = len(L), len(U)
    L0, Ur, beyond = L if m == r else np.hstack([L, np.eye(m)[:, r:]]), U[:, :r].copy(), U[:, r:]
    if m == r:
        Ur[-1, -1] = 1

    def push(dX):
        M = solve_L(L0, dX)
        N = np.tril(solve_U(Ur, M[:, :r].T, transposed=True).T, -1)
        M[:r, :r] -= times_U(Ur, N[:r].T, transposed=True).T
        M[:r, r:] -= N[:r] @ beyond
        return times_L(L0, N), np.triu(M[:r])

    def pull(Lbar, Ubar):
        Mbar = np.zeros((m, U.shape[1]), dtype=np.result_type(Lbar, Ubar))
        Mbar[:r] = np.triu(Ubar)
        Nbar = times_L(L0, Lbar, transposed=True)
        Nbar[:r] -= times_U(Ur, Mbar[:r, :r].T).T
        if beyond.size:
            Nbar[:r] -= Mbar[:r, r:] @ beyond.T
        Mbar[:, :r] += solve_U(Ur, np.tril(Nbar, -1).T).T
        return solve_L(L0, Mbar, transposed=True)

    return push, pull


def eliminate(X):
    """(L, U) with X = LU by Gaussian elimination without exchanging rows.

    DomainError where a pivot vanishes that a later row must be divided by.
    """
    m, n = X.shape
    r, c = min(m, n), min(m - 1, n)
    L, U = np.eye(m, r), np.array(X, dtype=np.result_type(X, float))
    L = L.astype(U.dtype)
    for j in range(c):
        if abs(U[j, j]) <= np.finfo(float).eps * np.abs(X).max():
            raise DomainError(f"pivot {j + 1} is {U[j, j].real:.1e}: the leading minor of order {j + 1} vanishes")
        L[j + 1 :, j] = U[j + 1 :, j] / U[j, j]
        U[j + 1 :] -= np.outer(L[j + 1 :, j], U[j])
    return L, np.triu(U[:r])


def lu_unpivoted_at(X):
    """dX = dL U + L dU, with dL strictly lower and dU upper triangular."""
    L, U = eliminate(X)
    push, pull = factor_derivative(L, U)
    return (L, U), LinearMap(push, lambda Ybar: pull(*Ybar))


def lu_at(X):
    """X = P L U with partial pivoting. Near X the permutation P stands still, so Pᵀ dX = dL U + L dU."""
    P, L, U = pivoted(X)
    push, pull = factor_derivative(L, U)
    rows, back = P.argmax(axis=0), P.argmax(axis=1)  # Pᵀ dX is dX[rows], and P Z is Z[back]
    return (P, L, U), LinearMap(
        push=lambda dX: (np.zeros_like(P), *push(dX[rows])),
        pull=lambda Ybar: pull(*Ybar[1:])[back],  # P does not move: its cotangent has no effect
    )


def pivoted(X):
    """(P, L, U) with X = P L U by partial pivoting; DomainError at a tie or a vanishing pivot.

    At a tie of two candidates for a pivot an arbitrarily small dX changes P, and L and U jump.
    """
    P, L, U = la.lu(X, check_finite=False)
    pivots = np.abs(np.diag(U))[: min(len(X) - 1, X.shape[1])]
    if len(pivots) and pivots.min() <= np.finfo(float).eps * np.abs(X).max():
        j = int(pivots.argmin()) + 1
        raise DomainError(f"pivot {j} is {pivots.min():.1e}: the first {j} columns are linearly dependent")
    ratios = np.abs(L)
    np.fill_diagonal(ratios, 0)
    if ratios.max() >= 1 - TIE:
        i, j = np.unravel_index(ratios.argmax(), ratios.shape)
        raise DomainError(f"two candidates tie for pivot {j + 1}: |L[{i + 1}, {j + 1}]| = 1")
    return P, L, U


def _strong_minors(rng, n):
    """A generic square matrix with pivots between 1 and 2 in size: L and U are drawn, then multiplied."""
    L = np.tril(rng.uniform(-1, 1, (n, n)), -1) + np.eye(n)
    pivots = rng.uniform(1, 2, n) * rng.choice([-1, 1], n)
    return L @ (np.triu(rng.uniform(-1, 1, (n, n)), 1) + np.diag(pivots))


def _zero_first_entry(rng, n):
    X = well_conditioned(rng, max(n, 2))  # a single row needs no pivot
    X[0, 0] = 0
    return X


def _tied(rng, n):
    X = well_conditioned(rng, max(n, 2))
    X[:2, 0] = np.abs(X[:, 0]).max()
    return X


def _printed(value, result, M, adjoint):
    return Formulas(
        value=value,
        differential=(r"0\,P", r"L \operatorname{tril}_{-1}(M)", r"\operatorname{triu}(M)\,U")[-len(result):],
        adjoint=adjoint + r"L^{-\top} (\operatorname{tril}_{-1}(L^{\top} \bar L) + "
        r"\operatorname{triu}(\bar U U^{\top})) U^{-\top}",
        jacobian=None,
        result=result,
        where=(("M", M),),
        shapes={"X": "n×n"},
    )


lu = Rule(
    name="lu",
    f=la.lu,
    linearize=lu_at,
    domain=Domain(
        name="matrices whose first min(m−1, n) pivots are nonzero and chosen without a tie",
        shape=a_matrix,
        interior=refusal_of(pivoted),
        sample=well_conditioned,
        outside=_tied,
    ),
    formulas=_printed("P L U = X", ("P", "L", "U"), r"L^{-1} P^{\top}\,\mathrm dX\,U^{-1}", "P "),
    source="dehoog2011",
)

lu_unpivoted = Rule(
    name="lu_unpivoted",
    f=eliminate,
    linearize=lu_unpivoted_at,
    domain=Domain(
        name="matrices whose leading minors of order up to min(m−1, n) are nonzero",
        shape=a_matrix,
        interior=refusal_of(eliminate),
        sample=_strong_minors,
        outside=_zero_first_entry,
    ),
    formulas=_printed("L U = X", ("L", "U"), r"L^{-1}\,\mathrm dX\,U^{-1}", ""),
    source="dehoog2011",
)

"""The pseudo-inverse where the rank stands still, and ridge's inverse, which exists at every rank."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from .. import triangular
from ..domains import MATRICES, Domain, DomainError, a_matrix, positive, refusal_of
from ..formula import Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import with_singular_values
from ..spaces import normal_part, vec

SURE = 1e8  # up to this condition number the rank is full beyond doubt; above it the singular values decide


def negligible(A, s):
    """Singular values up to this size are rounding errors of A."""
    return max(A.shape) * np.finfo(float).eps * s[0]


def of_rank(A, r):
    """(U, s, V), the r leading singular triplets of A; DomainError unless the rank is r to working precision."""
    U, s, Vt = la.svd(A, full_matrices=False, check_finite=False)
    if s[r - 1] <= negligible(A, s):
        share = s[r - 1] / s[0] if s[0] else 0.0
        raise DomainError(f"the rank is below {r}: singular value {r} is {s[r - 1]:.1e}, {share:.1e} of the largest")
    if r < len(s) and s[r] > negligible(A, s):
        share = s[r] / s[0]
        raise DomainError(f"the rank is above {r}: singular value {r + 1} is {s[r]:.1e}, {share:.1e} of the largest")
    return U[:, :r], s[:r], Vt[:r].T


def by_singular_vectors(U, s, V):
    """(Y, U, W, V, Z): the pseudo-inverse Y and bases U, V of the two spaces, with YYᵀ = WWᵀ and YᵀY = ZZᵀ."""
    W = V / s
    return W @ U.T, U, W, V, U / s


def by_triangle(A):
    """The same for full rank, by A = QR at a fifth of the cost; None if R is too near singular to be sure."""
    if A.shape[0] < A.shape[1]:
        found = by_triangle(A.T)
        return found and (found[0].T, *found[3:], *found[1:3])  # transposing swaps the two spaces
    Q, R = la.qr(A, mode="economic", check_finite=False)
    W, info = la.lapack.dtrtri(R)
    if info or not np.linalg.norm(R, 1) * np.linalg.norm(W, 1) < SURE:
        return None
    Y = triangular.times(W, Q.T, lower=False)
    return Y, Q, W, np.eye(len(R)), Y.T


def golub_pereyra(Y, U, W, V, Z):
    """Differentiate A = A Y A and split by the projections UUᵀ = AY and VVᵀ = YA: three terms are left.

    YYᵀ = WWᵀ and YᵀY = ZZᵀ are never formed: Wᵀ dAᵀ has the size of a relative change, so nothing over- or underflows.
    """
    (n, m), r = Y.shape, U.shape[1]

    def push(dA):
        dY = -Y @ dA @ Y
        if m > r:
            dY += W @ (W.T @ normal_part(U, dA).T)  # the column space turns
        if n > r:
            dY += normal_part(V, dA.T) @ Z @ Z.T  # so does the row space
        return dY

    def matrix():
        m, n = Y.shape[::-1]
        J = -np.kron(Y.T, Y)
        swapped = np.kron(normal_part(U, np.eye(m)), Y @ Y.T) + np.kron(Y.T @ Y, normal_part(V, np.eye(n)))
        return J + _after_transposing(swapped, m, n)

    return Y, LinearMap(push, _between_transposes(push), matrix)


def _between_transposes(push):
    """The adjoint: Yᵀ is the gradient of a number, its derivative a Hessian, so Ȳ ↦ push(Ȳᵀ)ᵀ."""
    return lambda Ybar: push(Ybar.T).T


def _after_transposing(J, m, n):
    """J K_{mn}: the columns of J in the order of vec(dAᵀ), brought into that of vec(dA)."""
    return J[:, vec(np.arange(m * n).reshape(m, n))]


def pinv_at(A):
    """One factorization serves the value, every direction and every adjoint."""
    return golub_pereyra(*(by_triangle(A) or by_singular_vectors(*of_rank(A, min(A.shape)))))


def second_pinv_at(A):
    """Differentiate the three terms once more: every Y, AY and YA moves with the second direction."""
    Y, dF = pinv_at(A)
    P, Q = A @ Y, Y @ A

    def second(H, Z):
        K = dF.push(Z)
        left, right = K @ Y.T + Y @ K.T, K.T @ Y + Y.T @ K
        bend = -K @ H @ Y - Y @ H @ K
        bend += left @ (H.T - H.T @ P) - Y @ (Y.T @ H.T @ (Z @ Y + A @ K))
        return bend + (H.T - Q @ H.T) @ right - (K @ A + Y @ Z) @ H.T @ Y.T @ Y

    return second


def _tall_or_wide(rng, n):
    """One row more than columns for an even n, one column more for an odd one: two samples see all terms."""
    return with_singular_values(rng, 2.0 ** rng.uniform(-1, 1, n), *((n, n + 1) if n % 2 else (n + 1, n)))


_PRINTED = {
    "differential": r"-Y\,\mathrm dA\,Y + Y Y^{\top}\,\mathrm dA^{\top} (I_m - P)"
    r" + (I_n - Q)\,\mathrm dA^{\top}\,Y^{\top} Y",
    "adjoint": r"-Y^{\top}\,\bar Y\,Y^{\top} + (I_m - P)\,\bar Y^{\top}\,Y Y^{\top}"
    r" + Y^{\top} Y\,\bar Y^{\top} (I_n - Q)",
    "jacobian": r"-Y^{\top} \otimes Y + M K_{mn}",
    "where": (
        ("P", "A Y"),
        ("Q", "Y A"),
        ("M", r"(I_m - P) \otimes (Y Y^{\top}) + (Y^{\top} Y) \otimes (I_n - Q)"),
    ),
    "point": "A",
    "shapes": {"A": "m×n"},
}

pinv = Rule(
    name="pinv",
    f=lambda A: _by_singular_values(A, 0.0),
    linearize=pinv_at,
    domain=Domain(
        name="matrices of full rank min(m, n)",
        shape=a_matrix,
        interior=refusal_of(lambda A: of_rank(A, min(A.shape))),
        sample=_tall_or_wide,
        outside=lambda rng, n: with_singular_values(rng, np.ones(max(n - 1, 1)), n + 1, max(n, 2)),
    ),
    formulas=Formulas(value="A^{+}", **_PRINTED),
    source="golub1973, sec. 4",
    second_at=second_pinv_at,
)


def pinv_of_rank(r):
    """The pseudo-inverse of the best approximation of rank r, at matrices that have rank r themselves.

    Near such a matrix it is smooth in every direction. Along directions that keep the rank it is A⁺.
    ValueError unless r is a whole number of one or more.
    """
    if not isinstance(r, int | np.integer) or isinstance(r, bool) or r < 1:
        raise ValueError(f"pinv_of_rank: expected a whole number r ≥ 1, got {r!r}")

    return Rule(
        name=f"pinv_of_rank({r})",
        f=lambda A: _by_eigenvectors(A, r),
        linearize=lambda A: golub_pereyra(*by_singular_vectors(*of_rank(A, r))),
        domain=_matrices_of_rank(r),
        formulas=Formulas(value="A^{+}", **_PRINTED),
        source="golub1973, sec. 4",
    )


def _matrices_of_rank(r):
    def too_small(A):
        return None if min(A.shape) >= r else f"a {A.shape[0]}×{A.shape[1]} matrix cannot have rank {r}"

    return Domain(
        name=f"matrices of rank {r}",
        shape=lambda A: a_matrix(A) or too_small(A),
        interior=refusal_of(lambda A: of_rank(A, r)),
        sample=lambda rng, n: with_singular_values(rng, 2.0 ** rng.uniform(-1, 1, r), n + r, n + r - 1),
        outside=lambda rng, n: with_singular_values(rng, np.ones(r + 1), n + r + 1, n + r),
    )


def _by_eigenvectors(A, r):
    """A⁺ of the best approximation of rank r: the symmetric [[0, A], [Aᵀ, 0]] has the eigenpairs σᵢ, (uᵢ, vᵢ)/√2."""
    m, n = A.shape
    values, Z = la.eigh(np.block([[np.zeros((m, m)), A], [A.T, np.zeros((n, n))]]))
    return 2 * (Z[m:, -r:] / values[-r:]) @ Z[:m, -r:].T


def ridge_inverse(lam):
    """F(A) = (AᵀA + λI)⁻¹Aᵀ, which takes b to the minimizer of ‖Ax − b‖² + λ‖x‖². ValueError unless λ > 0."""
    lam = positive(lam, "ridge_inverse")

    return Rule(
        name=f"ridge_inverse({lam:g})",
        f=lambda A: _by_singular_values(A, lam),
        linearize=lambda A: _ridge_at(A, lam),
        domain=MATRICES,
        formulas=Formulas(
            value=r"(A^{\top} A + \lambda I_n)^{-1} A^{\top}",
            differential=r"-Y\,\mathrm dA\,Y + S^{-1}\,\mathrm dA^{\top} (I_m - A Y)",
            adjoint=r"-Y^{\top}\,\bar Y\,Y^{\top} + (I_m - A Y)\,\bar Y^{\top} S^{-1}",
            jacobian=r"-Y^{\top} \otimes Y + ((I_m - A Y) \otimes S^{-1}) K_{mn}",
            point="A",
            where=(("S", r"A^{\top} A + \lambda I_n"),),
            constants={r"\lambda": lam},
            shapes={"A": "m×n"},
        ),
        source="golub2013, sec. 6.1",
    )


def _by_singular_values(A, lam):
    """Each σ becomes 1/(σ + λ/σ): no square that could overflow, and 1/∞ = 0 where σ = 0."""
    U, s, Vt = la.svd(A, full_matrices=False)
    with np.errstate(divide="ignore"):
        return (Vt.T / (s + lam / s)) @ U.T


def _ridge_at(A, lam):
    """Differentiate S Y = Aᵀ with S = AᵀA + λI = RᵀR: S dY = dAᵀ(I − AY) − AᵀdA Y.

    The Cholesky factor R comes from a QR factorization of √λ I over A, so nothing is squared. Ridge's
    inverse of Aᵀ is the transpose of that of A: the taller of the two is used, for its S is the smaller.
    """
    (m, n), turn = A.shape, np.transpose if A.shape[0] < A.shape[1] else np.asarray
    W = turn(A)
    Q, R = la.qr(np.vstack([np.sqrt(lam) * np.eye(W.shape[1]), W]), mode="economic", check_finite=False)
    Q = Q[W.shape[1] :]  # W = QR and WZ = QQᵀ, though the columns of this part of Q are not orthonormal
    Z = la.solve_triangular(R, Q.T)

    def push(dA):
        dW = turn(dA)
        moved = dW.T - (dW.T @ Q) @ Q.T
        return turn(la.cho_solve((R, False), moved) - Z @ dW @ Z)

    def matrix():
        factors = np.eye(len(Q)) - Q @ Q.T, la.cho_solve((R, False), np.eye(len(R)))
        bent = np.kron(*factors) if turn is np.asarray else np.kron(*factors[::-1])
        return -np.kron(turn(Z).T, turn(Z)) + _after_transposing(bent, m, n)

    return turn(Z), LinearMap(push, _between_transposes(push), matrix)

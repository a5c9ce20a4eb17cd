"""Maps onto sets of matrices: symmetric and skew parts, the tangents at an orthogonal matrix, two ways back to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.linalg as la
from scipy.linalg import lapack

from ..domains import EQUAL_SHAPES, SQUARE, Domain, DomainError, a_matrix, a_square_matrix, near_singular
from ..formula import FUNCTIONS, Formulas
from ..linear_map import LinearMap
from ..rule import Rule
from ..samples import well_conditioned
from ..spaces import commutation, normal_part

sym, skew = FUNCTIONS["sym"], FUNCTIONS["skew"]  # ½(X ± Xᵀ), the nearest symmetric and the nearest skew matrix


def _projection(name, project, sign):
    """A linear map onto a subspace along its complement: its own derivative and its own adjoint."""

    def matrix_at(n):
        return (np.eye(n * n) + sign * commutation(n, n)) / 2

    printed, plus = (r"\operatorname{sym}", "+") if sign > 0 else (r"\operatorname{skew}", "-")
    return Rule(
        name=name,
        f=lambda X: X / 2 + sign * X.T / 2,
        linearize=lambda X: (project(X), LinearMap(project, project, lambda: matrix_at(len(X)))),
        domain=SQUARE,
        formulas=Formulas(
            value=rf"\tfrac12 (X {plus} X^{{\top}})",
            differential=rf"{printed}(\mathrm dX)",
            adjoint=rf"{printed}(\bar Y)",
            jacobian=rf"\tfrac12 (I_n \otimes I_n {plus} K_{{nn}})",
            shapes={"X": "n×n"},
        ),
        source="magnus2019, ch. 3",
        second_at=lambda X: lambda dX, dZ: np.zeros_like(X),
    )


symmetric_part = _projection("symmetric_part", sym, 1)
skew_part = _projection("skew_part", skew, -1)


def orthogonal_tangent_at(X):
    """Product rule on G − Q sym(QᵀG), a polynomial: Q need not be orthogonal."""
    Q, G = X
    S = sym(Q.T @ G)

    def push(d):
        dQ, dG = d
        return dG - dQ @ S - Q @ sym(dQ.T @ G + Q.T @ dG)

    def pull(Ybar):
        T = sym(Q.T @ Ybar)
        return -Ybar @ S - G @ T, Ybar - Q @ T

    def matrix():
        n, p = Q.shape
        K, In, Ip = commutation(n, p), np.eye(n), np.eye(p)
        moved = np.kron(S, In) + (np.kron(G.T, Q) @ K + np.kron(Ip, Q @ G.T)) / 2
        return np.hstack([-moved, np.eye(n * p) - (np.kron(Ip, Q @ Q.T) + np.kron(Q.T, Q) @ K) / 2])

    return G - Q @ S, LinearMap(push, pull, matrix)


def second_orthogonal_tangent_at(X):
    """Differentiate push once more; the term with both tangents of G is absent, since G enters linearly."""
    Q, G = X
    first = lambda dQ, dG: sym(dQ.T @ G + Q.T @ dG)  # how S = sym(QᵀG) moves

    def second(d, e):
        return -d[0] @ first(*e) - e[0] @ first(*d) - Q @ sym(d[0].T @ e[1] + e[0].T @ d[1])

    return second


orthogonal_tangent = Rule(
    name="orthogonal_tangent",
    f=lambda X: X[1] - (X[0] @ X[0].T @ X[1] + X[0] @ X[1].T @ X[0]) / 2,
    linearize=orthogonal_tangent_at,
    domain=replace(EQUAL_SHAPES, shape=lambda X: EQUAL_SHAPES.shape(X) or a_matrix(X[0])),  # no vectors
    formulas=Formulas(
        value=r"G - Q \operatorname{sym}(Q^{\top} G)",
        differential=r"\mathrm dG - \mathrm dQ\,S - Q \operatorname{sym}(\mathrm dQ^{\top} G + Q^{\top} \mathrm dG)",
        adjoint=(
            r"-\bar Y\,S - G \operatorname{sym}(Q^{\top} \bar Y)",
            r"\bar Y - Q \operatorname{sym}(Q^{\top} \bar Y)",
        ),
        jacobian=("J_1", "J_2"),
        point=("Q", "G"),
        where=(
            ("S", r"\operatorname{sym}(Q^{\top} G)"),
            ("J_1", r"-S \otimes I_n - \tfrac12 (G^{\top} \otimes Q) K_{np} - \tfrac12 (I_p \otimes Q G^{\top})"),
            ("J_2", r"I_p \otimes I_n - \tfrac12 (I_p \otimes Q Q^{\top}) - \tfrac12 (Q^{\top} \otimes Q) K_{np}"),
        ),
        shapes={"Q": "n×p"},
    ),
    source="edelman1998, sec. 2.2",
    second_at=second_orthogonal_tangent_at,
)


def cayley_at(S):
    """Differentiate (I − S/2) Y = I + S/2: (I − S/2) dY = ½ dS (I + Y). One LU serves every direction."""
    eye = np.eye(len(S))
    factors, complaint = _factored(S)
    if complaint:
        raise DomainError(complaint)

    def solve(B, trans=0):
        return la.lu_solve(factors, B, trans=trans, check_finite=False)

    A = solve(eye)  # Y = 2A − I; to find ½ (I + Y) = A from Y would be rounding where S is large and Y near −I
    return 2 * A - eye, LinearMap(
        push=lambda dS: solve(dS @ A),
        pull=lambda Ybar: solve(Ybar, trans=1) @ A.T,
        matrix=lambda: np.kron(A.T, A),
    )


def second_cayley_at(S):
    """dY = A dS A with A = (I − S/2)⁻¹ and dA = ½ A dS A."""
    A = np.linalg.inv(np.eye(len(S)) - S / 2)

    def second(dS, dZ):
        H, K = A @ dS, A @ dZ
        return (H @ K + K @ H) @ A / 2

    return second


def _factored(S):
    """The LU factors of I − S/2, and the complaint about an eigenvalue 2 of S, or None."""
    A = np.eye(len(S)) - S / 2
    factors, pivots, info = lapack.dgetrf(A)
    why = near_singular(0.0 if info > 0 else lapack.dgecon(factors, np.linalg.norm(A, 1))[0])
    return (factors, pivots), why and f"2 is an eigenvalue of S, so I − S/2 has no inverse: {why}"


CAYLEY = Domain(
    name="square matrices without the eigenvalue 2",
    shape=a_square_matrix,
    interior=lambda S: _factored(S)[1],
    sample=lambda rng, n: 0.8 * well_conditioned(rng, n),
    outside=lambda rng, n: np.triu(rng.integers(-3, 4, (n, n)), 1) + 2 * np.eye(n),
)

cayley = Rule(
    name="cayley",
    f=lambda S: np.linalg.solve(np.eye(len(S)) - S / 2, np.eye(len(S)) + S / 2),
    linearize=cayley_at,
    domain=CAYLEY,
    formulas=Formulas(
        value=r"(I_n - \tfrac12 S)^{-1} (I_n + \tfrac12 S)",
        differential=r"A\,\mathrm dS\,A",
        adjoint=r"A^{\top}\,\bar Y\,A^{\top}",
        jacobian=r"A^{\top} \otimes A",
        point="S",
        where=(("A", r"(I_n - \tfrac12 S)^{-1}"),),
        shapes={"S": "n×n"},
    ),
    source="wen2013, sec. 2",
    second_at=second_cayley_at,
)


def newton_polar(X):
    """The orthonormal polar factor by Newton's iteration Y ← ½(Y + Y⁻ᵀ) on the triangle of a QR factorization."""
    Q, Y = np.linalg.qr(X / np.abs(X).max())  # each step halves what is large, so the size would cost steps
    for _ in range(100):  # about log₂ of the condition number, then a few more
        last, Y = Y, (Y + np.linalg.inv(Y).T) / 2
        if np.abs(Y - last).max() <= 1e-9:
            break
    return Q @ (Y + np.linalg.inv(Y).T) / 2


def polar_at(X):
    """Differentiate X = U H: Ω = Uᵀ dU is skew and H Ω + Ω H = Uᵀ dX − dXᵀ U. One SVD X = P Σ Vᵀ solves it.

    U is the gradient of the sum of the singular values, so its derivative is a Hessian: its own adjoint.
    """
    P, s, Vt = np.linalg.svd(X, full_matrices=False)
    if complaint := _dependent(s):
        raise DomainError(complaint)
    sums = s + s[:, None]

    def push(dX):
        right = dX @ Vt.T
        M = P.T @ right
        return (P @ ((M - M.T) / sums) + normal_part(P, right) / s) @ Vt

    return P @ Vt, LinearMap(push, push)


def _dependent(s):
    """Why singular values s, descending, say that the columns are dependent, or None."""
    if s[-1] > np.finfo(float).eps * len(s) * s[0]:
        return None
    return f"the columns of this matrix are linearly dependent: its singular values go from {s[0]:.1e} to {s[-1]:.1e}"


def _not_tall(X):
    if complaint := a_matrix(X):
        return complaint
    m, n = X.shape
    return None if m >= n else f"expected at least as many rows as columns, got a matrix of shape {m}×{n}"


def _equal_columns(rng, n):
    X = rng.integers(-3, 4, (n + 2, n)).astype(float)
    X[:, -1] = X[:, 0] if n > 1 else 0
    return X


POLAR = Domain(
    name="matrices with linearly independent columns",
    shape=_not_tall,
    interior=lambda X: _dependent(np.linalg.svd(X, compute_uv=False)),
    sample=lambda rng, n: well_conditioned(rng, n + 2)[:, :n] @ well_conditioned(rng, n),
    outside=_equal_columns,
)

_PRINTED = r"U \operatorname{sylvester}(H, H, U^{\top} %s - %s^{\top} U) + (I_m - U U^{\top}) %s\,H^{-1}"

polar = Rule(
    name="polar",
    f=newton_polar,
    linearize=polar_at,
    domain=POLAR,
    formulas=Formulas(
        value=r"X (X^{\top} X)^{-1/2}",
        differential=_PRINTED.replace("%s", r"\mathrm dX"),
        adjoint=_PRINTED.replace("%s", r"\bar U"),
        result="U",
        where=(("H", r"U^{\top} X"),),
        shapes={"X": "m×n"},
    ),
    source="higham2008, ch. 8",
)
